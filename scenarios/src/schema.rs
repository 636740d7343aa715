//! The JSON schema of scenario files, built from the tables by which they are read, so that it cannot go stale.

use crate::actor::COMMON;
use crate::agent::ACTS;
use crate::condition::{LAMPS, NUMBERS, SIGNAL_STATES};
use crate::cue::MAX_LEVELS;
use crate::demand::KEEPS;
use crate::distribution::FORMS;
use crate::format::SCHEMA;
use crate::sections::ZONES;
use crate::street::LANE_KINDS;
use nines_sim::{
    Class, Criterion, CueKind, EgoSpec, FixedSpec, LookSpec, PaceSpec, RollerSpec, SensingSpec, SignalSpec, StartSpec,
    VehicleSpec, WalkerSpec, ZoneSpec,
};
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
        "values": mapping(json!({"$ref": "#/$defs/value"})),
        "latents": mapping(object(json!({"states": mapping(state())}), &["states"])),
        "road": road(),
        "ego": object(settings(EgoSpec::FIELDS), &[]),
        "sensing": object(merged(settings(SensingSpec::FIELDS), json!({"latency_s": {"type": "number", "minimum": 0.1}})), &[]),
        "signals": {"type": "array", "items": object(settings(SignalSpec::FIELDS), &[])},
        "zones": {"type": "array", "items": zone()},
        "actors": mapping(actor()),
        "criteria": object(json!({
            "fail": criteria, "leave_out": criteria, "harsh_limit_mps2": positive(),
            "demands": {"type": "array", "items": demand()}
        }), &[]),
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
            "condition": condition(),
            "choice_of_name": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/choice"}]},
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
            "sd" | "sigma" | "shape" | "median" => positive(),
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
    object(merged(json!({"kind": {"enum": kinds}}), settings(ZoneSpec::FIELDS)), &["kind", "from_m", "to_m"])
}

fn actor() -> Value {
    let one = |kind: &str, links: &[&str], fields: Value| {
        let mut properties = json!({
            "kind": {"const": kind},
            "class": {"enum": names(Class::ALL.iter().map(|c| c.name()))},
            "occludes": {"type": "boolean", "description": "Others can be hidden behind it."},
            "look_alike": {"enum": names(Class::ALL.iter().map(|c| c.name())), "description": "What it may be taken for."},
            "confusion": setting("Probability of that, where it is not that of `sensing`.", None),
            "sound": object(json!({
                "range_m": setting("Farthest distance at which it is heard, m.", Some(200.0)),
                "bearing_sd_rad": setting("Standard deviation of the bearing that is heard, radians.", Some(0.35)),
                "on": setting("1 while it sounds, unless its modes say so.", Some(1.0))
            }), &[]),
            "group": object(json!({
                "count": setting("How many of them there are.", None),
                "most": {"type": "integer", "minimum": 1, "description": "How many there can be."}
            }), &["count", "most"]),
            "each": mapping(parameter()),
            "members": {"type": "object", "description": "What differs, by the number of a member."},
            "cues": {"type": "array", "items": cue()}
        });
        for (name, _, meaning) in COMMON {
            properties[name] = setting(meaning, None);
        }
        for link in links {
            properties[*link] = json!({"type": "string"});
        }
        object(merged(properties, fields), &["kind", "class"])
    };
    let kinds = [
        one("fixed", &[], settings(FixedSpec::FIELDS)),
        one("walker", &["after"], settings(WalkerSpec::FIELDS)),
        one("vehicle", &["path", "leader"], settings(VehicleSpec::FIELDS)),
        one("roller", &[], settings(RollerSpec::FIELDS)),
        one(
            "agent",
            &["path"],
            merged(
                settings(StartSpec::FIELDS),
                json!({
                    "start": {"$ref": "#/$defs/choice_of_name", "description": "The first mode, perhaps by latent state."},
                    "modes": mapping(mode())
                }),
            ),
        ),
    ];
    json!({"type": "object", "oneOf": kinds})
}

