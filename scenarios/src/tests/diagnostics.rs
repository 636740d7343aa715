//! Broken files: the code, the line, and the help that names the edit.

use crate::{Code, Diagnostic, Severity, check, parse};

/// A small scenario without problems, in sections that a test may replace.
const SECTIONS: [(&str, &str); 8] = [
    ("", "schema: nines.scenario/1\nname: small\ntitle: Small\nodd: [limited-urban]"),
    ("parameters", "  v_mps: {dist: uniform, low: 8, high: 12, source: A}"),
    ("latents", "  intent:\n    states:\n      stays: {share: 0.5}\n      goes: {share: 0.5, hazard: true}"),
    ("road", "  lanes:\n    - {kind: traffic, width_m: 3.5, ego: true}"),
    ("ego", "  start_speed_mps: v_mps\n  end_m: 90"),
    ("actors", "  child: {kind: walker, class: child, s_m: 60, go_time_s: {by: intent, goes: 1, else: inf}}"),
    ("criteria", "  fail: [speeding]"),
    ("exposure", "  limited-urban: {per_1e6_km: 10, factor90: 3, source: A}"),
];

/// The small scenario with one section replaced. A section begins on the line that [`line_of`] says.
pub(super) fn with(section: &str, text: &str) -> String {
    let body = |(name, usual): &(&str, &str)| {
        let inner = if *name == section { text } else { usual };
        if name.is_empty() { format!("{inner}\n") } else { format!("{name}:\n{inner}\n") }
    };
    SECTIONS.iter().map(body).collect()
}

pub(super) fn line_of(section: &str) -> u32 {
    let before = SECTIONS.iter().take_while(|(n, _)| *n != section);
    before.map(|(n, t)| t.lines().count() as u32 + u32::from(!n.is_empty())).sum::<u32>() + u32::from(!section.is_empty())
}

/// Problems of the small scenario with one section replaced: code and line within that section, counted from 1.
fn found(section: &str, text: &str) -> Vec<(Code, u32)> {
    let all = check(&with(section, text), "small.yaml").diagnostics;
    all.iter().map(|d| (d.code, d.line - line_of(section))).collect()
}

