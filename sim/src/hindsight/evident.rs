//! From when on a hazard was to be seen, and from when on the policy was told of it.

use super::glance::{Glance, Onlooker, Shown};
use super::trunk::{Trunk, go_on, look};
use crate::block::Block;
use crate::ego::{EGO_CENTRE_M, EGO_LENGTH_M, EGO_WIDTH_M};
use crate::engine::Job;
use crate::geometry::{BoxPair, sweep};
use crate::math::max;
use crate::observation::Class;
use crate::outcome::{Criterion, Outcome, Verdict};
use crate::prepare::{Chosen, Draws};
use crate::template::{ActorTemplate, Cue, CueKind, DT, Template};

/// Place by which an actor differs from its twin, m.
const PLACE_M: f64 = 0.2;
/// Speed by which it does, m/s.
const SPEED_MPS: f64 = 0.5;
/// Likelihood ratio above which a cue tells the hazard from the harmless.
const RATIO: f64 = 20.0;
/// Share of the harmless worlds below which a kind of them is too rare to hope for.
const LEAST_SHARE: f64 = 0.01;
/// Without a twin: time within which who goes on as it moves must be met for a conflict to be evident, s.
const COURSE_S: f64 = 10.0;
/// Without a twin: what is told is near enough to the truth within so much, m, or three standard deviations.
const NEAR_M: f64 = 1.0;

/// By what a hazard showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sign {
    /// An actor is elsewhere than its harmless twin, or moves otherwise.
    Motion,
    /// An actor is there that the harmless world is without.
    Presence,
    /// Lamps, a stop arm or the class of an actor are others than its twin's.
    Looks,
    /// It showed a cue that is more than twenty times as likely of the hazard.
    Cue(CueKind),
    /// Sight, light or grip are others than in the harmless world.
    Conditions,
    /// A traffic signal is another than in the harmless world.
    Signal,
    /// Something is heard that is not in the harmless world.
    Sound,
    /// No harmless world tells: who it failed with was in sight, and to be met within 10 s if both had gone on.
    Course,
    /// No harmless world tells: who it failed with was in sight.
    Sight,
    /// No harmless world tells: what was asked for is known from the start.
    Rules,
}

/// From when on a hazard was evident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Time, s.
    pub since_s: f64,
    /// Actor (index into the template) that showed it, where one did.
    pub of: Option<u16>,
    /// By what.
    pub sign: Sign,
    /// The harmless stratum that the world was told from last; `None` where there is none, or where it fails likewise.
    pub twin: Option<u16>,
}

/// The same by its step, and the step at which the policy was told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub step: usize,
    pub of: Option<u16>,
    pub sign: Sign,
    pub twin: Option<u16>,
    pub perceived: Option<usize>,
}

/// Looks when the hazard of a failure was evident, up to the step in which it failed. `world` makes the same world in another stratum.
pub(super) fn look_back(job: &Job, trunk: &Trunk, world: impl Fn(u16) -> Chosen) -> Option<Found> {
    let (template, stratum) = (job.template, trunk.outcome.stratum);
    let steps = trunk.failed() + 1;
    let mut onlooker = Onlooker::new(template, stratum);
    let real: Vec<Glance> = trunk.steps[..steps].iter().map(|block| onlooker.look(block)).collect();
    let mut last: Option<Found> = None;
    for (k, other) in harmless(template, stratum).into_iter().enumerate() {
        let (twin, outcome) = drive_twin(job, trunk, &world(other), other, steps);
        // Where the most probable harmless world fails likewise, it is not the hazard that the failure comes from.
        if k == 0 && outcome.is_some_and(|twin| is_alike(&twin, &trunk.outcome)) {
            return without_twin(trunk, &real);
        }
        // One that looks the same to the end leaves the hazard hidden to the end.
        let found = Found { twin: Some(other), ..against(template, trunk, &real, &twin)? };
        last = last.filter(|last| last.step >= found.step).or(Some(found));
    }
    last.or_else(|| without_twin(trunk, &real))
}

/// The strata without the hazard that count, the most probable first. None where this world has no hazard itself.
fn harmless(template: &Template, stratum: u16) -> Vec<u16> {
    if !template.strata[usize::from(stratum)].hazard {
        return Vec::new();
    }
    let total: f64 = template.strata.iter().filter(|s| !s.hazard).map(|s| s.weight).sum();
    let others = template.strata.iter().zip(0..).filter(|(s, _)| !s.hazard && s.weight >= LEAST_SHARE * total);
    let mut others: Vec<_> = others.collect();
    others.sort_by(|(a, j), (b, k)| b.weight.total_cmp(&a.weight).then(j.cmp(k)));
    others.into_iter().map(|(_, k)| k).collect()
}

fn is_alike(twin: &Outcome, own: &Outcome) -> bool {
    twin.verdict == Verdict::Fail && (twin.cause, twin.with) == (own.cause, own.with)
}