/// A mode of an agent.
fn mode() -> Value {
    let next = object(json!({"when": {"$ref": "#/$defs/condition"}, "to": {"$ref": "#/$defs/choice_of_name"}}), &["when", "to"]);
    let acts: Vec<Value> = ACTS.iter().map(|(name, about)| json!({"const": name, "description": about})).collect();
    let properties = json!({
        "do": {"oneOf": acts},
        "actor": {"type": "string", "description": "Whom it follows, or by whom it is held."},
        "behind": {"type": "string", "description": "Behind whom it drives."},
        "class": {"enum": names(Class::ALL.iter().map(|c| c.name()))},
        "next": {"type": "array", "items": next}
    });
    object(merged(merged(properties, settings(PaceSpec::FIELDS)), settings(LookSpec::FIELDS)), &["do"])
}

/// A condition: all of its fields must hold.
fn condition() -> Value {
    let stretch = json!({"type": "array", "items": {"$ref": "#/$defs/value"}, "minItems": 2, "maxItems": 2});
    let list = json!({"type": "array", "items": {"$ref": "#/$defs/condition"}, "minItems": 1});
    let numbers = NUMBERS.iter().map(|(name, _, _, about)| ((*name).to_owned(), setting(about, None))).collect();
    let others = json!({
        "ego_tta_s": setting("The ego's time to arrival at the actor, or at `at_m`, is below this, s.", None),
        "at_m": setting("Place of the route for `ego_tta_s`, m.", None),
        "arrived": {"type": "boolean", "description": "The agent has reached the place that its mode leads to."},
        "ego_horn": {"type": "boolean"},
        "ego_help": {"type": "boolean"},
        "ego_lamp": {"enum": names(LAMPS.iter().map(|(n, _)| *n))},
        "ego_between_m": stretch,
        "actor": {"type": "string", "description": "The actor that the fields below are about; of a group any member."},
        "mode": {"type": "string"},
        "for_s": setting("It has been in that mode for as long, s.", None),
        "started_s": setting("It has set out as long ago, s.", None),
        "nearer_m": setting("It is nearer than this, m.", None),
        "slower_mps": setting("It is slower than this, m/s.", None),
        "between_m": stretch,
        "seen": {"type": "boolean", "description": "The ego's observation holds it."},
        "signal": {"type": "integer", "minimum": 1},
        "shows": {"enum": SIGNAL_STATES},
        "all": list,
        "any": list,
        "not": {"$ref": "#/$defs/condition"}
    });
    object(merged(Value::Object(numbers), others), &[])
}

/// A demand on the ego.
fn demand() -> Value {
    let keeps: Map<String, Value> = KEEPS
        .iter()
        .map(|(name, about)| {
            let of = match *name {
                "moving" | "horn" | "help" => json!({"type": "boolean", "description": about}),
                "lamp" => json!({"enum": names(LAMPS.iter().map(|(n, _)| *n)), "description": about}),
                _ => setting(about, None),
            };
            ((*name).to_owned(), of)
        })
        .collect();
    let of = json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]});
    let others = json!({
        "of": of,
        "when": {"$ref": "#/$defs/condition"},
        "or_below_mps": setting("Speed below which the gap does not matter, m/s.", Some(0.0)),
        "room_m": setting("Room before the line within which the stop counts, m.", Some(6.0)),
        "from_d_m": setting("Offset that is asked for, m.", Some(0.0)),
        "within_s": setting("Time within which it must be met once, s.", None),
        "total_s": setting("Time for which it may be unmet in all, s.", None),
        "source": {"type": "string"}
    });
    object(merged(Value::Object(keeps), others), &["source"])
}

fn cue() -> Value {
    let row = json!({"type": "array", "items": probability(), "minItems": 2, "maxItems": MAX_LEVELS});
    let properties = json!({
        "kind": {"enum": names(CueKind::ALL.iter().map(|k| k.name()))},
        "latent": {"type": "string"},
        "by": {"const": "mode", "description": "Depends on the mode of the agent, not on a latent variable."},
        "missed": {"type": "number", "minimum": 0, "maximum": 1, "default": 0, "description": "Probability that a draw is missed."},
        "levels": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": MAX_LEVELS},
        "likelihood": mapping(row),
        "window_s": {"type": "number", "minimum": 0, "description": "A draw holds as long; 0 for the whole encounter."},
        "range_m": positive(),
        "source": {"type": "string"}
    });
    object(properties, &["kind", "levels", "likelihood", "window_s", "range_m", "source"])
}
