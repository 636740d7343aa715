//! A failure probability that cannot be had without its interval, its kind and its doubts.

use serde::{Deserialize, Serialize};

use crate::{Confidence, Error, Nines};

/// The warning of an estimate above zero to which only the hazard half contributes.
pub const NO_FAILURE_OUTSIDE_HAZARD: &str = "no-failure-outside-hazard";

/// What an estimate rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Random sampling and an interval of proven coverage.
    Sampled,
    /// Its assumptions.
    Estimated,
    /// Nothing: there was no rollout.
    None,
}

/// How the limits were formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interval {
    /// Exact binomial limits ([`crate::binomial`]).
    ClopperPearson,
    /// Two halves weighed with a prior ([`crate::TwoGroup`]).
    TwoGroup,
    /// Limits that hold however often one looks ([`crate::sequence`]), of all rollouts or of two halves.
    ConfidenceSequence,
    /// A mix at stated exposures ([`crate::Weighted`]).
    ExposureWeighted,
    /// Weights of a fresh sample from a frozen proposal: Student's t on the log ([`crate::rare::CrossEntropy`]).
    LogT,
    /// Weighted counts of strata: Student's t on the log ([`crate::rare::Neyman`]).
    StratifiedT,
    /// Independent replicates: Student's t on the log of their mean ([`crate::rare::Subset`], [`crate::rare::Qmc`]).
    ReplicatesT,
}

/// What has to hold for the limits to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assumption {
    /// The scenario model is what nature does. Every result assumes it.
    ScenarioModel,
    /// The natural prior of the hazard lies in its interval.
    HazardPrior,
    /// The exposures are as stated.
    StatedExposures,
    /// Failures lie where the margin leads, or are frequent enough for the reach.
    MarginLeads,
}

/// Whether the estimate may be believed, and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// `false` where something was found that takes all trust from the estimate.
    pub ok: bool,
    /// What was found, as kebab-case words.
    pub warnings: Vec<String>,
}

/// A failure probability with its limits. Made from counts by [`crate::Sample::estimate`], or read from a file.
///
/// `0 <= lower <= one_sided_lower <= estimate <= one_sided_upper <= upper <= 1`. The two-sided limits hold together at the
/// confidence, each one-sided limit holds alone at it; only these decide whether something is refuted or demonstrated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Estimate {
    estimate: Option<f64>,
    lower: f64,
    upper: f64,
    one_sided_lower: f64,
    one_sided_upper: f64,
    confidence: Confidence,
    kind: Kind,
    interval: Interval,
    reach: Option<f64>,
    upper_with_reach: Option<f64>,
    assumptions: Vec<Assumption>,
    diagnostics: Diagnostics,
}

/// The same fields as read from a file.
#[derive(Deserialize)]
struct Unchecked {
    estimate: Option<f64>,
    lower: f64,
    upper: f64,
    one_sided_lower: f64,
    one_sided_upper: f64,
    confidence: Confidence,
    kind: Kind,
    interval: Interval,
    reach: Option<f64>,
    upper_with_reach: Option<f64>,
    assumptions: Vec<Assumption>,
    diagnostics: Diagnostics,
}

/// What a sample knows of its probability.
pub(crate) struct Limits {
    pub estimate: Option<f64>,
    pub two_sided: (f64, f64),
    pub one_sided: (f64, f64),
    pub confidence: Confidence,
    pub kind: Kind,
    pub interval: Interval,
    pub assumptions: Vec<Assumption>,
    pub warnings: Vec<String>,
}

impl Estimate {
    pub(crate) fn from_limits(limits: Limits) -> Self {
        Self {
            estimate: limits.estimate,
            lower: limits.two_sided.0,
            upper: limits.two_sided.1,
            one_sided_lower: limits.one_sided.0,
            one_sided_upper: limits.one_sided.1,
            confidence: limits.confidence,
            kind: limits.kind,
            interval: limits.interval,
            reach: None,
            upper_with_reach: None,
            assumptions: limits.assumptions,
            diagnostics: Diagnostics { ok: true, warnings: limits.warnings },
        }
    }

