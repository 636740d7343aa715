//! What a search for rare events found, in the form from which limits follow at any error.
//!
//! The limits are those of the estimator ([`crate::rare`]): Student's t on the log of the estimate. They hold where failures lie where
//! the margin leads, or are frequent enough for the *reach*: the mass that a failure region which nothing leads to could have without
//! having been seen. Per encounter the searched half is mixed with the other one, which was sampled at random, as [`crate::TwoGroup`]
//! mixes two sampled ones.

use crate::rare::{Answer, Detail, log_t, unseen};
use crate::two_group::{HALF, mix, split};
use crate::{Alpha, Counts, Estimate, Interval, Prior, binomial};

/// An estimate that is not of random sampling.
#[derive(Clone, Debug, PartialEq)]
pub struct Searched {
    /// The estimate; `None` where no answer was reached.
    pub value: Option<f64>,
    /// Standard error over the estimate.
    pub error: f64,
    /// Degrees of freedom of that error.
    pub freedom: f64,
    /// How the limits are formed.
    pub interval: Interval,
    /// Evaluations in all.
    pub evaluations: u64,
    /// Failing points of the final sample.
    pub failures: u64,
    /// As many plain points would have been as likely to see a failure region that nothing leads to.
    pub plain_equivalent: f64,
    /// Whether its own checks passed.
    pub ok: bool,
    /// What they found, as kebab-case words.
    pub warnings: Vec<String>,
    /// The half that was not searched, where the figure is per encounter.
    pub rest: Option<Rest>,
}

/// The half without the hazard, sampled at random, and how often nature brings the hazard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rest {
    /// Counts of it.
    pub other: Counts,
    /// The natural prior of the hazard.
    pub prior: Prior,
}

impl Searched {
    /// What an answer says; `None` where it is of random sampling, as where the automatic method chose that.
    pub fn of(answer: &Answer) -> Option<Self> {
        let (estimate, detail): (&Estimate, &Detail) = (&answer.estimate, &answer.detail);
        (estimate.interval() != Interval::ClopperPearson).then(|| Self {
            value: estimate.estimate(),
            error: detail.error,
            freedom: detail.freedom,
            interval: estimate.interval(),
            evaluations: answer.evaluations,
            failures: detail.failures,
            plain_equivalent: detail.plain_equivalent,
            ok: estimate.diagnostics().ok,
            warnings: estimate.diagnostics().warnings.clone(),
            rest: None,
        })
    }

    /// The same per encounter.
    #[must_use]
    pub fn with(self, rest: Rest) -> Self {
        Self { rest: Some(rest), ..self }
    }

    /// The estimated failure probability.
    pub fn point(&self) -> Option<f64> {
        match &self.rest {
            None => self.value,
            Some(Rest { other, prior }) => Some(mix(prior.estimate(), other.rate()?, self.value?)),
        }
    }

    /// The lower limit that misses with probability at most `alpha`.
    pub fn lower(&self, alpha: Alpha) -> f64 {
        let Some(Rest { other, prior }) = &self.rest else { return self.searched_lower(alpha) };
        let (a0, a1) = split(*prior, alpha);
        let (p0, p1) = (binomial::lower(*other, a0), self.searched_lower(a1));
        mix(prior.lower(), p0, p1).min(mix(prior.upper(), p0, p1))
    }

    /// The upper limit that misses with probability at most `alpha`, of what the search was led to.
    pub fn upper(&self, alpha: Alpha) -> f64 {
        let Some(Rest { prior, .. }) = &self.rest else { return self.searched_upper(alpha) };
        let (p0, p1) = self.upper_of_halves(alpha);
        mix(prior.lower(), p0, p1).max(mix(prior.upper(), p0, p1)).min(1.0)
    }

    /// The upper limit with the prior at its estimate.
    pub fn upper_at_estimate(&self, alpha: Alpha) -> f64 {
        let Some(Rest { prior, .. }) = &self.rest else { return self.searched_upper(alpha) };
        let (p0, p1) = self.upper_of_halves(alpha);
        mix(prior.estimate(), p0, p1)
    }

    /// The mass that a failure region could have without having been seen, with probability `alpha` at most.
    pub fn reach(&self, alpha: Alpha) -> f64 {
        let weight = self.rest.map_or(1.0, |rest| rest.prior.upper());
        weight * unseen(self.plain_equivalent, alpha)
    }

    /// What a gate may hold against a demand: half of the error for the limit, and the reach on top.
    pub fn upper_with_reach(&self, alpha: Alpha) -> f64 {
        (self.upper(alpha.times(0.5)) + self.reach(alpha)).min(1.0)
    }

