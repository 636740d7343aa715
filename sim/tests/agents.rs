//! Agents, demands, zones and sounds against what their numbers say.

use nines_sim::testing::{actor, child_at_kerb, without_actions};
use nines_sim::*;

/// An empty street with the given actors.
fn street_with(actors: Vec<ActorTemplate>) -> Template {
    let mut t = child_at_kerb(0.0);
    t.actors = actors;
    t.criteria = vec![Criterion::Collision, Criterion::PolicyFault];
    t
}

fn mode(name: &str, act: Act, pace: PaceSpec, next: Vec<(Trigger, Value)>) -> Mode {
    Mode { name: name.into(), act, pace, look: LookSpec::default(), class: None, next }
}

fn agent(s: f64, d: f64, modes: Vec<Mode>) -> Motion {
    let start = StartSpec { s_m: s.into(), d_m: d.into(), ..StartSpec::default() };
    Motion::Agent(AgentSpec { path: 0, start, first: 0.0.into(), modes })
}

fn adult(name: &str, motion: Motion) -> ActorTemplate {
    actor(name, Class::Adult, [0.35, 0.5, 1.72], motion)
}

fn trace(t: &Template, policy: &str) -> (Outcome, Trace) {
    let policy = BuiltIn::new(policy, &[]).unwrap();
    drive_traced(&Job { template: t, policy: (&policy).into(), seed: 3, sampling: Sampling::Mc, batch: 1, chosen: None }, 0)
}

fn pace(speed: f64) -> PaceSpec {
    PaceSpec { speed_mps: speed.into(), accel_mps2: 2.0.into(), brake_mps2: 4.0.into(), ..PaceSpec::default() }
}

/// Stands for 2 s, walks at 1.5 m/s from rest with 2 m/s^2, stops after 3 m with 4 m/s^2: 1.5^2 / 8 m more, give a step.
#[test]
fn an_agent_goes_from_mode_to_mode_when_its_conditions_say() {
    let modes = vec![
        mode("waits", Act::Stand, pace(0.0), vec![(Trigger::After(2.0.into()), 1.0.into())]),
        mode("walks", Act::Go, pace(1.5), vec![(Trigger::Moved(3.0.into()), 2.0.into())]),
        mode("stays", Act::Stand, pace(0.0), vec![]),
    ];
    let (_, trace) = trace(&street_with(vec![adult("walker", agent(200.0, -8.0, modes))]), "creeping");
    let y = |t: f64| trace.frames[(t / DT).round() as usize].actors[0].y_m;
    assert_eq!(y(2.0), -8.0);
    // After t seconds of walking: 0.5 * 2 * 0.75^2 m within the first 0.75 s, then 1.5 m/s.
    assert!((y(4.0) + 8.0 - (0.5625 + 1.5 * 1.25)).abs() < 0.02, "{}", y(4.0));
    let end = trace.frames.last().unwrap().actors[0];
    assert!((3.0 + 1.5 * 1.5 / 8.0..3.0 + 1.5 * 1.5 / 8.0 + 0.16).contains(&(end.y_m + 8.0)), "{}", end.y_m);
    assert_eq!((trace.frames[0].actors[0].mode, end.mode), (Some(0), Some(2)));
}

/// Who goes to a place at 8 m/s begins to brake 8^2 / (2 b) before it, with b at most, and stops there: not beyond, as a bus would at its stop.
#[test]
fn an_agent_that_goes_to_a_place_stops_there() {
    for brake in [1.2, 4.0] {
        let to = PaceSpec { s_m: 290.0.into(), brake_mps2: brake.into(), ..pace(8.0) };
        let at_speed = StartSpec { s_m: 200.0.into(), d_m: (-8.0).into(), speed_mps: 8.0.into(), ..StartSpec::default() };
        let modes = vec![mode("goes", Act::To, to, vec![])];
        let bus = Motion::Agent(AgentSpec { path: 0, start: at_speed, first: 0.0.into(), modes });
        let (_, trace) = trace(&street_with(vec![adult("bus", bus)]), "creeping");
        let speeds: Vec<f64> = trace.frames.iter().map(|f| f.actors[0].vx_mps).collect();
        let hardest = speeds.windows(2).map(|v| (v[0] - v[1]) / DT).fold(0.0, f64::max);
        let farthest = trace.frames.iter().map(|f| f.actors[0].x_m).fold(0.0, f64::max);
        assert!(hardest < brake + 1e-9 && hardest > 0.95 * brake, "{brake}: brakes with {hardest}");
        assert!((289.9..290.01).contains(&farthest), "{brake}: stops at {farthest}");
        let begins = trace.frames.iter().find(|f| f.actors[0].vx_mps < 8.0 - 1e-9).unwrap().actors[0].x_m;
        assert!((290.0 - begins - 32.0 / brake).abs() < 0.81, "{brake}: begins to brake at {begins}");
    }
}

