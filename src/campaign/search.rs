//! Searches a scenario for failures: an estimator chooses concrete scenarios, the engine drives them, and all of them are counted and
//! stored as those of any campaign.
//!
//! The margins so far are the tape of the search. Played back to the same estimator they bring it to the same place without driving
//! anything: so an interrupted search goes on, and so its answer is checked.

use super::coordinator::{asked_again, take_in};
use super::space::{LimitState, Space};
use super::{CHUNK, Event, Method, Record, Scenario, State, SummaryError, Tally, Task, may_be_kept};
use crate::store::{self, StoreError};
use nines_metrics::rare::{self, Answer, CrossEntropy, Estimator, Neyman, Points, Progress, Qmc, Subset};
use nines_metrics::{Confidence, Interval};
use nines_sim::{Chosen, Driven, FaultNote, Job, Outcome, drive};
use nines_viz::{SearchSummary, Status};
use std::cell::Cell;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

/// What was chosen so far: a search adds to it, rows are made from it.
pub type SharedChosen = Arc<RwLock<Chosen>>;

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// In figures.
    pub summary: SearchSummary,
    /// The rollouts that its estimate rests on; `None` where it reached none, and of subset simulation, whose chains have no weights.
    pub sample: Option<FinalSample>,
}

/// The final sample of a search, once it has one.
pub type SharedSample = Arc<OnceLock<FinalSample>>;

/// The rollouts that the estimate of a search rests on, with their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalSample {
    first: u64,
    stride: u64,
    size: u64,
    /// Likelihood ratios; empty where all are 1.
    weights: Vec<f64>,
}

impl FinalSample {
    /// Likelihood ratio of a rollout; `None` of one that is no part of the sample.
    pub fn weight(&self, rollout: u64) -> Option<f64> {
        let place = rollout.checked_sub(self.first).filter(|place| place.is_multiple_of(self.stride))? / self.stride;
        if place >= self.size {
            return None;
        }
        if self.weights.is_empty() { Some(1.0) } else { self.weights.get(usize::try_from(place).ok()?).copied() }
    }
}

/// Longest time between two files of unfinished work.
const SAVE_EVERY: Duration = Duration::from_millis(400);
/// Errors of perception, cues and wandering are noise that no point shows.
const NOISY: bool = true;
/// Name of the tape among the files of unfinished work.
const TAPE_FILE: &str = "margins.parquet";

impl Method {
    fn estimator(self) -> Option<&'static dyn Estimator> {
        match self {
            Method::Stratified | Method::Mc => None,
            Method::Qmc => Some(&Qmc),
            Method::Neyman => Some(&Neyman),
            Method::CrossEntropy => Some(&CrossEntropy),
            Method::Subset => Some(&Subset),
            Method::Auto => Some(&rare::Auto),
        }
    }
}

/// A search that is asked for in a scenario.
#[derive(Clone, Debug)]
pub struct Search {
    space: Space,
    limit_state: LimitState,
    method: Method,
    request: rare::Request,
    name: String,
}

impl Search {
    /// The search that a campaign asks for in a scenario; `None` where it draws at random.
    ///
    /// # Errors
    /// For a confidence that cannot be.
    pub fn of(record: &Record, scenario: &Scenario) -> Result<Option<Self>, SummaryError> {
        let asked = record.scenarios.iter().find(|s| s.name == scenario.name).map_or(0, |s| s.rollouts);
        let Some(settings) = record.search.as_ref().filter(|_| record.method.searches()) else { return Ok(None) };
        let space = Space::of(scenario, record.method);
        let request = rare::Request {
            budget: space.evaluations(asked),
            target: settings.relative_error,
            confidence: Confidence::new(record.confidence)?,
            seed: Space::seed(record.seed, &scenario.name),
        };
        let limit_state = LimitState::by_name(&settings.limit_state).unwrap_or(LimitState::Min);
        Ok(Some(Self { space, limit_state, method: record.method, request, name: scenario.name.clone() }))
    }

    /// Whether it chose the point of a rollout.
    pub fn has_chosen(&self, rollout: u64) -> bool {
        self.space.is_chosen(rollout)
    }

    /// What it chose, to begin with nothing.
    pub fn nothing_chosen(&self) -> SharedChosen {
        Arc::new(RwLock::new(self.space.nothing_chosen()))
    }

    /// The answer that follows from a tape that holds all of its margins.
    pub fn recall(&self, tape: &[f64]) -> Option<Found> {
        let mut recalled = Recalled { space: &self.space, tape, next: 0 };
        let answer = self.method.estimator()?.estimate(&mut recalled, &self.request, &mut |_| ControlFlow::Continue(()));
        // A tape that is too short or too long is that of another search.
        (recalled.next == tape.len()).then(|| self.found(&answer))
    }

