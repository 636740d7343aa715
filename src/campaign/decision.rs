//! When a scenario of `run --nines` may end.

use super::{CHUNK, Record, State, SummaryError};
use nines_metrics::{Confidence, Counts, Demand, Plan, Sample, Verdict};

/// The demand on every scenario, per hazard, and the confidence sequence that it is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    demand: Demand,
    confidence: Confidence,
    plan: Plan,
    scenarios: usize,
}

impl Decision {
    /// The decision that a campaign is to come to; `None` without `--nines`.
    ///
    /// # Errors
    /// For nines or a confidence that cannot be.
    pub fn of(record: &Record) -> Result<Option<Self>, SummaryError> {
        let (plan, scenarios) = (record.limits()?, record.scenarios.len());
        let confidence = Confidence::new(record.confidence)?;
        Ok(record.demand()?.map(|demand| Self { demand, confidence, plan, scenarios }))
    }

    /// Whether the gate says the same of a scenario from here on. Asked after every whole chunk, so that a scenario ends at the same
    /// rollout whatever its budget; it follows from counts alone.
    pub fn is_reached(&self, state: &State) -> bool {
        let counts = state.counts();
        if !counts.rollouts.is_multiple_of(CHUNK) {
            return false;
        }
        let Ok(hazard) = Counts::new(counts.hazard_rollouts, counts.hazard_failures) else { return false };
        match self.demand.decided(&Sample::all(hazard).under(self.plan), self.confidence, self.scenarios) {
            // What the gate would doubt is not demonstrated: a policy that never arrives.
            Some(Verdict::Demonstrated) => !state.ledger().total().is_stranded_above(self.demand.allowed()),
            Some(Verdict::Refuted) => true,
            Some(Verdict::Undecided) | None => false,
        }
    }
}
