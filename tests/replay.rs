//! What is stored of a rollout is enough to run it again, to the bit.

mod common;

use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::datatypes::Float64Type;
use common::{Bench, text};
use nines::campaign::{Address, Which, open, replay};
use nines::store::read_rows;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

const PART: &str = "a/rollouts/child-at-curb/part-000000.parquet";

#[test]
fn every_stored_failure_comes_out_the_same_again() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb cut-in-short-headway --policy idm-aeb --rollouts 900 --seed 5 --out a");
    let campaign = open(&bench.path("a")).unwrap();
    let mut failures = 0;
    for scenario in &campaign.record.scenarios {
        let rows = read_rows(&bench.path(&format!("a/rollouts/{}/part-000000.parquet", scenario.name))).unwrap();
        for row in rows.iter().filter(|row| row.verdict != "pass") {
            let address = Address { scenario: scenario.name.clone(), which: Which::Index(row.rollout) };
            let replayed = replay(&campaign, &address, None).unwrap();
            assert_eq!(replayed.differences, [], "{address:?}");
            assert_eq!(replayed.outcome.digest, row.digest);
            failures += 1;
        }
    }
    assert!(failures > 100, "{failures}");
}

#[test]
fn first_worst_and_index_are_found() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb debris-at-night --policy idm-aeb --rollouts 600 --seed 5 --out a");
    let rows = read_rows(&bench.path(PART)).unwrap();
    let failed = || rows.iter().filter(|row| row.verdict != "pass");
    let first = failed().next().unwrap().rollout;
    let worst = failed().min_by(|a, b| a.margin.total_cmp(&b.margin)).unwrap().rollout;
    for (which, index) in [("first", first), ("worst", worst), ("17", 17)] {
        let output = bench.expect(0, &format!("replay a child-at-curb/{which}"));
        assert!(text(&output.stdout).starts_with(&format!("child-at-curb/{index} ")), "{}", text(&output.stdout));
        assert!(text(&output.stdout).contains("to the bit"));
    }
    bench.expect(4, "replay a child-at-curb/600");
    bench.expect(4, "replay a child-at-crub/1");
    bench.expect(2, "replay a child-at-curb");
    bench.expect(2, "replay a child-at-curb/1 --policy nobody");
    let other = bench.expect(0, "replay a child-at-curb/first --policy parked");
    assert!(text(&other.stdout).contains("nothing is compared"));
}

#[test]
fn a_changed_margin_is_found() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --seed 5 --out a");
    let worst = bench.expect(0, "replay a child-at-curb/worst");
    let index: u64 = text(&worst.stdout).split(['/', ' ']).nth(1).unwrap().parse().unwrap();
    change_margin(&bench.path(PART), index);
    let output = bench.expect(1, &format!("replay a child-at-curb/{index}"));
    assert!(text(&output.stdout).contains("margin: stored"), "{}", text(&output.stdout));
    bench.expect(6, "verify a");
}

fn change_margin(path: &Path, rollout: u64) {
    change(path, "margin", |k, m| m.map(|m| if k == rollout { m + 1e-9 } else { m }));
}

/// Writes the rows of a file again, with other numbers in a column; every rollout has its row.
fn change(path: &Path, column: &str, of: impl Fn(u64, Option<f64>) -> Option<f64>) {
    let batch = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().with_batch_size(1 << 20).build();
    let batch = batch.unwrap().next().unwrap().unwrap();
    let (place, _) = batch.schema().column_with_name(column).map(|(k, f)| (k, f.clone())).unwrap();
    let numbers = batch.column(place).as_primitive::<Float64Type>().iter().enumerate();
    let changed: Float64Array = numbers.map(|(k, x)| of(k as u64, x)).collect();
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns[place] = Arc::new(changed);
    let batch = RecordBatch::try_new(batch.schema(), columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_trace_ends_with_the_margin_of_its_row() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --seed 5 --out a");
    bench.expect(0, "replay a child-at-curb/worst --trace t.parquet");
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(bench.path("t.parquet")).unwrap()).unwrap();
    let batch = reader.with_batch_size(1 << 20).build().unwrap().next().unwrap().unwrap();
    let margins = batch.column_by_name("margin").unwrap().as_primitive::<Float64Type>().clone();
    let last = margins.value(margins.len() - 1);
    let rows = read_rows(&bench.path(PART)).unwrap();
    let worst = rows.iter().filter(|row| row.verdict != "pass").min_by(|a, b| a.margin.total_cmp(&b.margin)).unwrap();
    assert_eq!(last, worst.margin);
    assert!(margins.len() as u32 >= worst.steps);
}

