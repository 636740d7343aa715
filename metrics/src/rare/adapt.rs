//! Adapting a proposal to where failures are: cross-entropy with a smoothed indicator (Papaioannou, Geyer, Straub 2019), on all
//! points so far.

use super::draws::Draws;
use super::fit::{Sample, Shape};
use super::gaussian::Gaussian;
use super::meter::Meter;
use super::mixture::Mixture;
use super::pool::Pool;
use super::slope::straight;
use super::weights::effective;
use nines_numerics::math::normal_cdf;

/// Rounds in which the smoothing has to fall, and the part to which.
const STALL: usize = 4;
const STALLED: f64 = 0.97;

/// The share of the margins' variance that a line explains, from which on the margin counts as straight.
pub(crate) const STRAIGHT: f64 = 0.9;

/// How an adaptation goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Points of a round.
    pub round: usize,
    /// Points where a margin that falls evenly ends.
    pub jump: usize,
    /// Rounds before a stall is told, more than it takes.
    pub patience: usize,
    /// Most rounds.
    pub rounds: usize,
    /// What components may look like.
    pub shape: Shape,
    /// Most components.
    pub most: usize,
}

/// How an adaptation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At once, where a straight margin ends.
    Straight,
    /// After rounds.
    Adapted,
    /// Without enough failures.
    Stalled,
}

/// Goes on from the points in `pool` until enough failures are among all points that the smoothed indicator is not needed any
/// more, and a round beyond.
pub(crate) fn adapt(meter: &mut Meter<'_>, pool: &mut Pool, plan: Plan, draws: impl Fn(u64) -> Draws) -> End {
    // Where the margin falls evenly it is known where it ends.
    if let Some((explained, there)) = straight(pool.points(), pool.margins())
        && explained > STRAIGHT
        && meter.left() >= plan.jump
    {
        let proposal = guarded(vec![(1.0, there)], pool.points().dim(), meter.is_noisy());
        let points = proposal.draw(plan.jump, draws(1 << 20));
        let margins = meter.margins(&points);
        pool.add(proposal, points, margins);
        if effective(&failing(pool)) >= 0.3 * plan.jump as f64 {
            return End::Straight;
        }
    }
    let mut best: Vec<f64> = Vec::new();
    for round in 0..plan.rounds as u64 {
        if meter.left() < plan.round || meter.stopped() {
            return End::Stalled;
        }
        let Some((weights, sigma)) = smoothed(pool, 0.3 * plan.round as f64) else { return End::Stalled };
        let Some(sample) = Sample::new(pool.points(), pool.margins(), &weights) else { return End::Stalled };
        let parts = sample.fit_generously(plan.shape, plan.most, draws(2 * round));
        let proposal = guarded(parts, pool.points().dim(), meter.is_noisy());
        let points = proposal.draw(plan.round, draws(2 * round + 1));
        let margins = meter.margins(&points);
        pool.add(proposal, points, margins);
        if sigma == 0.0 {
            return End::Adapted;
        }
        best.push(best.last().map_or(sigma, |b: &f64| b.min(sigma)));
        // Rounds that lead nowhere: one fitted mixture cannot hold these failures.
        if best.len() > plan.patience && sigma > STALLED * best[best.len() - 1 - STALL] {
            return End::Stalled;
        }
    }
    End::Stalled
}

/// Weights times failure.
pub(crate) fn failing(pool: &Pool) -> Vec<f64> {
    pool.weights().iter().zip(pool.margins()).map(|(w, g)| if *g <= 0.0 { *w } else { 0.0 }).collect()
}

/// Weights times the indicator of failure, where they have the effective size `wanted`, else times `Φ(-g / σ)` with the least σ
/// that has it; and which of both.
fn smoothed(pool: &Pool, wanted: f64) -> Option<(Vec<f64>, f64)> {
    let hard = failing(pool);
    if effective(&hard) >= wanted {
        return Some((hard, 0.0));
    }
    let weights = pool.weights();
    let at = |sigma: f64| -> Vec<f64> { weights.iter().zip(pool.margins()).map(|(w, g)| w * normal_cdf(-g / sigma)).collect() };
    let scale = spread(pool.margins())?;
    let (mut low, mut high) = (libm::log(1e-9 * scale), libm::log(1e3 * scale));
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if effective(&at(libm::exp(middle))) < wanted { low = middle } else { high = middle }
    }
    Some((at(libm::exp(high)), libm::exp(high) / scale))
}

/// Mean distance of the margins from 0, of those that are numbers.
fn spread(margins: &[f64]) -> Option<f64> {
    let finite: Vec<f64> = margins.iter().copied().filter(|g| g.is_finite()).map(f64::abs).collect();
    let mean = finite.iter().sum::<f64>() / finite.len().max(1) as f64;
    (mean > 0.0).then_some(mean)
}

/// Means and variances of the points that are drawn nearer under hidden noise, over those fitted: the best of five pairs tried on limit states
/// with the greatest of forty hidden inputs.
const NEARER: f64 = 0.85;
const NEARER_WIDE: f64 = 1.5;

/// Fitted components, somewhat wider; the same much wider; nominal points; and wide ones: what the fit has missed is still
/// found and gets no huge weight.
///
/// Under hidden noise points nearer to the origin fail as well, seldom and with large weights, so that a fit to the failures that were met
/// lies too far out: half of the points are then drawn nearer.
pub(crate) fn guarded(parts: Vec<(f64, Gaussian)>, dim: usize, noisy: bool) -> Mixture {
    let wide = if dim <= 6 { 2.0 } else { std::f64::consts::SQRT_2 };
    let mut out = vec![(0.05, Gaussian::round(dim, 1.0)), (0.05, Gaussian::round(dim, wide))];
    let sum: f64 = parts.iter().map(|(share, _)| share).sum();
    for (share, g) in parts {
        let share = share / sum;
        let near = if noisy { 0.36 } else { 0.0 };
        out.push(((0.72 - near) * share, g.widened(1.25f64.sqrt())));
        if noisy {
            out.push((near * share, g.nearer(NEARER).widened(NEARER_WIDE.sqrt())));
        }
        out.push((0.18 * share, g.widened(3f64.sqrt())));
    }
    Mixture::new(out)
}
