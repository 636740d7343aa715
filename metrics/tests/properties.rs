//! What must hold for any counts.

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]

use nines_metrics::*;
use proptest::prelude::*;

/// Counts of any size up to 1e10, with few, some or nearly all failures.
fn counts() -> impl Strategy<Value = Counts> {
    (0.0..10.0_f64, 0.0..1.0_f64, 0..3_u8).prop_map(|(decades, share, kind)| {
        let rollouts = 10.0_f64.powf(decades) as u64;
        let few = (20.0 * share) as u64;
        let failures = match kind {
            0 => few.min(rollouts),
            1 => (share * rollouts as f64) as u64,
            _ => rollouts - few.min(rollouts),
        };
        Counts::new(rollouts, failures).unwrap()
    })
}

fn alpha() -> impl Strategy<Value = Alpha> {
    prop_oneof![0.001..0.999_f64, (-30.0..-1.0_f64).prop_map(|decades| 10.0_f64.powf(decades))]
        .prop_map(|alpha| Alpha::new(alpha).unwrap())
}

fn prior() -> impl Strategy<Value = Prior> {
    (-9.0..0.0_f64, 1.0..20.0_f64).prop_map(|(decades, factor)| {
        let at = Confidence::new(0.95).unwrap();
        Prior::within_factor(10.0_f64.powf(decades), factor, at, at).unwrap()
    })
}

fn sample() -> impl Strategy<Value = Sample> {
    let leaf = prop_oneof![
        counts().prop_map(Sample::all),
        counts().prop_map(Sample::half),
        (counts(), counts(), prior()).prop_map(|(other, hazard, prior)| Sample::TwoGroup(TwoGroup::new(other, hazard, prior))),
    ];
    let parts = proptest::collection::vec((0.001..10.0_f64, leaf.clone()), 1..5);
    prop_oneof![leaf, parts.prop_map(|parts| Sample::Weighted(Weighted::new(parts).unwrap()))]
}

/// At most `b`, up to the rounding of the last digits.
fn at_most(a: f64, b: f64) -> bool {
    a <= b * (1.0 + 1e-12)
}

proptest! {
    #[test]
    fn limits_are_ordered_and_inside(sample in sample(), confidence in 0.5..0.9999_f64) {
        let estimate = sample.estimate(Confidence::new(confidence).unwrap());
        let point = estimate.estimate().unwrap();
        let (lower, upper) = (estimate.lower(), estimate.upper());
        let (one_sided_lower, one_sided_upper) = (estimate.one_sided_lower(), estimate.one_sided_upper());
        prop_assert!(lower >= 0.0 && upper <= 1.0);
        prop_assert!(at_most(lower, one_sided_lower) && at_most(one_sided_upper, upper));
        prop_assert!(at_most(one_sided_lower, point) && at_most(point, one_sided_upper));
        let text = serde_json::to_string(&estimate).unwrap();
        prop_assert!(serde_json::from_str::<Estimate>(&text).is_ok());
    }

    #[test]
    fn a_further_failure_raises_and_a_further_pass_lowers_both_limits(counts in counts(), alpha in alpha()) {
        let (n, k) = (counts.rollouts(), counts.failures());
        let (lower, upper) = (binomial::lower(counts, alpha), binomial::upper(counts, alpha));
        if k < n {
            let more = Counts::new(n, k + 1).unwrap();
            prop_assert!(at_most(lower, binomial::lower(more, alpha)) && at_most(upper, binomial::upper(more, alpha)));
        }
        let longer = Counts::new(n + 1, k).unwrap();
        prop_assert!(at_most(binomial::lower(longer, alpha), lower) && at_most(binomial::upper(longer, alpha), upper));
    }

    #[test]
    fn a_smaller_error_widens(sample in sample(), alpha in alpha(), share in 0.01..1.0_f64) {
        let less = Alpha::new(alpha.get() * share).unwrap();
        prop_assert!(at_most(sample.lower(less), sample.lower(alpha)));
        prop_assert!(at_most(sample.upper(alpha), sample.upper(less)));
    }

    #[test]
    fn failures_and_passes_are_mirror_images(counts in counts(), alpha in alpha()) {
        let passes = Counts::new(counts.rollouts(), counts.rollouts() - counts.failures()).unwrap();
        let difference = binomial::lower(counts, alpha) - (1.0 - binomial::upper(passes, alpha));
        prop_assert!(difference.abs() < 1e-12, "{difference:e}");
    }

    #[test]
    fn the_p_value_of_the_lower_limit_is_its_error(sample in sample(), alpha in alpha()) {
        let limit = sample.lower(alpha);
        prop_assume!(limit > 0.0);
        let p_value = sample.refutation_p_value(limit);
        prop_assert!((p_value / alpha.get() - 1.0).abs() < 1e-4, "{p_value:e} instead of {alpha:?}");
    }

    #[test]
    fn what_is_needed_without_failures_is_never_more(failures in 0..40_u64, rollouts in 40..100_000_u64) {
        let sample = Sample::half(Counts::new(rollouts, failures).unwrap());
        for row in march(&sample, &sample.estimate(Confidence::new(0.95).unwrap())) {
            if let (Some(needed), Some(clean)) = (row.rollouts_needed, row.rollouts_needed_clean) {
                prop_assert!(clean <= needed);
            }
            prop_assert_eq!(row.state == State::Open, row.rollouts_needed_clean.is_some());
        }
    }

    #[test]
    fn rounding_is_outwards_by_less_than_a_tenth(value in (-300.0..6.0_f64).prop_map(|decades| 10.0_f64.powf(decades))) {
        let (down, up) = (digits::round_down_2(value), digits::round_up_2(value));
        prop_assert!(down <= value && value <= up && up <= down * 1.1000001, "{down:e} {value:e} {up:e}");
        prop_assert_eq!(digits::round_up_2(up), up);
        prop_assert_eq!(digits::round_down_2(down), down);
    }

    #[test]
    fn nines_shown_are_never_more_than_there_are(probability in 1e-12..1.0_f64) {
        let nines = Nines::of(probability);
        let shown: f64 = nines.shown().parse().unwrap();
        prop_assert!(shown <= nines.get() * (1.0 + 1e-15) && nines.get() < shown + 0.1 + 1e-12);
    }

    #[test]
    fn rates_enclose_their_point(sample in sample(), factor in 1.0..30.0_f64, confidence in 0.5..0.999_f64) {
        let confidence = Confidence::new(confidence).unwrap();
        let exposure = Exposure::within_factor(0.01, factor, Confidence::new(0.9).unwrap(), confidence).unwrap();
        let rate = Rate::new(&sample, exposure, confidence);
        let point = rate.estimate.unwrap();
        prop_assert!(at_most(point, rate.upper) && rate.lower.is_none_or(|lower| lower >= 0.0 && at_most(lower, point)));
    }
}
