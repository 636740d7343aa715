//! The library: all of it is used once here, and means what it says.

use super::diagnostics::with;
use crate::library::library;
use crate::{Code, CueSpec, Distribution, LogicalScenario, check, parse};

fn child(cue: &str) -> String {
    let go = "go_time_s: {by: intent, goes: 1, else: inf}";
    with("actors", &format!("  child: {{kind: walker, class: child, s_m: 60, {go}, cues: [{cue}]}}"))
}

fn codes(text: &str) -> Vec<(u32, Code)> {
    check(text, "t.yaml").diagnostics.iter().map(|d| (d.line, d.code)).collect()
}

fn made(text: &str) -> LogicalScenario {
    parse(text, "t.yaml").unwrap_or_else(|d| panic!("{d:#?}\n{text}"))
}

#[test]
fn every_distribution_can_be_used_and_is_written_out() {
    assert!(library().distributions.len() > 20);
    for (name, _) in &library().distributions {
        let s = made(
            &with("parameters", &format!("  v_mps: {{use: {name}}}"))
                .replace("start_speed_mps: v_mps", "end_m: 90 + 0 * v_mps")
                .replace("\n  end_m: 90\n", "\n"),
        );
        assert!(!s.parameters[0].source.is_empty() && !s.to_yaml().contains("use"), "{name}");
        assert_eq!(parse(&s.to_yaml(), "again").as_ref(), Ok(&s), "{name}");
    }
}

#[test]
fn fields_beside_use_are_set_anew() {
    let s = made(&with("parameters", "  v_mps: {use: child-walk, high: 2.0, low: null, source: \"P2, A\"}"));
    let wanted = Distribution::Normal { mean: 1.35, sd: 0.25, low: f64::NEG_INFINITY, high: 2.0 };
    assert_eq!(s.parameters[0].distribution, wanted);
    // What a source names stands in the file that is written, with what that names in turn.
    let names: Vec<&str> = s.sources.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["A", "P2"]);
    let part = "  v_mps: {dist: mixture, parts: [{weight: 0.5, use: adult-run, source: null}, {weight: 0.5, dist: constant, value: 3}], source: A}";
    assert!(matches!(made(&with("parameters", part)).parameters[0].distribution, Distribution::Mixture { .. }));
}

fn cue(text: &str) -> CueSpec {
    made(&child(text)).actors[0].cues[0].clone()
}

/// PIE, mid-block without signal: crossed of all, for each rating; and JAAD, looked of all in a window.
#[test]
fn cue_models_have_the_measured_rows() {
    let c = cue("{use: pie-intention, latent: intent, like: {stays: does_not_cross, goes: crosses}}");
    for (k, (crossed, all)) in [(0.0, 191.0), (1.0, 80.0), (3.0, 59.0), (11.0, 61.0), (34.0, 84.0)].into_iter().enumerate() {
        assert!((c.likelihood[1].1[k] - crossed / 49.0).abs() < 1e-12);
        assert!((c.likelihood[0].1[k] - (all - crossed) / 426.0).abs() < 1e-12);
    }
    assert_eq!((c.window_s, c.range_m), (0.0, 60.0));
    // Those who wait and those who are irrelevant mix to those who do not cross, by their shares of P8.
    let split = cue("{use: pie-intention, latent: intent, like: {stays: stays, goes: irrelevant}}");
    for k in 0..5 {
        let mixed = (0.23 * split.likelihood[0].1[k] + 0.67 * split.likelihood[1].1[k]) / 0.90;
        assert!((mixed - c.likelihood[0].1[k]).abs() < 1e-3, "{k}: {mixed}");
    }
    for (name, [steps, stays]) in [
        ("look-adult", [155.0 / 211.0, 120.0 / 232.0]),
        ("look-senior", [30.0 / 37.0, 25.0 / 65.0]),
        ("look-child", [0.30, 0.15]),
    ] {
        let c = cue(&format!("{{use: {name}, latent: intent, like: {{stays: stays, goes: crosses}}}}"));
        assert!((c.likelihood[1].1[1] - steps).abs() < 1e-12 && (c.likelihood[0].1[1] - stays).abs() < 1e-12, "{name}");
    }
}

#[test]
fn roles_are_mixed_and_rows_set_by_hand() {
    let c = cue(
        "{use: look-adult, latent: intent, like: {stays: {crosses: 0.25, stays: 0.75}}, likelihood: {goes: [0.5, 0.5]}, range_m: 20}",
    );
    assert!((c.likelihood[0].1[1] - (0.25 * 155.0 / 211.0 + 0.75 * 120.0 / 232.0)).abs() < 1e-12);
    assert_eq!((c.likelihood[1].1.as_slice(), c.range_m), (&[0.5, 0.5][..], 20.0));
    let c = cue("{use: look-adult, latent: intent, like: {goes: crosses, else: stays}}");
    assert!((c.likelihood[0].1[1] - 120.0 / 232.0).abs() < 1e-12);
}

