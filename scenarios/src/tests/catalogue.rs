//! The built-in catalogue: it parses, compiles, adds up, and says what the facts say.

use super::scenario;
use crate::{CueSpec, LogicalScenario, catalogue, parse};
use nines_sim::{Criterion, CueKind};

fn names() -> Vec<&'static str> {
    catalogue().iter().map(|e| e.name).collect()
}

/// Files of the catalogue that the facts know most of.
const FIRST: [&str; 8] = [
    "ball-between-cars",
    "child-at-curb",
    "cut-in-short-headway",
    "cut-out-reveal",
    "debris-at-night",
    "pedestrian-behind-van",
    "red-light-runner",
    "stopped-school-bus",
];

#[test]
fn the_catalogue_holds_its_files_and_their_variants_by_name() {
    let names = names();
    assert!(names.is_sorted() && FIRST.iter().all(|name| names.contains(name)), "{names:?}");
    for e in catalogue() {
        let base = e.file.strip_suffix(".yaml").expect("a scenario file");
        assert_eq!(e.name, e.variant.map_or(base.to_owned(), |v| format!("{base}-{v}")));
    }
}

#[test]
fn every_file_parses_without_diagnostics_and_reads_back_from_its_canonical_form() {
    for e in catalogue() {
        let s = scenario(e.name);
        assert_eq!(s.name, e.name);
        let written = s.to_yaml();
        let again = parse(&written, "canonical").unwrap_or_else(|d| panic!("{}: {d:#?}\n{written}", e.name));
        assert_eq!(again, s, "{}", e.name);
        assert_eq!(again.to_yaml(), written);
        assert!(written.lines().all(|l| l.chars().count() <= 400), "{}", e.name);
    }
}

