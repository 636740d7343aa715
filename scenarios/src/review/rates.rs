//! What keeps a scenario out of rates per encounter and per km.

use super::{Findings, listed};
use crate::diagnostic::Code;
use crate::format::LogicalScenario;

pub(super) fn look(s: &LogicalScenario, findings: &mut Findings) {
    hazard(s, findings);
    let unknown: Vec<&str> = s.odd.iter().map(String::as_str).filter(|odd| s.exposure_in(odd).is_none()).collect();
    if !unknown.is_empty() {
        let message = format!("how often {} meets the scenario is not known: it is left out of sums per km", listed(unknown));
        let help = "add `exposure: {ODD: {per_1e6_km: …, factor90: …, source: …}}`";
        let first = s.odd.iter().position(|odd| s.exposure_in(odd).is_none()).unwrap_or(0);
        findings.note(Code::NoExposure, &format!("odd.{first}"), message, help);
    }
}

fn hazard(s: &LogicalScenario, findings: &mut Findings) {
    if !s.has_hazard() {
        let at = if findings.places.has("latents") { "latents" } else { "name" };
        let message = "no state is marked as the hazard: every encounter counts as one".to_owned();
        findings.note(Code::NoHazard, at, message, "mark the dangerous states `hazard: true`");
        return;
    }
    match s.hazard_prior() {
        None => {
            // The states that want one, of the latent variables that hold a hazard first.
            let wanting = s.latents.iter().flat_map(|l| l.states.iter().map(move |state| (l, state)));
            let mut wanting: Vec<_> = wanting.filter(|(_, state)| state.prior.is_none()).collect();
            wanting.sort_by_key(|(_, state)| !state.hazard);
            let Some((latent, state)) = wanting.first() else { return };
            let path = format!("latents.{}.states.{}", latent.name, state.name);
            let message = format!("how often nature takes `{}` is not known: the scenario counts per hazard alone", state.name);
            let help = format!("give every state of `{}` a `prior`; sums per encounter and per km leave it out", latent.name);
            findings.note(Code::NoPrior, &path, message, help);
        }
        Some(prior) if prior.estimate == 0.0 => {
            let mut states = s.latents.iter().flat_map(|l| l.states.iter().map(move |state| (l, state)));
            let Some((latent, state)) = states.find(|(_, state)| state.hazard) else { return };
            let path = format!("latents.{}.states.{}.prior", latent.name, state.name);
            let message = "nature never takes the hazard: its prior is 0, so that no failure counts per encounter".to_owned();
            findings.warn(Code::ZeroHazard, &path, message, "give it a small prior with its uncertainty, or leave `prior` out");
        }
        Some(_) => {}
    }
}
