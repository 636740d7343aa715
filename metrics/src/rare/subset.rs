//! Subset simulation: a rare event as a chain of events that are not (Au, Beck 2001), with conditional sampling whose step is
//! adapted (Papaioannou, Betz, Zwirglmaier, Straub 2015).
//!
//! Hidden noise moves with the coordinates, by the same step: a chain keeps most of the noise that brought it where it is, so that
//! levels lead along the noise too, however many inputs it has.

use super::draws::Draws;
use super::meter::Meter;
use super::points::{Parent, Points};

/// How a run goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Points of a level.
    pub level: usize,
    /// Share of a level's points that begin the next.
    pub share: f64,
    /// Most levels.
    pub levels: usize,
    /// It ends where the probability has fallen below this.
    pub least: f64,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Failure probability; 0 where no failure was reached.
    pub probability: f64,
    /// Whether the last level holds enough failures.
    pub finished: bool,
    /// Share of accepted steps by level.
    pub acceptance: Vec<f64>,
    /// The limits of the levels and the steps that were taken in them, for runs that choose neither by what they see.
    pub ladder: Ladder,
    /// Points of the last level, relatives of one another, with their margins.
    pub end: (Points, Vec<f64>),
}

/// Limits of levels, the last of them 0, and what is needed to move within each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ladder {
    limits: Vec<f64>,
    moves: Vec<Move>,
}

/// How far a step goes.
#[derive(Clone, Debug)]
struct Move {
    step: f64,
    spread: Vec<f64>,
}

/// One run.
pub(crate) fn run(meter: &mut Meter<'_>, plan: Plan, draws: impl Fn(u64) -> Draws) -> Run {
    let n = plan.level;
    let mut now = Sample::drawn(meter, n, draws(0));
    let mut probability = 1.0;
    let mut acceptance = Vec::new();
    let mut step = 0.6;
    let mut ladder = Ladder::default();
    for level in 1..=plan.levels as u64 {
        let wanted = (plan.share * n as f64) as usize;
        let finished = now.within(0.0).len() >= wanted;
        let limit = if finished { 0.0 } else { threshold(&now.margins, wanted).max(0.0) };
        let within = now.within(limit);
        probability *= within.len() as f64 / now.margins.len() as f64;
        let last = finished || limit <= 0.0;
        // Without progress the level above is all there is.
        let stuck = within.len() == now.margins.len() || within.is_empty();
        if last || stuck || probability < plan.least || meter.left() < n || meter.stopped() {
            let share = if last { 1.0 } else { now.within(0.0).len() as f64 / within.len().max(1) as f64 };
            ladder.limits.push(0.0);
            return Run { probability: probability * share, finished: last, acceptance, ladder, end: (now.points, now.margins) };
        }
        let seeds = now.select(&within);
        let mut moves = Move { step, spread: deviations(&seeds.points) };
        let accepted;
        (now, accepted) = level_up(meter, n, limit, seeds, &mut moves, true, draws(level));
        step = moves.step;
        ladder.limits.push(limit);
        ladder.moves.push(moves);
        acceptance.push(accepted);
    }
    Run { probability: 0.0, finished: false, acceptance, ladder, end: (now.points, now.margins) }
}

/// One run on a ladder that was made without it.
#[derive(Clone, Debug)]
pub(crate) struct Climbed {
    /// Failure probability, right in the mean (Cérou, Del Moral, Furon, Guyader 2012).
    pub probability: f64,
    /// The failures at the ends of its last chains, each once: of all its points those that have least to do with one another.
    pub failures: Points,
}

/// Climbs a ladder.
pub(crate) fn climb(meter: &mut Meter<'_>, ladder: &Ladder, n: usize, draws: impl Fn(u64) -> Draws) -> Climbed {
    let mut now = Sample::drawn(meter, n, draws(0));
    let (mut probability, mut chains) = (1.0, n);
    for (level, limit) in ladder.limits.iter().enumerate() {
        let within = now.within(*limit);
        probability *= within.len() as f64 / now.margins.len() as f64;
        let (Some(moves), false) = (ladder.moves.get(level), within.is_empty()) else { break };
        let seeds = now.select(&within);
        chains = within.len();
        (now, _) = level_up(meter, n, *limit, seeds, &mut moves.clone(), false, draws(level as u64 + 1));
    }
    let ends = now.margins.len().saturating_sub(chains);
    let failed: Vec<usize> = now.within(0.0).into_iter().filter(|k| *k >= ends).collect();
    Climbed { probability, failures: now.points.select(failed) }
}

