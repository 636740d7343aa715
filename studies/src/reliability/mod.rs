//! Whether a campaign survives what happens to programs: killed, damaged, out of disk, in parts. Each study drives the same small
//! campaign again under one kind of harm, chosen by a seed, and asks for the bytes of the undisturbed run.

mod damage;
mod disk;
mod kills;
mod parts;

pub use damage::{flips, torn};
pub use disk::full_disk;
pub use kills::{kills, signals};
pub use parts::shards;

use nines_numerics::philox::split_mix;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

/// Where campaigns are driven, by which program, and how they must end.
#[derive(Debug)]
pub struct Bench {
    nines: PathBuf,
    folder: PathBuf,
    run: Vec<String>,
    reference: Files,
    /// How long the undisturbed run took.
    pub took: Duration,
}

/// What came of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What was done to the campaign.
    pub harm: String,
    /// How often.
    pub times: u64,
    /// Campaigns that were brought to their end and compared.
    pub campaigns: u64,
    /// More to be said, such as the longest time.
    pub note: String,
    /// What did not come out, each with the number of the try.
    pub failures: Vec<String>,
}

/// The files of a campaign that must have equal bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

impl Bench {
    /// Drives the undisturbed campaign with `run`, arguments of `nines run`, below a folder that is there.
    pub fn new(nines: &Path, folder: &Path, run: &[&str]) -> io::Result<Self> {
        let run = run.iter().map(|word| (*word).to_owned()).collect();
        let (nines, folder) = (nines.to_owned(), folder.to_owned());
        let mut bench = Self { nines, folder, run, reference: Files::new(), took: Duration::ZERO };
        let begin = Instant::now();
        let output = bench.run("reference", &[])?;
        bench.took = begin.elapsed();
        match output.status.success() {
            true => bench.reference = files(&bench.path("reference"))?,
            false => return Err(io::Error::other(said(&output))),
        }
        Ok(bench)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The program in an environment that decides nothing.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.nines);
        command.args(args).current_dir(&self.folder).stdin(Stdio::null());
        std::env::vars().filter(|(name, _)| name.starts_with("NINES_")).for_each(|(name, _)| _ = command.env_remove(name));
        command
    }

    fn run_command(&self, out: &str, more: &[&str]) -> Command {
        let words: Vec<&str> = self.run.iter().map(String::as_str).collect();
        self.command(&[&["run"], &words[..], &["--out", out, "--progress", "none"], more].concat())
    }

    fn run(&self, out: &str, more: &[&str]) -> io::Result<Output> {
        self.run_command(out, more).output()
    }

    /// Brings a campaign to its end; what is wrong with it, if anything.
    fn finish(&self, out: &str) -> io::Result<Option<String>> {
        let output = self.run(out, &["--resume"])?;
        if !output.status.success() {
            return Ok(Some(format!("--resume ended with {}: {}", output.status, said(&output))));
        }
        self.compare(out)
    }

    /// Where a finished campaign differs from the undisturbed one.
    fn compare(&self, out: &str) -> io::Result<Option<String>> {
        let (there, here) = (&self.reference, files(&self.path(out))?);
        let other: Vec<&String> = there.keys().chain(here.keys()).filter(|name| there.get(*name) != here.get(*name)).collect();
        Ok((!other.is_empty()).then(|| format!("these differ: {other:?}")))
    }

    fn remove(&self, out: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.path(out)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }
}

/// The files of a campaign folder that must have equal bytes.
pub fn files(campaign: &Path) -> io::Result<Files> {
    let mut all = Files::new();
    for name in ["campaign.json", "summary.json", "ledger.parquet", "manifest.json", "scenarios", "odds", "rollouts"] {
        collect(campaign, name, &mut all)?;
    }
    Ok(all)
}

fn collect(campaign: &Path, name: &str, all: &mut Files) -> io::Result<()> {
    let path = campaign.join(name);
    if path.is_dir() {
        for entry in fs::read_dir(&path)? {
            collect(campaign, &format!("{name}/{}", entry?.file_name().to_string_lossy()), all)?;
        }
    } else if path.exists() {
        all.insert(name.to_owned(), fs::read(&path)?);
    }
    Ok(())
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.trim().lines().rev().take(3).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(" / ")
}

/// Random numbers of a seed.
#[derive(Clone, Copy, Debug)]
struct Random(u64);

impl Random {
    /// A whole number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = split_mix(self.0);
        self.0 % end.max(1)
    }

    /// A time up to so long.
    fn time(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.below(longest.as_micros() as u64))
    }
}
