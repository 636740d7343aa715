//! Beliefs that a policy states: rows, scores, and that they come out the same again.

mod common;

use common::{Bench, assert_equal, json, text};
use nines::store::{StoredBelief, read_beliefs};
use serde_json::Value;

fn rows(bench: &Bench, out: &str, scenario: &str, name: &str) -> Vec<StoredBelief> {
    read_beliefs(&bench.path(&format!("{out}/rollouts/{scenario}/part-000000.parquet")), name, u64::MAX).unwrap()
}

fn calibration(bench: &Bench, out: &str, scenario: &str) -> Value {
    let summary = json(&bench.path(&format!("{out}/summary.json")));
    let scenarios = summary["scenarios"].as_array().unwrap();
    scenarios.iter().find(|s| s["name"] == scenario).unwrap()["calibration"].clone()
}

/// `common-sense` states what it is told where nobody is on foot: there its skill is 0. Where a child may dash it is too sure: half of those who
/// dash look as if they played, which its ratios know nothing of. What stands there is found, not hoped for.
#[test]
fn the_summary_scores_what_the_rows_say() {
    let bench = Bench::new();
    let run = "run child-at-curb cut-in-short-headway --policy common-sense --rollouts 2k --seed 7 --beliefs 300";
    let shown = text(&bench.expect(0, &format!("{run} --out a")).stdout);
    assert!(shown.contains("beliefs  Brier skill -0.") && shown.contains(" to +0.00 against the base rate"), "{shown}");
    let all = rows(&bench, "a", "child-at-curb", "intent");
    let (first, rest) = all.split_at(300);
    assert!(first.iter().all(|row| row.base_rate == Some(0.5) && row.belief.is_some() && row.at_s.is_some()));
    assert!(rest.iter().all(|row| (row.base_rate, row.belief, row.at_s) == (None, None, None)));
    let error = |row: &StoredBelief| (row.belief.unwrap() - f64::from(u8::from(row.stratum == "intent=dashing"))).powi(2);
    let brier = first.iter().map(error).sum::<f64>() / 300.0;
    let found = &calibration(&bench, "a", "child-at-curb")[0];
    let number = |key: &str| found[key].as_f64().unwrap();
    assert_eq!(
        (found["belief"].as_str(), found["rollouts"].as_u64(), found["statements"].as_u64()),
        (Some("intent=dashing"), Some(300), Some(300))
    );
    assert!((number("brier") - brier).abs() < 1e-12 && (number("brier_skill") - (1.0 - brier / 0.25)).abs() < 1e-12, "{found}");
    let limits = &found["brier_skill_limits"];
    assert!(limits["lower"].as_f64().unwrap() < number("brier_skill") && limits["upper"].as_f64().unwrap() < 0.0, "{found}");
    let counted: u64 = found["curve"].as_array().unwrap().iter().map(|bin| bin["rollouts"].as_u64().unwrap()).sum();
    assert_eq!(counted, 300);
    let told = &calibration(&bench, "a", "cut-in-short-headway")[0];
    assert_eq!((&told["brier"], &told["brier_skill"], &told["log_loss_skill"]), (&0.25.into(), &0.0.into(), &0.0.into()));
    bench.expect(0, "verify a");
    let page = std::fs::read_to_string(bench.path("a/report.html")).unwrap();
    assert!(page.contains("What it believed") && page.contains("id=\"calibration-child-at-curb-title\""));
}

#[test]
fn threads_batch_and_shards_do_not_reach_a_belief() {
    let bench = Bench::new();
    // In the lanes, and over the packed layout, where what was answered is kept of the rollouts that are scored.
    for (k, policy) in ["common-sense", "common-sense+latency:delay_s=0.2"].iter().enumerate() {
        let run = format!("run child-at-curb pedestrian-behind-van --policy {policy} --rollouts 1k --seed 7 --beliefs 600");
        bench.expect(0, &format!("{run} --out {k}-a --threads 1 --batch 7"));
        bench.expect(0, &format!("{run} --out {k}-b --threads 3"));
        assert_equal(&bench.path(&format!("{k}-a")), &bench.path(&format!("{k}-b")));
        for shard in 1..=3 {
            bench.expect(0, &format!("{run} --shard {shard}/3 --out {k}-s{shard}"));
        }
        bench.expect(0, &format!("merge {k}-m {k}-s3 {k}-s1 {k}-s2"));
        assert_equal(&bench.path(&format!("{k}-a")), &bench.path(&format!("{k}-m")));
        bench.expect(0, &format!("verify {k}-m"));
        assert!(calibration(&bench, &format!("{k}-m"), "child-at-curb").is_array());
    }
}

/// A wrapper that changes nothing is asked as any policy that is not built in.
#[test]
fn a_policy_that_is_asked_is_scored_as_the_same_one_in_the_lanes() {
    let bench = Bench::new();
    let run = "run child-at-curb --rollouts 600 --seed 7 --beliefs 300";
    bench.expect(0, &format!("{run} --policy common-sense --out a"));
    bench.expect(0, &format!("{run} --policy common-sense+dropped-frames:share=0 --out b"));
    assert_eq!(rows(&bench, "a", "child-at-curb", "intent"), rows(&bench, "b", "child-at-curb", "intent"));
    assert_eq!(calibration(&bench, "a", "child-at-curb"), calibration(&bench, "b", "child-at-curb"));
}

#[test]
fn what_is_not_stated_is_not_scored() {
    let bench = Bench::new();
    let run = "run child-at-curb --rollouts 600 --seed 7";
    bench.expect(0, &format!("{run} --policy common-sense --beliefs 0 --out none"));
    bench.expect(0, &format!("{run} --policy idm-aeb --out silent"));
    bench.expect(0, "run child-at-curb --policy common-sense --method ce --rollouts 6k --seed 7 --out search");
    for out in ["none", "silent", "search"] {
        assert_eq!(calibration(&bench, out, "child-at-curb"), Value::Null, "{out}");
        assert!(rows(&bench, out, "child-at-curb", "intent").iter().all(|row| row.belief.is_none()));
        bench.expect(0, &format!("verify {out}"));
    }
    assert_eq!(json(&bench.path("none/campaign.json")).get("beliefs"), None);
    assert_eq!(json(&bench.path("silent/campaign.json"))["beliefs"], 1000);
    let page = std::fs::read_to_string(bench.path("silent/report.html")).unwrap();
    assert!(page.contains("The policy stated no belief"));
    bench.expect(2, &format!("{run} --beliefs 3k --out c"));
    let checked = text(&bench.expect(0, "policy check common-sense child-at-curb").stdout);
    assert!(checked.contains("states beliefs of the hazard"), "{checked}");
    let checked = text(&bench.expect(0, "policy check idm child-at-curb").stdout);
    assert!(checked.contains("states no belief of the hazard"), "{checked}");
}

/// Drawn from the natural priors, the base rate is the natural one.
#[test]
fn by_natural_priors_the_base_rate_is_natures() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy common-sense --method mc --rollouts 600 --seed 7 --out a");
    let found = &calibration(&bench, "a", "child-at-curb")[0];
    let rate = found["base_rate"].as_f64().unwrap();
    assert!(rate > 0.0 && rate < 1e-3, "{found}");
    assert_eq!(found["rollouts"], 600);
    bench.expect(0, "verify a");
}
