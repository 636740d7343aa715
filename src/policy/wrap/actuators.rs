//! A vehicle that brakes and steers less than it is told to.

use super::{Around, Memories, asked};
use nines_sim::{ActionBatch, BatchPolicy, ObservationBatch, PolicyFault, Setting};

pub(super) const SETTINGS: &[Setting] = &[
    Setting { name: "brake", default: 0.7, min: 0.0, max: 1.0, about: "share of the braking asked for that comes" },
    Setting { name: "brake_limit_mps2", default: 20.0, min: 0.0, max: 20.0, about: "hardest braking that comes, m/s^2" },
    Setting { name: "steering", default: 1.0, min: 0.0, max: 1.0, about: "share of the curvature asked for that comes" },
];

#[derive(Debug)]
pub(super) struct Actuators {
    brake: f32,
    limit: f32,
    steering: f32,
}

impl Actuators {
    pub fn new(values: &[f64]) -> Self {
        Self { brake: values[0] as f32, limit: values[1] as f32, steering: values[2] as f32 }
    }
}

impl Around<1> for Actuators {
    type Memory = ();

    fn act(
        &self,
        [inside]: &mut [Box<dyn BatchPolicy + '_>; 1],
        _: &mut Memories<()>,
        observations: &ObservationBatch,
        actions: &mut ActionBatch,
    ) -> Result<(), PolicyFault> {
        let answers = asked(&mut **inside, observations)?;
        for w in 0..observations.worlds {
            let mut answer = answers.row(w);
            // What is no number stays none: that is the policy's fault, not the brake's.
            if answer[0] < 0.0 {
                answer[0] = (answer[0] * self.brake).max(-self.limit);
            }
            answer[1] *= self.steering;
            actions.set_row(w, answer);
        }
        Ok(())
    }
}
