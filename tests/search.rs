//! Methods that search for rare failures: what they store, how they go on, and that they find what random sampling finds.

mod common;

use common::{Bench, assert_equal, json, text};
use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

const RUN: &str = "run cut-out-reveal --policy common-sense --seed 4 --rollouts 20k";

#[test]
fn a_search_gives_the_same_bytes_on_any_threads_and_passes_its_own_checks() {
    let bench = Bench::new();
    for method in ["qmc", "neyman", "ce", "subset", "auto"] {
        bench.expect(0, &format!("{RUN} --method {method} --threads 1 --out {method}-a"));
        bench.expect(0, &format!("{RUN} --method {method} --threads 2 --batch 7 --out {method}-b"));
        assert_equal(&bench.path(&format!("{method}-a")), &bench.path(&format!("{method}-b")));
        bench.expect(0, &format!("verify {method}-a"));
        let summary = json(&bench.path(&format!("{method}-a/summary.json")));
        let scenario = &summary["scenarios"][0];
        assert_eq!(scenario["hazard"]["probability"]["kind"], "estimated", "{method}");
        assert_eq!(scenario["nines"]["demonstrated"], 0.0, "{method}");
        assert_eq!(scenario["search"]["evaluations"], scenario["evaluations"]);
        assert!(scenario["evaluations"].as_u64().unwrap() <= 10_000, "the other half of the budget has no hazard");
        assert!(scenario["hazard"]["probability"]["reach"].as_f64().unwrap() > 0.0);
    }
}

/// One figure per method against 200,000 rollouts with the hazard drawn at random. The limits are set so wide (six standard errors) that
/// the seeds do not matter.
#[test]
fn searches_find_what_random_sampling_finds() {
    let bench = Bench::new();
    bench.expect(0, "run cut-out-reveal --policy common-sense --seed 1 --rollouts 200k --out drawn");
    let probability = |out: &str| {
        let summary = json(&bench.path(&format!("{out}/summary.json")));
        let of = summary["scenarios"][0]["hazard"]["probability"].clone();
        let number = |key: &str| of[key].as_f64().unwrap();
        (number("estimate"), (number("upper") / number("lower")).ln() / 4.0)
    };
    let (drawn, drawn_error) = probability("drawn");
    for method in ["qmc", "neyman", "ce", "subset", "auto"] {
        bench.expect(
            0,
            &format!("run cut-out-reveal --policy common-sense --seed 5 --rollouts 40k --method {method} --out {method}"),
        );
        let (found, error) = probability(method);
        let apart = (found / drawn).ln().abs() / error.hypot(drawn_error);
        assert!(apart < 6.0, "{method}: {found} and {drawn} are {apart} standard errors apart");
    }
}

#[test]
fn what_a_search_chose_comes_out_again_and_a_changed_margin_is_noticed() {
    let bench = Bench::new();
    bench.expect(0, &format!("{RUN} --method ce --out a"));
    for which in ["first", "worst"] {
        let said = text(&bench.expect(0, &format!("replay a cut-out-reveal/{which}")).stdout);
        assert!(said.contains("to the bit"), "{said}");
    }
    // An odd index was chosen; without its row nobody knows what it was.
    let none = bench.expect(4, "replay a cut-out-reveal/99999");
    assert!(text(&none.stderr).contains("has no rollout 99999"), "{}", text(&none.stderr));
    let path = bench.path("a/searches/cut-out-reveal.parquet");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    bench.expect(6, "verify a");
    bench.expect(6, "gate a --nines 1");
    // It is made again, without the rest.
    bench.expect(0, &format!("{RUN} --method ce --out a --resume"));
    bench.expect(0, "verify a");
    bench.expect(0, &format!("{RUN} --method ce --out b"));
    assert_equal(&bench.path("a"), &bench.path("b"));
}

