//! What a policy stated of the hazard in the first rollouts of each scenario, taken before that was evident, and scored against the truth.
//!
//! The first rollouts by index are an unbiased draw, whatever became of them. Their statements are taken before rows are written, from what was
//! answered alone; scores follow from the rows. `docs/beliefs.md` has the definitions.

use super::coordinator::ANSWERS_KEPT;
use super::replay::parts_files;
use super::{Kept, Method, Record, Scenario, SummaryError, Tally};
use crate::store::{self, RowContext, StoreError, StoredBelief};
use nines_metrics::Confidence;
use nines_metrics::belief::{self, Draw, Scores, Stated};
use nines_sim::hindsight::{Said, statement};
use nines_sim::{Job, Outcome, Template};
use nines_viz::{Calibration, CalibrationBin, Limits};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Rollouts of a scenario whose beliefs are scored unless said otherwise.
pub const BELIEFS: u64 = 1000;
/// Most that can be asked for: of these the answers of every failure are kept.
pub const MOST_BELIEFS: u64 = ANSWERS_KEPT;

/// What is scored of a rollout.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Believed {
    /// The probability of the hazard that the policy stated last; `None` where it had stated none.
    pub belief: Option<f64>,
    /// Share of the rollouts that hold it, as the policy was told; `None` where the rollout is not scored, since the hazard was evident
    /// before anything could be stated.
    pub base_rate: Option<f64>,
    /// Time up to which statements count, s; `None` where there are none.
    pub at_s: Option<f64>,
}

/// The beliefs among some rows, by index.
pub(super) fn look_at(context: &RowContext, rows: &[Kept]) -> BTreeMap<u64, Believed> {
    let Some(analyst) = &context.beliefs else { return BTreeMap::new() };
    let first: Vec<&Outcome> = rows.iter().map(|row| &row.outcome).take_while(|o| o.rollout < analyst.most).collect();
    let (template, policy) = (context.template, analyst.pilot);
    // Nothing is scored where a search chooses.
    let job = Job { template, policy, seed: context.seed, sampling: context.sampling, chosen: None, batch: 1 };
    if template.base_rate(job.sampling).is_none() {
        return BTreeMap::new();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some(outcome) = first.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.push((outcome.rollout, of_outcome(&job, outcome)));
        }
        found
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..analyst.threads.clamp(1, first.len().max(1))).map(|_| scope.spawn(work)).collect();
        // A panic of our own is passed on: it is no result.
        threads.into_iter().flat_map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// What is scored of one rollout.
pub(super) fn of_outcome(job: &Job, outcome: &Outcome) -> Believed {
    let unsaid = || Believed { base_rate: job.template.base_rate(job.sampling), ..Believed::default() };
    let Some(said) = Said::of(job, outcome).filter(Said::states) else { return unsaid() };
    let Some(found) = statement(job, outcome.rollout, &said) else { return Believed::default() };
    Believed { belief: found.belief, base_rate: Some(found.base_rate), at_s: Some(found.at_s) }
}

/// What columns of beliefs are called: after the latent variable whose states alone are the hazard, else `hazard`. `None` where there is
/// nothing to believe.
pub fn belief_name(template: &Template) -> Option<&str> {
    let strata = &template.strata;
    if strata.iter().all(|s| s.hazard) || !strata.iter().any(|s| s.hazard) {
        return None;
    }
    let decides = |k: usize| strata.iter().all(|a| strata.iter().all(|b| a.states[k] != b.states[k] || a.hazard == b.hazard));
    Some((0..template.latents.len()).find(|k| decides(*k)).map_or("hazard", |k| &template.latents[k].name))
}

/// What the rows of a scenario with such a sum of its ledger say of beliefs, ascending.
pub(super) fn stored(folder: &Path, scenario: &Scenario, tally: &Tally, most: u64) -> Result<Vec<StoredBelief>, StoreError> {
    let Some(name) = belief_name(&scenario.template).filter(|_| most > 0) else { return Ok(Vec::new()) };
    // All of them are in the first part.
    let path = parts_files(folder, &scenario.name, tally).next().filter(|_| tally.first_rollout < most);
    path.map_or(Ok(Vec::new()), |path| store::read_beliefs(&path, name, most))
}

/// The key `calibration` of a summary, from the rows; `None` where the policy stated nothing.
pub(super) fn calibration(
    folder: &Path,
    record: &Record,
    scenario: &Scenario,
    tally: &Tally,
) -> Result<Option<Vec<Calibration>>, super::CampaignError> {
    let rows = stored(folder, scenario, tally, record.beliefs)?;
    Ok(scored(record, scenario, &rows)?.map(|one| vec![one]))
}

fn scored(record: &Record, scenario: &Scenario, rows: &[StoredBelief]) -> Result<Option<Calibration>, SummaryError> {
    let statements = rows.iter().filter(|row| row.belief.is_some()).count() as u64;
    if statements == 0 {
        return Ok(None);
    }
    let hazard = super::modes::hazard_strata(scenario);
    // Whoever has said nothing by then knows what it was told.
    let one = |row: &StoredBelief| {
        // One that is certain to `f32` leaves nothing to believe.
        let base_rate = row.base_rate.filter(|rate| *rate > 0.0 && *rate < 1.0)?;
        Some(Stated { belief: row.belief.unwrap_or(base_rate), truth: hazard.contains(&row.stratum), base_rate })
    };
    let stated: Vec<Stated> = rows.iter().filter_map(one).collect();
    let draw = if record.method == Method::Mc { Draw::Plain } else { Draw::ByTruth };
    let scores = belief::score(&stated, draw, Confidence::new(record.confidence)?)?;
    let base_rate = stated.first().map_or(0.0, |s| s.base_rate);
    let held = scenario.hazard_states.join(" or ");
    Ok(scores.map(|scores| written(held, statements, base_rate, record.confidence, &scores)))
}

fn written(belief: String, statements: u64, base_rate: f64, confidence: f64, scores: &Scores) -> Calibration {
    let limits = |(lower, upper): (f64, f64)| Limits { lower, upper };
    let bin = |bin: &belief::Bin| CalibrationBin {
        from: bin.from,
        to: bin.to,
        rollouts: bin.statements,
        stated: bin.stated,
        observed: bin.observed,
        lower: bin.limits.0,
        upper: bin.limits.1,
    };
    let (brier, log_loss) = (&scores.brier, &scores.log_loss);
    Calibration {
        belief,
        rollouts: scores.statements,
        statements,
        base_rate,
        brier: brier.score,
        brier_limits: limits(brier.limits),
        brier_skill: brier.skill,
        brier_skill_limits: limits(brier.skill_limits),
        log_loss: log_loss.score,
        log_loss_limits: limits(log_loss.limits),
        log_loss_skill: log_loss.skill,
        log_loss_skill_limits: limits(log_loss.skill_limits),
        confidence,
        interval: "normal".into(),
        curve: scores.curve.iter().map(bin).collect(),
    }
}
