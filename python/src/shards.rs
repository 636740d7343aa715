//! Campaigns in shards: what other machines need to drive them, and joining them.

use crate::error::{raised, usage};
use crate::load::Known;
use crate::run::drive;
use nines::campaign::{Means, Order, merge as merge_shards, pretty};
use nines::cli::run_request;
use nines::policy::{Options, load};
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// What is asked for, by the words of `nines run` without the program's name: the folder of the campaign, the files by which other machines
/// know what to drive, and the chunks of its largest scenario, of which no shard can have less than one.
#[pyfunction]
pub fn order(
    py: Python<'_>,
    words: Vec<OsString>,
    policy: Option<Known>,
    deadline_s: f64,
) -> PyResult<(PathBuf, BTreeMap<String, String>, u64)> {
    let args: Vec<OsString> = ["nines".into(), "run".into()].into_iter().chain(words).collect();
    let policy = policy.map(|known| known.policy(py, &BTreeMap::new(), seconds(deadline_s)?)).transpose()?;
    let asked = policy.as_ref().map(|(policy, _)| policy);
    let request = py.detach(|| run_request(&args, asked)).map_err(raised)?;
    if let Some(why) = request.needs_all() {
        return Err(usage(why));
    }
    let largest = request.scenarios.iter().map(|(_, rollouts)| *rollouts).max().unwrap_or(0);
    Ok((request.out.clone(), request.order(), largest.div_ceil(nines::campaign::CHUNK)))
}

/// Drives a shard, `K/N`, of the order in `folder` into `out`. Besides as `run`; a policy that is not handed in is had by its name.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "called from one place, with names")]
pub fn run_shard(
    py: Python<'_>,
    folder: PathBuf,
    shard: &str,
    out: PathBuf,
    tell: Option<Py<PyAny>>,
    warn: Py<PyAny>,
    policy: Option<Known>,
    deadline_s: f64,
    threads: usize,
    batch: usize,
    command: Vec<String>,
) -> PyResult<(PathBuf, String)> {
    let order = Order::read(&folder).map_err(raised)?;
    let shard = shard.parse().map_err(usage)?;
    let (asked, deadline) = (order.record.policy.clone(), seconds(deadline_s)?);
    let policy = match policy {
        Some(known) => known.policy(py, &asked.settings, deadline)?.0,
        None => py.detach(|| load(&asked.name, &asked.settings, &Options { deadline })).map_err(raised)?,
    };
    let means = Means { threads, batch, out, command };
    let request = py.detach(|| order.request(policy, shard, means)).map_err(raised)?;
    drive(py, request, tell, &warn)
}

/// Joins shards: the content of the `summary.json` of the whole.
#[pyfunction]
pub fn merge(py: Python<'_>, out: PathBuf, shards: Vec<PathBuf>, command: Vec<String>) -> PyResult<String> {
    py.detach(|| merge_shards(&out, &shards, &command)).map(|merged| pretty(&merged.summary)).map_err(raised)
}

fn seconds(deadline_s: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(deadline_s).map_err(|e| usage(format!("`deadline`: {e}")))
}
