//! Driving with policies that are no lanes: many worlds by a batch policy, one world with its trace.
//!
//! A batch call that faults is not attributed: every live world of it is driven again alone from its start, in a session begun anew;
//! only those that fault alone are faults. If none does, the policy depends on its batch, which is counted.

use crate::engine::{Driven, Job};
use crate::layout::ACTION_LAYOUT;
use crate::outcome::Outcome;
use crate::policy::batch::{ActionBatch, BatchPolicy, ObservationBatch, Packed, Pilot, PolicyFault, Sessions, guarded};
use crate::prepare::Draws;
use crate::recorder::Recorder;
use crate::seat::Seat;
use crate::trace::Trace;
use std::ops::Range;

/// What is known of a fault of a policy, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultNote {
    /// Index of the rollout within its scenario.
    pub rollout: u64,
    /// Step at which it happened.
    pub step: u32,
    /// The fault.
    pub fault: PolicyFault,
}

impl FaultNote {
    /// Of an answer that is no number, or out of range: what it was. The call itself knows nothing of that.
    fn of_answer(outcome: &Outcome) -> Option<Self> {
        let (kind, step) = outcome.fault?;
        let last = outcome.actions.rchunks(ACTION_LAYOUT.len()).next().unwrap_or_default();
        let words = ACTION_LAYOUT.iter().zip(last).map(|(field, value)| format!("{} {value}", field.name));
        let text = format!("it answered {}", words.collect::<Vec<_>>().join(", "));
        Some(Self { rollout: outcome.rollout, step, fault: PolicyFault::new(kind, text) })
    }
}

/// Drives the rollouts of a range with sessions of a policy.
pub(crate) fn drive_sessions(job: &Job, sessions: &dyn Sessions, rollouts: Range<u64>) -> Driven {
    match guarded(|| sessions.open()) {
        Ok(mut session) => drive_batch(job, &mut *session, rollouts),
        Err(fault) => drive_batch(job, &mut Gone(fault), rollouts),
    }
}

/// A policy that cannot be had: every rollout ends in that fault.
struct Gone(PolicyFault);

impl BatchPolicy for Gone {
    fn start(&mut self, _: u32) {}
    fn act(&mut self, _: &ObservationBatch, _: &mut ActionBatch) -> Result<(), PolicyFault> {
        Err(self.0.clone())
    }
}

/// Drives the rollouts of a range with a session of a batch policy.
pub fn drive_batch(job: &Job, policy: &mut dyn BatchPolicy, rollouts: Range<u64>) -> Driven {
    let draws = Draws::new(job.template, job.seed, job.sampling, job.chosen);
    let mut out: Vec<Option<Outcome>> = vec![None; (rollouts.end - rollouts.start) as usize];
    let mut keep = |o: Outcome| {
        let at = (o.rollout - rollouts.start) as usize;
        out[at] = Some(o);
    };
    let mut driven = Driven::default();
    let mut seats: Vec<Seat> = Vec::new();
    let mut free: Vec<u32> = (0..job.batch.max(1) as u32).rev().collect();
    let mut next = rollouts.start;
    let mut observations = ObservationBatch::default();
    loop {
        while next < rollouts.end {
            let Some(slot) = free.pop() else { break };
            seats.push(seat(job, &draws, next, slot, policy));
            next += 1;
        }
        if seats.is_empty() {
            break;
        }
        observe(&mut seats, &mut observations);
        if ask(&mut seats, &observations, policy).is_err() {
            let mut at_fault = false;
            // If it cannot be begun anew, it faults again below.
            let _ = guarded(|| policy.renew());
            for s in seats.drain(..) {
                let (outcome, note) = drive_alone(job, &draws, s.block.rollout[0], s.slot, policy);
                // An answer that is no number, or out of range, explains no call that faults.
                at_fault |= note.is_some();
                driven.note(note.or_else(|| FaultNote::of_answer(&outcome)));
                keep(outcome);
                free.push(s.slot);
            }
            driven.batch_dependent += u64::from(!at_fault);
            continue;
        }
        seats.iter_mut().for_each(|s| s.block.advance());
        let (ended, going) = seats.drain(..).partition(Seat::has_ended);
        seats = going;
        for s in ended {
            free.push(s.slot);
            let outcome = s.leave();
            driven.note(FaultNote::of_answer(&outcome));
            keep(outcome);
        }
    }
    driven.outcomes = out.into_iter().flatten().collect();
    driven
}

