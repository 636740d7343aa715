//! Failures per kilometre: probability times exposure, with the uncertainty of both.
//!
//! Each limit of a rate is its point times or over a factor that joins the factors (limit over estimate) of that side as independent
//! log-normal errors, each side with its own:
//!
//! ```text
//! upper = rate exp( sqrt(ln²(exposure upper / estimate) + ln²(probability upper / estimate)))
//! lower = rate exp(-sqrt(ln²(exposure lower / estimate) + ln²(probability lower / estimate)))
//! ```
//!
//! Where no failure was seen there is no point above 0 and no lower limit; the upper limit is the product of both upper limits at
//! half the error each (Bonferroni). Rates of several scenarios are added by [`crate::RateSum`].
//!
//! The joint factor is of the method of variance estimates recovery: G. Y. Zou and A. Donner, "Construction of confidence limits
//! about effect measures: a general approach", Statistics in Medicine 27 (2008) 1693-1702. It is an approximation: rates are
//! [`Kind::Estimated`], `docs/intervals.md` has their coverage.

use libm::{exp, expm1, log};
use serde::{Deserialize, Serialize};

use crate::normal::hypot;
use crate::{Alpha, Confidence, Exposure, Kind, Sample};

/// Kilometres in a mile.
pub const KM_PER_MILE: f64 = 1.609_344;

/// Failures per kilometre, or per any other distance after [`Rate::scaled`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The rate observed; 0 where no failure was seen, `None` where there were no rollouts.
    pub estimate: Option<f64>,
    /// The two-sided lower limit; `None` where no failure was seen.
    pub lower: Option<f64>,
    /// The two-sided upper limit.
    pub upper: f64,
    /// The confidence of the interval.
    pub confidence: Confidence,
    /// [`Kind::Estimated`], or [`Kind::None`] without rollouts.
    pub kind: Kind,
    /// What the upper limit is made of; `None` where that was not worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper_factors: Option<UpperFactors>,
}

/// The factors between a rate and its upper limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpperFactors {
    /// The upper limit of the probability over its estimate, priors at their estimates; `None` where no failure was seen.
    pub sampling: Option<f64>,
    /// The factor by which the prior's interval then widens it.
    pub prior: f64,
    /// The factor of the exposure.
    pub exposure: f64,
}

impl Rate {
    /// The rate of one scenario: the probability of the sample times the exposure.
    pub fn new(sample: &Sample, exposure: Exposure, confidence: Confidence) -> Self {
        let kind = if sample.rollouts() == 0 { Kind::None } else { Kind::Estimated };
        match sample.point() {
            Some(point) if point > 0.0 => Self::around(point, sample, exposure, confidence),
            point => Self::below(point, kind, sample, exposure, confidence),
        }
    }

    /// A rate with failures: both sides by the joint factor.
    fn around(point: f64, sample: &Sample, exposure: Exposure, confidence: Confidence) -> Self {
        let alpha = confidence.each_side();
        let estimate = point * exposure.estimate();
        let factors = UpperFactors::new(Some(point), sample, alpha, exposure.upper_factor(confidence));
        let up = hypot(log(factors.exposure), log(sample.upper(alpha) / point));
        // A lower limit of zero is infinitely far away on this scale, and stays zero.
        let down = hypot(log(exposure.lower_factor(confidence)), log(sample.lower(alpha) / point));
        Self {
            estimate: Some(estimate),
            lower: Some(estimate * exp(-down)),
            upper: estimate * exp(up),
            confidence,
            kind: Kind::Estimated,
            upper_factors: Some(factors),
        }
    }

