//! Cues: what an actor shows of a latent state.

use crate::diagnostic::{Code, Problems, nearest};
use crate::emit::Tree;
use crate::expression::number_text;
use crate::fields::{Fields, entries, finite, items, positive, probability, text};
use crate::node::Node;
use crate::scope::{Scope, state_index};
use nines_sim::{Cue, CueBy, CueKind, DT, KNOT_STEPS};

/// Most levels of a cue.
pub(crate) const MAX_LEVELS: usize = 5;

/// Fields of a cue, each with its meaning.
pub(crate) const FIELDS: [(&str, &str); 9] = [
    ("kind", "Field of the observation that shows it; what its levels mean goes with the kind."),
    ("latent", "Latent variable whose state it depends on. A cue has this or `by`."),
    ("by", "`mode`: it depends on the mode of the agent instead."),
    ("levels", "What may be shown, 2 to 5 numbers; the columns of `likelihood`."),
    (
        "likelihood",
        "For each state (or mode) the probability of each level, in the order of `levels`, which add up to 1; `else` for the rest.",
    ),
    ("window_s", "Time for which a draw holds, s, a multiple of 0.2; 0 for the whole encounter."),
    ("range_m", "Farthest distance at which it can be read, m; beyond, the observation shows -1."),
    ("missed", "Probability that a draw cannot be read (-1) while it holds; 0 where it is not given."),
    ("source", "Where the likelihoods come from."),
];

/// A cue of an actor.
#[derive(Clone, Debug, PartialEq)]
pub struct CueSpec {
    /// Kind.
    pub kind: CueKind,
    /// Latent variable it depends on; `None` where it is the mode of the agent.
    pub latent: Option<String>,
    /// What is shown at each level.
    pub levels: Vec<f64>,
    /// For each state (or mode), in order, the probability of each level.
    pub likelihood: Vec<(String, Vec<f64>)>,
    /// Time for which a draw holds, s; 0 for one draw per encounter.
    pub window_s: f64,
    /// Farthest distance at which it can be read, m.
    pub range_m: f64,
    /// Probability that a draw is missed, and nothing can be read while it holds.
    pub missed: f64,
    /// Where the likelihoods come from.
    pub source: String,
}

impl CueSpec {
    /// Reads one cue; `modes` are those of its actor.
    pub(crate) fn read(node: &Node, modes: &[String], scope: &mut Scope, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, node.span, "a cue", problems)?;
        let kind = match fields.require("kind") {
            // What else a cue needs follows from its kind, or from the model that was meant.
            Some(n) => Some(read_kind(n, problems)?),
            None => None,
        };
        let latent = match fields.take("by") {
            Some(n) => by_mode(n, modes, problems).map(|m| (None, m)),
            None => fields.require("latent").and_then(|n| scope.latent(n, problems)).map(|(name, states)| (Some(name), states)),
        };
        // That of a model is worked out before.
        if let Some(like) = fields.take("like") {
            let help = "`like` belongs to a model of the library: `use: look-child` in the place of `kind`; else write `levels` and `likelihood`";
            problems.error(
                Code::UnknownField,
                like.span,
                "`like` says which group of a model a state is like, and no model is named",
                help,
            );
            return None;
        }
        let levels = fields.require("levels").and_then(|n| read_levels(n, kind, problems));
        let table = fields.require("likelihood");
        let window_s = fields.require("window_s").and_then(|n| read_window(n, problems));
        let range_m = fields.require("range_m").and_then(|n| positive(n, "`range_m`", problems));
        let missed = fields.take("missed").map_or(Some(0.0), |n| probability(n, "`missed`", problems));
        let source = fields.require("source").and_then(|n| text(n, "`source`", problems));
        fields.finish(problems);
        let ((latent, states), levels) = latent.zip(levels)?;
        let owner = latent.as_deref().unwrap_or("this agent");
        let likelihood = read_table(table?, owner, states, &levels, problems);
        Some(Self {
            kind: kind?,
            latent,
            levels,
            likelihood: likelihood?,
            window_s: window_s?,
            range_m: range_m?,
            missed: missed?,
            source: source?,
        })
    }

    /// The compiled form.
    pub(crate) fn compile(&self, scope: &Scope) -> Cue {
        // What is missed is a level more, below all others.
        let (mut levels, mut rows) = (self.levels.clone(), self.likelihood.iter().map(|(_, row)| exact(row)).collect::<Vec<_>>());
        if self.missed > 0.0 {
            levels.push(-1.0);
            for row in &mut rows {
                row.iter_mut().for_each(|x| *x *= 1.0 - self.missed);
                row.push(self.missed);
            }
        }
        let by = match &self.latent {
            Some(latent) => CueBy::Latent(scope.latents.iter().position(|(l, _)| l == latent).unwrap_or(0) as u16), // checked when read
            None => CueBy::Mode,
        };
        Cue {
            kind: self.kind,
            levels,
            by,
            likelihood: rows,
            window_knots: (self.window_s / knot_s()).round() as u32,
            range_m: self.range_m,
        }
    }

    /// As it is written.
    pub(crate) fn tree(&self) -> Tree {
        let numbers = |row: &[f64]| Tree::List(row.iter().map(|x| Tree::number(*x)).collect());
        Tree::Map(vec![
            ("kind".to_owned(), Tree::text(self.kind.name())),
            match &self.latent {
                Some(latent) => ("latent".to_owned(), Tree::text(latent)),
                None => ("by".to_owned(), Tree::text("mode")),
            },
            ("levels".to_owned(), numbers(&self.levels)),
            ("likelihood".to_owned(), Tree::Map(self.likelihood.iter().map(|(s, row)| (s.clone(), numbers(row))).collect())),
            ("window_s".to_owned(), Tree::number(self.window_s)),
            ("range_m".to_owned(), Tree::number(self.range_m)),
            ("missed".to_owned(), Tree::number(self.missed)),
            ("source".to_owned(), Tree::text(&self.source)),
        ])
    }
}

