//! Rare events: failure probabilities that plain sampling cannot reach, from a limit state that is seen through its margins only.
//!
//! A [`LimitState`] takes points of standard normal space and gives signed margins; failure is a margin of at most 0. An
//! [`Estimator`] spends evaluations, all of which count, and gives an [`Answer`]: an [`Estimate`] with its limits,
//! its assumptions and its *reach*, and what was found on the way.
//!
//! | estimator | for | interval |
//! |---|---|---|
//! | [`Plain`] | probabilities above a few percent; whatever is to be demonstrated | exact binomial |
//! | [`Qmc`] | the same with few inputs and smooth margins | t over independent scramblings |
//! | [`Neyman`] | failures that one input or a choice tells of, at a few in a hundred to one in a million | log-t of the weighted counts |
//! | [`CrossEntropy`] | rare failures in some regions that the margin leads to | log-t of a fresh sample from a frozen proposal |
//! | [`Subset`] | rare failures in very many regions, hundreds of inputs | log-t over independent runs |
//! | [`Auto`] | what is not known beforehand: chooses, and says what it chose | of the one chosen |
//!
//! No method that sees margins alone can rule out a failure region that nothing leads to. An estimate of the last three is
//! therefore `estimated`, never `sampled`; its reach is the mass that such a region could have without having been seen, and one
//! that fails its own checks is distrusted. What they reach is measured in `docs/estimators.md`.

mod adapt;
mod auto;
mod draws;
mod explore;
mod fit;
mod gaussian;
mod heritability;
mod linear;
mod meter;
mod mixture;
mod moments;
mod neyman;
mod plain;
mod points;
mod pool;
mod qmc;
mod regions;
mod remnant;
mod search;
mod slope;
mod sobol;
mod splitting;
mod subset;
mod weights;

#[cfg(test)]
mod tests;

use crate::estimate::Limits;
use crate::{Alpha, Assumption, Confidence, Estimate, Interval, Kind};

pub use auto::Auto;
pub use meter::{LimitState, Progress, Tell};
pub use neyman::Neyman;
pub use plain::Plain;
pub use points::{Parent, Points};
pub use qmc::Qmc;
pub use search::CrossEntropy;
pub use splitting::Subset;
pub(crate) use weights::{log_t, student_upper};

/// What is asked of an estimator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    /// Most evaluations in all: pilot, adaptation, checks and estimate.
    pub budget: u64,
    /// The relative standard error that is enough; it decides how large the final sample is, before that is drawn.
    pub target: f64,
    /// Of all limits.
    pub confidence: Confidence,
    /// Equal seeds give equal bits.
    pub seed: u64,
}

/// A way to estimate the probability that a limit state fails.
pub trait Estimator {
    /// Its name in reports and on the command line.
    fn name(&self) -> &'static str;

    /// Spends at most the budget.
    fn estimate(&self, state: &mut dyn LimitState, request: &Request, tell: &mut Tell<'_>) -> Answer;
}

/// An estimate, and what was found on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The failure probability with its limits, kind, reach and diagnostics.
    pub estimate: Estimate,
    /// Evaluations in all: pilot, adaptation, checks and estimate.
    pub evaluations: u64,
    /// Name of the method whose sample gave the estimate.
    pub method: &'static str,
    /// What a statistician asks for.
    pub detail: Detail,
}

/// Diagnostics as numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// Standard error over the estimate, by the final sample; infinite where no failure was seen.
    pub error: f64,
    /// Degrees of freedom of that error.
    pub freedom: f64,
    /// Points of the final sample, or of all runs.
    pub sample: u64,
    /// Failing points among those of the final sample; of runs of subset simulation none is counted.
    pub failures: u64,
    /// (Σw)² / Σw² of the failing points of the final sample.
    pub effective: Option<f64>,
    /// Largest weight over the sum of all.
    pub largest_weight: Option<f64>,
    /// Shape of the Pareto tail of the weights.
    pub tail: Option<f64>,
    /// Likelihood ratio of each point of the final sample, failing or not, which are the last `sample` evaluations; empty where all weigh alike.
    pub weights: Vec<f64>,
    /// About the number of failure regions: components of the fitted proposal, or of subset simulation the peaks of the density of its
    /// failures that two runs at least have come to.
    pub components: Option<usize>,
    /// Estimates of independent parts: of both searches, of the scramblings, or of the runs.
    pub replicates: Vec<f64>,
    /// Share of accepted steps of each level.
    pub acceptance: Vec<f64>,
    /// What of a small margin comes back when the same point is asked again: 1 where its inputs make it, 0 where hidden noise does. Where
    /// it was asked: by [`Auto`], of a limit state that has such noise.
    pub heritability: Option<f64>,
    /// As many plain points would have been as likely to see a failure region that nothing leads to.
    pub plain_equivalent: f64,
}

/// The limits of an estimate that is not of random sampling: `estimate / f` to `estimate * f` by a factor at each error
/// probability.
fn estimated(
    value: f64,
    factor: impl Fn(Alpha) -> f64,
    interval: Interval,
    request: &Request,
    plain_equivalent: f64,
) -> Estimate {
    let alpha = request.confidence.one_sided();
    let (two, one) = (factor(request.confidence.each_side()), factor(alpha));
    let limits = Limits {
        estimate: Some(value.min(1.0)),
        two_sided: (value / two, (value * two).min(1.0)),
        one_sided: (value / one, (value * one).min(1.0)),
        confidence: request.confidence,
        kind: Kind::Estimated,
        interval,
        assumptions: vec![Assumption::ScenarioModel, Assumption::MarginLeads],
        warnings: Vec::new(),
    };
    Estimate::from_limits(limits).reaching(unseen(plain_equivalent, alpha))
}

/// The mass that a region could have and be missed by as many plain points with probability `alpha`.
pub(crate) fn unseen(plain_equivalent: f64, alpha: Alpha) -> f64 {
    if plain_equivalent > 0.0 { -libm::expm1(libm::log(alpha.get()) / plain_equivalent) } else { 1.0 }
}

/// Nothing is known: no answer was reached, for a reason.
fn nothing(interval: Interval, request: &Request, reason: &str) -> Estimate {
    let limits = Limits {
        estimate: None,
        two_sided: (0.0, 1.0),
        one_sided: (0.0, 1.0),
        confidence: request.confidence,
        kind: Kind::Estimated,
        interval,
        assumptions: vec![Assumption::ScenarioModel, Assumption::MarginLeads],
        warnings: Vec::new(),
    };
    Estimate::from_limits(limits).distrusted(reason)
}
