//! A scenario in work: what is counted and kept so far, and the files from which a killed run goes on.
//!
//! Below `.work/<scenario>/` lie `base.work`, written whenever a part is full, and numbered files, each with what came since
//! the one before. Each is written whole and ends with its checksum.

use super::codec::{Reader, Writer};
use super::{Because, CHUNK, Counts, Keeper, Kept, Ledger, Near, PART, Tally, beliefs, hindsight};
use crate::store::{self, Known, RowContext, StoreError};
use nines_sim::Outcome;
use nines_viz::Status;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// Name of the rows of the nearest misses.
pub const NEAREST_FILE: &str = "nearest.parquet";
const BASE_FILE: &str = "base.work";

/// Name of a part's file.
pub fn part_file(part: u64) -> String {
    format!("part-{part:06}.parquet")
}

/// Names of the files of rows that there are with such a ledger.
pub(super) fn rows_file_names(ledger: &Ledger) -> impl Iterator<Item = String> + use<> {
    let nearest = (!ledger.is_empty()).then(|| NEAREST_FILE.to_owned());
    ledger.parts().map(part_file).chain(nearest)
}

/// Where a scenario's files are, and what names them.
#[derive(Clone, Debug)]
pub struct Places {
    /// `rollouts/<scenario>`.
    pub rows: PathBuf,
    /// `.work/<scenario>`.
    pub work: PathBuf,
    /// Hash of the campaign that the work belongs to.
    pub campaign: String,
    /// Chunk that the work begins with: not 0 of a shard.
    pub first_chunk: u64,
}

/// A scenario in work.
#[derive(Debug)]
pub struct State<'a> {
    context: RowContext<'a>,
    places: Places,
    ledger: Ledger,
    counts: Counts,
    keeper: Keeper,
    /// Rows of the part in work, and how many of them are safe.
    rows: Vec<Kept>,
    rows_saved: usize,
    near_unsaved: Vec<Near>,
    chunks_saved: u64,
    files: Vec<FileHash>,
    ended: Option<Status>,
    /// Whether more may be asked for once everything is driven: then a chunk that the budget cuts short is not work to go on from.
    extensible: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FileHash {
    name: String,
    hash: String,
}

/// First line of a file of unfinished work.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    campaign: String,
    from_chunk: u64,
    to_chunk: u64,
    /// Rows of the ledger: all in the base, else those after the last full part.
    ledger: Vec<Tally>,
    /// Finished Parquet files.
    files: Vec<FileHash>,
    ended: Option<Status>,
}

impl<'a> State<'a> {
    /// A scenario that nothing is known of yet.
    pub fn new(context: RowContext<'a>, places: Places, keep: u64) -> Result<Self, StoreError> {
        store::create_folder(&places.work)?;
        let first_chunk = places.first_chunk;
        Ok(Self {
            context,
            places,
            ledger: Ledger::starting_at(first_chunk),
            counts: Counts::default(),
            keeper: Keeper::new(keep),
            rows: Vec::new(),
            rows_saved: 0,
            near_unsaved: Vec::new(),
            chunks_saved: first_chunk,
            files: Vec::new(),
            ended: None,
            extensible: false,
        })
    }

    /// The same of a plan whose budget may grow.
    #[must_use]
    pub fn extensible(self, extensible: bool) -> Self {
        Self { extensible, ..self }
    }

    /// Whether the last chunk is shorter than others, and would be longer with a larger budget.
    fn is_cut_short(&self) -> bool {
        self.extensible && !self.ledger.rollouts().is_multiple_of(CHUNK)
    }

