//! What keeps a scenario out of rates per encounter and per km.

use super::{Findings, listed};
use crate::diagnostic::{Code, nearest};
use crate::expression::number_text;
use crate::format::LogicalScenario;

/// Encounters per million km that are plausible: more are more than one in 100 m, fewer nobody has counted.
const MOST_OFTEN: f64 = 1e7;
const RAREST: f64 = 1e-3;

pub(super) fn look(s: &LogicalScenario, findings: &mut Findings) {
    hazard(s, findings);
    shares(s, findings);
    profiles(s, findings);
    for e in &s.exposure {
        let x = e.per_1e6_km.estimate;
        if !(RAREST..=MOST_OFTEN).contains(&x) {
            let every = if x > MOST_OFTEN {
                format!("{} a kilometre", number_text(x / 1e6))
            } else {
                format!("one in {:.0e} km", 1e6 / x)
            };
            let message = format!("an exposure of {} encounters per million km is {every}", number_text(x));
            let path = format!("exposure.{}.per_1e6_km", e.odd);
            findings.warn(Code::ImplausibleValue, &path, message, "`per_1e6_km` counts encounters in a million kilometres");
        }
    }
    let unknown: Vec<&str> = s.odd.iter().map(String::as_str).filter(|odd| s.exposure_in(odd).is_none()).collect();
    if !unknown.is_empty() {
        let message = format!("how often {} meets the scenario is not known: it is left out of sums per km", listed(unknown));
        let help = "add `exposure: {ODD: {per_1e6_km: …, factor90: …, source: …}}`";
        let first = s.odd.iter().position(|odd| s.exposure_in(odd).is_none()).unwrap_or(0);
        findings.note(Code::NoExposure, &format!("odd.{first}"), message, help);
    }
}

/// Design domains that no built-in profile is called by: a slip where one is called nearly so, else perhaps a profile of one's own.
fn profiles(s: &LogicalScenario, findings: &mut Findings) {
    let built_in = crate::odd::odds();
    for (k, odd) in s.odd.iter().enumerate().filter(|(_, odd)| built_in.iter().all(|e| e.name != *odd)) {
        let path = format!("odd.{k}");
        let near = nearest(odd, built_in.iter().map(|e| e.name));
        if near.starts_with("did you") {
            let message = format!("no built-in ODD profile is called `{odd}`");
            findings.warn(Code::UnprofiledOdd, &path, message, near);
        } else {
            let message =
                format!("no built-in ODD profile is called `{odd}`: it counts where a profile of your own has this name");
            findings.note(Code::UnprofiledOdd, &path, message, format!("{near}; `nines run --odd FILE` reads one of your own"));
        }
    }
}

/// Shares beside priors that are all known: told once, at the first.
fn shares(s: &LogicalScenario, findings: &mut Findings) {
    if !crate::latent::nature_decides(&s.latents) {
        return;
    }
    let states = s.latents.iter().flat_map(|l| l.states.iter().map(move |state| (l, state)));
    let paths = states.map(|(l, state)| format!("latents.{}.states.{}.share", l.name, state.name));
    let given: Vec<String> = paths.filter(|path| findings.places.has(path)).collect();
    let Some(first) = given.first() else { return };
    let message = "`share` has no effect: all natural priors are known, and these decide how often a state is drawn".to_owned();
    let help = "remove every `share` of a state; half of the encounters have the hazard, however rare it is";
    findings.warn(Code::UnusedShare, first, message, help);
}

fn hazard(s: &LogicalScenario, findings: &mut Findings) {
    if !s.has_hazard() {
        let at = if findings.places.has("latents") { "latents" } else { "name" };
        if let Some(latent) = s.latents.iter().find(|l| l.is_all_hazard()) {
            let message =
                format!("every state of `{}` is marked as the hazard, so that every encounter counts as one", latent.name);
            let help = "leave `hazard: true` to the dangerous states, or add a harmless one";
            findings.note(Code::NoHazard, &format!("latents.{}", latent.name), message, help);
            return;
        }
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
