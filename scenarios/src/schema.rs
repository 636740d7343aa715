//! The JSON schema of scenario files, built from the tables by which they are read, so that it cannot go stale.

use crate::actor::COMMON;
use crate::agent::ACTS;
use crate::condition::{LAMPS, NUMBERS, SIGNAL_STATES};
use crate::cue::MAX_LEVELS;
use crate::demand::KEEPS;
use crate::distribution::FORMS as DISTRIBUTIONS;
use crate::domain::Domain;
use crate::fields::MAX_NAME;
use crate::format::SCHEMA;
use crate::layout::{FORMS, Form, Takes};
use crate::library::library;
use crate::rules::{RULES, RULES_SCHEMA, Rule};
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
    let properties = json!({
        "schema": {"const": SCHEMA},
        "name": {"$ref": "#/$defs/name"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "group": {"$ref": "#/$defs/name"},
        "odd": {"type": "array", "items": {"$ref": "#/$defs/name"}, "uniqueItems": true, "minItems": 1},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$|^[a-z_]+[.][a-z][a-z0-9-]*$"}, "uniqueItems": true},
        "sources": mapping(json!({"type": "string"})),
        "parameters": named(json!({"$ref": "#/$defs/parameter"}), '_'),
        "correlations": {"type": "array", "items": correlation()},
        "values": named(json!({"$ref": "#/$defs/value"}), '_'),
        "latents": named(object(json!({"states": states()}), &["states"]), '_'),
        "road": road(),
        "rules": jurisdiction(),
        "ego": object(drawn(settings(EgoSpec::FIELDS)), &[]),
        "environment": object(conditions(), &[]),
        "sensing": sensing(),
        "signals": {"type": "array", "items": object(settings(SignalSpec::FIELDS), &[])},
        "zones": {"type": "array", "items": zone()},
        "actors": named(actor(), '_'),
        "criteria": criteria(),
        "exposure": named(estimate("per_1e6_km", positive()), '-'),
    });
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of nines",
        "$defs": {
            "name": name('-'),
            "value": {
                "description": "A number, an expression over parameters and named values, or a choice by latent state.",
                "anyOf": [{"type": "number"}, expression(), {"$ref": "#/$defs/choice"}]
            },
            "choice": {
                "type": "object",
                "properties": {"by": {"type": "string"}},
                "required": ["by"],
                "additionalProperties": {"$ref": "#/$defs/value"}
            },
            "drawn": {
                "description": "A value, or a distribution in place, which becomes a parameter.",
                "anyOf": [{"type": "number"}, expression(), {"$ref": "#/$defs/drawn_choice"}, {"$ref": "#/$defs/parameter"}]
            },
            "drawn_choice": {
                "type": "object",
                "properties": {"by": {"type": "string"}},
                "required": ["by"],
                "additionalProperties": {"$ref": "#/$defs/drawn"}
            },
            "parameter": parameter(),
            "condition": condition(),
            "choice_of_name": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/choice"}]},
            "prior": by_latent("prior", estimate("estimate", probability())),
            "share": by_latent("share", probability()),
            "distribution": {"type": "object", "oneOf": DISTRIBUTIONS.iter().map(distribution).collect::<Vec<_>>()},
            "use": used(),
            "bound": {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf"]}]}
        }
    });
    crate::loose::whole(head, properties, &["schema", "name", "title", "odd", "road", "ego", "actors"])
}

/// The JSON schema (draft 2020-12) of a rules file.
pub fn rules_schema() -> Value {
    let rule = |(name, rule, about): &(&str, Rule, &str)| {
        let value = match rule {
            Rule::Speed => json!({"type": "number", "minimum": 0, "maximum": 60}),
            Rule::Gap => json!({"type": "number", "minimum": 0, "maximum": 30}),
            Rule::Flag => json!({"enum": [0, 1]}),
        };
        let mut out = object(json!({"value": value, "source": source()}), &["value", "source"]);
        out["description"] = json!(about);
        ((*name).to_owned(), out)
    };
    let properties = json!({
        "schema": {"const": RULES_SCHEMA},
        "name": name('-'),
        "title": {"type": "string"},
        "extends": jurisdiction(),
        "drives_on": {"const": "right"},
        "sources": mapping(json!({"type": "string"})),
        "rules": object(Value::Object(RULES.iter().map(rule).collect()), &[])
    });
    let head = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rules of the road of nines"});
    merged(head, object(properties, &["schema", "name", "title", "rules"]))
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    all.collect()
}

