//! The march: the campaigns of a policy's successive versions, kept as small text files, and what each nine has cost.
//!
//! A store is a folder (`./march`) with one JSON file for each campaign, numbered in the order of adding. A file holds a copy of the
//! figures that are compared, so that the campaign folders may go. Nothing in it comes from a clock.

mod entry;
mod git;
mod history;
mod store;

pub use entry::{ENTRY_SCHEMA, Effort, Entry, EntryScenario};
pub use git::{Commit, commit_here};
pub use history::history;
pub use store::{Before, March, MarchError};
