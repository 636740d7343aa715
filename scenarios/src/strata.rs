//! Strata: all combinations of latent states, and the natural prior of the hazard.

use crate::estimate::Estimate;
use crate::latent::{LatentState, LatentVariable};
use nines_sim::Stratum;

/// A combination of latent states, with what the report says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StratumInfo {
    /// Name of each latent variable, and its state.
    pub latent: Vec<(String, String)>,
    /// Index of each state.
    pub states: Vec<u8>,
    /// Whether one of the states is marked as the hazard.
    pub hazard: bool,
    /// How often nature takes it; `None` where a prior is not known.
    pub prior: Option<Estimate>,
    /// How often we look, by the design shares.
    pub share: f64,
}

impl StratumInfo {
    /// `intent=dashing`, several states with `,` between them; `all` where the scenario has no latent variable.
    pub fn label(&self) -> String {
        match self.latent.is_empty() {
            true => "all".to_owned(),
            false => self.latent.iter().map(|(l, s)| format!("{l}={s}")).collect::<Vec<_>>().join(","),
        }
    }
}

/// All combinations; the last variable turns fastest.
pub(crate) fn strata(latents: &[LatentVariable]) -> Vec<StratumInfo> {
    let certain = Estimate { estimate: 1.0, lower: 1.0, upper: 1.0, source: String::new() };
    let first = StratumInfo { latent: Vec::new(), states: Vec::new(), hazard: false, prior: Some(certain), share: 1.0 };
    latents.iter().fold(vec![first], |all, latent| {
        all.iter().flat_map(|s| latent.states.iter().enumerate().map(|(k, state)| with(s, latent, k, state))).collect()
    })
}

fn with(s: &StratumInfo, latent: &LatentVariable, k: usize, state: &LatentState) -> StratumInfo {
    let mut out = s.clone();
    out.latent.push((latent.name.clone(), state.name.clone()));
    out.states.push(k as u8);
    out.hazard |= state.hazard;
    out.share *= state.share;
    out.prior = s.prior.as_ref().zip(state.prior.as_ref()).map(|(a, b)| Estimate {
        estimate: a.estimate * b.estimate,
        lower: a.lower * b.lower,
        upper: a.upper * b.upper,
        source: joined(&a.source, &b.source),
    });
    out
}

/// The compiled form: weights are the natural priors where all are known, else the design shares.
pub(crate) fn compiled(strata: &[StratumInfo]) -> Vec<Stratum> {
    let natural: Option<Vec<f64>> = strata.iter().map(|s| s.prior.as_ref().map(|p| p.estimate)).collect();
    let weights = natural.unwrap_or_else(|| strata.iter().map(|s| s.share).collect());
    let one = |(s, weight): (&StratumInfo, f64)| Stratum { states: s.states.clone(), hazard: s.hazard, weight };
    strata.iter().zip(weights).map(one).collect()
}

/// How often nature takes a hazard state: 1 less the product over the variables of the probability of taking none. Each limit
/// takes that limit of every hazard state, which is exact for one state, and wider than needed for several.
pub(crate) fn hazard_prior(latents: &[LatentVariable]) -> Option<Estimate> {
    if latents.iter().flat_map(|l| &l.states).any(|s| s.prior.is_none()) {
        return None;
    }
    let hazards = |l: &LatentVariable| l.states.iter().filter(|s| s.hazard).filter_map(|s| s.prior.clone()).collect::<Vec<_>>();
    let by_latent: Vec<Vec<Estimate>> = latents.iter().map(hazards).filter(|h| !h.is_empty()).collect();
    let always = |source: &str| Some(Estimate { estimate: 1.0, lower: 1.0, upper: 1.0, source: source.to_owned() });
    if by_latent.is_empty() {
        return always("no hazard is marked: all encounters");
    }
    if latents.iter().any(LatentVariable::is_all_hazard) {
        return always("every state is marked as hazard: all encounters");
    }
    if let [only] = &by_latent[..]
        && let [one] = &only[..]
    {
        return Some(one.clone());
    }
    let total = |pick: fn(&Estimate) -> f64| {
        let sums = by_latent.iter().map(|h| h.iter().map(pick).sum::<f64>().min(1.0));
        match &sums.clone().collect::<Vec<_>>()[..] {
            [one] => *one,
            _ => 1.0 - sums.map(|p| 1.0 - p).product::<f64>(),
        }
    };
    let source = by_latent.iter().flatten().fold(String::new(), |s, e| joined(&s, &e.source));
    Some(Estimate { estimate: total(|e| e.estimate), lower: total(|e| e.lower), upper: total(|e| e.upper), source })
}

/// Sources one after the other, each once.
fn joined(a: &str, b: &str) -> String {
    match (a, b) {
        ("", one) | (one, "") => one.to_owned(),
        _ if a.split("; ").any(|x| x == b) => a.to_owned(),
        _ => format!("{a}; {b}"),
    }
}
