//! Hazard states one by one, where there are several: the frequent one would hide what the rare one does.

use super::budget::{Budget, Cut};
use super::verdicts::{self, POLICIES, by_preview, fails, mostly};
use super::{SEED, Tried, policy};
use nines_scenarios::{Code, Diagnostic, Severity};
use nines_sim::{Job, Outcome, Sampling, Template};

/// Encounters with each hazard state, by each policy.
const ROLLOUTS: u64 = 192;

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    let mut found = Vec::new();
    if verdicts::hazard_states(scenario).count() < 2 {
        return Ok(found); // then the verdict is of that state
    }
    for (l, k) in verdicts::hazard_states(scenario) {
        let held = alone(template, |latent| scenario.latents[latent].states.iter().map(|s| s.hazard).collect(), l, k);
        if held.strata.is_empty() {
            continue;
        }
        let mut all: Vec<Vec<Outcome>> = Vec::new();
        for policy in POLICIES.iter().filter_map(|name| policy(name, &[])) {
            let job =
                Job { template: &held, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
            all.push(budget.drive(&job, 0..ROLLOUTS)?);
        }
        let counts: Vec<u64> = all.iter().map(|of| of.iter().filter(|o| fails(o)).count() as u64).collect();
        let latent = &scenario.latents[l];
        let (name, path) = (&latent.states[k].name, format!("latents.{}.states.{}", latent.name, latent.states[k].name));
        if counts.iter().all(|n| *n == 0) {
            let message = format!(
                "no policy fails in {ROLLOUTS} encounters with the hazard `{name}`, not even `blind`, which drives as if the road were empty"
            );
            found.push(places.diagnostic(Severity::Warning, Code::NeverFails, &path, message, by_preview()));
        } else if !verdicts::is_admitted(scenario) {
            let by = mostly(all.iter().zip(&counts).skip(2).min_by_key(|(_, n)| **n).map_or(&[][..], |(of, _)| of));
            let what = format!("the hazard `{name}`");
            let stuck: Vec<u64> = all.iter().map(|of| of.iter().filter(|o| o.failed()).count() as u64).collect();
            let said = verdicts::hardly_avoidable(&counts, ROLLOUTS, &what, &by);
            let said = said.or_else(|| verdicts::no_way_out(&stuck, ROLLOUTS, &what));
            found.extend(said.map(|(m, help)| places.diagnostic(Severity::Warning, Code::HardlyAvoidable, &path, m, help)));
        }
    }
    Ok(found)
}

/// The strata with a hazard state, as often as they are: where there are some without another hazard beside it, those alone.
fn alone(template: &Template, hazards: impl Fn(usize) -> Vec<bool>, latent: usize, state: usize) -> Template {
    let hazards: Vec<Vec<bool>> = (0..template.latents.len()).map(hazards).collect();
    let with = |s: &&nines_sim::Stratum| s.weight > 0.0 && usize::from(s.states[latent]) == state;
    let other = |s: &nines_sim::Stratum| (0..hazards.len()).any(|l| l != latent && hazards[l][usize::from(s.states[l])]);
    let by_itself: Vec<_> = template.strata.iter().filter(with).filter(|s| !other(s)).cloned().collect();
    let strata = if by_itself.is_empty() { template.strata.iter().filter(with).cloned().collect() } else { by_itself };
    Template { strata, ..template.clone() }
}
