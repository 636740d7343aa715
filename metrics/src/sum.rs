//! Failures per kilometre over several scenarios: `R = sum of E_i P_i`, exposures `E_i` known within factors, `P_i` sampled.
//!
//! The limits are quantiles over a fixed set of points ([`points`]), of
//!
//! ```text
//! upper:  sum of r_i g_i x_i  +  largest weight of a single failure times an exponential variable
//! lower:  (sum of r_i g_i)² / (sum of r_i g_i y_i)
//! ```
//!
//! `r_i` is the observed rate of a scenario and `r_i g_i` the same with its failure probabilities drawn from Beta(k, n-k+1), whose
//! quantiles are the lower Clopper-Pearson limits. `x_i` is log-normal as the exposure's interval says, `y_i` the same with the
//! two sides exchanged. With one scenario, an exposure without error and many failures both are the limits of that scenario; the
//! exponential variable stands for one failure more than was seen, where it would weigh most (Fay and Feuer 1997).
//!
//! *Why the lower limit divides.* "Known within a factor" is read in two ways: the truth scatters around the stated value, or
//! statements scatter around the truth. In the first the sum of the stated values is too small (a log-normal mean lies above its
//! median), in the second, for the same reason, too large. The upper limit is exact in the first reading; the lower one, total over the same weighted mean,
//! in the second; each is cautious in the other, since an arithmetic mean is never below the harmonic one.
//!
//! Errors of exposures are taken as independent, but for those of one family, which are one error: variants of a scenario share the exposure of
//! their base. Of samples that are watched ([`crate::Plan::Watched`]) the limits are sums of products of limits, the error split equally over all
//! of them, for a quantile of draws holds at one look alone. Natural priors stand at the ends of their intervals that widen a limit. Limits of
//! sums are approximations with a measured coverage (`docs/intervals.md`), and [`Kind::Estimated`].
//!
//! Source: M. P. Fay and E. J. Feuer, "Confidence intervals for directly standardized rates: a method based on the gamma
//! distribution", Statistics in Medicine 16 (1997) 791-801.

mod chance;
mod points;

use libm::{exp, log};

use crate::normal::upper_quantile;
use crate::{Alpha, Confidence, Exposure, Kind, Rate, Sample, UpperFactors};
use chance::Chance;
use points::{Coordinate, Points};

/// Fewest points beyond a limit. Where an error asks for fewer the limits of the sum are the sums of the limits.
const LEAST_BEYOND: f64 = 32.0;

/// What one scenario brings to a sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Summand {
    /// What was counted, per encounter.
    pub sample: Sample,
    /// Encounters per kilometre.
    pub exposure: Exposure,
    /// Summands of one family have one error of their exposures.
    pub family: usize,
}

/// The sum of the rates of several scenarios, with its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateSum {
    /// The rate with its two-sided limits, and what the upper one is made of: by sampling alone; by the priors' intervals on top of that;
    /// by the exposures on top of both. The three factors multiply to upper limit over estimate.
    pub rate: Rate,
    /// The lower limit that holds alone; `None` where no failure was seen.
    pub one_sided_lower: Option<f64>,
    /// The upper limit that holds alone.
    pub one_sided_upper: f64,
}

impl RateSum {
    /// Adds the rates of scenarios; `None` for no scenario.
    ///
    /// A sum of one has limits that may be held against those of larger sums, which those of [`Rate::new`] are not made for. A sample that is itself a mix counts as if it had not been driven.
    pub fn new(parts: &[Summand], confidence: Confidence) -> Option<Self> {
        let (two, one) = (confidence.each_side(), confidence.one_sided());
        if parts.is_empty() {
            return None;
        }
        let scale = parts.iter().map(|part| part.exposure.estimate()).fold(0.0, f64::max);
        // No quantile of draws holds at every look.
        let watched = parts.iter().any(|part| part.sample.is_watched());
        let draws = (!watched).then(|| Draws::of(parts, scale));
        let known = parts.iter().all(|part| part.sample.point().is_some());
        let estimate: f64 = parts.iter().map(|p| p.sample.point().unwrap_or(0.0) * p.exposure.estimate()).sum();
        let upper = |alpha: Alpha| {
            let drawn = draws.as_ref().and_then(|draws| draws.upper(2, alpha));
            match drawn {
                Some(limit) => limit * scale,
                None if watched => sum_of_products(parts, alpha, Sample::upper, Exposure::upper_factor),
                None => sum_of_uppers(parts, alpha),
            }
        };
        let lower = |alpha: Alpha| {
            let drawn = draws.as_ref().and_then(|draws| draws.lower(alpha));
            match drawn {
                Some(limit) => limit * scale,
                None if watched => sum_of_products(parts, alpha, Sample::lower, |e, confidence| 1.0 / e.lower_factor(confidence)),
                None => sum_of_lowers(parts, alpha),
            }
        };
        let seen = estimate > 0.0;
        let rate = Rate {
            estimate: known.then_some(estimate),
            lower: seen.then(|| lower(two)),
            upper: upper(two),
            confidence,
            kind: if known { Kind::Estimated } else { Kind::None },
            upper_factors: draws.as_ref().and_then(|draws| draws.factors(two, seen.then_some(estimate / scale))),
        };
        Some(Self { rate, one_sided_lower: seen.then(|| lower(one)), one_sided_upper: upper(one) })
    }
}

