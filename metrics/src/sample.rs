//! The forms of samples from which limits follow.

use crate::two_group::HALF;
use crate::{
    Alpha, Assumption, Confidence, Counts, Error, Estimate, Interval, Kind, NO_FAILURE_OUTSIDE_HAZARD, Plan, Searched, TwoGroup,
    Weighted, estimate,
};

/// What was counted, in the form that says how limits follow from it.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// Independent rollouts of one kind: Clopper-Pearson limits, or those of a confidence sequence.
    Plain {
        /// The counts.
        counts: Counts,
        /// Which share of the scenario's rollouts enters them: 1 under plain Monte Carlo, 1/2 for the hazard half.
        share: f64,
        /// When one may look.
        plan: Plan,
    },
    /// Two independent halves, weighed with a natural prior.
    TwoGroup(TwoGroup),
    /// What a search for rare events found.
    Searched(Searched),
    /// A mix of such samples at stated weights.
    Weighted(Weighted),
}

impl Sample {
    /// All rollouts of a scenario.
    pub fn all(counts: Counts) -> Self {
        Self::Plain { counts, share: 1.0, plan: Plan::Fixed }
    }

    /// The half of a scenario's rollouts that has every second index.
    pub fn half(counts: Counts) -> Self {
        Self::Plain { counts, share: HALF, plan: Plan::Fixed }
    }

    /// The part of a scenario's rollouts that is drawn with probability `share`.
    ///
    /// # Errors
    /// [`Error::Share`] unless the share lies above 0 and is at most 1.
    pub fn part(counts: Counts, share: f64) -> Result<Self, Error> {
        let share_is_one = share > 0.0 && share <= 1.0;
        if share_is_one { Ok(Self::Plain { counts, share, plan: Plan::Fixed }) } else { Err(Error::Share(share)) }
    }

    /// The same counts under a plan; of a mix each of its samples.
    #[must_use]
    pub fn under(self, plan: Plan) -> Self {
        match self {
            Self::Plain { counts, share, .. } => Self::Plain { counts, share, plan },
            Self::TwoGroup(halves) => Self::TwoGroup(halves.under(plan)),
            // A search has a budget, and is looked at once.
            Self::Searched(searched) => Self::Searched(searched),
            Self::Weighted(mix) => Self::Weighted(mix.under(plan)),
        }
    }

    /// Whether the limits hold at every look.
    pub fn is_watched(&self) -> bool {
        match self {
            Self::Plain { plan, .. } => *plan != Plan::Fixed,
            Self::TwoGroup(halves) => halves.plan() != Plan::Fixed,
            Self::Searched(_) => false,
            Self::Weighted(mix) => mix.samples().all(Self::is_watched),
        }
    }

    /// The same rollouts with so many failures fewer, without and with the hazard; `None` of a search, whose limits do not follow from
    /// counts. Of a plain sample both are its failures.
    #[must_use]
    pub fn without(&self, [other, hazard]: [u64; 2]) -> Option<Self> {
        let fewer = |counts: Counts, gone: u64| Counts::new(counts.rollouts(), counts.failures().saturating_sub(gone)).ok();
        Some(match self {
            Self::Plain { counts, share, plan } => {
                Self::Plain { counts: fewer(*counts, other.saturating_add(hazard))?, share: *share, plan: *plan }
            }
            Self::TwoGroup(halves) => {
                let prior = halves.prior();
                Self::TwoGroup(
                    TwoGroup::new(fewer(halves.other(), other)?, fewer(halves.hazard(), hazard)?, prior).under(halves.plan()),
                )
            }
            Self::Searched(_) | Self::Weighted(_) => return None,
        })
    }

    /// Rollouts that enter the limits.
    pub fn rollouts(&self) -> u64 {
        match self {
            Self::Plain { counts, .. } => counts.rollouts(),
            Self::TwoGroup(halves) => halves.other().rollouts() + halves.hazard().rollouts(),
            Self::Searched(searched) => searched.evaluations + searched.rest.map_or(0, |rest| rest.other.rollouts()),
            Self::Weighted(mix) => mix.rollouts(),
        }
    }

