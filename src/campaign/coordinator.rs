//! Drives a scenario: threads drive runs of chunks, one coordinator takes them in, in the order of their numbers.
//!
//! How many chunks a thread takes at a time follows from how fast it is and never reaches a result. Nobody runs farther than a
//! window ahead of the first chunk that is missing, so memory does not grow with the budget.

use super::{CHUNK, Decision, Event, State, Tally, may_be_kept};
use crate::policy::{Repeats, repeats};
use crate::store::StoreError;
use nines_sim::{Criterion, FaultNote, Job, Outcome, Pilot, drive};
use nines_viz::Status;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Most chunks that a thread takes at a time.
const MOST_CHUNKS: u64 = 16;
/// A thread takes more at a time while it is done sooner than this, and less when it takes four times as long.
const HAND_FULL: Duration = Duration::from_millis(50);
/// Longest time without a look at signals.
const LOOK: Duration = Duration::from_millis(50);
/// Longest time between two files of unfinished work.
const SAVE_EVERY: Duration = Duration::from_millis(400);

/// Failures of a scenario of which the answers of a policy that is not built in are kept.
pub(super) const ANSWERS_KEPT: u64 = 2000;

/// A scenario to be driven.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// Scenario, policy, seed and sampling.
    pub job: Job<'a>,
    /// Index up to which is driven, from where the state is.
    pub rollouts: u64,
    /// Rows kept from the start.
    pub keep: u64,
    /// Rollouts from the start whose beliefs are scored: what was answered in them is needed, passes too.
    pub beliefs: u64,
    /// Threads; never changes a result.
    pub threads: usize,
    /// Chunks that may be driven and not taken in yet; never changes a result.
    pub ahead: u64,
    /// End with the chunk in which this fault falls.
    pub max_faults: Option<u64>,
    /// End with the chunk after which this is reached.
    pub decision: Option<Decision>,
    /// Not 0 once a signal was received: then the work in hand is finished, and nothing else.
    pub signal: &'a AtomicUsize,
}

impl Task<'_> {
    /// Why nothing more is to be driven, however large the budget.
    fn ends(&self, state: &State) -> Option<Status> {
        if self.max_faults.is_some_and(|most| state.counts().faults >= most) {
            Some(Status::Stopped)
        } else if self.decision.is_some_and(|decision| decision.is_reached(state)) {
            Some(Status::Decided)
        } else {
            None
        }
    }
}

