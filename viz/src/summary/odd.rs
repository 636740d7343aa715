//! What a campaign found in one ODD: the exposure-weighted mix of its scenarios.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{NineState, Nines, Probability, Rate};

/// One ODD of a campaign. Its figures hold for the scenarios that are not left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OddSummary {
    /// Name.
    pub name: String,
    /// Scenarios without natural prior or exposure.
    pub left_out: Vec<String>,
    /// Failure probability per encounter; `null` where every scenario is left out.
    pub probability: Option<Probability>,
    /// Nines per encounter.
    pub nines: Option<Nines>,
    /// Failures per kilometre.
    pub rate_per_km: Option<Rate>,
    /// Failures per million miles.
    pub rate_per_million_miles: Option<Rate>,
    /// March per encounter.
    pub march: Vec<OddNineStep>,
    /// What must go for the next nine.
    pub next_nine: Option<NextNine>,
    /// What safety cost.
    pub caution: Option<OddCaution>,
}

/// One nine of an ODD's march.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OddNineStep {
    /// Which nine: a failure probability of 10^-nine is allowed.
    pub nine: u32,
    /// The same as a percentage.
    pub reliability: String,
    /// What the evidence says.
    pub state: NineState,
    /// Of `open`: expected further rollouts of all scenarios together; `null` where the estimate is above the demand.
    pub rollouts_needed: Option<u64>,
    /// Of `open`: the same if no further failure comes.
    pub rollouts_needed_clean: Option<u64>,
    /// Kilometres on the road without a failure that would demonstrate as much.
    pub km_needed: Option<u64>,
}

/// What must go for the next nine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextNine {
    /// Which nine.
    pub nine: u32,
    /// Factor by which the failure probability must fall.
    pub must_fall_by: f64,
    /// Modes that must go, by share.
    pub budget: Vec<NextNineItem>,
}

/// One failure mode of the next nine's budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextNineItem {
    /// Address, `scenario/mode-1`.
    pub mode: String,
    /// Share of the ODD's failure probability.
    pub share: f64,
}

/// What safety cost in an ODD, against driving freely.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OddCaution {
    /// Mean time lost, s per encounter.
    pub mean_time_lost_s: f64,
    /// Harsh brakes per 100 km.
    pub harsh_brakes_per_100_km: f64,
    /// Needless stops per 100 km.
    pub needless_stops_per_100_km: f64,
}
