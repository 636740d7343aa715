//! From counts to the samples that limits follow from: which rollouts are the hazard, and how often nature brings it.

use super::{Method, Record, Scenario, SummaryError, Tally};
use nines_metrics::{Confidence, Counts, Estimate, Interval, Kind, Plan, Rest, Sample, Searched, TwoGroup};
use nines_viz::{Diagnostics, EstimateKind, Prior, Probability, ScenarioSummary, SearchSummary, StateKind};

/// The counts of a scenario, grouped by the hazard.
#[derive(Clone, Debug)]
pub struct Groups {
    /// Rollouts without the hazard.
    pub other: Counts,
    /// Rollouts with it; all where no state is marked.
    pub hazard: Counts,
    /// How often nature brings it.
    pub prior: Option<Prior>,
    /// Whether every second rollout was drawn with the hazard.
    pub halves: bool,
    /// How often we look at each stratum.
    pub shares: Vec<f64>,
    /// Share of the rollouts that are drawn with the hazard.
    hazard_share: f64,
    /// When one may look at the counts.
    pub plan: Plan,
    /// The search that stands in the place of the rollouts with the hazard.
    search: Option<SearchSummary>,
}

impl Groups {
    /// Groups the tally of a scenario of a campaign.
    pub fn of(scenario: &Scenario, record: &Record, tally: &Tally) -> Result<Self, SummaryError> {
        let marked = scenario.has_hazard();
        let is_hazard = |k: usize| !marked || scenario.strata.get(k).is_some_and(|s| s.hazard);
        let count = |hazard: bool| {
            let chosen = || tally.strata.iter().filter(|s| is_hazard(usize::from(s.stratum)) == hazard);
            let (rollouts, failures) = (chosen().map(|s| s.rollouts).sum(), chosen().map(|s| s.failures).sum());
            Counts::new(rollouts, failures).unwrap_or_default() // failures are counted among rollouts, and both stay below 2^53
        };
        let halves = marked && record.method != Method::Mc;
        let shares = shares(scenario, halves);
        let hazard_share = shares.iter().enumerate().filter(|(k, _)| is_hazard(*k)).map(|(_, share)| share).sum();
        Ok(Self {
            other: count(false),
            hazard: count(true),
            prior: scenario.hazard_prior.clone(),
            halves,
            shares,
            hazard_share,
            plan: record.limits()?,
            search: None,
        })
    }

    /// The same where a search stands in the place of the rollouts with the hazard.
    #[must_use]
    pub fn searched(self, search: Option<&SearchSummary>) -> Self {
        Self { search: search.cloned(), ..self }
    }

    /// Groups what a summary says of a scenario of a campaign.
    pub fn of_summary(scenario: &ScenarioSummary, record: &Record) -> Result<Self, SummaryError> {
        let marked = scenario.strata.iter().any(|s| s.state_kind == StateKind::Hazard);
        let hazard = &scenario.hazard;
        let other =
            Counts::new(scenario.rollouts.saturating_sub(hazard.rollouts), scenario.failures.saturating_sub(hazard.failures))?;
        let shares: Vec<f64> = scenario.strata.iter().map(|s| s.share).collect();
        let of_hazard = scenario.strata.iter().filter(|s| !marked || s.state_kind == StateKind::Hazard);
        Ok(Self {
            other,
            hazard: Counts::new(hazard.rollouts, hazard.failures)?,
            prior: scenario.probability.as_ref().and(hazard.prior.clone()),
            halves: marked && scenario.method != Method::Mc.name(),
            hazard_share: of_hazard.map(|s| s.share).sum(),
            shares,
            plan: record.limits()?,
            search: scenario.search.clone(),
        })
    }

    /// Whether the figures given the hazard are of a search. What was driven on its way stands for nothing by itself.
    pub fn is_searched(&self) -> bool {
        self.search.is_some()
    }

    /// The rollouts with the hazard, or what was found of them.
    pub fn hazard_sample(&self) -> Result<Sample, SummaryError> {
        match self.search.as_ref().map(found).transpose()? {
            Some(Found::Search(searched)) => return Ok(Sample::Searched(searched)),
            Some(Found::Drawn(counts)) if self.halves => return Ok(Sample::half(counts)),
            Some(Found::Drawn(counts)) => return Ok(Sample::all(counts)),
            None => {}
        }
        if self.halves {
            return Ok(Sample::half(self.hazard).under(self.plan));
        }
        // Of a hazard that is never drawn nothing can be promised, but a share above zero is asked for.
        Ok(Sample::part(self.hazard, self.hazard_share.clamp(f64::MIN_POSITIVE, 1.0))?.under(self.plan))
    }