/// A mapping from names that authors choose.
pub(crate) fn mapping(of: Value) -> Value {
    json!({"type": "object", "additionalProperties": of})
}

/// Names that authors choose, as [`crate::fields::check_name`] reads them.
pub(crate) fn name(separator: char) -> Value {
    json!({
        "type": "string", "pattern": format!("^[a-z][a-z0-9{separator}]*$"), "maxLength": MAX_NAME,
        "not": {"enum": crate::expression::RESERVED}
    })
}

/// A mapping from such names.
pub(crate) fn named(of: Value, separator: char) -> Value {
    json!({"type": "object", "propertyNames": name(separator), "additionalProperties": of})
}

/// Built-in ones for an editor to offer, or a path.
pub(crate) fn known_or_path(names: &[&str]) -> Value {
    json!({"anyOf": [{"enum": names}, {"type": "string", "pattern": "[/\\\\]|[.]yaml$"}]})
}

/// An expression, without what none can have: two operands side by side (`5 km/h`), a number that runs into letters, a comma outside of brackets (`1,5`), an operator or comma at the
/// end, a function that does not exist.
fn expression() -> Value {
    let functions = r"(?:^|[^A-Za-z0-9_.])(?!(?:min|max|sqrt|if)[ ]*[(])[A-Za-z_][A-Za-z0-9_.]*[ ]*[(]";
    json!({"type": "string", "not": {"pattern": format!("[A-Za-z0-9_)][ ]+[A-Za-z0-9_.]|^[^(]*,|(?:^|[^A-Za-z0-9_.])[0-9][0-9._]*[A-DF-Za-df-z]|[-+*/<>(,][ ]*$|{functions}")}})
}

fn jurisdiction() -> Value {
    let mut out = known_or_path(&names(crate::rules::rules().iter().map(|(name, _)| *name)));
    out["description"] = json!("A jurisdiction whose numbers values may use as `rules.NAME`, or the path of its file.");
    out
}

/// A mapping with these fields alone.
pub(crate) fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn merged(a: Value, b: Value) -> Value {
    let fields = [a, b].into_iter().filter_map(|v| if let Value::Object(m) = v { Some(m) } else { None });
    Value::Object(fields.flatten().collect::<Map<_, _>>())
}

pub(crate) fn positive() -> Value {
    // The largest is there for what YAML knows and JSON does not: infinity.
    json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1e300})
}

/// Weather, light, and how well the ego sees.
pub(crate) fn sensing() -> Value {
    object(merged(drawn(settings(SensingSpec::FIELDS)), json!({"latency_s": latency()})), &[])
}

/// What fails a scenario.
pub(crate) fn criteria() -> Value {
    let list = |which: &dyn Fn(Criterion) -> bool, about: &str| {
        let names = names(Criterion::ALL.iter().filter(|c| which(**c)).map(|c| c.name()));
        json!({"type": "array", "uniqueItems": true, "items": {"enum": names}, "description": about})
    };
    // A fault of the policy always fails.
    let may_be_left_out = |c: Criterion| c != Criterion::PolicyFault;
    object(
        json!({
            "fail": list(&|_| true, "Criteria that fail it besides the usual ones."),
            "leave_out": list(&may_be_left_out, "Usual criteria that do not fail it."),
            "harsh_limit_mps2": harsh_limit(),
            "demands": {"type": "array", "items": demand(), "description": "Further demands on the ego."}
        }),
        &[],
    )
}

fn latency() -> Value {
    json!({
        "type": "number", "minimum": 0.1, "default": crate::sections::LATENCY_S,
        "description": "Time from a measurement to the observation that holds it, s, a multiple of 0.1."
    })
}

fn harsh_limit() -> Value {
    let mut out = positive();
    out["default"] = json!(crate::sections::HARSH_MPS2);
    out["description"] = json!("Hardest braking of the ego that is not harsh, m/s^2, for the criterion `harsh_braking`.");
    out
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
    let field = |(name, default, doc): &(&str, f64, &str)| {
        ((*name).to_owned(), within(setting(doc, Some(*default)), Domain::of(name, *default)))
    };
    Value::Object(fields.iter().map(field).collect())
}

