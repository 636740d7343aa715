//! A policy tried in a scenario, before a campaign: whether it answers, whether it answers the same when asked again, whether it drives at
//! all, and what it costs.

use super::{Policy, Repeats, repeats};
use nines_sim::hindsight::Said;
use nines_sim::{Criterion, FaultKind, FaultNote, Job, Outcome, Pilot, Sampling, Template, drive};
use std::time::Instant;

/// Every trial has the same points.
const SEED: u64 = 1;
/// Rollouts driven one by one for their time.
const ALONE: u64 = 4;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Rollouts driven, the first of the scenario by index.
    pub rollouts: u64,
    /// Faults among them, by kind.
    pub faults: Vec<(FaultKind, u64)>,
    /// What is known of the first one.
    pub first_fault: Option<FaultNote>,
    /// Rollouts driven again that came out otherwise, and calls that fault in a batch alone.
    pub repeats: Repeats,
    /// Rollouts in which the end place was reached in time and without a contact.
    pub arrived: u64,
    /// Rollouts in which it stated any belief.
    pub stated: u64,
    /// Wall time of a rollout by itself, s; no result, and never the same twice.
    pub alone_s: f64,
    /// Wall time of a rollout in batches, s.
    pub batched_s: f64,
}

impl Tried {
    /// Whether a campaign with it would say something of its driving.
    pub fn is_sound(&self) -> bool {
        let Repeats { unrepeatable, batch_dependent } = self.repeats;
        self.faults.is_empty() && unrepeatable == 0 && batch_dependent == 0 && self.arrived > 0
    }
}

/// Drives the first rollouts of a scenario.
pub fn tried(policy: &Policy, template: &Template, rollouts: u64, batch: usize) -> Tried {
    let job = Job { template, policy: policy.pilot(), seed: SEED, sampling: Sampling::Stratified, chosen: None, batch };
    let begin = Instant::now();
    let driven = drive(&job, 0..rollouts);
    let batched_s = begin.elapsed().as_secs_f64() / rollouts as f64;
    let begin = Instant::now();
    drive(&Job { batch: 1, ..job }, 0..ALONE.min(rollouts));
    let alone_s = begin.elapsed().as_secs_f64() / ALONE.min(rollouts) as f64;
    let count = |of: &dyn Fn(&Outcome) -> bool| driven.outcomes.iter().filter(|o| of(o)).count() as u64;
    let kinds = FaultKind::ALL.iter().map(|kind| (*kind, count(&|o| o.fault.is_some_and(|(k, _)| k == *kind))));
    let arrives = [Criterion::NoProgress, Criterion::Collision, Criterion::StruckFromBehind];
    let mut repeats = repeats(&job, &driven.outcomes);
    repeats.batch_dependent += driven.batch_dependent;
    Tried {
        rollouts,
        faults: kinds.filter(|(_, n)| *n > 0).collect(),
        repeats,
        // A contact ends a drive before it can be late.
        arrived: count(&|o| o.fault.is_none() && arrives.iter().all(|criterion| o.margins[*criterion as usize] > 0.0)),
        stated: count(&|o| match job.policy {
            Pilot::BuiltIn(policy) => policy.states_belief(),
            Pilot::External(_) => Said::kept(&o.actions).is_some_and(|said| said.states()),
        }),
        first_fault: driven.first_fault,
        alone_s,
        batched_s,
    }
}
