//! A vehicle that brakes and steers less than it is told to.

use super::asked;
use nines_sim::{ActionBatch, BatchPolicy, ObservationBatch, PolicyFault, Sessions, Setting};
use std::sync::Arc;

pub(super) const SETTINGS: &[Setting] = &[
    Setting { name: "brake", default: 0.7, min: 0.0, max: 1.0, about: "share of the braking asked for that comes" },
    Setting { name: "brake_limit_mps2", default: 20.0, min: 0.0, max: 20.0, about: "hardest braking that comes, m/s^2" },
    Setting { name: "steering", default: 1.0, min: 0.0, max: 1.0, about: "share of the curvature asked for that comes" },
];

#[derive(Debug)]
pub(super) struct Actuators {
    inside: Arc<dyn Sessions>,
    brake: f32,
    limit: f32,
    steering: f32,
}

impl Actuators {
    pub fn new(inside: Arc<dyn Sessions>, values: &[f64]) -> Self {
        Self { inside, brake: values[0] as f32, limit: values[1] as f32, steering: values[2] as f32 }
    }
}

impl Sessions for Actuators {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(Session { inside: self.inside.open()?, of: self }))
    }
}

struct Session<'a> {
    inside: Box<dyn BatchPolicy + 'a>,
    of: &'a Actuators,
}

impl BatchPolicy for Session<'_> {
    fn start(&mut self, slot: u32) {
        self.inside.start(slot);
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        let answers = asked(&mut *self.inside, observations)?;
        for w in 0..observations.worlds {
            let mut answer = answers.row(w);
            // What is no number stays none: that is the policy's fault, not the brake's.
            if answer[0] < 0.0 {
                answer[0] = (answer[0] * self.of.brake).max(-self.of.limit);
            }
            answer[1] *= self.of.steering;
            actions.set_row(w, answer);
        }
        Ok(())
    }

    fn renew(&mut self) -> Result<(), PolicyFault> {
        self.inside.renew()
    }
}
