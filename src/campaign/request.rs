//! What a user asks for, as the program understands it.

use super::{CAMPAIGN_SCHEMA, CHUNK, Odd, Record, RecordedScenario, Scenario, SearchSettings, Shard, VERSION, derived_seed};
use crate::policy::Policy;
use nines_sim::Sampling;
use nines_viz::SeedFrom;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// How latent states are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Every second rollout given the hazard, the others given that there is none.
    Stratified,
    /// All from the natural priors.
    Mc,
    /// Given the hazard points of scrambled nets; the rest as `stratified`.
    Qmc,
    /// Given the hazard more points in the strata where failures are uncertain.
    Neyman,
    /// Given the hazard importance sampling from a mixture that is adapted to the failures.
    #[serde(rename = "ce")]
    CrossEntropy,
    /// Given the hazard subset simulation.
    Subset,
    /// Given the hazard the method that suits what is found.
    Auto,
}

impl Method {
    /// Name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Method::Stratified => "stratified",
            Method::Mc => "mc",
            Method::Qmc => "qmc",
            Method::Neyman => "neyman",
            Method::CrossEntropy => "ce",
            Method::Subset => "subset",
            Method::Auto => "auto",
        }
    }

    /// Whether it chooses its points given the hazard, instead of drawing them.
    pub const fn searches(self) -> bool {
        !matches!(self, Method::Stratified | Method::Mc)
    }

    /// The same for the engine.
    pub const fn sampling(self) -> Sampling {
        match self {
            Method::Mc => Sampling::Mc,
            _ => Sampling::Stratified,
        }
    }
}

/// Whether the budget may grow, and so which limits hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// The budget is set before the run and cannot be extended.
    Fixed,
    /// Confidence sequences: look, stop and extend at will.
    Watched,
}

impl Plan {
    /// Name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Plan::Fixed => "fixed",
            Plan::Watched => "watched",
        }
    }
}

/// A campaign to be run.
#[derive(Clone, Debug)]
pub struct Request {
    /// The policy under test.
    pub policy: Policy,
    /// Scenarios with their rollouts, in the order of their names.
    pub scenarios: Vec<(Scenario, u64)>,
    /// ODDs asked for, in that order.
    pub odds: Vec<Odd>,
    /// How latent states are drawn.
    pub method: Method,
    /// What a method that searches looks for, and how long.
    pub search: SearchSettings,
    /// Whether the budget may grow.
    pub plan: Plan,
    /// End a scenario once so many nines are demonstrated or refuted.
    pub nines: Option<u32>,
    /// End with the round of chunks in which this time is over. The rollouts of the scenarios are the most that it may come to.
    pub time: Option<Duration>,
    /// Confidence of each interval.
    pub confidence: f64,
    /// Seed, where one was chosen.
    pub seed: Option<u64>,
    /// Rows kept from the start of each scenario.
    pub keep: u64,
    /// Faults of a scenario after which the run ends.
    pub max_faults: Option<u64>,
    /// Failures of a scenario, the first by index, that are analysed in hindsight; 0 for none.
    pub hindsight: u64,
    /// Rollouts of a scenario, the first by index, whose stated beliefs are scored; 0 for none. A search scores none.
    pub beliefs: u64,
    /// Threads; never changes a result.
    pub threads: usize,
    /// Worlds that a batch policy sees at once; never changes a result.
    pub batch: usize,
    /// Which part of the campaign is driven; all of it where none is named.
    pub shard: Option<Shard>,
    /// Chunks that may be driven and not taken in yet; never changes a result.
    pub ahead: u64,
    /// Campaign folder.
    pub out: PathBuf,
    /// Go on in it.
    pub resume: bool,
    /// The command line, for the record of where results come from.
    pub command: Vec<String>,
}

impl Request {
    /// Why it cannot be driven in shards, if it cannot: what it ends by, or where it looks next, follows from all that was driven.
    pub fn needs_all(&self) -> Option<String> {
        let ends =
            [("--nines", self.nines.is_some()), ("--time", self.time.is_some()), ("--max-faults", self.max_faults.is_some())];
        match ends.iter().find(|(_, given)| *given) {
            Some((option, _)) => Some(format!("{option} ends by what all of the campaign shows, and a shard sees a part")),
            None if self.method.searches() => {
                Some(format!("--method {} adapts to all that it has driven, and a shard sees a part", self.method.name()))
            }
            None => None,
        }
    }

    /// Everything of it that decides the bytes.
    pub fn record(&self) -> Record {
        let (policy, plan) = (self.policy.summary().clone(), self.plan);
        let set: Vec<(&Scenario, u64)> = self.scenarios.iter().map(|(s, rollouts)| (s, *rollouts)).collect();
        let (seed, seed_from) = match self.seed {
            Some(seed) => (seed, SeedFrom::Chosen),
            None => (derived_seed(&policy.fingerprint, &set, self.method, plan), SeedFrom::Auto),
        };
        let recorded = |(s, rollouts): (&Scenario, u64)| RecordedScenario {
            name: s.name.clone(),
            fingerprint: s.fingerprint.clone(),
            rollouts,
            budgets: if plan == Plan::Watched { vec![rollouts] } else { Vec::new() },
        };
        Record {
            schema: CAMPAIGN_SCHEMA.into(),
            nines_version: VERSION.into(),
            method: self.method,
            confidence: self.confidence,
            keep: self.keep,
            max_faults: self.max_faults,
            hindsight: self.hindsight,
            // What a search meets is not spread as what is handed out as base rate.
            beliefs: if self.method.searches() { 0 } else { self.beliefs },
            demands: None,
            odds: self.odds.iter().map(Odd::recorded).collect(),
            scenarios: set.into_iter().map(recorded).collect(),
            policy,
            plan,
            nines: self.nines,
            search: self.method.searches().then(|| self.search.clone()),
            shard: self.shard,
            seed,
            seed_from,
        }
    }
}

/// Rollouts of each scenario unless said otherwise: 100k for up to 10 scenarios; more share 1M equally, rounded up to 256.
pub fn default_rollouts(scenarios: usize) -> u64 {
    match scenarios as u64 {
        0..=10 => 100_000,
        more => 1_000_000u64.div_ceil(more).next_multiple_of(CHUNK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_scenarios_share_a_million() {
        assert_eq!((default_rollouts(1), default_rollouts(10)), (100_000, 100_000));
        assert_eq!((default_rollouts(11), default_rollouts(40)), (91_136, 25_088));
    }
}
