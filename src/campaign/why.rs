//! Why a rollout that was run again failed: its hindsight, and the smallest change of its parameters with which it passes.

use super::{Campaign, Difference, PART, Replayed, part_file};
use crate::policy::Nobody;
use crate::store::{self, StoreError};
use nines_sim::hindsight::{Answers, Change, Hindsight, Said, Statement, analyse, smallest_change, statement};
use nines_sim::{Chosen, Job, Pilot, Verdict, drive};

/// What hindsight says of a rollout that was run again; `None` where it did not fail, or not by how it drove.
pub fn hindsight_of(campaign: &Campaign, replayed: &Replayed) -> Option<Hindsight> {
    // Nobody is asked: what was answered is in the trace.
    let job = job(campaign, replayed, Pilot::External(&Nobody), replayed.chosen.as_ref());
    analyse(&job, replayed.rollout, &Answers::traced(&replayed.trace))
}

/// The statement of a rollout that was run again by which its policy's belief is scored; `None` where it stated none by then, of a search, and
/// where there is nothing to believe.
pub fn scored_belief(campaign: &Campaign, replayed: &Replayed) -> Option<Statement> {
    if campaign.record.method.searches() {
        return None;
    }
    let job = job(campaign, replayed, Pilot::External(&Nobody), None);
    let said = Said::traced(&replayed.trace);
    statement(&job, replayed.rollout, &said).filter(|found| found.belief.is_some())
}

/// Where what is stored of a failure's hindsight is not what is found now; nothing where none is stored, or another policy drove.
pub fn hindsight_differences(
    campaign: &Campaign,
    replayed: &Replayed,
    found: Option<&Hindsight>,
) -> Result<Vec<Difference>, StoreError> {
    if replayed.stored.is_none() {
        return Ok(Vec::new());
    }
    let folder = campaign.folder.join("rollouts").join(&replayed.scenario.name);
    let rows = store::read_hindsight(&folder.join(part_file(replayed.rollout / PART)))?;
    let Some(row) = rows.into_iter().find(|row| row.rollout == replayed.rollout) else { return Ok(Vec::new()) };
    let time = |s: Option<f64>| s.map_or("none".to_owned(), |s| s.to_string());
    let all = [
        ("attribution", row.attribution, found.map_or("none".into(), |h| h.attribution.name().to_owned())),
        ("evident_s", time(row.evident_s), time(found.and_then(|h| Some(h.evidence?.since_s)))),
        ("avoidable_until_s", time(row.avoidable_until_s), time(found.and_then(|h| Some(h.avoidable?.until_s)))),
    ];
    let differ = all.into_iter().filter(|(_, stored, now)| stored != now);
    Ok(differ.map(|(what, stored, now)| Difference { what: what.into(), stored, now }).collect())
}

/// The smallest change found with which it passes, and what the parameters are with it.
#[derive(Clone, Debug, PartialEq)]
pub struct PointChange {
    /// In standard normal space.
    pub change: Change,
    /// Name, value as it was, value with the change, and change in standard deviations, of each parameter that is changed, the largest first.
    pub parameters: Vec<(String, f64, f64, f64)>,
}

/// Looks for the smallest change of the parameters of a failure with which its policy passes, in the same latent states and noise. `None`
/// where it did not fail, where it was played from a record so that nobody can be asked, or where nothing on the ways that are looked along passes.
pub fn smallest_change_of(campaign: &Campaign, replayed: &Replayed) -> Option<PointChange> {
    let policy = replayed.driver.as_ref().filter(|_| replayed.outcome.verdict != Verdict::Pass)?;
    let (template, rollout) = (&replayed.scenario.template, replayed.rollout);
    let record = &campaign.record;
    let was = template.concrete(record.seed, record.method.sampling(), replayed.chosen.as_ref(), rollout);
    let change = smallest_change(&was.point, |point| {
        let mut chosen = Chosen::new(rollout, 1, template.params.len());
        chosen.push(was.stratum, point, &was.lineage);
        let driven = drive(&job(campaign, replayed, policy.pilot(), Some(&chosen)), rollout..rollout + 1);
        driven.outcomes.first().is_some_and(|outcome| outcome.verdict == Verdict::Pass)
    })?;
    let mut now = change.point.clone();
    template.values(&mut now);
    let named = |k: &usize| (template.params[*k].name.clone(), was.params[*k], now[*k], change.point[*k] - was.point[*k]);
    let parameters = change.changed.iter().map(named).collect();
    Some(PointChange { change, parameters })
}

fn job<'a>(campaign: &Campaign, replayed: &'a Replayed, policy: Pilot<'a>, chosen: Option<&'a Chosen>) -> Job<'a> {
    let record = &campaign.record;
    Job { template: &replayed.scenario.template, policy, seed: record.seed, sampling: record.method.sampling(), chosen, batch: 1 }
}
