//! The ledger of a scenario: its tallies, compacted as far as the number of its chunks allows.
//!
//! A full part is one row; what follows the last full part is one row for each aligned power of two of chunks, as in a binary
//! counter. So the rows depend on the number of chunks alone, and there are never more than parts + 12 of them.

use super::Tally;

/// Rollouts of a chunk.
pub const CHUNK: u64 = 256;
/// Rollouts of a part.
pub const PART: u64 = 1 << 20;

/// The tallies of a scenario's chunks, from the first on, without a gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    rows: Vec<Tally>,
}

impl Ledger {
    /// A ledger from rows as [`Ledger::rows`] gives them.
    ///
    /// # Errors
    /// What is wrong with them, where rows are missing, overlap, or are not compacted.
    pub fn from_rows(rows: Vec<Tally>) -> Result<Self, String> {
        let mut next = 0;
        for row in &rows {
            if row.first_rollout != next || row.rollouts == 0 {
                return Err(format!("{} has no row for rollout {next}", row.scenario));
            }
            next += row.rollouts;
        }
        let sizes: Vec<u64> = rows.iter().map(chunks_of).collect();
        if sizes != compacted(next.div_ceil(CHUNK)) {
            return Err("its rows are not compacted as they should be".into());
        }
        Ok(Self { rows })
    }

    /// Takes in the next chunk.
    pub fn push(&mut self, chunk: Tally) {
        debug_assert_eq!(chunk.first_rollout, self.rollouts(), "chunks come in order");
        self.rows.push(chunk);
        while let [.., a, b] = &self.rows[..] {
            if chunks_of(a) != chunks_of(b) || chunks_of(a) == PART / CHUNK {
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

    /// Rollouts counted: all indices below this number.
    pub fn rollouts(&self) -> u64 {
        self.rows.last().map_or(0, |row| row.first_rollout + row.rollouts)
    }

    /// Chunks counted.
    pub fn chunks(&self) -> u64 {
        self.rollouts().div_ceil(CHUNK)
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

/// Sizes of the rows for a number of chunks.
fn compacted(chunks: u64) -> Vec<u64> {
    let part = PART / CHUNK;
    let rest = chunks % part;
    let powers = (0..part.ilog2()).rev().map(|k| 1 << k).filter(|size| rest & size != 0);
    (0..chunks / part).map(|_| part).chain(powers).collect()
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
            assert_eq!(sizes, compacted(k + 1));
        }
        let sizes: Vec<u64> = ledger.rows().iter().map(chunks_of).collect();
        assert_eq!(sizes, [4096, 4096, 8, 2, 1]);
        assert_eq!(ledger.total().failures, (0..(2 * 4096 + 11)).sum::<u64>());
        assert_eq!(Ledger::from_rows(ledger.rows().to_vec()), Ok(ledger));
    }

    #[test]
    fn the_last_chunk_may_be_short() {
        let mut ledger = Ledger::default();
        (0..3).for_each(|k| ledger.push(chunk(k, CHUNK)));
        ledger.push(chunk(3, 232));
        assert_eq!((ledger.rows().len(), ledger.rollouts(), ledger.chunks()), (1, 1000, 4));
        assert!(Ledger::from_rows(ledger.rows().to_vec()).is_ok());
    }

    #[test]
    fn a_gap_or_a_row_not_compacted_is_refused() {
        assert!(Ledger::from_rows(vec![chunk(0, CHUNK), chunk(2, CHUNK)]).is_err());
        assert!(Ledger::from_rows(vec![chunk(0, CHUNK), chunk(1, CHUNK)]).is_err());
    }
}
