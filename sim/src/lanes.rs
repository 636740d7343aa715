//! Twin records: a struct of plain `f64` for the code people write, and the same with one array per field for the engine.
//!
//! A part of a step is a scalar function over small structs. `lanes!` runs it in a loop over `W` worlds, loading one lane
//! of each record, and storing those it may change; the compiler turns the loop into vectors. With `W = 1` the same source
//! drives one world, to the same bits.

/// Declares a record and its lanes.
macro_rules! record {
    ($(#[$m:meta])* $name:ident, $lanes:ident { $($(#[$fm:meta])* $f:ident),* $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Default, Debug, PartialEq)]
        pub struct $name { $($(#[$fm])* pub $f: f64),* }

        #[allow(dead_code)]
        impl $name {
            /// Names of the fields, in order.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($f)),*];
            /// Sets every field to 0 unless `keep`.
            #[inline(always)]
            pub fn keep_if(&mut self, keep: bool) { $(self.$f = crate::math::sel(keep, self.$f, 0.0);)* }
            /// The fields, in order.
            pub fn to_vec(self) -> Vec<f64> { vec![$(self.$f),*] }
            /// From the fields in order; those that are missing are 0.
            pub fn from_slice(values: &[f64]) -> Self {
                let mut values = values.iter().copied();
                Self { $($f: values.next().unwrap_or(0.0)),* }
            }
        }

        #[doc = concat!("[`", stringify!($name), "`] of `W` worlds, one array per field.")]
        #[derive(Clone, Debug)]
        #[repr(align(64))]
        #[allow(missing_docs, dead_code)]
        pub struct $lanes<const W: usize> { $(pub $f: [f64; W]),* }

        #[allow(dead_code)]
        impl<const W: usize> $lanes<W> {
            /// All zero.
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self { Self { $($f: [0.0; W]),* } }
            /// The record of world `i` of the block.
            #[inline(always)]
            pub fn get(&self, i: usize) -> $name { $name { $($f: self.$f[i]),* } }
            /// Overwrites the record of world `i` of the block.
            #[inline(always)]
            pub fn set(&mut self, i: usize, v: &$name) { $(self.$f[i] = v.$f;)* }
        }
    };
}

/// Declares what an author sets of an actor: a struct of [`crate::Value`]s with defaults, the record it binds to, and its lanes.
macro_rules! spec {
    ($(#[$m:meta])* $spec:ident => $name:ident, $lanes:ident { $($(#[doc = $doc:literal])* $f:ident = $default:expr),* $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $spec { $($(#[doc = $doc])* pub $f: crate::Value),* }

        impl Default for $spec {
            fn default() -> Self { Self { $($f: crate::Value::Const($default)),* } }
        }

        impl $spec {
            /// Name, default and meaning of every field, in order.
            pub const FIELDS: &'static [(&'static str, f64, &'static str)] =
                &[$((stringify!($f), $default, concat!($($doc),*))),*];

            /// The field of that name, to be set; `None` if there is no such field.
            pub fn field_mut(&mut self, name: &str) -> Option<&mut crate::Value> {
                $(if name == stringify!($f) { return Some(&mut self.$f); })*
                None
            }

            /// The field of that name.
            pub fn field(&self, name: &str) -> Option<&crate::Value> {
                $(if name == stringify!($f) { return Some(&self.$f); })*
                None
            }

            /// Evaluates every field in one concrete scenario.
            pub fn bind(&self, params: &[f64], states: &[u8]) -> $name {
                $name { $($f: self.$f.at(params, states)),* }
            }
        }

        crate::lanes::record! {
            #[doc = concat!("[`", stringify!($spec), "`] of one concrete scenario.")]
            $name, $lanes { $($(#[doc = $doc])* $f),* }
        }
    };
}

/// `lanes!(i; a = lanes_a, b = lanes_b; c = lanes_c => body)`: for each of `W` worlds load one lane of each record, run the
/// body, store the records after the second `;`.
macro_rules! lanes {
    ($i:ident; $($r:ident = $rl:expr),*; $($m:ident = $ml:expr),* => $body:expr) => {
        for $i in 0..W {
            $(let $r = $rl.get($i);)*
            $(#[allow(unused_mut, unused_assignments)] let mut $m = $ml.get($i);)*
            $body;
            $($ml.set($i, &$m);)*
        }
    };
}

pub(crate) use {lanes, record, spec};
