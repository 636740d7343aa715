//! Presets of light, weather and surface, written out as the fields of `sensing` that they mean.

use crate::diagnostic::{Code, Problems, nearest};
use crate::fields::{Fields, entries, text};
use crate::library::library;
use crate::merge::merge;
use crate::node::{Key, Kind, Node, Span};
use nines_sim::SensingSpec;

/// Lists of conditions: light, weather, surface.
pub(crate) const LISTS: [&str; 3] = ["light", "weather", "surface"];

/// Fields of `sensing`, and the entry of a condition that sets or multiplies them.
const FIELDS: [(&str, &str); 8] = [
    ("friction", "friction"),
    ("light", "light"),
    ("range_vehicle_m", "range_vehicle"),
    ("range_person_m", "range_person"),
    ("position_noise_m", "noise"),
    ("speed_noise_mps", "noise"),
    ("miss_share", "miss"),
    ("confusion", "confusion"),
];

/// Writes `environment` out into `sensing`, whose own fields override it.
pub(crate) fn write_out(root: &mut Node, problems: &mut Problems) {
    let Some((key, node)) = root.remove("environment") else { return };
    let Some(mut fields) = Fields::of(&node, key.span, "`environment`", problems) else { return };
    let before = problems.errors();
    let mut of = LISTS.map(|list| {
        let node = fields.take(list)?;
        check(node, list, problems);
        Some(node.clone())
    });
    fields.finish(problems);
    if problems.errors() > before {
        return;
    }
    // The surface follows the weather where it is not given.
    for (list, node) in of.iter_mut().enumerate().take(2) {
        node.get_or_insert_with(|| word(usual_of(list), key.span));
    }
    let of = of.map(|n| n.unwrap_or(Node { kind: Kind::Null, span: key.span }));
    let mut sensing = Vec::new();
    for (field, part) in FIELDS {
        let default = SensingSpec::FIELDS.iter().find(|(n, ..)| *n == field).map_or(0.0, |(_, x, _)| *x);
        let value = combined(&of, &|words| value(default, part, words));
        if value.kind != Kind::Number(default) {
            sensing.push((Key { text: field.to_owned(), span: key.span }, value));
        }
    }
    let made = Node { kind: Kind::Map(sensing), span: key.span };
    let sensing = match root.remove("sensing") {
        None => made,
        Some((_, own)) => merge(made, own, problems),
    };
    root.set(Key { text: "sensing".to_owned(), span: key.span }, sensing);
}

fn word(text: &str, span: Span) -> Node {
    Node { kind: Kind::Text(text.to_owned(), span), span }
}

/// The condition of a list that holds where nothing is said: the first.
fn usual_of(list: usize) -> &'static str {
    library().conditions[list].first().map_or("", |(name, _)| name)
}

/// Checks a word of a list, or a choice of such words by latent state.
fn check(node: &Node, list: &str, problems: &mut Problems) {
    if let Kind::Map(_) = node.kind {
        let arms = entries(node, list, problems);
        arms.into_iter().flatten().filter(|(k, _)| k.text != "by").for_each(|(_, arm)| check(arm, list, problems));
        return;
    }
    let Some(name) = text(node, &format!("`{list}`, unless it is a choice,"), problems) else { return };
    let known = names(list);
    if !known.contains(&name.as_str()) {
        problems.error(Code::UnknownKind, node.span, format!("`{name}` is no {list} that is known"), nearest(&name, known));
    }
}

/// Names of the conditions of a list.
pub(crate) fn names(list: &str) -> Vec<&'static str> {
    let at = LISTS.iter().position(|l| *l == list);
    at.map_or(Vec::new(), |at| library().conditions[at].iter().map(|(name, _)| name.as_str()).collect())
}

/// A value of `sensing`: a number where all is plain, else a choice with a number for each state.
fn combined(of: &[Node; 3], value: &dyn Fn([&str; 3]) -> f64) -> Node {
    let Some(at) = of.iter().position(|n| matches!(n.kind, Kind::Map(_))) else {
        let words = of.each_ref().map(|n| if let Kind::Text(t, _) = &n.kind { t.as_str() } else { "" });
        return Node { kind: Kind::Number(value(words)), span: of[0].span };
    };
    let Kind::Map(arms) = &of[at].kind else { return of[at].clone() };
    let by = of[at].get("by").and_then(words);
    let arm = |(key, arm): &(Key, Node)| {
        if key.text == "by" {
            return (key.clone(), arm.clone());
        }
        let mut inner = of.clone();
        inner[at] = arm.clone();
        // Another choice by the same variable is in the same state.
        for other in &mut inner[at + 1..] {
            if other.get("by").and_then(words) == by
                && let Some(same) = other.get(&key.text).or(other.get("else")).filter(|_| key.text != "else")
            {
                *other = same.clone();
            }
        }
        (key.clone(), combined(&inner, value))
    };
    let out: Vec<(Key, Node)> = arms.iter().map(arm).collect();
    let mut values = out.iter().filter(|(k, _)| k.text != "by").map(|(_, n)| &n.kind);
    // A choice of one arm alone is kept: what it lacks is found when it is read.
    let several = out.len() > 2;
    match values.next() {
        Some(Kind::Number(x)) if several && values.all(|v| *v == Kind::Number(*x)) => {
            Node { kind: Kind::Number(*x), span: of[at].span }
        }
        _ => Node { kind: Kind::Map(out), span: of[at].span },
    }
}

fn words(node: &Node) -> Option<&str> {
    if let Kind::Text(t, _) = &node.kind { Some(t) } else { None }
}

/// A value under some light, weather and surface.
fn value(default: f64, part: &str, words: [&str; 3]) -> f64 {
    let entry = |list: usize, name: &str| library().conditions[list].iter().find(|(n, _)| n == name).map(|(_, node)| node);
    let surface = match words[2] {
        "" => match entry(1, words[1]).and_then(|n| n.get("surface")).map(|n| &n.kind) {
            Some(Kind::Text(t, _)) => t.as_str(),
            _ => usual_of(2),
        },
        given => given,
    };
    let number = |list: usize, name: &str| match entry(list, name).and_then(|n| n.get(part)).map(|n| &n.kind) {
        Some(Kind::Number(x)) => Some(*x),
        _ => None,
    };
    let given = [number(0, words[0]), number(1, words[1]), number(2, surface)];
    if part == "friction" || part == "light" {
        return given.into_iter().flatten().next().unwrap_or(default);
    }
    // Products of short decimals are kept short.
    let product = given.into_iter().flatten().fold(default, |x, factor| x * factor);
    (product * 1e9).round() / 1e9
}
