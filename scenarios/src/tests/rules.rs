//! Rules by jurisdiction.

use super::diagnostics::with;
use crate::{Code, Resolver, SourceFile, check_with, parse, parse_with, rules, rules_schema};

/// A resolver with one file, and perhaps another jurisdiction.
struct Around(String, Option<&'static str>);

impl Resolver for Around {
    fn resolve(&self, path: &str, from: &str) -> Result<SourceFile, String> {
        assert_eq!(from, "t.yaml");
        Ok(SourceFile { name: path.to_owned(), text: self.0.clone() })
    }

    fn rules(&self) -> Option<&str> {
        self.1
    }
}

fn text(whose: &str) -> String {
    format!("{}{whose}", with("ego", "  limit_mps: min(rules.limit_urban_mps, 40)\n  end_m: 90 + 0 * v_mps"))
}

fn limit(whose: &str, own: &str, asked: Option<&'static str>) -> Vec<f64> {
    let all = parse_with(&text(whose), "t.yaml", &Around(own.to_owned(), asked)).unwrap_or_else(|d| panic!("{d:#?}"));
    all.iter().map(|s| s.compile().ego.limit_mps.constant().expect("a number")).collect()
}

#[test]
fn every_built_in_file_can_be_used_and_is_valid() {
    let names: Vec<&str> = rules().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["de", "eu-generic", "us", "us-ca"]);
    let validator = jsonschema::validator_for(&rules_schema()).expect("a valid schema");
    for (name, file) in rules() {
        let s = parse(&text(&format!("rules: {name}\n")), "t.yaml").unwrap_or_else(|d| panic!("{name}: {d:#?}"));
        assert!(!s.to_yaml().contains("rules"), "{name}");
        assert_eq!(parse(&s.to_yaml(), "again"), Ok(s));
        assert!(validator.is_valid(&super::schema::as_json(file)), "{name}");
    }
    let wrong = rules()[2].1.replace("school_bus_stop:", "school_bus_stops:");
    assert!(!validator.is_valid(&super::schema::as_json(&wrong)));
}

#[test]
fn a_change_of_jurisdiction_is_a_change_of_a_word() {
    assert_eq!(limit("rules: us\n", "", None), [13.41]);
    // One that extends another has the numbers of both.
    assert_eq!(limit("rules: de\n", "", None), [13.89]);
    assert_eq!(limit("rules: us\nvariants: {germany: {share: 0.1, source: A, with: {rules: de}}}\n", "", None), [13.41, 13.89]);
    // The surroundings may ask for another one.
    assert_eq!(limit("rules: us\n", "", Some("de")), [13.89]);
    assert_eq!(limit("", "", Some("us-ca")), [13.41]);
    let own = "schema: nines.rules/1\nname: town\ntitle: Town\nextends: us\nrules: {limit_urban_mps: {value: 8, source: A}}\n";
    assert_eq!(limit("rules: ./town.yaml\n", own, None), [8.0]);
}

#[test]
fn mistakes_lie_in_the_file_that_has_them() {
    use Code::*;
    const HEAD: &str = "schema: nines.rules/1\nname: town\ntitle: Town\nextends: us\n";
    let last = text("").lines().count() as u32 + 1;
    let found = |whose: &str, file: &str| -> Vec<(String, u32, Code)> {
        let all = check_with(&text(whose), "t.yaml", &Around(file.to_owned(), None)).diagnostics;
        all.into_iter().map(|d| (d.file, d.line, d.code)).collect()
    };
    let own = |line: u32, code: Code| vec![("t.yaml".to_owned(), line, code)];
    let theirs = |line: u32, code: Code| vec![("./town.yaml".to_owned(), line, code)];
    assert_eq!(found("rules: usa\n", ""), own(last, UnknownRules));
    assert_eq!(found("rules: [us]\n", ""), own(last, WrongType));
    let town = |rest: &str| found("rules: ./town.yaml\n", &format!("{HEAD}{rest}"));
    assert_eq!(town("rules: {limit_mps: {value: 8, source: A}}\n"), theirs(5, UnknownField));
    assert_eq!(town("rules: {limit_urban_mps: {value: 80, source: A}}\n"), theirs(5, OutOfRange));
    assert_eq!(town("rules: {right_on_red: {value: 2, source: A}}\n"), theirs(5, OutOfRange));
    assert_eq!(town("rules: {right_on_red: {value: 1, source: Q9}}\n"), theirs(5, UnknownSource));
    assert_eq!(town("drives_on: left\nrules: {}\n"), theirs(5, UnknownKind));
    assert_eq!(town("rules: {right_on_red: null}\n"), theirs(5, MissingField));
    let none = || Around(String::new(), None);
    let d = check_with(&text(""), "t.yaml", &none()).diagnostics.remove(0);
    assert_eq!((d.code, d.help.as_str()), (UnknownParameter, "say whose rules hold: `rules: us`"));
    let wrong = text("rules: us\n").replace("limit_urban_mps", "limit_uban_mps");
    let d = check_with(&wrong, "t.yaml", &none()).diagnostics.remove(0);
    assert_eq!((d.code, d.help.as_str()), (UnknownParameter, "did you mean `rules.limit_urban_mps`?"));
}
