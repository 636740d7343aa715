//! Scenario files: the format, its distributions and diagnostics, and the built-in catalogue.
//!
//! A file goes from text to nodes with places, to a [`LogicalScenario`] with all its [`Diagnostic`]s at once, to the
//! engine's [`nines_sim::Template`], which holds no strings in its hot path. Reading never panics, whatever the text.

mod actor;
mod canonical;
mod catalogue;
mod compile;
mod cue;
mod diagnostic;
mod distribution;
mod domain;
mod emit;
mod estimate;
mod expression;
mod fields;
mod format;
mod gamma;
mod latent;
mod node;
mod parser;
mod read;
mod schema;
mod scope;
mod settings;
mod strata;
mod street;

pub use actor::{ActorKind, ActorSpec};
pub use catalogue::{CatalogueEntry, catalogue};
pub use cue::CueSpec;
pub use diagnostic::{Code, Diagnostic, Label, MAX_LISTED, Severity};
pub use distribution::Distribution;
pub use estimate::Estimate;
pub use expression::{Expression, Operator};
pub use format::{Exposure, LogicalScenario, Parameter, SCHEMA, Scenario};
pub use latent::{LatentState, LatentVariable};
pub use read::{Checked, check, parse};
pub use schema::schema;
pub use settings::Settings;
pub use strata::StratumInfo;
pub use street::{Street, StreetLane, StreetPath};

#[cfg(test)]
mod tests;
