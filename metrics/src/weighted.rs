//! A mix of scenarios at stated weights.
//!
//! With weights `v_i` (encounters per kilometre) normalised to one, `P = sum v_i P_i`, and the limits are `sum v_i limit_i(a / m)`:
//! the error is split equally over the `m` scenarios, so that by Bonferroni's inequality each limit misses with probability at most
//! `a`. The weights themselves are taken as stated.

use crate::{Alpha, Error, Plan, Sample};

/// Samples with weights that sum to one; made by [`Weighted::new`].
#[derive(Clone, Debug, PartialEq)]
pub struct Weighted {
    parts: Vec<(f64, Sample)>,
}

impl Weighted {
    /// Normalises the weights, in the order given.
    ///
    /// # Errors
    /// [`Error::NoParts`] for no part at all, [`Error::Weight`] for a weight that is no finite number above 0.
    pub fn new(parts: Vec<(f64, Sample)>) -> Result<Self, Error> {
        if let Some((wrong, _)) = parts.iter().find(|(weight, _)| !(*weight > 0.0 && weight.is_finite())) {
            return Err(Error::Weight(*wrong));
        }
        // Divided by the largest first: the sum of finite weights need not be finite.
        let largest = parts.iter().map(|(weight, _)| *weight).fold(0.0, f64::max);
        let sum: f64 = parts.iter().map(|(weight, _)| weight / largest).sum();
        if parts.is_empty() {
            return Err(Error::NoParts);
        }
        Ok(Self { parts: parts.into_iter().map(|(weight, sample)| (weight / largest / sum, sample)).collect() })
    }

    /// The same under a plan, for each of its samples.
    #[must_use]
    pub fn under(self, plan: Plan) -> Self {
        Self { parts: self.parts.into_iter().map(|(weight, sample)| (weight, sample.under(plan))).collect() }
    }

    /// The samples, in the order given.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.parts.iter().map(|(_, sample)| sample)
    }

    /// Rollouts of all samples together.
    pub fn rollouts(&self) -> u64 {
        self.samples().map(Sample::rollouts).sum()
    }

    /// Failures of all samples together.
    pub fn failures(&self) -> u64 {
        self.samples().map(Sample::failures).sum()
    }

    /// The weighted observed probability; `None` where one of them is not known.
    pub fn point(&self) -> Option<f64> {
        self.parts.iter().map(|(weight, sample)| sample.point().map(|point| weight * point)).sum()
    }

    /// The weighted sum of lower limits.
    pub fn lower(&self, alpha: Alpha) -> f64 {
        self.mix(alpha, Sample::lower)
    }

    /// The weighted sum of upper limits.
    pub fn upper(&self, alpha: Alpha) -> f64 {
        self.mix(alpha, Sample::upper)
    }

    /// The weighted sum of upper limits with priors at their estimates.
    pub fn upper_at_prior_estimate(&self, alpha: Alpha) -> f64 {
        self.mix(alpha, Sample::upper_at_prior_estimate)
    }

    /// The weighted sum of what searches may have left unseen, the error split as that of limits is.
    pub fn reach(&self, alpha: Alpha) -> f64 {
        self.mix(alpha, Sample::reach)
    }

    /// The upper limit after `further` rollouts, shared equally over the scenarios.
    pub(crate) fn upper_after(&self, further: f64, clean: bool, alpha: Alpha) -> f64 {
        let each = (further / self.parts.len() as f64).floor();
        self.mix(alpha, |sample, alpha| sample.upper_after(each, clean, alpha))
    }

    fn mix(&self, alpha: Alpha, limit: impl Fn(&Sample, Alpha) -> f64) -> f64 {
        let each = alpha.times(1.0 / self.parts.len() as f64);
        let sum: f64 = self.parts.iter().map(|(weight, sample)| weight * limit(sample, each)).sum();
        sum.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Counts;

    #[test]
    fn weights_are_normalised_and_the_error_is_split() {
        let one = Sample::all(Counts::new(1000, 10).unwrap());
        let two = Sample::all(Counts::new(2000, 0).unwrap());
        let mix = Weighted::new(vec![(3.0, one.clone()), (1.0, two.clone())]).unwrap();
        let (alpha, half) = (Alpha::new(0.05).unwrap(), Alpha::new(0.025).unwrap());
        assert_eq!(mix.point(), Some(0.0075));
        assert_eq!(mix.upper(alpha), 0.75 * one.upper(half) + 0.25 * two.upper(half));
        assert_eq!(mix.lower(alpha), 0.75 * one.lower(half));
    }

    #[test]
    fn nothing_and_no_weight_are_refused() {
        let sample = Sample::all(Counts::default());
        assert_eq!(Weighted::new(Vec::new()), Err(Error::NoParts));
        assert_eq!(Weighted::new(vec![(0.0, sample.clone())]), Err(Error::Weight(0.0)));
        assert!(Weighted::new(vec![(f64::MAX, sample.clone()), (f64::MAX, sample)]).is_ok());
    }
}
