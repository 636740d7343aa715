//! Two policies on the same points: better, worse, or not told apart.

mod common;

use common::{Bench, WITHOUT_PRIOR, json, text};
use nines::campaign::{CompareError, compare, open};
use nines::store::read_rows;
use nines_viz::{Compare, CompareVerdict, Status};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Scenarios of most of these tests.
const SET: &str = "child-at-curb cut-in-short-headway ball-between-cars";

fn run(bench: &Bench, policy: &str, out: &str) {
    bench.expect(0, &format!("run {SET} --policy {policy} --rollouts 4k --seed 11 --out {out}"));
}

fn compared(bench: &Bench, code: i32, line: &str) -> Value {
    serde_json::from_slice(&bench.expect(code, &format!("{line} --format json")).stdout).unwrap()
}

/// Indices of the failures among the rows of a scenario.
fn failures(campaign: &Path, scenario: &str) -> BTreeSet<u64> {
    let rows = read_rows(&campaign.join(format!("rollouts/{scenario}/part-000000.parquet"))).unwrap();
    rows.into_iter().filter(|row| row.verdict != "pass").map(|row| row.rollout).collect()
}

#[test]
fn the_paired_table_is_that_of_the_rows_and_its_regressions_replay() {
    let bench = Bench::new();
    run(&bench, "idm-aeb", "a");
    run(&bench, "blind", "b");
    let answer = compared(&bench, 1, "compare a b");
    assert_eq!(answer["verdict"], "worse");
    assert_eq!(answer["driven_again"], 0);
    for scenario in answer["scenarios"].as_array().unwrap() {
        let name = scenario["name"].as_str().unwrap();
        let (a, b) = (failures(&bench.path("a"), name), failures(&bench.path("b"), name));
        for (half, parity) in [(&scenario["otherwise"], 0), (&scenario["hazard"], 1)] {
            let count = |all: &mut dyn Iterator<Item = &u64>| all.filter(|i| *i % 2 == parity).count() as u64;
            let cell = |key: &str| half[key].as_u64().unwrap();
            assert_eq!(cell("both"), count(&mut a.intersection(&b)), "{name}");
            assert_eq!(cell("only_a"), count(&mut a.difference(&b)), "{name}");
            assert_eq!(cell("only_b"), count(&mut b.difference(&a)), "{name}");
            assert_eq!(cell("failures_a"), count(&mut a.iter()), "{name}");
            assert_eq!(cell("both") + cell("only_a") + cell("only_b") + cell("neither"), 2000);
            let first: Vec<String> =
                b.difference(&a).filter(|i| *i % 2 == parity).take(5).map(|i| format!("{name}/{i}")).collect();
            assert_eq!(half["regressed"], serde_json::json!(first));
            let p = |key: &str| half[key].as_f64().unwrap();
            assert!(p("p_value") <= p("p_holm") && p("p_holm") <= 1.0);
            let limit = |key: &str| half["difference"][key].as_f64().unwrap();
            assert!(limit("lower") <= limit("estimate") && limit("estimate") <= limit("upper"));
        }
        let priors = name != WITHOUT_PRIOR;
        assert_eq!((scenario["encounter"].is_null(), scenario["why"].is_null()), (!priors, priors), "{name}");
        let regressed = scenario["hazard"]["regressed"][0].as_str().unwrap();
        assert!(text(&bench.expect(0, &format!("replay a {regressed}")).stdout).contains(": pass "));
        assert!(text(&bench.expect(0, &format!("replay b {regressed}")).stdout).contains(": fail "));
    }
    let schema: Value = serde_json::from_slice(&bench.expect(0, "schema compare").stdout).unwrap();
    assert!(jsonschema::is_valid(&schema, &answer));
    assert!(!jsonschema::is_valid(&schema, &json(&bench.path("a/summary.json"))));
}