    /// A scenario as an earlier run left it. Whatever is torn or damaged is named in `warnings` and driven again.
    pub fn resume(context: RowContext<'a>, places: Places, keep: u64, warnings: &mut Vec<String>) -> Result<Self, StoreError> {
        let mut state = Self::new(context, places, keep)?;
        let name = &state.context.template.name;
        let mut pieces = Vec::new();
        for path in state.work_files()? {
            match read_work(&path, &state.places.campaign) {
                Ok(piece) => pieces.push(piece),
                Err(why) => warnings.push(format!("{name}: {} is {why}; its rollouts are driven again", path.display())),
            }
        }
        if let Some((header, ..)) = pieces.first()
            && header.from_chunk == state.places.first_chunk
            && let Some(file) = header.files.iter().find(|file| !state.is_whole(file))
        {
            warnings.push(format!("{name}: {} is damaged; the scenario is driven again", file.name));
            pieces.clear();
        }
        let mut ledger = Vec::new();
        for (header, rows, near) in pieces {
            if header.from_chunk != state.chunks_saved {
                continue;
            }
            // Its rows take the place of those that were compacted with them since.
            let replaced = header.ledger.first().map_or(u64::MAX, |row| row.first_rollout);
            ledger.retain(|row: &Tally| row.first_rollout < replaced);
            ledger.extend(header.ledger);
            state.chunks_saved = header.to_chunk;
            state.rows.extend(rows);
            near.into_iter().for_each(|one| state.keeper.put_back(one));
            (state.files, state.ended) = (header.files, header.ended);
        }
        match Ledger::from_rows(state.places.first_chunk, ledger) {
            Ok(ledger) => state.ledger = ledger,
            Err(why) => {
                warnings.push(format!("{name}: {why}; the scenario is driven again"));
                let places = state.places.clone();
                store::remove_folder(&places.work)?;
                return Self::new(state.context, places, keep);
            }
        }
        state.rows_saved = state.rows.len();
        state.counts = state.count(&state.ledger.total());
        state.keeper.resume_after(state.counts.failures);
        Ok(state)
    }

    /// Files of unfinished work in the order of their chunks, the base first.
    fn work_files(&self) -> Result<Vec<PathBuf>, StoreError> {
        let work = &self.places.work;
        let mut all = Vec::new();
        for entry in fs::read_dir(work).map_err(StoreError::io("read", work))? {
            let path = entry.map_err(StoreError::io("read", work))?.path();
            if path.extension().is_some_and(|e| e == "work") {
                all.push(path);
            }
        }
        all.sort_by_key(|path| (!path.ends_with(BASE_FILE), path.clone()));
        Ok(all)
    }

    fn is_whole(&self, file: &FileHash) -> bool {
        store::hash_file(&self.places.rows.join(&file.name)).is_ok_and(|hash| hash == file.hash)
    }

    /// Rows of the ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Sums so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Where its unfinished work is.
    pub fn work(&self) -> &Path {
        &self.places.work
    }

    /// Forgets everything: the scenario is driven again.
    pub fn begin_again(&mut self) -> Result<(), StoreError> {
        store::remove_folder(&self.places.work)?;
        let fresh = Self::new(self.context.clone(), self.places.clone(), self.keeper.keep())?.extensible(self.extensible);
        *self = fresh;
        Ok(())
    }

    /// How the scenario ended, if it has.
    pub fn ended(&self) -> Option<Status> {
        self.ended
    }

    /// Chunks that a kill loses.
    pub fn chunks_unsaved(&self) -> u64 {
        self.ledger.chunks() - self.chunks_saved
    }

    /// Margin above which no miss is among the nearest any more.
    pub fn nearest_below(&self) -> f64 {
        self.keeper.nearest_below()
    }

    /// Takes in the next chunk: its tally, and those of its outcomes that may be kept, ascending.
    pub fn absorb(&mut self, mut tally: Tally, candidates: Vec<Outcome>) -> Result<(), StoreError> {
        if self.extensible && tally.rollouts < CHUNK {
            self.save()?;
        }
        for outcome in candidates {
            let stored = self.keeper.judge(&outcome);
            if self.keeper.offer(&outcome, stored.is_some()) {
                let outcome_of_near = stored.is_none().then(|| Box::new(outcome.clone()));
                self.near_unsaved.push(Near { margin: outcome.margin, rollout: outcome.rollout, outcome: outcome_of_near });
            }
            if let Some((because, stands_for)) = stored {
                tally.stored += 1;
                self.rows.push(Kept { outcome, because, stands_for });
            }
        }
        let chunk = self.count(&tally);
        self.counts.rollouts += chunk.rollouts;
        self.counts.failures += chunk.failures;
        self.counts.faults += chunk.faults;
        self.counts.hazard_rollouts += chunk.hazard_rollouts;
        self.counts.hazard_failures += chunk.hazard_failures;
        self.ledger.push(tally);
        if self.ledger.rollouts().is_multiple_of(PART) { self.finish_part() } else { Ok(()) }
    }

