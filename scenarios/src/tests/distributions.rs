//! Distributions against closed forms and against SciPy.

use crate::{Code, Distribution, check};
use nines_sim::math::{normal_cdf, normal_quantile};

/// Mean and variance by the midpoint rule over 200,000 quantiles.
fn moments(d: &Distribution) -> (f64, f64) {
    let (dist, n) = (d.compile(), 200_000);
    let xs: Vec<f64> = (0..n).map(|k| dist.at(normal_quantile((k as f64 + 0.5) / n as f64))).collect();
    let mean = xs.iter().sum::<f64>() / n as f64;
    (mean, xs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64)
}

fn close(d: &Distribution, mean: f64, variance: f64) {
    let (m, v) = moments(d);
    assert!((m - mean).abs() < 2e-4 * (1.0 + mean.abs()), "{d:?}: mean {m}, not {mean}");
    assert!((v - variance).abs() < 3e-3 * (1.0 + variance), "{d:?}: variance {v}, not {variance}");
}

fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

#[test]
fn means_and_variances_are_those_of_the_closed_forms() {
    let inf = f64::INFINITY;
    close(&Distribution::Constant { value: 3.0 }, 3.0, 0.0);
    close(&Distribution::Uniform { low: -1.0, high: 3.0 }, 1.0, 16.0 / 12.0);
    close(&Distribution::Normal { mean: 2.0, sd: 0.5, low: -inf, high: inf }, 2.0, 0.25);
    close(&Distribution::Exponential { mean: 2.0 }, 2.0, 4.0);
    close(&Distribution::Gamma { shape: 2.0, mean: 25.0 }, 25.0, 312.5);
    close(&Distribution::Gamma { shape: 3.0, mean: 1.2 }, 1.2, 0.48);
    let s2: f64 = 0.25 * 0.25;
    let lognormal = Distribution::LogNormal { median: 4.0, sigma: 0.25, low: 0.0, high: inf };
    close(&lognormal, 4.0 * (s2 / 2.0).exp(), 16.0 * (s2.exp() - 1.0) * s2.exp());
    // A normal cut to a..b: mean m + s (f(a) - f(b)) / Z.
    let (mean, sd, low, high) = (3.0, 0.7, 1.4, 5.0);
    let (a, b) = ((low - mean) / sd, (high - mean) / sd);
    let z = normal_cdf(b) - normal_cdf(a);
    let shift = (density(a) - density(b)) / z;
    let variance = sd * sd * (1.0 + (a * density(a) - b * density(b)) / z - shift * shift);
    close(&Distribution::Normal { mean, sd, low, high }, mean + sd * shift, variance);
    // A lognormal cut to a..b: mean exp(mu + s^2/2) (Phi(b - s) - Phi(a - s)) / Z, and likewise for the second moment.
    let (median, sigma, low, high) = (1.2_f64, 0.6, 0.4, 8.0);
    let (a, b) = ((low / median).ln() / sigma, (high / median).ln() / sigma);
    let z = normal_cdf(b) - normal_cdf(a);
    let moment = |k: f64| {
        median.powf(k) * (0.5 * k * k * sigma * sigma).exp() * (normal_cdf(b - k * sigma) - normal_cdf(a - k * sigma)) / z
    };
    close(&Distribution::LogNormal { median, sigma, low, high }, moment(1.0), moment(2.0) - moment(1.0) * moment(1.0));
    let uniform = |low, high| Distribution::Uniform { low, high };
    let parts = vec![(0.90, uniform(2.0, 4.0)), (0.09, uniform(4.0, 6.0)), (0.01, uniform(6.0, 9.0))];
    let mean = 0.90 * 3.0 + 0.09 * 5.0 + 0.01 * 7.5;
    let second = 0.90 * (9.0 + 4.0 / 12.0) + 0.09 * (25.0 + 4.0 / 12.0) + 0.01 * (56.25 + 9.0 / 12.0);
    close(&Distribution::Mixture { parts }, mean, second - mean * mean);
}

/// Quantiles computed with SciPy 1.14: `scipy.stats.gamma(shape, scale=mean/shape).ppf(norm.cdf(z))` and the like (`isf` for z > 0).
#[test]
fn quantiles_are_those_of_scipy() {
    for (d, z, x) in scipy() {
        let got = d.compile().at(z);
        assert!((got - x).abs() < 1e-9 * (1.0 + x.abs()), "{d:?} at {z}: {got}, not {x}");
    }
}

/// The gamma table between its nodes, against the regularised incomplete gamma function of `statrs`.
#[test]
fn the_gamma_table_is_exact_to_1e9_of_the_mean() {
    for (shape, mean) in [(0.5, 1.0), (1.0, 2.0), (2.0, 25.0), (3.0, 1.2), (40.0, 7.0), (900.0, 1.0)] {
        let dist = Distribution::Gamma { shape, mean }.compile();
        for k in -600..600 {
            let z = k as f64 * 0.01 + 0.0037;
            let x = dist.at(z);
            let scaled = x * shape / mean;
            // Error in x by the error in probability over the density.
            let (p, q) = (statrs::function::gamma::gamma_lr(shape, scaled), statrs::function::gamma::gamma_ur(shape, scaled));
            let gap = if z < 0.0 { p - normal_cdf(z) } else { normal_cdf(-z) - q };
            let density = ((shape - 1.0) * scaled.ln() - scaled - statrs::function::gamma::ln_gamma(shape)).exp() * shape / mean;
            assert!((gap / density).abs() < 1e-9 * mean, "{shape} {z}: {x} is off by {}", gap / density);
        }
    }
}

