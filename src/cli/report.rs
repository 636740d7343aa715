//! `nines report`.

use super::compare::compared;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::campaign::{Provenance, open, quoted, write_views};
use nines_viz::Against;
use std::path::Path;

/// Rebuilds the views of a campaign; the report holds it against an earlier one where that is named.
pub fn report(folder: &Path, against: Option<&Path>, output: &Output) -> Result<Exit, Failure> {
    let campaign = open(folder)?;
    campaign.check_files()?;
    let held = match against {
        None => None,
        Some(earlier) => {
            let other = open(earlier)?;
            other.check_files()?;
            let compared = compared(&other, &campaign, None, output)?;
            let nines = other.summary.scenarios.iter().map(|s| (s.name.clone(), s.nines.demonstrated)).collect();
            Some(Against { folder: quoted(&earlier.to_string_lossy()), compared, nines })
        }
    };
    write_views(&campaign, &Provenance::read(folder), held)?;
    output.result(&format!("{}\n", folder.join("report.html").display()));
    Ok(Exit::Ok)
}
