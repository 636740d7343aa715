//! The shape of `nines march show --format json`: the versions of a policy, the nines that each reached, and what a nine has cost.

mod chart;

pub use chart::{history_html, history_svg};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of [`History::schema`] that this version writes.
pub const HISTORY_SCHEMA: &str = "nines.march/1";

/// The march of a policy's successive versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "nines.march/1")]
pub struct History {
    /// Name and version of this shape: `nines.march/1`.
    pub schema: String,
    /// Confidence of every limit.
    pub confidence: f64,
    /// What effort is measured by.
    pub effort: EffortKind,
    /// Scenarios that every version was tried in, as they are: only these are compared.
    pub scenarios: Vec<String>,
    /// Scenarios of some versions that are not compared, and why.
    pub left_out: Vec<NotCompared>,
    /// Versions, by effort.
    pub versions: Vec<HistoryVersion>,
    /// The line through them; `null` where there are too few.
    pub trend: Option<HistoryTrend>,
    /// Why there is no line.
    pub why: Option<String>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// What effort is measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffortKind {
    /// Hours, as they were stated with each version.
    Stated,
    /// Hours of the calendar between commits.
    CommitDates,
    /// Versions are counted: no effort is known of some.
    Versions,
}

impl EffortKind {
    /// What follows a number.
    pub const fn unit(self) -> &'static str {
        match self {
            EffortKind::Stated | EffortKind::CommitDates => "h",
            EffortKind::Versions => "versions",
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            EffortKind::Stated => "hours of effort, as stated",
            EffortKind::CommitDates => "hours of the calendar between commits",
            EffortKind::Versions => "versions, counted",
        }
    }
}

/// A scenario that is not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotCompared {
    /// Name.
    pub name: String,
    /// `changed` between versions, or `missing` in some.
    pub why: String,
}

/// A version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryVersion {
    /// Name.
    pub version: String,
    /// Name of the policy.
    pub policy: String,
    /// Hash of all that its behaviour follows from.
    pub fingerprint: String,
    /// The campaign that counts: of several the one with most rollouts.
    pub campaign: String,
    /// Campaigns of it in the march.
    pub campaigns: u64,
    /// Effort spent on it and all before it.
    pub effort: f64,
    /// Nines given the hazard that are demonstrated in every scenario compared.
    pub demonstrated: f64,
    /// The scenario that demonstrates fewest.
    pub demonstrated_by: String,
    /// Nines given the hazard estimated in the scenario that failed most often; `null` where nothing failed.
    pub estimated: Option<f64>,
    /// Two-sided limits of these; the upper one is `null` where nothing failed.
    pub estimated_lower: f64,
    /// Upper limit.
    pub estimated_upper: Option<f64>,
    /// The scenario that failed most often.
    pub worst: String,
    /// Rollouts with the hazard in it.
    pub rollouts: u64,
    /// Failed among them.
    pub failures: u64,
    /// What its last nine took: since the last version with one nine less demonstrated; `null` where there is none.
    pub last_nine: Option<LastNine>,
}

/// What a nine took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LastNine {
    /// Effort.
    pub effort: f64,
    /// Since which version.
    pub since: String,
}

/// The line through the nines of all versions (`docs/march.md`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryTrend {
    /// Versions in which something failed: they alone have a place, the others say "at least".
    pub versions_with_failures: u64,
    /// Nines per unit of effort.
    pub slope: f64,
    /// Nines on the line at the last version.
    pub nines: f64,
    /// Scatter of versions about the line, nines (one standard deviation).
    pub scatter: f64,
    /// Effort that a nine costs.
    pub cost: HistoryLimits,
    /// The first nine that the last version does not demonstrate.
    pub next_nine: u32,
    /// Effort from the last version on until the line reaches it; 0 where it has.
    pub next_nine_in: HistoryLimits,
}

/// A number with limits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryLimits {
    /// The most likely value; `null` where the line does not rise.
    pub estimate: Option<f64>,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit; `null` where there is none: it may never come.
    pub upper: Option<f64>,
}

/// The JSON schema of a march.
pub fn history_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<History>().to_value()
}
