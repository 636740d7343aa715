//! Distributions of parameters.

use crate::math::{self, normal_cdf, normal_quantile};
use crate::table::{REACH, Table};

/// Distribution of a parameter, as the map from a standard normal coordinate to a value: `x = F^-1(Phi(z))`.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// Always the same.
    Constant(f64),
    /// Equally likely between two bounds.
    Uniform {
        /// Lower bound.
        lo: f64,
        /// Upper bound.
        hi: f64,
    },
    /// Normal, cut to `lo..hi` (infinite for none).
    Normal {
        /// Mean of the uncut distribution.
        mean: f64,
        /// Standard deviation of the uncut distribution.
        sd: f64,
        /// Lower bound.
        lo: f64,
        /// Upper bound.
        hi: f64,
    },
    /// Lognormal by its median and the standard deviation of its logarithm, cut to `lo..hi` (0 and infinite for none).
    LogNormal {
        /// Median of the uncut distribution.
        median: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
        /// Lower bound.
        lo: f64,
        /// Upper bound.
        hi: f64,
    },
    /// Exponential by its mean.
    Exponential {
        /// Mean.
        mean: f64,
    },
    /// Rises in a line from `lo` to `mode`, and falls in a line to `hi`.
    Triangular {
        /// Lower bound.
        lo: f64,
        /// Where it is densest.
        mode: f64,
        /// Upper bound.
        hi: f64,
    },
    /// A quantile function of straight pieces.
    Linear(Vec<Corner>),
    /// Single values.
    Steps(Steps),
    /// A weighted choice of other distributions, in order. Weights add up to 1.
    Mixture(Vec<(f64, Dist)>),
    /// A quantile function that takes long to compute, tabulated at load.
    Table(Table),
}

/// A probability and what it leaves, each with all its digits: `lower + upper = 1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails {
    /// Probability of what is below.
    pub lower: f64,
    /// Probability of what is above.
    pub upper: f64,
}

impl Tails {
    /// The tails on both sides of a standard normal coordinate.
    pub fn of(z: f64) -> Self {
        let small = normal_cdf(-z.abs());
        if z < 0.0 { Self { lower: small, upper: 1.0 - small } } else { Self { lower: 1.0 - small, upper: small } }
    }

    /// The standard normal coordinate between these tails.
    pub fn coordinate(self) -> f64 {
        if self.lower < self.upper {
            normal_quantile(math::max(self.lower, f64::MIN_POSITIVE))
        } else {
            -normal_quantile(math::max(self.upper, f64::MIN_POSITIVE))
        }
    }

    /// The tails of the whole distribution where those of the part between `low` and `high` are these. Sums of what is positive
    /// lose no digits.
    pub fn between(self, low: Tails, high: Tails) -> Self {
        Self { lower: low.lower * self.upper + high.lower * self.lower, upper: low.upper * self.upper + high.upper * self.lower }
    }
}

/// A point of a quantile function of straight pieces. The first has no lower tail, the last no upper one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corner {
    /// Tails at this point.
    pub tails: Tails,
    /// The value there.
    pub x: f64,
}

/// Values and where each ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// Standard normal coordinates up to which a value holds, rising; the last value has no end.
    upto: Vec<f64>,
    /// Values, rising; one more.
    values: Vec<f64>,
}

impl Steps {
    /// Rising values and the tails at the end of each but the last one. Values out of reach are left out.
    pub fn new(values: impl IntoIterator<Item = (f64, Tails)>, last: f64) -> Self {
        let mut out = Self { upto: Vec::new(), values: Vec::new() };
        for (x, tails) in values {
            let z = tails.coordinate();
            if z > -REACH && out.upto.last().is_none_or(|before| z > *before) {
                out.upto.push(z);
                out.values.push(x);
            }
        }
        out.values.push(last);
        out
    }

    /// Each value and the coordinate up to which it holds.
    pub fn ends(&self) -> impl Iterator<Item = (f64, f64)> {
        self.values.iter().copied().zip(self.upto.iter().copied().chain([f64::INFINITY]))
    }

    fn at(&self, z: f64) -> f64 {
        self.values[self.upto.partition_point(|end| *end < z)]
    }
}

