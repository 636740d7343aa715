//! `league.json`: several policies on the same scenarios, side by side, each with what its safety costs.

use crate::summary::{NineState, PolicySummary, Status, Summary};
use crate::terminal::state_at;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of [`League::schema`] that this version writes.
pub const LEAGUE_SCHEMA: &str = "nines.league/1";
/// Nines that are told apart.
const NINES: u32 = 6;

/// Several policies on the same scenarios.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "nines.league/1")]
pub struct League {
    /// Name and version of this shape: `nines.league/1`.
    pub schema: String,
    /// Policies, those with most nines demonstrated first.
    pub policies: Vec<LeaguePolicy>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeaguePolicy {
    /// The policy.
    pub policy: PolicySummary,
    /// Its campaign, a folder beside `league.json`.
    pub campaign: String,
    /// How that ended.
    pub status: Status,
    /// Scenarios driven.
    pub scenarios: u64,
    /// Scenarios in which 1, 2, 3, … nines per hazard are demonstrated.
    pub demonstrated: Vec<u64>,
    /// Scenarios in which 1, 2, 3, … nines per hazard are refuted.
    pub refuted: Vec<u64>,
    /// Rollouts that ended in a fault of the policy.
    pub policy_faults: u64,
    /// Time lost against free driving, s per encounter: the mean over its scenarios.
    pub mean_time_lost_s: f64,
    /// Brakes above 4 m/s^2 without a collision course, per encounter: the mean over its scenarios.
    pub harsh_brakes_per_encounter: f64,
    /// Stops without anything in the way, per encounter: the mean over its scenarios.
    pub needless_stops_per_encounter: f64,
    /// Nines per encounter of each ODD asked for, at its stated exposures.
    pub odds: Vec<LeagueOdd>,
}

/// A policy in an ODD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeagueOdd {
    /// Name of the ODD.
    pub name: String,
    /// Nines demonstrated; `null` where no figure can be formed.
    pub demonstrated: Option<f64>,
    /// Nines estimated; `null` where no failure was seen, or no figure can be formed.
    pub estimated: Option<f64>,
}

impl League {
    /// Of campaigns, each with the name of its folder.
    pub fn of(campaigns: &[(String, Summary)]) -> Self {
        let mut policies: Vec<LeaguePolicy> = campaigns.iter().map(|(folder, summary)| of_one(folder, summary)).collect();
        // Who has as many nines demonstrated everywhere comes first who has fewer refuted.
        policies.sort_by(|a, b| b.demonstrated.cmp(&a.demonstrated).then_with(|| a.refuted.cmp(&b.refuted)));
        Self { schema: LEAGUE_SCHEMA.into(), policies }
    }
}

fn of_one(folder: &str, summary: &Summary) -> LeaguePolicy {
    let at = |state| (1..=NINES).map(move |nine| summary.scenarios.iter().filter(|s| state_at(s, nine) == state).count() as u64);
    let cautions: Vec<_> = summary.scenarios.iter().filter_map(|s| s.caution.as_ref()).collect();
    let mean = |of: fn(&crate::summary::Caution) -> f64| {
        cautions.iter().map(|caution| of(caution)).sum::<f64>() / cautions.len().max(1) as f64
    };
    LeaguePolicy {
        policy: summary.policy.clone(),
        campaign: folder.into(),
        status: summary.status,
        scenarios: summary.totals.scenarios,
        demonstrated: at(NineState::Demonstrated).collect(),
        refuted: at(NineState::Refuted).collect(),
        policy_faults: summary.totals.policy_faults,
        mean_time_lost_s: mean(|c| c.mean_time_lost_s),
        harsh_brakes_per_encounter: mean(|c| c.harsh_brakes_per_encounter),
        needless_stops_per_encounter: mean(|c| c.needless_stops_per_encounter),
        odds: summary
            .odds
            .iter()
            .map(|odd| LeagueOdd {
                name: odd.name.clone(),
                demonstrated: odd.nines.map(|n| n.demonstrated),
                estimated: odd.nines.and_then(|n| n.estimated),
            })
            .collect(),
    }
}

/// The JSON schema of `league.json`.
pub fn league_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<League>().to_value()
}
