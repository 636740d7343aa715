//! The JSON schema of scenario files, built from the tables by which they are read, so that it cannot go stale.

use crate::actor::COMMON;
use crate::cue::MAX_LEVELS;
use crate::distribution::FORMS;
use crate::format::SCHEMA;
use crate::sections::ZONES;
use crate::street::LANE_KINDS;
use nines_sim::{Class, Criterion, CueKind, EgoSpec, FixedSpec, RollerSpec, SensingSpec, SignalSpec, VehicleSpec, WalkerSpec};
use serde_json::{Map, Value, json};

/// Name, default and meaning of the fields of a part of the engine.
type Part = &'static [(&'static str, f64, &'static str)];

/// The JSON schema (draft 2020-12) of a scenario file.
pub fn schema() -> Value {
    let words = json!({"type": "array", "items": {"$ref": "#/$defs/name"}, "uniqueItems": true});
    let criteria =
        json!({"type": "array", "uniqueItems": true, "items": {"enum": names(Criterion::ALL.iter().map(|c| c.name()))}});
    let properties = json!({
        "schema": {"const": SCHEMA},
        "name": {"$ref": "#/$defs/name"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "group": {"$ref": "#/$defs/name"},
        "odd": {"type": "array", "items": {"$ref": "#/$defs/name"}, "uniqueItems": true, "minItems": 1},
        "tags": words,
        "sources": mapping(json!({"type": "string"})),
        "parameters": mapping(parameter()),
        "correlations": {"type": "array", "items": correlation()},
        "values": mapping(json!({"$ref": "#/$defs/value"})),
        "latents": mapping(object(json!({"states": mapping(state())}), &["states"])),
        "road": road(),
        "ego": object(settings(EgoSpec::FIELDS), &[]),
        "sensing": object(merged(settings(SensingSpec::FIELDS), json!({"latency_s": {"type": "number", "minimum": 0.1}})), &[]),
        "signals": {"type": "array", "items": object(settings(SignalSpec::FIELDS), &[])},
        "zones": {"type": "array", "items": zone()},
        "actors": mapping(actor()),
        "criteria": object(json!({"fail": criteria, "leave_out": criteria, "harsh_limit_mps2": positive()}), &[]),
        "exposure": mapping(estimate("per_1e6_km", positive())),
    });
    let file = object(properties, &["schema", "name", "title", "odd", "road", "ego", "actors"]);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of nines",
        "$defs": {
            "name": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
            "value": {
                "description": "A number, an expression over parameters and named values, or a choice by latent state.",
                "anyOf": [{"type": "number"}, {"type": "string"}, {"$ref": "#/$defs/choice"}]
            },
            "choice": {
                "type": "object",
                "properties": {"by": {"type": "string"}},
                "required": ["by"],
                "additionalProperties": {"$ref": "#/$defs/value"}
            },
            "distribution": {"type": "object", "oneOf": FORMS.iter().map(distribution).collect::<Vec<_>>()},
            "bound": {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf"]}]}
        }
    });
    merged(head, file)
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    all.collect()
}

/// A mapping from names that authors choose.
fn mapping(of: Value) -> Value {
    json!({"type": "object", "additionalProperties": of})
}

/// A mapping with these fields alone.
fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn merged(a: Value, b: Value) -> Value {
    let fields = [a, b].into_iter().filter_map(|v| if let Value::Object(m) = v { Some(m) } else { None });
    Value::Object(fields.flatten().collect::<Map<_, _>>())
}

fn positive() -> Value {
    json!({"type": "number", "exclusiveMinimum": 0})
}

fn probability() -> Value {
    json!({"type": "number", "minimum": 0, "maximum": 1})
}

fn rest() -> Value {
    json!({"const": "rest"})
}

/// A value with its meaning and default.
fn setting(meaning: &str, default: Option<f64>) -> Value {
    // JSON has no infinity; in the file it is written `inf`.
    let default =
        default.map_or(json!(null), |d| if d.is_finite() { json!(d) } else { json!(crate::expression::number_text(d)) });
    let mut out = json!({"description": meaning.trim(), "$ref": "#/$defs/value"});
    if !default.is_null() {
        out["default"] = default;
    }
    out
}

fn settings(fields: Part) -> Value {
    Value::Object(fields.iter().map(|(name, default, doc)| ((*name).to_owned(), setting(doc, Some(*default)))).collect())
}

