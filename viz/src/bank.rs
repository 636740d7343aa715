//! The shape of `nines bank run --format json`: banked failures, driven again by a policy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of [`Bank::schema`] that this version writes.
pub const BANK_SCHEMA: &str = "nines.bank/1";

/// The cases of a bank, and what came of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "nines.bank/1")]
pub struct Bank {
    /// Name and version of this shape: `nines.bank/1`.
    pub schema: String,
    /// Name of the policy that drove; `null` of `bank list`, where nobody did.
    pub policy: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Option<String>,
    /// Cases that failed.
    pub failed: u64,
    /// Effective number of kinds of failures among the cases: 1 over the sum of their squared shares. A kind is a scenario with its latent
    /// states, the criterion and the failure mode, where that is known.
    pub kinds: f64,
    /// Cases, by name.
    pub cases: Vec<BankCase>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// A case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BankCase {
    /// Name: that of its file.
    pub case: String,
    /// Scenario.
    pub scenario: String,
    /// Failure mode in the campaign that it is from; `null` where it was banked by itself.
    pub mode: Option<String>,
    /// Policy that failed it then.
    pub failed_by: String,
    /// Criterion that failed then.
    pub failed_cause: String,
    /// Margin then.
    pub failed_margin: f64,
    /// `pass`, `fail` or `fault` now; `null` where nobody drove.
    pub verdict: Option<String>,
    /// Criterion that failed now; `null` without a failure.
    pub cause: Option<String>,
    /// Margin now.
    pub margin: Option<f64>,
    /// Speed of the first impact now, m/s.
    pub impact_speed_mps: Option<f64>,
    /// What differs from when it was banked.
    pub notes: Vec<String>,
}

impl BankCase {
    /// Whether it failed now.
    pub fn failed(&self) -> bool {
        self.verdict.as_deref().is_some_and(|verdict| verdict != "pass")
    }
}

/// The JSON schema of a bank.
pub fn bank_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Bank>().to_value()
}
