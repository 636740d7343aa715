//! Writing scenarios: new, check, show, sample, preview, explain.

mod common;

use common::{Bench, json, text};
use std::fs;
use std::io::Write;
use std::process::Stdio;

/// A file with an error in line 7, column 26.
const BROKEN: &str = "\
schema: nines.scenario/1
name: my-curb
title: Mine
odd: [limited-urban]

parameters:
  ego_speed_mps: {dist: unifrom, low: 8, high: 12, source: A}
road:
  lanes: [{kind: traffic, width_m: 3.5, ego: true}]
ego: {start_speed_mps: ego_speed_mps, end_m: 100}
actors: {}
";

#[test]
fn an_error_is_drawn_with_its_place_and_counted_last() {
    let bench = Bench::new();
    bench.write("my-curb.yaml", BROKEN);
    let output = bench.expect(1, "scenario check my-curb.yaml");
    let drawn = "\
unknown-distribution

  × `unifrom` is not a distribution
   ╭─[my-curb.yaml:7:25]
 6 │ parameters:
 7 │   ego_speed_mps: {dist: unifrom, low: 8, high: 12, source: A}
   ·                         ───────
 8 │ road:
   ╰────
  help: did you mean `uniform`? uniform takes `low` and `high`

1 error in my-curb.yaml
";
    assert_eq!(text(&output.stdout), drawn);
    assert!(output.stderr.is_empty());
}

#[test]
fn the_answer_of_check_is_its_exit_code() {
    let bench = Bench::new();
    bench.write("broken.yaml", BROKEN);
    bench.write("no-yaml.yaml", "schema: [");
    bench.write("not-text.yaml", "");
    fs::write(bench.path("not-text.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    bench.expect(0, "scenario new good");
    let good = fs::read_to_string(bench.path("good.yaml")).unwrap();
    bench.write("warns.yaml", &good.replace("values:", "values:\n  unused_m: 3"));
    bench.write("notes.yaml", &good.replace("odd: [limited-urban]", "odd: [limited-urban, whole-city]"));
    for (code, line, said) in [
        (0, "good.yaml", "good.yaml is ok"),
        (0, "child-at-curb", "catalogue/child-at-curb.yaml is ok"),
        (0, "warns.yaml --quick", "1 warning in warns.yaml"),
        (1, "warns.yaml --quick --deny-warnings", "1 warning in warns.yaml"),
        (0, "notes.yaml --quick --deny-warnings", "1 note in notes.yaml"),
        (1, "broken.yaml", "1 error in broken.yaml"),
        (1, "no-yaml.yaml", "1 error in no-yaml.yaml"),
        (1, "not-text.yaml", "1 error in not-text.yaml"),
        (1, "broken.yaml good.yaml no-yaml.yaml --quick", "2 errors in 3 files"),
        (5, "no-such.yaml", ""),
        (5, "broken.yaml no-such.yaml", "1 error in broken.yaml"),
        (4, "no-such", ""),
        (4, "broken.yaml no-such", "1 error in broken.yaml"),
        (5, "no-such no-such.yaml", ""),
        (2, "", ""),
    ] {
        let output = bench.expect(code, &format!("scenario check {line}"));
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(stdout.lines().last().unwrap_or_default(), said, "{line}: {stdout}{stderr}");
        assert_eq!(stderr.is_empty(), code < 2, "{line}: {stderr}");
    }
}

#[test]
fn a_file_may_come_by_stdin() {
    let bench = Bench::new();
    let mut command = bench.command("scenario check - --format json");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(BROKEN.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["diagnostics"][0]["file"], "<stdin>");
}

#[test]
fn the_document_of_check_is_that_of_the_contract() {
    let bench = Bench::new();
    bench.write("my-curb.yaml", &BROKEN.replace("title: Mine\n", "title: Mine\ntitle: Ours\n"));
    let output = bench.expect(1, "scenario check my-curb.yaml --format json");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&answer["schema"], &answer["errors"], &answer["warnings"]),
        (&"nines.diagnostics/1".into(), &2.into(), &0.into())
    );
    let (twice, unknown) = (&answer["diagnostics"][0], &answer["diagnostics"][1]);
    assert_eq!((&twice["code"], &twice["line"], &twice["labels"][0]["line"]), (&"duplicate-key".into(), &4.into(), &3.into()));
    let expected = serde_json::json!({
        "code": "unknown-distribution", "severity": "error", "message": "`unifrom` is not a distribution",
        "help": "did you mean `uniform`? uniform takes `low` and `high`",
        "file": "my-curb.yaml", "line": 8, "column": 25, "end_line": 8, "end_column": 32, "labels": []
    });
    assert_eq!(*unknown, expected);
    let schema: serde_json::Value = serde_json::from_slice(&bench.expect(0, "schema diagnostics").stdout).unwrap();
    let valid = jsonschema::validator_for(&schema).unwrap();
    assert!(valid.is_valid(&answer), "{schema:#}");
    let mut wrong = answer.clone();
    wrong["diagnostics"][0]["line"] = "4".into();
    assert!(!valid.is_valid(&wrong));
}

