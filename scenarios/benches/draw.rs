//! What drawing a concrete scenario costs, as a share of its rollout.
//!
//! `cargo bench -p nines-scenarios --bench draw`. Drawing and driving take turns within each round, and the median of the ratios of
//! a round is shown: clocks drift, ratios do not. Without `--bench` (as `cargo test --benches` calls it) one short round is done.
#![expect(clippy::print_stdout, reason = "a table is what this program is for")]

use nines_scenarios::{catalogue, parse};
use nines_sim::testing::sum_of_draws;
use nines_sim::{BuiltIn, InstructionSet, Job, Sampling, Template, drive_lanes};
use std::hint::black_box;

const SEED: u64 = 7;
const ROUNDS: u64 = 9;
/// Drawing is meant to stay below this share of a rollout of the cheapest policy.
const AIM: f64 = 0.1;

fn main() {
    let measured = std::env::args().any(|a| a == "--bench");
    let (rounds, rollouts) = if measured { (ROUNDS, 4_096) } else { (1, 64) };
    let scenarios = [
        ("child-at-curb", child_at_curb("", "")),
        ("and 20 gamma and beta parameters", child_at_curb(&twenty(), "")),
        ("and 10 correlations of these", child_at_curb(&twenty(), &pairs())),
    ];
    println!("{:<34} {:<13} {:>6} {:>9} {:>11} {:>7}", "scenario", "policy", "params", "ns/draw", "ns/rollout", "share");
    for (name, template) in &scenarios {
        for policy in ["idm", "common-sense"] {
            let (draw, drive, share) = cost(template, policy, rounds, rollouts);
            let n = template.params.len();
            println!("{name:<34} {policy:<13} {n:>6} {draw:>9.0} {drive:>11.0} {:>6.1}%", 100.0 * share);
            if measured && policy == "idm" {
                println!("  aim: below {:.0}%: {}", 100.0 * AIM, if share < AIM { "met" } else { "missed" });
            }
        }
    }
}

/// Median ns of drawing and of driving a rollout, drawing included, and their ratio.
fn cost(template: &Template, policy: &str, rounds: u64, rollouts: u64) -> (f64, f64, f64) {
    let policy = BuiltIn::new(policy, &[]).expect("a built-in policy");
    let job = Job { template, policy: (&policy).into(), seed: SEED, sampling: Sampling::Stratified, batch: 1, chosen: None };
    let (mut draws, mut drives) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let range = round * rollouts..(round + 1) * rollouts;
        let start = cpu_ns();
        black_box(sum_of_draws(template, SEED, range.clone()));
        let between = cpu_ns();
        black_box(drive_lanes(&job, range, 16, InstructionSet::best()));
        let end = cpu_ns();
        // The first round warms up.
        if round > 0 {
            draws.push((between - start) / rollouts as f64);
            drives.push((end - between) / rollouts as f64);
        }
    }
    let ratios = draws.iter().zip(&drives).map(|(a, b)| a / b).collect();
    (median(draws), median(drives), median(ratios))
}

fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    v[v.len() / 2]
}

/// The scenario of the catalogue with further parameters and correlations.
fn child_at_curb(parameters: &str, correlations: &str) -> Template {
    let entry = catalogue().into_iter().find(|e| e.name == "child-at-curb").expect("a scenario of that name");
    let text = entry.text.replacen("\nvalues:", &format!("{parameters}\n{correlations}\nvalues:"), 1);
    parse(&text, "bench").expect("a scenario without errors").compile()
}

fn twenty() -> String {
    let gamma = |k: u32| format!("\n  g{k}: {{dist: gamma, shape: {}, mean: 2, source: A}}", 0.5 + f64::from(k));
    let beta = |k: u32| format!("\n  b{k}: {{dist: beta, alpha: {}, beta: 3, source: A}}", 0.5 + f64::from(k));
    (0..10).map(|k| gamma(k) + &beta(k)).collect()
}

fn pairs() -> String {
    let pair = |k: u32| format!("\n  - {{of: [g{k}, b{k}], rho: 0.5, source: A}}");
    format!("correlations:{}", (0..10).map(pair).collect::<String>())
}

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
