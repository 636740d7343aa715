//! Exit codes, streams, help.

mod common;

use common::{Bench, text};
use std::fs;
use std::process::Stdio;

#[test]
fn what_cannot_be_has_its_code() {
    let bench = Bench::new();
    bench.write("file", "");
    bench.write("broken.yaml", "schema: [");
    let run = "run --policy idm --rollouts 300";
    for (code, line) in [
        (2, "run"),
        (2, "run --policy idm --rollouts 0"),
        (2, "run --policy idm --rollouts many"),
        (2, "run --policy idm --rollouts -5"),
        (2, "run --policy idm --batch 0"),
        (2, "run --policy nobody"),
        (2, "run --policy idm:headway=1"),
        (2, "run --policy idm:headway_s=nan"),
        (2, "run --policy idm:headway_s"),
        (2, "run --policy idm --confidence 1"),
        (2, "run --policy idm --seed -1"),
        (2, "run --policy idm --seed 9007199254740992"),
        (2, "run --policy idm --keep 9999"),
        (2, "run --policy idm --threads 0"),
        (2, "run --policy idm --resume"),
        (2, "run --policy idm --method magic"),
        (2, "runn --policy idm"),
        (2, "gate"),
        (2, "gate a --nines 0"),
        (4, "run no-such --policy idm"),
        (4, "run 'no-such-*' --policy idm"),
        (4, "run tag:no-such --policy idm"),
        (4, "explain no-such-code"),
        (5, "run ./no-such.yaml --policy idm"),
        (5, "run broken.yaml --policy idm"),
        (5, "run --policy idm --policy-config nowhere.yaml"),
        (5, "scenario show ./no-such.yaml"),
        (6, "gate nowhere --nines 3"),
        (2, "compare a"),
        (6, "compare nowhere nowhere"),
        (6, "verify nowhere"),
        (6, "report file"),
        (6, "replay nowhere child-at-curb/1"),
        (6, &format!("{run} --out file")),
        (8, &format!("{run} --out file/below")),
    ] {
        let output = bench.expect(code, line);
        assert!(output.stdout.is_empty(), "{line}: {}", text(&output.stdout));
        assert!(text(&output.stderr).contains("error"), "{line}: {}", text(&output.stderr));
    }
}

#[test]
fn mistyped_names_get_the_nearest() {
    let bench = Bench::new();
    for (line, meant) in [
        ("run --policy comon-sense", "`common-sense`"),
        ("run --policy idm:headway=1", "`headway_s`"),
        ("run child-at-crub --policy idm", "`child-at-curb`"),
        ("gaet a", "'gate'"),
        ("gate a --nine 3", "'--nines'"),
        ("explain unknown-distributon", "`unknown-distribution`"),
        ("scenario show chlid", "`child-at-curb`"),
        ("run --policy idm-aeb:reaction_s=0.4", "aeb_ttc_s"),
        ("run tag:foo --policy idm", "`nines scenarios -v`"),
    ] {
        let output = bench.nines(line);
        assert!(text(&output.stderr).contains(meant), "{line}: {}", text(&output.stderr));
    }
}

