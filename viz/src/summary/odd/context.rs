//! What an ODD's profile says beside its figures: speed and trips, human rates, contents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stated {
    /// The number.
    pub value: f64,
    /// Where it comes from.
    pub source: String,
}

/// A human rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BenchmarkLine {
    /// What happens to whom, where and when.
    pub name: String,
    /// Events per kilometre, the lowest.
    pub per_km_from: f64,
    /// The highest; equal where one number is known.
    pub per_km_to: f64,
    /// `contact`, `damage`, `police-reported`, `injury`, `airbag`, `serious-injury` or `death`.
    pub severity: String,
    /// What is counted: persons, crashed vehicles, crashes, claims.
    pub counts: String,
    /// `read` in the source, `derived` from it, or `remembered`.
    pub sure: String,
    /// Whether it may be compared with a rate of this ODD.
    pub comparable: bool,
    /// Where it comes from.
    pub source: String,
    /// What it must not be taken for.
    pub caveat: String,
}

/// What scenarios exercise of an ODD's contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OddCoverage {
    /// Values that the ODD contains.
    pub values: u64,
    /// How many of them some scenario of the campaign exercises.
    pub values_exercised: u64,
    /// Pairs of values of different attributes.
    pub pairs: u64,
    /// How many of them some scenario exercises together.
    pub pairs_exercised: u64,
    /// A row for each value.
    pub rows: Vec<CoverageLine>,
}

/// A value that an ODD contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageLine {
    /// Attribute of the taxonomy.
    pub attribute: String,
    /// Value.
    pub value: String,
    /// Scenarios of the campaign that exercise it.
    pub scenarios: Vec<String>,
}
