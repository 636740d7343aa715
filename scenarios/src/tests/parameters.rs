//! Parameters in files: what is refused, what is written back, and correlations recovered from draws.

use super::diagnostics::with;
use crate::distribution::FORMS;
use crate::{Code, Diagnostic, Severity, check, parse, schema};
use nines_sim::math::normal_quantile;
use nines_sim::{Sampling, Template};

/// The small scenario with one more parameter.
fn with_parameter(text: &str) -> String {
    with("parameters", &format!("  v_mps: {{dist: uniform, low: 8, high: 12, source: A}}\n  x:\n    {{{text}, source: A}}"))
}

fn errors(text: &str) -> Vec<Diagnostic> {
    check(text, "t").diagnostics.into_iter().filter(|d| d.severity == Severity::Error).collect()
}

/// The place of the further parameter: behind `parameters:`, `v_mps` and its own name.
const LINE: u32 = 8;

#[test]
fn each_misuse_of_a_distribution_has_its_code_and_says_what_it_found() {
    for (text, code, says) in [
        ("dist: truncated_normal, mean: 1, sd: 1, low: 0", Code::MissingField, "`high` is missing"),
        ("dist: normal, mean: 0, sd: 1, low: 9, high: 10", Code::OutOfRange, "next to nothing"),
        ("dist: gamma, shape: 2, mean: 1, low: 30", Code::OutOfRange, "next to nothing"),
        ("dist: exponential, mean: 1, low: -1", Code::OutOfRange, "no values below 0"),
        ("dist: exponential, mean: 1, low: 3, high: 2", Code::BoundsReversed, "`low` is 3 and `high` is 2"),
        ("dist: normal, mean: 0, sd: 1, low: 0, high: 1e-7", Code::OutOfRange, "exactly enough"),
        ("dist: gamma, shape: 0.01, mean: 1", Code::OutOfRange, "`shape` is 0.01, but must be from 0.1 to 1000"),
        ("dist: beta, alpha: 2000, beta: 1", Code::OutOfRange, "`alpha` is 2000"),
        ("dist: beta, alpha: 2, beta: 0", Code::NotPositive, "`beta` is 0"),
        ("dist: beta, alpha: 2, beta: 1, low: 1", Code::BoundsReversed, "`low` is 1 and `high` is 1"),
        ("dist: triangular, low: 0, mode: 3, high: 2", Code::OutOfRange, "`mode` is 3, but must be from 0 to 2"),
        ("dist: poisson, mean: 2000", Code::OutOfRange, "at most 1000"),
        ("dist: poisson, mean: 5, most: 2.5", Code::OutOfRange, "whole number"),
        ("dist: poisson, mean: 5, most: 0", Code::OutOfRange, "whole number"),
        ("dist: histogram, edges: [0, 1, 1], weights: [1, 2]", Code::NotRising, "1 is followed by 1"),
        ("dist: histogram, edges: [0, 1, 2], weights: [1, 2, 3]", Code::LengthMismatch, "3 entries beside 3"),
        ("dist: histogram, edges: [0, 1, 2], weights: [1, -1]", Code::WeightSum, "a weight is -1"),
        ("dist: histogram, edges: [0, 1, 2], weights: [0, 0]", Code::WeightSum, "add up to 0"),
        ("dist: histogram, edges: [0, 1, inf], weights: [1, 1]", Code::OutOfRange, "must be finite"),
        ("dist: histogram, edges: 3, weights: [1, 1]", Code::WrongType, "`edges` is a list of numbers"),
        ("dist: quantiles, probabilities: [0.1, 1], values: [1, 2]", Code::OutOfRange, "go from 0.1 to 1"),
        ("dist: quantiles, probabilities: [0, 0.5, 1], values: [1, 2]", Code::LengthMismatch, "3 entries beside 2"),
        ("dist: quantiles, probabilities: [0, 0.5, 1], values: [1, 3, 2]", Code::NotRising, "3 is followed by 2"),
        ("dist: choice, values: [1], weights: [1]", Code::LengthMismatch, "at least two"),
        ("dist: choice, values: [1, 2], weights: [1, 0]", Code::WeightSum, "must be above zero"),
        ("dist: choice, values: [2, 1], weights: [1, 1]", Code::NotRising, "2 is followed by 1"),
        ("dist: mixture, parts: [{weight: 0.5, dist: constant, value: 1}]", Code::WeightSum, "add up to 0.5"),
    ] {
        let found = errors(&with_parameter(text));
        assert_eq!(found.len(), 1, "{text}: {found:#?}");
        assert_eq!(found[0].code, code, "{text}: {found:#?}");
        assert!(found[0].message.contains(says), "{text}: {}", found[0].message);
        assert!(found[0].line == LINE || found[0].line == LINE - 1, "{text}: line {}", found[0].line);
    }
    let many = |n: usize| vec!["1"; n].join(", ");
    let part = format!("{{weight: {}, dist: constant, value: 1}}", 1.0 / 65.0);
    for text in [
        format!("dist: choice, values: [{}], weights: [1]", many(1_001)),
        format!("dist: mixture, parts: [{}]", vec![part.as_str(); 65].join(", ")),
    ] {
        assert_eq!(errors(&with_parameter(&text)).iter().map(|d| d.code).collect::<Vec<_>>(), [Code::TooMany]);
    }
}

