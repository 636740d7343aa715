//! Actors that play no part: never near the ego's way, named by no other and by no demand, unheard, hiding nobody.

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, LogicalScenario, Places, Severity};
use nines_sim::{Frame, Job, Sampling, Template, Trace};

/// Concrete scenarios among which those are looked for that hold an actor.
const DRAWS: u64 = 4096;
/// Rollouts with an actor that are looked at, by each policy.
const LOOKS: usize = 16;
/// Nearer than this to where the ego drives an actor plays a part, m.
const NEAR_M: f64 = 10.0;

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    let even = evenly(template, |_| true);
    let silent = |k: &usize| template.actors[*k].sound.is_none() && !is_named(scenario, &template.actors[*k].name);
    let mut open: Vec<usize> = (0..template.actors.len()).filter(silent).collect();
    let holders = holding(&even, &open);
    let mut rollouts: Vec<u64> = holders.iter().flatten().copied().collect();
    rollouts.sort_unstable();
    rollouts.dedup();
    let never: Vec<usize> = open.iter().zip(&holders).filter(|(_, own)| own.is_empty()).map(|(k, _)| *k).collect();
    for name in ["blind", "common-sense"] {
        let Some(policy) = policy(name, &[]) else { continue };
        let job = Job { template: &even, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
        for rollout in &rollouts {
            if open.is_empty() {
                return Ok(Vec::new());
            }
            let trace = budget.trace(&job, *rollout)?;
            let mut looked = 0;
            open.retain(|k| !plays_a_part(&trace, *k, &mut looked));
            budget.spend(looked)?;
        }
    }
    Ok(open.into_iter().map(|k| tell(&template.actors[k].name, never.contains(&k), places)).collect())
}

/// Whether another part of the file names an actor: one that follows or waits for it, or a demand.
fn is_named(scenario: &LogicalScenario, name: &str) -> bool {
    let between = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let text = scenario.to_yaml();
    let actors = text.lines().skip_while(|l| !l.starts_with("actors:"));
    let others = actors.filter(|l| !l.trim_start().starts_with(&format!("{name}:")));
    others.into_iter().any(|line| {
        let words: Vec<&str> = line.split(between).filter(|w| !w.is_empty()).collect();
        // Classes may be called as actors are.
        (0..words.len()).any(|k| words[k] == name && !(k > 0 && matches!(words[k - 1], "class" | "look_alike")))
    })
}

/// For each of some actors the first rollouts in which it is there.
fn holding(template: &Template, actors: &[usize]) -> Vec<Vec<u64>> {
    let mut out = vec![Vec::new(); actors.len()];
    for k in 0..DRAWS {
        if out.iter().all(|own| own.len() == LOOKS) {
            break;
        }
        let drawn = template.draw(SEED, Sampling::Mc, k);
        let states = &template.strata[usize::from(drawn.stratum)].states;
        let there = |actor: usize| template.actors[actor].active.at(&drawn.params, states) != 0.0;
        for (own, actor) in out.iter_mut().zip(actors) {
            own.extend(Some(k).filter(|_| own.len() < LOOKS && there(*actor)));
        }
    }
    out
}

/// `looked` counts what was compared.
fn plays_a_part(trace: &Trace, k: usize, looked: &mut u64) -> bool {
    let actor = &trace.actors[k];
    if !actor.active {
        return false;
    }
    let reach = NEAR_M + 0.5 * trace.ego_width_m + 0.5 * actor.length_m.max(actor.width_m);
    let near = |f: &Frame, at: &Frame| {
        if !f.actors[k].active {
            return false;
        }
        let (dx, dy) = (f.actors[k].x_m - at.ego.x_m, f.actors[k].y_m - at.ego.y_m);
        dx * dx + dy * dy < reach * reach
    };
    // Where it is at any time against where the ego is at any time; one who stands is in one place only.
    let every = |n: usize| trace.frames.iter().step_by(n);
    let mut places: Vec<&Frame> = every(3).collect();
    places.dedup_by_key(|f| (f.actors[k].active, f.actors[k].x_m.to_bits(), f.actors[k].y_m.to_bits()));
    let mut ways: Vec<&Frame> = every(4).collect();
    ways.dedup_by_key(|f| (f.ego.x_m.to_bits(), f.ego.y_m.to_bits()));
    let meets = places.iter().any(|f| {
        *looked += ways.len() as u64;
        ways.iter().any(|at| near(f, at))
    });
    *looked += if actor.occludes { (trace.frames.len() * trace.actors.len()) as u64 } else { 0 };
    meets || (actor.occludes && every(2).any(|f| hides_somebody(f, k)))
}

