//! `summary.json` from the ledger, and modes from the rows: nothing else enters it, so that a resumed campaign and `verify` find the same.

use super::modes::FoundModes;
use super::sample::{Groups, probability_of};
use super::{BIN_WIDTH, Bin, CauseTally, LimitState, Lost, Odd, Record, Scenario, Tally, odd_summary};
use nines_metrics::{Confidence, Counts, Estimate, MarchRow, Rate, Sample, State, march};
use nines_sim::FaultKind;
use nines_viz::numbers::{Round, quantity};
use nines_viz::{
    Calibration, CauseSummary, Caution, EncounterSummary, EstimateKind, Exposure, FaultCounts, HazardSummary, NineState,
    NineStep, Nines, OddSummary, Per, Prior, SUMMARY_SCHEMA, ScenarioRate, ScenarioSummary, SearchSummary, Severity, StateKind,
    Status, StratumPrior, StratumSummary, Summary, Totals, UpperFactors, Validity,
};

/// Why a summary cannot be formed: the ledger holds what no campaign gives.
pub type SummaryError = nines_metrics::Error;

/// What a campaign did in a scenario.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// Scenario.
    pub scenario: &'a Scenario,
    /// How it ended.
    pub status: Status,
    /// Sum of its ledger.
    pub tally: Tally,
    /// Of a method that searches: what it found.
    pub search: Option<SearchSummary>,
    /// Failure modes given the hazard.
    pub modes: Option<FoundModes>,
    /// Failures analysed in hindsight.
    pub lost: Lost,
    /// Stated beliefs against the truth; `None` where none were stated.
    pub calibration: Option<Vec<Calibration>>,
}

