//! Demands whose condition holds in no encounter: what they ask is never judged.

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, DemandSpec, Diagnostic, Places, Severity};
use nines_sim::{Criterion, Demand, Job, Keep, Period, Sampling, Template, Trigger, Value};

/// Encounters in which it is looked for, by each policy.
const ROLLOUTS: u64 = 256;
/// Policies that get to different places: one that drives on, one that stands, two that answer.
const POLICIES: [&str; 4] = ["blind", "parked", "common-sense", "idm-aeb"];

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    let entries: Vec<&[DemandSpec]> = scenario.demands.chunk_by(is_of_one_entry).collect();
    let (mut found, mut from) = (Vec::new(), 0);
    for (k, entry) in entries.iter().enumerate() {
        let demands = &template.demands[from..from + entry.len()];
        from += entry.len();
        if !demands.iter().any(|d| is_up_to_the_policy(&d.when)) && !holds(template, demands, budget)? {
            found.push(tell(places, entries.len(), k));
        }
    }
    Ok(found)
}

/// Whether two demands are one entry of the file, about several actors.
fn is_of_one_entry(a: &DemandSpec, b: &DemandSpec) -> bool {
    (&a.demand.when, &a.source, a.demand.of.is_some()) == (&b.demand.when, &b.source, b.demand.of.is_some())
        && std::mem::discriminant(&a.demand.keep) == std::mem::discriminant(&b.demand.keep)
}

/// Whether a condition is about what no built-in policy may ever do.
fn is_up_to_the_policy(when: &Trigger) -> bool {
    match when {
        Trigger::EgoLamp(_) | Trigger::EgoHorn | Trigger::EgoHelp | Trigger::EgoFaster(_) => true,
        Trigger::All(of) | Trigger::Any(of) => of.iter().any(is_up_to_the_policy),
        Trigger::Not(of) => is_up_to_the_policy(of),
        _ => false,
    }
}

/// Whether one of some demands holds in some encounter: each is asked for something that nobody does.
fn holds(template: &Template, demands: &[Demand], budget: &Budget) -> Result<bool, Cut> {
    let impossible = |d: &Demand| Demand { keep: Keep::Slower(Value::Const(-1.0)), period: Period::Always, ..d.clone() };
    let even = evenly(template, |_| true);
    let asked = Template { demands: demands.iter().map(impossible).collect(), criteria: vec![Criterion::SituationSpeed], ..even };
    for policy in POLICIES.iter().filter_map(|name| policy(name, &[])) {
        let job = Job { template: &asked, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
        for from in (0..ROLLOUTS).step_by(64) {
            let driven = budget.drive(&job, from..from + 64)?;
            if driven.iter().any(|o| o.margins[Criterion::SituationSpeed as usize] <= 0.0) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn tell(places: &Places, entries: usize, k: usize) -> Diagnostic {
    let path = |k: usize| format!("criteria.demands.{k}");
    // One entry about several actors is one here, where it differs from its neighbours.
    let same = places.has(&path(entries - 1)) && !places.has(&path(entries));
    let path = if same { format!("{}.when", path(k)) } else { "criteria.demands".to_owned() };
    let message = format!("the condition of this demand holds in none of {} encounters", ROLLOUTS * POLICIES.len() as u64);
    let help = "is the place before `ego.end_m`, and the time before the end? what it asks for is never judged".to_owned();
    places.diagnostic(Severity::Warning, Code::UnmetCondition, &path, message, help)
}
