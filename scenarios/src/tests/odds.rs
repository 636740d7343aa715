//! ODD profiles: those built in, their canonical form and schema, and broken ones.

use super::scenario;
use crate::{Code, Membership, OddProfile, catalogue, check_odd, odd_schema, odds, parse_odd};

const SMALL: &str = "\
schema: nines.odd/1
name: my-town
title: My town
like: limited-urban
trip_km: {value: 6, source: A}
exclude:
  - {scenario: '*bus', reason: no school bus runs here}
exposures:
  child-at-curb: {per_1e6_km: 500, factor90: 3, source: counted, rests_on: measured}
contains:
  junction: [roundabout, t]
  illumination: [day, night]
benchmarks:
  - {name: Any, per_1e6_km: [1, 2], severity: injury, counts: persons, sure: read, source: S, caveat: C}
";

fn profile(text: &str) -> OddProfile {
    let checked = check_odd(text, "odd.yaml");
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    checked.profile.expect("no error")
}

#[test]
fn the_four_profiles_read_back_from_their_canonical_form() {
    let names: Vec<&str> = odds().iter().map(|o| o.name).collect();
    assert_eq!(names, ["closed-campus", "highway-freight", "limited-urban", "whole-city"]);
    for entry in odds() {
        let read = profile(entry.text);
        assert_eq!(read.name, entry.name);
        assert_eq!(profile(&read.to_yaml()), read);
        assert!(read.benchmarks.iter().all(|b| b.caveat.len() > 20), "{}", entry.name);
    }
    let small = profile(SMALL);
    assert_eq!(profile(&small.to_yaml()), small);
}

#[test]
fn benchmarks_are_those_of_the_collection() {
    // Per million kilometres, as derived there: 1 per mile is 0.62137 per km.
    let of = |odd: &str, name: &str| {
        let entry = odds().into_iter().find(|o| o.name == odd).unwrap();
        profile(entry.text).benchmarks.into_iter().find(|b| b.name.contains(name)).unwrap()
    };
    for (odd, name, per_million_miles) in [
        ("limited-urban", "Any contact", 64.9),
        ("limited-urban", "Any injury", 4.0),
        ("limited-urban", "Airbag", 1.6),
        ("whole-city", "serious", 0.23),
        ("limited-urban", "claims", 1.03),
        ("whole-city", "Persons killed", 0.0126),
        ("whole-city", "Pedestrians killed", 0.00225),
        ("highway-freight", "killed", 5472.0 / 3.31e5),
        ("highway-freight", "Persons injured", 153_452.0 / 3.31e5),
        ("closed-campus", "injured", 0.752),
    ] {
        let benchmark = of(odd, name);
        let per_million_km = per_million_miles * 0.62137;
        let [from, to] = benchmark.per_1e6_km;
        assert!(from == to && (from / per_million_km - 1.0).abs() < 0.03, "{odd} {name}: {from} {per_million_km}");
    }
    assert!(!of("closed-campus", "injured").comparable);
}

#[test]
fn a_profile_holds_what_lists_it_but_what_it_excludes() {
    let small = profile(SMALL);
    assert_eq!(small.membership(&scenario("child-at-curb")), Membership::Held);
    assert_eq!(small.membership(&scenario("cut-out-reveal")), Membership::Outside);
    assert_eq!(small.membership(&scenario("stopped-school-bus")), Membership::Excluded("no school bus runs here".into()));
    let own = small.exposure_of(&scenario("child-at-curb"), None).unwrap();
    assert_eq!((own.per_1e6_km.estimate, own.rests_on.as_str()), (500.0, "measured"));
    let taken = small.exposure_of(&scenario("red-light-runner"), None).unwrap();
    assert_eq!((taken.per_1e6_km.estimate, taken.rests_on.as_str()), (10_000.0, "assumption"));
    assert_eq!(small.exposure_of(&scenario("cut-out-reveal"), None), None);
    let chosen = profile(&SMALL.replace("exclude:", "include: [cut-*, tag:night]\nexclude:"));
    assert_eq!(chosen.membership(&scenario("cut-out-reveal")), Membership::Held);
    assert_eq!(chosen.membership(&scenario("debris-at-night")), Membership::Held);
    // A part of the ODD that it is like is left open, but for a reason; what that ODD does not hold is outside.
    assert_eq!(chosen.membership(&scenario("child-at-curb")), Membership::NotIncluded);
    assert_eq!(chosen.membership(&scenario("lead-brakes-hard-truck")), Membership::Outside);
    let reasoned = profile(&SMALL.replace("exclude:", "include: [cut-*]\ninclude_reason: no children\nexclude:"));
    assert_eq!(reasoned.membership(&scenario("child-at-curb")), Membership::Excluded("no children".into()));
    assert_eq!(profile(&reasoned.to_yaml()), reasoned);
    let own = profile(&SMALL.replace("like: limited-urban\n", "include: [cut-*]\n"));
    assert_eq!(own.membership(&scenario("child-at-curb")), Membership::Outside);
}

