//! A scenario as a campaign needs it: compiled, with what is known of nature, and its canonical text.

use super::Method;
use crate::store::hash_hex;
use nines_scenarios::{Estimate, LogicalScenario};
use nines_sim::Template;
use nines_viz::{Exposure, Interval, Prior};

/// Confidence of the intervals of a scenario file.
const FILE_CONFIDENCE: f64 = 0.95;

/// A scenario of a campaign.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Name, unique in a campaign.
    pub name: String,
    /// ODDs that hold it, the first one with an exposure giving it.
    pub odds: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// What the engine drives.
    pub template: Template,
    /// Combinations of latent states, in the order of the template.
    pub strata: Vec<StratumFacts>,
    /// States marked as the hazard, `latent=state`.
    pub hazard_states: Vec<String>,
    /// How often an encounter is the hazard (1 where no state is marked); `None` where a natural prior is unknown.
    pub hazard_prior: Option<Prior>,
    /// How often it is met in the first of its ODDs that says so.
    pub exposure: Option<Exposure>,
    /// What its file says.
    pub file: nines_scenarios::Scenario,
    /// The file with every default written out.
    pub text: String,
    /// Hash of that text.
    pub fingerprint: String,
}

/// A combination of latent states, and what nature does.
#[derive(Clone, Debug)]
pub struct StratumFacts {
    /// State of each latent variable.
    pub latent: Vec<(String, String)>,
    /// `intent=dashing`, or `all` where there is no latent variable.
    pub label: String,
    /// Whether one of the states is marked as the hazard.
    pub hazard: bool,
    /// How often nature shows it.
    pub prior: Option<Prior>,
}

impl From<&LogicalScenario> for Scenario {
    fn from(file: &LogicalScenario) -> Self {
        let stratum = |s: nines_scenarios::StratumInfo| StratumFacts {
            label: s.label(),
            hazard: s.hazard,
            prior: s.prior.as_ref().map(prior),
            latent: s.latent,
        };
        let exposure = file.odd.iter().find_map(|odd| Some(exposure(odd, file.exposure_in(odd)?, "assumption")));
        Self {
            name: file.name.clone(),
            odds: file.odd.clone(),
            tags: file.tags.clone(),
            template: file.compile(),
            strata: file.strata().into_iter().map(stratum).collect(),
            hazard_states: file.hazard_states(),
            hazard_prior: file.hazard_prior().as_ref().map(prior),
            exposure,
            file: (**file).clone(),
            text: file.to_yaml(),
            fingerprint: hash_hex(file.fingerprint_text().as_bytes()),
        }
    }
}

fn prior(known: &Estimate) -> Prior {
    let Estimate { estimate, lower, upper, source } = known.clone();
    Prior { estimate, lower, upper, confidence: FILE_CONFIDENCE, source }
}

/// An exposure as it stands in a summary; files count encounters per 10^6 km.
pub(super) fn exposure(odd: &str, known: &Estimate, rests_on: &str) -> Exposure {
    let (estimate, lower, upper) = (known.estimate / 1e6, known.lower / 1e6, known.upper / 1e6);
    Exposure {
        odd: odd.into(),
        per_km: Interval { estimate, lower, upper, confidence: FILE_CONFIDENCE },
        kind: rests_on.into(),
        source: known.source.clone(),
    }
}

impl Scenario {
    /// Whether any state is marked as the hazard.
    pub fn has_hazard(&self) -> bool {
        self.strata.iter().any(|s| s.hazard)
    }

    /// Natural over sampling probability of a stratum without the hazard and of one with it; `None` without natural priors.
    pub fn weights(&self, method: Method) -> Option<[f64; 2]> {
        let prior = self.hazard_prior.as_ref()?;
        match method {
            Method::Mc => Some([1.0, 1.0]),
            _ if self.has_hazard() => Some([2.0 * (1.0 - prior.estimate), 2.0 * prior.estimate]),
            _ => Some([1.0, 1.0]),
        }
    }
}
