//! From a distribution to the engine's quantile function. What takes long to compute is tabulated.

use super::Distribution;
use crate::beta::Beta;
use crate::gamma::Gamma;
use nines_sim::{Corner, Dist, Steps, Table, Tails, hazard};

impl Distribution {
    /// What share of the distribution its bounds keep.
    pub(super) fn kept(&self) -> f64 {
        use Distribution as D;
        let between = |low: Tails, high: Tails| {
            // In the tail that holds less, so that small shares keep their digits.
            if low.upper < low.lower { low.upper - high.upper } else { high.lower - low.lower }
        };
        let of = |low: f64, high: f64, tails: &dyn Fn(f64) -> Tails| between(tails(low), tails(high));
        match self {
            D::Normal { mean, sd, low, high } => of(*low, *high, &|x| Tails::of((x - mean) / sd)),
            D::LogNormal { median, sigma, low, high } => of(*low, *high, &|x| Tails::of(libm::log(x / median) / sigma)),
            D::Exponential { mean, low, high } => of(*low, *high, &|x| weibull(x / mean)),
            D::Gamma { shape, mean, low, high } => of(*low, *high, &|x| Gamma::new(*shape).tails(x * shape / mean)),
            D::Weibull { shape, scale, low, high } => of(*low, *high, &|x| weibull(libm::pow(x / scale, *shape))),
            _ => 1.0,
        }
    }

    /// The quantile function of one that is tabulated; `None` for those that are drawn fast as they are.
    pub(crate) fn slow(&self) -> Option<Slow<'_>> {
        use Distribution as D;
        let uncut = |low: f64, high: f64, lowest: f64| low == lowest && high == f64::INFINITY;
        Some(match self {
            D::Normal { mean, sd, low, high } if !uncut(*low, *high, f64::NEG_INFINITY) => {
                let dist = Dist::Normal { mean: 0.0, sd: 1.0, lo: (low - mean) / sd, hi: (high - mean) / sd };
                Slow { standard: Box::new(move |z| dist.at(z)), from: *mean, by: *sd, low: *low, high: *high }
            }
            D::LogNormal { median, sigma, low, high } if !uncut(*low, *high, 0.0) => {
                let dist = Dist::LogNormal { median: 1.0, sigma: *sigma, lo: low / median, hi: high / median };
                Slow { standard: Box::new(move |z| dist.at(z)), from: 0.0, by: *median, low: *low, high: *high }
            }
            D::Exponential { mean, low, high } if !uncut(*low, *high, 0.0) => Slow::cut(*mean, *low, *high, weibull, hazard),
            D::Gamma { shape, mean, low, high } => {
                let gamma = Gamma::new(*shape);
                Slow::cut(mean / shape, *low, *high, |x| gamma.tails(x), move |t| gamma.quantile(t))
            }
            D::Weibull { shape, scale, low, high } => {
                let tails = |x| weibull(libm::pow(x, *shape));
                Slow::cut(*scale, *low, *high, tails, move |t| libm::pow(hazard(t), 1.0 / shape))
            }
            D::Beta { alpha, beta, low, high } => {
                let beta = Beta::new(*alpha, *beta);
                let standard = Box::new(move |z| beta.quantile(Tails::of(z)));
                Slow { standard, from: *low, by: high - low, low: *low, high: *high }
            }
            _ => return None,
        })
    }

    /// The compiled form; `None` where its quantiles cannot be computed to [`Table::ERROR`].
    pub(crate) fn compile(&self) -> Option<Dist> {
        use Distribution as D;
        if let Some(Slow { standard, from, by, low, high }) = self.slow() {
            return Table::of(standard)?.scaled(from, by, low, high).map(Dist::Table);
        }
        Some(match self {
            D::Constant { value } => Dist::Constant(*value),
            D::Uniform { low, high } => Dist::Uniform { lo: *low, hi: *high },
            D::Normal { mean, sd, low, high } => Dist::Normal { mean: *mean, sd: *sd, lo: *low, hi: *high },
            D::LogNormal { median, sigma, low, high } => Dist::LogNormal { median: *median, sigma: *sigma, lo: *low, hi: *high },
            D::Exponential { mean, .. } => Dist::Exponential { mean: *mean },
            D::Triangular { low, mode, high } => Dist::Triangular { lo: *low, mode: *mode, hi: *high },
            D::Poisson { mean, most } => poisson(*mean, *most),
            D::Histogram { edges, weights } => {
                let corner = |(tails, x): (Tails, &f64)| Corner { tails, x: *x };
                let all: Vec<Corner> = ends(weights).into_iter().zip(edges).map(corner).collect();
                // Empty bins at the ends are none of its range.
                let first = all.partition_point(|c| c.tails.lower == 0.0).saturating_sub(1);
                let last = all.partition_point(|c| c.tails.upper > 0.0);
                Dist::Linear(all[first..=last].to_vec())
            }
            D::Quantiles { probabilities, values } => {
                let corner = |(p, x): (&f64, &f64)| Corner { tails: Tails { lower: *p, upper: 1.0 - p }, x: *x };
                Dist::Linear(probabilities.iter().zip(values).map(corner).collect())
            }
            D::Choice { values, weights } => {
                let last = values.last().copied()?;
                Dist::Steps(Steps::new(
                    values.iter().copied().zip(ends(weights).into_iter().skip(1)).take(values.len() - 1),
                    last,
                ))
            }
            D::Gamma { .. } | D::Weibull { .. } | D::Beta { .. } => return None, // slow
            D::Mixture { parts } => {
                let sum: f64 = parts.iter().map(|(w, _)| w).sum();
                Dist::Mixture(parts.iter().map(|(w, d)| Some((w / sum, d.compile()?))).collect::<Option<Vec<_>>>()?)
            }
        })
    }
}