#[test]
fn better_is_0_worse_is_1_and_the_same_is_0() {
    let bench = Bench::new();
    run(&bench, "idm", "a");
    run(&bench, "idm-aeb", "b");
    let better = bench.expect(0, "compare a b");
    let last = text(&better.stdout).lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with("■ B against A, per hazard, on the same points: better in "), "{last}");
    let worse = bench.expect(1, "compare b a");
    assert!(text(&worse.stdout).lines().last().unwrap().starts_with("✗ B against A, per hazard, on the same points: worse in"));
    assert!(text(&worse.stderr).contains("  see   nines replay a "), "{}", text(&worse.stderr));
    let same = bench.expect(0, "compare a a");
    let last = text(&same.stdout).lines().last().unwrap_or_default().to_owned();
    assert_eq!(last, "○ B against A, per hazard, on the same points: not told apart in 3");
    assert!(text(&same.stderr).contains("A and B are the same policy"));
    assert_eq!(bench.expect(1, "compare b a -qq").stdout, b"");
}

#[test]
fn a_margin_that_is_not_shown_is_3_and_a_regression_is_1_within_it_too() {
    let bench = Bench::new();
    run(&bench, "idm", "a");
    run(&bench, "idm-aeb", "b");
    assert_eq!(compared(&bench, 0, "compare a a --margin 1.5")["margin"], serde_json::json!({"ratio": 1.5, "shown": true}));
    assert_eq!(compared(&bench, 3, "compare a a --margin 1.001")["margin"]["shown"], false);
    let regression = compared(&bench, 1, "compare b a --margin 1000");
    assert_eq!((&regression["margin"]["shown"], &regression["verdict"]), (&Value::from(true), &Value::from("worse")));
    bench.expect(2, "compare a b --margin 0.9");
    bench.expect(2, "compare a b --margin nan");
    bench.expect(2, "compare a");
}

#[test]
fn other_points_are_refused_with_the_command_that_meets_the_same() {
    let bench = Bench::new();
    // Seeds are derived from the policy: two versions never meet the same points by themselves.
    let own = "schema: nines.scenario/1\nname: own\ntitle: Own\nextends: child-at-curb\nego: {limit_mps: 9}\n";
    bench.write("own.yaml", own);
    bench.expect(0, "run child-at-curb ./own.yaml --policy idm --rollouts 300 --method mc --odd limited-urban --out a");
    fs::remove_file(bench.path("own.yaml")).unwrap();
    bench.expect(0, "run child-at-curb --policy idm-aeb:headway_s=1.2 --rollouts 256 --out b");
    let refused = text(&bench.expect(6, "compare a b").stderr);
    for what in ["seed ", "method mc and stratified", "own is in A alone", "rollouts of child-at-curb 300 and 256"] {
        assert!(refused.contains(what), "{what}: {refused}");
    }
    let command = refused.lines().last().unwrap().trim().strip_prefix("nines ").unwrap().to_owned();
    assert!(command.contains("idm-aeb:headway_s=1.2") && command.contains("--out b-paired"), "{command}");
    bench.expect(0, &command);
    let paired = compared(&bench, 0, "compare a b-paired");
    assert_eq!(paired["scenarios"].as_array().unwrap().len(), 2);
    assert_eq!(paired["scenarios"][0]["encounter"]["interval"], "paired-exact");
    for (k, (how, what)) in [("--method mc --seed 1", "seed"), ("--seed 1", "method")].into_iter().enumerate() {
        bench.expect(0, &format!("run child-at-curb a/scenarios/own.yaml --policy idm --rollouts 300 {how} --out c{k}"));
        assert!(text(&bench.expect(6, &format!("compare a c{k}")).stderr).contains(what));
    }
}

