//! Campaigns that are watched: extended, ended once the nines asked for are decided, ended by time.

mod common;

use common::{Bench, assert_equal, json, results, text};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

const RUN: &str = "run child-at-curb cut-in-short-headway --policy common-sense --progress none";

/// The same rollouts, rows and figures: only `campaign.json` tells that there were several budgets, and what names it.
#[track_caller]
fn assert_same_rollouts(a: &Path, b: &Path) {
    let (mut a, mut b) = (results(a), results(b));
    for results in [&mut a, &mut b] {
        results.remove("campaign.json");
        results.remove("manifest.json");
        let mut summary: Value = serde_json::from_slice(&results["summary.json"]).unwrap();
        summary["campaign"] = Value::Null;
        results.insert("summary.json".into(), summary.to_string().into_bytes());
    }
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    let differing: Vec<_> = a.iter().filter(|(name, bytes)| b[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(differing.is_empty(), "these differ: {differing:?}");
}

fn status(summary: &Path) -> Value {
    json(summary)["status"].clone()
}

#[test]
fn an_extended_campaign_has_the_rollouts_of_a_larger_one() {
    let bench = Bench::new();
    let run = format!("{RUN} --plan watched");
    bench.expect(0, &format!("{run} --rollouts 3000 --out whole"));
    // Within a chunk, at the end of one, and again: on one thread and on two.
    for (out, threads) in [("a", 1), ("b", 2)] {
        for rollouts in [600, 1024, 3000] {
            bench.expect(0, &format!("{run} --rollouts {rollouts} --out {out} --resume --threads {threads}"));
            bench.expect(0, &format!("verify {out}"));
        }
        assert_same_rollouts(&bench.path("whole"), &bench.path(out));
        let scenario = &json(&bench.path(&format!("{out}/campaign.json")))["scenarios"][0];
        assert_eq!((&scenario["rollouts"], &scenario["budgets"]), (&json!(3000), &json!([600, 1024, 3000])));
    }
    assert_equal(&bench.path("a"), &bench.path("b"));
    // Nothing more is asked for; less, or something else, is refused and leaves it as it is.
    let log = fs::read(bench.path("a/log.jsonl")).unwrap();
    bench.expect(0, &format!("{run} --rollouts 3000 --out a --resume"));
    let less = text(&bench.expect(6, &format!("{run} --rollouts 900 --out a --resume")).stderr);
    assert!(less.contains("3000 there, 900 asked for") && less.contains("more --rollouts"), "{less}");
    let other = text(&bench.expect(6, &format!("{RUN} --nines 3 --rollouts 5000 --out a --resume")).stderr);
    assert!(other.contains("nines: null there, 3 asked for"), "{other}");
    bench.expect(6, &format!("{run} --rollouts 5000 --confidence 0.9 --out a --resume"));
    assert_eq!(fs::read(bench.path("a/log.jsonl")).unwrap(), log);
    assert_equal(&bench.path("a"), &bench.path("b"));
}

#[test]
fn work_that_is_gone_is_driven_again_and_damage_is_mended() {
    let bench = Bench::new();
    let run = format!("{RUN} --plan watched --out a --resume");
    bench.expect(0, &format!("{RUN} --plan watched --rollouts 1500 --out whole"));
    bench.expect(0, &format!("{run} --rollouts 700"));
    fs::remove_dir_all(bench.path("a/.work")).unwrap();
    bench.expect(0, &format!("{run} --rollouts 1500"));
    assert_same_rollouts(&bench.path("whole"), &bench.path("a"));
    for lost in [true, false] {
        let path = bench.path("a/rollouts/child-at-curb/part-000000.parquet");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        if lost {
            fs::remove_dir_all(bench.path("a/.work")).unwrap();
        }
        bench.expect(6, "gate a --nines 1");
        bench.expect(0, &format!("{run} --rollouts 1500"));
        assert_same_rollouts(&bench.path("whole"), &bench.path("a"));
    }
    let surplus = bench.path("a/rollouts/child-at-curb/part-000001.parquet");
    fs::write(&surplus, "mine").unwrap();
    assert!(text(&bench.expect(6, &format!("{run} --rollouts 1500")).stderr).contains("(surplus)"));
}

#[test]
fn an_extension_that_is_killed_goes_on_and_answers_nothing_until_then() {
    let bench = Bench::new();
    let run = format!("{RUN} --plan watched --seed 3");
    bench.expect(0, &format!("{run} --rollouts 30k --out whole"));
    bench.expect(0, &format!("{run} --rollouts 700 --out a"));
    let mut command = bench.command(&format!("{run} --rollouts 30k --out a --resume"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while bench.path("a/summary.json").exists() && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(500));
    child.kill().unwrap();
    child.wait().unwrap();
    if !bench.path("a/summary.json").exists() {
        assert!(text(&bench.expect(6, "gate a --nines 1").stderr).contains("unfinished"));
    }
    bench.expect(0, &format!("{run} --rollouts 30k --out a --resume --threads 1"));
    assert_same_rollouts(&bench.path("whole"), &bench.path("a"));
}

#[test]
fn limits_of_a_watched_campaign_are_those_of_the_sequence() {
    let bench = Bench::new();
    for (options, p0) in [("--plan watched", 1e-4), ("--nines 6", 1e-6)] {
        let out = options.replace(['-', ' '], "");
        bench.nines(&format!("run cut-in-short-headway --policy common-sense --rollouts 4000 {options} --out {out}"));
        let summary = json(&bench.path(&format!("{out}/summary.json")));
        assert_eq!(summary["plan"], "watched");
        let hazard = &summary["scenarios"][0]["hazard"];
        assert_eq!(
            (&hazard["rollouts"], &hazard["failures"]),
            (&json!(2000), &json!(0)),
            "the closed form is that of no failure"
        );
        let upper = |alpha: f64| 1.0 - (alpha / (1.0 + 2000.0 * p0)).powf(1.0 / 2000.0);
        for (key, alpha) in [("upper", 0.025), ("one_sided_upper", 0.05)] {
            let got = hazard["probability"][key].as_f64().unwrap();
            assert!((got / upper(alpha) - 1.0).abs() < 1e-9, "{options} {key}: {got}");
        }
        assert_eq!(hazard["probability"]["interval"], "confidence-sequence");
        assert_eq!(summary["scenarios"][0]["probability"]["interval"], "confidence-sequence");
        let gate: Value = serde_json::from_slice(&bench.nines(&format!("gate {out} --nines 6 --format json")).stdout).unwrap();
        assert_eq!(gate["scenarios"][0]["one_sided_upper"], hazard["probability"]["one_sided_upper"]);
        assert_eq!(gate["demand"]["registered"], p0 == 1e-6);
    }
    // Points are those of every watched campaign of these scenarios, and others than those of a fixed one.
    let seed = |out: &str| json(&bench.path(&format!("{out}/summary.json")))["seed"].clone();
    bench.expect(0, "run cut-in-short-headway --policy common-sense --rollouts 4000 --out fixed");
    assert_eq!(seed("planwatched"), seed("nines6"));
    assert_ne!(seed("planwatched"), seed("fixed"));
}

#[test]
fn a_scenario_ends_once_its_nines_are_decided_whatever_the_threads_and_the_budget() {
    let bench = Bench::new();
    let run = format!("{RUN} --nines 2");
    for (out, threads) in [("a", 1), ("b", 2)] {
        let stdout = text(&bench.expect(0, &format!("{run} --rollouts 20k --threads {threads} --out {out}")).stdout);
        assert!(stdout.lines().last().unwrap().contains("demonstrated by all 2"), "{stdout}");
    }
    assert_equal(&bench.path("a"), &bench.path("b"));
    // The demand on record is asked for where no other is.
    let asked: Value = serde_json::from_slice(&bench.expect(0, "gate a --format json").stdout).unwrap();
    assert_eq!((&asked["demand"]["nines"], &asked["demand"]["registered"]), (&json!(2), &json!(true)));
    assert!(!text(&bench.expect(0, "gate a --nines 2").stderr).contains("registered"));
    assert!(text(&bench.nines("gate a --nines 1").stderr).contains("not the demand registered before the run"));
    bench.expect(2, "gate a --per encounter");
    bench.expect(0, "verify a");
    let summary = json(&bench.path("a/summary.json"));
    assert_eq!(summary["status"], "decided");
    for scenario in summary["scenarios"].as_array().unwrap() {
        let rollouts = scenario["rollouts"].as_u64().unwrap();
        assert!(rollouts < 20_000 && rollouts.is_multiple_of(256) && scenario["status"] == "decided", "{rollouts}");
    }
    // A larger budget changes nothing in what is decided, and killed runs end at the same chunk.
    bench.expect(0, &format!("{run} --rollouts 40k --out a --resume"));
    assert_same_rollouts(&bench.path("a"), &bench.path("b"));
    let mut command = bench.command(&format!("{run} --rollouts 20k --out c"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(Duration::from_millis(300));
    child.kill().unwrap();
    child.wait().unwrap();
    bench.expect(0, &format!("{run} --rollouts 20k --out c --resume"));
    assert_equal(&bench.path("b"), &bench.path("c"));
}

#[test]
fn the_exit_code_is_that_of_the_gate() {
    let bench = Bench::new();
    for (code, policy, nines, rollouts, ended) in [
        (1, "parked", 1, "20k", "decided"),
        (1, "nan", 1, "20k", "decided"),
        (3, "common-sense", 5, "600", "complete"),
        (0, "common-sense", 1, "20k", "decided"),
    ] {
        let out = format!("{policy}-{nines}");
        let run = format!("run cut-in-short-headway --policy {policy} --nines {nines} --rollouts {rollouts} --format json");
        let output = bench.expect(code, &format!("{run} --out {out}"));
        assert_eq!(output.stdout, fs::read(bench.path(&format!("{out}/summary.json"))).unwrap(), "exactly summary.json");
        assert_eq!(status(&bench.path(&format!("{out}/summary.json"))), ended);
        bench.expect(code, &format!("gate {out} --nines {nines}"));
        // Finished: the same answer without driving.
        bench.expect(code, &format!("{run} --out {out} --resume"));
    }
}

#[test]
fn what_is_undecided_goes_on_with_a_larger_budget() {
    let bench = Bench::new();
    let run = "run cut-in-short-headway --policy common-sense --nines 2";
    bench.expect(3, &format!("{run} --rollouts 300 --out a"));
    bench.expect(0, &format!("{run} --rollouts 20k --out a --resume"));
    bench.expect(0, &format!("{run} --rollouts 20k --out whole"));
    assert_same_rollouts(&bench.path("a"), &bench.path("whole"));
}

#[cfg(unix)]
#[test]
fn a_campaign_that_was_stopped_is_never_a_yes() {
    let bench = Bench::new();
    let mut command = bench.command("run cut-in-short-headway --policy common-sense --nines 6 --rollouts 10M --out a");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // On a busy machine the first part of the work may take long.
    let work = bench.path("a/.work/cut-in-short-headway");
    while fs::read_dir(&work).map_or(0, |files| files.count()) == 0 && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(20));
    }
    // Twice at once, as `timeout` does: that is one wish.
    for _ in 0..2 {
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    assert_eq!(status(&bench.path("a/summary.json")), "interrupted");
    // Its limit shows one nine by now, and the gate still does not say so.
    let summary = json(&bench.path("a/summary.json"));
    assert!(summary["scenarios"][0]["nines"]["demonstrated"].as_f64().unwrap() > 1.0);
    bench.expect(3, "gate a --nines 1");
    let faults = "run cut-in-short-headway child-at-curb --policy nan --nines 1 --max-faults 10 --rollouts 20k --out b";
    bench.expect(1, faults);
    assert_eq!(status(&bench.path("b/summary.json")), "stopped");
    assert_eq!(json(&bench.path("b/summary.json"))["totals"]["rollouts"], 256, "the second scenario is not driven");
}

#[test]
fn a_timed_run_has_the_bytes_of_the_command_that_it_prints() {
    let bench = Bench::new();
    let stderr = text(&bench.expect(0, &format!("{RUN} --time 700ms --out a")).stderr);
    let again = stderr.lines().find_map(|line| line.trim().strip_prefix("again ")).unwrap_or_else(|| panic!("{stderr}"));
    let (_, options) = again.split_once(" run ").unwrap();
    assert!(
        options.contains("--plan watched --rollouts ") && !options.contains("--time") && !options.contains("--out"),
        "{again}"
    );
    bench.expect(0, &format!("run {options} --threads 1 --out b"));
    assert_equal(&bench.path("a"), &bench.path("b"));
    bench.expect(0, "verify a");
    assert_eq!(status(&bench.path("a/summary.json")), "complete");
    let rollouts = |out: &str| -> Vec<u64> {
        let scenarios = json(&bench.path(&format!("{out}/summary.json")))["scenarios"].clone();
        scenarios.as_array().unwrap().iter().map(|scenario| scenario["rollouts"].as_u64().unwrap()).collect()
    };
    let first = rollouts("a");
    assert!(first[0] == first[1] && first[0] > 0 && first[0].is_multiple_of(256), "{first:?}");
    // The same time again goes on where it was.
    bench.expect(0, &format!("{RUN} --time 300ms --out a --resume"));
    let second = rollouts("a");
    assert!(second[0] > first[0], "{second:?}");
    bench.expect(0, &format!("{RUN} --plan watched --rollouts {} --out b --resume", second[0]));
    assert_equal(&bench.path("a"), &bench.path("b"));
}

#[test]
fn time_and_nines_and_rollouts_end_a_run_whichever_comes_first() {
    let bench = Bench::new();
    bench.expect(0, &format!("{RUN} --time 10m --nines 1 --out a"));
    assert_eq!(status(&bench.path("a/summary.json")), "decided");
    bench.expect(0, &format!("{RUN} --time 10m --rollouts 1000 --out b"));
    assert_eq!(json(&bench.path("b/summary.json"))["totals"]["rollouts"], 2000);
    bench.expect(0, &format!("{RUN} --plan watched --rollouts 1000 --out c"));
    assert_equal(&bench.path("b"), &bench.path("c"));
}

#[test]
fn what_looks_at_results_excludes_a_fixed_plan() {
    let bench = Bench::new();
    for options in
        ["--nines 3 --plan fixed", "--time 5s --plan fixed", "--time 5", "--time 0s", "--nines 0", "--nines 16", "--plan often"]
    {
        bench.expect(2, &format!("run child-at-curb --policy idm {options}"));
    }
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --plan fixed --out a");
    let refused = text(&bench.expect(6, "run child-at-curb --policy idm --rollouts 600 --plan fixed --out a --resume").stderr);
    assert!(refused.contains("run with --plan watched in another --out"), "{refused}");
    assert!(text(&bench.expect(2, "gate a").stderr).contains("no nines are demanded"));
    assert!(!bench.path("a/.work").exists());
}