#[test]
fn who_names_a_base_names_its_variants_and_sets_the_exposure_of_all() {
    let exposures = "exposures:\n  adult-crosses-midblock: {per_1e6_km: 1000, factor90: 2, source: counted}\n";
    let with = |include: &str, exposures: &str| {
        let text = SMALL.replace("exclude:", &format!("include: [{include}]\nexclude:"));
        profile(&text.replace("exposures:\n", exposures))
    };
    let variants: Vec<_> = ["", "-night", "-rain"].map(|v| scenario(&format!("adult-crosses-midblock{v}"))).into();
    let whole = with("adult-crosses-midblock", exposures);
    assert!(variants.iter().all(|one| whole.membership(one) == Membership::Held));
    let of = |odd: &OddProfile, k: usize| odd.exposure_of(&variants[k], variants[k].share()).unwrap().per_1e6_km;
    let parts = [0, 1, 2].map(|k| of(&whole, k).estimate);
    assert!(parts.iter().zip([650.0, 250.0, 100.0]).all(|(part, by_hand)| (part - by_hand).abs() < 1e-9), "{parts:?}");
    assert_eq!(of(&whole, 1).source, "counted; 0.25 of it, by the scenario file");
    // What is said of a variant is said of it alone.
    let night = "  adult-crosses-midblock-night: {per_1e6_km: 7, factor90: 2, source: counted}\n";
    let own = with("adult-crosses-midblock", &format!("{exposures}{night}"));
    assert_eq!([0, 1, 2].map(|k| of(&own, k).estimate.round()), [650.0, 7.0, 100.0]);
    let alone = with("adult-crosses-midblock-night", "exposures:\n");
    let held: Vec<_> = variants.iter().map(|one| alone.membership(one)).collect();
    assert_eq!(held, [Membership::NotIncluded, Membership::Held, Membership::NotIncluded]);
    assert_eq!(of(&alone, 1).estimate, 0.25 * 120_000.0);
}

#[test]
fn what_it_is_like_says_what_it_contains() {
    let head = "schema: nines.odd/1\nname: my-town\ntitle: My town\n";
    let city = odds().into_iter().find(|e| e.name == "whole-city").unwrap();
    let like = profile(&format!("{head}like: whole-city\n"));
    assert_eq!(like.contains, profile(city.text).contains);
    assert_eq!(profile(&like.to_yaml()), like);
    for text in [head.to_owned(), format!("{head}like: their-town\n")] {
        let found = parse_odd(&text, "t").unwrap_err();
        assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::MissingField], "{found:#?}");
    }
}

#[test]
fn mistakes_have_their_place_and_the_nearest_name() {
    for (from, to, code, line, help) in [
        ("nines.odd/1", "nines.odd/2", Code::UnsupportedSchema, 1, "write `schema: nines.odd/1`"),
        (
            "nines.odd/1",
            "nines.scenario/1",
            Code::UnsupportedSchema,
            1,
            "this is a scenario; `--odd` takes the name of an ODD or a profile",
        ),
        ("trip_km", "trip_kms", Code::UnknownField, 5, "did you mean `trip_km`?"),
        ("value: 6", "value: 0", Code::NotPositive, 5, ""),
        ("reason:", "why:", Code::UnknownField, 7, "there are `reason`"),
        (
            "factor90: 3, ",
            "",
            Code::MissingField,
            9,
            "add `factor90` (the factor either way that holds 90%), or `lower` and `upper` (95%)",
        ),
        ("measured", "mesured", Code::UnknownKind, 9, "did you mean `measured`?"),
        ("junction:", "junctions:", Code::UnknownTag, 11, "did you mean `junction`?"),
        ("roundabout", "roundabuot", Code::UnknownTag, 11, "did you mean `roundabout`?"),
        ("[day, night]", "[]", Code::MissingField, 12, "there are `day`, `dusk`, `night`, `night-lit`, `glare`, or remove it"),
        ("[1, 2]", "[2, 1]", Code::BoundsReversed, 14, ""),
        ("[1, 2]", "[1]", Code::WrongType, 14, "write `[low, high]`"),
        ("severity: injury", "severity: injurry", Code::UnknownKind, 14, "did you mean `injury`?"),
        ("sure: read", "sure: maybe", Code::UnknownKind, 14, "there are `read`, `derived`, `remembered`"),
    ] {
        let found = parse_odd(&SMALL.replacen(from, to, 1), "odd.yaml").unwrap_err();
        assert!(found.iter().any(|d| (d.code, d.line) == (code, line) && d.help == help), "{to}: {found:#?}");
    }
}

