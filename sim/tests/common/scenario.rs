//! Scenarios that nobody would write: random roads, actors of every kind, triggers, weather, perception, lights and criteria.

use nines_sim::testing::{actor, between, street};
use nines_sim::*;

/// Hands out the numbers of a random vector one by one.
struct Dice<'a>(std::slice::Iter<'a, f64>);

impl Dice<'_> {
    fn roll(&mut self) -> f64 {
        self.0.next().copied().unwrap_or(0.5)
    }
    fn within(&mut self, lo: f64, hi: f64) -> Value {
        (lo + (hi - lo) * self.roll()).into()
    }
    fn one_of(&mut self, n: usize) -> usize {
        ((self.roll() * n as f64) as usize).min(n - 1)
    }
    fn maybe(&mut self, p: f64) -> bool {
        self.roll() < p
    }
    /// The value in `p` of the cases, else never.
    fn rarely(&mut self, p: f64, lo: f64, hi: f64, never: f64) -> Value {
        let v = self.within(lo, hi);
        if self.maybe(p) { v } else { never.into() }
    }
}

const LATE: f64 = f64::INFINITY;
const NEVER: f64 = f64::NEG_INFINITY;

fn walker(x: &mut Dice, actors: usize) -> Motion {
    let spec = WalkerSpec {
        s_m: x.within(5.0, 80.0),
        d_m: x.within(-7.0, 7.0),
        dir_rad: x.within(-3.1, 3.1),
        speed_mps: x.within(0.3, 5.0),
        accel_mps2: x.within(0.5, 4.0),
        go_time_s: x.rarely(0.4, 0.0, 6.0, LATE),
        go_gap_m: x.rarely(0.3, 0.0, 40.0, NEVER),
        go_tta_s: x.rarely(0.5, 0.0, 5.0, NEVER),
        go_lag_s: x.within(0.0, 2.0),
        accept_tta_s: x.rarely(0.2, 0.0, 5.0, 0.0),
        accept_gap_m: x.rarely(0.2, 0.0, 30.0, 0.0),
        hesitate_at_m: x.rarely(0.3, 0.0, 5.0, LATE),
        hesitate_s: x.within(0.0, 2.0),
        stop_at_m: x.rarely(0.3, 0.0, 8.0, LATE),
        turn_back: f64::from(u8::from(x.maybe(0.3))).into(),
        yield_tta_s: x.rarely(0.2, 0.0, 4.0, 0.0),
        wander_m: x.rarely(0.4, 0.0, 1.0, 0.0),
        ..WalkerSpec::default()
    };
    let after = x.maybe(0.3).then(|| x.one_of(actors) as u16);
    Motion::Walker { spec, after }
}

fn vehicle(x: &mut Dice, actors: usize) -> Motion {
    let path = x.one_of(3).saturating_sub(1) as u16;
    let spec = VehicleSpec {
        s_m: x.within(-40.0, 100.0),
        d_m: x.within(-4.0, 4.0),
        direction: if x.maybe(0.3) { (-1.0).into() } else { 1.0.into() },
        speed_mps: x.within(0.0, 25.0),
        desired_mps: x.within(0.0, 25.0),
        headway_s: x.within(0.3, 2.5),
        lag_s: x.within(0.0, 0.8),
        heeds_ego: f64::from(u8::from(x.maybe(0.7))).into(),
        change_time_s: x.rarely(0.3, 0.0, 6.0, LATE),
        change_gap_m: x.rarely(0.2, 0.0, 20.0, NEVER),
        change_leader_gap_m: x.rarely(0.2, 0.0, 20.0, NEVER),
        change_to_d_m: x.within(-4.0, 4.0),
        change_s: x.within(0.8, 5.0),
        abort_at: x.rarely(0.2, 0.0, 1.0, 2.0),
        brake_time_s: x.rarely(0.3, 0.0, 6.0, LATE),
        brake_after_change_s: x.rarely(0.2, 0.0, 3.0, LATE),
        brake_event_mps2: x.within(1.0, 9.0),
        brake_to_mps: x.rarely(0.5, 0.0, 10.0, 0.0),
        stop_line_m: x.rarely(0.2, 0.0, 90.0, LATE),
        ..VehicleSpec::default()
    };
    let leader = x.maybe(0.4).then(|| x.one_of(actors) as u16);
    Motion::Vehicle { spec, path, leader }
}

