//! Conditions as authors write them: what ends a mode, and when a demand holds.

use crate::diagnostic::{Code, Problems, nearest};
use crate::domain::Domain;
use crate::emit::Tree;
use crate::expression::Expression;
use crate::fields::{Fields, finite, items, text, truth};
use crate::node::{Kind, Node};
use crate::scope::Scope;
use nines_sim::{EGO, Trigger};

/// A condition over values of the file; actors and modes by their index.
pub type Condition = Trigger<Expression>;

/// Deepest nesting of `all`, `any` and `not`.
const MAX_DEPTH: usize = 8;

/// What scenario files know of an actor before its values are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct KnownActor {
    pub name: String,
    /// Modes of an agent.
    pub modes: Vec<String>,
    /// The group that it is a member of.
    pub group: Option<String>,
}

/// Conditions of one number, by their field.
type OfNumber = (&'static str, Domain, fn(Expression) -> Condition, &'static str);

/// All conditions that are a field with one number, with their meaning.
pub(crate) const NUMBERS: [OfNumber; 11] = [
    ("time_s", Domain::Any, Trigger::Time, "The time of the scenario has come, s."),
    ("after_s", Domain::Any, Trigger::After, "The mode has lasted that long, s."),
    ("moved_m", Domain::Any, Trigger::Moved, "The agent has moved that far in its mode, m."),
    (
        "ego_gap_m",
        Domain::Any,
        Trigger::EgoGap,
        "The ego's front is nearer than this to the actor, along the route, m; also once it has passed it.",
    ),
    ("ego_distance_m", Domain::Any, Trigger::EgoDistance, "The free distance between the ego and the actor is below this, m."),
    ("ego_passed_m", Domain::Any, Trigger::EgoPassed, "The ego's rear has passed the actor by this, m."),
    ("ego_at_m", Domain::Any, Trigger::EgoAt, "The ego's front has reached this place of the route, m."),
    ("ego_slower_mps", Domain::Any, Trigger::EgoSlower, "The ego is slower than this, m/s."),
    ("ego_faster_mps", Domain::Any, Trigger::EgoFaster, "The ego is faster than this, m/s."),
    ("ttc_s", Domain::Any, Trigger::Ttc, "Ego and actor touch within this time on their present courses, s."),
    ("if", Domain::Any, Trigger::If, "A value of the concrete scenario that is not zero."),
];

/// Names of the ego's lamps.
pub(crate) const LAMPS: [(&str, i8); 4] = [("left", 1), ("right", -1), ("both", 2), ("none", 0)];

/// Names of the states of a signal.
pub(crate) const SIGNAL_STATES: [&str; 3] = ["green", "amber", "red"];

/// One of a few names.
pub(crate) fn named<T: Copy>(node: &Node, what: &str, names: &[(&str, T)], problems: &mut Problems) -> Option<T> {
    let name = text(node, what, problems)?;
    let found = names.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
    if found.is_none() {
        let help = nearest(&name, names.iter().map(|(n, _)| *n));
        problems.error(Code::UnknownKind, node.span, format!("`{name}` is not {what}"), help);
    }
    found
}

/// Reads a condition: a mapping whose fields must all hold.
pub(crate) fn read(node: &Node, owner: &str, scope: &mut Scope, problems: &mut Problems) -> Option<Condition> {
    read_at(node, owner, 0, scope, problems)
}

/// Conditions about the actor that is named beside them.
const OF_ANOTHER: [&str; 7] = ["mode", "for_s", "started_s", "nearer_m", "slower_mps", "between_m", "seen"];

/// Conditions about an agent in its mode, which a demand is not about.
pub(crate) const OF_A_MODE: [&str; 3] = ["after_s", "moved_m", "arrived"];
/// Conditions about the actor itself: in a demand the one that it names by `of`.
pub(crate) const OF_THE_ACTOR: [&str; 5] = ["ego_gap_m", "ego_tta_s", "ego_distance_m", "ego_passed_m", "ttc_s"];

/// Reads the condition of a demand; `of` says whether that names an actor.
pub(crate) fn read_of_demand(node: &Node, of: bool, scope: &mut Scope, problems: &mut Problems) -> Option<Condition> {
    let before = problems.errors();
    check_of_demand(node, of, problems);
    let found = read(node, "demand", scope, problems);
    found.filter(|_| problems.errors() == before)
}

