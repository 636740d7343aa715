//! Files that extend others, and variants of a file.

use super::diagnostics::with;
use crate::{Checked, Code, Expression, LogicalScenario, Resolver, SourceFile, check, check_with, parse, parse_with};

/// Files of a test by their names.
struct Files(Vec<(String, String)>);

impl Resolver for Files {
    fn resolve(&self, path: &str, _: &str) -> Result<SourceFile, String> {
        let found = self.0.iter().find(|(name, _)| *name == path).ok_or("there is no such file")?;
        Ok(SourceFile { name: found.0.clone(), text: found.1.clone() })
    }
}

const HEAD: &str = "schema: nines.scenario/1\nname: own\n";

fn small() -> String {
    with("-", "")
}

fn codes(checked: &Checked) -> Vec<(u32, Code)> {
    checked.diagnostics.iter().map(|d| (d.line, d.code)).collect()
}

fn number(s: &LogicalScenario, field: &str) -> Expression {
    s.sensing.get(field).or_else(|| s.ego.get(field)).expect("a field").clone()
}

#[test]
fn a_file_is_laid_over_the_one_that_it_extends() {
    let text = format!(
        "{HEAD}title: Faster\nextends: ./small.yaml\nparameters:\n  v_mps: {{low: 11}}\nego: {{end_m: 95}}\nactors:\n  \
         child: {{s_m: 65, speed_mps: null}}\n  dog: {{kind: fixed, class: animal, s_m: 99, d_m: 4}}\ncriteria: {{fail: []}}\n"
    );
    let small = small().replace("s_m: 60", "s_m: 60, speed_mps: 1");
    let made = parse_with(&text, "own.yaml", &Files(vec![("./small.yaml".into(), small.clone())])).expect("no error");
    let written = "title: Faster\nodd: [limited-urban]\nparameters:\n  v_mps: {dist: uniform, low: 11, high: 12, source: A}\n\
                   latents:\n  intent:\n    states:\n      stays: {share: 0.5}\n      goes: {share: 0.5, hazard: true}\n\
                   road:\n  lanes:\n    - {kind: traffic, width_m: 3.5, ego: true}\nego: {start_speed_mps: v_mps, end_m: 95}\n\
                   actors:\n  child: {kind: walker, class: child, s_m: 65, go_time_s: {by: intent, goes: 1, else: inf}}\n  \
                   dog: {kind: fixed, class: animal, s_m: 99, d_m: 4}\n\
                   exposure:\n  limited-urban: {per_1e6_km: 10, factor90: 3, source: A}\n";
    assert_eq!(made, [parse(&format!("{HEAD}{written}"), "written.yaml").expect("no error")]);
    let plain = made[0].to_yaml();
    assert!(!plain.contains("extends") && parse(&plain, "plain").as_ref() == Ok(&made[0]));
}

#[test]
fn what_is_something_else_replaces_as_a_whole() {
    for (from, to, gives) in [
        (
            "a: {dist: normal, mean: 1, sd: 2, low: 0}",
            "a: {dist: uniform, low: 3, high: 4}",
            "a: {dist: uniform, low: 3, high: 4}",
        ),
        ("a: {dist: normal, mean: 1, sd: 2, low: 0}", "a: {dist: normal, sd: 3}", "a: {dist: normal, mean: 1, sd: 3, low: 0}"),
        ("a: {use: x, low: 1}", "a: {dist: y}", "a: {dist: y}"),
        ("a: {by: x, s: 1, else: 2}", "a: {s: 4}", "a: {by: x, s: 4, else: 2}"),
        ("a: {by: x, s: 1, else: 2}", "a: 4", "a: 4"),
        ("a: {estimate: 1, lower: 0.5, upper: 2}", "a: {factor90: 3}", "a: {estimate: 1, factor90: 3}"),
        ("a: {estimate: 1, factor90: 2}", "a: {lower: 0, upper: 3}", "a: {estimate: 1, lower: 0, upper: 3}"),
        ("a: {template: street, lanes_each_way: 2}", "a: {lanes: []}", "a: {lanes: []}"),
        ("a: {lanes: [1], route: [2]}", "a: {lanes: [3]}", "a: {lanes: [3], route: [2]}"),
        ("a: {b: {c: 1, d: 2}}", "a: {b: {c: null}}", "a: {b: {d: 2}}"),
    ] {
        let mut problems = crate::diagnostic::Problems::new("t");
        let mut read = |text: &str| crate::node::read(text, 0, &mut problems).expect("YAML");
        let (base, over, want) = (read(from), read(to), read(gives));
        let got = crate::merge::merge(base, over, &mut problems);
        assert_eq!(plain(&got), plain(&want), "{from} + {to}");
        assert_eq!(problems.errors(), 0);
    }
}