/// Who is farther away than the lead is long is taken in at a walk, and what is fixed is there at once.
#[test]
fn a_lead_takes_in_slowly() {
    let owner = agent(200.0, -8.0, vec![mode("stands", Act::Stand, pace(0.0), vec![])]);
    let lead = |within: f64| PaceSpec { within_m: within.into(), ..pace(0.0) };
    let held = |within: f64| agent(206.0, -8.0, vec![mode("held", Act::Held(0), lead(within), vec![])]);
    let t = street_with(vec![adult("owner", owner), adult("far", held(1.0)), adult("fixed", held(0.0))]);
    let (_, trace) = trace(&t, "creeping");
    let far = |t: f64, k: usize| {
        let f = &trace.frames[(t / DT).round() as usize];
        f.actors[k].x_m - f.actors[0].x_m
    };
    for s in [0.0, 1.0, 2.0, 3.0] {
        assert!((far(s, 1) - (6.0 - 1.5 * s)).abs() < 1e-9, "{s} s: {}", far(s, 1));
    }
    assert!((far(4.0, 1) - 1.0).abs() < 1e-9 && far(0.1, 2).abs() < 1e-9, "{} {}", far(4.0, 1), far(0.1, 2));
}

/// A dog on a lead of 2 m is never farther from its owner than that, and goes with them.
#[test]
fn a_lead_holds_and_what_is_fixed_turns_with_its_holder() {
    let owner = agent(20.0, -8.0, vec![mode("walks", Act::Go, PaceSpec { dir_rad: 0.0.into(), ..pace(1.4) }, vec![])]);
    let dog = PaceSpec { within_m: 2.0.into(), s_m: 4.0.into(), ..pace(3.0) };
    let bag = PaceSpec { s_m: 0.0.into(), d_m: 0.4.into(), ..pace(0.0) };
    let t = street_with(vec![
        adult("bag", agent(20.0, -8.0, vec![mode("carried", Act::Held(2), bag, vec![])])),
        actor("dog", Class::Animal, [0.8, 0.3, 0.6], agent(22.5, -8.0, vec![mode("held", Act::Held(2), dog, vec![])])),
        adult("owner", owner),
    ]);
    let (_, trace) = trace(&t, "creeping");
    for f in &trace.frames[1..] {
        let [bag, dog, owner] = [0, 1, 2].map(|k| f.actors[k]);
        // The lead ends 4 m ahead of the owner: the dog stays within 2 m of that place.
        assert!((dog.x_m - owner.x_m - 4.0).hypot(dog.y_m - owner.y_m) < 2.0 + 1e-9);
        assert!((bag.x_m - owner.x_m).abs() < 1e-9 && (bag.y_m - owner.y_m - 0.4).abs() < 1e-9);
    }
    assert!(trace.frames.last().unwrap().actors[1].x_m > 40.0);
}

