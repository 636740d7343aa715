//! The same rollout under another policy: its ego, and the actors that go elsewhere because of it.

use nines_sim::{ActorFrame, Frame};
use rerun::{Boxes3D, Clear, FillMode, LineStrips3D};

use super::ego::{body, failure, name, pose, way};
use super::palette::{BESIDE, rgba};
use super::shapes::point;
use super::{Drive, RecordingError, Scene, named, plots};

/// Actors nearer than this to where they are in the rollout that is shown in full are not drawn twice, m.
const ELSEWHERE_M: f64 = 0.2;

/// Everything of what is beside, if anything is.
pub fn log(scene: &Scene) -> Result<(), RecordingError> {
    let Some(drive) = &scene.of.beside else { return Ok(()) };
    let rec = scene.rec;
    plots::declare_beside(scene, drive.driver)?;
    let path = LineStrips3D::new([way(drive)]).with_colors([rgba(BESIDE, 170)]).with_radii([0.05f32]);
    rec.log_static("world/beside/path", &path)?;
    let failed = drive.failed_frame();
    for (step, frame) in drive.trace.frames.iter().enumerate() {
        scene.at(step, frame.time_s);
        rec.log("world/beside/ego", &pose(frame.ego.x_m, frame.ego.y_m, frame.ego.heading_rad))?;
        if step == 0 {
            rec.log("world/beside/ego/box", &body(drive, BESIDE).with_fill_mode(FillMode::TransparentFillMajorWireframe))?;
            rec.log("world/beside/ego/name", &name(drive, BESIDE, -1.0))?;
        }
        if failed == Some(step) {
            let label = format!("{}: {}", drive.driver, drive.ending());
            failure(scene, "world/beside/failure", drive, frame, &label, -1.0)?;
        }
        actors(scene, drive, step, frame)?;
        plots::log_beside(scene, frame)?;
    }
    Ok(())
}

/// Outlines of the actors that are elsewhere than in the rollout that is shown in full.
fn actors(scene: &Scene, drive: &Drive, step: usize, frame: &Frame) -> Result<(), RecordingError> {
    let shown = &scene.of.shown.trace.frames;
    let elsewhere = |step: usize, actors: &[ActorFrame], k: usize| {
        // Past the end of the rollout in full its actors stay as they were last.
        let there = shown[step.min(shown.len() - 1)].actors[k];
        let here = actors[k];
        here.active && (!there.active || (here.x_m - there.x_m).hypot(here.y_m - there.y_m) > ELSEWHERE_M)
    };
    for (k, actor) in drive.active() {
        let root = named("world/beside/actors", &actor.name);
        let before = step.checked_sub(1).map(|s| elsewhere(s, &drive.trace.frames[s].actors, k));
        if elsewhere(step, &frame.actors, k) {
            let (now, actor) = (&frame.actors[k], actor.at(&frame.actors[k]));
            scene.rec.log(root.clone(), &pose(now.x_m, now.y_m, now.heading_rad))?;
            if before != Some(true) {
                let half = point(0.5 * actor.length_m, 0.5 * actor.width_m, 0.5 * actor.height_m);
                let body = Boxes3D::from_centers_and_half_sizes([point(0.0, 0.0, 0.5 * actor.height_m)], [half])
                    .with_colors([rgba(BESIDE, 255)])
                    .with_fill_mode(FillMode::MajorWireframe)
                    .with_labels([format!("{} for {}", actor.name, drive.driver)])
                    .with_show_labels(false);
                scene.rec.log(&root / "box", &body)?;
            }
        } else if before == Some(true) {
            scene.rec.log(root, &Clear::recursive())?;
        }
    }
    Ok(())
}
