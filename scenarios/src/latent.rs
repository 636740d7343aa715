//! Latent variables: hidden states of the world, how often nature takes each, and how often we look.

use crate::conditional::{Conditional, Earlier, States};
use crate::diagnostic::{Code, Problems};
use crate::emit::Tree;
use crate::estimate::Estimate;
use crate::fields::{Fields, check_name, entries, probability, truth};
use crate::node::{Kind, Node, Span};

/// A latent variable.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentVariable {
    /// Name.
    pub name: String,
    /// Its states, in order.
    pub states: Vec<LatentState>,
}

impl LatentVariable {
    /// Whether every state is marked as the hazard: then nothing is left outside of it.
    pub(crate) fn is_all_hazard(&self) -> bool {
        self.states.iter().all(|s| s.hazard)
    }
}

/// A state of a latent variable.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentState {
    /// Name.
    pub name: String,
    /// How often nature takes it; `None` where that is not known.
    pub prior: Option<Conditional<Estimate>>,
    /// How often we look, where nature's share is not known for the whole scenario; else the estimate of the prior.
    pub share: Conditional<f64>,
    /// Makes the encounter dangerous.
    pub hazard: bool,
}

/// Whether the natural priors of all states of a scenario are known: they then decide, and design shares have no effect.
pub(crate) fn nature_decides(latents: &[LatentVariable]) -> bool {
    latents.iter().flat_map(|l| &l.states).all(|s| s.prior.is_some())
}

/// Lets each state's share be its prior where nature decides, so that what has no effect makes no difference either.
pub(crate) fn follow_nature(latents: &mut [LatentVariable]) {
    if !nature_decides(latents) {
        return;
    }
    for state in latents.iter_mut().flat_map(|l| &mut l.states) {
        if let Some(prior) = &state.prior {
            state.share = prior.map(&|e: &Estimate| e.estimate);
        }
    }
}

/// A number of a state before sums are known: given, the rest, or not there.
enum Part<T> {
    Given(Conditional<T>),
    Rest(Span),
    None,
}

struct RawState {
    name: String,
    at: Span,
    prior: Part<Estimate>,
    share: Part<f64>,
    hazard: bool,
}

impl LatentVariable {
    /// Reads the states of a variable. Those of the `earlier` ones that it depends on are added to `used`.
    pub(crate) fn read(
        name: &str,
        node: &Node,
        at: Span,
        earlier: Earlier,
        used: &mut Vec<String>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let mut fields = Fields::of(node, at, "a latent variable", problems)?;
        let states = fields.require("states");
        for field in ["hazard", "prior", "share"] {
            if let Some(n) = fields.take(field) {
                let message = format!("`{field}` is said of a state, not of the whole of `{name}`");
                problems.error(Code::UnknownField, n.span, message, of_a_state(field, n));
            }
        }
        fields.finish(problems);
        let before = problems.errors();
        let mut raw = Vec::new();
        for (key, node) in entries(states?, "`states`", problems)? {
            check_name(&key.text, '_', key.span, problems);
            raw.extend(read_state(&key.text, node, key.span, earlier, used, problems));
        }
        // A state that stands twice has been told of; which other one was meant is not known.
        let twice = (1..raw.len()).any(|k| raw[..k].iter().any(|other| other.name == raw[k].name));
        if problems.errors() > before || twice {
            return None;
        }
        if raw.len() < 2 {
            problems.error(Code::MissingState, at, format!("`{name}` needs two states or more"), "add a state");
            return None;
        }
        let priors = priors(&raw, name, at, earlier, problems)?;
        let shares = shares(&raw, &priors, name, at, earlier, problems)?;
        let states = raw.into_iter().zip(priors).zip(shares);
        let states = states.map(|((r, prior), share)| LatentState { name: r.name, prior, share, hazard: r.hazard }).collect();
        Some(Self { name: name.to_owned(), states })
    }

    /// As it is written, with the rest worked out. Shares are left out where `nature` decides.
    pub(crate) fn tree(&self, nature: bool) -> Tree {
        let state = |s: &LatentState| {
            let mut fields = Vec::new();
            let prior = |p: &Estimate| Tree::Map(p.tree("estimate"));
            fields.extend(s.prior.as_ref().map(|p| ("prior".to_owned(), p.tree(&prior))));
            if !nature {
                fields.push(("share".to_owned(), s.share.tree(&|x: &f64| Tree::number(*x))));
            }
            fields.push(("hazard".to_owned(), Tree::truth(s.hazard)));
            (s.name.clone(), Tree::Map(fields))
        };
        Tree::Map(vec![("states".to_owned(), Tree::Map(self.states.iter().map(state).collect()))])
    }
}