#[test]
fn a_workflow_gets_annotations_and_a_table() {
    let bench = Bench::new();
    bench.write("my-curb.yaml", BROKEN);
    let output = bench.command("scenario check my-curb.yaml --format github").env("GITHUB_STEP_SUMMARY", "summary.md").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let expected = "::error file=my-curb.yaml,line=7,endLine=7,col=25,endColumn=32,title=unknown-distribution::`unifrom` is not a \
                    distribution%0Ahelp: did you mean `uniform`? uniform takes `low` and `high`\n";
    assert_eq!(text(&output.stdout), expected);
    let table = fs::read_to_string(bench.path("summary.md")).unwrap();
    assert!(table.contains("| my-curb.yaml:7 | unknown-distribution |"), "{table}");
}

#[test]
fn a_new_file_passes_and_is_never_overwritten() {
    let bench = Bench::new();
    let said = text(&bench.expect(0, "scenario new my-curb").stderr);
    assert!(said.contains("nines scenario check my-curb.yaml") && said.contains("nines schema scenario >"), "{said}");
    bench.expect(0, "scenario check my-curb.yaml --deny-warnings");
    let first = fs::read_to_string(bench.path("my-curb.yaml")).unwrap();
    assert!(first.starts_with("# yaml-language-server: $schema=nines-scenario.schema.json\n"), "{first}");
    bench.expect(6, "scenario new my-curb");
    assert_eq!(fs::read_to_string(bench.path("my-curb.yaml")).unwrap(), first);
    bench.expect(2, "scenario new My_Curb");
    bench.expect(4, "scenario new mine --from no-such");
    assert!(!bench.path("mine.yaml").exists());
    bench.expect(0, "scenario new mine --from child-at-curb");
    let mine = fs::read_to_string(bench.path("mine.yaml")).unwrap();
    let catalogue = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/catalogue/child-at-curb.yaml");
    let theirs = fs::read_to_string(catalogue).unwrap();
    assert!(mine.ends_with(&theirs.replace("\nname: child-at-curb\n", "\nname: mine\n")), "{mine}");
    bench.expect(0, "scenario check mine.yaml --deny-warnings");
    bench.expect(0, "run mine.yaml --policy idm --rollouts 300 -q");
}

#[test]
fn drawn_encounters_are_those_that_a_run_meets() {
    let bench = Bench::new();
    let csv = text(&bench.expect(0, "scenario sample child-at-curb -n 300 --seed 7 --format csv").stdout);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 301);
    assert!(lines[0].starts_with("rollout,half,latent_intent,param_ego_speed_mps,"), "{}", lines[0]);
    assert!(lines[1].starts_with("0,other,") && lines[2].starts_with("1,hazard,dashing,"), "{}", lines[2]);
    let document: serde_json::Value =
        serde_json::from_slice(&bench.expect(0, "scenario sample child-at-curb -n 3 --seed 7 --format json").stdout).unwrap();
    let speed = &document["samples"][1]["parameters"]["ego_speed_mps"];
    assert_eq!(lines[2].split(',').nth(3).unwrap().parse::<f64>().unwrap(), speed.as_f64().unwrap());
    assert_eq!(document["parameters"][0], serde_json::json!({"name": "ego_speed_mps", "unit": "m/s"}));
    // The same seed in a campaign: the trace of rollout 1 begins at the speed that was drawn.
    bench.expect(0, "run child-at-curb --policy blind --rollouts 300 --seed 7 --out a -q");
    bench.expect(0, "replay a child-at-curb/1 --trace one.parquet");
    let file = fs::File::open(bench.path("one.parquet")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let batch = reader.build().unwrap().next().unwrap().unwrap();
    let column = batch.column_by_name("ego_speed_mps").unwrap();
    let first = arrow::array::AsArray::as_primitive::<arrow::datatypes::Float64Type>(column).value(0);
    assert!((first - speed.as_f64().unwrap()).abs() < 1e-12, "{first} {speed}");
    let table = text(&bench.expect(0, "scenario sample child-at-curb").stdout);
    assert!(table.lines().all(|l| l.chars().count() <= 80), "{table}");
    assert!(table.contains("ego_speed_mps") && table.contains("intent=dashing") && table.contains("m/s²"), "{table}");
    bench.expect(0, "scenario sample child-at-curb -n 500 --plot drawn.svg -q");
    assert!(fs::read_to_string(bench.path("drawn.svg")).unwrap().contains("kerb_distance_m"));
    bench.expect(2, "scenario sample child-at-curb --plot drawn.pdf");
    bench.expect(2, "scenario sample child-at-curb -n 0");
    bench.expect(4, "scenario sample no-such");
}

