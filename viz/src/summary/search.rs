//! What a search for rare failures did, and what a statistician asks of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A search in one scenario, given the hazard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchSummary {
    /// Method whose sample gave the estimate: `neyman`, `ce`, `subset`, `qmc`, or `mc` where plain sampling was found cheaper.
    pub method: String,
    /// What counts as a failure: `min` for any, else the criterion.
    pub limit_state: String,
    /// Evaluations in all: pilot, adaptation, checks and estimate.
    pub evaluations: u64,
    /// Rollouts of the final sample, or of all runs; only they enter the estimate.
    pub sample: u64,
    /// Failures among those of the final sample; 0 of runs of subset simulation, which count none.
    pub failures: u64,
    /// The failure probability; `null` where the search reached no answer.
    pub estimate: Option<f64>,
    /// Standard error over the estimate.
    pub relative_error: Option<f64>,
    /// Degrees of freedom of that error.
    pub freedom: f64,
    /// `stratified-t`, `log-t`, `replicates-t` or `clopper-pearson`.
    pub interval: String,
    /// (Σw)² / Σw² of the failing rollouts of the final sample.
    pub effective_sample: Option<f64>,
    /// Largest weight over the sum of all.
    pub largest_weight: Option<f64>,
    /// Shape of the Pareto tail of the weights; above 0.7 the error is not to be trusted.
    pub pareto_shape: Option<f64>,
    /// About the number of failure regions found: components of the fitted proposal, or of subset simulation the peaks of the density of
    /// its failures that two runs at least have come to.
    pub components: Option<u64>,
    /// Estimates of independent parts: of both searches, of the scramblings, or of the runs.
    pub replicates: Vec<f64>,
    /// Share of accepted steps of each level.
    pub acceptance: Vec<f64>,
    /// What of a small margin comes back when the same parameters are driven again with other noise: 1 where they make it, 0 where noise
    /// does. Below 0.25 `auto` does not follow the parameters; `null` of methods that do not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heritability: Option<f64>,
    /// As many rollouts drawn at random would have been as likely to see a failure region that nothing leads to.
    pub plain_equivalent: f64,
    /// Whether its own checks passed.
    pub ok: bool,
    /// What they found, as kebab-case words.
    pub warnings: Vec<String>,
}
