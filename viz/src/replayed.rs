//! The shape of `nines replay --format json`: a rollout that was run again, and why it failed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of [`ReplaySummary::schema`] that this version writes.
pub const REPLAY_SCHEMA: &str = "nines.replay/1";

/// A rollout that was run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "nines.replay/1")]
pub struct ReplaySummary {
    /// Name and version of this shape: `nines.replay/1`.
    pub schema: String,
    /// Scenario.
    pub scenario: String,
    /// Index in it.
    pub rollout: u64,
    /// Combination of latent states.
    pub stratum: String,
    /// What came of it.
    pub outcome: ReplayOutcome,
    /// The same driven by the policy of `--beside`; `null` without one.
    pub beside: Option<ReplayOutcome>,
    /// Whether all that is stored of it came out; `null` where nothing is, or another policy drove.
    pub reproduced: Option<bool>,
    /// What did not.
    pub differences: Vec<ReplayDifference>,
    /// Why it was played from what the policy answered then; `null` where the policy drove.
    pub played_because: Option<String>,
    /// Why it failed, of `--why`; `null` without it, and where it passed.
    pub why: Option<ReplayWhy>,
}

/// What came of a rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayOutcome {
    /// Name of who drove.
    pub policy: String,
    /// `pass`, `fail` or `fault`.
    pub verdict: String,
    /// Criterion that failed first; `null` without a failure.
    pub cause: Option<String>,
    /// Smallest margin of the criteria that fail the scenario.
    pub margin: f64,
    /// When it failed, s.
    pub failed_s: Option<f64>,
    /// When it ended, s.
    pub end_s: f64,
    /// Speed of the first impact, m/s.
    pub impact_speed_mps: Option<f64>,
    /// Digest of the whole trace, 16 hex digits.
    pub digest: String,
}

/// A figure that did not come out as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayDifference {
    /// Which.
    pub what: String,
    /// As stored.
    pub stored: String,
    /// As it came out now.
    pub now: String,
}

/// Why a rollout failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayWhy {
    /// `unavoidable`, `anticipation`, `perception` or `reaction`; `null` of what is not a matter of how it moved, a fault among them.
    pub attribution: Option<String>,
    /// When the hazard became evident, s; `null` where it never was.
    pub evident_s: Option<f64>,
    /// By what, in words.
    pub evident_by: Option<String>,
    /// When the policy was told of it, s; `null` where it never was.
    pub perceived_s: Option<f64>,
    /// Last moment at which a plan avoids it, s; `null` where none does.
    pub avoidable_until_s: Option<f64>,
    /// That plan, in words.
    pub plan: Option<String>,
    /// The smallest change of the parameters found with which it passes; `null` where none was, or the policy is not there to be asked.
    pub change: Option<ReplayChange>,
}

/// A change of parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayChange {
    /// Its length, standard deviations.
    pub length_sd: f64,
    /// Points that the search tried: it is local, and others may be nearer.
    pub evaluations: u64,
    /// Parameters that are changed, the largest change first.
    pub parameters: Vec<ReplayParameter>,
}

/// A parameter that is changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayParameter {
    /// Name.
    pub name: String,
    /// As it was drawn.
    pub was: f64,
    /// With the change.
    pub now: f64,
    /// Change, standard deviations.
    pub by_sd: f64,
}

/// The JSON schema of a rollout that was run again.
pub fn replay_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<ReplaySummary>().to_value()
}
