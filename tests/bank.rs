//! The bank of failures: what is kept drives again to the bit, and what is damaged is named.

mod common;

use common::{Bench, text};
use serde_json::Value;
use std::fs;

fn json(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The only case of a bank.
fn only(bench: &Bench) -> std::path::PathBuf {
    let mut files = fs::read_dir(bench.path("bank")).unwrap().map(|file| file.unwrap().path());
    files.find(|path| path.extension().is_some_and(|e| e == "yaml")).unwrap()
}

#[test]
fn a_case_is_the_rollout_to_the_bit_without_the_campaign_and_without_the_catalogue() {
    let bench = Bench::new();
    bench.expect(0, "scenario new mine");
    bench.expect(0, "run ./mine.yaml --policy idm --rollouts 600 --out a");
    bench.expect(0, "bank add a mine/worst");
    let replayed = text(&bench.expect(0, "replay a mine/worst").stdout);
    fs::remove_dir_all(bench.path("a")).unwrap();
    fs::remove_file(bench.path("mine.yaml")).unwrap();
    let bank = json(&bench.expect(1, "bank run --policy idm --format json"));
    let case = &bank["cases"][0];
    // The same policy leaves the same trace, or a note would say that it does not.
    assert_eq!((case["margin"].clone(), case["notes"].clone()), (case["failed_margin"].clone(), serde_json::json!([])));
    assert!(replayed.contains(&format!("margin {:.3}", case["margin"].as_f64().unwrap())), "{replayed}");
    let text_of = fs::read_to_string(only(&bench)).unwrap();
    fs::write(only(&bench), text_of.replacen("digest: \"", "digest: \"f", 1)).unwrap();
    let other = json(&bench.expect(1, "bank run --policy idm --format json"));
    assert_eq!(other["cases"][0]["notes"], serde_json::json!(["the same policy drives it otherwise now"]));
    fs::write(only(&bench), text_of.replacen("rollout: ", "rollout: 2", 1)).unwrap();
    // Of this program the world is another one only where the file was changed; another program may draw otherwise.
    assert!(text(&bench.expect(5, "bank list").stderr).contains("it was changed: "));
    let older = text_of.replacen("nines_version: \"", "nines_version: \"0.0.", 1);
    fs::write(only(&bench), older.replacen("rollout: ", "rollout: 2", 1)).unwrap();
    let other = json(&bench.expect(0, "bank list --format json"));
    assert!(other["cases"][0]["notes"][0].as_str().unwrap().starts_with("no longer the world that failed"), "{other}");
}

#[test]
fn a_policy_passes_or_fails_what_another_one_failed() {
    let bench = Bench::new();
    assert!(text(&bench.expect(4, "bank list").stderr).contains("there is no case in bank"));
    bench.expect(4, "bank run --policy idm");
    bench.expect(0, "run child-at-curb red-light-runner --policy idm --rollouts 1k --out a");
    bench.expect(0, "bank add a --modes");
    let again = text(&bench.expect(0, "bank add a --modes").stdout);
    assert!(again.starts_with("0 cases kept, "), "{again}");
    let failed = bench.expect(1, "bank run --policy idm --junit bank.xml");
    assert!(
        text(&failed.stdout).ends_with(" cases\n") && text(&failed.stdout).contains("✗ idm fails"),
        "{}",
        text(&failed.stdout)
    );
    let xml = fs::read_to_string(bench.path("bank.xml")).unwrap();
    assert!(xml.contains("type=\"came-back\"") && xml.contains("classname=\"child-at-curb\""), "{xml}");
    let bank = json(&bench.nines("bank run --policy common-sense --format json"));
    let verdicts: Vec<&str> = bank["cases"].as_array().unwrap().iter().map(|c| c["verdict"].as_str().unwrap()).collect();
    assert_eq!(bank["failed"], verdicts.iter().filter(|v| **v != "pass").count());
    assert!(verdicts.contains(&"pass"), "{verdicts:?}");
    let schema: Value = json(&bench.expect(0, "schema bank"));
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&bank));
    let mut command = bench.command("bank run --policy idm --format github");
    let output = command.env("GITHUB_STEP_SUMMARY", bench.path("step.md")).output().unwrap();
    assert!(text(&output.stdout).starts_with("::error file=bank/child-at-curb-"), "{}", text(&output.stdout));
    assert!(fs::read_to_string(bench.path("step.md")).unwrap().contains("## nines bank"));
}

#[test]
fn a_policy_that_panics_fails_every_case() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 600 --out a");
    bench.expect(0, "bank add a child-at-curb/first child-at-curb/worst");
    let bank = json(&bench.expect(1, "bank run --policy panic --format json"));
    assert!(bank["cases"].as_array().unwrap().iter().all(|c| c["verdict"] == "fault"), "{bank}");
}

