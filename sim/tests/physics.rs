//! Motion of the ego and of the actors, seen in whole rollouts, against closed forms and published figures: stopping distances,
//! the driver model of UN R157, circles, the equilibrium of the Intelligent Driver Model, and red lights.

#![allow(clippy::disallowed_methods)]

mod common;

use common::{built_in, job, open_road, stop_at_once};
use nines_sim::testing::{actor, between};
use nines_sim::*;

/// Answers by time since the start and by what it sees of the ego; drives straight on.
struct Scripted<F: FnMut(f64, &EgoView) -> f64 + Send>(F, u64);

impl<F: FnMut(f64, &EgoView) -> f64 + Send> BatchPolicy for Scripted<F> {
    fn start(&mut self, _: u32) {
        self.1 = 0;
    }
    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        actions.accel_mps2[0] = (self.0)(self.1 as f64 * DT, &observations.ego_view(0)) as f32;
        self.1 += 1;
        Ok(())
    }
}

/// How far the ego gets on an open road when it is driven by `accel`.
fn travelled(t: &Template, accel: impl FnMut(f64, &EgoView) -> f64 + Send) -> f64 {
    let blind = built_in("blind");
    let outcome = drive_batch(&Job { batch: 1, ..job(t, &blind) }, &mut Scripted(accel, 0), 0..1).outcomes.remove(0);
    assert_eq!(outcome.fault, None);
    outcome.travelled_m
}

/// A scene that lasts for `seconds`, with the ego standing at the origin.
fn scene(name: &str, seconds: f64, actors: Vec<ActorTemplate>) -> (Template, Outcome, Trace) {
    let mut t = open_road(name, 0.0, 0.0.into());
    t.ego.desired_speed_mps = 20.0.into();
    t.ego.lawful_wait_s = (seconds - 10.0 - HORIZON_SLACK_S).into();
    t.actors = actors;
    let parked = built_in("parked");
    let (outcome, trace) = drive_traced(&job(&t, &parked), 0);
    assert!((outcome.end_s - seconds).abs() < 0.11 && outcome.impact_speed_mps.is_none());
    (t, outcome, trace)
}

/// From dry road to ice, and from 30 to 108 km/h. Steps of 0.1 s differ from continuous time by some centimetres.
#[test]
fn full_braking_stops_the_car_where_lag_jerk_limit_and_friction_say() {
    for friction in [1.0, 0.8, 0.5, 0.3, 0.1] {
        for v in [8.33, 13.9, 20.0, 30.0] {
            let mut t = open_road("brakes", 0.0, v.into());
            t.ego.end_m = 1000.0.into();
            t.sensing.friction = friction.into();
            let (got, want) = (travelled(&t, |_, _| -20.0), stop_at_once(v, (friction * GRAVITY_MPS2).min(9.0)));
            assert!((got - want).abs() < 0.03 + 0.002 * want, "{v} m/s at friction {friction}: {got} and not {want}");
        }
    }
}

/// The "competent and careful" driver of UN R157: 0.75 s at 0.4 m/s^2, then a jerk of 12.65 m/s^3 up to 0.774 g. Distances
/// of continuous time in metres, by speed in km/h. The driver inverts the brakes: it asks for the mean of each step.
#[test]
fn the_careful_driver_of_r157_stops_within_the_distances_of_its_equations() {
    let ideal = |t: f64| if t < 0.0 { 0.0 } else { -(0.4 + 12.65 * (t - 0.75).max(0.0)).min(0.774 * 9.81) };
    let mean = |t: f64| (0..200).map(|k| ideal(t + DT * ((f64::from(k) + 0.5) / 200.0 - 0.5))).sum::<f64>() / 200.0;
    let share = 1.0 - (-DT / EGO_ACCEL_LAG_S).exp();
    let table = [
        (20.0, 7.18),
        (30.0, 12.44),
        (40.0, 18.72),
        (50.0, 26.01),
        (60.0, 34.32),
        (80.0, 53.99),
        (100.0, 77.73),
        (130.0, 120.95),
    ];
    for (kmh, want) in table {
        let v = kmh / 3.6;
        let t = open_road("r157", 0.0, v.into());
        let got = travelled(&t, |now, ego| ego.accel_mps2 + (mean(now + DT - 0.5) - ego.accel_mps2) / share) - 0.5 * v;
        assert!((got - want).abs() < 0.02, "{kmh} km/h: {got} and not {want}");
    }
}

