//! Reading files that somebody names, or another file does: regular ones alone, and no more of them than a scenario file may hold.

use super::nearest;
use nines_scenarios::{Resolver, SourceFile};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Who names a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamedBy {
    /// Somebody at the command line, who may hand over a stream of the program.
    Person,
    /// Another file, which may not.
    File,
}

/// The text of a file that was named at the command line, or why there is none. What no scenario file can be is not read to its end.
pub(crate) fn file_text(path: &Path) -> Result<String, String> {
    text_of(file_bytes(path, NamedBy::Person)?)
}

fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > nines_scenarios::MAX_BYTES {
        return Ok(String::from_utf8_lossy(&bytes).into_owned()); // that it is too large is what its reader says
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".into())
}

pub(super) fn file_bytes(path: &Path, named_by: NamedBy) -> Result<Vec<u8>, String> {
    // Opening a pipe waits for its writer, and a device may have no end; what the shell hands over has somebody behind it.
    let kind = std::fs::metadata(path).map_err(|e| e.to_string())?;
    let handed_over = named_by == NamedBy::Person && is_own_stream(path) && !kind.is_dir();
    if !(kind.is_file() || handed_over) {
        return Err(if kind.is_dir() { "it is a folder" } else { "it is a pipe or a device, not a regular file" }.to_owned());
    }
    bounded(File::open(path).map_err(|e| e.to_string())?).map_err(|e| e.to_string())
}

/// Streams that the program was started with.
fn is_own_stream(path: &Path) -> bool {
    path == Path::new("/dev/stdin") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

/// All of a stream; of one that is larger than any scenario file as much as shows that.
pub(crate) fn bounded(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(nines_scenarios::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Files that a scenario names by a path, from the folder of the file that names them.
#[derive(Clone, Copy, Debug)]
pub struct Beside;

impl Resolver for Beside {
    fn resolve(&self, path: &str, from: &str) -> Result<SourceFile, String> {
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        let found = folder.join(path);
        if !found.exists() {
            return Err(format!("there is no such file in {}", searched(&found)));
        }
        Ok(SourceFile { text: text_of(file_bytes(&found, NamedBy::File)?)?, name: found.to_string_lossy().into_owned() })
    }
}

/// The folder in which a file was looked for, whole, and what it holds that may be meant.
fn searched(file: &Path) -> String {
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(whole) = folder.canonicalize() else { return format!("{}, which is no folder", folder.display()) };
    let name = |e: std::fs::DirEntry| e.file_name().into_string().ok().filter(|n| n.ends_with(".yaml"));
    let names: Vec<String> = std::fs::read_dir(&whole).into_iter().flatten().flatten().filter_map(name).collect();
    let wanted = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let near = nearest(&wanted, names.iter().map(String::as_str)).map_or(String::new(), |n| format!(", but `{n}`"));
    format!("{}{near}", whole.display())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::campaign::{profile, select, sources};
    use nines_scenarios::check_with;

    /// A pipe without a writer would be waited for, and a device without an end be read for ever.
    #[test]
    fn what_is_no_regular_file_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("own.yaml").to_string_lossy().into_owned();
        let pipe = folder.path().join("pipe.yaml").to_string_lossy().into_owned();
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        for path in [pipe.as_str(), "/dev/zero"] {
            assert!(sources(path).unwrap_err().to_string().ends_with("not a regular file"), "{path}");
            assert!(select(&[path.to_owned()]).unwrap_err().to_string().ends_with("not a regular file"), "{path}");
            assert!(profile(path).unwrap_err().to_string().ends_with("not a regular file"), "{path}");
        }
        for named in ["./pipe.yaml", "/dev/zero", "/dev/stdin", "/dev/fd/0"] {
            for field in ["extends", "rules"] {
                let text = format!("schema: nines.scenario/1\nname: own\n{field}: {named}\n");
                let all = check_with(&text, &file, &Beside).diagnostics;
                assert!(all.iter().any(|d| d.message.contains("not a regular file")), "{field} {named}: {all:#?}");
            }
        }
        assert!(sources(&folder.path().join("").to_string_lossy()).unwrap_err().to_string().ends_with("it is a folder"));
        assert_eq!(bounded(std::io::repeat(b'a')).expect("bytes").len(), nines_scenarios::MAX_BYTES + 1);
    }
}
