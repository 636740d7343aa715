//! How much a campaign may hold at a time. What grows is bounded by rules, and these say by how much: rows of the part in work, which
//! the rules of keeping limit, what is made of them while they are written, and chunks that are driven and not taken in yet. Only the last
//! can be traded for memory, so `--memory` decides how far ahead threads may drive.

use super::{CHUNK, FAILURES_KEPT, Kept, NEAREST_KEPT, PART};
use nines_sim::Outcome;

/// Chunks that each thread may have under way, unless memory is short.
const CHUNKS_AHEAD: u64 = 64;
/// The program with its catalogue, compiled scenarios and blocks of worlds; measured: 60 to 75 MB.
const PROGRAM: u64 = 96 << 20;
/// Rows that are turned into columns at a time, and what a row takes meanwhile: its concrete scenario, columns, pages.
const SLICE: u64 = 1 << 16;
const ROW_WRITTEN: u64 = 2048;
/// What a policy that is not built in answered in a failure, of the 2,000 of which that is kept: 24 bytes a step.
const ANSWERS: u64 = 16 << 10;

/// What decides how much a campaign holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holds {
    /// Rows kept from the start.
    pub keep: u64,
    /// Rollouts of the largest scenario.
    pub rollouts: u64,
    /// Threads.
    pub threads: u64,
    /// Whether what the policy answered is kept of failures.
    pub answers: bool,
    /// Scenarios whose rows are held at the same time: all of a watched plan, which goes on with each.
    pub scenarios: u64,
}

impl Holds {
    /// Chunks that may be under way in so much memory; as many as are of use without a limit. `Err` is the least that suffices.
    pub fn chunks_ahead(self, memory: Option<u64>) -> Result<u64, u64> {
        let (least, most) = (2 * self.threads, CHUNKS_AHEAD * self.threads);
        let Some(memory) = memory else { return Ok(most) };
        let (fixed, chunk) = (PROGRAM + self.rows(), self.chunk());
        match memory.saturating_sub(fixed) / chunk {
            too_few if too_few < least => Err(fixed + least * chunk),
            chunks => Ok(chunks.min(most)),
        }
    }

    /// The rows of a part, and of them being written.
    fn rows(self) -> u64 {
        let part = self.rollouts.min(PART);
        // Of passes beyond those kept a tenth at most is in the sample.
        let rows = (self.keep + FAILURES_KEPT + part / 10).min(part) + NEAREST_KEPT as u64;
        let answers = if self.answers { super::coordinator::ANSWERS_KEPT.min(rows) * ANSWERS } else { 0 };
        // A list doubles when it grows.
        self.scenarios * (2 * rows * size_of::<Kept>() as u64 + answers) + rows.min(SLICE) * ROW_WRITTEN
    }

    /// A chunk of which every rollout may be kept.
    fn chunk(self) -> u64 {
        CHUNK * (size_of::<Outcome>() as u64 + if self.answers { ANSWERS } else { 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Holds = Holds { keep: 10_000, rollouts: 1_000_000_000, threads: 2, answers: false, scenarios: 1 };

    #[test]
    fn less_memory_means_fewer_chunks_ahead_until_it_does_not_suffice() {
        assert_eq!(PLAIN.chunks_ahead(None), Ok(128));
        assert_eq!(PLAIN.chunks_ahead(Some(8 << 30)), Ok(128));
        let least = PLAIN.chunks_ahead(Some(1 << 20)).unwrap_err();
        assert_eq!(PLAIN.chunks_ahead(Some(least)), Ok(4));
        assert_eq!(PLAIN.chunks_ahead(Some(least - PLAIN.chunk())), Err(least));
        // A billion rollouts need what a million does; every row kept needs more.
        assert_eq!(Holds { rollouts: 1 << 20, ..PLAIN }.chunks_ahead(Some(0)), Err(least));
        assert!(Holds { keep: PART, ..PLAIN }.chunks_ahead(Some(least)).is_err());
        assert!(Holds { answers: true, ..PLAIN }.chunks_ahead(Some(least)).is_err());
    }
}
