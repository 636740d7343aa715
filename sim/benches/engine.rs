//! Speed of the engine against two programs written by hand for one scene: a child at the kerb, a parked van, a follower.
//!
//! `cargo bench -p nines-sim --bench engine`. All variants take turns within each round, and the medians of their times and of
//! the ratios of a round are shown: clocks drift, ratios do not. Before that, all are held to the same answers; without
//! `--bench` (as `cargo test --benches` calls it) only that is done.
#![expect(clippy::print_stdout, reason = "a table is what this program is for")]

mod kernels {
    pub mod common;
    pub mod lanes;
    pub mod scalar;
}

use kernels::common::{Outcome as ByHand, SETTINGS};
use kernels::{lanes, scalar};
use nines_sim::random::Key;
use nines_sim::testing::child_at_kerb;
use nines_sim::{BuiltIn, InstructionSet, Job, Sampling, Verdict, drive_lanes};
use std::ops::Range;

const SEED: u64 = 7;
/// Rollouts of a variant in a round, and rounds. `cargo bench ... -- 3 1024` drives 3 rounds of 1,024.
const ROLLOUTS: u64 = 8_192;
const ROUNDS: u64 = 9;
/// The engine is meant to take no longer than this many times the scalar kernel, and the lane kernel.
const AIMS: (f64, f64) = (1.0, 2.5);

/// Steps driven in a range of rollouts.
type Run<'a> = Box<dyn Fn(Range<u64>) -> u64 + 'a>;

fn main() {
    let (template, policy) =
        (child_at_kerb(0.0), BuiltIn::new("common-sense", &SETTINGS.map(|(k, v)| (k.into(), v))).expect("its settings"));
    let job =
        Job { template: &template, policy: (&policy).into(), seed: SEED, sampling: Sampling::Stratified, batch: 1, chosen: None };
    let key = Key::new(SEED, &template.name);
    check(&job, key);
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let numbers: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let (rounds, rollouts) = (numbers.first().map_or(ROUNDS, |n| (*n).max(1)), numbers.get(1).map_or(ROLLOUTS, |n| (*n).max(1)));
    let variants = variants(&job, key);
    // Times by variant and round; the first round warms up.
    let mut times = vec![Vec::new(); variants.len()];
    let mut steps = vec![0; variants.len()];
    for round in 0..=rounds {
        let range = round * rollouts..(round + 1) * rollouts;
        for (k, (_, run)) in variants.iter().enumerate() {
            let start = cpu_ns();
            let driven = run(range.clone());
            if round > 0 {
                times[k].push(cpu_ns() - start);
                steps[k] += driven;
            }
        }
    }
    table(&variants, &times, &steps, rollouts);
}

/// All variants: the scalar kernel first, the lane kernel on the best set second, the engine on that set third.
fn variants<'a>(job: &'a Job, key: Key) -> Vec<(String, Run<'a>)> {
    let by_hand = |outcomes: Vec<ByHand>| outcomes.iter().map(|o| u64::from(o.steps)).sum();
    let engine = move |lanes: usize, set| -> Run {
        Box::new(move |r| drive_lanes(job, r, lanes, set).iter().map(|o| u64::from(o.steps)).sum())
    };
    let mut sets = InstructionSet::available();
    sets.reverse();
    let mut out: Vec<(String, Run)> = vec![("by hand, scalar".into(), Box::new(move |r| by_hand(scalar::run(key, r))))];
    for set in &sets {
        let kernel = lanes::kernel(*set);
        let run: Run = Box::new(move |r| by_hand(kernel(key, r)));
        out.push((format!("by hand, lanes, {set:?}"), run));
        out.push((format!("engine, W = 16, {set:?}"), engine(16, *set)));
    }
    out.push((format!("engine, W = 32, {:?}", sets[0]), engine(32, sets[0])));
    out.push(("engine, W = 1".into(), engine(1, InstructionSet::Baseline)));
    out
}

