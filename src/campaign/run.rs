//! Runs a campaign: scenario after scenario, all threads on one, and writes its folder.

use super::folder::{WORK, is_final, ledgers, read_json};
use super::provenance::{Provenance, Session};
use super::{
    CAMPAIGN_SCHEMA, CampaignError, Event, Log, Places, Record, Request, Scenario, State, Tally, Task, drive_scenario, open,
    pretty, summarise, write_views,
};
use crate::store::{self, Lock, Manifest, RowContext};
use nines_sim::Job;
use nines_viz::{Status, Summary};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// A campaign that was run.
#[derive(Debug)]
pub struct Finished {
    /// Results.
    pub summary: Summary,
    /// Rollouts driven now, and the seconds it took.
    pub driven: (u64, f64),
    /// Whether it had been finished before, so that nothing was done.
    pub already: bool,
}

/// Runs what is asked, and tells what happens. `signal` is not 0 once the user wants it to end.
pub fn run(request: &Request, signal: &AtomicUsize, tell: &mut dyn FnMut(&Event)) -> Result<Finished, CampaignError> {
    let (folder, record) = (&request.out, request.record());
    let (text, campaign) = record.text();
    refuse_what_is_there(request, &record)?;
    let work = folder.join(WORK);
    store::create_folder(&work)?;
    let lock = Lock::take(folder, &work.join("lock"))?;
    let mut warnings = Vec::new();
    match earlier(request, &record, &mut warnings)? {
        Earlier::Finished(summary) => {
            drop(lock);
            store::remove_folder(&work)?;
            return Ok(Finished { summary: *summary, driven: (0, 0.0), already: true });
        }
        Earlier::Damaged(states) => restore(request, &campaign, states)?,
        Earlier::Open => {}
    }
    store::sweep_temporaries(folder)?;
    store::write_whole(&folder.join("campaign.json"), text.as_bytes())?;
    store::create_folder(&folder.join("scenarios"))?;
    for (scenario, _) in &request.scenarios {
        store::write_whole(&folder.join(format!("scenarios/{}.yaml", scenario.name)), scenario.text.as_bytes())?;
    }
    if !request.odds.is_empty() {
        store::create_folder(&folder.join("odds"))?;
    }
    for odd in &request.odds {
        store::write_whole(&folder.join(format!("odds/{}.yaml", odd.profile.name)), odd.text().as_bytes())?;
    }
    let mut log = Log::open(folder)?;
    let mut both = |event: &Event| {
        log.event(event);
        tell(event);
    };
    let session = Session::begin(&request.command, request.threads, request.batch);
    let mut provenance = Provenance::read(folder);
    let begin = Instant::now();

    let mut states = Vec::new();
    for (scenario, _) in &request.scenarios {
        states.push(State::resume(
            context(request, &record, scenario),
            places(folder, &campaign, scenario),
            request.keep,
            &mut warnings,
        )?);
    }
    let resumed = states.iter().map(|state| state.counts().rollouts).sum();
    let rollouts = request.scenarios.iter().map(|(_, rollouts)| rollouts).sum();
    both(&Event::Started { scenarios: states.len(), rollouts, resumed });
    warnings.into_iter().for_each(|text| both(&Event::Warning { text }));

    let mut parts: Vec<(&Scenario, Status, Tally)> = Vec::new();
    let mut tallies = Vec::new();
    let mut ended = None;
    for ((scenario, rollouts), mut state) in request.scenarios.iter().zip(states) {
        let since = Instant::now();
        let status = match (ended, state.ended()) {
            (_, Some(status)) => status,
            (Some(status), None) => status,
            (None, None) => drive_one(request, &record, scenario, *rollouts, signal, &mut state, &mut both)?,
        };
        if state.ended().is_none() {
            state.end(status)?;
            *provenance.seconds.entry(scenario.name.clone()).or_default() += since.elapsed().as_secs_f64();
            both(&Event::Ended { name: &scenario.name, status, counts: state.counts() });
        }
        ended = ended.or((status != Status::Complete).then_some(status));
        tallies.extend_from_slice(state.ledger().rows());
        parts.push((scenario, status, state.ledger().total()));
    }

    let summary = summarise(&record, &campaign, &request.odds, &parts)?;
    store::write_ledger(&folder.join("ledger.parquet"), record.seed, &tallies)?;
    store::write_whole(&folder.join("summary.json"), pretty(&summary).as_bytes())?;
    write_views(folder, &summary, &provenance)?;
    provenance.write(folder, session)?;
    Manifest::of(folder)?.write(folder)?;
    both(&Event::Finished { status: summary.status });
    log.close()?;
    drop(lock);
    if is_final(summary.status) {
        store::remove_folder(&work)?;
    }
    let driven = summary.totals.rollouts - resumed.min(summary.totals.rollouts);
    Ok(Finished { summary, driven: (driven, begin.elapsed().as_secs_f64()), already: false })
}

fn drive_one(
    request: &Request,
    record: &Record,
    scenario: &Scenario,
    rollouts: u64,
    signal: &AtomicUsize,
    state: &mut State,
    tell: &mut dyn FnMut(&Event),
) -> Result<Status, CampaignError> {
    if signal.load(Ordering::Relaxed) != 0 {
        return Ok(Status::Interrupted);
    }
    tell(&Event::Scenario { name: &scenario.name, rollouts });
    let job = Job {
        template: &scenario.template,
        policy: &request.policy,
        seed: record.seed,
        sampling: record.method.sampling(),
        batch: request.batch,
    };
    let (keep, threads, max_faults) = (request.keep, request.threads, request.max_faults);
    let task = Task { job, rollouts, keep, threads, max_faults, signal };
    Ok(drive_scenario(&task, state, tell)?)
}