/// A bend of 100 m radius to either side, at a lateral acceleration of 1.9 m/s^2 that begins at once.
#[test]
fn a_bend_is_driven_within_10_cm_of_the_lane_s_centre() {
    for curvature in [0.01, -0.01] {
        let mut t = open_road("bend", curvature, 13.9.into());
        t.ego.end_m = 120.0.into();
        let idm = built_in("idm");
        let (outcome, trace) = drive_traced(&job(&t, &idm), 0);
        assert_eq!(outcome.verdict, Verdict::Pass);
        assert!(outcome.travelled_m >= 120.0);
        for f in &trace.frames {
            let e = &f.ego;
            assert!(e.d_m.abs() < 0.1, "{} m aside at {} m", e.d_m, e.s_m);
            // The rear axle against the circle itself, without the road's own projection.
            if e.s_m > 20.0 && e.s_m < 80.0 {
                let r = (e.x_m - 20.0).hypot(e.y_m - 1.0 / curvature);
                assert!((r - (100.0 - e.d_m * curvature.signum())).abs() < 1e-6);
            }
        }
        // Steady in the middle of the bend: the heading turns by speed times curvature.
        let at = trace.frames.iter().position(|f| f.ego.s_m > 60.0).unwrap();
        let (a, b) = (&trace.frames[at].ego, &trace.frames[at + 1].ego);
        assert!(((b.heading_rad - a.heading_rad) / (b.s_m - a.s_m) - curvature).abs() < 5e-4);
    }
}

/// Gap of the original parameters at 13.9 m/s: 24.615003 m, and 10.002532 m at 5 m/s (Treiber et al. 2000). The order in
/// which a scenario names its actors is no matter.
#[test]
fn a_platoon_settles_at_the_equilibrium_gap_whatever_the_order_of_its_actors() {
    for (speed, want) in [(13.9, 24.615_003), (5.0, 10.002_532)] {
        for forward in [true, false] {
            let car = |place: usize| {
                let slot = |place: usize| if forward { place } else { 3 - place };
                let lead = VehicleSpec { desired_mps: speed.into(), ..VehicleSpec::default() };
                let spec = VehicleSpec {
                    s_m: (300.0 - 35.0 * place as f64).into(),
                    speed_mps: speed.into(),
                    desired_mps: if place == 0 { lead.desired_mps } else { (120.0 / 3.6).into() },
                    headway_s: 1.6.into(),
                    min_gap_m: 2.0.into(),
                    accel_mps2: 0.73.into(),
                    comfort_mps2: 1.67.into(),
                    heeds_ego: 0.0.into(),
                    ..VehicleSpec::default()
                };
                let leader = (place > 0).then(|| slot(place - 1) as u16);
                actor(&format!("car{place}"), Class::Car, [4.6, 1.8, 1.5], Motion::Vehicle { spec, path: 0, leader })
            };
            let mut cars: Vec<_> = (0..4).map(car).collect();
            if !forward {
                cars.reverse();
            }
            let (_, _, trace) = scene("platoon", 900.0, cars);
            let last = trace.frames.last().unwrap();
            let mut x: Vec<f64> = last.actors.iter().map(|a| a.x_m).collect();
            x.sort_by(|a, b| b.total_cmp(a));
            for pair in x.windows(2) {
                let gap = pair[0] - pair[1] - 4.6;
                assert!(
                    (gap - want).abs() < 2e-3,
                    "{gap} and not {want} at {speed} m/s, named {}",
                    if forward { "in order" } else { "backwards" }
                );
            }
            assert!(last.actors.iter().all(|a| (a.vx_mps - speed).abs() < 1e-3));
        }
    }
}

