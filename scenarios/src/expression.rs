//! Values as authors write them: numbers, parameters, arithmetic, and choices by latent state.

use std::fmt;

/// Words with a meaning in values, which therefore name nothing else.
pub(crate) const RESERVED: &[&str] = &["by", "else", "inf", "pi", "min", "max", "sqrt", "if"];

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A number.
    Number(f64),
    /// A parameter, or a named value.
    Name(String),
    /// One value for each state of a latent variable, in the order of its states.
    Choice {
        /// The latent variable.
        by: String,
        /// State and value.
        of: Vec<(String, Expression)>,
    },
    /// Arithmetic of two values.
    Pair(Operator, Box<Expression>, Box<Expression>),
    /// Square root; 0 of a negative value.
    Sqrt(Box<Expression>),
    /// The second where the first is not zero, else the third.
    If(Box<[Expression; 3]>),
}

/// Arithmetic of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// `a < b`: 1 where it holds, else 0
    Less,
    /// `min(a, b)`
    Min,
    /// `max(a, b)`
    Max,
}

impl Operator {
    /// Sign, and how strongly it binds; `None` for functions.
    fn sign(self) -> Option<(&'static str, u8)> {
        match self {
            Operator::Less => Some(("<", 1)),
            Operator::Add => Some(("+", 2)),
            Operator::Sub => Some(("-", 2)),
            Operator::Mul => Some(("*", 3)),
            Operator::Div => Some(("/", 3)),
            Operator::Min | Operator::Max => None,
        }
    }
}

impl Expression {
    fn strength(&self) -> u8 {
        match self {
            Expression::Pair(op, ..) => op.sign().map_or(9, |(_, s)| s),
            _ => 9,
        }
    }

    /// The same with names replaced by what they stand for.
    pub(crate) fn with(&self, aliases: &[(String, Expression)]) -> Expression {
        let f = |e: &Expression| e.with(aliases);
        match self {
            Expression::Number(_) => self.clone(),
            Expression::Name(name) => aliases.iter().find(|(a, _)| a == name).map_or_else(|| self.clone(), |(_, e)| e.clone()),
            Expression::Choice { by, of } => {
                Expression::Choice { by: by.clone(), of: of.iter().map(|(s, e)| (s.clone(), f(e))).collect() }
            }
            Expression::Pair(op, a, b) => Expression::Pair(*op, Box::new(f(a)), Box::new(f(b))),
            Expression::Sqrt(a) => Expression::Sqrt(Box::new(f(a))),
            Expression::If(three) => Expression::If(Box::new(three.each_ref().map(f))),
        }
    }

    /// Calls `f` with what stands under each square root in it.
    pub(crate) fn roots(&self, f: &mut impl FnMut(&Expression)) {
        match self {
            Expression::Number(_) | Expression::Name(_) => {}
            Expression::Choice { of, .. } => of.iter().for_each(|(_, e)| e.roots(f)),
            Expression::Pair(_, a, b) => {
                a.roots(f);
                b.roots(f);
            }
            Expression::Sqrt(a) => {
                f(a);
                a.roots(f);
            }
            Expression::If(three) => three.iter().for_each(|e| e.roots(f)),
        }
    }

    /// What stands under a square root and is negative, by more than rounding, where that root counts: `at` evaluates, `state` says
    /// which state of a latent variable holds.
    pub(crate) fn negative_root<'e, 's>(
        &'e self,
        at: &impl Fn(&Expression) -> f64,
        state: &impl Fn(&str) -> Option<&'s str>,
    ) -> Option<(&'e Expression, f64)> {
        let inner = |e: &'e Expression| e.negative_root(at, state);
        match self {
            Expression::Number(_) | Expression::Name(_) => None,
            Expression::Choice { by, of } => of.iter().find(|(s, _)| Some(s.as_str()) == state(by)).and_then(|(_, e)| inner(e)),
            Expression::Pair(_, a, b) => inner(a).or_else(|| inner(b)),
            Expression::Sqrt(a) => inner(a).or_else(|| Some((&**a, at(a))).filter(|(_, x)| *x < -1e-9)),
            Expression::If(three) => {
                let [when, then, otherwise] = &**three;
                inner(when).or_else(|| if at(when) != 0.0 { inner(then) } else { inner(otherwise) })
            }
        }
    }

