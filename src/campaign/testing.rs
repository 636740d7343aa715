//! Outcomes and a template for tests that need no engine.

use crate::store::RowContext;
use nines_sim::random::split_mix;
use nines_sim::{
    ActorTemplate, CRITERIA, Class, Copula, Criterion, Dist, EgoSpec, FaultKind, FixedSpec, Latent, Motion, Outcome, Param, Path,
    Road, Sampling, SensingSpec, Stratum, Template, Verdict,
};

/// A pass with a margin.
pub fn passing(rollout: u64, margin: f64) -> Outcome {
    Outcome {
        rollout,
        stratum: (rollout % 2) as u16,
        verdict: Verdict::Pass,
        cause: None,
        with: None,
        fault: None,
        margin,
        margins: [margin; CRITERIA],
        steps: 100 + (rollout % 7) as u32,
        end_s: 12.5,
        failed_s: None,
        impact_speed_mps: None,
        injury_risk: None,
        min_distance_m: 1.25,
        min_ttc_s: rollout.is_multiple_of(3).then_some(2.5),
        max_decel_mps2: 3.0,
        travelled_m: 120.0,
        time_lost_s: (split_mix(rollout ^ 5) % 1000) as f64 * 0.013,
        harsh_brakes: rollout.is_multiple_of(5).into(),
        needless_stops: rollout.is_multiple_of(11).into(),
        digest: split_mix(rollout ^ 99),
        actions: if rollout.is_multiple_of(7) { vec![rollout as f32; 12] } else { Vec::new() },
    }
}

/// A collision, or for every third index a fault.
pub fn failing(rollout: u64) -> Outcome {
    let impact = 1.0 + (split_mix(rollout) % 800) as f64 * 0.01;
    let fault = rollout.is_multiple_of(3);
    Outcome {
        verdict: if fault { Verdict::Fault } else { Verdict::Fail },
        cause: Some(if fault { Criterion::PolicyFault } else { Criterion::Collision }),
        with: (!fault).then_some(0),
        fault: fault.then_some((FaultKind::NotFinite, 7)),
        margin: if fault { -1000.0 } else { -impact },
        failed_s: Some(4.25),
        impact_speed_mps: (!fault).then_some(impact),
        injury_risk: (!fault).then_some(0.25),
        ..passing(rollout, 1.0)
    }
}

/// Any of the two, a failure in about one of ten.
pub fn outcome(rollout: u64) -> Outcome {
    let mixed = split_mix(rollout ^ 17);
    if mixed.is_multiple_of(10) { failing(rollout) } else { passing(rollout, 0.01 + (mixed % 977) as f64 * 0.01) }
}

/// A scenario of two strata, the second one the hazard, with one child.
pub fn template() -> Template {
    let child = ActorTemplate {
        name: "child".into(),
        class: Class::Child,
        length_m: 0.4.into(),
        width_m: 0.4.into(),
        height_m: 1.2.into(),
        active: 1.0.into(),
        range_factor: 1.0.into(),
        occludes: false,
        harmful: 1.0.into(),
        look_alike: Class::Adult,
        confusion: (-1.0).into(),
        sound: None,
        motion: Motion::Fixed(FixedSpec::default()),
        cues: Vec::new(),
    };
    Template {
        name: "two-strata".into(),
        params: vec![Param { name: "gap_m".into(), dist: Dist::Uniform { lo: 10.0, hi: 30.0 } }],
        copula: Copula::default(),
        latents: vec![Latent { name: "intent".into(), states: vec!["waiting".into(), "dashing".into()] }],
        strata: vec![
            Stratum { states: vec![0], hazard: false, weight: 0.9 },
            Stratum { states: vec![1], hazard: true, weight: 0.1 },
        ],
        road: Road {
            paths: vec![Path::straight(0.0, 0.0, 0.0)],
            lanes: Vec::new(),
            left_edge_m: 5.25,
            right_edge_m: -1.75,
            lane_width_m: 3.5,
            left_lane_along: false,
        },
        ego: EgoSpec::default(),
        sensing: SensingSpec::default(),
        latency_steps: 1,
        signals: Vec::new(),
        zones: Vec::new(),
        actors: vec![child],
        criteria: vec![Criterion::Collision, Criterion::NoProgress, Criterion::PolicyFault],
        harsh_limit_mps2: 6.0,
        hazard_prior: None,
        demands: Vec::new(),
    }
}

/// What its rows are written with.
pub(crate) fn context(template: &Template) -> RowContext<'_> {
    RowContext {
        template,
        seed: 3,
        sampling: Sampling::Stratified,
        weights: Some([1.8, 0.2]),
        chosen: None,
        sample: None,
        answers: true,
        hindsight: None,
        beliefs: None,
    }
}
