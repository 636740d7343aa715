//! A made-up campaign with eight scenarios, for tests and for looking at reports.

mod odd;

use std::collections::BTreeMap;

use crate::summary::*;

/// Name, failures and rollouts given the hazard, estimate and limits (two-sided, one-sided), prior of the hazard if known, with
/// whom, time lost, impact speeds.
struct Row(&'static str, u64, [f64; 4], Option<f64>, Option<&'static str>, f64, f64);

const HALF: u64 = 50_000;

const ROWS: [Row; 8] = [
    Row("ball-between-cars", 951, [0.017838, 0.020262, 0.018026, 0.020063], None, Some("child"), 0.41, 3.3),
    Row("child-at-curb", 652, [0.012064, 0.014073, 0.012216, 0.013906], Some(1.4e-6), Some("child"), 0.91, 3.1),
    Row("cut-in-short-headway", 96, [0.0015557, 0.0023439, 0.0016109, 0.0022738], Some(0.2), Some("car"), 0.38, 2.4),
    Row("cut-out-reveal", 8, [6.9e-5, 3.1526e-4, 7.963e-5, 2.8863e-4], Some(0.9), Some("car"), 1.92, 6.0),
    Row("debris-at-night", 0, [0.0, 7.3776e-5, 0.0, 5.9913e-5], Some(0.99), None, 1.32, 0.0),
    Row("pedestrian-behind-van", 43, [6.2245e-4, 0.0011583, 6.5579e-4, 0.0011086], None, Some("adult"), 0.72, 4.4),
    Row("red-light-runner", 19, [2.2881e-4, 5.934e-4, 2.4862e-4, 5.5782e-4], Some(2.0e-7), Some("car"), 0.31, 9.7),
    Row("stopped-school-bus", 21, [2.6001e-4, 6.4196e-4, 2.8089e-4, 6.0542e-4], Some(0.8), None, 6.41, 0.0),
];

/// The campaign.
pub fn campaign() -> Summary {
    let scenarios: Vec<ScenarioSummary> = ROWS.iter().map(scenario).collect();
    let failures = scenarios.iter().map(|s| s.failures).sum();
    Summary {
        schema: SUMMARY_SCHEMA.into(),
        nines_version: "0.1.0".into(),
        status: Status::Complete,
        reproducible: true,
        campaign: "sha256:5f1e0c".into(),
        policy: PolicySummary {
            name: "common-sense".into(),
            kind: "builtin".into(),
            settings: BTreeMap::from([("headway_s".to_string(), serde_json::json!(2.0))]),
            fingerprint: "sha256:90ab77".into(),
            not_covered: vec![],
        },
        odd: vec!["whole-city".into()],
        method: "stratified".into(),
        plan: "fixed".into(),
        seed: 5_120_633_148_902_117,
        seed_from: SeedFrom::Auto,
        confidence: 0.95,
        demands: None,
        totals: Totals { scenarios: 8, rollouts: 800_000, world_steps: 136_214_077, failures, policy_faults: 3 },
        odds: vec![odd::odd(&scenarios)],
        scenarios,
        validity: Validity {
            statement: "Holds for the scenario models behind this observation model; not validated against road tests.".into(),
            see: "docs/validity.md".into(),
        },
        warnings: vec!["3 rollouts of red-light-runner ended in policy faults and count as failures".into()],
    }
}

fn probability(estimate: f64, limits: [f64; 4], interval: &str, assumptions: &[&str]) -> Probability {
    Probability {
        estimate: Some(estimate),
        lower: limits[0],
        upper: limits[1],
        one_sided_lower: limits[2],
        one_sided_upper: limits[3],
        confidence: 0.95,
        kind: EstimateKind::Sampled,
        interval: interval.into(),
        reach: None,
        upper_with_reach: None,
        assumptions: assumptions.iter().map(|a| a.to_string()).collect(),
        diagnostics: Diagnostics { ok: true, warnings: vec![] },
    }
}

fn nines(per: Per, estimate: f64, upper: f64) -> Nines {
    Nines { per, demonstrated: -upper.log10(), estimated: (estimate > 0.0).then(|| -estimate.log10()) }
}

