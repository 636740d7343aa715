//! The gate: is the demanded nine demonstrated in every scenario, or in the mix of an ODD?

use super::judge_odd::judge_odds;
use super::summary::unmarked;
use super::{Campaign, CampaignError, Groups, LimitState};
use nines_metrics::{Confidence, Demand, Sample, Verdict};
use nines_sim::Criterion;
use nines_viz::numbers::{Round, count, few, probability};
use nines_viz::{
    EstimateKind, GATE_SCHEMA, Gate, GateDemand, GateScenario, GateVerdict, Per, ScenarioSummary, SeedFrom, StateKind, Status,
};

/// What is asked of a campaign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// Nines demanded.
    pub nines: u32,
    /// Of what it is demanded.
    pub of: Demanded,
    /// Confidence of each one-sided limit; that of the campaign unless given.
    pub confidence: Option<f64>,
    /// Whether searches count that passed their own checks, by their upper limit with the reach.
    pub estimates: bool,
}

/// What a demand is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demanded {
    /// Every scenario, given the hazard or per encounter.
    Scenarios(Per),
    /// The exposure-weighted mix of each ODD.
    Odds(OddUnit),
}

impl Demanded {
    /// `scenario` or `odd`.
    pub const fn scope(self) -> &'static str {
        match self {
            Demanded::Scenarios(_) => "scenario",
            Demanded::Odds(_) => "odd",
        }
    }

    /// `hazard`, `encounter`, or a distance or time.
    pub const fn per(self) -> &'static str {
        match self {
            Demanded::Scenarios(per) => per.name(),
            Demanded::Odds(unit) => unit.name(),
        }
    }
}

/// Within what an ODD must not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddUnit {
    /// An encounter of its mix.
    Encounter,
    /// A kilometre.
    Km,
    /// A mile.
    Mile,
    /// An hour at its mean speed.
    Hour,
    /// A trip of its mean length.
    Trip,
}

impl OddUnit {
    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            OddUnit::Encounter => "encounter",
            OddUnit::Km => "km",
            OddUnit::Mile => "mile",
            OddUnit::Hour => "hour",
            OddUnit::Trip => "trip",
        }
    }
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
    doubt: Option<Doubt>,
}

/// Why a scenario does not decide, whatever its limits.
pub(super) struct Doubt {
    scenario: String,
    /// Follows the scenario's name, as in "child-at-curb: interrupted after …".
    why: String,
}

impl Doubt {
    fn of(scenario: &ScenarioSummary, why: String) -> Self {
        Self { scenario: scenario.name.clone(), why }
    }
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.scenario, self.why)
    }
}

/// Doubts as notes: one for all scenarios that share a reason.
fn together(doubts: impl Iterator<Item = Doubt>) -> Vec<String> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for Doubt { scenario, why } in doubts {
        match all.iter_mut().find(|(other, _)| *other == why) {
            Some((_, names)) => names.push(scenario),
            None => all.push((why, vec![scenario])),
        }
    }
    all.into_iter().map(|(why, names)| format!("{}: {why}", few(&names))).collect()
}

/// Answers a question from the summary and the ledger of a campaign.
pub fn judge(campaign: &Campaign, question: &Question) -> Result<Judgement, CampaignError> {
    match question.of {
        Demanded::Scenarios(per) => judge_scenarios(campaign, question, per),
        Demanded::Odds(unit) => judge_odds(campaign, question, unit),
    }
}

fn judge_scenarios(campaign: &Campaign, question: &Question, per: Per) -> Result<Judgement, CampaignError> {
    let summary = &campaign.summary;
    let confidence = Confidence::new(question.confidence.unwrap_or(summary.confidence))?;
    let demand = Demand::nines(question.nines.into())?;
    let (mut asked, mut left_out) = (Vec::new(), Vec::new());
    for scenario in &summary.scenarios {
        let groups = Groups::of_summary(scenario, &campaign.record)?;
        let sample = match per {
            Per::Hazard => Some(groups.hazard_sample()?),
            Per::Encounter => groups.encounter_sample()?,
        };
        let Some(sample) = sample else {
            left_out.push(scenario.name.clone());
            continue;
        };
        let kind = match sample.rollouts() {
            0 => EstimateKind::None,
            _ if sample.is_searched() => EstimateKind::Estimated,
            _ => EstimateKind::Sampled,
        };
        let doubt = unasked(scenario, &sample, question).or_else(|| doubt(campaign, scenario, demand.allowed()));
        asked.push(Asked { scenario, sample, kind, doubt });
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
                upper_with_reach: a.sample.is_searched().then(|| a.sample.upper_with_reach(confidence.one_sided())),
                rollouts_needed: needed,
                rollouts_needed_clean: clean,
                why: a.doubt.as_ref().map(|doubt| doubt.why.clone()).filter(|_| verdict == GateVerdict::Undecided),
                replay: worst.filter(|_| verdict != GateVerdict::Demonstrated).map(|i| format!("{}/{i}", a.scenario.name)),
            }
        })
        .collect();
    scenarios.sort_by(|a, b| (a.verdict, &a.name).cmp(&(b.verdict, &b.name)));
    let all = match verdict(answer.verdict) {
        GateVerdict::Demonstrated if !left_out.is_empty() => GateVerdict::Undecided,
        verdict => verdict,
    };
    let alpha = confidence.one_sided();
    let by_search = |a: &Asked| {
        let [reach, upper] = [a.sample.reach(alpha), a.sample.upper_with_reach(alpha)].map(|p| probability(p, Round::Up));
        format!(
            "{}: at most {upper} by a search, of which {reach} may be unseen, if failures lie where the margin leads",
            a.scenario.name
        )
    };
    let searches = asked.iter().filter(|a| question.estimates && a.sample.is_searched() && a.doubt.is_none()).map(by_search);
    let mut notes: Vec<String> = searches.collect();
    notes.extend(together(asked.into_iter().filter_map(|a| a.doubt)));
    if !left_out.is_empty() {
        notes.push(format!("left out, for want of a natural prior: {}", few(&left_out)));
    }
    Ok(answered(campaign, question, confidence, all, left_out, scenarios, notes))
}

