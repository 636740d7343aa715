//! `nines.anchors/1`: human crashes of the kinds that scenarios show.

use serde::Deserialize;
use std::collections::BTreeMap;

const SCHEMA: &str = "nines.anchors/1";
const BUILT_IN: &str = include_str!("../../scenarios/anchors.yaml");

/// Human crashes of some kinds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchors {
    schema: String,
    /// What the letters in a source stand for.
    #[serde(default)]
    pub sources: BTreeMap<String, String>,
    /// One for each hazard.
    pub anchors: Vec<Anchor>,
}

/// Human crashes of the kind that a hazard of a scenario shows.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Scenario.
    pub scenario: String,
    /// The hazard's states, `latent=state`; of one latent variable.
    pub states: Vec<String>,
    /// ODD whose kilometres are meant.
    pub odd: String,
    /// Crashes of human drivers.
    pub crashes_per_1e6_km: f64,
    /// Factor within which crashes and exposure together are right, with a probability of 90%.
    pub factor90: f64,
    /// Where that comes from.
    pub source: String,
}

/// Why anchors cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct AnchorsError {
    /// File.
    pub file: String,
    /// What is wrong, with its line where that is known.
    pub why: String,
}

impl Anchors {
    /// Those that come with the program, for its catalogue.
    pub fn built_in() -> Result<Self, AnchorsError> {
        Self::parse(BUILT_IN, "scenarios/anchors.yaml")
    }

    /// From a file's text.
    ///
    /// # Errors
    /// Where it does not parse, or holds figures that cannot be.
    pub fn parse(text: &str, file: &str) -> Result<Self, AnchorsError> {
        let wrong = |why: String| AnchorsError { file: file.into(), why };
        let read: Self = serde_saphyr::from_str(text).map_err(|e| wrong(e.to_string()))?;
        if read.schema != SCHEMA {
            return Err(wrong(format!("its schema is `{}`, expected `{SCHEMA}`", read.schema)));
        }
        for anchor in &read.anchors {
            let of = |why: &str| wrong(format!("the anchor of {}: {why}", anchor.scenario));
            let one_latent = anchor.latent().is_some_and(|l| anchor.states.iter().all(|s| s.starts_with(&format!("{l}="))));
            if !one_latent {
                return Err(of("`states` are written latent=state, all of one latent variable"));
            }
            if !(anchor.crashes_per_1e6_km > 0.0 && anchor.crashes_per_1e6_km.is_finite()) {
                return Err(of("`crashes_per_1e6_km` is above 0"));
            }
            if !(1.0..=1e6).contains(&anchor.factor90) {
                return Err(of("`factor90` is from 1 to 10^6"));
            }
        }
        Ok(read)
    }
}

impl Anchor {
    /// The latent variable of its states.
    pub fn latent(&self) -> Option<&str> {
        Some(self.states.first()?.split_once('=')?.0)
    }

    /// Whether a combination of latent states is meant.
    pub fn holds(&self, latent: &[(String, String)]) -> bool {
        latent.iter().any(|(name, state)| self.states.contains(&format!("{name}={state}")))
    }
}
