//! Limits for a mixture of two independent halves.
//!
//! Half of the rollouts are drawn given that no hazard holds, half given that one does. With `w` the natural prior of the hazard
//!
//! ```text
//! P = (1-w) p0 + w p1,    limits (1-w) CP(p0; a0) + w CP(p1; a1),    a0 + a1 = the error of that side
//! ```
//!
//! By Bonferroni's inequality each limit misses with probability at most `a0 + a1`, if `w` lies in its interval. `a1` is a tenth
//! of the error where the prior's estimate is below 0.01 and half of it elsewhere: fixed by the prior, never by the counts. The
//! sum is linear in `w`, so the worst `w` of an interval is one of its ends; each limit takes the end that widens it.
//!
//! Under [`Plan::Watched`] a confidence sequence stands in the place of each Clopper-Pearson limit: then the sum holds at every look,
//! by the same inequality.

use crate::{Alpha, Counts, Plan, Prior};

/// Below this prior the hazard gets [`SMALL_SHARE`] of the error.
const RARE_BELOW: f64 = 0.01;
/// Share of the error that a rare hazard gets: its limit enters with the weight `w`, the other with almost 1.
const SMALL_SHARE: f64 = 0.1;
/// Share of the error that a common hazard gets.
const EVEN_SHARE: f64 = 0.5;
/// Share of the scenario's rollouts that each half gets: every second index.
pub(crate) const HALF: f64 = 0.5;

/// Counts of the two halves and the prior that weighs them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoGroup {
    other: Counts,
    hazard: Counts,
    prior: Prior,
    plan: Plan,
}

impl TwoGroup {
    /// The half without the hazard, the half with it, and how often nature brings the hazard.
    pub fn new(other: Counts, hazard: Counts, prior: Prior) -> Self {
        Self { other, hazard, prior, plan: Plan::Fixed }
    }

    /// The same under a plan: of a watched one the limits of each half are those of its confidence sequence.
    #[must_use]
    pub fn under(self, plan: Plan) -> Self {
        Self { plan, ..self }
    }

    /// The plan under which the limits hold.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// Counts of the half without the hazard.
    pub fn other(&self) -> Counts {
        self.other
    }

    /// Counts of the half with the hazard.
    pub fn hazard(&self) -> Counts {
        self.hazard
    }

    /// The natural prior of the hazard.
    pub fn prior(&self) -> Prior {
        self.prior
    }

    /// `(1-w) p0 + w p1` at the prior's estimate; `None` where a half has no rollouts.
    pub fn point(&self) -> Option<f64> {
        Some(mix(self.prior.estimate(), self.other.rate()?, self.hazard.rate()?))
    }

    /// The lower limit at the end of the prior's interval that lowers it most.
    pub fn lower(&self, alpha: Alpha) -> f64 {
        let (a0, a1) = self.split(alpha);
        let (p0, p1) = (self.plan.lower(self.other, a0), self.plan.lower(self.hazard, a1));
        mix(self.prior.lower(), p0, p1).min(mix(self.prior.upper(), p0, p1))
    }

    /// The upper limit at the end of the prior's interval that raises it most.
    pub fn upper(&self, alpha: Alpha) -> f64 {
        let (p0, p1) = self.upper_of_halves(alpha);
        self.worst_upper(p0, p1)
    }

    /// The upper limit if the prior were known to be its estimate.
    pub fn upper_at_estimate(&self, alpha: Alpha) -> f64 {
        let (p0, p1) = self.upper_of_halves(alpha);
        mix(self.prior.estimate(), p0, p1)
    }

    /// The upper limit after `further` rollouts of which none fails, or each half at the rate observed so far.
    pub(crate) fn upper_after(&self, further: f64, clean: bool, alpha: Alpha) -> f64 {
        let (a0, a1) = self.split(alpha);
        let p0 = self.plan.upper_after(self.other, (further * HALF).floor(), clean, a0);
        let p1 = self.plan.upper_after(self.hazard, (further * HALF).floor(), clean, a1);
        self.worst_upper(p0, p1)
    }

