//! Agents that are fixed to somebody farther away, and jump there. (A lead takes them in slowly.)

use super::{SEED, evenly, policy};
use nines_scenarios::{Code, Diagnostic, Places, Severity};
use nines_sim::{Act, Frame, Job, Motion, Sampling, Template, drive_traced};
use std::collections::BTreeMap;

/// Concrete scenarios that are looked at, by each policy.
const DRAWS: u64 = 64;
/// Jumps that pass for being taken by the hand, m.
const PASSES_M: f64 = 0.5;

pub(super) fn look(template: &Template, places: &Places) -> Vec<Diagnostic> {
    // Longest jump into each mode of each actor.
    let mut jumps: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let held: Vec<(usize, usize, usize)> = (0..template.actors.len()).flat_map(|k| holding_modes(template, k)).collect();
    if held.is_empty() {
        return Vec::new();
    }
    let even = evenly(template, |_| true);
    for name in ["blind", "common-sense"] {
        let Some(policy) = policy(name, &[]) else { continue };
        let job = Job { template: &even, policy: &policy, seed: SEED, sampling: Sampling::Mc, batch: 1 };
        for rollout in 0..DRAWS {
            let frames = drive_traced(&job, rollout).1.frames;
            for pair in frames.windows(2) {
                for &(k, mode, holder) in &held {
                    let jump = jump(&pair[0], &pair[1], k, mode, holder);
                    let longest = jumps.entry((k, mode)).or_default();
                    *longest = longest.max(jump);
                }
            }
        }
    }
    let far = jumps.into_iter().filter(|(_, jump)| *jump > PASSES_M);
    far.map(|((k, mode), jump)| tell(template, places, k, mode, jump)).collect()
}

/// Modes in which an actor is held: the actor, the mode, and who holds it.
fn holding_modes(template: &Template, k: usize) -> Vec<(usize, usize, usize)> {
    let Motion::Agent(spec) = &template.actors[k].motion else { return Vec::new() };
    let held = |(m, mode): (usize, &nines_sim::Mode)| match mode.act {
        Act::Held(by) => Some((k, m, usize::from(by))),
        _ => None,
    };
    spec.modes.iter().enumerate().filter_map(held).collect()
}

/// How far an actor moved against its holder in the step in which a mode began; 0 where it did not begin.
fn jump(before: &Frame, after: &Frame, k: usize, mode: usize, holder: usize) -> f64 {
    let (a, b, from, to) = (&before.actors[k], &after.actors[k], &before.actors[holder], &after.actors[holder]);
    // The first step counts too: then it was held from the beginning.
    let begins = b.mode == Some(mode as u8) && (a.mode != b.mode || before.time_s == 0.0);
    if !(begins && a.active && b.active) {
        return 0.0;
    }
    let (dx, dy) = ((b.x_m - a.x_m) - (to.x_m - from.x_m), (b.y_m - a.y_m) - (to.y_m - from.y_m));
    // What it would have gone by itself in a step is no jump.
    (dx * dx + dy * dy).sqrt() - 0.1 * (a.vx_mps * a.vx_mps + a.vy_mps * a.vy_mps).sqrt()
}

fn tell(template: &Template, places: &Places, k: usize, mode: usize, jump: f64) -> Diagnostic {
    let actor = &template.actors[k];
    let Motion::Agent(spec) = &actor.motion else { unreachable!("only agents are held") };
    let (mode, holder) = match (&spec.modes[mode], spec.modes[mode].act) {
        (mode, Act::Held(by)) => (&mode.name, &template.actors[usize::from(by)].name),
        (mode, _) => (&mode.name, &actor.name),
    };
    let message = format!("`{}` jumps up to {jump:.1} m when `{holder}` begins to hold it in `{mode}`", actor.name);
    let help = format!(
        "let it start or stand where `{holder}` holds it, come there with `do: follow` first, or give it a lead, `within_m`"
    );
    let path = format!("actors.{}.modes.{mode}", actor.name);
    places.diagnostic(Severity::Warning, Code::HeldFromAfar, &path, message, help)
}
