//! Campaigns on operational design domains: what they drive, add up, leave out, and how they are gated.

mod common;

use common::{Bench, WITHOUT_PRIOR, assert_equal, json, results, text};
use serde_json::{Value, json};
use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

const RUN: &str = "run --policy common-sense --odd freight.yaml --rollouts 6k";

/// Design domains like built-in ones, but of a few scenarios, whatever else the catalogue holds.
const FREIGHT: &str = "\
schema: nines.odd/1
name: some-freight
title: Highway freight
like: highway-freight
mean_speed_kmh: {value: 80, source: A}
trip_km: {value: 400, source: A}
include: [cut-in-short-headway, cut-out-reveal, debris-at-night, red-light-runner, stopped-school-bus]
include_reason: a few stand for all
contains: {agents: [car]}
";
const CITY: &str = "\
schema: nines.odd/1
name: some-city
title: Whole city
like: whole-city
mean_speed_kmh: {value: 25, source: A}
trip_km: {value: 8, source: A}
include: [ball-between-cars, child-at-curb, cut-in-short-headway, cut-out-reveal, debris-at-night, pedestrian-behind-van, red-light-runner, stopped-school-bus]
include_reason: a few stand for all
contains: {agents: [car]}
";

/// A folder with these profiles.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("freight.yaml", FREIGHT);
    bench.write("city.yaml", CITY);
    bench
}

/// A town of two scenarios, one of which it meets as often as it says itself.
const TOWN: &str = "\
schema: nines.odd/1
name: my-town
title: My town
like: limited-urban
trip_km: {value: 6, source: A}
include: [child-at-curb, red-light-runner, ball-between-cars]
exclude:
  - {scenario: ball-*, reason: no ball is allowed here}
exposures:
  child-at-curb: {per_1e6_km: 500, lower: 250, upper: 1000, source: counted in May, rests_on: measured}
contains:
  junction: [x, roundabout]
";

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().or(name["name"].as_str()).unwrap()).collect()
}

#[test]
fn an_odd_runs_its_scenarios_on_the_points_of_a_run_by_name() {
    let bench = bench();
    bench.expect(0, &format!("{RUN} --out a"));
    let summary = json(&bench.path("a/summary.json"));
    let odd = &summary["odds"][0];
    assert_eq!((&summary["odd"], &odd["name"]), (&json!(["some-freight"]), &json!("some-freight")));
    let run = names(&summary["scenarios"]).join(" ");
    assert_eq!(run, "cut-in-short-headway cut-out-reveal debris-at-night red-light-runner stopped-school-bus");
    bench.expect(0, &format!("run {run} --policy common-sense --rollouts 6k --out b"));
    let rollouts = |name| results(&bench.path(name)).remove("ledger.parquet").unwrap();
    assert_eq!(rollouts("a"), rollouts("b"), "an ODD weighs rollouts, and draws no others");
    assert!(fs::read_to_string(bench.path("a/odds/some-freight.yaml")).unwrap().starts_with("schema: nines.odd/1\n"));
    bench.expect(0, "verify a");
}

