//! The coverage study of `docs/intervals.md`: `cargo run --release -p nines-metrics --example coverage`.
//!
//! Prints Markdown tables of exact miss probabilities, in percent.

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]

#[path = "../tests/support/coverage.rs"]
mod coverage;

use std::io::{self, Write};

use coverage::{Missed, clopper_pearson, rate, sum_of_rates, two_group, weighted};
use nines_metrics::{Confidence, Prior};

fn main() -> io::Result<()> {
    let out = &mut io::stdout().lock();
    plain(out)?;
    halves(out)?;
    mixes(out)?;
    rates(out)?;
    sums(out)
}

fn percent(probability: f64) -> String {
    format!("{:.3}", 100.0 * probability)
}

fn row(out: &mut impl Write, what: &str, missed: Missed) -> io::Result<()> {
    writeln!(out, "| {what} | {} | {} | {} |", percent(missed.by_lower), percent(missed.by_upper), percent(missed.coverage()))
}

/// The worst of each side over many truths.
fn worst(all: impl Iterator<Item = Missed>) -> Missed {
    all.fold(Missed::default(), |worst, missed| Missed {
        by_lower: worst.by_lower.max(missed.by_lower),
        by_upper: worst.by_upper.max(missed.by_upper),
    })
}

/// `count` probabilities, equally far from each other on the log scale.
fn ladder(from: f64, to: f64, count: u32) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| from * (to / from).powf(f64::from(i) / f64::from(count - 1)))
}

fn plain(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| Clopper-Pearson, each limit at 5% | lower misses % | upper misses % | between % |\n|---|---|---|---|")?;
    for n in [1, 10, 100, 1_000, 10_000, 100_000] {
        for p in [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5] {
            if n as f64 * p > 1e-2 {
                row(out, &format!("n = {n}, p = {p:e}"), clopper_pearson(n, p, 0.05))?;
            }
        }
    }
    for n in [10, 100, 1_000, 10_000] {
        let missed = worst(ladder(1e-2 / n as f64, 0.999, 500).map(|p| clopper_pearson(n, p, 0.05)));
        row(out, &format!("n = {n}, worst of 500 p, each side"), missed)?;
    }
    writeln!(out)
}

fn halves(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| two-group, each limit at 5% | lower misses % | upper misses % | between % |\n|---|---|---|---|")?;
    let confidence = Confidence::new(0.95).expect("a constant between 0 and 1");
    for (w, factor) in [(1e-6, 10.0), (1e-3, 3.0), (0.05, 2.0), (0.3, 1.0)] {
        let prior = Prior::within_factor(w, factor, confidence, confidence).expect("constants in range");
        for n in [50, 300] {
            for p in [[0.001, 0.3], [0.01, 0.013], [0.05, 0.05], [0.05, 0.7], [0.3, 0.01]] {
                // The worst truth for one side is at one end of the prior's interval.
                let missed = worst([prior.lower(), w, prior.upper()].into_iter().map(|w| two_group(n, p, w, prior, 0.05)));
                row(out, &format!("n = {n} each, w = {w:e} within {factor}, p0 = {}, p1 = {}", p[0], p[1]), missed)?;
            }
        }
    }
    writeln!(out)
}

fn mixes(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| weighted mix of two, each limit at 5% | lower misses % | upper misses % | between % |\n|---|---|---|---|")?;
    for weights in [[1.0, 1.0], [10.0, 1.0], [1.0, 100.0]] {
        for p in [[0.001, 0.3], [0.01, 0.02], [0.05, 0.05]] {
            row(out, &format!("n = 300 each, weights {weights:?}, p = {p:?}"), weighted(300, p, weights, 0.05))?;
        }
    }
    writeln!(out)
}

fn rates(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| rate at 95%, n = 50,000 | lower misses % | upper misses % | between % |\n|---|---|---|---|")?;
    for factor in [1.2, 2.0, 8.46] {
        for p in [1e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 1e-2] {
            row(out, &format!("p = {p:e}, exposure within {factor}"), rate(50_000, p, factor))?;
        }
    }
    for factor in [1.2, 2.0, 8.46] {
        let missed = worst(ladder(1e-7, 0.1, 300).map(|p| rate(50_000, p, factor)));
        row(out, &format!("worst of 300 p, each side, exposure within {factor}"), missed)?;
    }
    writeln!(out)
}

fn sums(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| sum of two rates at 95%, n = 50,000 | lower misses % | upper misses % | between % |\n|---|---|---|---|")?;
    for factor in [1.2, 2.0, 8.46] {
        for p in [[1e-6, 1e-6], [1e-5, 1e-4], [3e-5, 3e-5], [1e-4, 1e-4], [1e-4, 1e-3], [5e-4, 5e-4]] {
            row(out, &format!("p = {p:?}, exposures within {factor}"), sum_of_rates(50_000, p, factor, 40))?;
        }
    }
    Ok(())
}