/// A distribution whose quantiles take long to compute, in units in which it is of the order of 1.
pub(crate) struct Slow<'a> {
    /// Its quantile function there, over the standard normal coordinate.
    pub standard: Box<dyn Fn(f64) -> f64 + 'a>,
    /// A value is `from + by * standard`, and within `low..high`.
    pub from: f64,
    pub by: f64,
    pub low: f64,
    pub high: f64,
}

impl<'a> Slow<'a> {
    /// The part of a distribution of positive values between two of them; tails and quantile are those with a scale of 1.
    fn cut(by: f64, low: f64, high: f64, tails: impl Fn(f64) -> Tails, quantile: impl Fn(Tails) -> f64 + 'a) -> Self {
        let (from, to) = (tails(low / by), tails(high / by));
        let standard = Box::new(move |z| quantile(Tails::of(z).between(from, to)));
        Self { standard, from: 0.0, by, low, high }
    }
}

/// Tails of a Weibull distribution from `(x / scale)^shape`.
fn weibull(hazard: f64) -> Tails {
    Tails { lower: -libm::expm1(-hazard), upper: libm::exp(-hazard) }
}

/// Tails at the ends of weighted pieces, one more than the pieces. Each tail is summed from its own end.
fn ends(weights: &[f64]) -> Vec<Tails> {
    let total: f64 = weights.iter().sum();
    let sums = |of: &mut dyn Iterator<Item = &f64>| {
        let sum = of.scan(0.0, |sum, w| {
            *sum += w;
            Some(*sum / total)
        });
        std::iter::once(0.0).chain(sum).collect::<Vec<f64>>()
    };
    let (lower, upper) = (sums(&mut weights.iter()), sums(&mut weights.iter().rev()));
    lower.into_iter().zip(upper.into_iter().rev()).map(|(lower, upper)| Tails { lower, upper }).collect()
}

/// Counts within the reach of a standard normal coordinate. What lies outside of ten standard deviations below and twelve above is
/// beyond it.
fn poisson(mean: f64, most: f64) -> Dist {
    let sd = mean.sqrt();
    let (first, last) = ((mean - 10.0 * sd).floor().max(0.0) as u64, (mean + 12.0 * sd).ceil() as u64 + 30);
    let ln_mean = libm::log(mean);
    let shares: Vec<f64> = (first..=last).map(|k| libm::exp(k as f64 * ln_mean - mean - libm::lgamma(k as f64 + 1.0))).collect();
    let capped = if most < last as f64 { most as u64 } else { last };
    let counts = (first..capped).map(|k| k as f64).zip(ends(&shares).into_iter().skip(1));
    Dist::Steps(Steps::new(counts, capped as f64))
}