    fn found(&self, answer: &Answer) -> Found {
        let rests_on_points = answer.estimate.estimate().is_some() && answer.method != Method::Subset.name();
        let sample = rests_on_points.then(|| FinalSample {
            first: self.space.rollout(answer.evaluations.saturating_sub(answer.detail.sample)),
            stride: self.space.stride(),
            size: answer.detail.sample,
            weights: answer.detail.weights.clone(),
        });
        Found { summary: self.summary(answer), sample }
    }

    /// What counts as a failure of it.
    pub fn limit_state(&self) -> LimitState {
        self.limit_state
    }

    fn summary(&self, answer: &Answer) -> SearchSummary {
        let (estimate, detail) = (&answer.estimate, &answer.detail);
        SearchSummary {
            method: answer.method.into(),
            limit_state: self.limit_state.name().into(),
            evaluations: answer.evaluations,
            sample: detail.sample,
            failures: detail.failures,
            estimate: estimate.estimate(),
            relative_error: Some(detail.error).filter(|error| error.is_finite()),
            freedom: detail.freedom,
            interval: super::sample::interval_name(estimate.interval()).into(),
            effective_sample: detail.effective,
            largest_weight: detail.largest_weight,
            pareto_shape: detail.tail,
            components: detail.components.map(|components| components as u64),
            replicates: detail.replicates.clone(),
            acceptance: detail.acceptance.clone(),
            heritability: detail.heritability,
            plain_equivalent: detail.plain_equivalent,
            ok: estimate.diagnostics().ok,
            warnings: estimate.diagnostics().warnings.clone(),
        }
    }

    /// No answer yet.
    pub fn unfinished(&self, status: Status) -> SearchSummary {
        SearchSummary {
            method: self.method.name().into(),
            limit_state: self.limit_state.name().into(),
            evaluations: 0,
            sample: 0,
            failures: 0,
            estimate: None,
            relative_error: None,
            freedom: 0.0,
            interval: super::sample::interval_name(Interval::LogT).into(),
            effective_sample: None,
            largest_weight: None,
            pareto_shape: None,
            components: None,
            replicates: Vec::new(),
            acceptance: Vec::new(),
            heritability: None,
            plain_equivalent: 0.0,
            ok: false,
            warnings: vec![format!("search-{}", status.name())],
        }
    }
}

/// A limit state that was evaluated before.
struct Recalled<'t> {
    space: &'t Space,
    tape: &'t [f64],
    next: usize,
}

impl rare::LimitState for Recalled<'_> {
    fn dim(&self) -> usize {
        self.space.dim()
    }

    fn is_noisy(&self) -> bool {
        NOISY
    }

    fn choices(&self) -> Vec<f64> {
        self.space.shares()
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        for (k, to) in out.iter_mut().enumerate() {
            *to = self.tape.get(self.next + k).copied().unwrap_or(f64::NAN);
        }
        self.next += points.len();
    }
}

/// A search in work.
pub struct Searching<'t, 'a> {
    search: &'t Search,
    task: &'t Task<'t>,
    state: &'t mut State<'a>,
    chosen: SharedChosen,
    tell: &'t mut dyn FnMut(&Event),
    /// Margins of all evaluations so far; at the start those of an earlier run.
    tape: Vec<f64>,
    tape_file: PathBuf,
    /// Evaluations asked for so far.
    asked: usize,
    /// Outcomes that do not fill a chunk yet.
    pending: Vec<Outcome>,
    batch_dependent: u64,
    /// What is known of the first fault of those.
    first_fault: Option<FaultNote>,
    saved: Instant,
    ended: &'t Cell<Option<Status>>,
    failed: Option<StoreError>,
}

/// Searches a scenario from where its state is. Gives how it ended, and the answer if it has one.
pub fn search_scenario(
    search: &Search,
    task: &Task,
    state: &mut State,
    (chosen, sample): (&SharedChosen, &SharedSample),
    tell: &mut dyn FnMut(&Event),
) -> Result<(Status, Option<Found>), StoreError> {
    let Some(estimator) = search.method.estimator() else { return Ok((Status::Interrupted, None)) };
    let tape_file = tape_file(state.work());
    let driven = search.space.evaluations(state.ledger().rollouts()) as usize;
    let mut tape = store::read_margins(&tape_file).unwrap_or_default();
    if tape.len() < driven {
        state.begin_again()?;
        tape.clear();
    }
    tape.truncate(search.space.evaluations(state.ledger().rollouts()) as usize);
    let ended = Cell::new(None);
    let mut searching = Searching {
        search,
        task,
        state,
        chosen: chosen.clone(),
        tell,
        tape,
        tape_file,
        asked: 0,
        pending: Vec::new(),
        batch_dependent: 0,
        first_fault: None,
        saved: Instant::now(),
        ended: &ended,
        failed: None,
    };
    let mut go_on = |_: Progress<'_>| {
        if ended.get().is_none() && task.signal.load(Ordering::Relaxed) != 0 {
            ended.set(Some(Status::Interrupted));
        }
        if ended.get().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let answer = estimator.estimate(&mut searching, &search.request, &mut go_on);
    if let Some(failed) = searching.failed {
        return Err(failed);
    }
    if ended.get().is_none() {
        searching.take_in_rest()?;
    }
    searching.save()?;
    match ended.get() {
        Some(status) => Ok((status, None)),
        None => {
            let found = search.found(&answer);
            // Rows that are written from now on have their weights.
            found.sample.iter().for_each(|one| _ = sample.set(one.clone()));
            Ok((Status::Complete, Some(found)))
        }
    }
}

