//! The JSON schema of ODD profiles, built from the tables by which they are read.

use super::ODD_SCHEMA;
use super::benchmark::{Severity, Sure};
use super::read::RESTS_ON;
use crate::schema::{estimate, name, object, positive, source};
use crate::taxonomy::TAXONOMY;
use serde_json::{Map, Value, json};

/// The JSON schema (draft 2020-12) of an ODD profile.
pub fn odd_schema() -> Value {
    let text = json!({"type": "string"});
    // Scenarios of the catalogue for an editor to offer; a profile may name others, of one's own.
    let catalogue: Vec<&str> = crate::catalogue().into_iter().map(|e| e.name).collect();
    let scenario = json!({"anyOf": [{"enum": catalogue}, name('-')]});
    let pattern = json!({"anyOf": [{"enum": catalogue}, text]});
    let patterns = json!({"type": "array", "items": pattern, "uniqueItems": true});
    let quantity = |meaning: &str| {
        let mut out = object(json!({"value": positive(), "source": source()}), &["value", "source"]);
        out["description"] = json!(meaning);
        out
    };
    let mut exposure = estimate("per_1e6_km", positive());
    exposure["properties"]["rests_on"] = json!({"enum": RESTS_ON, "default": RESTS_ON[0]});
    let contents: Map<String, Value> = TAXONOMY
        .iter()
        .map(|a| {
            let values: Vec<&str> = a.value_names().collect();
            let list =
                json!({"type": "array", "items": {"enum": values}, "uniqueItems": true, "minItems": 1, "description": a.about});
            (a.name.to_owned(), list)
        })
        .collect();
    let rate = json!({"anyOf": [positive(), {"type": "array", "items": positive(), "minItems": 2, "maxItems": 2}]});
    let benchmark = object(
        json!({
            "name": text,
            "per_1e6_km": rate,
            "severity": {"enum": Severity::ALL.map(Severity::name)},
            "counts": {"type": "string", "description": "What is counted: persons, crashed vehicles, crashes, claims."},
            "sure": {"enum": Sure::ALL.map(Sure::name)},
            "comparable": {"type": "boolean", "default": true, "description": "False draws the line dashed; `caveat` says why."},
            "source": source(),
            "caveat": {"type": "string", "description": "What the line must not be taken for."}
        }),
        &["name", "per_1e6_km", "severity", "counts", "sure", "source", "caveat"],
    );
    let properties = json!({
        "schema": {"const": ODD_SCHEMA},
        "name": name('-'),
        "title": text,
        "description": text,
        "caveat": {"type": "string", "description": "What its sums must not be taken for; stands beside them."},
        "like": {"type": "string", "description": "Another ODD, whose scenarios, exposures and (of a built-in one) contents are taken where this file says nothing else."},
        "mean_speed_kmh": quantity("For rates per hour."),
        "trip_km": quantity("Mean length of a trip, for rates per trip."),
        "include": {"description": "Names, globs or tag:TAG; without it all scenarios that list the ODD.", "$ref": "#/$defs/patterns"},
        "include_reason": {"type": "string", "description": "Why `include` leaves out others of the ODD that it is like; without it these are left open."},
        "exclude": {"type": "array", "items": object(json!({"scenario": pattern, "reason": text}), &["scenario", "reason"])},
        "exposures": {"type": "object", "propertyNames": scenario, "additionalProperties": exposure},
        "contains": object(Value::Object(contents), &[]),
        "benchmarks": {"type": "array", "items": benchmark}
    });
    let mut out = object(properties, &["schema", "name", "title"]);
    out["anyOf"] = json!([{"required": ["contains"]}, {"required": ["like"]}]);
    out["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    out["title"] = json!("An operational design domain of nines");
    out["$defs"] = json!({"patterns": patterns});
    out
}