/// The answer with what must be said of any.
pub(super) fn answered(
    campaign: &Campaign,
    question: &Question,
    confidence: Confidence,
    verdict: GateVerdict,
    left_out: Vec<String>,
    scenarios: Vec<GateScenario>,
    mut notes: Vec<String>,
) -> Judgement {
    let summary = &campaign.summary;
    notes.extend(summary.scenarios.iter().filter_map(unmarked));
    if campaign.record.nines.is_some() && !is_registered(campaign, question) {
        notes.push("not the demand registered before the run".into());
    }
    if summary.seed_from == SeedFrom::Chosen {
        notes.push("points chosen by hand".into());
    }
    if !summary.reproducible {
        notes.push("this campaign is not reproducible".into());
    }
    let gate = Gate {
        schema: GATE_SCHEMA.into(),
        verdict,
        demand: GateDemand {
            nines: Some(question.nines),
            scope: question.of.scope().into(),
            per: question.of.per().into(),
            confidence: confidence.get(),
            evidence: if question.estimates { "estimated" } else { "demonstrated" }.into(),
            registered: is_registered(campaign, question),
        },
        seed_from: summary.seed_from,
        versions_before: None,
        campaigns_before: None,
        left_out,
        excluded: Vec::new(),
        scenarios,
    };
    Judgement { gate, notes }
}

/// Whether the demand was made before the run: by `run --nines`, which asks it of every scenario per hazard.
fn is_registered(campaign: &Campaign, question: &Question) -> bool {
    campaign.record.nines == Some(question.nines) && question.of == Demanded::Scenarios(Per::Hazard)
}

/// Why a search decides nothing here.
pub(super) fn unasked(scenario: &ScenarioSummary, sample: &Sample, question: &Question) -> Option<Doubt> {
    let search = scenario.search.as_ref()?;
    if search.limit_state != LimitState::Min.name() {
        let why = format!("the search looked for {} alone, and other failures are not in its figures", search.limit_state);
        return Some(Doubt::of(scenario, why));
    }
    let why = || "of a search: only --evidence estimated takes it, with its reach".into();
    (!question.estimates && sample.is_searched()).then(|| Doubt::of(scenario, why()))
}

/// Why nothing may be demonstrated by a scenario, however good its limit.
fn doubt(campaign: &Campaign, scenario: &ScenarioSummary, allowed: f64) -> Option<Doubt> {
    if let Some(doubt) = unfinished(campaign, scenario) {
        return Some(doubt);
    }
    // A policy that never arrives is not safe but parked, also where the scenario does not fail it for that.
    let tally = campaign.tally(&scenario.name)?;
    let text = |stranded: u64, rollouts: u64| {
        Doubt::of(scenario, format!("the end was not reached in {stranded} of {rollouts} rollouts"))
    };
    if scenario.search.is_none() {
        return tally.is_stranded_above(allowed).then(|| text(tally.stranded(), tally.rollouts));
    }
    // A search goes where the scenario fails, and meets that more often than it happens: the rollouts without the hazard tell. Where not
    // to arrive is no failure, the search does not look for it, and then whatever it met counts.
    let fails_by_it = scenario.causes.iter().any(|cause| cause.criterion == Criterion::NoProgress.name());
    let hazard = |stratum: u16| scenario.strata.get(usize::from(stratum)).is_some_and(|s| s.state_kind == StateKind::Hazard);
    let counted = || tally.strata.iter().filter(|s| !fails_by_it || !hazard(s.stratum));
    let (stranded, rollouts) = (counted().map(|s| s.stranded).sum::<u64>(), counted().map(|s| s.rollouts).sum::<u64>());
    (stranded as f64 > allowed * rollouts as f64).then(|| text(stranded, rollouts))
}

/// Why a scenario is not to be judged at all.
pub(super) fn unfinished(campaign: &Campaign, scenario: &ScenarioSummary) -> Option<Doubt> {
    let name = &scenario.name;
    if !matches!(scenario.status, Status::Complete | Status::Decided) {
        let asked = campaign.record.scenarios.iter().find(|s| s.name == *name).map_or(0, |s| s.rollouts);
        let ended = format!("{} after {} of {} rollouts", scenario.status.name(), count(scenario.rollouts), count(asked));
        let why = match scenario.status {
            Status::Interrupted => format!("{ended}; `nines run ... --resume` finishes it"),
            Status::Partial => format!("{ended}; `nines merge` joins it with the other shards"),
            _ => format!("{ended}: nothing is demonstrated by it"),
        };
        return Some(Doubt::of(scenario, why));
    }
    if scenario.rollouts == 0 {
        return Some(Doubt::of(scenario, "no rollouts".into()));
    }
    let diagnostics = &scenario.hazard.probability.diagnostics;
    (!diagnostics.ok).then(|| Doubt::of(scenario, format!("not to be trusted: {}", diagnostics.warnings.join(", "))))
}

pub(super) fn verdict(verdict: Verdict) -> GateVerdict {
    match verdict {
        Verdict::Demonstrated => GateVerdict::Demonstrated,
        Verdict::Refuted => GateVerdict::Refuted,
        Verdict::Undecided => GateVerdict::Undecided,
    }
}
