//! Groups: one entry of `actors` that stands for several, each with draws of its own.
//!
//! A member is the entry itself with what `members` says of it merged in. Names of `each` mean the member's own parameter,
//! and `member` its number. Members above `count` are not there.

use crate::diagnostic::{Code, Problems};
use crate::distribution::Distribution;
use crate::domain::Domain;
use crate::expression::{Expression, Operator};
use crate::fields::{Fields, check_name, entries, finite, text};
use crate::format::Parameter;
use crate::node::{Key, Kind, Node, Span};
use crate::scope::Scope;
use nines_sim::MAX_ACTORS;

/// An actor to be read: its name and node, and what its values may use besides the names of the file.
#[derive(Debug)]
pub(crate) struct Member {
    pub name: String,
    pub at: Span,
    pub node: Node,
    pub group: Option<String>,
    /// What names mean for this member alone.
    pub aliases: Vec<(String, Expression)>,
    /// 1 where it is there: whether its number is within the count.
    pub there: Option<Expression>,
}

/// The actors of an entry: itself, or the members of the group that it describes. Draws of members become parameters.
pub(crate) fn members(
    key: &Key,
    node: &Node,
    scope: &mut Scope,
    drawn: &mut Vec<Parameter>,
    problems: &mut Problems,
) -> Vec<Member> {
    let alone = |node: Node| Member { name: key.text.clone(), at: key.span, node, group: None, aliases: Vec::new(), there: None };
    let Kind::Map(fields) = &node.kind else { return vec![alone(node.clone())] };
    let field = |name: &str| fields.iter().find(|(k, _)| k.text == name).map(|(_, n)| n);
    let Some(group) = field("group") else {
        for name in ["each", "members"] {
            if let Some((k, _)) = fields.iter().find(|(k, _)| k.text == name) {
                let help = match name {
                    "each" => "add `group: {count: VALUE, most: N}`; for one actor write it under `parameters:`",
                    _ => "add `group: {count: VALUE, most: N}`",
                };
                problems.error(Code::MissingField, k.span, format!("`{name}` is for groups"), help);
                return Vec::new();
            }
        }
        return vec![alone(node.clone())];
    };
    if misplaced(group, field("members"), problems) {
        return Vec::new();
    }
    let Some((count, most)) = read_group(group, &key.text, scope, problems) else { return Vec::new() };
    let base: Vec<(Key, Node)> =
        fields.iter().filter(|(k, _)| !["group", "each", "members"].contains(&k.text.as_str())).cloned().collect();
    let mut out = Vec::new();
    for number in 1..=most {
        let name = format!("{}_{number}", key.text);
        let mut aliases = vec![("member".to_owned(), Expression::Number(number as f64))];
        if let Some(each) = field("each") {
            read_each(each, &name, number == 1, scope, &mut aliases, drawn, problems);
        }
        let node = Node { kind: Kind::Map(base.clone()), span: node.span };
        let node = match field("members").and_then(|m| of_member(m, number, most, problems)) {
            Some(own) => merged(&node, own),
            None => node,
        };
        let node = crate::chain::linked(node, &key.text, number, problems);
        // A count that is drawn from a continuous distribution is rounded.
        let below = Expression::Number(number as f64 - 0.5);
        let there = Expression::Pair(Operator::Less, Box::new(below), Box::new(count.clone()));
        out.push(Member { name, at: key.span, node, group: Some(key.text.clone()), aliases, there: Some(there) });
    }
    out
}

/// Whether fields that stand beside `group` are written within it, or within a member.
fn misplaced(group: &Node, members: Option<&Node>, problems: &mut Problems) -> bool {
    let before = problems.errors();
    let within = |node: &Node, what: &str, names: &[&str], problems: &mut Problems| {
        let Kind::Map(fields) = &node.kind else { return };
        for (key, _) in fields.iter().filter(|(k, _)| names.contains(&k.text.as_str())) {
            let message = format!("`{}` stands beside `group`, not in {what}", key.text);
            let help = match key.text.as_str() {
                "each" => "move it to the left: its parameters are drawn by every member for itself, whose number is `member`",
                _ => "move it to the left, to the other fields of the actor",
            };
            problems.error(Code::UnknownField, key.span, message, help);
        }
    };
    within(group, "it", &["each", "members"], problems);
    if let Some(Node { kind: Kind::Map(all), .. }) = members {
        all.iter().for_each(|(_, n)| within(n, "a member", &["each", "members", "group"], problems));
    }
    problems.errors() > before
}

