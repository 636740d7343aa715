//! The cross-entropy search: look around, adapt twice, freeze, check, and estimate from fresh points.

use super::adapt::{End, Plan, adapt, failing, guarded};
use super::draws::Draws;
use super::explore::{explore, looks};
use super::fit::{Sample, Shape};
use super::gaussian::{Gaussian, ln_standard};
use super::meter::{LimitState, Meter, Tell};
use super::mixture::Mixture;
use super::points::Points;
use super::pool::{Pool, Seen};
use super::remnant::{Left, remnant};
use super::weights::Weighed;
use super::{Answer, Detail, Estimator, Request, estimated, nothing};
use crate::{Counts, Interval, binomial};

/// Importance sampling from a mixture of Gaussians that two independent searches adapt to the failures (cross-entropy with a
/// smoothed indicator: Papaioannou, Geyer, Straub 2019), on weights of all points so far, with a guard against what they missed.
///
/// The estimate is of fresh points from the frozen proposal alone; their number is chosen before they are drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct CrossEntropy;

impl Estimator for CrossEntropy {
    fn name(&self) -> &'static str {
        "ce"
    }

    fn estimate(&self, state: &mut dyn LimitState, request: &Request, tell: &mut Tell<'_>) -> Answer {
        let mut meter = Meter::new(state, request.budget, tell);
        let reason = match search(&mut meter, request, |_, _| false) {
            Search::Found(answer) => return answer,
            Search::Frequent(_) => "failures-are-frequent",
            Search::Short => "budget-too-small",
            Search::Stalled(_) => "not-converged",
        };
        meter.answer(nothing(Interval::LogT, request, reason), "ce", Detail::default())
    }
}

/// How a search ended.
#[expect(clippy::large_enum_variant, reason = "one of them exists at a time")]
pub(crate) enum Search {
    Found(Answer),
    /// Failures are so frequent that plain sampling is cheaper; about how frequent.
    Frequent(f64),
    /// The budget does not hold a search.
    Short,
    /// It was not led to enough failures; what the weights of its points say of their probability, which is not to be relied on.
    Stalled(f64),
}

/// Above it plain sampling costs less than a search.
const FREQUENT: f64 = 0.05;
/// Points of the check of the frozen proposal.
const CHECK: usize = 200;
/// Sizes of the final sample.
const LEAST_SAMPLE: usize = 400;
const LEAST_INTRICATE_SAMPLE: usize = 1_200;
const LARGEST_SAMPLE: usize = 20_000;
/// A larger final sample than this is dearer than a better proposal.
const DEAR_SAMPLE: f64 = 2_000.0;
const MOST_REFITS: u64 = 6;
/// Effective size of the final sample: aimed at, and below which it is distrusted.
/// Regions that make it probable that there are more of them.
const MANY: usize = 4;
const MOST_LOOKS: u64 = 4;
/// Share of a region whose loss by one search marks.
const MISSED: f64 = 0.2;
const EFFECTIVE: f64 = 200.0;
const LEAST_EFFECTIVE: f64 = 100.0;

fn plan(dim: usize) -> Plan {
    let (round, patience) = match dim {
        ..=4 => (150, 12),
        5..=15 => (200, 10),
        16..=30 => (400, 8),
        _ => (320, 8),
    };
    Plan { round, jump: 150, patience, rounds: 20, shape: if dim <= 15 { Shape::Full } else { Shape::Shift }, most: 12 }
}