    /// Failures that enter the limits.
    pub fn failures(&self) -> u64 {
        match self {
            Self::Plain { counts, .. } => counts.failures(),
            Self::TwoGroup(halves) => halves.other().failures() + halves.hazard().failures(),
            Self::Searched(searched) => searched.failures + searched.rest.map_or(0, |rest| rest.other.failures()),
            Self::Weighted(mix) => mix.failures(),
        }
    }

    /// The observed failure probability; `None` where a part of it has no rollouts.
    pub fn point(&self) -> Option<f64> {
        match self {
            Self::Plain { counts, .. } => counts.rate(),
            Self::TwoGroup(halves) => halves.point(),
            Self::Searched(searched) => searched.point(),
            Self::Weighted(mix) => mix.point(),
        }
    }

    /// The lower limit that misses with probability at most `alpha`; 0 without rollouts.
    pub fn lower(&self, alpha: Alpha) -> f64 {
        match self {
            _ if self.rollouts() == 0 => 0.0,
            Self::Plain { counts, plan, .. } => plan.lower(*counts, alpha),
            Self::TwoGroup(halves) => halves.lower(alpha),
            Self::Searched(searched) => searched.lower(alpha),
            Self::Weighted(mix) => mix.lower(alpha),
        }
    }

    /// The upper limit that misses with probability at most `alpha`; 1 without rollouts.
    pub fn upper(&self, alpha: Alpha) -> f64 {
        match self {
            _ if self.rollouts() == 0 => 1.0,
            Self::Plain { counts, plan, .. } => plan.upper(*counts, alpha),
            Self::TwoGroup(halves) => halves.upper(alpha),
            Self::Searched(searched) => searched.upper(alpha),
            Self::Weighted(mix) => mix.upper(alpha),
        }
    }

    /// The upper limit by sampling alone: priors taken at their estimates.
    pub fn upper_at_prior_estimate(&self, alpha: Alpha) -> f64 {
        match self {
            _ if self.rollouts() == 0 => 1.0,
            Self::Plain { counts, plan, .. } => plan.upper(*counts, alpha),
            Self::TwoGroup(halves) => halves.upper_at_estimate(alpha),
            Self::Searched(searched) => searched.upper_at_estimate(alpha),
            Self::Weighted(mix) => mix.upper_at_prior_estimate(alpha),
        }
    }

    /// The upper limit after `further` rollouts (of a mix: of all its scenarios together), none of which fails, or which fail at
    /// the rates observed so far. Halves and shares are rounded down, so that the limit is not promised too early.
    pub(crate) fn upper_after(&self, further: f64, clean: bool, alpha: Alpha) -> f64 {
        match self {
            Self::Plain { counts, share, plan } => plan.upper_after(*counts, (further * share).floor(), clean, alpha),
            Self::TwoGroup(halves) => halves.upper_after(further, clean, alpha),
            Self::Searched(searched) => searched.upper_after(further, clean, alpha),
            Self::Weighted(mix) => mix.upper_after(further, clean, alpha),
        }
    }

    /// The p-value against "the failure probability is at most `limit`": the smallest error at which the lower limit exceeds it.
    ///
    /// Exact for a plain sample ([`Plan::at_least`]); else by inverting the lower limit, which rises with the error. An
    /// infimum below 1e-300 is given as 1e-300.
    pub fn refutation_p_value(&self, limit: f64) -> f64 {
        if let Self::Plain { counts, plan, .. } = self {
            return plan.at_least(*counts, limit);
        }
        // Bisection over ln alpha. Where even an error of almost 1 does not lift the limit, nothing speaks against the claim.
        let refuted = |ln_alpha: f64| Alpha::new(libm::exp(ln_alpha)).is_ok_and(|alpha| self.lower(alpha) > limit);
        let (mut holds, mut refutes) = (libm::log(1e-300), -1e-12);
        if !refuted(refutes) {
            return 1.0;
        }
        while refutes - holds > 1e-10 {
            let middle = 0.5 * (holds + refutes);
            if refuted(middle) { refutes = middle } else { holds = middle }
        }
        libm::exp(refutes)
    }

