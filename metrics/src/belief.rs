//! Probabilities that somebody stated, scored against what was true: Brier score, log loss, skill, and the calibration curve.
//!
//! With `b` the statement and `y` the truth, 0 or 1, the Brier score (Brier 1950) is the mean of `(b - y)^2`, log loss that of
//! `-ln(b)` where `y` is 1 and `-ln(1 - b)` where it is 0. Both are proper: nobody gains by stating anything but what they believe. The
//! skill is `1 - score / reference`, the reference being the score of always stating the base rate. Limits of scores and skills are normal,
//! those of the shares of the curve exact (Clopper-Pearson); the coverage of both is studied in this crate's tests.

use crate::{Confidence, Counts, Error, binomial, normal};
use libm::{log, sqrt};

/// Statements are moved this far from 0 and 1 before their logarithm is taken: the loss of the surest error is 13.8.
pub const CLIP: f64 = 1e-6;
/// Bins of the curve, of equal width from 0 to 1; the last one holds 1.
pub const BINS: usize = 10;

/// One statement and its truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stated {
    /// The probability that was stated, 0 to 1.
    pub belief: f64,
    /// Whether it was so.
    pub truth: bool,
    /// The probability that is known without looking, above 0 and below 1.
    pub base_rate: f64,
}

/// How the statements came about: what their limits depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Independent, the truth among what is drawn.
    Plain,
    /// As many of either truth as was set before, independent within each.
    ByTruth,
}

/// A score, its skill, and limits of both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Mean loss.
    pub score: f64,
    /// Two-sided limits of it.
    pub limits: (f64, f64),
    /// 1 - score / that of the base rate.
    pub skill: f64,
    /// Two-sided limits of it.
    pub skill_limits: (f64, f64),
}

/// A bin of the calibration curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// From here.
    pub from: f64,
    /// To below here; the last bin holds its end.
    pub to: f64,
    /// Statements in it.
    pub statements: u64,
    /// Their mean.
    pub stated: f64,
    /// Share of them that were true.
    pub observed: f64,
    /// Exact two-sided limits of that share.
    pub limits: (f64, f64),
}

/// Everything that is said of some statements.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Statements.
    pub statements: u64,
    /// Those that were true.
    pub truths: u64,
    /// Brier score.
    pub brier: Score,
    /// Log loss.
    pub log_loss: Score,
    /// Bins that hold any, ascending.
    pub curve: Vec<Bin>,
}

/// Squared error of a statement.
pub fn squared_error(belief: f64, truth: bool) -> f64 {
    let error = belief - f64::from(u8::from(truth));
    error * error
}

/// Logarithmic loss of a statement, kept [`CLIP`] from 0 and 1.
pub fn log_loss(belief: f64, truth: bool) -> f64 {
    let of_truth = if truth { belief } else { 1.0 - belief };
    -log(of_truth.clamp(CLIP, 1.0 - CLIP))
}

/// Scores statements; the sums go in their order, so that the same statements give the same bits. `None` of none.
///
/// # Errors
/// [`Error::Beliefs`] where a belief is no probability, or a base rate is not strictly between 0 and 1.
pub fn score(all: &[Stated], draw: Draw, confidence: Confidence) -> Result<Option<Scores>, Error> {
    let sound = |s: &Stated| (0.0..=1.0).contains(&s.belief) && s.base_rate > 0.0 && s.base_rate < 1.0;
    if !all.iter().all(sound) {
        return Err(Error::Beliefs);
    }
    if all.is_empty() {
        return Ok(None);
    }
    let by = |loss: fn(f64, bool) -> f64| {
        let pairs: Vec<_> = all.iter().map(|s| (s.truth, loss(s.belief, s.truth), loss(s.base_rate, s.truth))).collect();
        of_losses(&pairs, draw, confidence)
    };
    Ok(Some(Scores {
        statements: all.len() as u64,
        truths: all.iter().filter(|s| s.truth).count() as u64,
        brier: by(squared_error),
        log_loss: by(log_loss),
        curve: curve(all, confidence)?,
    }))
}

/// A score by the losses of the statements and of the base rate.
fn of_losses(pairs: &[(bool, f64, f64)], draw: Draw, confidence: Confidence) -> Score {
    let n = pairs.len() as f64;
    let score = pairs.iter().map(|(_, loss, _)| loss).sum::<f64>() / n;
    let reference = pairs.iter().map(|(_, _, base)| base).sum::<f64>() / n;
    let z = normal::upper_quantile(confidence.each_side());
    let wide = z * standard_error(pairs, draw, |(_, loss, _)| loss);
    // The skill is a ratio of means: to first order its error is that of the mean of what is left of each loss, over the reference.
    let ratio = score / reference;
    let skill_wide = z * standard_error(pairs, draw, |(_, loss, base)| (loss - ratio * base) / reference);
    Score {
        score,
        limits: ((score - wide).max(0.0), score + wide),
        skill: 1.0 - ratio,
        skill_limits: (1.0 - ratio - skill_wide, (1.0 - ratio + skill_wide).min(1.0)),
    }
}

/// Standard error of a mean over the statements.
fn standard_error(pairs: &[(bool, f64, f64)], draw: Draw, of: impl Fn((bool, f64, f64)) -> f64) -> f64 {
    let n = pairs.len() as f64;
    let group = |member: &dyn Fn(bool) -> bool| {
        let values: Vec<f64> = pairs.iter().filter(|(truth, ..)| member(*truth)).map(|pair| of(*pair)).collect();
        let m = values.len() as f64;
        if values.len() < 2 {
            return 0.0;
        }
        let mean = values.iter().sum::<f64>() / m;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (m - 1.0);
        // Variance of the group's part of the mean.
        variance * m / (n * n)
    };
    sqrt(match draw {
        Draw::Plain => group(&|_| true),
        Draw::ByTruth => group(&|truth| truth) + group(&|truth| !truth),
    })
}

fn curve(all: &[Stated], confidence: Confidence) -> Result<Vec<Bin>, Error> {
    let bin = |belief: f64| ((belief * BINS as f64) as usize).min(BINS - 1);
    let mut out = Vec::new();
    for k in 0..BINS {
        let held: Vec<&Stated> = all.iter().filter(|s| bin(s.belief) == k).collect();
        if held.is_empty() {
            continue;
        }
        let (n, truths) = (held.len() as u64, held.iter().filter(|s| s.truth).count() as u64);
        out.push(Bin {
            from: k as f64 / BINS as f64,
            to: (k + 1) as f64 / BINS as f64,
            statements: n,
            stated: held.iter().map(|s| s.belief).sum::<f64>() / n as f64,
            observed: truths as f64 / n as f64,
            limits: binomial::interval(Counts::new(n, truths)?, confidence),
        });
    }
    Ok(out)
}