/// Distributions as they may be written, and whether single values have a probability of their own.
const WRITTEN: [(&str, bool); 17] = [
    ("dist: constant, value: 3", true),
    ("dist: uniform, low: -1, high: 2", false),
    ("dist: normal, mean: 1, sd: 2", false),
    ("dist: truncated_normal, mean: 1, sd: 2, low: 0, high: 5", false),
    ("dist: lognormal, median: 4, sigma: 0.25, high: 9", false),
    ("dist: exponential, mean: 2", false),
    ("dist: exponential, mean: 2, high: 5", false),
    ("dist: gamma, shape: 2, mean: 25", false),
    ("dist: gamma, shape: 2, mean: 25, low: 5, high: 80", false),
    ("dist: weibull, shape: 2, scale: 8, low: 1", false),
    ("dist: beta, alpha: 2, beta: 5", false),
    ("dist: triangular, low: 0, mode: 1, high: 4", false),
    ("dist: poisson, mean: 5, most: 10", true),
    ("dist: histogram, edges: [0, 1, 2, 5], weights: [3, 0, 6]", false),
    ("dist: quantiles, probabilities: [0, 0.5, 1], values: [0.2, 1.4, 6]", false),
    ("dist: choice, values: [1, 2, 7], weights: [4, 3, 1]", true),
    ("dist: mixture, parts: [{weight: 0.5, dist: constant, value: 1}, {weight: 0.5, dist: beta, alpha: 2, beta: 1}]", true),
];

#[test]
fn every_distribution_reads_back_as_it_was_written_and_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    for (text, discrete) in WRITTEN {
        let first = parse(&with_parameter(text), "t").expect(text);
        let yaml = first.to_yaml();
        let again = parse(&yaml, "t").expect(&yaml);
        assert_eq!(first, again, "{text}");
        assert_eq!(again.to_yaml(), yaml, "{text}");
        assert_eq!(first.parameters[1].distribution.is_discrete(), discrete, "{text}");
        for file in [with_parameter(text), yaml] {
            let json = super::schema::as_json(&file);
            let found: Vec<String> = validator.iter_errors(&json).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(found.is_empty(), "{text}: {found:#?}");
        }
    }
}

