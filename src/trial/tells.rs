//! Cues all of whose readings together give the hazard away, before it shows in what anybody does. (What one reading tells is judged
//! without driving.)

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, Severity};
use nines_sim::{Cue, CueBy, Frame, Job, KNOT_STEPS, Sampling, Stratum, Template, Trace};

/// Encounters with the hazard that are compared with those without it.
const DRAWS: u64 = 24;
/// How many times as probable with the hazard as without all readings together may be.
const MOST: f64 = 20.0;
/// Strata without the hazard that are rarer than this among them never bring the figure below [`MOST`].
const RARE: f64 = 0.01;
/// A level that a state never shows counts as one that it shows this often, so that one reading does not tell everything.
const NEVER: f64 = 1e-4;

/// What differs by less than this between two worlds shows nothing: places (m), velocities (m/s), angles (radians) and sizes (m).
const SAME: (f64, f64, f64, f64) = (0.3, 0.5, 0.3, 0.1);

/// Cues of one entry of the file: those of all members of a group.
struct Told<'t> {
    path: String,
    name: &'t str,
    actor: &'t str,
    cues: Vec<(usize, &'t Cue)>,
    /// Logarithms of the ratios in each encounter, and readings.
    ln_ratios: Vec<f64>,
    readings: u64,
}

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    let mut all = told(of);
    let others = weighed(template);
    let hazard = held(template, |s| s.hazard);
    // A policy that heeds no cue and nobody: what it meets is a matter of the states alone.
    let Some(blind) = policy("blind", &[]) else { return Ok(Vec::new()) };
    if !scenario.has_hazard() || all.is_empty() || others.is_empty() || hazard.strata.is_empty() {
        return Ok(Vec::new());
    }
    let job = |template| Job { template, policy: (&blind).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
    for k in 0..DRAWS {
        let states = &hazard.strata[usize::from(hazard.draw(SEED, Sampling::Mc, k).stratum)].states;
        let with = World { trace: budget.trace(&job(&hazard), k)?, states };
        let mut without = Vec::new();
        for (weight, other) in &others {
            let trace = budget.trace(&job(other), k)?;
            let shows =
                (0..with.trace.frames.len()).find(|f| differs(&with.trace, &trace, *f)).unwrap_or(with.trace.frames.len());
            without.push((*weight, shows, World { trace, states: &other.strata[0].states }));
        }
        all.iter_mut().for_each(|told| told.read(&with, &without));
    }
    let tell = |told: &Told| {
        let mean = told.ln_ratios.iter().sum::<f64>() / DRAWS as f64;
        let ratio = libm::exp(mean);
        if ratio <= MOST {
            return None;
        }
        let ratio = if ratio < 1_000.0 { format!("{ratio:.0}") } else { "more than 1000".to_owned() };
        let readings = told.readings as f64 / DRAWS as f64;
        let message = format!(
            "`{}` of `{}` gives the hazard away before it shows: its readings in an encounter, {readings:.1} on average, are together {ratio} times as probable with the hazard as without",
            told.name, told.actor
        );
        let help = "let the harmless states (or modes) show it too, or read it more seldom: a longer `window_s`, a shorter `range_m`; `window_s: 0` is read once";
        Some(places.diagnostic(Severity::Warning, Code::CueReveals, &told.path, message, help.to_owned()))
    };
    Ok(all.iter().filter_map(tell).collect())
}

/// All cues that may tell, by their entries.
fn told<'t>(of: &Tried<'t>) -> Vec<Told<'t>> {
    let mut out: Vec<(_, Told)> = Vec::new();
    for (a, actor) in of.template.actors.iter().enumerate() {
        for (c, cue) in
            actor.cues.iter().enumerate().filter(|(_, cue)| cue.likelihood.iter().any(|row| *row != cue.likelihood[0]))
        {
            let path = format!("actors.{}.cues.{c}.likelihood", actor.name);
            let at = of.places.label(&path, "");
            match out.iter_mut().find(|(place, _)| *place == at) {
                Some((_, told)) => told.cues.push((a, cue)),
                None => {
                    let told = Told {
                        path,
                        name: cue.kind.name(),
                        actor: &actor.name,
                        cues: vec![(a, cue)],
                        ln_ratios: Vec::new(),
                        readings: 0,
                    };
                    out.push((at, told));
                }
            }
        }
    }
    out.into_iter().map(|(_, told)| told).collect()
}

/// The template with the strata that are wanted, as often as they are.
fn held(template: &Template, wanted: impl Fn(&Stratum) -> bool) -> Template {
    let strata = template.strata.iter().filter(|s| s.weight > 0.0 && wanted(s)).cloned().collect();
    Template { strata, ..template.clone() }
}

/// Each stratum without the hazard by itself, with its share of them.
fn weighed(template: &Template) -> Vec<(f64, Template)> {
    let total: f64 = template.strata.iter().filter(|s| !s.hazard).map(|s| s.weight).sum();
    let often = template.strata.iter().filter(|s| !s.hazard && s.weight > RARE * total);
    often.map(|s| (s.weight / total, evenly(template, |other| other.states == s.states))).collect()
}

