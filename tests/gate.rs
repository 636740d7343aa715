//! The gate: yes, no, or not enough evidence.

mod common;

use common::{Bench, WITH_PRIOR, WITHOUT_PRIOR, json, text};
use std::fs;

#[test]
fn nines_are_demonstrated_up_to_the_limit_and_no_further() {
    let bench = Bench::new();
    bench.expect(0, "run cut-in-short-headway --policy common-sense --rollouts 6k --out a");
    let summary = json(&bench.path("a/summary.json"));
    let scenario = &summary["scenarios"][0];
    let demonstrated = scenario["nines"]["demonstrated"].as_f64().unwrap();
    let upper = scenario["hazard"]["probability"]["one_sided_upper"].as_f64().unwrap();
    assert!((demonstrated + upper.log10()).abs() < 1e-12);
    let whole = demonstrated.floor() as u32;
    assert!(whole >= 1, "{demonstrated}");
    bench.expect(0, &format!("gate a --nines {whole}"));
    let lower = scenario["hazard"]["probability"]["one_sided_lower"].as_f64().unwrap();
    let beyond = if lower > 10f64.powi(-(whole as i32 + 1)) { 1 } else { 3 };
    bench.expect(beyond, &format!("gate a --nines {}", whole + 1));
    assert_eq!(bench.expect(beyond, &format!("gate a --nines {} -qq", whole + 1)).stdout, b"");
}

#[test]
fn without_a_natural_prior_nothing_is_said_per_encounter() {
    let bench = Bench::new();
    bench.expect(0, &format!("run {WITH_PRIOR} {WITHOUT_PRIOR} --policy common-sense --rollouts 6k --seed 4 --out a"));
    let output = bench.expect(3, "gate a --nines 1 --per encounter --format json");
    let gate: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(gate["left_out"], serde_json::json!([WITHOUT_PRIOR]));
    let fresh = bench.expect(3, "gate a --nines 1 --fresh");
    assert!(text(&fresh.stderr).contains("by hand") && fresh.stdout.is_empty());
    let summary = json(&bench.path("a/summary.json"));
    let without = &summary["scenarios"].as_array().unwrap().iter().find(|s| s["name"] == WITHOUT_PRIOR).unwrap();
    assert!(without["probability"].is_null() && without["rate_per_km"].is_null());
    assert_eq!(without["why"], "no-natural-prior");
}

#[test]
fn degenerate_policies_demonstrate_nothing() {
    let bench = Bench::new();
    for policy in ["parked", "creeping", "nan", "panic"] {
        let output = bench.expect(0, &format!("run --policy {policy} --rollouts 256 --hindsight 0 --out {policy}"));
        let summary = json(&bench.path(&format!("{policy}/summary.json")));
        for scenario in summary["scenarios"].as_array().unwrap() {
            let demonstrated = scenario["nines"]["demonstrated"].as_f64().unwrap();
            assert!(demonstrated < 1.0, "{policy} in {}: {demonstrated}", scenario["name"]);
        }
        bench.expect(1, &format!("gate {policy} --nines 1"));
        let faults = summary["totals"]["policy_faults"].as_u64().unwrap();
        assert_eq!(faults > 0, policy == "nan" || policy == "panic", "{policy}: {faults}");
        assert!(!text(&output.stderr).contains("panicked"), "{}", text(&output.stderr));
    }
    let last = text(&bench.expect(0, "run child-at-curb --policy nan --rollouts 300 --out n").stderr);
    assert_eq!(last.lines().last(), Some("every rollout ended in a fault of the policy"));
}

/// Who is not there in time has not driven: everything stands still or crawls, and nothing comes near it.
#[test]
fn who_stands_or_crawls_fails_nearly_everywhere() {
    let bench = Bench::new();
    for (policy, out, most) in [("parked", "parked", 0.05), ("creeping:speed_mps=2", "crawls", 0.65)] {
        bench.expect(0, &format!("run --policy {policy} --rollouts 256 --hindsight 0 --out {out}"));
        let summary = json(&bench.path(&format!("{out}/summary.json")));
        let mut all = Vec::new();
        for scenario in summary["scenarios"].as_array().unwrap() {
            let (name, of) = (&scenario["name"], |key: &str| scenario["hazard"][key].as_f64().unwrap());
            let passed = 1.0 - of("failures") / of("rollouts");
            // Where one lawfully waits for long, who crawls can be in time.
            assert!(passed <= most, "{policy} passes {passed} of {name}");
            all.push(passed);
        }
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        assert!(mean < 0.1, "{policy} passes {mean}");
    }
}

