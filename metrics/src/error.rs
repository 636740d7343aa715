//! What can be wrong with the numbers that are handed in.

use thiserror::Error;

/// A number was refused where it entered. Everything computed from accepted numbers is total.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// More failures than rollouts.
    #[error("{failures} failures of only {rollouts} rollouts")]
    MoreFailuresThanRollouts {
        /// The number of rollouts.
        rollouts: u64,
        /// The number of failures.
        failures: u64,
    },
    /// More rollouts than an `f64` counts exactly.
    #[error("{0} rollouts are more than 2^53")]
    TooManyRollouts(u64),
    /// A confidence outside of (0, 1).
    #[error("a confidence lies between 0 and 1, {0} does not")]
    Confidence(f64),
    /// An error probability outside of (0, 1).
    #[error("an error probability lies between 0 and 1, {0} does not")]
    Alpha(f64),
    /// A share or a weight outside of its range.
    #[error("a share lies above 0 and is at most 1, {0} does not")]
    Share(f64),
    /// A weight that is no finite number above zero.
    #[error("a weight is a finite number above 0, {0} is not")]
    Weight(f64),
    /// A mix of nothing.
    #[error("a weighted mix needs at least one part")]
    NoParts,
    /// The limits of a prior or an exposure do not enclose its estimate, or leave its range.
    #[error("[{lower}, {upper}] is no interval around {estimate} in the allowed range")]
    Range {
        /// The estimate.
        estimate: f64,
        /// The lower limit.
        lower: f64,
        /// The upper limit.
        upper: f64,
    },
    /// A factor of uncertainty below one.
    #[error("a factor of uncertainty is a finite number of at least 1, {0} is not")]
    Factor(f64),
    /// A demand of no nines, or of more than can be told from zero.
    #[error("demanded nines lie above 0 and are at most 300, {0} do not")]
    Nines(f64),
    /// A margin below one.
    #[error("a margin is a finite ratio of at least 1, {0} is not")]
    Margin(f64),
    /// A belief that is no probability, or a base rate that is 0, 1 or none.
    #[error("a belief lies from 0 to 1, and the base rate it is held against between them")]
    Beliefs,
    /// A stored estimate whose limits are out of order or outside of [0, 1].
    #[error("the limits of a stored estimate are out of order, or no probabilities")]
    Estimate,
}
