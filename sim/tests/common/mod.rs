//! What several tests of the simulator need: an empty road, random scenarios, the observations of a policy, and how the
//! ego's brakes stop it by closed form.
#![allow(dead_code)]

pub mod jrc;
pub mod scenario;
pub mod svg;

use nines_sim::testing::street;
use nines_sim::*;

/// A road without anybody, of which only the policy can fail; `curvature` bends it. The ego sees without errors.
pub fn open_road(name: &str, curvature: f64, start_mps: Value) -> Template {
    let sensing = SensingSpec {
        friction: 1.0.into(),
        range_vehicle_m: 500.0.into(),
        range_person_m: 500.0.into(),
        half_fov_rad: 4.0.into(),
        position_noise_m: 0.0.into(),
        speed_noise_mps: 0.0.into(),
        miss_share: 0.0.into(),
        confusion: 0.0.into(),
        ..SensingSpec::default()
    };
    Template {
        name: name.into(),
        params: Vec::new(),
        copula: Copula::default(),
        latents: Vec::new(),
        strata: vec![Stratum { states: Vec::new(), hazard: false, weight: 1.0 }],
        road: street(curvature),
        ego: EgoSpec { start_speed_mps: start_mps, end_m: 200.0.into(), ..EgoSpec::default() },
        sensing,
        latency_steps: 1,
        signals: Vec::new(),
        zones: Vec::new(),
        actors: Vec::new(),
        criteria: vec![Criterion::PolicyFault],
        harsh_limit_mps2: 6.0,
        hazard_prior: None,
        demands: Vec::new(),
    }
}

/// What is driven with seed 11, latent states drawn from their natural priors.
pub fn job<'a>(template: &'a Template, policy: &'a BuiltIn) -> Job<'a> {
    Job { template, policy: policy.into(), seed: 11, sampling: Sampling::Mc, batch: 256, chosen: None }
}

/// The built-in policy of that name.
pub fn built_in(name: &str) -> BuiltIn {
    BuiltIn::new(name, &[]).unwrap()
}

/// Distance to a stop from speed `v` when `-a` is commanded at once, in continuous time: the acceleration follows the command
/// with the first-order lag of the brakes, its rate bounded by the jerk limit. Valid where the stop comes long after both.
pub fn stop_at_once(v: f64, a: f64) -> f64 {
    let (j, lag) = (EGO_BRAKE_JERK_MPS3, EGO_ACCEL_LAG_S);
    // The lag asks for a rate of (a - |acceleration|) / lag: more than the limit until `ramp`. Then the rest `c` decays.
    let ramp = ((a - j * lag) / j).max(0.0);
    let c = a - j * ramp;
    let (v1, x1) = (v - 0.5 * j * ramp * ramp, v * ramp - j * ramp.powi(3) / 6.0);
    let rest = (v1 + c * lag) / a;
    x1 + 0.5 * a * rest * rest - c * lag * lag
}

/// Answers as a built-in policy that pays no heed to objects, and keeps every observation, by rollout.
struct Recorder {
    answers: batch::Packed,
    seen: Vec<Vec<ObservationBatch>>,
}

impl BatchPolicy for Recorder {
    fn start(&mut self, slot: u32) {
        self.answers.start(slot);
        self.seen.push(Vec::new());
    }
    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        self.seen.last_mut().unwrap().push(observations.clone());
        self.answers.act(observations, actions)
    }
}

/// Observations of rollouts `0..n`, each driven alone by the policy of that name.
pub fn record(t: &Template, policy: &str, n: u64) -> Vec<Vec<ObservationBatch>> {
    let policy = built_in(policy);
    let mut recorder = Recorder { answers: batch::Packed::new(policy), seen: Vec::new() };
    let driven = drive_batch(&Job { batch: 1, ..job(t, &policy) }, &mut recorder, 0..n);
    assert!(driven.outcomes.iter().all(|o| o.fault.is_none()));
    recorder.seen
}
