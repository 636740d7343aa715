//! What a campaign found in one scenario.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EstimateKind, Interval, NextNine, NineStep, Nines, Prior, Probability, SearchSummary, Status};

/// One scenario of a campaign. What is not marked otherwise is given the hazard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioSummary {
    /// Name, unique in the campaign.
    pub name: String,
    /// ODDs that hold it.
    pub odd: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Hash of the compiled scenario.
    pub fingerprint: String,
    /// How the work on it ended.
    pub status: Status,
    /// Method used.
    pub method: String,
    /// Seed used.
    pub seed: u64,
    /// Rollouts that count.
    pub rollouts: u64,
    /// Rollouts driven, adaptation included.
    pub evaluations: u64,
    /// Steps of single worlds.
    pub world_steps: u64,
    /// Failed rollouts, policy faults among them.
    pub failures: u64,
    /// Everything given the hazard.
    pub hazard: HazardSummary,
    /// Nines given the hazard.
    pub nines: Nines,
    /// March given the hazard, from the first nine on.
    pub march: Vec<NineStep>,
    /// Failure probability per encounter, with natural priors; `null` where one of them is unknown.
    pub probability: Option<Probability>,
    /// Nines and march per encounter.
    pub encounter: Option<EncounterSummary>,
    /// Why there is no probability per encounter or rate: `no-natural-prior` or `no-exposure`.
    pub why: Option<String>,
    /// Combinations of latent states.
    pub strata: Vec<StratumSummary>,
    /// What failed first and with whom, by count.
    pub causes: Vec<CauseSummary>,
    /// Faults of the policy by kind.
    pub policy_faults: FaultCounts,
    /// How bad the failures given the hazard were; `null` where there was no impact.
    pub severity: Option<Severity>,
    /// Where the failures were lost, by hindsight.
    pub attribution: Option<Attribution>,
    /// Failures that some plan would have avoided.
    pub avoidable: Option<Avoidable>,
    /// Nines that the unavoidable failures allow at most.
    pub ceiling_nines: Option<f64>,
    /// Kinds of failures given the hazard, the largest share first; `null` where nothing was driven with the hazard, or where a search gave
    /// its failures no weights.
    pub modes: Option<Vec<ModeSummary>>,
    /// Failures that they are made of: the first 20,000 by index; of a search those of the final sample.
    #[serde(default)]
    pub modes_of: Option<u64>,
    /// Parameters that make the failures given the hazard, of all modes together; none where there are no `modes`.
    #[serde(default)]
    pub sensitivity: Vec<Sensitivity>,
    /// What must go for the next nine given the hazard; `null` where no failure was seen or modes are not told apart.
    #[serde(default)]
    pub next_nine: Option<NextNine>,
    /// What safety cost: means with natural priors, where there are none of the half without hazard.
    pub caution: Option<Caution>,
    /// Beliefs of the policy against the truth; `null` where it states none.
    pub calibration: Option<Vec<Calibration>>,
    /// Encounters per distance in its ODD.
    pub exposure: Option<Exposure>,
    /// Failures per kilometre in its ODD.
    pub rate_per_km: Option<ScenarioRate>,
    /// The search that the figures given the hazard rest on; `null` of random sampling.
    #[serde(default)]
    pub search: Option<SearchSummary>,
}

/// Results given that one of the hazard's states holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HazardSummary {
    /// States marked as the hazard, `latent=state`; all states where none is marked.
    pub states: Vec<String>,
    /// Rollouts with the hazard.
    pub rollouts: u64,
    /// Failed among them.
    pub failures: u64,
    /// How often an encounter is the hazard; `null` where nature's share is unknown.
    pub prior: Option<Prior>,
    /// Failure probability given the hazard.
    pub probability: Probability,
}

/// Nines per encounter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EncounterSummary {
    /// Nines.
    pub nines: Nines,
    /// March.
    pub march: Vec<NineStep>,
}

