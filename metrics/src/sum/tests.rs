use super::*;
use crate::{Counts, Prior, TwoGroup};

fn at(confidence: f64) -> Confidence {
    Confidence::new(confidence).unwrap()
}

fn within(estimate: f64, factor: f64) -> Exposure {
    Exposure::within_factor(estimate, factor, at(0.95), at(0.95)).unwrap()
}

/// Summands of families of their own.
fn apart(parts: impl IntoIterator<Item = (Sample, Exposure)>) -> Vec<Summand> {
    parts.into_iter().enumerate().map(|(family, (sample, exposure))| Summand { sample, exposure, family }).collect()
}

fn plain(rollouts: u64, failures: u64) -> Sample {
    Sample::all(Counts::new(rollouts, failures).unwrap())
}

#[test]
fn a_sum_of_one_is_near_that_rate_and_never_above_a_larger_sum() {
    let part = |k: u64, e: f64| (plain(50_000, k), within(e, 3.0));
    let own = RateSum::new(&apart([part(70, 0.01)]), at(0.95)).unwrap().rate;
    let rate = Rate::new(&plain(50_000, 70), within(0.01, 3.0), at(0.95));
    assert!(
        (own.upper / rate.upper - 1.0).abs() < 0.03 && (own.lower.unwrap() / rate.lower.unwrap() - 1.0).abs() < 0.03,
        "{own:?}"
    );
    for (k, e) in [(0, 0.5), (0, 0.01), (3, 0.02), (70, 0.01)] {
        let own = RateSum::new(&apart([part(k, e)]), at(0.95)).unwrap().rate.upper;
        let both = RateSum::new(&apart([part(k, e), part(1, 1e-3)]), at(0.95)).unwrap().rate.upper;
        assert!(own < both, "{k} {e}: {own} {both}");
    }
    assert_eq!(RateSum::new(&[], at(0.95)), None);
}

#[test]
fn without_a_failure_only_the_heaviest_weight_counts() {
    // Exposures without error: the exact limit of sum E_i p_i after no failure in 10,000 rollouts each is max E_i ln(1/a) / n.
    let parts = apart([1.0, 3.0, 2.0, 0.5].map(|e| (plain(10_000, 0), within(e, 1.0))));
    let sum = RateSum::new(&parts, at(0.95)).unwrap();
    assert_eq!((sum.rate.estimate, sum.rate.lower, sum.one_sided_lower), (Some(0.0), None, None));
    // -log(0.025), -log(0.05)
    assert!((sum.rate.upper / (3e-4 * 3.6888794541139363) - 1.0).abs() < 2e-3, "{}", sum.rate.upper);
    assert!((sum.one_sided_upper / (3e-4 * 2.995732273553991) - 1.0).abs() < 2e-3, "{}", sum.one_sided_upper);
}

#[test]
fn exposures_without_error_leave_the_limits_of_the_pooled_counts() {
    // Equal weights: 4 + 9 + 0 failures of 30,000 rollouts. scipy: beta.ppf(0.025, 13, 29988), beta.isf(0.025, 14, 29987)
    let parts = apart([4, 9, 0].map(|k| (plain(10_000, k), within(1.0, 1.0))));
    let sum = RateSum::new(&parts, at(0.95)).unwrap();
    assert!((sum.rate.lower.unwrap() / (3.0 * 2.3075128e-4) - 1.0).abs() < 0.01, "{:?}", sum.rate);
    assert!((sum.rate.upper / (3.0 * 7.408992e-4) - 1.0).abs() < 0.01, "{:?}", sum.rate);
}

#[test]
fn factors_multiply_to_the_limit() {
    let prior = Prior::within_factor(1e-3, 5.0, at(0.9), at(0.95)).unwrap();
    let halves = Sample::TwoGroup(TwoGroup::new(Counts::new(50_000, 3).unwrap(), Counts::new(50_000, 900).unwrap(), prior));
    let parts = apart([(halves, within(0.01, 4.0)), (plain(50_000, 2), within(0.5, 2.0))]);
    let rate = RateSum::new(&parts, at(0.95)).unwrap().rate;
    let factors = rate.upper_factors.unwrap();
    let product = factors.sampling.unwrap() * factors.prior * factors.exposure;
    assert!((product * rate.estimate.unwrap() / rate.upper - 1.0).abs() < 1e-12);
    assert!(factors.sampling.unwrap() > 1.0 && factors.prior > 1.0 && factors.exposure > 1.0);
}