/// A condition of any kind, two levels deep at most.
fn trigger(x: &mut Dice, actors: usize, deep: bool) -> Trigger {
    let other = x.one_of(actors) as u16;
    match x.one_of(if deep { 16 } else { 13 }) {
        0 => Trigger::Time(x.within(0.0, 8.0)),
        1 => Trigger::After(x.within(0.0, 4.0)),
        2 => Trigger::Moved(x.within(0.0, 5.0)),
        3 => Trigger::Arrived,
        4 => Trigger::EgoGap(x.within(0.0, 50.0)),
        5 => Trigger::EgoTta(x.within(0.0, 4.0), x.maybe(0.5).then(|| x.within(0.0, 90.0))),
        6 => Trigger::EgoDistance(x.within(0.0, 20.0)),
        7 => Trigger::EgoPassed(x.within(0.0, 10.0)),
        8 => Trigger::Ttc(x.within(0.0, 4.0)),
        9 => Trigger::Started(other, x.within(0.0, 3.0)),
        10 => Trigger::Near(other, x.within(0.0, 20.0)),
        11 => Trigger::Seen(other),
        12 => Trigger::Slower(EGO, x.within(0.0, 10.0)),
        13 => Trigger::All(vec![trigger(x, actors, false), trigger(x, actors, false)]),
        14 => Trigger::Any(vec![trigger(x, actors, false), trigger(x, actors, false)]),
        _ => Trigger::Not(Box::new(trigger(x, actors, false))),
    }
}

fn agent(x: &mut Dice, actors: usize) -> Motion {
    let n = 1 + x.one_of(3);
    let modes = (0..n).map(|k| {
        let other = x.one_of(actors + 1);
        let other = if other == actors { EGO } else { other as u16 };
        let act = match x.one_of(5) {
            0 => Act::Stand,
            1 => Act::Go,
            2 => Act::To,
            3 => Act::Drive(x.maybe(0.5).then_some(other)),
            _ => Act::Follow(other),
        };
        let pace = PaceSpec {
            speed_mps: x.within(0.0, 15.0),
            direction: if x.maybe(0.2) { (-1.0).into() } else { 1.0.into() },
            accel_mps2: x.within(0.3, 4.0),
            brake_mps2: x.within(0.5, 8.0),
            dir_rad: x.within(-3.1, 3.1),
            s_m: x.rarely(0.7, 0.0, 90.0, LATE),
            d_m: x.rarely(0.7, -6.0, 6.0, LATE),
            sway_m: x.rarely(0.3, 0.0, 0.5, 0.0),
            faces_rad: x.rarely(0.3, -3.1, 3.1, LATE),
            ..PaceSpec::default()
        };
        let look = LookSpec { height_m: x.rarely(0.3, 0.2, 3.0, LATE), warning: 1.0.into(), ..LookSpec::default() };
        let class = x.maybe(0.3).then(|| Class::ALL[x.one_of(Class::ALL.len())]);
        let next = (0..x.one_of(3)).map(|_| (trigger(x, actors, true), (x.one_of(n) as f64).into())).collect();
        Mode { name: format!("mode{k}"), act, pace, look, class, next }
    });
    let modes = modes.collect();
    Motion::Agent(AgentSpec {
        path: x.one_of(3).saturating_sub(1) as u16,
        start: StartSpec {
            s_m: x.within(0.0, 90.0),
            d_m: x.within(-7.0, 7.0),
            heading_rad: x.within(-3.1, 3.1),
            speed_mps: x.rarely(0.5, 0.0, 10.0, 0.0),
        },
        first: 0.0.into(),
        modes,
    })
}

