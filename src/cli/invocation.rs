//! The words that the program was called with: what reports, hints and records repeat.

use std::ffi::OsString;
use std::sync::OnceLock;

static WORDS: OnceLock<Vec<OsString>> = OnceLock::new();

/// Notes the command line; the first one counts.
pub fn set(words: Vec<OsString>) -> &'static [OsString] {
    WORDS.get_or_init(|| words)
}

/// The command line as text.
pub fn words() -> Vec<String> {
    WORDS.get().into_iter().flatten().map(|word| word.to_string_lossy().into_owned()).collect()
}
