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

fn motion(x: &mut Dice, actors: usize) -> Motion {
    match x.one_of(4) {
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
        let kind = CueKind::ALL[x.one_of(4)];
        let likelihood = vec![vec![share, 1.0 - share], vec![1.0 - share, share]];
        a.cues = vec![Cue {
            kind,
            levels: vec![0.0, 1.0],
            latent: 0,
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
    let zone = |kind, at: f64| Zone { kind, from_m: at, to_m: at + 6.0 };
    let stratum = |state, hazard, weight| Stratum { states: vec![state], hazard, weight };
    let latency_steps = if glass { 1 } else { 1 + x.one_of(6) as u32 };
    let criteria = Criterion::ALL.iter().copied().filter(|_| x.maybe(0.6)).collect();
    Template {
        name: "random".into(),
        params: vec![between("speed_mps", 0.0, 25.0)],
        copula: Copula::default(),
        latents: vec![Latent { name: "state".into(), states: vec!["calm".into(), "hazard".into()] }],
        strata: vec![stratum(0, false, 0.9), stratum(1, true, 0.1)],
        road,
        ego,
        sensing: if glass { clear } else { sensing },
        latency_steps,
        signals: if x.maybe(0.5) { vec![signal] } else { Vec::new() },
        zones: vec![zone(ZoneKind::Crosswalk, 100.0 * x.roll()), zone(ZoneKind::School, 30.0), zone(ZoneKind::Junction, 60.0)],
        actors,
        criteria,
        harsh_limit_mps2: 2.0 + 6.0 * x.roll(),
    }
}
