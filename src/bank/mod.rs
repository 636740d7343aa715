//! The bank: failures kept as regressions, each as a small text file, and driven again by any policy.
//!
//! A case holds what the world follows from: scenario, seed, index, and what a search chose of it. The scenario stands beside the cases as it was used, with
//! every default written out, so that a catalogue that goes on changes no case. What failed is noted too, so that the same policy can be compared to the bit.

mod add;
mod case;
mod drive;
mod store;

pub use add::{Added, addresses, collapse, keep};
pub use case::{CASE_SCHEMA, Case, Failed, Moved};
pub use drive::{drive, junit, list};
pub use store::{BankError, Banked, read};
