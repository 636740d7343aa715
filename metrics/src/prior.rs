//! How often nature does something, and how well that is known.

use serde::{Deserialize, Serialize};

use crate::normal::factor_at;
use crate::{Confidence, Error};

/// A natural probability with its interval: `0 <= lower <= estimate <= upper <= 1`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Prior {
    estimate: f64,
    lower: f64,
    upper: f64,
    confidence: Confidence,
}

/// The same numbers as read from a file.
#[derive(Deserialize)]
struct Unchecked {
    estimate: f64,
    lower: f64,
    upper: f64,
    confidence: Confidence,
}

impl Prior {
    /// Checks a prior and its limits at a confidence.
    ///
    /// # Errors
    /// [`Error::Range`] unless `0 <= lower <= estimate <= upper <= 1`.
    pub fn new(estimate: f64, lower: f64, upper: f64, confidence: Confidence) -> Result<Self, Error> {
        if 0.0 <= lower && lower <= estimate && estimate <= upper && upper <= 1.0 {
            Ok(Self { estimate, lower, upper, confidence })
        } else {
            Err(Error::Range { estimate, lower, upper })
        }
    }

    /// A prior known within a factor at one confidence, with its interval at another; the upper limit is at most 1.
    ///
    /// # Errors
    /// [`Error::Factor`] for a factor below 1, [`Error::Range`] for an estimate outside of [0, 1].
    pub fn within_factor(estimate: f64, factor: f64, known_at: Confidence, wanted: Confidence) -> Result<Self, Error> {
        let factor = factor_at(factor, known_at, wanted)?;
        Self::new(estimate, estimate / factor, (estimate * factor).min(1.0), wanted)
    }

    /// The estimate.
    pub fn estimate(self) -> f64 {
        self.estimate
    }

    /// The lower limit.
    pub fn lower(self) -> f64 {
        self.lower
    }

    /// The upper limit.
    pub fn upper(self) -> f64 {
        self.upper
    }

    /// The confidence of the interval.
    pub fn confidence(self) -> Confidence {
        self.confidence
    }
}

impl TryFrom<Unchecked> for Prior {
    type Error = Error;

    fn try_from(prior: Unchecked) -> Result<Self, Error> {
        Self::new(prior.estimate, prior.lower, prior.upper, prior.confidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(confidence: f64) -> Confidence {
        Confidence::new(confidence).unwrap()
    }

    #[test]
    fn a_90_percent_factor_of_10_gives_the_95_percent_interval() {
        let prior = Prior::within_factor(1.4e-6, 10.0, at(0.90), at(0.95)).unwrap();
        // 1.4e-6 / 10 ** r and 1.4e-6 * 10 ** r with r = norm.ppf(0.975) / norm.ppf(0.95)
        assert!((prior.lower() / 9.006468635997911e-08 - 1.0).abs() < 1e-12, "{}", prior.lower());
        assert!((prior.upper() / 2.1762136517814376e-05 - 1.0).abs() < 1e-12, "{}", prior.upper());
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        assert!(Prior::new(0.2, 0.3, 0.4, at(0.95)).is_err());
        assert!(Prior::new(0.2, 0.1, 1.1, at(0.95)).is_err());
        assert!(Prior::new(f64::NAN, 0.1, 0.2, at(0.95)).is_err());
        assert!(Prior::within_factor(f64::NAN, 2.0, at(0.9), at(0.95)).is_err());
        assert!(Prior::within_factor(1.0, 2.0, at(0.9), at(0.95)).is_ok());
        assert!(Prior::within_factor(1.5, 2.0, at(0.9), at(0.95)).is_err());
        assert!(Prior::within_factor(-0.5, 2.0, at(0.9), at(0.95)).is_err());
        assert_eq!(Prior::within_factor(0.5, 4.0, at(0.9), at(0.9)).map(Prior::upper), Ok(1.0));
    }
}
