//! Properties of all distributions over the whole range of their fields.

use super::distributions::allowed;
use crate::Distribution;
use crate::beta::Beta;
use crate::gamma::Gamma;
use nines_sim::{Dist, Table, Tails};
use proptest::prelude::*;

/// Shapes over the whole range that is read, evenly in their logarithm.
fn shape() -> impl Strategy<Value = f64> {
    (-1.0..3.0).prop_map(|e: f64| 10_f64.powf(e).clamp(0.1, 1_000.0))
}

fn scale() -> impl Strategy<Value = f64> {
    (-3.0..3.0).prop_map(|e: f64| 10_f64.powf(e))
}

fn cuttable() -> impl Strategy<Value = Distribution> {
    let inf = f64::INFINITY;
    prop_oneof![
        (-100.0..100.0, scale()).prop_map(move |(mean, sd)| Distribution::Normal { mean, sd, low: -inf, high: inf }),
        (scale(), 0.01..3.0).prop_map(move |(median, sigma)| Distribution::LogNormal { median, sigma, low: 0.0, high: inf }),
        scale().prop_map(move |mean| Distribution::Exponential { mean, low: 0.0, high: inf }),
        (shape(), scale()).prop_map(move |(shape, mean)| Distribution::Gamma { shape, mean, low: 0.0, high: inf }),
        (shape(), scale()).prop_map(move |(shape, scale)| Distribution::Weibull { shape, scale, low: 0.0, high: inf }),
    ]
}

/// Cut on either side or both, between quantiles that are at least a tenth of a standard normal coordinate apart.
fn cut() -> impl Strategy<Value = Distribution> {
    (cuttable(), -5.0..5.0, 0.1..8.0, 0..3).prop_map(|(mut d, from, width, sides): (_, f64, f64, i32)| {
        let (a, b) = match d.compile() {
            Some(whole) => (whole.at(from), whole.at(from + width)),
            None => return d,
        };
        match &mut d {
            Distribution::Normal { low, high, .. }
            | Distribution::LogNormal { low, high, .. }
            | Distribution::Exponential { low, high, .. }
            | Distribution::Gamma { low, high, .. }
            | Distribution::Weibull { low, high, .. } => {
                if sides != 0 {
                    *low = a;
                }
                if sides != 1 {
                    *high = b;
                }
            }
            _ => {}
        }
        d
    })
}

fn rising(n: usize) -> impl Strategy<Value = Vec<f64>> {
    (-50.0..50.0, prop::collection::vec(1e-3..10.0, n)).prop_map(|(first, steps): (f64, Vec<f64>)| {
        let sums = steps.iter().scan(first, |x, step| {
            *x += step;
            Some(*x)
        });
        sums.collect()
    })
}

fn simple() -> impl Strategy<Value = Distribution> {
    let range = || (-1e3..1e3, scale()).prop_map(|(low, width)| (low, low + width));
    prop_oneof![
        (-1e3..1e3).prop_map(|value| Distribution::Constant { value }),
        range().prop_map(|(low, high)| Distribution::Uniform { low, high }),
        cuttable(),
        cut(),
        (shape(), shape(), range()).prop_map(|(alpha, beta, (low, high))| Distribution::Beta { alpha, beta, low, high }),
        (range(), 0.0..=1.0).prop_map(|((low, high), at): ((f64, f64), f64)| {
            let mode = (low + (high - low) * at).clamp(low, high);
            Distribution::Triangular { low, mode, high }
        }),
        (0.01..1000.0, 1..2000u32).prop_map(|(mean, most)| Distribution::Poisson { mean, most: f64::from(most) }),
        (rising(6), prop::collection::vec(0.0..5.0, 5), 0..5usize).prop_map(|(edges, mut weights, empty)| {
            weights[empty] = 0.0;
            weights[(empty + 1) % 5] += 0.1;
            Distribution::Histogram { edges, weights }
        }),
        (rising(5), rising(5)).prop_map(|(p, values)| {
            let share = |x: &f64| (x - p[0]) / (p[4] - p[0]);
            Distribution::Quantiles { probabilities: p.iter().map(share).collect(), values }
        }),
        (rising(5), prop::collection::vec(1e-6..5.0, 5)).prop_map(|(values, weights)| Distribution::Choice { values, weights }),
    ]
}

