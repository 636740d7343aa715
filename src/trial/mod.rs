//! Trying a scenario out: what shows only once it is driven. Each part looks for one thing that an author would want to
//! know, and finds it at the place in the file.

mod astray;
mod budget;
mod demands;
mod glance;
mod harmless;
mod hazards;
mod held;
mod modes;
mod motion;
mod reach;
mod shows;
mod start;
mod states;
mod tells;
#[cfg(test)]
mod tests;
mod verdicts;

use budget::{Budget, Cut, LONGEST_S, free_s};
use nines_scenarios::{Code, Diagnostic, LogicalScenario, Places, Resolver, Severity, SourceFile};
use nines_sim::{BuiltIn, Sampling, Stratum, Template};

/// The points are the same in every check, so that a file is judged alike everywhere.
const SEED: u64 = 1;

/// A scenario that is tried out.
#[derive(Clone, Copy)]
struct Tried<'a> {
    scenario: &'a LogicalScenario,
    template: &'a Template,
    places: &'a Places,
}

/// Looks for one thing.
type Look = fn(&Tried, &Budget) -> Result<Vec<Diagnostic>, Cut>;

/// What else is looked for after overlaps and verdicts, in the words of a message. Each may take half of what is left, the last one all.
const LOOKS: [(&str, Look); 11] = [
    ("actors that play no part", reach::look),
    ("actors that the hazard moves elsewhere", astray::look),
    ("motion that nothing is capable of", motion::look),
    ("modes that are never reached", modes::look),
    ("demands that never hold", demands::look),
    ("agents that jump to who holds them", held::look),
    (HAZARDS, hazards::look),
    (HARMLESS, harmless::look),
    ("first observations that give the hazard away", shows::look),
    ("cues that give the hazard away", tells::look),
    ("states that nothing tells apart", states::look),
];
const HAZARDS: &str = "hazard states by themselves";
const HARMLESS: &str = "harmless states that fail";

/// What examining a file gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Examined {
    /// All problems, in the order of the files and their lines.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that they lie in, the file itself first.
    pub files: Vec<SourceFile>,
}

/// As [`examine_told`], silently.
pub fn examine(text: &str, file: &str, resolver: &dyn Resolver, quick: bool) -> Examined {
    examine_told(text, file, resolver, quick, &|_| {})
}

