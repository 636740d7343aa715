//! How the margin slopes: by regression on the points near the limit state, which tell of it whether they failed or not.

use super::gaussian::{Gaussian, Span};
use super::linear::{Lower, add_scaled, dot, square};
use super::points::Points;

/// Points near the limit state, and how near.
#[derive(Clone, Debug)]
pub(crate) struct Slope {
    pub points: Points,
    margins: Vec<f64>,
    nearness: Vec<f64>,
}

/// A component where a margin that falls evenly reaches 0, and how well the margins of other points agree with that: the share of
/// their variance that is explained when each is left out in turn (PRESS, Allen 1974).
pub(crate) fn straight(points: &Points, margins: &[f64]) -> Option<(f64, Gaussian)> {
    let (n, d) = (points.len(), points.dim());
    if n < d + 20 || margins.iter().any(|g| !g.is_finite()) {
        return None;
    }
    let width = d + 1;
    let mut a = vec![0.0; width * width];
    let mut b = vec![0.0; width];
    let row = |x: &[f64]| x.iter().copied().chain([1.0]).collect::<Vec<f64>>();
    for (x, g) in points.rows().zip(margins) {
        let z = row(x);
        add_scaled(&mut b, *g, &z);
        for i in 0..width {
            add_scaled(&mut a[i * width..=i * width + i], z[i], &z[..=i]);
        }
    }
    for i in 0..width {
        a[i * width + i] += 1e-9 * n as f64;
    }
    let factor = Lower::cholesky(width, &a)?;
    factor.solve(&mut b);
    factor.solve_transposed(&mut b);
    let mean = margins.iter().sum::<f64>() / n as f64;
    let (mut residual, mut all) = (0.0, 0.0);
    for (x, g) in points.rows().zip(margins) {
        let mut z = row(x);
        let error = g - dot(&z, &b);
        factor.solve(&mut z);
        let left_out = error / (1.0 - square(&z)).max(1e-9);
        residual += left_out * left_out;
        all += (g - mean) * (g - mean);
    }
    let explained = 1.0 - residual / all;
    let slope = square(&b[..d]).sqrt();
    if !(slope > 0.0 && explained.is_finite()) {
        return None;
    }
    let beta = b[d] / slope;
    if beta.is_nan() || beta < 0.5 {
        return None;
    }
    let along: Vec<f64> = b[..d].iter().map(|x| -x / slope).collect();
    // Mean and deviation beyond beta of a standard normal variable: about 1 / beta each.
    let (middle, deviation) = (beta + 1.0 / (beta + 0.5), 1.0 / (beta + 0.5));
    let factor = Lower::cholesky(1, &[2.0 * deviation * deviation])?;
    let mean = along.iter().map(|x| x * middle).collect();
    Some((explained, Gaussian::new(mean, Span::Few(vec![along]), factor, 1.0)))
}

impl Slope {
    pub fn new(points: &Points, margins: &[f64], weights: &[f64], kept: &[usize]) -> Self {
        let finite: Vec<usize> = (0..margins.len()).filter(|k| margins[*k].is_finite()).collect();
        // The middle distance from the limit state of those with weight.
        let mut away: Vec<(f64, f64)> = kept.iter().zip(weights).map(|(k, w)| (margins[*k].abs(), *w)).collect();
        away.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = 0.0;
        let middle = away.iter().find(|(_, w)| {
            sum += w;
            sum >= 0.5
        });
        let scale = middle.map_or(1.0, |(g, _)| *g).max(1e-300);
        let margins: Vec<f64> = finite.iter().map(|k| margins[*k]).collect();
        let nearness = margins.iter().map(|g| 1.0 / (1.0 + (g / scale) * (g / scale))).collect();
        Self { points: points.select(finite), margins, nearness }
    }

    pub fn half(&self, which: usize) -> Self {
        let places: Vec<usize> = (0..self.margins.len()).filter(|k| k % 2 == which).collect();
        let take = |v: &[f64]| places.iter().map(|k| v[*k]).collect();
        Self { points: self.points.select(places.iter().copied()), margins: take(&self.margins), nearness: take(&self.nearness) }
    }

    /// Direction in which the margin falls, by weighted least squares with a small ridge.
    pub fn fit(&self, member: &[f64]) -> Option<Vec<f64>> {
        let d = self.points.dim();
        let weights: Vec<f64> = member.iter().zip(&self.nearness).map(|(m, n)| m * n).collect();
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return None;
        }
        let mut centre = vec![0.0; d];
        let mut mean = 0.0;
        for ((x, g), w) in self.points.rows().zip(&self.margins).zip(&weights) {
            add_scaled(&mut centre, w / total, x);
            mean += w / total * g;
        }
        let mut a = vec![0.0; d * d];
        let mut b = vec![0.0; d];
        let mut z = vec![0.0; d];
        for ((x, g), w) in self.points.rows().zip(&self.margins).zip(&weights) {
            if *w < 1e-4 * total / weights.len() as f64 {
                continue;
            }
            for i in 0..d {
                z[i] = x[i] - centre[i];
            }
            add_scaled(&mut b, w * (g - mean), &z);
            for i in 0..d {
                add_scaled(&mut a[i * d..=i * d + i], w * z[i], &z[..=i]);
            }
        }
        for i in 0..d {
            a[i * d + i] += 1e-3 * total;
        }
        let factor = Lower::cholesky(d, &a)?;
        factor.solve(&mut b);
        factor.solve_transposed(&mut b);
        let length = square(&b).sqrt();
        (length > 0.0).then(|| b.iter().map(|x| -x / length).collect())
    }
}
