//! Exact coverage: the probability, summed over every outcome, that a limit misses the truth.
//!
//! Nothing is drawn at random, except for sums of rates. Outcomes that together have less probability than [`NEGLECTED`] are counted
//! as missed.

use nines_metrics::{Alpha, Confidence, Counts, Exposure, Prior, Rate, RateSum, Sample, Summand, TwoGroup, Weighted};
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

/// How the estimate of an exposure and its truth are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Statements scatter around the truth.
    Statements,
    /// The truth scatters around the statement.
    Truths,
}

/// A study of the limits of a sum of rates.
#[derive(Clone, Copy, Debug)]
pub struct Sum<'a> {
    /// Rollouts of each scenario.
    pub n: u64,
    /// Failure probability and exposure of each scenario.
    pub parts: &'a [(f64, f64)],
    /// 95% factor of the exposures.
    pub factor: f64,
    /// How the factor is read.
    pub reading: Reading,
}

/// How often the 95% limits of a sum of rates miss, over `draws` draws of counts and exposures; and the median factors of its upper
/// limit over, and of its lower one under, the estimate.
pub fn sum_of_rates(sum: Sum<'_>, draws: u64) -> (Missed, [f64; 2]) {
    let spread = log_spread(sum.factor);
    let tables: Vec<Vec<f64>> = sum.parts.iter().map(|(p, _)| cumulative(sum.n, *p)).collect();
    let mut random = Random(1);
    let mut missed = Missed::default();
    let mut factors: [Vec<f64>; 2] = Default::default();
    for _ in 0..draws {
        let mut truth = 0.0;
        let mut parts = Vec::new();
        for (family, (&(p, e), table)) in sum.parts.iter().zip(&tables).enumerate() {
            let off = (spread * Normal::standard().inverse_cdf(random.uniform())).exp();
            let (true_e, stated) = if sum.reading == Reading::Statements { (e, e * off) } else { (e * off, e) };
            let u = random.uniform();
            let failures = table.partition_point(|reached| *reached < u) as u64;
            truth += true_e * p;
            let exposure = Exposure::new(stated, stated / sum.factor, stated * sum.factor, at_95()).unwrap();
            parts.push(Summand { sample: Sample::all(Counts::new(sum.n, failures).unwrap()), exposure, family });
        }
        let rate = RateSum::new(&parts, at_95()).unwrap().rate;
        add(&mut missed, 1.0 / draws as f64, rate.lower.unwrap_or(0.0), truth, rate.upper);
        if let (Some(estimate), Some(lower)) = (rate.estimate, rate.lower) {
            factors[0].push(rate.upper / estimate);
            factors[1].push(estimate / lower);
        }
    }
    let median = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    };
    (missed, factors.map(median))
}

/// Probability of at most 0, 1, 2, ... failures, up to all but a millionth of a millionth.
fn cumulative(n: u64, p: f64) -> Vec<f64> {
    let binomial = Binomial::new(p, n).unwrap();
    let mut reached = 0.0;
    (0..=n)
        .map(|k| {
            reached += binomial.pmf(k);
            reached
        })
        .take_while(|reached| *reached < 1.0 - NEGLECTED)
        .collect()
}

/// SplitMix64: draws that are the same everywhere.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / (1u64 << 53) as f64) + 1e-17
    }
}