#[test]
fn watched_campaigns_are_compared_at_every_look() {
    let bench = Bench::new();
    let run = |policy: &str, out: &str, more: &str| format!("run {SET} --policy {policy} --seed 11 --out {out} {more}");
    for (policy, out) in [("idm", "a"), ("idm-aeb", "b")] {
        bench.expect(0, &run(policy, out, "--plan watched --rollouts 600"));
        bench.expect(0, &run(policy, &format!("{out}-fixed"), "--rollouts 2048"));
    }
    // At the first look and after an extension, with the counts of campaigns whose budget was set before.
    for rollouts in [600, 2048] {
        for (policy, out) in [("idm", "a"), ("idm-aeb", "b")] {
            bench.expect(0, &run(policy, out, &format!("--plan watched --rollouts {rollouts} --resume")));
        }
        let answer = compared(&bench, 0, "compare a b");
        assert_eq!((&answer["plan"], &answer["verdict"]), (&"watched".into(), &"better".into()));
    }
    let (watched, fixed) = (compared(&bench, 0, "compare a b"), compared(&bench, 0, "compare a-fixed b-fixed"));
    assert_eq!(fixed["plan"], "fixed");
    let both = watched["scenarios"].as_array().unwrap().iter().zip(fixed["scenarios"].as_array().unwrap());
    for (half, fixed) in both.flat_map(|(a, b)| ["hazard", "otherwise"].map(|half| (&a[half], &b[half]))) {
        assert_eq!((&half["only_a"], &half["only_b"]), (&fixed["only_a"], &fixed["only_b"]));
        let wider = |key: &str| half["difference"][key].as_f64().unwrap() - fixed["difference"][key].as_f64().unwrap();
        assert!(wider("lower") < 0.0 && wider("upper") > 0.0, "{half}");
        assert!(half["p_value"].as_f64() >= fixed["p_value"].as_f64(), "{half}");
        assert_eq!(half["difference"]["interval"], "confidence-sequence");
    }
    // Another plan is refused with the command of this one, and what ended when it was decided has no partner.
    let refused = text(&bench.expect(6, "compare a b-fixed").stderr);
    assert!(refused.contains("plan watched and fixed"), "{refused}");
    let command = refused.lines().last().unwrap().trim().strip_prefix("nines ").unwrap().to_owned();
    bench.expect(0, &command);
    bench.expect(0, "compare a b-fixed-paired");
    bench.expect(0, &run("common-sense", "decided", "--nines 1 --rollouts 20k"));
    for line in ["compare decided a", "compare decided decided"] {
        let refused = text(&bench.expect(6, line).stderr);
        assert!(
            refused.contains("decided is incomplete: decided after") && refused.contains("--plan watched --rollouts"),
            "{refused}"
        );
    }
}

#[test]
fn another_scenario_of_the_same_name_is_refused() {
    let bench = Bench::new();
    for (out, limit) in [("a", 9), ("b", 10)] {
        let own =
            format!("schema: nines.scenario/1\nname: own\ntitle: Own\nextends: child-at-curb\nego: {{limit_mps: {limit}}}\n");
        bench.write("own.yaml", &own);
        bench.expect(0, &format!("run ./own.yaml --policy idm --rollouts 300 --seed 1 --out {out}"));
    }
    let refused = text(&bench.expect(6, "compare a b").stderr);
    assert!(refused.contains("own is another scenario in B") && refused.contains("nines run a/scenarios/own.yaml"), "{refused}");
}

#[test]
fn degenerate_policies_are_worse() {
    let bench = Bench::new();
    run(&bench, "idm-aeb", "a");
    for policy in ["parked", "creeping", "nan", "panic"] {
        run(&bench, policy, policy);
        let answer = compared(&bench, 1, &format!("compare a {policy} --margin 1.5"));
        for scenario in answer["scenarios"].as_array().unwrap() {
            assert_eq!(scenario["verdict"], "worse", "{policy}");
            assert_eq!(scenario["otherwise"]["verdict"], "worse", "{policy}");
        }
    }
}

#[test]
fn who_parks_is_no_improvement_where_nobody_has_to_arrive() {
    let bench = Bench::new();
    let own = "schema: nines.scenario/1\nname: own\ntitle: Own\nextends: child-at-curb\ncriteria: {leave_out: [no_progress]}\n";
    bench.write("own.yaml", own);
    for policy in ["idm", "parked", "common-sense"] {
        bench.expect(0, &format!("run ./own.yaml --policy {policy} --rollouts 2k --seed 1 --out {policy}"));
    }
    let failed =
        |policy: &str| json(&bench.path(&format!("{policy}/summary.json")))["scenarios"][0]["hazard"]["failures"].as_u64();
    assert!(failed("parked") < failed("idm"), "else nothing is asked here");
    let parked = bench.expect(3, "compare idm parked");
    assert!(text(&parked.stdout).contains("in doubt") && !text(&parked.stdout).contains("better"), "{}", text(&parked.stdout));
    assert!(text(&parked.stderr).contains("B did not reach the end in 2,000 of 2,000 rollouts"), "{}", text(&parked.stderr));
    assert_eq!(compared(&bench, 3, "compare idm parked --margin 5")["margin"]["shown"], false);
    // A policy that arrives and fails less is one.
    assert_eq!(compared(&bench, 0, "compare idm common-sense")["verdict"], "better");
}

