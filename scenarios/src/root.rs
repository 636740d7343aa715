//! Where a distribution has given tails: Halley's method on the logarithm of the smaller tail, kept in a bracket.

use nines_sim::Tails;

/// A distribution at one coordinate.
pub(crate) struct Slope {
    pub tails: Tails,
    /// Logarithm of the density over the coordinate.
    pub ln_density: f64,
    /// Derivative of that logarithm by the coordinate.
    pub bend: f64,
}

/// The coordinate between these tails, from a guess, by Halley's method (cubic convergence) on the logarithm of the smaller tail
/// inside a bracket that halves where that would leave it.
pub(crate) fn solve(goal: Tails, (mut from, mut to): (f64, f64), guess: f64, at: impl Fn(f64) -> Slope) -> f64 {
    let lower = goal.lower < goal.upper;
    let (sign, goal) = if lower { (1.0, libm::log(goal.lower)) } else { (-1.0, libm::log(goal.upper)) };
    let mut t = guess;
    for _ in 0..200 {
        if !(t > from && t < to) {
            t = 0.5 * (from + to);
        }
        let slope = at(t);
        let tail = libm::log(if lower { slope.tails.lower } else { slope.tails.upper });
        let gap = tail - goal;
        if (gap > 0.0) == lower {
            to = t;
        } else {
            from = t;
        }
        // With s = density / tail: d ln tail / dt = ±s, and ds/dt = s (bend ∓ s).
        let s = libm::exp(slope.ln_density - tail);
        let newton = sign * gap / s;
        let curve = 1.0 - 0.5 * newton * (slope.bend - sign * s);
        t -= if curve > 0.5 && curve < 2.0 { newton / curve } else { newton };
        // What is left after a step is of the order of the cube.
        if gap.abs() < 1e-6 || to - from <= 1e-16 * t.abs() {
            break;
        }
    }
    t
}
