//! Distributions of parameters as authors write them.

use crate::diagnostic::{Code, Problems, nearest};
use crate::emit::Tree;
use crate::fields::{Fields, finite, items, number, positive, text, wrong_type};
use crate::node::{Kind, Node, Span};
use nines_sim::Dist;

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
    /// Exponential.
    Exponential {
        /// Mean.
        mean: f64,
    },
    /// Gamma.
    Gamma {
        /// Shape.
        shape: f64,
        /// Mean: shape times scale.
        mean: f64,
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
    ("lognormal", &["median", "sigma"], &["low", "high"]),
    ("exponential", &["mean"], &[]),
    ("gamma", &["shape", "mean"], &[]),
    ("mixture", &["parts"], &[]),
];

impl Distribution {
    /// Reads the fields of a distribution; others of the mapping are left to the caller.
    pub(crate) fn read(fields: &mut Fields, problems: &mut Problems) -> Option<Self> {
        let dist = fields.require("dist")?;
        let name = text(dist, "the name of a distribution", problems)?;
        let mut at = |name: &'static str, problems: &mut Problems| {
            let node = fields.require(name)?;
            Some((finite(node, &format!("`{name}`"), problems)?, node.span))
        };
        let out = match name.as_str() {
            "constant" => Distribution::Constant { value: at("value", problems)?.0 },
            "uniform" => {
                let (low, high) = (at("low", problems), at("high", problems));
                let ((low, span), (high, _)) = (low?, high?);
                rising(low, high, span, problems)?;
                Distribution::Uniform { low, high }
            }
            "normal" => {
                let (mean, sd) = (at("mean", problems), above_zero(fields, "sd", problems));
                let (low, high) = bounds(fields, f64::NEG_INFINITY, problems)?;
                Distribution::Normal { mean: mean?.0, sd: sd?, low, high }
            }
            "lognormal" => {
                let (median, sigma) = (above_zero(fields, "median", problems), above_zero(fields, "sigma", problems));
                let (low, high) = bounds(fields, 0.0, problems)?;
                Distribution::LogNormal { median: median?, sigma: sigma?, low, high }
            }
            "exponential" => Distribution::Exponential { mean: above_zero(fields, "mean", problems)? },
            "gamma" => {
                let (shape, mean) = (above_zero(fields, "shape", problems), above_zero(fields, "mean", problems));
                let (shape, mean) = (shape?, mean?);
                if !(0.1..=1_000.0).contains(&shape) {
                    let message = format!("`shape` is {shape}, but must be from 0.1 to 1000");
                    problems.error(Code::OutOfRange, dist.span, message, "");
                    return None;
                }
                Distribution::Gamma { shape, mean }
            }
            "mixture" => Distribution::Mixture { parts: parts(fields, problems)? },
            _ => {
                problems.error(Code::UnknownDistribution, dist.span, format!("`{name}` is not a distribution"), help(&name));
                // What else stands in the mapping belongs to a distribution that is not known.
                for (_, needs, may) in FORMS {
                    needs.iter().chain(*may).for_each(|field| _ = fields.take(field));
                }
                return None;
            }
        };
        out.inside(dist.span, problems)
    }

    /// Refuses bounds that cut away all but 1e-12 of the mass: quantiles would have no digits left.
    fn inside(self, at: Span, problems: &mut Problems) -> Option<Self> {
        let cut = match self {
            Distribution::Normal { mean, sd, low, high } => Some(((low - mean) / sd, (high - mean) / sd)),
            Distribution::LogNormal { median, sigma, low, high } => {
                Some((libm::log(low / median) / sigma, libm::log(high / median) / sigma))
            }
            _ => None,
        };
        if cut.is_some_and(|(a, b)| a > 7.0 || b < -7.0) {
            problems.error(
                Code::OutOfRange,
                at,
                "the bounds leave next to nothing of the distribution",
                "move the bounds or the centre",
            );
            return None;
        }
        Some(self)
    }

    /// The compiled form.
    pub(crate) fn compile(&self) -> Dist {
        match self {
            Distribution::Constant { value } => Dist::Constant(*value),
            Distribution::Uniform { low, high } => Dist::Uniform { lo: *low, hi: *high },
            Distribution::Normal { mean, sd, low, high } => Dist::Normal { mean: *mean, sd: *sd, lo: *low, hi: *high },
            Distribution::LogNormal { median, sigma, low, high } => {
                Dist::LogNormal { median: *median, sigma: *sigma, lo: *low, hi: *high }
            }
            Distribution::Exponential { mean } => Dist::Exponential { mean: *mean },
            Distribution::Gamma { shape, mean } => Dist::Table(crate::gamma::table(*shape, *mean)),
            Distribution::Mixture { parts } => Dist::Mixture(parts.iter().map(|(w, d)| (*w, d.compile())).collect()),
        }
    }

    /// Name and fields as they are written.
    pub(crate) fn tree(&self) -> Vec<(String, Tree)> {
        let with = |name: &str, fields: &[(&str, f64)]| {
            let mut out = vec![("dist".to_owned(), Tree::text(name))];
            out.extend(fields.iter().map(|(n, x)| ((*n).to_owned(), Tree::number(*x))));
            out
        };
        match self {
            Distribution::Constant { value } => with("constant", &[("value", *value)]),
            Distribution::Uniform { low, high } => with("uniform", &[("low", *low), ("high", *high)]),
            Distribution::Normal { mean, sd, low, high } => {
                with("normal", &[("mean", *mean), ("sd", *sd), ("low", *low), ("high", *high)])
            }
            Distribution::LogNormal { median, sigma, low, high } => {
                with("lognormal", &[("median", *median), ("sigma", *sigma), ("low", *low), ("high", *high)])
            }
            Distribution::Exponential { mean } => with("exponential", &[("mean", *mean)]),
            Distribution::Gamma { shape, mean } => with("gamma", &[("shape", *shape), ("mean", *mean)]),
            Distribution::Mixture { parts } => {
                let mut out = with("mixture", &[]);
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

/// The nearest distribution and its fields.
fn help(name: &str) -> String {
    let help = nearest(name, FORMS.iter().map(|(n, ..)| *n));
    match FORMS.iter().find(|(n, ..)| help == format!("did you mean `{n}`?")) {
        Some((n, needs, _)) => {
            let takes = needs.iter().map(|f| format!("`{f}`")).collect::<Vec<_>>().join(" and ");
            format!("{help} {n} takes {takes}")
        }
        None => help,
    }
}

fn above_zero(fields: &mut Fields, name: &'static str, problems: &mut Problems) -> Option<f64> {
    let node = fields.require(name)?;
    positive(node, &format!("`{name}`"), problems)
}

/// Optional `low` and `high`.
fn bounds(fields: &mut Fields, lowest: f64, problems: &mut Problems) -> Option<(f64, f64)> {
    let (low, high) = (fields.take("low"), fields.take("high"));
    let mut at = |node: Option<&Node>, name: &str, default| match node {
        Some(n) => number(n, name, problems),
        None => Some(default),
    };
    let (lo, hi) = (at(low, "`low`", lowest)?, at(high, "`high`", f64::INFINITY)?);
    let span = low.or(high).map_or(fields.at, |n| n.span);
    rising(lo, hi, span, problems)?;
    if lo < lowest {
        problems.error(Code::OutOfRange, span, format!("`low` is {lo}, but this distribution has no values below {lowest}"), "");
        return None;
    }
    Some((lo, hi))
}

fn rising(low: f64, high: f64, at: Span, problems: &mut Problems) -> Option<()> {
    if low < high {
        return Some(());
    }
    problems.error(Code::BoundsReversed, at, format!("`low` is {low} and `high` is {high}"), "`low` must be below `high`");
    None
}

fn parts(fields: &mut Fields, problems: &mut Problems) -> Option<Vec<(f64, Distribution)>> {
    let node = fields.require("parts")?;
    let list = items(node, "`parts`", problems);
    let mut out = Vec::new();
    for item in list {
        let Kind::Map(_) = item.kind else {
            wrong_type::<()>(item, "a part of a mixture is a mapping", problems);
            continue;
        };
        let Some(mut part) = Fields::of(item, item.span, "a part of a mixture", problems) else { continue };
        let weight = above_zero(&mut part, "weight", problems);
        let distribution = Distribution::read(&mut part, problems);
        part.finish(problems);
        out.extend(weight.zip(distribution));
    }
    if out.len() != list.len() {
        return None;
    }
    let sum: f64 = out.iter().map(|(w, _)| w).sum();
    if (sum - 1.0).abs() > 1e-9 {
        problems.error(Code::WeightSum, node.span, format!("the weights add up to {sum}, not to 1"), "");
        return None;
    }
    Some(out)
}