/// One form of a distribution: its name, the fields it needs, and those it may have.
fn distribution((name, needs, may): &(&str, &[&str], &[&str])) -> Value {
    let mut properties = json!({"dist": {"const": name}, "source": {"type": "string"}, "weight": positive()});
    for field in needs.iter().chain(*may) {
        properties[*field] = match *field {
            "low" | "high" => json!({"$ref": "#/$defs/bound"}),
            "sd" | "sigma" | "median" | "scale" => positive(),
            "shape" | "alpha" | "beta" => json!({"type": "number", "minimum": 0.1, "maximum": 1000}),
            "most" => json!({"anyOf": [{"type": "number", "minimum": 1}, {"const": "inf"}]}),
            "edges" | "probabilities" | "values" => json!({"type": "array", "items": {"type": "number"}, "minItems": 2}),
            "weights" => json!({"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1}),
            "parts" => json!({"type": "array", "items": {"$ref": "#/$defs/distribution", "required": ["weight"]}, "minItems": 1}),
            _ => json!({"type": "number"}),
        };
    }
    let required: Vec<&str> = std::iter::once("dist").chain(needs.iter().copied()).collect();
    object(properties, &required)
}

fn parameter() -> Value {
    json!({"$ref": "#/$defs/distribution", "required": ["dist", "source"]})
}

fn correlation() -> Value {
    let of = json!({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2, "uniqueItems": true});
    let rho = json!({
        "type": "number",
        "exclusiveMinimum": -1,
        "exclusiveMaximum": 1,
        "description": "Correlation of the standard normal coordinates; the rank correlation is 6/pi asin(rho/2)."
    });
    object(json!({"of": of, "rho": rho, "source": {"type": "string"}}), &["of", "rho", "source"])
}

/// An estimate with its uncertainty, as a factor or as limits.
fn estimate(name: &str, of: Value) -> Value {
    let properties = json!({
        name: of,
        "factor90": {"type": "number", "minimum": 1, "description": "Factor either way that holds 90%."},
        "lower": {"type": "number", "minimum": 0, "description": "Lower limit at 95%."},
        "upper": {"type": "number", "minimum": 0, "description": "Upper limit at 95%."},
        "source": {"type": "string"}
    });
    let mut out = object(properties, &[name, "source"]);
    out["oneOf"] = json!([{"required": ["factor90"]}, {"required": ["lower", "upper"]}]);
    out
}

fn state() -> Value {
    let properties = json!({
        "prior": {"anyOf": [rest(), estimate("estimate", probability())], "description": "How often nature takes this state."},
        "share": {"anyOf": [rest(), probability()], "description": "How often we look, where nature's share is not known."},
        "hazard": {"type": "boolean", "description": "Makes the encounter dangerous."}
    });
    object(properties, &[])
}

fn road() -> Value {
    let lane = json!({
        "kind": {"enum": names(LANE_KINDS.iter().map(|(n, _)| *n))},
        "width_m": positive(),
        "oncoming": {"type": "boolean", "default": false},
        "ego": {"type": "boolean", "default": false, "description": "The ego drives here; true of one lane."}
    });
    let stretch = json!({"length_m": positive(), "radius_m": {"$ref": "#/$defs/bound", "description": "Positive to the left."}});
    let number = json!({"type": "number"});
    let path = json!({"x_m": number, "y_m": number, "heading_rad": number});
    let properties = json!({
        "lanes": {"type": "array", "items": object(lane, &["kind", "width_m"]), "minItems": 1, "description": "From left to right."},
        "route": {"type": "array", "items": object(stretch, &["length_m"]), "minItems": 1},
        "paths": mapping(object(path, &["x_m", "y_m", "heading_rad"]))
    });
    object(properties, &["lanes"])
}

fn zone() -> Value {
    let kinds = names(ZONES.iter().map(|(n, _)| *n));
    let properties = json!({"kind": {"enum": kinds}, "from_m": {"type": "number"}, "to_m": {"type": "number"}});
    object(properties, &["kind", "from_m", "to_m"])
}

fn actor() -> Value {
    let one = |kind: &str, links: &[&str], fields: Part| {
        let mut properties = json!({
            "kind": {"const": kind},
            "class": {"enum": names(Class::ALL.iter().map(|c| c.name()))},
            "occludes": {"type": "boolean", "description": "Others can be hidden behind it."},
            "cues": {"type": "array", "items": cue()}
        });
        for (name, _, meaning) in COMMON {
            properties[name] = setting(meaning, None);
        }
        for link in links {
            properties[*link] = json!({"type": "string"});
        }
        object(merged(properties, settings(fields)), &["kind", "class"])
    };
    let kinds = [
        one("fixed", &[], FixedSpec::FIELDS),
        one("walker", &["after"], WalkerSpec::FIELDS),
        one("vehicle", &["path", "leader"], VehicleSpec::FIELDS),
        one("roller", &[], RollerSpec::FIELDS),
    ];
    json!({"type": "object", "oneOf": kinds})
}

fn cue() -> Value {
    let row = json!({"type": "array", "items": probability(), "minItems": 2, "maxItems": MAX_LEVELS});
    let properties = json!({
        "kind": {"enum": names(CueKind::ALL.iter().map(|k| k.name()))},
        "latent": {"type": "string"},
        "levels": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": MAX_LEVELS},
        "likelihood": mapping(row),
        "window_s": {"type": "number", "minimum": 0, "description": "A draw holds as long; 0 for the whole encounter."},
        "range_m": positive(),
        "source": {"type": "string"}
    });
    object(properties, &["kind", "latent", "levels", "likelihood", "window_s", "range_m", "source"])
}