/// The twin, with the answers of the ego; how it ended, if these suffice for that.
fn drive_twin(job: &Job, trunk: &Trunk, world: &Chosen, stratum: u16, steps: usize) -> (Vec<Glance>, Option<Outcome>) {
    let draws = Draws::new(job.template, job.seed, job.sampling, Some(world));
    let mut block = Block::<1>::new(job.template, &draws);
    block.load(0, trunk.outcome.rollout);
    let mut onlooker = Onlooker::new(job.template, stratum);
    let mut seen = Vec::new();
    for answer in trunk.answers {
        look(&mut block, &trunk.reference);
        if seen.len() < steps {
            seen.push(onlooker.look(&block));
        }
        block.action.set(0, answer);
        go_on(&mut block);
        if block.done[0] != 0 {
            return (seen, Some(block.unload(0)));
        }
    }
    (seen, None)
}

/// The first step at which the world differs from a twin in what can be seen.
fn against(template: &Template, trunk: &Trunk, real: &[Glance], twin: &[Glance]) -> Option<Found> {
    let pairs = || real.iter().zip(twin).enumerate();
    let (step, (of, sign)) = pairs().find_map(|(step, (real, twin))| Some((step, differs(template, real, twin)?)))?;
    let told = match of {
        // Signals, sounds and conditions are told at once.
        None => Some(step),
        Some(_) => (step..real.len()).find(|at| tells(template, trunk, real, twin, step, *at)),
    };
    Some(Found { step, of, sign, twin: None, perceived: told })
}

/// By what, and of whom, a world differs from its twin; the first in the order of the actors.
fn differs(template: &Template, real: &Glance, twin: &Glance) -> Option<(Option<u16>, Sign)> {
    let actors = template.actors.iter().zip(real.actors.iter().zip(&twin.actors)).enumerate();
    let mut shown = actors.filter_map(|(j, (a, (real, twin)))| Some((u16::try_from(j).ok(), sign_of(a, real, twin)?)));
    if let Some(first) = shown.next() {
        return Some(first);
    }
    if real.signals != twin.signals {
        return Some((None, Sign::Signal));
    }
    if real.conditions != twin.conditions {
        return Some((None, Sign::Conditions));
    }
    (real.sound && !twin.sound).then_some((None, Sign::Sound))
}

fn sign_of(actor: &ActorTemplate, real: &Shown, twin: &Shown) -> Option<Sign> {
    if !real.visible {
        return None;
    }
    if !twin.active {
        return Some(Sign::Presence);
    }
    if length(real.x - twin.x, real.y - twin.y) >= PLACE_M || length(real.vx - twin.vx, real.vy - twin.vy) >= SPEED_MPS {
        return Some(Sign::Motion);
    }
    // What is lit or put out shows; that something is not lit is seen of how it moves.
    let [.., class] = real.looks;
    if class != twin.looks[5] || real.looks[..5].iter().zip(&twin.looks).any(|(r, t)| *r != 0.0 && r != t) {
        return Some(Sign::Looks);
    }
    let cues = actor.cues.iter().zip(real.cues.iter().zip(&twin.cues));
    cues.filter(|(cue, (real, twin))| {
        real.readable && likelihood(cue, real.row, real.level) > RATIO * likelihood(cue, twin.row, real.level)
    })
    .map(|(cue, _)| Sign::Cue(cue.kind))
    .next()
}

/// Probability of a level, by a row of the likelihoods.
fn likelihood(cue: &Cue, row: usize, level: f64) -> f64 {
    let row = cue.likelihood.get(row).map_or(&[][..], Vec::as_slice);
    cue.levels.iter().zip(row).filter(|(l, _)| **l == level).map(|(_, share)| share).sum()
}

/// Whether the observation of a step tells of something that differed when it was measured, at or after the step at which the hazard became
/// evident: it is nearer to the truth than to the twin.
fn tells(template: &Template, trunk: &Trunk, real: &[Glance], twin: &[Glance], evident: usize, at: usize) -> bool {
    let Some(measured) = at.checked_sub(template.latency_steps.max(1) as usize).filter(|m| *m >= evident) else { return false };
    let (Some(real), Some(twin)) = (real.get(measured), twin.get(measured)) else { return false };
    (0..template.actors.len()).any(|j| {
        let (r, t) = (&real.actors[j], &twin.actors[j]);
        let (Some(sign), Some(told)) = (sign_of(&template.actors[j], r, t), Told::of(&trunk.steps[at], j)) else { return false };
        let class = Class::ALL[r.looks[5] as usize];
        match sign {
            Sign::Motion => is_taken_for(class, told.class) && told.off(r) < told.off(t),
            Sign::Presence => is_taken_for(class, told.class),
            Sign::Looks => told.looks[..5] == r.looks[..5] && told.class == class,
            Sign::Cue(kind) => {
                let shown = template.actors[j].cues.iter().zip(&r.cues).find(|(cue, _)| cue.kind == kind);
                shown.is_some_and(|(_, shown)| told.cues[kind as usize] == crate::math::single(shown.level))
            }
            _ => false,
        }
    })
}

