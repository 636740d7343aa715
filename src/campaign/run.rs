//! Runs a campaign: scenario after scenario, all threads on one, and writes its folder.

use super::extend::{OnRecord, forget_results, on_record, summary_of};
use super::folder::{WORK, is_final, ledgers, searches_file};
use super::provenance::{FaultText, Provenance, Session};
use super::rounds::Rounds;
use super::search::{SharedChosen, SharedSample, search_scenario, tape_file};
use super::{
    Analyst, CampaignError, Decision, Event, Found, Log, Lost, Part, Places, Record, RecordedScenario, Request, Scenario, Search,
    State, Tally, Task, drive_scenario, open, pretty, summarise, write_views,
};
use crate::store::{self, Lock, Manifest, RowContext, StoreError};
use nines_sim::Job;
use nines_viz::{Status, Summary};
use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A campaign that was run.
#[derive(Debug)]
pub struct Finished {
    /// Results.
    pub summary: Summary,
    /// What was asked, with the budgets it came to.
    pub record: Record,
    /// Rollouts driven now, and the seconds it took.
    pub driven: (u64, f64),
    /// Whether it had been finished before, so that nothing was done.
    pub already: bool,
}

/// Runs what is asked, and tells what happens. `signal` is not 0 once the user wants it to end.
pub fn run(request: &Request, signal: &AtomicUsize, tell: &mut dyn FnMut(&Event)) -> Result<Finished, CampaignError> {
    let folder = &request.out;
    let OnRecord { mut record, extends } = on_record(request)?;
    let work = folder.join(WORK);
    store::create_folder(&work)?;
    let lock = Lock::take(folder, &work.join("lock"))?;
    let mut warnings = Vec::new();
    if extends {
        forget_results(folder)?;
    } else {
        match earlier(request, &record, &mut warnings)? {
            Earlier::Finished(summary) => {
                drop(lock);
                leave_work(&record, &work)?;
                return Ok(Finished { summary: *summary, record, driven: (0, 0.0), already: true });
            }
            Earlier::Damaged(states) => restore(request, &record, states)?,
            Earlier::Open => {}
        }
    }
    store::sweep_temporaries(folder)?;
    write_record(folder, &record)?;
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
    let faults = RefCell::new(Vec::new());
    let mut both = |event: &Event| {
        log.event(event);
        if let Event::Fault { name, rollout, note: Some(note), .. } = event {
            let (kind, text) = (note.fault.kind.name().to_owned(), note.fault.text.clone());
            faults.borrow_mut().push(FaultText { rollout: format!("{name}/{rollout}"), step: note.step, kind, text });
        }
        tell(event);
    };
    let session = Session::begin(&request.command, request.threads, request.batch);
    let mut provenance = Provenance::read(folder);
    let begin = Instant::now();

    let key = record.work_key();
    let mut states = Vec::new();
    for (scenario, rollouts) in &request.scenarios {
        let places = places(folder, &key, scenario, record.first_chunk(*rollouts));
        let search = Search::of(&record, scenario)?.map(|search| Chooses {
            chosen: search.nothing_chosen(),
            sample: SharedSample::default(),
            search,
        });
        let context = context(request, &record, scenario, search.as_ref());
        let state = State::resume(context, places, request.keep, &mut warnings)?.extensible(record.may_grow());
        states.push(InWork { status: state.ended(), state, search, found: None });
    }
    let resumed = states.iter().map(|one| one.state.counts().rollouts).sum();
    let asked = record.scenarios.iter().zip(&states);
    let all_of = |asked: &RecordedScenario| {
        let range = record.range(asked.rollouts);
        range.end - range.start
    };
    let rollouts = asked.map(|(asked, one)| if one.status.is_some() { one.state.counts().rollouts } else { all_of(asked) }).sum();
    let rollouts = request.time.is_none().then_some(rollouts);
    both(&Event::Started { scenarios: states.len(), rollouts, resumed });
    warnings.into_iter().for_each(|text| both(&Event::Warning { text }));

    let mut driver = Driver { request, decision: Decision::of(&record)?, signal, scenarios: states, provenance: &mut provenance };
    match request.time {
        None => driver.up_to_the_budget(&record, &mut both)?,
        Some(time) => driver.by_time(time, &mut record, &mut both)?,
    }
    let (mut parts, mut tallies) = (Vec::new(), Vec::new());
    for ((scenario, _), one) in request.scenarios.iter().zip(driver.scenarios) {
        tallies.extend_from_slice(one.state.ledger().rows());
        let (status, tally) = (one.status.unwrap_or(Status::Interrupted), one.state.ledger().total());
        let search = one.found(folder, &scenario.name, status)?;
        // Telling modes apart takes longer than whoever interrupts a run waits.
        let modes = match status {
            Status::Interrupted => None,
            _ => super::modes::modes(folder, &record, scenario, &tally, search.as_ref())?,
        };
        let lost = Lost::of(folder, scenario, &tally, record.hindsight)?;
        let calibration = super::beliefs::calibration(folder, &record, scenario, &tally)?;
        parts.push(Part { scenario, status, tally, search: search.map(|found| found.summary), modes, lost, calibration });
    }

    let campaign = write_record(folder, &record)?;
    let summary = summarise(&record, &campaign, &request.odds, &parts)?;
    store::write_ledger(&folder.join("ledger.parquet"), record.seed, &tallies)?;
    store::write_whole(&folder.join("summary.json"), pretty(&summary).as_bytes())?;
    provenance.faults.append(&mut faults.borrow_mut());
    provenance.write(folder, session)?;
    write_views(&open(folder)?, &Provenance::read(folder), None)?;
    Manifest::of(folder)?.write(folder)?;
    both(&Event::Finished { status: summary.status });
    log.close()?;
    drop(lock);
    if is_final(summary.status) {
        leave_work(&record, &work)?;
    }
    let driven = summary.totals.rollouts - resumed.min(summary.totals.rollouts);
    Ok(Finished { summary, record, driven: (driven, begin.elapsed().as_secs_f64()), already: false })
}