#[test]
fn counts_above_the_cap_count_as_the_cap() {
    let t = parse(&with_parameter("dist: poisson, mean: 5, most: 6"), "t").expect("no problem").compile();
    let n = 20_000;
    let drawn: Vec<f64> = (0..n).map(|k| t.draw(3, Sampling::Mc, k).params[1]).collect();
    assert!(drawn.iter().all(|x| (0.0..=6.0).contains(x) && x.fract() == 0.0));
    // 1 - P(X <= 5) = 0.3840 for a mean of 5; five standard errors are 0.017.
    let capped = drawn.iter().filter(|x| **x == 6.0).count() as f64 / n as f64;
    assert!((capped - 0.3840).abs() < 0.017, "{capped}");
}

/// Four parameters and correlations between them.
fn correlated(section: &str) -> String {
    let parameters = "  v_mps: {dist: uniform, low: 8, high: 12, source: A}\n  a: {dist: uniform, low: 0, high: 1, source: A}\n  \
        b: {dist: gamma, shape: 0.7, mean: 3, source: A}\n  c: {dist: beta, alpha: 2, beta: 5, source: A}\n  \
        n: {dist: poisson, mean: 3, source: A}";
    with("parameters", &format!("{parameters}\ncorrelations:\n{section}"))
}

const PAIRS: &str = "  - {of: [a, b], rho: 0.6, source: A}\n  - {of: [c, a], rho: -0.5, source: A}";

#[test]
fn each_misuse_of_a_correlation_has_its_code_and_line() {
    for (section, code, line, says) in [
        ("  - {of: [a, d], rho: 0.5, source: A}", Code::UnknownParameter, 1, "there is no parameter `d`"),
        ("  - {of: [a], rho: 0.5, source: A}", Code::LengthMismatch, 1, "1 parameters"),
        ("  - {of: [a, a], rho: 0.5, source: A}", Code::DuplicateEntry, 1, "`a` stands twice"),
        ("  - {of: [a, b], rho: 1, source: A}", Code::OutOfRange, 1, "`rho` is 1"),
        ("  - {of: [a, b], rho: -1.5, source: A}", Code::OutOfRange, 1, "`rho` is -1.5"),
        ("  - {of: [a, b], rho: 0.5}", Code::MissingField, 1, "`source` is missing"),
        ("  - {of: [a, n], rho: 0.5, source: A}", Code::DiscreteParameter, 1, "`n` takes single values"),
        (
            "  - {of: [a, b], rho: 0.5, source: A}\n  - {of: [b, a], rho: 0.4, source: A}",
            Code::DuplicateEntry,
            2,
            "`b` and `a` are correlated twice",
        ),
        (
            "  - {of: [a, b], rho: 0.9, source: A}\n  - {of: [b, c], rho: 0.9, source: A}",
            Code::NotPositiveDefinite,
            2,
            "correlations of `c` contradict",
        ),
        ("  of: [a, b]", Code::WrongType, 1, "`correlations` is a list"),
    ] {
        let found = errors(&correlated(section));
        assert!(!found.is_empty(), "{section}");
        assert_eq!(found[0].code, code, "{section}: {found:#?}");
        assert!(found[0].message.contains(says), "{section}: {}", found[0].message);
        // `parameters:` stands on line 5, five of them follow, then `correlations:`.
        assert_eq!(found[0].line, 11 + line, "{section}: {found:#?}");
    }
}

#[test]
fn correlations_read_back_as_they_were_written() {
    let first = parse(&correlated(PAIRS), "t").expect("no problem");
    let again = parse(&first.to_yaml(), "t").expect("no problem");
    assert_eq!(first, again);
    assert_eq!(first.correlations[1].of, ["c", "a"]);
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    for file in [correlated(PAIRS), first.to_yaml()] {
        assert!(validator.is_valid(&super::schema::as_json(&file)));
    }
    let too_strong = correlated(&PAIRS.replace("0.6", "1"));
    assert!(!validator.is_valid(&super::schema::as_json(&too_strong)));
}

fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(x, y)| f(x - mx, y - my)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

