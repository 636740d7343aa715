//! States over time: verdict, signals, and whether each actor is hidden, in view or detected.

use nines_sim::{ActorFrame, Frame, TracedActor, Verdict};
use rerun::{StateChange, StateConfiguration};

use super::palette::{self, AMBER, FAILED, GREY, HIDDEN, PASSED};
use super::{RecordingError, Scene};

const SIGNAL: [&str; 3] = ["green", "amber", "red"];

fn rgba([r, g, b]: [u8; 3]) -> u32 {
    u32::from_be_bytes([r, g, b, 255])
}

/// How the policy can know of an actor now.
pub fn sighting(actor: &ActorFrame) -> &'static str {
    match (actor.visible, actor.detected) {
        (false, _) => "hidden",
        (true, false) => "missed",
        (true, true) => "detected",
    }
}

/// Actors whose sighting is worth a line: those that are ever hidden or missed, and all that move.
fn watched<'a>(scene: &'a Scene) -> impl Iterator<Item = (usize, &'a TracedActor)> {
    scene.active().filter(|(k, _)| {
        let moves = |f: &Frame| f.actors[*k].vx_mps.hypot(f.actors[*k].vy_mps) > 0.3;
        scene.trace.frames.iter().any(moves)
    })
}

/// Colours of each state.
pub fn declare(scene: &Scene) -> Result<(), RecordingError> {
    let lane = |path: String, values: Vec<String>, colors: Vec<[u8; 3]>| {
        let config = StateConfiguration::new().with_values(values.clone()).with_labels(values);
        scene.rec.log_static(path, &config.with_colors(colors.into_iter().map(rgba).collect::<Vec<u32>>()))
    };
    let failure = scene.failure().unwrap_or_else(|| "failed".into());
    lane("state/outcome".into(), vec!["driving".into(), "passed".into(), failure], vec![GREY, PASSED, FAILED])?;
    for k in 0..scene.template.signals.len() {
        lane(format!("state/signal/{k}"), SIGNAL.map(String::from).to_vec(), (0..3).map(palette::signal).collect())?;
    }
    for (_, actor) in watched(scene) {
        let values = ["hidden", "missed", "detected"].map(String::from).to_vec();
        lane(format!("state/sight/{}", actor.name), values, vec![HIDDEN, AMBER, PASSED])?;
    }
    Ok(())
}

/// Changes in this frame.
pub fn log(scene: &Scene, step: usize, frame: &Frame, previous: Option<&Frame>) -> Result<(), RecordingError> {
    let change = |path: &str, state: &str| scene.rec.log(path, &StateChange::single(state));
    if step == 0 {
        change("state/outcome", "driving")?;
    }
    if scene.failed_frame() == Some(step) {
        change("state/outcome", &scene.failure().unwrap_or_else(|| "failed".into()))?;
    } else if step + 1 == scene.trace.frames.len() && scene.outcome.verdict == Verdict::Pass {
        change("state/outcome", "passed")?;
    }
    for (k, &state) in frame.signals.iter().enumerate() {
        if previous.and_then(|f| f.signals.get(k)) != Some(&state) {
            change(&format!("state/signal/{k}"), SIGNAL[usize::from(state.min(2))])?;
        }
    }
    for (k, actor) in watched(scene) {
        let now = sighting(&frame.actors[k]);
        if previous.map(|f| sighting(&f.actors[k])) != Some(now) {
            change(&format!("state/sight/{}", actor.name), now)?;
        }
    }
    Ok(())
}
