//! The shape of `nines compare --format json`: two policies on the same points, scenario by scenario.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Value of [`Compare::schema`] that this version writes.
pub const COMPARE_SCHEMA: &str = "nines.compare/1";

/// Policy B against policy A.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "nines.compare/1")]
pub struct Compare {
    /// Name and version of this shape: `nines.compare/1`.
    pub schema: String,
    /// `worse` where a regression is shown in any scenario, given the hazard or otherwise; `better` where an improvement is, no
    /// regression, and no scenario is in doubt.
    pub verdict: CompareVerdict,
    /// How many times as often B may fail given the hazard, where that was asked; else `null`.
    pub margin: Option<CompareMargin>,
    /// Confidence of each family of tests, of each interval and of each ratio's limit.
    pub confidence: f64,
    /// Seed of both campaigns.
    pub seed: u64,
    /// Method of both campaigns.
    pub method: String,
    /// Plan of both campaigns: `fixed`, exact tests for one look; `watched`, tests and limits that hold however often one looks.
    pub plan: String,
    /// The first campaign.
    pub a: CompareCampaign,
    /// The second campaign.
    pub b: CompareCampaign,
    /// Rollouts driven again, because not every failure is stored.
    pub driven_again: u64,
    /// One entry for each scenario, in the order of their names.
    pub scenarios: Vec<CompareScenario>,
}

/// A margin that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareMargin {
    /// How many times as often B may fail.
    pub ratio: f64,
    /// Whether that is shown in every scenario.
    pub shown: bool,
}

/// One of the two campaigns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareCampaign {
    /// Identity of the campaign.
    pub campaign: String,
    /// Name of its policy.
    pub policy: String,
    /// Settings of its policy.
    pub settings: BTreeMap<String, Value>,
    /// Fingerprint of its policy.
    pub fingerprint: String,
    /// False where a deadline struck, or where the policy depends on its batch or on a clock.
    pub reproducible: bool,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompareVerdict {
    /// B fails less often.
    Better,
    /// Neither is shown, which does not mean that they are equal.
    NotToldApart,
    /// B fails more often.
    Worse,
}

impl CompareVerdict {
    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            CompareVerdict::Better => "better",
            CompareVerdict::NotToldApart => "not_told_apart",
            CompareVerdict::Worse => "worse",
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            CompareVerdict::Better => "better",
            CompareVerdict::NotToldApart => "not told apart",
            CompareVerdict::Worse => "worse",
        }
    }
}

/// One scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareScenario {
    /// Name.
    pub name: String,
    /// What is shown given the hazard.
    pub verdict: CompareVerdict,
    /// Rollouts given the hazard; all where no state is marked.
    pub hazard: ComparePaired,
    /// Rollouts without the hazard; `null` where there are none.
    pub otherwise: Option<ComparePaired>,
    /// The difference per encounter, with natural priors; `null` with `why`.
    pub encounter: Option<CompareDifference>,
    /// Why there is none per encounter: `no-natural-prior`.
    pub why: Option<String>,
    /// One-sided upper limit of how many times as often B fails given the hazard; `null` where nothing bounds it.
    pub ratio_upper: Option<f64>,
    /// Whether that is within the margin; `null` where none was asked for.
    pub within_margin: Option<bool>,
    /// What it cost: mean time lost against driving freely, s.
    pub time_lost: CompareTimeLost,
    /// Why nothing good may be said of B here; else `null`.
    pub doubt: Option<String>,
}

/// Mean time lost against driving freely, s; weighted with the natural priors, without them of the half without hazard.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareTimeLost {
    /// By A.
    pub mean_a_s: Option<f64>,
    /// By B.
    pub mean_b_s: Option<f64>,
}

/// The paired table of a half, its exact test, and the difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparePaired {
    /// What is shown.
    pub verdict: CompareVerdict,
    /// Points that both policies met.
    pub rollouts: u64,
    /// Failures of A.
    pub failures_a: u64,
    /// Failures of B.
    pub failures_b: u64,
    /// Points that both failed.
    pub both: u64,
    /// Points that A alone failed.
    pub only_a: u64,
    /// Points that B alone failed.
    pub only_b: u64,
    /// Points that nobody failed.
    pub neither: u64,
    /// Two-sided p-value: McNemar's exact test, or that of the sequence of a watched plan.
    pub p_value: f64,
    /// The same after Holm's correction over the scenarios.
    pub p_holm: f64,
    /// Failure probability of B minus that of A.
    pub difference: CompareDifference,
    /// Addresses of the first rollouts that B alone failed, by index.
    pub regressed: Vec<String>,
}

/// A difference of failure probabilities, B minus A.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareDifference {
    /// As observed; `null` without a point.
    pub estimate: Option<f64>,
    /// Lower limit, two-sided.
    pub lower: f64,
    /// Upper limit, two-sided.
    pub upper: f64,
    /// Confidence of the interval.
    pub confidence: f64,
    /// `paired-exact` or, of two halves weighed with the prior, `paired-two-group`; `confidence-sequence` of a watched plan.
    pub interval: String,
}

/// The JSON schema of `nines compare --format json`.
pub fn compare_schema() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Compare>().to_value()
}
