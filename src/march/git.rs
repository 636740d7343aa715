//! The commit that is checked out: what a version is called, and when it was made.

use std::path::Path;
use std::process::{Command, Stdio};

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub hash: String,
    /// When it was committed, seconds since 1970.
    pub committed_unix_s: u64,
    /// As `git describe` has it: the last tag, or the short hash; `-dirty` where files differ from it.
    pub name: String,
}

/// The commit of the repository that a folder is in; `None` outside of one, before its first commit, or without `git`.
pub fn commit_here(folder: &Path) -> Option<Commit> {
    let git = |words: &[&str]| {
        let output = Command::new("git").arg("-C").arg(folder).args(words).stdin(Stdio::null()).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !text.is_empty()).then_some(text)
    };
    let shown = git(&["show", "--no-patch", "--format=%H %ct", "HEAD"])?;
    let (hash, time) = shown.split_once(' ')?;
    let name = git(&["describe", "--tags", "--always", "--dirty"])?;
    Some(Commit { hash: hash.into(), committed_unix_s: time.parse().ok()?, name })
}