/// One falls when the other has been on the way for a second; lying, it is as high as it says, and is shown so after the latency.
#[test]
fn one_agent_reacts_to_another_and_changes_its_outline_and_class() {
    let first = vec![
        mode("waits", Act::Stand, pace(0.0), vec![(Trigger::Time(1.0.into()), 1.0.into())]),
        mode("goes", Act::Go, pace(1.0), vec![]),
    ];
    let fallen = Mode {
        look: LookSpec { height_m: 0.4.into(), length_m: 1.7.into(), ..LookSpec::default() },
        class: Some(Class::Debris),
        ..mode("lies", Act::Stand, pace(0.0), vec![])
    };
    let second = vec![mode("rides", Act::Stand, pace(0.0), vec![(Trigger::InMode(0, 1, 1.0.into()), 1.0.into())]), fallen];
    let t = street_with(vec![adult("first", agent(40.0, -8.0, first)), adult("second", agent(25.0, -6.0, second))]);
    let (_, trace) = trace(&t, "creeping");
    let fell = trace.frames.iter().position(|f| f.actors[1].size_m[2] == 0.4).unwrap();
    // Decided in the step that starts at 2.1 s at the latest, and seen in the frame after it.
    assert!((20..=22).contains(&fell), "{fell}");
    assert_eq!(trace.frames[fell].actors[1].size_m[0], 1.7);
    let told: Vec<Class> = trace.frames.iter().filter_map(|f| f.actors[1].observed).map(|o| o.class).collect();
    assert!(told.contains(&Class::Debris) && told[..fell].iter().all(|c| matches!(c, Class::Adult | Class::Child)));
}

/// A vehicle agent behind a standing car comes to a stand behind it; the gap is that of the model's standing gap.
#[test]
fn an_agent_that_drives_stops_behind_a_standing_car() {
    let ahead = actor(
        "car",
        Class::Car,
        [4.5, 1.8, 1.5],
        Motion::Fixed(FixedSpec { s_m: 150.0.into(), d_m: 8.0.into(), ..FixedSpec::default() }),
    );
    let p = PaceSpec { d_m: 8.0.into(), ..pace(12.0) };
    let comes = actor("van", Class::Van, [5.0, 2.0, 2.0], agent(60.0, 8.0, vec![mode("drives", Act::Drive(Some(0)), p, vec![])]));
    let (_, trace) = trace(&street_with(vec![ahead, comes]), "creeping");
    let end = trace.frames.last().unwrap().actors[1];
    let gap = 150.0 - 2.25 - 2.5 - end.x_m;
    assert!((1.6..2.6).contains(&gap) && end.vx_mps < 0.2, "{gap} {}", end.vx_mps);
}

/// Who walks along the road and then goes across turns by 18 degrees a step, a dog by 36; a car has its heading from its motion. All keep to what drives them.
#[test]
fn people_and_animals_turn_by_a_bounded_angle_in_a_step() {
    for (class, most) in [(Class::Adult, 10.0), (Class::Rider, 10.0), (Class::Animal, 5.0)] {
        let start = StartSpec { s_m: 200.0.into(), d_m: (-8.0).into(), speed_mps: 2.0.into(), ..StartSpec::default() };
        let along = PaceSpec { dir_rad: 0.0.into(), ..pace(2.0) };
        let back =
            PaceSpec { dir_rad: std::f64::consts::PI.into(), accel_mps2: 40.0.into(), brake_mps2: 40.0.into(), ..pace(2.0) };
        let modes = vec![
            mode("along", Act::Go, along, vec![(Trigger::After(2.0.into()), 1.0.into())]),
            mode("back", Act::Go, back, vec![]),
        ];
        let motion = Motion::Agent(AgentSpec { path: 0, start, first: 0.0.into(), modes });
        let (_, trace) =
            trace(&street_with(vec![ActorTemplate { class, look_alike: class, ..adult("one", motion) }]), "creeping");
        let headings: Vec<f64> = trace.frames.iter().map(|f| f.actors[0].heading_rad).collect();
        let turns: Vec<f64> =
            headings.windows(2).map(|h| libm::asin(libm::sin(h[1] - h[0]).abs())).filter(|t| *t > 1e-6).collect();
        let step = std::f64::consts::PI / most;
        assert!(turns.iter().all(|t| *t <= step + 1e-9), "{class:?}: {turns:?}");
        assert!((turns.len() as f64 - most).abs() <= 1.0, "{class:?}: {turns:?}");
        assert!((headings[headings.len() - 1].abs() - std::f64::consts::PI).abs() < 1e-6, "{class:?}");
    }
}

