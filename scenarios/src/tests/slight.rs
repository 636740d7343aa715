//! What contradicts itself slightly: tags against the environment, figures that leave no rest, marks on every state, sources of parts.

use crate::{Code, Distribution, Severity, check, complete, review};

/// Problems of a whole file that reads well.
fn found(text: &str) -> Vec<(Code, u32, String)> {
    let checked = check(&complete(text), "t");
    let mut all = checked.diagnostics.clone();
    all.extend(checked.scenarios().flat_map(|(scenario, places)| review(scenario, places)));
    all.into_iter().map(|d| (d.code, d.line, d.message)).collect()
}

fn codes(text: &str) -> Vec<Code> {
    found(text).into_iter().map(|(code, ..)| code).collect()
}

#[test]
fn a_tag_of_light_or_weather_is_that_of_the_environment() {
    let of = |tags: &str, more: &str| codes(&format!("tags: [{tags}]\n{more}"));
    for (tags, environment, contradicted) in [
        ("night", "", 1),
        ("night", "environment: {light: night-unlit}\n", 0),
        ("unlit", "environment: {light: night-unlit}\n", 0),
        ("night, street-lit", "environment: {light: night-lit}\n", 0),
        ("street-lit", "environment: {light: night-unlit}\n", 1),
        ("night", "environment: {weather: rain}\n", 1),
        ("illumination.day", "environment: {light: dusk}\n", 1),
        ("glare", "environment: {weather: glare}\n", 0),
        ("rain", "", 1),
        ("rain, night", "", 2),
        ("rain, wet", "environment: {weather: heavy-rain}\n", 0),
        ("rain, spray", "environment: {weather: spray}\n", 0),
        ("snow", "environment: {weather: rain}\n", 1),
        ("fog", "environment: {weather: clear}\n", 1),
        ("weather.clear", "environment: {weather: rain}\n", 1),
        ("wind, smoke, child, wet, icy", "", 0),
        // By hand light is a number, and weather many.
        ("night", "sensing: {light: 0}\n", 0),
        ("rain, night", "sensing: {friction: 0.6}\n", 1),
        // In one of its states it is dark.
        ("night", "environment: {light: {by: intent, goes: night-unlit, else: day}}\n", 0),
        ("dusk", "environment: {light: {by: intent, goes: night-unlit, else: day}}\n", 1),
    ] {
        assert_eq!(of(tags, environment), vec![Code::TagMismatch; contradicted], "{tags} {environment}");
    }
    let (_, _, message) = found("tags: [night]\n").remove(0);
    assert_eq!(message, "the tag `night` says `illumination.night`, but the environment is `day`, `clear`");
    // A variant inherits the tags of its base.
    let variant = "tags: [rain]\nenvironment: {weather: rain}\nvariants:\n  dry: {share: 0.5, source: A, with: {environment: {weather: clear}}}\n";
    assert_eq!(codes(variant), [Code::TagMismatch]);
}

#[test]
fn a_state_that_takes_what_nothing_is_left_of_is_told() {
    let priors = |other: &str| {
        codes(&format!(
            "latents:\n  intent:\n    states:\n      stays: {{prior: rest}}\n      goes: {{hazard: true, prior: {other}}}\n"
        ))
    };
    assert_eq!(priors("{estimate: 1, lower: 0.5, upper: 1, source: A}"), [Code::EmptyRest]);
    assert_eq!(priors("{estimate: 0.999, lower: 0.5, upper: 1, source: A}"), []);
    let shares = |other: f64| {
        let states = format!("stays: {{share: rest}}\n      goes: {{hazard: true, share: {other}}}");
        let all = found(&format!("latents:\n  intent:\n    states:\n      {states}\n"));
        all.into_iter().filter(|(code, ..)| *code == Code::EmptyRest).map(|(_, line, _)| line).collect::<Vec<_>>()
    };
    assert_eq!((shares(1.0), shares(0.9)), (vec![11], vec![]));
    // Given one state of another variable nothing may be left, if in another something is.
    let given = |day: f64| {
        let prior = |x: f64| format!("{{estimate: {x}, lower: 0, upper: 1, source: A}}");
        codes(&format!(
            "latents:\n  light:\n    states:\n      dark: {{prior: rest}}\n      bright: {{prior: {}}}\n  intent:\n    states:\n      \
             stays: {{prior: rest}}\n      goes: {{hazard: true, prior: {{by: light, dark: {}, bright: {}}}}}\n",
            prior(0.5),
            prior(1.0),
            prior(day)
        ))
    };
    assert_eq!((given(0.5), given(1.0)), (vec![], vec![Code::EmptyRest]));
}

#[test]
fn a_hazard_in_every_state_is_not_one_in_none() {
    let all = "latents:\n  intent:\n    states:\n      stays: {hazard: true, prior: rest}\n      \
               goes: {hazard: true, prior: {estimate: 0.1, factor90: 3, source: A}}\n";
    let (code, _, message) = found(all).remove(0);
    assert_eq!((code, message.contains("every state of `intent` is marked")), (Code::NoHazard, true), "{message}");
    let (code, _, message) = found(&all.replace("hazard: true, ", "")).remove(0);
    assert_eq!((code, message.contains("no state is marked")), (Code::NoHazard, true), "{message}");
}

/// A mixture has one source, whether its parts come from the library or not.
#[test]
fn parts_of_a_mixture_come_from_the_library_too() {
    let parts = |second: &str| {
        let parts = format!("[{{weight: 0.5, dist: uniform, low: 60, high: 70}}, {{weight: 0.5, {second}}}]");
        format!("parameters:\n  child_s_m: {{dist: mixture, parts: {parts}, source: A}}\n")
    };
    let made = check(&complete(&parts("use: child-gap, low: 70")), "t").scenario.expect("a scenario");
    let Distribution::Mixture { parts: read } = &made.parameters[1].distribution else { panic!("a mixture") };
    assert!(matches!(read[1].1, Distribution::Normal { low: 70.0, .. }));
    for own in ["use: child-gap, low: 70, source: P6", "dist: uniform, low: 70, high: 80, source: A"] {
        let checked = check(&complete(&parts(own)), "t");
        let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
        assert_eq!(errors.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::UnknownField], "{errors:#?}");
        assert!(errors[0].message.contains("no source of its own") && errors[0].help.contains("beside `parts`"), "{errors:#?}");
    }
}

/// A count is rounded: half a member more than there is room for is cut off unseen.
#[test]
fn a_count_that_rounds_to_more_than_there_is_room_for_is_told() {
    let group = |high: f64, most: usize| {
        format!(
            "parameters:\n  kids: {{dist: uniform, low: 0, high: {high}, source: A}}\nactors:\n  kids: {{kind: fixed, class: child, \
             group: {{count: kids, most: {most}}}, s_m: 40 + member, d_m: -3}}\n"
        )
    };
    let (code, _, message) = found(&group(5.0, 4)).remove(0);
    assert!(code == Code::OutOfRange && message.contains("`count` is up to 5 with kids = 4.9"), "{code}: {message}");
    assert_eq!((codes(&group(4.5, 4)), codes(&group(5.0, 5))), (vec![], vec![]));
    let made = check(&complete(&group(4.5, 4)), "t").scenario.expect("a scenario").compile();
    let there = |kids: f64| {
        made.actors.iter().filter(|a| a.name.starts_with("kids") && a.active.at(&[10.0, 70.0, kids], &[0]) != 0.0).count()
    };
    assert_eq!([there(0.4), there(0.6), there(3.6)], [0, 1, 4]);
}
