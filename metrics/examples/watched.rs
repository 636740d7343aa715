//! What watching costs, and how often it errs: the tables of `docs/intervals.md`.
//!
//! ```text
//! cargo run --release -p nines-metrics --example watched
//! ```

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

#[path = "../tests/support/histories.rs"]
mod histories;

use histories::{CHUNK, HISTORIES, at_95, counts, ever, first, thresholds};
use nines_metrics::{Demand, Mixture, Plan, Sample, Verdict};

/// Nines that are demanded, and looks at a history.
const NINES: f64 = 3.0;
const LOOKS: u64 = 40_000;

fn main() {
    let watched = Plan::Watched(Mixture::of(Demand::nines(NINES).ok()).unwrap());
    errors(watched);
    clean();
    costs(watched);
}

/// At the boundary both verdicts are wrong.
fn errors(watched: Plan) {
    println!("| looked at after every 256 of | demonstrated, refuted wrongly: watched % | fixed % |");
    println!("|---|---|---|");
    for looks in [400, 4000, LOOKS] {
        let of = |plan| {
            let (demonstrated, refuted) = ever(10_f64.powf(-NINES), 2, &thresholds(NINES, plan, looks));
            format!("{:.1}, {:.1}", percent(demonstrated), percent(refuted))
        };
        println!("| {} rollouts | {} | {} |", looks * CHUNK, of(watched), of(Plan::Fixed));
    }
}

/// Rollouts without a failure that demonstrate a demand.
fn clean() {
    println!("\n| without a failure | fixed | watched | ratio | watched with the mixture for 1e-4 |");
    println!("|---|---|---|---|---|");
    for nines in 1..=9 {
        let demand = Demand::nines(nines.into()).unwrap();
        let needed = |plan| demand.rollouts_needed(&Sample::all(counts(0, 0)).under(plan), at_95()).1.unwrap();
        let (fixed, watched) = (needed(Plan::Fixed), needed(Plan::Watched(Mixture::of(Some(demand)).unwrap())));
        let other = needed(Plan::Watched(Mixture::of(None).unwrap()));
        println!("| {nines} nines | {fixed} | {watched} | {:.2} | {other} |", watched as f64 / fixed as f64);
    }
}

/// Rollouts until a demand is decided, against the smallest fixed plan that decides it in nine of ten campaigns.
fn costs(watched: Plan) {
    let (at_looks, at_end) = (thresholds(NINES, watched, LOOKS), thresholds(NINES, Plan::Fixed, LOOKS));
    println!("\n| truth / demand | fixed plan for 90% | watched: mean | median | 90% |");
    println!("|---|---|---|---|---|");
    for factor in [0.01, 0.1, 0.2, 0.33, 0.5, 2.0, 3.0, 5.0, 10.0] {
        let p = factor * 10_f64.powf(-NINES);
        let wanted = if factor < 1.0 { Verdict::Demonstrated } else { Verdict::Refuted };
        let mut rollouts: Vec<u64> = first(p, 5, &at_looks)
            .iter()
            .map(|one| if wanted == Verdict::Demonstrated { one.0 } else { one.1 }.unwrap_or(LOOKS * CHUNK))
            .collect();
        rollouts.sort_unstable();
        let mean = rollouts.iter().sum::<u64>() as f64 / HISTORIES as f64;
        let at = |share: f64| rollouts[(share * HISTORIES as f64) as usize - 1];
        println!("| {factor} | {} | {mean:.0} | {} | {} |", fixed(p, wanted, &at_end), at(0.5), at(0.9));
    }
}

/// The smallest number of chunks after which nine of ten histories are decided by one look.
fn fixed(p: f64, wanted: Verdict, thresholds: &[(Option<u64>, u64)]) -> u64 {
    use statrs::distribution::{Binomial, DiscreteCDF};
    let decided = |look: usize| {
        let n = (look as u64 + 1) * CHUNK;
        let failures = Binomial::new(p, n).unwrap();
        let (most, least) = thresholds[look];
        match wanted {
            Verdict::Demonstrated => most.map_or(0.0, |most| failures.cdf(most)),
            _ => failures.sf(least - 1),
        }
    };
    let look = (0..thresholds.len()).find(|look| decided(*look) >= 0.9);
    look.map_or(u64::MAX, |look| (look as u64 + 1) * CHUNK)
}

fn percent(histories: u64) -> f64 {
    100.0 * histories as f64 / HISTORIES as f64
}
