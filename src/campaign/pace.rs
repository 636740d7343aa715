//! How many rollouts a search may take within a time.
//!
//! A search has a budget before it begins: what it draws last depends on what is left, and a search that a clock stopped has no answer. So a
//! time is turned into a budget first, by driving some rollouts for nothing but how long they take; it is recorded, and from there on all is as
//! if it had been asked for in rollouts.

use super::{CHUNK, Method, Scenario};
use crate::policy::Policy;
use nines_sim::{Job, drive};
use std::time::{Duration, Instant};

/// Part of the time that is spent on finding out.
const PROBING: f64 = 0.02;
/// Most that one scenario is probed for.
const LONGEST_PROBE: Duration = Duration::from_secs(5);
/// Part of the time that is given out: rollouts that a search leads to may take longer than those of nature.
const GIVEN: f64 = 0.8;
/// What searches take for themselves, s per evaluation (`docs/estimators.md`), the most of them fitting.
const OWN_S: f64 = 130e-6;
/// Rollouts that probing begins with; their seed is that of no campaign's first points, since it is not mixed with a policy's.
const FIRST: u64 = 16;
const SEED: u64 = 0x7061_6365;

/// How a search drives.
#[derive(Clone, Copy, Debug)]
pub struct Pace<'a> {
    /// Its method.
    pub method: Method,
    /// The policy under test.
    pub policy: &'a Policy,
    /// Threads.
    pub threads: usize,
    /// Worlds that a batch policy sees at once.
    pub batch: usize,
}

impl Pace<'_> {
    /// Rollouts of each scenario that searches of all of them, one after the other, can drive in that time: whole chunks, one at least.
    pub fn rollouts_within(self, time: Duration, scenarios: &[Scenario]) -> u64 {
        let each = time.mul_f64(PROBING / scenarios.len().max(1) as f64).min(LONGEST_PROBE);
        let seconds: f64 = scenarios.iter().map(|scenario| self.seconds_a_rollout(scenario, each) + OWN_S).sum();
        chunks_within(time.as_secs_f64() * GIVEN, seconds) * CHUNK
    }

    /// By as many rollouts as take the time, twice as many at each try; all threads drive, as they do in a search.
    fn seconds_a_rollout(self, scenario: &Scenario, time: Duration) -> f64 {
        let job = Job {
            template: &scenario.template,
            policy: self.policy.pilot(),
            seed: SEED,
            sampling: self.method.sampling(),
            chosen: None,
            batch: self.batch,
        };
        let (begin, mut n) = (Instant::now(), FIRST);
        loop {
            let since = Instant::now();
            let part = n.div_ceil(self.threads.max(1) as u64).max(1);
            std::thread::scope(|scope| {
                for first in (0..n).step_by(part as usize) {
                    let job = &job;
                    scope.spawn(move || drive(job, first..(first + part).min(n)));
                }
            });
            if begin.elapsed() >= time {
                return since.elapsed().as_secs_f64() / n as f64;
            }
            n *= 2;
        }
    }
}

/// Whole chunks that as many seconds hold, one at least.
fn chunks_within(seconds: f64, a_rollout: f64) -> u64 {
    ((seconds / a_rollout / CHUNK as f64) as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_holds_whole_chunks_and_one_at_least() {
        assert_eq!(chunks_within(10.0, 1e-3), 39);
        assert_eq!(chunks_within(0.001, 1.0), 1);
    }
}
