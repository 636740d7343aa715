//! The job files of `examples/cluster`, their shell run here as a scheduler would: all tasks together give the bytes of one run.
#![cfg(unix)]

mod common;

use common::{Bench, assert_equal, text};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const SHARDS: u64 = 3;

fn example(name: &str) -> String {
    format!("{}/examples/cluster/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A shell with the program on its path, and the variables of a task.
fn shell(bench: &Bench, args: &[&str], variables: &[(&str, String)]) {
    let program = Path::new(env!("CARGO_BIN_EXE_nines")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(args).env("PATH", path).current_dir(bench.path("")).env("NINES_SEED", "5").env("NINES_ROLLOUTS", "2k");
    for (name, value) in variables {
        command.env(name, value);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
}

fn alone(bench: &Bench) {
    bench.expect(0, "run 'c*' --policy common-sense --rollouts 2k --seed 5 --out alone");
}

fn common() -> Vec<(&'static str, String)> {
    vec![("SHARDS", SHARDS.to_string()), ("CAMPAIGN", "campaigns/all".into())]
}

#[test]
fn an_array_job_of_slurm() {
    let bench = Bench::new();
    alone(&bench);
    for task in 1..=SHARDS {
        let variables = [common(), vec![("SLURM_ARRAY_TASK_ID", task.to_string()), ("SLURM_CPUS_PER_TASK", "2".into())]].concat();
        scenarios(&bench, &example("slurm-shards.sh"), &variables);
    }
    shell(&bench, &[&example("slurm-merge.sh")], &common());
    assert_equal(&bench.path("alone"), &bench.path("campaigns/all"));
}

/// Runs a script that drives the whole catalogue with fewer scenarios, so that the test takes seconds.
fn scenarios(bench: &Bench, script: &str, variables: &[(&str, String)]) {
    let text = std::fs::read_to_string(script).unwrap();
    assert_eq!(text.matches("nines run ").count(), 1);
    bench.write("script.sh", &text.replace("nines run ", "nines run 'c*' "));
    shell(bench, &["script.sh"], variables);
}

#[test]
fn an_indexed_job_of_kubernetes() {
    let bench = Bench::new();
    alone(&bench);
    let file = std::fs::read_to_string(example("kubernetes.yaml")).unwrap();
    let job: Value = serde_saphyr::from_str(&file).unwrap();
    let spec = &job["spec"];
    let container = &spec["template"]["spec"]["containers"][0];
    let set = |name: &str| container["env"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["value"].clone();
    assert_eq!(spec["completionMode"], "Indexed");
    assert_eq!(spec["completions"].to_string(), set("SHARDS").as_str().unwrap());
    assert_eq!(container["command"], serde_json::json!(["/bin/sh", "-c"]));
    bench.write("script", container["args"][0].as_str().unwrap());
    let policy = ("NINES_POLICY", set("NINES_POLICY").as_str().unwrap().to_owned());
    let memory = ("NINES_MEMORY", set("NINES_MEMORY").as_str().unwrap().to_owned());
    for index in 0..SHARDS {
        let variables = [common(), vec![("JOB_COMPLETION_INDEX", index.to_string()), policy.clone(), memory.clone()]].concat();
        scenarios(&bench, &bench.path("script").to_string_lossy(), &variables);
    }
    let folders: Vec<String> = (1..=SHARDS).map(|k| format!("campaigns/all.shards/{k}")).collect();
    bench.expect(0, &format!("merge campaigns/all {}", folders.join(" ")));
    assert_equal(&bench.path("alone"), &bench.path("campaigns/all"));
}
