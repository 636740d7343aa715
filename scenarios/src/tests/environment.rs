//! Presets of light, weather and surface.

use super::diagnostics::with;
use crate::{Code, Expression, LogicalScenario, check, parse};
use nines_sim::SensingSpec;

fn text(environment: &str) -> String {
    with("-", "") + environment
}

fn made(environment: &str) -> LogicalScenario {
    let s = parse(&text(environment), "t.yaml").unwrap_or_else(|d| panic!("{environment}: {d:#?}"));
    let written = s.to_yaml();
    assert!(!written.contains("environment:"));
    assert_eq!(parse(&written, "again").as_ref(), Ok(&s));
    s
}

/// Values of `sensing` by name, in the first stratum.
fn values<const N: usize>(environment: &str, names: [&str; N]) -> [f64; N] {
    let spec = made(environment).compile();
    let mut bound = spec.sensing.clone();
    names.map(|n| bound.field_mut(n).expect("a field").constant().expect("a number"))
}

#[test]
fn a_clear_day_is_what_holds_without() {
    let plain = made("").sensing.clone();
    assert_eq!(made("environment: {}\n").sensing, plain);
    assert_eq!(made("environment: {light: day, weather: clear, surface: dry}\n").sensing, plain);
}

/// Every word: in reach, worse than a clear day, and never outside of what a field may be.
#[test]
fn every_condition_is_written_out() {
    for list in crate::environment::LISTS {
        for name in crate::environment::names(list) {
            let of = format!("environment: {{{list}: {name}}}\n");
            let got = values(
                &of,
                ["friction", "light", "range_vehicle_m", "range_person_m", "position_noise_m", "miss_share", "confusion"],
            );
            let usual = SensingSpec::default();
            let best = [0.8, 1.0, 150.0, 80.0];
            assert!((0..4).all(|k| got[k] <= best[k] && got[k] >= 0.0), "{name}: {got:?}");
            assert!(got[4] >= 0.15 && got[5] >= 0.005 && got[6] >= 0.02 && got[6] < 0.1, "{name}: {got:?}");
            assert_eq!(usual.friction.constant(), Some(0.8));
        }
    }
}

#[test]
fn conditions_have_the_values_of_the_facts() {
    // V1: at night without lamps a pedestrian is seen 50 m away instead of 80, and missed 2% of the time instead of 0.5%.
    assert_eq!(values("environment: {light: night-unlit}\n", ["range_person_m", "miss_share", "light"]), [50.0, 0.02, 0.0]);
    // B1: the middle of what a car can brake with, over gravity.
    for (surface, low, high) in [("wet", 5.5, 7.5), ("snow", 2.0, 3.5), ("ice", 0.8, 2.0)] {
        let [friction] = values(&format!("environment: {{surface: {surface}}}\n"), ["friction"]);
        assert!((friction - 0.5 * (low + high) / 9.81).abs() < 0.005, "{surface}: {friction}");
    }
    // Light and weather multiply; the surface follows the weather; `sensing` overrides.
    let of = "environment: {light: night-unlit, weather: rain}\n";
    assert_eq!(values(of, ["range_person_m", "miss_share", "friction"]), [40.0, 0.04, 0.66]);
    let of = "environment: {weather: rain, surface: dry}\nsensing: {range_person_m: 33}\n";
    assert_eq!(values(of, ["range_person_m", "range_vehicle_m", "friction"]), [33.0, 127.5, 0.8]);
}

#[test]
fn a_condition_may_depend_on_a_latent_state() {
    let s = made("environment: {weather: {by: intent, goes: fog, else: clear}}\n");
    let range = s.sensing.get("range_vehicle_m").expect("it");
    assert!(
        matches!(range, Expression::Choice { by, of } if by == "intent" && of[0].1 == 150.0.into() && of[1].1 == 90.0.into())
    );
    assert_eq!(s.sensing.get("light"), Some(&1.0.into()));
    // Two choices by the same variable do not multiply its states.
    let s = made("environment: {weather: {by: intent, goes: fog, stays: rain}, light: {by: intent, goes: day, stays: dusk}}\n");
    let range = s.sensing.get("range_person_m").expect("it");
    assert!(matches!(range, Expression::Choice { of, .. } if of[0].1 == 54.4.into() && of[1].1 == 40.0.into()), "{range:?}");
}

#[test]
fn mistakes_have_their_code_and_line() {
    use Code::*;
    let line = with("-", "").lines().count() as u32 + 1;
    let codes = |of: &str| -> Vec<Code> {
        let all = check(&text(of), "t.yaml").diagnostics;
        assert!(all.iter().all(|d| d.line == line), "{all:#?}");
        all.iter().map(|d| d.code).collect()
    };
    assert_eq!(codes("environment: {light: nigth}\n"), [UnknownKind]);
    assert_eq!(codes("environment: {weather: {by: intent, goes: foggy, else: clear}}\n"), [UnknownKind]);
    assert_eq!(codes("environment: {weather: {by: intnet, goes: fog, else: clear}}\n"), [UnknownLatent]);
    assert_eq!(codes("environment: {weather: {by: intent, gose: fog, else: clear}}\n"), [UnknownState]);
    assert_eq!(codes("environment: {weather: {by: intent, goes: fog}}\n"), [MissingState]);
    assert_eq!(codes("environment: {lihgt: day}\n"), [UnknownField]);
    assert_eq!(codes("environment: dusk\n"), [WrongType]);
    assert_eq!(codes("environment: {light: 3}\n"), [WrongType]);
}
