//! The coverage study of `docs/intervals.md`: `cargo run --release -p nines-metrics --example coverage`.
//!
//! Prints Markdown tables of miss probabilities, in percent: exact ones, and for sums of rates those of draws.

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]

#[path = "../tests/support/coverage.rs"]
mod coverage;

use std::io::{self, Write};

use coverage::{Missed, Reading, Sum, clopper_pearson, rate, sum_of_rates, two_group, weighted};
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

/// Draws of each row of the table of sums: a share of 2.5% is then known within 0.8 points (two standard deviations).
const DRAWS: u64 = 1500;

fn sums(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "| sum of rates at 95%, n = 12,500 each | statements scatter: lower, upper misses % | truths scatter: lower, upper misses % | median factor up, down |\n|---|---|---|---|"
    )?;
    let equal = |m: usize, p: f64| vec![(p, 1.0); m];
    let sets = [
        ("1 of p = 1e-4", equal(1, 1e-4)),
        ("1 of p = 1e-3", equal(1, 1e-3)),
        ("2 of p = 1e-4", equal(2, 1e-4)),
        ("2, p = 1e-5 and 1e-3", vec![(1e-5, 1.0), (1e-3, 1.0)]),
        ("6 of p = 3e-5", equal(6, 3e-5)),
        ("6 of p = 1e-3", equal(6, 1e-3)),
        ("6, one exposure is ten times the others, p = 1e-4", (0..6).map(|i| (1e-4, if i == 0 { 10.0 } else { 1.0 })).collect()),
        ("20 of p = 1e-5", equal(20, 1e-5)),
        ("20 of p = 1e-3", equal(20, 1e-3)),
        ("20, p = 1e-6, every fourth 1e-2", (0..20).map(|i| (if i % 4 == 3 { 1e-2 } else { 1e-6 }, 1.0)).collect()),
        ("20, exposures fall by half, p = 1e-4", (0..20).map(|i| (1e-4, 0.5_f64.powi(i))).collect()),
    ];
    for factor in [1.0, 2.0, 8.46] {
        for (name, parts) in &sets {
            let of = |reading| sum_of_rates(Sum { n: 12_500, parts, factor, reading }, DRAWS);
            let ((a, factors), (b, _)) = (of(Reading::Statements), of(Reading::Truths));
            let both = |missed: Missed| format!("{:.1}, {:.1}", 100.0 * missed.by_lower, 100.0 * missed.by_upper);
            writeln!(
                out,
                "| {name}, exposures within {factor} | {} | {} | {:.1}, {:.1} |",
                both(a),
                both(b),
                factors[0],
                factors[1]
            )?;
        }
    }
    Ok(())
}