/// Limits of probabilities times those of exposures, the error split equally over all of them: by Bonferroni's inequality the sum
/// misses with probability at most `alpha`, at any time if its parts do.
fn sum_of_products(
    parts: &[Summand],
    alpha: Alpha,
    limit: impl Fn(&Sample, Alpha) -> f64,
    factor: impl Fn(Exposure, Confidence) -> f64,
) -> f64 {
    let each = alpha.times(0.5 / parts.len() as f64);
    let confidence = each.on_each_side();
    parts.iter().map(|part| limit(&part.sample, each) * part.exposure.estimate() * factor(part.exposure, confidence)).sum()
}

/// The rates of single scenarios at the error of one side.
fn alone(parts: &[Summand], alpha: Alpha) -> impl Iterator<Item = Rate> + '_ {
    let confidence = Confidence::new(1.0 - 2.0 * alpha.get()).ok();
    parts.iter().filter_map(move |part| Some(Rate::new(&part.sample, part.exposure, confidence?)))
}

fn sum_of_uppers(parts: &[Summand], alpha: Alpha) -> f64 {
    alone(parts, alpha).map(|rate| rate.upper).sum()
}

fn sum_of_lowers(parts: &[Summand], alpha: Alpha) -> f64 {
    alone(parts, alpha).filter_map(|rate| rate.lower).sum()
}

/// What is drawn at each point, sorted.
struct Draws {
    /// Of the upper limit: by sampling alone, with the priors' intervals, with the exposures' too.
    upper: [Vec<f64>; 3],
    lower: Vec<f64>,
}

impl Draws {
    /// Rates are divided by `scale`, so that no square leaves the range of f64.
    fn of(parts: &[Summand], scale: f64) -> Self {
        let mut points = Points::new();
        let further = points.next_of(Some(|z| -log(points::tail_above(z))));
        let mut families: Vec<(usize, Coordinate)> = Vec::new();
        let zero = || vec![0.0; points::COUNT];
        let mut sums = [zero(), zero(), zero()];
        let mut largest = [zero(), zero(), zero()];
        let (mut most, mut at_most) = (zero(), 0.0);
        let (mut total, mut weighted) = (zero(), zero());
        for Summand { sample, exposure, family } in parts {
            let chance = Chance::of(sample);
            let (e, spread) = (exposure.estimate() / scale, Spread::of(*exposure));
            let own = families.iter().find(|(known, _)| known == family).map(|(_, coordinate)| *coordinate);
            let coordinate = own.unwrap_or_else(|| points.next());
            if own.is_none() {
                families.push((*family, coordinate));
            }
            let (x, y) = (points.at(coordinate, |z| exp(spread.truth(z))), points.at(coordinate, |z| exp(spread.statement(z))));
            let (other, hazard) = (points.next_of(chance.other()), points.next_of(chance.hazard()));
            let one_more = chance.one_more();
            at_most += e;
            for j in 0..points::COUNT {
                let [low, middle, high] = chance.mixed(other[j], hazard[j]);
                for (k, (p, e)) in [(middle, e), (high, e), (high, e * x[j])].into_iter().enumerate() {
                    sums[k][j] += e * p;
                    largest[k][j] = largest[k][j].max(e * one_more[usize::from(k > 0)]);
                }
                most[j] += e * x[j];
                total[j] += e * low;
                weighted[j] += e * low * y[j];
            }
        }
        for (k, (sums, largest)) in sums.iter_mut().zip(&largest).enumerate() {
            for (j, sum) in sums.iter_mut().enumerate() {
                // Every encounter fails at most once.
                *sum = (*sum + largest[j] * further[j]).min(if k == 2 { most[j] } else { at_most });
            }
            sums.sort_by(f64::total_cmp);
        }
        let mut lower: Vec<f64> = total.iter().zip(&weighted).map(|(t, w)| if *w > 0.0 { t / w * t } else { 0.0 }).collect();
        lower.sort_by(f64::total_cmp);
        Self { upper: sums, lower }
    }

    /// Points beyond a limit at an error, at least half a point on the cautious side; `None` where they are too few.
    fn beyond(alpha: Alpha) -> Option<usize> {
        let points = alpha.get() * points::COUNT as f64;
        (points >= LEAST_BEYOND).then(|| (points - 0.5).floor() as usize)
    }

    fn upper(&self, which: usize, alpha: Alpha) -> Option<f64> {
        Self::beyond(alpha).and_then(|beyond| self.upper[which].get(points::COUNT - 1 - beyond).copied())
    }

    fn lower(&self, alpha: Alpha) -> Option<f64> {
        Self::beyond(alpha).and_then(|beyond| self.lower.get(beyond).copied())
    }

    fn factors(&self, alpha: Alpha, estimate: Option<f64>) -> Option<UpperFactors> {
        let [sampling, prior, exposure] = [self.upper(0, alpha)?, self.upper(1, alpha)?, self.upper(2, alpha)?];
        Some(UpperFactors { sampling: estimate.map(|e| sampling / e), prior: prior / sampling, exposure: exposure / prior })
    }
}

/// Standard deviations of the log of an exposure below and above its estimate.
struct Spread {
    down: f64,
    up: f64,
}

impl Spread {
    fn of(exposure: Exposure) -> Self {
        let z = upper_quantile(exposure.confidence().each_side());
        let log_of = |factor: f64| log(factor) / z;
        Self { down: log_of(exposure.estimate() / exposure.lower()), up: log_of(exposure.upper() / exposure.estimate()) }
    }

    /// Log of truth over statement.
    fn truth(&self, z: f64) -> f64 {
        z * if z > 0.0 { self.up } else { self.down }
    }

    /// Log of statement over truth.
    fn statement(&self, z: f64) -> f64 {
        z * if z > 0.0 { self.down } else { self.up }
    }
}

#[cfg(test)]
mod tests;
