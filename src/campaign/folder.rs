//! A campaign folder: opening it, and what can be wrong with it.

use super::state::rows_file_names;
use super::{Ledger, Plan, Record, RecordedScenario, SummaryError, Tally, pretty};
use crate::store::{self, Manifest, StoreError};
use nines_viz::{Status, Summary};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Why a campaign cannot be run, read or judged.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// A file could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is something in the way.
    #[error("{} exists already", path.display())]
    Exists {
        /// Folder or file.
        path: PathBuf,
    },
    /// What is in a campaign's folder is that campaign.
    #[error("{} would lie in the campaign {}", path.display(), campaign.display())]
    Inside {
        /// What is to be written.
        path: PathBuf,
        /// The campaign's folder.
        campaign: PathBuf,
    },
    /// Nothing is there.
    #[error("there is no campaign in {}", path.display())]
    NoCampaign {
        /// Folder.
        path: PathBuf,
    },
    /// Files are missing, damaged, or too many.
    #[error("{} is damaged: {}", path.display(), what.join(", "))]
    Damaged {
        /// Folder.
        path: PathBuf,
        /// Each with what is wrong.
        what: Vec<String>,
    },
    /// A run that was killed: it can go on.
    #[error("{} is unfinished: {}", path.display(), what.join(", "))]
    Unfinished {
        /// Folder.
        path: PathBuf,
        /// Each with what is wrong.
        what: Vec<String>,
    },
    /// It was made with other settings than those asked for now.
    #[error("{} was made with other settings", path.display())]
    Different {
        /// Folder.
        path: PathBuf,
        /// Its plan.
        plan: Plan,
        /// Whether it is finished.
        finished: bool,
        /// Name, value there, value asked for.
        differences: Vec<(String, Value, Value)>,
    },
    /// A newer program wrote it.
    #[error("{} is of {found}, which this program does not read", path.display())]
    Newer {
        /// File.
        path: PathBuf,
        /// Its schema.
        found: String,
    },
    /// A scenario of it can no longer be compiled.
    #[error("{}: {why}", path.display())]
    Scenario {
        /// File.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// They are not the shards of one campaign, each once.
    #[error("these are not the shards of one campaign: {}", what.join("; "))]
    Shards {
        /// Each with what is wrong.
        what: Vec<String>,
    },
    /// It was run without an ODD.
    #[error("{} was run without --odd", path.display())]
    NoOdd {
        /// Folder.
        path: PathBuf,
    },
    /// An ODD's profile does not say what is asked for.
    #[error("the profile of {odd} states no {what}")]
    NotStated {
        /// ODD.
        odd: String,
        /// What.
        what: &'static str,
    },
    /// Figures that no campaign gives.
    #[error("the figures of the campaign make no sense: {0}")]
    Figures(#[from] SummaryError),
}

/// The campaign folder in which something lies, or would lie, if it is in one. What is put into it by hand makes it damaged.
pub fn campaign_around(path: &Path) -> Option<PathBuf> {
    let above = path.ancestors().skip(1).map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    // Links are followed; of a folder that is not there yet those above count.
    let real = above.into_iter().find_map(|folder| fs::canonicalize(folder).ok())?;
    real.ancestors().find(|folder| folder.join("campaign.json").is_file()).map(Path::to_owned)
}

/// Files without which there is no campaign.
const NEEDED: [&str; 3] = ["campaign.json", "ledger.parquet", "summary.json"];
/// Where the work that is not finished lies, a folder for each scenario.
pub(super) const WORK: &str = ".work";

/// Name of the margins that a search in a scenario met.
fn searches_name(scenario: &str) -> String {
    format!("searches/{scenario}.parquet")
}

/// Where they are.
pub(super) fn searches_file(folder: &Path, scenario: &str) -> PathBuf {
    folder.join(searches_name(scenario))
}

/// What is wrong with a folder: unfinished where work still lies in it, else damaged.
fn damaged(folder: &Path, what: Vec<String>) -> CampaignError {
    let path = folder.to_owned();
    let mut work = fs::read_dir(folder.join(WORK)).into_iter().flatten().flatten();
    match work.any(|entry| entry.path().is_dir()) {
        true => CampaignError::Unfinished { path, what },
        false => CampaignError::Damaged { path, what },
    }
}

/// A campaign that was read.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Folder.
    pub folder: PathBuf,
    /// What was asked.
    pub record: Record,
    /// Results.
    pub summary: Summary,
    /// Ledger of each scenario, in the order of the record.
    pub ledgers: Vec<Ledger>,
}

/// Opens a campaign: its record, its summary and its ledger.
pub fn open(folder: &Path) -> Result<Campaign, CampaignError> {
    let record: Record = read_json(folder, "campaign.json", super::CAMPAIGN_SCHEMA)?;
    let summary: Summary = read_json(folder, "summary.json", nines_viz::SUMMARY_SCHEMA)?;
    let tallies = store::read_ledger(&folder.join("ledger.parquet")).map_err(|e| match e.is_missing() {
        true => damaged(folder, vec!["ledger.parquet (missing)".to_owned()]),
        false => e.into(),
    })?;
    let ledgers = ledgers(folder, &record, tallies)?;
    Ok(Campaign { folder: folder.into(), record, summary, ledgers })
}