#[test]
fn a_killed_search_goes_on_where_it_was() {
    let bench = Bench::new();
    let run = "run cut-out-reveal shed-load-ahead --policy common-sense --seed 3 --rollouts 60k --method subset";
    bench.expect(0, &format!("{run} --out a"));
    let mut command = bench.command(&format!("{run} --out b --progress none"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let work = bench.path("b/.work/cut-out-reveal");
    while !fs::read_dir(&work)
        .is_ok_and(|mut files| files.any(|f| f.is_ok_and(|f| f.path().extension().is_some_and(|e| e == "work"))))
    {
        sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    bench.expect(0, &format!("{run} --out b --resume"));
    assert_equal(&bench.path("a"), &bench.path("b"));
    assert!(!bench.path("b/.work").exists());
    bench.expect(0, "verify b");
}

#[test]
fn a_gate_takes_a_search_only_when_asked_and_then_with_its_reach() {
    let bench = Bench::new();
    bench.expect(0, "run cut-out-reveal --policy common-sense --seed 3 --rollouts 60k --method ce --out a");
    let undecided = bench.expect(3, "gate a --nines 1");
    assert!(text(&undecided.stderr).contains("--evidence estimated takes it"), "{}", text(&undecided.stderr));
    let shown = bench.expect(0, "gate a --nines 1 --evidence estimated --format json");
    assert!(text(&shown.stderr).contains("if failures lie where the margin leads"), "{}", text(&shown.stderr));
    let gate: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!((&gate["verdict"], &gate["demand"]["evidence"]), (&"demonstrated".into(), &"estimated".into()));
    let summary = json(&bench.path("a/summary.json"));
    let of = |key: &str| summary["scenarios"][0]["hazard"]["probability"][key].as_f64().unwrap();
    let held = gate["scenarios"][0]["upper_with_reach"].as_f64().unwrap();
    assert!((held / of("upper_with_reach") - 1.0).abs() < 1e-9 && held > of("upper"));
    // About 0.006 fail: more than three nines allow.
    bench.expect(1, "gate a --nines 3 --evidence estimated");
    bench.expect(3, "gate a --nines 1 --per encounter");
    bench.expect(0, "gate a --nines 1 --per encounter --evidence estimated");
}

/// Subset simulation moves the noise of a rollout together with its parameters; what is stored is enough to drive it again.
#[test]
fn moved_noise_is_stored_and_comes_out_again() {
    let bench = Bench::new();
    bench.expect(0, "run ball-between-cars --policy common-sense --seed 3 --rollouts 60k --method subset --out a");
    bench.expect(0, "verify a");
    let said = text(&bench.expect(0, "replay a ball-between-cars/worst").stdout);
    assert!(said.contains("to the bit"), "{said}");
    let rows = nines::store::read_rows(&bench.path("a/rollouts/ball-between-cars/part-000000.parquet")).unwrap();
    let moved = rows.iter().filter(|row| row.verdict == "fail" && !row.lineage.is_empty()).count();
    assert!(moved > 100, "most failures of a search lie in its last levels: {moved}");
    assert!(
        rows.iter()
            .all(|row| row.lineage.is_empty() || (row.lineage[0].1 == 0.0 && row.lineage.last().unwrap().0 == row.rollout))
    );
}

#[test]
fn a_search_for_one_criterion_decides_nothing_and_says_so() {
    let bench = Bench::new();
    bench.expect(
        0,
        "run cut-out-reveal --policy common-sense --seed 3 --rollouts 20k --method ce --limit-state collision --out a",
    );
    let gate = bench.expect(3, "gate a --nines 1 --evidence estimated");
    assert!(text(&gate.stderr).contains("looked for collision alone"), "{}", text(&gate.stderr));
    bench.expect(0, "verify a");
    // So short a budget ends in plain sampling, which could demonstrate: but of collisions alone.
    bench.expect(0, "run fog-bank --policy common-sense --seed 3 --rollouts 1k --method auto --limit-state collision --out b");
    let scenario = json(&bench.path("b/summary.json"))["scenarios"][0].clone();
    assert_eq!((&scenario["search"]["method"], &scenario["nines"]["demonstrated"]), (&"mc".into(), &0.0.into()));
    for evidence in ["demonstrated", "estimated"] {
        bench.expect(3, &format!("gate b --nines 1 --evidence {evidence}"));
    }
}

/// Who parks fails everywhere, by every method.
#[test]
fn a_search_does_not_make_a_bad_policy_look_good() {
    let bench = Bench::new();
    for policy in ["parked", "nan"] {
        for method in ["auto", "ce", "qmc"] {
            let out = format!("{policy}-{method}");
            bench.expect(0, &format!("run child-at-curb --policy {policy} --method {method} --rollouts 4k --out {out}"));
            for evidence in ["demonstrated", "estimated"] {
                let gate = bench.nines(&format!("gate {out} --nines 1 --evidence {evidence}"));
                assert_ne!(gate.status.code(), Some(0), "{out} {evidence}: {}", text(&gate.stdout));
            }
            let summary = json(&bench.path(&format!("{out}/summary.json")));
            assert_eq!(summary["scenarios"][0]["nines"]["demonstrated"], 0.0, "{out}");
        }
    }
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let bench = Bench::new();
    for (line, says) in [
        ("run child-at-curb --policy idm --method ce --plan watched", "looked at once"),
        ("run child-at-curb --policy idm --method auto --nines 2", "looked at once"),
        ("run child-at-curb --policy idm --limit-state collision", "counts whatever fails"),
        ("run child-at-curb --policy idm --method ce --limit-state colision", "did you mean `collision`"),
        ("run child-at-curb --policy idm --method ce --limit-state red_light", "does not fail by red_light"),
        ("run child-at-curb --policy idm --method ce --relative-error 0", "from 0.01 to 1"),
    ] {
        let said = text(&bench.expect(2, line).stderr);
        assert!(said.contains(says), "{line}: {said}");
    }
    let run = "run child-at-curb --policy idm --seed 1 --rollouts 4k --method qmc";
    bench.expect(0, &format!("{run} --out a"));
    bench.expect(0, &format!("{run} --out b"));
    let said = text(&bench.expect(6, "compare a b").stderr);
    assert!(said.contains("chooses its points by what fails"), "{said}");
}
