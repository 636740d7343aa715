//! States that are not marked as hazard, and in which even careful policies fail.

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, Severity};
use nines_sim::{Criterion, Job, Outcome, Sampling, Template};

/// Encounters with each state, by each policy.
const ROLLOUTS: u64 = 64;
/// So many failures of the better policy are a third: a harmless state fails careful drivers in one of thousands.
const OFTEN: u64 = 21;
/// Policies that see and brake.
const CAREFUL: [&str; 2] = ["common-sense", "idm-aeb"];

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    if !scenario.has_hazard() {
        return Ok(Vec::new()); // which is told of in a note
    }
    let mut found = Vec::new();
    for (l, latent) in scenario.latents.iter().enumerate() {
        for (k, state) in latent.states.iter().enumerate().filter(|(_, s)| !s.hazard) {
            let held = evenly(template, |s| usize::from(s.states[l]) == k && !s.hazard);
            if held.strata.is_empty() {
                continue;
            }
            let mut driven = Vec::new();
            for name in CAREFUL {
                driven.extend(outcomes(&held, name, budget)?.map(|outcomes| (name, outcomes)));
            }
            let Some((name, outcomes)) = driven.into_iter().min_by_key(|(_, outcomes)| failures(outcomes)) else { continue };
            let failed = failures(&outcomes);
            if failed < OFTEN {
                continue;
            }
            let cause = cause(&outcomes).map_or(String::new(), |c| format!(", mostly by `{}`", c.name()));
            let message = format!(
                "`{name}` fails in {failed} of {ROLLOUTS} encounters with `{}`, which is not marked as hazard{cause}: is it one?",
                state.name
            );
            let help = format!(
                "mark it `hazard: true`, or let it be harmless: `nines scenario preview FILE --policy {name} --out F.svg` shows what happens"
            );
            let path = format!("latents.{}.states.{}", latent.name, state.name);
            found.push(places.diagnostic(Severity::Warning, Code::HarmlessFails, &path, message, help));
        }
    }
    Ok(found)
}

fn outcomes(template: &Template, name: &str, budget: &Budget) -> Result<Option<Vec<Outcome>>, Cut> {
    let Some(policy) = policy(name, &[]) else { return Ok(None) };
    let job = Job { template, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
    budget.drive(&job, 0..ROLLOUTS).map(Some)
}

fn failures(outcomes: &[Outcome]) -> u64 {
    outcomes.iter().filter(|o| o.failed()).count() as u64
}

/// What failed most often.
fn cause(outcomes: &[Outcome]) -> Option<Criterion> {
    let count = |c: &Criterion| outcomes.iter().filter(|o| o.cause == Some(*c)).count();
    Criterion::ALL.iter().copied().max_by_key(|c| count(c)).filter(|c| count(c) > 0)
}