/// A value that stands as a number is within the domain of its field; expressions are tried on draws.
fn within(mut value: Value, domain: Domain) -> Value {
    let outside = match domain {
        Domain::Positive => json!({"type": "number", "maximum": 0}),
        Domain::FromZero => json!({"type": "number", "exclusiveMaximum": 0}),
        Domain::Unit => json!({"type": "number", "not": {"minimum": 0, "maximum": 1}}),
        Domain::Either(a, b) => json!({"type": "number", "not": {"enum": [a, b]}}),
        Domain::Any | Domain::Finite | Domain::OwnOrFlag => return value,
    };
    value["not"] = outside;
    value
}

/// Where a figure comes from: never empty.
pub(crate) fn source() -> Value {
    json!({"type": "string", "pattern": "\\S"})
}

/// The same fields where a distribution may stand in place.
fn drawn(mut fields: Value) -> Value {
    for field in fields.as_object_mut().into_iter().flat_map(|f| f.values_mut()) {
        field["$ref"] = json!("#/$defs/drawn");
    }
    fields
}

/// One form of a distribution: its name, the fields it needs, and those it may have.
fn distribution((name, needs, may): &(&str, &[&str], &[&str])) -> Value {
    let mut properties = json!({"dist": {"const": name}, "source": source(), "weight": positive()});
    for field in needs.iter().chain(*may) {
        properties[*field] = distribution_field(field);
    }
    let required: Vec<&str> = std::iter::once("dist").chain(needs.iter().copied()).collect();
    object(properties, &required)
}

