//! Agents that are fixed to somebody farther away, and jump there. (A lead takes them in slowly.)

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, Places, Severity};
use nines_sim::{Act, DT, Frame, Job, Motion, Sampling, Template};

/// Concrete scenarios that are looked at, by each policy.
const DRAWS: u64 = 64;
/// Jumps that pass for being taken by the hand, m.
const PASSES_M: f64 = 0.5;

/// A mode in which an actor is held.
struct Held<'t> {
    actor: usize,
    mode: usize,
    name: &'t str,
    holder: usize,
    /// Longest jump into it, m.
    jump_m: f64,
}

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { template, places, .. } = *of;
    let mut all: Vec<Held> = (0..template.actors.len()).flat_map(|k| held_modes(template, k)).collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let even = evenly(template, |_| true);
    for name in ["blind", "common-sense"] {
        let Some(policy) = policy(name, &[]) else { continue };
        let job = Job { template: &even, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
        for rollout in 0..DRAWS {
            let frames = budget.trace(&job, rollout)?.frames;
            for pair in frames.windows(2) {
                all.iter_mut().for_each(|held| held.jump_m = held.jump_m.max(jump_m(&pair[0], &pair[1], held)));
            }
        }
    }
    Ok(all.iter().filter(|held| held.jump_m > PASSES_M).map(|held| tell(template, places, held)).collect())
}

fn held_modes(template: &Template, actor: usize) -> Vec<Held<'_>> {
    let Motion::Agent(spec) = &template.actors[actor].motion else { return Vec::new() };
    let held = |(k, mode): (usize, &'_ nines_sim::Mode)| match mode.act {
        Act::Held(by) => Some((k, usize::from(by))),
        _ => None,
    };
    let found = spec.modes.iter().enumerate().filter_map(held);
    found.map(|(mode, holder)| Held { actor, mode, name: &spec.modes[mode].name, holder, jump_m: 0.0 }).collect()
}

/// How far an actor moved against its holder in the step in which the mode began; 0 where it did not begin.
fn jump_m(before: &Frame, after: &Frame, held: &Held) -> f64 {
    let (a, b) = (&before.actors[held.actor], &after.actors[held.actor]);
    let (from, to) = (&before.actors[held.holder], &after.actors[held.holder]);
    // The first step counts too: then it was held from the beginning.
    let begins = b.mode == Some(held.mode as u8) && (a.mode != b.mode || before.time_s == 0.0);
    if !(begins && a.active && b.active) {
        return 0.0;
    }
    let (dx, dy) = ((b.x_m - a.x_m) - (to.x_m - from.x_m), (b.y_m - a.y_m) - (to.y_m - from.y_m));
    // What it would have gone by itself in a step is no jump.
    (dx * dx + dy * dy).sqrt() - DT * (a.vx_mps * a.vx_mps + a.vy_mps * a.vy_mps).sqrt()
}

fn tell(template: &Template, places: &Places, held: &Held) -> Diagnostic {
    let (actor, holder, mode) = (&template.actors[held.actor].name, &template.actors[held.holder].name, held.name);
    let message = format!("`{actor}` jumps up to {:.1} m when `{holder}` begins to hold it in `{mode}`", held.jump_m);
    let help = format!(
        "let it start or stand where `{holder}` holds it, come there with `do: follow` first, or give it a lead, `within_m`"
    );
    places.diagnostic(Severity::Warning, Code::HeldFromAfar, &format!("actors.{actor}.modes.{mode}"), message, help)
}
