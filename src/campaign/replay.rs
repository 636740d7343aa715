//! Runs one rollout of a campaign again, to the bit, and compares it with what is stored.

use super::{Campaign, CampaignError, NEAREST_FILE, PART, Record, Scenario, Search, Tally, part_file, read_recorded};
use crate::policy::{LoadError, Nobody, Options, Policy, Recorded, is_built_in, load, load_recorded};
use crate::store::{self, StoreError, StoredRow};
use nines_sim::{Chosen, Criterion, FaultKind, Job, Outcome, Pilot, Trace, drive_traced, drive_traced_by};
use nines_viz::PolicySummary;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A rollout, as it is named: `child-at-curb/1834`, `child-at-curb/first`, `child-at-curb/worst`, `child-at-curb/mode-2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Scenario.
    pub scenario: String,
    /// Which of its rollouts.
    pub which: Which,
}

/// Which rollout of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// By index.
    Index(u64),
    /// The first failure.
    First,
    /// The failure with the smallest margin; without a failure the nearest miss.
    Worst,
    /// The failure that stands for a failure mode, by the mode's number.
    Mode(u64),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is no rollout: expected NAME/INDEX, NAME/first, NAME/worst or NAME/mode-1");
        let (scenario, which) = text.rsplit_once('/').ok_or_else(expected)?;
        let which = match which {
            "first" => Which::First,
            "worst" => Which::Worst,
            mode if mode.starts_with("mode-") => Which::Mode(mode["mode-".len()..].parse().map_err(|_| expected())?),
            index => Which::Index(index.parse().map_err(|_| expected())?),
        };
        Ok(Self { scenario: scenario.into(), which })
    }
}

/// Why a rollout cannot be run again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The campaign has no such scenario.
    #[error("the campaign has no scenario `{name}`")]
    NoScenario {
        /// Name.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// The scenario has no such rollout.
    #[error("{scenario} has no rollout {index}: it has {rollouts}")]
    NoRollout {
        /// Scenario.
        scenario: String,
        /// Index asked for.
        index: u64,
        /// Rollouts that it has.
        rollouts: u64,
    },
    /// A search chose it, and what it chose was not stored.
    #[error("{scenario}/{index} was chosen by the search, and is not among the rows that are stored")]
    NotStored {
        /// Scenario.
        scenario: String,
        /// Index asked for.
        index: u64,
    },
    /// There is no such mode.
    #[error("{scenario} has no mode {mode}: it has {modes}")]
    NoMode {
        /// Scenario.
        scenario: String,
        /// Number asked for.
        mode: u64,
        /// Modes that it has.
        modes: u64,
    },
    /// Nothing failed.
    #[error("{scenario} has no failure")]
    NoFailure {
        /// Scenario.
        scenario: String,
    },
    /// The policy of the campaign is not one of this program.
    #[error(transparent)]
    Policy(#[from] LoadError),
    /// The campaign cannot be read.
    #[error(transparent)]
    Campaign(#[from] CampaignError),
}

impl From<StoreError> for ReplayError {
    fn from(error: StoreError) -> Self {
        ReplayError::Campaign(error.into())
    }
}

/// A rollout that was run again.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// Its scenario.
    pub scenario: Scenario,
    /// Its index.
    pub rollout: u64,
    /// What came of it now.
    pub outcome: Outcome,
    /// All of it.
    pub trace: Trace,
    /// What is stored of it; `None` where it is not among the rows, or another policy was asked for.
    pub stored: Option<StoredRow>,
    /// Where the two differ.
    pub differences: Vec<Difference>,
    /// Why it was played from what the policy answered then, if it was.
    pub recorded: Option<String>,
    /// Who drove, unless it was played.
    pub driver: Option<Policy>,
    /// What a search chose of it.
    pub chosen: Option<Chosen>,
}

/// A figure that did not come out as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub what: String,
    /// As stored.
    pub stored: String,
    /// As it came out now.
    pub now: String,
}

/// Runs a rollout again; with another policy it is a what-if and compares nothing. Where the campaign's own policy is not built in and
/// cannot be had, or now answers otherwise, a stored failure is played from what it answered then.
pub fn replay(campaign: &Campaign, address: &Address, policy: Option<&Policy>) -> Result<Replayed, ReplayError> {
    let scenario = scenario_of(campaign, &address.scenario)?;
    let rollout = index_of(campaign, address)?;
    let stored = stored_row(campaign, &scenario.name, rollout)?;
    let own = policy.cloned().map_or_else(|| own_policy(&campaign.record.policy), Ok);
    // A policy that is named, and is the campaign's own, is no other.
    let other = policy.is_some_and(|policy| policy.summary().fingerprint != campaign.record.policy.fingerprint);
    let again = Again { record: &campaign.record, scenario: &scenario, own: &own, other };
    let Driven { outcome, trace, stored, differences, recorded, chosen } = again.drive(rollout, stored)?;
    let driver = own.ok().filter(|_| recorded.is_none());
    Ok(Replayed { rollout, outcome, trace, stored, differences, recorded, driver, chosen, scenario })
}

/// What it takes to run rollouts of a scenario again.
pub(super) struct Again<'a> {
    pub record: &'a Record,
    pub scenario: &'a Scenario,
    pub own: &'a Result<Policy, LoadError>,
    /// The policy is another than the campaign's.
    pub other: bool,
}

/// A rollout, run again.
pub(super) struct Driven {
    pub outcome: Outcome,
    pub trace: Trace,
    pub stored: Option<StoredRow>,
    pub differences: Vec<Difference>,
    pub recorded: Option<String>,
    pub chosen: Option<Chosen>,
}

impl Again<'_> {
    /// Runs a rollout of which `stored` is known.
    pub fn drive(&self, rollout: u64, stored: Option<StoredRow>) -> Result<Driven, ReplayError> {
        let Self { record, scenario, own, other } = self;
        let not_stored = || ReplayError::NotStored { scenario: scenario.name.clone(), index: rollout };
        let searched =
            Search::of(record, scenario).map_err(CampaignError::from)?.is_some_and(|search| search.has_chosen(rollout));
        let chosen = stored.as_ref().and_then(|row| chosen_of(record, scenario, row));
        if searched && chosen.is_none() {
            return Err(not_stored());
        }
        let stored = stored.filter(|_| !other);
        let played = stored.as_ref().filter(|row| !row.actions.is_empty());
        let (template, sampling) = (&scenario.template, record.method.sampling());
        let job = |policy| Job { template, policy, seed: record.seed, sampling, chosen: chosen.as_ref(), batch: 1 };
        let differences_of = |outcome: &Outcome| stored.as_ref().map_or_else(Vec::new, |row| differences(row, outcome, scenario));
        let driven = match own {
            Ok(own) => Some(drive_traced(&job(own.pilot()), rollout)),
            Err(_) if played.is_some() => None,
            Err(error) => return Err(error.clone().into()),
        };
        let asked = driven.as_ref().is_some_and(|(outcome, _)| differences_of(outcome).is_empty());
        let (outcome, trace, recorded) = match (driven, played) {
            (Some((outcome, trace)), None) => (outcome, trace, None),
            (Some((outcome, trace)), Some(_)) if asked => (outcome, trace, None),
            (_, Some(row)) => {
                let why = match own {
                    Ok(_) => "it answers otherwise now".to_owned(),
                    Err(error) => error.to_string(),
                };
                let (outcome, trace) = drive_traced_by(&job(Pilot::External(&Nobody)), &mut played_back(row), rollout);
                (outcome, trace, Some(why))
            }
            (None, None) => return Err(not_stored()), // left above
        };
        let differences = differences_of(&outcome);
        Ok(Driven { outcome, trace, stored, differences, recorded, chosen })
    }
}

/// The policy of a campaign. A built-in one may be of another version: whether it drives as it did is then the question.
pub(super) fn own_policy(summary: &PolicySummary) -> Result<Policy, LoadError> {
    // What kind it is of is not for the folder to say: a name alone may run code.
    if is_built_in(&summary.name) {
        return load(&summary.name, &summary.settings, &Options::default());
    }
    load_recorded(summary, &Options::default())
}

/// The answers of a stored failure as a policy.
pub(super) fn played_back(row: &StoredRow) -> Recorded {
    let fault = row.fault.as_ref().and_then(|name| FaultKind::ALL.iter().copied().find(|kind| kind.name() == name));
    Recorded::new(row.actions.clone(), fault)
}

/// What a search chose of a stored rollout; `None` where it was drawn.
pub(super) fn chosen_of(record: &Record, scenario: &Scenario, row: &StoredRow) -> Option<Chosen> {
    let search = Search::of(record, scenario).ok()??;
    let template = &scenario.template;
    let stratum = (0..template.strata.len()).find(|k| store::stratum_name(template, *k) == row.stratum)?;
    if !search.has_chosen(row.rollout) || row.point.len() != template.params.len() {
        return None;
    }
    let mut chosen = Chosen::new(row.rollout, 1, template.params.len());
    chosen.push(u16::try_from(stratum).ok()?, &row.point, &row.lineage);
    Some(chosen)
}

/// A scenario of a campaign, as it was used.
pub(super) fn scenario_of(campaign: &Campaign, name: &str) -> Result<Scenario, ReplayError> {
    if !campaign.record.scenarios.iter().any(|s| s.name == name) {
        let nearest = super::nearest(name, campaign.record.scenarios.iter().map(|s| s.name.as_str()));
        return Err(ReplayError::NoScenario { name: name.into(), nearest });
    }
    read_recorded(&campaign.folder, name).map_err(|e| {
        let path = campaign.folder.join(format!("scenarios/{name}.yaml"));
        ReplayError::Campaign(CampaignError::Scenario { path, why: e.to_string() })
    })
}

fn index_of(campaign: &Campaign, address: &Address) -> Result<u64, ReplayError> {
    let name = &address.scenario;
    let tally = campaign.tally(name).unwrap_or_default();
    let none = || ReplayError::NoFailure { scenario: name.clone() };
    match address.which {
        Which::Index(index) if (tally.first_rollout..tally.first_rollout + tally.rollouts).contains(&index) => Ok(index),
        Which::Index(index) => Err(ReplayError::NoRollout { scenario: name.clone(), index, rollouts: tally.rollouts }),
        Which::Mode(mode) => {
            let modes = campaign.summary.scenarios.iter().find(|s| s.name == *name).and_then(|s| s.modes.as_ref());
            let representative = modes.and_then(|modes| modes.get(usize::try_from(mode).ok()?.checked_sub(1)?));
            let index = representative.and_then(|mode| mode.representative.rsplit_once('/')?.1.parse().ok());
            let modes = modes.map_or(0, |modes| modes.len() as u64);
            index.ok_or_else(|| ReplayError::NoMode { scenario: name.clone(), mode, modes })
        }
        Which::First => tally.first_failure().ok_or_else(none),
        Which::Worst => match tally.worst() {
            Some(cause) => Ok(cause.worst),
            None => {
                let rows = rows_files(campaign, name).map(|path| store::read_rows(&path)).collect::<Result<Vec<_>, _>>()?;
                let nearest = rows.into_iter().flatten().min_by(|a, b| a.margin.total_cmp(&b.margin));
                nearest.map(|row| row.rollout).ok_or_else(none)
            }
        },
    }
}

/// Files of stored rows of a scenario.
pub(super) fn rows_files(campaign: &Campaign, name: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let tally = campaign.tally(name).unwrap_or_default();
    let nearest = (tally.rollouts > 0).then(|| campaign.folder.join("rollouts").join(name).join(NEAREST_FILE));
    parts_files(&campaign.folder, name, &tally).chain(nearest)
}

/// Files of the parts of a scenario with such a sum of its ledger.
pub(super) fn parts_files(folder: &Path, name: &str, tally: &Tally) -> impl Iterator<Item = PathBuf> + use<> {
    let folder = folder.join("rollouts").join(name);
    let parts = tally.first_rollout / PART..(tally.first_rollout + tally.rollouts).div_ceil(PART);
    parts.map(move |part| folder.join(part_file(part)))
}

fn stored_row(campaign: &Campaign, name: &str, rollout: u64) -> Result<Option<StoredRow>, ReplayError> {
    let folder = campaign.folder.join("rollouts").join(name);
    for file in [part_file(rollout / PART), NEAREST_FILE.to_owned()] {
        let rows = store::read_rows(&folder.join(file))?;
        if let Some(row) = rows.into_iter().find(|row| row.rollout == rollout) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Where an outcome is not what is stored of it.
pub(super) fn differences(row: &StoredRow, outcome: &Outcome, scenario: &Scenario) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut compare = |what: &str, stored: String, now: String| {
        if stored != now {
            all.push(Difference { what: what.into(), stored, now });
        }
    };
    // Rust prints the shortest text that reads back as the same number, so that equal texts are equal bits, but for zeros.
    compare("verdict", row.verdict.clone(), outcome.verdict.name().into());
    let cause = |cause: Option<&str>| cause.unwrap_or("none").to_owned();
    compare("cause", cause(row.cause.as_deref()), cause(outcome.cause.map(Criterion::name)));
    compare("margin", row.margin.to_string(), outcome.margin.to_string());
    for (k, criterion) in Criterion::ALL.iter().enumerate() {
        let now = scenario.template.criteria.contains(criterion).then_some(outcome.margins[k]);
        let text = |margin: Option<f64>| margin.map_or("none".into(), |m| m.to_string());
        compare(&format!("margin_{}", criterion.name()), text(row.margins.get(k).copied().flatten()), text(now));
    }
    compare("steps", row.steps.to_string(), outcome.steps.to_string());
    compare("digest", format!("{:016x}", row.digest), format!("{:016x}", outcome.digest));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use nines_sim::BuiltIn;

    /// A folder that calls a command a built-in policy does not make it run.
    #[test]
    fn what_kind_a_policy_is_of_follows_from_its_name() {
        let mut summary = crate::campaign::policy_summary(&BuiltIn::new("idm", &[]).unwrap());
        assert!(own_policy(&summary).is_ok());
        summary.name = "exec:true+latency".into();
        summary.settings.clear();
        let refused = own_policy(&summary).unwrap_err();
        assert!(refused.to_string().contains("that a campaign names it does not make it run"), "{refused}");
    }

    #[test]
    fn rollouts_are_named_by_index_or_by_word() {
        let address = |which| Ok(Address { scenario: "child-at-curb".into(), which });
        assert_eq!("child-at-curb/1834".parse(), address(Which::Index(1834)));
        assert_eq!("child-at-curb/first".parse(), address(Which::First));
        assert_eq!("child-at-curb/worst".parse(), address(Which::Worst));
        assert_eq!("child-at-curb/mode-2".parse(), address(Which::Mode(2)));
        assert!("child-at-curb/mode-x".parse::<Address>().is_err());
        assert!("child-at-curb".parse::<Address>().is_err() && "child-at-curb/last".parse::<Address>().is_err());
    }
}
