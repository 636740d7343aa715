//! Driving: ranges of rollouts in lanes, and one rollout with its trace. What is no lane is driven in `batched.rs`.

use crate::batched::{FaultNote, drive_batch, drive_sessions};
use crate::block::Block;
use crate::outcome::Outcome;
use crate::policy::batch::Packed;
use crate::policy::{BuiltIn, Pilot};
use crate::prepare::{Chosen, Draws, Sampling};
use crate::template::Template;
use std::ops::Range;

/// Lanes of a block.
const LANES: usize = 16;

/// What is driven, and how.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// Scenario.
    pub template: &'a Template,
    /// Policy.
    pub policy: Pilot<'a>,
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
    /// What is known of the fault of the smallest index.
    pub first_fault: Option<FaultNote>,
}

impl Driven {
    /// Keeps what is known of a fault, if none has a smaller index.
    pub fn note(&mut self, fault: Option<FaultNote>) {
        let known = self.first_fault.take().into_iter().chain(fault);
        self.first_fault = known.min_by_key(|note| note.rollout);
    }
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
    match job.policy {
        Pilot::BuiltIn(policy) if policy.is_batch() => {
            let mut driven = drive_batch(job, &mut Packed::new(*policy), rollouts);
            // What a pure function answers need not be kept.
            driven.outcomes.iter_mut().for_each(|o| o.actions.clear());
            driven
        }
        Pilot::BuiltIn(_) => {
            let outcomes = drive_lanes(job, rollouts, LANES, InstructionSet::best());
            Driven { outcomes, ..Driven::default() }
        }
        Pilot::External(sessions) => drive_sessions(job, sessions, rollouts),
    }
}

/// As [`drive`], built-in policies with a given number of lanes (1, 16 or 32; else 16) and instruction set. Neither changes
/// a bit; a set that the machine lacks falls back to the baseline.
pub fn drive_lanes(job: &Job, rollouts: Range<u64>, lanes: usize, set: InstructionSet) -> Vec<Outcome> {
    let policy = match job.policy {
        Pilot::BuiltIn(policy) if !policy.is_batch() => policy,
        _ => return drive(job, rollouts).outcomes,
    };
    let draws = Draws::new(job.template, job.seed, job.sampling, job.chosen);
    let set = if InstructionSet::available().contains(&set) { set } else { InstructionSet::Baseline };
    match (lanes, set) {
        (1, _) => run::<1>(job, policy, &draws, rollouts),
        #[cfg(target_arch = "x86_64")]
        (32, InstructionSet::Avx2) => dispatch::avx2_32(job, policy, &draws, rollouts),
        #[cfg(target_arch = "x86_64")]
        (32, InstructionSet::Avx512) => dispatch::avx512_32(job, policy, &draws, rollouts),
        (32, _) => run::<32>(job, policy, &draws, rollouts),
        #[cfg(target_arch = "x86_64")]
        (_, InstructionSet::Avx2) => dispatch::avx2(job, policy, &draws, rollouts),
        #[cfg(target_arch = "x86_64")]
        (_, InstructionSet::Avx512) => dispatch::avx512(job, policy, &draws, rollouts),
        (_, _) => run::<LANES>(job, policy, &draws, rollouts),
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
            pub(super) fn $name(job: &Job, policy: &BuiltIn, draws: &Draws, rollouts: Range<u64>) -> Vec<Outcome> {
                #[target_feature(enable = $features)]
                fn $inner(job: &Job, policy: &BuiltIn, draws: &Draws, rollouts: Range<u64>) -> Vec<Outcome> {
                    run::<{ $w }>(job, policy, draws, rollouts)
                }
                // SAFETY: `drive_lanes` chooses a set only after `InstructionSet::available` has found its features.
                unsafe { $inner(job, policy, draws, rollouts) }
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
fn run<const W: usize>(job: &Job, policy: &BuiltIn, draws: &Draws, rollouts: Range<u64>) -> Vec<Outcome> {
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
        block.decide(policy);
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