/// A tree without its places.
fn plain(node: &crate::node::Node) -> String {
    use crate::node::Kind;
    match &node.kind {
        Kind::List(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(",")),
        Kind::Map(entries) => {
            format!("{{{}}}", entries.iter().map(|(k, n)| format!("{}:{}", k.text, plain(n))).collect::<Vec<_>>().join(","))
        }
        Kind::Text(t, _) => t.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn problems_lie_in_the_file_that_has_them() {
    let files = Files(vec![("./base.yaml".into(), with("ego", "  start_speed: v_mps\n  end_m: 90"))]);
    let found = check_with(&format!("{HEAD}extends: ./base.yaml\ntitle: [1]\n"), "own.yaml", &files);
    let places: Vec<(&str, u32, Code)> = found.diagnostics.iter().map(|d| (d.file.as_str(), d.line, d.code)).collect();
    assert_eq!(places, [("own.yaml", 4, Code::WrongType), ("./base.yaml", 16, Code::UnknownField)]);
    assert_eq!(found.files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["own.yaml", "./base.yaml"]);
    let found = check_with(&format!("{HEAD}extends: ./base.yaml\negoo: null\n"), "own.yaml", &files);
    assert!(found.diagnostics.iter().any(|d| d.code == Code::UnknownField && d.help == "did you mean `ego`?"), "{found:#?}");
}

#[test]
fn what_cannot_be_extended_is_named() {
    let one = |extends: &str| check(&format!("{HEAD}extends: {extends}\n"), "own.yaml").diagnostics.remove(0);
    let d = one("child-at-crub");
    assert_eq!((d.code, d.line, d.help.as_str()), (Code::UnknownScenario, 3, "did you mean `child-at-curb`?"));
    assert!(one("child-at-curb-night-rain").help.contains("extend `child-at-curb`"));
    let d = one("./other.yaml");
    assert_eq!((d.code, d.message.as_str()), (Code::UnknownScenario, "cannot read `./other.yaml`: files are not read here"));
    assert_eq!(one("[1]").code, Code::WrongType);
    // The name is never inherited.
    let d = check("schema: nines.scenario/1\nextends: child-at-curb\n", "own.yaml").diagnostics.remove(0);
    assert_eq!((d.message.as_str(), d.file.as_str(), d.line), ("`name` is missing", "own.yaml", 1));
}

#[test]
fn circles_and_long_chains_are_refused() {
    let next = |n: usize| format!("{HEAD}extends: ./{n}.yaml\n");
    let files = Files((0..12).map(|n| (format!("./{n}.yaml"), next((n + 1) % 3))).collect());
    let d = check_with(&next(0), "own.yaml", &files).diagnostics.remove(0);
    assert_eq!((d.code, d.file.as_str(), d.line), (Code::Cycle, "./2.yaml", 3));
    let files = Files((0..12).map(|n| (format!("./{n}.yaml"), next(n + 1))).collect());
    let d = check_with(&next(0), "own.yaml", &files).diagnostics.remove(0);
    assert_eq!((d.code, d.file.as_str()), (Code::TooMany, "./6.yaml"));
}

#[test]
fn variants_are_scenarios_with_their_share_of_the_exposure() {
    let text = small()
        + "variants:\n  night:\n    share: 0.25\n    source: A\n    with: {sensing: {light: 0.2}, parameters: {v_mps: {high: 10}}}\n  \
           wet: {share: 0.1, source: B1, title: In the rain, with: {tags: [rain], sensing: {friction: 0.5}}}\n";
    let all = parse_with(&text, "small.yaml", &crate::BuiltInOnly).expect("no error");
    let names: Vec<(&str, &str)> = all.iter().map(|s| (s.name.as_str(), s.title.as_str())).collect();
    assert_eq!(names, [("small", "Small"), ("small-night", "Small, night"), ("small-wet", "In the rain")]);
    let light: Vec<Expression> = all.iter().map(|s| number(s, "light")).collect();
    assert_eq!(light, [1.0, 0.2, 1.0].map(Expression::Number));
    let exposure: Vec<f64> = all.iter().map(|s| s.exposure[0].per_1e6_km.estimate).collect();
    assert!(exposure.iter().zip([6.5, 2.5, 1.0]).all(|(got, want)| (got - want).abs() < 1e-12), "{exposure:?}");
    assert_eq!(all[1].exposure[0].per_1e6_km.source, "A; 0.25 of it, A");
    assert_eq!(parse(&text, "small.yaml").as_ref(), Ok(&all[0]));
    for s in &all {
        assert_eq!(parse(&s.to_yaml(), "canonical").as_ref(), Ok(s));
    }
}

#[test]
fn problems_of_variants_are_said_once_and_where_they_are() {
    let night = |with: &str| format!("{}variants:\n  night: {{share: 0.5, source: A, with: {with}}}\n", small());
    let last = small().lines().count() as u32 + 2;
    // A problem of the base is that of all.
    let found = check(&night("{}").replace("end_m: 90", "end_m: -1"), "small.yaml");
    assert_eq!(codes(&found), [(17, Code::NotPositive)]);
    // One that a variant alone has lies where it says so, or is marked.
    let found = check(&night("{ego: {end: 3}}"), "small.yaml");
    assert_eq!(codes(&found), [(last, Code::UnknownField)]);
    let found = check(&night("{latents: {intent: {states: {goes: {share: 0.4}}}}}"), "small.yaml");
    assert_eq!(codes(&found), [(last, Code::ShareSum)]);
    let found = check(&night("{parameters: {v_mps: {dist: uniform, low: -9, high: 2}}}"), "small.yaml");
    assert_eq!(codes(&found), [(16, Code::OutOfRange)]);
    assert_eq!(found.diagnostics[0].labels[0].text, "in the variant `night`");
    // What only a variant uses is used.
    let text =
        night("{ego: {end_m: 80 + u_m}}").replace("\nlatents:", "\n  u_m: {dist: uniform, low: 0, high: 1, source: A}\nlatents:");
    assert_eq!(check(&text, "small.yaml").diagnostics, []);
}

#[test]
fn mistakes_of_variants_have_their_code_and_line() {
    let of = |variants: &str| codes(&check(&format!("{}variants:\n{variants}", small()), "small.yaml"));
    let line = small().lines().count() as u32 + 2;
    assert_eq!(of("  Night: {share: 0.2, source: A, with: {}}"), [(line, Code::BadName)]);
    assert_eq!(of("  night: {share: 1.0, source: A, with: {}}"), [(line, Code::ProbabilityRange)]);
    assert_eq!(of("  night: {share: 0, source: A, with: {}}"), [(line, Code::NotPositive)]);
    assert_eq!(
        of("  a: {share: 0.6, source: A, with: {}}\n  b: {share: 0.6, source: A, with: {}}"),
        [(line - 1, Code::ShareSum)]
    );
    assert_eq!(of("  night: {source: A, with: {}}"), [(line, Code::MissingField)]);
    assert_eq!(of("  night: {share: 0.2, source: A, wiht: {}}"), [(line, Code::UnknownField)]);
    assert_eq!(of("  night: {share: 0.2, source: A, with: {title: x}}"), [(line, Code::UnknownField)]);
    assert_eq!(of("  night: 3"), [(line, Code::WrongType)]);
    let many: String = (0..40).map(|k| format!("  v{k}: {{share: 0.001, source: A, with: {{}}}}\n")).collect();
    assert_eq!(of(&many), [(line - 1, Code::TooMany)]);
}
