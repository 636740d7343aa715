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

/// The international mile has 1,609.344 m.
const KM_PER_MILLION_MILES: f64 = 1_609_344.0;

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

    /// Failures per million miles that the scenarios left out may add at most, at their stated exposures: as many as they are met. Without
    /// those whose exposure is not known, which the second number counts; `None` where that is so of all, or none is left out.
    pub fn left_out_per_million_miles(&self) -> Option<(f64, usize)> {
        let known: Vec<f64> = self.left_out_because.iter().filter_map(|left| left.encounters_per_km).collect();
        (!known.is_empty()).then(|| (KM_PER_MILLION_MILES * known.iter().sum::<f64>(), self.left_out_because.len() - known.len()))
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
    /// What must go: the shortest list, the largest shares first, without which the rest of the estimate reaches the nine.
    pub budget: Vec<NextNineItem>,
    /// One-sided upper limit that the same rollouts would have given without these failures; `null` of a search, which demonstrates nothing.
    #[serde(default)]
    pub upper_without_budget: Option<f64>,
    /// The same without any failure: where it is above the nine, these rollouts are too few to demonstrate it whatever goes.
    #[serde(default)]
    pub upper_without_failures: Option<f64>,
}

impl NextNine {
    /// Whether the limits say more than that the estimate would reach the nine.
    pub fn outlook(&self) -> Outlook {
        let allowed = 10f64.powi(-i32::try_from(self.nine).unwrap_or(i32::MAX));
        // Limits of counts, so that a rounding in the last digits decides nothing.
        match (self.upper_without_budget, self.upper_without_failures) {
            (Some(upper), _) if upper <= allowed => Outlook::Demonstrated(upper),
            (Some(upper), Some(least)) if least <= allowed => Outlook::Open(upper),
            (Some(_), Some(least)) => Outlook::TooFew(least),
            _ => Outlook::Unknown,
        }
    }
}

/// What the same rollouts would say of the next nine if its budget were gone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outlook {
    /// They would demonstrate it, by this upper limit.
    Demonstrated(f64),
    /// They would leave it open, at this upper limit.
    Open(f64),
    /// They are too few whatever goes: without any failure the upper limit would still be this.
    TooFew(f64),
    /// A search demonstrates nothing.
    Unknown,
}

impl Outlook {
    /// As a sentence.
    pub fn sentence(self) -> Option<String> {
        let limit = |upper| crate::numbers::probability(upper, crate::numbers::Round::Up);
        match self {
            Outlook::Demonstrated(upper) => {
                Some(format!("Without them the same rollouts would demonstrate it: at most {} would fail.", limit(upper)))
            }
            Outlook::Open(upper) => {
                Some(format!("Without them the same rollouts would still leave it open: up to {} could fail.", limit(upper)))
            }
            Outlook::TooFew(least) => Some(format!(
                "To demonstrate it these rollouts are too few whatever goes: without any failure up to {} could fail.",
                limit(least)
            )),
            Outlook::Unknown => None,
        }
    }
}

/// One item of the next nine's budget: a failure mode, or a whole scenario where modes are not told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextNineItem {
    /// Scenario.
    pub scenario: String,
    /// Address of the mode, `scenario/mode-1`; `null` where modes are not told apart, and of failures without the hazard.
    pub mode: Option<String>,
    /// Share of the ODD's failure probability; of a scenario's own budget of its failure probability given the hazard.
    pub share: f64,
    /// Whether these are the failures without the hazard.
    #[serde(default)]
    pub without_hazard: bool,
}

impl NextNineItem {
    /// What it is called: the mode's address, or the scenario's name.
    pub fn name(&self) -> String {
        match &self.mode {
            Some(mode) => mode.clone(),
            None if self.without_hazard => format!("{} without the hazard", self.scenario),
            None => self.scenario.clone(),
        }
    }
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