#[test]
fn tags_of_scenarios_are_words_or_values_of_the_taxonomy() {
    let text = catalogue().into_iter().find(|e| e.name == "child-at-curb").unwrap().text;
    let with = |tags: &str| crate::check(&text.replace("tags: [vru,", &format!("tags: [{tags},")), "t").diagnostics;
    assert_eq!(with("junction.roundabout"), []);
    let wrong = &with("junction.roundabuot")[0];
    assert_eq!((wrong.code, wrong.help.as_str()), (Code::UnknownTag, "did you mean `roundabout`?"));
    assert_eq!(with("juncton.t")[0].help, "did you mean `junction`?");
    assert_eq!(with("Vru")[0].code, Code::BadName);
}

#[test]
fn the_schema_accepts_the_profiles_and_refuses_mistakes() {
    let validator = jsonschema::validator_for(&odd_schema()).expect("a valid schema");
    for text in odds().iter().map(|o| o.text.to_owned()).chain([SMALL.to_owned(), profile(SMALL).to_yaml()]) {
        let errors: Vec<String> = validator.iter_errors(&super::schema::as_json(&text)).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    for (from, to) in
        [("roundabout", "rotary"), ("severity: injury", "severity: bad"), ("trip_km", "trips"), ("value: 6", "value: -1")]
    {
        assert!(!validator.is_valid(&super::schema::as_json(&SMALL.replace(from, to))), "{to}");
    }
}

#[test]
fn the_example_of_the_documentation_reads() {
    let page = include_str!("../../../docs/odd.md");
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let read = profile(example);
    assert_eq!((read.name.as_str(), read.exposures.len(), read.benchmarks.len()), ("my-town", 1, 1));
    assert_eq!(profile(&read.to_yaml()), read);
}

#[test]
fn torn_profiles_are_refused_or_read_and_nothing_else() {
    for entry in odds() {
        let lines: Vec<&str> = entry.text.lines().collect();
        for k in 0..lines.len() {
            let without: String = lines.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, l)| format!("{l}\n")).collect();
            let torn: String = lines[k].chars().take(lines[k].chars().count() / 2).collect();
            for text in [without, format!("{}\n{torn}", lines[..k].join("\n"))] {
                let checked = check_odd(&text, "torn.yaml");
                assert!(checked.profile.is_some() || !checked.diagnostics.is_empty(), "{text}");
            }
        }
    }
}

/// An ODD counts no scenario that is faster than what it contains says.
#[test]
fn no_built_in_odd_counts_a_scenario_that_is_faster_than_it() {
    let mut counted = 0;
    for entry in odds() {
        let odd = profile(entry.text);
        let speeds = odd.contains.iter().find(|(attribute, _)| attribute == "subject_speed").map(|(_, values)| values);
        let fastest_kmh = match speeds.and_then(|values| values.last()).expect("a speed").as_str() {
            "up-to-25-kmh" => 25.0,
            "up-to-50-kmh" => 50.0,
            "up-to-80-kmh" => 80.0,
            _ => f64::INFINITY,
        };
        for one in catalogue() {
            let scenario = one.read().expect("sound");
            if odd.exposure_of(&scenario, scenario.share()).is_none() {
                continue;
            }
            counted += 1;
            let template = scenario.compile();
            for stratum in &template.strata {
                for draw in crate::domain::draws(&template) {
                    let ego = template.ego.bind(&draw, &stratum.states);
                    let kmh = 3.6 * ego.desired_speed_mps.max(ego.start_speed_mps);
                    assert!(kmh < fastest_kmh + 0.5, "{} counts {}, which drives at {kmh:.0} km/h", odd.name, scenario.name);
                }
            }
        }
    }
    assert!(counted > 100, "{counted}");
}
