//! What a search has missed: a look for failures away from those that were found.
//!
//! A search that follows weights may lose a failure region that holds a fifth of the probability, and nothing in its own points tells of
//! that. Subset simulation climbs from plain points again with the half-spaces of all regions found so far closed, so that it can come
//! to others alone; it ends where too little probability is left for a region that would matter. What it comes to is adapted to with
//! these half-spaces still closed.

use super::adapt::{Plan, adapt, failing, guarded};
use super::draws::Draws;
use super::fit::Sample;
use super::gaussian::{Gaussian, ln_standard};
use super::linear::{dot, square};
use super::meter::Meter;
use super::mixture::{Mixture, memberships};
use super::points::Points;
use super::pool::Pool;
use super::subset;
use super::weights::effective;

/// Points of a level of the look, and the share of them that begins the next.
const LEVEL: usize = 450;
const SHARE: f64 = 0.1;
/// So small a run is off by a factor; it ends at this part of the probability, far below that of a region that matters.
const LEAST: f64 = 0.005;
/// Failures that have more than this times the mean weight under a proposal are not covered by it.
const UNCOVERED: f64 = 10.0;
/// A component nearer to the origin than this has no direction.
const NEAR: f64 = 2.0;
/// Or one whose direction is less sure than this, as squared tangent.
const OFF: f64 = 0.125;
/// How far the half-space of a component is open, of its distance.
const OPEN: f64 = 0.4;
/// Most components that are fitted to what is found, and rounds that they are adapted in.
const MOST: usize = 4;
const ROUNDS: usize = 6;

/// What a look came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// No failures that the proposal does not cover.
    Nothing,
    /// Some, which are in the pool now.
    Region,
}

/// Looks for failures away from the components that were fitted to those of the pool, and adds them.
pub(crate) fn remnant(
    meter: &mut Meter<'_>,
    pool: &mut Pool,
    plan: Plan,
    parts: Vec<(f64, Gaussian)>,
    draws: impl Fn(u64) -> Draws,
) -> Left {
    let closed = known_half_spaces(pool, &parts);
    // Failures on all sides leave no other side.
    if closed.is_empty() {
        return Left::Nothing;
    }
    let dim = meter.dim();
    let probability = pool.probability();
    meter.close(closed.clone());
    let look = subset::Plan { level: LEVEL, share: SHARE, levels: 30, least: LEAST * probability };
    let run = subset::run(meter, look, &draws);
    let (points, margins) = run.end;
    let failed: Vec<usize> = (0..margins.len()).filter(|k| margins[*k] <= 0.0).collect();
    let left = uncovered(&guarded(parts, dim, meter.is_noisy()), probability, &points, &failed);
    let remaining = run.probability * left.len() as f64 / failed.len().max(1) as f64;
    let mut weights = vec![0.0; points.len()];
    left.iter().for_each(|k| weights[*k] = 1.0);
    let sample = Sample::new(&points, &margins, &weights);
    let (Some(sample), true) = (sample, remaining >= look.least && meter.left() >= 2 * plan.round) else {
        meter.close(Vec::new());
        return Left::Nothing;
    };
    // All that is beyond counts as never failing until the region is adapted to.
    let beyond = |x: &[f64]| closed.iter().any(|(along, far)| dot(along, x) > *far);
    let open = pool.points().rows().zip(pool.margins()).map(|(x, g)| if beyond(x) { f64::INFINITY } else { *g }).collect();
    let known = pool.judge(open);
    let parts = sample.fit_relatives(MOST, SHARE * LEVEL as f64, draws(1 << 18));
    let proposal = guarded(parts, dim, meter.is_noisy());
    let points = proposal.draw(plan.round, draws(1 << 18 | 1));
    let margins = meter.margins(&points);
    pool.add(proposal, points, margins);
    adapt(meter, pool, Plan { rounds: ROUNDS, ..plan }, |k| draws(1 << 19 | k));
    meter.close(Vec::new());
    // And of what was drawn beyond the margins are asked now.
    let mut margins = pool.margins().to_vec();
    margins[..known.len()].copy_from_slice(&known);
    let unasked: Vec<usize> = (known.len()..margins.len()).filter(|k| beyond(pool.points().row(*k))).collect();
    let asked = meter.margins(&pool.points().select(unasked.iter().copied()));
    unasked.iter().zip(asked).for_each(|(k, g)| margins[*k] = g);
    pool.judge(margins);
    Left::Region
}

/// Where each component lies whose direction is known, from a part of its distance on.
fn known_half_spaces(pool: &Pool, parts: &[(f64, Gaussian)]) -> Vec<(Vec<f64>, f64)> {
    let (weights, (members, _)) = (failing(pool), memberships(parts, pool.points()));
    let mut out = Vec::new();
    for ((_, g), member) in parts.iter().zip(&members) {
        let own: Vec<f64> = member.iter().zip(&weights).map(|(m, w)| m * w).collect();
        let far = square(g.mean()).sqrt();
        // The squared tangent of the angle by which the mean of so many points is off. Few heavy points may be all that was seen of a
        // region, and half a region.
        let off = g.mean().len() as f64 / (effective(&own) * far * far);
        if far > NEAR && off < OFF {
            out.push((g.mean().iter().map(|m| m / far).collect(), OPEN * far));
        }
    }
    out
}

/// Which of the points at these places the proposal makes too seldom.
fn uncovered(proposal: &Mixture, probability: f64, points: &Points, places: &[usize]) -> Vec<usize> {
    let (most, mut work) = (libm::log(UNCOVERED * probability), Vec::new());
    let mut weight = |x: &[f64]| ln_standard(x) - proposal.ln_density(x, &mut work);
    places.iter().copied().filter(|k| weight(points.row(*k)) > most).collect()
}
