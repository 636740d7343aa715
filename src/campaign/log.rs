//! `log.jsonl`: the events of a campaign with their times, one JSON object per line.

use super::provenance::now_s;
use super::{Counts, Event};
use crate::store::StoreError;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes events to the log of a campaign.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
    failed: Option<std::io::Error>,
}

impl Log {
    /// Opens the log of a folder, to be continued.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("log.jsonl");
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(StoreError::io("write", &path))?;
        Ok(Self { path, file, failed: None })
    }

    /// Writes an event, unless it comes too often to be of interest.
    pub fn event(&mut self, event: &Event) {
        if let Some(mut line) = line(event) {
            line["t_unix_s"] = json!(now_s());
            let written = self.file.write_all((line.to_string() + "\n").as_bytes());
            self.failed = self.failed.take().or(written.err());
        }
    }

    /// Whether all events could be written.
    pub fn close(self) -> Result<(), StoreError> {
        match self.failed {
            Some(source) => Err(StoreError::io("write", &self.path)(source)),
            None => Ok(()),
        }
    }
}

fn line(event: &Event) -> Option<Value> {
    let with = |event: &str, name: &str, counts: &Counts| json!({"event": event, "scenario": name, "rollouts": counts.rollouts, "failures": counts.failures, "faults": counts.faults});
    Some(match event {
        Event::Started { scenarios, rollouts, resumed } => {
            json!({"event": "started", "scenarios": scenarios, "rollouts": rollouts, "resumed": resumed})
        }
        Event::Scenario { name, rollouts } => json!({"event": "scenario", "scenario": name, "rollouts": rollouts}),
        Event::Chunk { .. } => return None,
        Event::Saved { name, counts } => with("chunk", name, counts),
        Event::Fault { name, rollout, kinds, note } => {
            let (step, text) = (note.map(|note| note.step), note.map(|note| &note.fault.text));
            json!({"event": "fault", "scenario": name, "rollout": rollout, "kinds": kinds, "step": step, "text": text})
        }
        Event::Unsteady { name, unrepeatable, batch_dependent } => {
            json!({"event": "unsteady", "scenario": name, "unrepeatable": unrepeatable, "batch_dependent": batch_dependent})
        }
        Event::Warning { text } => json!({"event": "warning", "text": text}),
        Event::Stopping => json!({"event": "stopping"}),
        Event::Ended { name, status, counts } => {
            let mut line = with("estimate", name, counts);
            line["status"] = json!(status.name());
            line
        }
        Event::Finished { status } => {
            json!({"event": if status.name() == "complete" { "finished" } else { "stopped" }, "status": status.name()})
        }
    })
}
