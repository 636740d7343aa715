//! `nines._native`: what the Python package `nines` is made of. The words that users read and the shapes that they see are Python
//! (`python/nines/`); here is what needs the engine.
//!
//! - [`estimate`]: failure probabilities of a limit state that is a Python function.
//! - [`error`]: errors of this program as exceptions of Python.

mod error;
mod estimate;

use pyo3::prelude::*;

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("VERSION", nines::campaign::VERSION)?;
    m.add_function(wrap_pyfunction!(estimate::estimate, m)?)?;
    Ok(())
}
