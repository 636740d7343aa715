//! Latent states that nothing tells apart: the same world, bit by bit, and the same cues; and hazards that do to who heeds no cue what a
//! harmless state does.

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, LatentVariable, Places, Severity};
use nines_sim::{Criterion, Cue, CueBy, Job, Outcome, Sampling, Template, Trace};

/// Rollouts that are compared, by each policy.
const ROLLOUTS: u64 = 256;
/// Rollouts of which every lamp and cue is compared, where all else is equal.
const TRACED: u64 = 8;
/// Policies that bring out what differs: one that stands, one that drives, one that heeds cues.
const POLICIES: [&str; 4] = ["parked", "blind", "common-sense", "idm"];
/// Those among them that heed no cue and nobody on foot: what they fail is a matter of what happens.
const HEEDLESS: [usize; 2] = [1, 3];
/// Share of the encounters that fail one of them at least, where a hazard is compared with a harmless state,
const FAILS: f64 = 0.1;
/// and share in which only one of the two states may fail it.
const DIFFERS: f64 = 0.02;

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    let mut found = Vec::new();
    for (l, latent) in scenario.latents.iter().enumerate() {
        let held = |k: usize| evenly(template, |s| usize::from(s.states[l]) == k);
        let worlds: Vec<Template> = (0..latent.states.len()).map(held).collect();
        let driven = worlds.iter().map(|world| driven(world, budget)).collect::<Result<Vec<_>, Cut>>()?;
        let digests = |k: usize| driven[k].iter().flatten().map(|o| o.digest);
        // A state that is never drawn is like no other.
        let met = |k: usize| !worlds[k].strata.is_empty();
        for b in (1..worlds.len()).filter(|b| met(*b)) {
            let alike = |a: usize| digests(a).eq(digests(b)) && same_cues(template, l, a, b) && same_weights(template, l, a, b);
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
        let by_itself = |o: &Outcome, world: &Template| {
            let states = &world.strata[usize::from(o.stratum)].states;
            !(0..states.len()).any(|other| other != l && scenario.latents[other].states[usize::from(states[other])].hazard)
        };
        for hazard in (0..worlds.len()).filter(|k| met(*k) && latent.states[*k].hazard) {
            for other in (0..worlds.len()).filter(|k| met(*k) && !latent.states[*k].hazard) {
                let (one, two) = (&driven[hazard], &driven[other]);
                let alike = |p: &usize| {
                    let pairs = one[*p].iter().zip(&two[*p]);
                    let pairs = pairs.filter(|(a, b)| by_itself(a, &worlds[hazard]) && by_itself(b, &worlds[other]));
                    share_alike(pairs.map(|(a, b)| (touches(a), touches(b))).collect())
                };
                let shares: Option<Vec<f64>> = HEEDLESS.iter().map(alike).collect();
                if let Some(shares) = shares {
                    found.push(tell_same(places, latent, hazard, other, &shares));
                }
            }
        }
    }
    Ok(found)
}

/// Whether somebody was touched: what a demand asks for may be unmet whatever happens.
fn touches(o: &Outcome) -> bool {
    [Criterion::Collision, Criterion::StruckFromBehind].iter().any(|c| o.margins[*c as usize] <= 0.0)
}

/// How often the first fails, where the second fails in the same encounters; `None` where they differ.
fn share_alike(pairs: Vec<(bool, bool)>) -> Option<f64> {
    let count = |of: fn(&(bool, bool)) -> bool| pairs.iter().filter(|p| of(p)).count() as f64 / pairs.len().max(1) as f64;
    let (fails, differs) = (count(|p| p.0), count(|p| p.0 != p.1));
    (fails >= FAILS && differs <= DIFFERS).then_some(fails)
}

fn tell_same(places: &Places, latent: &LatentVariable, hazard: usize, other: usize, shares: &[f64]) -> Diagnostic {
    let (one, two) = (&latent.states[hazard].name, &latent.states[other].name);
    let each = HEEDLESS.iter().zip(shares).map(|(p, share)| format!("`{}` in {:.0}%", POLICIES[*p], 100.0 * share));
    let message = format!(
        "the hazard `{one}` does what `{two}` does, which is not marked as hazard: the same encounters with either end in a collision of {}",
        each.collect::<Vec<_>>().join(", ")
    );
    let help = format!("let what happens differ: in `{two}` nobody comes into the way, or mark it `hazard: true` too");
    let path = |state: &str| format!("latents.{}.states.{state}", latent.name);
    let mut out = places.diagnostic(Severity::Warning, Code::SameBehaviour, &path(one), message, help);
    out.labels.push(places.label(&path(two), "does the same"));
    out
}

/// Outcomes by each policy. Parameters and noise depend on the rollout alone: what differs between two states comes from the states.
fn driven(template: &Template, budget: &Budget) -> Result<Vec<Vec<Outcome>>, Cut> {
    let mut out = Vec::new();
    for policy in POLICIES.iter().filter_map(|name| policy(name, &[])).filter(|_| !template.strata.is_empty()) {
        let job = Job { template, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
        out.push(budget.drive(&job, 0..ROLLOUTS)?);
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
