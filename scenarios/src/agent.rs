//! Agents as authors write them: modes, what they do, how they look, and what ends them.

use crate::condition::{self, Condition, KnownActor};
use crate::diagnostic::{Code, Problems, nearest};
use crate::emit::Tree;
use crate::expression::Expression;
use crate::fields::{Fields, check_name, entries, items, text};
use crate::node::{Kind, Node};
use crate::scope::{Scope, state_index};
use crate::settings::Settings;
use nines_sim::{Act, Class, EGO, LookSpec, MAX_MODES, Mode, PaceSpec};

/// A mode of an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct ModeSpec {
    /// Name.
    pub name: String,
    /// What it does; actors by their index.
    pub act: Act,
    /// Numbers of the movement.
    pub pace: Settings,
    /// How it looks; infinite values keep what the actor is by itself.
    pub look: Settings,
    /// What it is while the mode lasts, if something else.
    pub class: Option<Class>,
    /// Conditions tried in order, and the index of the mode that follows (perhaps by latent state).
    pub next: Vec<(Condition, Expression)>,
}

/// Names of what an agent does, with a meaning.
pub(crate) const ACTS: [(&str, &str); 6] = [
    ("stand", "comes to a stand and stays"),
    ("go", "goes in the direction `dir_rad`"),
    ("to", "goes to the place `s_m`, `d_m` and stops there"),
    ("drive", "drives along its path towards the offset `d_m`, behind the actor `behind`"),
    ("follow", "goes after `actor`, to the place `s_m` ahead and `d_m` to the left of it"),
    (
        "held",
        "as `follow`, but never farther than `within_m` from that place (from farther away it is taken in at 1.5 m/s); at 0 it is fixed to the actor, and there at once",
    ),
];

