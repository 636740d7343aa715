//! SIGINT and SIGTERM: the first asks to end the work in hand, the second ends at once.

use super::exit::Exit;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

/// Catches the signals; the number is 0 until one comes, then the exit code that it stands for.
pub fn catch() -> io::Result<Arc<AtomicUsize>> {
    let (number, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
        // In this order: the second signal finds what the first has set.
        flag::register_conditional_shutdown(signal, exit as i32, Arc::clone(&seen))?;
        flag::register(signal, Arc::clone(&seen))?;
        flag::register_usize(signal, Arc::clone(&number), exit as usize)?;
    }
    Ok(number)
}