/// One combination of latent states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StratumSummary {
    /// State of each latent variable.
    pub latent: BTreeMap<String, String>,
    /// Whether it is the hazard.
    pub state_kind: StateKind,
    /// How often we look: share of the rollouts. Never to be mixed with `prior`.
    pub share: f64,
    /// Rollouts in it.
    pub rollouts: u64,
    /// Failed among them.
    pub failures: u64,
    /// One-sided upper limit of the failure probability in it.
    pub one_sided_upper: f64,
    /// How often nature shows it; `null` where unknown.
    pub prior: Option<StratumPrior>,
}

/// Whether a stratum is the hazard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// One of its states is marked as the hazard.
    Hazard,
    /// None is.
    Other,
}

impl StateKind {
    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            StateKind::Hazard => "hazard",
            StateKind::Other => "other",
        }
    }
}

/// How often nature shows a stratum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StratumPrior {
    /// Estimate.
    pub estimate: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Where it is known from.
    pub source: String,
}

/// Failures with the same first failed criterion and the same partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CauseSummary {
    /// Criterion that failed first.
    pub criterion: String,
    /// Class or name of the other; `null` where nobody else was involved.
    pub with: Option<String>,
    /// Failures, those outside of the hazard included.
    pub failures: u64,
    /// Share of the scenario's failures.
    pub share: f64,
    /// Address of the first failure by index.
    pub first: String,
    /// Address of the worst one.
    pub worst: String,
}

/// Faults of the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FaultCounts {
    /// Rollouts that ended in a fault.
    pub total: u64,
    /// It panicked or raised.
    pub panic: u64,
    /// An action was NaN or infinite.
    pub not_finite: u64,
    /// An action was outside of what the schema allows.
    pub out_of_range: u64,
    /// No answer in time.
    pub deadline: u64,
    /// Its process was gone.
    pub disconnected: u64,
    /// Its answer could not be read.
    pub bad_reply: u64,
    /// Batch calls that faulted while no world faults alone; not in `total`.
    pub batch_dependent: u64,
    /// Rollouts that were driven again and came out otherwise each time, not in `total`; left out where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unrepeatable: u64,
}

/// Severity of the failures given the hazard.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Severity {
    /// Mean impact speed, m/s.
    pub mean_impact_speed_mps: Option<f64>,
    /// 95th percentile of the impact speed, m/s.
    pub p95_impact_speed_mps: Option<f64>,
}

/// Where failures were lost, by hindsight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attribution {
    /// Failures.
    pub failures: u64,
    /// Analysed among them, the first by index.
    pub analysed: u64,
    /// No plan would have avoided them.
    pub unavoidable: u64,
    /// Avoidable only before the hazard was evident.
    pub anticipation: u64,
    /// Perceived, but answered late or wrongly.
    pub reaction: u64,
    /// Evident, but not perceived.
    pub perception: u64,
    /// Shares of the analysed, with 95% limits.
    pub shares: AttributionShares,
}

/// Shares of the analysed failures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AttributionShares {
    /// No plan would have avoided them.
    pub unavoidable: Share,
    /// Avoidable only before the hazard was evident.
    pub anticipation: Share,
    /// Perceived, but answered late or wrongly.
    pub reaction: Share,
    /// Evident, but not perceived.
    pub perception: Share,
}

/// A share with 95% limits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// Estimate.
    pub estimate: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// Failures that some plan would have avoided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Avoidable {
    /// Probability.
    pub probability: f64,
    /// One-sided upper limit, by half the error each.
    pub one_sided_upper: f64,
    /// What it is a probability of: `hazard`.
    pub of: String,
    /// How it is known: `hindsight`.
    pub by: String,
}

/// A failure mode: failures given the hazard of one cause, in one combination of latent states, and in one region of the parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModeSummary {
    /// Address, `scenario/mode-1`.
    pub id: String,
    /// Share of the failure probability given the hazard.
    pub share: f64,
    /// Lower limit of the share, two-sided at 95%.
    pub share_lower: f64,
    /// Upper limit of the share, two-sided at 95%.
    pub share_upper: f64,
    /// Failures of it among those that modes are made of.
    pub failures: u64,
    /// Criterion that failed first.
    pub cause: String,
    /// State of each latent variable.
    pub latent: BTreeMap<String, String>,
    /// Address of the rollout that stands for it: the one nearest to its mean.
    pub representative: String,
    /// Parameters that make it, the strongest first: those of `sensitivity`.
    pub parameters: Vec<String>,
    /// The same with how far their distribution in the mode is from the natural one, as far as that is beyond chance.
    pub sensitivity: Vec<Sensitivity>,
}