/// Rows that were worked out by hand from the same figures.
#[test]
fn the_library_gives_the_rows_of_child_at_curb() {
    let rows = [
        ("waiting", [0.0200, 0.1000, 0.1800, 0.3200, 0.3800]),
        ("playing", [0.5955, 0.2148, 0.1148, 0.0478, 0.0271]),
        ("crossing", [0.0000, 0.0204, 0.0612, 0.2245, 0.6939]),
        ("dashing", [0.2978, 0.1176, 0.0880, 0.1361, 0.3605]),
    ];
    let of = super::scenario("child-at-curb").actors[0].cues[0].clone();
    for ((state, row), (name, wanted)) in of.likelihood.iter().zip(rows) {
        assert_eq!(state, name);
        assert!(row.iter().zip(wanted).all(|(x, y)| (x - y).abs() < 2e-4), "{name}: {row:?}");
    }
}

#[test]
fn mistakes_have_their_code_and_line() {
    use Code::*;
    let parameter = |p: &str| codes(&with("parameters", p));
    assert_eq!(parameter("  v_mps: {use: child-wlak}"), [(6, UnknownUse)]);
    assert_eq!(parameter("  v_mps: {use: 3}"), [(6, WrongType)]);
    assert_eq!(parameter("  v_mps: {use: child-walk, dist: uniform, low: 8, high: 9, source: A}"), [(6, UnknownField)]);
    assert_eq!(parameter("  v_mps: {use: child-walk, hihg: 3}"), [(6, UnknownField)]);
    assert_eq!(parameter("  v_mps: {use: child-walk, sd: -3}"), [(6, NotPositive)]);
    assert_eq!(parameter("  v_mps: {dist: uniform, low: 8, high: 9, source: \"P2 and\n    Q7\"}"), [(6, UnknownSource)]);
    assert_eq!(parameter("  v_mps: {dist: uniform, low: 8, high: 9, source: P99}"), [(6, UnknownSource)]);
    let line = child("").lines().position(|l| l.contains("child:")).expect("the child") as u32 + 1;
    let cue = |text: &str| codes(&child(text));
    assert_eq!(cue("{use: look-adlut, latent: intent, like: {stays: stays, goes: crosses}}"), [(line, UnknownUse)]);
    assert_eq!(cue("{use: look-adult, latent: intent, like: {stays: stays, goes: cross}}"), [(line, UnknownUse)]);
    assert_eq!(
        cue("{use: look-adult, latent: intent, like: {stays: stays, go: crosses}}"),
        [(line, MissingState), (line, UnknownState)]
    );
    assert_eq!(cue("{use: look-adult, latent: intent, like: {stays: stays, goes: {stays: 0.5}}}"), [(line, WeightSum)]);
    assert_eq!(cue("{use: look-adult, latent: intent}"), [(line, MissingField)]);
    let named = with("", "schema: nines.scenario/1\nname: small\ntitle: Small\nodd: [limited-urban]\nsources: {P99: x}");
    assert_eq!(codes(&named.replace("source: A}\nlatents", "source: P99}\nlatents")), []);
}

#[test]
fn an_unknown_source_is_marked_itself() {
    let d = check(&with("parameters", "  v_mps: {dist: uniform, low: 8, high: 9, source: \"P2, A; B7\"}"), "t.yaml").diagnostics;
    assert_eq!((d[0].line, d[0].column, d[0].end_column), (6, 59, 61));
    assert!(d[0].help.starts_with("did you mean `B"), "{}", d[0].help);
}

#[test]
fn a_cue_of_the_library_may_depend_on_the_mode_of_an_agent() {
    let agent = "  child:\n    kind: agent\n    class: child\n    s_m: 60\n    cues: [{use: look-child, by: mode, like: {waits: stays, goes: crosses}}]\n    \
                 modes:\n      waits: {do: stand, next: [{when: {time_s: 1}, to: {by: intent, goes: goes, else: waits}}]}\n      goes: {do: go, speed_mps: 2}";
    let s = made(&with("actors", agent));
    let c = &s.actors[0].cues[0];
    assert_eq!((c.latent.as_deref(), c.likelihood[1].0.as_str(), c.likelihood[1].1[1]), (None, "goes", 0.3));
    assert_eq!(parse(&s.to_yaml(), "again").as_ref(), Ok(&s));
    // A choice of modes within choices doubles with every `else`, and is refused before it has grown.
    let nested = "{by: intent, else: ".repeat(24) + "waits" + &"}".repeat(24);
    let bomb = with("actors", &agent.replace("{by: intent, goes: goes, else: waits}", &nested));
    assert_eq!(codes(&bomb)[0].1, Code::TooComplex);
}
