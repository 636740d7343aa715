//! `campaign.json`: what was asked, all that decides the bytes of a campaign.

use super::{Method, Plan, Scenario, Shard, SummaryError};
use crate::store::hash_hex;
use nines_metrics::{Demand, Mixture};
use nines_sim::BuiltIn;
use nines_viz::{Excluded, PolicySummary, SeedFrom};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::ops::Range;

/// Value of [`Record::schema`] that this version writes.
pub const CAMPAIGN_SCHEMA: &str = "nines.campaign/1";
/// Version of the program, part of every fingerprint.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "nines.campaign/1")]
pub struct Record {
    /// Name and version of this shape: `nines.campaign/1`.
    pub schema: String,
    /// Version of the program.
    pub nines_version: String,
    /// The policy under test.
    pub policy: PolicySummary,
    /// How latent states are drawn.
    pub method: Method,
    /// `fixed`: the budget was set before the run and cannot be extended. `watched`: confidence sequences, look and extend at will.
    pub plan: Plan,
    /// Nines that end a scenario once they are demonstrated or refuted, per hazard; what the confidence sequences are made for.
    #[serde(default)]
    pub nines: Option<u32>,
    /// What a method that searches looks for, and how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchSettings>,
    /// Seed, below 2^53.
    pub seed: u64,
    /// Whether it was derived or chosen.
    pub seed_from: SeedFrom,
    /// Confidence of each interval.
    pub confidence: f64,
    /// Rollouts of a scenario, from the first on, of which every row is kept.
    pub keep: u64,
    /// Faults of a scenario after which the run ends.
    pub max_faults: Option<u64>,
    /// Failures of a scenario, the first by index, that are analysed in hindsight; left out where none is.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hindsight: u64,
    /// Rollouts of a scenario, the first by index, whose stated beliefs are scored; left out where none is.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub beliefs: u64,
    /// The demand registered before the run, if any.
    pub demands: Option<Value>,
    /// Which part of the campaign this is; left out where it is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Operational design domains asked for, in that order.
    #[serde(default)]
    pub odds: Vec<RecordedOdd>,
    /// Scenarios in the order of their names.
    pub scenarios: Vec<RecordedScenario>,
}

/// What a search for rare failures looks for, and how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchSettings {
    /// What counts as a failure: `min` for any, else a criterion.
    pub limit_state: String,
    /// The standard error over the estimate that is enough.
    pub relative_error: f64,
}

/// An ODD of a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedOdd {
    /// Name, unique in the campaign.
    pub name: String,
    /// Hash of its canonical text.
    pub fingerprint: String,
    /// Scenarios that it holds, by name: those that are not run too.
    pub holds: Vec<String>,
    /// Scenarios that it excludes, by name, each with its reason.
    pub excluded: Vec<Excluded>,
    /// Scenarios that share the exposure of one file, the base first.
    pub families: Vec<Vec<String>>,
    /// Scenarios of the ODD that it is like, or of a file of which it holds a part, that `include` leaves out without a reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_included: Vec<String>,
    /// Shares that scenarios have of exposures that the profile says of their file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<RecordedShare>,
}

/// A scenario's share of an exposure that a profile says of the scenario's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedShare {
    /// The scenario.
    pub scenario: String,
    /// The base of its file.
    pub base: String,
    /// The share.
    pub share: f64,
}

/// A scenario of a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedScenario {
    /// Name, unique in the campaign.
    pub name: String,
    /// Hash of its canonical text.
    pub fingerprint: String,
    /// Rollouts asked for.
    pub rollouts: u64,
    /// Of a watched plan: what was asked for at first, and at each extension; the last is `rollouts`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<u64>,
}

impl RecordedScenario {
    /// Asks for another number of rollouts, in place of the last.
    pub fn ask_for(&mut self, rollouts: u64) {
        self.rollouts = rollouts;
        if let Some(last) = self.budgets.last_mut() {
            *last = rollouts;
        }
    }
}

impl Record {
    /// The text of the file, and its hash, which identifies the campaign.
    pub fn text(&self) -> (String, String) {
        let text = pretty(self);
        let hash = hash_hex(text.as_bytes());
        (text, hash)
    }

    /// What names the work of the campaign: of a plan whose budget may grow, everything but the budget.
    pub fn work_key(&self) -> String {
        if self.may_grow() { self.without_budget().text().1 } else { self.text().1 }
    }

    /// Whether more may be asked for once all is driven. The range of a shard follows from the budget, so that it may not.
    pub fn may_grow(&self) -> bool {
        self.plan == Plan::Watched && self.shard.is_none()
    }

    /// The rollouts that are to be driven here of a scenario of so many.
    pub fn range(&self, rollouts: u64) -> Range<u64> {
        self.shard.map_or(0..rollouts, |shard| shard.rollouts(rollouts))
    }

    /// The first chunk that is to be driven here of such a scenario.
    pub fn first_chunk(&self, rollouts: u64) -> u64 {
        self.shard.map_or(0, |shard| shard.chunks(rollouts).start)
    }

    /// The whole campaign, where this is a shard of it.
    pub fn whole(&self) -> Record {
        Record { shard: None, ..self.clone() }
    }