/// The status of a scenario of which all is driven that is to be driven here.
fn whole_status(record: &Record) -> Status {
    if record.shard.is_some() { Status::Partial } else { Status::Complete }
}

/// Writes `campaign.json`, and gives its hash.
pub(super) fn write_record(folder: &Path, record: &Record) -> Result<String, CampaignError> {
    let (text, campaign) = record.text();
    store::write_whole(&folder.join("campaign.json"), text.as_bytes())?;
    Ok(campaign)
}

/// Takes the work of a finished campaign away, unless more may be asked for: then it is where that goes on from.
fn leave_work(record: &Record, work: &Path) -> Result<(), CampaignError> {
    if record.may_grow() { Ok(()) } else { Ok(store::remove_folder(work)?) }
}

/// A scenario in work, and how it ended, if it has.
struct InWork<'a> {
    state: State<'a>,
    status: Option<Status>,
    /// Of a method that searches.
    search: Option<Chooses>,
    /// What it found.
    found: Option<Found>,
}

/// A search, what it chose, and in the end the rollouts that its estimate rests on.
struct Chooses {
    search: Search,
    chosen: SharedChosen,
    sample: SharedSample,
}

impl InWork<'_> {
    /// What its search found; the margins that it met are written where they are checked from. One that an earlier run brought to its end
    /// is recalled from them.
    fn found(self, folder: &Path, name: &str, status: Status) -> Result<Option<Found>, CampaignError> {
        let Some(Chooses { search, .. }) = self.search else { return Ok(None) };
        if status != Status::Complete {
            return Ok(Some(Found { summary: search.unfinished(status), sample: None }));
        }
        let tape = store::read_margins(&tape_file(self.state.work()))?;
        let file = searches_file(folder, name);
        store::create_folder(&folder.join("searches"))?;
        store::write_margins(&file, name, &tape)?;
        let found = self.found.or_else(|| search.recall(&tape));
        found.map(Some).ok_or_else(|| StoreError::damaged(&file, "its search does not come out of it").into())
    }
}

/// Drives the scenarios of a campaign.
struct Driver<'a> {
    request: &'a Request,
    decision: Option<Decision>,
    signal: &'a AtomicUsize,
    scenarios: Vec<InWork<'a>>,
    provenance: &'a mut Provenance,
}