#[test]
fn what_did_not_come_to_its_end_is_not_compared() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 2k --seed 1 --out a");
    bench.expect(0, "run child-at-curb --policy nan --rollouts 2k --seed 1 --max-faults 10 --out b");
    for line in ["compare a b", "compare b a", "compare b b"] {
        let refused = text(&bench.expect(6, line).stderr);
        assert!(refused.contains("b is incomplete: stopped after 256 of 2,000 rollouts"), "{refused}");
    }
    let a = open(&bench.path("a")).unwrap();
    for status in [Status::Interrupted, Status::Partial, Status::Decided] {
        let mut cut = a.clone();
        cut.summary.status = status;
        for pair in [[&a, &cut], [&cut, &a]] {
            let refused = compare(pair[0], pair[1], None, 1, &mut |_| {});
            assert!(matches!(refused, Err(CompareError::Incomplete { .. })), "{refused:?}");
        }
    }
    fs::write(bench.path("a/scenarios/child-at-curb.yaml"), "").unwrap();
    bench.expect(6, "compare a a");
    bench.expect(6, "compare nowhere a");
}

#[test]
fn who_depends_on_its_batch_is_no_improvement() {
    let bench = Bench::new();
    run(&bench, "idm", "a");
    run(&bench, "idm-aeb", "b");
    let (a, b) = (open(&bench.path("a")).unwrap(), open(&bench.path("b")).unwrap());
    let answer = |b: &nines::campaign::Campaign| -> Compare { compare(&a, b, None, 1, &mut |_| {}).unwrap() };
    assert_eq!(answer(&b).verdict, CompareVerdict::Better);
    let mut dependent = b.clone();
    for scenario in &mut dependent.summary.scenarios {
        scenario.hazard.probability.diagnostics.ok = false;
        scenario.hazard.probability.diagnostics.warnings = vec!["batch-dependent".into()];
    }
    let doubted = answer(&dependent);
    assert_eq!(doubted.verdict, CompareVerdict::NotToldApart);
    assert!(doubted.scenarios.iter().all(|s| s.verdict == CompareVerdict::NotToldApart && s.doubt.is_some()));
}

#[test]
fn failures_that_are_no_rows_are_driven_again() {
    let bench = Bench::new();
    // All fail: from 100,000 on only some are rows.
    for (policy, out) in [("nan", "a"), ("idm", "b")] {
        bench.expect(0, &format!("run child-at-curb --policy {policy} --rollouts 103k --seed 1 --out {out}"));
    }
    for (line, other, only) in [("compare a b", "b", "only_a"), ("compare b a", "a", "only_b")] {
        let exit = i32::from(other == "a");
        let answer = compared(&bench, exit, line);
        assert!(answer["driven_again"].as_u64().unwrap() > 0);
        let hazard = &answer["scenarios"][0]["hazard"];
        let failed = json(&bench.path("b/summary.json"))["scenarios"][0]["hazard"]["failures"].as_u64().unwrap();
        assert_eq!((hazard["both"].as_u64(), hazard["neither"].as_u64()), (Some(failed), Some(0)));
        assert_eq!(hazard[only].as_u64(), Some(51_500 - failed));
    }
    // Where the policy of the rows is not this program's, who failed what cannot be found out.
    let (mut a, b) = (open(&bench.path("a")).unwrap(), open(&bench.path("b")).unwrap());
    a.record.policy.fingerprint = "sha256:0".into();
    let refused = compare(&a, &b, None, 1, &mut |_| {});
    assert!(matches!(refused, Err(CompareError::OtherPolicy { .. })), "{refused:?}");
}

#[test]
fn regressions_are_annotated() {
    let bench = Bench::new();
    run(&bench, "idm-aeb", "a");
    run(&bench, "idm", "b");
    let mut command = bench.command("compare a b --format github");
    let output = command.env("GITHUB_STEP_SUMMARY", bench.path("step.md")).output().unwrap();
    let said = text(&output.stdout);
    assert!(said.starts_with("::error title=") && said.contains("::worse given the hazard: B alone failed "), "{said}");
    assert!(said.contains("%0Anines replay b child-at-curb/"), "{said}");
    assert!(fs::read_to_string(bench.path("step.md")).unwrap().contains("| child-at-curb | worse | "));
}
