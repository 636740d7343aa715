//! From when on a hazard was to be seen, and from when on the policy was told of it.

use super::alone::without_twin;
use super::glance::{Glance, Onlooker, Shown};
use super::told::tells;
use super::trunk::{Trunk, go_on, look};
use crate::block::Block;
use crate::engine::Job;
use crate::outcome::{Outcome, Verdict};
use crate::prepare::{Chosen, Draws};
use crate::template::{ActorTemplate, Cue, CueKind, Template};

/// Place by which an actor differs from its twin, m.
pub(super) const PLACE_M: f64 = 0.2;
/// Speed by which it does, m/s.
pub(super) const SPEED_MPS: f64 = 0.5;
/// Likelihood ratio above which a cue tells the hazard from the harmless.
const RATIO: f64 = 20.0;
/// Share of the harmless worlds below which a kind of them is too rare to hope for.
const LEAST_SHARE: f64 = 0.01;

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
pub(super) fn harmless(template: &Template, stratum: u16) -> Vec<u16> {
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
        look(&mut block, &trunk.references[0]);
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
pub(super) fn differs(template: &Template, real: &Glance, twin: &Glance) -> Option<(Option<u16>, Sign)> {
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

/// By what an actor differs from its twin.
pub(super) fn sign_of(actor: &ActorTemplate, real: &Shown, twin: &Shown) -> Option<Sign> {
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

pub(super) fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}
