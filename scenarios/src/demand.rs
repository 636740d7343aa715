//! Demands as authors write them: what the ego has to keep while a condition holds.

use crate::condition::{self, KnownActor, LAMPS, lamp_name, named};
use crate::diagnostic::{Code, Problems, nearest};
use crate::domain::Domain;
use crate::emit::Tree;
use crate::expression::Expression;
use crate::fields::{Fields, items, text, truth, wrong_type};
use crate::node::{Kind, Node};
use crate::scope::Scope;
use nines_sim::{Class, Criterion, Demand, Keep, Period, Trigger};

/// A demand, with its source.
#[derive(Clone, Debug, PartialEq)]
pub struct DemandSpec {
    /// What it asks for; actors by their index.
    pub demand: Demand<Expression>,
    /// Where it comes from.
    pub source: String,
}

/// What a demand may ask for, by its field, with a meaning; one of these in each.
pub(crate) const KEEPS: [(&str, &str); 10] = [
    ("gap_m", "free distance to the actor `of`, m, unless slower than `or_below_mps`"),
    ("below_mps", "speed at most, m/s"),
    ("before_m", "front before this line of the route, m"),
    ("stop_at_m", "a stand at most `room_m` before this line, before it is passed, m"),
    ("moving", "on the move"),
    ("offset_m", "centre at most this far off the offset `from_d_m`, m"),
    ("braking_mps2", "braking of at least this, m/s^2"),
    ("lamp", "shows this lamp: left, right, both or none"),
    ("horn", "sounds the horn"),
    ("help", "asks for remote help (true), or does not (false)"),
];

impl DemandSpec {
    /// Reads one entry of `demands`. One that is about several actors gives one demand for each.
    pub(crate) fn read(node: &Node, classes: &[Class], scope: &mut Scope, problems: &mut Problems) -> Vec<DemandSpec> {
        let before = problems.errors();
        let Some(mut fields) = Fields::of(node, node.span, "a demand", problems) else { return Vec::new() };
        let of = match fields.take("of") {
            Some(n) => read_of(n, classes, scope, problems),
            None => vec![None],
        };
        let when = match fields.take("when") {
            Some(n) => condition::read_of_demand(n, of.iter().any(Option::is_some), scope, problems),
            None => Some(Trigger::All(Vec::new())),
        };
        let given: Vec<&str> = KEEPS.iter().map(|(k, _)| *k).filter(|k| fields.has(k)).collect();
        if given.len() != 1 {
            let names = KEEPS.map(|(k, _)| format!("`{k}`")).join(", ");
            problems.error(Code::MissingField, node.span, "a demand asks for one thing", format!("it has one of {names}"));
            return Vec::new();
        }
        let (gaps, named) = (fields.has("gap_m"), fields.has("of"));
        let keep: Vec<Option<Keep<Expression>>> = of
            .iter()
            .map(|k| read_keep(&mut fields, k.and_then(|k| classes.get(usize::from(k)).copied()), scope, problems))
            .collect();
        if gaps && !named {
            problems.error(Code::MissingField, node.span, "a gap is one to an actor", "add `of:`");
        }
        let period = match (fields.take("within_s"), fields.take("total_s")) {
            (Some(_), Some(n)) => {
                let message = "a demand has `within_s` or `total_s`, not both";
                problems.error(Code::DuplicateEntry, n.span, message, "remove one of them");
                None
            }
            (Some(n), None) => scope.value(n, "demand.within_s", Domain::FromZero, problems).map(Period::Within),
            (None, Some(n)) => scope.value(n, "demand.total_s", Domain::FromZero, problems).map(Period::Total),
            (None, None) => Some(Period::Always),
        };
        let source = fields.require("source").and_then(|n| text(n, "`source`", problems));
        fields.finish(problems);
        if problems.errors() > before {
            return Vec::new();
        }
        let (Some(when), Some(period), Some(source)) = (when, period, source) else { return Vec::new() };
        let one = |(of, keep): (Option<u16>, Option<Keep<Expression>>)| {
            let demand = Demand { of, when: when.clone(), keep: keep?, period: period.clone() };
            Some(DemandSpec { demand, source: source.clone() })
        };
        of.into_iter().zip(keep).filter_map(one).collect()
    }