#[test]
fn what_was_not_driven_may_fail_always() {
    let parts = apart([(plain(0, 0), within(0.5, 1.0)), (plain(100_000, 10), within(1.0, 1.0))]);
    let sum = RateSum::new(&parts, at(0.95)).unwrap();
    assert_eq!((sum.rate.estimate, sum.rate.kind), (None, Kind::None));
    assert!(sum.rate.upper > 0.5 && sum.rate.upper < 0.501, "{}", sum.rate.upper);
}

#[test]
fn no_sum_exceeds_certain_failure() {
    let parts = apart([(plain(1, 1), within(0.5, 1.0)), (plain(1, 0), within(1.0, 1.0))]);
    let sum = RateSum::new(&parts, at(0.95)).unwrap();
    assert!(sum.rate.upper <= 1.5 && sum.rate.lower.unwrap() >= 0.0, "{sum:?}");
}

#[test]
fn rare_errors_leave_the_points_and_add_limits() {
    let parts = apart([(plain(1000, 3), within(1.0, 2.0)), (plain(1000, 0), within(1.0, 2.0))]);
    let sum = RateSum::new(&parts, at(0.9999)).unwrap();
    let each: Vec<Rate> = parts.iter().map(|p| Rate::new(&p.sample, p.exposure, at(0.9999))).collect();
    assert!((sum.rate.upper / (each[0].upper + each[1].upper) - 1.0).abs() < 1e-9);
    assert!((sum.rate.lower.unwrap() / each[0].lower.unwrap() - 1.0).abs() < 1e-9);
    assert_eq!(sum.rate.upper_factors, None);
}

#[test]
fn one_family_is_off_as_a_whole() {
    // Known counts, exposures within 4: one error moves all four alike, four errors balance each other.
    let parts = apart([1.0, 1.0, 2.0, 4.0].map(|e| (plain(50_000_000, 500_000), within(e, 4.0))));
    let together: Vec<Summand> = parts.iter().map(|part| Summand { family: 7, ..part.clone() }).collect();
    let factor = |parts: &[Summand]| {
        let rate = RateSum::new(parts, at(0.95)).unwrap().rate;
        (rate.upper / rate.estimate.unwrap(), rate.estimate.unwrap() / rate.lower.unwrap())
    };
    let (up, down) = factor(&together);
    assert!((up / 4.0 - 1.0).abs() < 0.01 && (down / 4.0 - 1.0).abs() < 0.01, "{up} {down}");
    let (up, down) = factor(&parts);
    assert!(up < 3.2 && down < 3.2, "{up} {down}");
}

#[test]
fn a_watched_sum_splits_the_error_over_probabilities_and_exposures() {
    let watched = |k| plain(50_000, k).under(crate::Plan::Watched(crate::Mixture::around(1e-3).unwrap()));
    let parts = apart([(watched(70), within(0.01, 3.0)), (watched(0), within(0.02, 2.0))]);
    let sum = RateSum::new(&parts, at(0.9)).unwrap();
    // Each side has 0.05, each of four limits 0.0125: norm.isf(0.0125) / norm.isf(0.025).
    let (alpha, power) = (Alpha::new(0.0125).unwrap(), 2.241402727604947_f64 / 1.959963984540054);
    let expected = watched(70).upper(alpha) * 0.01 * 3_f64.powf(power) + watched(0).upper(alpha) * 0.02 * 2_f64.powf(power);
    assert!((sum.rate.upper / expected - 1.0).abs() < 1e-9, "{} instead of {expected}", sum.rate.upper);
    let expected = watched(70).lower(alpha) * 0.01 / 3_f64.powf(power);
    assert!((sum.rate.lower.unwrap() / expected - 1.0).abs() < 1e-9, "{:?} instead of {expected}", sum.rate.lower);
    assert_eq!(sum.rate.upper_factors, None);
    let fixed = apart([(plain(50_000, 70), within(0.01, 3.0)), (plain(50_000, 0), within(0.02, 2.0))]);
    for k in 0..2 {
        let upper = |parts: &[Summand]| RateSum::new(parts, at(0.9)).unwrap().rate.upper;
        assert!(upper(&parts[k..=k]) < upper(&parts), "no row is above the sum");
        assert!(upper(&parts[k..=k]) > upper(&fixed[k..=k]), "looking at will costs");
    }
}