/// A field of a distribution.
fn distribution_field(name: &str) -> Value {
    match name {
        "low" | "high" => json!({"$ref": "#/$defs/bound"}),
        "sd" | "sigma" | "median" | "scale" => positive(),
        "shape" | "alpha" | "beta" => json!({"type": "number", "minimum": 0.1, "maximum": 1000}),
        "most" => json!({"anyOf": [{"type": "number", "minimum": 1}, {"const": "inf"}]}),
        "edges" | "probabilities" | "values" => json!({"type": "array", "items": {"type": "number"}, "minItems": 2}),
        "weights" => json!({"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1}),
        "parts" => {
            let part = json!({"anyOf": [{"$ref": "#/$defs/distribution"}, {"$ref": "#/$defs/use"}], "required": ["weight"]});
            json!({"type": "array", "items": part, "minItems": 1})
        }
        _ => json!({"type": "number"}),
    }
}

fn parameter() -> Value {
    let own = json!({"$ref": "#/$defs/distribution", "required": ["dist", "source"]});
    json!({"anyOf": [own, {"$ref": "#/$defs/use"}]})
}

/// A distribution of the library, and what is set anew beside it.
fn used() -> Value {
    let named = library().distributions.iter().map(|(name, _)| name.as_str());
    let mut properties = json!({"use": {"enum": names(named)}, "source": source(), "weight": positive()});
    for field in DISTRIBUTIONS.iter().flat_map(|(_, needs, may)| needs.iter().chain(*may)) {
        // `null` removes what the library says.
        properties[*field] = json!({"anyOf": [distribution_field(field), {"type": "null"}]});
    }
    object(properties, &["use"])
}

/// A cue of the library: which role each state is like.
fn used_cue() -> Value {
    let role = json!({"anyOf": [{"type": "string"}, mapping(positive())]});
    let named = library().cues.iter().map(|(name, _)| name.as_str());
    let properties = json!({
        "use": {"enum": names(named)},
        "latent": {"type": "string"},
        "by": {"const": "mode", "description": "Depends on the mode of the agent, not on a latent variable."},
        "like": mapping(role),
        "likelihood": mapping(json!({"type": "array", "items": probability(), "minItems": 2, "maxItems": MAX_LEVELS})),
        "window_s": {"type": "number", "minimum": 0}, "range_m": positive(), "missed": probability(), "source": source()
    });
    object(properties, &["use", "like"])
}

fn correlation() -> Value {
    let of = json!({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2, "uniqueItems": true});
    let rho = json!({
        "type": "number",
        "exclusiveMinimum": -1,
        "exclusiveMaximum": 1,
        "description": "Correlation of the standard normal coordinates; the rank correlation is 6/pi asin(rho/2)."
    });
    object(json!({"of": of, "rho": rho, "source": source()}), &["of", "rho", "source"])
}

/// An estimate with its uncertainty, as a factor or as limits.
pub(crate) fn estimate(name: &str, of: Value) -> Value {
    let properties = json!({
        name: of,
        "factor90": {"type": "number", "minimum": 1, "maximum": crate::estimate::MOST_FACTOR90, "description": "Factor either way that holds 90%."},
        "lower": {"type": "number", "minimum": 0, "description": "Lower limit at 95%."},
        "upper": {"type": "number", "minimum": 0, "description": "Upper limit at 95%."},
        "source": source()
    });
    let mut out = object(properties, &[name, "source"]);
    out["oneOf"] = json!([{"required": ["factor90"]}, {"required": ["lower", "upper"]}]);
    out
}

/// A figure, or a choice of figures by the state of an earlier latent variable.
fn by_latent(name: &str, one: Value) -> Value {
    let arms = json!({"$ref": format!("#/$defs/{name}")});
    let choice =
        json!({"type": "object", "properties": {"by": {"type": "string"}}, "required": ["by"], "additionalProperties": arms});
    json!({"anyOf": [one, choice]})
}

/// The states of a latent variable: two or more.
fn states() -> Value {
    let mut out = named(state(), '_');
    out["minProperties"] = json!(2);
    out
}

fn state() -> Value {
    let estimate = json!({"$ref": "#/$defs/prior"});
    let properties = json!({
        "prior": {"anyOf": [rest(), estimate], "description": "How often nature takes this state."},
        "share": {"anyOf": [rest(), {"$ref": "#/$defs/share"}], "description": "How often we look, where nature's share is not known."},
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
    let stretches = json!({"type": "array", "items": object(stretch, &["length_m"]), "minItems": 1});
    let path = json!({"x_m": number, "y_m": number, "heading_rad": number, "pieces": stretches});
    let paths = named(object(path, &["x_m", "y_m", "heading_rad"]), '_');
    let properties = json!({
        "lanes": {
            "type": "array", "items": object(lane, &["kind", "width_m"]), "minItems": 1, "description": "From left to right.",
            "contains": {"properties": {"ego": {"const": true}}, "required": ["ego"]}, "maxContains": 1
        },
        "route": stretches,
        "paths": paths
    });
    let template = |form: &Form| {
        let fields = form.fields.iter().copied().flatten().map(|(name, takes, about)| ((*name).to_owned(), takes.schema(about)));
        let named = json!({"template": {"const": form.name, "description": form.about}, "paths": paths});
        object(merged(named, Value::Object(fields.collect())), &["template"])
    };
    let all: Vec<Value> = std::iter::once(object(properties, &["lanes"])).chain(FORMS.iter().map(template)).collect();
    json!({"type": "object", "oneOf": all})
}

impl Takes {
    fn schema(self, about: &str) -> Value {
        let of = match self {
            Takes::Number(usual, least, most) => json!({"type": "number", "default": usual, "minimum": least, "maximum": most}),
            Takes::Count(usual, least, most) => json!({"type": "integer", "default": usual, "minimum": least, "maximum": most}),
            Takes::Word(words) => json!({"enum": words, "default": words[0]}),
            Takes::Truth(usual) => json!({"type": "boolean", "default": usual}),
            Takes::Radius(usual, _) => json!({"$ref": "#/$defs/bound", "default": usual}),
        };
        merged(json!({"description": about}), of)
    }
}

/// Light, weather and surface: a word each, or a choice of such words.
fn conditions() -> Value {
    let list = |list: &str| {
        let choice = json!({"type": "object", "properties": {"by": {"type": "string"}}, "required": ["by"]});
        (list.to_owned(), json!({"anyOf": [{"enum": crate::environment::names(list)}, choice]}))
    };
    Value::Object(crate::environment::LISTS.map(list).into_iter().collect())
}

fn zone() -> Value {
    let kinds = names(ZONES.iter().map(|(n, _)| *n));
    object(merged(json!({"kind": {"enum": kinds}}), settings(ZoneSpec::FIELDS)), &["kind", "from_m", "to_m"])
}

pub(crate) fn actor() -> Value {
    let one = |kind: &str, links: &[&str], fields: Value| {
        let mut properties = json!({
            "kind": {"const": kind},
            "class": {"enum": names(Class::ALL.iter().map(|c| c.name()))},
            "occludes": {"type": "boolean", "description": "Others can be hidden behind it, by geometry, where it is tall enough; where it is not given true of cars and larger vehicles alone."},
            "look_alike": {"enum": names(Class::ALL.iter().map(|c| c.name())), "description": "Class that it may be taken for; the usual one of its class where it is not given."},
            "sound": object(json!({
                "range_m": setting("Farthest distance at which it is heard, m.", Some(200.0)),
                "bearing_sd_rad": setting("Standard deviation of the bearing that is heard, radians.", Some(0.35)),
                "on": setting("1 while it sounds, unless its modes say so.", Some(1.0))
            }), &[]),
            "group": object(json!({
                "count": within(setting("How many of them there are.", None), Domain::FromZero),
                "most": {"type": "integer", "minimum": 1, "maximum": nines_sim::MAX_ACTORS, "description": "How many there can be."}
            }), &["count", "most"]),
            "each": named(json!({"$ref": "#/$defs/parameter"}), '_'),
            "members": {
                "type": "object", "description": "What differs, by the number of a member.",
                "propertyNames": {"pattern": "^[1-9][0-9]*$"}, "additionalProperties": {"not": {"required": ["each"]}}
            },
            "cues": {"type": "array", "items": cue()}
        });
        let mut values: Map<String, Value> =
            COMMON.iter().map(|(name, domain, meaning)| ((*name).to_owned(), within(setting(meaning, None), *domain))).collect();
        let confusion = "Probability that it is taken for its `look_alike`, where that is not the one of `sensing`.";
        values.insert("confusion".to_owned(), setting(confusion, None));
        properties = merged(properties, drawn(Value::Object(values)));
        for link in links {
            properties[*link] = json!({"type": "string"});
        }
        object(merged(properties, fields), &["kind", "class"])
    };
    let kinds = [
        one("fixed", &[], drawn(settings(FixedSpec::FIELDS))),
        one("walker", &["after"], drawn(settings(WalkerSpec::FIELDS))),
        one("vehicle", &["path", "leader"], drawn(settings(VehicleSpec::FIELDS))),
        one("roller", &[], drawn(settings(RollerSpec::FIELDS))),
        one(
            "agent",
            &["path"],
            merged(
                drawn(settings(StartSpec::FIELDS)),
                json!({
                    "start": {"$ref": "#/$defs/choice_of_name", "description": "The first mode, perhaps by latent state."},
                    "modes": named(mode(), '_')
                }),
            ),
        ),
    ];
    json!({"type": "object", "oneOf": kinds})
}

/// A mode of an agent.
pub(crate) fn mode() -> Value {
    let next = object(json!({"when": {"$ref": "#/$defs/condition"}, "to": {"$ref": "#/$defs/choice_of_name"}}), &["when", "to"]);
    let acts: Vec<Value> = ACTS.iter().map(|(name, about)| json!({"const": name, "description": about})).collect();
    let properties = json!({
        "do": {"oneOf": acts},
        "actor": {"type": "string", "description": "Whom it follows, or by whom it is held."},
        "behind": {"type": "string", "description": "Behind whom it drives."},
        "class": {"enum": names(Class::ALL.iter().map(|c| c.name())), "description": "What it is while the mode lasts, where that is something else: a child that becomes a cyclist."},
        "next": {"type": "array", "items": next, "description": "What ends the mode, tried in order: the first condition that holds leads `to` its mode."}
    });
    let mut out =
        object(merged(merged(properties, drawn(settings(PaceSpec::FIELDS))), drawn(settings(LookSpec::FIELDS))), &["do"]);
    let needs = |acts: &[&str], field: &str| json!({"if": {"properties": {"do": {"enum": acts}}, "required": ["do"]}, "then": {"required": [field]}});
    out["allOf"] = json!([needs(&["go", "to", "follow"], "speed_mps"), needs(&["follow", "held"], "actor")]);
    out
}

/// A condition: all of its fields must hold.
pub(crate) fn condition() -> Value {
    let between = |about: &str| json!({"type": "array", "items": {"$ref": "#/$defs/value"}, "minItems": 2, "maxItems": 2, "description": about});
    let list =
        |about: &str| json!({"type": "array", "items": {"$ref": "#/$defs/condition"}, "minItems": 1, "description": about});
    let numbers = NUMBERS.iter().map(|(name, _, _, about)| ((*name).to_owned(), setting(about, None))).collect();
    let others = json!({
        "ego_tta_s": setting("The ego's time to arrival at the actor, or at `at_m`, is below this, s.", None),
        "at_m": setting("Place of the route for `ego_tta_s`, m.", None),
        "arrived": {"type": "boolean", "description": "The agent has reached the place that its mode leads to."},
        "ego_horn": {"type": "boolean", "description": "The ego sounds its horn, or does not."},
        "ego_help": {"type": "boolean", "description": "The ego asks for remote help, or does not."},
        "ego_lamp": {"enum": names(LAMPS.iter().map(|(n, _)| *n)), "description": "The ego shows this lamp: left, right, both or none."},
        "ego_between_m": between("The ego's front is between these places of the route, m."),
        "actor": {"type": "string", "description": "The actor that `mode`, `for_s`, `started_s`, `nearer_m`, `slower_mps`, `between_m` and `seen` are about; of a group any member."},
        "mode": {"type": "string", "description": "It is in this mode."},
        "for_s": setting("It has been in that mode for as long, s.", None),
        "started_s": setting("It has set out as long ago, s.", None),
        "nearer_m": setting("It is nearer than this, m.", None),
        "slower_mps": setting("It is slower than this, m/s.", None),
        "between_m": between("It is between these places along the route, m."),
        "seen": {"type": "boolean", "description": "The ego's observation holds it."},
        "signal": {"type": "integer", "minimum": 1, "description": "The signal of that number, in the order of the file, that `shows` is about."},
        "shows": {"enum": SIGNAL_STATES, "description": "It shows green, amber or red."},
        "all": list("All of these hold."),
        "any": list("One of these holds, or more."),
        "not": {"$ref": "#/$defs/condition", "description": "This does not hold."}
    });
    object(merged(Value::Object(numbers), others), &[])
}

/// A demand on the ego.
pub(crate) fn demand() -> Value {
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
    let of = json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "description": "The actor or group that it is about, or several."});
    let others = json!({
        "of": of,
        "when": {"$ref": "#/$defs/condition", "description": "While this holds it is asked for; always where it is not given."},
        "or_below_mps": setting("Speed below which the gap does not matter, m/s.", Some(0.0)),
        "room_m": setting("Room before the line within which the stop counts, m.", Some(6.0)),
        "from_d_m": setting("Offset that is asked for, m.", Some(0.0)),
        "within_s": setting("Time within which it must be met once, s.", None),
        "total_s": setting("Time for which it may be unmet in all, s.", None),
        "source": source()
    });
    object(merged(Value::Object(keeps), others), &["source"])
}

fn cue() -> Value {
    let row = json!({"type": "array", "items": probability(), "minItems": 2, "maxItems": MAX_LEVELS});
    let kind = |k: &CueKind| json!({"const": k.name(), "description": format!("Levels: {}.", k.levels())});
    let of = |name: &str| match name {
        "kind" => json!({"oneOf": CueKind::ALL.iter().map(kind).collect::<Vec<_>>()}),
        "by" => json!({"const": "mode"}),
        "missed" => json!({"type": "number", "minimum": 0, "maximum": 1, "default": 0}),
        "levels" => json!({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": MAX_LEVELS}),
        "likelihood" => mapping(row.clone()),
        "window_s" => json!({"type": "number", "minimum": 0}),
        "range_m" => positive(),
        _ => json!({"type": "string"}),
    };
    let field = |(name, about): &(&str, &str)| ((*name).to_owned(), merged(of(name), json!({"description": about})));
    let properties = Value::Object(crate::cue::FIELDS.iter().map(field).collect());
    let mut own = object(properties, &["kind", "levels", "likelihood", "window_s", "range_m", "source"]);
    let levels = |k: &CueKind| {
        let known = match crate::cue::known_levels(*k) {
            [] => probability(),
            known => json!({"enum": known}),
        };
        json!({"if": {"properties": {"kind": {"const": k.name()}}}, "then": {"properties": {"levels": {"items": known}}}})
    };
    own["allOf"] = CueKind::ALL.iter().map(levels).collect();
    json!({"anyOf": [own, used_cue()]})
}
