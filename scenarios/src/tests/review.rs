//! What reads well, but is probably not what its author means: the code, the line, and the draw.

use super::diagnostics::{line_of, with};
use crate::{Code, Diagnostic, Severity, catalogue, check, review};

fn reviewed(section: &str, text: &str) -> Vec<Diagnostic> {
    let checked = check(&with(section, text), "small.yaml");
    let scenario = checked.scenario.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    review(&scenario, &checked.places[0])
}

/// Codes and lines within the section, the note about the missing priors of the small scenario left out.
fn found(section: &str, text: &str) -> Vec<(Code, u32)> {
    let all = reviewed(section, text).into_iter().filter(|d| d.code != Code::NoPrior);
    all.map(|d| (d.code, d.line - line_of(section))).collect()
}

#[test]
fn the_catalogue_has_no_warnings_and_a_note_where_a_prior_is_unknown() {
    for entry in catalogue() {
        let checked = check(entry.text, entry.file);
        let scenario = checked.scenario.expect("the catalogue reads");
        let found: Vec<_> = review(&scenario, &checked.places[0]).iter().map(|d| (d.code, d.severity)).collect();
        let expected = if scenario.hazard_prior().is_none() { vec![(Code::NoPrior, Severity::Note)] } else { Vec::new() };
        assert_eq!(found, expected, "{}", entry.name);
    }
}

#[test]
fn the_note_about_a_prior_stands_at_the_hazard() {
    let d = reviewed("-", "").remove(0);
    assert_eq!((d.code, d.severity, d.line), (Code::NoPrior, Severity::Note, line_of("latents") + 4));
    assert!(d.message.contains("`goes`") && d.help.contains("`intent`"));
}

#[test]
fn implausible_values_are_named_with_their_draw() {
    use Code::ImplausibleValue as Beyond;
    let child = |more: &str| {
        format!("  child:\n    kind: walker\n    class: child\n    go_time_s: {{by: intent, goes: 1, else: inf}}\n    {more}")
    };
    assert_eq!(found("actors", &child("speed_mps: 12")), [(Beyond, 5)]);
    assert_eq!(found("actors", &child("speed_mps: v_mps")), [(Beyond, 5)]);
    assert_eq!(found("actors", &child("height_m: 120")), [(Beyond, 5)]);
    // Who lies is as low as that.
    assert_eq!(found("actors", &child("height_m: 0.25")), [(Beyond, 5)]);
    assert_eq!(found("actors", &child("height_m: 0.25\n    width_m: 1.2")), []);
    // One that is never there is of no concern, and nor is a draw in which it is not.
    assert_eq!(found("actors", &child("speed_mps: 12\n    active: 0")), []);
    assert_eq!(found("actors", &child("speed_mps: v_mps\n    active: v_mps < 6")), []);
    assert_eq!(found("ego", "  start_speed_mps: 5 * v_mps\n  end_m: 90\n  brake_mps2: 20"), [(Beyond, 1), (Beyond, 3)]);
    assert_eq!(found("road", "  lanes:\n    - {kind: traffic, width_m: 35, ego: true}"), [(Beyond, 2)]);
    let d = reviewed("actors", &child("speed_mps: v_mps + 1")).remove(1);
    assert!(d.message.starts_with("`child.speed_mps` is 9.") || d.message.starts_with("`child.speed_mps` is 1"), "{}", d.message);
    assert!(d.message.contains("with v_mps = "), "{}", d.message);
    let text = with("actors", "  child: {kind: walker, class: child, go_time_s: {by: intent, goes: 1, else: inf}}")
        + "sensing: {friction: 1.5}\n";
    let checked = check(&text, "t");
    let all = review(checked.scenario.as_ref().unwrap(), &checked.places[0]);
    assert_eq!(all.last().map(|d| (d.code, d.column)), Some((Beyond, 21)), "{all:#?}");
}

