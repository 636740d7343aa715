//! The cost of a nine: against least squares and SciPy, and how often its limits hold.

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]

#[path = "support/trends.rs"]
mod trends;

use nines_metrics::trend::{Trend, TrendError, Version};
use nines_metrics::{Confidence, Counts};
use trends::SHAPES;

fn history(rows: &[(f64, u64, u64)]) -> Vec<Version> {
    rows.iter().map(|&(effort, n, k)| Version { effort, counts: Counts::new(n, k).unwrap() }).collect()
}

fn fit(rows: &[(f64, u64, u64)], confidence: f64) -> Trend {
    Trend::fit(&history(rows), Confidence::new(confidence).unwrap()).unwrap()
}

#[track_caller]
fn close(got: f64, expected: f64, relative: f64) {
    assert!((got / expected - 1.0).abs() < relative, "{got} instead of {expected}");
}

/// Where sampling errors vanish the limits are those of a regression. `tests/data/trend.py`, part 1.
#[test]
fn without_sampling_errors_the_limits_are_those_of_least_squares() {
    for row in include_str!("data/trend_least_squares.csv").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let number = |k: usize| cells[k].parse::<f64>().unwrap();
        let rows: Vec<_> = cells[6]
            .split(' ')
            .map(|v| {
                let (effort, failures) = v.split_once(':').unwrap();
                (effort.parse().unwrap(), 4_000_000_000_000_000, failures.parse().unwrap())
            })
            .collect();
        let trend = fit(&rows, number(0));
        close(trend.slope(), number(1), 1e-4);
        let cost = trend.cost();
        close(cost.lower, number(2), 2e-3);
        match cost.upper {
            Some(upper) => close(upper, number(3), 2e-3),
            None => assert!(number(3).is_infinite(), "{row}"),
        }
        close(trend.until(4.0).estimate.unwrap(), number(4), 1e-3);
        match trend.until(4.0).upper {
            Some(upper) => close(upper, number(5), 5e-3),
            None => assert!(number(5).is_infinite(), "{row}"),
        }
    }
}

/// With sampling errors, scatter and censored versions. `tests/data/trend.py`, part 2: Gauss-Legendre quadrature and Nelder-Mead.
#[test]
fn the_likelihood_and_its_limits_are_those_of_scipy() {
    let mut seen = 0;
    for row in include_str!("data/trend_scipy.csv").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let number = |k: usize| cells[k].parse::<f64>().unwrap();
        let rows: Vec<_> = cells[0]
            .split(' ')
            .map(|v| {
                let part: Vec<u64> = v.split(':').map(|n| n.parse().unwrap()).collect();
                (part[0] as f64, part[1], part[2])
            })
            .collect();
        let trend = fit(&rows, 0.95);
        close(trend.slope(), number(1), 2e-3);
        close(trend.scatter().max(0.01), number(2).max(0.01), 3e-2);
        let at = trend.deviance_of_cost(number(3));
        assert!((at - number(4)).abs() < 2e-3 * number(4).max(1.0), "deviance {at} instead of {}", number(4));
        close(trend.cost().lower, number(5), 2e-3);
        match trend.cost().upper {
            Some(upper) => close(upper, number(6), 2e-3),
            None => assert!(number(6).is_infinite(), "{row}: no upper limit"),
        }
        seen += 1;
    }
    assert!(seen >= 4);
}

#[test]
fn a_fit_needs_three_versions_with_failures() {
    let refused = |rows: &[(f64, u64, u64)]| Trend::fit(&history(rows), Confidence::new(0.95).unwrap()).unwrap_err();
    assert_eq!(refused(&[(1.0, 100, 5), (2.0, 100, 3)]), TrendError::TooFew { versions: 2, with_failures: 2 });
    let censored = refused(&[(1.0, 100, 5), (2.0, 100, 3), (3.0, 100, 0)]);
    assert_eq!(censored, TrendError::TooFew { versions: 3, with_failures: 2 });
    assert_eq!(refused(&[(1.0, 100, 5), (1.0, 100, 3), (1.0, 100, 3)]), TrendError::NoSpread);
    assert_eq!(refused(&[(1.0, 100, 5), (f64::NAN, 100, 3), (1.0, 100, 3)]), TrendError::Effort);
}

