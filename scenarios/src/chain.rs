//! `previous` within a group: the member before, so that members follow one another.

use crate::diagnostic::{Code, Problems};
use crate::node::{Key, Kind, Node, Span};

/// What stands for the member before.
const PREVIOUS: &str = "previous";
/// Fields that name an actor to follow; the first member has none.
const LINKS: [&str; 3] = ["after", "leader", "behind"];

/// The member of that number with `previous` written out: for the first one nobody is before it, links to it are left out, and no condition on it ever holds.
pub(crate) fn linked(node: Node, group: &str, number: usize, problems: &mut Problems) -> Node {
    let span = node.span;
    let kind = match node.kind {
        Kind::List(items) => Kind::List(items.into_iter().map(|n| linked(n, group, number, problems)).collect()),
        Kind::Map(fields) => {
            let names_it = fields.iter().any(|(k, n)| k.text == "actor" && is_previous(n));
            let acts = fields.iter().any(|(k, _)| k.text == "do");
            if names_it && number == 1 && !acts {
                return never(&fields, span);
            }
            let mut out = Vec::new();
            for (key, value) in fields {
                let link = LINKS.contains(&key.text.as_str());
                if !is_previous(&value) || !(link || key.text == "actor") {
                    out.push((key, linked(value, group, number, problems)));
                } else if number > 1 {
                    let name = format!("{group}_{}", number - 1);
                    out.push((key, Node { kind: Kind::Text(name, value.span), span: value.span }));
                } else if !link {
                    let message = "the first member of a group has nobody before it";
                    problems.error(
                        Code::UnknownActor,
                        value.span,
                        message,
                        "say under `members: {1: …}` what it does in this mode",
                    );
                    out.push((key, Node { kind: Kind::Text(format!("{group}_1"), value.span), span: value.span }));
                }
            }
            Kind::Map(out)
        }
        other => other,
    };
    Node { kind, span }
}

fn is_previous(node: &Node) -> bool {
    matches!(&node.kind, Kind::Text(text, _) if text == PREVIOUS)
}

/// A condition that never holds, in the place of another.
fn never(fields: &[(Key, Node)], span: Span) -> Node {
    let (key, value) = &fields[0]; // one of them names the actor
    let key = Key { text: "time_s".into(), span: key.span };
    Node { kind: Kind::Map(vec![(key, Node { kind: Kind::Number(f64::INFINITY), span: value.span })]), span }
}
