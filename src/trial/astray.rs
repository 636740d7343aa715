//! Actors that a hazard state moves, and that never come near the ego's way in it: they go the wrong way, or too late.

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, LogicalScenario, Places, Severity};
use nines_sim::{Job, Sampling, Trace};

/// Encounters with each hazard state, by each policy.
const DRAWS: u64 = 24;
/// Farther than this from where the ego drives nobody is in its way, m.
const NEAR_M: f64 = 1.5;

/// An actor that hazard states move, and how near it came.
struct Moved<'a> {
    actor: usize,
    /// Indices of the latent variables and the states, and the names of these.
    by: Vec<(usize, usize, &'a str)>,
    nearest_m: f64,
}

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    let silent = template.actors.iter().enumerate().filter(|(_, a)| a.sound.is_none());
    let moved = silent.map(|(k, a)| Moved { actor: k, by: hazards(scenario, &a.name), nearest_m: f64::INFINITY });
    let mut open: Vec<Moved> = moved.filter(|m| !m.by.is_empty()).collect();
    let mut states: Vec<(usize, usize)> = open.iter().flat_map(|m| m.by.iter().map(|(l, k, _)| (*l, *k))).collect();
    states.sort_unstable();
    states.dedup();
    for name in ["blind", "common-sense"] {
        for (latent, state) in &states {
            let held = evenly(template, |s| usize::from(s.states[*latent]) == *state);
            let Some(policy) = policy(name, &[]).filter(|_| !held.strata.is_empty()) else { continue };
            let job =
                Job { template: &held, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
            for rollout in 0..DRAWS {
                let by_it = |m: &Moved| m.by.iter().any(|(l, k, _)| (l, k) == (latent, state));
                if !open.iter().any(by_it) {
                    break;
                }
                let trace = budget.trace(&job, rollout)?;
                for one in open.iter_mut().filter(|m| by_it(m)) {
                    one.nearest_m = one.nearest_m.min(apart_m(&trace, one.actor, budget)?.unwrap_or(f64::INFINITY));
                }
                open.retain(|m| m.nearest_m > NEAR_M);
            }
        }
    }
    // Who is in none of the encounters is told of elsewhere.
    let told = open.iter().filter(|m| m.nearest_m.is_finite());
    Ok(told.map(|m| tell(&template.actors[m.actor].name, m, places)).collect())
}

/// The hazard states of the latent variables that decide how an actor moves.
fn hazards<'a>(scenario: &'a LogicalScenario, actor: &str) -> Vec<(usize, usize, &'a str)> {
    let moved_by = scenario.moved_by(actor);
    let latents = scenario.latents.iter().enumerate().filter(|(_, l)| moved_by.contains(&l.name.as_str()));
    let marked = latents.flat_map(|(l, latent)| latent.states.iter().enumerate().map(move |(k, s)| (l, k, s)));
    marked.filter(|(.., s)| s.hazard).map(|(l, k, s)| (l, k, s.name.as_str())).collect()
}

fn tell(name: &str, m: &Moved, places: &Places) -> Diagnostic {
    let states = m.by.iter().map(|(.., state)| format!("`{state}`")).collect::<Vec<_>>().join(" or ");
    let message = format!(
        "`{name}` is moved by the hazard {states}, and comes no nearer than {:.1} m to where the ego drives in it",
        m.nearest_m
    );
    let help = "look at the sign of `d_m` (the left is positive), at the direction, and at when it starts".to_owned();
    places.diagnostic(Severity::Warning, Code::UnreachableActor, &format!("actors.{name}"), message, help)
}

/// How near an actor comes to where the ego is at any time, m; `None` where it is not there.
pub(super) fn apart_m(trace: &Trace, actor: usize, budget: &Budget) -> Result<Option<f64>, Cut> {
    // Two circles as wide as the ego, at its front and its rear.
    let reach = 0.5 * (trace.ego_length_m - trace.ego_width_m);
    let circles = [trace.ego_centre_m - reach, trace.ego_centre_m + reach];
    let at = |e: &nines_sim::EgoFrame, m: f64| (e.x_m + m * libm::cos(e.heading_rad), e.y_m + m * libm::sin(e.heading_rad));
    let mut ways: Vec<(f64, f64)> = trace.frames.iter().step_by(2).flat_map(|f| circles.map(|m| at(&f.ego, m))).collect();
    ways.dedup();
    let own = trace.frames.iter().step_by(2).map(|f| &f.actors[actor]).filter(|a| a.active);
    let mut places: Vec<(f64, f64, f64)> = own.map(|a| (a.x_m, a.y_m, 0.5 * a.size_m[0].max(a.size_m[1]))).collect();
    places.dedup();
    budget.spend((places.len() * ways.len()) as u64)?;
    let apart = places.iter().flat_map(|(x, y, half)| ways.iter().map(move |(ex, ey)| libm::hypot(x - ex, y - ey) - half));
    Ok(apart.min_by(f64::total_cmp).map(|m| (m - 0.5 * trace.ego_width_m).max(0.0)))
}
