//! What a report shows beside the summary: pictures, histories, a comparison. Nothing of it touches a result.

use std::collections::BTreeMap;

use crate::compare::Compare;

/// What a report needs beyond the summary.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportContext {
    /// The campaign's folder, as it is named in replay commands.
    pub folder: String,
    /// The command that makes the same campaign again.
    pub command: Option<String>,
    /// Name and value of what may differ between equal runs: times, host, threads, version control.
    pub provenance: Vec<(String, String)>,
    /// What is known of policy faults: rollout, and its text.
    pub faults: Vec<(String, String)>,
    /// Pictures of the rollouts that stand for failure modes, by the mode's address.
    pub pictures: BTreeMap<String, ModePicture>,
    /// How the estimate given the hazard of each scenario came about, by name: at growing numbers of rollouts.
    pub convergence: BTreeMap<String, Vec<Convergence>>,
    /// The campaign that this one is held against.
    pub against: Option<Against>,
}

/// A rollout at the moment of its failure.
#[derive(Clone, Debug, PartialEq)]
pub struct ModePicture {
    /// A top view in SVG, with title and description, to be put into a page.
    pub svg: String,
    /// When it failed, s.
    pub failed_s: f64,
    /// Speed of the ego then, m/s.
    pub speed_mps: f64,
}

/// The estimate given the hazard after some rollouts, as the campaign would have stated it then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convergence {
    /// Rollouts of the scenario, with and without the hazard.
    pub rollouts: u64,
    /// With the hazard among them.
    pub hazard_rollouts: u64,
    /// Failed among these.
    pub failures: u64,
    /// Failures over rollouts with the hazard.
    pub estimate: f64,
    /// Lower limit, two-sided at the campaign's confidence.
    pub lower: f64,
    /// Upper limit, two-sided.
    pub upper: f64,
}

/// Another campaign on the same points, the earlier one.
#[derive(Clone, Debug, PartialEq)]
pub struct Against {
    /// Its folder.
    pub folder: String,
    /// What `nines compare` says of the two: A is the other one, B is this.
    pub compared: Compare,
    /// Demonstrated nines per hazard of the other one, by scenario.
    pub nines: BTreeMap<String, f64>,
}
