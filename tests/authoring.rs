//! The authoring guide: what it shows is in files that check clean, and these tell a driver who sees nothing from one with sense.

mod common;

use common::{Bench, json, text};
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// The scenarios of the guide: path and text.
fn files() -> Vec<(PathBuf, String)> {
    let all = fs::read_dir(docs().join("authoring")).unwrap().map(|e| e.unwrap().path());
    let mut all: Vec<_> = all.filter(|p| p.extension().is_some_and(|e| e == "yaml")).collect();
    all.sort();
    all.into_iter().map(|p| (p.clone(), fs::read_to_string(p).unwrap())).collect()
}

#[test]
fn every_block_of_the_guide_stands_in_a_file() {
    let guide = fs::read_to_string(docs().join("authoring.md")).unwrap();
    let files = files();
    let blocks: Vec<&str> = guide.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 8);
    for block in blocks {
        assert!(files.iter().any(|(_, text)| text.contains(block)), "no file holds\n{block}");
    }
    for (path, _) in &files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(guide.contains(&name), "{name} is not in the guide");
    }
}

/// A mistake that the guide tells of: a file of its own with one line of a case changed.
fn with_mistake(name: &str, line: &str, instead: &str) -> String {
    let text = fs::read_to_string(docs().join("authoring").join(name)).unwrap();
    assert_eq!(text.matches(line).count(), 1, "{line}");
    text.replace(line, instead)
}

/// Writes what the commands of the guide work on.
fn cases(bench: &Bench) {
    for (path, text) in files() {
        bench.write(&path.file_name().unwrap().to_string_lossy(), &text);
    }
    let bike = "balance-bike-driveway.yaml";
    bench.write("typo.yaml", &with_mistake(bike, "use: adult-run", "use: adult-rum"));
    bench.write("overshoot.yaml", &with_mistake(bike, " - 0.8 - roll_mps * roll_mps / 5", " - 0.8"));
    let cue = "{use: look-child, latent: toddler, like: {stays: stays, stops: {crosses: 0.5, stays: 0.5}, rolls_on: crosses}}";
    let reveals = "{kind: gaze, latent: toddler, levels: [0, 1], likelihood: {stays: [1, 0], stops: [1, 0], rolls_on: [0, 1]}, \
                   window_s: 2, range_m: 40, source: A}";
    bench.write("reveals.yaml", &with_mistake(bike, cue, reveals));
}

/// Every command of the guide runs, and prints the lines that stand below it in their order; `…` stands for lines left out.
#[test]
fn every_command_of_the_guide_answers_as_it_says() {
    let guide = fs::read_to_string(docs().join("authoring.md")).unwrap();
    let bench = Bench::new();
    let blocks = guide.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let commands: Vec<&str> = blocks.flat_map(|block| block.split("$ ").skip(1)).collect();
    assert!(commands.len() > 10);
    for command in commands {
        let (line, said) = command.split_once('\n').unwrap();
        let (line, file) = line.split_once(" > ").map_or((line, None), |(line, file)| (line, Some(file)));
        if !line.starts_with("nines scenario new") {
            cases(&bench);
        }
        let code = if line.ends_with("typo.yaml") { 1 } else { 0 };
        let output = bench.expect(code, line.strip_prefix("nines ").unwrap());
        if let Some(file) = file {
            bench.write(file, &text(&output.stdout));
        }
        let answer = text(&output.stdout) + &text(&output.stderr);
        let mut answer = answer.lines().map(str::trim_end);
        for wanted in said.lines().map(str::trim_end).filter(|l| *l != "…") {
            assert!(answer.any(|l| l == wanted), "`{line}` does not say, or not there:\n{wanted}");
        }
    }
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/scenario.schema.json");
    assert_eq!(json(&bench.path("nines-scenario.schema.json")), json(&stored));
}

/// The pictures are those that `preview` draws of the files as they are.
#[test]
fn the_pictures_of_the_guide_are_not_stale() {
    let guide = fs::read_to_string(docs().join("authoring.md")).unwrap();
    let bench = Bench::new();
    cases(&bench);
    let named: Vec<&str> =
        guide.split("](authoring/").skip(1).filter_map(|r| r.split_once(')')?.0.strip_suffix(".svg")).collect();
    assert_eq!(named.len(), files().len() + 1);
    for name in named {
        // The picture of the draft is as `common-sense` drives it.
        let policy = if name == "overshoot" { "common-sense" } else { "blind" };
        bench.expect(0, &format!("scenario preview {name}.yaml --policy {policy} --out {name}.svg"));
        let fresh = fs::read_to_string(bench.path(&format!("{name}.svg"))).unwrap();
        let stored = fs::read_to_string(docs().join(format!("authoring/{name}.svg"))).unwrap();
        assert!(fresh == stored, "{name}.svg is stale: `nines scenario preview --policy {policy} --out` draws it again");
        assert!(stored.len() < 60_000, "{name}.svg has {} bytes", stored.len());
    }
}

#[test]
fn the_scenarios_of_the_guide_check_clean_and_tell_drivers_apart() {
    let bench = Bench::new();
    for (path, _) in files() {
        let (path, name) = (path.to_string_lossy().into_owned(), path.file_stem().unwrap().to_string_lossy().into_owned());
        let out = bench.expect(0, &format!("scenario check --deny-warnings '{path}'"));
        assert!(text(&out.stdout).contains("is ok"), "{}", text(&out.stdout));
        let failed = |policy: &str| {
            let dir = format!("{name}-{policy}");
            bench.expect(0, &format!("run '{path}' --policy {policy} --rollouts 1k --out {dir}"));
            let summary = json(&bench.path(&dir).join("summary.json"));
            let base = summary["scenarios"].as_array().unwrap().iter().find(|s| s["name"] == name.as_str()).unwrap().clone();
            base["hazard"]["failures"].as_f64().unwrap() / base["hazard"]["rollouts"].as_f64().unwrap()
        };
        let (blind, idm, sense) = (failed("blind"), failed("idm"), failed("common-sense"));
        assert!(blind > 0.9 && idm > 0.9 && sense < 0.2, "{name}: blind {blind}, idm {idm}, common-sense {sense}");
    }
}
