//! `provenance.json`: what may differ between equal runs.

use super::pretty;
use crate::store::{self, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const FILE: &str = "provenance.json";

/// Where and how a campaign was run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// `nines.provenance/1`.
    schema: String,
    /// One entry for each time that it was started or resumed.
    pub sessions: Vec<Session>,
    /// Wall time of each scenario, s, over all sessions.
    pub seconds: BTreeMap<String, f64>,
    /// What is known of the first policy fault of each scenario.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultText>,
}

/// A policy fault in words. They are no result: a traceback names files and addresses of the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultText {
    /// Scenario and index: what `nines replay` takes.
    pub rollout: String,
    /// Step at which it happened.
    pub step: u32,
    /// Kind.
    pub kind: String,
    /// Message or traceback.
    pub text: String,
}

/// One run of the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Command line.
    pub command: Vec<String>,
    /// Name of the machine, where it is known.
    pub host: Option<String>,
    /// Architecture and operating system.
    pub platform: String,
    /// Threads.
    pub threads: usize,
    /// Worlds that a batch policy sees at once.
    pub batch: usize,
    /// Start, seconds since 1970.
    pub started_unix_s: f64,
    /// End, seconds since 1970.
    pub ended_unix_s: f64,
}

impl Session {
    /// A session that starts now.
    pub fn begin(command: &[String], threads: usize, batch: usize) -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| std::env::var("COMPUTERNAME").ok());
        Self {
            command: command.to_vec(),
            host: host.map(|name| name.trim().to_owned()),
            platform: format!("{} {}", std::env::consts::ARCH, std::env::consts::OS),
            threads,
            batch,
            started_unix_s: now_s(),
            ended_unix_s: now_s(),
        }
    }
}

impl Provenance {
    /// Reads it; a folder without one, or with one that cannot be read, has none so far.
    pub fn read(folder: &Path) -> Self {
        let read = store::read(&folder.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { schema: "nines.provenance/1".into(), ..read.unwrap_or_default() }
    }

    /// Takes over what is known of another run of the campaign: of each scenario the first fault stays.
    pub fn take_over(&mut self, other: Self) {
        self.sessions.extend(other.sessions);
        for (scenario, seconds) in other.seconds {
            *self.seconds.entry(scenario).or_default() += seconds;
        }
        let of = |fault: &FaultText| fault.rollout.rsplit_once('/').map(|(scenario, _)| scenario.to_owned());
        for fault in other.faults {
            if self.faults.iter().all(|known| of(known) != of(&fault)) {
                self.faults.push(fault);
            }
        }
    }

    /// Writes it with one more session, which ends now.
    pub fn write(mut self, folder: &Path, session: Session) -> Result<(), StoreError> {
        self.sessions.push(Session { ended_unix_s: now_s(), ..session });
        store::write_whole(&folder.join(FILE), pretty(&self).as_bytes())
    }
}

/// Seconds since 1970.
pub fn now_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}
