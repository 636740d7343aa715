//! What a rollout costs when its policy runs in another process: the same rollouts in the engine's lanes, behind the packed layout
//! in this process, and over gRPC, in batches of several sizes.
//!
//! `cargo bench -p nines-remote`. All variants take turns within each round; the medians of their wall times and of the ratios of a
//! round are shown. Without `--bench` (as `cargo test --benches` calls it) the outcomes alone are compared. The server is this
//! program too, started with an address to listen at.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::exit, reason = "a table is what this program is for")]

#[path = "../examples/server.rs"]
#[allow(unreachable_pub, reason = "an example is a program of its own")]
mod server;

use nines_remote::{ADDRESS_VARIABLE, Remote};
use nines_sim::batch::Packed;
use nines_sim::testing::{child_at_kerb, without_actions};
use nines_sim::{BatchPolicy, BuiltIn, Job, Pilot, PolicyFault, Sampling, Sessions, drive};
use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

/// Rollouts of a variant in a round, and rounds.
const ROLLOUTS: u64 = 2048;
const ROUNDS: usize = 5;
const BATCHES: [usize; 3] = [1, 64, 1024];

/// The policy behind the packed layout, without a wire.
#[derive(Debug)]
struct Here(BuiltIn);

impl Sessions for Here {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(Packed::new(self.0)))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::var_os(ADDRESS_VARIABLE).is_some() {
        return server::main();
    }
    let timed = std::env::args().any(|a| a == "--bench");
    let (rollouts, rounds) = if timed { (ROLLOUTS, ROUNDS) } else { (64, 0) };
    let template = child_at_kerb(0.0);
    let policy = BuiltIn::new("idm-aeb", &[])?;
    let name = format!("exec:'{}'", std::env::current_exe()?.display());
    let (remote, _) = Remote::connect(&name, BTreeMap::new(), Duration::from_secs(60))?;
    let here = Here(policy);
    let mut variants: Vec<(String, Pilot, usize)> = vec![("engine's lanes".into(), Pilot::BuiltIn(&policy), 1)];
    for batch in BATCHES {
        variants.push((format!("packed, batch {batch}"), Pilot::External(&here), batch));
        variants.push((format!("gRPC, batch {batch}"), Pilot::External(&remote), batch));
    }
    let run = |(_, pilot, batch): &(String, Pilot, usize)| {
        let job =
            Job { template: &template, policy: *pilot, seed: 7, sampling: Sampling::Stratified, batch: *batch, chosen: None };
        let begin = Instant::now();
        let driven = drive(&job, 0..rollouts);
        (begin.elapsed().as_secs_f64(), without_actions(driven).outcomes)
    };
    // This warms up, too.
    let (_, expected) = run(&variants[0]);
    for variant in &variants {
        assert!(run(variant).1 == expected, "{} drives otherwise", variant.0);
    }
    let mut times = vec![Vec::new(); variants.len()];
    for _ in 0..rounds {
        for (k, variant) in variants.iter().enumerate() {
            times[k].push(run(variant).0);
        }
    }
    if timed {
        let steps = expected.iter().map(|o| u64::from(o.steps)).sum::<u64>() as f64 / rollouts as f64;
        table(&variants, &times, rollouts as f64, steps);
    }
    Ok(())
}

fn table(variants: &[(String, Pilot, usize)], times: &[Vec<f64>], rollouts: f64, steps: f64) {
    println!("{} rounds of {rollouts} rollouts, {steps:.1} steps each; wall time, medians", times[0].len());
    println!("{:<20} {:>12} {:>14} {:>10} {:>10}", "variant", "us/rollout", "us/world-step", "x lanes", "x packed");
    for (k, (name, _, _)) in variants.iter().enumerate() {
        let ratio = |to: usize| median(times[k].iter().zip(&times[to]).map(|(a, b)| a / b).collect());
        let us = median(times[k].clone()) * 1e6 / rollouts;
        // The packed variant of the same batch stands before that over gRPC.
        let packed = if k > 0 && k % 2 == 0 { format!("{:.2}", ratio(k - 1)) } else { String::new() };
        println!("{name:<20} {us:>12.1} {:>14.2} {:>10.1} {packed:>10}", us / steps, ratio(0));
    }
}

fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    v[v.len() / 2]
}