/// Searches twice, and estimates; or gives up where `hopeless` says so of what was seen around.
pub(crate) fn search(meter: &mut Meter<'_>, request: &Request, hopeless: impl FnOnce(&mut Meter<'_>, &Pool) -> bool) -> Search {
    let dim = meter.dim();
    let plan = plan(dim);
    // In many dimensions a straight margin takes no rounds, and whether it is straight shows only after looking around.
    let rounds = if dim <= 15 { 3 * plan.round } else { plan.jump };
    if meter.left() < 2 * (looks(dim) + rounds) + CHECK + LEAST_SAMPLE {
        return Search::Short;
    }
    let draws = |purpose: u64| Draws::new(request.seed, purpose);
    meter.stage("search");
    let mut pool = Pool::new(dim);
    let (mut nominal_failed, mut nominal) = (0, 0);
    for side in 0..2 {
        let (failed, of) = explore(meter, &mut pool, |k| draws(1_000 * side + 10 + k));
        (nominal_failed, nominal) = (nominal_failed + failed, nominal + of);
    }
    // Both searches begin with all that was seen.
    let shared = pool.len();
    let mut other = pool.clone();
    let frequent = pool.probability();
    if frequent > FREQUENT && nominal_failed > 0 {
        return Search::Frequent(frequent);
    }
    if hopeless(meter, &pool) {
        return Search::Stalled(frequent);
    }
    let mut straight = true;
    for (side, pool) in [&mut pool, &mut other].into_iter().enumerate() {
        match adapt(meter, pool, plan, |k| draws(1_000 * side as u64 + 100 + k)) {
            End::Straight => {}
            End::Adapted => straight = false,
            End::Stalled => return Search::Stalled(pool.probability()),
        }
    }
    let each = [pool.probability(), other.probability()];
    let seen = [pool.seen(), other.seen()];
    pool.merge(other, shared);

    let mut looked = false;
    if dim > 4 && !straight {
        meter.stage("what was missed");
        for look in 0..MOST_LOOKS {
            let Some(parts) = fit(&pool, plan, draws(4_000 + 10 * look)) else { return Search::Stalled(pool.probability()) };
            // With few inputs only many regions are lost.
            if dim <= 15 && parts.len() < MANY {
                break;
            }
            looked = true;
            let draws = |k: u64| draws((7_000 + look) << 20 | k);
            if remnant(meter, &mut pool, plan, parts, draws) == Left::Nothing {
                break;
            }
        }
    }

    meter.stage("check");
    let mut refit = 0;
    let (proposal, components, n) = loop {
        let Some(parts) = fit(&pool, plan, draws(5_000 + 10 * refit)) else { return Search::Stalled(pool.probability()) };
        let components = parts.len();
        let proposal = guarded(parts, dim, meter.is_noisy());
        if meter.left() < CHECK + LEAST_SAMPLE || meter.stopped() {
            return Search::Stalled(pool.probability());
        }
        let points = proposal.draw(CHECK, draws(5_001 + 10 * refit));
        let margins = meter.margins(&points);
        let check = Weighed::of(&of_failing(&ratios(&proposal, &points), &margins));
        // Relative variance of one point: what the check sees, and what all earlier points would have seen.
        let variance = (check.error * check.error * check.n as f64).max(relative_variance(&proposal, &pool));
        let share = (check.effective / check.n as f64).min(1.0 / (1.0 + variance)).max(1e-9);
        // Many inputs or regions hold rare large weights that so small a check does not see.
        let least = if (dim > 15 && !straight) || components > 6 { LEAST_INTRICATE_SAMPLE } else { LEAST_SAMPLE };
        let wanted = (1.3 * variance / (request.target * request.target)).max(EFFECTIVE / share).max(least as f64);
        if wanted < DEAR_SAMPLE || refit == MOST_REFITS || meter.left() < 2 * CHECK + LEAST_SAMPLE {
            break (proposal, components, (wanted as usize).min(LARGEST_SAMPLE).min(meter.left()));
        }
        pool.add(proposal, points, margins);
        refit += 1;
    };

    meter.stage("estimate");
    let points = proposal.draw(n, draws(6_000));
    let margins = meter.margins(&points);
    let weights = ratios(&proposal, &points);
    let mut sample = Weighed::of(&of_failing(&weights, &margins));
    // Earlier points, of other proposals, may have met the rare large weights that a sample of this one did not.
    sample.error = sample.error.max((relative_variance(&proposal, &pool).max(0.0) / n as f64).sqrt());
    if sample.probability <= 0.0 || meter.stopped() {
        return Search::Stalled(pool.probability());
    }
    let plain_equivalent = pool.plain_equivalent() + n as f64 * proposal.plain_share();
    let mut estimate = estimated(sample.probability, |alpha| sample.factor(alpha), Interval::LogT, request, plain_equivalent);
    for (wrong, reason) in [
        (sample.effective < LEAST_EFFECTIVE, "few-effective-points"),
        (sample.largest > 0.1, "one-weight-dominates"),
        (sample.tail.is_some_and(|k| k > 0.7), "heavy-tail"),
        (libm::log(pool.probability() / sample.probability).abs() > 0.5, "adaptation-disagrees"),
        // What one of two searches missed, a third may find.
        // (where nobody has looked for it yet).
        (!looked && seen.iter().any(|seen| missed(seen, &points, &weights) > MISSED), "one-search-missed-a-mode"),
        (too_many(nominal_failed, nominal, estimate.upper()), "more-plain-failures-than-estimated"),
    ] {
        if wrong {
            estimate = estimate.distrusted(reason);
        }
    }
    let detail = Detail {
        error: sample.error,
        freedom: sample.effective - 1.0,
        sample: n as u64,
        failures: margins.iter().filter(|g| **g <= 0.0).count() as u64,
        effective: Some(sample.effective),
        largest_weight: Some(sample.largest),
        tail: sample.tail,
        weights,
        components: Some(components),
        replicates: each.to_vec(),
        plain_equivalent,
        ..Detail::default()
    };
    Search::Found(meter.answer(estimate, "ce", detail))
}

