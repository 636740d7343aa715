//! The names that values may use, reading values, and their compiled form.

use crate::condition::KnownActor;
use crate::diagnostic::{Code, Problems, nearest};
use crate::domain::Domain;
use crate::expression::{Expression, Operator};
use crate::fields::{entries, wrong_type};
use crate::node::{Kind, Node, Span};
use crate::parser;
use crate::slip;
use crate::units;
use nines_sim::Value;
use std::collections::BTreeSet;

/// Most numbers, names and operations of a value with its named values written out.
const MAX_SIZE: usize = 400;

/// Parameters and latent variables of a file, in order.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub parameters: Vec<String>,
    /// Named values that were read so far.
    pub values: Vec<(String, Expression)>,
    /// Names of all values of the file, also of those further down.
    pub value_names: Vec<String>,
    /// Numbers that the road and the rules give: `road.stop_line_m`.
    pub numbers: Vec<(String, f64)>,
    /// The road has problems, so that its numbers are not all known.
    pub road_is_open: bool,
    /// Latent variables and their states.
    pub latents: Vec<(String, Vec<String>)>,
    /// Names that some value uses.
    pub used: BTreeSet<String>,
    /// Values that were read, to be tried once the file is complete.
    pub tried: Vec<Tried>,
    /// Counts of groups, with the most members that each has, and their places.
    pub counts: Vec<(Expression, usize, Span)>,
    /// How many signals the file has.
    pub signals: usize,
    /// Actors of the file, in the engine's order.
    pub actors: Vec<KnownActor>,
    /// The group of the actor that is being read.
    pub group: Option<String>,
    /// What names mean for the actor that is being read.
    pub aliases: Vec<(String, Expression)>,
}

/// A value of the file, what it must be, and where it stands.
#[derive(Debug)]
pub(crate) struct Tried {
    pub what: String,
    pub value: Expression,
    pub domain: Domain,
    pub at: Span,
}

impl Scope {
    /// Reads a value: a number, an expression, or a choice by latent state. It is tried later.
    pub fn value(&mut self, node: &Node, what: &str, domain: Domain, problems: &mut Problems) -> Option<Expression> {
        let value = self.read(node, what, problems)?;
        if self.is_too_large(&value, node, what, problems) {
            return None;
        }
        if let Some(found) = units::mismatch(what, &value) {
            problems.warning(Code::UnitMismatch, node.span, found.message, found.help);
        }
        self.tried.push(Tried { what: what.to_owned(), value: value.clone(), domain, at: node.span });
        Some(value)
    }

    /// Reports a value that is too large. Each named value is below the limit itself, so that counting ends soon.
    pub fn is_too_large(&self, value: &Expression, node: &Node, what: &str, problems: &mut Problems) -> bool {
        let large = self.size(value) > MAX_SIZE;
        if large {
            let message = format!("`{what}` has more than {MAX_SIZE} parts with its named values written out");
            problems.error(Code::TooComplex, node.span, message, "simplify it");
        }
        large
    }

    /// Numbers, names and operations of a value with its named values written out.
    fn size(&self, e: &Expression) -> usize {
        1 + match e {
            Expression::Number(_) => 0,
            Expression::Name(name) => self.values.iter().find(|(v, _)| v == name).map_or(0, |(_, value)| self.size(value)),
            Expression::Choice { of, .. } => of.iter().map(|(_, v)| self.size(v)).sum(),
            Expression::Sqrt(a) => self.size(a),
            Expression::Pair(_, a, b) => self.size(a) + self.size(b),
            Expression::If(three) => three.iter().map(|v| self.size(v)).sum(),
        }
    }

    fn read(&mut self, node: &Node, what: &str, problems: &mut Problems) -> Option<Expression> {
        match &node.kind {
            Kind::Number(x) if !x.is_nan() => Some(Expression::Number(*x)),
            Kind::Text(text, at) => self.expression(text, *at, what, problems),
            Kind::Map(_) if node.get("dist").is_some() => {
                let help = "write it under `parameters:`, and its name here; in place it stands at fields of actors, modes, the ego and sensing";
                problems.error(Code::WrongType, node.span, "a distribution does not stand here", help);
                None
            }
            Kind::Map(_) => self.choice(node, what, problems),
            _ => wrong_type(node, &format!("`{what}` is a number, an expression, or a choice by latent state"), problems),
        }
    }

