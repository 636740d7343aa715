//! Distributions of parameters as authors write them.

mod compile;
mod read;

use crate::emit::Tree;

/// A distribution.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant {
        /// The value.
        value: f64,
    },
    /// Equally likely between two bounds.
    Uniform {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Normal, cut to `low..high`; mean and standard deviation are those before the cut.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
        /// Lower bound, infinite for none.
        low: f64,
        /// Upper bound, infinite for none.
        high: f64,
    },
    /// Lognormal, cut to `low..high`; median and sigma are those before the cut.
    LogNormal {
        /// Median.
        median: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
        /// Lower bound, 0 for none.
        low: f64,
        /// Upper bound, infinite for none.
        high: f64,
    },
    /// Exponential, cut to `low..high`; the mean is that before the cut.
    Exponential {
        /// Mean.
        mean: f64,
        /// Lower bound, 0 for none.
        low: f64,
        /// Upper bound, infinite for none.
        high: f64,
    },
    /// Gamma, cut to `low..high`; the mean is that before the cut.
    Gamma {
        /// Shape.
        shape: f64,
        /// Mean: shape times scale.
        mean: f64,
        /// Lower bound, 0 for none.
        low: f64,
        /// Upper bound, infinite for none.
        high: f64,
    },
    /// Weibull, cut to `low..high`.
    Weibull {
        /// Shape.
        shape: f64,
        /// Scale: 63% lie below it before the cut.
        scale: f64,
        /// Lower bound, 0 for none.
        low: f64,
        /// Upper bound, infinite for none.
        high: f64,
    },
    /// Beta, stretched from 0 to 1 over `low..high`.
    Beta {
        /// First shape.
        alpha: f64,
        /// Second shape.
        beta: f64,
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Triangular.
    Triangular {
        /// Lower bound.
        low: f64,
        /// Where it is densest.
        mode: f64,
        /// Upper bound.
        high: f64,
    },
    /// Counts of what happens independently: whole numbers from 0.
    Poisson {
        /// Mean, before the cap.
        mean: f64,
        /// What is more counts as this; infinite for no cap.
        most: f64,
    },
    /// Measured shares between edges, equally likely within each.
    Histogram {
        /// Edges, rising.
        edges: Vec<f64>,
        /// Weights between them, against each other.
        weights: Vec<f64>,
    },
    /// A table of quantiles, straight in between.
    Quantiles {
        /// Probabilities, rising from 0 to 1.
        probabilities: Vec<f64>,
        /// The value that each share lies below, rising.
        values: Vec<f64>,
    },
    /// Single values.
    Choice {
        /// Values, rising.
        values: Vec<f64>,
        /// Their weights, against each other.
        weights: Vec<f64>,
    },
    /// A weighted choice of other distributions.
    Mixture {
        /// Weights, which add up to 1, and what they weigh.
        parts: Vec<(f64, Distribution)>,
    },
}

