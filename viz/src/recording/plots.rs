//! Plots: margins, speed, acceleration, distance, belief, cues.

use nines_sim::{Criterion, CueKind, Frame};
use rerun::{Scalars, SeriesLines, SeriesPoints};

use super::palette::{AMBER, EGO, FAILED, GREY, OBSERVED, SERIES, rgba};
use super::{RecordingError, Scene};

/// Margins are shown between these; a policy fault is -1000.
const SHOWN: (f64, f64) = (-3.0, 10.0);

/// Criteria that fail the scenario, with their place in the order of all.
fn criteria(scene: &Scene) -> Vec<(usize, Criterion)> {
    let fails = |c: &Criterion| scene.template.criteria.contains(c) && *c != Criterion::PolicyFault;
    Criterion::ALL.iter().copied().enumerate().filter(|(_, c)| fails(c)).collect()
}

/// Names and colours.
pub fn declare(scene: &Scene) -> Result<(), RecordingError> {
    let series = |path: String, name: &str, color: [u8; 3], width: f32| {
        let line = SeriesLines::new().with_names([name]).with_colors([rgba(color, 255)]).with_widths([width]);
        scene.rec.log_static(path, &line)
    };
    for (k, criterion) in criteria(scene) {
        series(
            format!("plots/margins/{}", criterion.name()),
            &criterion.name().replace('_', " "),
            SERIES[k % SERIES.len()],
            1.8,
        )?;
    }
    series("plots/motion/speed".into(), "speed, m/s", EGO, 2.0)?;
    series("plots/motion/accel".into(), "acceleration, m/s²", AMBER, 1.5)?;
    series("plots/motion/asked".into(), "asked, m/s²", GREY, 1.0)?;
    series("plots/distance/nearest".into(), "nearest harmful, m", FAILED, 2.0)?;
    series("plots/mind/belief".into(), "belief: comes into the way", OBSERVED, 2.0)?;
    let mut shown = 0;
    for (k, actor) in scene.active() {
        for (i, cue) in CueKind::ALL.iter().enumerate() {
            let readable = |f: &Frame| f.actors[k].observed.is_some_and(|o| o.cues[i].is_finite());
            if scene.trace.frames.iter().any(readable) {
                let name = format!("{}: {}", actor.name, cue.name());
                series(format!("plots/mind/{}/{}", actor.name, cue.name()), &name, SERIES[shown % SERIES.len()], 1.2)?;
                shown += 1;
            }
        }
    }
    if scene.failed_frame().is_some() {
        let mark = SeriesPoints::new().with_names(["failed"]).with_colors([rgba(FAILED, 255)]).with_marker_sizes([6.0f32]);
        scene.rec.log_static("plots/margins/failed", &mark)?;
        scene.rec.log_static("plots/motion/failed", &mark.with_names(["failed"]))?;
    }
    Ok(())
}

/// Values of this frame.
pub fn log(scene: &Scene, step: usize, frame: &Frame) -> Result<(), RecordingError> {
    let scalar = |path: &str, value: f64| match value.is_finite() {
        true => scene.rec.log(path, &Scalars::single(value)),
        false => Ok(()),
    };
    for (k, criterion) in criteria(scene) {
        scalar(&format!("plots/margins/{}", criterion.name()), frame.margins[k].clamp(SHOWN.0, SHOWN.1))?;
    }
    scalar("plots/motion/speed", frame.ego.speed_mps)?;
    scalar("plots/motion/accel", frame.ego.accel_mps2)?;
    scalar("plots/motion/asked", frame.action[0].clamp(-20.0, 20.0))?;
    scalar("plots/distance/nearest", frame.distance_m)?;
    scalar("plots/mind/belief", frame.belief)?;
    for (k, actor) in scene.active() {
        for (cue, value) in CueKind::ALL.iter().zip(frame.actors[k].observed.map_or([f64::NAN; 5], |o| o.cues)) {
            scalar(&format!("plots/mind/{}/{}", actor.name, cue.name()), value)?;
        }
    }
    if scene.failed_frame() == Some(step) {
        scalar("plots/margins/failed", 0.0)?;
        scalar("plots/motion/failed", frame.ego.speed_mps)?;
    }
    Ok(())
}
