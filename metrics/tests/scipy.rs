//! Limits and p-values against tables made by SciPy, and by mpmath where SciPy is not exact (`tests/data/scipy_tables.py`).

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]

use nines_metrics::{Alpha, Counts, binomial};

/// Largest relative difference allowed.
const TOLERANCE: f64 = 1e-9;

fn rows(table: &str) -> Vec<Vec<&str>> {
    table.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

fn counts(row: &[&str]) -> Counts {
    Counts::new(row[0].parse().unwrap(), row[1].parse().unwrap()).unwrap()
}

/// The relative difference, or what is wrong.
fn compare(what: &str, row: &[&str], got: f64, expected: &str, wrong: &mut Vec<String>) {
    let expected: f64 = expected.parse().unwrap();
    let close = if expected == 0.0 { got == 0.0 } else { (got / expected - 1.0).abs() <= TOLERANCE };
    if !close {
        wrong.push(format!("{what} of {row:?}: {got:e}, {:e}", got / expected - 1.0));
    }
}

#[test]
fn clopper_pearson_limits_match_scipy() {
    let table = rows(include_str!("data/clopper_pearson.csv"));
    assert!(table.len() > 900);
    let mut wrong = Vec::new();
    for row in &table {
        let alpha = Alpha::new(row[2].parse().unwrap()).unwrap();
        compare("lower", row, binomial::lower(counts(row), alpha), row[3], &mut wrong);
        compare("upper", row, binomial::upper(counts(row), alpha), row[4], &mut wrong);
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn p_values_match_scipy() {
    let table = rows(include_str!("data/p_values.csv"));
    let mut wrong = Vec::new();
    for row in &table {
        compare("p-value", row, binomial::at_least(counts(row), row[2].parse().unwrap()), row[3], &mut wrong);
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn the_p_value_at_the_median_is_half_the_mass_above_one_half() {
    // P(X >= n/2 | n, 1/2) = (1 + pmf(n/2)) / 2, and pmf(n/2) = sqrt(2 / (pi n)) (1 - 1/(4n) + 1/(32 n²) ...)
    for n in [1_000_000_u64, 1_000_000_000, 10_000_000_000] {
        let size = n as f64;
        let mass = (2.0 / (std::f64::consts::PI * size)).sqrt() * (1.0 - 0.25 / size);
        let got = binomial::at_least(Counts::new(n, n / 2).unwrap(), 0.5);
        assert!((got / (0.5 + 0.5 * mass) - 1.0).abs() < 1e-12, "{n}: {got}");
    }
}

#[test]
fn limits_have_the_same_bits_on_every_machine() {
    // Golden values; they change only with the algorithm, and then with a note in the changelog.
    let alpha = Alpha::new(0.025).unwrap();
    let bits = |rollouts, failures| {
        let counts = Counts::new(rollouts, failures).unwrap();
        (binomial::lower(counts, alpha).to_bits(), binomial::upper(counts, alpha).to_bits())
    };
    assert_eq!(bits(50_000, 652), (0x3f88_b4fe_a586_77ce, 0x3f8c_d262_9dde_feef));
    assert_eq!(bits(50_000, 0), (0x0, 0x3f13_56f2_92fa_e4e3));
    assert_eq!(bits(1_000_000_000, 3), (0x3e05_41e5_c5a3_ceaa, 0x3e42_d3db_fced_bfd9));
}