/// Name of a distribution in files, the fields it needs, and those it may have.
type Form = (&'static str, &'static [&'static str], &'static [&'static str]);

/// All distributions.
pub(crate) const FORMS: &[Form] = &[
    ("constant", &["value"], &[]),
    ("uniform", &["low", "high"], &[]),
    ("normal", &["mean", "sd"], &["low", "high"]),
    ("truncated_normal", &["mean", "sd", "low", "high"], &[]),
    ("lognormal", &["median", "sigma"], &["low", "high"]),
    ("exponential", &["mean"], &["low", "high"]),
    ("gamma", &["shape", "mean"], &["low", "high"]),
    ("weibull", &["shape", "scale"], &["low", "high"]),
    ("beta", &["alpha", "beta"], &["low", "high"]),
    ("triangular", &["low", "mode", "high"], &[]),
    ("poisson", &["mean"], &["most"]),
    ("histogram", &["edges", "weights"], &[]),
    ("quantiles", &["probabilities", "values"], &[]),
    ("choice", &["values", "weights"], &[]),
    ("mixture", &["parts"], &[]),
];

impl Distribution {
    /// Whether single values have a probability of their own, so that no correlation can be told of it.
    pub fn is_discrete(&self) -> bool {
        match self {
            Distribution::Constant { .. } | Distribution::Poisson { .. } | Distribution::Choice { .. } => true,
            Distribution::Mixture { parts } => parts.iter().any(|(_, d)| d.is_discrete()),
            _ => false,
        }
    }

    /// Whether a higher coordinate always gives a value that is no lower. A mixture takes its parts in their order, wherever they lie.
    pub(crate) fn rises(&self) -> bool {
        let Distribution::Mixture { parts } = self else { return true };
        let ends = |d: &Distribution| d.compile().map(|d| (d.at(-nines_sim::REACH), d.at(nines_sim::REACH)));
        let follows = |pair: &[(f64, Distribution)]| match (ends(&pair[0].1), ends(&pair[1].1)) {
            // Quantiles at the far ends are exact to their table's error alone.
            (Some((from, to)), Some((next, _))) => next >= to - 1e-9 * (to - from).abs().max(to.abs()),
            _ => false,
        };
        parts.iter().all(|(_, d)| d.rises()) && parts.windows(2).all(follows)
    }

    /// Name and fields as they are written.
    pub(crate) fn tree(&self) -> Vec<(String, Tree)> {
        let named = |name: &str| vec![("dist".to_owned(), Tree::text(name))];
        let with = |name: &str, fields: &[(&str, f64)]| {
            let mut out = named(name);
            out.extend(fields.iter().map(|(n, x)| ((*n).to_owned(), Tree::number(*x))));
            out
        };
        let lists = |name: &str, fields: [(&str, &[f64]); 2]| {
            let mut out = named(name);
            let list = |of: &[f64]| Tree::List(of.iter().map(|x| Tree::number(*x)).collect());
            out.extend(fields.iter().map(|(n, of)| ((*n).to_owned(), list(of))));
            out
        };
        use Distribution as D;
        match self {
            D::Constant { value } => with("constant", &[("value", *value)]),
            D::Uniform { low, high } => with("uniform", &[("low", *low), ("high", *high)]),
            D::Normal { mean, sd, low, high } => with("normal", &[("mean", *mean), ("sd", *sd), ("low", *low), ("high", *high)]),
            D::LogNormal { median, sigma, low, high } => {
                with("lognormal", &[("median", *median), ("sigma", *sigma), ("low", *low), ("high", *high)])
            }
            D::Exponential { mean, low, high } => with("exponential", &[("mean", *mean), ("low", *low), ("high", *high)]),
            D::Gamma { shape, mean, low, high } => {
                with("gamma", &[("shape", *shape), ("mean", *mean), ("low", *low), ("high", *high)])
            }
            D::Weibull { shape, scale, low, high } => {
                with("weibull", &[("shape", *shape), ("scale", *scale), ("low", *low), ("high", *high)])
            }
            D::Beta { alpha, beta, low, high } => {
                with("beta", &[("alpha", *alpha), ("beta", *beta), ("low", *low), ("high", *high)])
            }
            D::Triangular { low, mode, high } => with("triangular", &[("low", *low), ("mode", *mode), ("high", *high)]),
            D::Poisson { mean, most } => with("poisson", &[("mean", *mean), ("most", *most)]),
            D::Histogram { edges, weights } => lists("histogram", [("edges", edges), ("weights", weights)]),
            D::Quantiles { probabilities, values } => lists("quantiles", [("probabilities", probabilities), ("values", values)]),
            D::Choice { values, weights } => lists("choice", [("values", values), ("weights", weights)]),
            D::Mixture { parts } => {
                let mut out = named("mixture");
                let part = |(w, d): &(f64, Distribution)| {
                    let mut fields = vec![("weight".to_owned(), Tree::number(*w))];
                    fields.extend(d.tree());
                    Tree::Map(fields)
                };
                out.push(("parts".to_owned(), Tree::List(parts.iter().map(part).collect())));
                out
            }
        }
    }
}
