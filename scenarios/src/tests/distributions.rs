//! Distributions against SciPy: a table that `scipy/make.py` wrote, and where SciPy is installed what it says now.
#![allow(clippy::print_stderr)]

use super::scenario;
use crate::Distribution;
use crate::diagnostic::Problems;
use crate::fields::Fields;
use nines_sim::math::normal_cdf;
use nines_sim::{Copula, Dist, Param, Sampling, Table, Template};
use std::process::Command;

const WRITTEN: &str = include_str!("scipy/quantiles.txt");

/// What SciPy says of a distribution.
struct Case<'a> {
    text: &'a str,
    /// Coordinate and value.
    quantiles: Vec<(f64, f64)>,
    /// Value and probability below it.
    shares: Vec<(f64, f64)>,
    /// Mean, variance, kurtosis.
    moments: Vec<f64>,
}

fn cases<'a>(text: &'a str) -> Vec<Case<'a>> {
    let numbers = |line: &str| line.split_whitespace().map(|x| x.parse().expect("a number")).collect::<Vec<f64>>();
    let lines: Vec<&str> = text.lines().collect();
    let coordinates = numbers(lines[0]);
    assert_eq!(lines.len() % 4, 1, "four lines for each distribution");
    let case = |l: &[&'a str]| Case {
        text: l[0],
        quantiles: coordinates.iter().copied().zip(numbers(l[1])).collect(),
        shares: numbers(l[2]).chunks(2).map(|pair| (pair[0], pair[1])).collect(),
        moments: numbers(l[3]),
    };
    lines[1..].chunks(4).map(case).collect()
}

/// A distribution as a file says it.
pub(super) fn read(text: &str) -> Distribution {
    let mut problems = Problems::new("t");
    let node = crate::node::read(text, 0, &mut problems).expect("YAML");
    let mut fields = Fields::of(&node, node.span, "a distribution", &mut problems).expect("a mapping");
    let out = Distribution::read(&mut fields, &mut problems);
    fields.finish(&mut problems);
    let found = problems.into_sorted();
    assert!(found.is_empty(), "{text}: {found:#?}");
    out.expect("a distribution without problems")
}

/// What a value may be off: a share of its distance from the median, or of the spread where that is more.
pub(super) fn allowed(d: &Dist, x: f64, share: f64) -> f64 {
    let (median, spread) = (d.at(0.0), 0.5 * (d.at(1.0) - d.at(-1.0)));
    share * (x - median).abs().max(spread)
}

/// Tables are made to 1e-10; what is closed is good to rounding, at most of the value itself.
fn error(d: &Dist, x: f64) -> f64 {
    match d {
        Dist::Table(_) | Dist::Mixture(_) => allowed(d, x, Table::ERROR) + 1e-13 * x.abs(),
        _ => allowed(d, x, 1e-13) + 1e-14 * x.abs(),
    }
}

#[test]
fn quantiles_are_those_of_scipy() {
    let all = cases(WRITTEN);
    assert!(all.len() > 45, "{}", all.len());
    for case in all {
        let d = read(case.text).compile().expect("compiles");
        for (z, x) in case.quantiles {
            let got = d.at(z);
            assert!((got - x).abs() <= error(&d, x), "{} at {z}: {got}, not {x}", case.text);
        }
    }
}

/// The coordinate of a value, by halving: the inverse of what is tested, hence the distribution function.
#[test]
fn distribution_functions_are_those_of_scipy() {
    let mut compared = 0;
    for case in cases(WRITTEN) {
        let d = read(case.text).compile().expect("compiles");
        for (x, p) in case.shares {
            let (mut from, mut to) = (-9.0, 9.0);
            for _ in 0..80 {
                let z = 0.5 * (from + to);
                if d.at(z) < x { from = z } else { to = z }
            }
            assert!((normal_cdf(from) - p).abs() < 1e-9, "{} at {x}: {}, not {p}", case.text, normal_cdf(from));
            compared += 1;
        }
    }
    assert!(compared > 250, "{compared}");
}

/// Drawn as rollouts draw them.
#[test]
fn sampled_means_and_variances_are_those_of_scipy() {
    let n = 100_000;
    let base = scenario("child-at-curb").compile();
    for case in cases(WRITTEN) {
        let (mean, variance, kurtosis) = (case.moments[0], case.moments[1], case.moments[2]);
        let param = Param { name: "x".into(), dist: read(case.text).compile().expect("compiles") };
        let t = Template { params: vec![param], copula: Copula::default(), ..base.clone() };
        let xs: Vec<f64> = (0..n).map(|k| t.draw(11, Sampling::Mc, k).params[0]).collect();
        // Where few draws make the moments, a sample says nothing of them.
        if kurtosis > 100.0 {
            continue;
        }
        let m = xs.iter().sum::<f64>() / n as f64;
        let v = xs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64;
        let (mean_error, variance_error) = ((variance / n as f64).sqrt(), variance * ((kurtosis - 1.0) / n as f64).sqrt());
        assert!((m - mean).abs() < 4.5 * mean_error, "{}: mean {m}, not {mean} ± {mean_error}", case.text);
        assert!((v - variance).abs() < 4.5 * variance_error, "{}: variance {v}, not {variance} ± {variance_error}", case.text);
    }
}

/// The table was not written by us, and is still what SciPy says. Without SciPy this is skipped aloud; with
/// `NINES_TOOLS=require` that is a failure.
#[test]
fn scipy_still_says_what_is_written() {
    let there = Command::new("python3").args(["-c", "import scipy"]).output().is_ok_and(|o| o.status.success());
    if !there {
        assert!(std::env::var("NINES_TOOLS").as_deref() != Ok("require"), "SciPy is required here, and missing");
        eprintln!("SKIPPED: SciPy is not installed");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/scipy/make.py");
    let output = Command::new("python3").arg(script).output().expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let now = String::from_utf8(output.stdout).expect("text");
    let (now, written) = (cases(&now), cases(WRITTEN));
    assert_eq!(now.len(), written.len());
    for (a, b) in now.iter().zip(&written) {
        assert_eq!(a.text, b.text);
        let d = read(a.text).compile().expect("compiles");
        for ((_, x), (z, y)) in a.quantiles.iter().zip(&b.quantiles) {
            assert!((x - y).abs() <= allowed(&d, *x, 1e-11) + 1e-13 * x.abs(), "{} at {z}: {x}, not {y}", a.text);
        }
    }
}
