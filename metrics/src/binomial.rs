//! Exact limits and tests for a binomial probability.
//!
//! With `k` failures in `n` independent rollouts the limits of Clopper and Pearson at error `alpha` are the probabilities at which
//! what was seen, or more extreme, has probability `alpha`:
//!
//! ```text
//! lower:  P(X >= k | n, p) = I_p(k, n-k+1)   = alpha,    0 for k = 0
//! upper:  P(X <= k | n, p) = I_1-p(n-k, k+1) = alpha,    1 for k = n
//! ```
//!
//! Each misses the truth with probability at most `alpha`, whatever the truth (`docs/intervals.md` has the coverage). For no
//! failure the upper limit is `1 - alpha^(1/n)`, about `3 / n` at 95%.
//!
//! Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
//! Biometrika 26 (1934) 404-413.

use libm::{exp, expm1, log, log1p};

use crate::beta::{Fraction, inverse, ln_cdf};
use crate::{Alpha, Confidence, Counts};

/// The lower Clopper-Pearson limit; 0 without a failure.
pub fn lower(counts: Counts, alpha: Alpha) -> f64 {
    let (n, k) = (counts.rollouts() as f64, counts.failures() as f64);
    if k == 0.0 {
        0.0
    } else if k == n {
        exp(log(alpha.get()) / n)
    } else if k == 1.0 {
        -expm1(log1p(-alpha.get()) / n)
    } else {
        inverse(k, n - k + 1.0, alpha.get()).x
    }
}

/// The upper Clopper-Pearson limit; 1 if every rollout failed, or there was none.
pub fn upper(counts: Counts, alpha: Alpha) -> f64 {
    upper_of(counts.rollouts() as f64, counts.failures() as f64, alpha)
}

/// The upper limit for counts that need not be whole: an expected number of failures.
pub(crate) fn upper_of(n: f64, k: f64, alpha: Alpha) -> f64 {
    if k >= n {
        1.0
    } else if k == 0.0 {
        -expm1(log(alpha.get()) / n)
    } else {
        inverse(n - k, k + 1.0, alpha.get()).y
    }
}

/// The two-sided interval: each limit at half the error.
pub fn interval(counts: Counts, confidence: Confidence) -> (f64, f64) {
    let alpha = confidence.each_side();
    (lower(counts, alpha), upper(counts, alpha))
}

/// `P(X >= failures | rollouts, p)`: the exact one-sided p-value against "the probability is at most `p`".
///
/// It is at most `alpha` exactly where [`lower`] at `alpha` is at least `p`.
pub fn at_least(counts: Counts, p: f64) -> f64 {
    let (n, k) = (counts.rollouts() as f64, counts.failures() as f64);
    if k == 0.0 || p >= 1.0 {
        1.0
    } else if p <= 0.0 {
        0.0
    } else if k == 1.0 {
        -expm1(n * log1p(-p))
    } else {
        exp(ln_cdf(k, n - k + 1.0, Fraction::of(p)).0).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rollouts: u64, failures: u64) -> Counts {
        Counts::new(rollouts, failures).unwrap()
    }

    fn alpha(alpha: f64) -> Alpha {
        Alpha::new(alpha).unwrap()
    }

    #[test]
    fn edges_are_exact() {
        assert_eq!(lower(counts(10, 0), alpha(0.05)), 0.0);
        assert_eq!(upper(counts(10, 10), alpha(0.05)), 1.0);
        assert_eq!(interval(counts(0, 0), Confidence::new(0.95).unwrap()), (0.0, 1.0));
        assert_eq!(at_least(counts(10, 0), 0.1), 1.0);
        assert_eq!(at_least(counts(10, 3), 1.0), 1.0);
        assert_eq!(at_least(counts(10, 3), 0.0), 0.0);
    }

    #[test]
    fn three_over_n_without_a_failure() {
        let limit = upper(counts(3_000_000_000, 0), alpha(0.05));
        assert!(limit < 1e-9 && limit > 0.998e-9, "{limit:e}");
    }

    #[test]
    fn the_test_and_the_limit_agree() {
        for (n, k) in [(50_000, 652), (1_000_000_000, 1), (20, 19), (7, 7), (10_000_000_000, 5_000_000_000)] {
            let limit = lower(counts(n, k), alpha(0.01));
            let p_value = at_least(counts(n, k), limit);
            assert!((p_value / 0.01 - 1.0).abs() < 1e-8, "{k} of {n}: {p_value}");
        }
    }
}