    /// The criterion that it belongs to.
    pub(crate) fn criterion(&self, scope: &Scope) -> Criterion {
        self.compile(scope).criterion()
    }

    /// The compiled form.
    pub(crate) fn compile(&self, scope: &Scope) -> Demand {
        let d = &self.demand;
        let v = |e: &Expression| scope.lower(e);
        Demand {
            of: d.of,
            when: d.when.map(&mut |e| scope.lower(e)),
            keep: match &d.keep {
                Keep::Gap(a, b) => Keep::Gap(v(a), v(b)),
                Keep::Slower(a) => Keep::Slower(v(a)),
                Keep::Before(a) => Keep::Before(v(a)),
                Keep::Stop(a, b) => Keep::Stop(v(a), v(b)),
                Keep::Moving => Keep::Moving,
                Keep::Offset(a, b) => Keep::Offset(v(a), v(b)),
                Keep::Braking(a) => Keep::Braking(v(a)),
                Keep::Lamp(side) => Keep::Lamp(*side),
                Keep::Horn => Keep::Horn,
                Keep::Help(asked) => Keep::Help(*asked),
            },
            period: match &d.period {
                Period::Always => Period::Always,
                Period::Within(t) => Period::Within(v(t)),
                Period::Total(t) => Period::Total(v(t)),
            },
        }
    }

    /// As it is written.
    pub(crate) fn tree(&self, actors: &[KnownActor]) -> Tree {
        let d = &self.demand;
        let mut out = Vec::new();
        let mut put = |name: &str, tree: Tree| out.push((name.to_owned(), tree));
        if let Some(k) = d.of {
            put("of", Tree::text(actors.get(usize::from(k)).map_or("", |a| &a.name)));
        }
        if d.when != Trigger::All(Vec::new()) {
            put("when", condition::tree(&d.when, actors));
        }
        match &d.keep {
            Keep::Gap(gap, speed) => {
                put("gap_m", Tree::value(gap));
                put("or_below_mps", Tree::value(speed));
            }
            Keep::Slower(v) => put("below_mps", Tree::value(v)),
            Keep::Before(v) => put("before_m", Tree::value(v)),
            Keep::Stop(line, room) => {
                put("stop_at_m", Tree::value(line));
                put("room_m", Tree::value(room));
            }
            Keep::Moving => put("moving", Tree::truth(true)),
            Keep::Offset(most, at) => {
                put("offset_m", Tree::value(most));
                put("from_d_m", Tree::value(at));
            }
            Keep::Braking(v) => put("braking_mps2", Tree::value(v)),
            Keep::Lamp(side) => put("lamp", Tree::text(lamp_name(*side))),
            Keep::Horn => put("horn", Tree::truth(true)),
            Keep::Help(asked) => put("help", Tree::truth(*asked)),
        }
        match &d.period {
            Period::Always => {}
            Period::Within(t) => put("within_s", Tree::value(t)),
            Period::Total(t) => put("total_s", Tree::value(t)),
        }
        put("source", Tree::text(&self.source));
        Tree::Map(out)
    }
}

/// The actors that a demand is about: a name, a group, `class:NAME`, `all`, or a list of these.
fn read_of(node: &Node, classes: &[Class], scope: &mut Scope, problems: &mut Problems) -> Vec<Option<u16>> {
    let list = match &node.kind {
        Kind::List(list) => &list[..],
        _ => std::slice::from_ref(node),
    };
    let mut out: Vec<Option<u16>> = Vec::new();
    for n in list {
        let Some(name) = text(n, "the name of an actor", problems) else { continue };
        let found: Vec<u16> = if name == "all" {
            (0..classes.len() as u16).collect()
        } else if let Some(class) = name.strip_prefix("class:") {
            let found: Vec<u16> = (0..classes.len()).filter(|k| classes[*k].name() == class).map(|k| k as u16).collect();
            if found.is_empty() {
                let help = nearest(class, classes.iter().map(|c| c.name()));
                problems.error(Code::UnknownClass, n.span, format!("no actor of this file is of class `{class}`"), help);
            }
            found
        } else {
            condition::find(n, scope, problems).unwrap_or_default()
        };
        out.extend(found.into_iter().map(Some).filter(|k| !out.contains(k)).collect::<Vec<_>>());
    }
    if out.is_empty() { vec![None] } else { out }
}

