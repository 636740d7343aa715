//! Randomised quasi-Monte Carlo: evenly spread points, several times over.

use super::draws::Draws;
use super::meter::{LimitState, Meter, Tell};
use super::sobol::{MOST_DIMENSIONS, Net};
use super::weights::replicated;
use super::{Answer, Detail, Estimator, Request, estimated, nothing};
use crate::Interval;

/// Owen-scrambled Sobol points: 16 independent scramblings of 2^m points each, m as large as the budget lets it be. Scrambling
/// makes each replicate right in the mean, so that their spread tells the error (Owen 1997; L'Ecuyer, Nakayama, Owen, Tuffin 2023).
#[derive(Clone, Copy, Debug, Default)]
pub struct Qmc;

const REPLICATES: usize = 16;

impl Estimator for Qmc {
    fn name(&self) -> &'static str {
        "qmc"
    }

    fn estimate(&self, state: &mut dyn LimitState, request: &Request, tell: &mut Tell<'_>) -> Answer {
        let mut meter = Meter::new(state, request.budget, tell);
        meter.stage("scrambled nets");
        // Beyond 2^20 points a replicate the gain is small and the memory is not.
        let n = (meter.left() / REPLICATES).min(1 << 20);
        let net = if meter.dim() <= MOST_DIMENSIONS { Net::new(meter.dim()) } else { None };
        let (Some(net), true) = (net, n >= 2) else {
            let reason = if n < 2 { "budget-too-small" } else { "too-many-inputs" };
            return meter.answer(nothing(Interval::ReplicatesT, request, reason), "qmc", Detail::default());
        };
        let n = 1usize << n.ilog2();
        let mut replicates = Vec::new();
        let mut failures = 0;
        for k in 0..REPLICATES {
            if meter.stopped() {
                return meter.answer(nothing(Interval::ReplicatesT, request, "stopped"), "qmc", Detail::default());
            }
            let points = net.normals(n, 1.0, Draws::new(request.seed, 2_000 + k as u64));
            let failed = meter.margins(&points).iter().filter(|g| **g <= 0.0).count();
            failures += failed;
            replicates.push(failed as f64 / n as f64);
        }
        let sample = (n * REPLICATES) as u64;
        let summary = replicated(&replicates);
        let detail = Detail {
            error: summary.error,
            freedom: summary.freedom,
            sample,
            failures: failures as u64,
            plain_equivalent: sample as f64,
            replicates,
            ..Detail::default()
        };
        if failures == 0 {
            return meter.answer(nothing(Interval::ReplicatesT, request, "no-failure-seen"), "qmc", detail);
        }
        let estimate = estimated(summary.mean, |alpha| summary.factor(alpha), Interval::ReplicatesT, request, sample as f64);
        // A handful of failures in all have no spread to speak of.
        let estimate = if failures < 50 { estimate.distrusted("few-failures") } else { estimate };
        meter.answer(estimate, "qmc", detail)
    }
}