/// While the sensors are dark nothing is detected, and a latency later nothing told; before and after all is as without.
#[test]
fn in_the_dark_nothing_is_detected() {
    let stands = agent(60.0, -8.0, vec![mode("stands", Act::Stand, pace(0.0), vec![])]);
    let mut t = street_with(vec![adult("one", stands)]);
    t.sensing.miss_share = 0.0.into();
    let (_, lit) = trace(&t, "creeping");
    (t.sensing.dark_from_s, t.sensing.dark_to_s) = (2.0.into(), 4.5.into());
    let (_, dark) = trace(&t, "creeping");
    let latency = t.latency_steps as usize;
    for (k, (with, without)) in dark.frames.iter().zip(&lit.frames).enumerate().take(80) {
        let hidden = |step: usize| (20..45).contains(&step);
        assert_eq!(with.actors[0].detected, without.actors[0].detected && !hidden(k), "{k}");
        let told = without.actors[0].observed.is_some() && !k.checked_sub(latency).is_some_and(hidden);
        assert_eq!(with.actors[0].observed.is_some(), told, "{k}");
    }
    assert!(lit.frames[30].actors[0].detected);
}

/// A zone's limit in force is a limit; out of force it is none. A slippery stretch lengthens the way to stop.
#[test]
fn zones_limit_speed_and_friction_where_they_are() {
    let with = |spec: ZoneSpec| {
        let mut t = street_with(vec![]);
        t.criteria.push(Criterion::Speeding);
        t.ego.limit_mps = 30.0.into();
        t.zones = vec![Zone { kind: ZoneKind::School, spec: ZoneSpec { from_m: 40.0.into(), to_m: 60.0.into(), ..spec } }];
        trace(&t, "blind").0
    };
    let limit = |in_force: f64| ZoneSpec { limit_mps: 6.0.into(), in_force: in_force.into(), ..ZoneSpec::default() };
    assert_eq!(with(limit(1.0)).cause, Some(Criterion::Speeding));
    assert_eq!(with(limit(0.0)).cause, None);
    let way_above = |friction: f64, above_mps: f64| {
        let mut t = street_with(vec![]);
        t.ego.start_speed_mps = 12.0.into();
        let spec = ZoneSpec { to_m: 500.0.into(), friction: friction.into(), above_mps: above_mps.into(), ..ZoneSpec::default() };
        t.zones = vec![Zone { kind: ZoneKind::Slippery, spec }];
        let (o, _) = trace(&t, "parked");
        o.travelled_m
    };
    let way = |friction: f64| way_above(friction, f64::NEG_INFINITY);
    assert!(way(0.1) > 3.0 * way(0.8), "{} {}", way(0.1), way(0.8));
    // Water under the tyres above 8 m/s: from 12 m/s to there with 0.1 g, and on with 0.8 g; the step in which it passes 8 m/s is of either.
    assert_eq!(way_above(0.1, 12.0), way(0.8));
    let wet = (12.0 * 12.0 - 8.0 * 8.0) / (2.0 * 0.1 * GRAVITY_MPS2);
    let dry = way(0.8) * (8.0_f64 / 12.0).powi(2);
    assert!((way_above(0.1, 8.0) - wet - dry).abs() < 2.0, "{} beside {wet} + {dry}", way_above(0.1, 8.0));
}

/// Passing a standing adult with 1.05 m of room: wants 1.5 m, or 3 m/s at most.
#[test]
fn a_gap_is_kept_or_passed_slowly() {
    let beside = adult(
        "adult",
        Motion::Fixed(FixedSpec { s_m: 40.0.into(), d_m: (-2.25).into(), heading_rad: 0.0.into(), ..FixedSpec::default() }),
    );
    let mut t = street_with(vec![beside]);
    t.demands =
        vec![Demand { of: Some(0), when: Trigger::All(vec![]), keep: Keep::Gap(1.5.into(), 3.0.into()), period: Period::Always }];
    t.criteria.push(Criterion::Clearance);
    let (o, _) = trace(&t, "blind");
    assert_eq!((o.cause, o.with), (Some(Criterion::Clearance), Some(0)));
    // 2.25 - 0.95 - 0.25 m of room.
    assert!((o.margin - (1.05 - 1.5)).abs() < 0.06, "{}", o.margin);
    let (slow, _) = trace(&t, "creeping");
    assert!(slow.margins[Criterion::Clearance as usize] > 0.0);
}