    fn count(&self, tally: &Tally) -> Counts {
        let strata = &self.context.template.strata;
        let marked = strata.iter().any(|s| s.hazard);
        let hazard = |stratum: u16| !marked || strata.get(stratum as usize).is_some_and(|s| s.hazard);
        let given = || tally.strata.iter().filter(|s| hazard(s.stratum));
        Counts {
            rollouts: tally.rollouts,
            failures: tally.failures,
            faults: tally.faults,
            hazard_rollouts: given().map(|s| s.rollouts).sum(),
            hazard_failures: given().map(|s| s.failures).sum(),
        }
    }

    fn finish_part(&mut self) -> Result<(), StoreError> {
        let file = part_file((self.ledger.rollouts() - 1) / PART);
        let hash = self.write_part(&file)?;
        self.files.push(FileHash { name: file, hash });
        self.rows.clear();
        self.save_base()
    }

    /// Writes the part in work, its failures analysed in hindsight, its beliefs taken.
    fn write_part(&self, file: &str) -> Result<String, StoreError> {
        let before = hindsight::fails_before(&self.ledger, self.ledger.rollouts().saturating_sub(1) / PART);
        let known = Known {
            hindsight: hindsight::look_back(&self.context, &self.rows, before),
            beliefs: beliefs::look_at(&self.context, &self.rows),
        };
        self.write_rows(file, &self.rows, &known)
    }

    fn write_rows(&self, file: &str, rows: &[Kept], known: &Known) -> Result<String, StoreError> {
        store::create_folder(&self.places.rows)?;
        let path = self.places.rows.join(file);
        store::write_rows(&path, &self.context, rows, known)?;
        store::hash_file(&path)
    }

    /// Writes what came since the last time, so that a kill does not lose it.
    pub fn save(&mut self) -> Result<(), StoreError> {
        if self.chunks_unsaved() == 0 || self.is_cut_short() {
            return Ok(());
        }
        let part = self.ledger.rollouts() / PART * PART;
        let full = self.ledger.rows().partition_point(|row| row.first_rollout < part);
        let mut body = Writer::default();
        body.kept(&self.rows[self.rows_saved..]);
        body.near(self.near_unsaved.iter());
        let name = format!("{:015}.work", self.chunks_saved);
        self.write_work(&name, self.chunks_saved, self.ledger.rows()[full..].to_vec(), body)
    }

    /// Writes everything into one file, which replaces all others.
    fn save_base(&mut self) -> Result<(), StoreError> {
        let mut body = Writer::default();
        body.kept(&self.rows);
        body.near(self.keeper.nearest().into_iter());
        self.write_work(BASE_FILE, self.places.first_chunk, self.ledger.rows().to_vec(), body)?;
        for path in self.work_files()?.into_iter().filter(|path| !path.ends_with(BASE_FILE)) {
            fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
        }
        Ok(())
    }

    fn write_work(&mut self, name: &str, from_chunk: u64, ledger: Vec<Tally>, body: Writer) -> Result<(), StoreError> {
        let path = self.places.work.join(name);
        let header = Header {
            campaign: self.places.campaign.clone(),
            from_chunk,
            to_chunk: self.ledger.chunks(),
            ledger,
            files: self.files.clone(),
            ended: self.ended,
        };
        let mut bytes = serde_json::to_vec(&header).map_err(|e| StoreError::damaged(&path, e))?;
        bytes.push(b'\n');
        bytes.extend(body.0);
        let checksum = store::hash_hex(&bytes);
        bytes.extend(checksum.as_bytes());
        store::write_whole(&path, &bytes)?;
        (self.chunks_saved, self.rows_saved) = (self.ledger.chunks(), self.rows.len());
        self.near_unsaved.clear();
        Ok(())
    }