#[test]
fn figures_of_an_odd_follow_from_those_of_its_scenarios() {
    let bench = bench();
    bench.expect(0, &format!("{RUN} --odd city.yaml --out a"));
    let summary = json(&bench.path("a/summary.json"));
    for odd in summary["odds"].as_array().unwrap() {
        let parts = odd["scenarios"].as_array().unwrap();
        let of = |name: &Value| summary["scenarios"].as_array().unwrap().iter().find(|s| s["name"] == *name).unwrap();
        let exposures: f64 = parts.iter().map(|p| number(&p["exposure"]["per_km"]["estimate"])).sum();
        let rate: f64 = parts.iter().map(|p| number(&p["rate_per_km"]["estimate"])).sum();
        let near = |a: &Value, b: f64| assert!((number(a) / b - 1.0).abs() < 1e-12, "{a} {b}");
        near(&odd["rate_per_km"]["estimate"], rate);
        near(&odd["encounters_per_km"], exposures);
        near(&odd["probability"]["estimate"], rate / exposures);
        for (key, km) in [("rate_per_million_miles", 1_609_344.0), ("rate_per_hour", number(&odd["mean_speed_kmh"]["value"]))] {
            near(&odd[key]["upper"], number(&odd["rate_per_km"]["upper"]) * km);
        }
        let (lost, brakes) = parts.iter().fold((0.0, 0.0), |(lost, brakes), p| {
            let (e, caution) = (number(&p["exposure"]["per_km"]["estimate"]), &of(&p["name"])["caution"]);
            (lost + e * number(&caution["mean_time_lost_s"]), brakes + e * number(&caution["harsh_brakes_per_encounter"]))
        });
        near(&odd["caution"]["mean_time_lost_s"], lost / exposures);
        near(&odd["caution"]["harsh_brakes_per_100_km"], 100.0 * brakes);
        let share: f64 = parts.iter().map(|p| number(&p["share_of_failures"])).sum();
        assert!((share - 1.0).abs() < 1e-12);
        let factors = &odd["upper_factors"];
        let product = number(&factors["sampling"]) * number(&factors["prior"]) * number(&factors["exposure"]);
        near(&odd["rate_per_km"]["upper"], product * rate);
        // ln 20 / (1e-1 of the encounters of a km), rounded up
        assert_eq!(odd["march"][0]["km_needed"].as_u64(), Some((20f64.ln() / (0.1 * exposures)).ceil() as u64));
    }
    let second = &summary["odds"][1];
    // By the exposures of some-city, where the first ODD of the run has others.
    let bus = second["scenarios"].as_array().unwrap().iter().find(|s| s["name"] == "stopped-school-bus").unwrap();
    assert_eq!(bus["exposure"]["odd"], "some-city");
    let first = summary["scenarios"].as_array().unwrap().iter().find(|s| s["name"] == "stopped-school-bus").unwrap();
    assert_eq!(first["exposure"]["odd"], "some-freight");
    assert_eq!(second["left_out"], json!(["ball-between-cars", "pedestrian-behind-van"]));
    let left = &second["left_out_because"];
    assert_eq!((&left[0]["scenario"], &left[0]["why"]), (&json!(WITHOUT_PRIOR), &json!("no-natural-prior")));
    // What is left out is bounded by how often it is met, which the profile or the file says.
    let met: f64 = (0..2).map(|k| number(&left[k]["encounters_per_km"])).sum();
    assert!(met > 0.0);
    let warnings = names(&summary["warnings"]);
    let warned = warnings.iter().find(|w| w.contains("some-city do without 2 of its 8 scenarios")).unwrap();
    let said = warned.split("2 of them are met ").nth(1).and_then(|rest| rest.split(" times").next()).unwrap();
    let said: f64 = said.replace(',', "").parse().unwrap();
    assert!((said / (1e6 * met) - 1.0).abs() < 0.05, "{said} {met}");
}

#[test]
fn what_an_odd_holds_and_is_not_run_is_left_out_by_name() {
    let bench = bench();
    let out = bench.expect(0, "run red-light-runner cut-out-reveal --policy idm --odd freight.yaml --rollouts 600 --out a");
    // Two of five are no measure of its roads.
    assert!(text(&out.stdout).contains(", per encounter: 2 of 5 scenarios"), "{}", text(&out.stdout));
    assert!(text(&out.stderr).contains("nines gate") && !text(&out.stderr).contains("--scope odd"), "{}", text(&out.stderr));
    let summary = json(&bench.path("a/summary.json"));
    let odd = &summary["odds"][0];
    assert_eq!(names(&odd["scenarios"]).len(), 2);
    assert_eq!(odd["left_out"], json!(["cut-in-short-headway", "debris-at-night", "stopped-school-bus"]));
    assert!(odd["left_out_because"].as_array().unwrap().iter().all(|left| left["why"] == "not-run"));
    assert_eq!(odd["probability"]["diagnostics"]["warnings"].as_array().unwrap().last().unwrap(), "scenarios-left-out");
}

