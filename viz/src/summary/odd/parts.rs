//! The scenarios of an ODD: which its figures hold for, and which not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::{Exposure, ScenarioRate};

/// A scenario's part in an ODD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OddScenario {
    /// Name.
    pub name: String,
    /// How often the ODD meets it.
    pub exposure: Exposure,
    /// The scenario whose exposure it has a share of, so that one error moves both; `null` where its exposure is its own.
    pub shares_exposure_with: Option<String>,
    /// Share of the ODD's encounters.
    pub share_of_encounters: f64,
    /// Share of the ODD's failures by the estimates; `null` where no failure was seen in any scenario.
    pub share_of_failures: Option<f64>,
    /// Failures per kilometre in this ODD, with limits by the method of the sum, so that none lies above it; `null` without a rollout.
    pub rate_per_km: Option<ScenarioRate>,
}

/// Why a scenario is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Scenario.
    pub scenario: String,
    /// `no-natural-prior`, `no-exposure`, `not-run`, or `not-included` where a profile narrows an ODD without a reason.
    pub why: String,
    /// Its encounters per kilometre at the stated exposure: more failures than these it cannot add; `null` where that is not known.
    #[serde(default)]
    pub encounters_per_km: Option<f64>,
}

/// A scenario that a profile excludes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Excluded {
    /// Scenario.
    pub scenario: String,
    /// Why, in the profile's words.
    pub reason: String,
}
