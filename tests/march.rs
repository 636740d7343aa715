//! The march of a policy's versions: what is kept, what is compared, what is refused.

mod common;

use common::{Bench, text};
use serde_json::Value;
use std::fs;
use std::process::Command;

const OF: &str = "run child-at-curb cut-in-short-headway --rollouts 2k";

fn show(bench: &Bench) -> Value {
    serde_json::from_slice(&bench.expect(0, "march show --format json").stdout).unwrap()
}

/// Four versions with known efforts.
fn four(bench: &Bench) {
    for (k, policy) in ["idm", "idm-aeb", "common-sense:headway_s=1.2", "common-sense"].iter().enumerate() {
        bench.expect(0, &format!("{OF} --policy {policy} --out c{k}"));
        bench.expect(0, &format!("march add c{k} --version v{k} --effort {}h", 100 * (k + 1)));
    }
}

#[test]
fn versions_stand_in_the_order_of_effort_with_the_figures_of_their_campaigns() {
    let bench = Bench::new();
    assert!(text(&bench.expect(4, "march show").stderr).contains("nines march add"));
    four(&bench);
    let history = show(&bench);
    let versions = history["versions"].as_array().unwrap();
    assert_eq!(versions.iter().map(|v| v["version"].as_str().unwrap()).collect::<Vec<_>>(), ["v0", "v1", "v2", "v3"]);
    let summary = common::json(&bench.path("c1/summary.json"));
    let least = summary["scenarios"].as_array().unwrap().iter().map(|s| s["nines"]["demonstrated"].as_f64().unwrap());
    assert_eq!(versions[1]["demonstrated"].as_f64().unwrap(), least.fold(f64::INFINITY, f64::min));
    let worst = summary["scenarios"].as_array().unwrap().iter().max_by_key(|s| s["hazard"]["failures"].as_u64()).unwrap();
    assert_eq!((&versions[1]["worst"], &versions[1]["failures"]), (&worst["name"], &worst["hazard"]["failures"]));
    assert_eq!(history["effort"], "stated");
    assert_eq!(history["trend"]["versions_with_failures"], versions.iter().filter(|v| v["failures"] != 0).count());
    assert!(history["trend"]["cost"]["lower"].as_f64().unwrap() > 0.0);
    let shown = text(&bench.expect(0, "march show").stdout);
    assert!(shown.lines().all(|line| line.chars().count() <= 80) && shown.contains("versions say little"), "{shown}");
    // The figures are a copy: the campaigns may go.
    fs::remove_dir_all(bench.path("c1")).unwrap();
    assert_eq!(show(&bench), history);
}

#[test]
fn effort_that_runs_backwards_and_a_worst_that_is_chance_are_told() {
    let bench = Bench::new();
    for (k, (policy, hours)) in [("idm", 100), ("idm:headway_s=1.2", 300), ("idm:headway_s=1.3", 200)].iter().enumerate() {
        bench.expect(0, &format!("run child-at-curb ball-between-cars --policy {policy} --rollouts 256 --out c{k}"));
        bench.expect(0, &format!("march add c{k} --version v{k} --effort {hours}h"));
    }
    let said = text(&bench.expect(0, "march show").stderr);
    assert!(said.contains("effort runs backwards: v2 states 100 h less than v1"), "{said}");
    // `idm` fails nearly always in both: which of them looks worst is chance.
    assert!(said.contains("another scenario may be the worst as well") && said.contains("92.8%"), "{said}");
}

#[test]
fn the_answer_fits_its_schema_and_pictures_hold_every_version() {
    let bench = Bench::new();
    four(&bench);
    let schema: Value = serde_json::from_slice(&bench.expect(0, "schema march").stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&show(&bench)).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    bench.expect(0, "march show --svg m.svg --html m.html");
    for file in ["m.svg", "m.html"] {
        let picture = fs::read_to_string(bench.path(file)).unwrap();
        assert!(["v0", "v1", "v2", "v3"].iter().all(|v| picture.contains(&format!(">{v}<"))), "{file}");
        assert!(!picture.contains("NaN") && !picture.contains("inf\""), "{file}");
    }
}

#[test]
fn two_versions_get_no_line_and_the_gate_counts_what_was_tried() {
    let bench = Bench::new();
    bench.expect(0, &format!("{OF} --policy idm --out a"));
    bench.expect(0, &format!("{OF} --policy idm-aeb --out b"));
    let before = |line: &str| {
        let gate: Value = serde_json::from_slice(&bench.nines(line).stdout).unwrap();
        (gate["versions_before"].clone(), gate["campaigns_before"].clone())
    };
    assert_eq!(before("gate b --nines 1 --format json"), (Value::Null, Value::Null));
    bench.expect(0, "march add a --version v1 --effort 10h");
    assert_eq!(before("gate b --nines 1 --format json"), (1.into(), 1.into()));
    bench.expect(0, "march add b --version v2 --effort 20h");
    assert_eq!(before("gate b --nines 1 --format json"), (1.into(), 1.into()));
    assert_eq!(before("gate a --nines 1 --format json"), (0.into(), 0.into()));
    let noted = text(&bench.nines("gate b --nines 1").stderr);
    assert!(noted.contains("tried before, by march: 1 other version, 1 campaign"), "{noted}");
    bench.expect(4, "gate b --nines 1 --store elsewhere");
    let history = show(&bench);
    assert!(history["trend"].is_null() && history["why"].as_str().unwrap().contains("2 versions"), "{history}");
}

