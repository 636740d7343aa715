//! The figures of a campaign agree with each other, wherever they stand.

mod common;

use common::{Bench, WITH_PRIOR, json, text};
use nines::store::{read_ledger, read_rows};
use nines_metrics::{Alpha, Counts, binomial};
use serde_json::Value;
use std::fs;

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn totals_strata_ledger_and_rows_agree() {
    let bench = Bench::new();
    bench.expect(0, "run 'c*' 'd*' stopped-school-bus --policy idm-aeb --rollouts 3k --out a");
    let summary = json(&bench.path("a/summary.json"));
    let ledger = read_ledger(&bench.path("a/ledger.parquet")).unwrap();
    let scenarios = summary["scenarios"].as_array().unwrap();
    let sum = |of: &str| scenarios.iter().map(|s| number(&s[of])).sum::<u64>();
    let totals = &summary["totals"];
    assert_eq!(
        (sum("rollouts"), sum("failures"), sum("world_steps")),
        (number(&totals["rollouts"]), number(&totals["failures"]), number(&totals["world_steps"]))
    );
    for scenario in scenarios {
        let name = scenario["name"].as_str().unwrap();
        let strata = scenario["strata"].as_array().unwrap();
        let stratum = |of: &str| strata.iter().map(|s| number(&s[of])).sum::<u64>();
        assert_eq!((stratum("rollouts"), stratum("failures")), (3000, number(&scenario["failures"])), "{name}");
        let share: f64 = strata.iter().map(|s| s["share"].as_f64().unwrap()).sum();
        assert!((share - 1.0).abs() < 1e-9, "{name}: {share}");
        let causes: u64 = scenario["causes"].as_array().unwrap().iter().map(|c| number(&c["failures"])).sum();
        assert_eq!(causes, number(&scenario["failures"]), "{name}");
        let of_ledger = ledger.iter().filter(|row| row.scenario == name);
        let counted = of_ledger.map(|row| [row.rollouts, row.failures, row.world_steps, row.stored]);
        let counted = counted.fold([0; 4], |a, b| std::array::from_fn(|k| a[k] + b[k]));
        let rows = read_rows(&bench.path(&format!("a/rollouts/{name}/part-000000.parquet"))).unwrap();
        let stand =
            |failed: bool| rows.iter().filter(|r| !failed || r.verdict != "pass").map(|r| u64::from(r.stands_for)).sum::<u64>();
        assert_eq!(counted, [stand(false), stand(true), number(&scenario["world_steps"]), rows.len() as u64], "{name}");
        assert_eq!(stand(false), 3000);
    }
}

#[test]
fn limits_are_those_of_clopper_and_pearson() {
    let bench = Bench::new();
    for (method, marked) in [("stratified", true), ("mc", false)] {
        bench.expect(0, &format!("run {WITH_PRIOR} --policy idm-aeb --rollouts 3k --method {method} --out {method}"));
        let scenario = json(&bench.path(&format!("{method}/summary.json")))["scenarios"][0].clone();
        let hazard = &scenario["hazard"];
        if marked {
            assert_eq!(number(&hazard["rollouts"]), 1500);
        }
        let check = |probability: &Value, rollouts: u64, failures: u64| {
            let counts = Counts::new(rollouts, failures).unwrap();
            for (key, alpha) in [("upper", 0.025), ("one_sided_upper", 0.05)] {
                let expected = binomial::upper(counts, Alpha::new(alpha).unwrap());
                assert!((probability[key].as_f64().unwrap() - expected).abs() < 1e-9, "{method} {key}");
            }
        };
        if number(&hazard["rollouts"]) > 0 {
            check(&hazard["probability"], number(&hazard["rollouts"]), number(&hazard["failures"]));
        }
        if method == "mc" {
            check(&scenario["probability"], 3000, number(&scenario["failures"]));
            assert_eq!(scenario["probability"]["interval"], "clopper-pearson");
        } else {
            assert_eq!(scenario["probability"]["interval"], "two-group");
            assert_ne!(hazard["prior"]["estimate"], scenario["strata"][0]["share"]);
        }
    }
}

#[test]
fn every_document_is_valid_under_its_schema() {
    let bench = Bench::new();
    let run = bench.expect(0, "run 'c*' 'd*' --policy idm-aeb --rollouts 600 --out a --format json");
    assert_eq!(run.stdout, fs::read(bench.path("a/summary.json")).unwrap());
    let gate = bench.nines("gate a --nines 2 --format json");
    let scenarios = bench.expect(0, "scenario list --format json");
    for (schema, document) in [
        ("summary", run.stdout),
        ("gate", gate.stdout),
        ("scenarios", scenarios.stdout),
        ("campaign", fs::read(bench.path("a/campaign.json")).unwrap()),
    ] {
        let schema_text = bench.expect(0, &format!("schema {schema}"));
        let validator = jsonschema::validator_for(&serde_json::from_slice(&schema_text.stdout).unwrap()).unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{schema}: {errors:?}");
        assert_eq!(document["schema"], format!("nines.{schema}/1"));
    }
    for (table, column) in [("scenario", "latents"), ("rollouts", "stands_for"), ("ledger", "first_rollout")] {
        assert!(text(&bench.expect(0, &format!("schema {table}")).stdout).contains(column));
    }
}

#[test]
fn views_are_rebuilt() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --out a");
    let views = ["report.html", "junit.xml", "summary.md"].map(|name| bench.path("a").join(name));
    let before = views.clone().map(|path| fs::read(path).unwrap());
    views.iter().for_each(|path| fs::remove_file(path).unwrap());
    bench.expect(0, "report a");
    assert_eq!(fs::read(&views[1]).unwrap(), before[1]);
    assert!(views.iter().all(|path| fs::metadata(path).unwrap().len() > 100));
    let html = fs::read_to_string(&views[0]).unwrap();
    assert!(html.contains("child-at-curb") && !html.contains("<script"));
}

#[test]
fn every_key_of_the_contract_is_there_in_order() {
    let bench = Bench::new();
    let run = bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --format json --out a");
    let stdout = text(&run.stdout);
    let keys = [
        "schema",
        "nines_version",
        "status",
        "reproducible",
        "campaign",
        "policy",
        "odd",
        "method",
        "plan",
        "seed",
        "seed_from",
        "confidence",
        "demands",
        "totals",
        "scenarios",
        "odds",
        "validity",
        "warnings",
    ];
    let places: Vec<usize> =
        keys.iter().map(|key| stdout.find(&format!("\n  \"{key}\":")).unwrap_or_else(|| panic!("{key}"))).collect();
    assert!(places.is_sorted());
}
