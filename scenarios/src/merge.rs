//! Laying one tree of nodes over another: what `extends`, variants and `use` are made of.

use crate::diagnostic::{Code, Problems, nearest};
use crate::node::{Key, Kind, Node};
use std::collections::BTreeMap;

/// Fields that say what a mapping is: one that says it anew replaces the other as a whole, since the rest would not fit.
const DECIDE: [&str; 7] = ["by", "dist", "do", "kind", "lanes", "template", "use"];

/// Fields of which a mapping holds one or the other.
const APART: [(&str, &[&str]); 3] = [("factor90", &["lower", "upper"]), ("lower", &["factor90"]), ("upper", &["factor90"])];

/// Lays `over` over `base`: mappings are merged, key by key in the order of `base`, then what is new; all else replaces; nothing
/// (`null`) removes.
pub(crate) fn merge(base: Node, over: Node, problems: &mut Problems) -> Node {
    if is_other(&base, &over) {
        return over;
    }
    lay(base, over, problems)
}

/// As [`merge`], where `over` is known to be of the same sort.
pub(crate) fn lay(base: Node, over: Node, problems: &mut Problems) -> Node {
    match (base.kind, over.kind) {
        (Kind::Map(old), Kind::Map(new)) => Node { kind: Kind::Map(merge_entries(old, new, problems)), span: over.span },
        (_, kind) => Node { kind, span: over.span },
    }
}

fn merge_entries(old: Vec<(Key, Node)>, new: Vec<(Key, Node)>, problems: &mut Problems) -> Vec<(Key, Node)> {
    let says = |key: &str| new.iter().any(|(k, _)| k.text == key);
    let gone: Vec<&str> = APART.iter().filter(|(one, _)| says(one)).flat_map(|(_, others)| others.iter().copied()).collect();
    let mut out: Vec<Option<(Key, Node)>> = old.into_iter().filter(|(k, _)| !gone.contains(&k.text.as_str())).map(Some).collect();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (at, (key, _)) in out.iter().enumerate().filter_map(|(at, e)| Some((at, e.as_ref()?))) {
        places.entry(key.text.clone()).or_insert(at);
    }
    for (key, node) in new {
        let at = places.remove(&key.text);
        match at.and_then(|at| Some((at, out[at].take()?.1))) {
            Some((_, _)) if node.kind == Kind::Null => {}
            Some((at, old)) => out[at] = Some((key, merge(old, node, problems))),
            None if node.kind == Kind::Null => {
                let help = nearest(&key.text, places.keys().map(String::as_str));
                problems.error(Code::UnknownField, key.span, format!("there is no `{}` to remove", key.text), help);
            }
            // A key that stands twice is found so when the fields are read.
            None => out.push(Some((key, node))),
        }
    }
    out.into_iter().flatten().collect()
}

/// Sections with entries of a name, and the fields without one of which an entry is nothing by itself.
const NAMED: [(&str, &[&str], Code); 3] = [
    ("parameters", &["dist", "use"], Code::UnknownParameter),
    ("latents", &["states"], Code::UnknownLatent),
    ("actors", &["kind"], Code::UnknownActor),
];

/// Takes out of `over` what would change an entry that `base` does not have, and is none by itself: its name is mistyped, or the
/// other one was renamed.
pub(crate) fn strangers(base: &Node, over: &mut Node, problems: &mut Problems) {
    let Kind::Map(sections) = &mut over.kind else { return };
    for (section, by_itself, code) in NAMED {
        let old: Vec<&str> = match base.get(section).map(|n| &n.kind) {
            Some(Kind::Map(entries)) => entries.iter().map(|(k, _)| k.text.as_str()).collect(),
            _ => continue,
        };
        let Some((_, Node { kind: Kind::Map(new), .. })) = sections.iter_mut().find(|(k, _)| k.text == section) else { continue };
        let stray = |(key, node): &(Key, Node)| {
            let whole = by_itself.iter().any(|field| node.get(field).is_some());
            matches!(node.kind, Kind::Map(_)) && !whole && !old.contains(&key.text.as_str())
        };
        for (key, _) in new.iter().filter(|entry| stray(entry)) {
            let message = format!("there is no `{}` among the {section} to be changed", key.text);
            let needs = by_itself.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(" or ");
            let near = nearest(&key.text, old.iter().copied());
            let help = if near.starts_with("did you") { near } else { format!("{near}; a new one says its {needs}") };
            problems.error(code, key.span, message, help);
        }
        new.retain(|entry| !stray(entry));
    }
}

/// Whether `over` says that it is something else than `base`.
fn is_other(base: &Node, over: &Node) -> bool {
    DECIDE.iter().any(|field| match (base.get(field), over.get(field)) {
        (_, None) => false,
        (None, Some(_)) => *field != "lanes" || base.get("template").is_some(),
        (Some(_), Some(_)) if *field == "lanes" => false,
        (Some(a), Some(b)) => words(a) != words(b),
    })
}

fn words(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Text(t, _) => Some(t),
        _ => None,
    }
}
