//! From scenarios to an ODD: the exposure-weighted mix, rates, march and caution.

use super::next_nine::{self, Contribution};
use super::sample::{Groups, probability_of};
use super::summary::{known, nines, state, written_of_one};
use super::{Odd, Part, Record, SummaryError};
use nines_metrics::{Confidence, KM_PER_MILE, RateSum, Sample, Summand, Weighted, km_needed, march};
use nines_viz::{
    BenchmarkLine, CoverageLine, EstimateKind, Exposure, LeftOut, NextNine, OddCaution, OddCoverage, OddNineStep, OddScenario,
    OddSummary, Per, Rate, ScenarioSummary, Stated, UpperFactors,
};

/// The warning of figures that hold for a part of an ODD's scenarios.
const SCENARIOS_LEFT_OUT: &str = "scenarios-left-out";

/// Kilometres beyond which an integer in JSON is no longer exact.
const MAX_KM: f64 = 9_007_199_254_740_992.0;

/// A scenario that counts.
struct Member<'a> {
    summary: &'a ScenarioSummary,
    sample: Sample,
    exposure: Exposure,
}

/// What a campaign found in an ODD.
pub(super) fn roll_up(
    record: &Record,
    odd: &Odd,
    parts: &[Part<'_>],
    scenarios: &[ScenarioSummary],
) -> Result<OddSummary, SummaryError> {
    let confidence = Confidence::new(record.confidence)?;
    let (members, left_out_because) = members(record, odd, parts, scenarios)?;
    let weighted: Vec<(f64, Sample)> = members.iter().map(|m| (m.exposure.per_km.estimate, m.sample.clone())).collect();
    let encounters = weighted.iter().map(|(weight, _)| weight).sum::<f64>();
    let mix = if weighted.is_empty() { None } else { Some(Sample::Weighted(Weighted::new(weighted)?)) };
    let estimate = mix.as_ref().map(|mix| {
        let mut estimate = mix.estimate(confidence);
        if let Some(untrusted) = members.iter().find(|m| !m.summary.hazard.probability.diagnostics.ok) {
            estimate = estimate.distrusted(&untrusted.summary.hazard.probability.diagnostics.warnings.join(", "));
        }
        if members.iter().all(|m| m.sample.failures() == m.summary.hazard.failures) && mix.failures() > 0 && any_marked(&members)
        {
            estimate = estimate.warned(nines_metrics::NO_FAILURE_OUTSIDE_HAZARD);
        }
        if left_out_because.is_empty() { estimate } else { estimate.warned(SCENARIOS_LEFT_OUT) }
    });
    let names: Vec<(&str, Option<&str>)> =
        members.iter().map(|m| (m.summary.name.as_str(), odd.shares_exposure_with(&m.summary.name))).collect();
    let summands = members
        .iter()
        .zip(families(&names))
        .map(|(m, family)| Ok(Summand { sample: m.sample.clone(), exposure: known(&m.exposure)?, family }));
    let summands = summands.collect::<Result<Vec<_>, SummaryError>>()?;
    let sum = RateSum::new(&summands, confidence).map(|sum| sum.rate);
    // By the method of the sum, so that no row exceeds it.
    let alone = summands.iter().map(|one| RateSum::new(std::slice::from_ref(one), confidence).map(|sum| sum.rate));
    let per_km = sum.map(written);
    let scaled = |by: f64| sum.map(|rate| written(rate.scaled(by)));
    let speed = stated(odd.profile.mean_speed_kmh.as_ref());
    let trip = stated(odd.profile.trip_km.as_ref());
    let point = estimate.as_ref().and_then(nines_metrics::Estimate::estimate);
    let rows = mix.as_ref().zip(estimate.as_ref()).map(|(mix, estimate)| march(mix, estimate)).unwrap_or_default();
    let step = |row: nines_metrics::MarchRow| OddNineStep {
        km_needed: Some(km_needed(row.nine, encounters, confidence).ceil()).filter(|km| *km <= MAX_KM).map(|km| km as u64),
        nine: row.nine.into(),
        reliability: row.reliability,
        state: state(row.state),
        rollouts_needed: row.rollouts_needed,
        rollouts_needed_clean: row.rollouts_needed_clean,
    };
    let mut held: Vec<OddScenario> = members.iter().zip(alone).map(|(m, rate)| part(odd, m, rate, encounters, point)).collect();
    held.sort_by(|a, b| {
        let share = |s: &OddScenario| s.share_of_failures.unwrap_or(s.share_of_encounters);
        share(b).total_cmp(&share(a)).then(a.name.cmp(&b.name))
    });
    Ok(OddSummary {
        name: odd.profile.name.clone(),
        left_out: left_out_because.iter().map(|left| left.scenario.clone()).collect(),
        probability: estimate.as_ref().map(probability_of),
        nines: estimate.as_ref().map(|estimate| nines(Per::Encounter, estimate)),
        rate_per_km: per_km,
        rate_per_million_miles: scaled(1e6 * KM_PER_MILE),
        rate_per_hour: speed.as_ref().and_then(|speed| scaled(speed.value)),
        rate_per_trip: trip.as_ref().and_then(|trip| scaled(trip.value)),
        upper_factors: sum.and_then(|rate| rate.upper_factors).map(|factors| UpperFactors {
            sampling: factors.sampling,
            prior: Some(factors.prior),
            exposure: Some(factors.exposure),
        }),
        march: rows.into_iter().map(step).collect(),
        next_nine: point.and_then(|point| next_nine(point, &members, encounters, confidence)),
        caution: caution(&members, encounters),
        title: odd.profile.title.clone(),
        caveat: odd.profile.caveat.clone(),
        fingerprint: odd.recorded().fingerprint,
        encounters_per_km: (!members.is_empty()).then_some(encounters),
        scenarios: held,
        left_out_because,
        excluded: odd.excluded.clone(),
        mean_speed_kmh: speed,
        trip_km: trip,
        benchmarks: odd.profile.benchmarks.iter().map(benchmark).collect(),
        coverage: coverage(odd, scenarios),
    })
}

/// The scenarios of the ODD that count, and why the others do not, by name.
fn members<'a>(
    record: &Record,
    odd: &Odd,
    parts: &[Part<'_>],
    scenarios: &'a [ScenarioSummary],
) -> Result<(Vec<Member<'a>>, Vec<LeftOut>), SummaryError> {
    let (mut members, mut left_out) = (Vec::new(), Vec::new());
    for name in &odd.holds {
        let mut leave = |why: &str, exposure: Option<Exposure>| {
            let encounters_per_km = exposure.map(|e| e.per_km.estimate);
            left_out.push(LeftOut { scenario: name.clone(), why: why.into(), encounters_per_km });
        };
        let driven = parts.iter().zip(scenarios).find(|(part, _)| part.scenario.name == *name);
        let Some((Part { scenario, tally, search, .. }, summary)) = driven else {
            leave("not-run", None);
            continue;
        };
        let sample = Groups::of(scenario, record, tally)?.searched(search.as_ref()).encounter_sample()?;
        match (sample, odd.exposure(scenario)) {
            (None, exposure) => leave("no-natural-prior", exposure),
            (_, None) => leave("no-exposure", None),
            (Some(sample), Some(exposure)) => members.push(Member { summary, sample, exposure }),
        }
    }
    left_out.extend(odd.not_included.iter().map(|name| LeftOut {
        scenario: name.clone(),
        why: "not-included".into(),
        encounters_per_km: None,
    }));
    left_out.sort_by(|a, b| a.scenario.cmp(&b.scenario));
    Ok((members, left_out))
}

fn any_marked(members: &[Member]) -> bool {
    members.iter().any(|m| matches!(m.sample, Sample::TwoGroup(_)))
}

/// A number for each scenario, equal for those that share an exposure: given their names, and whose exposure they share.
pub(super) fn families(names: &[(&str, Option<&str>)]) -> Vec<usize> {
    let of = |name: &str| names.iter().position(|(own, shared)| shared.unwrap_or(own) == name).unwrap_or(names.len());
    names.iter().map(|(own, shared)| of(shared.unwrap_or(own))).collect()
}

fn part(odd: &Odd, member: &Member, rate: Option<nines_metrics::Rate>, encounters: f64, point: Option<f64>) -> OddScenario {
    let share = member.exposure.per_km.estimate / encounters;
    let of_failures = point.filter(|point| *point > 0.0).zip(member.sample.point()).map(|(all, own)| share * own / all);
    let driven = member.sample.rollouts() > 0;
    OddScenario {
        name: member.summary.name.clone(),
        shares_exposure_with: odd.shares_exposure_with(&member.summary.name).map(str::to_owned),
        share_of_encounters: share,
        share_of_failures: of_failures,
        rate_per_km: rate.filter(|_| driven).map(written_of_one),
        exposure: member.exposure.clone(),
    }
}

/// A rate as it stands in files.
fn written(rate: nines_metrics::Rate) -> Rate {
    Rate {
        estimate: rate.estimate.unwrap_or(0.0),
        lower: rate.lower.unwrap_or(0.0),
        upper: rate.upper,
        confidence: rate.confidence.get(),
        kind: match rate.kind {
            nines_metrics::Kind::None => EstimateKind::None,
            _ => EstimateKind::Estimated,
        },
    }
}

fn stated(quantity: Option<&nines_scenarios::Quantity>) -> Option<Stated> {
    quantity.map(|q| Stated { value: q.value, source: q.source.clone() })
}

/// The modes of all scenarios in one list.
fn next_nine(point: f64, members: &[Member], encounters: f64, confidence: Confidence) -> Option<NextNine> {
    let contributions: Option<Vec<Contribution>> = members
        .iter()
        .map(|m| {
            let weight = m.exposure.per_km.estimate / encounters;
            let own = m.sample.point()?;
            let summary = m.summary;
            Some(Contribution {
                scenario: &summary.name,
                weight,
                sample: &m.sample,
                share: if point > 0.0 { weight * own / point } else { 0.0 },
                of_hazard: of_hazard(summary, &m.sample, own),
                failures: match &m.sample {
                    Sample::TwoGroup(halves) => [halves.other().failures(), halves.hazard().failures()],
                    _ => [summary.failures - summary.hazard.failures, summary.hazard.failures],
                },
                modes: summary.modes.as_deref(),
            })
        })
        .collect();
    next_nine::next_nine(point, &contributions?, confidence)
}

/// Which part of the failure probability per encounter is that with the hazard.
fn of_hazard(summary: &ScenarioSummary, sample: &Sample, own: f64) -> f64 {
    let hazard = match (sample, &summary.hazard.prior, summary.hazard.probability.estimate) {
        // Counts of plain rollouts say it themselves.
        (Sample::Plain { .. }, ..) => summary.hazard.failures as f64 / summary.failures as f64,
        (_, Some(prior), Some(given)) => prior.estimate * given / own,
        _ => 1.0,
    };
    if hazard.is_finite() { hazard.min(1.0) } else { 1.0 }
}

fn caution(members: &[Member], encounters: f64) -> Option<OddCaution> {
    let all = members.iter().map(|m| Some((m.exposure.per_km.estimate, m.summary.caution?))).collect::<Option<Vec<_>>>()?;
    let sum = |of: fn(&nines_viz::Caution) -> f64| all.iter().map(|(per_km, caution)| per_km * of(caution)).sum::<f64>();
    (!all.is_empty()).then(|| OddCaution {
        mean_time_lost_s: sum(|c| c.mean_time_lost_s) / encounters,
        harsh_brakes_per_100_km: 100.0 * sum(|c| c.harsh_brakes_per_encounter),
        needless_stops_per_100_km: 100.0 * sum(|c| c.needless_stops_per_encounter),
    })
}

fn benchmark(line: &nines_scenarios::Benchmark) -> BenchmarkLine {
    let [from, to] = line.per_1e6_km;
    BenchmarkLine {
        name: line.name.clone(),
        per_km_from: from / 1e6,
        per_km_to: to / 1e6,
        severity: line.severity.name().into(),
        counts: line.counts.clone(),
        sure: line.sure.name().into(),
        comparable: line.comparable,
        source: line.source.clone(),
        caveat: line.caveat.clone(),
    }
}

/// What the scenarios that were run exercise, those without a prior among them.
fn coverage(odd: &Odd, scenarios: &[ScenarioSummary]) -> OddCoverage {
    let run: Vec<(&str, &[String])> =
        scenarios.iter().filter(|s| odd.has(&s.name)).map(|s| (s.name.as_str(), s.tags.as_slice())).collect();
    let found = odd.profile.coverage(&run);
    let gaps = found.gaps().count();
    OddCoverage {
        values: found.rows.len() as u64,
        values_exercised: (found.rows.len() - gaps) as u64,
        pairs: found.pairs as u64,
        pairs_exercised: found.pairs_exercised as u64,
        rows: found
            .rows
            .into_iter()
            .map(|row| CoverageLine { attribute: row.attribute, value: row.value, scenarios: row.scenarios })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::families;

    #[test]
    fn what_shares_an_exposure_is_one_family_also_without_its_base() {
        let names = [("a", None), ("b-night", Some("b")), ("c", None), ("b-rain", Some("b")), ("c-night", Some("c"))];
        assert_eq!(families(&names), [0, 1, 2, 1, 2]);
    }
}
