//! The ledger of a scenario: its tallies, compacted as far as the number of its chunks allows.
//!
//! A full part is one row; what is left at its ends is one row for each aligned power of two of chunks, as in a binary counter. So the
//! rows depend on the range of chunks alone, and there are never more than parts + 24 of them. The rows of a shard are parts of rows of
//! the whole campaign: pushed one after the other, those of all shards become these.

use super::Tally;
use std::ops::Range;

/// Rollouts of a chunk.
pub const CHUNK: u64 = 256;
/// Rollouts of a part.
pub const PART: u64 = 1 << 20;

/// The tallies of a scenario's chunks, from the first on (of a shard: its first), without a gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    first_chunk: u64,
    rows: Vec<Tally>,
}

impl Ledger {
    /// A ledger without rows, which begins with this chunk.
    pub fn starting_at(first_chunk: u64) -> Self {
        Self { first_chunk, rows: Vec::new() }
    }

    /// A ledger from rows as [`Ledger::rows`] gives them, the first of which begins with this chunk.
    ///
    /// # Errors
    /// What is wrong with them, where rows are missing, overlap, or are not compacted.
    pub fn from_rows(first_chunk: u64, rows: Vec<Tally>) -> Result<Self, String> {
        let mut next = first_chunk * CHUNK;
        for row in &rows {
            if row.first_rollout != next || row.rollouts == 0 {
                return Err(format!("{} has no row for rollout {next}", row.scenario));
            }
            next += row.rollouts;
        }
        let sizes: Vec<u64> = rows.iter().map(chunks_of).collect();
        if sizes != compacted(first_chunk..next.div_ceil(CHUNK)) {
            return Err("its rows are not compacted as they should be".into());
        }
        Ok(Self { first_chunk, rows })
    }

    /// Takes in the next chunk, or the next row of a ledger that begins where this one ends.
    pub fn push(&mut self, chunk: Tally) {
        debug_assert_eq!(chunk.first_rollout, self.rollouts(), "chunks come in order");
        self.rows.push(chunk);
        while let [.., a, b] = &self.rows[..] {
            let size = chunks_of(a);
            if size != chunks_of(b) || size == PART / CHUNK || !(a.first_rollout / CHUNK).is_multiple_of(2 * size) {
                break;
            }
            if let (Some(b), Some(a)) = (self.rows.pop(), self.rows.last_mut()) {
                a.merge(&b);
            }
        }
    }

    /// The rows, ascending.
    pub fn rows(&self) -> &[Tally] {
        &self.rows
    }

    /// Whether nothing was counted yet.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where it ends: all indices below this number are counted, of a shard those from its first on.
    pub fn rollouts(&self) -> u64 {
        self.rows.last().map_or(self.first_chunk * CHUNK, |row| row.first_rollout + row.rollouts)
    }

    /// The chunk that follows the last one counted.
    pub fn chunks(&self) -> u64 {
        self.rollouts().div_ceil(CHUNK)
    }

    /// The first chunk.
    pub fn first_chunk(&self) -> u64 {
        self.first_chunk
    }

    /// Chunks counted.
    pub fn counted(&self) -> u64 {
        self.chunks() - self.first_chunk
    }

    /// Numbers of the parts that its rollouts lie in.
    pub fn parts(&self) -> Range<u64> {
        if self.is_empty() { 0..0 } else { self.first_chunk * CHUNK / PART..self.rollouts().div_ceil(PART) }
    }

    /// The same with other counts of stored rows, one for each of its own.
    #[must_use]
    pub fn with_stored(mut self, stored: &[u64]) -> Self {
        self.rows.iter_mut().zip(stored).for_each(|(row, stored)| row.stored = *stored);
        self
    }

    /// Sum of all rows.
    pub fn total(&self) -> Tally {
        let mut sum = Tally::default();
        for row in &self.rows {
            sum.scenario.clone_from(&row.scenario);
            sum.merge(row);
        }
        sum
    }
}

fn chunks_of(row: &Tally) -> u64 {
    row.rollouts.div_ceil(CHUNK)
}

/// Sizes of the rows for a range of chunks: each the largest power of two, at most a part, that is aligned and fits.
fn compacted(chunks: Range<u64>) -> Vec<u64> {
    let (mut next, mut sizes) = (chunks.start, Vec::new());
    while next < chunks.end {
        let aligned = next.trailing_zeros().min((PART / CHUNK).ilog2());
        let size = 1 << aligned.min((chunks.end - next).ilog2());
        sizes.push(size);
        next += size;
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(k: u64, rollouts: u64) -> Tally {
        Tally { scenario: "s".into(), first_rollout: k * CHUNK, rollouts, failures: k, ..Tally::default() }
    }

    #[test]
    fn rows_are_parts_and_powers_of_two() {
        let mut ledger = Ledger::default();
        for k in 0..(2 * 4096 + 11) {
            ledger.push(chunk(k, CHUNK));
            let sizes: Vec<u64> = ledger.rows().iter().map(chunks_of).collect();
            assert_eq!(sizes, compacted(0..k + 1));
        }
        let sizes: Vec<u64> = ledger.rows().iter().map(chunks_of).collect();
        assert_eq!(sizes, [4096, 4096, 8, 2, 1]);
        assert_eq!(ledger.total().failures, (0..(2 * 4096 + 11)).sum::<u64>());
        assert_eq!(Ledger::from_rows(0, ledger.rows().to_vec()), Ok(ledger));
    }

    #[test]
    fn the_last_chunk_may_be_short() {
        let mut ledger = Ledger::default();
        (0..3).for_each(|k| ledger.push(chunk(k, CHUNK)));
        ledger.push(chunk(3, 232));
        assert_eq!((ledger.rows().len(), ledger.rollouts(), ledger.chunks()), (1, 1000, 4));
        assert!(Ledger::from_rows(0, ledger.rows().to_vec()).is_ok());
    }

    #[test]
    fn a_gap_or_a_row_not_compacted_is_refused() {
        assert!(Ledger::from_rows(0, vec![chunk(0, CHUNK), chunk(2, CHUNK)]).is_err());
        assert!(Ledger::from_rows(0, vec![chunk(0, CHUNK), chunk(1, CHUNK)]).is_err());
        assert!(Ledger::from_rows(1, vec![chunk(0, CHUNK)]).is_err());
    }

    #[test]
    fn ledgers_of_ranges_become_that_of_the_whole_wherever_they_are_cut() {
        let chunks = 2 * 4096 + 11;
        let mut whole = Ledger::default();
        (0..chunks).for_each(|k| whole.push(chunk(k, CHUNK)));
        for step in [1, 3, 57, 1000, 4095, 4096, 5000, chunks] {
            let mut joined = Ledger::default();
            for first in (0..chunks).step_by(step as usize) {
                let end = (first + step).min(chunks);
                let mut one = Ledger::starting_at(first);
                (first..end).for_each(|k| one.push(chunk(k, CHUNK)));
                assert!(one.rows().len() <= 24 + 2, "{first} to {end}");
                assert_eq!((one.counted(), one.total().rollouts), (end - first, (end - first) * CHUNK));
                assert_eq!(Ledger::from_rows(first, one.rows().to_vec()), Ok(one.clone()));
                one.rows().iter().for_each(|row| joined.push(row.clone()));
            }
            assert_eq!(joined, whole, "cut every {step}");
        }
    }
}
