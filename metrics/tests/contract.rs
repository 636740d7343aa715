//! The figures of the sample in the command line's contract, from its counts.
//!
//! The sample shows rounded numbers: limits outwards, the rest to the nearest. Priors and exposures are given there as "90% factor
//! 10" and "90% factor 6" and enter in full precision.

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]

use nines_metrics::*;

fn at_95() -> Confidence {
    Confidence::new(0.95).unwrap()
}

fn at_90() -> Confidence {
    Confidence::new(0.90).unwrap()
}

fn counts(rollouts: u64, failures: u64) -> Counts {
    Counts::new(rollouts, failures).unwrap()
}

/// child-at-curb per encounter.
fn child() -> Sample {
    let prior = Prior::within_factor(1.4e-6, 10.0, at_90(), at_95()).unwrap();
    Sample::TwoGroup(TwoGroup::new(counts(50_000, 0), counts(50_000, 652), prior))
}

fn close(got: f64, expected: f64) {
    assert!((got / expected - 1.0).abs() < 1e-9, "got {got:e}, expected {expected:e}");
}

#[test]
fn child_at_curb_per_hazard() {
    let estimate = Sample::half(counts(50_000, 652)).estimate(at_95());
    assert_eq!(estimate.estimate(), Some(0.01304));
    // scipy: beta.ppf(0.025, 652, 49349), beta.isf(0.025, 653, 49348), the same at 0.05
    close(estimate.lower(), 0.012063970018797133);
    close(estimate.upper(), 0.014073152964442196);
    close(estimate.one_sided_lower(), 0.012216473771721578);
    close(estimate.one_sided_upper(), 0.013905780690987468);
    assert_eq!(format!("{:.3}", estimate.demonstrated().get()), "1.857");
    assert_eq!(format!("{:.3}", estimate.estimated().unwrap().get()), "1.885");
    assert_eq!(estimate.kind(), Kind::Sampled);
}

#[test]
fn child_at_curb_per_encounter() {
    let estimate = child().estimate(at_95());
    // scipy: (1-w) CP(0 of 50,000; 0.9 a) + w CP(652 of 50,000; 0.1 a), w = 1.4e-6 / 10**r below and 1.4e-6 * 10**r above
    close(estimate.estimate().unwrap(), 1.8256e-8);
    close(estimate.lower(), 1.0501800619251806e-09);
    close(estimate.upper(), 7.61964635745675e-05);
    close(estimate.one_sided_lower(), 1.0600222562478063e-09);
    close(estimate.one_sided_upper(), 6.233204584712948e-05);
    assert_eq!(format!("{:.3}", estimate.demonstrated().get()), "4.205");
    assert_eq!(format!("{:.3}", estimate.estimated().unwrap().get()), "7.739");
    assert_eq!(estimate.assumptions(), [Assumption::ScenarioModel, Assumption::HazardPrior]);
    assert_eq!(estimate.diagnostics().warnings, [NO_FAILURE_OUTSIDE_HAZARD]);
}

#[test]
fn child_at_curb_with_the_prior_as_printed() {
    // The same with the ends of the prior rounded outwards, as a reader of the sample has them.
    let prior = Prior::new(1.4e-6, 9.0e-8, 2.18e-5, at_95()).unwrap();
    let sample = Sample::TwoGroup(TwoGroup::new(counts(50_000, 0), counts(50_000, 652), prior));
    let estimate = sample.estimate(at_95());
    close(estimate.lower(), 1.0494258004240962e-09);
    close(estimate.upper(), 7.619701084191924e-05);
    close(estimate.one_sided_lower(), 1.0592609258748847e-09);
    close(estimate.one_sided_upper(), 6.233258888661158e-05);
}

#[test]
fn march_of_child_at_curb() {
    let hazard = Sample::half(counts(50_000, 652));
    let rows = march(&hazard, &hazard.estimate(at_95()));
    assert_eq!((rows[0].state, rows[1].state), (State::Demonstrated, State::Refuted));
    assert_eq!((rows[0].rollouts_needed, rows[0].rollouts_needed_clean), (None, None));
    let encounter = &march(&child(), &child().estimate(at_95()))[4];
    assert_eq!((encounter.nine, encounter.reliability.as_str(), encounter.state), (5, "99.999%", State::Open));
    assert_eq!((encounter.rollouts_needed, encounter.rollouts_needed_clean), (Some(539_070), Some(523_340)));
}

#[test]
fn march_of_debris_at_night() {
    let hazard = Sample::half(counts(50_000, 0));
    let rows = march(&hazard, &hazard.estimate(at_95()));
    assert_eq!(rows[3].state, State::Demonstrated);
    assert_eq!((rows[4].state, rows[4].rollouts_needed_clean), (State::Open, Some(499_144)));
    assert_eq!((rows[5].state, rows[5].rollouts_needed_clean), (State::Open, Some(5_891_462)));
    assert_eq!(rows[5].rollouts_needed, rows[5].rollouts_needed_clean, "no failure: the rate observed is zero");
    assert_eq!(digits::shown_interval(0.0, hazard.estimate(at_95()).upper()), "[0, 7.4e-5]");
}

