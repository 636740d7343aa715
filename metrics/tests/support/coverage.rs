//! Exact coverage: the probability, summed over every outcome, that a limit misses the truth.
//!
//! Nothing is drawn at random. Outcomes that together have less probability than [`NEGLECTED`] are counted as missed.

use nines_metrics::{Alpha, Confidence, Counts, Exposure, Prior, Rate, Sample, TwoGroup, Weighted};
use statrs::distribution::{Binomial, ContinuousCDF, Discrete, Normal};

/// Probability of a single outcome below which it is left out.
const NEGLECTED: f64 = 1e-12;

/// Probabilities with which a pair of limits misses the truth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Missed {
    /// The truth is below the lower limit.
    pub by_lower: f64,
    /// The truth is above the upper limit.
    pub by_upper: f64,
}

impl Missed {
    /// Probability that the truth lies between both limits.
    pub fn coverage(self) -> f64 {
        1.0 - self.by_lower - self.by_upper
    }
}

fn at_95() -> Confidence {
    Confidence::new(0.95).unwrap()
}

/// Outcomes of `n` rollouts that fail with probability `p`: counts and their probability, and what was left out.
fn outcomes(n: u64, p: f64) -> (Vec<(Counts, f64)>, f64) {
    let binomial = Binomial::new(p, n).unwrap();
    let mean = n as f64 * p;
    let reach = 12.0 * (mean * (1.0 - p)).sqrt() + 60.0;
    let (first, last) = ((mean - reach).max(0.0) as u64, ((mean + reach) as u64).min(n));
    let kept: Vec<_> = (first..=last)
        .map(|k| (Counts::new(n, k).unwrap(), binomial.pmf(k)))
        .filter(|(_, probability)| *probability > NEGLECTED)
        .collect();
    let left_out = (1.0 - kept.iter().map(|(_, probability)| probability).sum::<f64>()).max(0.0);
    (kept, left_out)
}

fn add(missed: &mut Missed, probability: f64, lower: f64, truth: f64, upper: f64) {
    missed.by_lower += if lower > truth { probability } else { 0.0 };
    missed.by_upper += if upper < truth { probability } else { 0.0 };
}

/// Clopper-Pearson limits, each at the error `alpha`.
pub fn clopper_pearson(n: u64, p: f64, alpha: f64) -> Missed {
    let alpha = Alpha::new(alpha).unwrap();
    let (outcomes, left_out) = outcomes(n, p);
    let mut missed = Missed { by_lower: left_out, by_upper: left_out };
    for (counts, probability) in outcomes {
        let sample = Sample::all(counts);
        add(&mut missed, probability, sample.lower(alpha), p, sample.upper(alpha));
    }
    missed
}

/// Two-group limits, each at the error `alpha`; the truth has the prior `w`, which `prior` need not know exactly.
pub fn two_group(n: u64, p: [f64; 2], w: f64, prior: Prior, alpha: f64) -> Missed {
    let truth = (1.0 - w) * p[0] + w * p[1];
    pairs(n, p, truth, alpha, |other, hazard| Sample::TwoGroup(TwoGroup::new(other, hazard, prior)))
}

/// Limits of a mix of two scenarios at stated weights, each at the error `alpha`.
pub fn weighted(n: u64, p: [f64; 2], weights: [f64; 2], alpha: f64) -> Missed {
    let truth = (weights[0] * p[0] + weights[1] * p[1]) / (weights[0] + weights[1]);
    pairs(n, p, truth, alpha, |one, two| {
        Sample::Weighted(Weighted::new(vec![(weights[0], Sample::all(one)), (weights[1], Sample::all(two))]).unwrap())
    })
}

fn pairs(n: u64, p: [f64; 2], truth: f64, alpha: f64, sample: impl Fn(Counts, Counts) -> Sample) -> Missed {
    let alpha = Alpha::new(alpha).unwrap();
    let ((first, left_out_1), (second, left_out_2)) = (outcomes(n, p[0]), outcomes(n, p[1]));
    let left_out = left_out_1 + left_out_2;
    let mut missed = Missed { by_lower: left_out, by_upper: left_out };
    for &(one, probability_1) in &first {
        for &(two, probability_2) in &second {
            let sample = sample(one, two);
            add(&mut missed, probability_1 * probability_2, sample.lower(alpha), truth, sample.upper(alpha));
        }
    }
    missed
}

/// The exposure of a study: known within the 95% factor `factor`.
fn exposure(factor: f64) -> Exposure {
    Exposure::within_factor(1.0, factor, at_95(), at_95()).unwrap()
}

/// Standard deviation of the log of an exposure with the 95% factor `factor`.
fn log_spread(factor: f64) -> f64 {
    factor.ln() / Normal::standard().inverse_cdf(0.975)
}

/// The 95% limits of a rate. The true exposure is 1, its estimate log-normal around it; the integral over it is closed.
pub fn rate(n: u64, p: f64, factor: f64) -> Missed {
    let spread = log_spread(factor);
    let (outcomes, left_out) = outcomes(n, p);
    let mut missed = Missed { by_lower: left_out, by_upper: left_out };
    for (counts, probability) in outcomes {
        let rate = Rate::new(&Sample::all(counts), exposure(factor), at_95());
        // With the estimate exp(spread Z) the limits are theirs times it.
        let below = |limit: f64| Normal::standard().cdf((p / limit).ln() / spread);
        missed.by_upper += probability * below(rate.upper);
        missed.by_lower += rate.lower.map_or(0.0, |lower| probability * (1.0 - below(lower)));
    }
    missed
}

/// The 95% limits of the sum of two rates, the estimates of the exposures on a grid of `grid` equally probable values each.
pub fn sum_of_rates(n: u64, p: [f64; 2], factor: f64, grid: u32) -> Missed {
    let spread = log_spread(factor);
    let middle = |i: u32| (f64::from(i) + 0.5) / f64::from(grid);
    let estimates: Vec<f64> = (0..grid).map(|i| (spread * Normal::standard().inverse_cdf(middle(i))).exp()).collect();
    let mut left_out = 0.0;
    let [first, second] = p.map(|p| {
        let (outcomes, neglected) = outcomes(n, p);
        left_out += neglected;
        let rate_of = |counts| Rate::new(&Sample::all(counts), exposure(factor), at_95());
        let rates: Vec<_> = outcomes.into_iter().map(|(counts, probability)| (rate_of(counts), probability)).collect();
        let each = 1.0 / estimates.len() as f64;
        let scaled = |&(rate, probability): &(Rate, f64)| estimates.iter().map(move |&by| (rate.scaled(by), probability * each));
        rates.iter().flat_map(scaled).collect::<Vec<_>>()
    });
    let mut missed = Missed { by_lower: left_out, by_upper: left_out };
    for (one, probability_1) in &first {
        for (two, probability_2) in &second {
            let sum = Rate::sum(&[*one, *two]).unwrap();
            add(&mut missed, probability_1 * probability_2, sum.lower.unwrap_or(0.0), p[0] + p[1], sum.upper);
        }
    }
    missed
}