    /// The observed probability; `None` where a part of the sample has no rollouts.
    pub fn estimate(&self) -> Option<f64> {
        self.estimate
    }

    /// The lower limit of the two-sided interval.
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// The upper limit of the two-sided interval.
    pub fn upper(&self) -> f64 {
        self.upper
    }

    /// The lower limit that holds alone.
    pub fn one_sided_lower(&self) -> f64 {
        self.one_sided_lower
    }

    /// The upper limit that holds alone.
    pub fn one_sided_upper(&self) -> f64 {
        self.one_sided_upper
    }

    /// The confidence of all limits.
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// What the estimate rests on.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How the limits were formed.
    pub fn interval(&self) -> Interval {
        self.interval
    }

    /// What has to hold for the limits to hold.
    pub fn assumptions(&self) -> &[Assumption] {
        &self.assumptions
    }

    /// Whether it may be believed.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// The reach: what a failure region that nothing leads to could have without having been seen.
    pub(crate) fn reaching(mut self, mass: f64) -> Self {
        self.reach = Some(mass);
        self.upper_with_reach = Some((self.upper + mass).min(1.0));
        self
    }

    /// The mass that a failure region could have without having been seen; of an estimate that is not of random sampling.
    pub fn reach(&self) -> Option<f64> {
        self.reach
    }

    /// The upper limit with the reach added.
    pub fn upper_with_reach(&self) -> Option<f64> {
        self.upper_with_reach
    }

    /// Adds a warning that leaves the estimate trusted.
    #[must_use]
    pub fn warned(mut self, warning: &str) -> Self {
        self.diagnostics.warnings.push(warning.to_owned());
        self
    }

    /// Takes all trust from the estimate, for a reason: no nine is demonstrated by it.
    #[must_use]
    pub fn distrusted(mut self, reason: &str) -> Self {
        self.diagnostics.ok = false;
        self.warned(reason)
    }

    /// Whether it can demonstrate anything: random sampling that passed its diagnostics.
    pub fn can_demonstrate(&self) -> bool {
        self.kind == Kind::Sampled && self.diagnostics.ok
    }

    /// The nines of the one-sided upper limit; none unless [`Estimate::can_demonstrate`].
    pub fn demonstrated(&self) -> Nines {
        if self.can_demonstrate() { Nines::of(self.one_sided_upper) } else { Nines::NONE }
    }

    /// The nines of the observed probability; `None` where no failure was seen.
    pub fn estimated(&self) -> Option<Nines> {
        self.estimate.filter(|estimate| *estimate > 0.0).map(Nines::of)
    }
}

impl TryFrom<Unchecked> for Estimate {
    type Error = Error;

    fn try_from(read: Unchecked) -> Result<Self, Error> {
        // Rounding may put limits of nearly equal errors in either order by a bit; more than that is no estimate of ours.
        let ordered = |low: f64, high: f64| low <= high * (1.0 + 1e-12);
        let inside = read.lower >= 0.0 && read.upper <= 1.0;
        let nested = ordered(read.lower, read.one_sided_lower) && ordered(read.one_sided_upper, read.upper);
        let around = |point: f64| ordered(read.one_sided_lower, point) && ordered(point, read.one_sided_upper);
        // A confidence below one half may leave the observed probability outside of a one-sided limit.
        let enclosed = read.confidence.get() < 0.5 || read.estimate.is_none_or(around);
        if !(inside && nested && enclosed) {
            return Err(Error::Estimate);
        }
        Ok(Self {
            estimate: read.estimate,
            lower: read.lower,
            upper: read.upper,
            one_sided_lower: read.one_sided_lower,
            one_sided_upper: read.one_sided_upper,
            confidence: read.confidence,
            kind: read.kind,
            interval: read.interval,
            reach: read.reach,
            upper_with_reach: read.upper_with_reach,
            assumptions: read.assumptions,
            diagnostics: read.diagnostics,
        })
    }
}
