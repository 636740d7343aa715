//! One world whose policy is no lane: it tells what it senses, and takes an answer.

use crate::block::Block;
use crate::outcome::{Outcome, Verdict};
use crate::policy::batch::{ActionBatch, ObservationBatch, Place};
use crate::prepare::Draws;
use crate::random::{Channel, words};
use crate::template::Template;

/// One world, stepped by somebody outside of the engine.
#[derive(Clone, Debug)]
pub(crate) struct Seat<'a> {
    pub block: Block<'a, 1>,
    /// Session slot of the world.
    pub slot: u32,
    /// What a policy may draw with.
    seed: u64,
    identities: Vec<Option<u32>>,
    /// `[steps, ACTION_FIELDS]`.
    answers: Vec<f32>,
}

impl<'a> Seat<'a> {
    /// The world of a rollout, before its first step.
    pub fn new(template: &'a Template, draws: &'a Draws<'a>, rollout: u64, slot: u32) -> Self {
        let mut block = Block::<1>::new(template, draws);
        block.load(0, rollout);
        let drawn = words(draws.key, rollout, Channel::Policy, 0, 0);
        Self { block, slot, seed: drawn[0] << 32 | drawn[1], identities: Vec::new(), answers: Vec::new() }
    }

    /// Appends what the world was last told by its senses. Twice is as good as once.
    pub fn tell(&mut self, observations: &mut ObservationBatch) {
        let objects: Vec<_> = self.block.objects(0).collect();
        let place = Place { slot: self.slot, seed: self.seed, first: self.block.step[0] == 0 };
        observations.push(place, &self.block.view.get(0), &objects, &mut self.identities);
    }

    /// Takes the answer of row `w`. One that is missing is no number.
    pub fn take(&mut self, actions: &ActionBatch, w: usize) {
        let answer = actions.row(w);
        self.answers.extend(answer);
        let [accel, curvature, lamp, horn, help, belief] = answer.map(f64::from);
        let to = &mut self.block.action;
        (to.accel[0], to.curvature[0]) = (accel, curvature);
        (to.lamp[0], to.horn[0], to.help[0]) = (lamp, horn, help);
        self.block.memory.belief[0] = belief;
    }

    /// Whether the world has ended.
    pub fn has_ended(&self) -> bool {
        self.block.done[0] != 0
    }

    /// Ends the rollout. What was answered is kept of failures only.
    pub fn leave(self) -> Outcome {
        let mut outcome = self.block.unload(0);
        if outcome.verdict != Verdict::Pass {
            outcome.actions = self.answers;
        }
        outcome
    }
}
