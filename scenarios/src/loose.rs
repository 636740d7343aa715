//! The JSON schema of a file that extends another, and of variants: each field may stand alone, and nothing (`null`) removes.

use crate::schema::{known_or_path, named};
use serde_json::{Map, Value, json};

/// The schema of a whole file from that of its fields: complete, or laid over another by `extends` or as a variant.
pub(crate) fn whole(head: Value, fields: Value, required: &[&str]) -> Value {
    let (Value::Object(mut out), Value::Object(fields)) = (head, fields) else { return Value::Null };
    let section = |name: &String| (name.clone(), json!({"$ref": format!("#/$defs/laid_{name}")}));
    let laid: Map<String, Value> = fields.keys().map(section).collect();
    let mut with = laid.clone();
    ["schema", "name", "title", "exposure"].iter().for_each(|name| _ = with.remove(*name));
    let variant = json!({
        "type": "object",
        "properties": {
            "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "description": "Of the exposure; the base keeps the rest."},
            "source": {"type": "string"},
            "title": {"type": "string"},
            "with": {"type": "object", "properties": with, "additionalProperties": false, "description": "What is laid over the base."}
        },
        "required": ["share", "source", "with"],
        "additionalProperties": false
    });
    let mut known: Map<String, Value> = fields.keys().map(|name| (name.clone(), json!(true))).collect();
    let catalogue: Vec<&str> = crate::catalogue().into_iter().map(|e| e.name).collect();
    let mut extends = known_or_path(&catalogue);
    extends["description"] = json!("A scenario of the catalogue, or the path of a file, over which this one is laid.");
    known.insert("extends".to_owned(), extends);
    known.insert("variants".to_owned(), json!(true));
    if let Some(Value::Object(defs)) = out.get_mut("$defs") {
        let loose: Vec<(String, Value)> = defs.iter().map(|(name, schema)| (format!("{LOOSE}{name}"), loosen(schema))).collect();
        defs.extend(loose);
        defs.extend(fields.iter().map(|(name, schema)| (format!("laid_{name}"), nullable(loosen(schema)))));
    }
    // What is laid over may change variants of the base in part, or remove them.
    let (mut laid, mut fields) = (laid, fields);
    let mut in_part = variant.clone();
    in_part["required"] = json!([]);
    laid.insert("variants".to_owned(), nullable(named(nullable(in_part), '-')));
    fields.insert("variants".to_owned(), nullable(named(nullable(variant), '-')));
    let rest = json!({
        "type": "object",
        "properties": known,
        "required": ["schema", "name"],
        "additionalProperties": false,
        "if": {"required": ["extends"]},
        "then": {"properties": laid},
        "else": {"properties": fields, "required": required}
    });
    if let Value::Object(rest) = rest {
        out.extend(rest);
    }
    Value::Object(out)
}

const LOOSE: &str = "loose_";

/// A schema without what it requires. Lists are replaced as a whole, and stay as they are.
fn loosen(schema: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    let mut out = Map::new();
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("required" | "minProperties", _) => {}
            ("properties", Value::Object(named)) => {
                let named = named.iter().map(|(name, schema)| (name.clone(), nullable(loosen(schema))));
                out.insert(key.clone(), Value::Object(named.collect()));
            }
            ("additionalProperties", Value::Object(_)) => _ = out.insert(key.clone(), nullable(loosen(value))),
            ("anyOf" | "oneOf", Value::Array(all)) => _ = out.insert("anyOf".to_owned(), all.iter().map(loosen).collect()),
            ("$ref", Value::String(to)) => {
                _ = out.insert(key.clone(), json!(to.replace("#/$defs/", &format!("#/$defs/{LOOSE}"))))
            }
            _ => _ = out.insert(key.clone(), value.clone()),
        }
    }
    Value::Object(out)
}

fn nullable(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}
