//! Reading a distribution, with all its problems.

use super::{Distribution, FORMS};
use crate::diagnostic::{Code, Problems, nearest};
use crate::fields::{Fields, finite, items, number, positive, text, wrong_type};
use crate::node::{Kind, Node, Span};
use nines_sim::{Dist, REACH};

/// Least share of a distribution that its bounds may keep: with less its quantiles have no digits left.
const LEAST_KEPT: f64 = 1e-12;
/// Shapes within which tables keep their error.
const SHAPES: (f64, f64) = (0.1, 1_000.0);
/// Largest mean of counts.
const MOST_COUNTS: f64 = 1_000.0;
/// Most parts of a mixture, parts of its parts included, and most entries of a list.
const MOST_PARTS: usize = 64;
const MOST_ENTRIES: usize = 1_000;

impl Distribution {
    /// Reads the fields of a distribution; others of the mapping are left to the caller.
    pub(crate) fn read(fields: &mut Fields, problems: &mut Problems) -> Option<Self> {
        let dist = fields.require("dist")?;
        let name = text(dist, "the name of a distribution", problems)?;
        let out = match name.as_str() {
            "constant" => Distribution::Constant { value: any(fields, "value", problems)?.0 },
            "uniform" => {
                let (low, high) = required_bounds(fields, problems)?;
                Distribution::Uniform { low, high }
            }
            "normal" | "truncated_normal" => {
                let (mean, sd) = (any(fields, "mean", problems), above_zero(fields, "sd", problems));
                if name == "truncated_normal" {
                    let both = (fields.require("low"), fields.require("high"));
                    both.0.zip(both.1)?;
                }
                let (low, high) = bounds(fields, f64::NEG_INFINITY, problems)?;
                Distribution::Normal { mean: mean?.0, sd: sd?, low, high }
            }
            "lognormal" => {
                let (median, sigma) = (above_zero(fields, "median", problems), above_zero(fields, "sigma", problems));
                let (low, high) = bounds(fields, 0.0, problems)?;
                Distribution::LogNormal { median: median?, sigma: sigma?, low, high }
            }
            "exponential" => {
                let mean = above_zero(fields, "mean", problems);
                let (low, high) = bounds(fields, 0.0, problems)?;
                Distribution::Exponential { mean: mean?, low, high }
            }
            "gamma" => {
                let (shape, mean) = (shape(fields, "shape", problems), above_zero(fields, "mean", problems));
                let (low, high) = bounds(fields, 0.0, problems)?;
                Distribution::Gamma { shape: shape?, mean: mean?, low, high }
            }
            "weibull" => {
                let (shape, scale) = (shape(fields, "shape", problems), above_zero(fields, "scale", problems));
                let (low, high) = bounds(fields, 0.0, problems)?;
                Distribution::Weibull { shape: shape?, scale: scale?, low, high }
            }
            "beta" => {
                let (alpha, beta) = (shape(fields, "alpha", problems), shape(fields, "beta", problems));
                let (low, high) = finite_bounds(fields, problems)?;
                Distribution::Beta { alpha: alpha?, beta: beta?, low, high }
            }
            "triangular" => {
                let (mode, range) = (any(fields, "mode", problems), required_bounds(fields, problems));
                let ((mode, span), (low, high)) = (mode?, range?);
                if !(low..=high).contains(&mode) {
                    problems.error(Code::OutOfRange, span, format!("`mode` is {mode}, but must be from {low} to {high}"), "");
                    return None;
                }
                Distribution::Triangular { low, mode, high }
            }
            "poisson" => poisson(fields, problems)?,
            "histogram" => {
                let (edges, weights) = (rising_list(fields, "edges", problems), weights(fields, 0.0, problems));
                let (edges, weights) = same_length(edges?, weights?, "edges", 1, problems)?;
                Distribution::Histogram { edges, weights }
            }
            "quantiles" => quantiles(fields, problems)?,
            "choice" => {
                let (values, weights) = (rising_list(fields, "values", problems), weights(fields, f64::MIN_POSITIVE, problems));
                let (values, weights) = same_length(values?, weights?, "values", 0, problems)?;
                Distribution::Choice { values, weights }
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
        out.can_be_drawn(dist.span, problems)
    }

    /// Refuses bounds that leave next to nothing, and what cannot be computed exactly enough.
    fn can_be_drawn(self, at: Span, problems: &mut Problems) -> Option<Self> {
        if self.kept() < LEAST_KEPT {
            let message = "the bounds leave next to nothing of the distribution";
            problems.error(Code::OutOfRange, at, message, "move the bounds or the centre");
            return None;
        }
        // Parts of a mixture were tried when they were read.
        let drawn = |d: Dist| [-REACH, -1.0, 0.0, 1.0, REACH].iter().all(|z| d.at(*z).is_finite());
        if !matches!(self, Distribution::Mixture { .. }) && !self.compile().is_some_and(drawn) {
            let message = "the quantiles of this distribution cannot be computed exactly enough";
            problems.error(Code::OutOfRange, at, message, "choose less extreme numbers");
            return None;
        }
        Some(self)
    }

    /// Distributions in it that are no mixtures.
    fn leaves(&self) -> usize {
        match self {
            Distribution::Mixture { parts } => parts.iter().map(|(_, d)| d.leaves()).sum(),
            _ => 1,
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

/// A finite number and its place.
fn any(fields: &mut Fields, name: &'static str, problems: &mut Problems) -> Option<(f64, Span)> {
    let node = fields.require(name)?;
    Some((finite(node, &format!("`{name}`"), problems)?, node.span))
}

fn above_zero(fields: &mut Fields, name: &'static str, problems: &mut Problems) -> Option<f64> {
    let node = fields.require(name)?;
    positive(node, &format!("`{name}`"), problems)
}

fn shape(fields: &mut Fields, name: &'static str, problems: &mut Problems) -> Option<f64> {
    let node = fields.require(name)?;
    let x = positive(node, &format!("`{name}`"), problems)?;
    let (least, most) = SHAPES;
    if (least..=most).contains(&x) {
        return Some(x);
    }
    problems.error(Code::OutOfRange, node.span, format!("`{name}` is {x}, but must be from {least} to {most}"), "");
    None
}

fn required_bounds(fields: &mut Fields, problems: &mut Problems) -> Option<(f64, f64)> {
    let (low, high) = (any(fields, "low", problems), any(fields, "high", problems));
    let ((low, span), (high, _)) = (low?, high?);
    rising(low, high, span, problems)?;
    Some((low, high))
}

/// Optional `low` and `high` that stretch a distribution from 0 to 1.
fn finite_bounds(fields: &mut Fields, problems: &mut Problems) -> Option<(f64, f64)> {
    let mut at = |name: &'static str, default: f64| match fields.take(name) {
        Some(node) => Some((finite(node, &format!("`{name}`"), problems)?, node.span)),
        None => Some((default, fields.at)),
    };
    let ((low, span), (high, _)) = (at("low", 0.0)?, at("high", 1.0)?);
    rising(low, high, span, problems)?;
    Some((low, high))
}

/// Optional `low` and `high` that cut a distribution.
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

fn poisson(fields: &mut Fields, problems: &mut Problems) -> Option<Distribution> {
    let (mean, most) = (fields.require("mean"), fields.take("most"));
    let mean = mean.and_then(|n| {
        let x = positive(n, "`mean`", problems)?;
        if x > MOST_COUNTS {
            problems.error(Code::OutOfRange, n.span, format!("`mean` is {x}, but must be at most {MOST_COUNTS}"), "");
            return None;
        }
        Some(x)
    });
    let most = most.map_or(Some(f64::INFINITY), |n| {
        let x = number(n, "`most`", problems)?;
        if x < 1.0 || x.fract() != 0.0 && x.is_finite() {
            problems.error(Code::OutOfRange, n.span, format!("`most` is {x}, but must be a whole number above zero"), "");
            return None;
        }
        Some(x)
    });
    Some(Distribution::Poisson { mean: mean?, most: most? })
}

fn quantiles(fields: &mut Fields, problems: &mut Problems) -> Option<Distribution> {
    let (p, values) = (rising_list(fields, "probabilities", problems), rising_list(fields, "values", problems));
    let ((p, at), values) = (p?, values?);
    let (first, last) = (p.first().copied()?, p.last().copied()?);
    if (first, last) != (0.0, 1.0) {
        let message = format!("`probabilities` go from {first} to {last}, but must go from 0 to 1");
        problems.error(Code::OutOfRange, at, message, "give the lowest and the highest value too");
        return None;
    }
    let (values, probabilities) = same_length(values, (p, at), "values", 0, problems)?;
    Some(Distribution::Quantiles { probabilities, values })
}

/// A list of finite numbers and its place.
fn list(fields: &mut Fields, name: &'static str, problems: &mut Problems) -> Option<(Vec<f64>, Span)> {
    let node = fields.require(name)?;
    let Kind::List(items) = &node.kind else {
        return wrong_type(node, &format!("`{name}` is a list of numbers"), problems);
    };
    if items.len() > MOST_ENTRIES {
        let message = format!("`{name}` has {} entries, but a list of a distribution has at most {MOST_ENTRIES}", items.len());
        problems.error(Code::TooMany, node.span, message, "");
        return None;
    }
    let what = format!("each of `{name}`");
    let out: Vec<f64> = items.iter().filter_map(|n| finite(n, &what, problems)).collect();
    (out.len() == items.len()).then_some((out, node.span))
}

/// At least two numbers, each above the one before.
fn rising_list(fields: &mut Fields, name: &'static str, problems: &mut Problems) -> Option<(Vec<f64>, Span)> {
    let (out, at) = list(fields, name, problems)?;
    if out.len() < 2 {
        problems.error(Code::LengthMismatch, at, format!("`{name}` has {} entries, but needs at least two", out.len()), "");
        return None;
    }
    if let Some(pair) = out.windows(2).find(|pair| pair[0] >= pair[1]) {
        let message = format!("`{name}` must rise, but {} is followed by {}", pair[0], pair[1]);
        problems.error(Code::NotRising, at, message, "put them in order, each once");
        return None;
    }
    Some((out, at))
}

/// Weights against each other, none below `least`, not all of them zero.
fn weights(fields: &mut Fields, least: f64, problems: &mut Problems) -> Option<(Vec<f64>, Span)> {
    let (out, at) = list(fields, "weights", problems)?;
    if let Some(bad) = out.iter().find(|w| **w < least) {
        let must = if least > 0.0 { "must be above zero" } else { "must not be negative" };
        problems.error(Code::WeightSum, at, format!("a weight is {bad}, but {must}"), "");
        return None;
    }
    let sum: f64 = out.iter().sum();
    let fine = out.is_empty() || (sum > 0.0 && sum.is_finite());
    if !fine {
        problems.error(Code::WeightSum, at, format!("the weights add up to {sum}"), "give at least one a weight above zero");
        return None;
    }
    Some((out, at))
}

type Listed = (Vec<f64>, Span);

/// Two lists that belong together: the first has `more` entries more.
fn same_length(first: Listed, second: Listed, name: &str, more: usize, problems: &mut Problems) -> Option<(Vec<f64>, Vec<f64>)> {
    let ((first, _), (second, at)) = (first, second);
    if first.len() == second.len() + more {
        return Some((first, second));
    }
    let needs = first.len() - more;
    let message = format!("{} entries beside {} of `{name}`", second.len(), first.len());
    problems.error(Code::LengthMismatch, at, message, format!("give {needs}"));
    None
}

fn parts(fields: &mut Fields, problems: &mut Problems) -> Option<Vec<(f64, Distribution)>> {
    let node = fields.require("parts")?;
    let list = items(node, "`parts`", problems);
    if list.len() > MOST_PARTS {
        too_many_parts(list.len(), node.span, problems);
        return None;
    }
    let mut out = Vec::new();
    for item in list {
        let Kind::Map(_) = item.kind else {
            wrong_type::<()>(item, "a part of a mixture is a mapping", problems);
            continue;
        };
        let Some(mut part) = Fields::of(item, item.span, "a part of a mixture", problems) else { continue };
        if let Some(source) = part.take("source") {
            let message = "a part of a mixture has no source of its own";
            problems.error(Code::UnknownField, source.span, message, "say it in the `source` beside `parts`");
            continue;
        }
        let weight = above_zero(&mut part, "weight", problems);
        let distribution = Distribution::read(&mut part, problems);
        part.finish(problems);
        out.extend(weight.zip(distribution));
    }
    if out.len() != list.len() {
        return None;
    }
    let leaves = out.iter().map(|(_, d)| d.leaves()).sum();
    if leaves > MOST_PARTS {
        too_many_parts(leaves, node.span, problems);
        return None;
    }
    let sum: f64 = out.iter().map(|(w, _)| w).sum();
    if (sum - 1.0).abs() > 1e-9 {
        problems.error(Code::WeightSum, node.span, format!("the weights add up to {sum}, not to 1"), "");
        return None;
    }
    Some(out)
}

fn too_many_parts(n: usize, at: Span, problems: &mut Problems) {
    problems.error(Code::TooMany, at, format!("{n} parts, but a mixture has at most {MOST_PARTS}"), "");
}