fn context<'a>(request: &Request, record: &Record, scenario: &'a Scenario) -> RowContext<'a> {
    RowContext {
        template: &scenario.template,
        seed: record.seed,
        sampling: record.method.sampling(),
        weights: scenario.weights(request.method),
    }
}

fn places(folder: &Path, campaign: &str, scenario: &Scenario) -> Places {
    Places {
        rows: folder.join("rollouts").join(&scenario.name),
        work: folder.join(WORK).join(&scenario.name),
        campaign: campaign.into(),
    }
}

/// What an earlier run left in the folder.
enum Earlier {
    /// Nothing, or unfinished work.
    Open,
    /// Everything.
    Finished(Box<Summary>),
    /// Everything, but some files were damaged since: the scenarios that are whole, with their ledgers.
    Damaged(Vec<(usize, Vec<Tally>)>),
}

/// Refuses a folder that is not to be touched, before anything in it is.
fn refuse_what_is_there(request: &Request, record: &Record) -> Result<(), CampaignError> {
    let folder = &request.out;
    if !folder.exists() {
        return Ok(());
    }
    let mut entries = std::fs::read_dir(folder).map_err(|_| CampaignError::Exists { path: folder.clone() })?;
    let started = folder.join("campaign.json").exists();
    // What a start writes before `campaign.json`: a kill may leave it alone, and then the run has never started.
    let before = |name: &str| [WORK, "scenarios", "odds", "log.jsonl"].contains(&name) || name.contains("campaign.json");
    let own = |name: &str| if request.resume && !started { before(name) } else { name == WORK };
    let other = entries.any(|entry| entry.is_ok_and(|entry| !own(&entry.file_name().to_string_lossy())));
    match (request.resume, started, other) {
        (false, _, true) => Err(CampaignError::Exists { path: folder.clone() }),
        (true, false, true) => Err(CampaignError::NoCampaign { path: folder.clone() }),
        (true, true, _) => {
            let there: Record = read_json(folder, "campaign.json", CAMPAIGN_SCHEMA)?;
            if there == *record {
                return Ok(());
            }
            let finished = summary_of(folder).is_some_and(|summary| is_final(summary.status));
            Err(CampaignError::Different { path: folder.clone(), finished, differences: there.differences(record) })
        }
        _ => Ok(()),
    }
}

fn summary_of(folder: &Path) -> Option<Summary> {
    read_json(folder, "summary.json", nines_viz::SUMMARY_SCHEMA).ok()
}

fn earlier(request: &Request, record: &Record, warnings: &mut Vec<String>) -> Result<Earlier, CampaignError> {
    let folder = &request.out;
    if !folder.join("campaign.json").exists() {
        return Ok(Earlier::Open);
    }
    let summary = summary_of(folder);
    let finished = summary.as_ref().is_some_and(|summary| is_final(summary.status));
    let unfinished_work = request.scenarios.iter().any(|(s, _)| folder.join(WORK).join(&s.name).exists());
    let damage = match (summary, unfinished_work, open(folder)) {
        (Some(summary), _, Ok(campaign)) if finished => match campaign.check_files() {
            Ok(()) => return Ok(Earlier::Finished(Box::new(summary))),
            Err(CampaignError::Damaged { what, .. }) => what,
            Err(CampaignError::Unfinished { .. }) => return Ok(Earlier::Open),
            Err(other) => return Err(other),
        },
        (_, false, Err(CampaignError::Damaged { what, .. })) if folder.join("ledger.parquet").exists() => what,
        _ => return Ok(Earlier::Open),
    };
    if unfinished_work {
        return Ok(Earlier::Open);
    }
    if damage.iter().any(|what| what.ends_with("(surplus)")) {
        // Not ours to remove, and no table may hold more than the campaign does.
        return Err(CampaignError::Damaged { path: folder.clone(), what: damage });
    }
    let tallies = store::read_ledger(&folder.join("ledger.parquet")).unwrap_or_default();
    let ledgers = ledgers(folder, record, tallies).unwrap_or_default();
    warnings.push(format!("{}: {}; what they held is made again", folder.display(), damage.join(", ")));
    let in_damage = |file: &str| damage.iter().any(|what| what.starts_with(file));
    if in_damage("ledger.parquet") || in_damage("manifest.json") {
        return Ok(Earlier::Damaged(Vec::new()));
    }
    let whole = ledgers.into_iter().enumerate().filter(|(k, ledger)| {
        let scenario = &record.scenarios[*k];
        ledger.rollouts() == scenario.rollouts && !in_damage(&format!("rollouts/{}/", scenario.name))
    });
    Ok(Earlier::Damaged(whole.map(|(k, ledger)| (k, ledger.rows().to_vec())).collect()))
}

/// Puts whole scenarios of a damaged campaign where unfinished work is taken up from.
fn restore(request: &Request, campaign: &str, whole: Vec<(usize, Vec<Tally>)>) -> Result<(), CampaignError> {
    let record = request.record();
    for (k, tallies) in whole {
        if let Some((scenario, _)) = request.scenarios.get(k) {
            let places = places(&request.out, campaign, scenario);
            State::new(context(request, &record, scenario), places, request.keep)?.put_back(tallies, Status::Complete)?;
        }
    }
    Ok(())
}
