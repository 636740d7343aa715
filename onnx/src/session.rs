//! A session: blocks of worlds through the plan, and what is remembered of each slot.

use crate::plans::Plans;
use nines_sim::batch::ACTION_FIELDS;
use nines_sim::{ActionBatch, BatchPolicy, FaultKind, ObservationBatch, PolicyFault};

#[derive(Clone, Debug)]
pub(crate) struct Session<'a> {
    plans: &'a Plans,
    /// Numbers that are remembered of a world.
    state: usize,
    /// `[slots, state]`.
    memory: Vec<f32>,
}

impl<'a> Session<'a> {
    pub fn new(plans: &'a Plans) -> Self {
        Self { plans, state: plans.largest().state, memory: Vec::new() }
    }

    /// What is remembered of a slot; zeros where it is new.
    fn remembered(&mut self, slot: u32) -> &mut [f32] {
        let (from, width) = (slot as usize * self.state, self.state);
        if self.memory.len() < from + width {
            self.memory.resize(from + width, 0.0);
        }
        &mut self.memory[from..from + width]
    }
}

impl BatchPolicy for Session<'_> {
    fn start(&mut self, slot: u32) {
        self.remembered(slot).fill(0.0);
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        for (slot, first) in observations.slots.iter().zip(&observations.first) {
            let memory = self.remembered(*slot);
            if *first != 0 {
                memory.fill(0.0);
            }
        }
        let worlds: Vec<usize> = (0..observations.worlds).collect();
        for block in worlds.chunks(self.plans.largest().rows) {
            let plan = self.plans.holding(block.len());
            let answer = plan.run(observations, block, &self.memory);
            let answer = answer.map_err(|error| PolicyFault::new(FaultKind::Panic, format!("{error:#}")))?;
            for (row, w) in block.iter().enumerate() {
                let fields = &answer.actions[row * plan.fields..(row + 1) * plan.fields];
                let mut whole = NOTHING;
                whole[..fields.len()].copy_from_slice(fields);
                actions.set_row(*w, whole);
                let state = &answer.state[row * self.state..(row + 1) * self.state];
                self.remembered(observations.slots[*w]).copy_from_slice(state);
            }
        }
        Ok(())
    }

    fn renew(&mut self) -> Result<(), PolicyFault> {
        self.memory.fill(0.0);
        Ok(())
    }
}

/// What a model that answers fewer fields leaves out: no lamp, no horn, no help, no belief.
const NOTHING: [f32; ACTION_FIELDS] = [0.0, 0.0, 0.0, 0.0, 0.0, f32::NAN];
