//! The largest likelihood among lines: among all, among those of one slope, or among those through one point.

use libm::{exp, log};

use super::likelihood::Histogram;

/// Scatter that is looked at, in nines: below the first it cannot be told from none, above the last nines mean nothing.
const SCATTER: [f64; 2] = [1e-3, 10.0];
/// Scatters tried before the best one is refined, and steps of that.
const TRIED: usize = 8;
const REFINED: usize = 12;

/// Which lines are compared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Along {
    /// Those of this slope.
    Slope(f64),
    /// Those that reach so many nines at `x`.
    Through { x: f64, nines: f64 },
}

/// The best of some lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Profile {
    /// Nines at the last version.
    pub level: f64,
    /// Nines per span.
    pub slope: f64,
    /// Scatter of versions, in nines.
    pub scatter: f64,
    /// Its log-likelihood.
    pub log_likelihood: f64,
}

impl Profile {
    /// The best of all lines.
    pub fn free(versions: &[Histogram]) -> Self {
        let start = least_squares(versions);
        over_scatter(|scatter| newton(versions, scatter, start))
    }

    /// The best of lines with something in common.
    pub fn along(versions: &[Histogram], along: Along) -> Self {
        let (start, direction) = match along {
            Along::Slope(slope) => {
                let (sum, n) = seen(versions).fold((0.0, 0.0), |(sum, n), (x, y)| (sum + y - slope * x, n + 1.0));
                ([sum / n, slope], [1.0, 0.0])
            }
            Along::Through { x, nines } => {
                // Least squares among lines through the point: from there the climb is short.
                let sums = seen(versions).map(|(at, y)| (at - x, y - nines));
                let (xy, xx) = sums.fold((0.0, 0.0), |(xy, xx), (dx, dy)| (xy + dx * dy, xx + dx * dx));
                let slope = if xx > 1e-12 { xy / xx } else { 0.0 };
                ([nines - slope * x, slope], [-x, 1.0])
            }
        };
        over_scatter(|scatter| one(versions, scatter, start, direction))
    }
}

/// The best scatter: a few are tried, then golden sections close in.
fn over_scatter(of: impl Fn(f64) -> Profile) -> Profile {
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let [least, most] = SCATTER.map(log);
    let width = (most - least) / (TRIED - 1) as f64;
    let at = |ln: f64| of(exp(ln));
    let tried = (0..TRIED).map(|k| least + width * k as f64).map(|ln| (ln, at(ln)));
    // What has no likelihood, not even a small one, is never better.
    let better = |a: (f64, Profile), b: (f64, Profile)| if a.1.log_likelihood >= b.1.log_likelihood { a } else { b };
    let Some(best) = tried.reduce(better) else { return at(least) }; // never: some are tried
    let (mut low, mut high) = ((best.0 - width).max(least), (best.0 + width).min(most));
    let mut best = best;
    let (mut a, mut b) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_a, mut at_b) = (at(a), at(b));
    for _ in 0..REFINED {
        best = better(better(best, (a, at_a)), (b, at_b));
        if at_a.log_likelihood > at_b.log_likelihood {
            (high, b, at_b) = (b, a, at_a);
            a = high - GOLDEN * (high - low);
            at_a = at(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + GOLDEN * (high - low);
            at_b = at(b);
        }
    }
    better(better(best, (a, at_a)), (b, at_b)).1
}

/// Log-likelihood of a line with its derivatives by level and slope.
struct Hill {
    value: f64,
    gradient: [f64; 2],
    /// By level twice, by both, by slope twice.
    hessian: [f64; 3],
}

fn hill(versions: &[Histogram], scatter: f64, [level, slope]: [f64; 2]) -> Hill {
    let mut out = Hill { value: 0.0, gradient: [0.0; 2], hessian: [0.0; 3] };
    for version in versions {
        let x = version.x;
        let m = version.marginal(level + slope * x, scatter);
        out.value += m.value;
        out.gradient = [out.gradient[0] + m.slope, out.gradient[1] + m.slope * x];
        let [h0, h1, h2] = out.hessian;
        out.hessian = [h0 + m.curvature, h1 + m.curvature * x, h2 + m.curvature * x * x];
    }
    out
}

/// The best line of a scatter: Newton's method on a concave function, with steps halved until they rise.
fn newton(versions: &[Histogram], scatter: f64, start: [f64; 2]) -> Profile {
    climb(versions, scatter, start, |h| {
        let [a, b, c] = h.hessian;
        let determinant = a * c - b * b;
        // Concave, but flat along one direction where nearly all versions are censored.
        if determinant <= 1e-12 * a * c {
            [-h.gradient[0] / a, 0.0]
        } else {
            let [u, v] = h.gradient;
            [-(c * u - b * v) / determinant, -(a * v - b * u) / determinant]
        }
    })
}

/// The best line among `start + s direction`.
fn one(versions: &[Histogram], scatter: f64, start: [f64; 2], [du, dv]: [f64; 2]) -> Profile {
    climb(versions, scatter, start, |h| {
        let along = h.gradient[0] * du + h.gradient[1] * dv;
        let curve = h.hessian[0] * du * du + 2.0 * h.hessian[1] * du * dv + h.hessian[2] * dv * dv;
        let s = if curve < 0.0 { -along / curve } else { 0.0 };
        [s * du, s * dv]
    })
}

fn climb(versions: &[Histogram], scatter: f64, start: [f64; 2], step: impl Fn(&Hill) -> [f64; 2]) -> Profile {
    const STEPS: usize = 40;
    let (mut at, mut here) = (start, hill(versions, scatter, start));
    for _ in 0..STEPS {
        let [du, dv] = step(&here);
        // What the step promises: half of gradient times step.
        let promised = 0.5 * (here.gradient[0] * du + here.gradient[1] * dv);
        if promised.is_nan() || promised < 1e-9 {
            break;
        }
        // Where counts hardly tell one line from another, far from what they say, a step promises the world: no version moves further than this.
        let longest = versions.iter().map(|v| (du + dv * v.x).abs()).fold(0.0, f64::max);
        let mut share = (1.0_f64).min((1.0 + 3.0 * scatter) / longest);
        let next = loop {
            let to = [at[0] + share * du, at[1] + share * dv];
            let there = hill(versions, scatter, to);
            if there.value >= here.value {
                break Some((to, there));
            }
            share *= 0.5;
            if share < 1e-6 {
                break None;
            }
        };
        let Some((to, there)) = next else { break };
        (at, here) = (to, there);
    }
    Profile { level: at[0], slope: at[1], scatter, log_likelihood: here.value }
}

/// Where the versions with failures stand, and their nines.
fn seen(versions: &[Histogram]) -> impl Iterator<Item = (f64, f64)> {
    versions.iter().filter(|v| v.nines.is_finite()).map(|v| (v.x, v.nines))
}

/// A line through the versions with failures, weighed alike: where the climb begins.
fn least_squares(versions: &[Histogram]) -> [f64; 2] {
    let n = seen(versions).count() as f64;
    let (mx, my) = (seen(versions).map(|p| p.0).sum::<f64>() / n, seen(versions).map(|p| p.1).sum::<f64>() / n);
    let sxx: f64 = seen(versions).map(|p| (p.0 - mx) * (p.0 - mx)).sum();
    let sxy: f64 = seen(versions).map(|p| (p.0 - mx) * (p.1 - my)).sum();
    // All versions with failures may stand at one place, with a censored one elsewhere.
    let slope = if sxx > 1e-12 { sxy / sxx } else { 0.0 };
    [my - slope * mx, slope]
}
