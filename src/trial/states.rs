//! Latent states that nothing tells apart: the same world, bit by bit, and the same cues.

use super::{SEED, evenly, policy};
use nines_scenarios::{Code, Diagnostic, LogicalScenario, Places, Severity};
use nines_sim::{Cue, CueBy, Job, Sampling, Template, Trace, drive, drive_traced};

/// Rollouts that are compared, by each policy.
const ROLLOUTS: u64 = 256;
/// Rollouts of which every lamp and cue is compared, where all else is equal.
const TRACED: u64 = 8;
/// Policies that bring out what differs: one that stands, one that drives, one that heeds cues.
const POLICIES: [&str; 3] = ["parked", "blind", "common-sense"];

pub(super) fn look(scenario: &LogicalScenario, template: &Template, places: &Places) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (l, latent) in scenario.latents.iter().enumerate() {
        let held = |k: usize| evenly(template, |s| usize::from(s.states[l]) == k);
        let worlds: Vec<Template> = (0..latent.states.len()).map(held).collect();
        let digests: Vec<Vec<u64>> = worlds.iter().map(digests).collect();
        // A state that is never drawn is like no other.
        let met = |k: usize| !worlds[k].strata.is_empty();
        for b in (1..worlds.len()).filter(|b| met(*b)) {
            let twin = (0..b).filter(|a| met(*a)).find(|&a| {
                digests[a] == digests[b]
                    && same_cues(template, l, a, b)
                    && same_weights(template, l, a, b)
                    && same_traces(&worlds[a], &worlds[b])
            });
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
    found
}

/// Parameters and noise depend on the rollout alone: what differs between two states comes from the states.
fn digests(template: &Template) -> Vec<u64> {
    let of = |name: &&str| {
        let policy = policy(name, &[]).filter(|_| !template.strata.is_empty())?;
        let job = Job { template, policy: &policy, seed: SEED, sampling: Sampling::Mc, batch: 1 };
        Some(drive(&job, 0..ROLLOUTS).outcomes.into_iter().map(|o| o.digest).collect::<Vec<_>>())
    };
    POLICIES.iter().filter_map(of).flatten().collect()
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
fn same_traces(a: &Template, b: &Template) -> bool {
    let Some(policy) = policy("blind", &[]) else { return false };
    let trace = |template: &Template, k: u64| {
        drive_traced(&Job { template, policy: &policy, seed: SEED, sampling: Sampling::Mc, batch: 1 }, k).1
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
    (0..TRACED).all(|k| shown(&trace(a, k)) == shown(&trace(b, k)))
}
