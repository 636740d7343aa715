//! The files of a march.

use super::{ENTRY_SCHEMA, Entry};
use crate::campaign::{Shard, file_text};
use crate::store::{self, StoreError};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Why a campaign cannot be added, or a march not be read.
#[derive(Debug, thiserror::Error)]
pub enum MarchError {
    /// A file could not be written, or the folder not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the march cannot be understood.
    #[error("{}: {why}", path.display())]
    Broken {
        /// File.
        path: PathBuf,
        /// Why, with line and column.
        why: String,
    },
    /// A newer program wrote it.
    #[error("{} is of {found}, which this program does not read", path.display())]
    Newer {
        /// File.
        path: PathBuf,
        /// Its schema.
        found: String,
    },
    /// There is nothing.
    #[error("there is no march in {}", path.display())]
    Empty {
        /// Folder.
        path: PathBuf,
    },
    /// The campaign is there already.
    #[error("this campaign is in the march already: {version}, in {}", path.display())]
    Twice {
        /// Its version.
        version: String,
        /// Its file.
        path: PathBuf,
    },
    /// Another policy has the name.
    #[error("{version} is the name of another policy already ({fingerprint})")]
    Taken {
        /// Name.
        version: String,
        /// Fingerprint of who has it.
        fingerprint: String,
    },
    /// The policy is there already, under another name.
    #[error("{version} is the same policy to the bit")]
    Same {
        /// Name that it has.
        version: String,
    },
    /// No scenario is in it and all others as it is.
    #[error("nothing to compare: {why}")]
    Foreign {
        /// What differs.
        why: String,
    },
    /// A search has no counts.
    #[error("the campaign is a search ({method}): only rollouts at random show what a nine has cost")]
    Searched {
        /// Its method.
        method: String,
    },
    /// The campaign did not come to its end.
    #[error("the campaign is {}, and would be compared with whole ones", shard.map_or((*how).into(), |shard| format!("shard {shard}")))]
    NotFinished {
        /// Its status.
        how: &'static str,
        /// Which shard it is, if it is one.
        shard: Option<Shard>,
    },
}

/// The campaigns of a march, in the order of adding.
#[derive(Clone, Debug)]
pub struct March {
    folder: PathBuf,
    /// Files and what they hold.
    entries: Vec<(PathBuf, Entry)>,
}

/// What was tried before a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// Versions.
    pub versions: u64,
    /// Campaigns of them and of this version.
    pub campaigns: u64,
}

