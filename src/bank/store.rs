//! The files of a bank: one for each case, and the scenarios that they are driven in.

use super::Case;
use super::drive::drawn;
use crate::campaign::{Scenario, SelectError, VERSION, file_text, read_recorded};
use crate::store::{StoreError, hash_file};
use std::fs;
use std::path::{Path, PathBuf};

/// Why a bank cannot be read, or a failure not be kept.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// A file could not be written, or the folder not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Cases that cannot be understood.
    #[error("{}", broken.iter().map(|(path, why)| format!("{}: {why}", path.display())).collect::<Vec<_>>().join("\n"))]
    Broken {
        /// Files, each with what is wrong, and where.
        broken: Vec<(PathBuf, String)>,
    },
    /// A newer program wrote a case.
    #[error("{} is of {found}, which this program does not read", path.display())]
    Newer {
        /// File.
        path: PathBuf,
        /// Its schema.
        found: String,
    },
    /// There is nothing.
    #[error("there is no case in {}", path.display())]
    Empty {
        /// Folder.
        path: PathBuf,
    },
    /// A rollout that is to be kept did not fail.
    #[error("{rollout} passed: only failures are kept")]
    Passed {
        /// Address.
        rollout: String,
    },
    /// A campaign without failures.
    #[error("the campaign has no failure")]
    NoFailure,
    /// A rollout that does not come out as stored.
    #[error("{rollout} does not come out as it is stored")]
    NotReproduced {
        /// Address.
        rollout: String,
    },
    /// A rollout of the campaign cannot be had.
    #[error(transparent)]
    Replay(#[from] crate::campaign::ReplayError),
}

/// A case with the scenario that it is driven in.
#[derive(Clone, Debug)]
pub struct Banked {
    /// Name: that of its file.
    pub name: String,
    /// File.
    pub path: PathBuf,
    /// Case.
    pub case: Case,
    /// Scenario.
    pub scenario: Scenario,
}

/// Where a scenario's file lies.
pub(super) fn scenario_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("scenarios/{name}.yaml"))
}

/// All cases of a bank by name; a folder that is not there is empty. All that cannot be understood is told at once.
pub fn read(folder: &Path) -> Result<Vec<Banked>, BankError> {
    let mut paths = Vec::new();
    match fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        files => {
            for file in files.map_err(StoreError::io("read", folder))? {
                let path = file.map_err(StoreError::io("read", folder))?.path();
                paths.extend((path.extension().is_some_and(|ending| ending == "yaml")).then_some(path));
            }
        }
    }
    paths.sort();
    let (mut cases, mut broken) = (Vec::new(), Vec::new());
    for path in paths {
        match read_case(folder, &path) {
            Ok(case) => cases.push(case),
            Err(Unread::Broken(why)) => broken.push((path, why)),
            Err(Unread::Newer(found)) => return Err(BankError::Newer { path, found }),
        }
    }
    if broken.is_empty() { Ok(cases) } else { Err(BankError::Broken { broken }) }
}

enum Unread {
    Broken(String),
    Newer(String),
}

fn read_case(folder: &Path, path: &Path) -> Result<Banked, Unread> {
    let text = file_text(path).map_err(Unread::Broken)?;
    if text.len() > nines_scenarios::MAX_BYTES {
        return Err(Unread::Broken("the file is larger than 1 MB".into()));
    }
    let schema = text.lines().find_map(|line| line.strip_prefix("schema: nines.case/"));
    if let Some(newer) = schema.filter(|version| version.trim().parse::<u32>().is_ok_and(|v| v > 1)) {
        return Err(Unread::Newer(format!("nines.case/{}", newer.trim())));
    }
    let case = Case::read(&text).map_err(Unread::Broken)?;
    let scenario = scenario(folder, &case).map_err(Unread::Broken)?;
    let template = &scenario.template;
    if case.moved.as_ref().is_some_and(|moved| moved.point.len() != template.params.len()) {
        return Err(Unread::Broken(format!("its point has not the {} coordinates of {}", template.params.len(), case.scenario)));
    }
    if (0..template.strata.len()).all(|k| crate::store::stratum_name(template, k) != case.stratum) {
        return Err(Unread::Broken(format!("{} has no latent states `{}`", case.scenario, case.stratum)));
    }
    if let Some(why) = forged(&case, &scenario) {
        return Err(Unread::Broken(why));
    }
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Banked { name, path: path.into(), case, scenario })
}

/// Where a case says otherwise than what it names gives: seed, index, latent states and world belong together. Another program may draw otherwise, which is told
/// where it is driven.
fn forged(case: &Case, scenario: &Scenario) -> Option<String> {
    if case.nines_version != VERSION || case.scenario_fingerprint != scenario.fingerprint {
        return None;
    }
    let (stratum, world) = drawn(case, &scenario.template);
    if stratum != case.stratum {
        let (rollout, says) = (case.rollout, &case.stratum);
        return Some(format!(
            "it was changed: rollout {rollout} of its seed has the latent states `{stratum}`, and `stratum` says `{says}`"
        ));
    }
    (world != case.world).then(|| "it was changed: `world` is not that of its seed, rollout and point".into())
}

/// The scenario of a case, whose file must be the one that it was kept with.
fn scenario(folder: &Path, case: &Case) -> Result<Scenario, String> {
    let path = scenario_path(folder, &case.scenario_name());
    let hash = hash_file(&path).map_err(|e| format!("its scenario is not there: {e}"))?;
    if hash != case.scenario_file {
        return Err(format!("its scenario was changed: {} is not what it was kept with", path.display()));
    }
    read_recorded(folder, &case.scenario_name()).map_err(|e| match e {
        SelectError::Broken { file, diagnostics, .. } => {
            let first = diagnostics.first().map_or(String::new(), |d| format!(", line {}: {}", d.line, d.message));
            format!("its scenario cannot be read any more: {file}{first}")
        }
        e => format!("its scenario cannot be read any more: {e}"),
    })
}
