//! Latent states that nothing tells apart: the same world, bit by bit, and the same cues.

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, Severity};
use nines_sim::{Cue, CueBy, Job, Sampling, Template, Trace};

/// Rollouts that are compared, by each policy.
const ROLLOUTS: u64 = 256;
/// Rollouts of which every lamp and cue is compared, where all else is equal.
const TRACED: u64 = 8;
/// Policies that bring out what differs: one that stands, one that drives, one that heeds cues.
const POLICIES: [&str; 3] = ["parked", "blind", "common-sense"];

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    let mut found = Vec::new();
    for (l, latent) in scenario.latents.iter().enumerate() {
        let held = |k: usize| evenly(template, |s| usize::from(s.states[l]) == k);
        let worlds: Vec<Template> = (0..latent.states.len()).map(held).collect();
        let digests = worlds.iter().map(|world| digests(world, budget)).collect::<Result<Vec<_>, Cut>>()?;
        // A state that is never drawn is like no other.
        let met = |k: usize| !worlds[k].strata.is_empty();
        for b in (1..worlds.len()).filter(|b| met(*b)) {
            let alike = |a: usize| digests[a] == digests[b] && same_cues(template, l, a, b) && same_weights(template, l, a, b);
            let mut twin = None;
            for a in (0..b).filter(|a| met(*a) && alike(*a)) {
                if same_traces(&worlds[a], &worlds[b], budget)? {
                    twin = Some(a);
                    break;
                }
            }
            let Some(a) = twin else { continue };
            let (one, other) = (&latent.states[a].name, &latent.states[b].name);
            let message = format!(
                "nothing tells `{other}` from `{one}`: places, motions, lamps and cues are the same in {ROLLOUTS} encounters"
            );
            let help = "give it a cue, a behaviour or a value of its own, or join the two states".to_owned();
            let path = |state: &str| format!("latents.{}.states.{state}", latent.name);
            let mut one_more = places.diagnostic(Severity::Warning, Code::IndistinctStates, &path(other), message, help);
            one_more.labels.push(places.label(&path(one), "like this one"));
            found.push(one_more);
        }
    }
    Ok(found)
}

/// Parameters and noise depend on the rollout alone: what differs between two states comes from the states.
fn digests(template: &Template, budget: &Budget) -> Result<Vec<u64>, Cut> {
    let mut out = Vec::new();
    for policy in POLICIES.iter().filter_map(|name| policy(name, &[])).filter(|_| !template.strata.is_empty()) {
        let job = Job { template, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
        out.extend(budget.drive(&job, 0..ROLLOUTS)?.into_iter().map(|o| o.digest));
    }
    Ok(out)
}

fn same_cues(template: &Template, latent: usize, a: usize, b: usize) -> bool {
    let by = |c: &&Cue| matches!(c.by, CueBy::Latent(l) if usize::from(l) == latent);
    template.actors.iter().flat_map(|actor| &actor.cues).filter(by).all(|c| c.likelihood[a] == c.likelihood[b])
}

/// Whether the other latent variables are drawn alike in both states.
fn same_weights(template: &Template, latent: usize, a: usize, b: usize) -> bool {
    let of = |k: usize| template.strata.iter().filter(move |s| usize::from(s.states[latent]) == k).map(|s| s.weight);
    let (sum_a, sum_b): (f64, f64) = (of(a).sum(), of(b).sum());
    of(a).zip(of(b)).all(|(x, y)| (x * sum_b - y * sum_a).abs() <= 1e-9 * (x * sum_b).abs().max(1e-300))
}

/// Lamps, sounds and cues are in no digest where no policy heeds them.
fn same_traces(a: &Template, b: &Template, budget: &Budget) -> Result<bool, Cut> {
    let Some(policy) = policy("blind", &[]) else { return Ok(false) };
    let trace = |template: &Template, k: u64| {
        budget.trace(&Job { template, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None }, k)
    };
    let shown = |t: &Trace| {
        let actors = t.frames.iter().flat_map(|f| &f.actors);
        let bits = |x: &f64| x.to_bits();
        actors
            .flat_map(|f| {
                f.lamps.iter().map(bits).chain(f.observed.iter().flat_map(|o| o.cues.iter().map(bits))).collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    };
    for k in 0..TRACED {
        if shown(&trace(a, k)?) != shown(&trace(b, k)?) {
            return Ok(false);
        }
    }
    Ok(true)
}
