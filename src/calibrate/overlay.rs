//! `nines.priors/1`: priors that take the place of those in scenario files.

use super::Calibrated;
use indexmap::IndexMap;
use nines_scenarios::{Diagnostic, LogicalScenario, parse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "nines.priors/1";

/// Priors of some scenarios.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    schema: String,
    /// By scenario, latent variable and state.
    pub priors: BTreeMap<String, BTreeMap<String, BTreeMap<String, NewPrior>>>,
}

/// A prior with its interval and source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPrior {
    /// Estimate.
    pub estimate: f64,
    /// Lower limit at 95%.
    pub lower: f64,
    /// Upper limit at 95%.
    pub upper: f64,
    /// Where it comes from.
    pub source: String,
}

/// Why priors cannot be put in place.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// The file is none.
    #[error("{0}")]
    Read(String),
    /// A scenario has no such latent variable or state.
    #[error("{scenario} has no state {state}")]
    NoState {
        /// Scenario.
        scenario: String,
        /// `latent=state`.
        state: String,
    },
    /// What comes out is no scenario.
    #[error("{scenario} with these priors: {}", diagnostics.first().map_or("it cannot be read", |d| &d.message))]
    Broken {
        /// Scenario.
        scenario: String,
        /// What is wrong with it.
        diagnostics: Vec<Diagnostic>,
    },
}

impl Overlay {
    /// Of what was measured. States of one anchor keep their proportion; variants of a file, `like` it, share its priors.
    pub fn of(found: &[(Calibrated, Vec<LogicalScenario>)], driver: &str) -> Self {
        let mut priors: BTreeMap<String, BTreeMap<String, BTreeMap<String, NewPrior>>> = BTreeMap::new();
        for (one, family) in found {
            let (Some([estimate, lower, upper]), Some(latent)) = (one.prior, one.anchor.latent()) else { continue };
            for scenario in family {
                let Some(of_latent) = scenario.latents.iter().find(|l| l.name == latent) else { continue };
                let share = |state: &str| {
                    let before = |name: &str| {
                        let label = (latent.to_owned(), name.to_owned());
                        let strata = scenario.strata();
                        let alone = strata.iter().filter(|s| s.latent.contains(&label));
                        alone.filter_map(|s| s.prior.as_ref().map(|p| p.estimate)).sum::<f64>()
                    };
                    let all: f64 = one.anchor.states.iter().filter_map(|s| Some(before(s.split_once('=')?.1))).sum();
                    before(state) / all
                };
                for state in &one.anchor.states {
                    let Some((_, name)) = state.split_once('=') else { continue };
                    if !of_latent.states.iter().any(|s| s.name == name) {
                        continue;
                    }
                    let part = share(name);
                    let source = format!(
                        "calibrated: {} crashes per 10^6 km ({}), {} encounters, {driver} crashes in {:.2} of them{}",
                        one.anchor.crashes_per_1e6_km,
                        one.anchor.source,
                        one.per_1e6_km,
                        one.crash[0],
                        if part < 1.0 { format!("; {:.0}% of the hazard", 100.0 * part) } else { String::new() },
                    );
                    let [estimate, lower, upper] = [estimate, lower, upper].map(|p| significant(part * p));
                    let of_scenario = priors.entry(scenario.name.clone()).or_default();
                    of_scenario
                        .entry(latent.into())
                        .or_default()
                        .insert(name.into(), NewPrior { estimate, lower, upper, source });
                }
            }
        }
        Self { schema: SCHEMA.into(), priors }
    }

    /// From a file's text.
    ///
    /// # Errors
    /// Where it does not parse.
    pub fn parse(text: &str, file: &str) -> Result<Self, OverlayError> {
        let read: Self = serde_saphyr::from_str(text).map_err(|e| OverlayError::Read(format!("{file}: {e}")))?;
        match read.schema == SCHEMA {
            true => Ok(read),
            false => Err(OverlayError::Read(format!("{file}: its schema is `{}`, expected `{SCHEMA}`", read.schema))),
        }
    }

    /// The file, which reads well in a diff.
    pub fn text(&self) -> String {
        let mut out = format!("schema: {SCHEMA}\npriors:\n");
        for (scenario, latents) in &self.priors {
            out += &format!("  {scenario}:\n");
            for (latent, states) in latents {
                out += &format!("    {latent}:\n");
                for (state, NewPrior { estimate, lower, upper, source }) in states {
                    let source = json!(source);
                    out += &format!(
                        "      {state}: {{estimate: {estimate:e}, lower: {lower:e}, upper: {upper:e}, source: {source}}}\n"
                    );
                }
            }
        }
        out
    }

    /// The scenario with its priors in place; `None` where there are none for it.
    ///
    /// # Errors
    /// Where they do not fit.
    pub fn apply(&self, scenario: &LogicalScenario) -> Result<Option<LogicalScenario>, OverlayError> {
        let Some(latents) = self.priors.get(&scenario.name) else { return Ok(None) };
        // The canonical text is YAML that holds everything; as JSON it is YAML too.
        let mut file: Node = serde_saphyr::from_str(&scenario.to_yaml()).map_err(|e| OverlayError::Read(e.to_string()))?;
        for (latent, states) in latents {
            for (state, prior) in states {
                let missing = || OverlayError::NoState { scenario: scenario.name.clone(), state: format!("{latent}={state}") };
                let place = file.at(&["latents", latent, "states", state]).ok_or_else(missing)?;
                place.set("prior", Node::Scalar(json!(prior)));
            }
            // The state that took the rest takes what is the rest now.
            if let Some(Node::Map(states)) = file.at(&["latents", latent, "states"]) {
                let is_rest =
                    |state: &mut Node| matches!(state.at(&["prior", "source"]), Some(Node::Scalar(s)) if s == "the rest");
                states
                    .values_mut()
                    .filter_map(|state| is_rest(state).then_some(state))
                    .for_each(|s| s.set("prior", Node::Scalar(json!("rest"))));
            }
        }
        let text = serde_json::to_string(&file).map_err(|e| OverlayError::Read(e.to_string()))?;
        parse(&text, &scenario.name)
            .map(Some)
            .map_err(|diagnostics| OverlayError::Broken { scenario: scenario.name.clone(), diagnostics })
    }
}

/// A document with its fields in their order: the order of states decides what is drawn.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Node {
    Map(IndexMap<String, Node>),
    List(Vec<Node>),
    Scalar(Value),
}

impl Node {
    fn at(&mut self, path: &[&str]) -> Option<&mut Node> {
        path.iter().try_fold(self, |node, key| match node {
            Node::Map(fields) => fields.get_mut(*key),
            _ => None,
        })
    }

    fn set(&mut self, key: &str, value: Node) {
        if let Node::Map(fields) = self {
            fields.insert(key.into(), value);
        }
    }
}

/// Three digits: more is not known of any prior.
fn significant(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value) // what was printed always parses
}
