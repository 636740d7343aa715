//! The beta distribution, portable to the bit (`libm` alone).

use crate::root::{Slope, solve};
use nines_sim::Tails;

/// A beta distribution.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beta {
    a: f64,
    b: f64,
    ln_beta: f64,
}

impl Beta {
    pub fn new(a: f64, b: f64) -> Self {
        Self { a, b, ln_beta: libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b) }
    }

    /// Tails where the odds are `exp(t)`, and the density over `t` there.
    fn at_odds(&self, t: f64) -> Slope {
        let Self { a, b, ln_beta } = *self;
        // The smaller one of x and 1 - x keeps its digits.
        let e = libm::exp(-t.abs());
        let (small, large) = (e / (1.0 + e), 1.0 / (1.0 + e));
        let (ln_small, ln_large) = (-t.abs() - libm::log1p(e), -libm::log1p(e));
        let (x, y, ln_x, ln_y) = if t < 0.0 { (small, large, ln_small, ln_large) } else { (large, small, ln_large, ln_small) };
        // The density over t is x (1 - x) f(x), and its logarithm has the derivative a (1 - x) - b x.
        let ln_density = a * ln_x + b * ln_y - ln_beta;
        let front = libm::exp(ln_density);
        let tails = if x * (a + b + 2.0) < a + 1.0 {
            let lower = front * fraction(a, b, x) / a;
            Tails { lower, upper: 1.0 - lower }
        } else {
            let upper = front * fraction(b, a, y) / b;
            Tails { lower: 1.0 - upper, upper }
        };
        Slope { tails, ln_density, bend: a * y - b * x }
    }

    /// The value between these tails.
    pub fn quantile(&self, goal: Tails) -> f64 {
        let Self { a, b, ln_beta } = *self;
        let z = goal.coordinate();
        // The logarithm of the odds is nearly normal in the middle, and a power of the tail far out.
        let guess = if goal.lower.min(goal.upper) > 1e-3 && a.min(b) > 1.0 {
            // Carter (1947), as in Abramowitz and Stegun 26.5.22.
            let (p, q) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
            let (h, l) = (2.0 / (p + q), (z * z - 3.0) / 6.0);
            let w = -z * (h + l).max(0.0).sqrt() / h - (q - p) * (l + 5.0 / 6.0 - 2.0 / (3.0 * h));
            libm::log(a / b) - 2.0 * w
        } else if goal.lower < goal.upper {
            (libm::log(goal.lower) + libm::log(a) + ln_beta) / a
        } else {
            -(libm::log(goal.upper) + libm::log(b) + ln_beta) / b
        };
        let t = solve(goal, (-700.0, 700.0), guess, |t| self.at_odds(t));
        if t < 0.0 { libm::exp(t) / (1.0 + libm::exp(t)) } else { 1.0 / (1.0 + libm::exp(-t)) }
    }
}

/// Continued fraction of the incomplete beta function (Lentz), for x below (a + 1)/(a + b + 2).
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let tiny = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / tiny(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..2_000 {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / tiny(1.0 + term * d);
            c = tiny(1.0 + term / c);
            change = c * d;
            h *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}