#[test]
fn angles_in_degrees_and_wishes_beyond_the_limit_are_found() {
    use Code::ImplausibleValue as Beyond;
    let car = |heading: &str| {
        format!(
            "  child: {{kind: walker, class: child, go_time_s: {{by: intent, goes: 1, else: inf}}}}\n  \
             car: {{kind: fixed, class: car, s_m: v_mps, d_m: 5, heading_rad: {heading}}}"
        )
    };
    assert_eq!(found("actors", &car("90")), [(Beyond, 2)]);
    assert_eq!(found("actors", &car("-90")), [(Beyond, 2)]);
    assert_eq!(found("actors", &car("90 * pi / 180")), []);
    assert_eq!(found("actors", &car("-2 * pi")), []);
    assert!(reviewed("actors", &car("90")).iter().any(|d| d.help.contains("90 * pi / 180")));
    let agent = |faces: &str| {
        format!(
            "  child:\n    kind: agent\n    class: child\n    modes:\n      waits: {{do: stand, faces_rad: {faces}, \
             next: [{{when: {{time_s: v_mps, if: {{by: intent, goes: 1, else: 0}}}}, to: waits}}]}}"
        )
    };
    assert_eq!(found("actors", &agent("{by: intent, goes: inf, else: 1}")), []);
    assert_eq!(found("actors", &agent("{by: intent, goes: 180, else: 1}")), [(Beyond, 5)]);
    let ego = |limit: &str| format!("  start_speed_mps: v_mps\n  desired_speed_mps: v_mps\n  end_m: 90\n  limit_mps: {limit}");
    // The small scenario draws 8 to 12 m/s.
    assert_eq!(found("ego", &ego("9")), [(Beyond, 2)]);
    assert_eq!(found("ego", &ego("11")), []);
    assert_eq!(found("ego", &ego("0.95 * v_mps")), []);
    let meant = with("ego", &ego("9")) + "description: The ego is asked for more than the limit.\n";
    let checked = check(&meant, "t");
    assert!(review(checked.scenario.as_ref().unwrap(), &checked.places[0]).iter().all(|d| d.code != Beyond));
}

#[test]
fn a_mode_that_no_member_reaches_is_found() {
    let agent = |members: &str, to: &str| {
        format!(
            "  child:\n    kind: agent\n    class: child\n    group: {{count: 2, most: 2}}\n    members: {members}\n    s_m: 10 * member\n    \
             start: {{by: intent, goes: goes, stays: waits}}\n    modes:\n      waits: {{do: stand}}\n      \
             goes: {{do: go, speed_mps: v_mps / 4, next: [{{when: {{moved_m: 3}}, to: {to}}}]}}\n      stops: {{do: stand}}"
        )
    };
    assert_eq!(found("actors", &agent("{}", "stops")), []);
    assert_eq!(found("actors", &agent("{}", "waits")), [(Code::UnreachedMode, 11)]);
    assert_eq!(found("actors", &agent("{2: {start: stops}}", "waits")), []);
    // What only unreached modes lead to is not reached.
    let apart = "  child:\n    kind: agent\n    class: child\n    start: {by: intent, goes: a, stays: a}\n    modes:\n      a: {do: stand, accel_mps2: v_mps / 4}\n      \
                 b: {do: stand, next: [{when: {after_s: 1}, to: c}]}\n      c: {do: stand, next: [{when: {after_s: 1}, to: b}]}";
    assert_eq!(found("actors", apart), [(Code::UnreachedMode, 7), (Code::UnreachedMode, 8)]);
}

#[test]
fn an_odd_that_is_nearly_a_built_in_one_is_a_slip() {
    let of = |odd: &str| {
        let text = with("-", "").replace("limited-urban", odd);
        let checked = check(&text, "t");
        let all = review(checked.scenario.as_ref().unwrap(), &checked.places[0]);
        all.into_iter().filter(|d| d.code == Code::UnprofiledOdd).map(|d| d.severity).collect::<Vec<_>>()
    };
    assert_eq!(of("whole-city"), []);
    assert_eq!(of("hole-city"), [Severity::Warning]);
    assert_eq!(of("the-harbour"), [Severity::Note]);
}

