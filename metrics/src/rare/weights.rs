//! What a sample of weights says: the mean with its error, an interval that holds, and signs that it does not.

use crate::Alpha;
use crate::beta::inverse;
use libm::{exp, log, sqrt};

/// Weighted failures of a sample from a frozen proposal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weighed {
    /// Points in all.
    pub n: usize,
    /// Mean of weight times failure.
    pub probability: f64,
    /// Standard error over the mean.
    pub error: f64,
    /// (Σw)² / Σw² over failures.
    pub effective: f64,
    /// Largest weight over the sum.
    pub largest: f64,
    /// Shape of the generalised Pareto distribution fitted to the largest weights; `None` with fewer than 5 of them.
    pub tail: Option<f64>,
}

impl Weighed {
    /// `contributions`: weight of each failing point, 0 of the others.
    pub fn of(contributions: &[f64]) -> Self {
        let n = contributions.len();
        let sum: f64 = contributions.iter().sum();
        let squares: f64 = contributions.iter().map(|h| h * h).sum();
        let mean = sum / n as f64;
        let variance = (squares / n as f64 - mean * mean).max(0.0) / (n as f64 - 1.0).max(1.0);
        let largest = contributions.iter().copied().fold(0.0, f64::max);
        let failing: Vec<f64> = contributions.iter().copied().filter(|h| *h > 0.0).collect();
        Self {
            n,
            probability: mean,
            error: if mean > 0.0 { sqrt(variance) / mean } else { f64::INFINITY },
            effective: effective(contributions),
            largest: if sum > 0.0 { largest / sum } else { 1.0 },
            tail: pareto_shape(&failing),
        }
    }

    /// The factor of the log-t interval: `probability / f` to `probability * f`, of which each side holds with `1 - alpha`.
    pub fn factor(&self, alpha: Alpha) -> f64 {
        log_t(self.effective - 1.0, self.error, alpha)
    }
}

/// (Σw)² / Σw².
pub(crate) fn effective(weights: &[f64]) -> f64 {
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(a, b), w| (a + w, b + w * w));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// What independent, equally good estimates of the same say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Replicated {
    /// Their mean.
    pub mean: f64,
    /// Standard deviation of one over the mean.
    pub spread: f64,
    /// Standard error of the mean over the mean.
    pub error: f64,
    /// Degrees of freedom of the error.
    pub freedom: f64,
}

/// Mean and spread of replicates.
pub(crate) fn replicated(values: &[f64]) -> Replicated {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let spread = sqrt(square) / mean;
    Replicated { mean, spread, error: spread / sqrt(n), freedom: n - 1.0 }
}

impl Replicated {
    /// The factor of the log-t interval.
    pub fn factor(&self, alpha: Alpha) -> f64 {
        log_t(self.freedom, self.error, alpha)
    }
}

/// The factor of a log-t interval.
pub(crate) fn log_t(freedom: f64, error: f64, alpha: Alpha) -> f64 {
    if !(freedom >= 1.0 && error.is_finite()) {
        return f64::INFINITY;
    }
    exp(student_upper(freedom, alpha) * sqrt(log(1.0 + error * error)))
}

/// What a Student variable with `freedom` degrees exceeds with probability `alpha` below one half.
pub(crate) fn student_upper(freedom: f64, alpha: Alpha) -> f64 {
    // freedom / (freedom + t²) is beta distributed.
    let x = inverse(0.5 * freedom, 0.5, (2.0 * alpha.get()).min(1.0));
    sqrt(freedom * x.y / x.x)
}

/// Shape of the generalised Pareto distribution of the excesses over the largest fifth (at most 3 sqrt n) of the weights: Zhang,
/// Stephens (2009), *A new and efficient estimation method for the generalized Pareto distribution*, with the weak prior of
/// Vehtari et al. (2024), *Pareto smoothed importance sampling*.
pub(crate) fn pareto_shape(weights: &[f64]) -> Option<f64> {
    let n = weights.len();
    let m = (0.2 * n as f64).min(3.0 * sqrt(n as f64)) as usize;
    if m < 5 {
        return None;
    }
    let mut sorted = weights.to_vec();
    sorted.sort_by(f64::total_cmp);
    let threshold = sorted[n - m - 1];
    let x: Vec<f64> = sorted[n - m..].iter().map(|w| (w - threshold).max(1e-12 * threshold)).collect();
    let grid = 30 + sqrt(m as f64) as usize;
    let quartile = x[((m as f64 / 4.0 + 0.5) as usize).saturating_sub(1)];
    let theta = |j: usize| 1.0 / x[m - 1] + (1.0 - sqrt(grid as f64 / (j as f64 + 0.5))) / (3.0 * quartile);
    let shape = |b: f64| x.iter().map(|x| libm::log1p(-b * x)).sum::<f64>() / m as f64;
    let likelihood = |b: f64| {
        let k = shape(b);
        m as f64 * (log(-b / k) - k - 1.0)
    };
    let all: Vec<(f64, f64)> = (0..grid).map(|j| (theta(j), likelihood(theta(j)))).collect();
    let top = all.iter().map(|(_, l)| *l).fold(f64::NEG_INFINITY, f64::max);
    let (mut sum, mut mean) = (0.0, 0.0);
    for (b, l) in &all {
        let w = exp(l - top);
        sum += w;
        mean += w * b;
    }
    let k = shape(mean / sum);
    // Ten pseudo-observations at one half.
    Some((m as f64 * k + 5.0) / (m as f64 + 10.0))
}
