//! Trying a scenario out: what shows only once it is driven. Each part looks for one thing that an author would want to
//! know, and finds it at the place in the file.

mod harmless;
mod held;
mod modes;
mod reach;
mod start;
mod states;
#[cfg(test)]
mod tests;
mod verdicts;

use nines_scenarios::{Code, Diagnostic, LogicalScenario, Places, Resolver, Severity, SourceFile};
use nines_sim::{BuiltIn, Sampling, Stratum, Template};

/// The points are the same in every check, so that a file is judged alike everywhere.
const SEED: u64 = 1;

/// Longest encounter that is tried out, s.
const LONGEST_S: f64 = 900.0;

/// What examining a file gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Examined {
    /// All problems, in the order of the files and their lines.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that they lie in, the file itself first.
    pub files: Vec<SourceFile>,
}

/// All problems of a file: of reading it, and where it reads well, of its values and (unless `quick`) of driving it. What a
/// variant shares with its base is told once.
pub fn examine(text: &str, file: &str, resolver: &dyn Resolver, quick: bool) -> Examined {
    let checked = nines_scenarios::check_with(text, file, resolver);
    let mut all = checked.diagnostics.clone();
    for (k, (scenario, places)) in checked.scenarios().enumerate() {
        let mut own = nines_scenarios::review(scenario, places);
        if !quick {
            own.extend(trial(scenario, places));
        }
        for mut d in own {
            let same = |o: &Diagnostic| (o.code, &o.file, o.line, o.column) == (d.code, &d.file, d.line, d.column);
            if !all.iter().any(same) {
                if k > 0 {
                    d.message += &format!(" (in `{}`)", scenario.name);
                }
                all.push(d);
            }
        }
    }
    if !quick {
        all.extend(checked.scenarios().filter_map(|(scenario, places)| namesake(scenario, text, places)));
    }
    let order = |d: &Diagnostic| checked.files.iter().position(|f| f.name == d.file);
    all.sort_by_key(|d| (order(d), d.line, d.column, d.code));
    Examined { diagnostics: all, files: checked.files }
}

/// A scenario that is called as another one of the catalogue is, and is not that one.
fn namesake(scenario: &LogicalScenario, text: &str, places: &Places) -> Option<Diagnostic> {
    let theirs = nines_scenarios::catalogue().into_iter().find(|e| e.name == scenario.name && e.text != text)?;
    let message =
        format!("the catalogue has a scenario `{}` too: results of the two are easily taken for each other", theirs.name);
    let help = "choose another `name`; a change of that scenario is written `extends:`".to_owned();
    Some(places.diagnostic(Severity::Note, Code::CatalogueName, "name", message, help))
}

/// Drives a scenario with policies that see nothing, do nothing, or do their best: warnings in the order of the file.
pub fn trial(scenario: &LogicalScenario, places: &Places) -> Vec<Diagnostic> {
    let template = scenario.compile();
    let longest = longest_s(&template);
    if longest > LONGEST_S {
        return vec![untried(places, longest)];
    }
    let mut found = start::look(scenario, &template, places);
    found.extend(reach::look(scenario, &template, places));
    found.extend(states::look(scenario, &template, places));
    found.extend(held::look(&template, places));
    found.extend(modes::look(&template, places));
    let verdicts = verdicts::look(scenario, &template, places);
    // Where everybody fails always, it is no matter of a state.
    if verdicts.is_empty() {
        found.extend(harmless::look(scenario, &template, places));
    }
    found.extend(verdicts);
    found.sort_by_key(|d| (d.line, d.column, d.code));
    found
}

/// Says that nothing was driven: what driving would have shown is not known.
fn untried(places: &Places, longest: f64) -> Diagnostic {
    let message = format!("an encounter takes up to {longest:.0} s on a free road, so that none is tried out");
    let help = format!("end it earlier, or drive faster: scenarios of at most {LONGEST_S:.0} s are tried");
    places.diagnostic(Severity::Warning, Code::ImplausibleValue, "ego.end_m", message, help)
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

/// The template with the strata that are wanted, all drawn alike often; without those that never are.
fn evenly(template: &Template, wanted: impl Fn(&Stratum) -> bool) -> Template {
    let strata = template.strata.iter().filter(|s| s.weight > 0.0 && wanted(s)).map(|s| Stratum { weight: 1.0, ..s.clone() });
    Template { strata: strata.collect(), ..template.clone() }
}

/// `intent=dashing`, several states with `, ` between them.
fn states_text(template: &Template, stratum: &Stratum) -> String {
    let state = |(latent, k): (&nines_sim::Latent, &u8)| Some(format!("{}={}", latent.name, latent.states.get(usize::from(*k))?));
    template.latents.iter().zip(&stratum.states).filter_map(state).collect::<Vec<_>>().join(", ")
}