/// Fits the failures of all points.
fn fit(pool: &Pool, plan: Plan, draws: Draws) -> Option<Vec<(f64, Gaussian)>> {
    Some(Sample::new(pool.points(), pool.margins(), &failing(pool))?.fit(plan.shape, plan.most, draws))
}

/// Whether so many failures among plain points are next to impossible at the probability.
fn too_many(failed: u64, of: u64, probability: f64) -> bool {
    Counts::new(of, failed).is_ok_and(|counts| failed > 0 && binomial::at_least(counts, probability) < 1e-3)
}

/// Share of the weight at points near which a search looked so little that it would probably not have come upon a region that holds
/// a fifth of all: where it is as probable as that, it was expected to meet it less than thrice.
fn missed(seen: &Seen, points: &Points, weights: &[f64]) -> f64 {
    let mut work = Vec::new();
    let sum: f64 = weights.iter().sum();
    let least = libm::log(weights.len() as f64 * 3.0 / (MISSED * sum));
    let of = |(x, w): (&[f64], &f64)| {
        if *w > 0.0 && seen.ln_density(x, &mut work) - ln_standard(x) < least { *w } else { 0.0 }
    };
    points.rows().zip(weights).map(of).sum::<f64>() / sum
}

/// Relative variance of the weight of a point from the proposal, by the points of the pool.
fn relative_variance(proposal: &Mixture, pool: &Pool) -> f64 {
    let mut work = Vec::new();
    let (mut first, mut second) = (0.0, 0.0);
    for ((x, g), w) in pool.points().rows().zip(pool.margins()).zip(pool.weights()) {
        if *g <= 0.0 {
            first += w;
            second += w * libm::exp(ln_standard(x) - proposal.ln_density(x, &mut work));
        }
    }
    second * pool.len() as f64 / (first * first) - 1.0
}

/// Likelihood ratio of each point from the proposal.
fn ratios(proposal: &Mixture, points: &Points) -> Vec<f64> {
    let mut work = Vec::new();
    points.rows().map(|x| libm::exp(ln_standard(x) - proposal.ln_density(x, &mut work))).collect()
}

/// The weights of failing points, 0 of the others.
fn of_failing(weights: &[f64], margins: &[f64]) -> Vec<f64> {
    weights.iter().zip(margins).map(|(w, g)| if *g <= 0.0 { *w } else { 0.0 }).collect()
}
