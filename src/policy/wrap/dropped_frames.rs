//! A policy that loses frames, in bursts: meanwhile it is not asked, and the last answer holds.

use super::{Memories, asked, drawn, going_on, steps};
use nines_sim::batch::ACTION_FIELDS;
use nines_sim::{ActionBatch, BatchPolicy, ObservationBatch, PolicyFault, Sessions, Setting};
use std::sync::Arc;

pub(super) const SETTINGS: &[Setting] = &[
    Setting { name: "share", default: 0.05, min: 0.0, max: 0.99, about: "share of the frames that are lost" },
    Setting { name: "burst_s", default: 0.3, min: 0.1, max: 10.0, about: "mean length of a burst, s" },
];

#[derive(Debug)]
pub(super) struct DroppedFrames {
    inside: Arc<dyn Sessions>,
    /// Probabilities that a burst begins, and that it goes on.
    begins: f64,
    goes_on: f64,
}

impl DroppedFrames {
    /// A chain of two states with that stationary share of the lost one, and that mean length of its runs.
    pub fn new(inside: Arc<dyn Sessions>, values: &[f64]) -> Self {
        let ends = 1.0 / steps(values[1]).max(1) as f64;
        Self { inside, begins: (ends * values[0] / (1.0 - values[0])).min(1.0), goes_on: 1.0 - ends }
    }
}

impl Sessions for DroppedFrames {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(Session { inside: self.inside.open()?, of: self, memories: Memories::new() }))
    }
}

#[derive(Debug, Default)]
struct Memory {
    step: u64,
    lost: bool,
    /// Whether the policy inside was ever asked in this rollout, and its last answer.
    last: Option<[f32; ACTION_FIELDS]>,
}

struct Session<'a> {
    inside: Box<dyn BatchPolicy + 'a>,
    of: &'a DroppedFrames,
    memories: Memories<Memory>,
}

impl BatchPolicy for Session<'_> {
    fn start(&mut self, slot: u32) {
        self.memories.forget(slot);
        self.inside.start(slot);
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        let mut there = Vec::new();
        for w in 0..observations.worlds {
            let memory = self.memories.of(observations.slots[w]);
            let lost = drawn("dropped-frames", observations.seeds[w], memory.step)
                < if memory.lost { self.of.goes_on } else { self.of.begins };
            (memory.lost, memory.step) = (lost, memory.step + 1);
            if !lost {
                there.push(w);
            }
        }
        if !there.is_empty() {
            let mut seen = observations.select(&there);
            // The first observation that arrives is the first to the policy inside.
            for (k, w) in there.iter().enumerate() {
                seen.first[k] = u8::from(self.memories.of(observations.slots[*w]).last.is_none());
            }
            let answers = asked(&mut *self.inside, &seen)?;
            for (k, w) in there.iter().enumerate() {
                self.memories.of(observations.slots[*w]).last = Some(answers.row(k));
            }
        }
        for w in 0..observations.worlds {
            let last = self.memories.of(observations.slots[w]).last;
            actions.set_row(w, last.unwrap_or_else(|| going_on(observations, w)));
        }
        Ok(())
    }

    fn renew(&mut self) -> Result<(), PolicyFault> {
        self.inside.renew()
    }
}
