//! Shares of weighted failures with their limits.

use crate::{Alpha, binomial};

/// Error probability of each of the two limits.
const EACH_SIDE: f64 = 0.025;

/// A share with its two-sided 95% limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share {
    pub estimate: f64,
    pub lower: f64,
    pub upper: f64,
}

/// The share of the weight of `all` that `members` have.
///
/// Limits of Clopper and Pearson at the size that an equally sure plain sample would have, `s (1 - s) / Var(s)`, with the linearised
/// variance of a ratio: E. Korn, B. Graubard, "Confidence intervals for proportions with small expected number of positive counts
/// estimated from survey data", Survey Methodology 24 (1998). With equal weights it is the number of failures.
pub(super) fn share(weights: &[f64], all: &[usize], members: &[usize]) -> Share {
    let sum: f64 = all.iter().map(|k| weights[*k]).sum();
    let (inside, inside_squares) = sums(weights, members);
    let (_, squares) = sums(weights, all);
    let s = if members.len() == all.len() { 1.0 } else { (inside / sum).min(1.0) };
    // Σ w² (member - s)² over the squared sum.
    let variance = (inside_squares * (1.0 - s) * (1.0 - s) + (squares - inside_squares).max(0.0) * s * s) / (sum * sum);
    let size = if s * (1.0 - s) > 0.0 && variance > 0.0 { s * (1.0 - s) / variance } else { sum * sum / squares };
    let size = size.min(all.len() as f64);
    let Ok(alpha) = Alpha::new(EACH_SIDE) else { return Share { estimate: s, lower: 0.0, upper: 1.0 } };
    Share {
        estimate: s,
        lower: 1.0 - binomial::upper_of(size, size * (1.0 - s), alpha),
        upper: binomial::upper_of(size, size * s, alpha),
    }
}

fn sums(weights: &[f64], places: &[usize]) -> (f64, f64) {
    places.iter().fold((0.0, 0.0), |(sum, squares), k| (sum + weights[*k], squares + weights[*k] * weights[*k]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_equal_weights_limits_are_those_of_clopper_and_pearson() {
        let all: Vec<usize> = (0..50).collect();
        let of = share(&[3.0; 50], &all, &all[..12]);
        // scipy.stats.beta.ppf(0.025, 12, 39), scipy.stats.beta.ppf(0.975, 13, 38)
        assert!((of.estimate - 0.24).abs() < 1e-15);
        assert!((of.lower - LOWER_12_OF_50).abs() < 1e-9, "{}", of.lower);
        assert!((of.upper - UPPER_12_OF_50).abs() < 1e-9, "{}", of.upper);
        // 0.025 ** (1 / 50)
        let whole = share(&[3.0; 50], &all, &all);
        assert!(whole.upper == 1.0 && (whole.lower - 0.928_878_3).abs() < 1e-7, "{}", whole.lower);
    }

    const LOWER_12_OF_50: f64 = 0.130_609_916_197_457_35;
    const UPPER_12_OF_50: f64 = 0.381_690_748_104_038_2;

    #[test]
    fn unequal_weights_widen_the_limits() {
        let all: Vec<usize> = (0..50).collect();
        let weights: Vec<f64> = (0..50).map(|k| if k % 5 == 0 { 6.0 } else { 1.0 }).collect();
        // Ten of weight 6, forty of weight 1: members 0 to 24 hold five of the heavy ones.
        let of = share(&weights, &all, &all[..25]);
        assert!((of.estimate - 0.5).abs() < 1e-15);
        // Variance 0.25 * (10 * 36 + 40) / 100², so that 25 failures of equal weight would be as sure:
        // scipy.stats.beta.ppf([0.025, 0.975], [12.5, 13.5], [13.5, 12.5])
        assert!((of.lower - LOWER_HALF_OF_25).abs() < 1e-9 && (of.upper - (1.0 - LOWER_HALF_OF_25)).abs() < 1e-9, "{of:?}");
    }

    const LOWER_HALF_OF_25: f64 = 0.295_370_500_463_649_3;
}
