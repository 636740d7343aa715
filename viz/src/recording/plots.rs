//! Plots: margins, controls, distance, beliefs and cues.

use nines_sim::{Criterion, CueKind, Frame};
use rerun::{EntityPath, Scalars};

use super::palette::{AMBER, BESIDE, CUES, EGO, FAILED, GREY, OBSERVED, SERIES};
use super::series::{Line, declare as line, value};
use super::{Drive, RecordingError, Scene, about, named};

/// Margins are shown between these; a policy fault is -1000.
pub const SHOWN: (f64, f64) = (-3.0, 10.0);
/// Plots with vertical marks, and how far these reach.
pub const SPANS: [(&str, (f64, f64)); 5] =
    [("margins", SHOWN), ("decisive", SHOWN), ("controls", (-9.0, 15.0)), ("curvature", (-0.1, 0.1)), ("mind", (0.0, 1.0))];
/// Answers beyond these are shown at them.
const ASKED: (f64, f64, f64) = (-20.0, 20.0, 0.5);

/// Criteria in the order of all, with their place in it, and whether they fail the scenario. A fault has no margin worth a line.
fn criteria<'a>(scene: &'a Scene) -> impl Iterator<Item = (usize, Criterion, bool)> + use<'a> {
    let all = Criterion::ALL.iter().copied().enumerate().filter(|(_, c)| *c != Criterion::PolicyFault);
    all.map(|(k, c)| (k, c, scene.of.template.criteria.contains(&c)))
}

/// The criterion that decides: what failed the rollout, or the one beside it, else the one nearest to failing.
pub fn decisive(scene: &Scene) -> Option<(usize, Criterion)> {
    let failed = |drive: &Drive| drive.outcome.cause.filter(|c| *c != Criterion::PolicyFault);
    let cause = failed(&scene.of.shown).or_else(|| scene.of.beside.as_ref().and_then(failed));
    let judged = || criteria(scene).filter(|(_, _, judged)| *judged).map(|(k, c, _)| (k, c));
    let nearest = || judged().min_by(|a, b| scene.of.shown.outcome.margins[a.0].total_cmp(&scene.of.shown.outcome.margins[b.0]));
    cause.and_then(|cause| judged().find(|(_, c)| *c == cause)).or_else(nearest)
}

/// Whether a margin says anything: it is judged, or falls.
fn speaks(drive: &Drive, k: usize) -> bool {
    let frames = &drive.trace.frames;
    frames.iter().any(|f| f.margins[k] != frames[0].margins[k])
}

/// Names and colours.
pub fn declare(scene: &Scene) -> Result<(), RecordingError> {
    for (k, criterion, judged) in criteria(scene) {
        if !judged && !speaks(&scene.of.shown, k) {
            continue;
        }
        let name = criterion.name().replace('_', " ");
        let (name, color) = match judged {
            true => (name, SERIES[k % SERIES.len()]),
            false => (format!("{name} (not judged)"), GREY),
        };
        line(scene, format!("plots/margins/{}", criterion.name()), Line::new(&name, color, if judged { 1.8 } else { 1.0 }))?;
    }
    let driver = scene.of.shown.driver;
    let beside = scene.of.beside.is_some();
    // With two policies in one plot the colours tell the policies apart, otherwise the quantities.
    let of = |what: &str| if beside { format!("{driver}: {what}") } else { what.to_owned() };
    if let Some((_, criterion)) = decisive(scene) {
        let name = of(&criterion.name().replace('_', " "));
        line(scene, "plots/decisive/shown", Line::new(&name, EGO, 2.2))?;
    }
    line(scene, "plots/controls/speed", Line::new(&of("speed"), EGO, 2.0))?;
    line(scene, "plots/controls/accel", Line::new(&of("acceleration"), if beside { EGO } else { AMBER }, 1.4))?;
    line(scene, "plots/controls/asked", Line::new(&of("asked"), GREY, 1.0))?;
    line(scene, "plots/curvature/driven", Line::new(&of("curvature"), EGO, 1.8))?;
    line(scene, "plots/curvature/asked", Line::new(&of("asked"), GREY, 1.0))?;
    line(scene, "plots/distance/shown", Line::new(&of("nearest harmful"), EGO, 2.0))?;
    mind(scene)
}

/// The truth about what is hidden, what the policy states of it, and the cues that it is given.
fn mind(scene: &Scene) -> Result<(), RecordingError> {
    let drive = &scene.of.shown;
    let states: Vec<String> = about::latent_states(scene).iter().map(|(latent, state)| format!("{latent}={state}")).collect();
    if !states.is_empty() {
        let name = format!("truth: {}", states.join(", "));
        line(scene, "plots/mind/truth", Line { steps: true, ..Line::new(&name, FAILED, 2.4) })?;
    }
    if drive.trace.frames.iter().any(|f| f.belief.is_finite()) {
        line(scene, "plots/mind/belief", Line::new("belief", OBSERVED, 2.0))?;
    }
    let mut shown = 0;
    for (k, actor) in drive.active() {
        for (i, cue) in CueKind::ALL.iter().enumerate() {
            let readable = |f: &Frame| f.actors[k].observed.is_some_and(|o| o.cues[i].is_finite());
            if drive.trace.frames.iter().any(readable) {
                let name = format!("{} of {}", cue.name(), actor.name);
                let style = Line { steps: true, ..Line::new(&name, CUES[shown % CUES.len()], 1.2) };
                line(scene, cue_path(&actor.name, *cue), style)?;
                shown += 1;
            }
        }
    }
    Ok(())
}

