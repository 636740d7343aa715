//! Quantiles of the standard normal distribution, and factors of uncertainty carried from one confidence to another.

use libm::{erfc, exp, log, pow, sqrt};

use crate::{Alpha, Confidence, Error};

/// The `z` that a standard normal variable exceeds with probability `alpha`.
///
/// Newton's method on the log of the upper tail, which is concave (the normal density is log-concave), by `libm::erfc`.
pub(crate) fn upper_quantile(alpha: Alpha) -> f64 {
    let alpha = alpha.get();
    if alpha > 0.5 {
        // Exact below one half by Sterbenz' lemma; the tail on the other side is the small one.
        return -small_tail_quantile(1.0 - alpha);
    }
    small_tail_quantile(alpha)
}

/// The quantile for a tail of at most one half.
fn small_tail_quantile(tail: f64) -> f64 {
    const ENOUGH: usize = 100;
    const SQRT_2_OVER_PI: f64 = 0.797_884_560_802_865_4;
    let tail = tail.max(f64::MIN_POSITIVE);
    let mut z = 0.0;
    for _ in 0..ENOUGH {
        // With q(z) the upper tail: d ln q / dz = -density / q.
        let doubled = erfc(z * core::f64::consts::FRAC_1_SQRT_2);
        let miss = log(0.5 * doubled / tail);
        z += miss * doubled / (SQRT_2_OVER_PI * exp(-0.5 * z * z));
        if miss.abs() < 1e-9 {
            break;
        }
        // Beyond, erfc and the density leave the range of f64.
        z = z.clamp(0.0, 37.6);
    }
    z
}

/// The factor of a two-sided log-normal interval `[estimate / f, estimate * f]` at another confidence: `f^(z_to / z_from)`.
///
/// A 90% factor becomes a 95% one by `f^(1.960 / 1.645)`, with the quantiles taken to full precision.
///
/// # Errors
/// [`Error::Factor`] if the factor is below 1 or not finite.
pub fn factor_at(factor: f64, from: Confidence, to: Confidence) -> Result<f64, Error> {
    if factor >= 1.0 && factor.is_finite() { Ok(pow(factor, spread_ratio(from, to))) } else { Err(Error::Factor(factor)) }
}

/// How many times wider a normal interval is at the confidence `to` than at `from`.
pub(crate) fn spread_ratio(from: Confidence, to: Confidence) -> f64 {
    if from == to { 1.0 } else { upper_quantile(to.each_side()) / upper_quantile(from.each_side()) }
}

/// `sqrt(a² + b²)`.
pub(crate) fn hypot(a: f64, b: f64) -> f64 {
    sqrt(a * a + b * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_match_scipy() {
        // scipy.stats.norm.isf(alpha)
        for (alpha, expected) in SCIPY_ISF {
            let got = upper_quantile(Alpha::new(alpha).unwrap());
            assert!((got / expected - 1.0).abs() < 1e-12, "{alpha}: {got} instead of {expected}");
        }
        assert!(upper_quantile(Alpha::new(0.5).unwrap()).abs() < 1e-15);
    }

    const SCIPY_ISF: [(f64, f64); 8] = [
        (1e-300, 37.0470962993612),
        (1e-20, 9.262340089798409),
        (1e-05, 4.264890793922825),
        (0.005, 2.575829303548901),
        (0.025, 1.9599639845400545),
        (0.05, 1.6448536269514729),
        (0.3, 0.5244005127080409),
        (0.9, -1.2815515655446004),
    ];

    #[test]
    fn a_90_percent_factor_of_6_is_a_95_percent_factor_of_8_46() {
        let at = |confidence| Confidence::new(confidence).unwrap();
        // 6 ** (norm.ppf(0.975) / norm.ppf(0.95))
        assert!((factor_at(6.0, at(0.90), at(0.95)).unwrap() / 8.457157230738119 - 1.0).abs() < 1e-12);
        assert_eq!(factor_at(6.0, at(0.95), at(0.95)), Ok(6.0));
        assert_eq!(factor_at(0.9, at(0.90), at(0.95)), Err(Error::Factor(0.9)));
    }
}