/// A parameter that makes a failure mode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sensitivity {
    /// Parameter.
    pub parameter: String,
    /// Kolmogorov-Smirnov distance between its distribution in the mode and the natural one, from 0 to 1.
    pub index: f64,
    /// Total variation between both, from 0 to 1; Borgonovo's index of the mode's indicator is this times twice its probability.
    #[serde(default)]
    pub total_variation: f64,
    /// First-order Sobol' index of the mode's indicator: the share of its variance that this parameter explains alone. Small of all where
    /// several must come together.
    #[serde(default)]
    pub first_order: f64,
    /// Where its values are in the mode. Of correlated parameters: against what those before it let expect.
    pub side: ModeSide,
}

/// Where the values of a parameter are in a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModeSide {
    /// Higher than usual.
    High,
    /// Lower than usual.
    Low,
    /// At both ends.
    Ends,
    /// About the middle.
    Middle,
}

impl ModeSide {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            ModeSide::High => "high",
            ModeSide::Low => "low",
            ModeSide::Ends => "at both ends",
            ModeSide::Middle => "in the middle",
        }
    }
}

/// What safety cost in a scenario, against driving freely.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Caution {
    /// Mean time lost, s per encounter.
    pub mean_time_lost_s: f64,
    /// Harsh brakes per encounter.
    pub harsh_brakes_per_encounter: f64,
    /// Needless stops per encounter.
    pub needless_stops_per_encounter: f64,
}

/// Beliefs of the policy about one hidden state, scored against the truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Calibration {
    /// The state, `latent=state`.
    pub belief: String,
    /// Rollouts scored: the first by index, but those in which the hazard was evident before anything could be stated.
    pub rollouts: u64,
    /// Those of them in which the policy had stated something; the others count as having stated the base rate.
    pub statements: u64,
    /// Share of the rollouts that hold it, as the policy was told.
    pub base_rate: f64,
    /// Brier score.
    pub brier: f64,
    /// Limits of it.
    pub brier_limits: Limits,
    /// 1 - score / score of always answering the base rate.
    pub brier_skill: f64,
    /// Limits of it.
    pub brier_skill_limits: Limits,
    /// Log loss, statements kept 1e-6 from 0 and 1.
    pub log_loss: f64,
    /// Limits of it.
    pub log_loss_limits: Limits,
    /// 1 - score / score of always answering the base rate.
    pub log_loss_skill: f64,
    /// Limits of it.
    pub log_loss_skill_limits: Limits,
    /// Confidence of all limits, two-sided.
    pub confidence: f64,
    /// How limits of scores and skills are made: `normal`. Those of the curve are exact.
    pub interval: String,
    /// The calibration curve: bins of equal width that hold any rollout, ascending.
    pub curve: Vec<CalibrationBin>,
}

/// Limits of a figure that stands beside them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// Rollouts whose statements are alike.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalibrationBin {
    /// Statements from here.
    pub from: f64,
    /// To below here; the last bin holds its end.
    pub to: f64,
    /// Rollouts in it.
    pub rollouts: u64,
    /// Mean statement.
    pub stated: f64,
    /// Share of them that held it.
    pub observed: f64,
    /// Lower exact limit of that share.
    pub lower: f64,
    /// Upper exact limit.
    pub upper: f64,
}

/// How often the scenario is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exposure {
    /// ODD that it is of.
    pub odd: String,
    /// Encounters per kilometre.
    pub per_km: Interval,
    /// What it rests on: `assumption`, `measured`, …
    pub kind: String,
    /// Where it is known from.
    pub source: String,
}

/// Failures per kilometre by one scenario.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioRate {
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
    /// What the width of the interval comes from.
    pub upper_factors: UpperFactors,
}

/// Factors between the estimate of a rate and its upper limit; `null` where the estimate is 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UpperFactors {
    /// By sampling alone, priors at their estimates.
    pub sampling: Option<f64>,
    /// By which the interval of the prior then widens it.
    pub prior: Option<f64>,
    /// By the exposure.
    pub exposure: Option<f64>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
