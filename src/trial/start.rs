//! Things that stand in one another at the start.

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy, states_text};
use nines_scenarios::{Code, Diagnostic, LogicalScenario, Places, Severity};
use nines_sim::geometry::{BoxPair, sweep};
use nines_sim::{Act, Class, Job, Motion, Sampling, Template, Trace};
use std::collections::BTreeMap;

/// Concrete scenarios that are looked at.
const DRAWS: u64 = 256;
/// Overlap that passes for rounding, m.
const TOUCHES_M: f64 = 0.05;

/// A body at the start; `None` stands for the ego.
struct Body {
    actor: Option<usize>,
    x_m: f64,
    y_m: f64,
    heading_rad: f64,
    half_length_m: f64,
    half_width_m: f64,
}

/// How often two bodies overlap, and where they do so most.
#[derive(Default)]
struct Overlap {
    draws: u64,
    depth_m: f64,
    worst: u64,
}

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    let even = evenly(template, |_| true);
    // A policy that faults at once ends the rollout after its first steps.
    let Some(policy) = policy("nan", &[("step".to_owned(), 0.0)]) else { return Ok(Vec::new()) };
    let job = Job { template: &even, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
    let mut found: BTreeMap<(usize, Option<usize>), Overlap> = BTreeMap::new();
    for k in 0..DRAWS {
        let bodies = bodies(&budget.trace_start(&job, k)?);
        for (n, a) in bodies.iter().enumerate() {
            for b in &bodies[n + 1..] {
                let Some(actor) = b.actor else { continue };
                if a.actor.is_some_and(|a| holds(template, a, actor) || holds(template, actor, a)) {
                    continue;
                }
                let depth_m = depth(a, b);
                if depth_m > TOUCHES_M {
                    let one = found.entry((actor, a.actor)).or_default();
                    one.draws += 1;
                    if depth_m > one.depth_m {
                        (one.depth_m, one.worst) = (depth_m, k);
                    }
                }
            }
        }
    }
    Ok(found.iter().map(|(pair, overlap)| tell(scenario, &even, places, *pair, overlap)).collect())
}

/// The ego first, then the actors that are there; what lies under a wheel or in a hand may stand anywhere.
fn bodies(trace: &Trace) -> Vec<Body> {
    let Some(frame) = trace.frames.first() else { return Vec::new() };
    let (e, forward) = (&frame.ego, trace.ego_centre_m);
    let ego = Body {
        actor: None,
        x_m: e.x_m + forward * libm::cos(e.heading_rad),
        y_m: e.y_m + forward * libm::sin(e.heading_rad),
        heading_rad: e.heading_rad,
        half_length_m: 0.5 * trace.ego_length_m,
        half_width_m: 0.5 * trace.ego_width_m,
    };
    let solid = trace.actors.iter().zip(&frame.actors).enumerate();
    let solid = solid.filter(|(_, (_, f))| f.active && !matches!(f.class, Class::Ball | Class::Litter));
    let body = |(k, (_, f)): (usize, (&nines_sim::TracedActor, &nines_sim::ActorFrame))| Body {
        actor: Some(k),
        x_m: f.x_m,
        y_m: f.y_m,
        heading_rad: f.heading_rad,
        half_length_m: 0.5 * f.size_m[0],
        half_width_m: 0.5 * f.size_m[1],
    };
    std::iter::once(ego).chain(solid.map(body)).collect()
}

/// Whether an actor is held by another: a rider on a bicycle, a child in a stroller.
fn holds(template: &Template, held: usize, by: usize) -> bool {
    let Motion::Agent(spec) = &template.actors[held].motion else { return false };
    spec.modes.iter().any(|mode| mode.act == Act::Held(by as u16))
}

/// How far two bodies stand in one another, along the axis on which they part most easily; negative where they do not.
fn depth(a: &Body, b: &Body) -> f64 {
    let (sin, cos) = (libm::sin(a.heading_rad), libm::cos(a.heading_rad));
    let (dx, dy) = (b.x_m - a.x_m, b.y_m - a.y_m);
    let (x, y) = (dx * cos + dy * sin, dy * cos - dx * sin);
    let turned = b.heading_rad - a.heading_rad;
    let pair = BoxPair {
        a: a.half_length_m,
        b: a.half_width_m,
        c: b.half_length_m,
        d: b.half_width_m,
        cos: libm::cos(turned),
        sin: libm::sin(turned),
        x0: x,
        y0: y,
        x1: x,
        y1: y,
    };
    -sweep(&pair).apart
}

fn tell(
    scenario: &LogicalScenario,
    template: &Template,
    places: &Places,
    (actor, other): (usize, Option<usize>),
    overlap: &Overlap,
) -> Diagnostic {
    let name = |k: usize| template.actors[k].name.as_str();
    let (who, whom) = (name(actor), other.map_or("the ego".to_owned(), |k| format!("`{}`", name(k))));
    let drawn = template.draw(SEED, Sampling::Mc, overlap.worst);
    let placing = [Some(actor), other].into_iter().flatten().flat_map(|k| scenario.placing(name(k))).collect::<Vec<_>>();
    let values = template.params.iter().zip(&drawn.params).filter(|(p, _)| placing.contains(&p.name.as_str()));
    let mut with: Vec<String> = values.map(|(p, x)| format!("{} = {x:.2}", p.name)).collect();
    let states = states_text(template, &template.strata[usize::from(drawn.stratum)]);
    with.extend(Some(states).filter(|s| !s.is_empty()));
    let with = if with.is_empty() { String::new() } else { format!(", most with {}", with.join(", ")) };
    let often = if overlap.draws == DRAWS { "every draw".to_owned() } else { format!("{} of {DRAWS} draws", overlap.draws) };
    let message = format!("`{who}` stands {:.2} m deep in {whom} at the start, in {often}{with}", overlap.depth_m);
    let move_other = other.map_or(String::new(), |k| format!(", or those of `{}`", name(k)));
    let class = |k: usize| template.actors[k].class;
    let person = |k: usize| class(k).is_person() || class(k) == Class::Animal;
    let rides = other.is_some_and(|k| (person(actor) && class(k).is_vehicle()) || (person(k) && class(actor).is_vehicle()));
    let inside = if rides { "; who waits inside of a vehicle has `active: 0` in its modes until it steps out" } else { "" };
    let help = format!("move `s_m` or `d_m` of `{who}`{move_other}{inside}");
    let path = ["s_m", "d_m"].map(|field| format!("actors.{who}.{field}"));
    let path = path.iter().find(|p| places.has(p)).cloned().unwrap_or_else(|| format!("actors.{who}"));
    let mut found = places.diagnostic(Severity::Warning, Code::OverlapAtStart, &path, message, help);
    found.labels.extend(other.map(|k| places.label(&format!("actors.{}", name(k)), "the other")));
    found
}
