//! Scenarios that nobody fails, or that everybody fails.

use super::budget::Budget;
use super::{SEED, Tried, policy};
use nines_scenarios::{Code, Diagnostic, LogicalScenario, Severity};
use nines_sim::{BuiltIn, Criterion, Job, Outcome, Sampling};

/// Rollouts with the hazard, and as many without.
pub(super) const HALF: u64 = 512;
/// Fewer than these tell nothing.
const LEAST: u64 = 32;
/// Rollouts by each policy in turn, as long as the budget lasts.
const TURN: u64 = 64;
/// One that sees nothing, one that does nothing, two that do their best.
pub(super) const POLICIES: [&str; 4] = ["blind", "parked", "idm-aeb", "common-sense"];

/// Those who do their best fail often: in more than this share of the encounters with the hazard,
const OFTEN: f64 = 0.5;
/// and nearly as often as the one that sees nothing: in more than this share of its failures.
const NEARLY: f64 = 0.9;
/// Words by which a description admits it.
const ADMITTED: [&str; 3] = ["no built-in policy", "unavoidable", "cannot be avoided"];

/// What is found, and in how many encounters of each half: fewer than [`HALF`] where the budget does not suffice.
pub(super) fn look(of: &Tried, budget: &Budget) -> (Vec<Diagnostic>, u64) {
    let Tried { scenario, template, places } = *of;
    let halves = scenario.has_hazard();
    let rollouts = if halves { 2 * HALF } else { HALF };
    let policies: Vec<BuiltIn> = POLICIES.iter().filter_map(|name| policy(name, &[])).collect();
    let mut driven: Vec<Vec<Outcome>> = vec![Vec::new(); policies.len()];
    for from in (0..rollouts).step_by(TURN as usize) {
        let turn = |policy: &BuiltIn| {
            budget.drive(
                &Job { template, policy: policy.into(), seed: SEED, sampling: Sampling::Stratified, batch: 1, chosen: None },
                from..from + TURN,
            )
        };
        let Ok(turn) = policies.iter().map(turn).collect::<Result<Vec<_>, _>>() else { break };
        driven.iter_mut().zip(turn).for_each(|(all, new)| all.extend(new));
    }
    let half = driven.first().map_or(0, Vec::len) as u64 / if halves { 2 } else { 1 };
    if half < LEAST {
        return (Vec::new(), 0);
    }
    // The index fixes the half: odd ones are with the hazard.
    let in_half = |o: &&Outcome, hazard: bool| !halves || (o.rollout % 2 == 1) == hazard;
    let count = |hazard: bool| {
        let half = driven.iter().map(|all| all.iter().filter(|o| in_half(o, hazard)));
        half.map(|o| o.filter(|o| fails(o)).count() as u64).collect::<Vec<_>>()
    };
    let (other, hazard) = (count(false), count(true));
    let of_hazard = if halves { " with the hazard" } else { "" };
    let marked = || scenario.latents.iter().flat_map(|l| l.states.iter().map(move |s| (l, s))).find(|(_, s)| s.hazard);
    let path = marked().map_or("actors".to_owned(), |(l, s)| format!("latents.{}.states.{}", l.name, s.name));
    let see = by_preview();
    if hazard.iter().all(|n| *n == 0) {
        let message =
            format!("no policy fails in {half} encounters{of_hazard}, not even `blind`, which drives as if the road were empty");
        return (vec![places.diagnostic(Severity::Warning, Code::NeverFails, &path, message, see)], half);
    }
    let mut found = Vec::new();
    for (failures, which, path) in [(&hazard, of_hazard, path.as_str()), (&other, " without the hazard", "actors")] {
        if failures.iter().all(|n| *n == half) && (halves || which == of_hazard) {
            let hazard = which != " without the hazard";
            let by = causes(driven.iter().map(|all| all.iter().filter(|o| in_half(o, hazard)).filter(|o| fails(o))));
            let message =
                format!("every policy fails in all of {half} encounters{which}, even `parked`, which stands still: {by}");
            let help = format!("{see}; are all speeds in m/s? 50 km/h are 13.9");
            found.push(places.diagnostic(Severity::Warning, Code::AlwaysFails, path, message, help));
        }
    }
    // Of several hazard states each is judged by itself.
    if found.is_empty() && hazard_states(scenario).count() == 1 && !is_admitted(scenario) {
        let best = hazard.iter().zip(&driven).skip(2).min_by_key(|(n, _)| **n);
        let by = mostly(best.map_or(Vec::new(), |(_, all)| all.iter().filter(|o| in_half(o, true)).collect()));
        let stuck = driven.iter().map(|all| all.iter().filter(|o| in_half(o, true) && o.failed()).count() as u64);
        let said = hardly_avoidable(&hazard, half, "the hazard", &by);
        let said = said.or_else(|| no_way_out(&stuck.collect::<Vec<_>>(), half, "the hazard"));
        found.extend(
            said.map(|(message, help)| places.diagnostic(Severity::Warning, Code::HardlyAvoidable, &path, message, help)),
        );
    }
    (found, half)
}