fn ranks(x: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|i, j| x[*i].total_cmp(&x[*j]));
    let mut out = vec![0.0; x.len()];
    for (rank, k) in order.into_iter().enumerate() {
        out[k] = rank as f64;
    }
    out
}

/// A parameter's standard normal coordinates, from its values alone: those of its ranks.
fn scores(x: &[f64]) -> Vec<f64> {
    let n = x.len() as f64;
    ranks(x).into_iter().map(|r| normal_quantile((r + 0.5) / n)).collect()
}

#[test]
fn correlations_are_recovered_from_draws() {
    let t = parse(&correlated(PAIRS), "t").expect("no problem").compile();
    let n = 40_000;
    let draws: Vec<Vec<f64>> = (0..n).map(|k| t.draw(5, Sampling::Mc, k).params).collect();
    let column = |k: usize| draws.iter().map(|p| p[k]).collect::<Vec<f64>>();
    // b and c: both given by their correlations with a, none of their own.
    for (i, j, rho) in [(1, 2, 0.6), (1, 3, -0.5), (2, 3, 0.0), (0, 1, 0.0), (0, 2, 0.0), (3, 4, 0.0)] {
        let (x, y) = (column(i), column(j));
        // Five standard errors of a correlation of n draws, (1 - rho^2) / sqrt(n), of the ranks by 1.06 more.
        let error = 5.0 * (1.0 - rho * rho) / (n as f64).sqrt();
        let normal = pearson(&scores(&x), &scores(&y));
        assert!((normal - rho).abs() < error, "{i} {j}: {normal}, not {rho}");
        let spearman = pearson(&ranks(&x), &ranks(&y));
        let expected = 6.0 / std::f64::consts::PI * (rho / 2.0).asin();
        assert!((spearman - expected).abs() < 1.06 * error, "{i} {j}: {spearman}, not {expected}");
    }
}

#[test]
fn a_correlation_changes_neither_the_point_nor_a_distribution_nor_another_parameter() {
    let with_pairs = parse(&correlated(PAIRS), "t").expect("no problem").compile();
    let without = Template { copula: Default::default(), ..with_pairs.clone() };
    for k in 0..500 {
        let (a, b) = (with_pairs.draw(5, Sampling::Mc, k), without.draw(5, Sampling::Mc, k));
        assert_eq!(a.point, b.point);
        // v, a (the first of its group) and n.
        assert_eq!((a.params[0], a.params[1], a.params[4]), (b.params[0], b.params[1], b.params[4]));
        assert_ne!((a.params[2], a.params[3]), (b.params[2], b.params[3]));
    }
    let mean = |t: &Template| (0..40_000).map(|k| t.draw(5, Sampling::Mc, k).params[2]).sum::<f64>() / 40_000.0;
    // Standard error: 3 / sqrt(0.7 * 40,000) = 0.018.
    assert!((mean(&with_pairs) - 3.0).abs() < 0.09 && (mean(&without) - 3.0).abs() < 0.09);
}