/// `by: mode`, of an agent: the names of its modes.
fn by_mode(node: &Node, modes: &[String], problems: &mut Problems) -> Option<Vec<String>> {
    let word = text(node, "`by`", problems)?;
    if word != "mode" {
        problems.error(
            Code::UnknownKind,
            node.span,
            format!("`{word}` is nothing that a cue depends on"),
            "write `by: mode`, or `latent: NAME`",
        );
    } else if modes.is_empty() {
        problems.error(Code::UnknownMode, node.span, "this actor has no modes", "name a latent variable: `latent: NAME`");
    } else {
        return Some(modes.to_vec());
    }
    None
}

/// A row as the engine gets it: rows are written with few digits, and add up to 1 only nearly.
fn exact(row: &[f64]) -> Vec<f64> {
    let sum: f64 = row.iter().sum();
    row.iter().map(|x| x / sum).collect()
}

/// Time from one knot of the noise to the next, s.
fn knot_s() -> f64 {
    DT * KNOT_STEPS as f64
}

fn read_kind(node: &Node, problems: &mut Problems) -> Option<CueKind> {
    let name = text(node, "the kind of a cue", problems)?;
    let found = CueKind::ALL.into_iter().find(|k| k.name() == name);
    if found.is_none() {
        let help = nearest(&name, CueKind::ALL.map(CueKind::name));
        problems.error(Code::UnknownKind, node.span, format!("`{name}` is not a kind of cue"), help);
    }
    found
}

/// The levels that a kind knows; empty for all from 0 to 1.
pub(crate) const fn known_levels(kind: CueKind) -> &'static [f64] {
    match kind {
        CueKind::Gaze => &[0.0, 1.0],
        CueKind::Gesture => &[0.0, 1.0, 2.0],
        CueKind::Posture | CueKind::Intention | CueKind::Lamp => &[],
    }
}

/// Whether a kind knows a level, and what it knows.
fn fits(kind: CueKind, level: f64) -> (bool, &'static str) {
    let known = known_levels(kind);
    let fits = if known.is_empty() { (0.0..=1.0).contains(&level) } else { known.contains(&level) };
    let words = match kind {
        CueKind::Gaze => "0 (looks elsewhere) and 1 (looks at the ego)",
        CueKind::Gesture => "0 (none), 1 (asks the ego to go on) and 2 (asks it to stop)",
        CueKind::Posture | CueKind::Intention | CueKind::Lamp => "numbers from 0 to 1",
    };
    (fits, words)
}

