//! A lock against two writers, held by the operating system, so that it dies with the process.

use super::StoreError;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Held while a run writes to a campaign folder.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a campaign folder; the file that carries it is `file`.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where another process holds it.
    pub fn take(folder: &Path, file: &Path) -> Result<Self, StoreError> {
        let file_handle = File::create(file).map_err(StoreError::io("write", file))?;
        match file_handle.try_lock() {
            Ok(()) => Ok(Self { _file: file_handle }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(StoreError::io("lock", file)(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_writer_is_refused_until_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("lock");
        let first = Lock::take(dir.path(), &file).unwrap();
        assert!(matches!(Lock::take(dir.path(), &file), Err(StoreError::Locked { .. })));
        drop(first);
        Lock::take(dir.path(), &file).unwrap();
    }
}
