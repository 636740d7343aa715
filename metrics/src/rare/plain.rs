//! Plain random sampling: assumes nothing, and alone can demonstrate.

use super::draws::Draws;
use super::meter::{LimitState, Meter, Tell};
use super::{Answer, Detail, Estimator, Request};
use crate::{Counts, Sample};

/// Points of a batch.
const BATCH: usize = 4096;

/// Plain random sampling of the whole budget, with exact binomial limits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Estimator for Plain {
    fn name(&self) -> &'static str {
        "mc"
    }

    fn estimate(&self, state: &mut dyn LimitState, request: &Request, tell: &mut Tell<'_>) -> Answer {
        let mut meter = Meter::new(state, request.budget, tell);
        plain(&mut meter, request, usize::MAX)
    }
}

/// Plain sampling of `n` points, as far as the budget goes.
pub(crate) fn plain(meter: &mut Meter<'_>, request: &Request, n: usize) -> Answer {
    meter.stage("plain sampling");
    let draws = Draws::new(request.seed, 1);
    let (mut sampled, mut failures) = (0u64, 0u64);
    while (sampled as usize) < n && meter.left() > 0 && !meter.stopped() {
        let m = BATCH.min(n - sampled as usize).min(meter.left());
        let points = draws.points(meter.dim(), sampled, m);
        failures += meter.margins(&points).iter().filter(|g| **g <= 0.0).count() as u64;
        sampled += m as u64;
    }
    let counts = Counts::new(sampled, failures).expect("failures are counted among fewer than 2^53 points");
    let estimate = Sample::all(counts).estimate(request.confidence);
    let (n, k) = (sampled as f64, failures as f64);
    let error = if failures > 0 { ((1.0 - k / n) / k).sqrt() } else { f64::INFINITY };
    let detail = Detail { error, sample: sampled, failures, plain_equivalent: n, ..Detail::default() };
    meter.answer(estimate, "mc", detail)
}

/// How many plain points have the relative error that is enough.
pub(crate) fn needed(probability: f64, target: f64) -> usize {
    ((1.0 - probability) / (probability * target * target)).ceil().min(1e12) as usize
}
