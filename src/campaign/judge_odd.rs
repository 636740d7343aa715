//! The gate of scope `odd`: is the demanded nine demonstrated in the mix of each ODD?
//!
//! Per encounter the mix has limits of random sampling at the stated exposures. Within a distance or a time the probability of a failure
//! is 1 - exp(-rate distance), at the one-sided limits of the rate, which carry the exposures' uncertainty. Every ODD must be demonstrated, each at the full
//! confidence; refutations are corrected for their number.

use super::judge::{OddUnit, Question, answered, unasked, unfinished, verdict};
use super::odd_summary::families;
use super::summary::known;
use super::{Campaign, CampaignError, Groups, Judgement};
use nines_metrics::{Confidence, Demand, KM_PER_MILE, RateSum, Sample, Summand, Weighted, within};
use nines_viz::numbers::few;
use nines_viz::numbers::{Round, probability};
use nines_viz::{EstimateKind, GateScenario, GateVerdict, OddScenario, OddSummary};

/// What is known of an ODD.
struct Asked<'a> {
    odd: &'a OddSummary,
    evidence: Evidence,
    kind: EstimateKind,
    doubts: Vec<String>,
}

enum Evidence {
    /// The mix per encounter.
    Mix(Sample),
    /// The rates of its scenarios, and the kilometres within which it must not fail.
    Rates(Vec<Summand>, f64),
}

impl Evidence {
    fn is_searched(&self) -> bool {
        match self {
            Evidence::Mix(sample) => sample.is_searched(),
            Evidence::Rates(parts, _) => parts.iter().any(|part| part.sample.is_searched()),
        }
    }
}

/// What searches may have left unseen, per kilometre, at the upper ends of the exposures.
fn unseen(parts: &[Summand], confidence: Confidence) -> f64 {
    let each = confidence.one_sided().times(1.0 / parts.len().max(1) as f64);
    parts.iter().map(|part| part.exposure.upper() * part.sample.reach(each)).sum()
}

pub(super) fn judge_odds(campaign: &Campaign, question: &Question, unit: OddUnit) -> Result<Judgement, CampaignError> {
    let summary = &campaign.summary;
    let confidence = Confidence::new(question.confidence.unwrap_or(summary.confidence))?;
    let demand = Demand::nines(question.nines.into())?;
    if summary.odds.is_empty() {
        return Err(CampaignError::NoOdd { path: campaign.folder.clone() });
    }
    let mut asked = Vec::new();
    let mut notes = Vec::new();
    for odd in &summary.odds {
        let km = kilometres(odd, unit)?;
        match ask(campaign, odd, km, demand.allowed(), question)? {
            Some(one) => asked.push(one),
            None => notes.push(format!("{}: no scenario has both a natural prior and an exposure", odd.name)),
        }
        notes.extend(left_out(odd));
    }
    let mut odds: Vec<GateScenario> = asked.iter().map(|one| answer(campaign, one, demand, confidence, asked.len())).collect();
    odds.sort_by(|a, b| (a.verdict, &a.name).cmp(&(b.verdict, &b.name)));
    let left_out: Vec<String> = summary.odds.iter().flat_map(|odd| odd.left_out.iter().cloned()).collect();
    let complete = left_out.is_empty() && odds.len() == summary.odds.len();
    let all = match odds.iter().map(|odd| odd.verdict).max() {
        Some(GateVerdict::Refuted) => GateVerdict::Refuted,
        Some(GateVerdict::Demonstrated) if complete => GateVerdict::Demonstrated,
        _ => GateVerdict::Undecided,
    };
    notes.extend(asked.into_iter().flat_map(|one| one.doubts));
    notes.extend(summary.odds.iter().filter(|odd| odd.left_out_because.iter().any(|left| left.why == "not-included")).map(
        |odd| {
            format!(
                "{} leaves open what its `include` does not name: `include_reason` in its profile says why that is no part of it",
                odd.name
            )
        },
    ));
    let excluded = summary.odds.iter().flat_map(|odd| odd.excluded.iter().map(|one| one.scenario.clone())).collect();
    let mut judgement = answered(campaign, question, confidence, all, unique(left_out), odds, notes);
    judgement.gate.excluded = unique(excluded);
    Ok(judgement)
}

