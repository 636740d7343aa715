//! Failure modes of a scenario given the hazard, from its stored rows.

use super::replay::parts_files;
use super::{Found, Groups, LimitState, Record, Scenario, Tally};
use crate::store::{self, StoreError, StoredFailure};
use nines_metrics::modes::{self, Mode, Side, modes as told_apart};
use nines_metrics::rare::Points;
use nines_viz::numbers::few;
use nines_viz::{ModeSide, ModeSummary, Sensitivity};
use std::collections::BTreeMap;
use std::path::Path;

/// Most failures that modes are made of: the first by index. Until 100,000 every failure is a row of its own.
pub const MOST_FAILURES: usize = 20_000;

/// What the modes of a scenario are made of, and what they are.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundModes {
    /// Failures given the hazard that were told apart.
    pub failures: u64,
    /// By share, the largest first.
    pub modes: Vec<ModeSummary>,
    /// Parameters that make all of them.
    pub sensitivity: Vec<Sensitivity>,
}

/// The modes of a scenario; `None` where nothing was driven with the hazard, or a search gave its failures no weights.
pub(super) fn modes(
    folder: &Path,
    record: &Record,
    scenario: &Scenario,
    tally: &Tally,
    found: Option<&Found>,
) -> Result<Option<FoundModes>, StoreError> {
    let counted = counted(folder, record, scenario, tally, found)?;
    let probability = probability(record, scenario, tally, found);
    Ok(counted.map(|counted| of_failures(scenario, &counted, probability)))
}

/// The failures of a mode by its number, ascending; `None` where there is no such mode.
pub(super) fn members(
    folder: &Path,
    record: &Record,
    scenario: &Scenario,
    tally: &Tally,
    found: Option<&Found>,
    number: u64,
) -> Result<Option<Vec<u64>>, StoreError> {
    let counted = counted(folder, record, scenario, tally, found)?.unwrap_or_default();
    let (points, weights, kinds, _) = points_of(scenario, &counted);
    let found = told_apart(&points, &weights, &kinds);
    let mode = usize::try_from(number).ok().and_then(|number| found.get(number.checked_sub(1)?));
    Ok(mode.map(|mode| mode.members.iter().map(|k| counted[*k].0.rollout).collect()))
}

/// The failures that modes are made of, with their weights; `None` as of [`modes`].
fn counted(
    folder: &Path,
    record: &Record,
    scenario: &Scenario,
    tally: &Tally,
    found: Option<&Found>,
) -> Result<Option<Vec<(StoredFailure, f64)>>, StoreError> {
    let sample = match found {
        Some(Found { sample: Some(sample), .. }) => Some(sample),
        Some(_) => return Ok(None),
        None => None,
    };
    let Ok(groups) = Groups::of(scenario, record, tally) else { return Ok(None) };
    if groups.hazard.rollouts() == 0 {
        return Ok(None);
    }
    let margin = match record.search.as_ref().filter(|_| found.is_some()).and_then(|s| LimitState::by_name(&s.limit_state)) {
        Some(LimitState::Of(criterion)) => format!("margin_{}", criterion.name()),
        _ => "margin".to_owned(),
    };
    let mut counted: Vec<(StoredFailure, f64)> = Vec::new();
    if groups.hazard.failures() > 0 {
        let hazard = hazard_strata(scenario);
        for path in parts_files(folder, &scenario.name, tally) {
            let failures = store::read_failures(&path, &margin)?.into_iter().filter(|f| hazard.contains(&f.stratum));
            let weight = |f: &StoredFailure| Some(f64::from(f.stands_for) * sample.map_or(Some(1.0), |s| s.weight(f.rollout))?);
            counted.extend(failures.filter_map(|f| weight(&f).map(|weight| (f, weight))));
            if counted.len() >= MOST_FAILURES {
                counted.truncate(MOST_FAILURES);
                break;
            }
        }
    }
    Ok(Some(counted))
}

/// Names of the strata that are the hazard; all where no state is marked.
pub(super) fn hazard_strata(scenario: &Scenario) -> Vec<String> {
    let marked = scenario.has_hazard();
    let strata = scenario.strata.iter().enumerate().filter(|(_, s)| !marked || s.hazard);
    strata.map(|(k, _)| store::stratum_name(&scenario.template, k)).collect()
}

/// The failure probability given the hazard, 0 where it is not known.
fn probability(record: &Record, scenario: &Scenario, tally: &Tally, found: Option<&Found>) -> f64 {
    let counted = || Groups::of(scenario, record, tally).ok().map(|groups| groups.hazard);
    let plain = || counted().filter(|half| half.rollouts() > 0).map(|half| half.failures() as f64 / half.rollouts() as f64);
    found.map_or_else(plain, |found| found.summary.estimate).unwrap_or(0.0)
}

