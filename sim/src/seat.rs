//! One world whose policy is no lane: it tells what it senses, and takes an answer.

use crate::block::Block;
use crate::outcome::{FaultKind, Outcome, Verdict};
use crate::policy::batch::{ActionBatch, ObservationBatch, PRIOR_FIELDS, Place};
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
    /// What it was told of the hazard before anything.
    priors: [f32; PRIOR_FIELDS],
    /// What was stated last; NaN where nothing was.
    pub belief: f64,
    /// Whether anything was stated at all.
    stated: bool,
}

impl<'a> Seat<'a> {
    /// The world of a rollout, before its first step.
    pub fn new(template: &'a Template, draws: &'a Draws<'a>, rollout: u64, slot: u32) -> Self {
        let mut block = Block::<1>::new(template, draws);
        block.load(0, rollout);
        let drawn = words(draws.key, rollout, Channel::Policy, 0, 0);
        let seed = drawn[0] << 32 | drawn[1];
        let (identities, answers) = (Vec::new(), Vec::new());
        Self { block, slot, seed, identities, answers, priors: draws.priors, belief: f64::NAN, stated: false }
    }

    /// Appends what the world was last told by its senses. Twice is as good as once.
    pub fn tell(&mut self, observations: &mut ObservationBatch) {
        let objects: Vec<_> = self.block.objects(0).collect();
        let place = Place { slot: self.slot, seed: self.seed, first: self.block.step[0] == 0, priors: self.priors };
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
        self.belief = belief;
        self.stated |= !belief.is_nan();
        if !(belief.is_nan() || (0.0..=1.0).contains(&belief)) {
            let kind = if belief.is_finite() { FaultKind::OutOfRange } else { FaultKind::NotFinite };
            let fault = &mut self.block.judge.fault[0];
            *fault = if *fault == 0.0 { kind as u8 as f64 + 1.0 } else { *fault };
        }
    }

    /// Whether the world has ended.
    pub fn has_ended(&self) -> bool {
        self.block.done[0] != 0
    }

    /// What it was told of the hazard's share; `None` where none is marked.
    pub fn base_rate(&self) -> Option<f32> {
        Some(self.priors[0]).filter(|rate| *rate >= 0.0)
    }

    /// Ends the rollout. What was answered is kept of failures, and where a belief was stated.
    pub fn leave(self) -> Outcome {
        let mut outcome = self.block.unload(0);
        if outcome.verdict != Verdict::Pass || self.stated {
            outcome.actions = self.answers;
        }
        outcome
    }
}
