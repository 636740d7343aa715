//! Driving: ranges of rollouts in lanes or in batches, and one rollout with its trace.

use crate::block::Block;
use crate::outcome::{FaultKind, Outcome};
use crate::policy::BuiltIn;
use crate::policy::batch::{ActionBatch, BatchPolicy, ObservationBatch, Packed, guarded};
use crate::prepare::{Chosen, Draws, Sampling};
use crate::recorder::Recorder;
use crate::seat::Seat;
use crate::template::Template;
use crate::trace::Trace;
use std::ops::Range;

/// Lanes of a block.
const LANES: usize = 16;

/// What is driven, and how.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// Scenario.
    pub template: &'a Template,
    /// Policy.
    pub policy: &'a BuiltIn,
    /// Seed, below 2^53.
    pub seed: u64,
    /// How latent states are drawn.
    pub sampling: Sampling,
    /// Concrete scenarios that were chosen; all others are drawn.
    pub chosen: Option<&'a Chosen>,
    /// Worlds that a batch policy sees at once; never changes a result.
    pub batch: usize,
}

/// Everything that driving a range of rollouts gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Driven {
    /// One outcome per rollout, by index.
    pub outcomes: Vec<Outcome>,
    /// Batch calls that faulted although no world of theirs faults alone.
    pub batch_dependent: u64,
}

/// Instruction sets that the engine is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructionSet {
    /// What every machine of this architecture has.
    Baseline,
    /// AVX2.
    Avx2,
    /// AVX-512 (F, DQ, VL, BW).
    Avx512,
}

impl InstructionSet {
    /// Those that this machine has, best last.
    pub fn available() -> Vec<InstructionSet> {
        #[allow(unused_mut)]
        let mut sets = vec![InstructionSet::Baseline];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                sets.push(InstructionSet::Avx2);
            }
            let wide = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw");
            if wide && is_x86_feature_detected!("avx2") {
                sets.push(InstructionSet::Avx512);
            }
        }
        sets
    }

    /// The best one that this machine has.
    pub fn best() -> InstructionSet {
        Self::available().pop().unwrap_or(InstructionSet::Baseline)
    }
}

/// Drives the rollouts of a range. The result depends on template, policy, seed, sampling and range alone.
pub fn drive(job: &Job, rollouts: Range<u64>) -> Driven {
    if job.policy.is_batch() {
        drive_batch(job, &mut Packed::new(*job.policy), rollouts)
    } else {
        Driven { outcomes: drive_lanes(job, rollouts, LANES, InstructionSet::best()), batch_dependent: 0 }
    }
}

/// As [`drive`] for built-in policies, with a given number of lanes (1, 16 or 32; else 16) and instruction set. Neither changes
/// a bit; a set that the machine lacks falls back to the baseline.
pub fn drive_lanes(job: &Job, rollouts: Range<u64>, lanes: usize, set: InstructionSet) -> Vec<Outcome> {
    let draws = Draws::new(job.template, job.seed, job.sampling, job.chosen);
    let set = if InstructionSet::available().contains(&set) { set } else { InstructionSet::Baseline };
    match (lanes, set) {
        (1, _) => run::<1>(job, &draws, rollouts),
        #[cfg(target_arch = "x86_64")]
        (32, InstructionSet::Avx2) => dispatch::avx2_32(job, &draws, rollouts),
        #[cfg(target_arch = "x86_64")]
        (32, InstructionSet::Avx512) => dispatch::avx512_32(job, &draws, rollouts),
        (32, _) => run::<32>(job, &draws, rollouts),
        #[cfg(target_arch = "x86_64")]
        (_, InstructionSet::Avx2) => dispatch::avx2(job, &draws, rollouts),
        #[cfg(target_arch = "x86_64")]
        (_, InstructionSet::Avx512) => dispatch::avx512(job, &draws, rollouts),
        (_, _) => run::<LANES>(job, &draws, rollouts),
    }
}

