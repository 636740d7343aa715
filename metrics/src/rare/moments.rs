//! Directions in which points spread out less or more than in others.

use super::linear::{add_scaled, dot, square};

/// Second moments of points in all directions.
pub(crate) struct Moments {
    dim: usize,
    values: Vec<f64>,
}

/// Steps of the power iteration: its errors are small beside those of the moments.
const STEPS: usize = 60;
/// Most directions of each kind that are looked for.
const MOST: usize = 2;
/// How far outside the edges of noise a variance has to lie.
const OUTSIDE: f64 = 1.3;

impl Moments {
    /// From a symmetric matrix, row by row.
    pub fn new(dim: usize, values: Vec<f64>) -> Self {
        Self { dim, values }
    }

    /// These orthonormal directions and those across them that strike: in which the moment is below `low` or above `high` times its mean.
    pub fn striking(&self, mut rows: Vec<Vec<f64>>, low: f64, high: f64) -> Vec<Vec<f64>> {
        let across: f64 =
            (0..self.dim).map(|i| self.values[i * self.dim + i]).sum::<f64>() - rows.iter().map(|r| self.of(r)).sum::<f64>();
        for _ in 0..MOST {
            if self.dim < rows.len() + 3 {
                break;
            }
            let mean = across / (self.dim - rows.len()) as f64;
            let (widest, most) = self.extreme(&rows, 0.0);
            let (narrowest, least) = self.extreme(&rows, 1.05 * most);
            if least < low * mean / OUTSIDE {
                rows.push(narrowest);
            } else if most > high * mean * OUTSIDE {
                rows.push(widest);
            } else {
                break;
            }
        }
        rows
    }

    /// The direction across others of the largest moment, or where `from` is above that the one of the least, and its moment.
    fn extreme(&self, others: &[Vec<f64>], from: f64) -> (Vec<f64>, f64) {
        // Any beginning that is at right angles to nothing in particular.
        let mut v: Vec<f64> = (0..self.dim).map(|i| 1.0 + 0.5 * libm::sin(1.7 * i as f64 + 0.3)).collect();
        for _ in 0..STEPS {
            across(&mut v, others);
            let mut next = self.times(&v);
            if from > 0.0 {
                next.iter_mut().zip(&v).for_each(|(n, v)| *n = from * v - *n);
            }
            v = next;
        }
        across(&mut v, others);
        let moment = self.of(&v);
        (v, moment)
    }

    fn times(&self, v: &[f64]) -> Vec<f64> {
        self.values.chunks_exact(self.dim).map(|row| dot(row, v)).collect()
    }

    /// The moment in a direction.
    fn of(&self, v: &[f64]) -> f64 {
        dot(&self.times(v), v)
    }
}

/// What is left of a vector across orthonormal others, with length 1.
fn across(v: &mut [f64], others: &[Vec<f64>]) {
    for other in others {
        let along = dot(v, other);
        add_scaled(v, -along, other);
    }
    let length = square(v).sqrt();
    if length > 0.0 {
        v.iter_mut().for_each(|x| *x /= length);
    }
}
