//! The likelihood of one version's counts where its nines scatter about a mean.

use core::f64::consts::LN_10;

use libm::{exp, expm1, log, sqrt};

use crate::Counts;
use crate::beta::{LN_SQRT_2PI, deviance};

/// Points of the rule. The integrand is log-concave and smooth, and is followed until it has fallen by `e^-FALL`: there the trapezoid
/// rule with so many points agrees with Gauss-Legendre quadrature (`tests/trend.rs`).
const POINTS: usize = 32;
const FALL: f64 = 26.0;

/// A version: where it stands, and its counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Histogram {
    pub x: f64,
    failed: f64,
    passed: f64,
    /// The nines at which it is; infinite without a failure.
    pub nines: f64,
}

/// Log-likelihood for a mean, with its first and second derivative.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marginal {
    pub value: f64,
    pub slope: f64,
    pub curvature: f64,
}

impl Histogram {
    pub fn new(x: f64, counts: Counts) -> Self {
        let (n, failed) = (counts.rollouts() as f64, counts.failures() as f64);
        let passed = n - failed;
        let nines = if failed > 0.0 { -log(failed / n) / LN_10 } else { f64::INFINITY };
        Self { x, failed, passed, nines }
    }

    /// Log-likelihood of nines over that of what was counted, at most 0: as deviances, so that nothing large is subtracted. Nobody fails more
    /// often than always: below zero nines are zero.
    fn log_likelihood(&self, nines: f64) -> f64 {
        // Beyond 300 nines nothing is told from nothing.
        let (n, u) = (self.failed + self.passed, LN_10 * nines.clamp(0.0, 300.0));
        if u == 0.0 && self.passed > 0.0 {
            return f64::NEG_INFINITY;
        }
        // Those who pass are expected as n (1 - e^-u), which keeps its digits where hardly anybody fails or passes.
        -part(self.failed, n * exp(-u)) - part(self.passed, -n * expm1(-u))
    }

    /// Its derivative.
    fn score(&self, nines: f64) -> f64 {
        if nines <= 0.0 {
            return if self.passed > 0.0 { f64::INFINITY } else { 0.0 };
        }
        LN_10 * (self.passed / expm1(LN_10 * nines) - self.failed)
    }

    /// The log of the likelihood, averaged over nines that scatter normally about a mean.
    pub fn marginal(&self, mean: f64, scatter: f64) -> Marginal {
        let precision = 1.0 / (scatter * scatter);
        let log_weight = |y: f64| self.log_likelihood(y) - 0.5 * precision * (y - mean) * (y - mean);
        let peak = self.peak(mean, scatter);
        let top = log_weight(peak);
        let low = edge(peak, -scatter, |y| top - log_weight(y));
        let high = edge(peak, scatter, |y| top - log_weight(y));
        let step = (high - low) / (POINTS - 1) as f64;
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        for k in 0..POINTS {
            let y = low + step * k as f64;
            let weight = exp(log_weight(y) - top);
            let from_mean = y - mean;
            sum += weight;
            first += weight * from_mean;
            second += weight * from_mean * from_mean;
        }
        let (first, second) = (first / sum, second / sum);
        Marginal {
            value: top + log(sum * step) - log(scatter) - LN_SQRT_2PI,
            slope: precision * first,
            // Never above zero, for a product of log-concave functions stays so when it is averaged (Prékopa).
            curvature: (precision * precision * (second - first * first) - precision).min(-1e-12 * precision),
        }
    }

    /// The nines at which likelihood times scatter is largest: its derivative falls all the way, and is halved in.
    fn peak(&self, mean: f64, scatter: f64) -> f64 {
        let variance = scatter * scatter;
        let slope = |y: f64| variance * self.score(y) - (y - mean);
        // Between the mean and what the counts say.
        let (mut low, mut high) = (mean.min(self.nines), mean.max(self.nines));
        if high.is_infinite() {
            high = mean.max(0.0) + 1.0;
            while slope(high) > 0.0 {
                high += high;
            }
        }
        low = low.min(high);
        // Well within the narrower of scatter and likelihood, whose width is about this.
        let width = scatter.min(1.0 / (LN_10 * sqrt(self.failed + 1.0)));
        for _ in 0..70 {
            if high - low < 0.05 * width {
                break;
            }
            let middle = 0.5 * (low + high);
            if slope(middle) > 0.0 { low = middle } else { high = middle }
        }
        let (nearer, y) = (0.5 * (low + high), high);
        if self.passed > 0.0 && nearer <= 0.0 { y } else { nearer }
    }
}

/// The deviance of a count from what is expected of it; of none it is all that was expected.
fn part(counted: f64, expected: f64) -> f64 {
    if counted > 0.0 { deviance(counted, expected) } else { expected }
}

/// How far from a peak, to the side of `step`, something that grows has grown by [`FALL`]: to a hundredth of that way.
fn edge(peak: f64, step: f64, fallen: impl Fn(f64) -> f64) -> f64 {
    let (mut inside, mut outside) = (0.0, step);
    while fallen(peak + outside) < FALL {
        (inside, outside) = (outside, 2.0 * outside);
    }
    // A peak may be much narrower than the scatter.
    for _ in 0..60 {
        if (outside - inside).abs() < 0.02 * outside.abs() {
            break;
        }
        let middle = 0.5 * (inside + outside);
        if fallen(peak + middle) < FALL { inside = middle } else { outside = middle }
    }
    peak + outside
}