    fn expression(&mut self, text: &str, at: Span, what: &str, problems: &mut Problems) -> Option<Expression> {
        let (mut value, uses) = match parser::parse(text) {
            Ok(found) => found,
            Err(e) => {
                problems.error(Code::BadExpression, at.part(e.from, e.len), e.message, slip::of_expression(text, e.from));
                return None;
            }
        };
        let mut known = true;
        for (name, from) in uses {
            if self.aliases.iter().any(|(a, _)| *a == name) {
                self.used.extend(self.group.as_ref().map(|group| format!("{group}.each.{name}")));
                continue;
            }
            if self.parameters.contains(&name) || self.values.iter().any(|(v, _)| *v == name) {
                self.used.insert(name);
                continue;
            }
            let open = (self.road_is_open && name.starts_with("road.")).then_some(1.0);
            if let Some(number) = self.numbers.iter().find(|(n, _)| *n == name).map(|(_, x)| *x).or(open) {
                value.put(&name, number);
                continue;
            }
            known = false;
            let place = at.part(from, name.chars().count());
            if self.latents.iter().any(|(l, _)| *l == name) {
                let help = format!("choose by its state: `{{by: {name}, STATE: VALUE, else: VALUE}}`");
                problems.error(Code::UnknownParameter, place, format!("`{name}` is a latent variable, not a parameter"), help);
            } else {
                let values = self.values.iter().map(|(v, _)| v.as_str());
                let numbers = self.numbers.iter().map(|(n, _)| n.as_str()).filter(|_| name.contains('.'));
                let help = match name.strip_prefix("rules.") {
                    Some(_) if !self.numbers.iter().any(|(n, _)| n.starts_with("rules.")) => {
                        "say whose rules hold: `rules: us`".to_owned()
                    }
                    _ if name == what && self.value_names.contains(&name) => {
                        "a value cannot use itself: name the other one, or call this one otherwise".to_owned()
                    }
                    _ if self.value_names.contains(&name) => {
                        format!("order matters: a value uses those above it, and `{name}` stands further down; move it up")
                    }
                    _ if name.starts_with("road.") => self.of_road(&name),
                    _ => near(&name, what, self.parameters.iter().map(String::as_str).chain(values).chain(numbers).collect()),
                };
                problems.error(Code::UnknownParameter, place, format!("there is no parameter `{name}`"), help);
            }
        }
        known.then(|| if self.aliases.is_empty() { value } else { value.with(&self.aliases) })
    }