#[test]
fn help_of_every_command_is_a_result_and_begins_with_examples() {
    let bench = Bench::new();
    for command in [
        "",
        "run ",
        "gate ",
        "compare ",
        "report ",
        "replay ",
        "verify ",
        "scenario ",
        "scenario list ",
        "scenario show ",
        "scenario new ",
        "scenario check ",
        "scenario sample ",
        "scenario preview ",
        "scenarios ",
        "odd ",
        "odd list ",
        "odd show ",
        "odd coverage ",
        "odds ",
        "policy ",
        "policy list ",
        "policies ",
        "schema ",
        "explain ",
        "completions ",
    ] {
        for help in ["--help", "-h"] {
            let output = bench.expect(0, &format!("{command}{help}"));
            assert!(text(&output.stdout).starts_with("Examples:\n  nines "), "{command}: {}", text(&output.stdout));
            assert!(output.stderr.is_empty());
        }
    }
    let overview = bench.expect(0, "");
    assert!(text(&overview.stdout).starts_with("nines: which nine"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(text(&bench.expect(0, &format!("completions {shell}")).stdout).contains("nines"));
    }
}

#[test]
fn no_escape_byte_leaves_for_a_pipe_a_dumb_terminal_or_who_wants_none() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --out a");
    for line in
        ["run child-at-curb --policy nan --rollouts 300", "gate a --nines 1", "run --policy nobody", "run --help", "verify a"]
    {
        for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "xterm")] {
            let output = bench.command(line).env(name, value).output().unwrap();
            let bytes = [output.stdout, output.stderr].concat();
            assert!(!bytes.contains(&0x1b), "{line} with {name}={value}: {}", text(&bytes));
        }
    }
    let colored = bench.nines("gate a --nines 1 --color always");
    assert!(colored.stdout.contains(&0x1b));
}

#[cfg(unix)]
#[test]
fn a_closed_stdout_is_no_error_and_a_full_one_is() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 300 --out a");
    for (line, code) in [("gate a --nines 1", 1), ("run child-at-curb --policy idm --rollouts 300 --out b --format json", 0)] {
        let mut command = bench.command(line);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{line}");
    }
    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        let status = bench.command("policies").stdout(full).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(8));
    }
}

#[test]
fn options_come_from_the_environment_where_they_are_not_given() {
    let bench = Bench::new();
    let run = |line: &str| {
        let mut command = bench.command(line);
        command.env("NINES_SEED", "12").env("NINES_POLICY", "idm").env("NINES_ROLLOUTS", "300").output().unwrap()
    };
    assert_eq!(run("run child-at-curb --out a").status.code(), Some(0));
    assert_eq!(common::json(&bench.path("a/summary.json"))["seed"], 12);
    assert_eq!(run("run child-at-curb --out b --seed 13").status.code(), Some(0));
    assert_eq!(common::json(&bench.path("b/summary.json"))["seed"], 13);
    let command = &common::json(&bench.path("a/provenance.json"))["sessions"][0]["command"];
    assert!(command.as_array().unwrap().contains(&"NINES_SEED=12".into()), "{command}");
}

#[test]
fn campaigns_without_a_name_get_the_next_number() {
    let bench = Bench::new();
    for number in ["001", "002"] {
        bench.expect(0, "run child-at-curb --policy idm --rollouts 300 -q");
        assert!(bench.path(&format!("campaigns/idm-{number}/summary.json")).exists());
    }
}

#[test]
fn numbers_that_cannot_be_are_refused_in_plain_words() {
    let bench = Bench::new();
    for (line, said) in [
        ("gate a --nines 0.5", "`0.5` is not a whole number from 1 to 15"),
        ("gate a --nines x", "`x` is not a whole number from 1 to 15"),
        ("gate a --nines -1", "`-1` is not a whole number from 1 to 15"),
        ("run --policy idm --threads 0", "`0` is not a whole number from 1 to 1024"),
        ("run --policy idm --batch 0", "`0` is not a whole number from 1 to 65536"),
        ("run --policy idm --rollouts -5", "`-5` is not a whole number such as"),
    ] {
        let stderr = text(&bench.expect(2, line).stderr);
        assert!(stderr.contains(said), "{line}: {stderr}");
    }
}

#[test]
fn a_run_shows_its_seed_and_the_first_nine_that_is_not_had() {
    let bench = Bench::new();
    let stderr = text(&bench.expect(0, "run child-at-curb --policy parked --rollouts 300 --out a").stderr);
    let seed = &common::json(&bench.path("a/summary.json"))["seed"];
    assert!(stderr.contains(&format!("seed auto ({seed})")) && stderr.contains("on catalogue:"), "{stderr}");
    assert!(stderr.contains("nines gate a --nines 1"), "{stderr}");
}