#[test]
fn versions_that_get_worse_promise_nothing() {
    let trend = fit(&[(100.0, 5_000, 50), (200.0, 5_000, 160), (300.0, 5_000, 490), (400.0, 5_000, 1500)], 0.95);
    assert!(trend.slope() < 0.0);
    assert_eq!((trend.cost().estimate, trend.cost().upper), (None, None));
    assert_eq!((trend.until(3.0).estimate, trend.until(3.0).upper), (None, None));
}

#[test]
fn a_nine_that_the_line_has_passed_is_due_now() {
    let trend = fit(&[(100.0, 50_000, 5_000), (200.0, 50_000, 500), (300.0, 50_000, 50), (400.0, 50_000, 5)], 0.95);
    close(trend.cost().estimate.unwrap(), 100.0, 0.02);
    assert_eq!(trend.until(2.0).estimate, Some(0.0));
    assert!(trend.until(2.0).upper.unwrap() < 1.0, "{:?} {trend:?}", trend.until(2.0));
    close(trend.until(5.0).estimate.unwrap(), 100.0, 0.05);
}

#[test]
fn every_version_may_always_fail() {
    let trend = fit(&[(100.0, 500, 500), (200.0, 500, 500), (300.0, 500, 450), (400.0, 500, 300)], 0.95);
    assert!(trend.slope().is_finite() && trend.scatter().is_finite());
}

#[test]
fn the_unit_of_effort_changes_nothing() {
    let rows = [(100.0, 5_000, 1500), (250.0, 5_000, 400), (300.0, 5_000, 210), (450.0, 5_000, 31)];
    let days = rows.map(|(effort, n, k)| (effort / 24.0, n, k));
    let (a, b) = (fit(&rows, 0.9).cost(), fit(&days, 0.9).cost());
    close(a.lower, 24.0 * b.lower, 1e-6);
    close(a.upper.unwrap(), 24.0 * b.upper.unwrap(), 1e-6);
}

/// The short form of `examples/trend.rs`.
#[test]
fn limits_hold_the_cost_that_histories_were_made_with() {
    for shape in SHAPES {
        let histories = if shape.versions > 6 { 60 } else { 120 };
        let tried = shape.try_out(histories, Confidence::new(0.95).unwrap());
        assert!(tried.fitted > 20, "{}: {tried:?}", shape.name);
        // Five in a hundred, and four standard deviations.
        let n = f64::from(tried.fitted);
        let least = 0.95 * n - 4.0 * (0.95 * 0.05 * n).sqrt();
        assert!(f64::from(tried.cost_held) >= least && f64::from(tried.due_held) >= least, "{}: {tried:?}", shape.name);
    }
}

/// What is asked of a value and where the limits end are the same.
#[test]
fn limits_end_where_values_are_no_longer_allowed() {
    let trend = fit(&[(100.0, 5_000, 1600), (200.0, 5_000, 700), (300.0, 5_000, 90), (400.0, 5_000, 41), (500.0, 5_000, 0)], 0.5);
    let cost = trend.cost();
    assert!(trend.allows_cost(cost.lower * 1.001) && !trend.allows_cost(cost.lower * 0.999));
    assert!(trend.allows_cost(cost.upper.unwrap() * 0.999) && !trend.allows_cost(cost.upper.unwrap() * 1.001));
    let due = trend.until(6.0);
    assert!(trend.allows(6.0, due.lower * 1.01) && !trend.allows(6.0, due.lower * 0.99), "{due:?}");
    assert!(trend.allows(6.0, due.upper.unwrap() * 0.99) && !trend.allows(6.0, due.upper.unwrap() * 1.01), "{due:?}");
}

#[test]
fn many_versions_bound_the_cost_from_above() {
    let tried = SHAPES.iter().find(|s| s.name == "10 versions, scatter 0.2").unwrap().try_out(40, Confidence::new(0.95).unwrap());
    assert!(tried.bounded >= 38, "{tried:?}");
    let level = SHAPES.iter().find(|s| s.name == "10 versions that hardly rise").unwrap();
    assert!(level.try_out(40, Confidence::new(0.95).unwrap()).bounded <= 20);
}
