//! Pictures of failures: the rollouts that stand for failure modes are driven again, and drawn at the moment they fail.

use super::replay::{chosen_of, played_back, rows_files, scenario_of};
use super::{Campaign, Search};
use crate::policy::{Nobody, Options, Policy, is_built_in, load};
use crate::store::{self, StoredRow};
use nines_sim::{Criterion, Job, Pilot, drive_traced, drive_traced_by};
use nines_viz::{ModePicture, ModeSummary, PreviewRollout, ScenarioSummary, thumbnail};
use std::collections::BTreeMap;

/// Modes of a scenario that have a picture: those with the largest shares.
const OF_A_SCENARIO: usize = 4;
/// Pictures of a report: they bound its size and the time it takes.
const MOST: usize = 200;

/// The pictures of a campaign's failure modes, by the mode's address, the scenarios with the fewest nines first. A mode is left out where its
/// rollout does not come out as it was counted, or where the policy is not built in and its answers were not kept: nothing is run for a picture
/// but what this program holds.
pub(super) fn pictures(campaign: &Campaign) -> BTreeMap<String, ModePicture> {
    let record = &campaign.record;
    let (name, settings) = (&record.policy.name, &record.policy.settings);
    let own = is_built_in(name).then(|| load(name, settings, &Options::default()).ok()).flatten();
    let mut out = BTreeMap::new();
    let mut left = MOST;
    for scenario in nines_viz::terminal::by_need(&campaign.summary) {
        let modes = scenario.modes.as_deref().unwrap_or_default();
        let modes = &modes[..modes.len().min(OF_A_SCENARIO).min(left)];
        left -= modes.len();
        if !modes.is_empty() {
            of_scenario(campaign, scenario, modes, own.as_ref(), &mut out);
        }
    }
    out
}

fn of_scenario(
    campaign: &Campaign,
    summary: &ScenarioSummary,
    modes: &[ModeSummary],
    own: Option<&Policy>,
    out: &mut BTreeMap<String, ModePicture>,
) {
    let Ok(scenario) = scenario_of(campaign, &summary.name) else { return };
    let (record, template) = (&campaign.record, &scenario.template);
    let sampling = record.method.sampling();
    let index = |mode: &ModeSummary| mode.representative.rsplit_once('/').and_then(|(_, index)| index.parse::<u64>().ok());
    let search = Search::of(record, &scenario).ok().flatten();
    // What was drawn follows from the index; what was chosen, or answered by others, is in the rows.
    let needs_rows = own.is_none() || search.is_some();
    let wanted: Vec<u64> = modes.iter().filter_map(index).collect();
    let rows = if needs_rows { rows(campaign, &summary.name, &wanted) } else { Vec::new() };
    for mode in modes {
        let Some(rollout) = index(mode) else { continue };
        let row = rows.iter().find(|row| row.rollout == rollout);
        let chosen = row.and_then(|row| chosen_of(record, &scenario, row));
        if search.as_ref().is_some_and(|search| search.has_chosen(rollout)) && chosen.is_none() {
            continue;
        }
        let job = |policy| Job { template, policy, seed: record.seed, sampling, chosen: chosen.as_ref(), batch: 1 };
        let (outcome, trace) = match (own, row) {
            (Some(own), _) => drive_traced(&job(own.pilot()), rollout),
            (None, Some(row)) if !row.actions.is_empty() => {
                drive_traced_by(&job(Pilot::External(&Nobody)), &mut played_back(row), rollout)
            }
            _ => continue,
        };
        if outcome.cause.map(Criterion::name) != Some(mode.cause.as_str()) {
            continue;
        }
        let concrete = template.concrete(record.seed, sampling, chosen.as_ref(), rollout);
        let drawn = PreviewRollout { stratum: usize::from(concrete.stratum), params: concrete.params, outcome, trace };
        out.extend(thumbnail(template, drawn, &mode.representative).map(|picture| (mode.id.clone(), picture)));
    }
}

/// The stored rows of some rollouts; what cannot be read has none, and its modes no picture.
fn rows(campaign: &Campaign, name: &str, wanted: &[u64]) -> Vec<StoredRow> {
    let files = rows_files(campaign, name).filter_map(|path| store::read_rows(&path).ok());
    files.flatten().filter(|row| wanted.contains(&row.rollout)).collect()
}