/// The summary of a campaign: its record, its ODDs, and for each scenario how it ended and the sum of its ledger.
pub fn summarise(record: &Record, campaign: &str, odds: &[Odd], parts: &[Part<'_>]) -> Result<Summary, SummaryError> {
    let scenarios = parts
        .iter()
        .map(|part| {
            let scenario = part.scenario;
            // Of the first ODD asked for that holds it; of its own first one where none does.
            let held = odds.iter().find(|odd| odd.has(&scenario.name));
            let exposure = held.map_or_else(|| scenario.exposure.clone(), |odd| odd.exposure(scenario));
            of_scenario(record, part, exposure)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let rolled_up = odds.iter().map(|odd| odd_summary::roll_up(record, odd, parts, &scenarios)).collect::<Result<Vec<_>, _>>()?;
    let sum = |of: fn(&ScenarioSummary) -> u64| scenarios.iter().map(of).sum();
    let faults = |of: fn(&FaultCounts) -> u64| -> u64 { scenarios.iter().map(|s| of(&s.policy_faults)).sum() };
    let totals = Totals {
        scenarios: scenarios.len() as u64,
        rollouts: sum(|s| s.rollouts),
        world_steps: sum(|s| s.world_steps),
        failures: sum(|s| s.failures),
        policy_faults: faults(|f| f.total),
    };
    let unsteady = faults(|f| f.deadline) + faults(|f| f.batch_dependent) + faults(|f| f.unrepeatable);
    Ok(Summary {
        schema: SUMMARY_SCHEMA.into(),
        nines_version: record.nines_version.clone(),
        status: scenarios.iter().map(|s| s.status).max().unwrap_or(Status::Complete),
        reproducible: unsteady == 0,
        campaign: campaign.into(),
        policy: record.policy.clone(),
        odd: odds.iter().map(|odd| odd.profile.name.clone()).collect(),
        method: record.method.name().into(),
        plan: record.plan.name().into(),
        seed: record.seed,
        seed_from: record.seed_from,
        confidence: record.confidence,
        demands: None,
        totals,
        warnings: [warnings(&scenarios, &rolled_up), super::modes::warnings(&scenarios)].concat(),
        scenarios,
        odds: rolled_up,
        validity: Validity {
            statement: "Holds for the scenario models behind this observation model; not validated against road tests.".into(),
            see: "docs/validity.md".into(),
        },
    })
}

fn warnings(scenarios: &[ScenarioSummary], odds: &[OddSummary]) -> Vec<String> {
    let faulted = scenarios.iter().filter(|s| s.policy_faults.total > 0);
    let mut all: Vec<String> = faulted
        .map(|s| {
            let kinds = kinds(&s.policy_faults);
            format!("{} rollouts of {} ended in policy faults ({kinds}) and count as failures", s.policy_faults.total, s.name)
        })
        .collect();
    let dependent = scenarios.iter().filter(|s| s.policy_faults.batch_dependent > 0);
    all.extend(dependent.map(|s| format!("the policy depends on its batch in {}: no nine is demonstrated", s.name)));
    let unsteady = scenarios.iter().filter(|s| s.policy_faults.unrepeatable > 0);
    all.extend(unsteady.map(|s| {
        let what = "depends on a clock, or draws without the seed that it is given";
        format!(
            "the policy {what}: {} rollouts of {}, driven again, came out otherwise each time",
            s.policy_faults.unrepeatable, s.name
        )
    }));
    all.extend(scenarios.iter().filter_map(unmarked));
    all.extend(scenarios.iter().filter_map(doubtful));
    if scenarios.iter().any(|s| s.search.as_ref().is_some_and(|search| search.method != "mc")) {
        all.push("searched: counts of failures, causes and strata given the hazard are of what the search met, not of how often it fails".into());
    }
    all.extend(odds.iter().filter_map(|odd| Some(format!("{}: {}", odd.name, odd.caveat.as_ref()?))));
    all.extend(odds.iter().filter(|odd| !odd.left_out.is_empty()).map(|odd| {
        let held = odd.left_out.len() + odd.scenarios.len();
        let names = odd.left_out_because.iter().map(|left| format!("{} ({})", left.scenario, left.why.replace('-', " ")));
        let names = names.collect::<Vec<_>>().join(", ");
        let met: Vec<f64> = odd.left_out_because.iter().filter_map(|left| left.encounters_per_km).collect();
        let those = if met.len() == 1 { "one of them is".to_owned() } else { format!("{} of them are", met.len()) };
        let bound = format!(
            "; {those} met {} times per 10^6 km, and what is left out with that is at most as many failures",
            quantity(1e6 * met.iter().sum::<f64>(), Round::Nearest)
        );
        let bound = if met.is_empty() { String::new() } else { bound };
        format!("the figures of {} do without {} of its {held} scenarios: {names}{bound}", odd.name, odd.left_out.len())
    }));
    all
}

/// What must be said of a search that failed its own checks.
fn doubtful(scenario: &ScenarioSummary) -> Option<String> {
    let search = scenario.search.as_ref().filter(|search| !search.ok)?;
    Some(format!("the search in {} is not to be trusted: {}", scenario.name, search.warnings.join(", ")))
}

/// What must be said of a scenario that marks no hazard, in case that was forgotten.
pub(super) fn unmarked(scenario: &ScenarioSummary) -> Option<String> {
    let marked = scenario.strata.iter().any(|s| s.state_kind == StateKind::Hazard);
    let text = || {
        format!(
            "{} marks no state as hazard, or every state of a variable: its figures per hazard are those of all its rollouts",
            scenario.name
        )
    };
    (!marked).then(text)
}

fn kinds(faults: &FaultCounts) -> String {
    let counts = [faults.panic, faults.not_finite, faults.out_of_range, faults.deadline, faults.disconnected, faults.bad_reply];
    let named = FaultKind::ALL.iter().zip(counts).filter(|(_, n)| *n > 0).map(|(kind, _)| kind.name());
    named.collect::<Vec<_>>().join(", ")
}

fn of_scenario(
    record: &Record,
    Part { scenario, status, tally, search, modes, lost, calibration }: &Part<'_>,
    exposure: Option<Exposure>,
) -> Result<ScenarioSummary, SummaryError> {
    let confidence = Confidence::new(record.confidence)?;
    let groups = Groups::of(scenario, record, tally)?.searched(search.as_ref());
    // Also where the search ended in plain sampling: other failures were not counted.
    let in_part = search.as_ref().is_some_and(|search| search.limit_state != LimitState::Min.name());
    let judged = |sample: &Sample| {
        let estimate = sample.estimate(confidence);
        let estimate = if in_part { estimate.distrusted("one-criterion-alone") } else { estimate };
        // Independent draws are so whatever the policy draws by itself; a search plays margins back and compares them.
        let estimate = if tally.unrepeatable > 0 && search.is_some() { estimate.distrusted("not-repeatable") } else { estimate };
        if tally.batch_dependent > 0 { estimate.distrusted("batch-dependent") } else { estimate }
    };
    let given = groups.hazard_sample()?;
    let given_estimate = judged(&given);
    let encounter = groups.encounter_sample()?;
    let encounter_estimate = encounter.as_ref().map(judged);
    let rate = match (&encounter, &exposure) {
        (Some(sample), Some(exposure)) if tally.rollouts > 0 => {
            Some(written_of_one(Rate::new(sample, known(exposure)?, confidence)))
        }
        _ => None,
    };
    let why = match (&encounter, &exposure) {
        (None, _) => Some("no-natural-prior"),
        (_, None) => Some("no-exposure"),
        _ => None,
    };
    let given_probability = probability_of(&given_estimate);
    let (avoidable, ceiling_nines) = lost.ceiling(&groups, &given_probability)?;
    Ok(ScenarioSummary {
        name: scenario.name.clone(),
        odd: scenario.odds.clone(),
        tags: scenario.tags.clone(),
        fingerprint: scenario.fingerprint.clone(),
        status: *status,
        method: record.method.name().into(),
        seed: record.seed,
        rollouts: tally.rollouts,
        evaluations: search.as_ref().map_or(tally.rollouts, |search| search.evaluations),
        world_steps: tally.world_steps,
        failures: tally.failures,
        hazard: HazardSummary {
            states: hazard_states(scenario),
            rollouts: groups.hazard.rollouts(),
            failures: groups.hazard.failures(),
            prior: groups.prior.clone(),
            probability: given_probability,
        },
        search: search.clone(),
        nines: nines(Per::Hazard, &given_estimate),
        march: march_of(&given, &given_estimate),
        encounter: encounter.as_ref().zip(encounter_estimate.as_ref()).map(|(sample, estimate)| EncounterSummary {
            nines: nines(Per::Encounter, estimate),
            march: march_of(sample, estimate),
        }),
        probability: encounter_estimate.as_ref().map(probability_of),
        why: why.map(str::to_owned),
        strata: strata(scenario, &groups, tally, confidence)?,
        causes: causes(scenario, tally),
        policy_faults: fault_counts(tally),
        // A search finds more of where it looks.
        severity: severity(tally).filter(|_| !groups.is_searched()),
        attribution: lost.attribution(tally.failures)?,
        avoidable,
        ceiling_nines,
        next_nine: modes
            .as_ref()
            .and_then(|found| super::next_nine::of_scenario(&scenario.name, &given, &found.modes, confidence)),
        modes_of: modes.as_ref().map(|found| found.failures),
        sensitivity: modes.as_ref().map_or_else(Vec::new, |found| found.sensitivity.clone()),
        modes: modes.as_ref().map(|found| found.modes.clone()),
        caution: caution(scenario, &groups, tally),
        calibration: calibration.clone(),
        exposure,
        rate_per_km: rate,
    })
}

/// The states marked as the hazard; all states where none is.
fn hazard_states(scenario: &Scenario) -> Vec<String> {
    if scenario.has_hazard() {
        return scenario.hazard_states.clone();
    }
    let latents = scenario.template.latents.iter();
    latents.flat_map(|latent| latent.states.iter().map(move |state| format!("{}={state}", latent.name))).collect()
}

pub(super) fn nines(per: Per, estimate: &Estimate) -> Nines {
    Nines { per, demonstrated: estimate.demonstrated().get(), estimated: estimate.estimated().map(|nines| nines.get()) }
}

fn march_of(sample: &Sample, estimate: &Estimate) -> Vec<NineStep> {
    march(sample, estimate).into_iter().map(step).collect()
}

/// The state of a nine as it stands in files.
pub(super) fn state(state: State) -> NineState {
    match state {
        State::Demonstrated => NineState::Demonstrated,
        State::Refuted => NineState::Refuted,
        State::Open => NineState::Open,
    }
}

fn step(row: MarchRow) -> NineStep {
    NineStep {
        nine: row.nine.into(),
        reliability: row.reliability,
        state: state(row.state),
        rollouts_needed: row.rollouts_needed,
        rollouts_needed_clean: row.rollouts_needed_clean,
    }
}

fn strata(
    scenario: &Scenario,
    groups: &Groups,
    tally: &Tally,
    confidence: Confidence,
) -> Result<Vec<StratumSummary>, SummaryError> {
    let marked = scenario.has_hazard();
    let one = |(k, stratum): (usize, &super::StratumFacts)| {
        let counted = tally.strata.iter().find(|s| usize::from(s.stratum) == k);
        let (rollouts, failures) = counted.map_or((0, 0), |s| (s.rollouts, s.failures));
        let counts = Counts::new(rollouts, failures)?;
        // What a search chose is no sample of the stratum.
        let chosen = groups.is_searched() && (stratum.hazard || !marked);
        let one_sided_upper = if chosen { 1.0 } else { groups.plan.upper(counts, confidence.one_sided()) };
        Ok(StratumSummary {
            latent: stratum.latent.iter().cloned().collect(),
            state_kind: if marked && stratum.hazard { StateKind::Hazard } else { StateKind::Other },
            share: groups.shares.get(k).copied().unwrap_or(0.0),
            rollouts,
            failures,
            one_sided_upper,
            prior: stratum.prior.clone().map(|Prior { estimate, lower, upper, source, .. }| StratumPrior {
                estimate,
                lower,
                upper,
                source,
            }),
        })
    };
    scenario.strata.iter().enumerate().map(one).collect()
}

fn causes(scenario: &Scenario, tally: &Tally) -> Vec<CauseSummary> {
    let mut all: Vec<&CauseTally> = tally.causes.iter().collect();
    all.sort_by_key(|cause| std::cmp::Reverse(cause.failures)); // stable: equal counts stay in the order of the criteria
    let address = |rollout: u64| format!("{}/{rollout}", scenario.name);
    all.into_iter()
        .map(|cause| CauseSummary {
            criterion: cause.criterion.name().into(),
            with: cause.with.map(|class| class.name().into()),
            failures: cause.failures,
            share: cause.failures as f64 / tally.failures as f64,
            first: address(cause.first),
            worst: address(cause.worst),
        })
        .collect()
}

fn fault_counts(tally: &Tally) -> FaultCounts {
    let mut counts = FaultCounts {
        total: tally.faults,
        batch_dependent: tally.batch_dependent,
        unrepeatable: tally.unrepeatable,
        ..FaultCounts::default()
    };
    for fault in &tally.fault_kinds {
        *match fault.kind {
            FaultKind::Panic => &mut counts.panic,
            FaultKind::NotFinite => &mut counts.not_finite,
            FaultKind::OutOfRange => &mut counts.out_of_range,
            FaultKind::Deadline => &mut counts.deadline,
            FaultKind::Disconnected => &mut counts.disconnected,
            FaultKind::BadReply => &mut counts.bad_reply,
        } += fault.rollouts;
    }
    counts
}

fn severity(tally: &Tally) -> Option<Severity> {
    let impacts: u64 = tally.impact_speed.iter().map(|bin| bin.count).sum();
    (impacts > 0).then(|| Severity {
        mean_impact_speed_mps: Some(tally.impact_speed_umps as f64 / 1e6 / impacts as f64),
        p95_impact_speed_mps: percentile(&tally.impact_speed, impacts, 0.95),
    })
}

/// Upper end of the bin in which that share of a histogram is reached.
fn percentile(bins: &[Bin], total: u64, share: f64) -> Option<f64> {
    let wanted = (share * total as f64).ceil() as u64;
    let mut reached = 0;
    let bin = bins.iter().find(|bin| {
        reached += bin.count;
        reached >= wanted
    })?;
    Some(f64::from(bin.bin + 1) / (1.0 / BIN_WIDTH).round())
}

/// Means with the natural priors: of the halves weighed with the hazard's prior. Without a prior of the half without hazard.
fn caution(scenario: &Scenario, groups: &Groups, tally: &Tally) -> Option<Caution> {
    let marked = scenario.has_hazard();
    let mean = |hazard: Option<bool>| -> Option<[f64; 3]> {
        let of = |stratum: u16| {
            hazard.is_none_or(|hazard| scenario.strata.get(usize::from(stratum)).is_some_and(|s| s.hazard == hazard))
        };
        let chosen = || tally.strata.iter().filter(|s| of(s.stratum));
        let rollouts: u64 = chosen().map(|s| s.rollouts).sum();
        let per = |sum: f64| sum / rollouts as f64;
        (rollouts > 0).then(|| {
            [
                per(chosen().map(|s| s.time_lost_us).sum::<i64>() as f64 / 1e6),
                per(chosen().map(|s| s.harsh_brakes).sum::<u64>() as f64),
                per(chosen().map(|s| s.needless_stops).sum::<u64>() as f64),
            ]
        })
    };
    let [lost, brakes, stops] = match (&groups.prior, marked && groups.halves) {
        _ if groups.is_searched() && !(marked && groups.halves) => return None,
        _ if groups.is_searched() => mean(Some(false))?,
        (Some(prior), true) => {
            let (other, hazard) = (mean(Some(false))?, mean(Some(true))?);
            std::array::from_fn(|k| (1.0 - prior.estimate) * other[k] + prior.estimate * hazard[k])
        }
        (None, _) if marked => mean(Some(false))?,
        _ => mean(None)?,
    };
    Some(Caution { mean_time_lost_s: lost, harsh_brakes_per_encounter: brakes, needless_stops_per_encounter: stops })
}

/// An exposure as the metrics take it.
pub(super) fn known(exposure: &Exposure) -> Result<nines_metrics::Exposure, SummaryError> {
    let per_km = &exposure.per_km;
    nines_metrics::Exposure::new(per_km.estimate, per_km.lower, per_km.upper, Confidence::new(per_km.confidence)?)
}

/// A scenario's rate as it stands in files.
pub(super) fn written_of_one(rate: Rate) -> ScenarioRate {
    ScenarioRate {
        estimate: rate.estimate.unwrap_or(0.0),
        lower: rate.lower.unwrap_or(0.0),
        upper: rate.upper,
        confidence: rate.confidence.get(),
        kind: EstimateKind::Estimated,
        upper_factors: UpperFactors {
            sampling: rate.upper_factors.and_then(|f| f.sampling),
            prior: rate.upper_factors.map(|f| f.prior),
            exposure: rate.upper_factors.map(|f| f.exposure),
        },
    }
}
