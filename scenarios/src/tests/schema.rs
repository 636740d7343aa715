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

/// Each line of the catalogue and of the authoring guide left out, and each number in it changed: what `check` accepts, the schema does too.
#[test]
fn what_check_accepts_is_valid() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let folder = format!("{}/../docs/authoring", env!("CARGO_MANIFEST_DIR"));
    let own = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("a file").path());
    let own = own.filter(|p| p.extension().is_some_and(|e| e == "yaml")).map(|p| std::fs::read_to_string(p).expect("a text"));
    let mut texts: Vec<String> = catalogue().into_iter().filter(|e| e.variant.is_none()).map(|e| e.text.to_owned()).collect();
    texts.extend(own);
    let (mut accepted, mut tried) = (0, 0);
    for (k, text) in texts.iter().enumerate() {
        // A part of all that could be changed, another one in each file: the whole takes minutes.
        for changed in mutations(text).into_iter().skip(k % SKIPPED).step_by(SKIPPED) {
            tried += 1;
            if crate::check(&changed, "t").diagnostics.iter().any(|d| d.severity == crate::Severity::Error) {
                continue;
            }
            accepted += 1;
            let json = as_json(&changed);
            let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{errors:#?}\n{changed}");
        }
    }
    assert!(accepted > 500 && tried > accepted + 300, "{accepted} of {tried}");
}

const SKIPPED: usize = 9;

/// The text without each of its lines, and with the last number of each changed.
fn mutations(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let with = |k: usize, own: Option<String>| {
        let line = |(n, l): (usize, &&str)| if n == k { own.clone() } else { Some((*l).to_owned()) };
        lines.iter().enumerate().filter_map(line).collect::<Vec<_>>().join("\n") + "\n"
    };
    let mut out = Vec::new();
    for (k, line) in lines.iter().enumerate() {
        out.push(with(k, None));
        let Some(end) = line.rfind(|c: char| c.is_ascii_digit()) else { continue };
        let from = line[..end].rfind(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(0, |at| at + 1);
        out.extend(["0", "0.5", "3", "1000"].map(|x| with(k, Some(format!("{}{x}{}", &line[..from], &line[end + 1..])))));
    }
    out
}

/// What a schema cannot say, by the broken files that it takes for whole: names of other places, sums, the order of two numbers, expressions, what a
/// draw gives, what other files hold, and keys that stand twice.
const UNSAYABLE: &[&str] = &[
    "bounds-reversed",
    "choice-incomplete",
    "choice-of-no-latent",
    "choice-of-no-state",
    "condition-on-a-later-latent",
    "condition-on-nobody",
    "criterion-fails-and-is-left-out",
    "demand-about-a-mode",
    "demand-about-nobody",
    "direction-of-a-place",
    "division-by-zero",
    "each-unused",
    "end-not-positive",
    "exposure-of-another-odd",
    "extends-a-missing-file",
    "factor-cut-at-one",
    "follows-itself",
    "key-twice",
    "latency-between-steps",
    "latent-unused",
    "leader-itself",
    "leader-of-another-kind",
    "leader-unknown",
    "likelihood-row-too-long",
    "likelihood-sum",
    "mode-of-a-walker",
    "mode-that-goes-nowhere",
    "name-in-another-unit",
    "name-of-a-latent",
    "name-taken",
    "name-unknown",
    "nearer-than-nobody",
    "no-end",
    "number-as-a-word",
    "number-of-the-road-unknown",
    "odd-mistyped",
    "parameter-in-another-unit",
    "parameter-twice",
    "parameter-unused",
    "path-unknown",
    "prior-outside-its-interval",
    "priors-with-two-rests",
    "role-missing",
    "role-unknown",
    "role-weights",
    "root-of-a-negative",
    "rule-unknown",
    "share-missing",
    "shares-above-one",
    "signal-criterion-without-a-signal",
    "signal-that-is-not-there",
    "sounds-without-a-sound",
    "source-of-one-letter",
    "source-unknown",
    "state-twice",
    "state-without-a-prior",
    "sum-of-two-units",
    "too-fast",
    "value-of-itself",
    "value-unused",
    "variant-of-a-renamed-parameter",
    "variant-of-no-actor",
    "zone-reversed",
    "zone-reversed-in-a-draw",
];

#[test]
fn the_schema_refuses_what_is_broken_where_it_can() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let folder = format!("{}/tests/broken", env!("CARGO_MANIFEST_DIR"));
    let mut taken = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let mut problems = Problems::new("t");
        // What is no YAML has no JSON either.
        if read(&text, 0, &mut problems).is_some() && problems.errors() == 0 && validator.is_valid(&as_json(&text)) {
            taken.push(path.file_stem().and_then(|n| n.to_str()).expect("a name").to_owned());
        }
    }
    taken.sort_unstable();
    assert_eq!(taken, UNSAYABLE, "{}", taken.join(" "));
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
