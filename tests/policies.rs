//! Policies beyond a name: with wrappers around them, and several in one run.

mod common;

use common::{Bench, json, text};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

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

/// A policy in another process that answers as a built-in one gives the same campaign; its faults are its own, and it is never started
/// again by a folder that somebody else may have written.
#[test]
fn a_policy_in_another_process_gives_the_same() {
    let Some(server) = example_server() else { return };
    let bench = Bench::new();
    let run = "run child-at-curb --rollouts 512 --seed 3 --progress none --threads 2";
    let exec = |options: &str| format!("'exec:{} {options}'", server.display());
    bench.expect(0, &format!("{run} --policy idm-aeb --out native"));
    bench.expect(0, &format!("{run} --policy {} --out remote --batch 100", exec("--policy idm-aeb")));
    let [native, remote] = ["native", "remote"].map(|dir| json(&bench.path(dir).join("summary.json")));
    assert_eq!(native["scenarios"], remote["scenarios"]);
    assert_eq!((&remote["policy"]["kind"], &remote["reproducible"]), (&"grpc".into(), &true.into()));
    assert!(remote["policy"]["not_covered"][0].as_str().unwrap().contains("self-reported"));
    // Failures are played from what was answered; with the command at hand the policy is asked.
    let played = bench.expect(0, "replay remote child-at-curb/first");
    assert!(text(&played.stderr).contains("played from what it answered then"), "{}", text(&played.stderr));
    let asked = bench.expect(0, &format!("replay remote child-at-curb/first --policy {}", exec("--policy idm-aeb")));
    assert!(!text(&asked.stderr).contains("played"), "{}", text(&asked.stderr));
    bench.expect(0, "verify remote");

    bench.expect(0, &format!("{run} --policy {} --out crashes --max-faults 3", exec("--policy idm-aeb --fault crash --at 20")));
    let crashes = json(&bench.path("crashes/summary.json"));
    assert_eq!(crashes["status"], "stopped");
    assert!(crashes["totals"]["policy_faults"].as_u64().unwrap() >= 3);
    bench.expect(1, "gate crashes --nines 1");
    let nobody = bench.expect(7, &format!("{run} --policy grpc://127.0.0.1:9 --out nobody"));
    assert!(text(&nobody.stderr).contains("nobody answers at 127.0.0.1:9"), "{}", text(&nobody.stderr));
}

/// The example server of the crate `nines-remote`, which cargo builds beside the tests where the whole workspace is tested.
#[allow(clippy::print_stderr)] // a skip is said aloud
fn example_server() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_BIN_EXE_nines")).parent()?.join("examples/server");
    if beside.exists() {
        return Some(beside);
    }
    assert!(
        std::env::var_os("NINES_TOOLS").is_none_or(|v| v != "require"),
        "cargo build -p nines-remote --example server makes {}",
        beside.display()
    );
    eprintln!("skipped: {} is not built: cargo build -p nines-remote --examples", beside.display());
    None
}

/// A model file is a policy: the same campaign on any threads and in any batch, replayed, verified, and refused where it is none.
#[test]
fn an_onnx_model_is_a_policy() {
    let bench = Bench::new();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/onnx_policy/model.onnx");
    fs::copy(model, bench.path("model.onnx")).unwrap();
    let run = "run child-at-curb --rollouts 512 --seed 3 --progress none --policy model.onnx";
    bench.expect(0, &format!("{run} --out a --threads 1 --batch 5"));
    bench.expect(0, &format!("{run} --out b --threads 2"));
    common::assert_equal(&bench.path("a"), &bench.path("b"));
    let summary = json(&bench.path("a/summary.json"));
    assert_eq!((&summary["policy"]["kind"], &summary["policy"]["name"]), (&"onnx".into(), &"model.onnx".into()));
    assert_eq!((&summary["reproducible"], &summary["totals"]["policy_faults"]), (&true.into(), &0.into()));
    bench.expect(0, "replay a child-at-curb/first");
    bench.expect(0, "verify a");
    bench.write("broken.onnx", "no model");
    for (code, name) in [(7, "broken.onnx"), (7, "nowhere.onnx"), (2, "model.onnx:gain=2")] {
        bench.expect(code, &format!("run child-at-curb --policy {name} --out c"));
    }
    // Another file of that name is another policy.
    fs::remove_file(bench.path("model.onnx")).unwrap();
    let played = bench.expect(0, "replay a child-at-curb/first");
    assert!(text(&played.stderr).contains("played from what it answered then"), "{}", text(&played.stderr));
}

/// Before a campaign: what would keep it from measuring how a policy drives.
#[test]
fn a_policy_is_checked_before_a_campaign() {
    let bench = Bench::new();
    let check = |exit: i32, line: &str| text(&bench.expect(exit, &format!("policy check {line}")).stdout);
    assert!(check(0, "idm-aeb child-at-curb --rollouts 16").contains("child-at-curb: arrives unharmed in "));
    assert!(check(1, "parked child-at-curb --rollouts 8").contains("it never reaches its place in time"));
    let shown = check(1, "nan+latency child-at-curb --rollouts 8 --batch 4");
    assert!(shown.contains("8 of 8 rollouts end in a fault: not finite") && shown.contains("rollout 0, step "), "{shown}");
    let document: Value = serde_json::from_str(&check(1, "nan child-at-curb --rollouts 8 --format json")).unwrap();
    assert_eq!((&document["sound"], &document["scenarios"][0]["faults"]["not_finite"]), (&false.into(), &8.into()));
    bench.expect(7, "policy check grpc://127.0.0.1:1");
    bench.expect(2, "policy check nobody");
    bench.expect(4, "policy check idm no-such-scenario");
}
