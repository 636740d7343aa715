//! The gamma distribution's quantile function, portable to the bit (`libm` alone).

use nines_sim::Table;
use nines_sim::math::normal_cdf;

/// Nodes of the table; the error of the cubic pieces is then below 1e-9 of the mean.
const NODES: usize = 1_025;

/// The quantile function of a gamma distribution over the standard normal coordinate.
pub(crate) fn table(shape: f64, mean: f64) -> Table {
    let scale = mean / shape;
    Table::new(NODES, |z| {
        let x = quantile(shape, z);
        let density = libm::exp((shape - 1.0) * libm::log(x) - x - libm::lgamma(shape));
        let normal = libm::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
        // x = F^-1(Phi(z)), hence dx/dz = phi(z) / f(x).
        (x * scale, normal / density * scale)
    })
}

/// Value with scale 1 at the standard normal coordinate `z`: Newton on the logarithm of the smaller tail over ln x, inside a
/// bracket that halves where Newton would leave it.
fn quantile(shape: f64, z: f64) -> f64 {
    let lower = z < 0.0;
    let goal = libm::log(normal_cdf(-z.abs()));
    // ln of the tail beyond x, rising for the lower one and falling for the upper one.
    let tail = |u: f64| {
        let x = libm::exp(u);
        let (p, q) = incomplete(shape, x);
        libm::log(if lower { p } else { q })
    };
    let (mut from, mut to) = (-800.0_f64, libm::log(shape + 100.0 + 20.0 * shape.sqrt()));
    // Wilson and Hilferty: the cube root is nearly normal.
    let c = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt());
    let mut u = if c > 0.05 { libm::log(shape * c * c * c) } else { (goal + libm::lgamma(shape + 1.0)) / shape };
    for _ in 0..200 {
        if !(u > from && u < to) {
            u = 0.5 * (from + to);
        }
        let gap = tail(u) - goal;
        if (gap > 0.0) == lower {
            to = u
        } else {
            from = u
        }
        // d ln P / du = x f(x) / P, and ln P is near its goal.
        let slope = libm::exp(shape * u - libm::exp(u) - libm::lgamma(shape) - (gap + goal));
        let step = if lower { gap / slope } else { -gap / slope };
        u -= step;
        if step.abs() < 1e-15 * (1.0 + u.abs()) {
            break;
        }
    }
    libm::exp(u)
}

/// Regularised incomplete gamma functions (lower, upper): the series below `shape + 1`, the continued fraction above.
fn incomplete(shape: f64, x: f64) -> (f64, f64) {
    let front = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / shape, 1.0 / shape, shape);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        let p = front * sum;
        return (p, 1.0 - p);
    }
    // Lentz: Q = front / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)).
    let (mut b, mut c) = (x + 1.0 - shape, 1e300);
    let mut d = 1.0 / b;
    let mut h = d;
    for k in 1..500 {
        let an = -(k as f64) * (k as f64 - shape);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        let change = c * d;
        h *= change;
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    let q = front * h;
    (1.0 - q, q)
}
