//! Checks a campaign against itself: checksums, the summary from the ledger, the rows against the ledger, a sample run again.

use super::folder::searches_file;
use super::keep::FAILURES_KEPT;
use super::replay::{chosen_of, differences, played_back, rows_files, scenario_of};
use super::verify_ledger::ledger_problems;
use super::{
    Because, Believed, Campaign, CampaignError, Found, Ledger, Lost, NEAREST_FILE, Odd, PART, Part, Record, RecordedOdd,
    ReplayError, Scenario, Search, Tally, in_sample, part_file, pretty, summarise,
};
use crate::policy::{LoadError, Nobody, Options, Policy, load, load_recorded};
use crate::store::{self, StoredBelief, StoredRow, hash_hex};
use nines_sim::hindsight::{Answers, analyse};
use nines_sim::{Job, Pilot, drive, drive_batch};
use nines_viz::Status;
use std::collections::BTreeSet;
use std::path::Path;

/// Stored rows of a scenario that are run again, evenly spread.
const RUN_AGAIN: usize = 64;
/// Failures of a scenario that are analysed in hindsight again, evenly spread.
const ANALYSED_AGAIN: usize = 16;

/// What was checked, and what did not come out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Rows read.
    pub rows: u64,
    /// Rollouts run again.
    pub run_again: u64,
    /// Everything that does not fit, in words.
    pub problems: Vec<String>,
}

/// Verifies a campaign whose files are whole ([`Campaign::check_files`]).
pub fn verify(campaign: &Campaign) -> Result<Verified, ReplayError> {
    let mut verified = Verified::default();
    let mut problem = |text: String| verified.problems.push(text);
    let (record, summary) = (&campaign.record, &campaign.summary);
    let (_, hash) = record.text();
    if summary.campaign != hash {
        problem("summary.json belongs to another campaign.json".into());
    }
    let policy = match load_recorded(&record.policy, &Options::default()) {
        Ok(policy) => Some(policy),
        // What it answered in failures is stored, and is played.
        Err(_) if record.policy.kind != "builtin" => None,
        Err(LoadError::Other { .. }) => {
            problem(format!("the policy {} of this program is another version", record.policy.name));
            load(&record.policy.name, &record.policy.settings, &Options::default()).ok()
        }
        Err(error) => return Err(error.into()),
    };
    // One that does not repeat itself is asked nothing.
    let policy = policy.filter(|policy| summary.reproducible || !policy.is_external());
    let mut scenarios = Vec::new();
    for recorded in &record.scenarios {
        let scenario = scenario_of(campaign, &recorded.name)?;
        if scenario.fingerprint != recorded.fingerprint || hash_hex(scenario.text.as_bytes()) != recorded.fingerprint {
            problem(format!("scenarios/{}.yaml is not the scenario of campaign.json", recorded.name));
        }
        scenarios.push(scenario);
    }
    let mut odds = Vec::new();
    for recorded in &record.odds {
        let odd = odd_of(&campaign.folder, recorded)?;
        if odd.recorded() != *recorded {
            problem(format!("odds/{}.yaml is not the ODD of campaign.json", recorded.name));
        }
        odds.push(odd);
    }
    let status = |name: &str| summary.scenarios.iter().find(|s| s.name == name).map_or(Status::Interrupted, |s| s.status);
    let mut parts = Vec::new();
    for scenario in &scenarios {
        let (status, tally) = (status(&scenario.name), campaign.tally(&scenario.name).unwrap_or_default());
        let search = match Search::of(record, scenario).map_err(CampaignError::from)? {
            Some(search) if status == Status::Complete => {
                let found = search.recall(&store::read_margins(&searches_file(&campaign.folder, &scenario.name))?);
                if found.is_none() {
                    problem(format!("{}: its search does not come out of the margins that are stored", scenario.name));
                }
                Some(found.unwrap_or_else(|| Found { summary: search.unfinished(Status::Interrupted), sample: None }))
            }
            search => search.map(|search| Found { summary: search.unfinished(status), sample: None }),
        };
        let modes = match status {
            Status::Interrupted => None,
            _ => super::modes::modes(&campaign.folder, record, scenario, &tally, search.as_ref())?,
        };
        let lost = Lost::of(&campaign.folder, scenario, &tally, record.hindsight)?;
        let calibration = super::beliefs::calibration(&campaign.folder, record, scenario, &tally)?;
        parts.push(Part { scenario, status, tally, search: search.map(|found| found.summary), modes, lost, calibration });
    }
    let again = summarise(record, &hash, &odds, &parts).map_err(CampaignError::from)?;
    if pretty(&again) != campaign.summary_text() {
        problem("summary.json does not follow from ledger.parquet and the rows".into());
    }
    for (Part { scenario, status, tally, .. }, ledger) in parts.iter().zip(&campaign.ledgers) {
        let rows = rows_files(campaign, &scenario.name).map(|path| store::read_rows(&path)).collect::<Result<Vec<_>, _>>()?;
        verified.rows += rows.iter().map(|file| file.len() as u64).sum::<u64>();
        verified.problems.extend(count(campaign, scenario, tally, &rows));
        verified.problems.extend(unfinished(record, scenario, *status, ledger));
        verified.problems.extend(ledger_problems(ledger, &rows, record.keep));
        let all: Vec<&StoredRow> = rows.iter().flatten().collect();
        verified.run_again += run_again(campaign, scenario, policy.as_ref(), &all, &mut verified.problems);
        verified.problems.extend(analyse_again(campaign, scenario, policy.as_ref(), &all)?);
        verified.problems.extend(believe_again(campaign, scenario, policy.as_ref(), &all)?);
    }
    Ok(verified)
}