/// What shows what happens.
pub(super) fn by_preview() -> String {
    "`nines scenario preview FILE --policy blind --out F.svg` shows who goes where".to_owned()
}

/// The latent variables and their states that are marked as hazard.
pub(super) fn hazard_states(scenario: &LogicalScenario) -> impl Iterator<Item = (usize, usize)> {
    let states = |(l, latent): (usize, &nines_scenarios::LatentVariable)| {
        latent.states.iter().enumerate().filter(|(_, s)| s.hazard).map(|(k, _)| (l, k)).collect::<Vec<_>>()
    };
    scenario.latents.iter().enumerate().flat_map(states).collect::<Vec<_>>().into_iter()
}

/// Whether the description says that nobody is meant to avoid it.
pub(super) fn is_admitted(scenario: &LogicalScenario) -> bool {
    ADMITTED.iter().any(|words| scenario.description.to_lowercase().contains(words))
}

/// `, mostly by …`: the criterion that fails most often.
pub(super) fn mostly<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> String {
    let causes: Vec<Criterion> = outcomes.into_iter().filter(|o| fails(o)).filter_map(|o| o.cause).collect();
    let count = |c: Criterion| causes.iter().filter(|other| **other == c).count();
    let most = Criterion::ALL.iter().copied().max_by_key(|c| count(*c)).filter(|c| count(*c) > 0);
    most.map_or(String::new(), |c| format!(", mostly by `{}`", c.name()))
}

/// What to say where those who do their best fail nearly as often, given the hazard, as one who sees nothing; `by` is what the best of
/// them fails by.
pub(super) fn hardly_avoidable(failures: &[u64], half: u64, what: &str, by: &str) -> Option<(String, String)> {
    let [blind, _parked, careful @ ..] = failures else { return None };
    let best = *careful.iter().min()?;
    let often = best as f64 > OFTEN * half as f64 && best as f64 > NEARLY * *blind as f64;
    let each = POLICIES.iter().zip(failures).filter(|(name, _)| **name != "parked");
    let each = each.map(|(name, n)| format!("`{name}` in {:.0}%", 100.0 * *n as f64 / half as f64)).collect::<Vec<_>>();
    let message = format!("{what} can hardly be avoided: of {half} encounters with it fail {}{by}", each.join(", "));
    // A touch is a matter of time; what a demand asks for is done by nobody who does not do it at all.
    let never = best == half && *blind == half && !by.contains("`collision`");
    let help = if never {
        "no built-in policy meets that criterion: is the demand meant, and when does it hold? Where none is meant to answer, say in `description` that it is unavoidable"
    } else {
        "start it earlier, or let it be seen earlier; where no policy is meant to answer, say in `description` that it is unavoidable"
    };
    often.then(|| (message, help.to_owned()))
}

/// What to say where those who do their best touch nobody, given the hazard, and yet hardly ever arrive; `failures` are with those for want of progress.
pub(super) fn no_way_out(failures: &[u64], half: u64, what: &str) -> Option<(String, String)> {
    let best = *failures.iter().skip(2).min()?;
    let each = POLICIES.iter().zip(failures).skip(2);
    let each = each.map(|(name, n)| format!("`{name}` in {:.0}%", 100.0 * *n as f64 / half as f64)).collect::<Vec<_>>();
    let message =
        format!("{what} leaves no way out: of {half} encounters with it fail {}, by `no_progress` too", each.join(", "));
    let help = "let whoever is in the way leave it, or leave room to pass; where waiting is right, say for how long with `lawful_wait_s`; where no policy is meant to answer, say in `description` that it is unavoidable";
    (best as f64 > NEARLY * half as f64).then(|| (message, help.to_owned()))
}

/// By what each policy fails most often.
fn causes<'a>(of_each: impl Iterator<Item = impl Iterator<Item = &'a Outcome>>) -> String {
    let most = |of: &mut dyn Iterator<Item = &'a Outcome>| {
        let mut counts = [0u32; Criterion::ALL.len()];
        of.filter_map(|o| o.cause).for_each(|c| counts[c as usize] += 1);
        Criterion::ALL.iter().copied().max_by_key(|c| counts[*c as usize]).map_or("", Criterion::name)
    };
    let of_each: Vec<&str> = of_each.map(|mut of| most(&mut of)).collect();
    match &of_each[..] {
        [first, rest @ ..] if rest.iter().all(|c| c == first) => format!("by `{first}`"),
        all => {
            let each = POLICIES.iter().zip(all).map(|(policy, cause)| format!("`{policy}` by `{cause}`"));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Failed, and not only by standing still.
pub(super) fn fails(o: &Outcome) -> bool {
    o.failed() && o.cause != Some(Criterion::NoProgress)
}