/// Where a field of a state belongs that stands beside `states`.
fn of_a_state(field: &str, node: &Node) -> String {
    match (field, &node.kind) {
        ("hazard", Kind::Text(state, _)) => format!("write it in the state: `{state}: {{hazard: true, prior: …}}`"),
        ("hazard", _) => {
            "write it in each state that makes the encounter dangerous: `STATE: {hazard: true, prior: …}`".to_owned()
        }
        _ => format!("write it in each state: `STATE: {{{field}: …}}`"),
    }
}

fn is_rest(node: &Node) -> bool {
    matches!(&node.kind, Kind::Text(t, _) if t == "rest")
}

fn read_state(
    name: &str,
    node: &Node,
    at: Span,
    earlier: Earlier,
    used: &mut Vec<String>,
    problems: &mut Problems,
) -> Option<RawState> {
    let mut fields = Fields::of(node, at, "a state", problems)?;
    let prior = match fields.take("prior") {
        None => Part::None,
        Some(n) if is_rest(n) => Part::Rest(n.span),
        Some(n) => Part::Given(Conditional::read(n, "`prior`", earlier, used, problems, &mut |n, problems| {
            if let Kind::Number(x) = n.kind {
                let message = format!("a prior says how sure it is, and where it comes from, but this is {x:?} alone");
                let help =
                    format!("`prior: {{estimate: {x:?}, factor90: 10, source: A}}`: 90% within a factor of 10, an assumption");
                problems.error(Code::WrongType, n.span, message, help);
                return None;
            }
            let mut inner = Fields::of(n, n.span, "`prior`, unless it is `rest`,", problems)?;
            let estimate = Estimate::read(&mut inner, "estimate", true, problems);
            inner.finish(problems);
            estimate
        })?),
    };
    let share = match fields.take("share") {
        None => Part::None,
        Some(n) if is_rest(n) => Part::Rest(n.span),
        Some(n) => Part::Given(Conditional::read(n, "`share`", earlier, used, problems, &mut |n, problems| {
            probability(n, "`share`", problems)
        })?),
    };
    let hazard = match fields.take("hazard") {
        None => false,
        Some(n) => truth(n, "`hazard`", problems)?,
    };
    fields.finish(problems);
    Some(RawState { name: name.to_owned(), at, prior, share, hazard })
}

/// Numbers of the states of a variable that have to add up to 1.
struct Sum<'a> {
    /// The variable.
    name: &'a str,
    /// What they are.
    what: &'a str,
    code: Code,
    at: Span,
    /// Sum of those that are given.
    given: f64,
    /// Places of those that take the rest.
    rests: Vec<Span>,
}

impl Sum<'_> {
    /// Warns where nothing is left in any case, of which `left` is the most.
    fn warn_of_none(name: &str, what: &str, rests: &[Span], left: f64, problems: &mut Problems) {
        if let ([one], true) = (rests, left < 1e-12) {
            let message = format!("the other {what}s of `{name}` add up to 1: nothing is left for the rest, which never happens");
            problems.warning(Code::EmptyRest, *one, message, "lower them, or leave this state out");
        }
    }

    /// What is left for the one that takes the rest; `complete` where every state says something.
    fn rest(&self, complete: bool, problems: &mut Problems) -> Option<f64> {
        let Sum { name, what, code, at, given, .. } = *self;
        let (at, message, help) = match self.rests[..] {
            [] if complete && (given - 1.0).abs() > 1e-9 => {
                (at, format!("the {what}s of `{name}` add up to {given}, not to 1"), "let one state take the `rest`")
            }
            [] => return Some(0.0),
            [one] if given > 1.0 + 1e-9 => {
                (one, format!("the other {what}s of `{name}` add up to {given}: there is no rest"), "lower them")
            }
            [_] => return Some((1.0 - given).max(0.0)),
            [_, second, ..] => {
                (second, format!("two states of `{name}` take the rest of the {what}s"), "give one of them a number")
            }
        };
        problems.error(code, at, message, help);
        None
    }
}

/// Where figures add up: the states of the earlier variables, for messages.
fn place(name: &str, states: &States) -> String {
    let given: Vec<String> = states.iter().map(|(l, s)| format!("{l}={s}")).collect();
    if given.is_empty() { name.to_owned() } else { format!("{name}` given `{}", given.join(",")) }
}

