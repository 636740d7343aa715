//! What trying out may cost. It is counted in steps times what is stepped, never in time, so that a file is judged alike on every machine.

use nines_sim::{DT, HORIZON_SLACK_S, Job, Motion, Outcome, Template, Trace, Trigger, drive, drive_traced};
use std::cell::Cell;
use std::ops::Range;

/// Work of one file: some seconds.
pub(super) const OF_A_FILE: u64 = 600_000_000;
/// Longest encounter that is tried out, s.
pub(super) const LONGEST_S: f64 = 900.0;

/// Rollouts that are driven at once: enough to fill the lanes, few enough that a budget is not passed by much.
const CHUNK: u64 = 64;
/// Steps that drawing and binding a world cost as much as.
const BINDING: u64 = 20;
/// A traced step is driven in one lane, and kept.
const TRACED: u64 = 8;

/// The budget does not suffice for what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut;

/// What may still be spent.
pub(super) struct Budget<'a> {
    left: Cell<u64>,
    /// Hears of every stretch that begins.
    pub tick: &'a dyn Fn(),
}

impl<'a> Budget<'a> {
    pub fn new(work: u64, tick: &'a dyn Fn()) -> Self {
        Self { left: Cell::new(work), tick }
    }

    pub fn left(&self) -> u64 {
        self.left.get()
    }

    /// Spends work that is no driving.
    pub fn spend(&self, work: u64) -> Result<(), Cut> {
        let left = self.left.get().checked_sub(work);
        self.left.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or(Cut)
    }

    /// The outcomes of some rollouts.
    pub fn drive(&self, job: &Job, rollouts: Range<u64>) -> Result<Vec<Outcome>, Cut> {
        let (weight, mut out) = (weight(job.template), Vec::new());
        let mut from = rollouts.start;
        while from < rollouts.end {
            let chunk = from..rollouts.end.min(from + CHUNK);
            let most: u64 = chunk.clone().map(|k| most_steps(job, k)).sum();
            self.can_pay(most * weight)?;
            let driven = drive(job, chunk.clone()).outcomes;
            self.spend(driven.iter().map(|o| u64::from(o.steps) + BINDING).sum::<u64>() * weight)?;
            out.extend(driven);
            from = chunk.end;
        }
        Ok(out)
    }

    /// All that happens in one rollout.
    pub fn trace(&self, job: &Job, rollout: u64) -> Result<Trace, Cut> {
        let weight = TRACED * weight(job.template);
        self.can_pay(most_steps(job, rollout) * weight)?;
        let trace = drive_traced(job, rollout).1;
        self.spend((trace.frames.len() as u64 + BINDING) * weight)?;
        Ok(trace)
    }

    /// The beginning of a rollout by a policy that ends it in its first steps.
    pub fn trace_start(&self, job: &Job, rollout: u64) -> Result<Trace, Cut> {
        (self.tick)();
        self.spend(BINDING * TRACED * weight(job.template))?;
        Ok(drive_traced(job, rollout).1)
    }

    fn can_pay(&self, most: u64) -> Result<(), Cut> {
        (self.tick)();
        if most <= self.left.get() { Ok(()) } else { Err(Cut) }
    }
}

/// Most steps that an encounter may take.
fn most_steps(job: &Job, rollout: u64) -> u64 {
    let drawn = job.template.draw(job.seed, job.sampling, rollout);
    let task_s = free_s(job.template, &drawn.params, &job.template.strata[usize::from(drawn.stratum)].states) + HORIZON_SLACK_S;
    // Seldom draws may take far longer than those that were looked at before: they are never paid for.
    if task_s < 2.0 * LONGEST_S { (task_s / DT) as u64 + BINDING } else { u64::from(u32::MAX) }
}

/// Time that the ego would take on a free road, with lawful waiting, s.
pub(super) fn free_s(template: &Template, params: &[f64], states: &[u8]) -> f64 {
    let at = |v: &nines_sim::Value| v.at(params, states);
    at(&template.ego.end_m) / at(&template.ego.desired_speed_mps).max(0.01) + at(&template.ego.lawful_wait_s)
}

/// What a step costs: the ego, each actor, who may hide whom, and what agents and demands ask.
fn weight(template: &Template) -> u64 {
    let actors = template.actors.len() as u64;
    let hiding = template.actors.iter().filter(|a| a.occludes).count() as u64;
    let asked = |a: &nines_sim::ActorTemplate| match &a.motion {
        Motion::Agent(spec) => spec.modes.iter().flat_map(|m| &m.next).map(|(when, _)| questions(when)).sum(),
        _ => 0,
    };
    let asked: u64 = template.actors.iter().map(asked).sum();
    let demanded: u64 = template.demands.iter().map(|d| 1 + questions(&d.when)).sum();
    1 + actors + actors * hiding / 16 + (asked + demanded) / 4
}

/// Conditions in a condition.
fn questions(when: &Trigger) -> u64 {
    match when {
        Trigger::All(of) | Trigger::Any(of) => 1 + of.iter().map(questions).sum::<u64>(),
        Trigger::Not(of) => 1 + questions(of),
        _ => 1,
    }
}
