//! States over time: outcome, latent states, signals, the modes of agents, and whether each actor is hidden, missed or detected.

use std::collections::BTreeMap;

use nines_sim::{ActorFrame, Frame, Motion, TracedActor};
use rerun::log::TimeColumn;
use rerun::{EntityPath, StateChange, StateConfiguration};

use super::palette::{self, AMBER, BESIDE, EGO, FAILED, GREY, HIDDEN, PASSED};
use super::{Drive, RecordingError, Scene, about, named};

/// What the moment that matters is called where nobody fails.
const NEAREST: &str = "nearest approach";
const SIGNAL: [&str; 3] = ["green", "amber", "red"];
/// Colours of the modes of an agent, in order.
const MODES: [[u8; 3]; 6] = [[96, 110, 130], [214, 140, 60], [200, 80, 90], [90, 140, 200], [150, 110, 190], [90, 160, 120]];

fn rgba([r, g, b]: [u8; 3]) -> u32 {
    u32::from_be_bytes([r, g, b, 255])
}

/// How the policy can know of an actor now.
pub fn sighting(actor: &ActorFrame) -> &'static str {
    match (actor.active, actor.visible, actor.detected) {
        (false, ..) => "gone",
        (true, false, _) => "hidden",
        (true, true, false) => "missed",
        (true, true, true) => "detected",
    }
}

/// Actors whose sighting is worth a line: those that move, and who was struck.
fn watched<'a>(scene: &'a Scene) -> impl Iterator<Item = (usize, &'a TracedActor)> {
    let drive = scene.of.shown;
    drive.active().filter(move |(k, _)| drive.moves(*k) || drive.partner() == Some(*k))
}

/// Agents, with the names of their modes.
fn agents<'a>(scene: &'a Scene) -> impl Iterator<Item = (usize, &'a TracedActor, Vec<String>)> {
    scene.of.shown.active().filter_map(|(k, actor)| match &scene.of.template.actors[k].motion {
        Motion::Agent(agent) if agent.modes.len() > 1 => Some((k, actor, agent.modes.iter().map(|m| m.name.clone()).collect())),
        _ => None,
    })
}

/// Colours of each state.
pub fn declare(scene: &Scene) -> Result<(), RecordingError> {
    let lane = |path: EntityPath, values: Vec<String>, colors: Vec<[u8; 3]>| {
        let config = StateConfiguration::new().with_values(values.clone()).with_labels(values);
        scene.rec.log_static(path, &config.with_colors(colors.into_iter().map(rgba).collect::<Vec<u32>>()))
    };
    // Of two policies each has its colour, one alone needs none.
    let mine = if scene.of.beside.is_some() { EGO } else { GREY };
    for (drive, color) in [(Some(&scene.of.shown), mine), (scene.of.beside.as_ref(), BESIDE)] {
        if let Some(drive) = drive {
            let mut values = vec!["driving".to_owned(), "passed".to_owned(), NEAREST.to_owned()];
            values.extend(drive.failure().filter(|_| drive.outcome.failed()));
            let colors = [color, PASSED, AMBER, FAILED][..values.len()].to_vec();
            lane(named("state/outcome", drive.driver), values, colors)?;
        }
    }
    for (latent, state) in about::latent_states(scene) {
        let color = if about::hazard(scene) { FAILED } else { PASSED };
        lane(named("state/truth", latent), vec![state.to_owned()], vec![color])?;
    }
    for k in 0..scene.of.template.signals.len() {
        lane(format!("state/signal/{k}").into(), SIGNAL.map(String::from).to_vec(), (0..3).map(palette::signal).collect())?;
    }
    for (_, actor) in watched(scene) {
        let values = ["hidden", "missed", "detected", "gone"].map(String::from).to_vec();
        lane(named("state/sight", &actor.name), values, vec![HIDDEN, AMBER, PASSED, GREY])?;
    }
    for (_, actor, modes) in agents(scene) {
        let colors = (0..modes.len()).map(|k| MODES[k % MODES.len()]).collect();
        lane(named("state/mode", &actor.name), modes, colors)?;
    }
    Ok(())
}

