//! What a model costs: rollouts of a child at the kerb, driven by the same arithmetic in Rust and as ONNX, and by larger models.
//!
//! `cargo bench -p nines-onnx`. All variants take turns within each round, and the medians of their times and of the ratios of a round
//! are shown: clocks drift, ratios do not. Before that, both forms of one policy are held to the same outcomes; without `--bench` (as
//! `cargo test --benches` calls it) only that is done.
#![expect(clippy::print_stdout, reason = "a table is what this program is for")]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{Native, differs, idm, load, path};
use nines_onnx::{Model, Options};
use nines_sim::testing::child_at_kerb;
use nines_sim::{BuiltIn, Job, Pilot, Sampling, Sessions, drive};
use std::collections::BTreeMap;

const BATCHES: [usize; 3] = [1, 64, 1024];
/// Rollouts of a variant in a round, and rounds. `cargo bench -p nines-onnx -- 3 256` drives 3 rounds of 256.
const ROLLOUTS: u64 = 1024;
const ROUNDS: u64 = 3;

fn main() {
    let idm_model = load("idm").expect("a model of the tests");
    let rust = Native(idm);
    let outcomes = |policy: &dyn Sessions, batch| common::driven(policy, batch).outcomes;
    let same = |batch| differs(&outcomes(&rust, batch), &outcomes(&idm_model, batch)).is_none();
    assert!(BATCHES.iter().all(|batch| same(*batch)), "the model does not drive as the same arithmetic in Rust does");
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let numbers: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let (rounds, rollouts) = (numbers.first().map_or(ROUNDS, |n| (*n).max(1)), numbers.get(1).map_or(ROLLOUTS, |n| (*n).max(1)));
    let models = ["mlp", "gru", "attention"].map(|name| (name, load(name).expect("a model of the tests")));
    let example = path("../../../examples/onnx_policy/model");
    let example = Model::load(&example, &BTreeMap::new(), &Options::default()).expect("the model of the example");
    let built_in = BuiltIn::new("idm", &[]).expect("a built-in policy");
    let mut pilots: Vec<(String, Pilot)> = vec![("idm in Rust".into(), Pilot::External(&rust))];
    pilots.push((described("idm", &idm_model), Pilot::External(&idm_model)));
    pilots.extend(models.iter().map(|(name, model)| (described(name, model), Pilot::External(model))));
    pilots.push((described("the example's", &example), Pilot::External(&example)));
    pilots.push(("`idm`, built in, in lanes".into(), (&built_in).into()));
    let template = child_at_kerb(0.0);
    // By variant and batch: times of the rounds, and steps driven. The first round warms up.
    let mut times = vec![[const { Vec::new() }; BATCHES.len()]; pilots.len()];
    let mut steps = vec![0u64; pilots.len()];
    for round in 0..=rounds {
        for (k, (_, policy)) in pilots.iter().enumerate() {
            for (b, batch) in BATCHES.into_iter().enumerate() {
                let job =
                    Job { template: &template, policy: *policy, seed: 7, sampling: Sampling::Stratified, batch, chosen: None };
                let start = cpu_ns();
                let driven = drive(&job, round * rollouts..(round + 1) * rollouts);
                if round > 0 {
                    times[k][b].push(cpu_ns() - start);
                    steps[k] += driven.outcomes.iter().map(|o| u64::from(o.steps)).sum::<u64>();
                }
            }
        }
    }
    println!(
        "{rounds} rounds of {rollouts} rollouts; {CLOCK}, medians; us per rollout, and times that of Rust at the same batch"
    );
    println!("{:<36} {:>6} {}", "policy", "steps", BATCHES.map(|b| format!("{:>18}", format!("batch {b}"))).concat());
    for (k, (name, _)) in pilots.iter().enumerate() {
        let cell = |b: usize| {
            let ratio = median(times[k][b].iter().zip(&times[0][b]).map(|(a, b)| a / b).collect());
            format!("{:>11.1} {ratio:>6.2}", median(times[k][b].clone()) / rollouts as f64 / 1e3)
        };
        let mean = steps[k] as f64 / (rounds * rollouts * BATCHES.len() as u64) as f64;
        println!("{name:<36} {mean:>6.1} {}", [0, 1, 2].map(cell).concat());
    }
}

fn described(name: &str, model: &Model) -> String {
    format!("{name} as ONNX, rows {:?}", model.rows())
}

fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    v[v.len() / 2]
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