impl March {
    /// Reads a march. A folder that is not there is an empty one.
    pub fn read(folder: &Path) -> Result<Self, MarchError> {
        let mut files = Vec::new();
        match fs::read_dir(folder) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            read => {
                for file in read.map_err(StoreError::io("read", folder))? {
                    let path = file.map_err(StoreError::io("read", folder))?.path();
                    files.extend(number(&path).map(|number| (number, path)));
                }
            }
        }
        files.sort();
        let entries = files.into_iter().map(|(_, path)| read_file(&path).map(|entry| (path, entry)));
        Ok(Self { folder: folder.into(), entries: entries.collect::<Result<_, _>>()? })
    }

    /// Whether it holds no campaign.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The campaigns, in the order of adding.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> + Clone {
        self.entries.iter().map(|(_, entry)| entry)
    }

    /// Folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds a campaign, and says in which file it is.
    pub fn add(&mut self, entry: Entry) -> Result<PathBuf, MarchError> {
        if let Some((path, twin)) = self.entries.iter().find(|(_, e)| e.campaign == entry.campaign) {
            return Err(MarchError::Twice { version: twin.version.clone(), path: path.clone() });
        }
        if let Some(other) = self.entries().find(|e| e.version == entry.version && e.fingerprint != entry.fingerprint) {
            return Err(MarchError::Taken { version: entry.version, fingerprint: other.fingerprint.clone() });
        }
        let whole = entry.not_covered.is_empty();
        if let Some(same) = self.entries().find(|e| whole && e.fingerprint == entry.fingerprint && e.version != entry.version) {
            return Err(MarchError::Same { version: same.version.clone() });
        }
        if !self.is_empty() && compared(self.entries().chain([&entry])).is_empty() {
            return Err(MarchError::Foreign { why: self.difference(&entry) });
        }
        store::create_folder(&self.folder)?;
        let next = self.entries.iter().filter_map(|(path, _)| number(path)).max().unwrap_or(0) + 1;
        let path = self.folder.join(format!("{next:03}-{}.json", plain(&entry.version)));
        store::write_whole(&path, entry.text().as_bytes())?;
        self.entries.push((path.clone(), entry));
        Ok(path)
    }

    /// Why a campaign has no scenario in common with all others.
    fn difference(&self, entry: &Entry) -> String {
        let last = self.entries.last().map(|(_, last)| last);
        let names = |e: &Entry| e.scenarios.iter().map(|s| s.name.clone()).collect::<BTreeSet<_>>();
        let Some(last) = last else { return String::new() };
        let common: Vec<String> = names(last).intersection(&names(entry)).cloned().collect();
        let changed =
            |name: &&String| last.scenario(name).map(|s| &s.fingerprint) != entry.scenario(name).map(|s| &s.fingerprint);
        let changed: Vec<&String> = common.iter().filter(changed).collect();
        match (common.len(), changed.len()) {
            (0, _) => format!(
                "{} was tried in {}, this one in {}",
                last.version,
                nines_viz::numbers::few(&last.scenarios.iter().map(|s| s.name.as_str()).collect::<Vec<_>>()),
                nines_viz::numbers::few(&entry.scenarios.iter().map(|s| s.name.as_str()).collect::<Vec<_>>()),
            ),
            (all, n) if all == n => format!("{} changed since {}", nines_viz::numbers::few(&changed), last.version),
            _ => "no scenario is the same in all versions of the march".into(),
        }
    }

    /// What was tried before a campaign of a policy: all that was added before it, or everything where it is not in the march.
    pub fn before(&self, campaign: &str, fingerprint: &str) -> Before {
        let upto = self.entries().position(|e| e.campaign == campaign).unwrap_or(self.entries.len());
        let earlier = || self.entries().take(upto);
        let versions: BTreeSet<&str> = earlier().filter(|e| e.fingerprint != fingerprint).map(|e| e.version.as_str()).collect();
        Before { versions: versions.len() as u64, campaigns: earlier().count() as u64 }
    }
}

/// Names of the scenarios that are the same in all of some campaigns.
pub(super) fn compared<'a>(mut all: impl Iterator<Item = &'a Entry> + Clone) -> Vec<String> {
    let Some(first) = all.next() else { return Vec::new() };
    let same =
        |name: &str, fingerprint: &str| all.clone().all(|e| e.scenario(name).is_some_and(|s| s.fingerprint == fingerprint));
    first.scenarios.iter().filter(|s| s.rollouts > 0 && same(&s.name, &s.fingerprint)).map(|s| s.name.clone()).collect()
}

fn read_file(path: &Path) -> Result<Entry, MarchError> {
    let broken = |why: String| MarchError::Broken { path: path.into(), why };
    let text = file_text(path).map_err(broken)?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| broken(e.to_string()))?;
    match value.get("schema").and_then(serde_json::Value::as_str) {
        Some(ENTRY_SCHEMA) => Entry::read(&text).map_err(broken),
        Some(found) if found.starts_with("nines.version/") => Err(MarchError::Newer { path: path.into(), found: found.into() }),
        _ => Err(broken(format!("it does not say `\"schema\": \"{ENTRY_SCHEMA}\"`"))),
    }
}

/// The number that a file of a march begins with.
fn number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?.strip_suffix(".json")?;
    name.split_once('-')?.0.parse().ok()
}

/// A name as part of a file's name.
fn plain(name: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || ".-_@+".contains(c) { c } else { '-' };
    name.chars().take(60).map(kept).collect()
}