/// What an ODD does without, by reason.
fn left_out(odd: &OddSummary) -> Vec<String> {
    let mut reasons: Vec<&str> = odd.left_out_because.iter().map(|left| left.why.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let note = |why: &str| {
        let names: Vec<&str> =
            odd.left_out_because.iter().filter(|left| left.why == why).map(|left| left.scenario.as_str()).collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        format!("{} {verb} left out of {}: {}", few(&names), odd.name, why.replace('-', " "))
    };
    reasons.into_iter().map(note).collect()
}

/// Kilometres of a unit; `None` per encounter.
fn kilometres(odd: &OddSummary, unit: OddUnit) -> Result<Option<f64>, CampaignError> {
    let lacks = |what| CampaignError::NotStated { odd: odd.name.clone(), what };
    Ok(match unit {
        OddUnit::Encounter => None,
        OddUnit::Km => Some(1.0),
        OddUnit::Mile => Some(KM_PER_MILE),
        OddUnit::Hour => Some(odd.mean_speed_kmh.as_ref().ok_or_else(|| lacks("mean speed"))?.value),
        OddUnit::Trip => Some(odd.trip_km.as_ref().ok_or_else(|| lacks("length of a trip"))?.value),
    })
}

/// `None` where every scenario is left out.
fn ask<'a>(
    campaign: &Campaign,
    odd: &'a OddSummary,
    km: Option<f64>,
    allowed: f64,
    question: &Question,
) -> Result<Option<Asked<'a>>, CampaignError> {
    let (mut samples, mut doubts) = (Vec::new(), Vec::new());
    let (mut stranded, mut encounters) = (0.0, 0.0);
    // In the order in which the summary added them up, for the same bits.
    let mut parts: Vec<&OddScenario> = odd.scenarios.iter().collect();
    parts.sort_by(|a, b| a.name.cmp(&b.name));
    for part in parts {
        let Some(scenario) = campaign.summary.scenarios.iter().find(|s| s.name == part.name) else { continue };
        let Some(sample) = Groups::of_summary(scenario, &campaign.record)?.encounter_sample()? else { continue };
        let doubt = unfinished(campaign, scenario).or_else(|| unasked(scenario, &sample, question));
        doubts.extend(doubt.map(|doubt| doubt.to_string()));
        stranded += part.exposure.per_km.estimate * stranded_share(campaign, &part.name, &sample);
        encounters += part.exposure.per_km.estimate;
        samples.push((sample, part));
    }
    if samples.is_empty() {
        return Ok(None);
    }
    // A policy that never arrives is not safe but parked, also where a scenario does not fail it for that.
    let not_reached = km.map_or(stranded / encounters, |km| within(stranded, km));
    if not_reached > allowed {
        let share = probability(not_reached, Round::Nearest);
        doubts.push(format!("{}: the end is not reached with probability {share}, more than the demand allows", odd.name));
    }
    let driven = samples.iter().any(|(sample, _): &(Sample, &OddScenario)| sample.rollouts() > 0);
    let kind = match km {
        _ if !driven => EstimateKind::None,
        None if samples.iter().any(|(sample, _)| sample.is_searched()) => EstimateKind::Estimated,
        None => EstimateKind::Sampled,
        Some(_) => EstimateKind::Estimated,
    };
    let evidence = match km {
        None => {
            let weigh = |(sample, part): (Sample, &OddScenario)| (part.exposure.per_km.estimate, sample);
            Evidence::Mix(Sample::Weighted(Weighted::new(samples.into_iter().map(weigh).collect())?))
        }
        Some(km) => {
            let names: Vec<_> = samples.iter().map(|(_, p)| (p.name.as_str(), p.shares_exposure_with.as_deref())).collect();
            let families = families(&names);
            let parts = samples
                .into_iter()
                .zip(families)
                .map(|((sample, part), family)| Ok(Summand { sample, exposure: known(&part.exposure)?, family }));
            Evidence::Rates(parts.collect::<Result<Vec<_>, CampaignError>>()?, km)
        }
    };
    Ok(Some(Asked { odd, evidence, kind, doubts }))
}

