//! The ego: pose, box, driven path, and the place of a failure.

use nines_sim::Frame;
use rerun::{Angle, Boxes3D, FillMode, LineStrips3D, Points3D, RotationAxisAngle, Transform3D};

use super::palette::{EGO, FAILED, rgba};
use super::shapes::{Point, point};
use super::{RecordingError, Scene};

/// Height of the ego's box, m; for the eye alone.
const HEIGHT_M: f64 = 1.5;

/// A pose on the ground.
pub fn pose(x_m: f64, y_m: f64, heading_rad: f64) -> Transform3D {
    let turn = RotationAxisAngle::new([0.0, 0.0, 1.0], Angle::from_radians(heading_rad as f32));
    Transform3D::from_translation_rotation(point(x_m, y_m, 0.0), turn)
}

/// Centre of the ego's box, m.
pub fn centre(scene: &Scene, frame: &Frame) -> (f64, f64) {
    let (sin, cos) = frame.ego.heading_rad.sin_cos();
    (frame.ego.x_m + scene.trace.ego_centre_m * cos, frame.ego.y_m + scene.trace.ego_centre_m * sin)
}

/// Paths of all who move, for the whole time.
pub fn declare(scene: &Scene) -> Result<(), RecordingError> {
    let frames = &scene.trace.frames;
    let path: Vec<Point> = frames.iter().map(|f| centre(scene, f)).map(|(x, y)| point(x, y, 0.03)).collect();
    scene.rec.log_static("world/paths/ego", &LineStrips3D::new([path]).with_colors([rgba(EGO, 150)]).with_radii([0.05f32]))?;
    for (k, actor) in scene.active() {
        let at = |f: &Frame| point(f.actors[k].x_m, f.actors[k].y_m, 0.03);
        let path: Vec<Point> = frames.iter().map(at).collect();
        let moved = path.iter().any(|p| (p[0] - path[0][0]).hypot(p[1] - path[0][1]) > 0.3);
        if moved {
            let strip =
                LineStrips3D::new([path]).with_colors([rgba(super::palette::class(actor.class), 150)]).with_radii([0.05f32]);
            scene.rec.log_static(format!("world/paths/{}", actor.name), &strip)?;
        }
    }
    Ok(())
}

/// Pose in this frame; from the failure on its place and cause.
pub fn log(scene: &Scene, step: usize, frame: &Frame) -> Result<(), RecordingError> {
    let rec = scene.rec;
    rec.log("world/ego", &pose(frame.ego.x_m, frame.ego.y_m, frame.ego.heading_rad))?;
    let failed = scene.failed_frame();
    if step == 0 || failed == Some(step) {
        let half = point(0.5 * scene.trace.ego_length_m, 0.5 * scene.trace.ego_width_m, 0.5 * HEIGHT_M);
        let color = if failed == Some(step) { FAILED } else { EGO };
        let body = Boxes3D::from_centers_and_half_sizes([point(scene.trace.ego_centre_m, 0.0, 0.5 * HEIGHT_M)], [half]);
        rec.log("world/ego/box", &body.with_colors([rgba(color, 255)]).with_fill_mode(FillMode::TransparentFillMajorWireframe))?;
    }
    if failed == Some(step) {
        let (x, y) = centre(scene, frame);
        let (x, y) = match scene.outcome.with.and_then(|k| frame.actors.get(k as usize)) {
            Some(other) => (0.5 * (x + other.x_m), 0.5 * (y + other.y_m)),
            None => (x, y),
        };
        let label = scene.failure().unwrap_or_else(|| "failure".into());
        let mark = Points3D::new([point(x, y, 3.6)]).with_colors([rgba(FAILED, 255)]).with_radii([0.3f32]).with_labels([label]);
        rec.log("world/failure", &mark.with_show_labels(true))?;
    }
    Ok(())
}
