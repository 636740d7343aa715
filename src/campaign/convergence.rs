//! How an estimate came about: what the campaign would have stated after fewer rollouts.

use super::keep::FAILURES_KEPT;
use super::replay::rows_files;
use super::{CHUNK, Campaign, CampaignError, Groups, Method, RecordedScenario, Tally};
use crate::store;
use nines_metrics::{Confidence, Counts};
use nines_viz::{Convergence, ScenarioSummary, StateKind};

/// Most points of a history.
const POINTS: u64 = 24;

/// The history of every scenario's estimate given the hazard; empty of a search, whose sample is weighed as a whole.
///
/// # Errors
/// Where rows cannot be read.
pub(super) fn convergence(campaign: &Campaign) -> Result<Vec<(String, Vec<Convergence>)>, CampaignError> {
    let pairs = campaign.record.scenarios.iter().zip(&campaign.ledgers);
    let one = |(asked, ledger): (&RecordedScenario, &super::Ledger)| {
        let summary = campaign.summary.scenarios.iter().find(|s| s.name == asked.name);
        let history = match summary {
            Some(s) if s.search.is_none() => of_scenario(campaign, s, ledger.rows())?,
            _ => Vec::new(),
        };
        Ok((asked.name.clone(), history))
    };
    pairs.map(one).collect()
}

fn of_scenario(campaign: &Campaign, summary: &ScenarioSummary, rows: &[Tally]) -> Result<Vec<Convergence>, CampaignError> {
    let marked = summary.strata.iter().any(|s| s.state_kind == StateKind::Hazard);
    let halves = marked && campaign.record.method != Method::Mc;
    let counted = if halves || !marked { by_index(campaign, summary, halves)? } else { Vec::new() };
    // What is not known by index is known at the ends of the ledger's rows.
    let counted = if counted.is_empty() { by_ledger(summary, rows, marked) } else { counted };
    let groups = Groups::of_summary(summary, &campaign.record)?;
    let error = Confidence::new(summary.hazard.probability.confidence)?.each_side();
    let point = |&(rollouts, hazard_rollouts, failures): &(u64, u64, u64)| {
        let counts = Counts::new(hazard_rollouts, failures)?;
        Ok(Convergence {
            rollouts,
            hazard_rollouts,
            failures,
            estimate: counts.rate().unwrap_or_default(),
            lower: groups.plan.lower(counts, error),
            upper: groups.plan.upper(counts, error),
        })
    };
    counted.iter().filter(|(_, with, _)| *with > 0).map(point).collect()
}

/// Rollouts, those with the hazard, and failures among these, up to some chunks; empty where not every failure is stored.
fn by_index(campaign: &Campaign, summary: &ScenarioSummary, halves: bool) -> Result<Vec<(u64, u64, u64)>, CampaignError> {
    if summary.failures > FAILURES_KEPT {
        return Ok(Vec::new());
    }
    let mut failed = Vec::new();
    for path in rows_files(campaign, &summary.name) {
        let rows = store::read_failed(&path)?;
        failed.extend(rows.into_iter().filter(|index| !halves || index % 2 == 1));
    }
    failed.sort_unstable();
    let with = |end: u64| if halves { end / 2 } else { end };
    let so_far = |end: u64| failed.partition_point(|index| *index < end) as u64;
    Ok(ends(summary.rollouts).into_iter().map(|end| (end, with(end), so_far(end))).collect())
}

/// Ends of chunks, spread evenly by their logarithm; the last is that of the campaign.
fn ends(rollouts: u64) -> Vec<u64> {
    let chunks = rollouts.div_ceil(CHUNK);
    let at = |k: u64| libm::pow(chunks as f64, k as f64 / (POINTS - 1) as f64).round() as u64;
    let mut all: Vec<u64> = (0..POINTS).map(|k| (at(k) * CHUNK).min(rollouts)).filter(|end| *end > 0).collect();
    all.dedup();
    all
}

fn by_ledger(summary: &ScenarioSummary, rows: &[Tally], marked: bool) -> Vec<(u64, u64, u64)> {
    let is_hazard = |k: u16| !marked || summary.strata.get(usize::from(k)).is_some_and(|s| s.state_kind == StateKind::Hazard);
    let mut sum = (0, 0, 0);
    let add = |row: &Tally| {
        let with = row.strata.iter().filter(|s| is_hazard(s.stratum));
        let (rollouts, failures) = with.fold((0, 0), |(n, k), s| (n + s.rollouts, k + s.failures));
        sum = (sum.0 + row.rollouts, sum.1 + rollouts, sum.2 + failures);
        sum
    };
    rows.iter().map(add).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_ends_of_chunks_up_to_the_last() {
        assert_eq!(ends(2_000), [256, 512, 768, 1024, 1280, 1536, 1792, 2000]);
        let many = ends(1 << 24);
        assert!(many.len() == 24 && many[23] == 1 << 24 && many.is_sorted() && many.iter().all(|end| end % CHUNK == 0));
        assert_eq!((ends(0), ends(100)), (vec![], vec![100]));
    }
}
