//! Joins shards: the merged campaign has the bytes of the one that was driven on one machine.
//!
//! Tallies are sums, so that ledgers are joined by pushing the rows of one shard after those of another. A shard knows neither how many
//! failures came before its own nor what the others missed by, so it keeps more rows than the whole campaign does: they are judged again
//! here, in the order of their indices ([`join_rows`]). Shards are read one after the other; what is held at a time is a part of a
//! scenario's rows, as the Parquet writer has encoded them.

use super::folder::read_json;
use super::merge_rows::join_rows;
use super::provenance::{Provenance, Session};
use super::run::write_record;
use super::verify::odd_of;
use super::{
    CAMPAIGN_SCHEMA, CampaignError, Event, Ledger, Log, Lost, Odd, Part, Record, Scenario, Shard, VERSION, campaign_around, open,
    pretty, read_recorded, summarise, write_views,
};
use crate::store::{self, Lock, Manifest, StoreError};
use nines_viz::{Status, Summary};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A campaign that was put together.
#[derive(Debug)]
pub struct Merged {
    /// Results.
    pub summary: Summary,
    /// Shards.
    pub shards: usize,
}

/// A shard whose files are whole, and its failures of each scenario.
#[derive(Debug)]
pub(super) struct Piece {
    pub folder: PathBuf,
    pub record: Record,
    pub failures: Vec<u64>,
}

/// Merges the shards in `folders`, in whatever order, into a campaign in `out`. It is put together beside, so that `out` is there only
/// once it is complete.
pub fn merge(out: &Path, folders: &[PathBuf], command: &[String]) -> Result<Merged, CampaignError> {
    if fs::read_dir(out).map_or(out.exists(), |mut entries| entries.next().is_some()) {
        return Err(CampaignError::Exists { path: out.into() });
    }
    if let Some(campaign) = campaign_around(out) {
        return Err(CampaignError::Inside { path: out.into(), campaign });
    }
    let (record, folders) = in_order(folders)?;
    let session = Session::begin(command, 1, 1);
    let beside = beside(out);
    store::create_folder(&beside)?;
    let lock_file = beside.join("lock");
    let lock = Lock::take(out, &lock_file)?;
    // Of a merge that was killed.
    for entry in fs::read_dir(&beside).map_err(StoreError::io("read", &beside))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            store::remove_folder(&path)?;
        } else if path != lock_file {
            fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
        }
    }
    let summary = match put_together(&beside, &record, &folders) {
        Ok(summary) => summary,
        Err(error) => {
            // Nothing of it is of use; that it cannot be removed is not what went wrong.
            drop(lock);
            _ = store::remove_folder(&beside);
            return Err(error);
        }
    };
    fs::remove_file(&lock_file).map_err(StoreError::io("remove", &lock_file))?;
    drop(lock);
    fs::rename(&beside, out).map_err(StoreError::io("write", out))?;
    let mut provenance = Provenance::default();
    folders.iter().for_each(|folder| provenance.take_over(Provenance::read(folder)));
    write_views(&open(out)?, &provenance, None)?;
    provenance.write(out, session)?;
    let mut log = Log::open(out)?;
    log.event(&Event::Finished { status: summary.status });
    log.close()?;
    Ok(Merged { summary, shards: folders.len() })
}

/// Where a campaign is put together: in the same folder as it will be, so that it can be moved there at once.
fn beside(out: &Path) -> PathBuf {
    let mut name = out.components().as_path().as_os_str().to_owned();
    name.push(".merging");
    name.into()
}

