//! Campaigns, as `nines run` has them.

use crate::error::{raised, usage};
use crate::load::Known;
use nines::campaign::{CampaignError, Event, Finished, Request, open, pretty, run as run_campaign};
use nines::cli::{Exit, run_request};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often Python is asked whether somebody wants to stop, and told of progress.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// What is told while a campaign runs.
#[derive(Debug, Default)]
struct Latest {
    done: u64,
    total: Option<u64>,
    scenario: String,
    warnings: Vec<String>,
}

impl Latest {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { rollouts, resumed, .. } => (self.done, self.total) = (*resumed, *rollouts),
            Event::Scenario { name, .. } => self.scenario = (*name).into(),
            Event::Chunk { rollouts, .. } => self.done += rollouts,
            Event::Warning { text } => self.warnings.push(text.clone()),
            Event::Fault { name, rollout, kinds, note } => {
                let text = note.map_or(String::new(), |note| format!("\n{}", note.fault.text));
                let kinds = kinds.join(", ");
                self.warnings
                    .push(format!("{name}/{rollout} ended in a policy fault ({kinds}), which counts as a failure{text}"));
            }
            _ => {}
        }
    }
}

/// Runs a campaign: the words of `nines run`, without the program's name. `tell` hears how far it has got, `warn` of what a user must
/// know. Gives the folder, and the content of its `summary.json`.
///
/// An exception in `tell`, or a keyboard interrupt, ends the work in hand and completes the folder before it comes out; a second
/// interrupt comes out at once.
///
/// A function in the place of `--policy` comes with what it is known by.
#[pyfunction]
pub fn run(
    py: Python<'_>,
    words: Vec<OsString>,
    tell: Option<Py<PyAny>>,
    warn: Py<PyAny>,
    policy: Option<Known>,
    deadline_s: f64,
) -> PyResult<(PathBuf, String)> {
    let args: Vec<OsString> = ["nines".into(), "run".into()].into_iter().chain(words).collect();
    let deadline = Duration::try_from_secs_f64(deadline_s).map_err(|e| usage(format!("`deadline`: {e}")))?;
    let policy = policy.map(|known| known.policy(py, &BTreeMap::new(), deadline)).transpose()?;
    let asked = policy.as_ref().map(|(policy, _)| policy);
    let request = py.detach(|| run_request(&args, asked)).map_err(raised)?;
    drive(py, request, tell, &warn)
}

/// Drives what is asked for, and listens to the user.
pub fn drive(py: Python<'_>, request: Request, tell: Option<Py<PyAny>>, warn: &Py<PyAny>) -> PyResult<(PathBuf, String)> {
    let out = request.out.clone();
    let (signal, latest) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Latest::default())));
    let mut ended = spawn(request, Arc::clone(&signal), Arc::clone(&latest));
    let mut stopped: Option<PyErr> = None;
    let finished = loop {
        let waiting = &mut ended;
        let waited = py.detach(move || waiting.recv_timeout(ASK_EVERY));
        let heard = told(py, &latest, tell.as_ref().filter(|_| stopped.is_none()), warn);
        if let Err(error) = heard.and_then(|()| py.check_signals()) {
            if stopped.is_some() {
                return Err(error);
            }
            signal.store(Exit::Interrupted as usize, Ordering::Relaxed);
            stopped = Some(error);
        }
        match waited {
            Ok(finished) => break finished.map_err(raised)?,
            Err(RecvTimeoutError::Timeout) => {}
            // The thread is gone without an answer: it panicked, and the panic was printed.
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("nines: an internal error, please report it"));
            }
        }
    };
    match stopped {
        None => Ok((out, pretty(&finished.summary))),
        Some(error) => {
            let note = format!("{} holds what was driven: the same call with out=… and resume=True goes on", out.display());
            error.value(py).call_method1("add_note", (note,))?;
            Err(error)
        }
    }
}

/// Drives on a thread of its own, so that the caller's can listen to the user.
fn spawn(request: Request, signal: Arc<AtomicUsize>, latest: Arc<Mutex<Latest>>) -> Receiver<Result<Finished, CampaignError>> {
    let (tell, ended) = channel();
    thread::spawn(move || {
        let mut hear = |event: &Event| latest.lock().unwrap_or_else(PoisonError::into_inner).event(event);
        // Nobody listens any more after a second interrupt.
        _ = tell.send(run_campaign(&request, &signal, &mut hear));
    });
    ended
}

fn told(py: Python<'_>, latest: &Mutex<Latest>, tell: Option<&Py<PyAny>>, warn: &Py<PyAny>) -> PyResult<()> {
    let (progress, warnings) = {
        let mut latest = latest.lock().unwrap_or_else(PoisonError::into_inner);
        ((latest.done, latest.total, latest.scenario.clone()), std::mem::take(&mut latest.warnings))
    };
    warnings.into_iter().try_for_each(|text| warn.call1(py, (text,)).map(drop))?;
    tell.map_or(Ok(()), |tell| tell.call1(py, progress).map(drop))
}

/// The content of the `summary.json` of a campaign that was run before, its files checked.
#[pyfunction]
pub fn read_summary(py: Python<'_>, folder: PathBuf) -> PyResult<String> {
    py.detach(|| open(&folder)).map(|campaign| pretty(&campaign.summary)).map_err(raised)
}