    /// Writes the rows that are not in a full part yet. `Interrupted` may be taken up again, and `Complete` where more may be asked for;
    /// everything else is final.
    pub fn end(&mut self, status: Status) -> Result<(), StoreError> {
        self.save()?;
        let mut last = Vec::new();
        if !self.ledger.is_empty() && !self.ledger.rollouts().is_multiple_of(PART) {
            let file = part_file(self.ledger.rollouts() / PART);
            // Looking back takes longer than whoever interrupts a run waits, and is done when the part is.
            let hash = match status {
                Status::Interrupted => self.write_rows(&file, &self.rows, &Known::default())?,
                _ => self.write_part(&file)?,
            };
            last.push(FileHash { hash, name: file });
        }
        if !self.ledger.is_empty() {
            let nearest = self.keeper.nearest().into_iter().filter_map(|near| near.outcome.as_deref());
            let nearest: Vec<Kept> =
                nearest.map(|o| Kept { outcome: o.clone(), because: Because::Nearest, stands_for: 0 }).collect();
            last.push(FileHash { hash: self.write_rows(NEAREST_FILE, &nearest, &Known::default())?, name: NEAREST_FILE.into() });
        }
        let may_go_on = status == Status::Interrupted || self.extensible && (status == Status::Complete || self.is_cut_short());
        if !may_go_on {
            self.ended = Some(status);
            self.files.extend(last);
            // One scenario after the other is in work, and none holds on to what it needed.
            self.rows = Vec::new();
            self.save_base()?;
        }
        Ok(())
    }

    /// Takes a scenario as finished whose rows are all there and whole.
    pub fn put_back(mut self, tallies: Vec<Tally>, status: Status) -> Result<(), StoreError> {
        self.ledger =
            Ledger::from_rows(self.places.first_chunk, tallies).map_err(|why| StoreError::damaged(&self.places.rows, why))?;
        for name in rows_file_names(&self.ledger) {
            let hash = store::hash_file(&self.places.rows.join(&name))?;
            self.files.push(FileHash { name, hash });
        }
        self.ended = Some(status);
        self.save_base()
    }

    /// Range of rollouts of a chunk, in a scenario of so many.
    pub fn chunk_range(chunk: u64, rollouts: u64) -> std::ops::Range<u64> {
        (chunk * CHUNK).min(rollouts)..((chunk + 1) * CHUNK).min(rollouts)
    }
}

type Piece = (Header, Vec<Kept>, Vec<Near>);