    /// Help for a number that this road does not give.
    fn of_road(&self, name: &str) -> String {
        let known = self.numbers.iter().map(|(n, _)| n.as_str()).filter(|n| n.starts_with("road."));
        let lane = name.strip_prefix("road.").and_then(|n| n.strip_suffix("_d_m")).unwrap_or_default();
        // What another road has is no slip of the pen: the name of another place would not mend it.
        let add = match lane {
            "parking" => "`parking: right` (`template: street`), or a lane of `kind: parking` to the right of the ego's",
            "left_parking" => "`parking: left` (`template: street`), or a lane of `kind: parking` to the left of the ego's",
            "sidewalk" | "left_sidewalk" => "`sidewalk_m` (`template: street`), or a lane of `kind: sidewalk` on that side",
            "shoulder" | "left_shoulder" => "a lane of `kind: shoulder` on that side",
            "oncoming" => "a traffic lane with `oncoming: true` to the left of the ego's",
            "left_lane" | "right_lane" => "a traffic lane on that side of the ego's",
            _ => return nearest(name, known),
        };
        format!("this road has none; add {add}. It gives {}", known.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "))
    }

    fn choice(&mut self, node: &Node, what: &str, problems: &mut Problems) -> Option<Expression> {
        let arms: Vec<_> = entries(node, what, problems)?.collect();
        let Some((_, by)) = arms.iter().find(|(k, _)| k.text == "by") else {
            problems.error(Code::MissingField, node.span, "a choice says `by:` which latent variable", "add `by: NAME`");
            return None;
        };
        let (by, states) = self.latent(by, problems)?;
        let mut of: Vec<Option<Expression>> = vec![None; states.len()];
        let mut otherwise = None;
        let mut good = true;
        for (key, arm) in arms {
            if key.text == "by" {
                continue;
            }
            let value = self.read(arm, what, problems);
            good &= value.is_some();
            if key.text == "else" {
                otherwise = value;
            } else if let Some(k) = state_index(&by, &states, &key.text, key.span, problems) {
                of[k] = value;
            } else {
                good = false;
            }
        }
        if !good || states.is_empty() {
            return None;
        }
        let missing: Vec<&str> = states.iter().zip(&of).filter(|(_, v)| v.is_none()).map(|(s, _)| s.as_str()).collect();
        if !missing.is_empty() && otherwise.is_none() {
            let message = format!("this choice has no value for `{}`", missing.join("`, `"));
            problems.error(Code::MissingState, node.span, message, "add them, or `else:`");
            return None;
        }
        let of = states.into_iter().zip(of).filter_map(|(s, v)| Some((s, v.or_else(|| otherwise.clone())?))).collect();
        let value = Expression::Choice { by, of };
        // Each level is below the limit itself, so that `else` does not multiply without end.
        (!self.is_too_large(&value, node, what, problems)).then_some(value)
    }

    /// Reads the name of a latent variable: its name and states.
    pub fn latent(&mut self, node: &Node, problems: &mut Problems) -> Option<(String, Vec<String>)> {
        let name = crate::fields::text(node, "the name of a latent variable", problems)?;
        match self.latents.iter().find(|(l, _)| *l == name) {
            Some(found) => {
                self.used.insert(name);
                Some(found.clone())
            }
            None => {
                let help = nearest(&name, self.latents.iter().map(|(l, _)| l.as_str()));
                problems.error(Code::UnknownLatent, node.span, format!("there is no latent variable `{name}`"), help);
                None
            }
        }
    }

    /// The compiled form, with constants folded.
    pub fn lower(&self, e: &Expression) -> Value {
        let pair = |a: &Expression, b: &Expression| (Box::new(self.lower(a)), Box::new(self.lower(b)));
        let out = match e {
            Expression::Number(x) => Value::Const(*x),
            Expression::Name(name) => match self.parameters.iter().position(|p| p == name) {
                Some(k) => Value::Param(k as u16),
                None => match self.values.iter().find(|(v, _)| v == name) {
                    Some((_, value)) => self.lower(value),
                    None => Value::Const(f64::NAN), // names were checked when the value was read
                },
            },
            Expression::Choice { by, of } => match self.latents.iter().position(|(l, _)| l == by) {
                Some(k) => Value::ByLatent { latent: k as u16, of: of.iter().map(|(_, v)| self.lower(v)).collect() },
                None => Value::Const(f64::NAN), // as above
            },
            Expression::Sqrt(a) => Value::Sqrt(Box::new(self.lower(a))),
            Expression::If(of) => Value::If(Box::new([self.lower(&of[0]), self.lower(&of[1]), self.lower(&of[2])])),
            Expression::Pair(op, a, b) => {
                let (a, b) = pair(a, b);
                match op {
                    Operator::Add => Value::Add(a, b),
                    Operator::Sub => Value::Sub(a, b),
                    Operator::Mul => Value::Mul(a, b),
                    Operator::Div => Value::Div(a, b),
                    Operator::Less => Value::Less(a, b),
                    Operator::Min => Value::Min(a, b),
                    Operator::Max => Value::Max(a, b),
                }
            }
        };
        if is_constant(&out) { Value::Const(out.at(&[], &[])) } else { out }
    }
}

/// The name that may be meant: one of the same unit, or of the field's, before all others.
fn near(name: &str, what: &str, names: Vec<&str>) -> String {
    for wanted in [name, what] {
        let found = nearest(name, units::of_the_same(wanted, &names));
        if found.starts_with("did you") {
            return found;
        }
    }
    let found = nearest(name, names.iter().copied());
    let meant = found.strip_prefix("did you mean `").and_then(|rest| rest.strip_suffix("`?"));
    match meant.and_then(|meant| units::as_unit_of(meant, name)) {
        Some(converted) => format!("{found} In the unit of `{name}` it is `{converted}`"),
        None => found,
    }
}

/// Whether a value over constants alone is left to be folded; parts of it are folded already.
fn is_constant(v: &Value) -> bool {
    let known = |v: &Value| matches!(v, Value::Const(_));
    match v {
        Value::Const(_) => true,
        Value::Param(_) | Value::ByLatent { .. } => false,
        Value::Sqrt(a) => known(a),
        Value::If(of) => of.iter().all(known),
        Value::Add(a, b) | Value::Sub(a, b) | Value::Mul(a, b) | Value::Div(a, b) => known(a) && known(b),
        Value::Min(a, b) | Value::Max(a, b) | Value::Less(a, b) => known(a) && known(b),
    }
}

/// Index of a state of a latent variable; of one whose states are not known nothing is said.
pub(crate) fn state_index(latent: &str, states: &[String], name: &str, at: Span, problems: &mut Problems) -> Option<usize> {
    let found = states.iter().position(|s| s == name);
    if found.is_none() && !states.is_empty() {
        let help = nearest(name, states.iter().map(String::as_str));
        problems.error(Code::UnknownState, at, format!("`{latent}` has no state `{name}`"), help);
    }
    found
}