fn of_failures(scenario: &Scenario, counted: &[(StoredFailure, f64)], probability: f64) -> FoundModes {
    let (points, weights, kinds, names) = points_of(scenario, counted);
    let found = told_apart(&points, &weights, &kinds);
    let all: Vec<usize> = (0..weights.len()).filter(|k| weights[*k] > 0.0).collect();
    let sensitivity =
        if all.is_empty() { Vec::new() } else { named(scenario, &modes::sensitivity(&points, &weights, &all), probability) };
    let modes = found.iter().enumerate();
    let modes = modes.map(|(k, mode)| written(scenario, k + 1, mode, names[mode.kind], counted, probability)).collect();
    FoundModes { failures: counted.len() as u64, modes, sensitivity }
}

/// Failures as points with weights and kinds, and the cause and stratum of each kind.
type PointsOf<'a> = (Points, Vec<f64>, Vec<usize>, Vec<(&'a str, &'a str)>);

fn points_of<'a>(scenario: &Scenario, counted: &'a [(StoredFailure, f64)]) -> PointsOf<'a> {
    // A scenario without parameters has one point.
    let dim = scenario.template.params.len();
    let mut points = Points::new(dim.max(1));
    let (mut weights, mut kinds, mut names) = (Vec::new(), Vec::new(), Vec::<(&str, &str)>::new());
    for (failure, weight) in counted {
        if dim == 0 {
            points.push(&[0.0])
        } else {
            points.push(&failure.point)
        }
        weights.push(*weight);
        let name = (failure.cause.as_str(), failure.stratum.as_str());
        let known = names.iter().position(|known| *known == name);
        kinds.push(known.unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        }));
    }
    (points, weights, kinds, names)
}

/// A mode as it stands in files.
fn written(
    scenario: &Scenario,
    number: usize,
    mode: &Mode,
    (cause, stratum): (&str, &str),
    counted: &[(StoredFailure, f64)],
    probability: f64,
) -> ModeSummary {
    let strata = scenario.strata.iter().enumerate();
    let latent = strata.filter(|(k, _)| store::stratum_name(&scenario.template, *k) == stratum).map(|(_, s)| s.latent.clone());
    let sensitivity = named(scenario, &mode.sensitivity, probability * mode.share);
    ModeSummary {
        id: format!("{}/mode-{number}", scenario.name),
        share: mode.share,
        share_lower: mode.lower,
        share_upper: mode.upper,
        failures: mode.members.len() as u64,
        cause: cause.into(),
        latent: latent.flatten().collect::<BTreeMap<_, _>>(),
        representative: format!("{}/{}", scenario.name, counted[mode.representative].0.rollout),
        parameters: sensitivity.iter().map(|s| s.parameter.clone()).collect(),
        sensitivity,
    }
}

/// Sensitivities of failures with that probability, by the names of the parameters.
fn named(scenario: &Scenario, all: &[modes::Sensitivity], probability: f64) -> Vec<Sensitivity> {
    let one = |s: &modes::Sensitivity| {
        let side = match s.side {
            Side::High => ModeSide::High,
            Side::Low => ModeSide::Low,
            Side::Ends => ModeSide::Ends,
            Side::Middle => ModeSide::Middle,
        };
        Some(Sensitivity {
            parameter: scenario.template.params.get(s.coordinate)?.name.clone(),
            index: s.index,
            total_variation: s.total_variation,
            first_order: s.first_order(probability),
            side,
        })
    };
    all.iter().filter_map(one).collect()
}

/// What must be said of modes: a search that meets one only, and failures that are nearly all of one.
pub(super) fn warnings(scenarios: &[nines_viz::ScenarioSummary]) -> Vec<String> {
    let (mut only, mut nearly) = (Vec::new(), Vec::new());
    for scenario in scenarios {
        let (Some(modes), failures) = (&scenario.modes, scenario.modes_of.unwrap_or(0)) else { continue };
        let searched = scenario.search.as_ref().is_some_and(|search| search.method != super::Method::Mc.name());
        match &modes[..] {
            _ if failures < MANY => {}
            [_] if searched => only.push(scenario.name.as_str()),
            [first, ..] if first.share > NEARLY_ALL => nearly.push(scenario.name.as_str()),
            _ => {}
        }
    }
    let mut all = Vec::new();
    if !only.is_empty() {
        all.push(format!(
            "the search keeps finding the same mode only in {}: what nothing leads to is as its reach says",
            few(&only)
        ));
    }
    if !nearly.is_empty() {
        all.push(format!("one mode holds more than 95% of the failures in {}: more rollouts show mostly the same", few(&nearly)));
    }
    all
}

/// Failures that are many.
const MANY: u64 = 100;
const NEARLY_ALL: f64 = 0.95;