    /// A rate without failures: an upper limit alone, each part of it at half the error.
    fn below(point: Option<f64>, kind: Kind, sample: &Sample, exposure: Exposure, confidence: Confidence) -> Self {
        let alpha = confidence.each_side().times(0.5);
        let factors = UpperFactors::new(None, sample, alpha, exposure.upper_factor(confidence.with_half_the_error()));
        Self {
            estimate: point.map(|point| point * exposure.estimate()),
            lower: None,
            upper: sample.upper(alpha) * exposure.estimate() * factors.exposure,
            confidence,
            kind,
            upper_factors: Some(factors),
        }
    }

    /// The rate over a distance `factor` times as long.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            estimate: self.estimate.map(|estimate| estimate * factor),
            lower: self.lower.map(|lower| lower * factor),
            upper: self.upper * factor,
            ..self
        }
    }

    /// A rate per kilometre as one per million kilometres.
    #[must_use]
    pub fn per_million_km(self) -> Self {
        self.scaled(1e6)
    }

    /// A rate per kilometre as one per million miles.
    #[must_use]
    pub fn per_million_miles(self) -> Self {
        self.scaled(1e6 * KM_PER_MILE)
    }
}

impl UpperFactors {
    fn new(point: Option<f64>, sample: &Sample, alpha: Alpha, exposure: f64) -> Self {
        let by_sampling = sample.upper_at_prior_estimate(alpha);
        Self { sampling: point.map(|point| by_sampling / point), prior: sample.upper(alpha) / by_sampling, exposure }
    }
}

/// The probability of at least one failure within a distance, failures being a Poisson stream: `1 - exp(-rate distance)`.
pub fn within(rate: f64, distance: f64) -> f64 {
    -expm1(-rate * distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Counts;

    fn at(confidence: f64) -> Confidence {
        Confidence::new(confidence).unwrap()
    }

    fn rate(estimate: Option<f64>, lower: Option<f64>, upper: f64) -> Rate {
        Rate { estimate, lower, upper, confidence: at(0.95), kind: Kind::Estimated, upper_factors: None }
    }

    #[test]
    fn without_a_failure_both_upper_limits_take_half_the_error() {
        let exposure = Exposure::within_factor(0.01, 2.0, at(0.90), at(0.95)).unwrap();
        let got = Rate::new(&Sample::all(Counts::new(1000, 0).unwrap()), exposure, at(0.95));
        // -expm1(log(0.0125) / 1000) * 0.01 * 2 ** (norm.isf(0.0125) / norm.isf(0.05))
        let expected = 0.0043724395646712695 * 0.01 * 2.5716175495742837;
        assert!((got.upper / expected - 1.0).abs() < 1e-9, "{} instead of {expected}", got.upper);
        assert_eq!((got.estimate, got.lower), (Some(0.0), None));
        assert_eq!(got.upper_factors.map(|factors| (factors.sampling, factors.prior)), Some((None, 1.0)));
    }

    #[test]
    fn no_rollouts_leave_the_exposure_as_the_limit() {
        let exposure = Exposure::new(0.01, 0.01, 0.01, at(0.95)).unwrap();
        let got = Rate::new(&Sample::all(Counts::default()), exposure, at(0.95));
        assert_eq!((got.estimate, got.lower, got.upper, got.kind), (None, None, 0.01, Kind::None));
    }

    #[test]
    fn a_million_miles_are_longer_than_a_million_kilometres() {
        let per_km = rate(Some(4.968e-6), Some(1.38e-6), 1.74e-5);
        assert_eq!(format!("{:.3}", per_km.per_million_miles().estimate.unwrap()), "7.995");
        assert_eq!(format!("{:.2}", per_km.per_million_km().upper), "17.40");
    }

    #[test]
    fn a_failure_within_a_distance_is_one_minus_none() {
        assert_eq!(within(0.0, 5.0), 0.0);
        // -math.expm1(-1e-9 * 3), where 1 - math.exp(-3e-9) has lost half its digits
        assert!((within(1e-9, 3.0) / 2.9999999955e-9 - 1.0).abs() < 1e-14);
        assert_eq!(within(10.0, 100.0), 1.0);
    }
}
