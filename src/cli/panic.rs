//! Panics: those of a policy are results and stay silent, those of our own are bugs, told with all that a report needs.

use crate::campaign::VERSION;
use std::io::Write;
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};

const UNKNOWN: u64 = u64::MAX;
static SEED: AtomicU64 = AtomicU64::new(UNKNOWN);

/// Notes the seed of what is run, for the report of a panic.
pub fn note_seed(seed: u64) {
    SEED.store(seed, Ordering::Relaxed);
}

/// Installs the hook.
pub fn install() {
    panic::set_hook(Box::new(|info| {
        if nines_sim::in_policy_call() {
            return;
        }
        let command = super::invocation::words().join(" ");
        let seed = match SEED.load(Ordering::Relaxed) {
            UNKNOWN => String::new(),
            seed => format!(", seed {seed}"),
        };
        let text = format!("error: internal error of nines {VERSION}, please report it{seed}\n  command: {command}\n  {info}\n");
        _ = std::io::stderr().lock().write_all(text.as_bytes());
    }));
}
