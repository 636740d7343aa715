//! The rollout as it was: every step of it, to look at and to branch off from.

use crate::block::Block;
use crate::ego::Action;
use crate::outcome::{Criterion, Outcome};
use crate::policy::BuiltIn;
use crate::prepare::Draws;
use crate::template::{DT, Template};

/// Who drives on once a plan is over, with default settings: a driver who gives way to all that it knows of, and where that does not get
/// through, one that follows and brakes in emergencies alone. Both know all that is there.
const REFERENCES: [&str; 2] = ["common-sense", "idm-aeb"];

/// A rollout, driven with given answers.
pub(super) struct Trunk<'a> {
    /// The world at the start of each step: it has sensed, and its action is that of the first reference driver, who runs along.
    pub steps: Vec<Block<'a, 1>>,
    /// What came of it.
    pub outcome: Outcome,
    /// Who drives on after a plan.
    pub references: [BuiltIn; 2],
    /// What the ego did.
    pub answers: &'a [Action],
}

impl<'a> Trunk<'a> {
    /// Drives it. `None` where the answers end before the rollout does.
    pub fn drive(template: &'a Template, draws: &'a Draws<'a>, rollout: u64, answers: &'a [Action]) -> Option<Self> {
        let [first, second] = REFERENCES.map(|name| BuiltIn::new(name, &[]).ok());
        let references = [first?, second?];
        let mut block = Block::<1>::new(template, draws);
        block.load(0, rollout);
        let mut steps = Vec::new();
        while block.done[0] == 0 {
            look(&mut block, &references[0]);
            steps.push(block.clone());
            block.action.set(0, answers.get(steps.len() - 1)?);
            go_on(&mut block);
        }
        Some(Self { steps, outcome: block.unload(0), references, answers })
    }

    /// The step in which it failed.
    pub fn failed(&self) -> usize {
        failed_step(&self.outcome, self.steps.len())
    }

    /// Whether it failed by not arriving: then no step is the one in which it went wrong.
    pub fn is_late(&self) -> bool {
        self.outcome.cause == Some(Criterion::NoProgress)
    }
}

/// The step in which a rollout of so many steps failed; its last one where it did not.
pub(super) fn failed_step(outcome: &Outcome, steps: usize) -> usize {
    let last = steps.saturating_sub(1);
    // The time of a failure is that of the end of its step.
    outcome.failed_s.map_or(last, |s| ((s / DT + 0.5) as usize).saturating_sub(1).min(last))
}

/// What a built-in policy answers in a rollout.
pub(super) fn answers_of(template: &Template, draws: &Draws, policy: &BuiltIn, rollout: u64) -> Vec<Action> {
    let mut block = Block::<1>::new(template, draws);
    block.load(0, rollout);
    let mut answers = Vec::new();
    while block.done[0] == 0 {
        sense(&mut block);
        decide(&mut block, policy);
        answers.push(block.action.get(0));
        go_on(&mut block);
    }
    answers
}

/// Everything of a step before the action; then that of a reference driver.
pub(super) fn look(block: &mut Block<1>, reference: &BuiltIn) {
    sense(block);
    refer(block, reference);
}

#[inline(never)]
pub(super) fn sense(block: &mut Block<1>) {
    block.sense();
}

#[inline(never)]
pub(super) fn decide(block: &mut Block<1>, driver: &BuiltIn) {
    block.decide(driver);
}

/// The action of a reference driver, who knows what is there. What the ego's own policy is told stays as it is.
pub(super) fn refer(block: &mut Block<1>, reference: &BuiltIn) {
    let told = block.tell_truth();
    decide(block, reference);
    block.slots.iter_mut().zip(told).for_each(|(slot, told)| slot.object = told);
}

/// Everything of a step after the action.
#[inline(never)]
pub(super) fn go_on(block: &mut Block<1>) {
    block.advance();
}
