//! A small scenario for tests and benchmarks, built by hand: a child at the kerb behind a parked van, and a car that follows.

use crate::actors::{FixedSpec, VehicleSpec, WalkerSpec};
use crate::copula::Copula;
use crate::dist::Dist;
use crate::engine::Driven;
use crate::observation::Class;
use crate::outcome::Criterion;
use crate::road::{Lane, LaneKind, Path, Road};
use crate::template::*;
use crate::value::Value;

/// A street of two lanes, 3.5 m each, with a kerb on the right. The ego's lane is straight, or bends by `curvature` after 20 m.
pub fn street(curvature: f64) -> Road {
    let path = if curvature == 0.0 {
        Path::straight(0.0, 0.0, 0.0)
    } else {
        Path::from_pieces(&[(20.0, 0.0), (60.0, curvature), (40.0, 0.0)])
    };
    let lane = |kind, centre_d_m, along| Lane { kind, centre_d_m, width_m: 3.5, along };
    Road {
        paths: vec![path],
        lanes: vec![
            lane(LaneKind::Traffic, 0.0, true),
            lane(LaneKind::Traffic, 3.5, false),
            lane(LaneKind::Sidewalk, -3.5, true),
        ],
        left_edge_m: 5.25,
        right_edge_m: -1.75,
        lane_width_m: 3.5,
        left_lane_along: false,
    }
}

/// A parameter between two bounds.
pub fn between(name: &str, lo: f64, hi: f64) -> Param {
    Param { name: name.into(), dist: Dist::Uniform { lo, hi } }
}

/// An actor with the usual things set.
pub fn actor(name: &str, class: Class, size_m: [f64; 3], motion: Motion) -> ActorTemplate {
    let [length, width, height] = size_m;
    ActorTemplate {
        name: name.into(),
        class,
        length_m: length.into(),
        width_m: width.into(),
        height_m: height.into(),
        active: 1.0.into(),
        range_factor: 1.0.into(),
        occludes: false,
        harmful: 1.0.into(),
        look_alike: class.look_alike(),
        confusion: (-1.0).into(),
        sound: None,
        motion,
        cues: Vec::new(),
    }
}

/// The child at the kerb: waits, plays or dashes (the hazard). `curvature` bends the road.
pub fn child_at_kerb(curvature: f64) -> Template {
    let by_intent = |of: [f64; 3]| Value::ByLatent { latent: 0, of: of.map(Value::Const).to_vec() };
    let p = |k: u16| Value::Param(k);
    let dash = Value::ByLatent { latent: 0, of: vec![f64::NEG_INFINITY.into(), f64::NEG_INFINITY.into(), p(3)] };
    let child = WalkerSpec {
        s_m: 70.0.into(),
        d_m: Value::Sub(Box::new(Value::Const(-1.9)), Box::new(p(2))),
        speed_mps: p(1),
        accel_mps2: 2.5.into(),
        go_tta_s: dash,
        hesitate_at_m: p(5),
        hesitate_s: 0.4.into(),
        wander_m: by_intent([0.0, 0.3, 0.0]),
        wander_limit_m: 0.1.into(),
        ..WalkerSpec::default()
    };
    let van = FixedSpec { s_m: 63.0.into(), d_m: (-3.0).into(), ..FixedSpec::default() };
    let follower = VehicleSpec {
        s_m: Value::Sub(Box::new(Value::Const(-6.0)), Box::new(p(4))),
        speed_mps: p(0),
        desired_mps: Value::Add(Box::new(p(0)), Box::new(Value::Const(1.0))),
        headway_s: 1.2.into(),
        ..VehicleSpec::default()
    };
    let mut child = actor("child", Class::Child, [0.35, 0.45, 1.2], Motion::Walker { spec: child, after: None });
    child.cues = vec![
        Cue {
            kind: CueKind::Intention,
            levels: vec![0.1, 0.3, 0.5, 0.7, 0.9],
            by: CueBy::Latent(0),
            likelihood: vec![
                vec![0.45, 0.19, 0.13, 0.12, 0.11],
                vec![0.45, 0.19, 0.13, 0.12, 0.11],
                vec![0.01, 0.02, 0.06, 0.22, 0.69],
            ],
            window_knots: 0,
            range_m: 60.0,
        },
        Cue {
            kind: CueKind::Gaze,
            levels: vec![1.0, 0.0],
            by: CueBy::Latent(0),
            likelihood: vec![vec![0.3, 0.7], vec![0.15, 0.85], vec![0.3, 0.7]],
            window_knots: 10,
            range_m: 40.0,
        },
    ];
    let mut van = actor("van", Class::Van, [5.0, 2.0, 2.2], Motion::Fixed(van));
    van.occludes = true;
    let stratum = |state: u8, hazard, weight| Stratum { states: vec![state], hazard, weight };
    Template {
        name: "test-child-at-kerb".into(),
        params: vec![
            between("ego_speed_mps", 8.3, 13.9),
            between("run_speed_mps", 1.5, 3.5),
            between("kerb_m", 0.3, 1.2),
            between("dash_tta_s", 0.8, 3.5),
            between("follower_gap_m", 6.0, 25.0),
            between("hesitate_at_m", 0.5, 6.0),
        ],
        copula: Copula::default(),
        latents: vec![Latent { name: "intent".into(), states: ["waiting", "playing", "dashing"].map(String::from).to_vec() }],
        strata: vec![stratum(0, false, 0.3), stratum(1, false, 0.7), stratum(2, true, 1e-6)],
        road: street(curvature),
        ego: EgoSpec { start_speed_mps: p(0), desired_speed_mps: p(0), end_m: 90.0.into(), ..EgoSpec::default() },
        sensing: SensingSpec::default(),
        latency_steps: 2,
        signals: Vec::new(),
        zones: Vec::new(),
        actors: vec![
            child,
            van,
            actor("follower", Class::Car, [4.5, 1.8, 1.5], Motion::Vehicle { spec: follower, path: 0, leader: None }),
        ],
        criteria: vec![
            Criterion::Collision,
            Criterion::StruckFromBehind,
            Criterion::OffRoad,
            Criterion::NoProgress,
            Criterion::PolicyFault,
        ],
        harsh_limit_mps2: 6.0,
        hazard_prior: None,
        demands: Vec::new(),
    }
}

/// Draws the parameters of rollouts as the engine does, and adds them up: what drawing alone costs.
pub fn sum_of_draws(template: &Template, seed: u64, rollouts: std::ops::Range<u64>) -> f64 {
    let draws = crate::prepare::Draws::new(template, seed, crate::Sampling::Stratified, None);
    let mut sum = 0.0;
    for rollout in rollouts {
        let mut params = [0.0; MAX_PARAMS];
        draws.params(template, rollout, &mut params);
        sum += params[..template.params.len()].iter().sum::<f64>() + f64::from(draws.stratum(rollout));
    }
    sum
}

/// The same without what a policy answered, which is kept of failures where a policy is not built in.
pub fn without_actions(mut driven: Driven) -> Driven {
    driven.outcomes.iter_mut().for_each(|o| o.actions.clear());
    driven
}