#[test]
fn a_profile_of_ones_own_chooses_excludes_and_weighs() {
    let bench = bench();
    bench.write("town.yaml", TOWN);
    bench.expect(0, "run --policy idm --odd town.yaml --rollouts 600 --out a");
    let summary = json(&bench.path("a/summary.json"));
    assert_eq!(names(&summary["scenarios"]), ["child-at-curb", "red-light-runner"]);
    let odd = &summary["odds"][0];
    assert_eq!(odd["excluded"], json!([{"scenario": WITHOUT_PRIOR, "reason": "no ball is allowed here"}]));
    let child = &summary["scenarios"][0]["exposure"];
    assert_eq!(
        (&child["odd"], &child["kind"], &child["source"]),
        (&json!("my-town"), &json!("measured"), &json!("counted in May"))
    );
    assert_eq!(child["per_km"], json!({"estimate": 0.0005, "lower": 0.00025, "upper": 0.001, "confidence": 0.95}));
    // What it does not say itself it has from the ODD that it is like.
    assert_eq!(summary["scenarios"][1]["exposure"]["per_km"]["estimate"], 0.01);
    assert!(odd["rate_per_hour"].is_null() && !odd["rate_per_trip"].is_null());
    let coverage = &odd["coverage"];
    assert_eq!((&coverage["values"], &coverage["values_exercised"]), (&json!(2), &json!(1)));
    assert_eq!(coverage["rows"][0]["scenarios"], json!(["red-light-runner"]));
    let hour = text(&bench.expect(2, "gate a --nines 1 --scope odd --per hour").stderr);
    assert!(hour.contains("the profile of my-town states no mean speed"), "{hour}");
    bench.write("town.yaml", &TOWN.replace("red-light-runner, ", ""));
    let other = text(&bench.expect(6, "run --policy idm --odd town.yaml --rollouts 600 --out a --resume").stderr);
    assert!(other.contains("made with other settings"), "{other}");
}

#[test]
fn a_gate_of_an_odd_answers_within_a_distance_or_a_time() {
    let bench = bench();
    bench.expect(0, &format!("{RUN} --out a"));
    let summary = json(&bench.path("a/summary.json"));
    let odd = &summary["odds"][0];
    let ask = |nines: u32, per: &str, code: i32| {
        let output = bench.expect(code, &format!("gate a --nines {nines} --scope odd --per {per} --format json"));
        let gate: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&gate["demand"]["scope"], &gate["demand"]["per"]), (&json!("odd"), &json!(per)));
        assert_eq!(names(&gate["scenarios"]), ["some-freight"]);
        gate["scenarios"][0].clone()
    };
    let encounter = ask(2, "encounter", 0);
    assert_eq!((&encounter["kind"], &encounter["one_sided_upper"]), (&json!("sampled"), &odd["probability"]["one_sided_upper"]));
    let whole = number(&odd["nines"]["demonstrated"]).floor() as u32;
    ask(whole, "encounter", 0);
    assert_ne!(bench.nines(&format!("gate a --nines {} --scope odd", whole + 1)).status.code(), Some(0));
    // 1 - exp(-rate distance), at limits within the two-sided ones of the summary.
    for (per, km) in [("km", 1.0), ("mile", 1.609344), ("hour", 80.0), ("trip", 400.0)] {
        let answer = ask(1, per, 0);
        let most = -(-number(&odd["rate_per_km"]["upper"]) * km).exp_m1();
        let least = -(-number(&odd["rate_per_km"]["lower"]) * km).exp_m1();
        let (lower, upper) = (number(&answer["one_sided_lower"]), number(&answer["one_sided_upper"]));
        assert!(least < lower && lower < upper && upper < most, "{per}: {least} {lower} {upper} {most}");
        assert_eq!(answer["kind"], "estimated");
    }
    let far = text(&bench.expect(1, "gate a --nines 15 --scope odd --per trip").stdout);
    assert!(far.contains("15 nines within a trip at 95% in the mix of some-freight: refuted"), "{far}");
    bench.expect(2, "gate a --nines 1 --scope odd --per hazard");
    bench.expect(2, "gate a --nines 1 --per km");
    bench.expect(0, "run cut-out-reveal --policy idm --rollouts 300 --out plain");
    let plain = text(&bench.expect(2, "gate plain --nines 1 --scope odd").stderr);
    assert!(plain.contains("plain was run without --odd"), "{plain}");
}

