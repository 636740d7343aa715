//! A policy whose answers come late: each is acted on some steps after the observation that it answers.

use super::{Memories, asked, going_on, steps};
use nines_sim::batch::ACTION_FIELDS;
use nines_sim::{ActionBatch, BatchPolicy, ObservationBatch, PolicyFault, Sessions, Setting};
use std::collections::VecDeque;
use std::sync::Arc;

pub(super) const SETTINGS: &[Setting] = &[Setting {
    name: "delay_s",
    default: 0.2,
    min: 0.0,
    max: 5.0,
    about: "from an observation to the action, s, in steps of 0.1 s",
}];

#[derive(Debug)]
pub(super) struct Latency {
    inside: Arc<dyn Sessions>,
    steps: usize,
}

impl Latency {
    pub fn new(inside: Arc<dyn Sessions>, values: &[f64]) -> Self {
        Self { inside, steps: steps(values[0]) as usize }
    }
}

impl Sessions for Latency {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(Session { inside: self.inside.open()?, steps: self.steps, waiting: Memories::new() }))
    }
}

struct Session<'a> {
    inside: Box<dyn BatchPolicy + 'a>,
    steps: usize,
    waiting: Memories<VecDeque<[f32; ACTION_FIELDS]>>,
}

impl BatchPolicy for Session<'_> {
    fn start(&mut self, slot: u32) {
        self.waiting.forget(slot);
        self.inside.start(slot);
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        let answers = asked(&mut *self.inside, observations)?;
        for w in 0..observations.worlds {
            let waiting = self.waiting.of(observations.slots[w]);
            waiting.push_back(answers.row(w));
            let due = if waiting.len() > self.steps { waiting.pop_front() } else { None };
            actions.set_row(w, due.unwrap_or_else(|| going_on(observations, w)));
        }
        Ok(())
    }

    fn renew(&mut self) -> Result<(), PolicyFault> {
        self.inside.renew()
    }
}