/// Changes in this frame.
pub fn log(scene: &Scene, step: usize, frame: &Frame, previous: Option<&Frame>) -> Result<(), RecordingError> {
    let change = |path: EntityPath, state: &str| scene.rec.log(path, &StateChange::single(state));
    if step == 0 {
        for (latent, state) in about::latent_states(scene) {
            change(named("state/truth", latent), state)?;
        }
    }
    for (k, &state) in frame.signals.iter().enumerate() {
        if previous.and_then(|f| f.signals.get(k)) != Some(&state) {
            change(format!("state/signal/{k}").into(), SIGNAL[usize::from(state.min(2))])?;
        }
    }
    for (k, actor) in watched(scene) {
        let now = sighting(&frame.actors[k]);
        if previous.map(|f| sighting(&f.actors[k])) != Some(now) {
            change(named("state/sight", &actor.name), now)?;
        }
    }
    for (k, actor, modes) in agents(scene) {
        let mode = frame.actors[k].mode;
        let name = mode.and_then(|m| modes.get(usize::from(m)));
        if let Some(name) = name.filter(|_| previous.map(|f| f.actors[k].mode) != Some(mode)) {
            change(named("state/mode", &actor.name), name)?;
        }
    }
    Ok(())
}

/// How each drive stands: from its start on, at its failure or nearest approach, at its end.
///
/// The view of states takes its width from what it finds when it is first drawn, which may be before all is loaded. So this comes first
/// in a file, each drive in one piece, and first of all one that reaches the end of the timeline on which the recording opens.
pub fn outcomes(scene: &Scene) -> Result<(), RecordingError> {
    let mut drives: Vec<(&Drive, BTreeMap<usize, String>)> =
        std::iter::once(&scene.of.shown).chain(&scene.of.beside).map(|drive| (drive, stages(scene, drive))).collect();
    let event_s = scene.event_s().unwrap_or(f64::INFINITY);
    let until = |drive: &Drive, step: usize| drive.trace.frames[step].time_s - event_s;
    drives.sort_by_key(|(drive, stages)| !stages.keys().any(|step| until(drive, *step).abs() < 1e-9));
    for (drive, stages) in &drives {
        // The rows of one piece have the same timelines, and what comes after the event is not on that of the event.
        let (before, after): (Vec<_>, Vec<_>) = stages.iter().partition(|(step, _)| until(drive, **step) < 1e-9);
        for (rows, to_event) in [(before, event_s.is_finite()), (after, false)] {
            if rows.is_empty() {
                continue;
            }
            let time_s = |step: &usize| drive.trace.frames[*step].time_s;
            let mut times = vec![
                TimeColumn::new_duration_secs("sim_time", rows.iter().map(|(step, _)| time_s(step))),
                TimeColumn::new_sequence("step", rows.iter().map(|(step, _)| **step as i64)),
            ];
            if to_event {
                let nanos = rows.iter().map(|(step, _)| ((time_s(step) - event_s) * 1e9).round() as i64);
                times.push(TimeColumn::new_duration_nanos("to_event", nanos));
            }
            let states = StateChange::new().with_state(rows.iter().map(|(_, state)| state.as_str()));
            let states = states.columns_of_unit_batches().map_err(rerun::RecordingStreamError::from)?;
            scene.rec.send_columns(named("state/outcome", drive.driver), times, states)?;
        }
    }
    Ok(())
}

/// Steps at which a drive comes to stand otherwise, and how. Of two at one step the later one holds.
fn stages(scene: &Scene, drive: &Drive) -> BTreeMap<usize, String> {
    let mut all = BTreeMap::from([(0, "driving".to_owned())]);
    match drive.failed_frame() {
        Some(failed) => {
            all.insert(failed, drive.ending());
        }
        None => {
            // Of two policies only one may come near at that moment.
            let nearest = scene.event_s().filter(|_| scene.of.beside.is_none());
            all.extend(nearest.map(|event_s| (drive.frame_at(event_s), NEAREST.to_owned())));
            all.insert(drive.last(), "passed".to_owned());
        }
    }
    all
}
