//! The ego: pose, box, lamps, driven path, and the place of a failure.

use nines_sim::Frame;
use rerun::{Angle, Boxes3D, FillMode, LineStrips3D, Points3D, RotationAxisAngle, Transform3D};

use super::palette::{self, AMBER, EGO, FAILED, WHITE, rgba};
use super::shapes::{Point, point, ring};
use super::{Drive, RecordingError, Scene, named};

/// The name of a failure stands so far beside it, m.
const CALLOUT_M: f64 = 5.5;
/// Height of the ego's box, m; for the eye alone.
pub const HEIGHT_M: f64 = 1.5;
/// Below this the brake lamps are drawn, m/s^2.
const BRAKES_MPS2: f64 = -0.5;
/// Moving less than this leaves no path, m.
const PATH_M: f32 = 0.3;

/// A pose on the ground.
pub fn pose(x_m: f64, y_m: f64, heading_rad: f64) -> Transform3D {
    let turn = RotationAxisAngle::new([0.0, 0.0, 1.0], Angle::from_radians(heading_rad as f32));
    Transform3D::from_translation_rotation(point(x_m, y_m, 0.0), turn)
}

/// The way of the ego's centre, on the ground.
pub fn way(drive: &Drive) -> Vec<Point> {
    drive.trace.frames.iter().map(|f| drive.centre(f)).map(|(x, y)| point(x, y, 0.03)).collect()
}

/// The way of an actor on the ground; `None` where it stays.
pub fn way_of(drive: &Drive, k: usize) -> Option<Vec<Point>> {
    let there = drive.trace.frames.iter().map(|f| &f.actors[k]).filter(|a| a.active);
    let way: Vec<Point> = there.map(|a| point(a.x_m, a.y_m, 0.03)).collect();
    let first = *way.first()?;
    way.iter().any(|p| (p[0] - first[0]).hypot(p[1] - first[1]) > PATH_M).then_some(way)
}

/// Paths of all who move, for the whole time.
pub fn declare(scene: &Scene) -> Result<(), RecordingError> {
    let drive = &scene.of.shown;
    let path = LineStrips3D::new([way(drive)]).with_colors([rgba(EGO, 150)]).with_radii([0.05f32]);
    scene.rec.log_static("world/paths/ego", &path)?;
    for (k, actor) in drive.active() {
        if let Some(way) = way_of(drive, k) {
            let strip = LineStrips3D::new([way]).with_colors([rgba(palette::class(actor.class), 150)]).with_radii([0.05f32]);
            scene.rec.log_static(named("world/paths/actors", &actor.name), &strip)?;
        }
    }
    Ok(())
}

/// Pose in this frame; from the failure on its place and cause.
pub fn log(scene: &Scene, step: usize, frame: &Frame) -> Result<(), RecordingError> {
    let (rec, drive) = (scene.rec, &scene.of.shown);
    let ego = frame.ego;
    rec.log("world/ego", &pose(ego.x_m, ego.y_m, ego.heading_rad))?;
    let (x, y) = drive.centre(frame);
    rec.log("world/follow", &Transform3D::from_translation(point(x, y, 0.0)))?;
    let failed = drive.failed_frame() == Some(step);
    if step == 0 || failed {
        // Of two policies each keeps its colour, and bears its name.
        let beside = scene.of.beside.is_some();
        let body = body(drive, if failed && !beside { FAILED } else { EGO });
        rec.log("world/ego/box", &body.with_fill_mode(FillMode::TransparentFillMajorWireframe))?;
        if beside {
            rec.log("world/ego/name", &name(drive, EGO, 1.0))?;
        }
    }
    lamps(scene, step, frame)?;
    if failed {
        let label = if scene.of.beside.is_some() { format!("{}: {}", drive.driver, drive.ending()) } else { drive.ending() };
        failure(scene, "world/failure", drive, frame, &label, 1.0)?;
    }
    Ok(())
}

/// A ring round the place of a failure, and its name to the left of it (`side` 1, else right), so that it covers nobody.
pub fn failure(scene: &Scene, path: &str, drive: &Drive, frame: &Frame, label: &str, side: f64) -> Result<(), RecordingError> {
    let (x, y) = drive.place(frame);
    let beside = y + side * CALLOUT_M;
    let strips = [ring(x, y, 1.6, 0.05), vec![point(x, y + side * 1.6, 0.05), point(x, beside, 0.05)]];
    let red = rgba(FAILED, 255);
    scene.rec.log(path, &LineStrips3D::new(strips).with_colors([red]).with_radii([0.09f32]))?;
    let name = Points3D::new([point(x, beside, 0.05)]).with_colors([red]).with_radii([0.2f32]).with_labels([label]);
    Ok(scene.rec.log(format!("{path}/name"), &name.with_show_labels(true))?)
}

/// The ego's box in its own frame.
pub fn body(drive: &Drive, color: [u8; 3]) -> Boxes3D {
    let trace = drive.trace;
    let half = point(0.5 * trace.ego_length_m, 0.5 * trace.ego_width_m, 0.5 * HEIGHT_M);
    Boxes3D::from_centers_and_half_sizes([point(trace.ego_centre_m, 0.0, 0.5 * HEIGHT_M)], [half]).with_colors([rgba(color, 255)])
}

/// The name of its policy behind the ego, in its own frame: to the left (`side` 1) or to the right.
pub fn name(drive: &Drive, color: [u8; 3], side: f64) -> Points3D {
    let (x, y) = (drive.trace.ego_centre_m - 0.5 * drive.trace.ego_length_m - 0.6, side * drive.trace.ego_width_m);
    let point = Points3D::new([point(x, y, 0.1)]).with_colors([rgba(color, 255)]).with_radii([0.12f32]);
    point.with_labels([drive.driver]).with_show_labels(true)
}

/// Brake lamps, indicators, and the horn as a white point ahead.
fn lamps(scene: &Scene, step: usize, frame: &Frame) -> Result<(), RecordingError> {
    let shows = |f: &Frame| (f.ego.accel_mps2 < BRAKES_MPS2, f.signs);
    let before = step.checked_sub(1).map(|k| &scene.of.shown.trace.frames[k]);
    if before.map(shows) == Some(shows(frame)) {
        return Ok(());
    }
    let trace = scene.of.shown.trace;
    let (rear, front) = (trace.ego_centre_m - 0.5 * trace.ego_length_m, trace.ego_centre_m + 0.5 * trace.ego_length_m);
    let side = 0.5 * trace.ego_width_m;
    let mut points = Vec::new();
    if frame.ego.accel_mps2 < BRAKES_MPS2 {
        points.extend([(point(rear, side, 0.9), FAILED), (point(rear, -side, 0.9), FAILED)]);
    }
    // After the last answer lamps stay as they were.
    let [lamp, horn, _] = before.filter(|_| step == scene.of.shown.last()).map_or(frame.signs, |f| f.signs);
    for (lit, y) in [(lamp == 1.0 || lamp == 2.0, side), (lamp == -1.0 || lamp == 2.0, -side)] {
        if lit {
            points.extend([(point(rear, y, 0.6), AMBER), (point(front, y, 0.6), AMBER)]);
        }
    }
    if horn > 0.0 {
        points.push((point(front + 0.6, 0.0, 0.9), WHITE));
    }
    let (points, colors): (Vec<_>, Vec<_>) = points.into_iter().map(|(p, c)| (p, rgba(c, 255))).unzip();
    scene.rec.log("world/ego/lamps", &Points3D::new(points).with_colors(colors).with_radii([0.14f32]))?;
    Ok(())
}