/// An encounter and its latent states.
struct World<'a> {
    trace: Trace,
    states: &'a [u8],
}

impl World<'_> {
    /// Probabilities of the levels of a cue that is drawn in a step.
    fn row<'c>(&self, actor: usize, cue: &'c Cue, step: usize) -> &'c [f64] {
        match cue.by {
            CueBy::Latent(latent) => &cue.likelihood[usize::from(self.states[usize::from(latent)])],
            CueBy::Mode => {
                let frame = self.trace.frames.get(step).or(self.trace.frames.last());
                let mode = frame.and_then(|f| f.actors[actor].mode).unwrap_or(0);
                cue.likelihood.get(usize::from(mode)).unwrap_or(&cue.likelihood[0])
            }
        }
    }
}

impl Told<'_> {
    /// Adds what an encounter with the hazard tells, against those without it, each with its weight and the step in which it begins to
    /// differ by what is seen.
    fn read(&mut self, with: &World, without: &[(f64, usize, World)]) {
        // Each reading, and for each world without the hazard how much more probable it is expected to be.
        let mut readings: Vec<(usize, Vec<f64>)> = Vec::new();
        for (actor, cue) in &self.cues {
            for (drawn, read) in windows(&with.trace, *actor, cue) {
                let own = with.row(*actor, cue, drawn);
                readings.push((read, without.iter().map(|(.., o)| divergence(own, o.row(*actor, cue, drawn))).collect()));
            }
        }
        // Worlds drop out as they begin to differ: what was told by then counts against those that are still alike.
        let mut most: f64 = 0.0;
        for (_, until, _) in without.iter().filter(|(_, until, _)| *until > 0) {
            let alike: Vec<usize> = (0..without.len()).filter(|o| without[*o].1 >= *until).collect();
            let total: f64 = alike.iter().map(|o| without[*o].0).sum();
            let told = |o: usize| readings.iter().filter(|(at, _)| at < until).map(|(_, by)| by[o]).sum::<f64>();
            let probable: f64 = alike.iter().map(|o| without[*o].0 / total * libm::exp(-told(*o))).sum();
            most = most.max(-libm::log(probable.max(1e-300)));
        }
        let shows = without.iter().map(|(_, until, _)| *until).max().unwrap_or(0);
        self.readings += readings.iter().filter(|(at, _)| *at < shows).count() as u64;
        self.ln_ratios.push(most);
    }
}

/// The draws of a cue that can be read: the step of each draw, and the first in which it is read.
fn windows(trace: &Trace, actor: usize, cue: &Cue) -> Vec<(usize, usize)> {
    let steps = cue.window_knots as usize * KNOT_STEPS as usize;
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (k, _) in trace.frames.iter().enumerate().filter(|(_, f)| is_read(f, actor, cue)) {
        let drawn = k.checked_div(steps).unwrap_or(0) * steps;
        if out.last().is_none_or(|(last, _)| *last != drawn) {
            out.push((drawn, k));
        }
    }
    out
}

fn is_read(frame: &Frame, actor: usize, cue: &Cue) -> bool {
    let at = &frame.actors[actor];
    let (dx, dy) = (at.x_m - frame.ego.x_m, at.y_m - frame.ego.y_m);
    at.observed.is_some() && dx * dx + dy * dy <= cue.range_m * cue.range_m
}

/// Mean logarithm of how much more probable a reading is in its own world than in another one.
fn divergence(own: &[f64], other: &[f64]) -> f64 {
    own.iter().zip(other).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * libm::log(p / q.max(NEVER))).sum::<f64>().max(0.0)
}

/// Whether two encounters differ in a step by what is seen or heard, cues aside.
fn differs(a: &Trace, b: &Trace, step: usize) -> bool {
    let Some((a, b)) = a.frames.get(step).zip(b.frames.get(step)) else { return true };
    let far = |x: f64, y: f64, least: f64| (x - y).abs() > least;
    let (place, velocity, angle, size) = SAME;
    let actor = |(a, b): (&nines_sim::ActorFrame, &nines_sim::ActorFrame)| {
        let seen = (a.active && a.visible) || (b.active && b.visible);
        let moved = far(a.x_m, b.x_m, place) || far(a.y_m, b.y_m, place);
        let faster = far(a.vx_mps, b.vx_mps, velocity) || far(a.vy_mps, b.vy_mps, velocity);
        let looks = a.lamps != b.lamps || a.class != b.class || (0..3).any(|k| far(a.size_m[k], b.size_m[k], size));
        seen && (a.active != b.active
            || a.visible != b.visible
            || moved
            || faster
            || looks
            || far(a.heading_rad, b.heading_rad, angle))
    };
    a.signals != b.signals || a.actors.iter().zip(&b.actors).any(actor)
}