/// Where the tape of a scenario in work is.
pub fn tape_file(work: &Path) -> PathBuf {
    work.join(TAPE_FILE)
}

impl rare::LimitState for Searching<'_, '_> {
    fn dim(&self) -> usize {
        self.search.space.dim()
    }

    fn is_noisy(&self) -> bool {
        NOISY
    }

    fn choices(&self) -> Vec<f64> {
        self.search.space.shares()
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        {
            let mut chosen = self.chosen.write().unwrap_or_else(PoisonError::into_inner);
            for (k, point) in points.rows().enumerate() {
                self.search.space.choose(&mut chosen, point, points.parent(k));
            }
        }
        let first = self.asked;
        self.asked += points.len();
        if self.tape.len() < self.asked && self.ended.get().is_none() {
            let range = self.search.space.rollouts(self.tape.len())..self.search.space.rollouts(self.asked);
            if let Err(failed) = self.drive(range) {
                self.failed = Some(failed);
                self.ended.set(Some(Status::Interrupted));
            }
        }
        for (k, to) in out.iter_mut().enumerate() {
            // What is missing was stopped, and nothing comes of it.
            *to = self.tape.get(first + k).copied().unwrap_or(f64::INFINITY);
        }
    }
}

impl Searching<'_, '_> {
    /// Drives rollouts on all threads, and takes in the chunks that are full.
    fn drive(&mut self, rollouts: Range<u64>) -> Result<(), StoreError> {
        let driven = {
            let chosen = self.chosen.read().unwrap_or_else(PoisonError::into_inner);
            drive_together(&Job { chosen: Some(&chosen), ..self.task.job }, rollouts, self.task.threads)
        };
        self.batch_dependent += driven.batch_dependent;
        self.first_fault = self.first_fault.take().or(driven.first_fault);
        for outcome in driven.outcomes {
            if self.search.space.is_chosen(outcome.rollout) {
                self.tape.push(self.search.limit_state.margin(&outcome));
            }
            self.pending.push(outcome);
            if self.pending.len() as u64 == CHUNK {
                self.take_in_rest()?;
            }
        }
        if self.saved.elapsed() >= SAVE_EVERY && self.state.chunks_unsaved() > 0 {
            self.save()?;
        }
        Ok(())
    }

    fn take_in_rest(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() || self.ended.get().is_some() {
            return Ok(());
        }
        let outcomes = std::mem::take(&mut self.pending);
        let mut tally = Tally::of(self.task.job.template, &outcomes);
        tally.batch_dependent = std::mem::take(&mut self.batch_dependent);
        {
            let chosen = self.chosen.read().unwrap_or_else(PoisonError::into_inner);
            asked_again(&Job { chosen: Some(&chosen), ..self.task.job }, &mut tally, &outcomes);
        }
        let note = self.first_fault.take();
        let below = self.state.nearest_below();
        let candidates = outcomes.into_iter().filter(|o| may_be_kept(o, self.task.keep, below)).collect();
        take_in(self.task, self.state, tally, candidates, note.as_ref(), self.tell)?;
        if self.task.max_faults.is_some_and(|most| self.state.counts().faults >= most) {
            self.ended.set(Some(Status::Stopped));
        }
        Ok(())
    }

    /// The tape first: it may hold more than the chunks, never less.
    fn save(&mut self) -> Result<(), StoreError> {
        store::write_margins(&self.tape_file, &self.search.name, &self.tape)?;
        self.state.save()?;
        self.saved = Instant::now();
        (self.tell)(&Event::Saved { name: &self.search.name, counts: self.state.counts() });
        Ok(())
    }
}

/// Drives a range in parts, one for each thread. Outcomes do not depend on how it is parted.
fn drive_together(job: &Job, rollouts: Range<u64>, threads: usize) -> Driven {
    let part = (rollouts.end - rollouts.start).div_ceil(threads.max(1) as u64).max(16);
    let parts: Vec<Range<u64>> =
        (rollouts.start..rollouts.end).step_by(part as usize).map(|first| first..(first + part).min(rollouts.end)).collect();
    if let [whole] = &parts[..] {
        return drive(job, whole.clone());
    }
    thread::scope(|scope| {
        let all: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || drive(job, part))).collect();
        let mut driven = Driven::default();
        for part in all {
            // A panic of our own is passed on: it is no result.
            let part = part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            driven.outcomes.extend(part.outcomes);
            driven.batch_dependent += part.batch_dependent;
            driven.note(part.first_fault);
        }
        driven
    })
}
