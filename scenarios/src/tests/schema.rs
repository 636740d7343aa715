//! The JSON schema describes the files that are read, and refuses those that are not.

use super::scenario;
use crate::diagnostic::Problems;
use crate::node::{Kind, Node, read};
use crate::{catalogue, schema};
use serde_json::{Value, json};

/// A file as JSON, as a validator of an editor sees it.
pub(super) fn as_json(text: &str) -> Value {
    fn of(node: &Node) -> Value {
        match &node.kind {
            Kind::Null => Value::Null,
            Kind::Bool(b) => json!(b),
            Kind::Number(x) => json!(x),
            Kind::Text(t, _) => json!(t),
            Kind::List(items) => items.iter().map(of).collect(),
            Kind::Map(entries) => Value::Object(entries.iter().map(|(k, n)| (k.text.clone(), of(n))).collect()),
        }
    }
    of(&read(text, 0, &mut Problems::new("t")).expect("YAML"))
}

#[test]
fn every_file_of_the_catalogue_and_its_canonical_form_are_valid() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    for e in catalogue() {
        for text in [e.text.to_owned(), scenario(e.name).to_yaml()] {
            let errors: Vec<String> =
                validator.iter_errors(&as_json(&text)).map(|x| format!("{}: {x}", x.instance_path())).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", e.name);
        }
    }
}

/// The text of a file that has something of everything.
fn curb() -> &'static str {
    catalogue().into_iter().find(|e| e.name == "child-at-curb").expect("it").text
}

#[test]
fn mistakes_are_not_valid() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let text = curb();
    for (from, to) in [
        ("kind: walker", "kind: walkr"),
        ("end_m:", "end:"),
        ("dist: uniform", "dist: unifom"),
        ("estimate: 0.23,", "estimate: many,"),
        ("latency_s: 0.2", "latency: 0.2"),
        ("factor90: 6,", ""),
    ] {
        assert!(text.contains(from));
        assert!(!validator.is_valid(&as_json(&text.replace(from, to))), "{from} -> {to}");
    }
}

#[test]
fn files_that_extend_others_and_variants_are_valid() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let head = "schema: nines.scenario/1\nname: own\n";
    let errors =
        |text: &str| validator.iter_errors(&as_json(text)).map(|e| format!("{}: {e}", e.instance_path())).collect::<Vec<_>>();
    let laid = "extends: child-at-curb\ntitle: Own\nparameters: {ego_speed_mps: {low: 3}, run_mps: null, walk_mps: {use: adult-walk, high: 3}}\n\
                road: {at_m: 70}\nactors: {van: null, child: {s_m: 3, go_gap_m: {dashing: 4}}}\nsensing: {light: 0}\n\
                latents: {intent: {states: {dashing: {prior: {estimate: 0.1}}}}}\nexposure: {closed-campus: null}\n";
    assert_eq!(errors(&format!("{head}{laid}")), Vec::<String>::new());
    // A distribution may stand in place, also in a choice, where the file holds a value of an actor, the ego or sensing.
    let ball = "{kind: roller, class: ball, speed_mps: {by: intent, dashing: {use: child-run, high: 4}, else: {dist: uniform, low: 1, high: 2, source: A}}}";
    let placed = format!("{}actors:\n  ball: {ball}\n", curb().split("actors:\n").next().unwrap_or_default());
    assert_eq!(errors(&placed), Vec::<String>::new());
    assert!(!errors(&placed.replace("child-run", "child-rnu")).is_empty());
    assert!(!errors(&format!("{placed}signals: [{{line_m: {{use: child-run}}}}]\n")).is_empty());
    // The same is no complete file, and a field that is not known is not valid in either.
    assert!(!errors(&format!("{head}{}", laid.replace("extends: child-at-curb\n", ""))).is_empty());
    assert!(!errors(&format!("{head}{}", laid.replace("light:", "ligth:"))).is_empty());
    assert!(!errors(&format!("{head}{}", laid.replace("s_m: 3", "s: 3"))).is_empty());
    let base = curb();
    let night = "variants:\n  night: {share: 0.2, source: A, with: {environment: {light: night-lit}, actors: {van: {s_m: 3}}}}\n";
    assert_eq!(errors(&format!("{base}{night}")), Vec::<String>::new());
    assert!(!errors(&format!("{base}{}", night.replace("night-lit", "night-light"))).is_empty());
    assert!(!errors(&format!("{base}{}", night.replace("share: 0.2, ", ""))).is_empty());
}

#[test]
fn what_the_library_has_is_valid() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let base = curb();
    let walk = "run_mps: {use: child-run}";
    let valid = |with: &str| validator.is_valid(&as_json(&base.replace(walk, with)));
    assert!(base.contains(walk) && valid(walk) && valid("run_mps: {use: child-run, high: 4}"));
    assert!(!valid("run_mps: {use: child-rnu}") && !valid("run_mps: {use: child-run, hihg: 2}"));
    let cues = base.replace(
        "(A)\n",
        "(A)\n      - {use: look-child, latent: intent, like: {dashing: {crosses: 0.5, stays: 0.5}, else: stays}}\n",
    );
    assert!(cues != base && validator.is_valid(&as_json(&cues)));
    assert!(!validator.is_valid(&as_json(&cues.replace("use: look-child", "use: look-chlid"))));
}

/// The schemas that editors load are files of the repository. `UPDATE=1 cargo test -p nines-scenarios` writes them anew.
#[test]
fn the_files_of_the_repository_are_in_step() {
    for (name, schema) in [("scenario", schema()), ("rules", crate::rules_schema()), ("odd", crate::odd_schema())] {
        let file = format!("{}/../schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let text = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &text).expect("a file that can be written");
        }
        let there = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(there == text, "{file} is stale: UPDATE=1 cargo test -p nines-scenarios");
    }
}