    fn upper_of_halves(&self, alpha: Alpha) -> (f64, f64) {
        let (a0, a1) = self.split(alpha);
        (self.plan.upper(self.other, a0), self.plan.upper(self.hazard, a1))
    }

    fn worst_upper(&self, p0: f64, p1: f64) -> f64 {
        mix(self.prior.lower(), p0, p1).max(mix(self.prior.upper(), p0, p1)).min(1.0)
    }

    fn split(&self, alpha: Alpha) -> (Alpha, Alpha) {
        split(self.prior, alpha)
    }
}

/// The errors of the half without and of the half with the hazard.
pub(crate) fn split(prior: Prior, alpha: Alpha) -> (Alpha, Alpha) {
    let share = if prior.estimate() < RARE_BELOW { SMALL_SHARE } else { EVEN_SHARE };
    (alpha.times(1.0 - share), alpha.times(share))
}

/// `(1-w) p0 + w p1`.
pub(crate) fn mix(w: f64, p0: f64, p1: f64) -> f64 {
    (1.0 - w) * p0 + w * p1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Confidence, Mixture, binomial, sequence};

    fn sample(w: [f64; 3], other: (u64, u64), hazard: (u64, u64)) -> TwoGroup {
        let prior = Prior::new(w[0], w[1], w[2], Confidence::new(0.95).unwrap()).unwrap();
        TwoGroup::new(Counts::new(other.0, other.1).unwrap(), Counts::new(hazard.0, hazard.1).unwrap(), prior)
    }

    fn alpha(alpha: f64) -> Alpha {
        Alpha::new(alpha).unwrap()
    }

    #[test]
    fn the_worst_prior_may_be_either_end() {
        // The hazard is the safer half: a small prior raises the limit.
        let safer = sample([0.3, 0.2, 0.4], (1000, 500), (1000, 0));
        let (p0, p1) = (binomial::upper(safer.other, alpha(0.025)), binomial::upper(safer.hazard, alpha(0.025)));
        assert_eq!(safer.upper(alpha(0.05)), 0.8 * p0 + 0.2 * p1);
        let (p0, p1) = (binomial::lower(safer.other, alpha(0.025)), binomial::lower(safer.hazard, alpha(0.025)));
        assert_eq!(safer.lower(alpha(0.05)), (1.0 - 0.4) * p0 + 0.4 * p1);
    }

    #[test]
    fn a_rare_hazard_gets_a_tenth_of_the_error() {
        let rare = sample([0.00999, 0.005, 0.02], (1000, 0), (1000, 10));
        assert_eq!(rare.split(alpha(0.05)), (alpha(0.05 * 0.9), alpha(0.05 * 0.1)));
        let common = sample([0.01, 0.005, 0.02], (1000, 0), (1000, 10));
        assert_eq!(common.split(alpha(0.05)), (alpha(0.025), alpha(0.025)));
    }

    #[test]
    fn watched_limits_take_those_of_the_sequence_in_their_place() {
        let halves = sample([0.3, 0.2, 0.4], (1000, 5), (1000, 50));
        let mixture = Mixture::around(1e-3).unwrap();
        let watched = halves.under(Plan::Watched(mixture));
        let limit = |of: fn(Counts, Mixture, Alpha) -> f64, counts| of(counts, mixture, alpha(0.025));
        let (p0, p1) = (limit(sequence::upper, halves.other), limit(sequence::upper, halves.hazard));
        assert_eq!(watched.upper(alpha(0.05)), 0.6 * p0 + 0.4 * p1);
        let (p0, p1) = (limit(sequence::lower, halves.other), limit(sequence::lower, halves.hazard));
        assert_eq!(watched.lower(alpha(0.05)), 0.8 * p0 + 0.2 * p1);
        assert!(watched.upper(alpha(0.05)) > halves.upper(alpha(0.05)), "looking at will costs");
        assert_eq!(watched.point(), halves.point());
    }

    #[test]
    fn a_half_without_rollouts_has_no_point_but_limits() {
        let half = sample([0.5, 0.5, 0.5], (1000, 0), (0, 0));
        assert_eq!(half.point(), None);
        assert!(half.lower(alpha(0.05)) == 0.0 && half.upper(alpha(0.05)) > 0.5);
    }
}
