//! Equal inputs give equal bytes, whatever the threads, the batch and the moment.

mod common;

use common::{Bench, assert_equal, json};

#[test]
fn threads_batch_and_time_do_not_reach_a_result() {
    let bench = Bench::new();
    // Agents, groups, demands, sounds and variants among them.
    let run = "run 'c*' 'po*' 'siren*' red-light-runner --policy idm-aeb --rollouts 700 --seed 7 --hindsight 20";
    bench.expect(0, &format!("{run} --out a --threads 1 --batch 7"));
    for (out, how) in [("b", "--threads 2 --batch 1024"), ("c", "--threads 2 --batch 1"), ("d", "--threads 5 --resume")] {
        bench.expect(0, &format!("{run} --out {out} {how}"));
        assert_equal(&bench.path("a"), &bench.path(out));
    }
}

#[test]
fn a_policy_that_is_asked_in_batches_gives_the_same_in_any_batch() {
    let bench = Bench::new();
    let run = "run child-at-curb 'cut-*' --policy panic --rollouts 700";
    bench.expect(0, &format!("{run} --out a --threads 1 --batch 1"));
    for (out, batch) in [("b", 7), ("c", 1024)] {
        bench.expect(0, &format!("{run} --out {out} --threads 2 --batch {batch}"));
        assert_equal(&bench.path("a"), &bench.path(out));
    }
}

#[test]
fn a_derived_seed_follows_from_policy_scenarios_method_and_budget() {
    let bench = Bench::new();
    let mut seeds = Vec::new();
    for (k, run) in [
        "child-at-curb --policy idm --rollouts 300",
        "child-at-curb --policy idm --rollouts 301",
        "child-at-curb --policy idm --rollouts 300 --method mc",
        "child-at-curb --policy idm:headway_s=1.4 --rollouts 300",
        "child-at-curb cut-in-short-headway --policy idm --rollouts 300",
    ]
    .iter()
    .enumerate()
    {
        bench.expect(0, &format!("run {run} --out {k}"));
        let summary = json(&bench.path(&format!("{k}/summary.json")));
        assert_eq!(summary["seed_from"], "auto");
        seeds.push(summary["seed"].as_u64().unwrap());
    }
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --out again");
    assert_eq!(json(&bench.path("again/summary.json"))["seed"], seeds[0]);
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 5);
    assert!(seeds.iter().all(|seed| *seed < 1 << 53));
}

#[test]
fn a_shorter_campaign_is_a_prefix_of_a_longer_one() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --seed 3 --out short");
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 1100 --seed 3 --out long");
    let rows =
        |out: &str| nines::store::read_rows(&bench.path(&format!("{out}/rollouts/child-at-curb/part-000000.parquet"))).unwrap();
    assert_eq!(rows("short"), rows("long")[..600]);
}
