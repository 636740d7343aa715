//! Failures of one kind, run again to be seen over one another.

use super::folder::searches_file;
use super::replay::{Again, Driven, own_policy, parts_files, scenario_of};
use super::{Address, Campaign, CampaignError, PART, ReplayError, Scenario, Search, Which, modes, part_file};
use crate::store;
use nines_sim::{Outcome, Trace};
use std::collections::BTreeMap;

/// Failures that were run again.
#[derive(Clone, Debug)]
pub struct Overlaid {
    /// By index.
    pub rollouts: Vec<(Outcome, Trace)>,
    /// Failures of the same kind that are left out.
    pub left_out: u64,
}

/// Runs other failures like that of an address again: those of its mode where it names one, else all that are stored of its scenario. The
/// first `most` by index, which are a random choice wherever rollouts are drawn at random; `but` is left out, being shown already.
pub fn overlay(campaign: &Campaign, address: &Address, but: u64, most: usize) -> Result<Overlaid, ReplayError> {
    let scenario = scenario_of(campaign, &address.scenario)?;
    let mut alike = alike(campaign, &scenario, address)?;
    alike.retain(|rollout| *rollout != but);
    let left_out = alike.len().saturating_sub(most) as u64;
    alike.truncate(most);
    let own = own_policy(&campaign.record.policy);
    let again = Again { record: &campaign.record, scenario: &scenario, own: &own, other: false };
    let mut by_part: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for rollout in alike {
        by_part.entry(rollout / PART).or_default().push(rollout);
    }
    let mut rollouts = Vec::new();
    for (part, wanted) in by_part {
        let path = campaign.folder.join("rollouts").join(&scenario.name).join(part_file(part));
        for row in store::read_rows(&path)?.into_iter().filter(|row| wanted.binary_search(&row.rollout).is_ok()) {
            let Driven { outcome, trace, .. } = again.drive(row.rollout, Some(row))?;
            rollouts.push((outcome, trace));
        }
    }
    Ok(Overlaid { rollouts, left_out })
}

/// Indices of the failures that are like that of an address, ascending.
fn alike(campaign: &Campaign, scenario: &Scenario, address: &Address) -> Result<Vec<u64>, ReplayError> {
    let (folder, record) = (&campaign.folder, &campaign.record);
    let tally = campaign.tally(&scenario.name).unwrap_or_default();
    let Which::Mode(mode) = address.which else {
        let mut all = Vec::new();
        for path in parts_files(folder, &scenario.name, &tally) {
            all.extend(store::read_failures(&path, "margin")?.into_iter().map(|failure| failure.rollout));
        }
        return Ok(all);
    };
    // Modes of a search are made with its weights, which follow from its margins.
    let found = match Search::of(record, scenario).map_err(CampaignError::from)? {
        Some(search) => search.recall(&store::read_margins(&searches_file(folder, &scenario.name))?),
        None => None,
    };
    let members = modes::members(folder, record, scenario, &tally, found.as_ref(), mode)?;
    members.ok_or_else(|| {
        let modes = campaign.summary.scenarios.iter().find(|s| s.name == scenario.name).and_then(|s| s.modes.as_ref());
        ReplayError::NoMode { scenario: scenario.name.clone(), mode, modes: modes.map_or(0, |modes| modes.len() as u64) }
    })
}