/// A trace says what set whom going, and in which mode each agent is: the child dashes by its gap, the dog on the lead by a condition of its mode.
#[test]
fn a_trace_names_the_triggers_that_fired() {
    let bench = Bench::new();
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/authoring/dog-on-a-lead.yaml");
    bench.expect(0, &format!("run child-at-curb {own} --policy blind --rollouts 256 --seed 5 --out a"));
    let words = |rollout: &str, column: &str| -> Vec<String> {
        bench.expect(0, &format!("replay a {rollout} --trace t.parquet"));
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(bench.path("t.parquet")).unwrap()).unwrap();
        let batch = reader.with_batch_size(1 << 20).build().unwrap().next().unwrap().unwrap();
        let words = batch.column_by_name(column).unwrap().as_dictionary::<arrow::datatypes::Int32Type>();
        let words = words.downcast_dict::<arrow::array::StringArray>().unwrap();
        words.into_iter().map(|word| word.unwrap_or_default().to_owned()).collect()
    };
    let fired: Vec<String> = words("child-at-curb/first", "actor_child_fired").into_iter().filter(|w| !w.is_empty()).collect();
    assert_eq!(fired, ["go_gap_m"]);
    let (modes, fired) = (words("dog-on-a-lead/first", "actor_dog_mode"), words("dog-on-a-lead/first", "actor_dog_fired"));
    let changes: Vec<usize> = (1..modes.len()).filter(|k| modes[*k] != modes[k - 1]).collect();
    assert!(!changes.is_empty());
    for k in 1..modes.len() {
        assert_eq!(
            changes.contains(&k),
            fired[k].starts_with("next["),
            "{k}: {} after {}, by {}",
            modes[k],
            modes[k - 1],
            fired[k]
        );
    }
}

/// Nothing is written over by something else, and nothing into a campaign.
#[test]
fn a_recording_replaces_its_like_alone() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 300 --seed 5 --out a");
    let replay = |code: i32, into: &str| text(&bench.expect(code, &format!("replay a child-at-curb/first {into}")).stderr);
    replay(0, "--trace t.parquet");
    replay(0, "--trace t.parquet");
    bench.write("notes.txt", "mine");
    let before = fs::read(bench.path("a/ledger.parquet")).unwrap();
    fs::copy(bench.path("a/ledger.parquet"), bench.path("ledger.parquet")).unwrap();
    for (into, says) in [
        ("--trace notes.txt", "notes.txt exists already, and is not a trace"),
        ("--rrd notes.txt", "notes.txt exists already, and is not a recording"),
        ("--rrd t.parquet", "t.parquet exists already, and is not a recording"),
        // A table, and yet no trace.
        ("--trace ledger.parquet", "ledger.parquet exists already"),
        ("--trace a/ledger.parquet", "would lie in the campaign"),
        ("--trace a/rollouts/new.parquet", "would lie in the campaign"),
        ("--rrd ./a/../a/new.rrd", "would lie in the campaign"),
    ] {
        let said = replay(6, into);
        assert!(said.contains(says), "{into}: {said}");
    }
    assert_eq!(fs::read(bench.path("a/ledger.parquet")).unwrap(), before);
    assert_eq!(fs::read_to_string(bench.path("notes.txt")).unwrap(), "mine");
    if cfg!(feature = "rrd") {
        replay(0, "--rrd one.rrd");
        replay(0, "--rrd one.rrd");
    }
    bench.expect(0, "verify a");
}

