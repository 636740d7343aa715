//! Strata: all combinations of latent states, and the natural prior of the hazard.

use crate::conditional::Conditional;
use crate::estimate::Estimate;
use crate::latent::{LatentState, LatentVariable, nature_decides};
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
    /// How often we look, by the design shares; where all priors are known, how often nature takes it.
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
    // A figure depends on variables before it alone, whose states are known here.
    out.share *= state.share.at(&s.latent).copied().unwrap_or(0.0);
    let prior = state.prior.as_ref().and_then(|p| p.at(&s.latent));
    out.prior = s.prior.as_ref().zip(prior).map(|(a, b)| Estimate {
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

/// How often nature takes a hazard state. The limits hold for every choice of priors within theirs that add up to 1.
pub(crate) fn hazard_prior(latents: &[LatentVariable]) -> Option<Estimate> {
    if !nature_decides(latents) {
        return None;
    }
    let always = |source: &str| Some(Estimate { estimate: 1.0, lower: 1.0, upper: 1.0, source: source.to_owned() });
    let marked: Vec<&Estimate> = latents.iter().flat_map(|l| &l.states).filter(|s| s.hazard).flat_map(priors).collect();
    if marked.is_empty() {
        return always("no hazard is marked: all encounters");
    }
    if latents.iter().any(LatentVariable::is_all_hazard) {
        return always("every state is marked as hazard: all encounters");
    }
    if let [one] = marked[..] {
        return Some(one.clone());
    }
    let mut parents = Vec::new();
    latents.iter().flat_map(|l| &l.states).filter_map(|s| s.prior.as_ref()).for_each(|p| p.parents(&mut parents));
    let given = latents.iter().filter(|l| parents.contains(&l.name)).flat_map(|l| &l.states).flat_map(priors);
    let source = marked.into_iter().chain(given).map(|e| &e.source).filter(|s| *s != "the rest");
    let source = source.fold(String::new(), |all, one| joined(&all, one));
    let [estimate, lower, upper] = chance(latents, &mut Vec::new());
    Some(Estimate { estimate, lower: lower.min(estimate), upper: upper.max(estimate), source })
}

fn priors(state: &LatentState) -> Vec<&Estimate> {
    state.prior.as_ref().map_or(Vec::new(), Conditional::all)
}

/// The chance of a hazard state from the first of these variables on, given the states of those before: estimate and limits.
fn chance(latents: &[LatentVariable], states: &mut Vec<(String, String)>) -> [f64; 3] {
    let Some((first, rest)) = latents.split_first() else { return [0.0; 3] };
    let mut arms = Vec::new();
    for state in &first.states {
        let Some(prior) = state.prior.as_ref().and_then(|p| p.at(states)) else { continue }; // all are known
        states.push((first.name.clone(), state.name.clone()));
        let then = if state.hazard { [1.0; 3] } else { chance(rest, states) };
        states.pop();
        arms.push((prior, then));
    }
    let estimate = arms.iter().map(|(p, then)| p.estimate * then[0]).sum::<f64>().min(1.0);
    [estimate, extreme(&arms, 1, -1.0), extreme(&arms, 2, 1.0)]
}

/// The least (`sign` -1) or most (1) that a mean of limits can be: every prior takes its lower limit, and what is left goes to the
/// arms with the least or most first, up to their upper limits.
fn extreme(arms: &[(&Estimate, [f64; 3])], limit: usize, sign: f64) -> f64 {
    let mut order: Vec<usize> = (0..arms.len()).collect();
    order.sort_by(|a, b| (sign * arms[*b].1[limit]).total_cmp(&(sign * arms[*a].1[limit])));
    let mut left = 1.0 - arms.iter().map(|(p, _)| p.lower).sum::<f64>();
    let mut sum = 0.0;
    for (p, then) in order.into_iter().map(|k| &arms[k]) {
        let more = left.clamp(0.0, p.upper - p.lower);
        left -= more;
        sum += (p.lower + more) * then[limit];
    }
    sum.clamp(0.0, 1.0)
}

/// Sources one after the other, each once.
fn joined(a: &str, b: &str) -> String {
    match (a, b) {
        ("", one) | (one, "") => one.to_owned(),
        _ if a.split("; ").any(|x| x == b) => a.to_owned(),
        _ => format!("{a}; {b}"),
    }
}