/// How often the end of a scenario was not reached, per encounter.
fn stranded_share(campaign: &Campaign, name: &str, sample: &Sample) -> f64 {
    let Some(tally) = campaign.tally(name) else { return 0.0 };
    let Some(scenario) = campaign.summary.scenarios.iter().find(|s| s.name == name) else { return 0.0 };
    let share = |hazard: Option<bool>| {
        let is = |stratum: u16| {
            let marked = scenario.strata.get(usize::from(stratum)).map(|s| s.state_kind == nines_viz::StateKind::Hazard);
            hazard.is_none_or(|hazard| marked == Some(hazard))
        };
        let chosen = || tally.strata.iter().filter(|s| is(s.stratum));
        let (stranded, rollouts): (u64, u64) = (chosen().map(|s| s.stranded).sum(), chosen().map(|s| s.rollouts).sum());
        if rollouts == 0 { 0.0 } else { stranded as f64 / rollouts as f64 }
    };
    match sample {
        Sample::TwoGroup(halves) => {
            let w = halves.prior().estimate();
            (1.0 - w) * share(Some(false)) + w * share(Some(true))
        }
        _ => share(None),
    }
}

fn answer(campaign: &Campaign, asked: &Asked, demand: Demand, confidence: Confidence, of: usize) -> GateScenario {
    let (allowed, trusted) = (demand.allowed(), asked.doubts.is_empty());
    // The same confidence for the set, should one of several be refuted (Bonferroni).
    let corrected = Confidence::new(1.0 - (1.0 - confidence.get()) / of as f64).unwrap_or(confidence);
    let (lower, upper, refuting) = match &asked.evidence {
        Evidence::Mix(sample) => {
            let lower = |confidence: Confidence| sample.lower(confidence.one_sided());
            (lower(confidence), sample.upper_with_reach(confidence.one_sided()), lower(corrected))
        }
        Evidence::Rates(parts, km) => {
            let limits = |confidence| {
                let sum = RateSum::new(parts, confidence);
                let lower = sum.and_then(|sum| sum.one_sided_lower).unwrap_or(0.0);
                (within(lower, *km), sum.map_or(1.0, |sum| within(sum.one_sided_upper + unseen(parts, confidence), *km)))
            };
            let (lower, upper) = limits(confidence);
            (lower, upper, if of == 1 { lower } else { limits(corrected).0 })
        }
    };
    let judged = match (upper <= allowed, refuting > allowed) {
        // Nothing is demonstrated of an ODD of which a part is not counted.
        (true, _) if trusted && asked.kind != EstimateKind::None && asked.odd.left_out.is_empty() => {
            nines_metrics::Verdict::Demonstrated
        }
        // What rests on a search that is not to be trusted, or was not asked for, refutes nothing.
        (_, true) if trusted || !asked.evidence.is_searched() => nines_metrics::Verdict::Refuted,
        _ => nines_metrics::Verdict::Undecided,
    };
    let verdict = verdict(judged);
    let (needed, clean) = match &asked.evidence {
        Evidence::Mix(sample) if verdict == GateVerdict::Undecided && trusted && asked.odd.left_out.is_empty() => {
            demand.rollouts_needed(sample, confidence)
        }
        _ => (None, None),
    };
    let worst = asked.odd.scenarios.iter().find_map(|part| {
        let tally = campaign.tally(&part.name)?;
        Some(format!("{}/{}", part.name, tally.worst()?.worst))
    });
    GateScenario {
        name: asked.odd.name.clone(),
        verdict,
        kind: asked.kind,
        limit: allowed,
        one_sided_lower: lower,
        one_sided_upper: upper,
        upper_with_reach: asked.evidence.is_searched().then_some(upper),
        rollouts_needed: needed,
        rollouts_needed_clean: clean,
        why: asked.doubts.first().cloned().filter(|_| verdict == GateVerdict::Undecided),
        replay: worst.filter(|_| verdict != GateVerdict::Demonstrated),
    }
}

fn unique(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names.dedup();
    names
}