/// A demand of any kind.
fn demand(x: &mut Dice, actors: usize) -> Demand {
    let keep = match x.one_of(9) {
        0 => Keep::Gap(x.within(0.5, 3.0), x.within(1.0, 8.0)),
        1 => Keep::Slower(x.within(2.0, 15.0)),
        2 => Keep::Before(x.within(5.0, 100.0)),
        3 => Keep::Stop(x.within(5.0, 100.0), x.within(1.0, 8.0)),
        4 => Keep::Moving,
        5 => Keep::Offset(x.within(0.2, 2.0), x.within(-1.0, 1.0)),
        6 => Keep::Braking(x.within(0.5, 4.0)),
        7 => Keep::Lamp(1),
        _ => Keep::Help(x.maybe(0.8)),
    };
    let period = match x.one_of(3) {
        0 => Period::Always,
        1 => Period::Within(x.within(0.0, 6.0)),
        _ => Period::Total(x.within(0.0, 6.0)),
    };
    Demand { of: x.maybe(0.5).then(|| x.one_of(actors) as u16), when: trigger(x, actors, true), keep, period }
}

fn motion(x: &mut Dice, actors: usize) -> Motion {
    match x.one_of(6) {
        4 | 5 => agent(x, actors),
        0 => Motion::Fixed(FixedSpec {
            s_m: x.within(5.0, 100.0),
            d_m: x.within(-7.0, 7.0),
            heading_rad: x.within(-3.1, 3.1),
            warning: 1.0.into(),
            arm_from_s: x.rarely(0.3, 0.0, 4.0, LATE),
            arm_until_s: x.within(4.0, 20.0),
            stop_line_m: x.rarely(0.3, 5.0, 90.0, LATE),
        }),
        1 => walker(x, actors),
        2 => vehicle(x, actors),
        _ => Motion::Roller(RollerSpec {
            s_m: x.within(5.0, 80.0),
            d_m: x.within(-7.0, 7.0),
            dir_rad: x.within(-3.1, 3.1),
            speed_mps: x.within(0.0, 8.0),
            decel_mps2: x.within(0.0, 2.0),
            go_time_s: x.rarely(0.5, 0.0, 5.0, LATE),
            go_gap_m: x.rarely(0.3, 0.0, 40.0, NEVER),
            go_tta_s: x.rarely(0.5, 0.0, 5.0, NEVER),
        }),
    }
}

