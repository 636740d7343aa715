//! `nines verify`.

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::campaign::{open, verify as verify_campaign};
use nines_viz::numbers::count;
use std::path::Path;

/// Checks a campaign against itself.
pub fn verify(folder: &Path, output: &Output) -> Result<Exit, Failure> {
    let campaign = open(folder)?;
    campaign.check_files()?;
    output.note("every file is there and whole");
    let verified = verify_campaign(&campaign)?;
    for problem in &verified.problems {
        output.result(&format!("{problem}\n"));
    }
    let (rows, again) = (count(verified.rows), count(verified.run_again));
    let (exit, answer) = match verified.problems.len() {
        0 => (
            Exit::Ok,
            format!(
                "verified: {rows} rows and the summary follow from the ledger, {again} rollouts run again with the same verdict, margins and digest"
            ),
        ),
        some => {
            (Exit::No, format!("not verified: {some} of the checks of {rows} rows, {again} of them run again, did not come out"))
        }
    };
    output.result(&format!("{answer}\n"));
    Ok(exit)
}