/// Drives some rollouts of a policy alone, each in a session begun anew: what they give is what the policy does by itself.
///
/// # Errors
/// Where the policy cannot be had.
pub fn drive_each_alone(job: &Job, sessions: &dyn Sessions, rollouts: &[u64]) -> Result<Vec<Outcome>, PolicyFault> {
    let draws = Draws::new(job.template, job.seed, job.sampling, job.chosen);
    let mut session = guarded(|| sessions.open())?;
    let mut alone = |rollout: &u64| {
        guarded(|| session.renew())?;
        Ok(drive_alone(job, &draws, *rollout, 0, &mut *session).0)
    };
    rollouts.iter().map(&mut alone).collect()
}

fn seat<'a>(job: &Job<'a>, draws: &'a Draws<'a>, rollout: u64, slot: u32, policy: &mut dyn BatchPolicy) -> Seat<'a> {
    // A panic in `start` shows again in the first step.
    let _ = guarded(|| {
        policy.start(slot);
        Ok(())
    });
    Seat::new(job.template, draws, rollout, slot)
}

/// What all worlds in the batch are told in this step.
fn observe(seats: &mut [Seat], observations: &mut ObservationBatch) {
    observations.clear();
    for s in seats {
        s.block.sense();
        s.tell(observations);
    }
}

/// Hands the policy's answers to the worlds. Where the call faulted no world has an action.
fn ask(seats: &mut [Seat], observations: &ObservationBatch, policy: &mut dyn BatchPolicy) -> Result<(), PolicyFault> {
    let mut actions = ActionBatch::zeros(seats.len());
    guarded(|| policy.act(observations, &mut actions))?;
    seats.iter_mut().enumerate().for_each(|(w, s)| s.take(&actions, w));
    Ok(())
}

/// As [`ask`] for one world alone: a call that faults is its own fault.
fn ask_alone(seat: &mut [Seat; 1], observations: &ObservationBatch, policy: &mut dyn BatchPolicy) -> Option<FaultNote> {
    let fault = ask(seat, observations, policy).err()?;
    let block = &mut seat[0].block;
    block.judge.fault[0] = fault.kind as u8 as f64 + 1.0;
    Some(FaultNote { rollout: block.rollout[0], step: block.step[0] as u32, fault })
}

/// Drives one rollout alone. Gives what is known of a call that faulted.
fn drive_alone(job: &Job, draws: &Draws, rollout: u64, slot: u32, policy: &mut dyn BatchPolicy) -> (Outcome, Option<FaultNote>) {
    let mut one = [seat(job, draws, rollout, slot, policy)];
    let (mut note, mut observations) = (None, ObservationBatch::default());
    while one[0].block.done[0] == 0 {
        observe(&mut one, &mut observations);
        note = ask_alone(&mut one, &observations, policy);
        one[0].block.advance();
    }
    let [one] = one;
    (one.leave(), note)
}

/// Drives one rollout and keeps its trace. The outcome is that of [`crate::drive`], to the bit.
pub fn drive_traced(job: &Job, rollout: u64) -> (Outcome, Trace) {
    match job.policy {
        Pilot::BuiltIn(policy) => traced(job, &mut Packed::new(*policy), rollout),
        Pilot::External(sessions) => match guarded(|| sessions.open()) {
            Ok(mut session) => traced(job, &mut *session, rollout),
            Err(fault) => traced(job, &mut Gone(fault), rollout),
        },
    }
}

/// As [`drive_traced`] with a session of a policy that is not built in.
pub fn drive_traced_by(job: &Job, policy: &mut dyn BatchPolicy, rollout: u64) -> (Outcome, Trace) {
    traced(job, policy, rollout)
}

fn traced(job: &Job, policy: &mut dyn BatchPolicy, rollout: u64) -> (Outcome, Trace) {
    let draws = Draws::new(job.template, job.seed, job.sampling, job.chosen);
    let concrete = job.template.concrete(job.seed, job.sampling, job.chosen, rollout);
    let sensing = job.template.sensing.bind(&concrete.params, &job.template.strata[concrete.stratum as usize].states);
    let mut one = [seat(job, &draws, rollout, 0, policy)];
    let mut recorder = Recorder::new(&one[0].block, &sensing);
    let mut observations = ObservationBatch::default();
    while one[0].block.done[0] == 0 {
        observe(&mut one, &mut observations);
        let frame = recorder.sensed(&one[0].block);
        let belief = match job.policy {
            Pilot::BuiltIn(lanes) if !lanes.is_batch() => {
                one[0].block.decide(lanes);
                lanes.stated(one[0].block.memory.evidence[0], one[0].base_rate())
            }
            _ => {
                _ = ask_alone(&mut one, &observations, policy);
                one[0].belief
            }
        };
        let block = &mut one[0].block;
        recorder.decided(frame, block, belief);
        block.advance();
    }
    let trace = recorder.finish(&one[0].block);
    let [one] = one;
    (one.leave(), trace)
}
