//! Runs the binary in fresh folders.
#![allow(dead_code)] // each test file uses its own part

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A scenario with natural priors, and one without.
pub const WITH_PRIOR: &str = "child-at-curb";
pub const WITHOUT_PRIOR: &str = "ball-between-cars";

/// A folder that goes away with the test.
pub struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The command in this folder, in an environment that decides nothing.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nines"));
        command.args(words(line)).current_dir(self.dir.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NINES_")) {
            command.env_remove(name);
        }
        for name in ["NO_COLOR", "FORCE_COLOR", "TERM", "GITHUB_STEP_SUMMARY"] {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C.UTF-8").env("COLUMNS", "80");
        command
    }

    pub fn nines(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// Runs it and checks the exit code.
    #[track_caller]
    pub fn expect(&self, code: i32, line: &str) -> Output {
        let output = self.nines(line);
        assert_eq!(output.status.code(), Some(code), "nines {line}\n{}{}", text(&output.stdout), text(&output.stderr));
        output
    }

    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }
}

/// Words of a command line; single quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => all.extend(Some(std::mem::take(&mut word)).filter(|w| !w.is_empty())),
            c => word.push(c),
        }
    }
    all.extend(Some(word).filter(|w| !w.is_empty()));
    all
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Every file of a campaign that must have equal bytes, with its content.
pub fn results(campaign: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for name in ["campaign.json", "summary.json", "ledger.parquet", "manifest.json"] {
        all.insert(name.to_owned(), fs::read(campaign.join(name)).unwrap());
    }
    for folder in ["scenarios", "rollouts"] {
        collect(campaign, folder, &mut all);
    }
    all
}

fn collect(campaign: &Path, folder: &str, all: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(campaign.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() { collect(campaign, &name, all) } else { _ = all.insert(name, fs::read(entry.path()).unwrap()) }
    }
}

/// Two campaigns have the same files with the same bytes.
#[track_caller]
pub fn assert_equal(a: &Path, b: &Path) {
    let (a, b) = (results(a), results(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let differing: Vec<_> = a.iter().filter(|(name, bytes)| b[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(differing.is_empty(), "these differ: {differing:?}");
}