/// The record of the whole campaign, and its shards by number.
///
/// # Errors
/// All that keeps them from being the shards of one campaign, each once.
fn in_order(folders: &[PathBuf]) -> Result<(Record, Vec<PathBuf>), CampaignError> {
    let mut shards = Vec::new();
    for folder in folders {
        shards.push((folder, read_json::<Record>(folder, "campaign.json", CAMPAIGN_SCHEMA)?));
    }
    // What most of them are of is the campaign, and the others are strangers.
    let kind = |record: &Record| (record.whole().text().1, shard_of(record).map(|shard| shard.of));
    let mut kinds: BTreeMap<_, usize> = BTreeMap::new();
    shards
        .iter()
        .filter(|(_, record)| shard_of(record).is_some())
        .for_each(|(_, record)| *kinds.entry(kind(record)).or_default() += 1);
    let most = kinds.values().copied().max().unwrap_or(0);
    let (mut wrong, mut known) = (Vec::new(), BTreeMap::<u32, &Path>::new());
    let reference = shards.iter().find(|(_, record)| kinds.get(&kind(record)) == Some(&most));
    for (folder, record) in &shards {
        let (Some(shard), Some((first, of_first))) = (shard_of(record), reference) else {
            wrong.push(format!("{} is no shard, but a whole campaign", folder.display()));
            continue;
        };
        let of = shard_of(of_first).map_or(0, |shard| shard.of);
        if record.nines_version != VERSION {
            let (folder, version) = (folder.display(), &record.nines_version);
            wrong.push(format!("{folder} was made by nines {version}, and this is nines {VERSION}"));
        } else if record.whole() != of_first.whole() {
            let differences = of_first.whole().differences(&record.whole());
            let what = differences.iter().map(|(key, there, here)| format!("{key} {here} instead of {there}"));
            let what = what.reduce(|all, one| format!("{all}, {one}")).unwrap_or_else(|| "seed".into());
            wrong.push(format!("{} is of another campaign than {}: {what}", folder.display(), first.display()));
        } else if shard.of != of && record.shard.is_none() {
            wrong.push(format!("{} is no shard, but a whole campaign", folder.display()));
        } else if shard.of != of {
            wrong.push(format!("{} is shard {shard}, and overlaps those of {of}", folder.display()));
        } else if let Some(other) = known.insert(shard.number, folder) {
            wrong.push(format!("{} is shard {shard}, and so is {}", folder.display(), other.display()));
        }
    }
    let of = reference.and_then(|(_, record)| shard_of(record)).map_or(0, |shard| shard.of);
    let missing: Vec<u32> = (1..=of).filter(|number| !known.contains_key(number)).collect();
    if !missing.is_empty() {
        let verb = if missing.len() == 1 { "is" } else { "are" };
        wrong.push(format!("shard {} of {of} {verb} missing", ranges(&missing)));
    }
    match (reference, wrong.is_empty()) {
        (Some((_, record)), true) => Ok((record.whole(), known.into_values().map(Path::to_owned).collect())),
        _ => Err(CampaignError::Shards { what: wrong }),
    }
}

/// Which shard a campaign is: a whole one is the only shard, unless it ended by what it saw.
fn shard_of(record: &Record) -> Option<Shard> {
    let ends = record.method.searches() || record.nines.is_some() || record.max_faults.is_some();
    record.shard.or((!ends).then_some(Shard { number: 1, of: 1 }))
}

/// Ascending numbers in words: `2, 5 to 9`.
fn ranges(numbers: &[u32]) -> String {
    let mut words = Vec::new();
    for run in numbers.chunk_by(|a, b| a + 1 == *b) {
        match run {
            [first, .., last] => words.push(format!("{first} to {last}")),
            [one] => words.push(one.to_string()),
            [] => {}
        }
    }
    words.join(", ")
}

