//! The directions in which failures are not spread as all points are.

use crate::rare::Points;
use libm::{pow, sqrt};

/// What a Tracy-Widom variable (of real matrices) exceeds with probability 0.001: Johnstone (2001), table 1 continued by its density.
const TRACY_WIDOM: f64 = 3.272_4;
/// Sweeps of Jacobi's method; a handful is enough.
const SWEEPS: usize = 60;

/// Some directions, each with the centre and the spread of the failures along it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subspace {
    directions: Vec<(Vec<f64>, f64, f64)>,
}

impl Subspace {
    pub fn dim(&self) -> usize {
        self.directions.len()
    }

    /// Coordinates of some points within it, centred and of unit spread.
    pub fn project(&self, points: &Points, places: &[usize]) -> Points {
        let mut out = Points::zeros(self.dim(), places.len());
        for (to, &k) in places.iter().enumerate() {
            for (x, (direction, mean, spread)) in out.row_mut(to).iter_mut().zip(&self.directions) {
                *x = (dot(direction, points.row(k)) - mean) / spread;
            }
        }
        out
    }
}

/// The eigenvectors of the second moment E[x xᵀ | failure] whose eigenvalues as many draws of nature do not give: it is the identity
/// there, and the mean of failures enters it as their spread does.
///
/// I. Johnstone, "On the distribution of the largest eigenvalue in principal components analysis", Annals of Statistics 29 (2001).
pub(super) fn informed(points: &Points, places: &[usize], weights: &[f64]) -> Subspace {
    let d = points.dim();
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(a, b), w| (a + w, b + w * w));
    let size = sum * sum / squares;
    let mut moment = vec![0.0; d * d];
    for (&k, w) in places.iter().zip(weights) {
        let row = points.row(k);
        for i in 0..d {
            let scaled = w / sum * row[i];
            for j in 0..=i {
                moment[i * d + j] += scaled * row[j];
            }
        }
    }
    for i in 0..d {
        for j in 0..i {
            moment[j * d + i] = moment[i * d + j];
        }
    }
    let (least, most) = edges(size, d as f64);
    let chosen = eigen(d, moment).into_iter().filter(|(value, _)| *value > most || *value < least);
    let directions = chosen.filter_map(|(_, direction)| {
        let along: Vec<f64> = places.iter().map(|k| dot(&direction, points.row(*k))).collect();
        let mean = along.iter().zip(weights).map(|(x, w)| w / sum * x).sum::<f64>();
        let spread = sqrt(along.iter().zip(weights).map(|(x, w)| w / sum * (x - mean) * (x - mean)).sum::<f64>());
        (spread > 0.0).then_some((direction, mean, spread))
    });
    Subspace { directions: directions.collect() }
}

/// Eigenvalues between them are of chance: those of the second moment of `n` standard normal points in `d` dimensions.
fn edges(n: f64, d: f64) -> (f64, f64) {
    let (rn, rd) = (sqrt((n - 1.0).max(1.0)), sqrt(d));
    let width = |sign: f64| (rn + sign * rd).abs() * pow((1.0 / rn + sign / rd).abs(), 1.0 / 3.0) / n;
    let most = (rn + rd) * (rn + rd) / n + TRACY_WIDOM * width(1.0);
    // The lower edge has a law of its own size only with many more points than dimensions.
    let least = if n > 4.0 * d { (rn - rd) * (rn - rd) / n - TRACY_WIDOM * width(-1.0) } else { 0.0 };
    (least, most)
}

/// Eigenvalues and unit eigenvectors of a symmetric matrix, in no order: Jacobi's method by rows (Golub, Van Loan, *Matrix
/// Computations*, 8.5), in one fixed order of operations.
fn eigen(d: usize, mut a: Vec<f64>) -> Vec<(f64, Vec<f64>)> {
    let mut vectors: Vec<Vec<f64>> = (0..d).map(|i| (0..d).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    let scale: f64 = a.iter().map(|x| x * x).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..d).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * d + j] * a[i * d + j]).sum();
        if off <= 1e-24 * scale {
            break;
        }
        for p in 0..d {
            for q in p + 1..d {
                rotate(d, &mut a, &mut vectors, p, q);
            }
        }
    }
    vectors.into_iter().enumerate().map(|(i, vector)| (a[i * d + i], vector)).collect()
}

/// Turns the plane of two coordinates so that their entry vanishes.
fn rotate(d: usize, a: &mut [f64], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let apq = a[p * d + q];
    if apq == 0.0 {
        return;
    }
    let theta = (a[q * d + q] - a[p * d + p]) / (2.0 * apq);
    let sign = if theta < 0.0 { -1.0 } else { 1.0 };
    let t = sign / (theta.abs() + sqrt(theta * theta + 1.0));
    let c = 1.0 / sqrt(t * t + 1.0);
    let s = t * c;
    for k in 0..d {
        let (x, y) = (a[k * d + p], a[k * d + q]);
        a[k * d + p] = c * x - s * y;
        a[k * d + q] = s * x + c * y;
    }
    for k in 0..d {
        let (x, y) = (a[p * d + k], a[q * d + k]);
        a[p * d + k] = c * x - s * y;
        a[q * d + k] = s * x + c * y;
    }
    let (before, from_q) = vectors.split_at_mut(q);
    for (x, y) in before[p].iter_mut().zip(&mut from_q[0]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_are_those_of_another_program() {
        // numpy.linalg.eigvalsh([[4, 1, 0.5], [1, 3, -1], [0.5, -1, 2]])
        let mut values: Vec<f64> =
            eigen(3, vec![4.0, 1.0, 0.5, 1.0, 3.0, -1.0, 0.5, -1.0, 2.0]).into_iter().map(|(v, _)| v).collect();
        values.sort_by(f64::total_cmp);
        for (value, wanted) in values.iter().zip(EIGENVALUES) {
            assert!((value - wanted).abs() < 1e-12, "{values:?}");
        }
    }

    const EIGENVALUES: [f64; 3] = [1.059_550_439_799_312_7, 3.317_544_438_556_552, 4.622_905_121_644_136];
}