/// Drives the scenario from where its state is.
pub fn drive_scenario(task: &Task, state: &mut State, tell: &mut dyn FnMut(&Event)) -> Result<Status, StoreError> {
    // Of an earlier run that was killed between its last chunk and its end.
    if let Some(status) = task.ends(state).filter(|_| state.ledger().chunks() > 0) {
        return Ok(status);
    }
    let desk = Desk::new(state.ledger().chunks(), task.rollouts.div_ceil(CHUNK), task.ahead);
    let below = AtomicU64::new(state.nearest_below().to_bits());
    thread::scope(|scope| {
        // Dropped before the threads are awaited, so that none waits with a result that nobody takes.
        let (send, receive) = sync_channel::<Group>(2 * task.threads);
        for _ in 0..task.threads {
            let send = send.clone();
            scope.spawn(|| work(task, &desk, &below, send));
        }
        drop(send);
        // However the coordinator leaves, the threads find the desk closed and come home.
        let _closing = Closing(&desk);
        let mut waiting: BTreeMap<u64, Group> = BTreeMap::new();
        let (mut saved, mut stopping) = (Instant::now(), false);
        loop {
            if !stopping && task.signal.load(Ordering::Relaxed) != 0 {
                stopping = true;
                desk.close();
                tell(&Event::Stopping);
            }
            match receive.recv_timeout(LOOK) {
                Ok(group) => _ = waiting.insert(group.first, group),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            while let Some(group) = waiting.remove(&state.ledger().chunks()) {
                for (tally, candidates) in group.chunks {
                    take_in(task, state, tally, candidates, group.first_fault.as_ref(), tell)?;
                    if let Some(status) = task.ends(state) {
                        return Ok(status);
                    }
                }
                below.store(state.nearest_below().to_bits(), Ordering::Relaxed);
                desk.taken_in(state.ledger().chunks());
            }
            if saved.elapsed() >= SAVE_EVERY && state.chunks_unsaved() > 0 {
                state.save()?;
                tell(&Event::Saved { name: &task.job.template.name, counts: state.counts() });
                saved = Instant::now();
            }
        }
        Ok(if state.ledger().rollouts() == task.rollouts { Status::Complete } else { Status::Interrupted })
    })
}

/// Takes in a chunk, and tells of it.
pub(super) fn take_in(
    task: &Task,
    state: &mut State,
    tally: Tally,
    mut candidates: Vec<Outcome>,
    note: Option<&FaultNote>,
    tell: &mut dyn FnMut(&Event),
) -> Result<(), StoreError> {
    let (name, rollouts, clean) = (&task.job.template.name[..], tally.rollouts, state.counts().faults == 0);
    if let (true, Some(fault)) = (clean, tally.causes.iter().find(|c| c.criterion == Criterion::PolicyFault)) {
        let kinds = tally.fault_kinds.iter().map(|f| f.kind.name()).collect();
        let note = note.filter(|note| note.rollout == fault.first);
        tell(&Event::Fault { name, rollout: fault.first, kinds, note });
    }
    if tally.unrepeatable + tally.batch_dependent > 0 {
        tell(&Event::Unsteady { name, unrepeatable: tally.unrepeatable, batch_dependent: tally.batch_dependent });
    }
    let room = ANSWERS_KEPT.saturating_sub(state.counts().failures) as usize;
    candidates.iter_mut().filter(|o| !o.failed() && o.rollout >= task.beliefs).for_each(|o| o.actions = Vec::new());
    candidates.iter_mut().filter(|o| o.failed()).skip(room).for_each(|o| o.actions = Vec::new());
    state.absorb(tally, candidates)?;
    tell(&Event::Chunk { name, rollouts, counts: state.counts() });
    Ok(())
}

/// Consecutive chunks that were driven together.
struct Group {
    first: u64,
    chunks: Vec<(Tally, Vec<Outcome>)>,
    first_fault: Option<FaultNote>,
}

fn work(task: &Task, desk: &Desk, below: &AtomicU64, send: SyncSender<Group>) {
    let _closing = Closing(desk);
    // A policy that is asked for many worlds at once has to have them.
    let least = match task.job.policy {
        Pilot::BuiltIn(_) => 1,
        Pilot::External(_) => (task.job.batch as u64).div_ceil(CHUNK).clamp(1, MOST_CHUNKS),
    };
    let mut size = least;
    while let Some(chunks) = desk.claim(size) {
        let begin = Instant::now();
        let group = drive_group(task, chunks, f64::from_bits(below.load(Ordering::Relaxed)));
        let took = begin.elapsed();
        if took < HAND_FULL {
            size = (2 * size).min(MOST_CHUNKS);
        } else if took > 4 * HAND_FULL {
            size = (size / 2).max(least);
        }
        if send.send(group).is_err() {
            break;
        }
    }
}

fn drive_group(task: &Task, chunks: Range<u64>, nearest_below: f64) -> Group {
    let range = State::chunk_range(chunks.start, task.rollouts).start..State::chunk_range(chunks.end - 1, task.rollouts).end;
    let driven = drive(&task.job, range);
    let mut outcomes = driven.outcomes.into_iter();
    let mut group = Group {
        first: chunks.start,
        chunks: Vec::with_capacity((chunks.end - chunks.start) as usize),
        first_fault: driven.first_fault,
    };
    for chunk in chunks {
        let range = State::chunk_range(chunk, task.rollouts);
        let outcomes: Vec<Outcome> = outcomes.by_ref().take((range.end - range.start) as usize).collect();
        let mut tally = Tally::of(task.job.template, &outcomes);
        if chunk == group.first {
            // Which batch call depended on its batch cannot be told by index: it counts where the group begins.
            tally.batch_dependent = driven.batch_dependent;
        }
        asked_again(&task.job, &mut tally, &outcomes);
        let candidates = outcomes.into_iter().filter(|o| may_be_kept(o, task.keep, nearest_below)).collect();
        group.chunks.push((tally, candidates));
    }
    group
}

/// Counts what of the first chunk comes out otherwise when it is driven again.
pub(super) fn asked_again(job: &Job, tally: &mut Tally, outcomes: &[Outcome]) {
    if tally.first_rollout == 0 {
        let Repeats { unrepeatable, batch_dependent } = repeats(job, outcomes);
        tally.unrepeatable += unrepeatable;
        tally.batch_dependent += batch_dependent;
    }
}

/// Where threads get chunks from.
struct Desk {
    state: Mutex<DeskState>,
    moved: Condvar,
    chunks: u64,
    window: u64,
}

struct DeskState {
    next: u64,
    taken_in: u64,
    closed: bool,
}

impl Desk {
    fn new(next: u64, chunks: u64, window: u64) -> Self {
        let state = Mutex::new(DeskState { next, taken_in: next, closed: false });
        Self { state, moved: Condvar::new(), chunks, window: window.max(1) }
    }

    /// The next chunks, at most `most`; waits while they are too far ahead. `None` when there are no more.
    fn claim(&self, most: u64) -> Option<Range<u64>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.closed || state.next >= self.chunks {
                return None;
            }
            let end = (state.next + most).min(self.chunks).min(state.taken_in + self.window);
            if state.next < end {
                let claimed = state.next..end;
                state.next = end;
                return Some(claimed);
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn taken_in(&self, chunks: u64) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).taken_in = chunks;
        self.moved.notify_all();
    }

    fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.moved.notify_all();
    }
}

/// Closes the desk when the coordinator leaves or a thread panics: nobody waits for a chunk that never comes.
struct Closing<'a>(&'a Desk);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if thread::panicking() || state.next < self.0.chunks {
            state.closed = true;
        }
        drop(state);
        self.0.moved.notify_all();
    }
}
