//! Which scenarios are meant: names, globs and tags of the catalogue, and paths of files.

use super::Scenario;
use super::beside::{Beside, NamedBy, file_bytes, file_text};
use crate::store::hash_hex;
use nines_scenarios::{CatalogueEntry, Checked, Diagnostic, LogicalScenario, SourceFile, catalogue, check_with, matches};
use std::path::Path;

/// Why scenarios cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SelectError {
    /// Nothing in the catalogue matches.
    #[error("no scenario matches `{pattern}`")]
    Nothing {
        /// Name, glob or tag.
        pattern: String,
        /// The nearest name or tag.
        nearest: Option<String>,
    },
    /// A file cannot be read.
    #[error("cannot read {file}: {why}")]
    Unreadable {
        /// As it was named.
        file: String,
        /// Why.
        why: String,
    },
    /// A file cannot be understood.
    #[error("{file} has errors")]
    Broken {
        /// As it was named.
        file: String,
        /// The file and those that it extends, by the names that the problems have.
        files: Vec<SourceFile>,
        /// All its problems.
        diagnostics: Vec<Diagnostic>,
    },
    /// Two files have the same name inside.
    #[error("two scenarios are called `{name}`")]
    Twice {
        /// Name.
        name: String,
    },
}

/// A scenario file that was chosen and read.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Where it comes from: a path, or a file of the catalogue.
    pub file: String,
    /// What it says.
    pub scenario: LogicalScenario,
}

/// The scenarios meant by some patterns, by name, each once; the whole catalogue for none.
pub fn select(patterns: &[String]) -> Result<Vec<Chosen>, SelectError> {
    let mut chosen: Vec<Chosen> = Vec::new();
    let everything = ["*".to_owned()];
    for pattern in if patterns.is_empty() { &everything } else { patterns } {
        let found = if is_path(pattern) { read_file(pattern)? } else { in_catalogue(pattern)? };
        for one in found {
            match chosen.iter().find(|other| other.scenario.name == one.scenario.name) {
                None => chosen.push(one),
                Some(same) if same.file == one.file => {}
                Some(_) => return Err(SelectError::Twice { name: one.scenario.name.clone() }),
            }
        }
    }
    chosen.sort_by(|a, b| a.scenario.name.cmp(&b.scenario.name));
    Ok(chosen)
}

/// The files meant by a pattern, unread, each once. What is not UTF-8 in them is replaced.
pub fn sources(pattern: &str) -> Result<Vec<SourceFile>, SelectError> {
    if is_path(pattern) {
        let bytes = file_bytes(Path::new(pattern), NamedBy::Person)
            .map_err(|why| SelectError::Unreadable { file: pattern.into(), why })?;
        return Ok(vec![SourceFile { name: pattern.into(), text: String::from_utf8_lossy(&bytes).into_owned() }]);
    }
    let tagged = if pattern.starts_with("tag:") { in_catalogue(pattern)? } else { Vec::new() };
    let meant = |entry: &CatalogueEntry| matches(pattern, entry.name) || tagged.iter().any(|c| c.scenario.name == entry.name);
    let mut found: Vec<SourceFile> = Vec::new();
    for entry in catalogue().into_iter().filter(meant) {
        let name = format!("catalogue/{}", entry.file);
        if found.iter().all(|f| f.name != name) {
            found.push(SourceFile { name, text: entry.text.into() });
        }
    }
    if found.is_empty() { Err(nothing(pattern)) } else { Ok(found) }
}

fn nothing(pattern: &str) -> SelectError {
    let nearest = nearest(pattern, catalogue().iter().map(|entry| entry.name));
    SelectError::Nothing { pattern: pattern.into(), nearest }
}

/// Whether a scenario is the one that the catalogue has by that name; `None` where it has none.
pub fn is_of_catalogue(name: &str, fingerprint: &str) -> Option<bool> {
    let entry = catalogue().into_iter().find(|entry| entry.name == name)?;
    let own = entry.read().ok()?;
    Some(hash_hex(own.fingerprint_text().as_bytes()) == fingerprint)
}

/// A scenario of a campaign folder.
pub fn read_recorded(folder: &Path, name: &str) -> Result<Scenario, SelectError> {
    let path = folder.join(format!("scenarios/{name}.yaml"));
    let file = path.to_string_lossy();
    let one = read_file(&file)?.into_iter().next();
    one.map(|chosen| Scenario::from(&chosen.scenario)).ok_or_else(|| SelectError::Nothing { pattern: name.into(), nearest: None })
}

/// Whether a word is the path of a file.
pub(super) fn is_path(pattern: &str) -> bool {
    pattern.contains(['/', std::path::MAIN_SEPARATOR]) || pattern.ends_with(".yaml")
}

/// All scenarios of a file: the base, then its variants.
fn read_file(file: &str) -> Result<Vec<Chosen>, SelectError> {
    let text = file_text(Path::new(file)).map_err(|why| SelectError::Unreadable { file: file.into(), why })?;
    let Checked { scenario, variants, diagnostics, files, .. } = check_with(&text, file, &Beside);
    let Some(base) = scenario else { return Err(SelectError::Broken { file: file.into(), files, diagnostics }) };
    Ok(std::iter::once(base).chain(variants).map(|scenario| Chosen { file: file.into(), scenario }).collect())
}