/// A mixture whose parts follow each other on the axis.
fn mixture() -> impl Strategy<Value = Distribution> {
    (rising(4), prop::collection::vec(0.01..1.0, 3)).prop_map(|(edges, weights)| {
        let sum: f64 = weights.iter().sum();
        let part = |k: usize| {
            let (low, high) = (edges[k], edges[k + 1]);
            let d = match k {
                0 => Distribution::Beta { alpha: 2.0, beta: 0.7, low, high },
                1 => Distribution::Uniform { low, high },
                _ => Distribution::Normal { mean: low, sd: high - low, low, high },
            };
            (weights[k] / sum, d)
        };
        Distribution::Mixture { parts: (0..3).map(part).collect() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// A step of rounding is no fall.
    #[test]
    fn quantiles_rise(d in prop_oneof![9 => simple(), 1 => mixture()], mut zs in prop::collection::vec(-9.5..9.5, 40)) {
        let made = d.compile().expect("within the allowed range");
        zs.extend((-95..=95).map(|k| 0.1 * f64::from(k)));
        zs.sort_by(f64::total_cmp);
        let xs: Vec<f64> = zs.iter().map(|z| made.at(*z)).collect();
        for (x, z) in xs.windows(2).zip(&zs) {
            let hair = 4e-16 * (x[0].abs() + x[1].abs()) + allowed(&made, made.at(0.0), 1e-14);
            prop_assert!(x[1] >= x[0] - hair && x[1].is_finite(), "{d:?}: {x:?} from {z} on");
        }
    }

    /// Between the points that a table was checked at too. What is cut stays within its bounds.
    #[test]
    fn tables_keep_their_error(
        d in prop_oneof![
            cut(),
            (shape(), shape()).prop_map(|(alpha, beta)| Distribution::Beta { alpha, beta, low: 0.0, high: 1.0 }),
            (shape(), scale()).prop_map(|(shape, mean)| Distribution::Gamma { shape, mean, low: 0.0, high: f64::INFINITY }),
            (shape(), scale()).prop_map(|(shape, scale)| Distribution::Weibull { shape, scale, low: 0.0, high: f64::INFINITY }),
        ],
        zs in prop::collection::vec(-8.3..8.3, 60),
    ) {
        let (Some(Dist::Table(table)), Some(slow)) = (d.compile(), d.slow()) else {
            return Err(TestCaseError::fail(format!("{d:?} makes no table")));
        };
        prop_assert!(table.pieces() < 400, "{d:?}: {} pieces", table.pieces());
        let exact = |z: f64| slow.from + slow.by * (slow.standard)(z);
        let made = Dist::Table(table);
        for z in zs.into_iter().chain([-8.3, 0.0, 8.3]) {
            let (got, x) = (made.at(z), exact(z));
            let rounding = 32.0 * f64::EPSILON * x.abs().max(slow.from.abs());
            prop_assert!((got - x).abs() <= allowed(&made, x, Table::ERROR) + rounding, "{d:?} at {z}: {got}, not {x}");
            prop_assert!((slow.low..=slow.high).contains(&got), "{d:?} at {z}: {got} is out of {}..{}", slow.low, slow.high);
        }
    }

    /// Our special functions against those of `statrs`, and against their own inverses.
    #[test]
    fn tails_are_those_of_statrs(a in shape(), b in shape(), z in -8.0..8.0) {
        let goal = Tails::of(z);
        let x = Gamma::new(a).quantile(goal);
        let found = Gamma::new(a).tails(x);
        let (lower, upper) = (statrs::function::gamma::gamma_lr(a, x), statrs::function::gamma::gamma_ur(a, x));
        prop_assert!((found.lower - lower).abs() < 1e-10 && (found.upper - upper).abs() < 1e-10, "{a} {x}: {found:?} {lower} {upper}");
        let y = Beta::new(a, b).quantile(goal);
        let share = statrs::function::beta::beta_reg(a, b, y);
        // Near an infinite density the last digit of y is worth more than that.
        let digit = (a + b) * f64::EPSILON / y.min(1.0 - y);
        if digit < 1e-6 {
            prop_assert!((share - goal.lower).abs() < 1e-10 + digit, "{a} {b} at {z}: {y} has {share}, not {}", goal.lower);
        }
        // The smaller tail keeps its digits.
        let (got, meant) = if z < 0.0 { (found.lower, goal.lower) } else { (found.upper, goal.upper) };
        prop_assert!((got / meant - 1.0).abs() < 1e-9, "{a} at {z}: {got}, not {meant}");
    }
}

/// The corners of what may be written: each has a table, and none is large.
#[test]
fn every_allowed_shape_has_a_small_table() {
    let shapes = [0.1, 0.3, 1.0, 3.0, 30.0, 1_000.0];
    for a in shapes {
        for b in shapes {
            let Some(Dist::Table(t)) = (Distribution::Beta { alpha: a, beta: b, low: 0.0, high: 1.0 }).compile() else {
                panic!("beta {a} {b} makes no table")
            };
            assert!(t.pieces() <= 128, "beta {a} {b}: {}", t.pieces());
        }
    }
}
