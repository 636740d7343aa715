//! Failures in hindsight: what rows say, what the summary counts of it, and that it comes out the same again.

mod common;

use common::{Bench, json, text};
use nines::store::{StoredHindsight, read_hindsight};
use std::collections::BTreeMap;

const KINDS: [&str; 4] = ["unavoidable", "anticipation", "perception", "reaction"];

fn analysed(bench: &Bench, out: &str, scenario: &str) -> Vec<StoredHindsight> {
    read_hindsight(&bench.path(&format!("{out}/rollouts/{scenario}/part-000000.parquet"))).unwrap()
}

fn scenario<'s>(summary: &'s serde_json::Value, name: &str) -> &'s serde_json::Value {
    summary["scenarios"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap()
}

/// Rows, counts and the figures that follow from them; and all four kinds occur in the catalogue.
#[test]
fn the_summary_counts_what_the_rows_say() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb pedestrian-behind-van --policy idm-aeb --rollouts 2k --seed 7 --hindsight 60 --out a");
    bench.expect(0, "run amber-dilemma --policy common-sense --rollouts 6k --seed 7 --out b");
    let mut seen = BTreeMap::<String, u64>::new();
    for (out, name) in [("a", "child-at-curb"), ("a", "pedestrian-behind-van"), ("b", "amber-dilemma")] {
        let summary = json(&bench.path(&format!("{out}/summary.json")));
        let one = scenario(&summary, name);
        let rows = analysed(&bench, out, name);
        let (attribution, failures) = (&one["attribution"], one["failures"].as_u64().unwrap());
        assert_eq!(attribution["failures"], failures);
        assert_eq!(attribution["analysed"], rows.len());
        assert_eq!(rows.len() as u64, failures.min(if out == "a" { 60 } else { 200 }), "{name}");
        for kind in KINDS {
            let count = rows.iter().filter(|row| row.attribution == kind).count() as u64;
            assert_eq!(attribution[kind], count, "{name} {kind}");
            let share = &attribution["shares"][kind];
            let (estimate, lower, upper) = (&share["estimate"], &share["lower"], &share["upper"]);
            assert_eq!(estimate.as_f64().unwrap(), count as f64 / rows.len() as f64);
            assert!(lower.as_f64() <= estimate.as_f64() && estimate.as_f64() <= upper.as_f64());
            *seen.entry(kind.into()).or_default() += count;
        }
        for row in &rows {
            assert_eq!(row.avoidable_until_s.is_none(), row.attribution == "unavoidable", "{row:?}");
            let early = row.evident_s.is_none_or(|evident| row.avoidable_until_s.is_some_and(|until| until < evident));
            assert!(row.attribution == "unavoidable" || early == (row.attribution == "anticipation"), "{row:?}");
        }
        bench.expect(0, &format!("verify {out}"));
    }
    assert!(KINDS.iter().all(|kind| seen[*kind] > 0), "{seen:?}");
    // All failures of this one have the hazard.
    let summary = json(&bench.path("a/summary.json"));
    let one = scenario(&summary, "child-at-curb");
    let (hazard, shares) = (&one["hazard"]["probability"], &one["attribution"]["shares"]["unavoidable"]);
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    assert_eq!(one["hazard"]["failures"], one["failures"]);
    let avoidable = number(&hazard["estimate"]) * (1.0 - number(&shares["estimate"]));
    assert!((number(&one["avoidable"]["probability"]) - avoidable).abs() < 1e-12, "{one}");
    let upper = number(&hazard["upper"]) * (1.0 - number(&shares["lower"]));
    assert!((number(&one["avoidable"]["one_sided_upper"]) - upper).abs() < 1e-12, "{one}");
}

#[test]
fn hindsight_can_be_left_out_and_changes_no_rollout() {
    let bench = Bench::new();
    let run = "run child-at-curb --policy idm-aeb --rollouts 1k --seed 7";
    bench.expect(0, &format!("{run} --out a"));
    bench.expect(0, &format!("{run} --hindsight 0 --out b"));
    let (a, b) = (json(&bench.path("a/summary.json")), json(&bench.path("b/summary.json")));
    let none = scenario(&b, "child-at-curb");
    for key in ["attribution", "avoidable", "ceiling_nines"] {
        assert!(none[key].is_null(), "{key}");
    }
    assert_eq!(a["totals"], b["totals"]);
    assert!(analysed(&bench, "b", "child-at-curb").is_empty() && !analysed(&bench, "a", "child-at-curb").is_empty());
    assert_eq!(json(&bench.path("a/campaign.json"))["hindsight"], 200);
    bench.expect(0, "verify b");
    bench.expect(2, &format!("{run} --hindsight 200k --out c"));
}

/// A policy that is asked over the packed layout drives as the same policy in the lanes: so hindsight says the same, from what was kept.
#[test]
fn what_was_answered_is_enough_for_a_policy_that_is_not_built_in() {
    let bench = Bench::new();
    let run = "run child-at-curb --rollouts 1k --seed 7 --hindsight 40";
    bench.expect(0, &format!("{run} --policy idm-aeb --out a"));
    // A wrapper that does nothing: its policy is driven as one that is not built in.
    bench.expect(0, &format!("{run} --policy idm-aeb+latency:delay_s=0 --out b"));
    assert_eq!(analysed(&bench, "a", "child-at-curb"), analysed(&bench, "b", "child-at-curb"));
    bench.expect(0, "verify b");
}

/// A search chooses its points: rows have hindsight, and what is no sample of nature has no ceiling.
#[test]
fn chosen_rollouts_are_analysed_where_the_search_chose_them() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --method ce --rollouts 6k --seed 7 --hindsight 30 --out a");
    assert_eq!(analysed(&bench, "a", "child-at-curb").len(), 30);
    let summary = json(&bench.path("a/summary.json"));
    let one = scenario(&summary, "child-at-curb");
    assert!(one["avoidable"].is_null() && one["attribution"]["analysed"] == 30, "{one}");
    bench.expect(0, "verify a");
}

#[test]
fn replay_says_why() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 1k --seed 7 --hindsight 5 --out a");
    let row = analysed(&bench, "a", "child-at-curb").remove(0);
    let said = text(&bench.expect(0, &format!("replay a child-at-curb/{} --why", row.rollout)).stdout);
    assert!(said.contains(&format!("\nwhy      {}: ", row.attribution)), "{said}");
    assert!(said.contains(&format!("\navoid    {:.1} s ", row.avoidable_until_s.unwrap())), "{said}");
    assert!(said.contains("\nchange   ") && said.contains(" sd in all."), "{said}");
    let said = text(&bench.expect(0, "replay a child-at-curb/0 --why").stdout);
    assert!(said.contains("\nwhy      it passed\n"), "{said}");
}