#[test]
fn a_ball_rolls_as_far_as_its_speed_squared_over_twice_its_loss() {
    for (v, loss, turn) in [(3.0f64, 0.4, 1.2f64), (2.0, 0.4, std::f64::consts::FRAC_PI_2), (5.0, 1.1, 2.5)] {
        let spec = RollerSpec {
            s_m: 30.0.into(),
            d_m: (-4.0).into(),
            dir_rad: turn.into(),
            speed_mps: v.into(),
            decel_mps2: loss.into(),
            go_time_s: 1.0.into(),
            ..RollerSpec::default()
        };
        let (_, _, trace) = scene("ball", 12.0, vec![actor("ball", Class::Ball, [0.22, 0.22, 0.22], Motion::Roller(spec))]);
        let way = |f: &Frame| (f.actors[0].x_m - 30.0, f.actors[0].y_m + 4.0);
        let (x, y) = way(trace.frames.last().unwrap());
        let want = v * v / (2.0 * loss);
        assert!((x.hypot(y) - want).abs() < loss * DT * DT / 8.0 + 1e-9, "{} and not {want}", x.hypot(y));
        assert!((y.atan2(x) - turn).abs() < 1e-9);
        // Half of the way back in time, a quarter of the way is left.
        let half = &trace.frames[10 + (0.5 * v / loss / DT).round() as usize];
        let t = half.time_s - 1.0;
        assert!((way(half).0.hypot(way(half).1) - (v * t - 0.5 * loss * t * t)).abs() < 1e-9);
    }
}

/// From rest: speed v after v / a, and v^2 / 2a on the way to it.
#[test]
fn a_walker_reaches_the_lane_when_speed_and_acceleration_say_to_a_step() {
    for (v, a, d) in [(1.4, 2.0, 5.0), (3.0, 2.5, 4.0), (1.0, 0.7, 2.6), (2.2, 1.0, 8.0)] {
        let spec = WalkerSpec {
            s_m: 30.0.into(),
            d_m: Value::Const(-d),
            speed_mps: v.into(),
            accel_mps2: a.into(),
            go_time_s: 1.0.into(),
            ..WalkerSpec::default()
        };
        let (_, _, trace) =
            scene("walker", 12.0, vec![actor("adult", Class::Adult, [0.4, 0.5, 1.7], Motion::Walker { spec, after: None })]);
        let way: f64 = d - 1.75 - 0.2;
        let want = if way > v * v / (2.0 * a) { v / a + (way - v * v / (2.0 * a)) / v } else { (2.0 * way / a).sqrt() };
        let first = trace.frames.iter().find(|f| f.actors[0].y_m + 0.2 >= -1.75).unwrap().time_s - 1.0;
        assert!(first >= want - 1e-9 && first < want + DT + 0.02, "{first} and not {want}");
        assert!((trace.frames.last().unwrap().actors[0].vy_mps - v).abs() < 1e-9);
    }
}