/// The ledger of each scenario of a record.
pub(super) fn ledgers(folder: &Path, record: &Record, tallies: Vec<Tally>) -> Result<Vec<Ledger>, CampaignError> {
    let broken = |why: String| damaged(folder, vec![format!("ledger.parquet ({why})")]);
    if let Some(foreign) = tallies.iter().find(|t| !record.scenarios.iter().any(|s| s.name == t.scenario)) {
        return Err(broken(format!("it counts {}, which is no scenario of the campaign", foreign.scenario)));
    }
    let of = |name: &str| tallies.iter().filter(|t| t.scenario == name).cloned().collect();
    let ledger = |s: &RecordedScenario| Ledger::from_rows(record.first_chunk(s.rollouts), of(&s.name));
    record.scenarios.iter().map(|s| ledger(s).map_err(broken)).collect()
}

/// Reads a JSON file of a campaign and checks what it says it is.
pub(super) fn read_json<T: DeserializeOwned>(folder: &Path, name: &str, schema: &str) -> Result<T, CampaignError> {
    let path = folder.join(name);
    let bytes = store::read(&path).map_err(|e| match (e.is_missing(), name) {
        (true, "campaign.json") => CampaignError::NoCampaign { path: folder.into() },
        (true, _) => damaged(folder, vec![format!("{name} (missing)")]),
        (false, _) => e.into(),
    })?;
    let broken = |e: serde_json::Error| damaged(folder, vec![format!("{name} ({e})")]);
    let value: Value = serde_json::from_slice(&bytes).map_err(broken)?;
    match value.get("schema").and_then(Value::as_str) {
        Some(found) if found == schema => serde_json::from_value(value).map_err(broken),
        found => Err(CampaignError::Newer { path, found: found.unwrap_or("no schema").into() }),
    }
}

impl Campaign {
    fn manifest(&self) -> Result<Manifest, CampaignError> {
        let broken = |how: &str| damaged(&self.folder, vec![format!("manifest.json ({how})")]);
        Manifest::read(&self.folder).map_err(|e| match e {
            StoreError::Damaged { why, .. } => broken(&why),
            e if e.is_missing() => broken("missing"),
            e => e.into(),
        })
    }

    /// Files that decide a replay or name its rows, and are not those of the manifest. The rows themselves are not looked at.
    pub fn changed_files(&self) -> Result<Vec<String>, CampaignError> {
        let manifest = self.manifest()?;
        let rows = |file: &str| file.starts_with("rollouts/");
        let same = |file: &str, hash: &String| store::hash_file(&self.folder.join(file)).is_ok_and(|now| now == *hash);
        let changed = manifest.files.iter().filter(|(file, hash)| !rows(file) && !same(file, hash)).map(|(file, _)| file.clone());
        let unlisted = NEEDED.iter().filter(|file| !manifest.files.contains_key(**file)).map(|file| (*file).to_owned());
        Ok(changed.chain(unlisted).collect())
    }

    /// Checks that every file is there, whole and of its checksum.
    pub fn check_files(&self) -> Result<(), CampaignError> {
        let manifest = self.manifest()?;
        let wrong = manifest.differences(&self.folder)?;
        let mut what: Vec<String> = wrong.into_iter().map(|d| format!("{} ({})", d.file, d.how)).collect();
        let listed = |file: &str| manifest.files.contains_key(file);
        let needed = NEEDED.map(str::to_owned).into_iter();
        let unlisted = needed.chain(self.rows_files()).filter(|file| !listed(file));
        what.extend(unlisted.map(|file| format!("{file} (not in manifest.json)")));
        if what.is_empty() { Ok(()) } else { Err(damaged(&self.folder, what)) }
    }

    /// Files of stored rows and of searches that there must be.
    fn rows_files(&self) -> Vec<String> {
        let pairs = self.record.scenarios.iter().zip(&self.ledgers);
        let complete = self.summary.scenarios.iter().filter(|s| s.status == Status::Complete && self.record.method.searches());
        let searches = complete.map(|s| searches_name(&s.name));
        let rows =
            pairs.flat_map(|(scenario, ledger)| rows_file_names(ledger).map(|file| format!("rollouts/{}/{file}", scenario.name)));
        rows.chain(searches).collect()
    }

    /// Figures of a scenario that the ledger holds.
    pub fn tally(&self, name: &str) -> Option<Tally> {
        let place = self.record.scenarios.iter().position(|s| s.name == name)?;
        Some(self.ledgers.get(place)?.total())
    }

    /// The text of `summary.json`.
    pub fn summary_text(&self) -> String {
        pretty(&self.summary)
    }
}

/// Whether nothing more will be driven in a campaign of this status.
pub(super) fn is_final(status: Status) -> bool {
    status != Status::Interrupted
}