#[test]
fn an_odd_with_scenarios_left_out_is_never_demonstrated() {
    let bench = bench();
    bench.expect(0, "run --policy common-sense --odd city.yaml --rollouts 2k --out a");
    let output = bench.expect(3, "gate a --nines 1 --scope odd --junit gate.xml");
    let said = text(&output.stdout);
    assert!(said.contains("left out: ball-between-cars, pedestrian-behind-van"), "{said}");
    assert!(said.contains("one nine per encounter at 95% in the mix of some-city: undecided, without 2 scenarios; "), "{said}");
    assert!(said.ends_with(" scenarios excluded by profile\n"), "{said}");
    let xml = fs::read_to_string(bench.path("gate.xml")).unwrap();
    assert!(xml.contains("name=\"common-sense on some-city\"") && xml.contains("classname=\"some-city\""), "{xml}");
    assert!(xml.contains("it is left open by ball-between-cars, pedestrian-behind-van"), "{xml}");
    assert_eq!(xml.matches("<failure").count(), 1, "the demand is the ODD's alone");
    bench.expect(0, "run ball-between-cars --policy common-sense --odd city.yaml --rollouts 300 --out none");
    let nothing = bench.expect(3, "gate none --nines 1 --scope odd");
    assert!(text(&nothing.stderr).contains("no scenario has both a natural prior and an exposure"));
    assert!(json(&bench.path("none/summary.json"))["odds"][0]["probability"].is_null());
}

#[test]
fn a_policy_that_never_arrives_demonstrates_no_odd() {
    let bench = bench();
    bench.expect(0, "run --policy parked --odd freight.yaml --rollouts 512 --out parked");
    bench.expect(1, "gate parked --nines 1 --scope odd");
    bench.expect(1, "gate parked --nines 3 --scope odd --per km");
}

#[test]
fn several_odds_have_a_suite_each() {
    let bench = bench();
    bench.expect(0, "run --policy idm --odd closed-campus --odd limited-urban --rollouts 300 --out a");
    let xml = fs::read_to_string(bench.path("a/junit.xml")).unwrap();
    for suite in ["idm on closed-campus", "idm on limited-urban"] {
        assert!(xml.contains(&format!("<testsuite name=\"{suite}\"")), "{xml}");
    }
    assert_eq!(xml.matches("name=\"turn-into-pedestrian\"").count(), 2);
    let page = fs::read_to_string(bench.path("a/report.html")).unwrap();
    assert!(page.contains("On the road: closed-campus") && page.contains("On the road: limited-urban"));
    assert!(fs::read_to_string(bench.path("a/summary.md")).unwrap().contains("\n## closed-campus\n"));
}

#[test]
fn threads_batches_and_a_kill_do_not_reach_an_odd() {
    let bench = bench();
    let run = "run --policy idm-aeb --odd closed-campus --odd freight.yaml --rollouts 3k --seed 7";
    bench.expect(0, &format!("{run} --out a --threads 1 --batch 7"));
    bench.expect(0, &format!("{run} --out b --threads 2 --batch 1024"));
    let mut killed = bench.command(&format!("{run} --out c --resume --progress none"));
    let mut child = killed.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(Duration::from_millis(600));
    child.kill().unwrap();
    child.wait().unwrap();
    bench.expect(0, &format!("{run} --out c --resume"));
    for out in ["b", "c"] {
        assert_equal(&bench.path("a"), &bench.path(out));
        assert_eq!(
            fs::read(bench.path("a/odds/closed-campus.yaml")).unwrap(),
            fs::read(bench.path(&format!("{out}/odds/closed-campus.yaml"))).unwrap()
        );
    }
}

#[test]
fn a_changed_profile_is_damage_and_other_odds_are_other_settings() {
    let bench = bench();
    let run = "run --policy idm --odd closed-campus --rollouts 300 --out a";
    bench.expect(0, run);
    for other in
        ["run --policy idm --odd limited-urban --rollouts 300 --out a", "run child-at-curb --policy idm --rollouts 300 --out a"]
    {
        let stderr = text(&bench.expect(6, &format!("{other} --resume")).stderr);
        assert!(stderr.contains("made with other settings"), "{stderr}");
    }
    let path = bench.path("a/odds/closed-campus.yaml");
    let profile = fs::read_to_string(&path).unwrap();
    fs::write(&path, profile.replace("per_1e6_km: 0.47", "per_1e6_km: 4.7")).unwrap();
    let stderr = text(&bench.expect(6, "verify a").stderr);
    assert!(stderr.contains("odds/closed-campus.yaml (damaged)"), "{stderr}");
    bench.expect(0, &format!("{run} --resume"));
    bench.expect(0, "verify a");
    assert_eq!(fs::read_to_string(&path).unwrap(), profile);
}