/// Writes everything but the views.
fn put_together(folder: &Path, record: &Record, folders: &[PathBuf]) -> Result<Summary, CampaignError> {
    let campaign = write_record(folder, record)?;
    let first = &folders[0]; // there is no campaign without a shard
    let scenarios = scenarios(first, record)?;
    let odds = record.odds.iter().map(|odd| odd_of(first, odd)).collect::<Result<Vec<Odd>, _>>()?;
    store::create_folder(&folder.join("scenarios"))?;
    for scenario in &scenarios {
        store::write_whole(&folder.join(format!("scenarios/{}.yaml", scenario.name)), scenario.text.as_bytes())?;
    }
    if !odds.is_empty() {
        store::create_folder(&folder.join("odds"))?;
    }
    for odd in &odds {
        store::write_whole(&folder.join(format!("odds/{}.yaml", odd.profile.name)), odd.text().as_bytes())?;
    }
    let (ledgers, pieces) = join_ledgers(record, folders)?;
    let (mut parts, mut tallies) = (Vec::new(), Vec::new());
    for (k, (scenario, ledger)) in scenarios.iter().zip(ledgers).enumerate() {
        let stored = join_rows(folder, record, k, &ledger, &pieces)?;
        let ledger = ledger.with_stored(&stored);
        tallies.extend_from_slice(ledger.rows());
        let tally = ledger.total();
        let modes = super::modes::modes(folder, record, scenario, &tally, None)?;
        let lost = Lost::of(folder, scenario, &tally, record.hindsight)?;
        let calibration = super::beliefs::calibration(folder, record, scenario, &tally)?;
        parts.push(Part { scenario, status: Status::Complete, tally, search: None, modes, lost, calibration });
    }
    let summary = summarise(record, &campaign, &odds, &parts)?;
    store::write_ledger(&folder.join("ledger.parquet"), record.seed, &tallies)?;
    store::write_whole(&folder.join("summary.json"), pretty(&summary).as_bytes())?;
    Manifest::of(folder)?.write(folder)?;
    Ok(summary)
}

fn scenarios(folder: &Path, record: &Record) -> Result<Vec<Scenario>, CampaignError> {
    let read = |name: &str, fingerprint: &str| {
        let wrong = |why: String| CampaignError::Scenario { path: folder.join(format!("scenarios/{name}.yaml")), why };
        let scenario = read_recorded(folder, name).map_err(|e| wrong(e.to_string()))?;
        match scenario.fingerprint == fingerprint {
            true => Ok(scenario),
            false => Err(wrong("it is not the scenario of campaign.json".into())),
        }
    };
    record.scenarios.iter().map(|s| read(&s.name, &s.fingerprint)).collect()
}

/// The ledger of each scenario, and the shards, all of which are whole and came to their end.
fn join_ledgers(record: &Record, folders: &[PathBuf]) -> Result<(Vec<Ledger>, Vec<Piece>), CampaignError> {
    let mut joined = vec![Ledger::default(); record.scenarios.len()];
    let (mut pieces, mut wrong) = (Vec::new(), Vec::new());
    for folder in folders {
        let campaign = open(folder)?;
        campaign.check_files()?;
        for ((asked, ledger), whole) in record.scenarios.iter().zip(&campaign.ledgers).zip(&mut joined) {
            let range = campaign.record.range(asked.rollouts);
            if !range.is_empty() && ledger.rollouts() != range.end {
                let (folder, name, driven) = (folder.display(), &asked.name, ledger.rollouts().saturating_sub(range.start));
                wrong.push(format!("{folder} has {driven} of {} rollouts of {name}", range.end - range.start));
            } else if wrong.is_empty() {
                ledger.rows().iter().for_each(|row| whole.push(row.clone()));
            }
        }
        let failures = campaign.ledgers.iter().map(|ledger| ledger.total().failures).collect();
        pieces.push(Piece { folder: folder.clone(), record: campaign.record, failures });
    }
    if !wrong.is_empty() {
        wrong.push("the same `nines run` with --resume finishes a shard".into());
        return Err(CampaignError::Shards { what: wrong });
    }
    Ok((joined, pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_numbers_are_told_in_runs() {
        assert_eq!(ranges(&[2, 5, 6, 7, 9]), "2, 5 to 7, 9");
        assert_eq!(ranges(&[1, 2]), "1 to 2");
    }

    #[test]
    fn the_place_beside_is_in_the_same_folder() {
        assert_eq!(beside(Path::new("campaigns/a/")), Path::new("campaigns/a.merging"));
    }
}
