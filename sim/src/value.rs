//! Values of a logical scenario, flat enough to be evaluated for each rollout, and the distributions of its parameters.

use crate::math;

/// A number of the scenario: a constant, a parameter, a choice by latent state, or arithmetic over these.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The same in every concrete scenario.
    Const(f64),
    /// The parameter of that index.
    Param(u16),
    /// One value for each state of a latent variable.
    ByLatent {
        /// Index of the latent variable.
        latent: u16,
        /// Values in the order of its states.
        of: Vec<Value>,
    },
    /// Sum.
    Add(Box<Value>, Box<Value>),
    /// Difference.
    Sub(Box<Value>, Box<Value>),
    /// Product.
    Mul(Box<Value>, Box<Value>),
    /// Quotient.
    Div(Box<Value>, Box<Value>),
    /// The smaller one.
    Min(Box<Value>, Box<Value>),
    /// The larger one.
    Max(Box<Value>, Box<Value>),
    /// Square root of the larger of the value and zero.
    Sqrt(Box<Value>),
    /// 1 where the first is below the second, else 0.
    Less(Box<Value>, Box<Value>),
    /// The second where the first is not zero, else the third; the one that does not hold may be infinite.
    If(Box<[Value; 3]>),
}

impl Value {
    /// The value, given all parameters and the state of each latent variable.
    pub fn at(&self, params: &[f64], states: &[u8]) -> f64 {
        let f = |v: &Value| v.at(params, states);
        match self {
            Value::Const(c) => *c,
            Value::Param(i) => params[*i as usize],
            Value::ByLatent { latent, of } => f(&of[states[*latent as usize] as usize]),
            Value::Add(a, b) => f(a) + f(b),
            Value::Sub(a, b) => f(a) - f(b),
            Value::Mul(a, b) => f(a) * f(b),
            Value::Div(a, b) => f(a) / f(b),
            Value::Min(a, b) => math::min(f(a), f(b)),
            Value::Max(a, b) => math::max(f(a), f(b)),
            Value::Sqrt(a) => math::max(f(a), 0.0).sqrt(),
            Value::Less(a, b) => math::sel(f(a) < f(b), 1.0, 0.0),
            Value::If(of) => math::sel(f(&of[0]) != 0.0, f(&of[1]), f(&of[2])),
        }
    }

    /// The constant, if the value is one.
    pub fn constant(&self) -> Option<f64> {
        match self {
            Value::Const(c) => Some(*c),
            _ => None,
        }
    }
}

impl From<f64> for Value {
    fn from(c: f64) -> Self {
        Value::Const(c)
    }
}

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
    /// A weighted choice of other distributions, in order. Weights add up to 1.
    Mixture(Vec<(f64, Dist)>),
    /// A quantile function without a closed form, tabulated at load.
    Table(Table),
}

/// A quantile function over the standard normal coordinate, by cubic Hermite pieces of equal width.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Coordinate of the first node.
    pub z0: f64,
    /// Distance of two nodes.
    pub step: f64,
    /// Value and derivative by the coordinate at each node.
    pub nodes: Vec<(f64, f64)>,
}

impl Table {
    /// Tabulates a quantile function of the coordinate `z` and its derivative from `-8.3` to `8.3`.
    pub fn new(nodes: usize, f: impl Fn(f64) -> (f64, f64)) -> Self {
        let (z0, step) = (-8.3, 16.6 / (nodes - 1) as f64);
        Self { z0, step, nodes: (0..nodes).map(|k| f(z0 + step * k as f64)).collect() }
    }

    fn at(&self, z: f64) -> f64 {
        let t = math::clamp((z - self.z0) / self.step, 0.0, (self.nodes.len() - 1) as f64);
        let k = (t as usize).min(self.nodes.len() - 2);
        let (t, (a, da), (b, db)) = (t - k as f64, self.nodes[k], self.nodes[k + 1]);
        let (da, db, s) = (da * self.step, db * self.step, 1.0 - t);
        // Hermite basis: values weigh (1 + 2t) s^2 and t^2 (3 - 2t), slopes t s^2 and -t^2 s.
        a * (1.0 + 2.0 * t) * s * s + b * t * t * (3.0 - 2.0 * t) + da * t * s * s - db * t * t * s
    }
}

impl Dist {
    /// The value at the standard normal coordinate `z`.
    pub fn at(&self, z: f64) -> f64 {
        match self {
            Dist::Constant(c) => *c,
            Dist::Uniform { lo, hi } => lo + (hi - lo) * math::normal_cdf(z),
            Dist::Normal { mean, sd, lo, hi } => {
                let (a, b) = ((lo - mean) / sd, (hi - mean) / sd);
                math::clamp(mean + sd * cut(z, a, b), *lo, *hi)
            }
            Dist::LogNormal { median, sigma, lo, hi } => {
                let a = if *lo > 0.0 { libm::log(lo / median) / sigma } else { f64::NEG_INFINITY };
                let b = if hi.is_finite() { libm::log(hi / median) / sigma } else { f64::INFINITY };
                math::clamp(median * libm::exp(sigma * cut(z, a, b)), *lo, *hi)
            }
            // 1 - Phi(z) = Phi(-z) keeps the upper tail exact.
            Dist::Exponential { mean } => -mean * libm::log(math::normal_cdf(-z)),
            Dist::Mixture(parts) => mixture(parts, math::normal_cdf(z)),
            Dist::Table(t) => t.at(z),
        }
    }
}

/// Standard normal coordinate of a normal cut to `a..b`.
fn cut(z: f64, a: f64, b: f64) -> f64 {
    if a == f64::NEG_INFINITY && b == f64::INFINITY {
        return z;
    }
    // Work in the tail that holds less, so that no digits are lost.
    if a > 0.0 {
        return -cut(-z, -b, -a);
    }
    let (pa, pb) = (math::normal_cdf(a), math::normal_cdf(b));
    math::normal_quantile(pa + (pb - pa) * math::normal_cdf(z))
}

fn mixture(parts: &[(f64, Dist)], u: f64) -> f64 {
    let mut left = u;
    for (k, (w, d)) in parts.iter().enumerate() {
        if left < *w || k + 1 == parts.len() {
            let inside = math::clamp(left / w, 1e-16, 1.0 - 1.2e-16);
            return d.at(math::normal_quantile(inside));
        }
        left -= w;
    }
    f64::NAN // a mixture without parts: the format refuses it
}
