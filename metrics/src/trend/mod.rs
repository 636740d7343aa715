//! What a nine costs: a line through the nines of a policy's successive versions, and when it reaches the next one.
//!
//! *Model.* After effort `x_i` version `i` fails with probability `p_i = 10^-y_i`, where its nines `y_i` lie around a line:
//!
//! ```text
//! k_i ~ Binomial(n_i, 10^-y_i),    y_i ~ Normal(a + b x_i, s),    b: nines per unit of effort,  1/b: the cost of a nine
//! ```
//!
//! The binomial likelihood is taken as it is: many failures fix the nines of a version, few leave them wide, and none says only "at least
//! so many" (a censored version). The scatter `s` between versions is not known; no version is expected on the line.
//!
//! *Limits* are those of the profile likelihood: all `b` whose deviance `2 (max L - max L | b)` is at most
//!
//! ```text
//! D = m ln(1 + t² / (m - 2)),    t the two-sided quantile of Student's t with m - 2 degrees of freedom
//! ```
//!
//! and `m` the versions with 5 failures or more, 3 at least: one or two failures fix no place, and say nothing of the scatter. Where sampling errors vanish the deviance is exactly `m ln(1 + T² / (m - 2))` with `T` the ratio of Student in least squares, so that the
//! limits are then the exact ones of a regression; where sampling errors rule, the deviance tends to chi-squared with one degree
//! of freedom, and `D` lies above its quantile. In between, and with censored versions, `docs/march.md` has the study. The limits of the effort at
//! which the line reaches a nine come from the same deviance along lines through that point, which is Fieller's construction: they may be without end.
//!
//! Sources: D. R. Cox, D. Oakes, "Analysis of Survival Data", 1984 (censoring). E. C. Fieller, "Some problems in interval estimation", Journal of the
//! Royal Statistical Society B 16 (1954) 175-185. G. A. F. Seber, C. J. Wild, "Nonlinear Regression", 1989, section 5.2 (profile likelihood against F).

mod likelihood;
mod profile;

use libm::log;

use crate::rare::student_upper;
use crate::{Confidence, Counts};
use likelihood::Histogram;
use profile::{Along, Profile};

/// Versions with failures that a fit needs: two are always on a line.
pub const LEAST_VERSIONS: usize = 3;

/// Failures from which on a version has a place of its own: its sampling error is then about a fifth of a nine.
const PLACED: u64 = 5;

/// A version of a policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Version {
    /// Effort spent on it and all before it, in any unit.
    pub effort: f64,
    /// Rollouts and failures.
    pub counts: Counts,
}

/// Why no line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrendError {
    /// Two points are on a line whatever a nine costs.
    #[error("{versions} versions, {with_failures} of them with failures: a line needs {LEAST_VERSIONS}")]
    TooFew {
        /// Versions.
        versions: usize,
        /// Those in which something failed: the others say only "at least".
        with_failures: usize,
    },
    /// All versions stand at one place.
    #[error("all versions have the same effort")]
    NoSpread,
    /// An effort is no finite number, or so large or small that none can be told apart.
    #[error("an effort is no finite number")]
    Effort,
}

/// A number with limits, each of which may not exist.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The most likely value; `None` where the line does not rise.
    pub estimate: Option<f64>,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit; `None` where there is none: it may never come.
    pub upper: Option<f64>,
}

/// A line through the nines of versions.
#[derive(Clone, Debug)]
pub struct Trend {
    versions: Vec<Histogram>,
    last: f64,
    span: f64,
    most: f64,
    best: Profile,
    /// Confidence of its limits.
    pub confidence: Confidence,
}