fn cue_path(actor: &str, cue: CueKind) -> EntityPath {
    named("plots/mind/cues", actor) / cue.name()
}

/// Values of this frame.
pub fn log(scene: &Scene, step: usize, frame: &Frame) -> Result<(), RecordingError> {
    let drive = &scene.of.shown;
    for (k, criterion, judged) in criteria(scene) {
        if judged || speaks(drive, k) {
            value(scene, format!("plots/margins/{}", criterion.name()), frame.margins[k].clamp(SHOWN.0, SHOWN.1))?;
        }
    }
    driven(scene, frame, Paths::SHOWN)?;
    let answered = step < drive.last();
    if answered {
        value(scene, "plots/controls/asked", frame.action[0].clamp(ASKED.0, ASKED.1))?;
        value(scene, "plots/curvature/asked", frame.action[1].clamp(-ASKED.2, ASKED.2))?;
    }
    if !about::latent_states(scene).is_empty() {
        value(scene, "plots/mind/truth", f64::from(u8::from(about::hazard(scene))))?;
    }
    value(scene, "plots/mind/belief", frame.belief)?;
    cues(scene, step, frame)?;
    Ok(())
}

/// Cues as they are read. A line is broken where none is, and every line has a point before the event, without which the viewer
/// reports an empty plot.
fn cues(scene: &Scene, step: usize, frame: &Frame) -> Result<(), RecordingError> {
    let drive = &scene.of.shown;
    let before = step.checked_sub(1).map(|k| &drive.trace.frames[k]);
    for (k, actor) in drive.active() {
        for (i, cue) in CueKind::ALL.iter().enumerate() {
            let level = |f: &Frame| f.actors[k].observed.map(|o| o.cues[i]).filter(|level| level.is_finite());
            let ever = || drive.trace.frames.iter().any(|f| level(f).is_some());
            let level_now = match (before.and_then(level), level(frame)) {
                (_, Some(now)) => now,
                (None, None) if step > 0 || !ever() => continue,
                (_, None) => f64::NAN,
            };
            scene.rec.log(cue_path(&actor.name, *cue), &Scalars::single(level_now))?;
        }
    }
    Ok(())
}

/// Where the values go that both policies of a pair have.
#[derive(Clone, Copy)]
struct Paths {
    decisive: &'static str,
    speed: &'static str,
    accel: &'static str,
    curvature: &'static str,
    distance: &'static str,
}

impl Paths {
    const SHOWN: Self = Self {
        decisive: "plots/decisive/shown",
        speed: "plots/controls/speed",
        accel: "plots/controls/accel",
        curvature: "plots/curvature/driven",
        distance: "plots/distance/shown",
    };
    /// Of what is beside.
    const BESIDE: Self = Self {
        decisive: "plots/decisive/beside",
        speed: "plots/controls/beside/speed",
        accel: "plots/controls/beside/accel",
        curvature: "plots/curvature/beside",
        distance: "plots/distance/beside",
    };
}

/// Names and colours of what is beside.
pub fn declare_beside(scene: &Scene, driver: &str) -> Result<(), RecordingError> {
    let (paths, of) = (Paths::BESIDE, |what: &str| format!("{driver}: {what}"));
    if let Some((_, criterion)) = decisive(scene) {
        line(scene, paths.decisive, Line::new(&of(&criterion.name().replace('_', " ")), BESIDE, 2.2))?;
    }
    line(scene, paths.speed, Line::new(&of("speed"), BESIDE, 2.0))?;
    line(scene, paths.accel, Line::new(&of("acceleration"), BESIDE, 1.4))?;
    line(scene, paths.curvature, Line::new(&of("curvature"), BESIDE, 1.8))?;
    line(scene, paths.distance, Line::new(&of("nearest harmful"), BESIDE, 2.0))?;
    for (_, criterion, judged) in criteria(scene) {
        if judged {
            let name = of(&criterion.name().replace('_', " "));
            line(scene, format!("plots/margins/beside/{}", criterion.name()), Line::new(&name, BESIDE, 1.0))?;
        }
    }
    Ok(())
}

/// Margins of what is beside, in this frame of its own.
pub fn log_beside(scene: &Scene, frame: &Frame) -> Result<(), RecordingError> {
    for (k, criterion, judged) in criteria(scene) {
        if judged {
            value(scene, format!("plots/margins/beside/{}", criterion.name()), frame.margins[k].clamp(SHOWN.0, SHOWN.1))?;
        }
    }
    driven(scene, frame, Paths::BESIDE)
}

/// What both policies of a pair have.
fn driven(scene: &Scene, frame: &Frame, paths: Paths) -> Result<(), RecordingError> {
    if let Some((k, _)) = decisive(scene) {
        value(scene, paths.decisive, frame.margins[k].clamp(SHOWN.0, SHOWN.1))?;
    }
    value(scene, paths.speed, frame.ego.speed_mps)?;
    value(scene, paths.accel, frame.ego.accel_mps2)?;
    value(scene, paths.curvature, frame.ego.curvature)?;
    value(scene, paths.distance, frame.distance_m)
}
