//! Distributions in place: the parameters that they become, and what is told of mistakes.

use super::diagnostics::{line_of, with};
use crate::{Code, Diagnostic, LogicalScenario, check, parse};

const CHILD: &str = "  child:
    kind: walker
    class: child
    height_m: {use: child-height}
    speed_mps: {by: intent, goes: {use: child-run, high: 4}, else: v_mps / 8}
    hesitate_s: {dist: uniform, low: 0.3, high: 1.2, source: A}
    go_time_s: {by: intent, goes: 1, else: inf}";

fn made(text: &str) -> LogicalScenario {
    let s = parse(text, "t.yaml").unwrap_or_else(|d| panic!("{d:#?}\n{text}"));
    assert_eq!(parse(&s.to_yaml(), "again").as_ref(), Ok(&s), "{}", s.to_yaml());
    s
}

fn names(s: &LogicalScenario) -> Vec<&str> {
    s.parameters.iter().map(|p| p.name.as_str()).collect()
}

fn problems(text: &str) -> Vec<Diagnostic> {
    check(text, "t.yaml").diagnostics
}

#[test]
fn a_distribution_in_place_is_a_parameter_by_the_name_of_its_field() {
    let s = made(&with("actors", CHILD));
    assert_eq!(names(&s), ["v_mps", "child_height_m", "child_goes_speed_mps", "child_hesitate_s"]);
    // The same file with the parameters written out is the same scenario.
    let long = with("actors", CHILD)
        .replace("{use: child-height}", "child_height_m")
        .replace("{use: child-run, high: 4}", "child_goes_speed_mps")
        .replace("{dist: uniform, low: 0.3, high: 1.2, source: A}", "child_hesitate_s")
        .replace(
            "latents:",
            "  child_height_m: {use: child-height}\n  child_goes_speed_mps: {use: child-run, high: 4}\n  \
             child_hesitate_s: {dist: uniform, low: 0.3, high: 1.2, source: A}\nlatents:",
        );
    assert_eq!(made(&long), s);
    // Shown as it is read.
    let shown = s.to_yaml();
    assert!(
        shown.contains("  child_hesitate_s: {dist: uniform, low: 0.3, high: 1.2") && shown.contains("height_m: child_height_m")
    );
}

#[test]
fn the_ego_sensing_and_modes_draw_in_place_too() {
    let text =
        with("ego", "  start_speed_mps: v_mps\n  desired_speed_mps: {dist: uniform, low: 8, high: 12, source: A}\n  end_m: 90");
    let text = text + "sensing: {friction: {by: intent, stays: 0.7, goes: {dist: uniform, low: 0.5, high: 0.8, source: A}}}\n";
    assert_eq!(names(&made(&text)), ["v_mps", "ego_desired_speed_mps", "sensing_goes_friction"]);
    let agent = "  dog:
    kind: agent
    class: animal
    modes:
      waits: {do: stand, next: [{when: {time_s: v_mps, if: {by: intent, goes: 1, else: 0}}, to: runs}]}
      runs: {do: go, speed_mps: {dist: uniform, low: 4, high: 8, source: A}}";
    assert_eq!(names(&made(&with("actors", agent))), ["v_mps", "dog_runs_speed_mps"]);
}

#[test]
fn every_member_of_a_group_draws_its_own() {
    let kids = CHILD.replace("  child:\n", "  kids:\n    group: {count: 2, most: 2}\n");
    let s = made(&with("actors", &kids));
    let own = |k: usize| [format!("kids_{k}_height_m"), format!("kids_{k}_goes_speed_mps"), format!("kids_{k}_hesitate_s")];
    assert_eq!(names(&s)[1..], [own(1), own(2)].concat());
}

#[test]
fn mistakes_are_told_where_they_stand() {
    let of = |from: &str, to: &str| {
        let found = problems(&with("actors", &CHILD.replace(from, to)));
        found.iter().map(|d| (d.code, d.line - line_of("actors"))).collect::<Vec<_>>()
    };
    assert_eq!(of("low: 0.3, high: 1.2", "low: 1.3, high: 1.2"), [(Code::BoundsReversed, 6)]);
    assert_eq!(of("low: 0.3", "low: -0.3"), [(Code::OutOfRange, 6)]);
    assert_eq!(of("child-height", "child-hight"), [(Code::UnknownUse, 4)]);
    assert_eq!(of("high: 1.2, source: A", "high: 1.2"), [(Code::MissingField, 6)]);
    assert_eq!(of("hesitate_s:", "hesitates_s:"), [(Code::UnknownField, 6)]);
    // A name that is there already, as a parameter or as a named value.
    let taken = with("actors", CHILD).replace("latents:", "  child_height_m: {use: child-height}\nlatents:");
    let found = problems(&taken);
    assert_eq!(found.iter().map(|d| (d.code, d.labels.len())).collect::<Vec<_>>(), [(Code::BadName, 1)], "{found:#?}");
    let value = with("actors", CHILD) + "values: {child_height_m: v_mps / 10}\n";
    assert_eq!(problems(&value)[0].code, Code::BadName);
    // Elsewhere it is refused, and the help says where it may stand.
    let found = problems(&(with("-", "") + "signals: [{line_m: {dist: uniform, low: 3, high: 4, source: A}}]\n"));
    assert_eq!(found.len(), 1);
    assert!(found[0].code == Code::WrongType && found[0].help.contains("under `parameters:`"), "{found:#?}");
}

#[test]
fn a_variant_lays_over_a_distribution_in_place() {
    let variants = "variants:\n  tall: {share: 0.1, source: A, with: {actors: {child: {height_m: {low: 1.3}}}}}\n  \
                    small: {share: 0.1, source: A, with: {actors: {child: {height_m: 0.9}}}}\n";
    let checked = check(&(with("actors", CHILD) + variants), "t.yaml");
    assert_eq!(checked.diagnostics, []);
    let count = |s: &LogicalScenario| s.parameters.len();
    assert_eq!(checked.variants.iter().map(count).collect::<Vec<_>>(), [4, 3]);
    let low = |s: &LogicalScenario| s.compile().params[1].dist.at(-8.0);
    assert!((low(&checked.variants[0]) - 1.3).abs() < 1e-6 && low(&checked.scenario.unwrap()) < 1.11);
}
