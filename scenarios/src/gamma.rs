//! The gamma distribution, portable to the bit (`libm` alone). Crates of special functions were weighed: they call the platform's
//! logarithms, or give the lower tail alone.

use crate::root::{Slope, solve};
use nines_sim::Tails;

/// A gamma distribution of scale 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gamma {
    shape: f64,
    ln_gamma: f64,
}

impl Gamma {
    pub fn new(shape: f64) -> Self {
        Self { shape, ln_gamma: libm::lgamma(shape) }
    }

    /// Tails at `x`: regularised incomplete gamma functions, by the series below `shape + 1`, by the continued fraction above.
    pub fn tails(&self, x: f64) -> Tails {
        if x <= 0.0 {
            return Tails { lower: 0.0, upper: 1.0 };
        }
        if x == f64::INFINITY {
            return Tails { lower: 1.0, upper: 0.0 };
        }
        let a = self.shape;
        let front = libm::exp(a * libm::log(x) - x - self.ln_gamma);
        if x < a + 1.0 {
            let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
            while term > sum * 1e-17 {
                n += 1.0;
                term *= x / n;
                sum += term;
            }
            let lower = front * sum;
            return Tails { lower, upper: 1.0 - lower };
        }
        // Lentz: Q = front / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)).
        let (mut b, mut c) = (x + 1.0 - a, 1e300);
        let mut d = 1.0 / b;
        let mut h = d;
        for k in 1..1_000 {
            let an = -(k as f64) * (k as f64 - a);
            b += 2.0;
            d = 1.0 / (an * d + b);
            c = b + an / c;
            let change = c * d;
            h *= change;
            if (change - 1.0).abs() < 1e-16 {
                break;
            }
        }
        let upper = front * h;
        Tails { lower: 1.0 - upper, upper }
    }

    /// The value between these tails.
    pub fn quantile(&self, goal: Tails) -> f64 {
        let a = self.shape;
        let z = goal.coordinate();
        // Wilson and Hilferty: the cube root is nearly normal. Far below it is a power.
        let c = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
        let guess = if c > 0.1 { libm::log(a * c * c * c) } else { (libm::log(goal.lower) + libm::lgamma(a + 1.0)) / a };
        let highest = libm::log(a + 100.0 + 20.0 * a.sqrt());
        let u = solve(goal, (-800.0, highest), guess, |u| {
            let x = libm::exp(u);
            // The density over u = ln x is x f(x), and its logarithm has the derivative a - x.
            Slope { tails: self.tails(x), ln_density: a * u - x - self.ln_gamma, bend: a - x }
        });
        libm::exp(u)
    }
}