    /// The upper limit that as many rollouts drawn at random would have, none of which fails, or which fail as estimated.
    pub(crate) fn upper_after(&self, rollouts: f64, clean: bool, alpha: Alpha) -> f64 {
        let of = |value: f64, rollouts: f64, alpha| {
            let rollouts = rollouts.floor();
            if rollouts < 1.0 { 1.0 } else { binomial::upper_of(rollouts, if clean { 0.0 } else { value * rollouts }, alpha) }
        };
        let Some(Rest { other, prior }) = &self.rest else { return of(self.value.unwrap_or(1.0), rollouts * HALF, alpha) };
        let (a0, a1) = split(*prior, alpha);
        let p0 = of(other.rate().unwrap_or(1.0), other.rollouts() as f64 + rollouts * HALF, a0);
        let p1 = of(self.value.unwrap_or(1.0), rollouts * HALF, a1);
        mix(prior.lower(), p0, p1).max(mix(prior.upper(), p0, p1)).min(1.0)
    }

    fn upper_of_halves(&self, alpha: Alpha) -> (f64, f64) {
        let Some(Rest { other, prior }) = self.rest else { return (0.0, self.searched_upper(alpha)) };
        let (a0, a1) = split(prior, alpha);
        let p0 = if other.rollouts() == 0 { 1.0 } else { binomial::upper(other, a0) };
        (p0, self.searched_upper(a1))
    }

    fn searched_lower(&self, alpha: Alpha) -> f64 {
        self.value.map_or(0.0, |value| value / self.factor(alpha))
    }

    fn searched_upper(&self, alpha: Alpha) -> f64 {
        self.value.map_or(1.0, |value| (value * self.factor(alpha)).min(1.0))
    }

    fn factor(&self, alpha: Alpha) -> f64 {
        // Beyond one half the limits would cross.
        if alpha.get() >= 0.5 { 1.0 } else { log_t(self.freedom, self.error, alpha) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Confidence, Sample};

    fn searched() -> Searched {
        Searched {
            value: Some(3e-7),
            error: 0.1,
            freedom: 14.0,
            interval: Interval::LogT,
            evaluations: 4_000,
            failures: 300,
            plain_equivalent: 1_000.0,
            ok: true,
            warnings: Vec::new(),
            rest: None,
        }
    }

    fn alpha(alpha: f64) -> Alpha {
        Alpha::new(alpha).unwrap()
    }

    #[test]
    fn limits_are_those_of_students_t_on_the_log() {
        // 3e-7 * numpy.exp(scipy.stats.t.ppf(0.975, 14) * numpy.sqrt(numpy.log1p(0.01)))
        let upper = searched().upper(alpha(0.025));
        assert!((upper / 3.715_664_924_179_664_7e-7 - 1.0).abs() < 1e-9, "{upper}");
        assert!((searched().lower(alpha(0.025)) * upper / 9e-14 - 1.0).abs() < 1e-12);
        // -numpy.expm1(numpy.log(0.05) / 1000)
        assert!((searched().reach(alpha(0.05)) / 0.002_991_249_545_095_296 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn per_encounter_the_other_half_is_mixed_in_at_the_priors_worse_end() {
        let prior = Prior::new(0.3, 0.2, 0.4, Confidence::new(0.95).unwrap()).unwrap();
        let other = Counts::new(1000, 5).unwrap();
        let mixed = searched().with(Rest { other, prior });
        let p0 = binomial::upper(other, alpha(0.025));
        assert_eq!(mixed.upper(alpha(0.05)), 0.8 * p0 + 0.2 * searched().upper(alpha(0.025)));
        assert_eq!(mixed.point(), Some(0.7 * 0.005 + 0.3 * 3e-7));
        assert!((mixed.reach(alpha(0.05)) / searched().reach(alpha(0.05)) - 0.4).abs() < 1e-12);
    }

    #[test]
    fn no_answer_says_nothing() {
        let none = Searched { value: None, error: f64::INFINITY, freedom: 0.0, ..searched() };
        assert_eq!((none.lower(alpha(0.05)), none.upper(alpha(0.05)), none.point()), (0.0, 1.0, None));
    }

    #[test]
    fn the_estimate_of_the_sample_is_never_demonstrated() {
        let estimate = Sample::Searched(searched()).estimate(Confidence::new(0.95).unwrap());
        assert!(!estimate.can_demonstrate() && estimate.demonstrated().get() == 0.0);
        let claimed = searched().upper_with_reach(alpha(0.05));
        assert!((estimate.upper_with_reach().unwrap() / claimed - 1.0).abs() < 1e-12);
    }
}
