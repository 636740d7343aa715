//! Looking around before following the margin: evenly spread points farther out than nature would put them.

use super::adapt::STRAIGHT;
use super::draws::Draws;
use super::fit::MOST_AXES;
use super::gaussian::{Gaussian, Span};
use super::linear::Lower;
use super::meter::Meter;
use super::mixture::Mixture;
use super::points::Points;
use super::pool::Pool;
use super::slope::straight;
use super::sobol::Net;

/// Points of one side's look around, and how far out most of them are. In few dimensions a larger scale sees islands that the
/// margin does not lead to; in many it loses all sight of what is near (the chance that a point falls into a ball three
/// deviations out has its maximum at scale 2.5 in two dimensions, at 1.5 in five).
fn extent(dim: usize) -> (usize, f64) {
    match dim {
        1 => (128, 2.5),
        2 => (256, 2.2),
        3 => (640, 2.0),
        4 => (512, 1.7),
        5..=8 => (256, 1.4),
        9..=15 => (128, 1.25),
        // As many as a straight margin needs to be known.
        _ => ((5 * dim / 4).max(200), 1.1),
    }
}

/// Points of one side's further look where the margin is straight.
fn further(dim: usize) -> usize {
    match dim {
        ..=3 => 512,
        4..=8 => 256,
        _ => 0,
    }
}

/// Points of one side's look around in all.
pub(crate) fn looks(dim: usize) -> usize {
    extent(dim).0 + further(dim) + if has_axes(dim) { 4 * dim } else { 0 }
}

/// Whether inputs are looked at one at a time.
fn has_axes(dim: usize) -> bool {
    (3..=MOST_AXES).contains(&dim)
}

/// Fills an empty pool: a quarter of the points at the nominal scale, the others farther out, and a few with one input far out.
/// Returns how many of the nominal ones failed, of how many.
pub(crate) fn explore(meter: &mut Meter<'_>, pool: &mut Pool, draws: impl Fn(u64) -> Draws) -> (u64, u64) {
    let dim = meter.dim();
    let (n, scale) = extent(dim);
    if has_axes(dim) {
        look(meter, pool, axes(dim), |proposal| proposal.draw(4 * dim, draws(7)));
    }
    let net = Net::new(dim);
    let mut nominal = (0, 0);
    for (k, (n, scale)) in [(n / 4, 1.0), (n - n / 4, scale)].into_iter().enumerate() {
        let proposal = Mixture::new(vec![(1.0, Gaussian::round(dim, scale))]);
        let draws = draws(k as u64);
        let failed = look(meter, pool, proposal, |proposal| match &net {
            Some(net) => net.normals(n, scale, draws),
            None => proposal.draw(n, draws),
        });
        if scale == 1.0 {
            nominal = (failed, n as u64);
        }
    }
    // A straight margin in few inputs is known soon, and tells nothing of islands: what it saves goes into looking for them.
    let more = further(dim);
    if more > 0 && straight(pool.points(), pool.margins()).is_some_and(|(explained, _)| explained > STRAIGHT) {
        let proposal = Mixture::new(vec![(1.0, Gaussian::round(dim, scale))]);
        look(meter, pool, proposal, |proposal| match &net {
            Some(net) => net.normals(more, scale, draws(5)),
            None => proposal.draw(more, draws(5)),
        });
    }
    nominal
}

fn look(meter: &mut Meter<'_>, pool: &mut Pool, proposal: Mixture, draw: impl Fn(&Mixture) -> Points) -> u64 {
    let points = draw(&proposal);
    let margins = meter.margins(&points);
    let failed = margins.iter().filter(|g| **g <= 0.0).count() as u64;
    pool.add(proposal, points, margins);
    failed
}

/// One input at a time far out, the others as they are.
fn axes(dim: usize) -> Mixture {
    let part = |k: usize| {
        let mut along = vec![0.0; dim];
        along[k / 2] = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        let mean = along.iter().map(|x| 5.0 * x).collect();
        let factor = Lower::cholesky(1, &[1.2 * 1.2]).expect("a positive number is positive definite");
        (1.0, Gaussian::new(mean, Span::Few(vec![along]), factor, 1.0))
    };
    Mixture::new((0..2 * dim).map(part).collect())
}
