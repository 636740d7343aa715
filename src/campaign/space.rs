//! The space that a search moves in: standard normal coordinates, and the concrete scenarios that they mean.

use super::{Method, Scenario};
use nines_metrics::rare::Parent;
use nines_sim::math::normal_cdf;
use nines_sim::{Chosen, Criterion, Outcome, random};

/// What a search chooses of a rollout: the latent states, where more than one combination is the hazard, and the parameters. All else
/// (errors of perception, cues, wandering) is noise that is drawn by the rollout's index, as ever, unless the search moves a rollout that
/// it knows together with its noise: then the new one keeps a part of that, and has a lineage.
#[derive(Clone, Debug)]
pub struct Space {
    /// Strata of the hazard with their cumulated shares.
    strata: Vec<(f64, u16)>,
    params: usize,
    /// Every how many rollouts one is chosen: the others have no hazard, and are drawn at random.
    stride: u64,
}

impl Space {
    /// The space of a scenario.
    pub fn of(scenario: &Scenario, method: Method) -> Self {
        let strata = scenario.template.hazard_strata(method.sampling());
        let stride = if strata.len() < scenario.template.strata.len() { 2 } else { 1 };
        Self { strata, params: scenario.template.params.len(), stride }
    }

    /// Coordinates.
    pub fn dim(&self) -> usize {
        (self.params + self.choices()).max(1)
    }

    /// The latent states take a coordinate where there is a choice.
    fn choices(&self) -> usize {
        usize::from(self.strata.len() > 1)
    }

    /// Cumulated shares of the combinations that the first coordinate chooses from; none where there is no choice.
    pub fn shares(&self) -> Vec<f64> {
        if self.choices() == 0 { Vec::new() } else { self.strata.iter().map(|(upto, _)| *upto).collect() }
    }

    /// Rollouts that so many evaluations take.
    pub fn rollouts(&self, evaluations: usize) -> u64 {
        evaluations as u64 * self.stride
    }

    /// Evaluations that so many rollouts hold.
    pub fn evaluations(&self, rollouts: u64) -> u64 {
        rollouts / self.stride
    }

    /// Whether a rollout is one that the search chose.
    pub fn is_chosen(&self, rollout: u64) -> bool {
        self.stride == 1 || rollout % self.stride == 1
    }

    /// The rollout of an evaluation.
    pub fn rollout(&self, evaluation: u64) -> u64 {
        evaluation * self.stride + self.stride - 1
    }

    /// Every how many rollouts one is chosen.
    pub fn stride(&self) -> u64 {
        self.stride
    }

    /// None chosen yet.
    pub fn nothing_chosen(&self) -> Chosen {
        Chosen::new(self.stride - 1, self.stride, self.params)
    }

    /// Chooses what a point means.
    pub fn choose(&self, chosen: &mut Chosen, point: &[f64], parent: Option<Parent>) {
        let (state, params) = point.split_at(self.choices());
        let last = self.strata.last().map_or(0, |(_, stratum)| *stratum);
        let stratum = state.first().map_or(last, |z| {
            let u = normal_cdf(*z);
            self.strata.iter().find(|(upto, _)| u < *upto).map_or(last, |(_, stratum)| *stratum)
        });
        let of = |parent: Parent| chosen.lineage_from(self.rollout(parent.evaluation), parent.rho);
        let lineage = parent.map_or_else(Vec::new, of);
        chosen.push(stratum, params, &lineage);
    }

    /// The seed of the search in a scenario: others search elsewhere.
    pub fn seed(campaign: u64, scenario: &str) -> u64 {
        random::split_mix(campaign ^ random::fnv1a(scenario.as_bytes()))
    }
}

/// What counts as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitState {
    /// Whatever fails the scenario.
    Min,
    /// One criterion, and faults of the policy.
    Of(Criterion),
}

impl LimitState {
    /// By its name in files and on the command line.
    pub fn by_name(name: &str) -> Option<Self> {
        let criterion = || Criterion::ALL.iter().find(|criterion| criterion.name() == name);
        if name == "min" { Some(LimitState::Min) } else { criterion().map(|criterion| LimitState::Of(*criterion)) }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            LimitState::Min => "min",
            LimitState::Of(criterion) => criterion.name(),
        }
    }

    /// The signed margin of an outcome.
    pub fn margin(self, outcome: &Outcome) -> f64 {
        match self {
            LimitState::Of(criterion) if outcome.fault.is_none() => {
                Criterion::ALL.iter().position(|c| *c == criterion).map_or(outcome.margin, |k| outcome.margins[k])
            }
            _ => outcome.margin,
        }
    }
}
