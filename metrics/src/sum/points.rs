//! A Latin hypercube of fixed points: in every coordinate the same normal scores, each once, in an order of its own.
//!
//! Fixed, so that equal counts give equal bits; stratified in every coordinate, so that a sum over coordinates has hardly any error of
//! its own. The orders are shuffles by SplitMix64 from the number of the coordinate.

use libm::erfc;

use crate::Alpha;
use crate::normal::upper_quantile;

/// Number of points.
pub const COUNT: usize = 1 << 14;

/// The points, coordinate by coordinate.
pub struct Points {
    scores: Vec<f64>,
    coordinates: u64,
}

/// A coordinate: what depends on one moves together.
#[derive(Clone, Copy)]
pub struct Coordinate(u64);

impl Points {
    /// Before the first coordinate.
    pub fn new() -> Self {
        let half: Vec<f64> = (0..COUNT / 2).map(|i| score((i as f64 + 0.5) / COUNT as f64)).collect();
        let scores = half.iter().copied().chain(half.iter().rev().map(|z| -z)).collect();
        Self { scores, coordinates: 0 }
    }

    /// The next coordinate.
    pub fn next(&mut self) -> Coordinate {
        self.coordinates += 1;
        Coordinate(self.coordinates - 1)
    }

    /// A function of a coordinate's normal score, at each point.
    pub fn at(&self, coordinate: Coordinate, of: impl Fn(f64) -> f64) -> Vec<f64> {
        let values: Vec<f64> = self.scores.iter().map(|z| of(*z)).collect();
        shuffled(coordinate.0).iter().map(|k| values[*k as usize]).collect()
    }

    /// The next coordinate of something that may be always zero, for which none is spent.
    pub fn next_of(&mut self, of: Option<impl Fn(f64) -> f64>) -> Vec<f64> {
        let Some(of) = of else { return vec![0.0; COUNT] };
        let coordinate = self.next();
        self.at(coordinate, of)
    }
}

/// The normal score that is exceeded with probability `1 - p`, for `p` below one half.
fn score(p: f64) -> f64 {
    Alpha::new(p).map_or(0.0, |tail| -upper_quantile(tail))
}

/// The probability above a normal score.
pub fn tail_above(z: f64) -> f64 {
    0.5 * erfc(z * core::f64::consts::FRAC_1_SQRT_2)
}

/// The numbers of the points in an order that follows from `seed` (Fisher and Yates).
fn shuffled(seed: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..COUNT as u32).collect();
    let mut state = seed.wrapping_mul(0xD1B5_4A32_D192_ED03);
    for last in (1..COUNT).rev() {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let below = (u128::from(mix(state)) * (last as u128 + 1)) >> 64;
        order.swap(last, below as usize);
    }
    order
}

/// The output function of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coordinate_has_the_moments_of_a_normal_variable_and_its_own_order() {
        let mut points = Points::new();
        let columns: Vec<Vec<f64>> = (0..40).map(|_| points.next_of(Some(|z| z))).collect();
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / COUNT as f64;
        for (a, column) in columns.iter().enumerate() {
            assert!(mean(&mut column.iter().copied()).abs() < 1e-12);
            assert!((mean(&mut column.iter().map(|z| z * z)) - 1.0).abs() < 1e-3);
            for other in &columns[..a] {
                let correlation = mean(&mut column.iter().zip(other).map(|(x, y)| x * y));
                // Of independent orders it has the standard deviation 1 / sqrt(COUNT) = 0.008.
                assert!(correlation.abs() < 0.035, "{correlation}");
            }
        }
    }

    #[test]
    fn tails_and_scores_fit() {
        for p in [0.3, 1e-3, 1e-6] {
            assert!((tail_above(-score(p)) / p - 1.0).abs() < 1e-9);
        }
    }
}