/// Whether a scenario has all the rollouts that its status says.
fn unfinished(record: &Record, scenario: &Scenario, status: Status, ledger: &Ledger) -> Option<String> {
    let asked = record.scenarios.iter().find(|s| s.name == scenario.name)?;
    let range = record.range(asked.rollouts);
    // A search may have used less than it was given, and what was decided or stopped has ended before its budget.
    let all = matches!(status, Status::Complete | Status::Partial) && !record.method.searches() && !range.is_empty();
    (all && ledger.rollouts() != range.end).then(|| {
        let (name, driven) = (&scenario.name, ledger.rollouts().saturating_sub(range.start));
        format!("{name} is {}, but the ledger counts {driven} of {} rollouts", status.name(), range.end - range.start)
    })
}

/// An ODD of the campaign. Which scenarios it holds is on record: what was not run is not in the folder.
pub(super) fn odd_of(folder: &Path, recorded: &RecordedOdd) -> Result<Odd, CampaignError> {
    let path = folder.join(format!("odds/{}.yaml", recorded.name));
    let unreadable = |why: String| CampaignError::Scenario { path: path.clone(), why };
    let bytes = store::read(&path)?;
    let profile =
        super::odd::read(&String::from_utf8_lossy(&bytes), &path.to_string_lossy()).map_err(|e| unreadable(e.to_string()))?;
    Ok(Odd {
        profile,
        holds: recorded.holds.clone(),
        excluded: recorded.excluded.clone(),
        families: recorded.families.clone(),
        not_included: recorded.not_included.clone(),
        shares: recorded.shares.clone(),
    })
}

/// Rows against the ledger.
fn count(campaign: &Campaign, scenario: &Scenario, tally: &Tally, files: &[Vec<StoredRow>]) -> Vec<String> {
    let mut problems = Vec::new();
    let Some((nearest, parts)) = files.split_last() else { return problems };
    let name = &scenario.name;
    let driven = tally.first_rollout..tally.first_rollout + tally.rollouts;
    for (k, rows) in parts.iter().enumerate() {
        let part = driven.start / PART + k as u64;
        let range = (part * PART).max(driven.start)..((part + 1) * PART).min(driven.end);
        let ordered = rows.windows(2).all(|pair| pair[0].rollout < pair[1].rollout);
        if !ordered || rows.iter().any(|row| !range.contains(&row.rollout) || row.stands_for == 0) {
            problems.push(format!("{name}: rows of {} are out of order or out of place", part_file(part)));
        }
    }
    let mut check = |what: &str, rows: u64, ledger: u64| {
        if rows != ledger {
            problems.push(format!("{name}: the rows hold {rows} {what}, the ledger {ledger}"));
        }
    };
    let rows = || parts.iter().flatten();
    check("rows", rows().count() as u64, tally.stored);
    // Until failures are thinned each is a row of its own.
    if tally.failures <= FAILURES_KEPT {
        let stand_for = |verdicts: &[&str]| {
            rows().filter(|row| verdicts.contains(&row.verdict.as_str())).map(|row| u64::from(row.stands_for)).sum()
        };
        check("failures", stand_for(&["fail", "fault"]), tally.failures);
        check("faults", stand_for(&["fault"]), tally.faults);
    }
    let keep = campaign.record.keep.clamp(driven.start, driven.end);
    let kept = rows().filter(|row| row.because == Because::Keep);
    check("rollouts from the start", kept.map(|row| u64::from(row.stands_for)).sum(), keep - driven.start);
    let stored: BTreeSet<u64> = rows().filter(|row| row.rollout >= keep).map(|row| row.rollout).collect();
    let missing = (keep..driven.end).filter(|i| in_sample(*i) && !stored.contains(i)).count();
    check("rollouts of the sample too few, which is", missing as u64, 0);
    if nearest.iter().any(|row| row.because != Because::Nearest || row.stands_for != 0 || stored.contains(&row.rollout)) {
        problems.push(format!("{name}: {NEAREST_FILE} holds rows that do not belong there"));
    }
    problems
}

