//! One world whose policy is no lane: it tells what it senses, and takes an answer.

use crate::block::Block;
use crate::policy::batch::{ActionBatch, ObservationBatch};
use crate::prepare::Draws;
use crate::template::Template;

/// One world, stepped by somebody outside of the engine.
#[derive(Clone, Debug)]
pub(crate) struct Seat<'a> {
    pub block: Block<'a, 1>,
    /// Session slot of the world.
    pub slot: u32,
    identities: Vec<Option<u32>>,
}

impl<'a> Seat<'a> {
    /// The world of a rollout, before its first step.
    pub fn new(template: &'a Template, draws: &'a Draws<'a>, rollout: u64, slot: u32) -> Self {
        let mut block = Block::<1>::new(template, draws);
        block.load(0, rollout);
        Self { block, slot, identities: Vec::new() }
    }

    /// Appends what the world was last told by its senses. Twice is as good as once.
    pub fn tell(&mut self, observations: &mut ObservationBatch) {
        let objects: Vec<_> = self.block.objects(0).collect();
        observations.push(self.slot, &self.block.view.get(0), &objects, &mut self.identities);
    }

    /// Takes the answer of row `w`. One that is missing is no number.
    pub fn take(&mut self, actions: &ActionBatch, w: usize) {
        let answer = |row: &[f32]| row.get(w).map_or(f64::NAN, |v| f64::from(*v));
        let to = &mut self.block.action;
        (to.accel[0], to.curvature[0]) = (answer(&actions.accel_mps2), answer(&actions.curvature));
        (to.lamp[0], to.horn[0], to.help[0]) = (answer(&actions.lamp), answer(&actions.horn), answer(&actions.help));
    }

    /// Whether the world has ended.
    pub fn has_ended(&self) -> bool {
        self.block.done[0] != 0
    }
}