/// Braking of 6 m/s^2 behind a delay of 0.3 s: in continuous time (v + a lag)^2 / 2a - a lag^2.
#[test]
fn a_lead_vehicle_that_brakes_hard_stops_within_its_closed_form() {
    let lead = |to: f64| VehicleSpec {
        s_m: 60.0.into(),
        brake_time_s: 2.0.into(),
        brake_event_mps2: 6.0.into(),
        brake_to_mps: to.into(),
        ..VehicleSpec::default()
    };
    let cars = |to| vec![actor("lead", Class::Car, [4.6, 1.8, 1.5], Motion::Vehicle { spec: lead(to), path: 0, leader: None })];
    let (_, _, trace) = scene("lead", 10.0, cars(0.0));
    let (v, a, lag) = (13.9f64, 6.0, 0.3);
    let want = 60.0 + 2.0 * v + (v + a * lag).powi(2) / (2.0 * a) - a * lag * lag;
    let got = trace.frames.last().unwrap().actors[0];
    assert!((got.x_m - want).abs() < 0.1 && got.vx_mps == 0.0, "{} and not {want}", got.x_m);
    let lamp = |t: f64| trace.frames[(t / DT).round() as usize].actors[0].lamps[0];
    assert!(lamp(2.0) == 0.0 && lamp(2.3) == 1.0 && lamp(10.0) == 1.0);
    let (t, _, trace) = scene("lead-slows", 12.0, cars(5.0));
    assert!((trace.frames.last().unwrap().actors[0].vx_mps - 5.0).abs() < 0.1);

    // Behind it: who is blind runs into it at full speed, emergency braking does not.
    let mut t = Template { actors: cars(0.0), criteria: vec![Criterion::Collision], ..t };
    (t.ego.start_speed_mps, t.ego.desired_speed_mps, t.ego.lawful_wait_s) = (v.into(), v.into(), 0.0.into());
    let blind = drive(&job(&t, &built_in("blind")), 0..1).outcomes.remove(0);
    assert_eq!((blind.cause, blind.with), (Some(Criterion::Collision), Some(0)));
    assert!(
        (blind.impact_speed_mps.unwrap() - v).abs() < 0.05
            && (blind.margin + blind.impact_speed_mps.unwrap() + 0.001).abs() < 1e-12
    );
    let stands = want - 2.3 - EGO_FRONT_M;
    assert!((blind.end_s - stands / v).abs() < 2.0 * DT && blind.injury_risk.is_none());
    let aeb = drive(&job(&t, &built_in("idm-aeb")), 0..1).outcomes.remove(0);
    assert_eq!(aeb.verdict, Verdict::Pass);
}

/// A light that turns amber while the ego comes near, red four seconds later, and green in the end.
#[test]
fn at_a_red_light_idm_waits_before_the_line_and_who_is_blind_passes_it() {
    let mut t = open_road("red", 0.0, 13.9.into());
    let from = Value::Param(0);
    let after = |s: f64| Value::Add(Box::new(from.clone()), Box::new(Value::Const(s)));
    t.params = vec![between("amber_s", -4.0, 8.0)];
    t.signals = vec![SignalSpec { line_m: 80.0.into(), amber_s: from.clone(), red_s: after(4.0), green_s: after(20.0) }];
    t.ego.lawful_wait_s = 20.0.into();
    t.criteria = vec![Criterion::RedLight, Criterion::NoProgress];
    let (idm, blind) = (built_in("idm"), built_in("blind"));
    let red = |rollout: u64| t.draw(11, Sampling::Mc, rollout).params[0] + 4.0;
    let line = 80.0 - EGO_FRONT_M;
    let (mut waited, mut passed) = (0, 0);
    for rollout in 0..300 {
        let (outcome, trace) = drive_traced(&job(&t, &idm), rollout);
        assert_eq!(outcome.verdict, Verdict::Pass, "{outcome:?}");
        for pair in trace.frames.windows(2) {
            let crosses = pair[0].ego.s_m < line && pair[1].ego.s_m >= line;
            assert!(!crosses || pair[0].signals[0] != 2, "passed at red in rollout {rollout}");
        }
        let stood = trace.frames.iter().find(|f| f.ego.speed_mps == 0.0);
        if let Some(f) = stood {
            assert!(f.ego.s_m < line && f.ego.s_m > line - 4.0, "stands {} m before the line", line - f.ego.s_m);
            waited += 1;
        }
        let outcome = drive(&job(&t, &blind), rollout..rollout + 1).outcomes.remove(0);
        // It passes the line within the step that ends at or after this time.
        let when = line / 13.9;
        if red(rollout) < when - DT {
            assert!((outcome.margins[Criterion::RedLight as usize] + 13.9 + 0.001).abs() < 0.01 && outcome.failed());
            passed += 1;
        } else if red(rollout) > when + DT {
            assert_eq!(outcome.verdict, Verdict::Pass);
        }
    }
    assert!(waited > 50 && passed > 50, "{waited} {passed}");
}