#[test]
fn too_many_faults_stop_the_run_at_the_same_place() {
    let bench = Bench::new();
    for (out, threads) in [("a", 1), ("b", 2)] {
        bench
            .expect(0, &format!("run 'c*' --policy nan --rollouts 5k --max-faults 300 --seed 1 --threads {threads} --out {out}"));
    }
    common::assert_equal(&bench.path("a"), &bench.path("b"));
    let summary = json(&bench.path("a/summary.json"));
    assert_eq!(summary["status"], "stopped");
    assert_eq!(summary["totals"]["rollouts"], 512);
    bench.expect(0, "verify a");
    bench.expect(1, "gate a --nines 1");
}

#[test]
fn answers_are_written_as_junit_and_annotations() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb cut-in-short-headway --policy idm-aeb --rollouts 2k --out a");
    bench.expect(1, "gate a --nines 2 --junit gate.xml");
    let xml = fs::read_to_string(bench.path("gate.xml")).unwrap();
    assert!(
        xml.contains(r#"<failure message="2 nines per hazard refuted: at least"#) && xml.contains(r#"type="refuted""#),
        "{xml}"
    );
    assert!(xml.contains(r#"<property name="per" value="hazard"/>"#) && !xml.contains("<skipped"), "{xml}");
    let mut command = bench.command("gate a --nines 2 --format github");
    let output = command.env("GITHUB_STEP_SUMMARY", bench.path("step.md")).output().unwrap();
    assert!(text(&output.stdout).starts_with("::"), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("%0Anines replay a child-at-curb/"), "{}", text(&output.stdout));
    assert!(fs::read_to_string(bench.path("step.md")).unwrap().contains("| child-at-curb | refuted | "));
}

#[test]
fn damage_comes_before_any_verdict() {
    let bench = Bench::new();
    bench.expect(6, "gate nowhere --nines 1");
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --out a");
    for file in ["scenarios/child-at-curb.yaml", "rollouts/child-at-curb/nearest.parquet", "manifest.json"] {
        let path = bench.path("a").join(file);
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        bench.expect(6, "gate a --nines 1");
        fs::write(&path, bytes).unwrap();
    }
    bench.expect(1, "gate a --nines 1");
    let text = fs::read_to_string(bench.path("a/summary.json")).unwrap();
    fs::write(bench.path("a/summary.json"), text.replacen("nines.summary/1", "nines.summary/2", 1)).unwrap();
    bench.expect(6, "gate a --nines 1");
}

#[test]
fn a_report_is_not_made_of_a_falsified_folder() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --out a");
    bench.expect(0, "report a");
    let path = bench.path("a/summary.json");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole.replacen("\"seed\": ", "\"seed\": 1", 1)).unwrap();
    let refused = text(&bench.expect(6, "report a").stderr);
    assert!(refused.contains("summary.json (damaged)") && !refused.contains("surplus"), "{refused}");
    let replayed = text(&bench.expect(0, "replay a child-at-curb/1").stderr);
    assert!(replayed.contains("warning: a is damaged: summary.json"), "{replayed}");
    fs::write(&path, whole).unwrap();
    fs::write(bench.path("a/rollouts/more"), "").unwrap();
    assert!(text(&bench.expect(6, "report a").stderr).contains("help: remove what is surplus"));
    assert_eq!(text(&bench.expect(0, "replay a child-at-curb/1").stderr), "");
}

#[test]
fn a_killed_run_is_unfinished_and_not_damaged() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --out a");
    fs::remove_file(bench.path("a/summary.json")).unwrap();
    fs::create_dir_all(bench.path("a/.work/child-at-curb")).unwrap();
    for line in ["gate a --nines 1", "report a", "verify a"] {
        let stderr = text(&bench.expect(6, line).stderr);
        assert!(stderr.contains("a is unfinished: summary.json (missing)") && stderr.contains("--resume"), "{stderr}");
    }
}
