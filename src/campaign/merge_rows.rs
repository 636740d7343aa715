//! The rows of a scenario from those of its shards.
//!
//! What a shard stores is a superset: until it has met 100,000 failures it stores each, and beyond these only failures that the whole
//! campaign thins in the same way; passes are stored by their index; and whoever is among the nearest misses of all is among those of its
//! shard. The number of a row's failure in the whole campaign is that of the shards before and that in its own, which is exact as long as
//! the limit is not reached. So the rules of a run, applied to these rows in order, leave what a run leaves.

use super::coordinator::ANSWERS_KEPT;
use super::merge::Piece;
use super::{Because, Keeper, Ledger, NEAREST_FILE, Near, PART, Record, part_file};
use crate::store::{self, Fate, JoinedRows, Rows, StoreError};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Writes the rows of the `k`-th scenario. Gives how many of each row of its ledger are stored.
pub(super) fn join_rows(
    folder: &Path,
    record: &Record,
    k: usize,
    ledger: &Ledger,
    pieces: &[Piece],
) -> Result<Vec<u64>, StoreError> {
    let asked = &record.scenarios[k];
    let out = folder.join("rollouts").join(&asked.name);
    store::create_folder(&out)?;
    let of = |piece: &Piece| (piece.record.range(asked.rollouts), piece.folder.join("rollouts").join(&asked.name));
    let mut joiner = Joiner {
        out,
        scenario: &asked.name,
        seed: record.seed,
        keeper: Keeper::new(record.keep),
        ledger,
        stored: vec![0; ledger.rows().len()],
        file: None,
    };
    let mut failures = 0;
    for piece in pieces {
        let (range, rows) = of(piece);
        joiner.keeper.resume_after(failures);
        failures += piece.failures[k];
        joiner.parts(&range, &rows)?;
    }
    if let Some((_, file)) = joiner.file.take() {
        file.finish()?;
    }
    let with_rows = || pieces.iter().map(of).filter(|(range, _)| !range.is_empty());
    for (_, rows) in with_rows() {
        for batch in Rows::open(&rows.join(NEAREST_FILE))? {
            let batch = batch?;
            batch.rollouts.iter().zip(&batch.margins).for_each(|(rollout, margin)| joiner.miss(*rollout, *margin));
        }
    }
    joiner.nearest(with_rows())?;
    Ok(joiner.stored)
}

struct Joiner<'a> {
    out: PathBuf,
    scenario: &'a str,
    seed: u64,
    keeper: Keeper,
    ledger: &'a Ledger,
    stored: Vec<u64>,
    /// The part in work.
    file: Option<(u64, JoinedRows)>,
}

impl Joiner<'_> {
    /// Takes in the rows of a shard.
    fn parts(&mut self, range: &Range<u64>, rows: &Path) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        for part in range.start / PART..range.end.div_ceil(PART) {
            let path = rows.join(part_file(part));
            let mut rows = Rows::open(&path)?;
            let mut file = match self.file.take() {
                Some((of, file)) if of == part => file,
                before => {
                    before.map_or(Ok(()), |(_, file)| file.finish())?;
                    JoinedRows::begin(&self.out.join(part_file(part)), &rows, self.scenario, self.seed)?
                }
            };
            while let Some(batch) = rows.next() {
                let batch = batch?;
                if let Some(stray) = batch.rollouts.iter().find(|i| !range.contains(*i)) {
                    return Err(StoreError::damaged(&path, format!("it holds rollout {stray} of another shard")));
                }
                let fates: Vec<_> =
                    (0..batch.rollouts.len()).map(|j| self.fate(batch.rollouts[j], batch.failed[j], batch.margins[j])).collect();
                file.push(&rows, &batch, &fates)?;
            }
            self.file = Some((part, file));
        }
        Ok(())
    }

    fn fate(&mut self, rollout: u64, failed: bool, margin: f64) -> Option<Fate> {
        let (because, stands_for) = self.keeper.judge_index(rollout, failed)?;
        if !failed {
            self.miss(rollout, margin);
        }
        let row = self.ledger.rows().partition_point(|row| row.first_rollout <= rollout).checked_sub(1)?;
        self.stored[row] += 1;
        Some(Fate { because, stands_for, answers: !failed || self.keeper.failures() <= ANSWERS_KEPT })
    }

    fn miss(&mut self, rollout: u64, margin: f64) {
        if margin <= self.keeper.nearest_below() {
            self.keeper.put_back(Near { margin, rollout, outcome: None });
        }
    }

    /// Writes the nearest misses that are no rows of a part: those of the shards that are still among the nearest.
    fn nearest(&self, shards: impl Iterator<Item = (Range<u64>, PathBuf)>) -> Result<(), StoreError> {
        let nearest: Vec<u64> = self.keeper.nearest().iter().map(|near| near.rollout).collect();
        let mut file: Option<JoinedRows> = None;
        for (range, rows) in shards {
            let first = nearest.partition_point(|i| *i < range.start);
            if file.is_some() && nearest.get(first).is_none_or(|i| *i >= range.end) {
                continue;
            }
            let mut rows = Rows::open(&rows.join(NEAREST_FILE))?;
            let joined = match &mut file {
                Some(joined) => joined,
                None => file.insert(JoinedRows::begin(&self.out.join(NEAREST_FILE), &rows, self.scenario, self.seed)?),
            };
            while let Some(batch) = rows.next() {
                let batch = batch?;
                let among = |i: &u64| nearest.binary_search(i).is_ok();
                let fate = Fate { because: Because::Nearest, stands_for: 0, answers: true };
                let fates: Vec<_> = batch.rollouts.iter().map(|i| among(i).then_some(fate)).collect();
                joined.push(&rows, &batch, &fates)?;
            }
        }
        file.map_or(Ok(()), JoinedRows::finish)
    }
}
