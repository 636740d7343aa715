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
    of(&read(text, &mut Problems::new("t")).expect("YAML"))
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

#[test]
fn mistakes_are_not_valid() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let text = catalogue()[1].text;
    for (from, to) in [
        ("kind: walker", "kind: walkr"),
        ("end_m:", "end:"),
        ("dist: uniform", "dist: unifom"),
        ("share: 0.2", "share: 1.2"),
        ("range_m: 60", "range: 60"),
        ("factor90: 6,", ""),
    ] {
        assert!(text.contains(from));
        assert!(!validator.is_valid(&as_json(&text.replace(from, to))), "{from} -> {to}");
    }
}
