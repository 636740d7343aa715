//! The library that scenarios share: sources, distributions, models of cues and conditions, in the files of the folder `library`.

use crate::diagnostic::{Code, Problems, nearest};
use crate::fields::{entries, positive, text};
use crate::merge::lay;
use crate::node::{Key, Kind, Node, Span, read};
use std::sync::OnceLock;

const FILES: [(&str, &str); 4] = [
    ("library/sources.yaml", include_str!("../library/sources.yaml")),
    ("library/distributions.yaml", include_str!("../library/distributions.yaml")),
    ("library/cues.yaml", include_str!("../library/cues.yaml")),
    ("library/conditions.yaml", include_str!("../library/conditions.yaml")),
];

/// What the library holds, by name.
pub(crate) struct Library {
    pub sources: Vec<(String, String)>,
    pub distributions: Vec<(String, Node)>,
    pub cues: Vec<(String, Node)>,
    /// Light, weather and surface.
    pub conditions: [Vec<(String, Node)>; 3],
}

/// The library. Its files are part of the program, and a test reads them.
pub(crate) fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut problems = Problems::new("library");
        let files: Vec<Node> = FILES.iter().filter_map(|(_, text)| read(text, 0, &mut problems)).collect();
        let section = |name: &str| -> Vec<(String, Node)> {
            match files.iter().find_map(|f| f.get(name)).map(|n| &n.kind) {
                Some(Kind::Map(named)) => named.iter().map(|(k, n)| (k.text.clone(), n.clone())).collect(),
                _ => Vec::new(),
            }
        };
        let words = |(name, node): (String, Node)| match node.kind {
            Kind::Text(t, _) => Some((name, t)),
            _ => None,
        };
        let sources = section("sources").into_iter().filter_map(words).collect();
        let conditions = crate::environment::LISTS.map(section);
        Library { sources, distributions: section("distributions"), cues: section("cues"), conditions }
    })
}

/// Writes out every `use` of a file.
pub(crate) fn write_out(node: Node, problems: &mut Problems) -> Node {
    part(node, "", problems)
}

/// `of` is the key that a list or entry belongs to.
fn part(node: Node, of: &str, problems: &mut Problems) -> Node {
    let Node { kind, span } = node;
    let kind = match kind {
        Kind::List(items) => Kind::List(items.into_iter().map(|n| part(n, of, problems)).collect()),
        Kind::Map(fields) => {
            let inner = |(key, node): (Key, Node)| {
                let node = part(node, &key.text, problems);
                (key, node)
            };
            Kind::Map(fields.into_iter().map(inner).collect())
        }
        other => other,
    };
    let mut node = Node { kind, span };
    match node.remove("use") {
        None => node,
        Some((_, named)) if of == "cues" => cue(node, &named, problems),
        Some((_, named)) => {
            let own = node.get("source").is_some();
            let mut node = distribution(node, &named, problems);
            // A mixture has one source, which stands beside its parts.
            if of == "parts" && !own {
                node.remove("source");
            }
            node
        }
    }
}

/// The entry that a `use` names, with its place as that of everything in it.
fn find(named: &Node, what: &str, list: &[(String, Node)], problems: &mut Problems) -> Option<(String, Node)> {
    let name = text(named, "`use`", problems)?;
    match list.iter().find(|(n, _)| *n == name) {
        Some((_, node)) => Some((name, stamped(node, named.span))),
        None => {
            let help = nearest(&name, list.iter().map(|(n, _)| n.as_str()));
            problems.error(Code::UnknownUse, named.span, format!("the library has no {what} `{name}`"), help);
            None
        }
    }
}

/// With one place for all of it.
pub(crate) fn stamped(node: &Node, span: Span) -> Node {
    let kind = match &node.kind {
        Kind::Text(t, _) => Kind::Text(t.clone(), span),
        Kind::List(items) => Kind::List(items.iter().map(|n| stamped(n, span)).collect()),
        Kind::Map(fields) => {
            Kind::Map(fields.iter().map(|(k, n)| (Key { text: k.text.clone(), span }, stamped(n, span))).collect())
        }
        other => other.clone(),
    };
    Node { kind, span }
}

fn distribution(over: Node, named: &Node, problems: &mut Problems) -> Node {
    // What is not in the library is taken for one that is, so that it is no further problem.
    let found = find(named, "distribution", &library().distributions, problems);
    let (name, base) = found.unwrap_or_else(|| (String::new(), one(named.span)));
    if let Some(dist) = over.get("dist") {
        let message = format!("`use: {name}` says the distribution already");
        problems.error(Code::UnknownField, dist.span, message, "remove `use` or `dist`");
        return over;
    }
    let span = over.span;
    Node { span, ..lay(base, over, problems) }
}