impl Trend {
    /// Fits the line.
    ///
    /// # Errors
    /// [`TrendError`] where there is too little to fit.
    pub fn fit(versions: &[Version], confidence: Confidence) -> Result<Self, TrendError> {
        let with_failures = versions.iter().filter(|v| v.counts.failures() > 0).count();
        if with_failures < LEAST_VERSIONS {
            return Err(TrendError::TooFew { versions: versions.len(), with_failures });
        }
        let (first, last) =
            versions.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v.effort), b.max(v.effort)));
        let span = last - first;
        if !(span.is_finite() && versions.iter().all(|v| v.effort.is_finite())) {
            return Err(TrendError::Effort);
        }
        if span <= 1e-12 * first.abs().max(last.abs()) {
            return Err(TrendError::NoSpread);
        }
        let placed = versions.iter().filter(|v| v.counts.failures() >= PLACED).count();
        // In units of the span, from the last version on: so numbers are of the order of one.
        let versions: Vec<_> = versions.iter().map(|v| Histogram::new((v.effort - last) / span, v.counts)).collect();
        let m = placed.max(LEAST_VERSIONS) as f64;
        let t = student_upper(m - 2.0, confidence.each_side());
        let best = Profile::free(&versions);
        Ok(Self { versions, last, span, most: m * log(1.0 + t * t / (m - 2.0)), best, confidence })
    }

    /// Nines per unit of effort.
    pub fn slope(&self) -> f64 {
        self.best.slope / self.span
    }

    /// Nines on the line at an effort.
    pub fn nines_at(&self, effort: f64) -> f64 {
        self.best.level + self.best.slope * (effort - self.last) / self.span
    }

    /// Scatter of versions about the line, in nines (one standard deviation).
    pub fn scatter(&self) -> f64 {
        self.best.scatter
    }

    /// Twice the log-likelihood that is lost where a nine costs so much (negative: where one is lost at that price).
    pub fn deviance_of_cost(&self, cost: f64) -> f64 {
        self.deviance(Along::Slope(self.span / cost))
    }

    /// Whether a cost lies within the limits.
    pub fn allows_cost(&self, cost: f64) -> bool {
        self.deviance_of_cost(cost) <= self.most
    }

    /// Whether a line through so many nines at so much effort after the last version lies within the limits.
    pub fn allows(&self, nines: f64, after: f64) -> bool {
        self.deviance(Along::Through { x: after / self.span, nines }) <= self.most
    }

    /// Whether a line that never rises lies within the limits: then nothing bounds the cost from above.
    pub fn allows_standstill(&self) -> bool {
        self.deviance(Along::Slope(0.0)) <= self.most
    }

    /// Effort that one nine costs.
    pub fn cost(&self) -> Limits {
        let best = self.best.slope;
        let steep = self.end(best, 0.5, Along::Slope);
        let flat = self.end(best, -0.5, Along::Slope);
        let cost = |slope: f64| self.span / slope;
        Limits {
            estimate: (best > 0.0).then(|| cost(best)),
            lower: steep.filter(|s| *s > 0.0).map_or(0.0, cost),
            upper: flat.filter(|s| *s > 0.0).map(cost),
        }
    }

    /// Effort after the last version until the line reaches so many nines; 0 where it is there already.
    pub fn until(&self, nines: f64) -> Limits {
        let to = |x: f64| Along::Through { x, nines };
        let at = (nines - self.best.level) / self.best.slope;
        let rises = self.best.slope > 0.0;
        let start = if rises { at.max(0.0) } else { 0.0 };
        let upper = if !rises || self.allows_standstill() { None } else { self.end(start, 0.25, to) };
        let there_now = rises && (at <= 0.0 || self.deviance(to(0.0)) <= self.most);
        let lower = match there_now {
            true => Some(0.0),
            false if rises => self.end(at, -0.25 * at, to),
            false => Some(0.0),
        };
        Limits {
            estimate: rises.then_some(start * self.span),
            lower: lower.unwrap_or(0.0).max(0.0) * self.span,
            upper: upper.map(|x| x.max(0.0) * self.span),
        }
    }

    fn deviance(&self, along: Along) -> f64 {
        // What has no likelihood is never allowed.
        let lost = 2.0 * (self.best.log_likelihood - Profile::along(&self.versions, along).log_likelihood);
        if lost.is_nan() { f64::INFINITY } else { lost.max(0.0) }
    }

    /// Where, from `from` on by steps that double, the deviance becomes too large.
    fn end(&self, from: f64, step: f64, along: impl Fn(f64) -> Along) -> Option<f64> {
        const DOUBLINGS: usize = 40;
        const HALVINGS: usize = 24;
        let within = |x: f64| self.deviance(along(x)) <= self.most;
        let (mut inside, mut width) = (from, step);
        let mut outside = None;
        for _ in 0..DOUBLINGS {
            let next = inside + width;
            if within(next) {
                (inside, width) = (next, 2.0 * width);
            } else {
                outside = Some(next);
                break;
            }
        }
        let mut outside = outside?;
        for _ in 0..HALVINGS {
            let middle = 0.5 * (inside + outside);
            if within(middle) { inside = middle } else { outside = middle }
        }
        Some(outside)
    }
}
