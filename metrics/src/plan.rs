//! When one may look at the counts: which limits follow from them.

use crate::{Alpha, Counts, Mixture, binomial, sequence};

/// The plan of a campaign, fixed before it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Plan {
    /// The number of rollouts is set before the run: exact limits ([`crate::binomial`]), which hold for one look at the end.
    #[default]
    Fixed,
    /// Look, stop and extend at will: the limits of a confidence sequence ([`crate::sequence`]), which hold at every look.
    Watched(Mixture),
}

impl Plan {
    /// The lower limit that misses with probability at most `alpha`.
    pub fn lower(self, counts: Counts, alpha: Alpha) -> f64 {
        match self {
            Self::Fixed => binomial::lower(counts, alpha),
            Self::Watched(mixture) => sequence::lower(counts, mixture, alpha),
        }
    }

    /// The upper limit that misses with probability at most `alpha`; 1 without a rollout.
    pub fn upper(self, counts: Counts, alpha: Alpha) -> f64 {
        match self {
            _ if counts.rollouts() == 0 => 1.0,
            Self::Fixed => binomial::upper(counts, alpha),
            Self::Watched(mixture) => sequence::upper(counts, mixture, alpha),
        }
    }

    /// The p-value against "the probability is at most `p`": the smallest error at which the lower limit reaches it.
    pub fn at_least(self, counts: Counts, p: f64) -> f64 {
        match self {
            Self::Fixed => binomial::at_least(counts, p),
            Self::Watched(mixture) => sequence::at_least(counts, mixture, p),
        }
    }

    /// The upper limit after `further` rollouts without a failure, or with failures at the rate observed so far.
    pub(crate) fn upper_after(self, counts: Counts, further: f64, clean: bool, alpha: Alpha) -> f64 {
        let rollouts = counts.rollouts() as f64 + further;
        let more = if clean { 0.0 } else { counts.rate().map_or(0.0, |rate| rate * further) };
        let failures = counts.failures() as f64 + more;
        match self {
            Self::Fixed => binomial::upper_of(rollouts, failures, alpha),
            Self::Watched(mixture) => sequence::upper_of(rollouts, failures, mixture, alpha),
        }
    }
}