impl Driver<'_> {
    /// Each scenario up to its rollouts.
    fn up_to_the_budget(&mut self, record: &Record, tell: &mut dyn FnMut(&Event)) -> Result<(), CampaignError> {
        for (k, asked) in record.scenarios.iter().enumerate() {
            if self.scenarios[k].status.is_none() {
                let range = record.range(asked.rollouts);
                let status = match self.stopped() {
                    Some(status) => status,
                    None if range.is_empty() => Status::Complete,
                    None => self.drive(k, record, range, tell)?,
                };
                // All of a shard is driven, never all of the scenario.
                let status = if status == Status::Complete { whole_status(record) } else { status };
                self.end(k, status, tell)?;
            }
        }
        Ok(())
    }

    /// All scenarios in turn until the time is over; what each has then is what was asked for.
    fn by_time(&mut self, time: Duration, record: &mut Record, tell: &mut dyn FnMut(&Event)) -> Result<(), CampaignError> {
        let driven = self.scenarios.iter().map(|one| one.state.ledger().rollouts()).max().unwrap_or(0);
        let most = self.request.scenarios.iter().map(|(_, most)| *most).max().unwrap_or(0);
        let mut rounds = Rounds::new(time, driven, most);
        while self.stopped().is_none() && self.scenarios.iter().any(|one| one.status.is_none()) {
            let Some(rollouts) = rounds.next() else { break };
            // On record before it is driven, so that a kill leaves no more than was asked for.
            record.scenarios.iter_mut().for_each(|scenario| scenario.ask_for(rollouts));
            write_record(&self.request.out, record)?;
            for k in 0..self.scenarios.len() {
                if self.stopped().is_none() && self.scenarios[k].status.is_none() {
                    match self.drive(k, record, 0..rollouts, tell)? {
                        Status::Complete => self.scenarios[k].state.save()?,
                        status => self.end(k, status, tell)?,
                    }
                }
            }
        }
        let stopped = self.stopped().unwrap_or(Status::Interrupted);
        for (k, asked) in record.scenarios.iter().enumerate() {
            if self.scenarios[k].status.is_none() {
                let all = self.scenarios[k].state.ledger().rollouts() == asked.rollouts;
                self.end(k, if all { Status::Complete } else { stopped }, tell)?;
            }
        }
        Ok(())
    }

    /// What ended the campaign before all was driven.
    fn stopped(&self) -> Option<Status> {
        let ends = |status: &Status| matches!(status, Status::Stopped | Status::Interrupted);
        self.scenarios.iter().filter_map(|one| one.status).find(ends)
    }

    fn drive(
        &mut self,
        k: usize,
        record: &Record,
        range: Range<u64>,
        tell: &mut dyn FnMut(&Event),
    ) -> Result<Status, CampaignError> {
        let (since, request) = (Instant::now(), self.request);
        let (scenario, _) = &request.scenarios[k];
        if self.signal.load(Ordering::Relaxed) != 0 {
            return Ok(Status::Interrupted);
        }
        tell(&Event::Scenario { name: &scenario.name, rollouts: range.end - range.start });
        let job = Job {
            template: &scenario.template,
            policy: request.policy.pilot(),
            seed: record.seed,
            sampling: record.method.sampling(),
            chosen: None,
            batch: request.batch,
        };
        let (keep, threads, max_faults, ahead) = (request.keep, request.threads, request.max_faults, request.ahead);
        let (decision, signal) = (self.decision, self.signal);
        let (rollouts, beliefs) = (range.end, record.beliefs);
        let task = Task { job, rollouts, keep, beliefs, threads, ahead, max_faults, decision, signal };
        let one = &mut self.scenarios[k];
        let status = match &one.search {
            None => drive_scenario(&task, &mut one.state, tell)?,
            Some(Chooses { search, chosen, sample }) => {
                let (status, found) = search_scenario(search, &task, &mut one.state, (chosen, sample), tell)?;
                one.found = found;
                status
            }
        };
        *self.provenance.seconds.entry(scenario.name.clone()).or_default() += since.elapsed().as_secs_f64();
        Ok(status)
    }

    fn end(&mut self, k: usize, status: Status, tell: &mut dyn FnMut(&Event)) -> Result<(), CampaignError> {
        let one = &mut self.scenarios[k];
        one.state.end(status)?;
        one.status = Some(status);
        tell(&Event::Ended { name: &self.request.scenarios[k].0.name, status, counts: one.state.counts() });
        Ok(())
    }
}