    /// All encounters, as nature brings them; `None` without natural priors.
    pub fn encounter_sample(&self) -> Result<Option<Sample>, SummaryError> {
        let Some(prior) = &self.prior else { return Ok(None) };
        if self.halves {
            let prior = nines_metrics::Prior::new(prior.estimate, prior.lower, prior.upper, Confidence::new(prior.confidence)?)?;
            match self.search.as_ref().map(found).transpose()? {
                Some(Found::Search(searched)) => {
                    return Ok(Some(Sample::Searched(searched.with(Rest { other: self.other, prior }))));
                }
                Some(Found::Drawn(counts)) => return Ok(Some(Sample::TwoGroup(TwoGroup::new(self.other, counts, prior)))),
                None => {}
            }
            return Ok(Some(Sample::TwoGroup(TwoGroup::new(self.other, self.hazard, prior)).under(self.plan)));
        }
        if self.is_searched() {
            return self.hazard_sample().map(Some);
        }
        let (a, b) = (self.other, self.hazard);
        let all = Counts::new(a.rollouts() + b.rollouts(), a.failures() + b.failures())?;
        Ok(Some(Sample::all(all).under(self.plan)))
    }
}

/// What a search says, in the form from which limits follow.
enum Found {
    Search(Searched),
    /// Plain sampling was cheaper.
    Drawn(Counts),
}

fn found(search: &SearchSummary) -> Result<Found, SummaryError> {
    let interval = INTERVALS.iter().find(|(_, name)| *name == search.interval).map(|(interval, _)| *interval);
    Ok(match interval {
        Some(Interval::ClopperPearson) => Found::Drawn(Counts::new(search.sample, search.failures)?),
        interval => Found::Search(Searched {
            value: search.estimate,
            error: search.relative_error.unwrap_or(f64::INFINITY),
            freedom: search.freedom,
            interval: interval.unwrap_or(Interval::LogT),
            evaluations: search.evaluations,
            failures: search.failures,
            plain_equivalent: search.plain_equivalent,
            ok: search.ok,
            warnings: search.warnings.clone(),
            rest: None,
        }),
    })
}

const INTERVALS: [(Interval, &str); 7] = [
    (Interval::ClopperPearson, "clopper-pearson"),
    (Interval::TwoGroup, "two-group"),
    (Interval::ConfidenceSequence, "confidence-sequence"),
    (Interval::ExposureWeighted, "exposure-weighted"),
    (Interval::LogT, "log-t"),
    (Interval::StratifiedT, "stratified-t"),
    (Interval::ReplicatesT, "replicates-t"),
];

/// The name of an interval in files.
pub(super) fn interval_name(interval: Interval) -> &'static str {
    INTERVALS.iter().find(|(known, _)| *known == interval).map_or("", |(_, name)| name)
}

fn shares(scenario: &Scenario, halves: bool) -> Vec<f64> {
    let strata = &scenario.template.strata;
    let sum =
        |hazard: Option<bool>| -> f64 { strata.iter().filter(|s| hazard.is_none_or(|h| s.hazard == h)).map(|s| s.weight).sum() };
    let of = |hazard: bool, weight: f64| if halves { 0.5 * weight / sum(Some(hazard)) } else { weight / sum(None) };
    strata.iter().map(|s| of(s.hazard, s.weight)).collect()
}

/// An estimate as it stands in files.
pub fn probability_of(estimate: &Estimate) -> Probability {
    Probability {
        estimate: estimate.estimate(),
        lower: estimate.lower(),
        upper: estimate.upper(),
        one_sided_lower: estimate.one_sided_lower(),
        one_sided_upper: estimate.one_sided_upper(),
        confidence: estimate.confidence().get(),
        kind: match estimate.kind() {
            Kind::Sampled => EstimateKind::Sampled,
            Kind::Estimated => EstimateKind::Estimated,
            Kind::None => EstimateKind::None,
        },
        interval: interval_name(estimate.interval()).into(),
        reach: estimate.reach(),
        upper_with_reach: estimate.upper_with_reach(),
        assumptions: estimate.assumptions().iter().map(|a| assumption(*a).to_owned()).collect(),
        diagnostics: Diagnostics { ok: estimate.diagnostics().ok, warnings: estimate.diagnostics().warnings.clone() },
    }
}

fn assumption(assumption: nines_metrics::Assumption) -> &'static str {
    match assumption {
        nines_metrics::Assumption::ScenarioModel => "scenario-model",
        nines_metrics::Assumption::HazardPrior => "hazard-prior",
        nines_metrics::Assumption::StatedExposures => "stated-exposures",
        nines_metrics::Assumption::MarginLeads => "margin-leads",
    }
}
