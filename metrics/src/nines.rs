//! Nines: `-log10` of a failure probability, shown rounded towards zero.

use std::fmt;

use libm::{exp10, log10};
use serde::{Deserialize, Serialize};

/// How many nines of reliability a failure probability leaves: 0.001 leaves three. Never negative.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nines(f64);

impl Nines {
    /// No nine at all.
    pub const NONE: Self = Self(0.0);

    /// The nines of a failure probability: `-log10(p)`, at least 0; infinitely many for 0.
    ///
    /// A probability above `10^-k` never has `k` nines, not even by a rounding of the last bit.
    pub fn of(probability: f64) -> Self {
        let nines = 0.0 - log10(probability);
        let rounded_to_whole = nines == nines.floor() && nines.is_finite() && exp10(-nines) < probability;
        Self(if rounded_to_whole { nines.next_down() } else { nines }.max(0.0))
    }

    /// The number, in full precision.
    pub fn get(self) -> f64 {
        self.0
    }

    /// One decimal, rounded towards zero: 2.97 is shown as `2.9`.
    pub fn shown(self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Nines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1}", (self.0 * 10.0).floor() / 10.0))
    }
}

/// The failure probability that leaves this many nines, `10^-nines`; exact decimals for whole nines.
pub(crate) fn probability_of(nines: f64) -> f64 {
    exp10(-nines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_nines_are_exact() {
        let decimals = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12];
        for (decimal, nines) in decimals.into_iter().zip(1..) {
            let nines = f64::from(nines);
            assert_eq!(probability_of(nines), decimal);
            assert_eq!(Nines::of(decimal).get(), nines);
            assert!(Nines::of(decimal.next_up()).get() < nines);
        }
    }

    #[test]
    fn nines_are_rounded_towards_zero() {
        assert_eq!(Nines::of(libm::exp10(-2.97)).shown(), "2.9");
        assert_eq!(Nines::of(1e-3_f64.next_up()).shown(), "2.9");
        assert_eq!(Nines::of(1e-3).shown(), "3.0");
        assert_eq!(Nines::of(0.013906).shown(), "1.8");
        assert_eq!(format!("{:>5}", Nines::of(0.9)), "  0.0");
    }

    #[test]
    fn every_tenth_is_shown_as_itself() {
        for tenth in 0..160 {
            assert_eq!(Nines(f64::from(tenth) / 10.0).shown(), format!("{}.{}", tenth / 10, tenth % 10));
        }
    }

    #[test]
    fn certain_failure_leaves_none_and_impossible_failure_all() {
        assert_eq!(Nines::of(1.0).get().to_bits(), 0.0_f64.to_bits());
        assert_eq!(Nines::of(0.0).get(), f64::INFINITY);
    }
}
