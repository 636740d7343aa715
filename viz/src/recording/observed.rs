//! What the policy is told: an outline and a velocity beside each actor of its observation.

use nines_sim::{ActorFrame, Frame, Observed, TracedActor};
use rerun::{Arrows3D, Boxes3D, Clear, FillMode};

use super::palette::{AMBER, OBSERVED, rgba};
use super::shapes::{point, turn};
use super::{RecordingError, Scene, named};

/// Slower than this an observed velocity gives no heading, m/s.
const HEADING_MPS: f64 = 0.8;
/// How far an outline stands off the box that it is about, m.
const OFF_M: f64 = 0.08;

/// Everything of the observation in this frame that is new.
pub fn log(scene: &Scene, frame: &Frame, previous: Option<&Frame>) -> Result<(), RecordingError> {
    for (k, actor) in scene.of.shown.active() {
        let now = &frame.actors[k];
        let before = previous.and_then(|f| f.actors[k].observed);
        match now.observed {
            Some(observed) if before != Some(observed) => outline(scene, &actor.at(now), now, &observed)?,
            None if before.is_some() => scene.rec.log(named("world/observed", &actor.name), &Clear::recursive())?,
            _ => {}
        }
    }
    Ok(())
}

fn outline(scene: &Scene, actor: &TracedActor, now: &ActorFrame, o: &Observed) -> Result<(), RecordingError> {
    let root = named("world/observed", &actor.name);
    // An observation has no heading of its own here: drawn along its velocity, or where it stands as the truth is.
    let moving = o.vx_mps.hypot(o.vy_mps) > HEADING_MPS;
    let heading = if moving { o.vy_mps.atan2(o.vx_mps) } else { now.heading_rad };
    let [l, w, h] = [actor.length_m, actor.width_m, actor.height_m].map(|m| 0.5 * m + OFF_M);
    let mistaken = o.class != actor.class;
    let body = Boxes3D::from_centers_and_half_sizes([point(o.x_m, o.y_m, 0.5 * actor.height_m)], [point(l, w, h)])
        .with_quaternions([turn(heading)])
        .with_colors([rgba(if mistaken { AMBER } else { OBSERVED }, 255)])
        .with_radii([0.03f32])
        .with_fill_mode(FillMode::MajorWireframe)
        .with_labels([format!("taken for {}", o.class.name().replace('_', " "))])
        .with_show_labels(mistaken);
    scene.rec.log(&root / "box", &body)?;
    let arrow =
        Arrows3D::from_vectors([point(o.vx_mps, o.vy_mps, 0.0)]).with_origins([point(o.x_m, o.y_m, actor.height_m + 0.1)]);
    scene.rec.log(&root / "velocity", &arrow.with_colors([rgba(OBSERVED, 255)]).with_radii([0.05f32]))?;
    Ok(())
}