/// A scenario with one latent variable of two states, the second of them the hazard, and up to twelve actors. With `glass`
/// everything can be seen at once and touched.
pub fn scenario(dice: &[f64], glass: bool) -> Template {
    let x = &mut Dice(dice.iter());
    let n = 1 + x.one_of(12);
    let curvature = if x.maybe(0.5) { 0.0 } else { 0.03 * (2.0 * x.roll() - 1.0) };
    let mut road = street(if glass { 0.1 * curvature } else { curvature });
    road.paths.push(Path::straight(20.0 + 50.0 * x.roll(), -40.0, 0.8 + 1.5 * x.roll()));
    let actors = (0..n).map(|k| {
        let class = Class::ALL[x.one_of(Class::ALL.len())];
        let size = if class.is_small() {
            [0.9 * x.roll() + 0.1, 0.9 * x.roll() + 0.1, 2.0 * x.roll()]
        } else {
            [2.0 + 10.0 * x.roll(), 1.2 + 1.4 * x.roll(), 1.0 + 3.0 * x.roll()]
        };
        let mut a = actor(&format!("actor{k}"), class, size, motion(x, n));
        let (active, harmful) = (x.maybe(0.8), x.maybe(0.8));
        a.active = Value::ByLatent { latent: 0, of: vec![f64::from(u8::from(active)).into(), 1.0.into()] };
        a.harmful = f64::from(u8::from(harmful || glass)).into();
        a.occludes = x.maybe(0.5) && !glass;
        a.range_factor = x.within(0.1, 2.0);
        let share = x.roll();
        let kind = CueKind::ALL[x.one_of(CueKind::ALL.len())];
        let likelihood = vec![vec![share, 1.0 - share], vec![1.0 - share, share]];
        a.cues = vec![Cue {
            kind,
            levels: vec![0.0, 1.0],
            by: CueBy::Latent(0),
            likelihood,
            window_knots: x.one_of(12) as u32,
            range_m: 100.0 * x.roll(),
        }];
        a
    });
    let mut actors: Vec<_> = actors.collect();
    // Nobody waits for or follows themselves.
    for (k, a) in actors.iter_mut().enumerate() {
        match &mut a.motion {
            Motion::Walker { after: other, .. } | Motion::Vehicle { leader: other, .. } if *other == Some(k as u16) => {
                *other = None
            }
            _ => {}
        }
    }
    let sensing = SensingSpec {
        friction: x.within(0.1, 1.0),
        light: x.within(0.0, 1.0),
        range_vehicle_m: x.within(5.0, 200.0),
        range_person_m: x.within(2.0, 100.0),
        half_fov_rad: x.within(0.3, 3.2),
        position_noise_m: x.within(0.0, 1.0),
        speed_noise_mps: x.within(0.0, 1.0),
        noise_time_s: x.within(0.0, 3.0),
        miss_share: x.within(0.0, 0.6),
        miss_mean_s: x.within(0.0, 2.0),
        confusion: x.within(0.0, 0.6),
        sensor_height_m: x.within(0.8, 2.5),
        dark_from_s: f64::INFINITY.into(),
        dark_to_s: f64::INFINITY.into(),
    };
    let clear = SensingSpec {
        friction: sensing.friction.clone(),
        range_vehicle_m: 1e4.into(),
        range_person_m: 1e5.into(),
        half_fov_rad: 4.0.into(),
        position_noise_m: 0.0.into(),
        speed_noise_mps: 0.0.into(),
        noise_time_s: 1e12.into(),
        miss_share: 0.0.into(),
        ..SensingSpec::default()
    };
    let ego = EgoSpec {
        start_speed_mps: Value::Param(0),
        desired_speed_mps: x.within(1.0, 25.0),
        limit_mps: x.within(5.0, 30.0),
        end_m: x.within(30.0, 150.0),
        lawful_wait_s: x.within(-20.0, 5.0),
        brake_mps2: x.within(2.0, 9.0),
        start_d_m: x.within(-1.5, 4.0),
    };
    let amber = 6.0 * x.roll();
    let signal = SignalSpec {
        line_m: x.within(0.0, 100.0),
        amber_s: amber.into(),
        red_s: x.within(amber, 9.0),
        green_s: x.within(9.0, 20.0),
    };
    let zone = |kind, at: f64| Zone::new(kind, at, at + 6.0);
    let stratum = |state, hazard, weight| Stratum { states: vec![state], hazard, weight };
    let latency_steps = if glass { 1 } else { 1 + x.one_of(6) as u32 };
    let zones = vec![
        zone(ZoneKind::Crosswalk, 100.0 * x.roll()),
        Zone {
            kind: ZoneKind::School,
            spec: ZoneSpec {
                from_m: 30.0.into(),
                to_m: 36.0.into(),
                limit_mps: x.rarely(0.5, 2.0, 10.0, LATE),
                ..ZoneSpec::default()
            },
        },
        zone(ZoneKind::Junction, 60.0),
    ];
    let mut criteria: Vec<Criterion> = Criterion::ALL[..9].iter().copied().filter(|_| x.maybe(0.6)).collect();
    let demands: Vec<Demand> = (0..x.one_of(4)).map(|_| demand(x, n)).collect();
    criteria.extend(Criterion::ALL[9..].iter().filter(|c| demands.iter().any(|d| d.criterion() == **c)));
    Template {
        name: "random".into(),
        params: vec![between("speed_mps", 0.0, 25.0)],
        copula: Copula::default(),
        latents: vec![Latent { name: "state".into(), states: vec!["calm".into(), "hazard".into()] }],
        strata: vec![stratum(0, false, 0.9), stratum(1, true, 0.1)],
        hazard_prior: None,
        road,
        ego,
        sensing: if glass { clear } else { sensing },
        latency_steps,
        signals: if x.maybe(0.5) { vec![signal] } else { Vec::new() },
        zones,
        actors,
        criteria,
        harsh_limit_mps2: 2.0 + 6.0 * x.roll(),
        demands,
    }
}