/// All problems of a file: of reading it, and where it reads well, of its values and (unless `quick`) of driving it. What a
/// variant shares with its base is told once. `tell` hears often which scenario is being driven.
pub fn examine_told(text: &str, file: &str, resolver: &dyn Resolver, quick: bool, tell: &dyn Fn(&str)) -> Examined {
    let checked = nines_scenarios::check_with(text, file, resolver);
    let mut all = checked.diagnostics.clone();
    let (scenarios, mut left) = (checked.scenarios().count() as u64, budget::OF_A_FILE);
    for (k, (scenario, places)) in checked.scenarios().enumerate() {
        let mut own = nines_scenarios::review(scenario, places);
        if !quick {
            let tick = || tell(&scenario.name);
            // Each scenario of a file may spend as much as those after it.
            let budget = Budget::new(left / (scenarios - k as u64), &tick);
            let before = budget.left();
            own.extend(trial_within(scenario, places, &budget));
            left -= before - budget.left();
        }
        // A speed that is wrong in the file is not wrong once more where it is driven.
        let wrong = |d: &Diagnostic| {
            let name = d.message.split('`').nth(1).unwrap_or_default();
            let same = |o: &Diagnostic| o.code == Code::ImplausibleValue && o.message.starts_with(&format!("`{name}."));
            d.code == Code::ImpossibleMotion && own.iter().any(same)
        };
        let own: Vec<Diagnostic> = own.iter().filter(|d| !wrong(d)).cloned().collect();
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
    // What stands in one another spoils whatever follows; that everybody fails is what follows.
    let rank = |d: &Diagnostic| match d.code {
        Code::OverlapAtStart => 0,
        Code::AlwaysFails => 2,
        _ => 1,
    };
    all.sort_by_key(|d| (order(d), rank(d), d.line, d.column, d.code));
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
    trial_within(scenario, places, &Budget::new(budget::OF_A_FILE, &|| {}))
}

fn trial_within(scenario: &LogicalScenario, places: &Places, budget: &Budget) -> Vec<Diagnostic> {
    let template = scenario.compile();
    let longest = longest_s(&template);
    if longest > LONGEST_S {
        return vec![untried(places, longest)];
    }
    let tried = Tried { scenario, template: &template, places };
    let (mut found, mut cut) = (Vec::new(), Vec::new());
    match start::look(&tried, budget) {
        Ok(own) => found.extend(own),
        Err(Cut) => cut.push("overlaps at the start".to_owned()),
    }
    let (verdicts, half) = within(budget, budget.left() / 2, |share| verdicts::look(&tried, share));
    match half {
        0 => cut.push("who fails".to_owned()),
        _ if half < verdicts::HALF => cut.push(format!("who fails in more than {half} of {} encounters", verdicts::HALF)),
        _ => {}
    }
    for (k, (what, look)) in LOOKS.iter().enumerate() {
        // Where everybody fails always, or nobody ever, it is no matter of a state.
        let told = |code: Code| verdicts.iter().any(|d| d.code == code);
        if (*what == HARMLESS && told(Code::AlwaysFails))
            || (*what == HAZARDS && (told(Code::AlwaysFails) || told(Code::NeverFails)))
        {
            continue;
        }
        let share = if k + 1 == LOOKS.len() { budget.left() } else { budget.left() / 2 };
        match within(budget, share, |share| look(&tried, share)) {
            // An actor that plays no part at all need not be told of twice.
            Ok(own) => own.into_iter().for_each(|d| {
                if !found.iter().any(|o: &Diagnostic| (o.code, o.line, o.column) == (d.code, d.line, d.column)) {
                    found.push(d);
                }
            }),
            Err(Cut) => cut.push((*what).to_owned()),
        }
    }
    // A harmless state that fails who sees need not be told of once more beside the hazard that it is like.
    let fails = |d: &Diagnostic| d.code == Code::HarmlessFails;
    let places: Vec<(u32, u32)> = found.iter().filter(|d| fails(d)).map(|d| (d.line, d.column)).collect();
    found.retain(|d| d.code != Code::SameBehaviour || !d.labels.iter().any(|l| places.contains(&(l.line, l.column))));
    found.extend(verdicts);
    found.extend(Some(cut).filter(|cut| !cut.is_empty()).map(|cut| half_tried(&tried, longest, &cut)));
    found.sort_by_key(|d| (d.line, d.column, d.code));
    found
}

/// Spends at most a share of a budget.
fn within<T>(budget: &Budget, share: u64, look: impl FnOnce(&Budget) -> T) -> T {
    let own = Budget::new(share, budget.tick);
    let out = look(&own);
    _ = budget.spend(share - own.left()); // no more than there was
    out
}

/// Says that nothing was driven: what driving would have shown is not known.
fn untried(places: &Places, longest: f64) -> Diagnostic {
    let message = format!("an encounter takes up to {longest:.0} s on a free road, so that none is tried out");
    let help = format!("end it earlier, or drive faster: scenarios of at most {LONGEST_S:.0} s are tried");
    places.diagnostic(Severity::Warning, Code::Untried, "ego.end_m", message, help)
}

/// Says what was not looked for, since driving it would take too long.
fn half_tried(of: &Tried, longest: f64, cut: &[String]) -> Diagnostic {
    let message = format!(
        "encounters of up to {longest:.0} s with {} are too much to try all of it out; not looked for: {}",
        nines_viz::numbers::counted(of.template.actors.len() as u64, "actor"),
        cut.join(", ")
    );
    let help = "end it earlier, drive faster, or take fewer actors: what is tried is bounded in steps times actors".to_owned();
    of.places.diagnostic(Severity::Warning, Code::Untried, "ego.end_m", message, help)
}

/// Time that the ego would take on a free road, with lawful waiting, in the slowest of some draws of every stratum.
fn longest_s(template: &Template) -> f64 {
    let draws: Vec<_> = (0..64).map(|k| template.draw(SEED, Sampling::Mc, k).params).collect();
    let strata = template.strata.iter().filter(|s| s.weight > 0.0);
    let times = strata.flat_map(|s| draws.iter().map(|params| free_s(template, params, &s.states)));
    times.fold(0.0, f64::max)
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