#[test]
fn a_preview_is_a_picture_that_a_machine_without_fonts_draws_too() {
    let bench = Bench::new();
    for policy in ["common-sense", "blind"] {
        bench.expect(0, &format!("scenario preview child-at-curb --out {policy}.svg --policy {policy}"));
    }
    let (careful, blind) = (fs::read_to_string(bench.path("common-sense.svg")), fs::read_to_string(bench.path("blind.svg")));
    let (careful, blind) = (careful.unwrap(), blind.unwrap());
    assert!(careful.contains("dashing (hazard)") && careful.contains("by common-sense") && blind.contains("collision"));
    assert_ne!(careful, blind);
    if cfg!(feature = "png") {
        bench.expect(0, "scenario preview child-at-curb --out curb.png");
        let png = fs::read(bench.path("curb.png")).unwrap();
        assert!(png.starts_with(b"\x89PNG") && png.len() > 20_000);
    } else {
        bench.expect(2, "scenario preview child-at-curb --out curb.png");
    }
    bench.expect(2, "scenario preview child-at-curb --out curb.pdf");
    bench.expect(2, "scenario preview child-at-curb --out curb.svg --policy nobody");
    bench.expect(8, "scenario preview child-at-curb --out no/such/folder.svg");
}

#[cfg(feature = "rrd")]
#[test]
fn a_preview_may_be_recordings() {
    let bench = Bench::new();
    bench.expect(0, "scenario preview child-at-curb --out curb.rrd --policy blind");
    assert!(fs::metadata(bench.path("curb.rrd")).unwrap().len() > 10_000);
    bench.expect(0, "scenario preview child-at-curb --out curb.rrd -n 2");
    assert!(bench.path("curb-1.rrd").exists() && bench.path("curb-2.rrd").exists());
}

#[test]
fn a_variant_is_checked_and_drawn_too() {
    let bench = Bench::new();
    let slower = "schema: nines.scenario/1\nname: slower\nextends: child-at-curb\n";
    let night = "variants:\n  night: {share: 0.2, source: A, title: By night, with: {environment: {light: night-unlit}}}\n";
    bench.write("slower.yaml", &format!("{slower}{night}"));
    assert_eq!(text(&bench.expect(0, "scenario check slower.yaml --deny-warnings").stdout), "slower.yaml is ok\n");
    bench.write(
        "fast.yaml",
        &format!("{slower}{}", night.replace("night-unlit}", "night-unlit}, actors: {child: {speed_mps: 20}}")),
    );
    let found = text(&bench.expect(0, "scenario check fast.yaml --quick").stdout);
    assert!(found.contains("class `child` (in `slower-night`)") && found.ends_with("1 warning in fast.yaml\n"), "{found}");
    let title = |line: &str| {
        bench.expect(0, &format!("scenario preview slower.yaml -n 4 --out a.svg {line}"));
        fs::read_to_string(bench.path("a.svg")).unwrap().lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(title(""), "<title>A child stands at the kerb</title>");
    assert_eq!(title("--variant night"), "<title>By night</title>");
    // One document, that of the base or of the variant.
    let shown = |line: &str| text(&bench.expect(0, &format!("scenario show {line}")).stdout);
    let names = |yaml: String| yaml.lines().filter(|l| l.starts_with("name: ")).map(String::from).collect::<Vec<_>>();
    assert_eq!(names(shown("slower.yaml")), ["name: slower"]);
    assert_eq!(names(shown("slower.yaml --variant night")), ["name: slower-night"]);
    bench.expect(2, "scenario show 'c*'");
    assert_eq!(names(shown("animal-crosses --variant night")), ["name: animal-crosses-night"]);
    let none = bench.expect(4, "scenario sample slower.yaml --variant nigth");
    assert!(text(&none.stderr).contains("there are night"), "{}", text(&none.stderr));
    bench.expect(2, "scenario sample 'c*'");
}

#[test]
fn explain_shows_an_example_and_its_mended_form() {
    let bench = Bench::new();
    let page = text(&bench.expect(0, "explain unknown-distribution").stdout);
    assert!(page.starts_with("unknown-distribution: There is no such distribution.\n\n"), "{page}");
    assert!(
        page.contains("\nFails:\n    parameters:\n      ego_speed_mps: {dist: unifrom,") && page.contains("\nMended:\n"),
        "{page}"
    );
    assert!(page.lines().all(|l| l.chars().count() <= 80), "{page}");
}

#[test]
fn the_list_is_that_of_the_contract() {
    let bench = Bench::new();
    fs::write(bench.path("list.json"), bench.expect(0, "scenario list --format json").stdout).unwrap();
    let list = json(&bench.path("list.json"));
    assert_eq!(list["schema"], "nines.scenarios/1");
    let one = list["scenarios"].as_array().unwrap().iter().find(|s| s["name"] == "child-at-curb").unwrap();
    let mut keys: Vec<&str> = one.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["file", "group", "name", "odd", "tags", "title"]);
    assert_eq!(one["file"], "catalogue/child-at-curb.yaml");
}
