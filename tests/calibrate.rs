//! Natural priors from crash statistics, and a campaign that rests on them.

mod common;

use common::{Bench, json, text};
use std::fs;

#[test]
fn calibrated_priors_change_what_is_per_encounter_and_nothing_else() {
    let bench = Bench::new();
    let output = bench.expect(
        0,
        "calibrate child-at-curb right-hook right-hook-night cut-out-reveal --rollouts 2k --out priors.yaml --format json",
    );
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["schema"], "nines.calibration/1");
    let hazards = found["hazards"].as_array().unwrap();
    assert_eq!(hazards.len(), 2, "a scenario without an anchor is left alone");
    for hazard in hazards {
        let p = hazard["crashes"].as_f64().unwrap() / hazard["rollouts"].as_f64().unwrap();
        let by_hand = hazard["crashes_per_1e6_km"].as_f64().unwrap() / (hazard["encounters_per_1e6_km"].as_f64().unwrap() * p);
        assert!((hazard["prior"]["estimate"].as_f64().unwrap() / by_hand - 1.0).abs() < 1e-9);
    }
    // Both of the family meet the anchor's exposure together.
    assert_eq!(hazards[1]["applies_to"].as_array().unwrap().len(), 2);
    assert_eq!(hazards[1]["encounters_per_1e6_km"], 2500.0);

    let run = "run child-at-curb --policy idm-aeb --rollouts 1024 --seed 3 --progress none";
    bench.expect(0, &format!("{run} --out before"));
    let output = bench.expect(0, &format!("{run} --out after --priors priors.yaml"));
    assert!(!text(&output.stderr).contains("differs from it"), "{}", text(&output.stderr));
    let [before, after] = ["before", "after"].map(|dir| json(&bench.path(dir).join("summary.json"))["scenarios"][0].clone());
    assert_eq!(before["hazard"]["failures"], after["hazard"]["failures"]);
    assert_eq!(before["hazard"]["probability"], after["hazard"]["probability"]);
    let prior = |s: &serde_json::Value| s["hazard"]["prior"]["estimate"].as_f64().unwrap();
    assert!((prior(&after) / hazards[0]["prior"]["estimate"].as_f64().unwrap() - 1.0).abs() < 0.01);
    assert!(after["hazard"]["prior"]["source"].as_str().unwrap().contains("nieon"));
    assert!(prior(&after) < prior(&before));
    bench.expect(0, "verify after");

    bench.expect(6, "calibrate child-at-curb --out priors.yaml");
    bench.expect(4, "calibrate cut-out-reveal --out other.yaml");
    bench.expect(2, "calibrate child-at-curb --policy nobody --out other.yaml");
    bench.expect(5, "calibrate child-at-curb --anchors nowhere.yaml --out other.yaml");
    bench.expect(5, &format!("{run} --out c --priors nowhere.yaml"));
    let broken = fs::read_to_string(bench.path("priors.yaml")).unwrap().replace("dashing", "flying");
    bench.write("broken.yaml", &broken);
    let output = bench.expect(5, &format!("{run} --out c --priors broken.yaml"));
    assert!(text(&output.stderr).contains("child-at-curb has no state intent=flying"), "{}", text(&output.stderr));
}
