//! Natural priors of hazards from crash statistics: what a human driver makes of the hazard in the simulator, against how often humans crash.
//!
//! `anchor = exposure × prior × P(crash | hazard, human)`, so `prior = anchor / (exposure × P)`. The anchor and the exposure are figures of
//! [`Anchors`], with one factor between them for what is not known; `P` is measured, with an exact interval.

mod anchors;
mod overlay;

pub use anchors::{Anchor, Anchors, AnchorsError};
pub use overlay::{NewPrior, Overlay, OverlayError};

use nines_metrics::{Confidence, Counts, Plan, Sample};
use nines_scenarios::LogicalScenario;
use nines_sim::{Criterion, Job, Pilot, Sampling, Template, drive};

/// Confidence of the intervals of priors in scenario files.
const CONFIDENCE: f64 = 0.95;
/// Rollouts driven at a time.
const AT_ONCE: u64 = 4096;

/// A hazard measured with a human driver.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// What it is measured against.
    pub anchor: Anchor,
    /// Rollouts, all in a state of the hazard, and collisions among them.
    pub rollouts: u64,
    /// Collisions.
    pub crashes: u64,
    /// P(crash | hazard) with limits at 95%, Clopper and Pearson.
    pub crash: [f64; 3],
    /// Encounters per 10^6 km in the anchor's ODD.
    pub per_1e6_km: f64,
    /// Prior of the states together as the scenario has it.
    pub before: Option<f64>,
    /// The prior that follows, with limits at 95%; `None` where the human driver never crashed.
    pub prior: Option<[f64; 3]>,
}

/// Why a hazard cannot be measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalibrateError {
    /// The scenario has no such state.
    #[error("{scenario} has no state {state}: it has {known}")]
    NoState {
        /// Scenario.
        scenario: String,
        /// `latent=state` of the anchor.
        state: String,
        /// States that it has.
        known: String,
    },
    /// The scenario has no exposure there.
    #[error("{scenario} has no exposure in {odd}")]
    NoExposure {
        /// Scenario.
        scenario: String,
        /// ODD of the anchor.
        odd: String,
    },
    /// The figures are no probabilities.
    #[error("{scenario}: {why}")]
    Figures {
        /// Scenario.
        scenario: String,
        /// What is wrong.
        why: String,
    },
}

/// Drives the anchored hazard with a human driver, and forms the prior. The scenarios are those of one file, which share its exposure: the
/// rollouts are spread over them as their encounters are.
///
/// # Errors
/// Where the anchor and the scenarios do not fit.
pub fn calibrate(
    anchor: &Anchor,
    family: &[LogicalScenario],
    driver: Pilot,
    rollouts: u64,
    seed: u64,
    batch: usize,
) -> Result<Calibrated, CalibrateError> {
    let name = anchor.scenario.as_str();
    let exposed: Vec<(&LogicalScenario, f64)> =
        family.iter().filter_map(|one| Some((one, one.exposure_in(&anchor.odd)?.estimate))).collect();
    let per_1e6_km: f64 = exposed.iter().map(|(_, each)| each).sum();
    let (Some((base, _)), true) = (exposed.first(), per_1e6_km > 0.0) else {
        return Err(CalibrateError::NoExposure { scenario: name.into(), odd: anchor.odd.clone() });
    };
    let (mut driven, mut crashes) = (0, 0);
    for (scenario, each) in &exposed {
        let held = only(&scenario.compile(), scenario, anchor)?;
        let job = Job { template: &held, policy: driver, seed, sampling: Sampling::Mc, chosen: None, batch };
        let share = ((rollouts as f64 * each / per_1e6_km).round() as u64).max(1);
        (driven, crashes) = (driven + share, crashes + crashes_of(&job, share));
    }
    let wrong = |why: nines_metrics::Error| CalibrateError::Figures { scenario: name.into(), why: why.to_string() };
    let confidence = Confidence::new(CONFIDENCE).map_err(wrong)?;
    // Spread over scenarios in fixed numbers the crashes vary less than the binomial limits allow for.
    let counts = Counts::new(driven, crashes).map_err(wrong)?;
    let found = Sample::Plain { counts, share: 1.0, plan: Plan::Fixed }.estimate(confidence);
    let (estimate, lower, upper) = (crashes as f64 / driven as f64, found.lower(), found.upper());
    let strata = base.strata();
    let states = strata.iter().filter(|s| anchor.holds(&s.latent)).filter_map(|s| s.prior.as_ref().map(|prior| prior.estimate));
    let before: f64 = states.sum();
    // The logarithms of independent factors add up as squares do.
    let known = nines_metrics::factor_at(anchor.factor90, Confidence::new(0.9).map_err(wrong)?, confidence).map_err(wrong)?;
    let limit = |of_crash: f64| libm::exp(libm::hypot(libm::log(known), libm::log(of_crash / estimate)));
    let prior = (crashes > 0).then(|| {
        let prior = anchor.crashes_per_1e6_km / (per_1e6_km * estimate);
        [prior, prior / limit(upper), (prior * limit(lower)).min(1.0)]
    });
    let crash = [estimate, lower, upper];
    let before = (before > 0.0).then_some(before);
    Ok(Calibrated { anchor: anchor.clone(), rollouts: driven, crashes, crash, per_1e6_km, before, prior })
}

/// Collisions among so many rollouts.
fn crashes_of(job: &Job, rollouts: u64) -> u64 {
    let collision = Criterion::Collision as usize;
    let some = |first: u64| {
        let outcomes = drive(job, first..(first + AT_ONCE).min(rollouts)).outcomes;
        outcomes.iter().filter(|o| o.margins[collision] <= 0.0).count() as u64
    };
    (0..rollouts).step_by(AT_ONCE as usize).map(some).sum()
}

/// The scenario with the states of the anchor alone, in their natural proportion.
fn only(template: &Template, scenario: &LogicalScenario, anchor: &Anchor) -> Result<Template, CalibrateError> {
    let known: Vec<String> =
        scenario.latents.iter().flat_map(|l| l.states.iter().map(move |s| format!("{}={}", l.name, s.name))).collect();
    if let Some(state) = anchor.states.iter().find(|state| !known.contains(state)) {
        return Err(CalibrateError::NoState { scenario: scenario.name.clone(), state: state.clone(), known: known.join(", ") });
    }
    let mut held = template.clone();
    let strata = template.strata.iter().zip(scenario.strata());
    held.strata = strata.filter(|(_, info)| anchor.holds(&info.latent)).map(|(stratum, _)| stratum.clone()).collect();
    let sum: f64 = held.strata.iter().map(|s| s.weight).sum();
    held.strata.iter_mut().for_each(|s| s.weight /= sum);
    Ok(held)
}

#[cfg(test)]
mod tests;