#[test]
fn pedestrian_behind_van_needs_182_thousand_more() {
    let hazard = Sample::half(counts(50_000, 43));
    let demand = Demand::nines(3.0).unwrap();
    assert_eq!(demand.judge(&hazard, at_95()), Verdict::Undecided);
    let (needed, _) = demand.rollouts_needed(&hazard, at_95());
    assert_eq!(needed.map(|rollouts| (rollouts + 500) / 1000), Some(182));
}

#[test]
fn one_hundred_thousand_rollouts_without_a_failure() {
    let prior = Prior::new(1e-6, 1e-6, 1e-6, at_95()).unwrap();
    let split = Sample::TwoGroup(TwoGroup::new(counts(50_000, 0), counts(50_000, 0), prior));
    assert_eq!(format!("{:.1e}", split.estimate(at_95()).one_sided_upper()), "6.2e-5");
    assert_eq!(format!("{:.1e}", Sample::all(counts(100_000, 0)).estimate(at_95()).one_sided_upper()), "3.0e-5");
}

#[test]
fn rate_of_child_at_curb() {
    let exposure = Exposure::within_factor(0.006, 6.0, at_90(), at_95()).unwrap();
    assert_eq!(format!("{:.2e} {:.3}", exposure.lower(), exposure.upper()), "7.09e-4 0.051");
    let rate = Rate::new(&child(), exposure, at_95());
    close(rate.estimate.unwrap(), 1.09536e-10);
    close(rate.lower.unwrap(), 3.0981827492518737e-12);
    close(rate.upper, 5.983186232503038e-07);
    let factors = rate.upper_factors.unwrap();
    assert_eq!(format!("{:.0}", factors.sampling.unwrap()), "4158");
    assert_eq!(format!("{:.3}", factors.prior), "1.004");
    assert_eq!(format!("{:.2}", factors.exposure), "8.46");
}

#[test]
fn the_gate_refutes_three_of_eight() {
    let failures = [950, 652, 96, 43, 21, 19, 8, 0];
    let samples: Vec<Sample> = failures.into_iter().map(|failures| Sample::half(counts(50_000, failures))).collect();
    let demand = Demand::nines(3.0).unwrap();
    let questions: Vec<_> = samples.iter().map(|sample| Question { demand, sample, trusted: true }).collect();
    let gate = gate(&questions, at_95());
    let verdicts: Vec<_> = gate.answers.iter().map(|answer| answer.verdict).collect();
    use Verdict::{Demonstrated, Refuted, Undecided};
    let expected = [Refuted, Refuted, Refuted, Undecided, Demonstrated, Demonstrated, Demonstrated, Demonstrated];
    assert_eq!(verdicts, expected);
    assert_eq!(gate.verdict, Refuted);
}

#[test]
fn an_estimate_is_stored_with_the_names_of_the_contract() {
    let estimate = Sample::half(counts(50_000, 652)).estimate(at_95());
    let text = serde_json::to_string(&estimate).unwrap();
    let keys = ["estimate", "lower", "upper", "one_sided_lower", "one_sided_upper", "confidence", "kind", "interval", "reach"];
    let mut from = 0;
    for key in keys.into_iter().chain(["upper_with_reach", "assumptions", "diagnostics", "ok", "warnings"]) {
        from += text[from..].find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key} in this order in {text}"));
    }
    assert!(text.contains(r#""kind":"sampled","interval":"clopper-pearson","reach":null,"upper_with_reach":null"#), "{text}");
    assert!(text.contains(r#""assumptions":["scenario-model"],"diagnostics":{"ok":true,"warnings":[]}"#), "{text}");
    assert_eq!(serde_json::from_str::<Estimate>(&text).unwrap(), estimate);
    let forged = text.replace(r#""estimate":0.01304"#, r#""estimate":0.5"#);
    assert!(serde_json::from_str::<Estimate>(&forged).is_err());
}

#[test]
fn no_rollouts_are_stored_as_nothing_known() {
    let estimate = Sample::all(counts(0, 0)).estimate(at_95());
    assert_eq!((estimate.kind(), estimate.lower(), estimate.upper()), (Kind::None, 0.0, 1.0));
    assert_eq!((estimate.demonstrated().get(), estimate.estimated()), (0.0, None));
    let text = serde_json::to_string(&estimate).unwrap();
    assert!(text.starts_with(r#"{"estimate":null,"lower":0.0,"upper":1.0,"#) && text.contains(r#""kind":"none""#), "{text}");
    assert_eq!(serde_json::from_str::<Estimate>(&text).unwrap(), estimate);
}

#[test]
fn rates_are_stored_with_the_names_of_the_contract() {
    let exposure = Exposure::within_factor(0.006, 6.0, at_90(), at_95()).unwrap();
    let text = serde_json::to_string(&Rate::new(&Sample::all(counts(1000, 0)), exposure, at_95())).unwrap();
    assert!(text.starts_with(r#"{"estimate":0.0,"lower":null,"upper":"#), "{text}");
    assert!(text.contains(r#""kind":"estimated","upper_factors":{"sampling":null,"prior":1.0,"exposure":"#), "{text}");
}
