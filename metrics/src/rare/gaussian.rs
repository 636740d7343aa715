//! A Gaussian that is narrow in few directions and round in all others, so that it has few parameters in many dimensions.

use crate::beta::LN_SQRT_2PI;

use super::linear::{Lower, add_scaled, dot, square};

/// ln of the standard normal density.
pub(crate) fn ln_standard(x: &[f64]) -> f64 {
    -0.5 * square(x) - x.len() as f64 * LN_SQRT_2PI
}

/// Directions in which a Gaussian has a covariance of its own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Span {
    /// All coordinates.
    All,
    /// These directions, orthonormal.
    Few(Vec<Vec<f64>>),
}

/// A normal distribution: covariance L Lᵀ within the span, `round`² times the identity outside it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gaussian {
    mean: Vec<f64>,
    span: Span,
    factor: Lower,
    round: f64,
    ln_norm: f64,
}

impl Gaussian {
    /// From its parts; `factor` has as many rows as the span has directions.
    pub fn new(mean: Vec<f64>, span: Span, factor: Lower, round: f64) -> Self {
        let d = mean.len();
        let k = if let Span::Few(rows) = &span { rows.len() } else { d };
        let ln_norm = -(d as f64) * LN_SQRT_2PI - factor.ln_det() - (d - k) as f64 * libm::log(round);
        Self { mean, span, factor, round, ln_norm }
    }

    /// `scale` times a standard normal point.
    pub fn round(dim: usize, scale: f64) -> Self {
        let none = Lower::cholesky(0, &[]).expect("a matrix without entries is positive definite");
        Self::new(vec![0.0; dim], Span::Few(Vec::new()), none, scale)
    }

    /// The same with all deviations `by` times as large within the span.
    pub fn widened(&self, by: f64) -> Self {
        let mut out = self.clone();
        out.factor = self.factor.scaled(by);
        out.ln_norm -= self.directions() as f64 * libm::log(by);
        if matches!(self.span, Span::All) {
            out.round *= by;
        }
        out
    }

    /// The same with its mean at this share of the way from the origin.
    pub fn nearer(&self, share: f64) -> Self {
        let mut out = self.clone();
        out.mean.iter_mut().for_each(|m| *m *= share);
        out
    }

    /// The least that the density is over the standard normal one: above 0 for one that is round about the origin, and as wide.
    pub fn plain_share(&self) -> f64 {
        let round = self.directions() == 0 && self.round >= 1.0 && self.mean.iter().all(|m| *m == 0.0);
        if round { libm::exp(-(self.mean.len() as f64) * libm::log(self.round)) } else { 0.0 }
    }

    /// How many directions the span has.
    fn directions(&self) -> usize {
        if let Span::Few(rows) = &self.span { rows.len() } else { self.mean.len() }
    }

    /// Centre.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Directions that have a covariance of their own; none where all do.
    pub fn few(&self) -> &[Vec<f64>] {
        if let Span::Few(rows) = &self.span { rows } else { &[] }
    }

    /// Deviation of a standard normal vector from the mean, in place of `z`.
    pub fn place(&self, z: &mut [f64], work: &mut Vec<f64>) {
        match &self.span {
            Span::All => {
                work.clear();
                work.extend_from_slice(z);
                self.factor.times(work, z);
                add_scaled(z, 1.0, &self.mean);
            }
            Span::Few(rows) => {
                // The part within the span is taken out, shaped, and put back.
                let k = rows.len();
                work.clear();
                work.extend(rows.iter().map(|r| dot(r, z)));
                for (row, y) in rows.iter().zip(&work[..k]) {
                    add_scaled(z, -y, row);
                }
                z.iter_mut().for_each(|x| *x *= self.round);
                work.resize(2 * k, 0.0);
                let (y, shaped) = work.split_at_mut(k);
                self.factor.times(y, shaped);
                for (row, y) in rows.iter().zip(shaped.iter()) {
                    add_scaled(z, *y, row);
                }
                add_scaled(z, 1.0, &self.mean);
            }
        }
    }

    /// ln of the density.
    pub fn ln_density(&self, x: &[f64], work: &mut Vec<f64>) -> f64 {
        work.clear();
        work.extend(x.iter().zip(&self.mean).map(|(x, m)| x - m));
        match &self.span {
            Span::All => {
                self.factor.solve(work);
                self.ln_norm - 0.5 * square(work)
            }
            Span::Few(rows) => {
                let all = square(work);
                let d = work.len();
                for row in rows {
                    let y = dot(row, &work[..d]);
                    work.push(y);
                }
                let within = square(&work[d..]);
                let outside = (all - within).max(0.0) / (self.round * self.round);
                self.factor.solve(&mut work[d..]);
                self.ln_norm - 0.5 * (square(&work[d..]) + outside)
            }
        }
    }
}