/// Whether it stands between the ego and another actor.
fn hides_somebody(frame: &Frame, k: usize) -> bool {
    let at = &frame.actors[k];
    let (sin, cos) = (libm::sin(at.heading_rad), libm::cos(at.heading_rad));
    let local = |x: f64, y: f64| {
        let (dx, dy) = (x - at.x_m, y - at.y_m);
        (dx * cos + dy * sin, dy * cos - dx * sin)
    };
    let eye = local(frame.ego.x_m, frame.ego.y_m);
    let others = frame.actors.iter().enumerate().filter(|(j, f)| *j != k && f.active);
    others.map(|(_, f)| local(f.x_m, f.y_m)).any(|to| at.active && crosses(eye, to, 0.5 * at.size_m[0], 0.5 * at.size_m[1]))
}

/// Whether the segment from `a` to `b` meets the box of the half sizes around the origin.
fn crosses(a: (f64, f64), b: (f64, f64), half_length: f64, half_width: f64) -> bool {
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (from, to, half) in [(a.0, b.0, half_length), (a.1, b.1, half_width)] {
        let step = to - from;
        if step.abs() < 1e-12 {
            if from.abs() > half {
                return false;
            }
            continue;
        }
        let (t1, t2) = ((-half - from) / step, (half - from) / step);
        (enter, leave) = (enter.max(t1.min(t2)), leave.min(t1.max(t2)));
    }
    enter <= leave
}

fn tell(name: &str, never: bool, places: &Places) -> Diagnostic {
    let path = format!("actors.{name}");
    if never {
        let told = format!("`{name}` is in none of {DRAWS} drawn encounters");
        // A member that says nothing of it is missing by its number.
        let group = name.rsplit_once('_').map(|(group, _)| format!("actors.{group}.group"));
        if let Some(group) = group.filter(|group| places.has(group) && !places.says(&format!("{path}.active"))) {
            let message = format!("{told}: the `count` of its group is always below its number");
            let help = "let `count` reach it, or lower `most`".to_owned();
            return places.diagnostic(Severity::Warning, Code::UnreachableActor, &group, message, help);
        }
        let message = format!("{told}: its `active` is always 0");
        let path = format!("{path}.active");
        return places.diagnostic(Severity::Warning, Code::UnreachableActor, &path, message, "mend `active`".to_owned());
    }
    let message = format!("`{name}` never comes within {NEAR_M} m of where the ego drives, and hides nobody");
    let help = "place it nearer or let it start earlier, or remove it".to_owned();
    places.diagnostic(Severity::Warning, Code::UnreachableActor, &path, message, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_in_the_way_is_crossed() {
        for (a, b, crossed) in [
            ((-5.0, 0.0), (5.0, 0.0), true),
            ((-5.0, 3.0), (5.0, 3.0), false),
            ((-5.0, 0.0), (-3.0, 0.0), false),
            ((-5.0, -2.0), (5.0, 2.0), true),
            ((0.0, -5.0), (0.0, 5.0), true),
            ((2.5, -5.0), (2.5, 5.0), false),
            ((0.5, 0.5), (0.6, 0.6), true),
        ] {
            assert_eq!(crosses(a, b, 2.0, 1.0), crossed, "{a:?} {b:?}");
        }
    }
}