fn read_work(path: &Path, campaign: &str) -> Result<Piece, &'static str> {
    let bytes = store::read(path).map_err(|_| "unreadable")?;
    let length = store::hash_hex(b"").len();
    let (content, checksum) = bytes.split_at_checked(bytes.len().wrapping_sub(length)).ok_or("torn")?;
    if store::hash_hex(content).as_bytes() != checksum {
        return Err("damaged");
    }
    let line = content.iter().position(|byte| *byte == b'\n').ok_or("damaged")?;
    let header: Header = serde_json::from_slice(&content[..line]).map_err(|_| "of another version")?;
    if header.campaign != campaign {
        return Err("of another campaign");
    }
    let mut reader = Reader(&content[line + 1..]);
    let (rows, near) = (reader.kept().ok_or("damaged")?, reader.near().ok_or("damaged")?);
    Ok((header, rows, near))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::may_be_kept;
    use crate::campaign::testing::{context, outcome, template};
    use nines_sim::Template;
    use std::collections::BTreeMap;

    const KEEP: u64 = 10_000;

    fn places(folder: &Path) -> Places {
        Places { rows: folder.join("rows"), work: folder.join("work"), campaign: "sha256:0".into(), first_chunk: 0 }
    }

    /// Takes in chunks up to a number, saving now and then. Past the kept ones only each 64th chunk brings candidates.
    fn drive(state: &mut State, template: &Template, to: u64) {
        while state.ledger().chunks() < to {
            let chunk = state.ledger().chunks();
            let range = chunk * CHUNK..(chunk + 1) * CHUNK;
            if range.start < KEEP || chunk.is_multiple_of(64) {
                let outcomes: Vec<Outcome> = range.map(outcome).collect();
                let tally = Tally::of(template, &outcomes);
                let below = state.nearest_below();
                state.absorb(tally, outcomes.into_iter().filter(|o| may_be_kept(o, KEEP, below)).collect()).unwrap();
            } else {
                let name = template.name.clone();
                let tally = Tally { scenario: name, first_rollout: range.start, rollouts: CHUNK, ..Tally::default() };
                state.absorb(tally, Vec::new()).unwrap();
            }
            if chunk % 97 == 3 {
                state.save().unwrap();
            }
        }
    }

    fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let all = fs::read_dir(folder.join("rows")).unwrap().flatten();
        all.map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())).collect()
    }

    #[test]
    fn a_state_that_is_dropped_and_resumed_ends_with_the_same_files_and_ledger() {
        let (whole, cut) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let template = template();
        let chunks = 2 * PART / CHUNK + 300;
        let mut state = State::new(context(&template), places(whole.path()), KEEP).unwrap();
        drive(&mut state, &template, chunks);
        state.end(Status::Complete).unwrap();

        // Just before, at and after the end of a part, and twice in the same place.
        let mut warnings = Vec::new();
        for to in [0, 2, 500, 500, 4095, 4096, 4097, 5000, 8192, chunks] {
            let mut state = State::resume(context(&template), places(cut.path()), KEEP, &mut warnings).unwrap();
            drive(&mut state, &template, to);
        }
        let mut resumed = State::resume(context(&template), places(cut.path()), KEEP, &mut warnings).unwrap();
        drive(&mut resumed, &template, chunks);
        assert_eq!(resumed.counts(), state.counts());
        resumed.end(Status::Complete).unwrap();
        assert_eq!(resumed.ledger(), state.ledger());
        assert_eq!(files(cut.path()), files(whole.path()));
        assert_eq!(files(whole.path()).len(), 4);
        assert_eq!(warnings, Vec::<String>::new());

        let again = State::resume(context(&template), places(cut.path()), KEEP, &mut warnings).unwrap();
        assert_eq!((again.ended(), again.ledger()), (Some(Status::Complete), state.ledger()));
    }

    #[test]
    fn a_part_that_was_damaged_is_named_and_the_scenario_driven_again() {
        let dir = tempfile::tempdir().unwrap();
        let template = template();
        let mut state = State::new(context(&template), places(dir.path()), KEEP).unwrap();
        drive(&mut state, &template, PART / CHUNK + 10);
        state.save().unwrap();
        fs::write(dir.path().join("rows").join(part_file(0)), "torn").unwrap();
        let mut warnings = Vec::new();
        let state = State::resume(context(&template), places(dir.path()), KEEP, &mut warnings).unwrap();
        assert_eq!(state.ledger().rollouts(), 0);
        assert!(warnings.len() == 1 && warnings[0].contains("part-000000.parquet"), "{warnings:?}");
    }

    #[test]
    fn work_of_another_campaign_is_not_taken_up() {
        let dir = tempfile::tempdir().unwrap();
        let template = template();
        let mut state = State::new(context(&template), places(dir.path()), KEEP).unwrap();
        drive(&mut state, &template, 20);
        let mut warnings = Vec::new();
        let other = Places { campaign: "sha256:1".into(), ..places(dir.path()) };
        let state = State::resume(context(&template), other, KEEP, &mut warnings).unwrap();
        assert_eq!(state.ledger().rollouts(), 0);
        assert_eq!(warnings.len(), 1);
    }
}
