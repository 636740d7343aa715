//! The command `nines` of an installed package: the program itself, called with the arguments of Python.

use pyo3::prelude::*;
use std::ffi::OsString;

/// Runs the program, and gives its exit code.
#[pyfunction]
pub fn main_with(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| nines::cli::main_with(args)) as u8
}
