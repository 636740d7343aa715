//! How many rollouts, and how many of them failed.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Independent rollouts and the failures among them: the only evidence this crate accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Counts {
    rollouts: u64,
    failures: u64,
}

/// The same numbers as read from a file.
#[derive(Deserialize)]
struct Unchecked {
    rollouts: u64,
    failures: u64,
}

impl Counts {
    /// The largest number of rollouts: 2^53, up to which an `f64` and JSON count exactly.
    pub const MAX_ROLLOUTS: u64 = 1 << 53;

    /// Checks two counts.
    ///
    /// # Errors
    /// [`Error::MoreFailuresThanRollouts`], or [`Error::TooManyRollouts`] above [`Counts::MAX_ROLLOUTS`].
    pub fn new(rollouts: u64, failures: u64) -> Result<Self, Error> {
        if failures > rollouts {
            Err(Error::MoreFailuresThanRollouts { rollouts, failures })
        } else if rollouts > Self::MAX_ROLLOUTS {
            Err(Error::TooManyRollouts(rollouts))
        } else {
            Ok(Self { rollouts, failures })
        }
    }

    /// The number of rollouts.
    pub fn rollouts(self) -> u64 {
        self.rollouts
    }

    /// The number of failures among them.
    pub fn failures(self) -> u64 {
        self.failures
    }

    /// Failures over rollouts; `None` without a rollout.
    pub fn rate(self) -> Option<f64> {
        (self.rollouts > 0).then(|| self.failures as f64 / self.rollouts as f64)
    }
}

impl TryFrom<Unchecked> for Counts {
    type Error = Error;

    fn try_from(unchecked: Unchecked) -> Result<Self, Error> {
        Self::new(unchecked.rollouts, unchecked.failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_counts_are_refused() {
        assert_eq!(Counts::new(3, 4), Err(Error::MoreFailuresThanRollouts { rollouts: 3, failures: 4 }));
        assert_eq!(Counts::new(u64::MAX, 4), Err(Error::TooManyRollouts(u64::MAX)));
        assert!(serde_json::from_str::<Counts>(r#"{"rollouts": 3, "failures": 4}"#).is_err());
    }

    #[test]
    fn no_rollout_has_no_rate() {
        assert_eq!(Counts::default().rate(), None);
        assert_eq!(Counts::new(4, 1).unwrap().rate(), Some(0.25));
    }
}