/// Reports what a demand cannot ask: it would hold always, or never.
fn check_of_demand(node: &Node, of: bool, problems: &mut Problems) {
    let parts = match &node.kind {
        Kind::Map(fields) => fields,
        Kind::List(items) => return items.iter().for_each(|n| check_of_demand(n, of, problems)),
        _ => return,
    };
    let at_a_place = parts.iter().any(|(k, _)| k.text == "at_m");
    for (key, value) in parts {
        let name = key.text.as_str();
        if OF_A_MODE.contains(&name) {
            let message = format!("`{name}` is about an agent in its mode, and a demand has none");
            let help = "write `time_s`, or ask for the mode of an agent: `{actor: NAME, mode: MODE, for_s: 1}`";
            problems.error(Code::UnknownField, key.span, message, help);
        } else if OF_THE_ACTOR.contains(&name) && !of && !(name == "ego_tta_s" && at_a_place) {
            let message = format!("`{name}` is about the actor that the demand is `of`, and this one names none");
            let help = match name {
                "ego_tta_s" => "add `of: NAME` to the demand, or `at_m` to the condition",
                "ego_gap_m" => "add `of: NAME` to the demand; where the ego is on its route says `ego_at_m`",
                _ => "add `of: NAME` to the demand",
            };
            problems.error(Code::MissingField, key.span, message, help);
        } else if matches!(name, "all" | "any" | "not") {
            check_of_demand(value, of, problems);
        }
    }
}

fn read_at(node: &Node, owner: &str, depth: usize, scope: &mut Scope, problems: &mut Problems) -> Option<Condition> {
    if depth > MAX_DEPTH {
        let message = format!("conditions are nested more than {MAX_DEPTH} deep");
        problems.error(Code::TooComplex, node.span, message, "simplify them");
        return None;
    }
    let before = problems.errors();
    let mut fields = Fields::of(node, node.span, "a condition", problems)?;
    let mut all = Vec::new();
    for (name, domain, make, _) in NUMBERS {
        let value = fields.take(name).and_then(|n| scope.value(n, &format!("{owner}.{name}"), domain, problems));
        all.extend(value.map(make));
    }
    if let Some(n) = fields.take("ego_tta_s") {
        let time = scope.value(n, &format!("{owner}.ego_tta_s"), Domain::Any, problems);
        let at = fields.take("at_m").and_then(|n| scope.value(n, &format!("{owner}.at_m"), Domain::Finite, problems));
        all.extend(time.map(|t| Trigger::EgoTta(t, at)));
    }
    for (name, make) in [("arrived", Trigger::Arrived), ("ego_horn", Trigger::EgoHorn), ("ego_help", Trigger::EgoHelp)] {
        if let Some(yes) = fields.take(name).and_then(|n| truth(n, name, problems)) {
            all.push(if yes { make } else { Trigger::Not(Box::new(make)) });
        }
    }
    if let Some(n) = fields.take("ego_lamp") {
        all.extend(named(n, "a lamp of the ego", &LAMPS, problems).map(Trigger::EgoLamp));
    }
    if let Some(n) = fields.take("ego_between_m") {
        all.extend(between(n, owner, scope, problems).map(|(a, b)| Trigger::Within(EGO, a, b)));
    }
    match fields.take("actor") {
        Some(n) => {
            all.extend(of_actor(n, &mut fields, owner, scope, problems));
            // Where the actor is not known, what is asked of it is no further problem.
            OF_ANOTHER.iter().for_each(|name| _ = fields.take(name));
        }
        None => {
            for name in OF_ANOTHER {
                if fields.take(name).is_some() {
                    let message = format!("`{name}` is about an actor, and the condition names none");
                    problems.error(
                        Code::MissingField,
                        node.span,
                        message,
                        "add `actor: NAME`; what is about the ego begins with `ego_`",
                    );
                }
            }
        }
    }
    if let Some(n) = fields.take("signal") {
        all.extend(of_signal(n, &mut fields, scope.signals, problems));
    }
    let list = |name: &'static str, fields: &mut Fields, scope: &mut Scope, problems: &mut Problems| {
        let node = fields.take(name)?;
        let list = items(node, &format!("`{name}`"), problems);
        if list.is_empty() && matches!(node.kind, Kind::List(_)) {
            problems.error(Code::MissingField, node.span, format!("`{name}` holds no condition"), "name one");
        }
        Some(list.iter().filter_map(|n| read_at(n, owner, depth + 1, scope, problems)).collect::<Vec<_>>())
    };
    all.extend(list("all", &mut fields, scope, problems).map(Trigger::All));
    all.extend(list("any", &mut fields, scope, problems).map(Trigger::Any));
    if let Some(n) = fields.take("not") {
        all.extend(read_at(n, owner, depth + 1, scope, problems).map(|t| Trigger::Not(Box::new(t))));
    }
    fields.finish(problems);
    if problems.errors() > before {
        return None;
    }
    match all.len() {
        0 => {
            problems.error(Code::MissingField, node.span, "a condition says nothing", "write for example `{time_s: 3}`");
            None
        }
        1 => all.pop(),
        _ => Some(Trigger::All(all)),
    }
}