/// Variables that the given figures depend on, in order.
fn parents<'a, T>(parts: impl Iterator<Item = &'a Part<T>>, earlier: Earlier<'a>) -> Vec<&'a (String, Vec<String>)>
where
    T: 'a,
{
    let mut names = Vec::new();
    for part in parts {
        if let Part::Given(figure) = part {
            figure.parents(&mut names);
        }
    }
    earlier.iter().filter(|(l, _)| names.contains(l)).collect()
}

fn rests<'a, T: 'a>(parts: impl Iterator<Item = &'a Part<T>>) -> Vec<Span> {
    parts.filter_map(|p| if let Part::Rest(at) = p { Some(*at) } else { None }).collect()
}

fn priors(
    raw: &[RawState],
    name: &str,
    at: Span,
    earlier: Earlier,
    problems: &mut Problems,
) -> Option<Vec<Option<Conditional<Estimate>>>> {
    let parts = || raw.iter().map(|s| &s.prior);
    let rests = rests(parts());
    let without = raw.iter().find(|s| matches!(s.prior, Part::None));
    let unknown = without.is_some();
    if let (Some(state), [one, ..]) = (without, &rests[..]) {
        let message = format!("`{}` has no prior, so that the rest of `{name}` is not known", state.name);
        let help = "add `prior: {estimate: …, factor90: …, source: …}`; where nature is not known, give every state of the variable a `share`, how often we look, and none a prior";
        problems.error(Code::PriorSum, state.at, message, help);
        problems.label(*one, "takes the rest");
        return None;
    }
    let mut most_left: f64 = 0.0;
    let rest = Conditional::over(&parents(parts(), earlier), &mut Vec::new(), &mut |states| {
        let given = parts().filter_map(|p| if let Part::Given(p) = p { p.at(states) } else { None });
        let (sum, low, high) = given.fold((0.0, 0.0, 0.0), |(e, l, u), p| (e + p.estimate, l + p.lower, u + p.upper));
        let sum = Sum { name: &place(name, states), what: "prior", code: Code::PriorSum, at, given: sum, rests: rests.clone() };
        let left = sum.rest(!unknown, problems)?;
        most_left = most_left.max(left);
        let (lower, upper) = ((1.0 - high).clamp(0.0, left), (1.0 - low).clamp(left, 1.0));
        Some(Estimate { estimate: left, lower, upper, source: "the rest".to_owned() })
    })?;
    Sum::warn_of_none(name, "prior", &rests, most_left, problems);
    let of = |p: &Part<Estimate>| match p {
        Part::Given(p) => Some(p.clone()),
        Part::Rest(_) => Some(rest.clone()),
        Part::None => None,
    };
    Some(parts().map(of).collect())
}

fn shares(
    raw: &[RawState],
    priors: &[Option<Conditional<Estimate>>],
    name: &str,
    at: Span,
    earlier: Earlier,
    problems: &mut Problems,
) -> Option<Vec<Conditional<f64>>> {
    if raw.iter().all(|s| matches!(s.share, Part::None)) {
        let known: Option<Vec<_>> = priors.iter().map(|p| p.as_ref().map(|p| p.map(&|e: &Estimate| e.estimate))).collect();
        if known.is_none() {
            let help = "say by `share:` how often we look at each state";
            problems.error(Code::MissingField, at, format!("`{name}` has neither all priors nor shares"), help);
        }
        return known;
    }
    if let Some(s) = raw.iter().find(|s| matches!(s.share, Part::None)) {
        let message = format!("`{}` has no share, but other states of `{name}` have", s.name);
        problems.error(Code::ShareSum, s.at, message, "add `share: rest` or a number");
        return None;
    }
    let parts = || raw.iter().map(|s| &s.share);
    let rests = rests(parts());
    let mut most_left: f64 = 0.0;
    let rest = Conditional::over(&parents(parts(), earlier), &mut Vec::new(), &mut |states| {
        let sum = parts().filter_map(|p| if let Part::Given(x) = p { x.at(states) } else { None }).sum();
        let sum = Sum { name: &place(name, states), what: "share", code: Code::ShareSum, at, given: sum, rests: rests.clone() };
        let left = sum.rest(true, problems)?;
        most_left = most_left.max(left);
        Some(left)
    })?;
    Sum::warn_of_none(name, "share", &rests, most_left, problems);
    Some(parts().map(|p| if let Part::Given(x) = p { x.clone() } else { rest.clone() }).collect())
}
