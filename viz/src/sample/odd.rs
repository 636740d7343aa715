//! The ODD of the made-up campaign.

use super::{march, nines, probability};
use crate::summary::*;

/// Roll-up of the scenarios with a prior.
pub fn odd(scenarios: &[ScenarioSummary]) -> OddSummary {
    let limits = [4.99e-5, 5.49e-4, 5.27e-5, 5.2667e-4];
    let p = probability(1.735e-4, limits, "exposure-weighted", &["scenario-model", "hazard-prior", "stated-exposures"]);
    let rate = |estimate, lower, upper| Rate { estimate, lower, upper, confidence: 0.95, kind: EstimateKind::Estimated };
    let left_out = ["ball-between-cars", "pedestrian-behind-van"];
    let held: Vec<&ScenarioSummary> = scenarios.iter().filter(|s| s.exposure.is_some()).collect();
    let total: f64 = held.iter().filter_map(|s| s.rate_per_km).map(|r| r.estimate).sum();
    let mut parts: Vec<OddScenario> = held.iter().filter_map(|s| part(s, held.len(), total)).collect();
    parts.sort_by(|a, b| b.share_of_failures.unwrap_or(0.0).total_cmp(&a.share_of_failures.unwrap_or(0.0)));
    let heaviest = &parts[0];
    let item = |mode: &str, share| NextNineItem {
        scenario: heaviest.name.clone(),
        mode: Some(format!("{}/{mode}", heaviest.name)),
        share: heaviest.share_of_failures.unwrap_or(0.0) * share,
        without_hazard: false,
    };
    let budget = vec![item("mode-1", 0.75), item("mode-2", 0.25)];
    OddSummary {
        name: "whole-city".into(),
        left_out: left_out.map(String::from).into(),
        nines: Some(nines(Per::Encounter, 1.735e-4, 5.2667e-4)),
        probability: Some(p),
        rate_per_km: Some(rate(4.968e-6, 1.38e-6, 1.74e-5)),
        rate_per_million_miles: Some(rate(7.995, 2.23, 28.0)),
        rate_per_hour: Some(rate(1.49e-4, 4.14e-5, 5.22e-4)),
        rate_per_trip: Some(rate(4.968e-5, 1.38e-5, 1.74e-4)),
        upper_factors: Some(UpperFactors { sampling: Some(1.3), prior: Some(1.2), exposure: Some(2.25) }),
        march: march(1.735e-4, limits)
            .into_iter()
            .map(|s| OddNineStep {
                nine: s.nine,
                reliability: s.reliability,
                state: s.state,
                rollouts_needed: s.rollouts_needed,
                rollouts_needed_clean: s.rollouts_needed_clean,
                km_needed: (s.state == NineState::Open).then_some(1_046_362),
            })
            .collect(),
        next_nine: Some(NextNine {
            nine: 4,
            must_fall_by: 1.735,
            budget,
            upper_without_budget: Some(2.1e-4),
            upper_without_failures: Some(9.0e-5),
        }),
        caution: Some(OddCaution { mean_time_lost_s: 0.9, harsh_brakes_per_100_km: 1.1, needless_stops_per_100_km: 0.2 }),
        caveat: None,
        title: "Whole city".into(),
        fingerprint: "sha256:77aa".into(),
        encounters_per_km: Some(0.036),
        scenarios: parts,
        left_out_because: left_out
            .map(|name| LeftOut { scenario: name.into(), why: "no-natural-prior".into(), encounters_per_km: Some(0.02) })
            .into(),
        excluded: vec![Excluded { scenario: "tram-stop".into(), reason: "no tram runs here".into() }],
        mean_speed_kmh: Some(Stated { value: 30.0, source: "A".into() }),
        trip_km: Some(Stated { value: 10.0, source: "A".into() }),
        benchmarks: vec![
            benchmark("Any contact, human ride-hail", [4.0e-5; 2], "contact", true),
            benchmark("Any injury, freeways", [4.3e-7, 1.5e-6], "injury", true),
            benchmark("Persons killed <all roads>", [7.8e-9; 2], "death", false),
        ],
        coverage: OddCoverage {
            values: 3,
            values_exercised: 2,
            pairs: 2,
            pairs_exercised: 1,
            rows: vec![
                covered("illumination", "day", &["child-at-curb", "cut-out-reveal"]),
                covered("illumination", "night", &["debris-at-night"]),
                covered("junction", "roundabout", &[]),
            ],
        },
    }
}

fn part(s: &ScenarioSummary, of: usize, total: f64) -> Option<OddScenario> {
    Some(OddScenario {
        name: s.name.clone(),
        exposure: s.exposure.clone()?,
        shares_exposure_with: None,
        share_of_encounters: 1.0 / of as f64,
        share_of_failures: s.rate_per_km.map(|r| r.estimate / total),
        rate_per_km: s.rate_per_km,
    })
}

fn benchmark(name: &str, [from, to]: [f64; 2], severity: &str, comparable: bool) -> BenchmarkLine {
    BenchmarkLine {
        name: name.into(),
        per_km_from: from,
        per_km_to: to,
        severity: severity.into(),
        counts: "crashed vehicles".into(),
        sure: "derived".into(),
        comparable,
        source: "a study".into(),
        caveat: "Counts every crash, whoever caused it.".into(),
    }
}

fn covered(attribute: &str, value: &str, scenarios: &[&str]) -> CoverageLine {
    let scenarios = scenarios.iter().map(|s| (*s).to_owned()).collect();
    CoverageLine { attribute: attribute.into(), value: value.into(), scenarios }
}
