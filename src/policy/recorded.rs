//! What a policy answered in a stored failure, played back: such a rollout is run again to the bit without the policy.

use nines_sim::{ActionBatch, BatchPolicy, FaultKind, ObservationBatch, PolicyFault, Sessions};

/// Plays the answers of one rollout.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// `[steps, ACTION_FIELDS]`.
    answers: Vec<f32>,
    /// How it ended, where that was a call without an answer.
    fault: Option<FaultKind>,
    step: usize,
}

impl Recorded {
    /// Plays `answers`, then that fault.
    pub fn new(answers: Vec<f32>, fault: Option<FaultKind>) -> Self {
        Self { answers, fault, step: 0 }
    }
}

impl BatchPolicy for Recorded {
    fn start(&mut self, _: u32) {
        self.step = 0;
    }

    fn act(&mut self, _: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        let answer = self.answers.as_chunks().0.get(self.step).copied();
        self.step += 1;
        match answer {
            Some(answer) => actions.set_row(0, answer),
            // Beyond what is stored nothing is known: the differences are then told.
            None => return Err(PolicyFault::new(self.fault.unwrap_or(FaultKind::BadReply), "what was recorded ends here")),
        }
        Ok(())
    }
}

/// Nobody to be asked: in the place of a policy whose answers are played.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Sessions for Nobody {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Err(PolicyFault::new(FaultKind::Disconnected, "there is no policy to be asked"))
    }
}
