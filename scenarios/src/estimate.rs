//! Figures that are not known exactly: an estimate, its 95% interval, and where it comes from.

use crate::diagnostic::{Code, Problems};
use crate::emit::Tree;
use crate::fields::{Fields, positive, probability, text};
use crate::node::Span;

/// Quantile of the standard normal at 95% and 97.5%: a factor that holds 90% becomes one that holds 95% by their ratio.
const Z90: f64 = 1.645;
const Z95: f64 = 1.960;

/// An upper limit of a probability above this was not meant to be cut at 1.
const CUT: f64 = 1.0 + 1e-9;

/// Largest factor that is read, either way.
pub(crate) const MOST_FACTOR90: f64 = 1e3;

/// Largest factor between an estimate and its limits that says anything.
const MOST_FACTOR: f64 = 1e9;

/// An estimate with its 95% interval and its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Best estimate.
    pub estimate: f64,
    /// Lower limit at 95%.
    pub lower: f64,
    /// Upper limit at 95%.
    pub upper: f64,
    /// Where it comes from.
    pub source: String,
}

impl Estimate {
    /// A share of it, and where the share comes from.
    pub(crate) fn shared(&self, share: f64, from: &str) -> Self {
        // What is left over of 1 is said without the rounding of the subtraction.
        let said = (share * 1e12).round() / 1e12;
        let source = format!("{}; {} of it, {from}", self.source, crate::expression::number_text(said));
        Self { estimate: self.estimate * share, lower: self.lower * share, upper: self.upper * share, source }
    }

    /// Reads `name`, `factor90` or `lower` and `upper`, and `source`. Probabilities stay at or below 1.
    pub(crate) fn read(fields: &mut Fields, name: &'static str, is_probability: bool, problems: &mut Problems) -> Option<Self> {
        let one = if is_probability { probability } else { positive };
        let get = |n: &'static str, fields: &mut Fields, problems: &mut Problems| {
            let node = fields.require(n)?;
            Some((one(node, &format!("`{n}`"), problems)?, node.span))
        };
        let estimate = get(name, fields, problems);
        let source = fields.require("source").and_then(|n| text(n, "`source`", problems));
        let limits = if fields.has("lower") || fields.has("upper") {
            let (lower, upper) = (get("lower", fields, problems), get("upper", fields, problems));
            if let Some(factor) = fields.take("factor90") {
                let message = "`factor90` and `lower` and `upper` state the same uncertainty twice";
                problems.error(Code::EstimateContradiction, factor.span, message, "remove `factor90`, or both limits");
            }
            lower.zip(upper).map(|((l, at), (u, _))| (l, u, at))
        } else {
            let factor = fields.take("factor90").map(|n| (positive(n, "`factor90`", problems), n.span));
            match factor {
                Some((factor, at)) => {
                    let factor = factor.and_then(|f| sensible(f, at, problems))?;
                    let f = libm::pow(factor, Z95 / Z90);
                    if let (true, Some((x, _))) = (is_probability, estimate) {
                        warn_of_cut(x, factor, at, problems);
                    }
                    estimate.map(|(x, _)| (x / f, if is_probability { (x * f).min(1.0) } else { x * f }, at))
                }
                None => {
                    let help = "add `factor90` (the factor either way that holds 90%), or `lower` and `upper` (95%)";
                    problems.error(Code::MissingField, fields.at, "an estimate needs its uncertainty", help);
                    None
                }
            }
        };
        let ((estimate, place), (lower, upper, at)) = estimate.zip(limits)?;
        let (least, most) = if is_probability { (1e-30, 1.0) } else { (1e-12, 1e12) };
        if (estimate != 0.0 && estimate < least) || estimate > most {
            let message = format!("`{name}` is {estimate:e}, but must be from {least:e} to {most:e}");
            problems.error(Code::OutOfRange, place, message, "is the unit right?");
            return None;
        }
        if estimate > 0.0 && (upper / estimate > MOST_FACTOR || (lower > 0.0 && estimate / lower > MOST_FACTOR)) {
            let message = format!("`{name}` is said to be known within a factor of more than {MOST_FACTOR:e}");
            problems.error(Code::OutOfRange, at, message, "leave out what is not known at all");
            return None;
        }
        if !(lower <= estimate && estimate <= upper) {
            let message = format!("the estimate {estimate} is not between {lower} and {upper}");
            problems.error(Code::BoundsReversed, at, message, "");
            return None;
        }
        Some(Self { estimate, lower, upper, source: source? })
    }

    /// As it is written, with the estimate under `name`.
    pub(crate) fn tree(&self, name: &str) -> Vec<(String, Tree)> {
        vec![
            (name.to_owned(), Tree::number(self.estimate)),
            ("lower".to_owned(), Tree::number(self.lower)),
            ("upper".to_owned(), Tree::number(self.upper)),
            ("source".to_owned(), Tree::text(&self.source)),
        ]
    }
}

/// A factor from 1 to the largest that says anything.
fn sensible(factor: f64, at: Span, problems: &mut Problems) -> Option<f64> {
    if (1.0..=MOST_FACTOR90).contains(&factor) {
        return Some(factor);
    }
    let (message, help) = if factor < 1.0 {
        ("`factor90` must be at least 1".to_owned(), "it is the factor either way that holds 90%")
    } else {
        let message = format!("`factor90` is {factor:?}, but at most {MOST_FACTOR90} says anything");
        (
            message,
            "leave out what is not known at all: a state with a `share` has no prior, a scenario may do without an exposure",
        )
    };
    problems.error(Code::OutOfRange, at, message, help);
    None
}

/// A probability whose upper limit would lie well above 1 is known better than its factor says.
fn warn_of_cut(estimate: f64, factor: f64, at: Span, problems: &mut Problems) {
    let upper = estimate * libm::pow(factor, Z95 / Z90);
    if upper > CUT {
        // Two digits, rounded down.
        let most = (100.0 * libm::pow(1.0 / estimate, Z90 / Z95)).floor() / 100.0;
        let message = format!(
            "{estimate} within a factor of {factor} would be up to {upper:.2} at 95%, but a probability ends at 1: the upper limit is cut"
        );
        let help = format!("lower it to at most `factor90: {most}`, or write `lower` and `upper` (95%)");
        problems.warning(Code::OutOfRange, at, message, help);
    }
}