fn in_catalogue(pattern: &str) -> Result<Vec<Chosen>, SelectError> {
    let entries = catalogue();
    let read = |entry: &CatalogueEntry| {
        let file = format!("catalogue/{}", entry.file);
        match entry.read() {
            Ok(scenario) => Ok(Chosen { file, scenario }),
            Err(diagnostics) => {
                let files = vec![SourceFile { name: entry.file.into(), text: entry.text.into() }];
                Err(SelectError::Broken { file, files, diagnostics })
            }
        }
    };
    if let Some(tag) = pattern.strip_prefix("tag:") {
        let all = entries.iter().map(read).collect::<Result<Vec<_>, SelectError>>()?;
        let tags: Vec<String> = all.iter().flat_map(|chosen| chosen.scenario.tags.clone()).collect();
        let tagged: Vec<Chosen> = all.into_iter().filter(|c| c.scenario.tags.iter().any(|t| t == tag)).collect();
        let nearest = nearest(tag, tags.iter().map(String::as_str)).map(|tag| format!("tag:{tag}"));
        return if tagged.is_empty() { Err(SelectError::Nothing { pattern: pattern.into(), nearest }) } else { Ok(tagged) };
    }
    let matching: Vec<Chosen> =
        entries.iter().filter(|entry| matches(pattern, entry.name)).map(read).collect::<Result<_, SelectError>>()?;
    if matching.is_empty() {
        return Err(nothing(pattern));
    }
    Ok(matching)
}

/// The nearest of some names, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = 1 + word.chars().count() / 4;
    // Whole names first, then their beginnings up to a dash: `chlid` is meant to be `child-at-curb`.
    let distance = |name: &str| {
        let beginnings = name.match_indices('-').map(|(at, _)| strsim::osa_distance(word, &name[..at]));
        (strsim::osa_distance(word, name), beginnings.min().unwrap_or(usize::MAX))
    };
    let known: Vec<(usize, usize, &str)> =
        names.into_iter().map(|name| (distance(name), name)).map(|((a, b), n)| (a, b, n)).collect();
    let whole = known.iter().filter(|(whole, ..)| *whole <= near).min_by_key(|(whole, _, name)| (*whole, *name));
    let begun = known.iter().filter(|(_, begun, _)| *begun <= near).min_by_key(|(_, begun, name)| (*begun, *name));
    whole.or(begun).map(|(.., name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in a folder: one of the catalogue, faster, and a variant of it.
    const OWN: &str = "schema: nines.scenario/1\nname: own\ntitle: Own\nextends: ./base.yaml\nvariants:\n  \
                       wet: {share: 0.5, source: A, with: {environment: {surface: wet}}}\n";

    fn folder(base: &str, own: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("base.yaml"), base).expect("a file");
        std::fs::write(folder.path().join("own.yaml"), own).expect("a file");
        let file = folder.path().join("own.yaml").to_string_lossy().into_owned();
        (folder, file)
    }

    #[test]
    fn a_path_gives_all_scenarios_of_its_file() {
        let (_folder, file) = folder("schema: nines.scenario/1\nname: base\nextends: child-at-curb\nego: {limit_mps: 9}\n", OWN);
        let chosen = select(&[file]).expect("two scenarios");
        let names: Vec<&str> = chosen.iter().map(|c| c.scenario.name.as_str()).collect();
        assert_eq!(names, ["own", "own-wet"]);
        assert!(chosen.iter().all(|c| c.scenario.compile().ego.limit_mps.constant() == Some(9.0)));
        assert_eq!(chosen[1].scenario.compile().sensing.friction.constant(), Some(0.66));
    }

    #[test]
    fn what_is_wrong_with_an_extended_file_comes_with_its_text() {
        let (_folder, file) = folder("schema: nines.scenario/1\nname: base\nextends: child-at-curb\nego: {limit: 9}\n", OWN);
        let Err(SelectError::Broken { files, diagnostics, .. }) = select(&[file]) else { panic!("it is broken") };
        let text = &files.iter().find(|f| f.name == diagnostics[0].file).expect("its file").text;
        assert!(diagnostics[0].file.ends_with("base.yaml") && text.contains("limit: 9"), "{diagnostics:#?}");
        let (_folder, file) = folder("", OWN);
        assert!(matches!(select(&[file.replace("own.yaml", "none.yaml")]), Err(SelectError::Unreadable { .. })));
    }

    #[test]
    fn what_is_too_large_is_not_read_to_its_end() {
        let (folder, file) = folder("", "");
        let large = std::fs::File::create(folder.path().join("own.yaml")).expect("a file");
        large.set_len(10_000_000_000).expect("a file with holes");
        let Err(SelectError::Broken { diagnostics, .. }) = select(&[file]) else { panic!("it is refused") };
        assert_eq!(diagnostics[0].code.name(), "file-too-large");
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("comon-sense", ["idm", "common-sense"]).as_deref(), Some("common-sense"));
        assert_eq!(nearest("stack", ["idm", "common-sense"]), None);
        assert_eq!(nearest("chlid", ["cut-in", "child-at-curb"]).as_deref(), Some("child-at-curb"));
    }
}
