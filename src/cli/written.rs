//! Files that a command writes where somebody says: what is there already is replaced by its like alone.

use super::exit::{Exit, Failure};
use crate::campaign::{CampaignError, campaign_around};
use crate::store;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A recording for the Rerun viewer.
    Recording,
    /// A trace in Parquet.
    Trace,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Kind::Recording => "a recording for the Rerun viewer",
            Kind::Trace => "a trace of `nines replay --trace`",
        }
    }

    /// Whether a file is of this kind by its content.
    fn is(self, path: &Path) -> bool {
        match self {
            // The four bytes that a recording begins with: `RRF`, and the version of the framing.
            Kind::Recording => {
                let mut begin = [0; 3];
                File::open(path).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == *b"RRF"
            }
            Kind::Trace => store::is_trace(path),
        }
    }
}

/// Whether a file may be written there: outside of every campaign, and over nothing but an earlier one of its kind. A device, a pipe or an empty file holds nothing
/// that could be lost.
pub fn may_write(path: &Path, kind: Kind) -> Result<(), Failure> {
    if let Some(campaign) = campaign_around(path) {
        return Err(CampaignError::Inside { path: path.into(), campaign }.into());
    }
    let Ok(there) = fs::metadata(path) else { return Ok(()) };
    let taken = there.is_dir() || there.is_file() && there.len() > 0 && !kind.is(path);
    if taken {
        let message = format!("{} exists already, and is not {}", path.display(), kind.words());
        return Err(Failure::new(Exit::Campaign, message).help("name another file, or remove it first"));
    }
    Ok(())
}