#[test]
fn a_cue_that_tells_all_is_found_and_a_weak_one_is_not() {
    let cue = |goes: &str, stays: &str| {
        let row = format!("likelihood: {{goes: {goes}, stays: {stays}}}");
        format!(
            "  child:\n    kind: walker\n    class: child\n    go_time_s: {{by: intent, goes: 1, else: inf}}\n    cues:\n      \
             - {{kind: gaze, latent: intent, levels: [0, 1], {row}, window_s: 2, range_m: 40, source: A}}"
        )
    };
    for (goes, stays, tells) in [
        ("[0.3, 0.7]", "[0.5, 0.5]", false),
        ("[0.1, 0.9]", "[0.954, 0.046]", false),
        ("[0.1, 0.9]", "[0.956, 0.044]", true),
        ("[0.9, 0.1]", "[1, 0]", true),
        // A level that hardly ever shows may tell all, and one that tells of no hazard may too.
        ("[0.995, 0.005]", "[1, 0]", false),
        ("[1, 0]", "[0.1, 0.9]", false),
    ] {
        let expected: &[_] = if tells { &[(Code::CueReveals, 6)] } else { &[] };
        assert_eq!(found("actors", &cue(goes, stays)), expected, "{goes} {stays}");
    }
}

#[test]
fn what_is_missing_for_rates_is_a_note() {
    let none = "schema: nines.scenario/1\nname: small\ntitle: Small\nodd: [limited-urban, whole-city]";
    assert_eq!(reviewed("", none).iter().map(|d| d.code).collect::<Vec<_>>(), [Code::NoExposure, Code::NoPrior]);
    let harmless = "  intent:\n    states:\n      stays: {share: 0.5}\n      goes: {share: 0.5}";
    let all = reviewed("latents", harmless);
    assert_eq!(all.iter().map(|d| (d.code, d.severity)).collect::<Vec<_>>(), [(Code::NoHazard, Severity::Note)]);
    let never = "  intent:\n    states:\n      stays: {prior: rest}\n      \
                 goes: {hazard: true, prior: {estimate: 0, factor90: 2, source: A}}";
    assert_eq!(found("latents", never), [(Code::ZeroHazard, 4)]);
}

#[test]
fn a_share_beside_known_priors_has_no_effect() {
    let latents = |share: &str| {
        format!(
            "  intent:\n    states:\n      stays: {{prior: rest{share}}}\n      \
             goes: {{hazard: true, prior: {{estimate: 0.01, factor90: 2, source: A}}{share}}}"
        )
    };
    assert_eq!(found("latents", &latents("")), []);
    assert_eq!(found("latents", &latents(", share: 0.5")), [(Code::UnusedShare, 3)]);
    let made = |share: &str| check(&with("latents", &latents(share)), "small.yaml").scenario.unwrap();
    // It makes no difference to what is stored either, and a stored file is not warned of.
    assert_eq!(made(", share: 0.5"), made(""));
    let stored = made("").to_yaml();
    assert!(!stored.lines().any(|l| l.trim_start().starts_with("share:")) && stored.contains("rest"), "{stored}");
    // One prior that is not known makes all shares count.
    let unknown = "  bus:\n    states: {stops: {share: 0.25}, goes_on: {share: rest}}\n".to_owned() + &latents(", share: 0.5");
    let checked = check(&with("latents", &unknown), "small.yaml");
    let scenario = checked.scenario.unwrap();
    assert!(review(&scenario, &checked.places[0]).iter().all(|d| d.code != Code::UnusedShare));
    assert_eq!(scenario.strata().iter().map(|x| x.share).collect::<Vec<_>>(), [0.125, 0.125, 0.375, 0.375]);
}

#[test]
fn an_uncertainty_is_stated_once() {
    let text = with("exposure", "  limited-urban: {per_1e6_km: 10, factor90: 3, lower: 2, upper: 50, source: A}");
    let all = check(&text, "t").diagnostics;
    assert_eq!(all.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::EstimateContradiction]);
}

#[test]
fn what_stands_in_no_file_is_placed_where_it_comes_from() {
    let places = check(&with("-", ""), "small.yaml").places.remove(0);
    let line = |path: &str| {
        let d = places.diagnostic(Severity::Warning, Code::NoPrior, path, String::new(), String::new());
        (d.line, d.column)
    };
    let child = (line_of("actors") + 1, 3);
    assert_eq!(line("actors.child"), child);
    assert_eq!(line("actors.child.speed_mps"), child);
    assert_eq!(line("actors.child_12.speed_mps"), child);
    assert_eq!(line("actors.child.class"), (child.0, 32));
    assert_eq!(line("road.lanes.0.width_m"), (line_of("road") + 2, 32));
    assert_eq!(line("nothing.at.all"), (1, 1));
}