fn between(node: &Node, owner: &str, scope: &mut Scope, problems: &mut Problems) -> Option<(Expression, Expression)> {
    let list = items(node, "a stretch", problems);
    let [from, to] = list else {
        if matches!(node.kind, Kind::List(_)) {
            problems.error(Code::WrongType, node.span, "a stretch is a list of two places, from and to", "");
        }
        return None;
    };
    let mut at = |n: &Node| scope.value(n, &format!("{owner}.between_m"), Domain::Any, problems);
    let (from, to) = (at(from), at(to));
    from.zip(to)
}

/// What is asked of the actor named; of a group, of any of its members.
fn of_actor(node: &Node, fields: &mut Fields, owner: &str, scope: &mut Scope, problems: &mut Problems) -> Option<Condition> {
    let actors = find(node, scope, problems)?;
    let mut parts: Vec<Box<dyn Fn(u16) -> Condition>> = Vec::new();
    if let Some(n) = fields.take("mode") {
        let name = text(n, "`mode`", problems)?;
        let known = actors.first().map(|k| scope.actors[usize::from(*k)].modes.clone()).unwrap_or_default();
        let Some(mode) = known.iter().position(|m| *m == name) else {
            let message = format!("this actor has no mode `{name}`");
            let help = match known.is_empty() {
                true => "it is no agent, and has no modes; `started_s: 0` holds once it has set out".to_owned(),
                false => nearest(&name, known.iter().map(String::as_str)),
            };
            problems.error(Code::UnknownMode, n.span, message, help);
            return None;
        };
        let zero = Expression::Number(0.0);
        let time =
            fields.take("for_s").map_or(Some(zero), |n| scope.value(n, &format!("{owner}.for_s"), Domain::FromZero, problems))?;
        parts.push(Box::new(move |a| Trigger::InMode(a, mode as u8, time.clone())));
    }
    if let Some(n) = fields.take("started_s") {
        let lag = scope.value(n, &format!("{owner}.started_s"), Domain::FromZero, problems)?;
        parts.push(Box::new(move |a| Trigger::Started(a, lag.clone())));
    }
    if let Some(n) = fields.take("nearer_m") {
        let far = scope.value(n, &format!("{owner}.nearer_m"), Domain::Any, problems)?;
        parts.push(Box::new(move |a| Trigger::Near(a, far.clone())));
    }
    if let Some(n) = fields.take("slower_mps") {
        let speed = scope.value(n, &format!("{owner}.slower_mps"), Domain::Any, problems)?;
        parts.push(Box::new(move |a| Trigger::Slower(a, speed.clone())));
    }
    if let Some(n) = fields.take("between_m") {
        let (from, to) = between(n, owner, scope, problems)?;
        parts.push(Box::new(move |a| Trigger::Within(a, from.clone(), to.clone())));
    }
    if let Some(n) = fields.take("seen") {
        let yes = truth(n, "`seen`", problems)?;
        parts.push(Box::new(move |a| if yes { Trigger::Seen(a) } else { Trigger::Not(Box::new(Trigger::Seen(a))) }));
    }
    if parts.is_empty() {
        let help = "add `mode:`, `started_s:`, `nearer_m:`, `slower_mps:`, `between_m:` or `seen:`";
        problems.error(Code::MissingField, node.span, "a condition on an actor says what it asks of it", help);
        return None;
    }
    let of = |a: u16| {
        let mut all: Vec<Condition> = parts.iter().map(|p| p(a)).collect();
        if all.len() == 1 { all.remove(0) } else { Trigger::All(all) }
    };
    Some(if let [one] = actors[..] { of(one) } else { Trigger::Any(actors.iter().map(|a| of(*a)).collect()) })
}

/// Indices of the actor of that name, or of the members of the group of that name.
pub(crate) fn find(node: &Node, scope: &Scope, problems: &mut Problems) -> Option<Vec<u16>> {
    let name = text(node, "the name of an actor", problems)?;
    let fits = |k: &usize| scope.actors[*k].name == name || scope.actors[*k].group.as_ref() == Some(&name);
    let found: Vec<u16> = (0..scope.actors.len()).filter(fits).map(|k| k as u16).collect();
    if found.is_empty() {
        let alone = scope.actors.iter().filter(|a| a.group.is_none()).map(|a| a.name.as_str());
        let mut groups: Vec<&str> = scope.actors.iter().filter_map(|a| a.group.as_deref()).collect();
        groups.dedup();
        let help = nearest(&name, alone.chain(groups));
        problems.error(Code::UnknownActor, node.span, format!("there is no actor `{name}`"), help);
        return None;
    }
    Some(found)
}

