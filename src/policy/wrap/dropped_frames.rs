//! A policy that loses frames, in bursts: meanwhile it is not asked, and the last answer holds.

use super::{Around, Memories, asked, drawn, going_on, steps};
use nines_sim::batch::ACTION_FIELDS;
use nines_sim::{ActionBatch, BatchPolicy, ObservationBatch, PolicyFault, Setting};

pub(super) const SETTINGS: &[Setting] = &[
    Setting { name: "share", default: 0.05, min: 0.0, max: 0.99, about: "share of the frames that are lost" },
    Setting { name: "burst_s", default: 0.3, min: 0.1, max: 10.0, about: "mean length of a burst, s" },
];

#[derive(Debug)]
pub(super) struct DroppedFrames {
    /// Probabilities that a burst begins, and that it goes on.
    begins: f64,
    goes_on: f64,
}

impl DroppedFrames {
    /// A chain of two states with that stationary share of the lost one, and that mean length of its runs.
    pub fn new(values: &[f64]) -> Self {
        let ends = 1.0 / steps(values[1]).max(1) as f64;
        Self { begins: (ends * values[0] / (1.0 - values[0])).min(1.0), goes_on: 1.0 - ends }
    }
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    step: u64,
    lost: bool,
    /// Whether the policy inside was ever asked in this rollout, and its last answer.
    last: Option<[f32; ACTION_FIELDS]>,
}

impl Around<1> for DroppedFrames {
    type Memory = Memory;

    fn act(
        &self,
        [inside]: &mut [Box<dyn BatchPolicy + '_>; 1],
        memories: &mut Memories<Memory>,
        observations: &ObservationBatch,
        actions: &mut ActionBatch,
    ) -> Result<(), PolicyFault> {
        let mut there = Vec::new();
        for w in 0..observations.worlds {
            let memory = memories.of(observations.slots[w]);
            let lost = drawn("dropped-frames", observations.seeds[w], memory.step)
                < if memory.lost { self.goes_on } else { self.begins };
            (memory.lost, memory.step) = (lost, memory.step + 1);
            if !lost {
                there.push(w);
            }
        }
        if !there.is_empty() {
            let mut seen = observations.select(&there);
            // The first observation that arrives is the first to the policy inside.
            for (k, w) in there.iter().enumerate() {
                seen.first[k] = u8::from(memories.of(observations.slots[*w]).last.is_none());
            }
            let answers = asked(&mut **inside, &seen)?;
            for (k, w) in there.iter().enumerate() {
                memories.of(observations.slots[*w]).last = Some(answers.row(k));
            }
        }
        for w in 0..observations.worlds {
            let last = memories.of(observations.slots[w]).last;
            actions.set_row(w, last.unwrap_or_else(|| going_on(observations, w)));
        }
        Ok(())
    }
}
