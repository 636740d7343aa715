//! Engine (placeholder; real code on its way).
use crate::{BuiltIn, Outcome, Template, Trace};
use std::ops::Range;

/// How latent states are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Even indices given no hazard, odd indices given a hazard; as [`Sampling::Mc`] where no state is marked as hazard.
    Stratified,
    /// All from the natural priors.
    Mc,
}

/// A concrete scenario in words: where it lies in standard normal space, and what that means.
#[derive(Clone, Debug, PartialEq)]
pub struct Concrete {
    /// Standard normal coordinates of the parameters.
    pub point: Vec<f64>,
    /// Values of the parameters, in the order of [`Template::params`].
    pub params: Vec<f64>,
    /// Index into [`Template::strata`].
    pub stratum: u16,
}

impl Template {
    /// The concrete scenario of a rollout.
    pub fn draw(&self, _seed: u64, _sampling: Sampling, _rollout: u64) -> Concrete { todo!() }
}

/// What is driven, and how.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// Scenario.
    pub template: &'a Template,
    /// Policy.
    pub policy: &'a BuiltIn,
    /// Seed, below 2^53.
    pub seed: u64,
    /// How latent states are drawn.
    pub sampling: Sampling,
    /// Worlds that a batch policy sees at once; never changes a result.
    pub batch: usize,
}

/// Everything that driving a range of rollouts gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Driven {
    /// One outcome per rollout, by index.
    pub outcomes: Vec<Outcome>,
    /// Batch calls that faulted although no world of theirs faults alone.
    pub batch_dependent: u64,
}

/// Drives the rollouts of a range. The result depends on template, policy, seed, sampling and range alone.
pub fn drive(_job: &Job, _rollouts: Range<u64>) -> Driven { todo!() }

/// Drives one rollout and keeps its trace.
pub fn drive_traced(_job: &Job, _rollout: u64) -> (Outcome, Trace) { todo!() }
