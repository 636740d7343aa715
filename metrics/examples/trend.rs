//! The study of `docs/march.md`: `cargo run --release -p nines-metrics --example trend`. An argument is the number of histories a shape (1,000).
//!
//! Prints how often the limits at 95% of the cost of a nine, and of the effort until the next one, hold the truth.

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]

#[path = "../tests/support/trends.rs"]
mod trends;

use std::io::{self, Write};

use nines_metrics::Confidence;

fn main() -> io::Result<()> {
    let histories = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let out = &mut io::stdout().lock();
    writeln!(out, "| history | fitted | cost held % | due held % | cost bounded above % |\n|---|---|---|---|---|")?;
    for shape in trends::SHAPES {
        let tried = shape.try_out(histories, Confidence::new(0.95).expect("a constant between 0 and 1"));
        let share = |count: u32| 100.0 * f64::from(count) / f64::from(tried.fitted.max(1));
        writeln!(
            out,
            "| {} | {} of {} | {:.1} | {:.1} | {:.1} |",
            shape.name,
            tried.fitted,
            tried.fitted + tried.refused,
            share(tried.cost_held),
            share(tried.due_held),
            share(tried.bounded)
        )?;
    }
    Ok(())
}