/// What an observation says of an actor, in the world frame.
struct Told {
    x: f64,
    y: f64,
    vx: f64,
    vy: f64,
    sigma: f64,
    class: Class,
    looks: [f64; 5],
    cues: [f64; 5],
}

impl Told {
    fn of(block: &Block<1>, actor: usize) -> Option<Self> {
        let (e, o) = (block.ego.get(0), block.slots[actor].object.get(0));
        let turn = |x: f64, y: f64| (x * e.cos - y * e.sin, x * e.sin + y * e.cos);
        let ((x, y), (vx, vy)) = (turn(o.x_m, o.y_m), turn(o.vx_mps, o.vy_mps));
        (o.seen != 0.0).then(|| Self {
            x: e.x + x,
            y: e.y + y,
            vx,
            vy,
            sigma: o.sigma_m,
            class: Class::ALL[o.class as usize],
            looks: [o.brake_lamp, o.indicator, o.warning_lamp, o.stop_arm, o.beacon],
            cues: [o.gaze, o.posture, o.gesture, o.intention, o.lamp],
        })
    }

    /// How far it is off, in the units in which a difference is evident.
    fn off(&self, from: &Shown) -> f64 {
        let place = length(self.x - from.x, self.y - from.y) / PLACE_M;
        let speed = length(self.vx - from.vx, self.vy - from.vy) / SPEED_MPS;
        length(place, speed)
    }
}

/// Without a harmless world to compare with. A contact: when whom it was with was in sight and on a course to be met. Else whom it is about was in sight; what
/// is about nobody was known from the start.
fn without_twin(trunk: &Trunk, real: &[Glance]) -> Option<Found> {
    let outcome = &trunk.outcome;
    let Some(with) = outcome.with else {
        return Some(Found { step: 0, of: None, sign: Sign::Rules, twin: None, perceived: Some(0) });
    };
    let j = usize::from(with);
    let contact = matches!(outcome.cause, Some(Criterion::Collision | Criterion::StruckFromBehind));
    let shows = |at: &usize| real[*at].actors[j].visible && (!contact || is_met(&trunk.steps[*at], j));
    let step = (0..real.len()).find(shows)?;
    let latency = trunk.steps[0].template().latency_steps.max(1) as usize;
    let told = |at: &usize| {
        let Some(measured) = at.checked_sub(latency).filter(|m| *m >= step) else { return false };
        let truth = &real[measured].actors[j];
        Told::of(&trunk.steps[*at], j).is_some_and(|told| {
            let near = length(told.x - truth.x, told.y - truth.y) <= max(NEAR_M, 3.0 * told.sigma);
            near && is_taken_for(Class::ALL[truth.looks[5] as usize], told.class)
        })
    };
    let sign = if contact { Sign::Course } else { Sign::Sight };
    Some(Found { step, of: Some(with), sign, twin: None, perceived: (step..real.len()).find(told) })
}

/// Whether the ego would meet an actor within [`COURSE_S`] if both went on as they move.
fn is_met(block: &Block<1>, actor: usize) -> bool {
    let (ego, p, shape) = (block.ego.get(0), block.slots[actor].pose.get(0), block.slots[actor].shape.get(0));
    let (x, y) = (p.x - ego.x, p.y - ego.y);
    let (vx, vy) = (p.vx - ego.v * ego.cos, p.vy - ego.v * ego.sin);
    let (x0, y0) = (x * ego.cos + y * ego.sin - EGO_CENTRE_M, y * ego.cos - x * ego.sin);
    let pair = BoxPair {
        a: 0.5 * EGO_LENGTH_M,
        b: 0.5 * EGO_WIDTH_M,
        c: shape.half_l,
        d: shape.half_w,
        cos: p.cos * ego.cos + p.sin * ego.sin,
        sin: p.sin * ego.cos - p.cos * ego.sin,
        x0,
        y0,
        x1: x0 + (vx * ego.cos + vy * ego.sin) * DT,
        y1: y0 + (vy * ego.cos - vx * ego.sin) * DT,
    };
    let t = sweep(&pair);
    t.enter <= t.leave && t.leave >= 0.0 && t.enter * DT <= COURSE_S
}

/// Whether a class that is named asks for the same caution as the true one.
fn is_taken_for(truth: Class, named: Class) -> bool {
    truth == named || (kind_of(truth).is_some() && kind_of(truth) == kind_of(named))
}

/// Classes that are driven around alike; `None` for those that stand alone.
fn kind_of(class: Class) -> Option<u8> {
    Some(match class {
        Class::Child | Class::Adult | Class::Cyclist | Class::Rider | Class::Motorcycle => 0,
        Class::Car | Class::Van | Class::Truck | Class::Bus | Class::Train => 1,
        Class::Animal | Class::Stroller | Class::Debris | Class::Barrier => 2,
        Class::Ball | Class::Litter => 3,
        // What they are is a rule of its own.
        Class::SchoolBus | Class::Officer | Class::EmergencyVehicle => return None,
    })
}

fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}
