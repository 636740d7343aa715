//! Policies beyond a name: with wrappers around them, and several in one run.

mod common;

use common::{Bench, text};
use serde_json::Value;
use std::fs;

/// A policy with wrappers is one of its own: other fingerprint, other points, and replayed and verified as any other.
#[test]
fn a_wrapped_policy_is_a_policy() {
    let bench = Bench::new();
    let run = "run child-at-curb --rollouts 1024 --progress none --policy idm-aeb+latency:delay_s=0.5+actuators:brake=0.5";
    bench.expect(0, &format!("{run} --out a --threads 1 --batch 7"));
    bench.expect(0, &format!("{run} --out b --threads 3"));
    for file in ["campaign.json", "summary.json", "ledger.parquet", "rollouts/child-at-curb/part-000000.parquet"] {
        assert_eq!(fs::read(bench.path("a").join(file)).unwrap(), fs::read(bench.path("b").join(file)).unwrap(), "{file}");
    }
    let campaign: Value = serde_json::from_slice(&fs::read(bench.path("a/campaign.json")).unwrap()).unwrap();
    let policy = &campaign["policy"];
    assert_eq!(policy["name"], "idm-aeb+latency+actuators");
    assert_eq!((&policy["settings"]["latency.delay_s"], &policy["settings"]["actuators.steering"]), (&0.5.into(), &1.0.into()));
    bench.expect(0, "replay a child-at-curb/first");
    bench.expect(0, "verify a");
    bench.expect(0, "replay a child-at-curb/first --policy idm-aeb");
    for (line, word) in [
        ("idm+latncy", "did you mean `+latency`?"),
        ("idm+latency:dely_s=1", "it has delay_s"),
        ("idm+remote-help:supervisor=nobody", "there is no policy `nobody`"),
    ] {
        let output = bench.expect(2, &format!("run child-at-curb --policy {line}"));
        assert!(text(&output.stderr).contains(word), "{}", text(&output.stderr));
    }
}

#[test]
fn several_policies_make_a_league() {
    let bench = Bench::new();
    let run = "run child-at-curb cut-out-reveal --policy blind --policy common-sense --rollouts 2048 --progress none --out a";
    let output = bench.expect(0, run);
    let shown = text(&output.stdout);
    let (first, last) = (shown.find("common-sense").unwrap(), shown.find("blind").unwrap());
    assert!(first < last && shown.starts_with("The league"), "{shown}");
    let league: Value = serde_json::from_slice(&fs::read(bench.path("a/league.json")).unwrap()).unwrap();
    assert_eq!(league["schema"], "nines.league/1");
    for policy in league["policies"].as_array().unwrap() {
        let folder = format!("a/{}", policy["campaign"].as_str().unwrap());
        bench.expect(0, &format!("verify {folder}"));
        let summary: Value = serde_json::from_slice(&fs::read(bench.path(&folder).join("summary.json")).unwrap()).unwrap();
        let nine = |n: u64| {
            let at = |s: &Value| s["march"].as_array().unwrap().iter().any(|m| m["nine"] == n && m["state"] == "demonstrated");
            summary["scenarios"].as_array().unwrap().iter().filter(|s| at(s)).count() as u64
        };
        assert_eq!((policy["demonstrated"][0].as_u64(), policy["demonstrated"][1].as_u64()), (Some(nine(1)), Some(nine(2))));
    }
    bench.expect(6, run);
    bench.expect(0, &format!("{run} --resume"));
    bench.expect(2, "run child-at-curb --policy blind --policy blind --out b");
    // With a demand the answer is the one farthest from yes.
    bench.expect(1, "run child-at-curb --policy blind --policy common-sense --nines 1 --rollouts 20k --progress none --out c");
}