/// Points, what came of them, and which evaluation that was.
#[derive(Clone, Debug)]
struct Sample {
    points: Points,
    margins: Vec<f64>,
    evaluations: Vec<u64>,
}

impl Sample {
    /// Plain points.
    fn drawn(meter: &mut Meter<'_>, n: usize, draws: Draws) -> Self {
        let points = draws.points(meter.dim(), 0, n);
        let (margins, evaluations) = meter.margins_at(&points);
        Self { points, margins, evaluations }
    }

    /// Places of the points with margins at or below a limit.
    fn within(&self, limit: f64) -> Vec<usize> {
        (0..self.margins.len()).filter(|k| self.margins[*k] <= limit).collect()
    }

    fn select(&self, places: &[usize]) -> Self {
        Self {
            points: self.points.select(places.iter().copied()),
            margins: places.iter().map(|k| self.margins[*k]).collect(),
            evaluations: places.iter().map(|k| self.evaluations[*k]).collect(),
        }
    }
}

/// The largest margin such that about `seeds` points lie at or below it, and strictly below what ties with all the others.
fn threshold(margins: &[f64], seeds: usize) -> f64 {
    let mut sorted = margins.to_vec();
    sorted.sort_by(f64::total_cmp);
    // A level that was stopped on the way has fewer points than it was to have.
    let at = sorted[seeds.clamp(1, sorted.len()) - 1];
    let below = sorted.iter().filter(|g| **g <= at).count();
    if below <= 2 * seeds {
        return at;
    }
    // A tie: the value below it, where there is one.
    sorted.iter().rev().find(|g| **g < at).copied().unwrap_or(at)
}

/// A level of `n` points below the limit, by chains from the seeds, all one step at a time.
///
/// Returns the points, seeds included, and the share of accepted steps.
fn level_up(
    meter: &mut Meter<'_>,
    n: usize,
    limit: f64,
    mut sample: Sample,
    moves: &mut Move,
    adapt: bool,
    draws: Draws,
) -> (Sample, f64) {
    let d = sample.points.dim();
    // In an order of chance, so that a last incomplete step takes no chain by its margin.
    let mut order: Vec<usize> = (0..sample.margins.len()).collect();
    for k in (1..order.len()).rev() {
        order.swap(k, draws.below(1 << 40 | k as u64, k + 1));
    }
    // Each chain: the place of its point in the sample.
    let mut current = order;
    let (mut steps, mut accepted, mut tried) = (0u64, 0.0, 0.0);
    while sample.margins.len() < n && meter.left() > 0 {
        let chains = current.len().min(n - sample.margins.len());
        let mut proposals = Points::zeros(d, chains);
        for (c, at) in current.iter().take(chains).enumerate() {
            let (x, v) = (sample.points.row(*at), proposals.row_mut(c));
            draws.normals(steps << 32 | c as u64, v);
            for j in 0..d {
                let s = (moves.step * moves.spread[j]).min(1.0);
                v[j] = (1.0 - s * s).sqrt() * x[j] + s * v[j];
            }
        }
        let rho = {
            let s = moves.step.min(1.0);
            (1.0 - s * s).sqrt()
        };
        proposals
            .descend_from(current.iter().take(chains).map(|at| Parent { evaluation: sample.evaluations[*at], rho }).collect());
        let (new, evaluations) = meter.margins_at(&proposals);
        let mut here = 0.0;
        for c in 0..chains {
            let next = sample.margins.len();
            if new[c] <= limit {
                sample.points.push(proposals.row(c));
                sample.margins.push(new[c]);
                sample.evaluations.push(evaluations[c]);
                here += 1.0;
            } else {
                let at = current[c];
                let stays = sample.points.row(at).to_vec();
                sample.points.push(&stays);
                sample.margins.push(sample.margins[at]);
                sample.evaluations.push(sample.evaluations[at]);
            }
            current[c] = next;
        }
        steps += 1;
        accepted += here;
        tried += chains as f64;
        if adapt {
            moves.step = (moves.step * libm::exp((here / chains as f64 - 0.44) / libm::sqrt(steps as f64))).clamp(1e-3, 3.0);
        }
    }
    (sample, accepted / tried.max(1.0))
}

/// Deviation of each coordinate among points.
fn deviations(points: &Points) -> Vec<f64> {
    let n = points.len() as f64;
    (0..points.dim())
        .map(|j| {
            let mean = points.rows().map(|x| x[j]).sum::<f64>() / n;
            let square = points.rows().map(|x| (x[j] - mean) * (x[j] - mean)).sum::<f64>() / (n - 1.0).max(1.0);
            square.sqrt().clamp(0.05, 1.0)
        })
        .collect()
}
