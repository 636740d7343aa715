//! What the engine and the estimators count with: random words by address, and elementary functions that give the same bits
//! on every machine.

// Tests compare with the standard library's functions.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod math;
pub mod philox;
