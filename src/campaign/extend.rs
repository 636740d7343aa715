//! What stands in the folder of a run, and what is asked for on top of it.

use super::folder::{WORK, is_final, read_json};
use super::{CAMPAIGN_SCHEMA, CampaignError, Record, Request};
use crate::store::{self, Manifest, StoreError};
use nines_viz::Summary;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// What is to be driven in a folder.
#[derive(Debug)]
pub(super) struct OnRecord {
    /// With the budgets that were asked for before.
    pub record: Record,
    /// Whether results are there which a larger budget makes out of date.
    pub extends: bool,
}

/// What is to be driven; refuses a folder that is not to be touched, before anything in it is.
pub(super) fn on_record(request: &Request) -> Result<OnRecord, CampaignError> {
    let (folder, record) = (&request.out, request.record());
    if !folder.exists() {
        return Ok(OnRecord { record, extends: false });
    }
    let mut entries = fs::read_dir(folder).map_err(|_| CampaignError::Exists { path: folder.clone() })?;
    let started = folder.join("campaign.json").exists();
    // What a start writes before `campaign.json`: a kill may leave it alone, and then the run has never started.
    let before = |name: &str| [WORK, "scenarios", "odds", "log.jsonl"].contains(&name) || name.contains("campaign.json");
    let own = |name: &str| if request.resume && !started { before(name) } else { name == WORK };
    let other = entries.any(|entry| entry.is_ok_and(|entry| !own(&entry.file_name().to_string_lossy())));
    match (request.resume, started, other) {
        (false, _, true) => Err(CampaignError::Exists { path: folder.clone() }),
        (true, false, true) => Err(CampaignError::NoCampaign { path: folder.clone() }),
        (true, true, _) => {
            let there = match is_damaged(folder, &record) {
                true => record.clone(),
                false => read_json(folder, "campaign.json", CAMPAIGN_SCHEMA)?,
            };
            let finished = summary_of(folder).is_some_and(|summary| is_final(summary.status));
            match on_top(&there, &record, finished, request.time.is_some()) {
                Some(on_record) => Ok(on_record),
                None => Err(CampaignError::Different {
                    path: folder.clone(),
                    plan: there.plan,
                    finished,
                    differences: there.differences(&record),
                }),
            }
        }
        _ => Ok(OnRecord { record, extends: false }),
    }
}

/// Whether `campaign.json` is not what it was, and was what is asked for now: then it is made again, as every other file is.
fn is_damaged(folder: &Path, asked: &Record) -> bool {
    let file = "campaign.json";
    let Ok(manifest) = Manifest::read(folder) else { return false };
    let was = manifest.files.get(file);
    was == Some(&asked.text().1) && store::hash_file(&folder.join(file)).ok().as_ref() != was
}

/// What was recorded with what is asked for on top; `None` where that may not be.
fn on_top(there: &Record, asked: &Record, finished: bool, timed: bool) -> Option<OnRecord> {
    let same = there.without_budget() == asked.without_budget();
    let pairs = || there.scenarios.iter().zip(&asked.scenarios);
    let equal = same && pairs().all(|(there, asked)| there.rollouts == asked.rollouts);
    if equal || same && timed && !finished {
        return Some(OnRecord { record: there.clone(), extends: false });
    }
    let more = pairs().all(|(there, asked)| there.rollouts <= asked.rollouts);
    if !same || !more || !there.may_grow() {
        return None;
    }
    let mut record = there.clone();
    for (scenario, asked) in record.scenarios.iter_mut().zip(&asked.scenarios) {
        // By time it is not known yet how many there will be.
        let rollouts = if timed { scenario.rollouts } else { asked.rollouts };
        if finished {
            scenario.budgets.push(rollouts);
        }
        scenario.ask_for(rollouts);
    }
    Some(OnRecord { record, extends: finished })
}

/// The summary of a folder, where it can be read.
pub(super) fn summary_of(folder: &Path) -> Option<Summary> {
    read_json(folder, "summary.json", nines_viz::SUMMARY_SCHEMA).ok()
}

/// Takes away the results that more rollouts make out of date, the summary first: without it the campaign is unfinished.
pub(super) fn forget_results(folder: &Path) -> Result<(), CampaignError> {
    for name in ["summary.json", "manifest.json"] {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(StoreError::io("remove", &path)(e).into()),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::{Method, Plan, RecordedScenario, VERSION, policy_summary};
    use nines_sim::BuiltIn;
    use nines_viz::SeedFrom;

    fn record(plan: Plan, rollouts: u64, budgets: &[u64]) -> Record {
        let scenario = RecordedScenario { name: "a".into(), fingerprint: "sha256:0".into(), rollouts, budgets: budgets.to_vec() };
        Record {
            schema: CAMPAIGN_SCHEMA.into(),
            nines_version: VERSION.into(),
            policy: policy_summary(&BuiltIn::new("idm", &[]).unwrap()),
            method: Method::Stratified,
            plan,
            nines: None,
            search: None,
            seed: 1,
            seed_from: SeedFrom::Auto,
            confidence: 0.95,
            keep: 10_000,
            max_faults: None,
            hindsight: 0,
            beliefs: 0,
            demands: None,
            shard: None,
            odds: Vec::new(),
            scenarios: vec![scenario],
        }
    }

    fn watched(rollouts: u64, budgets: &[u64]) -> Record {
        record(Plan::Watched, rollouts, budgets)
    }

    #[test]
    fn a_watched_budget_grows_and_what_was_finished_stays_on_record() {
        let there = watched(600, &[600]);
        let grown = on_top(&there, &watched(900, &[900]), true, false).unwrap();
        assert!(grown.extends);
        assert_eq!(grown.record, watched(900, &[600, 900]));
        let unfinished = on_top(&grown.record, &watched(1200, &[1200]), false, false).unwrap();
        assert!(!unfinished.extends);
        assert_eq!(unfinished.record, watched(1200, &[600, 1200]));
        let again = on_top(&grown.record, &watched(900, &[900]), true, false).unwrap();
        assert_eq!((again.record, again.extends), (grown.record, false));
    }

    #[test]
    fn a_fixed_budget_does_not_grow_and_none_shrinks() {
        let fixed = |rollouts| record(Plan::Fixed, rollouts, &[]);
        assert!(on_top(&fixed(600), &fixed(900), true, false).is_none());
        assert!(on_top(&fixed(600), &fixed(900), false, false).is_none());
        assert!(on_top(&fixed(600), &fixed(600), true, false).is_some());
        assert!(on_top(&watched(600, &[600]), &watched(300, &[300]), true, false).is_none());
        assert!(on_top(&watched(600, &[600]), &fixed(900), true, false).is_none());
        let other = Record { nines: Some(3), ..watched(900, &[900]) };
        assert!(on_top(&watched(600, &[600]), &other, true, false).is_none());
    }
}
