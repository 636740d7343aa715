//! The shape against JSON written by hand.

use super::*;

const WRITTEN: &str = r#"{
  "schema": "nines.summary/1", "nines_version": "0.1.0", "status": "interrupted", "reproducible": false, "campaign": "sha256:00",
  "policy": {"name": "stack.py:drive", "kind": "python", "settings": {"gain": 0.5}, "fingerprint": "sha256:01", "not_covered": ["numpy"]},
  "odd": [], "method": "mc", "plan": "watched", "seed": 7, "seed_from": "chosen", "confidence": 0.9,
  "demands": {"content": {"nines": 3}, "hash": "sha256:02"},
  "totals": {"scenarios": 1, "rollouts": 512, "world_steps": 60000, "failures": 4, "policy_faults": 1},
  "scenarios": [{
    "name": "a", "odd": ["town"], "tags": ["vru"], "fingerprint": "sha256:03", "status": "interrupted", "method": "mc", "seed": 7,
    "rollouts": 512, "evaluations": 512, "world_steps": 60000, "failures": 4,
    "hazard": {"states": ["intent=dash"], "rollouts": 256, "failures": 3, "prior": null, "probability": {
      "estimate": 0.01171875, "lower": 0.002, "upper": 0.04, "one_sided_lower": 0.003, "one_sided_upper": 0.03, "confidence": 0.9,
      "kind": "sampled", "interval": "confidence-sequence", "reach": null, "upper_with_reach": null,
      "assumptions": ["scenario-model"], "diagnostics": {"ok": true, "warnings": []}}},
    "nines": {"per": "hazard", "demonstrated": 1.52, "estimated": 1.93},
    "march": [{"nine": 1, "reliability": "90%", "state": "demonstrated", "rollouts_needed": null, "rollouts_needed_clean": null}],
    "probability": null, "encounter": null, "why": "no-natural-prior",
    "strata": [{"latent": {"intent": "dash"}, "state_kind": "hazard", "share": 0.5, "rollouts": 256, "failures": 3,
      "one_sided_upper": 0.03, "prior": null}],
    "causes": [{"criterion": "collision", "with": "child", "failures": 4, "share": 1.0, "first": "a/3", "worst": "a/9"}],
    "policy_faults": {"total": 1, "panic": 1, "not_finite": 0, "out_of_range": 0, "deadline": 0, "disconnected": 0, "bad_reply": 0, "batch_dependent": 0},
    "severity": {"mean_impact_speed_mps": 3.5, "p95_impact_speed_mps": 8.0},
    "attribution": null, "avoidable": null, "ceiling_nines": null, "modes": null, "modes_of": null, "sensitivity": [], "next_nine": null,
    "caution": {"mean_time_lost_s": 0.5, "harsh_brakes_per_encounter": 0.1, "needless_stops_per_encounter": 0.0},
    "calibration": null, "exposure": null, "rate_per_km": null, "search": null
  }],
  "odds": [],
  "validity": {"statement": "Holds for the scenario models.", "see": "docs/validity.md"},
  "warnings": ["interrupted"]
}"#;

/// JSON without the white space between its tokens. Strings of the samples hold no spaces that would be lost unequally.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn a_written_summary_comes_back_key_by_key_and_in_order() {
    let summary: Summary = serde_json::from_str(WRITTEN).unwrap();
    let text = serde_json::to_string(&summary).unwrap();
    assert_eq!(squeezed(&text), squeezed(WRITTEN));
}

#[test]
fn the_sample_campaign_survives_a_round_trip() {
    let campaign = crate::sample::campaign();
    let text = serde_json::to_string_pretty(&campaign).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), campaign);
}

#[test]
fn the_schema_requires_every_key() {
    let schema = schema();
    let required = schema["required"].as_array().unwrap();
    let value = serde_json::to_value(crate::sample::campaign()).unwrap();
    assert_eq!(required.len(), value.as_object().unwrap().len());
    for name in ["ScenarioSummary", "OddSummary", "Probability", "NineStep", "OddNineStep"] {
        let definition = &schema["$defs"][name];
        let properties = definition["properties"].as_object().unwrap().len();
        assert_eq!(definition["required"].as_array().unwrap().len(), properties, "{name}");
    }
}