fn read_keep(fields: &mut Fields, class: Option<Class>, scope: &mut Scope, problems: &mut Problems) -> Option<Keep<Expression>> {
    let number = |node: &Node, name: &str, domain: Domain, scope: &mut Scope, problems: &mut Problems| {
        scope.value(node, &format!("demand.{name}"), domain, problems)
    };
    let or = |fields: &mut Fields, name: &'static str, default: f64, domain, scope: &mut Scope, problems: &mut Problems| {
        fields.take(name).map_or(Some(Expression::Number(default)), |n| number(n, name, domain, scope, problems))
    };
    if let Some(n) = fields.take("gap_m") {
        let gap = by_class(n, class, scope, problems);
        let speed = or(fields, "or_below_mps", 0.0, Domain::FromZero, scope, problems);
        return gap.zip(speed).map(|(g, s)| Keep::Gap(g, s));
    }
    if let Some(n) = fields.take("below_mps") {
        return number(n, "below_mps", Domain::Finite, scope, problems).map(Keep::Slower);
    }
    if let Some(n) = fields.take("before_m") {
        return number(n, "before_m", Domain::Any, scope, problems).map(Keep::Before);
    }
    if let Some(n) = fields.take("stop_at_m") {
        let line = number(n, "stop_at_m", Domain::Finite, scope, problems);
        let room = or(fields, "room_m", 6.0, Domain::Positive, scope, problems);
        return line.zip(room).map(|(l, r)| Keep::Stop(l, r));
    }
    if let Some(n) = fields.take("offset_m") {
        let most = number(n, "offset_m", Domain::Positive, scope, problems);
        let at = or(fields, "from_d_m", 0.0, Domain::Finite, scope, problems);
        return most.zip(at).map(|(m, a)| Keep::Offset(m, a));
    }
    if let Some(n) = fields.take("braking_mps2") {
        return number(n, "braking_mps2", Domain::Positive, scope, problems).map(Keep::Braking);
    }
    if let Some(n) = fields.take("lamp") {
        return named(n, "a lamp of the ego", &LAMPS, problems).map(Keep::Lamp);
    }
    for (name, keep) in [("moving", Keep::Moving), ("horn", Keep::Horn)] {
        if let Some(n) = fields.take(name) {
            return match truth(n, name, problems) {
                Some(true) => Some(keep),
                Some(false) => wrong_type(n, &format!("`{name}` can only be true"), problems),
                None => None,
            };
        }
    }
    fields.take("help").and_then(|n| truth(n, "`help`", problems)).map(Keep::Help)
}

/// A value, or one for each class of objects: `{by: class, child: 2, else: 1}`.
fn by_class(node: &Node, class: Option<Class>, scope: &mut Scope, problems: &mut Problems) -> Option<Expression> {
    let Kind::Map(arms) = &node.kind else { return scope.value(node, "demand.gap_m", Domain::FromZero, problems) };
    let by = arms.iter().any(|(k, n)| k.text == "by" && matches!(&n.kind, Kind::Text(t, _) if t == "class"));
    if !by {
        return scope.value(node, "demand.gap_m", Domain::FromZero, problems);
    }
    for (key, _) in arms.iter().filter(|(k, _)| k.text != "by" && k.text != "else") {
        if Class::ALL.iter().all(|c| c.name() != key.text) {
            let help = nearest(&key.text, Class::ALL.map(Class::name));
            problems.error(Code::UnknownClass, key.span, format!("`{}` is not a class", key.text), help);
            return None;
        }
    }
    let arm = |name: &str| arms.iter().find(|(k, _)| k.text == name).map(|(_, n)| n);
    match class.and_then(|c| arm(c.name())).or_else(|| arm("else")) {
        Some(n) => scope.value(n, "demand.gap_m", Domain::FromZero, problems),
        None => {
            let name = class.map_or("", Class::name);
            problems.error(Code::MissingState, node.span, format!("this choice has no value for `{name}`"), "add it, or `else:`");
            None
        }
    }
}

/// The entries of `demands`.
pub(crate) fn read_demands(node: &Node, classes: &[Class], scope: &mut Scope, problems: &mut Problems) -> Vec<DemandSpec> {
    items(node, "`demands`", problems).iter().flat_map(|n| DemandSpec::read(n, classes, scope, problems)).collect()
}
