//! Encounters per kilometre, and how well they are known.

use libm::{log, pow};
use serde::{Deserialize, Serialize};

use crate::nines::probability_of;
use crate::normal::{factor_at, spread_ratio};
use crate::{Confidence, Error};

/// A rate of encounters with its interval, taken as log-normal: `0 < lower <= estimate <= upper`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Exposure {
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

impl Exposure {
    /// Checks an exposure and its limits at a confidence.
    ///
    /// # Errors
    /// [`Error::Range`] unless `0 < lower <= estimate <= upper`, all finite.
    pub fn new(estimate: f64, lower: f64, upper: f64, confidence: Confidence) -> Result<Self, Error> {
        if 0.0 < lower && lower <= estimate && estimate <= upper && upper.is_finite() {
            Ok(Self { estimate, lower, upper, confidence })
        } else {
            Err(Error::Range { estimate, lower, upper })
        }
    }

    /// An exposure known within a factor at one confidence, with its interval at another.
    ///
    /// # Errors
    /// [`Error::Factor`] for a factor below 1, [`Error::Range`] for an estimate that is no number above 0.
    pub fn within_factor(estimate: f64, factor: f64, known_at: Confidence, wanted: Confidence) -> Result<Self, Error> {
        let factor = factor_at(factor, known_at, wanted)?;
        Self::new(estimate, estimate / factor, estimate * factor, wanted)
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

    /// `estimate / lower` at another confidence: `f^(z_to / z_from)`.
    pub(crate) fn lower_factor(self, confidence: Confidence) -> f64 {
        pow(self.estimate / self.lower, spread_ratio(self.confidence, confidence))
    }

    /// `upper / estimate` at another confidence.
    pub(crate) fn upper_factor(self, confidence: Confidence) -> f64 {
        pow(self.upper / self.estimate, spread_ratio(self.confidence, confidence))
    }
}

impl TryFrom<Unchecked> for Exposure {
    type Error = Error;

    fn try_from(exposure: Unchecked) -> Result<Self, Error> {
        Self::new(exposure.estimate, exposure.lower, exposure.upper, exposure.confidence)
    }
}

/// Failure-free kilometres on the road that would demonstrate `nine` nines per encounter: `-ln(alpha) / (10^-nine exposure)`.
///
/// Encounters on the road are taken as a Poisson stream of `encounters_per_km`, the sum over the scenarios of the ODD.
pub fn km_needed(nine: u8, encounters_per_km: f64, confidence: Confidence) -> f64 {
    -log(confidence.one_sided().get()) / (probability_of(f64::from(nine)) * encounters_per_km)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(confidence: f64) -> Confidence {
        Confidence::new(confidence).unwrap()
    }

    #[test]
    fn a_90_percent_factor_of_6_gives_the_95_percent_interval() {
        let exposure = Exposure::within_factor(0.006, 6.0, at(0.90), at(0.95)).unwrap();
        // 0.006 / f and 0.006 * f with f = 6 ** (norm.ppf(0.975) / norm.ppf(0.95))
        assert!((exposure.lower() / (0.006 / 8.457157230738119) - 1.0).abs() < 1e-12);
        assert!((exposure.upper() / (0.006 * 8.457157230738119) - 1.0).abs() < 1e-12);
        assert!((exposure.upper_factor(at(0.90)) / 6.0 - 1.0).abs() < 1e-12);
        assert!((exposure.lower_factor(at(0.90)) / 6.0 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        assert!(Exposure::new(0.0, 0.0, 1.0, at(0.95)).is_err());
        assert!(Exposure::new(1.0, 0.5, f64::INFINITY, at(0.95)).is_err());
        assert!(Exposure::within_factor(f64::NAN, 2.0, at(0.9), at(0.95)).is_err());
    }

    #[test]
    fn three_million_kilometres_for_one_in_a_million() {
        // -log(0.05) / (1e-5 * 0.1)
        assert!((km_needed(5, 0.1, at(0.95)) / 2995732.273553991 - 1.0).abs() < 1e-12);
    }
}