#[test]
fn why_is_told_as_json_and_held_against_the_stored_row() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 300 --seed 5 --out a");
    let json = |code: i32, line: &str| -> serde_json::Value { serde_json::from_slice(&bench.expect(code, line).stdout).unwrap() };
    let whole = json(0, "replay a child-at-curb/first --why --beside common-sense --format json");
    let schema = json(0, "schema replay");
    let errors: Vec<String> = jsonschema::validator_for(&schema).unwrap().iter_errors(&whole).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let row = read_rows(&bench.path(PART)).unwrap().into_iter().find(|row| row.verdict != "pass").unwrap();
    assert_eq!((&whole["reproduced"], &whole["rollout"]), (&true.into(), &row.rollout.into()));
    assert_eq!(whole["outcome"]["margin"].as_f64(), Some(row.margin));
    assert_eq!(whole["beside"]["policy"], "common-sense");
    let stored = nines::store::read_hindsight(&bench.path(PART)).unwrap().into_iter().find(|h| h.rollout == row.rollout).unwrap();
    assert_eq!(whole["why"]["attribution"], stored.attribution.as_str());
    assert_eq!(whole["why"]["avoidable_until_s"].as_f64(), stored.avoidable_until_s);
    // With each parameter alone moved by what the change says, it would pass; here only that there is one.
    assert!(whole["why"]["change"]["parameters"].as_array().is_some_and(|all| !all.is_empty()), "{whole}");
    assert_eq!(json(0, "replay a child-at-curb/first --format json")["why"], serde_json::Value::Null);
    // A row that says otherwise is found by --why.
    change_evident(&bench.path(PART), row.rollout);
    let differs = json(1, &format!("replay a child-at-curb/{} --why --format json", row.rollout));
    assert_eq!((&differs["reproduced"], &differs["differences"][0]["what"]), (&false.into(), &"evident_s".into()), "{differs}");
    assert!(
        text(&bench.expect(1, &format!("replay a child-at-curb/{} --why", row.rollout)).stdout).contains("evident_s: stored")
    );
}

fn change_evident(path: &Path, rollout: u64) {
    change(path, "evident_s", |k, s| if k == rollout { Some(s.unwrap_or(0.0) + 0.5) } else { s });
}

#[test]
fn verify_runs_a_sample_again_and_finds_a_flipped_byte() {
    let bench = Bench::new();
    bench.expect(0, "run 'c*' --policy idm-aeb --rollouts 600 --seed 5 --out a");
    bench.expect(0, "verify a");
    let path = bench.path(PART);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let output = bench.expect(6, "verify a");
    assert!(text(&output.stderr).contains("part-000000.parquet (damaged)"), "{}", text(&output.stderr));
}

#[test]
fn verify_finds_a_summary_that_does_not_follow() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --seed 5 --out a");
    let path = bench.path("a/summary.json");
    let summary = fs::read_to_string(&path).unwrap();
    fs::write(&path, summary.replacen("\"reproducible\": true", "\"reproducible\": false", 1)).unwrap();
    let manifest = nines::store::Manifest::of(&bench.path("a")).unwrap();
    manifest.write(&bench.path("a")).unwrap();
    let output = bench.expect(1, "verify a");
    assert!(text(&output.stdout).contains("summary.json does not follow"), "{}", text(&output.stdout));
}