/// Looks back at some of the analysed failures again.
fn analyse_again(
    campaign: &Campaign,
    scenario: &Scenario,
    policy: Option<&Policy>,
    rows: &[&StoredRow],
) -> Result<Vec<String>, ReplayError> {
    let record = &campaign.record;
    let tally = campaign.tally(&scenario.name).unwrap_or_default();
    let analysed = super::hindsight::analysed(&campaign.folder, scenario, &tally, record.hindsight)?;
    let mut problems = Vec::new();
    for stored in analysed.iter().step_by(analysed.len().div_ceil(ANALYSED_AGAIN).max(1)) {
        let Some(row) = rows.iter().find(|row| row.rollout == stored.rollout) else { continue };
        let chosen = chosen_of(record, scenario, row);
        let (template, sampling) = (&scenario.template, record.method.sampling());
        let pilot = policy.map_or(Pilot::External(&Nobody), Policy::pilot);
        let job = Job { template, policy: pilot, seed: record.seed, sampling, chosen: chosen.as_ref(), batch: 1 };
        let answers = match pilot {
            Pilot::BuiltIn(policy) => Some(Answers::driven(&job, policy, row.rollout)),
            Pilot::External(_) => Answers::kept(&row.actions),
        };
        let now = answers.and_then(|answers| analyse(&job, row.rollout, &answers)).map(|now| {
            let until_s = now.avoidable.map(|last| last.until_s);
            (now.attribution.name().to_owned(), now.evidence.map(|e| e.since_s), until_s)
        });
        if now != Some((stored.attribution.clone(), stored.evident_s, stored.avoidable_until_s)) {
            problems
                .push(format!("{}/{}: hindsight said {} and now says otherwise", scenario.name, row.rollout, stored.attribution));
        }
    }
    Ok(problems)
}

/// Takes some of the stored beliefs again. One that states them otherwise has stored others.
fn believe_again(
    campaign: &Campaign,
    scenario: &Scenario,
    policy: Option<&Policy>,
    rows: &[&StoredRow],
) -> Result<Vec<String>, ReplayError> {
    let record = &campaign.record;
    let tally = campaign.tally(&scenario.name).unwrap_or_default();
    let stored = super::beliefs::stored(&campaign.folder, scenario, &tally, record.beliefs)?;
    let stored: Vec<&StoredBelief> = stored.iter().filter(|row| row.at_s.is_some()).collect();
    let mut problems = Vec::new();
    for before in stored.iter().step_by(stored.len().div_ceil(ANALYSED_AGAIN).max(1)) {
        let index = before.rollout;
        let (template, sampling) = (&scenario.template, record.method.sampling());
        let job = |policy| Job { template, policy, seed: record.seed, sampling, chosen: None, batch: 1 };
        let outcome = match policy {
            Some(policy) => drive(&job(policy.pilot()), index..index + 1).outcomes,
            // Of passes what was answered is not stored.
            None => match rows.iter().find(|row| row.rollout == index && !row.actions.is_empty()) {
                Some(row) => drive_batch(&job(Pilot::External(&Nobody)), &mut played_back(row), index..index + 1).outcomes,
                None => continue,
            },
        };
        let job = job(policy.map_or(Pilot::External(&Nobody), Policy::pilot));
        let now = outcome.first().map(|outcome| super::beliefs::of_outcome(&job, outcome));
        if now != Some(Believed { belief: before.belief, base_rate: before.base_rate, at_s: before.at_s }) {
            problems.push(format!("{}/{index}: its belief is not the one that is stored", scenario.name));
        }
    }
    Ok(problems)
}

/// Runs some of the stored rollouts again and compares them to the bit. Returns how many.
fn run_again(
    campaign: &Campaign,
    scenario: &Scenario,
    policy: Option<&Policy>,
    rows: &[&StoredRow],
    problems: &mut Vec<String>,
) -> u64 {
    let record = &campaign.record;
    let sampling = record.method.sampling();
    let rows: Vec<&&StoredRow> = rows.iter().filter(|row| policy.is_some() || !row.actions.is_empty()).collect();
    let some = rows.iter().step_by(rows.len().div_ceil(RUN_AGAIN).max(1));
    let mut driven = 0;
    for row in some {
        driven += 1;
        let chosen = chosen_of(record, scenario, row);
        let (chosen, range) = (chosen.as_ref(), row.rollout..row.rollout + 1);
        let job = |policy| Job { template: &scenario.template, policy, seed: record.seed, sampling, chosen, batch: 1 };
        let outcomes = match policy {
            Some(policy) => drive(&job(policy.pilot()), range).outcomes,
            None => drive_batch(&job(Pilot::External(&Nobody)), &mut played_back(row), range).outcomes,
        };
        for outcome in outcomes {
            let found = differences(row, &outcome, scenario);
            if let Some(first) = found.first() {
                let (stored, now) = (&first.stored, &first.now);
                problems.push(format!("{}/{}: {} was {stored} and is {now}", scenario.name, row.rollout, first.what));
            }
        }
    }
    driven
}
