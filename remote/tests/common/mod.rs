//! The example server as an other process, and what the rollouts that it drives must come out as.
#![allow(dead_code, reason = "each test file uses a part")]

use nines_remote::{Description, Limits, Remote};
use nines_sim::random::{Channel, Key, words};
use nines_sim::testing::without_actions;
use nines_sim::{BuiltIn, Driven, Job, Outcome, Pilot, Sampling, Template, drive};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

pub const SEED: u64 = 11;
/// Long enough for a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The example server, which `cargo test -p nines-remote` builds beside the tests.
pub fn server() -> String {
    let mut path: PathBuf = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push(format!("examples/server{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "{} is missing: cargo build -p nines-remote --example server", path.display());
    path.to_str().unwrap().to_owned()
}

/// A name that starts the example server.
pub fn exec(arguments: &str) -> String {
    format!("exec:'{}' {arguments}", server())
}

/// A name that starts it from a shell script, in which `$SERVER` is the server.
pub fn script(lines: &str) -> String {
    let text = format!("SERVER='{}'\n{lines}", server());
    format!("exec:{}", ["sh".to_owned(), "-c".to_owned(), quoted(&text)].join(" "))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

pub fn connect(name: &str, deadline: Duration, limits: Limits) -> (Remote, Description) {
    Remote::connect_within(name, BTreeMap::new(), deadline, limits).unwrap_or_else(|e| panic!("{e}"))
}

pub fn job<'a>(template: &'a Template, policy: Pilot<'a>, batch: usize) -> Job<'a> {
    Job { template, policy, seed: SEED, sampling: Sampling::Stratified, batch, chosen: None }
}

/// Rollouts driven in a batch by another process, without what it answered in failures.
pub fn served(template: &Template, remote: &Remote, batch: usize, rollouts: Range<u64>) -> Driven {
    without_actions(drive(&job(template, Pilot::External(remote), batch), rollouts))
}

/// The same in this process.
pub fn native(template: &Template, policy: &str, rollouts: Range<u64>) -> Vec<Outcome> {
    let policy = BuiltIn::new(policy, &[]).unwrap();
    drive(&job(template, (&policy).into(), 1), rollouts).outcomes
}

/// Seed of a rollout, as the policy is told it.
pub fn seed_of(template: &Template, rollout: u64) -> u64 {
    let drawn = words(Key::new(SEED, &template.name), rollout, Channel::Policy, 0, 0);
    drawn[0] << 32 | drawn[1]
}

/// Whether the example server, told `--every every --at at`, misbehaves in a rollout that natively came out as `outcome`.
pub fn at_fault(template: &Template, outcome: &Outcome, every: u64, at: u32) -> bool {
    seed_of(template, outcome.rollout).is_multiple_of(every) && outcome.steps > at
}

/// Holds outcomes to others, one by one: a difference of all would fill pages.
#[track_caller]
pub fn same(found: &[Outcome], expected: &[Outcome]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
}
