//! The shape of `summary.json`: one campaign of one policy, everything that its reports are made of.
//!
//! Keys are a contract: they stand in the order of the fields, none is ever left out, and `null` says not known, not bounded or
//! not computed in this campaign. Probabilities are those of a failure.

mod estimate;
mod odd;
mod scenario;
mod search;

pub use estimate::*;
pub use odd::*;
pub use scenario::*;
pub use search::*;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of [`Summary::schema`] that this version writes.
pub const SUMMARY_SCHEMA: &str = "nines.summary/1";

/// A campaign: one policy against a set of scenarios.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "nines.summary/1")]
pub struct Summary {
    /// Name and version of this shape: `nines.summary/1`.
    pub schema: String,
    /// Version of the program that wrote it.
    pub nines_version: String,
    /// How the campaign ended: the last of these that any of its scenarios has.
    pub status: Status,
    /// False where a deadline struck, or where the policy was found to depend on its batch or on a clock.
    pub reproducible: bool,
    /// Identity of the campaign: hash of all that its results follow from.
    pub campaign: String,
    /// The policy under test.
    pub policy: PolicySummary,
    /// ODDs asked for.
    pub odd: Vec<String>,
    /// Method asked for: `stratified`, `mc`, or a rare-event method.
    pub method: String,
    /// `fixed`: the budget was set before the run; `watched`: confidence sequences hold at every look.
    pub plan: String,
    /// Seed, below 2^53.
    pub seed: u64,
    /// Whether the seed was derived from the inputs or chosen by hand.
    pub seed_from: SeedFrom,
    /// Confidence of each interval.
    pub confidence: f64,
    /// The demand registered before the run, if any.
    pub demands: Option<RegisteredDemands>,
    /// Sums over the scenarios.
    pub totals: Totals,
    /// One entry for each scenario, in the order of their names.
    pub scenarios: Vec<ScenarioSummary>,
    /// One entry for each ODD asked for.
    pub odds: Vec<OddSummary>,
    /// What the simulator was checked against; it stands in every report.
    pub validity: Validity,
    /// What a reader of the results must know.
    pub warnings: Vec<String>,
}

/// How the work on a scenario or campaign ended; ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The whole budget was driven.
    Complete,
    /// Ended as soon as the nines asked for were demonstrated or refuted; complete for its purpose.
    Decided,
    /// Ended by too many policy faults.
    Stopped,
    /// Ended by a signal; may be resumed.
    Interrupted,
    /// A shard of a campaign.
    Partial,
}

impl Status {
    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Complete => "complete",
            Status::Decided => "decided",
            Status::Stopped => "stopped",
            Status::Interrupted => "interrupted",
            Status::Partial => "partial",
        }
    }
}

/// Where the seed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeedFrom {
    /// Derived from policy, scenarios, method, plan and budget, so that nobody chooses.
    Auto,
    /// Given by hand.
    Chosen,
}

impl SeedFrom {
    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            SeedFrom::Auto => "auto",
            SeedFrom::Chosen => "chosen",
        }
    }
}

/// The policy under test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicySummary {
    /// Name, as given on the command line.
    pub name: String,
    /// `builtin`, `onnx`, `python` or `grpc`.
    pub kind: String,
    /// Settings as resolved, defaults included.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Hash of all that its behaviour follows from.
    pub fingerprint: String,
    /// What the fingerprint does not cover.
    pub not_covered: Vec<String>,
}

/// A demand that was registered before the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegisteredDemands {
    /// Content of the file.
    pub content: serde_json::Value,
    /// Its hash.
    pub hash: String,
}

/// Sums over the scenarios.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Scenarios.
    pub scenarios: u64,
    /// Rollouts that count.
    pub rollouts: u64,
    /// Steps of single worlds.
    pub world_steps: u64,
    /// Failed rollouts, policy faults among them.
    pub failures: u64,
    /// Rollouts that ended in a fault of the policy.
    pub policy_faults: u64,
}

/// The simulator's own statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Validity {
    /// What it was checked against, in a sentence or two.
    pub statement: String,
    /// Where to read more.
    pub see: String,
}

/// The JSON schema of `summary.json`.
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Summary>().to_value()
}

#[cfg(test)]
mod tests;
