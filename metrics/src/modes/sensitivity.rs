//! Which inputs make a mode, and which way.

use crate::holm;
use crate::rare::Points;
use core::f64::consts::FRAC_1_SQRT_2;
use libm::{erfc, exp, sqrt};

/// What chance may find among all inputs of a mode together.
const LEVEL: f64 = 0.05;

/// An input whose distribution in a mode is not the natural one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sensitivity {
    /// Which coordinate.
    pub coordinate: usize,
    /// Kolmogorov-Smirnov distance, from 0 to 1: the most by which the two distribution functions differ.
    pub index: f64,
    /// Where its values are in the mode.
    pub side: Side,
}

/// Where the values of an input are in a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Higher than usual.
    High,
    /// Lower than usual.
    Low,
    /// At both ends.
    Ends,
    /// About the middle.
    Middle,
}

/// The inputs that make a mode, by index.
pub(super) fn sensitivity(points: &Points, weights: &[f64], members: &[usize]) -> Vec<Sensitivity> {
    let (sum, squares) = members.iter().fold((0.0, 0.0), |(a, b), k| (a + weights[*k], b + weights[*k] * weights[*k]));
    let size = sum * sum / squares;
    let distances: Vec<Distance> = (0..points.dim())
        .map(|c| {
            let mut column: Vec<(f64, f64)> = members.iter().map(|k| (points.row(*k)[c], weights[*k] / sum)).collect();
            column.sort_by(|a, b| a.0.total_cmp(&b.0));
            Distance::of(&column)
        })
        .collect();
    let corrected = holm(&distances.iter().map(|d| p_value(d.largest(), size)).collect::<Vec<_>>());
    let mut found: Vec<Sensitivity> = distances
        .iter()
        .zip(corrected)
        .enumerate()
        .filter(|(_, (_, p))| *p <= LEVEL)
        .map(|(coordinate, (d, _))| Sensitivity { coordinate, index: d.largest(), side: d.side(size) })
        .collect();
    found.sort_by(|a, b| b.index.total_cmp(&a.index).then(a.coordinate.cmp(&b.coordinate)));
    found
}

/// How far a weighted sample is from the standard normal distribution.
#[derive(Clone, Copy, Debug, Default)]
struct Distance {
    /// Most by which the sample's distribution function is below the normal one, and where that is: values are higher.
    below: (f64, f64),
    /// Most by which it is above: values are lower.
    above: (f64, f64),
}

impl Distance {
    /// Of values, ascending, with weights that add up to 1.
    fn of(column: &[(f64, f64)]) -> Self {
        let (mut out, mut reached) = (Self::default(), 0.0);
        for (x, w) in column {
            let normal = 0.5 * erfc(-x * FRAC_1_SQRT_2);
            if normal - reached > out.below.0 {
                out.below = (normal - reached, *x);
            }
            reached += w;
            if reached - normal > out.above.0 {
                out.above = (reached - normal, *x);
            }
        }
        out
    }

    fn largest(&self) -> f64 {
        self.below.0.max(self.above.0).min(1.0)
    }

    /// Both differences beyond chance: at both ends where the excess of low values comes first, else about the middle.
    fn side(&self, size: f64) -> Side {
        let both = p_value(self.below.0.min(self.above.0), size) <= LEVEL;
        match both {
            true if self.above.1 < self.below.1 => Side::Ends,
            true => Side::Middle,
            false if self.below.0 > self.above.0 => Side::High,
            false => Side::Low,
        }
    }
}

/// The probability of so large a Kolmogorov-Smirnov distance, or a larger one, of as many draws: the limit law of Kolmogorov with the
/// correction of M. Stephens, "Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without extensive tables", J. R.
/// Stat. Soc. B 32 (1970), which is right to a few percent from 5 draws on.
fn p_value(distance: f64, size: f64) -> f64 {
    let root = sqrt(size);
    let t = (root + 0.12 + 0.11 / root) * distance;
    if t < 0.3 {
        return 1.0; // 1 - 9e-6, where the series takes long
    }
    let terms = (1..=100).map(|j| {
        let j = f64::from(j);
        let term = exp(-2.0 * j * j * t * t);
        if j % 2.0 == 1.0 { term } else { -term }
    });
    (2.0 * terms.sum::<f64>()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_are_those_of_kolmogorov() {
        // scipy.stats.kstwobign.sf((math.sqrt(100) + 0.12 + 0.011) * 0.15), and the exact scipy.stats.kstwo.sf(0.15, 100)
        assert!((p_value(0.15, 100.0) - LIMIT_LAW).abs() < 1e-12, "{}", p_value(0.15, 100.0));
        assert!((p_value(0.15, 100.0) / EXACT - 1.0).abs() < 0.03);
        // scipy.stats.kstwo.sf(0.6, 8)
        assert!((p_value(0.6, 8.0) / EXACT_OF_8 - 1.0).abs() < 0.2, "{}", p_value(0.6, 8.0));
        assert_eq!(p_value(0.01, 100.0), 1.0);
    }

    const LIMIT_LAW: f64 = 0.019_731_754_749_869_77;
    const EXACT: f64 = 0.019_839_242_125_643_017;
    const EXACT_OF_8: f64 = 0.002_778_486_523_437_502;

    fn side_of(values: &[f64]) -> (f64, Side) {
        let mut column: Vec<(f64, f64)> = values.iter().map(|x| (*x, 1.0 / values.len() as f64)).collect();
        column.sort_by(|a, b| a.0.total_cmp(&b.0));
        let d = Distance::of(&column);
        (d.largest(), d.side(values.len() as f64))
    }

    #[test]
    fn it_says_where_the_values_are() {
        let grid = |from: f64, to: f64| (0..100).map(move |k| from + (to - from) * f64::from(k) / 99.0);
        // By hand: all values are beyond 2, so that the distance is Φ(2) = scipy.stats.norm.cdf(2).
        let (index, side) = side_of(&grid(2.0, 3.0).collect::<Vec<_>>());
        assert!((index - 0.977_249_868_051_820_8).abs() < 1e-12 && side == Side::High, "{index}");
        assert_eq!(side_of(&grid(-3.0, -2.0).collect::<Vec<_>>()).1, Side::Low);
        assert_eq!(side_of(&grid(-3.0, -2.0).chain(grid(2.0, 3.0)).collect::<Vec<_>>()).1, Side::Ends);
        assert_eq!(side_of(&grid(-0.3, 0.3).collect::<Vec<_>>()).1, Side::Middle);
    }
}
