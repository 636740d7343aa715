//! A policy whose answers come late: each is acted on some steps after the observation that it answers.

use super::{Around, Memories, asked, going_on, steps};
use nines_sim::batch::ACTION_FIELDS;
use nines_sim::{ActionBatch, BatchPolicy, ObservationBatch, PolicyFault, Setting};
use std::collections::VecDeque;

pub(super) const SETTINGS: &[Setting] = &[Setting {
    name: "delay_s",
    default: 0.2,
    min: 0.0,
    max: 5.0,
    about: "from an observation to the action, s, in steps of 0.1 s",
}];

#[derive(Debug)]
pub(super) struct Latency {
    steps: usize,
}

impl Latency {
    pub fn new(values: &[f64]) -> Self {
        Self { steps: steps(values[0]) as usize }
    }
}

impl Around<1> for Latency {
    /// Answers that are not due yet.
    type Memory = VecDeque<[f32; ACTION_FIELDS]>;

    fn act(
        &self,
        [inside]: &mut [Box<dyn BatchPolicy + '_>; 1],
        waiting: &mut Memories<Self::Memory>,
        observations: &ObservationBatch,
        actions: &mut ActionBatch,
    ) -> Result<(), PolicyFault> {
        let answers = asked(&mut **inside, observations)?;
        for w in 0..observations.worlds {
            let waiting = waiting.of(observations.slots[w]);
            waiting.push_back(answers.row(w));
            let due = if waiting.len() > self.steps { waiting.pop_front() } else { None };
            actions.set_row(w, due.unwrap_or_else(|| going_on(observations, w)));
        }
        Ok(())
    }
}
