//! One campaign of the march: what is kept of it.

use super::MarchError;
use crate::campaign::{Campaign, VERSION, pretty};
use nines_viz::{SeedFrom, Status};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Value of [`Entry::schema`] that this version writes.
pub const ENTRY_SCHEMA: &str = "nines.version/1";

/// A campaign of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name and version of this shape: `nines.version/1`.
    pub schema: String,
    /// Name of the version.
    pub version: String,
    /// Name of the policy.
    pub policy: String,
    /// Settings of it.
    pub settings: Map<String, Value>,
    /// Hash of all that its behaviour follows from.
    pub fingerprint: String,
    /// What the fingerprint does not cover.
    pub not_covered: Vec<String>,
    /// Identity of the campaign.
    pub campaign: String,
    /// Program that drove it.
    pub nines_version: String,
    /// `stratified` or `mc`.
    pub method: String,
    /// `fixed` or `watched`.
    pub plan: String,
    /// Seed.
    pub seed: u64,
    /// Whether the seed was chosen by hand.
    pub seed_from: SeedFrom,
    /// Confidence of the nines demonstrated.
    pub confidence: f64,
    /// What is known of the effort.
    pub effort: Effort,
    /// Figures given the hazard.
    pub scenarios: Vec<EntryScenario>,
}

/// What is known of the effort up to a version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effort {
    /// Hours spent on this version and all before it, as stated.
    pub hours: Option<f64>,
    /// The commit that was checked out.
    pub commit: Option<String>,
    /// When that was committed, seconds since 1970.
    pub committed_unix_s: Option<u64>,
}

/// A scenario of a campaign, given the hazard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryScenario {
    /// Name.
    pub name: String,
    /// Hash of the compiled scenario.
    pub fingerprint: String,
    /// Rollouts.
    pub rollouts: u64,
    /// Failed among them.
    pub failures: u64,
    /// Nines demonstrated.
    pub demonstrated: f64,
}

impl Entry {
    /// What is kept of a campaign.
    pub fn of(campaign: &Campaign, version: &str, effort: Effort) -> Result<Self, MarchError> {
        let summary = &campaign.summary;
        if campaign.record.method.searches() {
            return Err(MarchError::Searched { method: summary.method.clone() });
        }
        if !matches!(summary.status, Status::Complete | Status::Decided) {
            return Err(MarchError::NotFinished { how: summary.status.name(), shard: campaign.record.shard });
        }
        let scenarios = summary.scenarios.iter().map(|s| EntryScenario {
            name: s.name.clone(),
            fingerprint: s.fingerprint.clone(),
            rollouts: s.hazard.rollouts,
            failures: s.hazard.failures,
            demonstrated: s.nines.demonstrated,
        });
        Ok(Self {
            schema: ENTRY_SCHEMA.into(),
            version: version.into(),
            policy: summary.policy.name.clone(),
            settings: summary.policy.settings.clone().into_iter().collect(),
            fingerprint: summary.policy.fingerprint.clone(),
            not_covered: summary.policy.not_covered.clone(),
            campaign: summary.campaign.clone(),
            nines_version: summary.nines_version.clone(),
            method: summary.method.clone(),
            plan: summary.plan.clone(),
            seed: summary.seed,
            seed_from: summary.seed_from,
            confidence: summary.confidence,
            effort,
            scenarios: scenarios.collect(),
        })
    }

    /// The text of the file: a line for each value and each scenario, so that two versions compare line by line.
    pub fn text(&self) -> String {
        let head = pretty(&Self { scenarios: Vec::new(), ..self.clone() });
        // Plain fields always are JSON.
        let rows = self.scenarios.iter().map(|s| format!("    {}", serde_json::to_string(s).unwrap_or_default()));
        let rows = format!("\"scenarios\": [\n{}\n  ]", rows.collect::<Vec<_>>().join(",\n"));
        head.replace("\"scenarios\": []", &rows)
    }

    /// Reads it. The message names line and column.
    pub fn read(text: &str) -> Result<Self, String> {
        let entry: Self = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let wrong =
            |s: &&EntryScenario| s.failures > s.rollouts || s.rollouts >= 1 << 53 || !(0.0..400.0).contains(&s.demonstrated);
        if let Some(s) = entry.scenarios.iter().find(wrong) {
            let line = text.lines().position(|line| line.contains(&format!("\"{}\"", s.name))).map_or(1, |at| at + 1);
            return Err(format!("{} failures of {} rollouts in {} at line {line} cannot be", s.failures, s.rollouts, s.name));
        }
        if entry.scenarios.is_empty() {
            return Err("it has no scenario".into());
        }
        if !(0.0..1.0).contains(&entry.confidence) || entry.confidence == 0.0 {
            return Err(format!("{} is no confidence", entry.confidence));
        }
        if entry.effort.hours.is_some_and(|h| !(0.0..1e12).contains(&h)) {
            return Err("its effort is no number of hours".into());
        }
        // They are shown at terminals, and come from whoever proposes a version.
        let value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if let Some(found) = with_control(&value) {
            return Err(format!("it holds control characters: {found:?}"));
        }
        Ok(entry)
    }

    /// Whether another program drove it.
    pub fn is_of_other_program(&self) -> bool {
        self.nines_version != VERSION
    }

    /// A scenario of it by name.
    pub fn scenario(&self, name: &str) -> Option<&EntryScenario> {
        self.scenarios.iter().find(|s| s.name == name)
    }

    /// Rollouts of all its scenarios.
    pub fn rollouts(&self) -> u64 {
        self.scenarios.iter().map(|s| s.rollouts).fold(0, u64::saturating_add)
    }
}
/// A string with control characters in it.
fn with_control(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => text.contains(char::is_control).then_some(text),
        Value::Array(all) => all.iter().find_map(with_control),
        Value::Object(all) => {
            all.iter().find_map(|(key, value)| if key.contains(char::is_control) { Some(&**key) } else { with_control(value) })
        }
        _ => None,
    }
}
