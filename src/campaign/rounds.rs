//! How far each scenario is driven before the next one has its turn.
//!
//! With a budget there is one round: each scenario up to its rollouts. By time there are many, in which all scenarios get equally many
//! chunks, and the one in which the time is over is the last. How long a round is follows from the clock, what it leaves does not: a run
//! with as many `--rollouts` has the same bytes.

use super::CHUNK;
use std::time::{Duration, Instant};

/// Rounds of a timed run that the time is divided into, at the least.
const ROUNDS: u32 = 20;
/// Most times as many chunks as in the round before.
const GROWTH: f64 = 4.0;

/// The rounds of a timed run.
#[derive(Debug)]
pub(super) struct Rounds {
    begin: Instant,
    time: Duration,
    /// When the last round ended.
    before: Duration,
    /// Chunks of a scenario in the last round; 0 before the first.
    chunks: u64,
    /// Rollouts of a scenario after the last round.
    rollouts: u64,
    most: u64,
}

impl Rounds {
    /// Rounds on top of the rollouts that some scenario has, up to `most`.
    pub fn new(time: Duration, rollouts: u64, most: u64) -> Self {
        let rollouts = rollouts.next_multiple_of(CHUNK);
        Self { begin: Instant::now(), time, before: Duration::ZERO, chunks: 0, rollouts, most }
    }

    /// Rollouts of each scenario after the next round; `None` once the time is over, or as many are driven as may be.
    pub fn next(&mut self) -> Option<u64> {
        self.after(self.begin.elapsed())
    }

    fn after(&mut self, elapsed: Duration) -> Option<u64> {
        if self.rollouts >= self.most || self.chunks > 0 && elapsed >= self.time {
            return None;
        }
        let took = elapsed.saturating_sub(self.before).as_secs_f64();
        let aim = (self.time / ROUNDS).min(self.time.saturating_sub(elapsed)).as_secs_f64();
        let previous = self.chunks.max(1) as f64;
        let longer = if self.chunks == 0 { 1.0 } else { (aim / took.max(1e-9)).min(GROWTH) };
        self.chunks = (previous * longer).floor().max(1.0) as u64;
        self.before = elapsed;
        self.rollouts = (self.rollouts + self.chunks * CHUNK).min(self.most);
        Some(self.rollouts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rollouts after the last round and the time it ended at, where a chunk takes so many seconds.
    fn driven(time: f64, most: u64, seconds_per_chunk: f64) -> (u64, f64) {
        let mut rounds = Rounds::new(Duration::from_secs_f64(time), 0, most);
        let (mut now, mut rollouts) = (0.0, 0);
        while let Some(target) = rounds.after(Duration::from_secs_f64(now)) {
            now += (target - rollouts) as f64 / CHUNK as f64 * seconds_per_chunk;
            rollouts = target;
        }
        (rollouts, now)
    }

    #[test]
    fn the_last_round_is_the_one_in_which_the_time_is_over() {
        for (seconds_per_chunk, late) in [(1e-4, 0.01), (0.01, 0.02), (0.3, 0.3), (50.0, 50.0)] {
            let (rollouts, end) = driven(10.0, u64::MAX, seconds_per_chunk);
            assert!((10.0..=10.0 + late).contains(&end), "{seconds_per_chunk}: {end}");
            assert!(rollouts.is_multiple_of(CHUNK) && rollouts > 0);
        }
    }

    #[test]
    fn what_may_be_driven_at_most_ends_a_timed_run_too() {
        assert_eq!(driven(10.0, 1000, 1e-4).0, 1000);
        assert_eq!(Rounds::new(Duration::from_secs(1), 600, 768).after(Duration::ZERO), None);
    }
}