fn march(estimate: f64, limits: [f64; 4]) -> Vec<NineStep> {
    (1..=8)
        .map(|nine| {
            let allowed = 10f64.powi(-(nine as i32));
            let state = if limits[3] <= allowed {
                NineState::Demonstrated
            } else if limits[2] > allowed {
                NineState::Refuted
            } else {
                NineState::Open
            };
            let clean = (state == NineState::Open).then_some((2.0 * (3.0 / allowed - 50_000.0)).max(91_000.0) as u64);
            let needed = clean.filter(|_| estimate < allowed).map(|c| c + (estimate / allowed * 2e5) as u64);
            NineStep {
                nine,
                reliability: crate::numbers::reliability(nine),
                state,
                rollouts_needed: needed,
                rollouts_needed_clean: clean,
            }
        })
        .collect()
}

fn scenario(row: &Row) -> ScenarioSummary {
    let &Row(name, failures, limits, prior, with, lost_s, impact) = row;
    let estimate = failures as f64 / HALF as f64;
    let encounter = prior.map(|w| {
        let at = |p: f64, other: f64| w * p + (1.0 - w) * other;
        let limits = [at(limits[0], 0.0), at(limits[1], 7.4e-5), at(limits[2], 0.0), at(limits[3], 6e-5)];
        (at(estimate, 0.0), limits)
    });
    let faults = if name == "red-light-runner" { 3 } else { 0 };
    // Unavoidable, anticipation, reaction, perception: of the first 200.
    let kinds = match failures.min(200) {
        0 => None,
        n => Some([n / 16, n - n / 16 - n / 7 - n / 11, n / 7, n / 11]),
    };
    ScenarioSummary {
        name: name.into(),
        odd: vec!["whole-city".into()],
        tags: vec!["occlusion".into()],
        fingerprint: "sha256:c3d4".into(),
        status: Status::Complete,
        method: "stratified".into(),
        seed: 5_120_633_148_902_117,
        rollouts: 100_000,
        evaluations: 100_000,
        world_steps: 15_906_312,
        failures,
        hazard: HazardSummary {
            states: vec!["intent=dashing".into()],
            rollouts: HALF,
            failures,
            prior: prior.map(|estimate| Prior {
                estimate,
                lower: estimate / 10.0,
                upper: (estimate * 10.0).min(1.0),
                confidence: 0.95,
                source: "crash anchor D9, 90% factor 10".into(),
            }),
            probability: probability(estimate, limits, "clopper-pearson", &["scenario-model"]),
        },
        nines: nines(Per::Hazard, estimate, limits[3]),
        march: march(estimate, limits),
        probability: encounter.map(|(p, l)| probability(p, l, "two-group", &["scenario-model", "hazard-prior"])),
        encounter: encounter.map(|(p, l)| EncounterSummary { nines: nines(Per::Encounter, p, l[3]), march: march(p, l) }),
        why: encounter.is_none().then(|| "no-natural-prior".into()),
        strata: vec![
            stratum("dashing", StateKind::Hazard, 0.5, HALF, failures, limits[3], prior),
            stratum("waiting", StateKind::Other, 0.115, 11_486, 0, 2.608e-4, prior.map(|w| (1.0 - w) * 0.26)),
            stratum("playing", StateKind::Other, 0.385, 38_514, 0, 7.779e-5, prior.map(|w| (1.0 - w) * 0.74)),
        ],
        causes: causes(name, failures, with, faults),
        policy_faults: FaultCounts { total: faults, not_finite: faults, ..FaultCounts::default() },
        severity: (impact > 0.0)
            .then_some(Severity { mean_impact_speed_mps: Some(impact), p95_impact_speed_mps: Some(impact * 2.4) }),
        attribution: kinds.map(|kinds| attribution(failures, kinds)),
        avoidable: kinds.map(|[unavoidable, ..]| {
            let analysed = failures.min(200) as f64;
            let share = 1.0 - unavoidable as f64 / analysed;
            Avoidable {
                probability: estimate * share,
                one_sided_upper: limits[1] * (share + 0.03).min(1.0),
                of: "hazard".into(),
                by: "hindsight".into(),
            }
        }),
        ceiling_nines: kinds.filter(|[n, ..]| *n > 0).map(|[n, ..]| -(estimate * n as f64 / failures.min(200) as f64).log10()),
        modes: modes(name, failures),
        modes_of: Some(failures),
        sensitivity: Vec::new(),
        next_nine: None,
        caution: Some(Caution {
            mean_time_lost_s: lost_s,
            harsh_brakes_per_encounter: 0.031,
            needless_stops_per_encounter: 0.002,
        }),
        calibration: None,
        search: None,
        exposure: prior.map(|_| Exposure {
            odd: "whole-city".into(),
            per_km: Interval { estimate: 0.006, lower: 7.09e-4, upper: 0.0508, confidence: 0.95 },
            kind: "assumption".into(),
            source: "derivation D1, 90% factor 6".into(),
        }),
        rate_per_km: encounter.map(|(p, l)| ScenarioRate {
            estimate: p * 0.006,
            lower: l[0] * 7.09e-4,
            upper: l[1] * 0.0508,
            confidence: 0.95,
            kind: EstimateKind::Estimated,
            upper_factors: UpperFactors {
                sampling: (p > 0.0).then(|| l[1] / p),
                prior: (p > 0.0).then_some(1.004),
                exposure: (p > 0.0).then_some(8.46),
            },
        }),
    }
}

