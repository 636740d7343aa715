//! Scenario files: the format, its distributions and diagnostics, and the built-in catalogue; profiles of ODDs and their taxonomy.
//!
//! A file goes from text to nodes with places, to a [`LogicalScenario`] with all its [`Diagnostic`]s at once, to the
//! engine's [`nines_sim::Template`], which holds no strings in its hot path. Reading never panics, whatever the text.
//!
//! ```
//! let text = r#"
//! schema: nines.scenario/1
//! name: walker-ahead
//! title: Somebody may step out
//! odd: [limited-urban]
//! parameters: # sampled; the last word of a name is its unit
//!   speed_mps: {dist: uniform, low: 8, high: 14, source: "30 to 50 km/h, assumption"}
//! latents: # hidden from the policy
//!   intent:
//!     states:
//!       stays: {prior: rest}
//!       steps_out: {hazard: true, prior: {estimate: 1e-5, factor90: 10, source: assumption}}
//! road:
//!   lanes: # from left to right; the ego's lane is centred on d = 0
//!     - {kind: traffic, width_m: 3.5, oncoming: true}
//!     - {kind: traffic, width_m: 3.5, ego: true}
//!     - {kind: sidewalk, width_m: 2}
//! ego: {start_speed_mps: speed_mps, desired_speed_mps: speed_mps, end_m: 100}
//! actors:
//!   walker:
//!     kind: walker
//!     class: adult
//!     s_m: 70
//!     d_m: -2.5
//!     go_gap_m: {by: intent, steps_out: "2.0 * speed_mps", else: -inf}
//! exposure:
//!   limited-urban: {per_1e6_km: 1000, factor90: 5, source: assumption}
//! "#;
//! let scenario = nines_scenarios::parse(text, "walker-ahead.yaml")?;
//! assert_eq!(scenario.hazard_prior().map(|w| w.estimate), Some(1e-5));
//! assert_eq!(scenario.compile().strata.len(), 2);
//!
//! let wrong = nines_scenarios::parse(&text.replace("go_gap_m", "go_gap"), "walker-ahead.yaml").unwrap_err();
//! assert_eq!((wrong[0].code.name(), wrong[0].line), ("unknown-field", 25));
//! assert_eq!(wrong[0].help, "did you mean `go_gap_m`?");
//! # Ok::<(), Vec<nines_scenarios::Diagnostic>>(())
//! ```

mod actor;
mod agent;
mod beta;
mod canonical;
mod catalogue;
mod chain;
mod comma;
mod compile;
mod condition;
mod conditional;
mod correlation;
mod cue;
mod demand;
mod diagnostic;
mod distribution;
mod domain;
mod emit;
mod environment;
mod estimate;
mod explain;
mod expression;
mod fields;
mod format;
mod gamma;
mod group;
mod inline;
mod junction;
mod latent;
mod layout;
mod library;
mod loose;
mod meeting;
mod merge;
mod node;
mod odd;
mod parser;
mod pattern;
mod places;
mod read;
mod readable;
mod review;
mod root;
mod roundabout;
mod rules;
mod schema;
mod scope;
mod sections;
mod settings;
mod slip;
mod source;
mod strata;
mod street;
mod tags;
mod taxonomy;
mod units;
mod variant;
mod words;

pub use actor::{ActorKind, ActorSpec, SoundSpec};
pub use agent::ModeSpec;
pub use catalogue::{CatalogueEntry, catalogue};
pub use condition::Condition;
pub use conditional::Conditional;
pub use correlation::Correlation;
pub use cue::CueSpec;
pub use demand::DemandSpec;
pub use diagnostic::{Code, Diagnostic, Label, MAX_LISTED, Severity, SourceFile};
pub use distribution::Distribution;
pub use estimate::Estimate;
pub use explain::{Explanation, complete, explain};
pub use expression::{Expression, Operator};
pub use format::{Exposure, FileShare, LogicalScenario, Parameter, SCHEMA, Scenario};
pub use latent::{LatentState, LatentVariable};
pub use node::MAX_BYTES;
pub use odd::{
    Benchmark, BenchmarkSeverity, Beyond, CheckedOdd, Coverage, CoverageRow, Exclusion, Membership, ODD_SCHEMA, OddEntry,
    OddExposure, OddProfile, Quantity, Sure, check_odd, odd_schema, odds, parse_odd,
};
pub use pattern::{is_meant, matches};
pub use places::Places;
pub use read::{Checked, check, check_with, parse, parse_with};
pub use review::review;
pub use rules::{RULES_SCHEMA, rules};
pub use schema::{rules_schema, schema};
pub use sections::ZoneForm;
pub use settings::Settings;
pub use strata::StratumInfo;
pub use street::{Street, StreetLane, StreetPath};
pub use taxonomy::{Attribute, Part, TAXONOMY, exercises, meaning};
pub use variant::{BuiltInOnly, Resolver};

#[cfg(test)]
mod tests;
