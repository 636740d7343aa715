//! Cues of an actor all of whose readings together, of every kind, give the hazard away, before it shows in what anybody does. (What one
//! reading tells is judged without driving.)

use super::budget::{Budget, Cut};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, Places, Severity};
use nines_sim::random::split_mix;
use nines_sim::{Cue, CueBy, Frame, Job, KNOT_STEPS, Sampling, Stratum, Template, Trace};

/// Encounters with the hazard that are compared with those without it.
const DRAWS: u64 = 24;
/// Readings that are drawn in each of these.
const REPEATS: u64 = 16;
/// How many times as probable with the hazard as without all readings together may be,
const MOST: f64 = 20.0;
/// and in which share of the encounters with the hazard they may be more than that.
const SHARE: f64 = 0.25;
/// Strata without the hazard that are rarer than this among them never bring the figure below [`MOST`].
const RARE: f64 = 0.01;
/// A level that a state never shows counts as one that it shows this often, so that one reading does not tell everything.
const NEVER: f64 = 1e-4;

/// What differs by less than this between two worlds shows nothing: places (m), velocities (m/s), angles (radians) and sizes (m).
const SAME: (f64, f64, f64, f64) = (0.3, 0.5, 0.3, 0.1);

/// Cues of one actor of the file: those of all members of a group.
struct Told<'t> {
    /// Where the cues stand: one of them, or all.
    path: String,
    kinds: Vec<&'t str>,
    actor: &'t str,
    cues: Vec<(usize, &'t Cue)>,
    /// Logarithms of the ratios, one of each time that the readings of an encounter are drawn.
    ln_ratios: Vec<f64>,
    readings: u64,
}

/// A reading: the step in which it is read, the probabilities of its levels, and those in each world without the hazard.
type Reading<'c> = (usize, &'c [f64], Vec<&'c [f64]>);

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
        all.iter_mut().for_each(|told| told.read(k, &with, &without));
    }
    Ok(all.iter_mut().filter_map(|told| tell(told, places)).collect())
}

fn tell(told: &mut Told, places: &Places) -> Option<Diagnostic> {
    told.ln_ratios.sort_by(f64::total_cmp);
    let all = told.ln_ratios.len();
    let above = all - told.ln_ratios.partition_point(|x| *x <= libm::log(MOST));
    if above as f64 <= SHARE * all as f64 {
        return None;
    }
    let middle = libm::exp(told.ln_ratios[all / 2]);
    let middle = if middle < 1_000.0 { format!("{middle:.0}") } else { "more than 1000".to_owned() };
    let readings = told.readings as f64 / DRAWS as f64;
    let (kinds, verb) = (told.kinds.join("`, `"), if told.kinds.len() == 1 { "gives" } else { "together give" });
    let message = format!(
        "`{kinds}` of `{}` {verb} the hazard away before it shows: the readings of an encounter, {readings:.1} on average, are together more than {MOST} times as probable with the hazard as without in {:.0}% of those with it, in the middle one {middle} times",
        told.actor,
        100.0 * above as f64 / all as f64
    );
    let help = "let the harmless states (or modes) show it too, or read it more seldom: a longer `window_s`, a shorter `range_m`; `window_s: 0` is read once";
    Some(places.diagnostic(Severity::Warning, Code::CueReveals, &told.path, message, help.to_owned()))
}

/// All cues that may tell, by their actors.
fn told<'t>(of: &Tried<'t>) -> Vec<Told<'t>> {
    let mut out: Vec<(_, Told)> = Vec::new();
    for (a, actor) in of.template.actors.iter().enumerate() {
        for (c, cue) in
            actor.cues.iter().enumerate().filter(|(_, cue)| cue.likelihood.iter().any(|row| *row != cue.likelihood[0]))
        {
            let path = format!("actors.{}.cues.{c}.likelihood", actor.name);
            let at = of.places.label(&format!("actors.{}.cues", actor.name), "");
            let name = cue.kind.name();
            match out.iter_mut().find(|(place, _)| *place == at) {
                Some((_, told)) => {
                    if !told.kinds.contains(&name) {
                        told.kinds.push(name);
                        told.path = format!("actors.{}.cues", actor.name);
                    }
                    told.cues.push((a, cue));
                }
                None => {
                    let cues = vec![(a, cue)];
                    let told = Told { path, kinds: vec![name], actor: &actor.name, cues, ln_ratios: Vec::new(), readings: 0 };
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
    fn read(&mut self, rollout: u64, with: &World, without: &[(f64, usize, World)]) {
        let mut readings: Vec<Reading> = Vec::new();
        for (actor, cue) in &self.cues {
            for (drawn, read) in windows(&with.trace, *actor, cue) {
                let others = without.iter().map(|(.., o)| o.row(*actor, cue, drawn)).collect();
                readings.push((read, with.row(*actor, cue, drawn), others));
            }
        }
        let shows = without.iter().map(|(_, until, _)| *until).max().unwrap_or(0);
        self.readings += readings.iter().filter(|(at, ..)| *at < shows).count() as u64;
        for repeat in 0..REPEATS {
            // For each reading the logarithm of how much more probable its level is than in each world without the hazard.
            let ln_ratios = |(n, (_, own, others)): (usize, &Reading)| {
                let address = split_mix(split_mix(rollout * REPEATS + repeat) ^ n as u64);
                let level = drawn(own, (address >> 11) as f64 / (1u64 << 53) as f64);
                others.iter().map(|row| libm::log(own[level].max(NEVER) / row[level].max(NEVER))).collect::<Vec<f64>>()
            };
            let told: Vec<Vec<f64>> = readings.iter().enumerate().map(ln_ratios).collect();
            // Worlds drop out as they begin to differ: what was told by then counts against those that are still alike.
            let mut most = f64::NEG_INFINITY;
            for (_, until, _) in without.iter().filter(|(_, until, _)| *until > 0) {
                let alike: Vec<usize> = (0..without.len()).filter(|o| without[*o].1 >= *until).collect();
                let total: f64 = alike.iter().map(|o| without[*o].0).sum();
                let by_then =
                    |o: usize| readings.iter().zip(&told).filter(|((at, ..), _)| at < until).map(|(_, by)| by[o]).sum::<f64>();
                let probable: f64 = alike.iter().map(|o| without[*o].0 / total * libm::exp(-by_then(*o))).sum();
                most = most.max(-libm::log(probable.max(1e-300)));
            }
            self.ln_ratios.push(most);
        }
    }
}

/// The level that a uniform number of [0, 1) falls into.
fn drawn(row: &[f64], u: f64) -> usize {
    let mut left = u;
    for (k, p) in row.iter().enumerate() {
        left -= p;
        if left < 0.0 {
            return k;
        }
    }
    row.iter().rposition(|p| *p > 0.0).unwrap_or(0)
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
