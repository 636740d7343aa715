//! `manifest.json`: the checksum of every file of a campaign that decides or holds results.

use super::{StoreError, hash_file, hash_hex, read, write_whole};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Name of the file.
pub const MANIFEST_FILE: &str = "manifest.json";
const SCHEMA: &str = "nines.manifest/1";
/// What it covers: these files, and all files in these folders.
const COVERED: [&str; 7] = ["campaign.json", "ledger.parquet", "odds", "rollouts", "scenarios", "searches", "summary.json"];

/// Checksums by path inside the folder, with `/` between folders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    schema: String,
    /// Of `files` as JSON without spaces, so that a flipped bit in it does not blame another file. Early campaigns have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
    /// Path to `sha256:…`.
    pub files: BTreeMap<String, String>,
}

/// How a file differs from the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Path inside the folder.
    pub file: String,
    /// `missing`, `surplus` or `damaged`.
    pub how: &'static str,
}

impl Manifest {
    /// The manifest of a folder as it is.
    pub fn of(folder: &Path) -> Result<Self, StoreError> {
        let mut files = BTreeMap::new();
        for name in COVERED {
            let path = folder.join(name);
            if path.exists() {
                collect(&path, name, &mut files)?;
            }
        }
        Ok(Self { schema: SCHEMA.into(), checksum: Some(checksum_of(&files)), files })
    }

    /// Writes it.
    pub fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(MANIFEST_FILE);
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| StoreError::damaged(&path, e))?;
        text.push(b'\n');
        write_whole(&path, &text)
    }

    /// Reads it.
    pub fn read(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(MANIFEST_FILE);
        let manifest: Self = serde_json::from_slice(&read(&path)?).map_err(|e| StoreError::damaged(&path, e))?;
        let whole = manifest.checksum.as_ref().is_none_or(|checksum| *checksum == checksum_of(&manifest.files));
        match (whole, manifest.schema == SCHEMA) {
            (true, true) => Ok(manifest),
            (false, _) => Err(StoreError::damaged(&path, "its own checksum is another")),
            (true, false) => Err(StoreError::damaged(&path, format!("its schema is {}", manifest.schema))),
        }
    }

    /// Where a folder differs from this manifest.
    pub fn differences(&self, folder: &Path) -> Result<Vec<Difference>, StoreError> {
        let now = Manifest::of(folder)?;
        let mut all = Vec::new();
        for (file, hash) in &self.files {
            match now.files.get(file) {
                None => all.push(Difference { file: file.clone(), how: "missing" }),
                Some(other) if other != hash => all.push(Difference { file: file.clone(), how: "damaged" }),
                Some(_) => {}
            }
        }
        let surplus = now.files.keys().filter(|file| !self.files.contains_key(*file));
        all.extend(surplus.map(|file| Difference { file: file.clone(), how: "surplus" }));
        Ok(all)
    }
}

fn checksum_of(files: &BTreeMap<String, String>) -> String {
    // A map of texts is always JSON.
    hash_hex(&serde_json::to_vec(files).unwrap_or_default())
}

fn collect(path: &Path, name: &str, files: &mut BTreeMap<String, String>) -> Result<(), StoreError> {
    if !path.is_dir() {
        files.insert(name.into(), hash_file(path)?);
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(StoreError::io("read", path))? {
        let entry: PathBuf = entry.map_err(StoreError::io("read", path))?.path();
        let last = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        collect(&entry, &format!("{name}/{last}"), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_damaged_and_surplus_files_are_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("rollouts")).unwrap();
        for name in ["campaign.json", "summary.json", "rollouts/a", "rollouts/b"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let manifest = Manifest::of(dir.path()).unwrap();
        manifest.write(dir.path()).unwrap();
        assert_eq!(Manifest::read(dir.path()).unwrap().differences(dir.path()).unwrap(), []);
        fs::remove_file(dir.path().join("rollouts/a")).unwrap();
        fs::write(dir.path().join("rollouts/b"), "c").unwrap();
        fs::write(dir.path().join("rollouts/c"), "c").unwrap();
        let found = manifest.differences(dir.path()).unwrap();
        let found: Vec<_> = found.iter().map(|d| (d.file.as_str(), d.how)).collect();
        assert_eq!(found, [("rollouts/a", "missing"), ("rollouts/b", "damaged"), ("rollouts/c", "surplus")]);
    }

    #[test]
    fn no_bit_of_it_can_be_flipped_unnoticed() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("summary.json"), "{}").unwrap();
        Manifest::of(dir.path()).unwrap().write(dir.path()).unwrap();
        let path = dir.path().join(MANIFEST_FILE);
        let whole = fs::read(&path).unwrap();
        for bit in 0..8 * whole.len() {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, flipped).unwrap();
            assert!(Manifest::read(dir.path()).is_err(), "bit {bit}");
        }
    }
}
