//! Files that appear only when complete: written beside, synced, renamed.

use super::StoreError;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Ending of a file that is still being written.
const TEMPORARY: &str = ".tmp";

/// Writes a file whole or not at all: beside its place, synced, then renamed, and the folder synced too. A device or a pipe is written as it is: nothing may take its place.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
        return fs::write(path, bytes).map_err(StoreError::io("write", path));
    }
    let beside = beside(path);
    let mut file = File::create(&beside).map_err(StoreError::io("write", &beside))?;
    file.write_all(bytes).map_err(StoreError::io("write", &beside))?;
    file.sync_all().map_err(StoreError::io("write", &beside))?;
    drop(file);
    fs::rename(&beside, path).map_err(StoreError::io("write", path))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY);
    PathBuf::from(name)
}

/// A rename is durable once its folder is. Windows has no such call and needs none.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if cfg!(unix) {
        File::open(folder).and_then(|f| f.sync_all()).map_err(StoreError::io("write", folder))?;
    }
    Ok(())
}

/// The content of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    fs::read(path).map_err(StoreError::io("read", path))
}

/// Creates a folder and those above it.
pub fn create_folder(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).map_err(StoreError::io("create", path))
}

/// Removes a folder and all in it; one that is not there is as good as removed.
pub fn remove_folder(path: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(StoreError::io("remove", path)(source)),
        _ => Ok(()),
    }
}

/// Removes what a killed run left half written in a folder and below.
pub fn sweep_temporaries(folder: &Path) -> Result<(), StoreError> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(StoreError::io("read", folder))?,
    };
    for entry in entries {
        let path = entry.map_err(StoreError::io("read", folder))?.path();
        if path.is_dir() {
            sweep_temporaries(&path)?;
        } else if path.as_os_str().to_string_lossy().ends_with(TEMPORARY) {
            fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_leftovers_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        fs::create_dir(dir.path().join("below")).unwrap();
        fs::write(dir.path().join("below/b.json.tmp"), b"half").unwrap();
        sweep_temporaries(dir.path()).unwrap();
        assert_eq!(read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(dir.path().join("below")).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_written_names_itself() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, b"").unwrap();
        let error = write_whole(&file.join("inside"), b"x").unwrap_err();
        assert!(error.to_string().contains("inside"), "{error}");
    }
}