/// A distribution that stands for one that is not known.
fn one(span: Span) -> Node {
    let word = |t: &str| Node { kind: Kind::Text(t.to_owned(), span), span };
    let field = |name: &str, node: Node| (Key { text: name.to_owned(), span }, node);
    let value = Node { kind: Kind::Number(1.0), span };
    let fields = vec![field("dist", word("constant")), field("value", value), field("source", word(""))];
    Node { kind: Kind::Map(fields), span }
}

fn cue(mut over: Node, named: &Node, problems: &mut Problems) -> Node {
    let before = problems.errors();
    let span = over.span;
    // What is not in the library is taken for one that is, so that it is no further problem.
    let found = find(named, "cue", &library().cues, problems);
    let usual = || library().cues.first().map(|(_, n)| (String::new(), stamped(n, named.span)));
    let Some((name, mut base)) = found.or_else(usual) else { return over };
    let roles = match base.remove("roles").map(|(_, n)| n.kind) {
        Some(Kind::Map(roles)) => roles,
        _ => Vec::new(),
    };
    let like = over.remove("like");
    if like.is_none() {
        let names: Vec<String> = roles.iter().map(|(k, _)| format!("`{}`", k.text)).collect();
        let help = format!("add `like: {{STATE: ROLE}}`; the roles are {}", names.join(", "));
        problems.error(Code::MissingField, named.span, format!("`use: {name}` needs `like`"), help);
    }
    let known = problems.errors() == before;
    let mut table = like.map_or(Vec::new(), |(_, like)| table(&name, &roles, &like, problems, known));
    if problems.errors() > before {
        let any = roles.first().map(|(_, row)| row_of(&[(row, 1.0)], span));
        table = any.into_iter().map(|row| (Key { text: "else".to_owned(), span }, row)).collect();
    }
    let place = Key { text: "likelihood".to_owned(), span: named.span };
    base.set(place, Node { kind: Kind::Map(table), span: named.span });
    Node { span, ..lay(base, over, problems) }
}

/// A row of likelihoods for each state that `like` names; where the cue is not `known` its roles are not judged.
fn table(name: &str, roles: &[(Key, Node)], like: &Node, problems: &mut Problems, known: bool) -> Vec<(Key, Node)> {
    let mut out = Vec::new();
    let Some(states) = entries(like, "`like`", problems) else { return out };
    for (state, node) in states {
        let parts: Vec<(&str, Span, f64)> = match &node.kind {
            Kind::Text(role, _) => vec![(role, node.span, 1.0)],
            _ => {
                let Some(parts) = entries(node, "a role, or a mixture of roles,", problems) else { continue };
                parts.filter_map(|(k, n)| Some((k.text.as_str(), k.span, positive(n, "a weight", problems)?))).collect()
            }
        };
        let sum: f64 = parts.iter().map(|(.., w)| w).sum();
        if (sum - 1.0).abs() > 1e-9 {
            problems.error(Code::WeightSum, node.span, format!("the weights add up to {sum}, not to 1"), "");
        }
        let mut rows = Vec::new();
        for (role, at, weight) in parts {
            match roles.iter().find(|(k, _)| k.text == role) {
                Some((_, row)) => rows.push((row, weight)),
                None if known => {
                    let help = nearest(role, roles.iter().map(|(k, _)| k.text.as_str()));
                    problems.error(Code::UnknownUse, at, format!("`{name}` has no role `{role}`"), help);
                }
                None => {}
            }
        }
        out.push((state.clone(), row_of(&rows, node.span)));
    }
    out
}

/// A weighted mixture of rows of counts or shares.
fn row_of(rows: &[(&Node, f64)], span: Span) -> Node {
    let mut out: Vec<f64> = Vec::new();
    for (row, weight) in rows {
        let row = numbers(row);
        let total: f64 = row.iter().sum();
        out.resize(row.len(), 0.0);
        out.iter_mut().zip(row).for_each(|(to, x)| *to += weight * x / total);
    }
    let number = |x: f64| Node { kind: Kind::Number(x), span };
    Node { kind: Kind::List(out.into_iter().map(number).collect()), span }
}

fn numbers(node: &Node) -> Vec<f64> {
    let Kind::List(items) = &node.kind else { return Vec::new() };
    items.iter().filter_map(|n| if let Kind::Number(x) = n.kind { Some(x) } else { None }).collect()
}
