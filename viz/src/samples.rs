//! Drawn parameters against their distributions: a histogram with the density for each, and a cloud for each correlated pair.

use crate::canvas::{Axis, Canvas, GRID, INK, MUTED};
use nines_sim::{Dist, math};

/// A parameter, as it is shown.
#[derive(Debug)]
pub struct Drawn<'a> {
    /// Name with its unit last.
    pub name: &'a str,
    /// Its distribution.
    pub dist: &'a Dist,
    /// Values that were drawn.
    pub values: Vec<f64>,
}

const WIDTH: f64 = 1000.0;
const COLUMNS: usize = 3;
/// Outer size of a panel, and the room for its words.
const PANEL: (f64, f64) = (WIDTH / COLUMNS as f64, 170.0);
const INSET: (f64, f64) = (28.0, 30.0);
const BAR: &str = r##"fill="#b9cdea""##;
const CURVE: &str = r##"stroke="#1f4fa3" stroke-width="1.8" stroke-linejoin="round""##;

/// The picture of some draws. `pairs` are correlated parameters with the coefficient of their standard normal coordinates.
pub fn samples(title: &str, parameters: &[Drawn], pairs: &[(usize, usize, f64)]) -> String {
    let mut canvas = Canvas::new(WIDTH);
    canvas.text((16.0, 28.0), "start", 17.0, &format!(r#"fill="{INK}" font-weight="bold""#), title);
    let words = "bars: what was drawn; line: the density it was drawn from";
    canvas.text((16.0, 47.0), "start", 12.0, &format!(r#"fill="{MUTED}""#), words);
    let place = |k: usize| ((k % COLUMNS) as f64 * PANEL.0, 58.0 + (k / COLUMNS) as f64 * PANEL.1);
    for (k, parameter) in parameters.iter().enumerate() {
        histogram(&mut canvas, place(k), parameter);
    }
    let known = pairs.iter().filter_map(|(a, b, rho)| Some((parameters.get(*a)?, parameters.get(*b)?, *rho)));
    let known: Vec<_> = known.collect();
    // Pairs begin a row of their own.
    let first = parameters.len().div_ceil(COLUMNS) * COLUMNS;
    for (k, (a, b, rho)) in known.iter().enumerate() {
        cloud(&mut canvas, place(first + k), a, b, *rho);
    }
    let rows = parameters.len().div_ceil(COLUMNS) + known.len().div_ceil(COLUMNS);
    let description = format!("{} parameters, {} correlated pairs", parameters.len(), known.len());
    canvas.finish(58.0 + rows as f64 * PANEL.1 + 8.0, title, &description)
}

/// Where the inner part of a panel lies: left, right, top, bottom.
fn inner((x, y): (f64, f64)) -> [f64; 4] {
    [x + INSET.0, x + PANEL.0 - 14.0, y + INSET.1, y + PANEL.1 - 26.0]
}

fn heading(canvas: &mut Canvas, (x, y): (f64, f64), words: &str) {
    canvas.text((x + INSET.0 - 12.0, y + 20.0), "start", 12.5, &format!(r#"fill="{INK}""#), words);
}

fn axis(canvas: &mut Canvas, scale: &Axis, [left, right, _, bottom]: [f64; 4]) {
    canvas.line((left, bottom), (right, bottom), &format!(r#"stroke="{MUTED}""#));
    for (x, words) in scale.ticks(5) {
        let at = scale.at(x);
        canvas.line((at, bottom), (at, bottom + 4.0), &format!(r#"stroke="{MUTED}""#));
        canvas.text((at, bottom + 16.0), "middle", 11.0, &format!(r#"fill="{MUTED}""#), &words);
    }
}

/// Least and largest value to be shown: the inner 99.7% of the distribution, and all that was drawn.
fn extent(p: &Drawn) -> (f64, f64) {
    let ends = p.values.iter().copied().filter(|x| x.is_finite()).chain([p.dist.at(-3.0), p.dist.at(3.0)]);
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    if high - low > 1e-9 { (low, high) } else { (low - 0.5, high + 0.5) }
}

fn histogram(canvas: &mut Canvas, at: (f64, f64), p: &Drawn) {
    let own @ [left, right, top, bottom] = inner(at);
    let (low, high) = extent(p);
    let x = Axis::new((low, high), (left, right));
    let bins = ((p.values.len() as f64).sqrt() as usize).clamp(8, 40);
    let width = (high - low) / bins as f64;
    let mut counts = vec![0.0; bins];
    for value in &p.values {
        counts[(((value - low) / width) as usize).min(bins - 1)] += 1.0;
    }
    let drawn: Vec<f64> = counts.iter().map(|n| n / (p.values.len().max(1) as f64 * width)).collect();
    let curve = density(p.dist, low, high, 120);
    let most = drawn.iter().chain(curve.iter().map(|(_, f)| f)).copied().fold(1e-12, f64::max);
    let y = Axis::new((0.0, most), (bottom, top));
    for (k, f) in drawn.iter().enumerate().filter(|(_, f)| **f > 0.0) {
        let from = x.at(low + k as f64 * width);
        canvas.rect((from, y.at(*f)), (x.at(low + (k + 1) as f64 * width) - from - 1.0, bottom - y.at(*f)), BAR);
    }
    let line: Vec<_> = curve.iter().map(|(v, f)| (x.at(*v), y.at(*f))).collect();
    canvas.polyline(&line, CURVE);
    axis(canvas, &x, own);
    heading(canvas, at, p.name);
}

/// Density on cells of equal width, from the quantile function: what lies in a cell over its width.
fn density(dist: &Dist, low: f64, high: f64, cells: usize) -> Vec<(f64, f64)> {
    const NODES: usize = 4_000;
    let z = |k: usize| -4.5 + 9.0 * k as f64 / NODES as f64;
    let values: Vec<f64> = (0..=NODES).map(|k| dist.at(z(k))).collect();
    // Share of all draws up to a value, from the first node that lies behind it.
    let share = |x: f64, k: usize| match (k.checked_sub(1).and_then(|j| values.get(j)), values.get(k)) {
        (None, _) => 0.0,
        (_, None) => 1.0,
        (Some(a), Some(b)) => math::normal_cdf(z(k - 1) + (z(k) - z(k - 1)) * (x - a) / (b - a).max(1e-300)),
    };
    let upto = |x: f64| share(x, values.partition_point(|v| *v <= x));
    let width = (high - low) / cells as f64;
    let cell = |k: usize| {
        let from = low + k as f64 * width;
        // What sits on the edge of the first cell belongs to it.
        let before = if k == 0 { share(from, values.partition_point(|v| *v < from)) } else { upto(from) };
        (from + 0.5 * width, (upto(from + width) - before) / width)
    };
    (0..cells).map(cell).collect()
}

fn cloud(canvas: &mut Canvas, at: (f64, f64), a: &Drawn, b: &Drawn, rho: f64) {
    let own @ [left, right, top, bottom] = inner(at);
    let (x, y) = (Axis::new(extent(a), (left, right)), Axis::new(extent(b), (bottom, top)));
    for (value, words) in y.ticks(3) {
        canvas.line((left, y.at(value)), (right, y.at(value)), &format!(r#"stroke="{GRID}""#));
        canvas.text((left - 4.0, y.at(value) + 4.0), "end", 10.0, &format!(r#"fill="{MUTED}""#), &words);
    }
    canvas.group(r##"fill="#1f4fa3" fill-opacity="0.45""##, |canvas| {
        for (u, v) in a.values.iter().zip(&b.values).take(1_500) {
            canvas.disc((x.at(*u), y.at(*v)), 2.0, "");
        }
    });
    axis(canvas, &x, own);
    heading(canvas, at, &format!("{} over {}: rho {rho}", b.name, a.name));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(curve: &[(f64, f64)], x: f64) -> f64 {
        curve.iter().min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs())).unwrap().1
    }

    /// Against closed forms: 1 / width of a uniform, the bell of a normal, the rate of an exponential.
    #[test]
    fn densities_are_those_of_the_closed_forms() {
        let uniform = density(&Dist::Uniform { lo: 2.0, hi: 6.0 }, 2.0, 6.0, 100);
        assert!(uniform.iter().all(|(_, f)| (f - 0.25).abs() < 1e-3), "{uniform:?}");
        let normal = Dist::Normal { mean: 1.0, sd: 0.5, lo: f64::NEG_INFINITY, hi: f64::INFINITY };
        let bell = density(&normal, -1.0, 3.0, 200);
        for x in [0.0, 0.6, 1.0, 1.9] {
            let z: f64 = (x - 1.0) / 0.5;
            let exact = libm::exp(-0.5 * z * z) / (0.5 * (2.0 * std::f64::consts::PI).sqrt());
            assert!((at(&bell, x) - exact).abs() < 0.02, "{x}: {} {exact}", at(&bell, x));
        }
        let falling = density(&Dist::Exponential { mean: 2.0 }, 0.0, 10.0, 200);
        assert!((at(&falling, 2.0) - 0.5 * libm::exp(-1.0)).abs() < 0.01);
        // Cut at both ends, so that the picture does not begin where the distribution does.
        let inner = density(&Dist::Uniform { lo: 0.0, hi: 10.0 }, 2.0, 6.0, 40);
        assert!(inner.iter().all(|(_, f)| (f - 0.1).abs() < 1e-3), "{inner:?}");
        let mass: f64 = falling.iter().map(|(_, f)| f * 0.05).sum();
        assert!((mass - (1.0 - libm::exp(-5.0))).abs() < 1e-3, "{mass}");
    }

    #[test]
    fn a_constant_has_a_picture_too() {
        let dist = Dist::Constant(3.0);
        let svg = samples("t", &[Drawn { name: "v_mps", dist: &dist, values: vec![3.0; 5] }], &[]);
        assert!(svg.contains("v_mps") && !svg.contains("NaN"), "{svg}");
    }
}
