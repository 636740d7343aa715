//! A deadline for calls that run in this process. They cannot be cut short, so a call that never returns hangs the program.

use nines_sim::{ActionBatch, BatchPolicy, FaultKind, ObservationBatch, PolicyFault, Sessions};
use std::time::{Duration, Instant};

/// A policy of which a call that takes too long is a fault.
#[derive(Debug)]
pub struct Timed<S> {
    sessions: S,
    deadline: Duration,
}

impl<S: Sessions> Timed<S> {
    /// The policy with that deadline for each call.
    pub fn new(sessions: S, deadline: Duration) -> Self {
        Self { sessions, deadline }
    }
}

impl<S: Sessions> Sessions for Timed<S> {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(TimedSession { session: self.sessions.open()?, deadline: self.deadline }))
    }
}

struct TimedSession<'a> {
    session: Box<dyn BatchPolicy + 'a>,
    deadline: Duration,
}

impl BatchPolicy for TimedSession<'_> {
    fn start(&mut self, slot: u32) {
        self.session.start(slot);
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        let begin = Instant::now();
        self.session.act(observations, actions)?;
        let took = begin.elapsed();
        if took > self.deadline {
            let text = format!("a call took {:.1} s; the deadline is {:.1} s", took.as_secs_f64(), self.deadline.as_secs_f64());
            return Err(PolicyFault::new(FaultKind::Deadline, text));
        }
        Ok(())
    }

    fn renew(&mut self) -> Result<(), PolicyFault> {
        self.session.renew()
    }
}
