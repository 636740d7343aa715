//! Trying a scenario out: what shows only once it is driven. Each part looks for one thing that an author would want to
//! know, and finds it at the place in the file.

mod reach;
mod start;
mod states;
#[cfg(test)]
mod tests;
mod verdicts;

use nines_scenarios::{Diagnostic, LogicalScenario, Places};
use nines_sim::{BuiltIn, Sampling, Stratum, Template};

/// The points are the same in every check, so that a file is judged alike everywhere.
const SEED: u64 = 1;

/// Longest encounter that is tried out, s.
const LONGEST_S: f64 = 900.0;

/// All problems of a file: of reading it, and where it reads well, of its values and (unless `quick`) of driving it.
pub fn examine(text: &str, file: &str, quick: bool) -> Vec<Diagnostic> {
    let checked = nines_scenarios::check(text, file);
    let mut all = checked.diagnostics;
    if let Some(scenario) = &checked.scenario {
        all.extend(nines_scenarios::review(scenario, &checked.places));
        if !quick {
            all.extend(trial(scenario, &checked.places));
        }
    }
    all.sort_by_key(|d| (d.line, d.column, d.code));
    all
}

/// Drives a scenario with policies that see nothing, do nothing, or do their best: warnings in the order of the file.
pub fn trial(scenario: &LogicalScenario, places: &Places) -> Vec<Diagnostic> {
    let template = scenario.compile();
    if longest_s(&template) > LONGEST_S {
        return Vec::new(); // what makes it so long is an implausible value already
    }
    let mut found = start::look(scenario, &template, places);
    found.extend(reach::look(scenario, &template, places));
    found.extend(states::look(scenario, &template, places));
    found.extend(verdicts::look(scenario, &template, places));
    found.sort_by_key(|d| (d.line, d.column, d.code));
    found
}

/// Time that the ego would take on a free road, with lawful waiting, in the slowest of some draws.
fn longest_s(template: &Template) -> f64 {
    let time = |k: u64| {
        let drawn = template.draw(SEED, Sampling::Mc, k);
        let states = &template.strata[usize::from(drawn.stratum)].states;
        let at = |v: &nines_sim::Value| v.at(&drawn.params, states);
        at(&template.ego.end_m) / at(&template.ego.desired_speed_mps).max(0.01) + at(&template.ego.lawful_wait_s)
    };
    (0..64).map(time).fold(0.0, f64::max)
}

/// A built-in policy as it is by default.
fn policy(name: &str, settings: &[(String, f64)]) -> Option<BuiltIn> {
    BuiltIn::new(name, settings).ok()
}

/// The template with the strata that are wanted, all drawn alike often.
fn evenly(template: &Template, wanted: impl Fn(&Stratum) -> bool) -> Template {
    let strata = template.strata.iter().filter(|s| wanted(s)).map(|s| Stratum { weight: 1.0, ..s.clone() });
    Template { strata: strata.collect(), ..template.clone() }
}

/// `intent=dashing`, several states with `, ` between them.
fn states_text(template: &Template, stratum: &Stratum) -> String {
    let state = |(latent, k): (&nines_sim::Latent, &u8)| Some(format!("{}={}", latent.name, latent.states.get(usize::from(*k))?));
    template.latents.iter().zip(&stratum.states).filter_map(state).collect::<Vec<_>>().join(", ")
}