/// An exponential is a gamma of shape 1.
#[test]
fn a_gamma_of_shape_1_is_exponential() {
    let (a, b) = (Distribution::Gamma { shape: 1.0, mean: 2.0 }.compile(), Distribution::Exponential { mean: 2.0 }.compile());
    for k in -70..70 {
        let z = k as f64 * 0.1 + 0.03;
        assert!((a.at(z) - b.at(z)).abs() < 1e-9, "{z}: {} {}", a.at(z), b.at(z));
    }
}

#[test]
fn bounds_far_from_the_centre_are_refused() {
    let text = super::diagnostics::with("parameters", "  v_mps: {dist: normal, mean: 0, sd: 1, low: 9, high: 10, source: A}");
    assert!(check(&text, "t").diagnostics.iter().any(|d| d.code == Code::OutOfRange), "{text}");
}

/// Distribution, coordinate, SciPy's quantile.
fn scipy() -> Vec<(Distribution, f64, f64)> {
    vec![
        (Distribution::Gamma { shape: 2.0, mean: 25.0 }, -6.0, 0.0005552636936305471),
        (Distribution::Gamma { shape: 2.0, mean: 25.0 }, -3.0, 0.6610190415460362),
        (Distribution::Gamma { shape: 2.0, mean: 25.0 }, -1.5, 5.241556665351561),
        (Distribution::Gamma { shape: 2.0, mean: 25.0 }, 0.0, 20.979337375208264),
        (Distribution::Gamma { shape: 2.0, mean: 25.0 }, 0.7, 34.21678225508168),
        (Distribution::Gamma { shape: 2.0, mean: 25.0 }, 2.2, 78.220980654218),
        (Distribution::Gamma { shape: 2.0, mean: 25.0 }, 5.0, 225.12451908298044),
        (Distribution::Gamma { shape: 3.0, mean: 1.2 }, -6.0, 0.0007239114585090801),
        (Distribution::Gamma { shape: 3.0, mean: 1.2 }, -3.0, 0.08467146201678957),
        (Distribution::Gamma { shape: 3.0, mean: 1.2 }, -1.5, 0.3694602750613443),
        (Distribution::Gamma { shape: 3.0, mean: 1.2 }, 0.0, 1.0696241254894236),
        (Distribution::Gamma { shape: 3.0, mean: 1.2 }, 0.7, 1.589530268658836),
        (Distribution::Gamma { shape: 3.0, mean: 1.2 }, 2.2, 3.19445896705286),
        (Distribution::Gamma { shape: 3.0, mean: 1.2 }, 5.0, 8.204461226505627),
        (Distribution::Gamma { shape: 0.5, mean: 1.0 }, -3.0, 2.86234658976321e-06),
        (Distribution::Gamma { shape: 0.5, mean: 1.0 }, -1.0, 0.04006950463364094),
        (Distribution::Gamma { shape: 0.5, mean: 1.0 }, 0.0, 0.454936423119572),
        (Distribution::Gamma { shape: 0.5, mean: 1.0 }, 1.0, 1.9869967133159196),
        (Distribution::Gamma { shape: 0.5, mean: 1.0 }, 4.0, 17.314788817365592),
        (Distribution::Normal { mean: 3.0, sd: 0.7, low: 1.4, high: 5.0 }, -3.0, 1.4303135953845727),
        (Distribution::Normal { mean: 3.0, sd: 0.7, low: 1.4, high: 5.0 }, -1.0, 2.325652154606711),
        (Distribution::Normal { mean: 3.0, sd: 0.7, low: 1.4, high: 5.0 }, 0.0, 3.0078943992372937),
        (Distribution::Normal { mean: 3.0, sd: 0.7, low: 1.4, high: 5.0 }, 1.0, 3.6999087097941405),
        (Distribution::Normal { mean: 3.0, sd: 0.7, low: 1.4, high: 5.0 }, 3.0, 4.889840567742316),
        (Distribution::LogNormal { median: 4.0, sigma: 0.25, low: 0.0, high: f64::INFINITY }, -3.0, 1.8894662109640585),
        (Distribution::LogNormal { median: 4.0, sigma: 0.25, low: 0.0, high: f64::INFINITY }, -1.0, 3.1152031322856195),
        (Distribution::LogNormal { median: 4.0, sigma: 0.25, low: 0.0, high: f64::INFINITY }, 0.0, 4.0),
        (Distribution::LogNormal { median: 4.0, sigma: 0.25, low: 0.0, high: f64::INFINITY }, 1.0, 5.136101666750966),
        (Distribution::LogNormal { median: 4.0, sigma: 0.25, low: 0.0, high: f64::INFINITY }, 3.0, 8.4680000664507),
        (Distribution::Exponential { mean: 2.0 }, -3.0, 0.002701619929496385),
        (Distribution::Exponential { mean: 2.0 }, -1.0, 0.3455075580468998),
        (Distribution::Exponential { mean: 2.0 }, 0.0, 1.3862943611198906),
        (Distribution::Exponential { mean: 2.0 }, 1.0, 3.6820432900185267),
        (Distribution::Exponential { mean: 2.0 }, 3.0, 13.2154524430207),
        (Distribution::Exponential { mean: 2.0 }, 6.0, 41.47353789994942),
        (Distribution::Uniform { low: 8.3, high: 13.9 }, -3.0, 8.307559428977129),
        (Distribution::Uniform { low: 8.3, high: 13.9 }, -1.0, 9.18846942201616),
        (Distribution::Uniform { low: 8.3, high: 13.9 }, 0.0, 11.100000000000001),
        (Distribution::Uniform { low: 8.3, high: 13.9 }, 1.0, 13.01153057798384),
        (Distribution::Uniform { low: 8.3, high: 13.9 }, 3.0, 13.892440571022872),
    ]
}
