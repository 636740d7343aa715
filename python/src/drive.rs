//! Driving a policy through one scenario, without a campaign.

use crate::error::{raised, usage};
use crate::outcome::outcome_json;
use crate::policy::PyPolicy;
use nines::campaign::select;
use nines::cli::{Exit, Failure, policy as named_policy};
use nines_sim::{Driven, Job, Pilot, Sampling, Template, drive as drive_named, drive_batch};
use pyo3::prelude::*;
use serde_json::Value;
use std::ops::Range;

/// Rollouts between two looks at whether somebody wants to stop.
const PIECE: u64 = 1024;

/// The scenario that a name or a path means: one alone.
pub fn template(name: &str) -> PyResult<Template> {
    let chosen = select(&[name.to_owned()]).map_err(raised)?;
    match &chosen[..] {
        [one] => Ok(one.scenario.compile()),
        many => {
            let names = many.iter().map(|one| one.scenario.name.as_str()).collect::<Vec<_>>().join(", ");
            let failure = Failure::new(Exit::Usage, format!("`{name}` means {} scenarios: {names}", many.len()));
            Err(raised(failure.help("name one of them")))
        }
    }
}

/// How latent states are drawn.
pub fn sampling(method: &str) -> PyResult<Sampling> {
    match method {
        "stratified" => Ok(Sampling::Stratified),
        "mc" => Ok(Sampling::Mc),
        _ => Err(usage(format!("`method` must be stratified or mc, not {method}"))),
    }
}

/// Drives some rollouts. Gives their outcomes as JSON, how many batch calls faulted without a fault of any world alone, and the first
/// exception of a policy that is a function.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "the arguments of the Python function, which have names and defaults there")]
pub fn drive(
    py: Python<'_>,
    policy: &Bound<'_, PyAny>,
    scenario: &str,
    first: u64,
    upto: u64,
    seed: u64,
    method: &str,
    batch: usize,
) -> PyResult<(String, u64, Option<Py<PyAny>>)> {
    let (template, sampling) = (template(scenario)?, sampling(method)?);
    let named = match policy.extract::<&str>() {
        Ok(text) => Some(py.detach(|| named_policy(text)).map_err(raised)?),
        Err(_) => None,
    };
    // Sessions are opened below, to keep the exceptions.
    let beside = nines::policy::Nobody;
    let pilot = named.as_ref().map_or(Pilot::External(&beside), |policy| policy.pilot());
    let job = Job { template: &template, policy: pilot, seed, sampling, chosen: None, batch };
    let (mut outcomes, mut batch_dependent) = (Vec::<Value>::new(), 0);
    let mut take = |driven: Driven| {
        outcomes.extend(driven.outcomes.iter().map(|outcome| outcome_json(&template, outcome)));
        batch_dependent += driven.batch_dependent;
    };
    let pieces = || (first..upto).step_by(PIECE as usize).map(|from| from..(from + PIECE).min(upto));
    let mut exception = None;
    if named.is_some() {
        for piece in pieces() {
            take(py.detach(|| drive_named(&job, piece)));
            py.check_signals()?;
        }
    } else {
        let (mut policy, kept) = PyPolicy::new(policy)?;
        for piece in pieces() {
            take(piece_of(py, &job, &mut policy, piece));
            if kept.asks_to_stop(py) {
                return Err(kept.take().unwrap_or_else(|| usage("stopped")));
            }
        }
        exception = kept.take().map(|error| error.into_value(py).into_any());
    }
    Ok((Value::from(outcomes).to_string(), batch_dependent, exception))
}

fn piece_of(py: Python<'_>, job: &Job, policy: &mut PyPolicy, piece: Range<u64>) -> Driven {
    py.detach(|| drive_batch(job, policy, piece))
}