    /// The same with nothing asked for.
    pub fn without_budget(&self) -> Record {
        let mut record = self.clone();
        for scenario in &mut record.scenarios {
            (scenario.rollouts, scenario.budgets) = (0, Vec::new());
        }
        record
    }

    /// Which limits follow from the counts.
    ///
    /// # Errors
    /// For a number of nines that cannot be demanded.
    pub fn limits(&self) -> Result<nines_metrics::Plan, SummaryError> {
        Ok(match self.plan {
            Plan::Fixed => nines_metrics::Plan::Fixed,
            Plan::Watched => nines_metrics::Plan::Watched(Mixture::of(self.demand()?)?),
        })
    }

    /// What is demanded of every scenario per hazard.
    ///
    /// # Errors
    /// For a number of nines that cannot be demanded.
    pub fn demand(&self) -> Result<Option<Demand>, SummaryError> {
        self.nines.map(|nines| Demand::nines(nines.into())).transpose()
    }

    /// Where another record differs: name of the key, its value here and there.
    pub fn differences(&self, other: &Record) -> Vec<(String, Value, Value)> {
        let (a, b) = (fields(self), fields(other));
        let mut all = Vec::new();
        let only_there = b.keys().filter(|key| !a.contains_key(*key));
        for key in a.keys().chain(only_there) {
            let [here, there] = [&a, &b].map(|of| of.get(key).unwrap_or(&Value::Null));
            match (here, there) {
                _ if here == there || key == "seed" && self.seed_from == SeedFrom::Auto && other.seed_from == SeedFrom::Auto => {}
                (Value::Array(_), _) if key == "scenarios" => all.extend(self.scenario_differences(other)),
                (Value::Array(_), _) => all.extend(self.odd_differences(other)),
                _ => all.push((key.clone(), here.clone(), there.clone())),
            }
        }
        all
    }

    fn odd_differences(&self, other: &Record) -> Vec<(String, Value, Value)> {
        let names = |record: &Record| record.odds.iter().map(|odd| odd.name.clone()).collect::<Vec<_>>();
        if names(self) != names(other) {
            return vec![("odds".into(), json!(names(self)), json!(names(other)))];
        }
        let mut pairs = self.odds.iter().zip(&other.odds).filter(|(a, b)| a != b);
        let changed = pairs.next().map(|(a, b)| match a.fingerprint == b.fingerprint {
            true => (format!("scenarios of the ODD {}", a.name), json!(a.holds), json!(b.holds)),
            false => (format!("ODD {}", a.name), json!(a.fingerprint), json!(b.fingerprint)),
        });
        changed.into_iter().collect()
    }

    fn scenario_differences(&self, other: &Record) -> Vec<(String, Value, Value)> {
        let names = |record: &Record| record.scenarios.iter().map(|s| s.name.clone()).collect::<Vec<_>>();
        if names(self) != names(other) {
            return vec![("scenarios".into(), json!(names(self)), json!(names(other)))];
        }
        let pairs = self.scenarios.iter().zip(&other.scenarios);
        let rollouts = pairs.clone().find(|(a, b)| a.rollouts != b.rollouts);
        let changed = pairs.clone().find(|(a, b)| a.fingerprint != b.fingerprint);
        let budget = rollouts.map(|(a, b)| (format!("rollouts of {}", a.name), json!(a.rollouts), json!(b.rollouts)));
        let text = changed.map(|(a, b)| (format!("scenario {}", a.name), json!(a.fingerprint), json!(b.fingerprint)));
        budget.into_iter().chain(text).collect()
    }
}

fn fields(record: &Record) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(), // a struct of plain fields is always an object
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// JSON as it stands in files: two spaces, one line break at the end.
pub fn pretty(value: &impl Serialize) -> String {
    // Only maps with keys that are no text and failing `Serialize` implementations are refused; there are none in a campaign.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// A built-in policy, as it stands in files. `name` is how it was called.
pub fn policy_summary(policy: &BuiltIn) -> PolicySummary {
    let settings: Map<String, Value> = policy.settings().into_iter().map(|(name, value)| (name.into(), json!(value))).collect();
    let identity = json!({"program": VERSION, "policy": policy.name(), "settings": settings});
    PolicySummary {
        name: policy.name().into(),
        kind: "builtin".into(),
        settings: settings.into_iter().collect(),
        fingerprint: hash_hex(identity.to_string().as_bytes()),
        not_covered: Vec::new(),
    }
}

/// The seed that follows from what is run: equal inputs meet equal points, everything else meets fresh ones. The rollouts of a watched
/// plan are those of every larger one: its budget does not enter.
pub fn derived_seed(policy: &str, scenarios: &[(&Scenario, u64)], method: Method, plan: Plan) -> u64 {
    let of = |(s, rollouts): &(&Scenario, u64)| match plan {
        Plan::Fixed => json!([s.name, s.fingerprint, rollouts]),
        Plan::Watched => json!([s.name, s.fingerprint]),
    };
    let set: Vec<Value> = scenarios.iter().map(of).collect();
    let text = json!({"policy": policy, "scenarios": set, "method": method.name(), "plan": plan.name()}).to_string();
    let hash = hash_hex(text.as_bytes());
    let digits = hash.strip_prefix("sha256:").unwrap_or(&hash);
    u64::from_str_radix(&digits[..16], 16).unwrap_or_default() >> 11 // 16 hex digits always are a number of 64 bits
}
