//! The GitHub action: its steps are run by bash as GitHub would, with inputs as variables. And what the image is built from.

#![cfg(unix)]

mod common;

use common::{Bench, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn root(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn action() -> Value {
    serde_saphyr::from_str(&root("action.yml")).unwrap()
}

/// Runs a step of the action by its name, with the defaults of inputs and those given; `known` holds outputs of earlier steps.
fn step(bench: &Bench, name: &str, given: &[(&str, &str)], known: &[(&str, &str)]) -> (Output, BTreeMap<String, String>) {
    let action = action();
    let steps = action["runs"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|s| s["name"] == name).unwrap();
    assert_eq!(step["shell"], "bash");
    let script = step["run"].as_str().unwrap();
    assert!(!script.contains("${{"), "an input would be read as a command in `{name}`");
    let program = Path::new(env!("CARGO_BIN_EXE_nines")).parent().unwrap().to_string_lossy().into_owned();
    let output_file = bench.path("outputs");
    fs::write(&output_file, "").unwrap();
    let mut command = Command::new("bash");
    // As GitHub starts `shell: bash`.
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(bench.path(""));
    command.env("PATH", format!("{program}:{}", std::env::var("PATH").unwrap()));
    command.env("GITHUB_OUTPUT", &output_file).env("GITHUB_STEP_SUMMARY", bench.path("summary.md")).env("LC_ALL", "C.UTF-8");
    for (variable, value) in step["env"].as_object().into_iter().flatten() {
        let expression = value.as_str().unwrap().trim_start_matches("${{ ").trim_end_matches(" }}");
        let value = match expression.split_once('.') {
            Some(("inputs", input)) => {
                let declared = &action["inputs"][input];
                assert!(declared.is_object(), "{name} reads the input {input}, which is not declared");
                let given = given.iter().find(|(name, _)| *name == input).map(|(_, value)| *value);
                given.or(declared["default"].as_str()).unwrap_or_else(|| panic!("{input} has no default")).to_owned()
            }
            _ => known.iter().find(|(name, _)| *name == expression).map_or(String::new(), |(_, value)| (*value).to_owned()),
        };
        command.env(variable, value);
    }
    let output = command.output().unwrap();
    let outputs = fs::read_to_string(output_file).unwrap();
    (output, outputs.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
}

#[track_caller]
fn ends(code: i32, output: &Output) {
    assert_eq!(output.status.code(), Some(code), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn the_action_drives_and_answers_as_the_gate_does() {
    let bench = Bench::new();
    let inputs = [
        ("policy", "common-sense"),
        ("nines", "1"),
        ("scenarios", "cut-in-short-headway\nred-light-runner\n"),
        ("rollouts", "1k"),
    ];
    ends(0, &step(&bench, "Drive", &inputs, &[]).0);
    assert!(bench.path("campaigns/ci/summary.json").exists());
    let (bank, outputs) = step(&bench, "Drive banked failures again", &inputs, &[]);
    ends(0, &bank);
    assert_eq!(outputs["code"], "0");
    let (gate, outputs) = step(&bench, "Gate", &inputs, &[("steps.bank.outputs.code", "0")]);
    ends(0, &gate);
    assert_eq!(outputs["verdict"], "demonstrated");
    assert!(text(&gate.stdout).contains("::notice title=nines gate::"), "{}", text(&gate.stdout));
    assert!(fs::read_to_string(bench.path("nines.xml")).unwrap().contains("<testsuite "));
    assert!(fs::read_to_string(bench.path("summary.md")).unwrap().contains("## nines gate"));
    let many = [inputs[0], ("nines", "6"), inputs[2], inputs[3]];
    let (gate, outputs) = step(&bench, "Gate", &many, &[]);
    assert_eq!((gate.status.code(), outputs["verdict"].as_str()), (Some(3), "undecided"));
    let allowed = [inputs[0], ("nines", "6"), inputs[2], inputs[3], ("allow-undecided", "true")];
    ends(0, &step(&bench, "Gate", &allowed, &[]).0);
}

#[test]
fn a_failure_that_comes_back_fails_the_action_after_its_verdict() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 600 --out a");
    bench.expect(0, "bank add a child-at-curb/worst");
    let inputs = [("policy", "idm"), ("nines", "1"), ("scenarios", "stopped-school-bus"), ("rollouts", "600")];
    ends(0, &step(&bench, "Drive", &inputs, &[]).0);
    let (bank, outputs) = step(&bench, "Drive banked failures again", &inputs, &[]);
    ends(0, &bank);
    assert_eq!(outputs["code"], "1");
    assert!(text(&bank.stdout).contains("::error file=bank/child-at-curb-"), "{}", text(&bank.stdout));
    let (gate, verdict) = step(&bench, "Gate", &inputs, &[("steps.bank.outputs.code", "1")]);
    assert_eq!((gate.status.code(), verdict["verdict"].as_str()), (Some(1), "demonstrated"));
}

#[test]
fn a_refuted_demand_and_a_wrong_word_fail_the_action() {
    let bench = Bench::new();
    let inputs = [("policy", "idm"), ("nines", "3"), ("scenarios", "child-at-curb"), ("rollouts", "600")];
    ends(0, &step(&bench, "Drive", &inputs, &[]).0);
    let (gate, outputs) = step(&bench, "Gate", &inputs, &[]);
    assert_eq!((gate.status.code(), outputs["verdict"].as_str()), (Some(1), "refuted"));
    // Nothing of an input is a command.
    let trick =
        [("policy", "idm; touch here $(touch there)"), ("nines", "3"), ("scenarios", "child-at-curb"), ("rollouts", "600")];
    ends(2, &step(&bench, "Drive", &trick, &[]).0);
    assert!(!bench.path("here").exists() && !bench.path("there").exists());
    let (look, outputs) = step(&bench, "Look for nines", &inputs, &[]);
    ends(0, &look);
    assert_eq!(outputs["found"], "true");
}

#[test]
fn every_input_and_output_is_used_and_described() {
    let (action, source) = (action(), root("action.yml"));
    for (name, input) in action["inputs"].as_object().unwrap() {
        assert!(source.contains(&format!("inputs.{name} ")), "{name} is read nowhere");
        assert!(!input["description"].as_str().unwrap().is_empty());
    }
    let page = root("docs/ci.md");
    for name in action["inputs"].as_object().unwrap().keys().chain(action["outputs"].as_object().unwrap().keys()) {
        assert!(page.contains(&format!("`{name}`")), "docs/ci.md does not say what {name} is");
    }
}

#[test]
fn the_image_is_built_with_the_compiler_of_the_repository() {
    let (image, toolchain) = (root("Containerfile"), root("rust-toolchain.toml"));
    let version = toolchain.lines().find_map(|line| line.strip_prefix("channel = \"")).unwrap().trim_end_matches('"');
    let minor = version.rsplit_once('.').unwrap().0;
    assert!(image.contains(&format!("docker.io/library/rust:{minor}-slim-bookworm")), "{minor}");
    assert!(root(".dockerignore").contains("**/target"));
}
