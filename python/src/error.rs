//! Errors of this program as exceptions of Python: with the message, the help and the exit code that the command line has for them.

use nines::cli::{Exit, Failure};
use pyo3::prelude::*;

/// The exception that stands for a failure: a class of `nines.errors`, chosen by the exit code.
pub fn raised(failure: impl Into<Failure>) -> PyErr {
    let Failure { exit, message, help, details } = failure.into();
    let made = Python::attach(|py| {
        let class = py.import("nines.errors")?.getattr("of_exit_code")?;
        let message = details.map_or(message.clone(), |details| format!("{message}\n{details}"));
        class.call1((exit as u8, message, help)).map(PyErr::from_value)
    });
    // Where even that cannot be had, the reason why is what is left to say.
    made.unwrap_or_else(|why| why)
}

/// A value that cannot be.
pub fn usage(message: impl ToString) -> PyErr {
    raised(Failure::new(Exit::Usage, message))
}