    /// The estimate with its limits at a confidence.
    pub fn estimate(&self, confidence: Confidence) -> Estimate {
        let (each_side, one_sided) = (confidence.each_side(), confidence.one_sided());
        let searched = self.is_searched();
        let kind = if searched { Kind::Estimated } else { Kind::Sampled };
        let estimate = Estimate::from_limits(estimate::Limits {
            estimate: self.point(),
            two_sided: (self.lower(each_side), self.upper(each_side)),
            one_sided: (self.lower(one_sided), self.upper(one_sided)),
            confidence,
            kind: if self.rollouts() == 0 { Kind::None } else { kind },
            interval: self.interval(),
            assumptions: self.assumptions(),
            warnings: self.warnings(),
        });
        let estimate = if searched { estimate.reaching(self.reach(one_sided)) } else { estimate };
        if self.is_sound() { estimate } else { estimate.distrusted("search-failed-its-checks") }
    }

    fn interval(&self) -> Interval {
        match self {
            Self::Plain { .. } | Self::TwoGroup(_) if self.is_watched() => Interval::ConfidenceSequence,
            Self::Plain { .. } => Interval::ClopperPearson,
            Self::TwoGroup(_) => Interval::TwoGroup,
            Self::Searched(searched) => searched.interval,
            Self::Weighted(_) => Interval::ExposureWeighted,
        }
    }

    /// Whether it rests on a search somewhere.
    pub fn is_searched(&self) -> bool {
        match self {
            Self::Plain { .. } | Self::TwoGroup(_) => false,
            Self::Searched(_) => true,
            Self::Weighted(mix) => mix.samples().any(Self::is_searched),
        }
    }

    /// Whether the searches that it rests on passed their own checks.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Plain { .. } | Self::TwoGroup(_) => true,
            Self::Searched(searched) => searched.ok,
            Self::Weighted(mix) => mix.samples().all(Self::is_sound),
        }
    }

    /// The mass that failure regions could have without having been seen by a search, with probability `alpha` at most; 0 of random
    /// sampling, whose limits hold for all of it.
    pub fn reach(&self, alpha: Alpha) -> f64 {
        match self {
            Self::Plain { .. } | Self::TwoGroup(_) => 0.0,
            Self::Searched(searched) => searched.reach(alpha),
            Self::Weighted(mix) => mix.reach(alpha),
        }
    }

    /// The upper limit that a claim may rest on: that of random sampling; of a search the one at half the error with the reach on top.
    pub fn upper_with_reach(&self, alpha: Alpha) -> f64 {
        if !self.is_searched() {
            return self.upper(alpha);
        }
        (self.upper(alpha.times(0.5)) + self.reach(alpha)).min(1.0)
    }

    fn assumptions(&self) -> Vec<Assumption> {
        let mut assumptions = vec![Assumption::ScenarioModel];
        if self.uses_prior() {
            assumptions.push(Assumption::HazardPrior);
        }
        if matches!(self, Self::Weighted(_)) {
            assumptions.push(Assumption::StatedExposures);
        }
        if self.is_searched() {
            assumptions.push(Assumption::MarginLeads);
        }
        assumptions
    }

    fn uses_prior(&self) -> bool {
        match self {
            Self::Plain { .. } => false,
            Self::TwoGroup(_) => true,
            Self::Searched(searched) => searched.rest.is_some(),
            Self::Weighted(mix) => mix.samples().any(Self::uses_prior),
        }
    }

    /// An estimate above zero that rests on the hazard half alone looks far better than its upper limit: that is said.
    fn warnings(&self) -> Vec<String> {
        match self {
            Self::TwoGroup(halves) if halves.other().failures() == 0 && halves.hazard().failures() > 0 => {
                vec![NO_FAILURE_OUTSIDE_HAZARD.to_owned()]
            }
            Self::Searched(searched) => {
                let outside = searched.rest.is_some_and(|rest| rest.other.failures() == 0) && searched.value.is_some();
                searched.warnings.iter().cloned().chain(outside.then(|| NO_FAILURE_OUTSIDE_HAZARD.to_owned())).collect()
            }
            _ => Vec::new(),
        }
    }
}