fn attribution(failures: u64, kinds: [u64; 4]) -> Attribution {
    let analysed: u64 = kinds.iter().sum();
    let share = |n: u64| {
        let estimate = n as f64 / analysed as f64;
        // About as wide as the exact ones.
        let half = 1.96 * ((estimate * (1.0 - estimate) + 0.01) / analysed as f64).sqrt();
        Share { estimate, lower: (estimate - half).max(0.0), upper: (estimate + half).min(1.0) }
    };
    let [unavoidable, anticipation, reaction, perception] = kinds;
    let shares = AttributionShares {
        unavoidable: share(unavoidable),
        anticipation: share(anticipation),
        reaction: share(reaction),
        perception: share(perception),
    };
    Attribution { failures, analysed, unavoidable, anticipation, reaction, perception, shares }
}

fn stratum(
    state: &str,
    state_kind: StateKind,
    share: f64,
    rollouts: u64,
    failures: u64,
    one_sided_upper: f64,
    prior: Option<f64>,
) -> StratumSummary {
    StratumSummary {
        latent: BTreeMap::from([("intent".to_string(), state.to_string())]),
        state_kind,
        share,
        rollouts,
        failures,
        one_sided_upper,
        prior: prior.map(|estimate| StratumPrior {
            estimate,
            lower: estimate * 0.9,
            upper: (estimate * 1.1).min(1.0),
            source: "PIE, mid-block".into(),
        }),
    }
}

/// Two modes where there are many failures, one where there are few.
fn modes(name: &str, failures: u64) -> Option<Vec<ModeSummary>> {
    let sensitivity = |parameter: &str, index, side| Sensitivity {
        parameter: parameter.into(),
        index,
        total_variation: index,
        first_order: 0.1 * index * index,
        side,
    };
    let one = |number: u64, failed: u64, limits: [f64; 2], sensitivity: Vec<Sensitivity>| ModeSummary {
        id: format!("{name}/mode-{number}"),
        share: failed as f64 / failures as f64,
        share_lower: limits[0],
        share_upper: limits[1],
        failures: failed,
        cause: if name == "stopped-school-bus" { "school_bus" } else { "collision" }.into(),
        latent: BTreeMap::from([("intent".to_string(), "dashing".to_string())]),
        representative: format!("{name}/{}", 70_211 + number),
        parameters: sensitivity.iter().map(|s| s.parameter.clone()).collect(),
        sensitivity,
    };
    let gap = sensitivity("gap_m", 0.71, ModeSide::Low);
    let speed = sensitivity("ego_speed_mps", 0.44, ModeSide::High);
    Some(match failures {
        0 => vec![],
        1..50 => vec![one(1, failures, [0.8, 1.0], vec![gap])],
        _ => {
            let first = failures * 3 / 4;
            vec![one(1, first, [0.65, 0.83], vec![gap, speed]), one(2, failures - first, [0.17, 0.35], vec![])]
        }
    })
}

fn causes(name: &str, failures: u64, with: Option<&str>, faults: u64) -> Vec<CauseSummary> {
    let cause = |criterion: &str, with: Option<&str>, n: u64| CauseSummary {
        criterion: criterion.into(),
        with: with.map(Into::into),
        failures: n,
        share: n as f64 / failures as f64,
        first: format!("{name}/211"),
        worst: format!("{name}/70211"),
    };
    if failures == 0 {
        return vec![];
    }
    let main = if name == "stopped-school-bus" { "school_bus" } else { "collision" };
    let slow = failures / 10;
    let mut out = vec![cause(main, with, failures - faults - slow)];
    if slow > 0 {
        out.push(cause("no_progress", None, slow));
    }
    if faults > 0 {
        out.push(cause("policy_fault", None, faults));
    }
    out
}