/// A signal by its number, of those that the file has.
fn of_signal(node: &Node, fields: &mut Fields, signals: usize, problems: &mut Problems) -> Option<Condition> {
    let number = finite(node, "`signal`", problems)?;
    let shows = fields.require("shows")?;
    let names: Vec<(&str, u8)> = SIGNAL_STATES.iter().zip(0..).map(|(n, k)| (*n, k)).collect();
    let state = named(shows, "a state of a signal", &names, problems)?;
    if number < 1.0 || number.fract() != 0.0 || number > 100.0 {
        problems.error(Code::OutOfRange, node.span, "`signal` is the number of a signal of the file, from 1", "");
        return None;
    }
    if number > signals as f64 {
        let message = match signals {
            0 => "there is no signal in this file".to_owned(),
            1 => format!("there is no signal {number}: the file has one"),
            n => format!("there is no signal {number}: the file has {n}"),
        };
        problems.error(Code::OutOfRange, node.span, message, "signals are counted from 1, in the order of `signals:`");
        return None;
    }
    Some(Trigger::Signal(number as u16 - 1, state))
}

/// As it is written; `actors` are the names of all actors, with those of their modes.
pub(crate) fn tree(t: &Condition, actors: &[KnownActor]) -> Tree {
    let one = |name: &str, tree: Tree| Tree::Map(vec![(name.to_owned(), tree)]);
    let name = |a: u16| ("actor".to_owned(), Tree::text(actors.get(usize::from(a)).map_or("", |k| &k.name)));
    let of = |a: u16, rest: Vec<(&str, Tree)>| {
        let mut fields = vec![name(a)];
        fields.extend(rest.into_iter().map(|(n, t)| (n.to_owned(), t)));
        Tree::Map(fields)
    };
    let pair = |a: &Expression, b: &Expression| Tree::List(vec![Tree::value(a), Tree::value(b)]);
    let list = |l: &[Condition]| Tree::List(l.iter().map(|t| tree(t, actors)).collect());
    match t {
        Trigger::Time(v) => one("time_s", Tree::value(v)),
        Trigger::After(v) => one("after_s", Tree::value(v)),
        Trigger::Moved(v) => one("moved_m", Tree::value(v)),
        Trigger::Arrived => one("arrived", Tree::truth(true)),
        Trigger::EgoGap(v) => one("ego_gap_m", Tree::value(v)),
        Trigger::EgoTta(v, None) => one("ego_tta_s", Tree::value(v)),
        Trigger::EgoTta(v, Some(at)) => {
            Tree::Map(vec![("ego_tta_s".to_owned(), Tree::value(v)), ("at_m".to_owned(), Tree::value(at))])
        }
        Trigger::EgoDistance(v) => one("ego_distance_m", Tree::value(v)),
        Trigger::EgoPassed(v) => one("ego_passed_m", Tree::value(v)),
        Trigger::EgoAt(v) => one("ego_at_m", Tree::value(v)),
        Trigger::EgoSlower(v) => one("ego_slower_mps", Tree::value(v)),
        Trigger::EgoFaster(v) => one("ego_faster_mps", Tree::value(v)),
        Trigger::Ttc(v) => one("ttc_s", Tree::value(v)),
        Trigger::EgoLamp(side) => one("ego_lamp", Tree::text(lamp_name(*side))),
        Trigger::EgoHorn => one("ego_horn", Tree::truth(true)),
        Trigger::EgoHelp => one("ego_help", Tree::truth(true)),
        Trigger::InMode(a, mode, time) => {
            let mode = actors.get(usize::from(*a)).and_then(|k| k.modes.get(usize::from(*mode))).map_or("", String::as_str);
            of(*a, vec![("mode", Tree::text(mode)), ("for_s", Tree::value(time))])
        }
        Trigger::Started(a, v) => of(*a, vec![("started_s", Tree::value(v))]),
        Trigger::Near(a, v) => of(*a, vec![("nearer_m", Tree::value(v))]),
        Trigger::Slower(a, v) => of(*a, vec![("slower_mps", Tree::value(v))]),
        Trigger::Seen(a) => of(*a, vec![("seen", Tree::truth(true))]),
        Trigger::Within(EGO, from, to) => one("ego_between_m", pair(from, to)),
        Trigger::Within(a, from, to) => of(*a, vec![("between_m", pair(from, to))]),
        Trigger::Signal(k, state) => Tree::Map(vec![
            ("signal".to_owned(), Tree::number(f64::from(*k) + 1.0)),
            ("shows".to_owned(), Tree::text(SIGNAL_STATES.get(usize::from(*state)).copied().unwrap_or(""))),
        ]),
        Trigger::If(v) => one("if", Tree::value(v)),
        Trigger::All(l) => one("all", list(l)),
        Trigger::Any(l) => one("any", list(l)),
        Trigger::Not(t) => one("not", tree(t, actors)),
    }
}

/// Name of a lamp of the ego.
pub(crate) fn lamp_name(side: i8) -> &'static str {
    LAMPS.iter().find(|(_, s)| *s == side).map_or("none", |(n, _)| n)
}