    /// Calls `f` with what it divides by.
    pub(crate) fn divisors(&self, f: &mut impl FnMut(&Expression)) {
        match self {
            Expression::Number(_) | Expression::Name(_) => {}
            Expression::Choice { of, .. } => of.iter().for_each(|(_, e)| e.divisors(f)),
            Expression::Pair(op, a, b) => {
                if *op == Operator::Div {
                    f(b);
                }
                a.divisors(f);
                b.divisors(f);
            }
            Expression::Sqrt(a) => a.divisors(f),
            Expression::If(three) => three.iter().for_each(|e| e.divisors(f)),
        }
    }

    /// What it divides by and is zero, where that counts; as [`Expression::negative_root`].
    pub(crate) fn zero_divisor<'e, 's>(
        &'e self,
        at: &impl Fn(&Expression) -> f64,
        state: &impl Fn(&str) -> Option<&'s str>,
    ) -> Option<&'e Expression> {
        let inner = |e: &'e Expression| e.zero_divisor(at, state);
        match self {
            Expression::Number(_) | Expression::Name(_) => None,
            Expression::Choice { by, of } => of.iter().find(|(s, _)| Some(s.as_str()) == state(by)).and_then(|(_, e)| inner(e)),
            Expression::Pair(op, a, b) => {
                let zero = (*op == Operator::Div).then_some(&**b).filter(|b| at(b) == 0.0);
                inner(a).or_else(|| inner(b)).or(zero)
            }
            Expression::Sqrt(a) => inner(a),
            Expression::If(three) => {
                let [when, then, otherwise] = &**three;
                inner(when).or_else(|| if at(when) != 0.0 { inner(then) } else { inner(otherwise) })
            }
        }
    }

    /// Puts a number in the place of a name.
    pub(crate) fn put(&mut self, name: &str, number: f64) {
        match self {
            Expression::Name(n) if n == name => *self = Expression::Number(number),
            Expression::Number(_) | Expression::Name(_) => {}
            Expression::Choice { of, .. } => of.iter_mut().for_each(|(_, e)| e.put(name, number)),
            Expression::Pair(_, a, b) => {
                a.put(name, number);
                b.put(name, number);
            }
            Expression::Sqrt(a) => a.put(name, number),
            Expression::If(three) => three.iter_mut().for_each(|e| e.put(name, number)),
        }
    }

    /// Calls `f` with the name of every parameter, named value and latent variable in it.
    pub(crate) fn names(&self, f: &mut impl FnMut(&str)) {
        match self {
            Expression::Number(_) => {}
            Expression::Name(name) => f(name),
            Expression::Choice { by, of } => {
                f(by);
                of.iter().for_each(|(_, e)| e.names(f));
            }
            Expression::Pair(_, a, b) => {
                a.names(f);
                b.names(f);
            }
            Expression::Sqrt(a) => a.names(f),
            Expression::If(three) => three.iter().for_each(|e| e.names(f)),
        }
    }
}

impl From<f64> for Expression {
    fn from(x: f64) -> Self {
        Expression::Number(x)
    }
}

/// The shortest text that reads back as the same number.
pub(crate) fn number_text(x: f64) -> String {
    let text = format!("{x:?}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// As it is written in a file. A choice is a mapping there, never a part of an expression.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Expression::Number(x) => f.write_str(&number_text(*x)),
            Expression::Name(name) => f.write_str(name),
            Expression::Choice { by, .. } => write!(f, "<choice by {by}>"),
            Expression::Sqrt(a) => write!(f, "sqrt({a})"),
            Expression::If(three) => write!(f, "if({}, {}, {})", three[0], three[1], three[2]),
            Expression::Pair(Operator::Min, a, b) => write!(f, "min({a}, {b})"),
            Expression::Pair(Operator::Max, a, b) => write!(f, "max({a}, {b})"),
            Expression::Pair(op, a, b) => {
                let (sign, strength) = op.sign().unwrap_or(("?", 0)); // functions are written above
                // Comparisons do not chain.
                operand(f, a, a.strength() < strength + u8::from(*op == Operator::Less))?;
                write!(f, " {sign} ")?;
                operand(f, b, b.strength() <= strength)
            }
        }
    }
}

fn operand(f: &mut fmt::Formatter, e: &Expression, brackets: bool) -> fmt::Result {
    if brackets { write!(f, "({e})") } else { write!(f, "{e}") }
}