#[test]
fn what_is_there_already_or_has_another_ones_name_is_refused() {
    let bench = Bench::new();
    bench.expect(0, &format!("{OF} --policy idm --out a"));
    bench.expect(0, &format!("{OF} --policy idm --seed 5 --out again"));
    bench.expect(0, &format!("{OF} --policy idm-aeb --out b"));
    bench.expect(0, "march add a --version v1");
    assert!(text(&bench.expect(6, "march add a --version v2").stderr).contains("in the march already: v1"));
    assert!(text(&bench.expect(6, "march add b --version v1").stderr).contains("another policy"));
    assert!(text(&bench.expect(6, "march add again --version v2").stderr).contains("--version v1"));
    bench.expect(0, "march add again --version v1");
    let history = show(&bench);
    assert_eq!(history["versions"].as_array().unwrap().len(), 1);
    assert_eq!(history["versions"][0]["campaigns"], 2);
    assert!(history["warnings"][0].as_str().unwrap().contains("chosen by hand"), "{history}");
}

#[test]
fn only_scenarios_that_are_the_same_in_all_versions_are_compared() {
    let bench = Bench::new();
    bench.expect(0, "scenario new mine");
    bench.expect(0, "run ./mine.yaml child-at-curb --policy idm --rollouts 600 --out a");
    bench.expect(0, "march add a --version v1");
    // The author goes on with the scenario.
    let file = fs::read_to_string(bench.path("mine.yaml")).unwrap();
    assert!(file.contains("limit_mps: ") || file.contains("high: 13.9"), "{file}");
    bench.write("mine.yaml", &file.replacen("high: 13.9", "high: 12.9", 1));
    bench.expect(0, "run ./mine.yaml child-at-curb cut-in-short-headway --policy idm-aeb --rollouts 600 --out b");
    bench.expect(0, "march add b --version v2");
    let history = show(&bench);
    assert_eq!(history["scenarios"], serde_json::json!(["child-at-curb"]));
    let left = serde_json::json!([{"name": "cut-in-short-headway", "why": "missing"}, {"name": "mine", "why": "changed"}]);
    assert_eq!(history["left_out"], left);
    bench.expect(0, "run cut-out-reveal --policy common-sense --rollouts 600 --out c");
    let refused = text(&bench.expect(6, "march add c --version v3").stderr);
    assert!(refused.contains("v2 was tried in") && refused.contains("cut-out-reveal"), "{refused}");
    bench.expect(0, "run ./mine.yaml --policy common-sense --rollouts 600 --out d");
    let refused = text(&bench.expect(6, "march add d --version v3").stderr);
    assert!(refused.contains("nothing to compare: no scenario is the same in all versions"), "{refused}");
}

#[test]
fn a_search_is_no_version_and_damage_names_file_and_line() {
    let bench = Bench::new();
    bench.expect(0, "run cut-in-short-headway --policy idm --method qmc --rollouts 2k --out s");
    assert!(text(&bench.expect(6, "march add s").stderr).contains("is a search"));
    bench.expect(0, &format!("{OF} --policy idm --out a"));
    bench.expect(0, "march add a --version v1");
    let path = bench.path("march/001-v1.json");
    let whole = fs::read_to_string(&path).unwrap();
    let line = 1 + whole.lines().position(|line| line.contains("child-at-curb")).unwrap();
    fs::write(&path, whole.replacen("\"failures\":", "\"failures\":9", 1)).unwrap();
    let error = text(&bench.expect(5, "march show").stderr);
    assert!(error.contains("001-v1.json") && error.contains(&format!("line {line}")), "{error}");
    fs::write(&path, whole.replacen("{\"name\"", "{\"nam\"", 1)).unwrap();
    let error = text(&bench.expect(5, "march show").stderr);
    assert!(error.contains("unknown field `nam`") && error.contains(&format!("line {line} column")), "{error}");
    fs::write(&path, whole.replacen("\"version\": \"v1\"", "\"version\": \"v\\u001b[2J1\"", 1)).unwrap();
    let error = text(&bench.expect(5, "march show").stderr);
    assert!(error.contains("holds control characters") && !error.contains('\u{1b}'), "{error}");
    fs::write(&path, whole.replacen("nines.version/1", "nines.version/2", 1)).unwrap();
    bench.expect(6, "march show");
    // A gate that was not told of a march goes on without.
    assert!(text(&bench.nines("gate a --nines 1").stderr).contains("what was tried before is not known"));
}

#[test]
fn a_repository_names_versions_and_dates_their_effort() {
    let bench = Bench::new();
    let git = |words: &[&str], date: &str| {
        let mut command = Command::new("git");
        for (name, value) in [("GIT_AUTHOR_DATE", date), ("GIT_COMMITTER_DATE", date), ("GIT_CONFIG_GLOBAL", "/dev/null")] {
            command.env(name, value);
        }
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let done = command.args(identity).args(words).current_dir(bench.path("")).output().unwrap();
        assert!(done.status.success(), "{}", text(&done.stderr));
    };
    git(&["init", "--quiet"], "");
    for (k, policy) in ["idm", "idm-aeb"].iter().enumerate() {
        bench.expect(0, &format!("{OF} --policy {policy} --out c{k}"));
        bench.write("policy.txt", policy);
        git(&["add", "policy.txt"], "");
        git(&["commit", "--quiet", "--message", policy], &format!("2026-03-0{}T12:00:00Z", k + 1));
        git(&["tag", &format!("drive-{k}")], "");
        let said = text(&bench.expect(0, &format!("march add c{k}")).stderr);
        assert!(said.contains("by the date of commit"), "{said}");
    }
    let history = show(&bench);
    assert_eq!(history["effort"], "commit_dates");
    let versions: Vec<_> =
        history["versions"].as_array().unwrap().iter().map(|v| (v["version"].as_str(), v["effort"].as_f64())).collect();
    assert_eq!(versions, [(Some("drive-0"), Some(0.0)), (Some("drive-1"), Some(24.0))]);
}
