//! The rows of a scenario from those of its shards.
//!
//! What a shard stores is a superset: until it has met 100,000 failures it stores each, and beyond these only failures that the whole
//! campaign thins in the same way; passes are stored by their index; and whoever is among the nearest misses of all is among those of its
//! shard. The number of a row's failure in the whole campaign is that of the shards before and that in its own, which is exact as long as
//! the limit is not reached. So the rules of a run, applied to these rows in order, leave what a run leaves.

use super::coordinator::ANSWERS_KEPT;
use super::hindsight::fails_before;
use super::merge::Piece;
use super::{Because, Keeper, Ledger, NEAREST_FILE, Near, PART, Record, part_file};
use crate::store::{self, Fate, JoinedRows, Rows, RowsBatch, StoreError};
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
        hindsight: record.hindsight,
        fails: (u64::MAX, 0),
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
    /// Failures that are analysed in hindsight.
    hindsight: u64,
    /// The part of the last row, and how many failures a run would have counted up to it to find those.
    fails: (u64, u64),
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
                let fates: Vec<_> = (0..batch.rollouts.len()).map(|j| self.fate(&batch, j)).collect();
                file.push(&rows, &batch, &fates)?;
            }
            self.file = Some((part, file));
        }
        Ok(())
    }

    fn fate(&mut self, batch: &RowsBatch, j: usize) -> Option<Fate> {
        let (rollout, failed) = (batch.rollouts[j], batch.failed[j]);
        let (because, stands_for) = self.keeper.judge_index(rollout, failed)?;
        if !failed {
            self.miss(rollout, batch.margins[j]);
        }
        let row = self.ledger.rows().partition_point(|row| row.first_rollout <= rollout).checked_sub(1)?;
        self.stored[row] += 1;
        let answers = !failed || self.keeper.failures() <= ANSWERS_KEPT;
        let hindsight = failed && !batch.faulted[j] && self.is_analysed(rollout, stands_for);
        Some(Fate { because, stands_for, answers, hindsight })
    }

    /// Whether a run would have analysed this failure: it counts as [`super::hindsight::look_back`] does.
    fn is_analysed(&mut self, rollout: u64, stands_for: u32) -> bool {
        let part = rollout / PART;
        if self.fails.0 != part {
            self.fails = (part, fails_before(self.ledger, part));
        }
        let analysed = stands_for == 1 && self.fails.1 < self.hindsight;
        self.fails.1 += u64::from(stands_for == 1);
        analysed
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
                let fate = Fate { because: Because::Nearest, stands_for: 0, answers: true, hindsight: false };
                let fates: Vec<_> = batch.rollouts.iter().map(|i| among(i).then_some(fate)).collect();
                joined.push(&rows, &batch, &fates)?;
            }
        }
        file.map_or(Ok(()), JoinedRows::finish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::{context, outcome, template};
    use crate::campaign::{CHUNK, Method, Places, Plan, RecordedScenario, Shard, State, Tally, may_be_kept, policy_summary};
    use nines_sim::{BuiltIn, Outcome, Template};
    use nines_viz::{SeedFrom, Status};
    use std::collections::BTreeMap;
    use std::fs;

    const KEEP: u64 = 10_000;

    fn record(rollouts: u64, shard: Option<Shard>) -> Record {
        Record {
            schema: String::new(),
            nines_version: String::new(),
            policy: policy_summary(&BuiltIn::new("idm", &[]).unwrap()),
            method: Method::Stratified,
            plan: Plan::Fixed,
            nines: None,
            search: None,
            seed: 3,
            seed_from: SeedFrom::Auto,
            confidence: 0.95,
            keep: KEEP,
            hindsight: 0,
            beliefs: 0,
            max_faults: None,
            demands: None,
            shard,
            odds: Vec::new(),
            scenarios: vec![RecordedScenario {
                name: "two-strata".into(),
                fingerprint: String::new(),
                rollouts,
                budgets: Vec::new(),
            }],
        }
    }

    /// Drives a range of chunks, most of which bring nothing that may be kept. Gives its ledger.
    fn drive(folder: &Path, template: &Template, record: &Record, rollouts: u64) -> Ledger {
        let (range, first_chunk) = (record.range(rollouts), record.first_chunk(rollouts));
        let places = Places {
            rows: folder.join("rollouts/two-strata"),
            work: folder.join("work"),
            campaign: "sha256:0".into(),
            first_chunk,
        };
        let mut state = State::new(context(template), places, KEEP).unwrap();
        while state.ledger().rollouts() < range.end && !range.is_empty() {
            let chunk = state.ledger().chunks();
            let all = State::chunk_range(chunk, rollouts);
            let (tally, mut candidates) = if all.start < KEEP || chunk.is_multiple_of(61) {
                let outcomes: Vec<Outcome> = all.map(outcome).collect();
                let below = state.nearest_below();
                (Tally::of(template, &outcomes), outcomes.into_iter().filter(|o| may_be_kept(o, KEEP, below)).collect())
            } else {
                let tally = Tally {
                    scenario: "two-strata".into(),
                    first_rollout: all.start,
                    rollouts: all.end - all.start,
                    ..Tally::default()
                };
                (tally, Vec::new())
            };
            let room = ANSWERS_KEPT.saturating_sub(state.counts().failures) as usize;
            candidates.iter_mut().filter(|o| o.failed()).skip(room).for_each(|o: &mut Outcome| o.actions = Vec::new());
            state.absorb(tally, candidates).unwrap();
        }
        state.end(Status::Complete).unwrap();
        state.ledger().clone()
    }

    fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let all = fs::read_dir(folder.join("rollouts/two-strata")).unwrap().flatten();
        all.map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())).collect()
    }

    /// Over several parts, cut within parts and at their ends, with and without empty shards.
    #[test]
    fn rows_of_shards_become_those_of_the_whole_over_the_ends_of_parts() {
        let template = template();
        for (rollouts, shards) in [(2 * PART + 300 * CHUNK - 7, vec![1, 2, 3, 7, 64]), (5 * CHUNK + 1, vec![2, 9])] {
            let dir = tempfile::tempdir().unwrap();
            let at = |name: String| dir.path().join(name);
            let whole = drive(&at("whole".into()), &template, &record(rollouts, None), rollouts);
            for of in shards {
                let mut ledger = Ledger::default();
                let piece = |number| {
                    let record = record(rollouts, Some(Shard { number, of }));
                    let folder = at(format!("{of}-{number}"));
                    let own = drive(&folder, &template, &record, rollouts);
                    own.rows().iter().for_each(|row| ledger.push(Tally { stored: row.stored + 5, ..row.clone() }));
                    Piece { folder, record, failures: vec![own.total().failures] }
                };
                let pieces: Vec<Piece> = (1..=of).map(piece).collect();
                let merged = at(format!("merged-{of}"));
                let stored = join_rows(&merged, &record(rollouts, None), 0, &ledger, &pieces).unwrap();
                assert_eq!(ledger.with_stored(&stored), whole, "{of} shards of {rollouts}");
                let (there, here) = (files(&at("whole".into())), files(&merged));
                let differ: Vec<_> = there.keys().filter(|name| there.get(*name) != here.get(*name)).collect();
                assert!(differ.is_empty() && there.len() == here.len(), "{of} shards of {rollouts}: {differ:?}");
            }
        }
    }

    #[test]
    fn rows_of_another_shard_are_refused() {
        let (template, dir) = (template(), tempfile::tempdir().unwrap());
        let one = record(2000, Some(Shard { number: 1, of: 2 }));
        let ledger = drive(dir.path(), &template, &one, 2000);
        let other = record(2000, Some(Shard { number: 2, of: 2 }));
        let piece = Piece { folder: dir.path().into(), record: other, failures: vec![0] };
        let refused = join_rows(&dir.path().join("m"), &record(2000, None), 0, &ledger, &[piece]).unwrap_err();
        assert!(refused.to_string().contains("rollout 0 of another shard"), "{refused}");
    }
}
