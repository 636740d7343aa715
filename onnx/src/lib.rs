//! Policies as ONNX models, run by tract: pure Rust, nothing to install.
//!
//! A [`Model`] opens sessions like any other policy. Its inputs and outputs are found by their names (`docs/onnx.md`); a model whose
//! tensors are not those is refused with the tensor, what was expected and what was found.

mod error;
mod model;
mod plan;
mod plans;
mod probe;
mod session;
mod signature;

pub use error::{OnnxError, Role};
pub use model::{Model, Options};
pub use nines_sim::OBSERVATION_SCHEMA;