#[test]
fn odds_are_listed_shown_and_searched_for_gaps() {
    let bench = bench();
    let list = text(&bench.expect(0, "odds").stdout);
    assert_eq!(list.lines().count(), 4);
    assert!(list.contains("whole-city") && list.contains(" scenarios of the catalogue"), "{list}");
    let listed: Value = serde_json::from_slice(&bench.expect(0, "odd list --format json").stdout).unwrap();
    assert_eq!(names(&listed["odds"]), ["closed-campus", "highway-freight", "limited-urban", "whole-city"]);
    let shown = text(&bench.expect(0, "odd show closed-campus").stdout);
    bench.write("again.yaml", &shown);
    assert_eq!(text(&bench.expect(0, "odd show ./again.yaml").stdout), shown);
    let gaps = text(&bench.expect(0, "odd coverage highway-freight").stdout);
    assert!(gaps.contains("low-clearance"), "{gaps}");
    let coverage: Value = serde_json::from_slice(&bench.expect(0, "odd coverage highway-freight --format json").stdout).unwrap();
    let row = coverage["rows"].as_array().unwrap().iter().find(|r| r["value"] == "night").unwrap();
    assert!(names(&row["scenarios"]).contains(&"debris-at-night"), "{row}");
    bench.expect(0, "odd coverage highway-freight -v");
    let schema: Value = serde_json::from_slice(&bench.expect(0, "schema odd").stdout).unwrap();
    assert_eq!(schema["properties"]["schema"]["const"], "nines.odd/1");
}

#[test]
fn odds_that_cannot_be_had_are_named() {
    let bench = bench();
    bench.write("broken.yaml", &TOWN.replace("roundabout", "roundabuot"));
    bench.write("scenario.yaml", "schema: nines.scenario/1\n");
    bench.write("stray.yaml", &TOWN.replace("red-light-runner", "red-light-runer"));
    bench.write("often.yaml", &TOWN.replace("per_1e6_km: 500", "per_1e6_km: 1e308"));
    bench.write("taken.yaml", &TOWN.replace("name: my-town", "name: limited-urban"));
    bench.write("empty.yaml", "schema: nines.odd/1\nname: nowhere\ntitle: Nowhere\ncontains: {}\n");
    let run = "run --policy idm --rollouts 300 --odd";
    for (code, line, said) in [
        (4, format!("{run} whole-ctiy"), "did you mean `whole-city`?"),
        (4, "odd coverage whole-ctiy".into(), "did you mean `whole-city`?"),
        (4, format!("{run} empty.yaml"), "the ODD `nowhere` holds no scenario"),
        (5, format!("{run} ./none.yaml"), "cannot read ./none.yaml"),
        (5, format!("{run} broken.yaml"), "did you mean `roundabout`?"),
        (5, format!("{run} scenario.yaml"), "this is a scenario"),
        (5, format!("{run} stray.yaml"), "did you mean `red-light-runner`?"),
        (5, format!("{run} taken.yaml"), "the ODD of taken.yaml is called `limited-urban`, as one of the program is"),
        (5, format!("{run} often.yaml"), "must be from 1e-12 to 1e12"),
        (2, format!("{run} whole-city --odd whole-city"), "two ODDs are called `whole-city`"),
    ] {
        let output = bench.expect(code, &line);
        assert!(text(&output.stderr).contains(said), "{line}: {}", text(&output.stderr));
    }
}

