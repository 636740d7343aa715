//! `nines._native`: what the Python package `nines` is made of. The words that users read and the shapes that they see are Python
//! (`python/nines/`); here is what needs the engine.
//!
//! - `estimate`: failure probabilities of a limit state that is a Python function.
//! - `run`: campaigns, `shards`: parts of them for other machines, and `rollouts`: their rows as Arrow.
//! - `policy`: functions of Python as policies (`observations` in, `actions` out), `drive`: rollouts of them.
//! - `load`: policies in Python for campaigns.
//! - `worlds`: worlds that Python steps, for training.
//! - `console`: the command `nines`.
//! - `error`: errors of this program as exceptions of Python.

mod actions;
mod console;
mod drive;
mod error;
mod estimate;
mod load;
mod observations;
mod outcome;
mod policy;
mod rollouts;
mod run;
mod shards;
mod worlds;

use pyo3::prelude::*;

/// Panics of a policy are results: they are not printed.
fn keep_policies_quiet() {
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !nines_sim::in_policy_call() {
            others(info);
        }
    }));
}

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    keep_policies_quiet();
    load::install();
    m.add("VERSION", nines::campaign::VERSION)?;
    m.add_function(wrap_pyfunction!(estimate::estimate, m)?)?;
    m.add_function(wrap_pyfunction!(run::run, m)?)?;
    m.add_function(wrap_pyfunction!(run::read_summary, m)?)?;
    m.add_function(wrap_pyfunction!(shards::order, m)?)?;
    m.add_function(wrap_pyfunction!(shards::run_shard, m)?)?;
    m.add_function(wrap_pyfunction!(shards::merge, m)?)?;
    m.add_function(wrap_pyfunction!(console::main_with, m)?)?;
    m.add_class::<rollouts::Rollouts>()?;
    let [ego, objects, priors] = observations::columns(m.py())?;
    m.add("EGO", ego)?;
    m.add("OBJECT", objects)?;
    m.add("PRIOR", priors)?;
    m.add("ACTION", actions::FIELDS.to_vec())?;
    m.add("CLASSES", nines_sim::Class::ALL.map(nines_sim::Class::name).to_vec())?;
    m.add("SO_FAR", worlds::SO_FAR.to_vec())?;
    m.add_function(wrap_pyfunction!(drive::drive, m)?)?;
    m.add_class::<observations::Observations>()?;
    m.add_class::<policy::BuiltInPolicy>()?;
    m.add_class::<worlds::Worlds>()?;
    Ok(())
}
