//! A killed or interrupted run goes on where it was and ends with the same bytes.

mod common;

use common::{Bench, assert_equal, json, text};
use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const RUN: &str = "run child-at-curb 'cut-*' --policy idm-aeb --rollouts 24k --seed 11";

#[test]
fn killed_at_any_moment_and_resumed_gives_the_same_bytes() {
    let bench = Bench::new();
    bench.expect(0, &format!("{RUN} --out a"));
    let mut random = 20_u64;
    for k in 0..4 {
        let out = format!("b{k}");
        for _ in 0..2 {
            random = nines_sim::random::split_mix(random);
            let mut run = bench.command(&format!("{RUN} --out {out} --resume --progress none"));
            let mut child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            sleep(Duration::from_millis(100 + random % 1200));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        bench.expect(0, &format!("{RUN} --out {out} --resume --threads {}", 1 + k % 2));
        assert_equal(&bench.path("a"), &bench.path(&out));
        assert!(!bench.path(&format!("{out}/.work")).exists());
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_is_a_campaign_that_demonstrates_nothing_and_goes_on() {
    let bench = Bench::new();
    let run = "run child-at-curb --policy common-sense --rollouts 300k --seed 11";
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut command = bench.command(&format!("{run} --out {signal}"));
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // On a busy machine the first part of the work may take long.
        let work = bench.path(&format!("{signal}/.work/child-at-curb"));
        while std::fs::read_dir(&work).map_or(0, |files| files.count()) == 0 {
            sleep(Duration::from_millis(20));
        }
        Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("--resume"), "{}", text(&output.stderr));
        let summary = json(&bench.path(&format!("{signal}/summary.json")));
        assert_eq!(summary["status"], "interrupted");
        let rollouts = summary["totals"]["rollouts"].as_u64().unwrap();
        assert!(rollouts > 0 && rollouts < 300_000 && rollouts.is_multiple_of(256), "{rollouts}");
        bench.expect(0, &format!("verify {signal}"));
        let gate = bench.nines(&format!("gate {signal} --nines 1"));
        assert_ne!(gate.status.code(), Some(0));
        let said = text(&gate.stderr);
        assert!(
            said.contains("child-at-curb: interrupted after ") && said.contains(" of 300,000 rollouts; `nines run"),
            "{said}"
        );
        assert!(!text(&gate.stdout).contains("more rollouts"), "{}", text(&gate.stdout));
        bench.expect(0, &format!("{run} --out {signal} --resume"));
        assert_eq!(json(&bench.path(&format!("{signal}/summary.json")))["status"], "complete");
    }
    assert_equal(&bench.path("INT"), &bench.path("TERM"));
}

#[test]
fn a_finished_campaign_is_left_as_it_is() {
    let bench = Bench::new();
    let run = "run child-at-curb --policy idm --seed 1 --out a";
    bench.expect(0, &format!("{run} --rollouts 600"));
    let log = fs::read(bench.path("a/log.jsonl")).unwrap();
    bench.expect(0, &format!("{run} --rollouts 600 --resume"));
    assert_eq!(fs::read(bench.path("a/log.jsonl")).unwrap(), log);
    bench.expect(6, &format!("{run} --rollouts 600"));
    let larger = bench.expect(6, &format!("{run} --rollouts 900 --resume"));
    assert!(text(&larger.stderr).contains("600 there, 900 asked for"), "{}", text(&larger.stderr));
    bench.expect(6, &format!("{run} --rollouts 600 --confidence 0.9 --resume"));
    bench.expect(6, "run child-at-curb --policy idm-aeb --seed 1 --out a --rollouts 600 --resume");
    assert!(!bench.path("a/.work").exists());
    bench.expect(0, "verify a");
}

#[test]
fn damaged_files_of_a_finished_campaign_are_named_and_made_again() {
    let bench = Bench::new();
    let run = "run child-at-curb 'cut-*' --policy idm-aeb --rollouts 600 --seed 2";
    bench.expect(0, &format!("{run} --out a"));
    bench.expect(0, &format!("{run} --out b"));
    for file in [
        "rollouts/child-at-curb/part-000000.parquet",
        "ledger.parquet",
        "summary.json",
        "manifest.json",
        "scenarios/cut-out-reveal.yaml",
    ] {
        let path = bench.path("b").join(file);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        bench.expect(6, "verify b");
        bench.expect(6, "gate b --nines 1");
        bench.expect(0, &format!("{run} --out b --resume"));
        assert_equal(&bench.path("a"), &bench.path("b"));
    }
}

#[test]
fn surplus_files_are_named_and_left_to_their_owner() {
    let bench = Bench::new();
    let run = "run child-at-curb --policy idm-aeb --rollouts 600 --seed 2 --out a";
    bench.expect(0, run);
    let surplus = bench.path("a/rollouts/child-at-curb/part-000001.parquet");
    fs::copy(bench.path("a/rollouts/child-at-curb/part-000000.parquet"), &surplus).unwrap();
    for line in ["verify a", "gate a --nines 1", &format!("{run} --resume")] {
        assert!(text(&bench.expect(6, line).stderr).contains("part-000001.parquet (surplus)"), "{line}");
    }
    fs::remove_file(&surplus).unwrap();
    bench.expect(0, "verify a");
    bench.expect(0, &format!("{run} --resume"));
}

#[test]
fn torn_work_is_named_and_driven_again() {
    let bench = Bench::new();
    bench.expect(0, &format!("{RUN} --out a"));
    let mut command = bench.command(&format!("{RUN} --out b --progress none"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let work = bench.path("b/.work/child-at-curb");
    let torn = (0..400).find_map(|_| {
        sleep(Duration::from_millis(10));
        fs::read_dir(&work).ok()?.flatten().map(|e| e.path()).find(|p| p.extension().is_some_and(|e| e == "work"))
    });
    child.kill().unwrap();
    child.wait().unwrap();
    let torn = torn.expect("work is saved within four seconds");
    let bytes = fs::read(&torn).unwrap();
    fs::write(&torn, &bytes[..bytes.len() - 100]).unwrap();
    let resumed = bench.expect(0, &format!("{RUN} --out b --resume"));
    assert!(text(&resumed.stderr).contains("driven again"), "{}", text(&resumed.stderr));
    assert_equal(&bench.path("a"), &bench.path("b"));
}

#[test]
fn a_folder_that_is_no_campaign_is_left_alone() {
    let bench = Bench::new();
    fs::create_dir(bench.path("own")).unwrap();
    bench.write("own/notes.txt", "mine");
    bench.expect(6, "run child-at-curb --policy idm --rollouts 300 --out own");
    bench.expect(6, "run child-at-curb --policy idm --rollouts 300 --out own --resume");
    fs::create_dir(bench.path("empty")).unwrap();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --out empty");
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --out never --resume");
}

#[test]
fn two_writers_do_not_meet() {
    let bench = Bench::new();
    let mut first = bench.command("run child-at-curb --policy idm --rollouts 10M --seed 1 --out a");
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !bench.path("a/campaign.json").exists() {
        sleep(Duration::from_millis(10));
    }
    let second = bench.nines("run child-at-curb --policy idm --rollouts 10M --seed 1 --out a --resume");
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(6), "{}", text(&second.stderr));
    assert!(text(&second.stderr).contains("in use"), "{}", text(&second.stderr));
}
