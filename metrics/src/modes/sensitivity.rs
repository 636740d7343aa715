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
    /// Total variation, from 0 to 1: half the integral of |density in the mode - natural density|. With P the probability of the mode,
    /// Borgonovo's index of "it is this mode" is 2 P times this. It is taken from distribution functions, and a lower bound where the
    /// densities cross more than twice.
    pub total_variation: f64,
    /// What the natural density, over the values of the mode, is exceeded by in the mean: E[density in the mode / natural density | mode] - 1.
    pub excess: f64,
    /// Where its values are in the mode.
    pub side: Side,
}

impl Sensitivity {
    /// First-order Sobol' index of "it is this mode", where the mode has that probability: the share of its variance that is left if
    /// this input alone is known, Var(P(mode | input)) / (P (1 - P)) (Sobol' 1993, on the indicator of an event).
    pub fn first_order(&self, probability: f64) -> f64 {
        if probability < 1.0 { (probability / (1.0 - probability) * self.excess).clamp(0.0, 1.0) } else { 0.0 }
    }
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

/// The inputs that make failures what they are, by index: of all at the `members`, with their weights.
///
/// Given failures alone, whatever method met them: their natural distribution is known, and by Bayes' theorem
/// `P(mode | input) / P(mode)` is the ratio of both densities.
pub fn sensitivity(points: &Points, weights: &[f64], members: &[usize]) -> Vec<Sensitivity> {
    let (sum, squares) = members.iter().fold((0.0, 0.0), |(a, b), k| (a + weights[*k], b + weights[*k] * weights[*k]));
    let size = sum * sum / squares;
    let distances: Vec<Distance> = (0..points.dim())
        .map(|c| {
            let mut column: Vec<(f64, f64)> = members.iter().map(|k| (points.row(*k)[c], weights[*k] / sum)).collect();
            column.sort_by(|a, b| a.0.total_cmp(&b.0));
            Distance { excess: mean_ratio(&column) - 1.0, ..Distance::of(&column) }
        })
        .collect();
    let corrected = holm(&distances.iter().map(|d| p_value(d.largest(), size)).collect::<Vec<_>>());
    let mut found: Vec<Sensitivity> = distances
        .iter()
        .zip(corrected)
        .enumerate()
        .filter(|(_, (_, p))| *p <= LEVEL)
        .map(|(coordinate, (d, _))| Sensitivity {
            coordinate,
            index: d.largest(),
            total_variation: d.both(),
            excess: d.excess.max(0.0),
            side: d.side(size),
        })
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
    /// Of [`Sensitivity::excess`].
    excess: f64,
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

    /// Both differences together (Kuiper 1960): the most by which the probabilities of any interval, or of what is outside it, differ. That is
    /// the total variation where the ratio of both densities crosses 1 twice at the most, and else a little less.
    fn both(&self) -> f64 {
        (self.below.0 + self.above.0).min(1.0)
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

/// E[f / φ] of a sample of f, whose values ascend and whose weights add up to 1: at each value the weight strictly between the m-th
/// neighbours over what nature has there. For equal weights and an even f it is right in the mean, since the reciprocal of a sum of 2m
/// spacings is (O. Vasicek, "A test for normality based on sample entropy", J. R. Stat. Soc. B 38 (1976), on such spacings).
fn mean_ratio(column: &[(f64, f64)]) -> f64 {
    let n = column.len();
    let m = ((0.5 * sqrt(n as f64)) as usize).max(2);
    let mut upto = vec![0.0; n + 1];
    for (k, (_, w)) in column.iter().enumerate() {
        upto[k + 1] = upto[k] + w;
    }
    let (mut sum, mut of) = (0.0, 0.0);
    for (k, (_, w)) in column.iter().enumerate() {
        let (a, b) = (k.saturating_sub(m), (k + m).min(n - 1));
        let natural = between(column[a].0, column[b].0);
        if b > a + 1 && natural > 0.0 {
            sum += w * (upto[b] - upto[a + 1]) / natural;
            of += w;
        }
    }
    if of > 0.0 { sum / of } else { 1.0 }
}

/// Standard normal probability of an interval, in the tail that it lies in.
fn between(a: f64, b: f64) -> f64 {
    let upto = |x: f64| 0.5 * erfc(-x * FRAC_1_SQRT_2);
    if a > 0.0 { upto(-a) - upto(-b) } else { upto(b) - upto(a) }
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
    use nines_numerics::philox::{normal_pair, philox};

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

    /// Failures of the Ishigami function, above 9, among 400,000 plain points: indices from the failures alone against those of the
    /// function itself.
    ///
    /// Sobol': `scipy.stats.sobol_indices(func=lambda x: (ishigami(x) > 9).astype(float), n=2**19, dists=[uniform(-pi, 2*pi)]*3,
    /// rng=default_rng(1)).first_order`, SciPy 1.17, gives 0.1117, 0.0422, 0.1450; a midpoint rule of 1,000³ points what is below, and with it
    /// 0.5 * mean(|P(F | x) / P - 1|). Of the second input, whose densities cross four times alike on both sides, distribution functions
    /// show half of that, 0.367029.
    #[test]
    fn indices_of_the_ishigami_function_are_those_of_scipy() {
        use core::f64::consts::PI;
        let mut points = Points::new(3);
        for k in 0..400_000 {
            let w = philox([k, 0, 0, 0], [5, 6]);
            let ((a, b), (c, _)) = (normal_pair(w[0], w[1]), normal_pair(w[2], w[3]));
            let u = [a, b, c];
            let x: Vec<f64> = u.iter().map(|u| 2.0 * PI * (0.5 * erfc(-u * FRAC_1_SQRT_2)) - PI).collect();
            let y = x[0].sin() + 7.0 * x[1].sin() * x[1].sin() + 0.1 * x[2].powi(4) * x[0].sin();
            if y > 9.0 {
                points.push(&u);
            }
        }
        let n = points.len();
        let found = sensitivity(&points, &vec![1.0; n], &(0..n).collect::<Vec<_>>());
        for (coordinate, first_order, total_variation, side) in ISHIGAMI {
            let s = found.iter().find(|s| s.coordinate == coordinate).unwrap();
            let (sobol, p) = (s.first_order(n as f64 / 400_000.0), n as f64 / 400_000.0);
            assert!((p - 0.056_240_7).abs() < 0.001, "{p}");
            assert!((sobol - first_order).abs() < 0.005, "{coordinate}: {sobol}");
            assert!((s.total_variation - total_variation).abs() < 0.01, "{coordinate}: {}", s.total_variation);
            assert_eq!(s.side, side);
        }
    }

    const ISHIGAMI: [(usize, f64, f64, Side); 3] =
        [(0, 0.110_649, 0.605_020, Side::Middle), (1, 0.041_347, 0.183_515, Side::Middle), (2, 0.144_698, 0.626_617, Side::Ends)];

    /// One input beyond four deviations: it alone decides, so that the index is 1, weighted or not.
    #[test]
    fn an_input_that_decides_alone_has_the_whole_variance() {
        let p = 0.5 * erfc(4.0 * FRAC_1_SQRT_2);
        let mut points = Points::new(1);
        let mut weights = Vec::new();
        for k in 0..10_000 {
            // Points of an exponential from 4 on, with their likelihood ratios.
            let x = 4.0 - ((philox([k, 0, 0, 0], [7, 8])[0] as f64 + 0.5) / 4_294_967_296.0).ln() / 4.0;
            points.push(&[x]);
            weights.push((-0.5 * x * x + 4.0 * (x - 4.0)).exp());
        }
        let found = sensitivity(&points, &weights, &(0..10_000).collect::<Vec<_>>());
        let first_order = found[0].first_order(p);
        assert!((first_order - 1.0).abs() < 0.03, "{first_order}");
        assert!((found[0].total_variation - (1.0 - p)).abs() < 0.01 && found[0].side == Side::High);
    }
}
