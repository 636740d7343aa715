//! Files of a campaign folder: written whole or not at all, with checksums, and the tables in Parquet.

mod atomic;
mod hash;
mod joined;
mod ledger;
mod lock;
mod manifest;
mod margins;
mod rows;
mod trace;

pub use atomic::{create_folder, read, remove_folder, sweep_temporaries, write_whole};
pub use hash::{hash_file, hash_hex};
pub use joined::{Fate, JoinedRows, Rows, RowsBatch};
pub use ledger::{ledger_columns, read_ledger, write_ledger};
pub use lock::Lock;
pub use manifest::{MANIFEST_FILE, Manifest};
pub use margins::{margins_columns, read_margins, write_margins};
pub use rows::{
    Known, RowContext, StoredBelief, StoredFailure, StoredHindsight, StoredRow, read_beliefs, read_failed, read_failures,
    read_hindsight, read_rows, rows_columns, stratum_name, write_rows,
};
pub use trace::{is_trace, write_trace};

use std::io;
use std::path::{Path, PathBuf};

/// Why a file of a campaign could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused: permission, disk full, not found.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// File or folder.
        path: PathBuf,
        /// Reason given by the system.
        source: io::Error,
    },
    /// The file is there, but it is not what it should be.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// File.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Another process writes to the same folder.
    #[error("{} is in use by another run", path.display())]
    Locked {
        /// Campaign folder.
        path: PathBuf,
    },
}

impl StoreError {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| StoreError::Io { what, path, source }
    }

    pub(crate) fn damaged(path: &Path, why: impl ToString) -> Self {
        let mut why = why.to_string();
        // What the Parquet library says of a compression that it was built without.
        if let Some((_, codec)) = why.split_once("Disabled feature at compile time: ") {
            why = format!(
                "it is compressed with {}; files of a campaign are with zstd, so that another program wrote it",
                codec.trim()
            );
        }
        StoreError::Damaged { path: path.to_owned(), why }
    }

    /// Whether a file or folder was simply not there.
    pub fn is_missing(&self) -> bool {
        let kinds = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
        matches!(self, StoreError::Io { source, .. } if kinds.contains(&source.kind()))
    }
}
