//! Figures of a state that may depend on the state of an earlier latent variable.

use crate::diagnostic::{Code, Problems, nearest};
use crate::emit::Tree;
use crate::fields::{entries, text};
use crate::node::Node;
use crate::scope::state_index;
use nines_sim::MAX_STRATA;

/// A figure: the same always, or one for each state of an earlier latent variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Conditional<T> {
    /// Always the same.
    Always(T),
    /// One for each state.
    By {
        /// The earlier variable.
        latent: String,
        /// Its states in order, each with its figure.
        of: Vec<(String, Conditional<T>)>,
    },
}

/// Latent variables that were read before, with their states.
pub(crate) type Earlier<'a> = &'a [(String, Vec<String>)];

/// States of latent variables: name, state.
pub(crate) type States = [(String, String)];

impl<T> Conditional<T> {
    /// The figure in these states of the earlier variables.
    pub fn at(&self, states: &[(String, String)]) -> Option<&T> {
        match self {
            Conditional::Always(x) => Some(x),
            Conditional::By { latent, of } => {
                let (_, state) = states.iter().find(|(l, _)| l == latent)?;
                of.iter().find(|(s, _)| s == state)?.1.at(states)
            }
        }
    }

    /// All its figures.
    pub fn all(&self) -> Vec<&T> {
        match self {
            Conditional::Always(x) => vec![x],
            Conditional::By { of, .. } => of.iter().flat_map(|(_, c)| c.all()).collect(),
        }
    }

    /// Another figure for each.
    pub(crate) fn map<U>(&self, f: &impl Fn(&T) -> U) -> Conditional<U> {
        match self {
            Conditional::Always(x) => Conditional::Always(f(x)),
            Conditional::By { latent, of } => {
                Conditional::By { latent: latent.clone(), of: of.iter().map(|(s, c)| (s.clone(), c.map(f))).collect() }
            }
        }
    }

    /// Adds the variables that it depends on.
    pub(crate) fn parents(&self, out: &mut Vec<String>) {
        if let Conditional::By { latent, of } = self {
            if !out.contains(latent) {
                out.push(latent.clone());
            }
            of.iter().for_each(|(_, c)| c.parents(out));
        }
    }

    /// Reads a figure, or a choice of figures. The variables that it depends on are added to `used`.
    pub(crate) fn read(
        node: &Node,
        what: &str,
        earlier: Earlier,
        used: &mut Vec<String>,
        problems: &mut Problems,
        one: &mut dyn FnMut(&Node, &mut Problems) -> Option<T>,
    ) -> Option<Self>
    where
        T: Clone,
    {
        let Some(by) = node.get("by") else { return one(node, problems).map(Conditional::Always) };
        let name = text(by, "the name of a latent variable", problems)?;
        let Some((latent, states)) = earlier.iter().find(|(l, _)| *l == name) else {
            let near = nearest(&name, earlier.iter().map(|(l, _)| l.as_str()));
            let help = match near.starts_with("did you") {
                true => near,
                false => format!("a prior depends on latent variables above it: where `{name}` stands further down, move it up"),
            };
            problems.error(Code::UnknownLatent, by.span, format!("there is no latent variable `{name}` before this one"), help);
            return None;
        };
        used.push(name);
        let before = problems.errors();
        let mut of: Vec<Option<Self>> = vec![None; states.len()];
        let mut otherwise = None;
        for (key, arm) in entries(node, what, problems)?.filter(|(k, _)| k.text != "by") {
            let value = Conditional::read(arm, what, earlier, used, problems, one);
            if key.text == "else" {
                otherwise = value;
            } else if let Some(k) = state_index(latent, states, &key.text, key.span, problems) {
                of[k] = value;
            }
        }
        if problems.errors() > before || states.is_empty() {
            return None;
        }
        let missing: Vec<&str> = states.iter().zip(&of).filter(|(_, v)| v.is_none()).map(|(s, _)| s.as_str()).collect();
        if !missing.is_empty() && otherwise.is_none() {
            let message = format!("this choice has no value for `{}`", missing.join("`, `"));
            problems.error(Code::MissingState, node.span, message, "add them, or `else:`");
            return None;
        }
        let of = states.iter().zip(of).filter_map(|(s, v)| Some((s.clone(), v.or_else(|| otherwise.clone())?))).collect();
        let made = Conditional::By { latent: latent.clone(), of };
        // Each level is below the limit itself, so that `else` does not multiply without end.
        if made.all().len() > MAX_STRATA {
            let message = format!("{what} has more than {MAX_STRATA} figures");
            problems.error(Code::TooComplex, node.span, message, "simplify it");
            return None;
        }
        Some(made)
    }

    /// A figure for every combination of states of some variables; `None` as soon as one has none.
    pub(crate) fn over(
        parents: &[&(String, Vec<String>)],
        states: &mut Vec<(String, String)>,
        f: &mut dyn FnMut(&States) -> Option<T>,
    ) -> Option<Self> {
        let Some((first, rest)) = parents.split_first() else { return f(states).map(Conditional::Always) };
        let mut of = Vec::new();
        for state in &first.1 {
            states.push((first.0.clone(), state.clone()));
            let inner = Conditional::over(rest, states, f);
            states.pop();
            of.push((state.clone(), inner?));
        }
        Some(Conditional::By { latent: first.0.clone(), of })
    }

    /// As it is written.
    pub(crate) fn tree(&self, one: &impl Fn(&T) -> Tree) -> Tree {
        match self {
            Conditional::Always(x) => one(x),
            Conditional::By { latent, of } => {
                let arms = of.iter().map(|(s, c)| (s.clone(), c.tree(one)));
                Tree::Map(std::iter::once(("by".to_owned(), Tree::text(latent))).chain(arms).collect())
            }
        }
    }
}