fn one(section: &str, text: &str) -> Diagnostic {
    let mut all = check(&with(section, text), "small.yaml").diagnostics;
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#[test]
fn the_small_scenario_has_no_problems() {
    assert_eq!(check(&with("-", ""), "small.yaml").diagnostics, []);
}

#[test]
fn an_unknown_field_gets_the_nearest_name_and_its_place() {
    let d = one("ego", "  start_speed_mps: v_mps\n  end_meter: 90");
    assert_eq!((d.code, d.line, d.column, d.end_column), (Code::UnknownField, line_of("ego") + 2, 3, 12));
    assert_eq!(d.file, "small.yaml");
    let d = one("actors", "  child: {kind: walker, class: child, speed_mp: 3, go_time_s: {by: intent, goes: 1, else: inf}}");
    assert_eq!((d.code, d.help.as_str()), (Code::UnknownField, "did you mean `speed_mps`?"));
}

#[test]
fn the_sample_of_the_command_line_reads_as_documented() {
    let d = one("parameters", "  v_mps:\n    dist: lognormall\n    median: 18\n    source: A");
    assert_eq!((d.code, d.line, d.column, d.end_column), (Code::UnknownDistribution, line_of("parameters") + 2, 11, 21));
    assert_eq!(d.message, "`lognormall` is not a distribution");
    assert!(d.help.starts_with("did you mean `lognormal`? lognormal takes `median` and `sigma`"), "{}", d.help);
}

#[test]
fn each_mistake_has_its_code_and_line() {
    use Code::*;
    let latents = |states: &str| {
        format!(
            "  intent:\n    states:\n      stays: {{{}}}\n      goes: {{{}}}",
            states.split('|').next().unwrap_or(""),
            states.split('|').nth(1).unwrap_or("")
        )
    };
    let prior = |x: &str| format!("prior: {{estimate: {x}, factor90: 2, source: A}}");
    let actor = |fields: &str| {
        format!("  child: {{kind: walker, class: child, go_time_s: {{by: intent, goes: 1, else: inf}}, {fields}}}")
    };
    let cue = |fields: &str| {
        actor(&format!("cues: [{{kind: gaze, latent: intent, levels: [0, 1], window_s: 2, range_m: 40, source: A, {fields}}}]"))
    };
    type Case<'a> = (&'a str, String, &'a [(Code, u32)]);
    let cases: Vec<Case> = vec![
        // Parameters.
        ("parameters", "  v_mps: {dist: uniform, low: 8, high: 8, source: A}".into(), &[(BoundsReversed, 1)]),
        ("parameters", "  v_mps: {dist: normal, mean: 8, sd: 0, source: A}".into(), &[(NotPositive, 1)]),
        ("parameters", "  v_mps: {dist: normal, mean: 8, sd: 1, low: 9, high: 7, source: A}".into(), &[(BoundsReversed, 1)]),
        ("parameters", "  v_mps: {dist: uniform, low: 8, high: 12}".into(), &[(MissingField, 1)]),
        ("parameters", "  v_mps: {dist: uniform, low: 8, source: A}".into(), &[(MissingField, 1)]),
        ("parameters", "  v_mps: {dist: uniform, low: eight, high: 12, source: A}".into(), &[(WrongType, 1)]),
        ("parameters", "  v_mps: {dist: gamma, shape: 5000, mean: 12, source: A}".into(), &[(OutOfRange, 1)]),
        (
            "parameters",
            "  v_mps:\n    dist: mixture\n    parts: [{weight: 0.5, dist: constant, value: 9}]\n    source: A".into(),
            &[(WeightSum, 3)],
        ),
        (
            "parameters",
            "  v_mps: {dist: constant, value: 9, source: A}\n  V: {dist: constant, value: 9, source: A}".into(),
            &[(BadName, 2)],
        ),
        (
            "parameters",
            "  v_mps: {dist: constant, value: 9, source: A}\n  u_m: {dist: constant, value: 9, source: A}".into(),
            &[(UnusedParameter, 2)],
        ),
        (
            "parameters",
            "  v_mps: {dist: constant, value: 9, source: A}\n  v_mps: {dist: constant, value: 8, source: A}".into(),
            &[(DuplicateKey, 2)],
        ),
        // Latent variables.
        ("latents", latents("share: 0.5|share: 0.6"), &[(ShareSum, 1)]),
        ("latents", latents("share: 1.5|share: rest"), &[(ProbabilityRange, 3)]),
        ("latents", latents("share: -0.5|share: rest"), &[(ProbabilityRange, 3)]),
        ("latents", latents("share: rest|share: rest"), &[(ShareSum, 4)]),
        ("latents", latents("share: 0.5|hazard: true"), &[(ShareSum, 4)]),
        ("latents", latents("hazard: false|hazard: true"), &[(MissingField, 1)]),
        ("latents", latents(&format!("{}|{}", prior("0.3"), prior("0.3"))), &[(PriorSum, 1)]),
        ("latents", latents(&format!("prior: rest|{}", prior("1.2"))), &[(ProbabilityRange, 4)]),
        ("latents", latents("prior: rest, share: 0.5|share: 0.5"), &[(PriorSum, 4)]),
        ("latents", latents("prior: rest|prior: {estimate: 0.2, lower: 0.3, upper: 0.4, source: A}"), &[(BoundsReversed, 4)]),
        ("latents", latents("prior: rest|prior: {estimate: 0.2, source: A}"), &[(MissingField, 4)]),
        ("latents", latents("prior: rest|prior: {estimate: 0.2, factor90: 0.5, source: A}"), &[(OutOfRange, 4)]),
        ("latents", latents("share: 0.5, hazzard: true|share: 0.5"), &[(UnknownField, 3)]),
        ("latents", "  intent:\n    states:\n      goes: {share: 1}".into(), &[(MissingState, 1)]),
        // Road and ego.
        ("road", "  lanes:\n    - {kind: traffic, width_m: -3.5, ego: true}".into(), &[(NotPositive, 2)]),
        ("road", "  lanes:\n    - {kind: traffic, width_m: 3.5}".into(), &[(MissingField, 2)]),
        ("road", "  lanes:\n    - {kind: trafic, width_m: 3.5, ego: true}".into(), &[(UnknownKind, 2)]),
        ("road", "  lanes: []".into(), &[(MissingField, 1)]),
        (
            "road",
            "  lanes:\n    - {kind: traffic, width_m: 3.5, ego: true}\n  route: [{length_m: 9, radius_m: 3}]".into(),
            &[(OutOfRange, 3)],
        ),
        ("road", "  lane: 3".into(), &[(UnknownField, 1)]),
        ("road", "  route: [{length_m: 9}]".into(), &[(MissingField, 1)]),
        ("actors", "  child: {class: child, go_time_s: {by: intent, goes: 1, else: inf}}".into(), &[(MissingField, 1)]),
        ("ego", "  start_speed_mps: v_mps\n  end_m: -5".into(), &[(NotPositive, 2)]),
        ("ego", "  start_speed_mps: w_mps".into(), &[(UnknownParameter, 1)]),
        ("ego", "  start_speed_mps: v_mps - 11".into(), &[(OutOfRange, 1)]),
        ("ego", "  start_speed_mps: v_mps * / 2".into(), &[(BadExpression, 1)]),
        ("ego", "  start_speed_mps: [1]\n  end_m: v_mps * 9".into(), &[(WrongType, 1)]),
        ("ego", "  start_speed_mps: v_mps\n  limit_mps: intent".into(), &[(UnknownParameter, 2)]),
        // Actors.
        ("actors", actor("s_m: {by: intent, dashes: 2, else: 3}"), &[(UnknownState, 1)]),
        ("actors", actor("s_m: {by: intend, goes: 2, else: 3}"), &[(UnknownLatent, 1)]),
        ("actors", actor("s_m: {by: intent, goes: 2}"), &[(MissingState, 1)]),
        ("actors", actor("s_m: {goes: 2, else: 3}"), &[(MissingField, 1)]),
        ("actors", actor("width_m: -0.5"), &[(NotPositive, 1)]),
        ("actors", actor("width_m: 1 * v_mps - 9"), &[(NotPositive, 1)]),
        ("actors", actor("active: 2"), &[(OutOfRange, 1)]),
        ("actors", actor("s_m: inf"), &[(OutOfRange, 1)]),
        ("actors", actor("after: ball"), &[(UnknownActor, 1)]),
        ("actors", actor("occludes: 1"), &[(WrongType, 1)]),
        ("actors", format!("{}\n  car: {{kind: vehicle, class: car, path: cross}}", actor("s_m: 1")), &[(UnknownPath, 2)]),
        ("actors", format!("{}\n  car: {{kind: vehicle, class: care}}", actor("s_m: 1")), &[(UnknownClass, 2)]),
        ("actors", format!("{}\n  car: {{kind: vehikle, class: car}}", actor("s_m: 1")), &[(UnknownKind, 2)]),
        ("actors", format!("{}\n  car: {{kind: vehicle, class: car, leader: child}}", actor("s_m: 1")), &[(UnknownActor, 2)]),
        (
            "actors",
            format!(
                "{}\n  a: {{kind: vehicle, class: car, leader: b}}\n  b: {{kind: vehicle, class: car, leader: a}}",
                actor("s_m: 1")
            ),
            &[(Cycle, 2)],
        ),
        ("actors", format!("{}\n  a: {{kind: walker, class: adult, after: a}}", actor("s_m: 1")), &[(Cycle, 2)]),
        // Cues.
        ("actors", cue("likelihood: {else: [0.5, 0.6]}"), &[(LikelihoodSum, 1)]),
        ("actors", cue("likelihood: {else: [0.5, 0.3, 0.2]}"), &[(LikelihoodSum, 1)]),
        ("actors", cue("likelihood: {goes: [0.5, 0.5]}"), &[(MissingState, 1)]),
        ("actors", cue("likelihood: {else: [1.5, -0.5]}"), &[(ProbabilityRange, 1), (ProbabilityRange, 1)]),
        ("actors", cue("likelihood: {else: [0.5, 0.5]}, window: 3"), &[(UnknownField, 1)]),
        // Criteria and exposure.
        ("criteria", "  fail: [colision]".into(), &[(UnknownCriterion, 1)]),
        ("criteria", "  leave_out: [policy_fault]".into(), &[(OutOfRange, 1)]),
        ("criteria", "  fail: [speeding, speeding]".into(), &[(DuplicateEntry, 1)]),
        ("exposure", "  whole-city: {per_1e6_km: 10, factor90: 3, source: A}".into(), &[(UnknownOdd, 1)]),
        ("exposure", "  limited-urban: {per_1e6_km: -10, factor90: 3, source: A}".into(), &[(NotPositive, 1)]),
        // The head.
        ("", "schema: nines.scenario/2\nname: small\ntitle: Small\nodd: [limited-urban]".into(), &[(UnsupportedSchema, 1)]),
        ("", "schema: nines.scenario/1\nname: Small One\ntitle: Small\nodd: [limited-urban]".into(), &[(BadName, 2)]),
        ("", "schema: nines.scenario/1\nname: small\nodd: [limited-urban]".into(), &[(MissingField, 1)]),
    ];
    for (section, text, expected) in cases {
        assert_eq!(found(section, &text), expected, "{section}:\n{text}\n{:#?}", check(&with(section, &text), "t").diagnostics);
    }
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_file() {
    let text = with("parameters", "  v_mps: {dist: uniform, low: 9, high: 8, source: A}")
        .replace("end_m: 90", "end: 90")
        .replace("speeding", "speding");
    let found: Vec<Code> = check(&text, "t").diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(found, [Code::BoundsReversed, Code::UnknownField, Code::UnknownCriterion]);
}

#[test]
fn warnings_leave_the_scenario_usable() {
    let text = with("parameters", "  v_mps: {dist: constant, value: 9, source: A}\n  u_m: {dist: constant, value: 9, source: A}");
    let checked = check(&text, "t");
    assert_eq!(checked.diagnostics[0].severity, Severity::Warning);
    assert!(checked.scenario.is_some() && parse(&text, "t").is_ok());
}

#[test]
fn a_value_out_of_range_shows_the_draw() {
    let d = one(
        "actors",
        "  child: {kind: walker, class: child, width_m: 1 * v_mps - 9, go_time_s: {by: intent, goes: 1, else: inf}}",
    );
    assert!(d.message.starts_with("`child.width_m` is -") && d.message.contains("with v_mps = 8."), "{}", d.message);
}

#[test]
fn more_strata_than_64_are_refused() {
    let latent = |k: usize| format!("  l{k}:\n    states:\n      a: {{share: 0.5}}\n      b: {{share: rest}}");
    let text = with("latents", &(0..7).map(latent).collect::<Vec<_>>().join("\n"));
    assert!(check(&text, "t").diagnostics.iter().any(|d| d.code == Code::TooMany && d.message.starts_with("128 ")));
    // 2^70 are more than can be counted, and said to be so.
    let text = with("latents", &(0..70).map(latent).collect::<Vec<_>>().join("\n"));
    assert!(check(&text, "t").diagnostics.iter().any(|d| d.code == Code::TooMany && d.message.starts_with("more than 1e19 ")));
}

#[test]
fn what_is_not_yaml_is_one_problem_with_its_place() {
    for (text, line) in [("a: [1", 1), ("a: 1\nb: c: d\n", 2), ("a: &x 1\n<<: *x\n", 2), ("a: \"\n", 1)] {
        let all = check(text, "t").diagnostics;
        assert_eq!((all.len(), all[0].code, all[0].line), (1, Code::Syntax, line), "{all:#?}");
    }
    for text in ["", "3", "- a", "schema: 3", "schema:\n"] {
        assert!(parse(text, "t").is_err(), "{text}");
    }
}

#[test]
fn bombs_are_stopped() {
    let mut bomb = String::from("a: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for k in 1..9 {
        bomb += &format!("b{k}: &a{k} [{}]\n", vec![format!("*a{}", k - 1); 9].join(", "));
    }
    let codes = |text: &str| check(text, "t").diagnostics.iter().map(|d| d.code).collect::<Vec<_>>();
    assert_eq!(codes(&bomb), [Code::TooComplex]);
    assert_eq!(codes(&"[".repeat(20_000)).len(), 1);
    assert_eq!(codes(&format!("a: [{}]", "1, ".repeat(30_000))), [Code::TooComplex]);
    assert_eq!(codes(&format!("# {}", "x".repeat(1_000_000))), [Code::FileTooLarge]);
}

#[test]
fn named_values_that_double_each_other_are_stopped() {
    let doubled: String = (1..60).map(|k| format!("  x{k}: x{0} + x{0}\n", k - 1)).collect();
    let text = with("-", "").replace("road:\n", &format!("values:\n  x0: v_mps\n{doubled}road:\n"));
    let found = check(&text, "t").diagnostics;
    assert_eq!(found[0].code, Code::TooComplex, "{found:#?}");
}

#[test]
fn more_than_a_hundred_problems_are_counted() {
    let many: String = (0..300).map(|k| format!("  x{k}: 3\n")).collect();
    let all = check(&with("exposure", &many), "t").diagnostics;
    assert!(all.len() <= crate::MAX_LISTED + 1 && all.last().is_some_and(|d| d.message.contains("not listed")));
}

#[test]
fn every_code_is_a_kebab_case_word_of_its_own() {
    let names: std::collections::BTreeSet<&str> = Code::ALL.iter().map(|c| c.name()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    assert!(names.iter().all(|n| n.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    assert!(Code::ALL.iter().all(|c| c.about().ends_with('.')));
}

proptest::proptest! {
    /// Whatever is cut out of or put into a file, reading it never panics.
    #[test]
    fn damaged_files_never_panic(which in 0_usize..8, from in 0_usize..6000, len in 0_usize..40, put in "[-a-z0-9:{}, \\[\\]\"'&*\n]{0,6}") {
        let entry = crate::catalogue()[which];
        let chars: Vec<char> = entry.text.chars().collect();
        let from = from.min(chars.len());
        let to = (from + len).min(chars.len());
        let text: String = chars[..from].iter().chain(put.chars().collect::<Vec<_>>().iter()).chain(&chars[to..]).collect();
        let _ = check(&text, "damaged");
    }
}