/// Names of the modes of an agent, also of one that has problems.
pub(crate) fn mode_names(node: &Node) -> Vec<String> {
    let Kind::Map(fields) = &node.kind else { return Vec::new() };
    match fields.iter().find(|(k, _)| k.text == "modes").map(|(_, n)| &n.kind) {
        Some(Kind::Map(modes)) => modes.iter().map(|(k, _)| k.text.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Reads the modes of an agent.
pub(crate) fn read_modes(node: &Node, owner: &str, scope: &mut Scope, problems: &mut Problems) -> Option<Vec<ModeSpec>> {
    let before = problems.errors();
    let mut names: Vec<String> = Vec::new();
    let list: Vec<_> = entries(node, "`modes`", problems)?.collect();
    names.extend(list.iter().map(|(k, _)| k.text.clone()));
    if list.is_empty() || list.len() > MAX_MODES {
        problems.error(Code::TooMany, node.span, format!("an agent has 1 to {MAX_MODES} modes, not {}", list.len()), "");
        return None;
    }
    let mut out = Vec::new();
    for (key, node) in list {
        check_name(&key.text, '_', key.span, problems);
        let Some(mut fields) = Fields::of(node, key.span, "a mode", problems) else { continue };
        let owner = format!("{owner}.{}", key.text);
        let act = read_act(&mut fields, &owner, scope, problems);
        let pace = Settings::read::<PaceSpec>(&mut fields, &owner, scope, problems);
        if let Some(act) = act {
            check_used(node, act, &pace, problems);
            // The canonical form says 0 where that is meant.
            if matches!(act, Act::Go | Act::To | Act::Follow(_)) && node.get("speed_mps").is_none() {
                let message = format!("`do: {}` has no `speed_mps`, and so stays where it is", act_name(act));
                problems.error(Code::MissingField, key.span, message, "add `speed_mps:`; who stays has `do: stand`");
            }
        }
        let look = Settings::read::<LookSpec>(&mut fields, &owner, scope, problems);
        let class = fields.take("class").and_then(|n| crate::actor::read_class(n, problems));
        let next = fields.take("next").map_or(&[][..], |n| items(n, "`next`", problems));
        let transition = |n: &Node| {
            let made = read_next(n, &owner, &names, scope, problems);
            problems.told(made, n.span, "a transition")
        };
        let next = next.iter().filter_map(transition).collect();
        fields.finish(problems);
        out.extend(problems.told(act, key.span, "a mode").map(|act| ModeSpec {
            name: key.text.clone(),
            act,
            pace,
            look,
            class,
            next,
        }));
    }
    (problems.errors() == before).then_some(out)
}

/// Numbers of the movement that an act uses.
fn uses(act: Act) -> &'static [&'static str] {
    match act {
        Act::Stand => &["accel_mps2", "brake_mps2", "sway_m", "faces_rad"],
        Act::Go => &["speed_mps", "accel_mps2", "brake_mps2", "dir_rad", "sway_m", "faces_rad"],
        Act::To => &["speed_mps", "accel_mps2", "brake_mps2", "s_m", "d_m", "sway_m", "faces_rad"],
        Act::Drive(_) => &[
            "speed_mps",
            "direction",
            "accel_mps2",
            "brake_mps2",
            "d_m",
            "lateral_mps",
            "headway_s",
            "min_gap_m",
            "stop_line_m",
            "sway_m",
            "faces_rad",
        ],
        Act::Follow(_) => &["speed_mps", "accel_mps2", "brake_mps2", "s_m", "d_m", "sway_m", "faces_rad"],
        Act::Held(_) => &["speed_mps", "accel_mps2", "brake_mps2", "s_m", "d_m", "within_m", "sway_m", "faces_rad"],
    }
}

/// Name of what an agent does.
fn act_name(act: Act) -> &'static str {
    match act {
        Act::Stand => "stand",
        Act::Go => "go",
        Act::To => "to",
        Act::Drive(_) => "drive",
        Act::Follow(_) => "follow",
        Act::Held(_) => "held",
    }
}

/// Reports numbers that the act of a mode does not heed, unless they say what holds anyway: the canonical form writes all of them out.
fn check_used(node: &Node, act: Act, pace: &Settings, problems: &mut Problems) {
    for (name, default, _) in PaceSpec::FIELDS {
        let unsaid = pace.get(name).is_none_or(|value| *value == Expression::Number(*default));
        if unsaid || uses(act).contains(name) {
            continue;
        }
        let Some(said) = node.get(name) else { continue };
        let other = match (*name, act) {
            ("speed_mps", _) => "`do: go`, `to`, `drive` or `follow` moves",
            ("direction", _) | ("lateral_mps", _) | ("headway_s", _) | ("min_gap_m", _) | ("stop_line_m", _) => {
                "`do: drive` heeds it"
            }
            ("dir_rad", Act::Drive(_)) => "`do: drive` goes along its path, `direction: -1` against it; `do: go` heeds `dir_rad`",
            ("dir_rad", _) => "`do: go` heeds it",
            ("within_m", _) => "`do: held` heeds it",
            ("s_m", Act::Drive(_)) => "`do: drive` goes on until the next mode; `do: to` stops at a place",
            _ => "`do: to` goes to a place",
        };
        let message = format!("`do: {}` does not heed `{name}`", act_name(act));
        problems.error(Code::UnknownField, said.span, message, format!("remove it; {other}"));
    }
}

fn read_act(fields: &mut Fields, owner: &str, scope: &mut Scope, problems: &mut Problems) -> Option<Act> {
    let node = fields.require("do")?;
    let name = text(node, "`do`", problems)?;
    let other = |fields: &mut Fields, scope: &Scope, problems: &mut Problems| {
        let node = fields.require("actor")?;
        other_actor(node, owner, scope, problems)
    };
    match name.as_str() {
        "stand" => Some(Act::Stand),
        "go" => Some(Act::Go),
        "to" => Some(Act::To),
        "drive" => match fields.take("behind") {
            Some(n) => other_actor(n, owner, scope, problems).map(|a| Act::Drive(Some(a))),
            None => Some(Act::Drive(None)),
        },
        "follow" => other(fields, scope, problems).map(Act::Follow),
        "held" => {
            let found = other(fields, scope, problems)?;
            if found == EGO {
                problems.error(Code::UnknownActor, node.span, "nobody is held by the ego", "use `do: follow`");
                return None;
            }
            Some(Act::Held(found))
        }
        _ => {
            let help = nearest(&name, ACTS.iter().map(|(n, _)| *n));
            problems.error(Code::UnknownKind, node.span, format!("`{name}` is nothing that an agent does"), help);
            ["actor", "behind"].into_iter().for_each(|f| _ = fields.take(f));
            None
        }
    }
}

/// As [`one_actor`], of another than the owner of the mode. Members of a group may be told to keep behind its first, who is one of them.
fn other_actor(node: &Node, owner: &str, scope: &Scope, problems: &mut Problems) -> Option<u16> {
    let found = one_actor(node, scope, problems)?;
    let me = owner.split('.').next().unwrap_or(owner);
    let other = scope.actors.get(usize::from(found));
    if other.is_some_and(|a| a.name == me && a.group.is_none()) {
        problems.error(Code::Cycle, node.span, format!("`{me}` goes by itself here"), "name another actor, or `ego`");
        return None;
    }
    Some(found)
}

/// The actor of that name, or the ego.
fn one_actor(node: &Node, scope: &Scope, problems: &mut Problems) -> Option<u16> {
    if matches!(&node.kind, Kind::Text(t, _) if t == "ego") {
        return Some(EGO);
    }
    match condition::find(node, scope, problems)?[..] {
        [one] => Some(one),
        _ => {
            problems.error(Code::UnknownActor, node.span, "this names a group, not one actor", "name a member, as in `kids_1`");
            None
        }
    }
}

fn read_next(
    node: &Node,
    owner: &str,
    modes: &[String],
    scope: &mut Scope,
    problems: &mut Problems,
) -> Option<(Condition, Expression)> {
    let mut fields = Fields::of(node, node.span, "a transition", problems)?;
    let when = fields.require("when").and_then(|n| condition::read(n, owner, scope, problems));
    let to = fields.require("to").and_then(|n| read_mode(n, modes, scope, problems));
    fields.finish(problems);
    when.zip(to)
}

/// The index of a mode by its name, or a choice of these by latent state.
pub(crate) fn read_mode(node: &Node, modes: &[String], scope: &mut Scope, problems: &mut Problems) -> Option<Expression> {
    if let Kind::Text(name, _) = &node.kind {
        let found = modes.iter().position(|m| m == name);
        if found.is_none() {
            let help = nearest(name, modes.iter().map(String::as_str));
            problems.error(Code::UnknownMode, node.span, format!("there is no mode `{name}`"), help);
        }
        return found.map(|k| Expression::Number(k as f64));
    }
    let mut by = None;
    let arms: Vec<_> = entries(node, "the name of a mode, or a choice of these by latent state,", problems)?.collect();
    if let Some((_, n)) = arms.iter().find(|(k, _)| k.text == "by") {
        by = scope.latent(n, problems);
    } else {
        problems.error(Code::MissingField, node.span, "a choice says `by:` which latent variable", "add `by: NAME`");
    }
    let (by, states) = by?;
    let mut of: Vec<Option<Expression>> = vec![None; states.len()];
    let mut otherwise = None;
    for (key, arm) in arms.iter().filter(|(k, _)| k.text != "by") {
        let value = read_mode(arm, modes, scope, problems)?;
        if key.text == "else" {
            otherwise = Some(value);
        } else {
            of[state_index(&by, &states, &key.text, key.span, problems)?] = Some(value);
        }
    }
    let missing: Vec<&str> = states.iter().zip(&of).filter(|(_, v)| v.is_none()).map(|(s, _)| s.as_str()).collect();
    if !missing.is_empty() && otherwise.is_none() {
        let message = format!("this choice has no mode for `{}`", missing.join("`, `"));
        problems.error(Code::MissingState, node.span, message, "add them, or `else:`");
        return None;
    }
    let of = states.into_iter().zip(of).filter_map(|(s, v)| Some((s, v.or_else(|| otherwise.clone())?))).collect();
    let value = Expression::Choice { by, of };
    // Each level is below the limit itself, so that `else` does not multiply without end.
    (!scope.is_too_large(&value, node, "a choice of modes", problems)).then_some(value)
}

/// A mode by its name, or a choice of these.
pub(crate) fn mode_tree(e: &Expression, modes: &[String]) -> Tree {
    match e {
        Expression::Choice { by, of } => {
            let mut fields = vec![("by".to_owned(), Tree::text(by))];
            fields.extend(of.iter().map(|(s, v)| (s.clone(), mode_tree(v, modes))));
            Tree::Map(fields)
        }
        Expression::Number(k) => Tree::text(modes.get(*k as usize).map_or("", String::as_str)),
        _ => Tree::text(""),
    }
}

impl ModeSpec {
    /// The compiled form.
    pub(crate) fn compile(&self, scope: &Scope) -> Mode {
        let mut value = |e: &Expression| scope.lower(e);
        Mode {
            name: self.name.clone(),
            act: self.act,
            pace: self.pace.compile(scope),
            look: self.look.compile(scope),
            class: self.class,
            next: self.next.iter().map(|(when, to)| (when.map(&mut value), scope.lower(to))).collect(),
        }
    }

    /// As it is written.
    pub(crate) fn tree(&self, modes: &[String], actors: &[KnownActor]) -> Tree {
        let name = |a: u16| Tree::text(if a == EGO { "ego" } else { actors.get(usize::from(a)).map_or("", |k| &k.name) });
        let act = |what: &str, other: Option<(&str, u16)>| {
            let mut out = vec![("do".to_owned(), Tree::text(what))];
            out.extend(other.map(|(field, a)| (field.to_owned(), name(a))));
            out
        };
        let mut out = match self.act {
            Act::Stand => act("stand", None),
            Act::Go => act("go", None),
            Act::To => act("to", None),
            Act::Drive(behind) => act("drive", behind.map(|a| ("behind", a))),
            Act::Follow(a) => act("follow", Some(("actor", a))),
            Act::Held(a) => act("held", Some(("actor", a))),
        };
        out.extend(self.pace.tree());
        out.extend(self.look.tree());
        out.extend(self.class.map(|c| ("class".to_owned(), Tree::text(c.name()))));
        let next = self.next.iter().map(|(when, to)| {
            Tree::Map(vec![("when".to_owned(), condition::tree(when, actors)), ("to".to_owned(), mode_tree(to, modes))])
        });
        out.push(("next".to_owned(), Tree::List(next.collect())));
        Tree::Map(out)
    }
}
