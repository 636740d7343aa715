//! Values of a part of the engine, set by the names of its fields: every field stands in the file or takes its default.

use crate::diagnostic::Problems;
use crate::domain::Domain;
use crate::emit::Tree;
use crate::expression::Expression;
use crate::fields::Fields;
use crate::scope::Scope;
use nines_sim::{
    EgoSpec, FixedSpec, LookSpec, PaceSpec, RollerSpec, SensingSpec, SignalSpec, StartSpec, Value, VehicleSpec, WalkerSpec,
    ZoneSpec,
};

/// Every field of a part, in the engine's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings(pub Vec<(&'static str, Expression)>);

/// A part of the engine that is set by the names of its fields.
pub(crate) trait Part: Default {
    const FIELDS: &'static [(&'static str, f64, &'static str)];
    fn field_mut(&mut self, name: &str) -> Option<&mut Value>;
}

macro_rules! parts {
    ($($spec:ident),*) => {$(
        impl Part for $spec {
            const FIELDS: &'static [(&'static str, f64, &'static str)] = $spec::FIELDS;
            fn field_mut(&mut self, name: &str) -> Option<&mut Value> {
                $spec::field_mut(self, name)
            }
        }
    )*};
}

parts!(EgoSpec, FixedSpec, LookSpec, PaceSpec, RollerSpec, SensingSpec, SignalSpec, StartSpec, VehicleSpec, WalkerSpec, ZoneSpec);

impl Settings {
    /// Reads the fields of a part; `owner` names it in messages.
    pub(crate) fn read<P: Part>(fields: &mut Fields, owner: &str, scope: &mut Scope, problems: &mut Problems) -> Self {
        let one = |&(name, default, _): &(&'static str, f64, &'static str)| {
            let node = fields.take(name);
            let value = node.and_then(|n| scope.value(n, &format!("{owner}.{name}"), Domain::of(name, default), problems));
            (name, value.unwrap_or(Expression::Number(default)))
        };
        Self(P::FIELDS.iter().map(one).collect())
    }

    /// The compiled form.
    pub(crate) fn compile<P: Part>(&self, scope: &Scope) -> P {
        let mut part = P::default();
        for (name, value) in &self.0 {
            if let Some(field) = part.field_mut(name) {
                *field = scope.lower(value);
            }
        }
        part
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Expression> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    /// Sets a field to a number.
    pub(crate) fn put(&mut self, name: &str, number: f64) {
        self.0.iter_mut().filter(|(n, _)| *n == name).for_each(|(_, value)| *value = Expression::Number(number));
    }

    /// Every field as it is written.
    pub(crate) fn tree(&self) -> Vec<(String, Tree)> {
        self.0.iter().map(|(name, value)| ((*name).to_owned(), Tree::value(value))).collect()
    }
}