/// The same source compiled for other instruction sets. Everything below is inlined into these functions: what is not inlined
/// is compiled for the baseline, silently.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "calling a function compiled for more instructions than the baseline")]
mod dispatch {
    use super::*;

    macro_rules! compiled_for {
        ($features:literal, $name:ident, $inner:ident, $w:expr) => {
            pub(super) fn $name(job: &Job, draws: &Draws, rollouts: Range<u64>) -> Vec<Outcome> {
                #[target_feature(enable = $features)]
                fn $inner(job: &Job, draws: &Draws, rollouts: Range<u64>) -> Vec<Outcome> {
                    run::<{ $w }>(job, draws, rollouts)
                }
                // SAFETY: `drive_lanes` chooses a set only after `InstructionSet::available` has found its features.
                unsafe { $inner(job, draws, rollouts) }
            }
        };
    }
    compiled_for!("avx2", avx2, inner, LANES);
    compiled_for!("avx2", avx2_32, inner, 32);
    compiled_for!("avx512f,avx512dq,avx512vl,avx512bw,avx2", avx512, inner, LANES);
    compiled_for!("avx512f,avx512dq,avx512vl,avx512bw,avx2", avx512_32, inner, 32);
}

/// The driver: a lane that ends takes the next rollout at the next knot.
#[inline(always)]
fn run<const W: usize>(job: &Job, draws: &Draws, rollouts: Range<u64>) -> Vec<Outcome> {
    let mut out: Vec<Option<Outcome>> = vec![None; (rollouts.end - rollouts.start) as usize];
    let mut block = Block::<W>::new(job.template, draws);
    let mut next = rollouts.start;
    let mut live = [false; W];
    let mut running = 0;
    loop {
        if block.at_knot() && running < W && next < rollouts.end {
            for i in 0..W {
                if !live[i] && next < rollouts.end {
                    block.load(i, next);
                    (live[i], next, running) = (true, next + 1, running + 1);
                }
            }
        }
        if running == 0 {
            break;
        }
        block.sense();
        block.decide(job.policy);
        block.advance();
        if block.done.iter().any(|d| *d != 0) {
            for i in 0..W {
                if block.done[i] != 0 && live[i] {
                    let outcome = block.unload(i);
                    let at = (outcome.rollout - rollouts.start) as usize;
                    out[at] = Some(outcome);
                    (live[i], running) = (false, running - 1);
                }
            }
        }
        // The last ones may leave all lanes empty between knots.
        if running == 0 && next >= rollouts.end {
            break;
        }
        while running == 0 && !block.at_knot() {
            block.advance();
        }
    }
    out.into_iter().flatten().collect()
}

/// Drives the rollouts of a range with a batch policy.
///
/// A batch call that panics is not attributed: every live world of it is driven again alone from its start; only those that
/// fault alone are faults. If none does, the policy depends on its batch, which is counted.
pub fn drive_batch(job: &Job, policy: &mut dyn BatchPolicy, rollouts: Range<u64>) -> Driven {
    let draws = Draws::new(job.template, job.seed, job.sampling, job.chosen);
    let mut out: Vec<Option<Outcome>> = vec![None; (rollouts.end - rollouts.start) as usize];
    let mut keep = |o: Outcome| {
        let at = (o.rollout - rollouts.start) as usize;
        out[at] = Some(o);
    };
    let mut batch_dependent = 0;
    let mut seats: Vec<Seat> = Vec::new();
    let mut free: Vec<u32> = (0..job.batch.max(1) as u32).rev().collect();
    let mut next = rollouts.start;
    loop {
        while next < rollouts.end {
            let Some(slot) = free.pop() else { break };
            seats.push(seat(job.template, &draws, next, slot, policy));
            next += 1;
        }
        if seats.is_empty() {
            break;
        }
        let observations = observe(&mut seats);
        if ask(&mut seats, &observations, policy).is_none() {
            let alone: Vec<Outcome> =
                seats.iter().map(|s| drive_alone(job.template, &draws, s.block.rollout[0], s.slot, policy)).collect();
            batch_dependent += u64::from(alone.iter().all(|o| o.fault.is_none_or(|(kind, _)| kind != FaultKind::Panic)));
            alone.into_iter().for_each(&mut keep);
            free.extend(seats.drain(..).map(|s| s.slot));
            continue;
        }
        seats.iter_mut().for_each(|s| s.block.advance());
        seats.retain(|s| {
            let ended = s.block.done[0] != 0;
            if ended {
                keep(s.block.unload(0));
                free.push(s.slot);
            }
            !ended
        });
    }
    Driven { outcomes: out.into_iter().flatten().collect(), batch_dependent }
}

