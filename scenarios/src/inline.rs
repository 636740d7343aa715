//! Distributions that stand in place, at a field of an actor, the ego or sensing: each becomes a parameter, and the field its
//! name. `height_m: {use: child-height}` of `child` is the parameter `child_height_m`; in a choice by latent state the state
//! stands before the field, `child_dashing_speed_mps`, so that the unit stays last. In a group each member draws its own.

use crate::actor::COMMON;
use crate::diagnostic::{Code, Problems};
use crate::node::{Key, Kind, Node, Span};
use nines_sim::{EgoSpec, FixedSpec, LookSpec, PaceSpec, RollerSpec, SensingSpec, StartSpec, VehicleSpec, WalkerSpec};

/// Fields of a part of the engine.
type Part = &'static [(&'static str, f64, &'static str)];

/// Parts that set the fields of an actor, whatever its kind.
const ACTOR: [Part; 5] = [FixedSpec::FIELDS, WalkerSpec::FIELDS, VehicleSpec::FIELDS, RollerSpec::FIELDS, StartSpec::FIELDS];
/// Those of a mode.
const MODE: [Part; 2] = [PaceSpec::FIELDS, LookSpec::FIELDS];

/// Writes every distribution in place out as a parameter. What the library has is written out before.
pub(crate) fn write_out(root: &mut Node, problems: &mut Problems) {
    let mut made = Vec::new();
    for (section, fields) in [("ego", EgoSpec::FIELDS), ("sensing", SensingSpec::FIELDS)] {
        if let Some(node) = child(root, section) {
            draw_fields(node, section, &|name| has(&[fields], name), &mut made);
        }
    }
    if let Some(Node { kind: Kind::Map(actors), .. }) = child(root, "actors") {
        for (key, actor) in actors {
            // What members of a group draw for themselves is named without them.
            let group = actor.get("group").is_some();
            let (owner, mut own) = (if group { "" } else { &key.text }, Vec::new());
            let of_actor = |name: &str| has(&ACTOR, name) || COMMON.iter().any(|(n, ..)| *n == name) || name == "confusion";
            draw_fields(actor, owner, &of_actor, &mut own);
            if let Some(Node { kind: Kind::Map(modes), .. }) = child(actor, "modes") {
                for (mode, node) in modes {
                    draw_fields(node, &joined(owner, &mode.text), &|name| has(&MODE, name), &mut own);
                }
            }
            if group { add(actor, "each", own, &[], problems) } else { made.extend(own) }
        }
    }
    let taken = ["values", "latents"].map(|section| names(root, section)).concat();
    add(root, "parameters", made, &taken, problems);
}

fn has(parts: &[Part], name: &str) -> bool {
    parts.iter().any(|part| part.iter().any(|(n, ..)| *n == name))
}

fn child<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    let Kind::Map(fields) = &mut node.kind else { return None };
    fields.iter_mut().find(|(k, _)| k.text == name).map(|(_, n)| n)
}

fn names(root: &Node, section: &str) -> Vec<String> {
    match root.get(section).map(|n| &n.kind) {
        Some(Kind::Map(fields)) => fields.iter().map(|(k, _)| k.text.clone()).collect(),
        _ => Vec::new(),
    }
}

fn joined(owner: &str, name: &str) -> String {
    // A name that is none is told where it stands, and not once more of the parameter that is made of it.
    let plain = |n: &str| {
        let lower: String = n.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
        if crate::fields::is_name(&lower, '_') { lower } else { format!("n_{lower}") }
    };
    let name = if crate::fields::is_name(name, '_') { name.to_owned() } else { plain(name) };
    let owner = if owner.is_empty() || crate::fields::is_name(owner, '_') { owner.to_owned() } else { plain(owner) };
    if owner.is_empty() { name } else { format!("{owner}_{name}") }
}

/// Takes the distributions out of those fields of a mapping that hold a value.
fn draw_fields(node: &mut Node, owner: &str, is_value: &dyn Fn(&str) -> bool, made: &mut Vec<(Key, Node)>) {
    let Kind::Map(fields) = &mut node.kind else { return };
    for (key, value) in fields.iter_mut().filter(|(k, _)| is_value(&k.text)) {
        draw(value, owner, key, made);
    }
}

fn draw(value: &mut Node, owner: &str, field: &Key, made: &mut Vec<(Key, Node)>) {
    if value.get("dist").is_some() {
        let (name, span) = (joined(owner, &field.text), value.span);
        let named = Node { kind: Kind::Text(name.clone(), span), span };
        made.push((Key { text: name, span: field.span }, std::mem::replace(value, named)));
    } else if value.get("by").is_some()
        && let Kind::Map(arms) = &mut value.kind
    {
        for (state, arm) in arms.iter_mut().filter(|(k, _)| k.text != "by") {
            draw(arm, &joined(owner, &state.text), field, made);
        }
    }
}

/// Adds parameters to a section, which is made where it is not there. Names that are `taken` are refused, like those in it.
fn add(node: &mut Node, section: &str, made: Vec<(Key, Node)>, taken: &[String], problems: &mut Problems) {
    if made.is_empty() {
        return;
    }
    if node.get(section).is_none() {
        let span = Span { end_line: node.span.line, end_column: node.span.column + 1, ..node.span };
        node.set(Key { text: section.to_owned(), span }, Node { kind: Kind::Map(Vec::new()), span });
    }
    // What is no mapping is found when it is read.
    let Some(Node { kind: Kind::Map(there), .. }) = child(node, section) else { return };
    for (key, distribution) in made {
        let other = there.iter().find(|(k, _)| k.text == key.text).map(|(k, _)| k.span);
        if other.is_none() && !taken.contains(&key.text) {
            there.push((key, distribution));
            continue;
        }
        let message = format!("the distribution here becomes the parameter `{}`, but that name is there already", key.text);
        let help = format!("rename the other, or write `{}` here where it is meant", key.text);
        problems.error(Code::BadName, key.span, message, help);
        if let Some(at) = other {
            problems.label(at, "this one");
        }
    }
}
