//! A confidence sequence for a binomial probability: limits that hold at every moment of a run, however often one looks.
//!
//! Under a true failure probability `p` the likelihood ratio of a mixture against `p`
//!
//! ```text
//! M_n(p) = integral of q^k (1-q)^(n-k) dBeta(1, b)(q) / (p^k (1-p)^(n-k)) = b B(k+1, n-k+b) / (p^k (1-p)^(n-k)),    b = 1 / p0
//! ```
//!
//! of `k` failures in `n` rollouts is a martingale that starts at 1. By Ville's inequality it ever reaches `1 / alpha` with
//! probability at most `alpha`, so that all `p` with `M_n(p) < 1 / alpha` are an interval that misses the truth **at any time** with
//! probability at most `alpha`. A limit at error `alpha` is one end of that interval. It follows from the counts alone: of two
//! campaigns with equal counts both have the same limits, whenever somebody looked.
//!
//! The mixture may be any, if it was chosen before the run; `Beta(1, 1/p0)` with the demanded probability `p0` spends the error
//! where the demand is decided. Without a failure the upper limit is `1 - (alpha / (1 + n p0))^(1/n)`.
//!
//! *Computation.* With `C = -ln M_n(k/n)`, which does not depend on `p`, the limits are where the deviance of the counts
//! `k ln(k / np) + (n-k) ln((n-k) / n(1-p))` is `C + ln(1/alpha)`. The deviance is convex in the logit of `p`, and Newton's method
//! finds both ends; `C` is formed from ratios near one, so that no large numbers are subtracted.
//!
//! Sources: H. Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of Mathematical Statistics 41
//! (1970) 1397-1409. S. R. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
//! sequences", Annals of Statistics 49 (2021) 1055-1080. I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by
//! betting", Journal of the Royal Statistical Society B 86 (2024) 1-27.

use libm::{exp, expm1, log, log1p, sqrt};

use crate::beta::{Fraction, LN_SQRT_2PI, deviance, stirling_error};
use crate::{Alpha, Counts, Demand, Error};

/// The probability around which the mixture spends the error where nothing is demanded.
const WITHOUT_DEMAND: f64 = 1e-4;

/// The mixture `Beta(1, 1/p0)`: fixed before the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture(f64);

impl Mixture {
    /// Every probability alike: for a share of which nothing is hoped.
    pub(crate) const UNIFORM: Self = Self(1.0);

    /// The mixture for a failure probability `p0` that one hopes to stay below.
    ///
    /// # Errors
    /// [`Error::Share`] unless `p0` is at least 1e-16 and at most 1.
    pub fn around(p0: f64) -> Result<Self, Error> {
        if (1e-16..=1.0).contains(&p0) { Ok(Self(p0)) } else { Err(Error::Share(p0)) }
    }

    /// The mixture for what is demanded; for 1e-4 where nothing is.
    ///
    /// # Errors
    /// [`Error::Share`] for a demand of more than 15 nines.
    pub fn of(demand: Option<Demand>) -> Result<Self, Error> {
        Self::around(demand.map_or(WITHOUT_DEMAND, Demand::allowed))
    }

    /// The probability `p0`.
    pub fn p0(self) -> f64 {
        self.0
    }

    /// `C = -ln M_n(k/n)`, at least 0: what mixing costs against knowing the observed rate beforehand.
    fn cost(self, n: f64, k: f64) -> f64 {
        let b = 1.0 / self.0;
        if k == 0.0 {
            return log1p(n / b);
        }
        // ln B(a1, b1) at the mode x = a1 / size, where the saddle point form of the density has no exponent.
        let (a1, b1, size) = (k + 1.0, n - k + b, n + b + 1.0);
        let saddle = 0.5 * log(a1 / size * b1) - LN_SQRT_2PI + (stirling_error(size) - stirling_error(a1) - stirling_error(b1));
        // x / (k/n) = 1 - e / (k size) and (1-x) / (1 - k/n) = 1 + e / ((n-k) size).
        let e = k * (b + 1.0) - n;
        let failed = k * ln_ratio(a1 / k * (n / size), -e / k / size);
        let passed = if n > k { (n - k) * ln_ratio(b1 / (n - k) * (n / size), e / (n - k) / size) } else { 0.0 };
        (saddle - log(b) - log(a1 / size) - b * ln_ratio(b1 / size, -a1 / size) - failed - passed).max(0.0)
    }
}

/// `ln ratio`, where `ratio = 1 + excess`.
fn ln_ratio(ratio: f64, excess: f64) -> f64 {
    if excess.abs() < 0.5 { log1p(excess) } else { log(ratio) }
}

/// The lower limit of the sequence: it exceeds the truth at any time with probability at most `alpha`. 0 without a failure.
pub fn lower(counts: Counts, mixture: Mixture, alpha: Alpha) -> f64 {
    let (n, k) = (counts.rollouts() as f64, counts.failures() as f64);
    let reach = mixture.cost(n, k) - log(alpha.get());
    if k == 0.0 {
        0.0
    } else if k == n {
        exp(-reach / n)
    } else {
        limit(n, k, reach, -1.0)
    }
}

/// The upper limit of the sequence: it is below the truth at any time with probability at most `alpha`. 1 if every rollout failed, or
/// there was none.
pub fn upper(counts: Counts, mixture: Mixture, alpha: Alpha) -> f64 {
    upper_of(counts.rollouts() as f64, counts.failures() as f64, mixture, alpha)
}