fn seat<'a>(template: &'a Template, draws: &'a Draws<'a>, rollout: u64, slot: u32, policy: &mut dyn BatchPolicy) -> Seat<'a> {
    // A panic in `start` shows again in the first step.
    let _ = guarded(|| policy.start(slot));
    Seat::new(template, draws, rollout, slot)
}

/// What all worlds in the batch are told in this step.
fn observe(seats: &mut [Seat]) -> ObservationBatch {
    let mut observations = ObservationBatch::default();
    for s in seats {
        s.block.sense();
        s.tell(&mut observations);
    }
    observations
}

/// Hands the policy's answers to the worlds; `None` where the call panicked, and then no world has an action.
fn ask(seats: &mut [Seat], observations: &ObservationBatch, policy: &mut dyn BatchPolicy) -> Option<()> {
    let mut actions = ActionBatch::zeros(seats.len());
    guarded(|| policy.act(observations, &mut actions))?;
    seats.iter_mut().enumerate().for_each(|(w, s)| s.take(&actions, w));
    Some(())
}

/// As [`ask`] for one world alone: a panic is its own fault.
fn ask_alone(seat: &mut [Seat; 1], observations: &ObservationBatch, policy: &mut dyn BatchPolicy) {
    if ask(seat, observations, policy).is_none() {
        seat[0].block.judge.fault[0] = FaultKind::Panic as u8 as f64 + 1.0;
    }
}

/// Drives one rollout alone.
fn drive_alone(template: &Template, draws: &Draws, rollout: u64, slot: u32, policy: &mut dyn BatchPolicy) -> Outcome {
    let mut one = [seat(template, draws, rollout, slot, policy)];
    while one[0].block.done[0] == 0 {
        let observations = observe(&mut one);
        ask_alone(&mut one, &observations, policy);
        one[0].block.advance();
    }
    one[0].block.unload(0)
}

/// Drives one rollout and keeps its trace. The outcome is that of [`drive`], to the bit.
pub fn drive_traced(job: &Job, rollout: u64) -> (Outcome, Trace) {
    let draws = Draws::new(job.template, job.seed, job.sampling, job.chosen);
    let concrete = job.template.concrete(job.seed, job.sampling, job.chosen, rollout);
    let sensing = job.template.sensing.bind(&concrete.params, &job.template.strata[concrete.stratum as usize].states);
    let mut packed = Packed::new(*job.policy);
    let mut one = [seat(job.template, &draws, rollout, 0, &mut packed)];
    let mut recorder = Recorder::new(&one[0].block, &sensing);
    while one[0].block.done[0] == 0 {
        let observations = observe(&mut one);
        let frame = recorder.sensed(&one[0].block);
        if job.policy.is_batch() {
            ask_alone(&mut one, &observations, &mut packed);
        } else {
            one[0].block.decide(job.policy);
        }
        let block = &mut one[0].block;
        let belief = if job.policy.states_belief() { block.memory.belief[0] } else { f64::NAN };
        recorder.decided(frame, block, belief);
        block.advance();
    }
    (one[0].block.unload(0), recorder.finish(&one[0].block))
}