fn read_levels(node: &Node, kind: Option<CueKind>, problems: &mut Problems) -> Option<Vec<f64>> {
    let list = items(node, "`levels`", problems);
    let levels: Vec<f64> = list.iter().filter_map(|n| finite(n, "a level", problems)).collect();
    if !(2..=MAX_LEVELS).contains(&list.len()) {
        problems.error(Code::TooMany, node.span, format!("a cue has 2 to {MAX_LEVELS} levels, not {}", list.len()), "");
        return None;
    }
    if levels.len() < list.len() {
        return None;
    }
    for (level, n) in levels.iter().zip(list) {
        let Some((false, known)) = kind.map(|kind| fits(kind, *level)) else { continue };
        let kind = kind.map_or("", CueKind::name);
        let message = format!("a `{kind}` has no level {}", number_text(*level));
        problems.error(Code::OutOfRange, n.span, message, format!("the levels of `{kind}` are {known}"));
        return None;
    }
    Some(levels)
}

fn read_window(node: &Node, problems: &mut Problems) -> Option<f64> {
    let window = finite(node, "`window_s`", problems)?;
    let knots = window / knot_s();
    if window >= 0.0 && (knots - knots.round()).abs() < 1e-9 {
        return Some(window);
    }
    let help = "0 holds for the whole encounter";
    problems.error(Code::OutOfRange, node.span, format!("`window_s` is {window}, but must be a multiple of {}", knot_s()), help);
    None
}

fn read_table(
    node: &Node,
    latent: &str,
    states: Vec<String>,
    levels: &[f64],
    problems: &mut Problems,
) -> Option<Vec<(String, Vec<f64>)>> {
    let before = problems.errors();
    let mut rows: Vec<Option<Vec<f64>>> = vec![None; states.len()];
    let mut otherwise = None;
    for (key, node) in entries(node, "`likelihood`", problems)? {
        let list = items(node, "a row of `likelihood`", problems);
        let row: Vec<f64> = list.iter().filter_map(|n| probability(n, "a likelihood", problems)).collect();
        let sum: f64 = row.iter().sum();
        if row.len() == list.len() && row.len() != levels.len() {
            let columns = levels.iter().map(|x| number_text(*x)).collect::<Vec<_>>().join(", ");
            let message = format!(
                "the row `{}` has {}, but there are {} levels: {columns}",
                key.text,
                if row.len() == 1 { "one probability".to_owned() } else { format!("{} probabilities", row.len()) },
                levels.len()
            );
            let row = levels.iter().map(|x| format!("P({})", number_text(*x))).collect::<Vec<_>>().join(", ");
            let help = format!("write a column for each level, `{}: [{row}]`, which add up to 1", key.text);
            problems.error(Code::LikelihoodSum, node.span, message, help);
        } else if row.len() == list.len() && (sum - 1.0).abs() > 1e-6 {
            let message = format!("the probabilities of `{}` add up to {sum:.6}, not to 1", key.text);
            problems.error(Code::LikelihoodSum, node.span, message, "");
        }
        if key.text == "else" {
            otherwise = Some(row);
        } else if let Some(k) = state_index(latent, &states, &key.text, key.span, problems) {
            rows[k] = Some(row);
        }
    }
    if states.is_empty() {
        return None;
    }
    let missing: Vec<&str> = states.iter().zip(&rows).filter(|(_, r)| r.is_none()).map(|(s, _)| s.as_str()).collect();
    if !missing.is_empty() && otherwise.is_none() {
        let message = format!("`likelihood` has no row for `{}`", missing.join("`, `"));
        problems.error(Code::MissingState, node.span, message, "add them, or `else:`");
    }
    if problems.errors() > before {
        return None;
    }
    Some(states.into_iter().zip(rows).filter_map(|(s, row)| Some((s, row.or_else(|| otherwise.clone())?))).collect())
}
