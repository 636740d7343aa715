//! How sure: the confidence of an interval, and the error probability of one side of it.

use serde::{Deserialize, Serialize};

use crate::Error;

/// The confidence of an interval, between 0 and 1 (both excluded).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Confidence(f64);

impl Confidence {
    /// Checks a confidence.
    ///
    /// # Errors
    /// [`Error::Confidence`] if it does not lie strictly between 0 and 1.
    pub fn new(confidence: f64) -> Result<Self, Error> {
        // The complement must be a number too: a confidence that rounds to 1 allows no error.
        if confidence > 0.0 && confidence < 1.0 { Ok(Self(confidence)) } else { Err(Error::Confidence(confidence)) }
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The error of a one-sided limit: all of `1 - confidence`.
    pub fn one_sided(self) -> Alpha {
        Alpha(1.0 - self.0)
    }

    /// The error of each side of a two-sided interval: half of `1 - confidence`.
    pub fn each_side(self) -> Alpha {
        Alpha(0.5 * (1.0 - self.0))
    }

    /// The confidence that leaves half the error.
    pub(crate) fn with_half_the_error(self) -> Self {
        // At most the last number below 1: no error at all is no confidence.
        Self((1.0 - 0.5 * (1.0 - self.0)).min(1.0_f64.next_down()))
    }
}

impl TryFrom<f64> for Confidence {
    type Error = Error;

    fn try_from(confidence: f64) -> Result<Self, Error> {
        Self::new(confidence)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> f64 {
        confidence.0
    }
}

/// The probability with which one limit may miss the truth, between 0 and 1 (both excluded).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Alpha(f64);

impl Alpha {
    /// Checks an error probability.
    ///
    /// # Errors
    /// [`Error::Alpha`] if it does not lie strictly between 0 and 1.
    pub fn new(alpha: f64) -> Result<Self, Error> {
        if alpha > 0.0 && alpha < 1.0 { Ok(Self(alpha)) } else { Err(Error::Alpha(alpha)) }
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }

    /// This error times a share above 0 and at most 1, kept above zero.
    pub fn times(self, share: f64) -> Self {
        debug_assert!(share > 0.0 && share <= 1.0);
        Self((self.0 * share).max(f64::MIN_POSITIVE))
    }

    /// The confidence of the two-sided interval that leaves this error, below one half, on each side.
    pub(crate) fn on_each_side(self) -> Confidence {
        debug_assert!(self.0 < 0.5);
        // At most the last number below 1: no error at all is no confidence.
        Confidence((1.0 - 2.0 * self.0).min(1.0_f64.next_down()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_between_zero_and_one_is_accepted() {
        for wrong in [0.0, 1.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(Confidence::new(wrong).is_err(), "{wrong}");
            assert!(Alpha::new(wrong).is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<Confidence>("1.5").is_err());
    }

    #[test]
    fn two_sides_share_the_error() {
        let confidence = Confidence::new(0.75).unwrap();
        assert_eq!(confidence.one_sided().get(), 0.25);
        assert_eq!(confidence.each_side().get(), 0.125);
    }
}
