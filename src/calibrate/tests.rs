use super::*;
use crate::campaign::select;
use nines_sim::BuiltIn;

fn scenario(name: &str) -> LogicalScenario {
    select(&[name.to_owned()]).unwrap().remove(0).scenario
}

/// With a driver who always, or never, crashes the prior has a closed form.
#[test]
fn the_prior_is_the_anchor_over_exposure_and_crashes() {
    let anchors = Anchors::built_in().unwrap();
    let anchor = anchors.anchors.iter().find(|a| a.scenario == "child-at-curb").unwrap();
    let scenario = scenario("child-at-curb");
    let blind = BuiltIn::new("blind", &[]).unwrap();
    let found = calibrate(anchor, std::slice::from_ref(&scenario), (&blind).into(), 2000, 1, 1).unwrap();
    let [p, lower, upper] = found.crash;
    assert!(p > 0.9 && lower < p && p < upper && found.crashes == (p * 2000.0).round() as u64);
    let [prior, low, high] = found.prior.unwrap();
    let by_hand = 4.3e-4 / (scenario.exposure_in("whole-city").unwrap().estimate * p);
    assert!((prior / by_hand - 1.0).abs() < 1e-12);
    // 10^(1.959964 / 1.644854) = 15.537: with hardly any error of P the limits are those of the anchor.
    assert!((prior / low / 15.537 - 1.0).abs() < 0.01 && (high / prior / 15.537 - 1.0).abs() < 0.01, "{low} {prior} {high}");
    assert!(found.before.unwrap() < 1e-5);
    let parked = BuiltIn::new("parked", &[]).unwrap();
    let never = calibrate(anchor, std::slice::from_ref(&scenario), (&parked).into(), 200, 1, 1).unwrap();
    assert_eq!((never.crashes, never.prior), (0, None));
}

#[test]
fn every_anchor_fits_the_catalogue() {
    let driver = BuiltIn::new("nieon", &[]).unwrap();
    for anchor in &Anchors::built_in().unwrap().anchors {
        let found = calibrate(anchor, &[scenario(&anchor.scenario)], (&driver).into(), 64, 1, 1).unwrap();
        assert!(found.before.is_some(), "{}", anchor.scenario);
    }
}

/// An overlay changes priors and nothing else, and the rest still is the rest.
#[test]
fn an_overlay_replaces_priors_alone() {
    let one = scenario("child-at-curb");
    let text = "schema: nines.priors/1\npriors:\n  child-at-curb:\n    intent:\n      dashing: {estimate: 1e-2, lower: 1e-3, upper: 2e-2, source: made up}\n";
    let overlay = Overlay::parse(text, "t").unwrap();
    let changed = overlay.apply(&one).unwrap().unwrap();
    assert_eq!(changed.hazard_prior().unwrap().estimate, 0.01);
    let sum: f64 = changed.strata().iter().map(|s| s.prior.as_ref().unwrap().estimate).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert_eq!(overlay.apply(&scenario("cut-out-reveal")).unwrap(), None);
    let back = "schema: nines.priors/1\npriors:\n  child-at-curb:\n    intent:\n      dashing: {estimate: 1.4e-6, lower: 1e-7, upper: 2e-5, source: made up}\n";
    let again = Overlay::parse(back, "t").unwrap().apply(&changed).unwrap().unwrap();
    let strata = |s: &LogicalScenario| s.strata().iter().map(|s| s.prior.as_ref().unwrap().estimate).collect::<Vec<_>>();
    assert!(strata(&again).iter().zip(strata(&one)).all(|(a, b)| (a - b).abs() <= 1e-3 * b + 1e-7), "{:?}", strata(&again));
    let missing = "schema: nines.priors/1\npriors:\n  child-at-curb:\n    intent:\n      flying: {estimate: 1e-2, lower: 1e-3, upper: 2e-2, source: made up}\n";
    assert!(Overlay::parse(missing, "t").unwrap().apply(&one).unwrap_err().to_string().contains("no state intent=flying"));
    assert!(
        Overlay::parse("schema: nines.priors/2\npriors: {}\n", "t")
            .unwrap_err()
            .to_string()
            .contains("expected `nines.priors/1`")
    );
}

#[test]
fn anchors_that_cannot_be_are_refused() {
    let wrong =
        |anchor: &str| Anchors::parse(&format!("schema: nines.anchors/1\nanchors:\n  - {anchor}\n"), "t").unwrap_err().why;
    let with = |states: &str, crashes: &str| {
        format!("{{scenario: a, states: {states}, odd: whole-city, crashes_per_1e6_km: {crashes}, factor90: 10, source: A}}")
    };
    assert!(wrong(&with("[dashing]", "1")).contains("latent=state"));
    assert!(wrong(&with("[a=b, c=d]", "1")).contains("one latent"));
    assert!(wrong(&with("[a=b]", "0")).contains("above 0"));
    assert!(wrong(&with("[a=b]", "0").replace("factor90", "factor")).contains("factor"));
    let scenario = scenario("child-at-curb");
    let anchor = Anchors::parse(&format!("schema: nines.anchors/1\nanchors:\n  - {}\n", with("[intent=flies]", "1")), "t")
        .unwrap()
        .anchors
        .remove(0);
    let blind = BuiltIn::new("blind", &[]).unwrap();
    assert!(
        calibrate(&anchor, std::slice::from_ref(&scenario), (&blind).into(), 10, 1, 1)
            .unwrap_err()
            .to_string()
            .contains("intent=dashing")
    );
}