/// A siren behind the ego is heard out of sight, at a bearing whose error has the declared size.
#[test]
fn a_siren_is_heard_at_a_bearing_of_the_declared_error() {
    let sd = 0.3;
    let mut a = actor(
        "ambulance",
        Class::EmergencyVehicle,
        [6.0, 2.0, 2.5],
        Motion::Fixed(FixedSpec { s_m: (-60.0).into(), ..FixedSpec::default() }),
    );
    a.sound = Some(Sound { range_m: 150.0.into(), bearing_sd_rad: sd.into(), on: 1.0.into() });
    let t = street_with(vec![a]);
    struct Listens(Vec<f64>);
    impl BatchPolicy for Listens {
        fn start(&mut self, _: u32) {}
        fn act(&mut self, o: &ObservationBatch, _: &mut ActionBatch) -> Result<(), PolicyFault> {
            for w in 0..o.worlds {
                let v = o.ego_view(w);
                if v.sound != 0.0 {
                    self.0.push(libm::atan2(-v.sound_sin, -v.sound_cos));
                    assert!(o.objects_of(w).is_empty());
                }
            }
            Ok(())
        }
    }
    let idle = BuiltIn::new("parked", &[]).unwrap();
    let mut listens = Listens(Vec::new());
    drive_batch(
        &Job { template: &t, policy: (&idle).into(), seed: 1, sampling: Sampling::Mc, batch: 64, chosen: None },
        &mut listens,
        0..2000,
    );
    let n = listens.0.len() as f64;
    let (mean, var) = (listens.0.iter().sum::<f64>() / n, listens.0.iter().map(|x| x * x).sum::<f64>() / n);
    assert!(n > 10_000.0 && mean.abs() < 0.02 && (var.sqrt() - sd).abs() < 0.02, "{n} {mean} {}", var.sqrt());
}

/// Agents that wait, follow, drive and look different, with demands on all: the same bits in any number of lanes.
#[test]
fn agents_and_demands_give_the_same_bits_in_any_lanes() {
    let sway = PaceSpec { sway_m: 0.4.into(), dir_rad: Value::Param(2), ..pace(1.2) };
    let first = vec![
        mode("sways", Act::Go, sway, vec![(Trigger::EgoTta(Value::Param(5), None), 1.0.into())]),
        mode("runs", Act::To, PaceSpec { d_m: 2.0.into(), ..pace(3.0) }, vec![(Trigger::Arrived, 0.0.into())]),
    ];
    for curvature in [0.0, 0.004] {
        let mut t = child_at_kerb(curvature);
        t.actors.push(adult("first", agent(50.0, -4.0, first.clone())));
        t.actors.push(adult("second", agent(45.0, -5.0, vec![mode("follows", Act::Follow(3), pace(2.0), vec![])])));
        t.demands = vec![Demand {
            of: Some(3),
            when: Trigger::EgoDistance(20.0.into()),
            keep: Keep::Slower(9.0.into()),
            period: Period::Total(0.8.into()),
        }];
        t.criteria.push(Criterion::SituationSpeed);
        for name in ["idm-aeb", "common-sense"] {
            let policy = BuiltIn::new(name, &[]).unwrap();
            let job =
                Job { template: &t, policy: (&policy).into(), seed: 7, sampling: Sampling::Stratified, batch: 64, chosen: None };
            let one = drive_lanes(&job, 0..400, 1, InstructionSet::Baseline);
            assert!(one.iter().any(|o| o.cause == Some(Criterion::SituationSpeed)));
            for set in InstructionSet::available() {
                for lanes in [16, 32] {
                    assert_eq!(drive_lanes(&job, 0..400, lanes, set), one, "{name}, {lanes} lanes, {set:?}");
                }
            }
            assert_eq!(without_actions(drive_batch(&job, &mut batch::Packed::new(policy), 0..400)).outcomes, one);
        }
    }
}