#[cfg(feature = "rrd")]
#[test]
fn failures_of_a_mode_are_recorded_over_one_another_and_two_policies_beside() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --seed 5 --out a");
    let size = |name: &str| fs::metadata(bench.path(name)).unwrap().len();
    bench.expect(0, "replay a child-at-curb/mode-1 --rrd one.rrd");
    let output = bench.expect(0, "replay a child-at-curb/mode-1 --overlay=7 --rrd over.rrd");
    // All failures of this campaign are of one mode: 7 are shown, and the one in full.
    let failures = read_rows(&bench.path(PART)).unwrap().iter().filter(|row| row.verdict != "pass").count();
    let said = format!("7 others over it, {} left out", failures - 8);
    assert!(text(&output.stderr).contains(&said), "{said}: {}", text(&output.stderr));
    assert!(text(&output.stdout).contains("to the bit"));
    let output = bench.expect(0, "replay a child-at-curb/first --overlay --rrd fifty.rrd");
    assert!(text(&output.stderr).contains("50 others over it"), "{}", text(&output.stderr));
    assert!(size("one.rrd") < size("over.rrd") && size("over.rrd") < size("fifty.rrd"));
    let output = bench.expect(0, "replay a child-at-curb/first --beside common-sense:headway_s=1.5 --rrd two.rrd");
    let lines = text(&output.stdout);
    let names: Vec<&str> = lines.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(names[..2], ["idm-aeb:", "common-sense:headway_s=1.5:"], "{lines}");
    assert!(lines.ends_with("to the bit\n"));
    for wrong in ["--overlay", "--overlay=0 --rrd x.rrd", "--rrd x.rrd --web", "--open --web", "--beside nobody --rrd x.rrd"] {
        bench.expect(2, &format!("replay a child-at-curb/first {wrong}"));
    }
    bench.expect(2, "replay a child-at-curb/first --overlay --policy idm --rrd x.rrd");
    bench.expect(4, "replay a child-at-curb/mode-9 --overlay --rrd x.rrd");
    assert!(!bench.path("x.rrd").exists());
}

#[cfg(all(feature = "rrd", unix))]
#[test]
fn without_the_viewer_one_is_told_how_to_get_it() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --seed 5 --out a");
    fs::create_dir(bench.path("tmp")).unwrap();
    let run = |line: &str| {
        let mut command = bench.command(line);
        command.env("PATH", bench.path("nothing")).env("TMPDIR", bench.path("tmp")).output().unwrap()
    };
    let output = run("replay a child-at-curb/first --open");
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert!(said.contains("not installed") && said.contains("pip install rerun-sdk==0.36.3"), "{said}");
    // What it says to open is there.
    let path = said.split("`rerun ").nth(1).unwrap().split('`').next().unwrap();
    assert_eq!(&fs::read(path).unwrap()[..4], b"RRF2");
    let output = run("replay a child-at-curb/first --web");
    assert_eq!(output.status.code(), Some(8));
    assert!(text(&output.stderr).contains("pip install rerun-sdk==0.36.3") && output.stdout.is_empty());
}

/// A program in the place of the viewer: it writes down how it was asked, and ends as a viewer without a screen does.
#[cfg(all(feature = "rrd", unix))]
#[test]
fn a_viewer_that_ends_at_once_is_told_of() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --seed 5 --out a");
    fs::create_dir_all(bench.path("bin")).unwrap();
    bench.write("bin/rerun", "#!/bin/sh\n[ \"$1\" = --version ] && echo rerun-cli 0.30.1 && exit\necho no screen >&2\nexit 1\n");
    fs::set_permissions(bench.path("bin/rerun"), fs::Permissions::from_mode(0o755)).unwrap();
    let run = |line: &str| {
        let mut command = bench.command(line);
        command.env("PATH", format!("{}:/bin:/usr/bin", bench.path("bin").display())).env("TMPDIR", bench.path("bin"));
        command.output().unwrap()
    };
    let output = run("replay a child-at-curb/first --open");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("has version 0.30.1") && said.contains("ended at once") && said.contains("--web"), "{said}");
    let log = said.split("at once, as ").nth(1).unwrap().split(" says").next().unwrap();
    assert_eq!(fs::read_to_string(log).unwrap(), "no screen\n");
    let output = run("replay a child-at-curb/first --web");
    assert_eq!(output.status.code(), Some(8), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("ended by itself"));
}