fn context<'a>(request: &'a Request, record: &Record, scenario: &'a Scenario, search: Option<&Chooses>) -> RowContext<'a> {
    RowContext {
        template: &scenario.template,
        seed: record.seed,
        sampling: record.method.sampling(),
        weights: scenario.weights(request.method),
        chosen: search.map(|search| search.chosen.clone()),
        sample: search.map(|search| search.sample.clone()),
        answers: request.policy.is_external(),
        hindsight: (request.hindsight > 0).then(|| Analyst {
            pilot: request.policy.pilot(),
            most: request.hindsight,
            threads: request.threads,
        }),
        beliefs: (record.beliefs > 0).then(|| Analyst {
            pilot: request.policy.pilot(),
            most: record.beliefs,
            threads: request.threads,
        }),
    }
}

fn places(folder: &Path, campaign: &str, scenario: &Scenario, first_chunk: u64) -> Places {
    Places {
        rows: folder.join("rollouts").join(&scenario.name),
        work: folder.join(WORK).join(&scenario.name),
        campaign: campaign.into(),
        first_chunk,
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
            // Of a watched plan the work stays, and makes damaged files again; what is surplus it would take for its own.
            Err(CampaignError::Unfinished { what, .. }) if !is_surplus(&what) => return Ok(Earlier::Open),
            Err(CampaignError::Unfinished { what, .. }) => what,
            Err(other) => return Err(other),
        },
        (_, false, Err(CampaignError::Damaged { what, .. })) if folder.join("ledger.parquet").exists() => what,
        _ => return Ok(Earlier::Open),
    };
    if unfinished_work && !(finished && is_surplus(&damage)) {
        return Ok(Earlier::Open);
    }
    if is_surplus(&damage) {
        // Not ours to remove, and no table may hold more than the campaign does.
        return Err(CampaignError::Damaged { path: folder.clone(), what: damage });
    }
    let tallies = store::read_ledger(&folder.join("ledger.parquet")).unwrap_or_default();
    let ledgers = ledgers(folder, record, tallies).unwrap_or_default();
    warnings.push(format!("{}: {}; what they held is made again", folder.display(), damage.join(", ")));
    let in_damage = |file: &str| damage.iter().any(|what| what.starts_with(file));
    // What a watched scenario would go on from is made again with it.
    if in_damage("ledger.parquet") || in_damage("manifest.json") || record.may_grow() {
        return Ok(Earlier::Damaged(Vec::new()));
    }
    let whole = ledgers.into_iter().enumerate().filter(|(k, ledger)| {
        let scenario = &record.scenarios[*k];
        // A search has used what it needed of its budget.
        let range = record.range(scenario.rollouts);
        let all = range.is_empty() || ledger.rollouts() == range.end || record.method.searches() && ledger.rollouts() > 0;
        all && !in_damage(&format!("rollouts/{}/", scenario.name)) && !in_damage(&format!("searches/{}.", scenario.name))
    });
    Ok(Earlier::Damaged(whole.map(|(k, ledger)| (k, ledger.rows().to_vec())).collect()))
}

fn is_surplus(damage: &[String]) -> bool {
    damage.iter().any(|what| what.ends_with("(surplus)"))
}

/// Puts whole scenarios of a damaged campaign where unfinished work is taken up from.
fn restore(request: &Request, record: &Record, whole: Vec<(usize, Vec<Tally>)>) -> Result<(), CampaignError> {
    let key = record.work_key();
    for (k, tallies) in whole {
        if let Some((scenario, rollouts)) = request.scenarios.get(k) {
            let places = places(&request.out, &key, scenario, record.first_chunk(*rollouts));
            if record.method.searches() {
                let tape = store::read_margins(&searches_file(&request.out, &scenario.name))?;
                store::create_folder(&places.work)?;
                store::write_margins(&tape_file(&places.work), &scenario.name, &tape)?;
            }
            let state = State::new(context(request, record, scenario, None), places, request.keep)?;
            state.put_back(tallies, whole_status(record))?;
        }
    }
    Ok(())
}
