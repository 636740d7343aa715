//! SIGINT and SIGTERM: the first asks to end the work in hand, a second one ends at once.

use super::exit::Exit;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Signals closer to each other are one wish to stop: `timeout` and schedulers send theirs to a program and to its group.
const ONE_WISH: Duration = Duration::from_millis(300);

/// Catches the signals; the number is 0 until one comes, then the exit code that it stands for.
pub fn catch() -> io::Result<Arc<AtomicUsize>> {
    let (number, mut signals) = (Arc::new(AtomicUsize::new(0)), Signals::new([SIGINT, SIGTERM])?);
    let told = Arc::clone(&number);
    let listen = move || {
        let mut first: Option<Instant> = None;
        for signal in signals.forever() {
            let exit = if signal == SIGTERM { Exit::Terminated } else { Exit::Interrupted };
            match first {
                None => {
                    first = Some(Instant::now());
                    told.store(exit as usize, Ordering::Relaxed);
                }
                Some(first) if first.elapsed() < ONE_WISH => {}
                Some(_) => low_level::exit(exit as i32),
            }
        }
    };
    thread::Builder::new().name("signals".into()).spawn(listen)?;
    Ok(number)
}