/// An officer beside the lane, who shows a gesture at all times.
fn officer(gesture: f64) -> ActorTemplate {
    let spec = FixedSpec { s_m: 60.0.into(), d_m: (-2.6).into(), ..FixedSpec::default() };
    let mut a = actor("officer", Class::Officer, [0.35, 0.5, 1.78], Motion::Fixed(spec));
    a.cues = vec![Cue {
        kind: CueKind::Gesture,
        levels: vec![gesture, 0.0],
        by: CueBy::Latent(0),
        likelihood: vec![vec![1.0, 0.0]; 3],
        window_knots: 0,
        range_m: 80.0,
    }];
    a
}

#[test]
fn common_sense_obeys_officers_and_limits_and_slows_for_sirens() {
    let (stopped, _) = trace(&street_with(vec![officer(2.0)]), "common-sense");
    assert!((48.0..58.0).contains(&(stopped.travelled_m + EGO_FRONT_M)), "{}", stopped.travelled_m);
    // Red for ever: waved on it goes, else it waits.
    let at_red = |gesture: f64| {
        let mut t = street_with(vec![officer(gesture)]);
        t.signals = vec![SignalSpec { line_m: 50.0.into(), amber_s: 0.0.into(), red_s: 0.0.into(), ..SignalSpec::default() }];
        trace(&t, "common-sense").0.travelled_m + EGO_FRONT_M
    };
    assert!(at_red(1.0) > 80.0 && at_red(0.0) < 50.0, "{} {}", at_red(1.0), at_red(0.0));
    let mut t = street_with(vec![]);
    t.criteria.push(Criterion::Speeding);
    let spec = ZoneSpec { from_m: 50.0.into(), to_m: 70.0.into(), limit_mps: 6.0.into(), ..ZoneSpec::default() };
    t.zones = vec![Zone { kind: ZoneKind::School, spec }];
    for policy in ["idm", "idm-aeb", "common-sense"] {
        assert_eq!(trace(&t, policy).0.cause, None, "{policy}");
    }
    let ambulance = |on: f64| {
        let mut a = actor(
            "ambulance",
            Class::EmergencyVehicle,
            [6.0, 2.0, 2.5],
            Motion::Fixed(FixedSpec { s_m: (-60.0).into(), ..FixedSpec::default() }),
        );
        a.sound = Some(Sound { range_m: 90.0.into(), bearing_sd_rad: 0.2.into(), on: on.into() });
        trace(&street_with(vec![a]), "common-sense").0.time_lost_s
    };
    assert!(ambulance(1.0) > ambulance(0.0) + 1.0, "{} {}", ambulance(1.0), ambulance(0.0));
    // An agent sounds as it does by itself, unless its mode says otherwise.
    let agent = |on: f64, sounds: f64| {
        let look = LookSpec { sounds: sounds.into(), ..LookSpec::default() };
        let modes = vec![Mode { look, ..mode("waits", Act::Stand, pace(0.0), vec![]) }];
        let start = StartSpec { s_m: (-60.0).into(), ..StartSpec::default() };
        let spec = AgentSpec { path: 0, start, first: 0.0.into(), modes };
        let mut a = actor("ambulance", Class::EmergencyVehicle, [6.0, 2.0, 2.5], Motion::Agent(spec));
        a.sound = Some(Sound { range_m: 90.0.into(), bearing_sd_rad: 0.2.into(), on: on.into() });
        trace(&street_with(vec![a]), "common-sense").0.time_lost_s
    };
    let heard = |on: f64, sounds: f64| agent(on, sounds) > ambulance(0.0) + 1.0;
    assert!(heard(1.0, f64::INFINITY) && !heard(0.0, f64::INFINITY));
    assert!(heard(0.0, 1.0) && !heard(1.0, 0.0));
}
