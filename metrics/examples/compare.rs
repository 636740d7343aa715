//! The study of `docs/compare.md`: `cargo run --release -p nines-metrics --example compare`.
//!
//! Prints Markdown tables, in percent: of limits by exact sums, of whole comparisons by draws.

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]

#[path = "../tests/support/paired.rs"]
mod study;

use std::io::{self, Write};

use nines_metrics::{Confidence, Prior};
use study::{Missed, Truth, decisions, difference, encounter, ratio, worst};

fn main() -> io::Result<()> {
    let out = &mut io::stdout().lock();
    differences(out)?;
    encounters(out)?;
    ratios(out)?;
    comparisons(out)
}

fn truth(both: f64, only_a: f64, only_b: f64) -> Truth {
    Truth { both, only_a, only_b }
}

fn percent(probability: f64) -> String {
    format!("{:.3}", 100.0 * probability)
}

fn row(out: &mut impl Write, what: &str, missed: Missed) -> io::Result<()> {
    writeln!(out, "| {what} | {} | {} |", percent(missed.by_lower), percent(missed.by_upper))
}

fn differences(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| difference, each limit at 2.5% | lower misses % | upper misses % |\n|---|---|---|")?;
    for (n, a, b) in [
        (50_000, 0.0, 1e-6),
        (50_000, 1e-5, 1e-5),
        (50_000, 0.0, 1e-4),
        (50_000, 4e-5, 1.1e-3),
        (50_000, 1e-3, 1e-3),
        (1_000, 0.02, 0.01),
        (1_000, 0.1, 0.1),
        (1_000, 0.0, 0.5),
    ] {
        row(out, &format!("n = {n}, A alone {a:e}, B alone {b:e}"), difference(n, truth(0.0, a, b)))?;
    }
    for n in [20, 100, 400] {
        let ladder = (0..40).map(|k| 0.95 * (1e-2_f64 / n as f64).powf(f64::from(k) / 39.0));
        let truths = ladder.flat_map(|d| [0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.0].map(|share| (d, share)));
        let missed = worst(truths.map(|(d, share)| difference(n, truth(0.0, d * (1.0 - share), d * share))));
        row(out, &format!("n = {n}, worst of 360 truths, each side"), missed)?;
    }
    writeln!(out)
}

fn encounters(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| difference per encounter, each limit at 2.5% | lower misses % | upper misses % |\n|---|---|---|")?;
    let confidence = Confidence::new(0.95).expect("a constant between 0 and 1");
    for (w, factor) in [(1e-3, 3.0), (0.05, 2.0), (0.3, 1.0)] {
        let prior = Prior::within_factor(w, factor, confidence, confidence).expect("constants in range");
        for truths in [
            [truth(0.0, 0.001, 0.001), truth(0.0, 0.1, 0.05)],
            [truth(0.0, 0.0, 0.02), truth(0.0, 0.2, 0.0)],
            [truth(0.0, 0.05, 0.0), truth(0.0, 0.02, 0.02)],
        ] {
            let missed = worst([prior.lower(), w, prior.upper()].into_iter().map(|w| encounter(100, truths, w, prior)));
            let [other, hazard] = truths.map(|t| format!("{} and {}", t.only_a, t.only_b));
            row(out, &format!("n = 100 each, w = {w:e} within {factor}, alone without hazard {other}, with {hazard}"), missed)?;
        }
    }
    writeln!(out)
}

fn ratios(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| ratio, limit at 5%, shares of the points that somebody fails | upper misses % |\n|---|---|")?;
    for (both, a, b) in
        [(0.0, 0.5, 0.5), (0.5, 0.25, 0.25), (0.9, 0.05, 0.05), (0.98, 0.0, 0.02), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8)]
    {
        for somebody in [20, 200, 1000] {
            let missed = percent(ratio(somebody, truth(both, a, b)));
            writeln!(out, "| {somebody} points, both {both}, A alone {a}, B alone {b} | {missed} |")?;
        }
    }
    writeln!(out)
}

/// Draws of each comparison: a share of 5% is then known within 0.4 points (two standard deviations).
const DRAWS: u64 = 10_000;

fn comparisons(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "| comparisons at 95%, 50,000 points a half, margin 1.1 | a false \"worse\" % | a false \"better\" % | exit 1 % | margin shown % |\n|---|---|---|---|---|"
    )?;
    let same = truth(1e-2, 3e-4, 3e-4);
    let rare = truth(0.0, 2e-5, 2e-5);
    let twin = truth(1e-2, 0.0, 0.0);
    let fifth = truth(8e-3, 2e-3, 4e-3);
    let doubled = truth(1e-4, 0.0, 1e-4);
    let mended = truth(6e-3, 4e-3, 1e-4);
    let sets: [(&str, Vec<[Truth; 2]>); 9] = [
        ("1 scenario, nothing changed (3% of its failures swapped)", vec![[same, same]; 1]),
        ("8 such scenarios", vec![[same, same]; 8]),
        ("72 such scenarios", vec![[same, same]; 72]),
        ("8, one failure in 50,000 each, never the same", vec![[rare, rare]; 8]),
        ("8, same failures of both", vec![[twin, twin]; 8]),
        ("8, the first mended", [vec![[same, mended]], vec![[same, same]; 7]].concat()),
        ("8, the first 1.2 times as often", [vec![[same, fifth]], vec![[same, same]; 7]].concat()),
        ("8, the first 1e-4 to 2e-4", [vec![[rare, doubled]], vec![[same, same]; 7]].concat()),
        ("8, half mended, one without the hazard 1e-4 to 2e-4", {
            [vec![[same, mended]; 4], vec![[doubled, same]], vec![[same, same]; 3]].concat()
        }),
    ];
    for (name, truths) in &sets {
        let said = decisions(50_000, truths, 1.1, DRAWS / if truths.len() > 20 { 5 } else { 1 });
        let shares = [said.false_worse, said.false_better, said.worse, said.within_margin].map(|s| format!("{:.1}", 100.0 * s));
        writeln!(out, "| {name} | {} |", shares.join(" | "))?;
    }
    Ok(())
}