#[test]
fn what_a_search_chose_is_kept_with_its_point_and_noise() {
    let bench = Bench::new();
    // What a subset simulation ends with is moved: its noise is put together from that of several rollouts.
    bench.expect(0, "run cut-out-reveal --policy common-sense --method subset --seed 3 --rollouts 20k --out s");
    bench.expect(0, "bank add s cut-out-reveal/worst");
    let case = fs::read_to_string(only(&bench)).unwrap();
    assert!(case.contains("\nmoved:\n  point: [") && !case.contains("lineage: []"), "{case}");
    let bank = json(&bench.expect(1, "bank run --policy common-sense --format json"));
    assert_eq!(bank["cases"][0]["margin"], bank["cases"][0]["failed_margin"]);
    assert_eq!(bank["cases"][0]["notes"], serde_json::json!([]));
}

#[test]
fn what_passed_or_is_not_there_is_not_kept() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy common-sense --rollouts 300 --out a");
    assert!(text(&bench.expect(4, "bank add a child-at-curb/0").stderr).contains("child-at-curb/0 passed"));
    bench.expect(4, "bank add a no-such/1");
    bench.expect(2, "bank add a child-at-curb");
    bench.expect(2, "bank add a");
    assert!(!bench.path("bank").exists());
}

#[test]
fn all_failures_are_kept_or_none() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --seed 5 --out a");
    let rows = nines::store::read_rows(&bench.path("a/rollouts/child-at-curb/part-000000.parquet")).unwrap();
    let passed = rows.iter().find(|row| row.verdict == "pass").unwrap().rollout;
    bench.expect(4, &format!("bank add a child-at-curb/first child-at-curb/{passed}"));
    assert!(!bench.path("bank").exists());
    let all = text(&bench.expect(2, "bank run --policy all").stderr);
    assert!(all.contains("`nines run` alone"), "{all}");
}

#[test]
fn many_cases_of_one_kind_are_warned_of() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 600 --out a");
    let failures: Vec<String> = (0..10).map(|k| format!("child-at-curb/{}", 2 * k + 1)).collect();
    // `idm` expects nobody: given the hazard it nearly always fails.
    let failed = failures.iter().filter(|f| bench.nines(&format!("bank add a {f}")).status.code() == Some(0)).count();
    assert!(failed >= 8, "{failed}");
    let said = text(&bench.expect(0, "bank list").stderr);
    assert!(said.contains("warning: the bank collapses"), "{said}");
    let bank = json(&bench.expect(0, "bank list --format json"));
    assert!(bank["kinds"].as_f64().unwrap() < 2.5 && bank["warnings"].as_array().unwrap().len() == 1, "{bank}");
}

#[test]
fn damage_is_named_with_file_and_line() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --out a");
    bench.expect(0, "bank add a child-at-curb/worst");
    let path = only(&bench);
    let whole = fs::read_to_string(&path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    for (from, to, says) in [
        ("seed: ", "seeds: ", "line 7"),
        ("seed: ", "seed: x", "line 7"),
        ("rollout: ", "rollout: 99999999999999999", "line 8"),
        ("sampling: stratified", "sampling: often", "line 9: `sampling` is neither"),
        ("scenario: child-at-curb", "scenario: ../../etc/passwd", "line 3: `scenario` is no name"),
        ("intent=dashing", "intent=flying", "has no latent states `intent=flying`"),
        ("margin: -", "margin: .nan #", "line 17: `margin` is no number"),
        ("margin: -", "margin: ", "line 17: `margin` is above 0"),
        ("cause: collision", "cause: \"<b>\"", "line 16: `cause` is no criterion"),
        ("policy: \"idm", "policy: \"\\u001b[2Jidm", "`policy` holds control characters"),
        ("world: ", "moved: {point: [0.0], lineage: []}\nworld: ", "its point has not the"),
        ("scenario_file: \"sha256:", "scenario_file: \"sha256:g", "line 5: `scenario_file`"),
        ("intent=dashing", "intent=playing", "it was changed: rollout "),
        ("world: \"", "world: \"0", "it was changed: `world` is not that of its seed"),
        ("failed:\n", "failed: [\n", "line"),
    ] {
        assert!(whole.contains(from), "{from}");
        fs::write(&path, whole.replacen(from, to, 1)).unwrap();
        let error = text(&bench.expect(5, "bank run --policy idm").stderr);
        assert!(error.contains(&name) && error.contains(says), "{from} -> {to}: {error}");
    }
    fs::write(&path, whole.replacen("nines.case/1", "nines.case/2", 1)).unwrap();
    bench.expect(6, "bank list");
    // Half a file, and bytes that are no text.
    for cut in (0..whole.len()).step_by(61) {
        fs::write(&path, &whole.as_bytes()[..cut]).unwrap();
        bench.expect(5, "bank list");
    }
    fs::write(&path, b"\xff\xfe\x00").unwrap();
    bench.expect(5, "bank list");
    fs::write(&path, &whole).unwrap();
    let scenario = fs::read_dir(bench.path("bank/scenarios")).unwrap().next().unwrap().unwrap().path();
    let text_of = fs::read_to_string(&scenario).unwrap();
    fs::write(&scenario, text_of + "\n").unwrap();
    assert!(text(&bench.expect(5, "bank list").stderr).contains("its scenario was changed"));
}
