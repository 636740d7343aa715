//! Motion that nothing is capable of: speeds beyond those of the class, turns on the spot, and being flung.

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, Places, Severity};
use nines_sim::{Act, Class, DT, Frame, Job, Mode, Motion, Sampling, Template};

/// Concrete scenarios that are looked at, by each policy.
const DRAWS: u64 = 32;

/// Fastest turn within a step, radians. A vehicle has ten times what the tightest steering gives in 0.1 s; the engine turns people half round in a second and animals in half of
/// one, so that these turn faster only where they are put elsewhere.
fn fastest_turn_rad(class: Class) -> f64 {
    match class {
        Class::Child | Class::Adult | Class::Officer | Class::Stroller | Class::Cyclist | Class::Rider => 0.4,
        Class::Animal => 0.7,
        _ => 1.0,
    }
}

/// Hardest that any of a class is moved, m/s^2, with room for what the steps round: of people on foot a sprinter's first step or a shove (8), of bicycles what throws the rider over (0.7 g), of
/// animals a greyhound's start (10), of vehicles what tyres hold (assumptions).
fn hardest_mps2(class: Class) -> f64 {
    match class {
        Class::Child | Class::Adult | Class::Officer | Class::Stroller => 9.5,
        Class::Cyclist | Class::Rider => 7.5,
        Class::Animal => 11.0,
        _ => 12.0,
    }
}

/// Fastest that any of a class goes, m/s. (What a file says of a speed is judged more narrowly, before anything is driven.)
fn fastest_mps(class: Class) -> f64 {
    match class {
        Class::Child | Class::Adult | Class::Officer | Class::Stroller => 12.0,
        Class::Cyclist | Class::Rider | Class::Animal => 25.0,
        Class::Train => 100.0,
        _ => 75.0,
    }
}

/// What an actor did that it cannot.
enum Feat {
    Speed(f64),
    Turn(f64),
    /// Of an agent: across its way.
    Aside(f64),
    /// In whatever direction.
    Thrown(f64),
}

/// A feat: of which actor, when, in which mode.
struct Found {
    actor: usize,
    feat: Feat,
    class: Class,
    time_s: f64,
    mode: Option<u8>,
}

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { template, places, .. } = *of;
    let even = evenly(template, |_| true);
    let mut found: Vec<Found> = Vec::new();
    for name in ["blind", "common-sense"] {
        let Some(policy) = policy(name, &[]) else { continue };
        let job = Job { template: &even, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
        for rollout in 0..DRAWS {
            for three in budget.trace(&job, rollout)?.frames.windows(3) {
                for actor in 0..template.actors.len() {
                    if !found.iter().any(|f| f.actor == actor) {
                        found.extend(feat(template, actor, &three[0], &three[1], &three[2]));
                    }
                }
            }
        }
    }
    // Who is held goes where its holder goes: that is the one to be mended.
    let blamed = |f: &&Found| !holders(template, f.actor).any(|h| found.iter().any(|other| other.actor == h));
    Ok(found.iter().filter(blamed).map(|f| tell(template, places, f)).collect())
}

