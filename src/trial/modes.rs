//! Modes that a transition names, and that no agent gets to in any drive.

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, Places, Severity};
use nines_sim::{Job, Motion, Sampling, Template};

/// Encounters that are driven by each policy, until every mode was met.
const DRAWS: u64 = 192;
/// They wait, drive on, and brake: what ends a mode may be a matter of the ego.
const POLICIES: [&str; 4] = ["blind", "common-sense", "parked", "idm-aeb"];

/// A mode, and whether an agent was in it.
struct Met {
    actor: usize,
    mode: usize,
    path: String,
    met: bool,
}

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { template, places, .. } = *of;
    let mut all: Vec<Met> = (0..template.actors.len()).flat_map(|k| modes(template, k)).collect();
    let even = evenly(template, |_| true);
    for name in POLICIES {
        let Some(policy) = policy(name, &[]) else { continue };
        let job = Job { template: &even, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
        for rollout in 0..DRAWS {
            if all.iter().all(|m| m.met) {
                return Ok(Vec::new());
            }
            for frame in budget.trace(&job, rollout)?.frames {
                all.iter_mut().for_each(|m| m.met |= frame.actors[m.actor].mode == Some(m.mode as u8));
            }
        }
    }
    // Members of a group share their entry: a mode is met where one of them gets there.
    let place = |m: &Met| {
        let at = places.label(&m.path, "");
        (at.file, at.line, at.column)
    };
    let met: Vec<_> = all.iter().filter(|m| m.met).map(place).collect();
    let mut missed: Vec<&Met> = all.iter().filter(|m| !met.contains(&place(m))).collect();
    missed.dedup_by_key(|m| place(m));
    Ok(missed.iter().map(|m| tell(template, places, m)).collect())
}

fn modes(template: &Template, actor: usize) -> Vec<Met> {
    let one = &template.actors[actor];
    let Motion::Agent(spec) = &one.motion else { return Vec::new() };
    let path = |name: &str| format!("actors.{}.modes.{name}", one.name);
    spec.modes.iter().enumerate().map(|(mode, m)| Met { actor, mode, path: path(&m.name), met: false }).collect()
}

fn tell(template: &Template, places: &Places, m: &Met) -> Diagnostic {
    let Motion::Agent(spec) = &template.actors[m.actor].motion else { unreachable!("modes are those of agents") };
    let drives = POLICIES.len() as u64 * DRAWS;
    let message = format!(
        "the mode `{}` begins in none of {drives} drives: what leads there never holds, or another transition comes first",
        spec.modes[m.mode].name
    );
    let help = "look at the conditions of `next` that lead there, in their order, or remove it".to_owned();
    places.diagnostic(Severity::Warning, Code::UnreachedMode, &m.path, message, help)
}