#[test]
fn variants_share_the_exposure_of_their_base() {
    let bench = bench();
    let variants = "variants:\n  night: {share: 0.25, source: A, title: At night, with: {environment: {light: night-unlit}}}\n";
    let file = format!("schema: nines.scenario/1\nname: my-curb\nextends: child-at-curb\ntitle: Mine\n{variants}");
    bench.write("mine.yaml", &file);
    bench.write("town.yaml", &TOWN.replace("include: [child-at-curb", "include: [my-curb*"));
    bench.expect(0, "run mine.yaml red-light-runner --policy idm --odd town.yaml --rollouts 600 --out a");
    let summary = json(&bench.path("a/summary.json"));
    let parts = summary["odds"][0]["scenarios"].as_array().unwrap();
    let of = |name: &str| parts.iter().find(|p| p["name"] == name).unwrap();
    assert_eq!(of("my-curb-night")["shares_exposure_with"], "my-curb");
    assert!(of("my-curb")["shares_exposure_with"].is_null() && of("red-light-runner")["shares_exposure_with"].is_null());
    let exposure = |name: &str| number(&of(name)["exposure"]["per_km"]["estimate"]);
    assert!((exposure("my-curb-night") / exposure("my-curb") - 1.0 / 3.0).abs() < 1e-12);
    bench.expect(0, "verify a");
    let output = bench.nines("gate a --nines 2 --scope odd --per km --format json");
    let gate: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (gated, shown) = (number(&gate["scenarios"][0]["one_sided_upper"]), number(&summary["odds"][0]["rate_per_km"]["upper"]));
    assert!(gated < shown && gated > 0.3 * shown, "{gated} {shown}");
}

#[test]
fn a_base_stands_for_its_variants_and_a_narrowed_odd_is_undecided_without_a_reason() {
    let bench = bench();
    let profile = |include: &str, more: &str| {
        format!(
            "schema: nines.odd/1\nname: my-town\ntitle: T\nlike: limited-urban\ninclude: [{include}]\n{more}contains: {{agents: [adult]}}\n"
        )
    };
    let exposure = "include_reason: nothing else is met\nexposures:\n  adult-crosses-midblock: {per_1e6_km: 1000, factor90: 2, source: counted}\n";
    bench.write("whole.yaml", &profile("adult-crosses-midblock", exposure));
    bench.write("narrow.yaml", &profile("adult-crosses-midblock-night", ""));
    bench.expect(0, "run --policy common-sense --odd whole.yaml --rollouts 2k --out whole");
    let odd = &json(&bench.path("whole/summary.json"))["odds"][0];
    let parts = odd["scenarios"].as_array().unwrap();
    assert_eq!(parts.len(), 3, "the base brings its variants");
    let all: f64 = parts.iter().map(|part| number(&part["exposure"]["per_km"]["estimate"])).sum();
    assert!((all - 1e-3).abs() < 1e-12, "{all} is what the profile says of the file");
    assert_eq!(parts.iter().filter(|part| part["shares_exposure_with"] == "adult-crosses-midblock").count(), 2);
    assert_eq!(odd["left_out"], json!([]));
    assert!(odd["excluded"].as_array().unwrap().iter().all(|one| one["reason"] == "nothing else is met"));
    bench.expect(0, "verify whole");
    let said = text(&bench.expect(0, "gate whole --nines 1 --scope odd").stdout);
    let excluded = odd["excluded"].as_array().unwrap().len();
    assert!(
        said.ends_with(&format!("in the mix of my-town: demonstrated; {excluded} scenarios excluded by profile\n")),
        "{said}"
    );
    bench.expect(0, "run --policy common-sense --odd narrow.yaml --rollouts 2k --out narrow");
    let odd = &json(&bench.path("narrow/summary.json"))["odds"][0];
    assert_eq!(names(&odd["scenarios"]), ["adult-crosses-midblock-night"]);
    let left = odd["left_out_because"].as_array().unwrap();
    let open = |name: &str| left.iter().any(|one| one["scenario"] == name && one["why"] == "not-included");
    assert!(open("adult-crosses-midblock") && open("adult-crosses-midblock-rain") && open("child-at-curb"), "{left:?}");
    let output = bench.expect(3, "gate narrow --nines 1 --scope odd");
    assert!(text(&output.stderr).contains("`include_reason`"), "{}", text(&output.stderr));
    bench.expect(0, "verify narrow");
    // Of an ODD of one's own, which is like no other, the rest of a file is left open all the same.
    bench.write(
        "own.yaml",
        &profile("adult-crosses-midblock-night", "").replace("like: limited-urban\n", "").replace("my-town", "own-town"),
    );
    let shown = text(&bench.expect(0, "odd show own.yaml").stdout);
    assert!(shown.ends_with("for want of `include_reason`: adult-crosses-midblock, adult-crosses-midblock-rain\n"), "{shown}");
}