/// `group: {count: VALUE, most: N}`.
fn read_group(node: &Node, name: &str, scope: &mut Scope, problems: &mut Problems) -> Option<(Expression, usize)> {
    let mut fields = Fields::of(node, node.span, "`group`", problems)?;
    let counted = fields.require("count");
    let count = counted.and_then(|n| scope.value(n, &format!("{name}.count"), Domain::FromZero, problems));
    let most = fields.require("most");
    let number = most.and_then(|n| finite(n, "`most`", problems));
    fields.finish(problems);
    let (most, number) = most.zip(number)?;
    if !(1.0..=MAX_ACTORS as f64).contains(&number) || number.fract() != 0.0 {
        let message = format!("`most` is {number}, but a group has 1 to {MAX_ACTORS} members");
        problems.error(Code::OutOfRange, most.span, message, "");
        return None;
    }
    let count = count?;
    scope.counts.push((count.clone(), number as usize, counted.map_or(node.span, |n| n.span)));
    Some((count, number as usize))
}

/// Parameters that every member draws for itself.
fn read_each(
    node: &Node,
    member: &str,
    first: bool,
    scope: &mut Scope,
    aliases: &mut Vec<(String, Expression)>,
    drawn: &mut Vec<Parameter>,
    problems: &mut Problems,
) {
    let before = problems.errors();
    let Some(list) = entries(node, "`each`", problems) else { return };
    for (key, node) in list {
        check_name(&key.text, '_', key.span, problems);
        let name = format!("{member}_{}", key.text);
        aliases.push((key.text.clone(), Expression::Name(name.clone())));
        scope.parameters.push(name.clone());
        scope.used.insert(name.clone());
        let Some(mut fields) = Fields::of(node, key.span, "a parameter", problems) else { continue };
        let distribution = Distribution::read(&mut fields, problems);
        let source = fields.require("source").and_then(|n| text(n, "`source`", problems));
        fields.finish(problems);
        let made = problems.told(distribution.zip(source), key.span, "a parameter");
        drawn.extend(made.map(|(distribution, source)| Parameter { name, distribution, source }));
    }
    // The same mistake is told once, of the first member.
    if !first {
        problems.forget_since(before);
    }
}

/// What `members` says of one of them.
fn of_member<'n>(node: &'n Node, number: usize, most: usize, problems: &mut Problems) -> Option<&'n Node> {
    let mut found = None;
    for (key, n) in entries(node, "`members`", problems)? {
        let known = key.text.parse::<usize>().ok().filter(|k| (1..=most).contains(k));
        match known {
            Some(k) if k == number => found = Some(n),
            Some(_) => {}
            None if number == 1 => {
                let message = format!("`{}` is not the number of a member: they count from 1 to {most}", key.text);
                problems.error(Code::OutOfRange, key.span, message, "");
            }
            None => {}
        }
    }
    found
}

/// A mapping with the fields of another put over it; nothing (`null`) removes one.
fn merged(base: &Node, over: &Node) -> Node {
    let (Kind::Map(a), Kind::Map(b)) = (&base.kind, &over.kind) else { return over.clone() };
    let mut out = a.clone();
    for (key, node) in b {
        match out.iter_mut().find(|(k, _)| k.text == key.text) {
            _ if node.kind == Kind::Null => out.retain(|(k, _)| k.text != key.text),
            Some((_, old)) => *old = merged(old, node),
            None => out.push((key.clone(), node.clone())),
        }
    }
    Node { kind: Kind::Map(out), span: base.span }
}
