//! Probabilities with their intervals, and the nines that follow from them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A failure probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Probability {
    /// Estimate; `null` where there was no rollout.
    pub estimate: Option<f64>,
    /// Lower limit of the two-sided interval at `confidence`.
    pub lower: f64,
    /// Upper limit of the two-sided interval at `confidence`.
    pub upper: f64,
    /// Lower limit that holds alone at `confidence`; decides `refuted`.
    pub one_sided_lower: f64,
    /// Upper limit that holds alone at `confidence`; decides `demonstrated`.
    pub one_sided_upper: f64,
    /// Confidence of each of these intervals.
    pub confidence: f64,
    /// What the interval rests on.
    pub kind: EstimateKind,
    /// `clopper-pearson`, `two-group`, `confidence-sequence`, `exposure-weighted`, or a method's own name.
    pub interval: String,
    /// Of `estimated`: probability that a failure region could have without having been seen.
    pub reach: Option<f64>,
    /// Of `estimated`: `upper` plus `reach`.
    pub upper_with_reach: Option<f64>,
    /// What must hold for the interval to hold.
    pub assumptions: Vec<String>,
    /// Whether the estimate may be believed.
    pub diagnostics: Diagnostics,
}

/// What an interval rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstimateKind {
    /// Random sampling, and an interval of proven coverage.
    Sampled,
    /// A method that holds under its assumptions.
    Estimated,
    /// Nothing: no rollout.
    None,
}

impl EstimateKind {
    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            EstimateKind::Sampled => "sampled",
            EstimateKind::Estimated => "estimated",
            EstimateKind::None => "none",
        }
    }
}

/// Checks of an estimate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnostics {
    /// False where the estimate must not be used.
    pub ok: bool,
    /// Kebab-case words.
    pub warnings: Vec<String>,
}

/// What a probability is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Given the hazard.
    Hazard,
    /// Per encounter, with natural priors.
    Encounter,
}

impl Per {
    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Per::Hazard => "hazard",
            Per::Encounter => "encounter",
        }
    }
}

/// Nines: minus the decimal logarithm of a failure probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Nines {
    /// What they are of.
    pub per: Per,
    /// From the one-sided upper limit of random sampling alone; 0 where there was none.
    pub demonstrated: f64,
    /// From the estimate, without reach; `null` where no failure was seen.
    pub estimated: Option<f64>,
}

/// One nine of a march.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NineStep {
    /// Which nine: a failure probability of 10^-nine is allowed.
    pub nine: u32,
    /// The same as a percentage.
    pub reliability: String,
    /// What the evidence says.
    pub state: NineState,
    /// Of `open`: expected further rollouts at the observed rate; `null` where the estimate is above the demand.
    pub rollouts_needed: Option<u64>,
    /// Of `open`: further rollouts if no further failure comes.
    pub rollouts_needed_clean: Option<u64>,
}

/// What the evidence says of a nine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NineState {
    /// The one-sided upper limit is at or below 10^-nine.
    Demonstrated,
    /// The one-sided lower limit is above it.
    Refuted,
    /// Neither.
    Open,
}

impl NineState {
    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            NineState::Demonstrated => "demonstrated",
            NineState::Refuted => "refuted",
            NineState::Open => "open",
        }
    }
}

/// How often nature shows a state: a probability with interval and source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Prior {
    /// Estimate.
    pub estimate: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Confidence of the interval.
    pub confidence: f64,
    /// Where it is known from.
    pub source: String,
}

/// A number with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// Estimate.
    pub estimate: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Confidence of the interval.
    pub confidence: f64,
}

/// Failures per distance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// Estimate; 0 where no failure was seen.
    pub estimate: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Confidence of the interval.
    pub confidence: f64,
    /// What the interval rests on.
    pub kind: EstimateKind,
}
