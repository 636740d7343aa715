//! Correlated parameters: a Gaussian copula by pairs.

use crate::diagnostic::{Code, Problems, nearest};
use crate::emit::Tree;
use crate::fields::{Fields, finite, items, text, words};
use crate::format::Parameter;
use crate::node::{Node, Span};
use nines_sim::Copula;

/// Correlation of two parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// Their names.
    pub of: [String; 2],
    /// Correlation of their standard normal coordinates. Their rank correlation is 6/pi asin(rho/2).
    pub rho: f64,
    /// Where it comes from.
    pub source: String,
}

impl Correlation {
    fn read(node: &Node, known: &[String], problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, node.span, "a correlation", problems)?;
        let of = fields.require("of").and_then(|n| pair(n, known, problems));
        let rho = fields.require("rho").and_then(|n| {
            let rho = finite(n, "`rho`", problems)?;
            if rho > -1.0 && rho < 1.0 {
                return Some(rho);
            }
            let help = "where one follows from the other, use a value instead of a parameter";
            problems.error(Code::OutOfRange, n.span, format!("`rho` is {rho}, but must be between -1 and 1"), help);
            None
        });
        let source = fields.require("source").and_then(|n| text(n, "`source`", problems));
        fields.finish(problems);
        Some(Self { of: of?, rho: rho?, source: source? })
    }

    pub(crate) fn tree(&self) -> Tree {
        let of = Tree::words(self.of.iter().map(String::as_str));
        let fields = [("of", of), ("rho", Tree::number(self.rho)), ("source", Tree::text(&self.source))];
        Tree::Map(fields.into_iter().map(|(name, tree)| (name.to_owned(), tree)).collect())
    }
}

/// Two different parameters.
fn pair(node: &Node, known: &[String], problems: &mut Problems) -> Option<[String; 2]> {
    let before = problems.errors();
    let found = words(node, "`of`", problems);
    for (name, at) in found.iter().filter(|(name, _)| !known.contains(name)) {
        let help = nearest(name, known.iter().map(String::as_str));
        problems.error(Code::UnknownParameter, *at, format!("there is no parameter `{name}`"), help);
    }
    if problems.errors() > before {
        return None;
    }
    match <[_; 2]>::try_from(found) {
        Ok([(a, _), (b, _)]) => Some([a, b]),
        Err(found) => {
            let message = format!("`of` names {} parameters, but a correlation is of two", found.len());
            problems.error(Code::LengthMismatch, node.span, message, "write `of: [ONE, OTHER]`");
            None
        }
    }
}

/// The section. `parameters` are those without problems, `known` the names of all.
pub(crate) fn read_correlations(
    node: &Node,
    parameters: &[Parameter],
    known: &[String],
    problems: &mut Problems,
) -> Option<Vec<Correlation>> {
    let before = problems.errors();
    let mut out: Vec<(Correlation, Span)> = Vec::new();
    for item in items(node, "`correlations`", problems) {
        let Some(found) = Correlation::read(item, known, problems) else { continue };
        for name in &found.of {
            if let Some(p) =
                parameters.iter().find(|p| p.name == *name && !p.distribution.is_discrete() && !p.distribution.rises())
            {
                let message = format!(
                    "`{}` is a mixture whose parts do not follow each other by value, so that a correlation of it means nothing",
                    p.name
                );
                let help = "put the parts in the order of their values, and bound them: each begins where the one before ends";
                problems.error(Code::MixtureOrder, item.span, message, help);
            }
            if parameters.iter().any(|p| p.name == *name && p.distribution.is_discrete()) {
                let message = format!("`{name}` takes single values, and cannot be correlated");
                let help = "correlate a continuous parameter, and choose by it in a value";
                problems.error(Code::DiscreteParameter, item.span, message, help);
            }
        }
        let [a, b] = &found.of;
        if let Some((_, first)) = out.iter().find(|(c, _)| c.of.contains(a) && c.of.contains(b)) {
            problems.error(
                Code::DuplicateEntry,
                item.span,
                format!("`{a}` and `{b}` are correlated twice"),
                "remove one of them",
            );
            problems.label(*first, "first here");
        }
        out.push((found, item.span));
    }
    if problems.errors() > before {
        return None;
    }
    let (out, places): (Vec<Correlation>, Vec<Span>) = out.into_iter().unzip();
    if let Err(k) = copula(&out, known) {
        let name = &known[k];
        let message = format!("the correlations of `{name}` contradict those of the other parameters");
        let help = "a pair that is not given is uncorrelated: give it a `rho` too, or move these towards 0";
        let at = out.iter().zip(&places).find(|(c, _)| c.of.contains(name)).map_or(node.span, |(_, at)| *at);
        problems.error(Code::NotPositiveDefinite, at, message, help);
        return None;
    }
    Some(out)
}

/// The compiled form, by the order of the parameters.
pub(crate) fn copula(correlations: &[Correlation], parameters: &[String]) -> Result<Copula, usize> {
    let place = |name: &String| parameters.iter().position(|p| p == name);
    let pairs = correlations.iter().filter_map(|c| Some((place(&c.of[0])?, place(&c.of[1])?, c.rho)));
    Copula::new(&pairs.collect::<Vec<_>>())
}