impl Dist {
    /// The value at the standard normal coordinate `z`.
    pub fn at(&self, z: f64) -> f64 {
        match self {
            Dist::Constant(c) => *c,
            Dist::Uniform { lo, hi } => lo + (hi - lo) * normal_cdf(z),
            Dist::Normal { mean, sd, lo, hi } => {
                let (a, b) = ((lo - mean) / sd, (hi - mean) / sd);
                math::clamp(mean + sd * cut(z, a, b), *lo, *hi)
            }
            Dist::LogNormal { median, sigma, lo, hi } => {
                let a = if *lo > 0.0 { libm::log(lo / median) / sigma } else { f64::NEG_INFINITY };
                let b = if hi.is_finite() { libm::log(hi / median) / sigma } else { f64::INFINITY };
                math::clamp(median * libm::exp(sigma * cut(z, a, b)), *lo, *hi)
            }
            Dist::Steps(s) => s.at(z),
            Dist::Mixture(parts) => mixture(parts, z),
            Dist::Table(t) => t.at(z),
            Dist::Exponential { .. } | Dist::Triangular { .. } | Dist::Linear(_) => self.between(Tails::of(z)),
        }
    }

    /// The value between these tails.
    pub fn between(&self, t: Tails) -> f64 {
        match self {
            Dist::Uniform { lo, hi } => lo + (hi - lo) * t.lower,
            Dist::Exponential { mean } => mean * hazard(t),
            Dist::Triangular { lo, mode, hi } => {
                let (width, rise) = (hi - lo, mode - lo);
                if t.lower * width < rise {
                    lo + (t.lower * width * rise).sqrt()
                } else {
                    hi - (t.upper * width * (hi - mode)).sqrt()
                }
            }
            Dist::Linear(corners) => linear(corners, t),
            _ => self.at(math::clamp(t.coordinate(), -REACH, REACH)),
        }
    }
}

/// The quantile of an exponential of mean 1: the integral of its hazard rate up to there. Small ones and large ones keep their digits.
pub fn hazard(t: Tails) -> f64 {
    if t.lower < t.upper { -libm::log1p(-t.lower) } else { -libm::log(t.upper) }
}

/// Standard normal coordinate of a normal cut to `a..b`.
fn cut(z: f64, a: f64, b: f64) -> f64 {
    if a == f64::NEG_INFINITY && b == f64::INFINITY {
        return z;
    }
    Tails::of(z).between(Tails::of(a), Tails::of(b)).coordinate()
}

fn linear(corners: &[Corner], t: Tails) -> f64 {
    if corners.len() < 2 {
        return f64::NAN; // the format refuses it
    }
    // The corner that begins the piece, found and passed in the smaller tail.
    let small = t.lower < t.upper;
    let begun = |c: &Corner| if small { c.tails.lower <= t.lower } else { c.tails.upper >= t.upper };
    let k = corners.partition_point(begun).clamp(1, corners.len() - 1);
    let (a, b) = (&corners[k - 1], &corners[k]);
    if small {
        a.x + (b.x - a.x) * ((t.lower - a.tails.lower) / (b.tails.lower - a.tails.lower))
    } else {
        b.x - (b.x - a.x) * ((t.upper - b.tails.upper) / (a.tails.upper - b.tails.upper))
    }
}

/// Goes through the parts from the nearer end, so that small tails keep their digits.
fn mixture(parts: &[(f64, Dist)], z: f64) -> f64 {
    let t = Tails::of(z);
    if z < 0.0 {
        let (weight, part, left) = chosen(parts.iter(), t.lower);
        part.between(Tails { lower: left / weight, upper: (weight - left) / weight })
    } else {
        let (weight, part, left) = chosen(parts.iter().rev(), t.upper);
        part.between(Tails { lower: (weight - left) / weight, upper: left / weight })
    }
}

/// The part in which a tail ends, its weight, and how much of it the tail takes.
fn chosen<'a>(parts: impl Iterator<Item = &'a (f64, Dist)>, tail: f64) -> (f64, &'a Dist, f64) {
    // The format refuses a mixture without parts.
    let mut out = (1.0, &Dist::Constant(f64::NAN), 0.0);
    let mut left = tail;
    for (weight, part) in parts {
        out = (*weight, part, math::min(left, *weight));
        if left < *weight {
            break;
        }
        left -= weight;
    }
    out
}