/// What an actor does in a step that it cannot.
fn feat(template: &Template, actor: usize, before: &Frame, after: &Frame, then: &Frame) -> Option<Found> {
    let (a, b, c) = (&before.actors[actor], &after.actors[actor], &then.actors[actor]);
    // Who begins to be held jumps to its holder, which is told of by itself.
    let taken = |k: u8| modes(template, actor).get(usize::from(k)).is_some_and(|m| matches!(m.act, Act::Held(_)));
    let begins = b.mode.is_some_and(taken) && (a.mode != b.mode || before.time_s == 0.0);
    if !(a.active && b.active) || begins {
        return None;
    }
    let found = |feat| Found { actor, feat, class: b.class, time_s: after.time_s, mode: b.mode };
    let speed = libm::hypot(b.x_m - a.x_m, b.y_m - a.y_m) / DT;
    if speed > fastest_mps(b.class) {
        return Some(found(Feat::Speed(speed)));
    }
    let turn = b.heading_rad - a.heading_rad;
    let turn = libm::atan2(libm::sin(turn), libm::cos(turn)).abs();
    let vehicle = b.class.is_vehicle();
    let person = fastest_turn_rad(b.class) < 1.0;
    let motion = &template.actors[actor].motion;
    // Who is fixed to another turns with it, and is told of there.
    let turns = vehicle || person && !b.mode.is_some_and(taken) || matches!(motion, Motion::Walker { .. });
    if turns && turn > fastest_turn_rad(b.class) {
        return Some(found(Feat::Turn(turn)));
    }
    // Over two steps. A vehicle that changes its mode may be something else, what is held moves as its holder turns, and a ball is kicked.
    let (ax, ay) = (c.x_m - 2.0 * b.x_m + a.x_m, c.y_m - 2.0 * b.y_m + a.y_m);
    let (sin, cos) = (libm::sin(b.heading_rad), libm::cos(b.heading_rad));
    let free = [a, b, c].iter().all(|f| f.mode.is_some_and(|k| !taken(k)) && f.class == b.class);
    let goes_on = a.mode == b.mode && b.mode == c.mode && free;
    let feat = match motion {
        Motion::Walker { .. } | Motion::Vehicle { .. } => Feat::Thrown(libm::hypot(ax, ay) / (DT * DT)),
        Motion::Agent(_) if person && free => Feat::Thrown(libm::hypot(ax, ay) / (DT * DT)),
        Motion::Agent(_) if vehicle && goes_on => Feat::Aside((ay * cos - ax * sin).abs() / (DT * DT)),
        _ => return None,
    };
    let (Feat::Thrown(mps2) | Feat::Aside(mps2)) = feat else { return None };
    (c.active && mps2 > hardest_mps2(b.class)).then(|| found(feat))
}

fn modes(template: &Template, actor: usize) -> &[Mode] {
    match &template.actors[actor].motion {
        Motion::Agent(spec) => &spec.modes,
        _ => &[],
    }
}

/// Who holds an actor in some mode.
fn holders(template: &Template, actor: usize) -> impl Iterator<Item = usize> {
    modes(template, actor).iter().filter_map(|m| match m.act {
        Act::Held(by) => Some(usize::from(by)),
        _ => None,
    })
}

fn tell(template: &Template, places: &Places, f: &Found) -> Diagnostic {
    let (name, class, time_s) = (&template.actors[f.actor].name, f.class.name(), f.time_s);
    let mode = f.mode.and_then(|m| modes(template, f.actor).get(usize::from(m)));
    let (message, help) = match f.feat {
        Feat::Speed(mps) => (
            format!("`{name}` moves at {mps:.1} m/s after {time_s:.1} s, which no `{class}` does"),
            "is the unit right? what is held moves as the one that holds it turns",
        ),
        Feat::Turn(rad) => (
            format!("`{name}` turns by {rad:.1} radians within a step after {time_s:.1} s, which no `{class}` does"),
            "who comes towards the ego has `heading_rad: pi`, and `direction: -1` in every mode that drives; who is moved aside keeps its heading by `faces_rad`",
        ),
        Feat::Thrown(mps2) => (
            format!("`{name}` is moved with {mps2:.0} m/s^2 after {time_s:.1} s, which no `{class}` does"),
            match template.actors[f.actor].motion {
                Motion::Vehicle { .. } => "brake less, `brake_event_mps2`, or change lanes more slowly, `change_s`",
                _ => "speed up and brake less, `accel_mps2` and `brake_mps2`",
            },
        ),
        Feat::Aside(mps2) => (
            format!("`{name}` is moved aside with {mps2:.0} m/s^2 after {time_s:.1} s, which no `{class}` does"),
            "drive more slowly where its path bends, `speed_mps`, or bend the path less, `radius_m`",
        ),
    };
    let mut path = format!("actors.{name}");
    path.extend(mode.into_iter().flat_map(|m| [".modes.", &m.name]));
    places.diagnostic(Severity::Warning, Code::ImpossibleMotion, &path, message, help.to_owned())
}