/// The upper limit for counts that need not be whole: an expected number of failures.
pub(crate) fn upper_of(n: f64, k: f64, mixture: Mixture, alpha: Alpha) -> f64 {
    let reach = mixture.cost(n, k) - log(alpha.get());
    if k >= n {
        1.0
    } else if k == 0.0 {
        -expm1(-reach / n)
    } else {
        limit(n, k, reach, 1.0)
    }
}

/// The p-value against "the probability is at most `p`" that holds however often one looks: `min(1, 1 / M_n(p))`.
///
/// It is at most `alpha` exactly where [`lower`] at `alpha` is at least `p`.
pub fn at_least(counts: Counts, mixture: Mixture, p: f64) -> f64 {
    let (n, k) = (counts.rollouts() as f64, counts.failures() as f64);
    if k == 0.0 || k / n <= p {
        return 1.0;
    }
    if p <= 0.0 {
        return 0.0;
    }
    exp(mixture.cost(n, k) - spent(n, k, Fraction::of(p))).min(1.0)
}

/// The deviance of the counts from a probability: `n` times the Kullback-Leibler divergence of it from the observed rate.
fn spent(n: f64, k: f64, p: Fraction) -> f64 {
    // The limit of m ln(m / e) + e - m for no m is e.
    let of = |seen: f64, expected: f64| if seen > 0.0 { deviance(seen, expected) } else { expected };
    of(k, n * p.x) + of(n - k, n * p.y)
}

/// The probability below (`side` -1) or above (`side` 1) the observed rate whose deviance is `reach`; failures and passes were seen.
fn limit(n: f64, k: f64, reach: f64, side: f64) -> f64 {
    const ENOUGH: usize = 200;
    /// Beyond, a probability leaves the range of f64.
    const FARTHEST: f64 = 700.0;
    // Begins where the deviance would be if it were quadratic. A step from anywhere ends at or beyond the root, for the deviance is
    // convex, and from there the steps come back to it.
    let start = log(k / (n - k)) + side * sqrt(2.0 * reach * (1.0 / k + 1.0 / (n - k)));
    let mut t = start.clamp(-FARTHEST, FARTHEST);
    for _ in 0..ENOUGH {
        let p = Fraction::from_logit(t);
        let miss = spent(n, k, p) - reach;
        t = (t - miss / (n * p.x - k)).clamp(-FARTHEST, FARTHEST);
        // Newton's error is the square of the miss.
        if miss.abs() < 1e-8 * reach {
            break;
        }
    }
    Fraction::from_logit(t).x
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

    fn at(p0: f64) -> Mixture {
        Mixture::around(p0).unwrap()
    }

    #[test]
    fn edges_are_exact() {
        let mixture = at(1e-3);
        assert_eq!((lower(counts(0, 0), mixture, alpha(0.05)), upper(counts(0, 0), mixture, alpha(0.05))), (0.0, 1.0));
        assert_eq!(lower(counts(10, 0), mixture, alpha(0.05)), 0.0);
        assert_eq!(upper(counts(10, 10), mixture, alpha(0.05)), 1.0);
        assert_eq!(at_least(counts(10, 0), mixture, 0.1), 1.0);
        assert_eq!(at_least(counts(10, 3), mixture, 0.0), 0.0);
        assert_eq!(at_least(counts(10, 3), mixture, 0.3), 1.0);
        for wrong in [0.0, -1.0, 1.1, f64::NAN] {
            assert!(Mixture::around(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Mixture::of(None).map(Mixture::p0), Ok(1e-4));
        assert_eq!(Mixture::of(Demand::nines(3.0).ok()).map(Mixture::p0), Ok(1e-3));
        assert!((1..=15).all(|nines| Mixture::of(Demand::nines(nines.into()).ok()).is_ok()));
        assert!(Mixture::of(Demand::nines(20.0).ok()).is_err());
    }

    #[test]
    fn one_failure_in_one_rollout_is_the_mean_of_the_mixture() {
        // M_1(p) = (1 / (1 + b)) / p for a failure: the lower limit at alpha is alpha / (1 + b), b = 1000.
        let limit = lower(counts(1, 1), at(1e-3), alpha(0.05));
        assert!((limit / (0.05 / 1001.0) - 1.0).abs() < 1e-12, "{limit:e}");
    }

    #[test]
    fn the_test_and_the_limit_agree() {
        for (n, k) in [(50_000, 652), (1_000_000_000, 1), (20, 19), (7, 7), (10_000_000_000, 5_000_000_000)] {
            for p0 in [1e-9, 1e-4, 0.5] {
                let limit = lower(counts(n, k), at(p0), alpha(0.01));
                let p_value = at_least(counts(n, k), at(p0), limit);
                assert!((p_value / 0.01 - 1.0).abs() < 1e-6, "{k} of {n} at {p0}: {p_value}");
            }
        }
    }

    #[test]
    fn the_martingale_has_the_mean_one() {
        // Sum over all outcomes of P(k) M_n(p): M_n(p) = exp(spent - cost).
        for (n, p, p0) in [(1_u64, 0.3, 0.1), (20, 0.3, 0.01), (60, 0.02, 0.02), (60, 0.02, 1e-4)] {
            let size = n as f64;
            let mean: f64 = (0..=n)
                .map(|k| {
                    let m = exp(spent(size, k as f64, Fraction::of(p)) - at(p0).cost(size, k as f64));
                    let ln_choose = libm::lgamma(size + 1.0) - libm::lgamma(k as f64 + 1.0) - libm::lgamma((n - k) as f64 + 1.0);
                    m * exp(ln_choose + k as f64 * log(p) + (n - k) as f64 * log1p(-p))
                })
                .sum();
            assert!((mean - 1.0).abs() < 1e-10, "n {n}, p {p}, p0 {p0}: {mean}");
        }
    }
}
