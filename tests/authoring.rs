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
        let picture = fs::read_to_string(path.with_extension("svg")).unwrap();
        assert!(picture.contains("</svg>") && picture.len() < 60_000, "{name}");
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
        let (blind, sense) = (failed("blind"), failed("common-sense"));
        assert!(blind > 0.5 && sense < 0.6 * blind, "{name}: blind {blind}, common-sense {sense}");
    }
}
