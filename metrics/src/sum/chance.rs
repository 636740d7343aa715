//! The failure probability per encounter of one scenario, drawn around its counts.

use libm::{exp, log};

use super::points::tail_above;
use crate::beta::inverse;
use crate::{Alpha, Counts, Sample, Searched};

/// Where the failure probability of a scenario comes from.
pub enum Chance {
    /// No rollout: any probability is possible.
    Unknown,
    /// Independent rollouts of one kind.
    Plain(Group),
    /// Two halves, with the lower limit, estimate and upper limit of the weight of the second.
    Halves { other: Group, hazard: Group, weights: [f64; 3] },
}

/// Counts of one kind of rollouts.
pub struct Group {
    rollouts: f64,
    quantiles: Option<LogTable>,
}

impl Group {
    fn of(counts: Counts) -> Self {
        let quantiles = (counts.failures() > 0).then(|| LogTable::beta(counts.rollouts() as f64, counts.failures() as f64));
        Self { rollouts: counts.rollouts() as f64, quantiles }
    }

    /// Of a search the single failure that was not seen is a matter of its reach.
    fn searched(searched: &Searched) -> Self {
        Self { rollouts: f64::INFINITY, quantiles: searched.value.map(|_| LogTable::searched(searched)) }
    }

    /// The probability as a function of a normal score; `None` where it is always zero, for want of failures.
    fn quantile(&self) -> Option<impl Fn(f64) -> f64> {
        self.quantiles.as_ref().map(|quantiles| |z| quantiles.at(z))
    }
}

impl Chance {
    /// What a sample says.
    pub fn of(sample: &Sample) -> Self {
        match sample {
            Sample::Plain { counts, .. } if counts.rollouts() > 0 => Self::Plain(Group::of(*counts)),
            Sample::TwoGroup(halves) if halves.other().rollouts() > 0 && halves.hazard().rollouts() > 0 => Self::Halves {
                other: Group::of(halves.other()),
                hazard: Group::of(halves.hazard()),
                weights: [halves.prior().lower(), halves.prior().estimate(), halves.prior().upper()],
            },
            Sample::Searched(searched) if searched.value.is_some() => match &searched.rest {
                None => Self::Plain(Group::searched(searched)),
                Some(rest) if rest.other.rollouts() > 0 => Self::Halves {
                    other: Group::of(rest.other),
                    hazard: Group::searched(&Searched { rest: None, ..searched.clone() }),
                    weights: [rest.prior.lower(), rest.prior.estimate(), rest.prior.upper()],
                },
                Some(_) => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    /// Failure probability without the hazard by a normal score.
    pub fn other(&self) -> Option<impl Fn(f64) -> f64> {
        match self {
            Self::Plain(group) | Self::Halves { other: group, .. } => group.quantile(),
            Self::Unknown => None,
        }
    }

    /// Failure probability given the hazard by a normal score.
    pub fn hazard(&self) -> Option<impl Fn(f64) -> f64> {
        match self {
            Self::Halves { hazard, .. } => hazard.quantile(),
            _ => None,
        }
    }

    /// Per encounter: with the prior's end that lowers it, its estimate, and the end that raises it.
    pub fn mixed(&self, other: f64, hazard: f64) -> [f64; 3] {
        match self {
            Self::Unknown => [0.0, 1.0, 1.0],
            Self::Plain(_) => [other; 3],
            Self::Halves { weights, .. } => {
                let [low, middle, high] = weights.map(|w| (1.0 - w) * other + w * hazard);
                [low.min(high), middle, low.max(high)]
            }
        }
    }

    /// What one more failure would add to the probability, where it adds most: with the prior's estimate, and at its worse end.
    pub fn one_more(&self) -> [f64; 2] {
        match self {
            Self::Unknown => [0.0; 2],
            Self::Plain(group) => [1.0 / group.rollouts; 2],
            Self::Halves { other, hazard, weights: [low, middle, high] } => {
                let of = |least: f64, most: f64| ((1.0 - least) / other.rollouts).max(most / hazard.rollouts);
                [of(*middle, *middle), of(*low, *high)]
            }
        }
    }
}

/// Quantiles by normal score: their logs at equal steps, cubic in between (error below 2e-5 of the value).
struct LogTable(Vec<f64>);

/// First score of the table, its step, and its length: the points reach from -4.1 to 4.1.
const FIRST: f64 = -4.5;
const STEP: f64 = 0.25;
const NODES: usize = 37;

impl LogTable {
    /// Of what a search found: its limits.
    fn searched(searched: &Searched) -> Self {
        let node = |i: usize| {
            let z = FIRST + STEP * i as f64;
            let limit =
                Alpha::new(tail_above(z.abs())).map(|tail| if z < 0.0 { searched.lower(tail) } else { searched.upper(tail) });
            log(limit.unwrap_or(0.0).max(f64::MIN_POSITIVE))
        };
        Self((0..NODES).map(node).collect())
    }

    /// Of Beta(k, n-k+1).
    fn beta(n: f64, k: f64) -> Self {
        let node = |i: usize| {
            let z = FIRST + STEP * i as f64;
            // From the tail in which the score lies, so that nothing cancels.
            let x = if z < 0.0 { inverse(k, n - k + 1.0, tail_above(-z)).x } else { inverse(n - k + 1.0, k, tail_above(z)).y };
            log(x)
        };
        Self((0..NODES).map(node).collect())
    }

    fn at(&self, z: f64) -> f64 {
        let place = (z - FIRST) / STEP;
        let first = (place.floor() as usize).clamp(1, NODES - 3) - 1;
        let t = place - first as f64;
        let [a, b, c, d] = [self.0[first], self.0[first + 1], self.0[first + 2], self.0[first + 3]];
        // Lagrange's polynomial through the four nodes at 0, 1, 2, 3.
        let (t1, t2, t3) = (t - 1.0, t - 2.0, t - 3.0);
        exp(-a * t1 * t2 * t3 / 6.0 + b * t * t2 * t3 / 2.0 - c * t * t1 * t3 / 2.0 + d * t * t1 * t2 / 6.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_between_the_nodes_are_those_of_the_beta_distribution() {
        for (n, k) in [(10.0, 1.0), (50_000.0, 1.0), (50_000.0, 7.0), (50_000.0, 652.0), (100.0, 99.0), (100.0, 100.0)] {
            let table = LogTable::beta(n, k);
            for i in 0..80 {
                let z = -4.0 + 0.1013 * f64::from(i);
                let exact =
                    if z < 0.0 { inverse(k, n - k + 1.0, tail_above(-z)).x } else { inverse(n - k + 1.0, k, tail_above(z)).y };
                assert!((table.at(z) / exact - 1.0).abs() < 2e-5, "{n} {k} {z}: {} {exact}", table.at(z));
            }
        }
    }
}
