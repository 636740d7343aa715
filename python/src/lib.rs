//! `nines._native`: what the Python package `nines` is made of. The words that users read and the shapes that they see are Python
//! (`python/nines/`); here is what needs the engine.
//!
//! - [`estimate`]: failure probabilities of a limit state that is a Python function.
//! - [`run`]: campaigns, and [`rollouts`]: their rows as Arrow.
//! - [`console`]: the command `nines`.
//! - [`error`]: errors of this program as exceptions of Python.

mod console;
mod error;
mod estimate;
mod rollouts;
mod run;

use pyo3::prelude::*;

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("VERSION", nines::campaign::VERSION)?;
    m.add_function(wrap_pyfunction!(estimate::estimate, m)?)?;
    m.add_function(wrap_pyfunction!(run::run, m)?)?;
    m.add_function(wrap_pyfunction!(run::read_summary, m)?)?;
    m.add_function(wrap_pyfunction!(console::main_with, m)?)?;
    m.add_class::<rollouts::Rollouts>()?;
    Ok(())
}