fn table(variants: &[(String, Run)], times: &[Vec<f64>], steps: &[u64], rollouts: u64) {
    let ratio = |k: usize, to: usize| median(times[k].iter().zip(&times[to]).map(|(a, b)| a / b).collect());
    println!(
        "{} rounds of {rollouts} rollouts, {:.1} steps each; {CLOCK}, medians",
        times[0].len(),
        steps[0] as f64 / (times[0].len() as u64 * rollouts) as f64
    );
    println!("{:<28} {:>13} {:>16} {:>9} {:>8}", "variant", "ns/world-step", "rollouts/s/core", "x scalar", "x lanes");
    for (k, (name, _)) in variants.iter().enumerate() {
        let ns = median(times[k].clone());
        let per_step = ns * times[k].len() as f64 / steps[k] as f64;
        println!("{name:<28} {per_step:>13.1} {:>16.0} {:>9.2} {:>8.2}", rollouts as f64 * 1e9 / ns, ratio(k, 0), ratio(k, 1));
    }
    for (what, to, aim) in [("scalar", 0, AIMS.0), ("lane", 1, AIMS.1)] {
        let r = ratio(2, to);
        let word = if r <= aim { "met" } else { "missed" };
        println!("aim: engine on the best set within {aim:.1} times the {what} kernel: {r:.2}, {word}");
    }
}

fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    v[v.len() / 2]
}

/// The kernels drive the scene that the engine drives, and agree with each other to the bit.
fn check(job: &Job, key: Key) {
    let one = scalar::run(key, 0..2_000);
    for set in InstructionSet::available() {
        assert_eq!(lanes::kernel(set)(key, 0..2_000), one, "lanes on {set:?} against scalar");
    }
    let n = 20_000;
    let by_hand = lanes::kernel(InstructionSet::best())(key, 0..n);
    let engine = drive_lanes(job, 0..n, 16, InstructionSet::best());
    let same = by_hand.iter().zip(&engine).filter(|(a, b)| a.steps == b.steps && a.cause == b.cause).count();
    println!("{same} of {n} rollouts end as in the engine, in the same step");
    for hazard in [true, false] {
        let half = n as f64 / 2.0;
        let failed =
            |by: &dyn Fn(usize) -> bool| (0..n as usize).filter(|k| (k % 2 == 1) == hazard && by(*k)).count() as f64 / half;
        let (a, b) = (failed(&|k| by_hand[k].cause.is_some()), failed(&|k| engine[k].verdict != Verdict::Pass));
        println!("failed given hazard {hazard}: by hand {a:.4}, engine {b:.4}");
        // At least one failure is reckoned with, so that two rates near zero may differ by a few rollouts.
        let p = a.max(b).max(1.0 / half);
        let error = (2.0 * p / half).sqrt();
        assert!((a - b).abs() <= 4.0 * error + 0.25 * b, "failure rates differ, given hazard {hazard}: {a} and {b}");
    }
    let mean = |steps: u64| steps as f64 / n as f64;
    let (a, b) = (mean(by_hand.iter().map(|o| u64::from(o.steps)).sum()), mean(engine.iter().map(|o| u64::from(o.steps)).sum()));
    assert!((a - b).abs() <= 0.05 * b, "mean steps differ: {a} and {b}");
}

#[cfg(unix)]
const CLOCK: &str = "thread CPU time";
#[cfg(not(unix))]
const CLOCK: &str = "wall time";

/// Time in ns: of this thread where there is such a clock, so that a busy machine does not matter.
#[cfg(unix)]
#[expect(unsafe_code, reason = "reading the clock of the thread")]
fn cpu_ns() -> f64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes the one struct that it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) };
    t.tv_sec as f64 * 1e9 + t.tv_nsec as f64
}

#[cfg(not(unix))]
fn cpu_ns() -> f64 {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed().as_nanos() as f64
}
