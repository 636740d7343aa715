//! Values of a logical scenario, flat enough to be evaluated for each rollout.

use crate::math;

/// A number of the scenario: a constant, a parameter, a choice by latent state, or arithmetic over these.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The same in every concrete scenario.
    Const(f64),
    /// The parameter of that index.
    Param(u16),
    /// One value for each state of a latent variable.
    ByLatent {
        /// Index of the latent variable.
        latent: u16,
        /// Values in the order of its states.
        of: Vec<Value>,
    },
    /// Sum.
    Add(Box<Value>, Box<Value>),
    /// Difference.
    Sub(Box<Value>, Box<Value>),
    /// Product.
    Mul(Box<Value>, Box<Value>),
    /// Quotient.
    Div(Box<Value>, Box<Value>),
    /// The smaller one.
    Min(Box<Value>, Box<Value>),
    /// The larger one.
    Max(Box<Value>, Box<Value>),
    /// Square root of the larger of the value and zero.
    Sqrt(Box<Value>),
    /// 1 where the first is below the second, else 0.
    Less(Box<Value>, Box<Value>),
    /// The second where the first is not zero, else the third; the one that does not hold may be infinite.
    If(Box<[Value; 3]>),
}

impl Value {
    /// The value, given all parameters and the state of each latent variable.
    pub fn at(&self, params: &[f64], states: &[u8]) -> f64 {
        let f = |v: &Value| v.at(params, states);
        match self {
            Value::Const(c) => *c,
            Value::Param(i) => params[*i as usize],
            Value::ByLatent { latent, of } => f(&of[states[*latent as usize] as usize]),
            Value::Add(a, b) => f(a) + f(b),
            Value::Sub(a, b) => f(a) - f(b),
            Value::Mul(a, b) => f(a) * f(b),
            Value::Div(a, b) => f(a) / f(b),
            Value::Min(a, b) => math::min(f(a), f(b)),
            Value::Max(a, b) => math::max(f(a), f(b)),
            Value::Sqrt(a) => math::max(f(a), 0.0).sqrt(),
            Value::Less(a, b) => math::sel(f(a) < f(b), 1.0, 0.0),
            Value::If(of) => math::sel(f(&of[0]) != 0.0, f(&of[1]), f(&of[2])),
        }
    }

    /// The constant, if the value is one.
    pub fn constant(&self) -> Option<f64> {
        match self {
            Value::Const(c) => Some(*c),
            _ => None,
        }
    }
}

impl From<f64> for Value {
    fn from(c: f64) -> Self {
        Value::Const(c)
    }
}
