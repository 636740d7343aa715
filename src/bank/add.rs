//! Keeping failures of a campaign.

use super::case::{scenario_name, world};
use super::store::scenario_path;
use super::{BankError, CASE_SCHEMA, Case, Failed, Moved};
use crate::campaign::{Address, Campaign, CampaignError, Replayed, Search, VERSION, Which, replay};
use crate::store::{self, hash_hex, stratum_name};
use nines_metrics::modes::effective_kinds;
use nines_sim::{Criterion, Verdict};
use nines_viz::ModeSummary;
use std::path::{Path, PathBuf};

/// What became of a failure that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its file.
    pub path: PathBuf,
    /// Whether it was there already.
    pub already: bool,
}

/// A failure of each failure mode of every scenario; where modes are not told apart the worst one.
pub fn addresses(campaign: &Campaign) -> Vec<Address> {
    let of = |s: &nines_viz::ScenarioSummary| -> Vec<Address> {
        let address = |which| Address { scenario: s.name.clone(), which };
        match &s.modes {
            Some(modes) if !modes.is_empty() => (1..=modes.len() as u64).map(|k| address(Which::Mode(k))).collect(),
            _ if s.failures > 0 => vec![address(Which::Worst)],
            _ => Vec::new(),
        }
    };
    campaign.summary.scenarios.iter().flat_map(of).collect()
}

/// Keeps failures, all or none: each is driven again first, and has to come out as it is stored, before anything is written.
pub fn keep(campaign: &Campaign, addresses: &[Address], folder: &Path) -> Result<Vec<Added>, BankError> {
    let cases = addresses.iter().map(|address| found(campaign, address)).collect::<Result<Vec<_>, _>>()?;
    cases.iter().map(|(case, text)| write(case, text, folder)).collect()
}

/// A failure as a case, and the text of its scenario.
fn found(campaign: &Campaign, address: &Address) -> Result<(Case, Vec<u8>), BankError> {
    let replayed = replay(campaign, address, None)?;
    let rollout = format!("{}/{}", replayed.scenario.name, replayed.rollout);
    if !replayed.differences.is_empty() {
        return Err(BankError::NotReproduced { rollout });
    }
    if replayed.outcome.verdict == Verdict::Pass {
        return Err(BankError::Passed { rollout });
    }
    let text = scenario_text(campaign, &replayed.scenario.name)?;
    let case = case_of(campaign, address, &replayed, hash_hex(&text))?;
    Ok((case, text))
}

fn write(case: &Case, text: &[u8], folder: &Path) -> Result<Added, BankError> {
    let path = folder.join(format!("{}.yaml", case.name()));
    if path.exists() {
        return Ok(Added { path, already: true });
    }
    store::create_folder(&folder.join("scenarios"))?;
    let scenario = scenario_path(folder, &scenario_name(&case.scenario, &case.scenario_file));
    if !scenario.exists() {
        store::write_whole(&scenario, text)?;
    }
    store::write_whole(&path, case.text().as_bytes())?;
    Ok(Added { path, already: false })
}

/// The scenario as the campaign used it.
fn scenario_text(campaign: &Campaign, name: &str) -> Result<Vec<u8>, BankError> {
    Ok(store::read(&campaign.folder.join(format!("scenarios/{name}.yaml")))?)
}

fn case_of(campaign: &Campaign, address: &Address, replayed: &Replayed, scenario_file: String) -> Result<Case, BankError> {
    let (record, scenario, outcome) = (&campaign.record, &replayed.scenario, &replayed.outcome);
    let template = &scenario.template;
    let search = Search::of(record, scenario).map_err(|e| crate::campaign::ReplayError::from(CampaignError::from(e)))?;
    let row = replayed.stored.as_ref().filter(|_| search.is_some_and(|search| search.has_chosen(replayed.rollout)));
    let moved = row.map(|row| Moved { point: row.point.clone(), lineage: row.lineage.clone() });
    let stratum = stratum_name(template, outcome.stratum.into());
    let mut case = Case {
        schema: CASE_SCHEMA.into(),
        scenario: scenario.name.clone(),
        scenario_fingerprint: scenario.fingerprint.clone(),
        scenario_file,
        stratum,
        seed: record.seed,
        rollout: replayed.rollout,
        sampling: if record.method.sampling() == nines_sim::Sampling::Mc { "mc" } else { "stratified" }.into(),
        moved,
        world: String::new(),
        nines_version: VERSION.into(),
        failed: Failed {
            policy: record.policy.name.clone(),
            fingerprint: record.policy.fingerprint.clone(),
            campaign: campaign.summary.campaign.clone(),
            mode: mode_of(campaign, address, &format!("{}/{}", scenario.name, replayed.rollout)).map(|mode| mode.id.clone()),
            cause: outcome.cause.map_or("none", Criterion::name).into(),
            margin: outcome.margin,
            digest: format!("{:016x}", outcome.digest),
        },
    };
    let chosen = super::drive::chosen(&case, template);
    let concrete = template.concrete(case.seed, record.method.sampling(), chosen.as_ref(), case.rollout);
    case.world = world(&case.stratum, &concrete);
    Ok(case)
}

/// The mode that was asked for, or that a rollout stands for.
fn mode_of<'a>(campaign: &'a Campaign, address: &Address, rollout: &str) -> Option<&'a ModeSummary> {
    let modes = campaign.summary.scenarios.iter().find(|s| s.name == address.scenario)?.modes.as_ref()?;
    match address.which {
        Which::Mode(k) => modes.get(usize::try_from(k).ok()?.checked_sub(1)?),
        _ => modes.iter().find(|mode| mode.representative == rollout),
    }
}

/// What there is to say where the failures of a campaign are nearly all of one kind: how many they are, of which mode most, and its share.
pub fn collapse(campaign: &Campaign) -> Option<String> {
    /// Fewer failures show nothing of their kinds.
    const LEAST: f64 = 20.0;
    let scenarios = campaign.summary.scenarios.iter();
    let of = |s: &nines_viz::ScenarioSummary| {
        let failures = s.hazard.failures as f64;
        s.modes.iter().flatten().map(|mode| (mode.id.clone(), failures * mode.share)).collect::<Vec<_>>()
    };
    let modes: Vec<(String, f64)> = scenarios.flat_map(of).collect();
    let all: f64 = modes.iter().map(|(_, weight)| weight).sum();
    let (most, weight) = modes.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let kinds = effective_kinds(modes.iter().map(|(_, weight)| *weight));
    (all >= LEAST && kinds < 2.0).then(|| {
        let share = nines_viz::numbers::part(weight / all);
        format!("the failures of this campaign collapse into {kinds:.1} effective modes: {share} are {most}; more cases of it test the same again")
    })
}
