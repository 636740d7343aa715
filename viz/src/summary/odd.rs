//! What a campaign found in one ODD: the exposure-weighted mix of its scenarios.

mod context;
mod parts;

pub use context::*;
pub use parts::*;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{NineState, Nines, Probability, Rate, UpperFactors};

/// One ODD of a campaign. Its figures hold for the scenarios that are not left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OddSummary {
    /// Name.
    pub name: String,
    /// Scenarios of the ODD that its figures do without: without natural prior or exposure, or not run.
    pub left_out: Vec<String>,
    /// Failure probability per encounter; `null` where every scenario is left out.
    pub probability: Option<Probability>,
    /// Nines per encounter.
    pub nines: Option<Nines>,
    /// Failures per kilometre.
    pub rate_per_km: Option<Rate>,
    /// Failures per million miles.
    pub rate_per_million_miles: Option<Rate>,
    /// Failures per hour at the ODD's mean speed; `null` where that is not stated.
    pub rate_per_hour: Option<Rate>,
    /// Failures per trip of the ODD's mean length; `null` where that is not stated.
    pub rate_per_trip: Option<Rate>,
    /// What the upper limit of the rate is made of; the factors multiply to limit over estimate. `null` where that was not worked out.
    pub upper_factors: Option<UpperFactors>,
    /// March per encounter.
    pub march: Vec<OddNineStep>,
    /// What must go for the next nine.
    pub next_nine: Option<NextNine>,
    /// What safety cost.
    pub caution: Option<OddCaution>,
    /// What the profile says of itself.
    pub title: String,
    /// What the profile says that its figures must not be taken for.
    #[serde(default)]
    pub caveat: Option<String>,
    /// Hash of the profile.
    pub fingerprint: String,
    /// Encounters per kilometre, all scenarios that are not left out together.
    pub encounters_per_km: Option<f64>,
    /// Scenarios that its figures hold for, each with its part in them; the largest part of the failures first.
    pub scenarios: Vec<OddScenario>,
    /// Why each of `left_out` is.
    pub left_out_because: Vec<LeftOut>,
    /// Scenarios that the profile itself excludes, with its reason.
    pub excluded: Vec<Excluded>,
    /// Mean speed, km/h.
    pub mean_speed_kmh: Option<Stated>,
    /// Mean length of a trip, km.
    pub trip_km: Option<Stated>,
    /// Human rates that its profile states; no report holds them against a part of the ODD.
    pub benchmarks: Vec<BenchmarkLine>,
    /// What of the ODD's contents scenarios exercise.
    pub coverage: OddCoverage,
}

/// What figures of an ODD are of where scenarios of it were not run.
pub const ALONE: &str = "of these encounters alone";

impl OddSummary {
    /// Scenarios that the figures hold for: `58 scenarios`, or `40 of 58 scenarios` where some are left out.
    pub fn counted(&self) -> String {
        let number = self.scenarios.len() as u64;
        let all = crate::numbers::counted(number + self.left_out.len() as u64, "scenario");
        if self.left_out.is_empty() { all } else { format!("{} of {all}", crate::numbers::count(number)) }
    }

    /// [`ALONE`] where scenarios of the ODD were not run, as where some were named on the command line: rates are then no rates of its roads.
    pub fn alone(&self) -> Option<&'static str> {
        self.left_out_because.iter().any(|left| left.why == "not-run").then_some(ALONE)
    }

    /// Human rates that may stand beside the ODD's: those of its roads, where its rates are of these.
    pub fn human_rates(&self) -> &[BenchmarkLine] {
        if self.alone().is_some() { &[] } else { &self.benchmarks }
    }
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

/// What must go for the next nine that the estimate does not reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextNine {
    /// The first nine that the estimate does not reach.
    pub nine: u32,
    /// Factor by which the failure probability must fall.
    pub must_fall_by: f64,
    /// What must go, by share, up to the point from which the rest is little enough.
    pub budget: Vec<NextNineItem>,
}

/// One item of the next nine's budget: a failure mode, or a whole scenario where modes are not told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextNineItem {
    /// Scenario.
    pub scenario: String,
    /// Address of the mode, `scenario/mode-1`; `null` where modes are not told apart.
    pub mode: Option<String>,
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
