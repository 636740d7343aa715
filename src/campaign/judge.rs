//! The gate: is the demanded nine demonstrated in every scenario?

use super::summary::unmarked;
use super::{Campaign, CampaignError, Groups};
use nines_metrics::{Confidence, Demand, Sample, Verdict};
use nines_viz::numbers::count;
use nines_viz::{EstimateKind, GATE_SCHEMA, Gate, GateDemand, GateScenario, GateVerdict, Per, ScenarioSummary, SeedFrom, Status};

/// What is asked of a campaign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// Nines demanded.
    pub nines: u32,
    /// Given the hazard or per encounter.
    pub per: Per,
    /// Confidence of each one-sided limit; that of the campaign unless given.
    pub confidence: Option<f64>,
}

/// The answer, and what must be said beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The answer.
    pub gate: Gate,
    /// In words.
    pub notes: Vec<String>,
}

struct Asked<'a> {
    scenario: &'a ScenarioSummary,
    sample: Sample,
    kind: EstimateKind,
    doubt: Option<String>,
}

/// Answers a question from the summary and the ledger of a campaign.
pub fn judge(campaign: &Campaign, question: &Question) -> Result<Judgement, CampaignError> {
    let summary = &campaign.summary;
    let confidence = Confidence::new(question.confidence.unwrap_or(summary.confidence))?;
    let demand = Demand::nines(question.nines.into())?;
    let (mut asked, mut left_out) = (Vec::new(), Vec::new());
    for scenario in &summary.scenarios {
        let groups = Groups::of_summary(scenario)?;
        let sample = match question.per {
            Per::Hazard => Some(groups.hazard_sample()?),
            Per::Encounter => groups.encounter_sample()?,
        };
        let Some(sample) = sample else {
            left_out.push(scenario.name.clone());
            continue;
        };
        let kind = if sample.rollouts() == 0 { EstimateKind::None } else { EstimateKind::Sampled };
        asked.push(Asked { scenario, sample, kind, doubt: doubt(campaign, scenario, demand.allowed()) });
    }
    let questions: Vec<_> =
        asked.iter().map(|a| nines_metrics::Question { demand, sample: &a.sample, trusted: a.doubt.is_none() }).collect();
    let answer = nines_metrics::gate(&questions, confidence);
    let mut scenarios: Vec<GateScenario> = asked
        .iter()
        .zip(&answer.answers)
        .map(|(a, answer)| {
            let verdict = verdict(answer.verdict);
            let (needed, clean) = match verdict {
                GateVerdict::Undecided if a.doubt.is_none() => demand.rollouts_needed(&a.sample, confidence),
                _ => (None, None),
            };
            let worst = campaign.tally(&a.scenario.name).and_then(|tally| tally.worst().map(|cause| cause.worst));
            GateScenario {
                name: a.scenario.name.clone(),
                verdict,
                kind: a.kind,
                limit: demand.allowed(),
                one_sided_lower: a.sample.lower(confidence.one_sided()),
                one_sided_upper: a.sample.upper(confidence.one_sided()),
                upper_with_reach: None,
                rollouts_needed: needed,
                rollouts_needed_clean: clean,
                replay: worst.filter(|_| verdict != GateVerdict::Demonstrated).map(|i| format!("{}/{i}", a.scenario.name)),
            }
        })
        .collect();
    scenarios.sort_by(|a, b| (a.verdict, &a.name).cmp(&(b.verdict, &b.name)));
    let all = match verdict(answer.verdict) {
        GateVerdict::Demonstrated if !left_out.is_empty() => GateVerdict::Undecided,
        verdict => verdict,
    };
    let mut notes: Vec<String> = asked.into_iter().filter_map(|a| a.doubt).collect();
    notes.extend(left_out.iter().map(|name| format!("{name} has no natural prior, and is left out")));
    notes.extend(summary.scenarios.iter().filter_map(unmarked));
    if summary.seed_from == SeedFrom::Chosen {
        notes.push("points chosen by hand".into());
    }
    if !summary.reproducible {
        notes.push("this campaign is not reproducible".into());
    }
    let gate = Gate {
        schema: GATE_SCHEMA.into(),
        verdict: all,
        demand: GateDemand {
            nines: Some(question.nines),
            scope: "scenario".into(),
            per: question.per.name().into(),
            confidence: confidence.get(),
            evidence: "demonstrated".into(),
            registered: false,
        },
        seed_from: summary.seed_from,
        versions_before: None,
        left_out,
        scenarios,
    };
    Ok(Judgement { gate, notes })
}

/// Why nothing may be demonstrated by a scenario, however good its limit.
fn doubt(campaign: &Campaign, scenario: &ScenarioSummary, allowed: f64) -> Option<String> {
    let name = &scenario.name;
    if !matches!(scenario.status, Status::Complete | Status::Decided) {
        let asked = campaign.record.scenarios.iter().find(|s| s.name == *name).map_or(0, |s| s.rollouts);
        let ended = format!("{name} {} after {} of {} rollouts", scenario.status.name(), count(scenario.rollouts), count(asked));
        return Some(match scenario.status {
            Status::Interrupted => format!("{ended}; `nines run ... --resume` finishes it"),
            _ => format!("{ended}: nothing is demonstrated by it"),
        });
    }
    if scenario.rollouts == 0 {
        return Some(format!("{name} has no rollouts"));
    }
    if !scenario.hazard.probability.diagnostics.ok {
        return Some(format!("{name}: {}", scenario.hazard.probability.diagnostics.warnings.join(", ")));
    }
    // A policy that never arrives is not safe but parked, also where the scenario does not fail it for that.
    let tally = campaign.tally(name)?;
    let stranded: u64 = tally.strata.iter().map(|s| s.stranded).sum();
    let share = stranded as f64 / tally.rollouts as f64;
    (share > allowed).then(|| format!("{name}: the end was not reached in {stranded} of {} rollouts", tally.rollouts))
}

fn verdict(verdict: Verdict) -> GateVerdict {
    match verdict {
        Verdict::Demonstrated => GateVerdict::Demonstrated,
        Verdict::Refuted => GateVerdict::Refuted,
        Verdict::Undecided => GateVerdict::Undecided,
    }
}
