//! The shape of `nines gate --format json`: whether a demand is demonstrated, and by which scenarios not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::{EstimateKind, SeedFrom};

/// Value of [`Gate::schema`] that this version writes.
pub const GATE_SCHEMA: &str = "nines.gate/1";

/// The answer to a demand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "nines.gate/1")]
pub struct Gate {
    /// Name and version of this shape: `nines.gate/1`.
    pub schema: String,
    /// The answer.
    pub verdict: GateVerdict,
    /// What was demanded.
    pub demand: GateDemand,
    /// Whether the seed was derived from the inputs or chosen by hand.
    pub seed_from: SeedFrom,
    /// Versions of the policy tried before this one; `null` where no march is kept.
    pub versions_before: Option<u64>,
    /// Campaigns of them and of this version before this one; `null` where no march is kept.
    #[serde(default)]
    pub campaigns_before: Option<u64>,
    /// Scenarios that the demand does not reach, for want of a natural prior or an exposure.
    pub left_out: Vec<String>,
    /// Of scope `odd`: scenarios that the profiles exclude, each for a reason.
    #[serde(default)]
    pub excluded: Vec<String>,
    /// One entry for each scenario that it reaches; of scope `odd` one for the ODD.
    pub scenarios: Vec<GateScenario>,
}

/// What was demanded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateDemand {
    /// Nines; `null` where a file demands different ones of different scenarios.
    pub nines: Option<u32>,
    /// `scenario`: of every scenario; `odd`: of their exposure-weighted mix.
    pub scope: String,
    /// `hazard`, `encounter`, `km`, `mile`, `hour` or `trip`.
    pub per: String,
    /// Confidence of each one-sided limit.
    pub confidence: f64,
    /// `demonstrated`, or `estimated` where rare-event estimates count too.
    pub evidence: String,
    /// Whether it is the demand that was registered before the run.
    pub registered: bool,
}

/// The answer for one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateScenario {
    /// Name.
    pub name: String,
    /// The answer.
    pub verdict: GateVerdict,
    /// What its interval rests on.
    pub kind: EstimateKind,
    /// Failure probability that the demand allows.
    pub limit: f64,
    /// One-sided lower limit of the failure probability.
    pub one_sided_lower: f64,
    /// One-sided upper limit of the failure probability.
    pub one_sided_upper: f64,
    /// Of `estimated`: upper limit plus what could have gone unseen.
    pub upper_with_reach: Option<f64>,
    /// Of `undecided`: expected further rollouts at the observed rate; `null` where the estimate is above the demand.
    pub rollouts_needed: Option<u64>,
    /// Of `undecided`: further rollouts if no further failure comes.
    pub rollouts_needed_clean: Option<u64>,
    /// Of `undecided`: why it is so whatever the limits, in words.
    #[serde(default)]
    pub why: Option<String>,
    /// Address of the worst failure.
    pub replay: Option<String>,
}

/// Answers of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateVerdict {
    /// The upper limit is at or below what is allowed.
    Demonstrated,
    /// Neither.
    Undecided,
    /// The lower limit is above it.
    Refuted,
}

impl GateVerdict {
    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            GateVerdict::Demonstrated => "demonstrated",
            GateVerdict::Undecided => "undecided",
            GateVerdict::Refuted => "refuted",
        }
    }
}

/// The JSON schema of `nines gate --format json`.
pub fn gate_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Gate>().to_value()
}
