//! `nines report`.

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::campaign::{Provenance, open, write_views};
use std::path::Path;

/// Rebuilds the views of a campaign.
pub fn report(folder: &Path, output: &Output) -> Result<Exit, Failure> {
    let campaign = open(folder)?;
    campaign.check_files()?;
    write_views(folder, &campaign.summary, &Provenance::read(folder))?;
    output.result(&format!("{}\n", folder.join("report.html").display()));
    Ok(Exit::Ok)
}
