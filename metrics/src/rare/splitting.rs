//! Subset simulation with an honest error: one run chooses the levels, independent others climb them.

use super::draws::Draws;
use super::meter::{LimitState, Meter, Tell};
use super::regions::Regions;
use super::subset::{self, Plan, Run};
use super::weights::replicated;
use super::{Answer, Detail, Estimator, Request, estimated, nothing};
use crate::Interval;

/// Subset simulation. A first run chooses levels and steps; eight independent runs then climb the levels as they are, which
/// makes each of them right in the mean whatever the levels (a run that chooses its own is not), so that their spread tells the
/// error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subset;

const RUNS: usize = 8;
/// Points of a level, as far as the budget goes.
const LEVEL: usize = 1500;
/// With fewer, chains lose whole failure regions.
const LEAST_LEVEL: usize = 200;
/// Share of a level that begins the next (Au, Beck 2001).
const SHARE: f64 = 0.1;
const MOST_LEVELS: usize = 30;

impl Estimator for Subset {
    fn name(&self) -> &'static str {
        "subset"
    }

    fn estimate(&self, state: &mut dyn LimitState, request: &Request, tell: &mut Tell<'_>) -> Answer {
        let mut meter = Meter::new(state, request.budget, tell);
        match split(&mut meter, request) {
            Ok(answer) => answer,
            Err(reason) => meter.answer(nothing(Interval::ReplicatesT, request, reason), "subset", Detail::default()),
        }
    }
}

/// The estimate, or why there is none.
pub(crate) fn split(meter: &mut Meter<'_>, request: &Request) -> Result<Answer, &'static str> {
    meter.stage("levels");
    // The first run is small where the budget is: it must leave as much for each of the others.
    let first = LEVEL.min(meter.left() / (RUNS + 1) / 5);
    if first < LEAST_LEVEL {
        return Err("budget-too-small");
    }
    let before = meter.spent();
    let pilot: Run = subset::run(meter, Plan { level: first, share: SHARE, levels: MOST_LEVELS, least: 0.0 }, |k| {
        Draws::new(request.seed, 90_000 + k)
    });
    if !pilot.finished {
        return Err("no-failure-seen");
    }
    let each = (meter.spent() - before) as f64 / first as f64;
    // A run may take a little more than the first did.
    let level = LEVEL.min((0.9 * meter.left() as f64 / RUNS as f64 / each) as usize);
    if level < LEAST_LEVEL {
        return Err("budget-too-small");
    }
    meter.stage("independent runs");
    let before = meter.spent();
    let mut runs = Vec::new();
    let mut failures = Regions::new(meter.dim());
    for r in 0..RUNS as u64 {
        if meter.stopped() || meter.left() < level {
            return Err("stopped");
        }
        let run = subset::climb(meter, &pilot.ladder, level, |k| Draws::new(request.seed, 100_000 * (r + 1) + k));
        failures.add(&run.failures);
        runs.push(run.probability);
    }
    let summary = replicated(&runs);
    let nominal = (level * RUNS + first) as f64;
    let sample = meter.spent() - before;
    let mut estimate = estimated(summary.mean, |alpha| summary.factor(alpha), Interval::ReplicatesT, request, nominal);
    if summary.spread.is_nan() || summary.spread >= 1.0 {
        estimate = estimate.distrusted("runs-disagree");
    }
    // The probability of the run that chose the levels is no part of the mean: it has to lie among the others.
    if libm::log(pilot.probability / summary.mean).abs() > 4.0 * libm::sqrt(libm::log1p(summary.spread * summary.spread)).max(0.3)
    {
        estimate = estimate.distrusted("first-run-disagrees");
    }
    let detail = Detail {
        error: summary.error,
        freedom: summary.freedom,
        sample,
        components: Some(failures.count()),
        replicates: runs,
        acceptance: pilot.acceptance,
        plain_equivalent: nominal,
        ..Detail::default()
    };
    Ok(meter.answer(estimate, "subset", detail))
}