#[test]
fn weights_and_shares_add_up() {
    for name in names() {
        let s = scenario(name);
        let t = s.compile();
        let (weights, shares): (f64, f64) = (t.strata.iter().map(|x| x.weight).sum(), s.strata().iter().map(|x| x.share).sum());
        assert!((weights - 1.0).abs() < 1e-9 && (shares - 1.0).abs() < 1e-9, "{name}: {weights} {shares}");
        let hazard: f64 = t.strata.iter().filter(|x| x.hazard).map(|x| x.weight).sum();
        assert!(s.has_hazard() && hazard > 0.0 && hazard < 1.0);
        if let Some(w) = s.hazard_prior() {
            assert!((w.estimate - hazard).abs() < 1e-12, "{name}: {w:?}");
            assert!(w.lower <= w.estimate && w.estimate <= w.upper && w.upper <= 1.0, "{name}: {w:?}");
        }
        for actor in &t.actors {
            for row in actor.cues.iter().flat_map(|c| &c.likelihood) {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn natural_priors_are_known_where_the_facts_know_them() {
    for name in ["ball-between-cars", "pedestrian-behind-van"] {
        assert!(scenario(name).hazard_prior().is_none(), "{name}");
    }
    // By crash anchors; of cyclists who swerve, with those who fall besides.
    for (name, prior) in [
        ("child-at-curb", 1.4e-6),
        ("adult-crosses-midblock", 3.0e-6),
        ("turn-into-pedestrian", 7.0e-6),
        ("cyclist-crosses-occluded", 6.0e-5),
        ("cyclist-along", 2.4e-6),
        ("right-hook", 1.0e-5),
        ("red-light-runner", 4.0e-5),
        ("stop-sign-violator", 3.0e-5),
        ("left-turn-across-path", 2.0e-5),
        ("oncoming-turns-across", 2.0e-5),
    ] {
        let w = scenario(name).hazard_prior().expect("known");
        assert!((w.estimate / prior - 1.0).abs() < 1e-9, "{name}: {w:?}");
    }
    let w = scenario("child-at-curb").hazard_prior().expect("known");
    // 1.4e-6 with a 90% factor of 10, which is 95% by 10^(1.960/1.645).
    assert_eq!(w.estimate, 1.4e-6);
    assert!((w.lower / 9.0e-8 - 1.0).abs() < 0.01 && (w.upper / 2.176e-5 - 1.0).abs() < 0.01, "{w:?}");
    assert_eq!(scenario("child-at-curb").hazard_states(), ["intent=dashing"]);
}

#[test]
fn exposures_are_those_of_the_facts() {
    let per = |name: &str, odd: &str| scenario(name).exposure_in(odd).map(|e| (e.estimate, e.lower, e.upper)).expect("exposure");
    let (estimate, lower, upper) = per("child-at-curb", "whole-city");
    assert_eq!(estimate, 6_000.0);
    assert!((lower / 709.0 - 1.0).abs() < 0.005 && (upper / 50_800.0 - 1.0).abs() < 0.005, "{lower} {upper}");
    // Buses that have stopped, and those about to: counted once.
    assert_eq!(per("stopped-school-bus", "limited-urban").0 + per("school-bus-amber", "limited-urban").0, 1_500.0);
    assert_eq!(per("cut-in-short-headway", "highway-freight").0, 20_000.0);
    assert_eq!(per("debris-at-night", "whole-city").0, 10.0);
    // A base and its variants share what a file says.
    let all: f64 = ["", "-night", "-rain"].iter().map(|v| per(&format!("adult-crosses-midblock{v}"), "whole-city").0).sum();
    assert!((all / 35_000.0 - 1.0).abs() < 1e-9, "{all}");
    for name in names() {
        let s = scenario(name);
        assert!(s.odd.iter().all(|o| s.exposure_in(o).is_some()), "{name}");
    }
}

#[test]
fn criteria_are_the_usual_ones_and_the_laws_of_the_scenario() {
    let usual =
        [Criterion::Collision, Criterion::StruckFromBehind, Criterion::OffRoad, Criterion::NoProgress, Criterion::PolicyFault];
    for name in names() {
        let s = scenario(name);
        assert!(usual.iter().all(|c| s.criteria.contains(c)), "{name}");
    }
    for name in FIRST {
        let s = scenario(name);
        assert_eq!(s.criteria.contains(&Criterion::SchoolBus), name == "stopped-school-bus");
        assert_eq!(s.criteria.contains(&Criterion::RedLight), name == "red-light-runner");
    }
}

fn cue(s: &LogicalScenario, actor: &str, kind: CueKind) -> CueSpec {
    let actor = s.actors.iter().find(|a| a.name == actor).expect("the actor");
    actor.cues.iter().find(|c| c.kind == kind).expect("the cue").clone()
}

fn row<'a>(c: &'a CueSpec, state: &str) -> &'a [f64] {
    &c.likelihood.iter().find(|(s, _)| s == state).expect("the state").1
}

/// PIE, mid-block without signal: how many of those rated so crossed, and how many did not.
#[test]
fn rated_intention_has_the_measured_columns() {
    let crossed = [0.0, 1.0, 3.0, 11.0, 34.0];
    let not = [191.0, 79.0, 56.0, 50.0, 50.0];
    let c = cue(&scenario("child-at-curb"), "child", CueKind::Intention);
    assert_eq!(c.window_s, 0.0);
    for k in 0..5 {
        assert!((row(&c, "crossing")[k] - crossed[k] / 49.0).abs() < 1e-4);
        // Those who wait and those who play, by their shares.
        let mixed = (0.23 * row(&c, "waiting")[k] + 0.67 * row(&c, "playing")[k]) / 0.90;
        assert!((mixed - not[k] / 426.0).abs() < 1e-3, "{k}: {mixed}");
    }
    // No rating gives the dash away: it is never twice as likely as under the harmless states together.
    let (waits, plays, crosses) = (row(&c, "waiting"), row(&c, "playing"), row(&c, "crossing"));
    for (k, dash) in row(&c, "dashing").iter().enumerate() {
        let harmless = 0.23 * waits[k] + 0.67 * plays[k] + 0.10 * crosses[k];
        assert!(dash / harmless < 2.2, "{k}: {}", dash / harmless);
    }
}

/// JAAD: a single look has a likelihood ratio of 1.4 if seen and 0.55 if not.
#[test]
fn looks_are_as_weak_as_measured() {
    let c = cue(&scenario("pedestrian-behind-van"), "person", CueKind::Gaze);
    let (steps, stays) = (row(&c, "from_in_front"), row(&c, "driver_at_side"));
    assert!((steps[1] - 155.0 / 211.0).abs() < 1e-3 && (stays[1] - 120.0 / 232.0).abs() < 1e-3);
    assert!((steps[1] / stays[1] - 1.42).abs() < 0.01 && (steps[0] / stays[0] - 0.55).abs() < 0.01);
    assert_eq!(c.window_s, 2.0);
    let c = cue(&scenario("child-at-curb"), "child", CueKind::Gaze);
    for a in &c.likelihood {
        assert!(c.likelihood.iter().all(|b| a.1[1] / b.1[1] <= 2.0 + 1e-12));
    }
}