#[test]
fn a_scenario_holds_256_parameters() {
    let list = |n: usize| (1..n).map(|k| format!("  p{k}: {{dist: gamma, shape: 2, mean: 3, source: A}}\n")).collect::<String>();
    let text = |n: usize| {
        with(
            "parameters",
            &format!("  v_mps: {{dist: uniform, low: 8, high: 12, source: A}}\n{}", list(n).trim_end_matches('\n')),
        )
    };
    let t = parse(&text(256), "t").expect("no problem").compile();
    assert_eq!(t.draw(1, Sampling::Mc, 0).params.len(), 256);
    assert_eq!(errors(&text(257)).iter().map(|d| d.code).collect::<Vec<_>>(), [Code::TooMany]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

    /// Whatever stands in its fields, a distribution is refused or can be drawn; nothing panics, and no draw is not a number.
    #[test]
    fn extreme_numbers_are_refused_or_drawn(form in 0..FORMS.len(), picks in proptest::collection::vec(0..EXTREME.len(), 12)) {
        let (name, needs, may) = &FORMS[form];
        let mut next = picks.iter().map(|k| EXTREME[*k]).cycle();
        let mut text = format!("dist: {name}");
        for field in needs.iter().chain(*may) {
            let value = match *field {
                "parts" => format!("[{{weight: {}, dist: uniform, low: {}, high: {}}}]", pull(&mut next), pull(&mut next), pull(&mut next)),
                "weights" => format!("[{}, {}]", pull(&mut next), pull(&mut next)),
                "edges" => format!("[{}, {}, {}]", pull(&mut next), pull(&mut next), pull(&mut next)),
                "probabilities" => format!("[0, {}, 1]", pull(&mut next)),
                "values" if *name == "quantiles" => format!("[{}, {}, {}]", pull(&mut next), pull(&mut next), pull(&mut next)),
                "values" => format!("[{}, {}]", pull(&mut next), pull(&mut next)),
                _ => pull(&mut next).to_owned(),
            };
            text += &format!(", {field}: {value}");
        }
        if let Some(s) = check(&with_parameter(&text), "t").scenario {
            let t = s.compile();
            for z in [-9.5, -8.3, -3.0, -1e-9, 0.0, 0.7, 8.3, 9.5] {
                let x = t.params[1].dist.at(z);
                proptest::prop_assert!(!x.is_nan(), "{text} at {z}");
            }
        }
    }
}

const EXTREME: [&str; 16] = [
    "0",
    "1",
    "-1",
    "2",
    "0.1",
    "1000",
    "1e-5",
    "1e5",
    "5e-324",
    "1e-308",
    "1e308",
    "-1e308",
    "0.5",
    "inf",
    "-inf",
    "0.999999999999",
];

fn pull<'a>(numbers: &mut impl Iterator<Item = &'a str>) -> &'a str {
    numbers.next().expect("without end")
}

/// The parts of a mixture are taken in their order, so that a correlation of one that does not rise is one of the order alone.
#[test]
fn only_mixtures_whose_parts_follow_each_other_are_correlated() {
    let codes = |parts: &str, correlated: bool| {
        let text = with_parameter(&format!("dist: mixture, parts: [{parts}]"));
        let rho = if correlated { "correlations: [{of: [v_mps, x], rho: 0.8, source: A}]\n" } else { "" };
        errors(&format!("{text}\n{rho}")).into_iter().map(|d| d.code).collect::<Vec<_>>()
    };
    let uniform = |low: f64, high: f64| format!("{{weight: 0.5, dist: uniform, low: {low}, high: {high}}}");
    let both = |a: (f64, f64), b: (f64, f64)| format!("{}, {}", uniform(a.0, a.1), uniform(b.0, b.1));
    assert_eq!(codes(&both((1.0, 2.0), (2.0, 3.0)), true), []);
    for parts in [both((2.0, 3.0), (1.0, 2.0)), both((1.0, 2.1), (2.0, 3.0))] {
        assert_eq!((codes(&parts, false), codes(&parts, true)), (vec![], vec![Code::MixtureOrder]), "{parts}");
    }
    let normals = "{weight: 0.5, dist: normal, mean: 1, sd: 0.1}, {weight: 0.5, dist: normal, mean: 1.5, sd: 0.1}";
    assert_eq!(codes(normals, true), [Code::MixtureOrder]);
    let cut =
        "{weight: 0.8, dist: normal, mean: 1, sd: 0.3, low: 0, high: 2}, {weight: 0.2, dist: gamma, shape: 2, mean: 25, low: 2}";
    assert_eq!(codes(cut, true), []);
    let nested = format!("{{weight: 0.5, dist: mixture, parts: [{}]}}, {}", both((2.0, 3.0), (1.0, 2.0)), uniform(3.0, 4.0));
    assert_eq!(codes(&nested, true), [Code::MixtureOrder]);
}
