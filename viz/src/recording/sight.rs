//! What the sensor covers: the field of view out to the range of people, and the shadows in which a child could stand.

use std::f64::consts::PI;

use nines_sim::{ActorFrame, Frame, TracedActor};
use rerun::{LineStrips3D, Mesh3D};

use super::palette::{HIDDEN, OBSERVED, rgba};
use super::shapes::{Point, band_triangles, point};
use super::{RecordingError, Scene, named};

/// Corners of the rim.
const RAYS: u32 = 73;
/// Pairs of points of a shadow.
const PAIRS: u32 = 9;
/// Height of the child that a shadow hides, m.
const CHILD_M: f64 = 1.15;

/// What does not change in the ego's frame: how far and how wide people are seen.
pub fn declare(scene: &Scene) -> Result<(), RecordingError> {
    let trace = scene.of.shown.trace;
    let (range, half) = (trace.range_m.1, trace.half_fov_rad.min(PI));
    let rim = (0..RAYS).map(|k| {
        let angle = -half + 2.0 * half * f64::from(k) / f64::from(RAYS - 1);
        point(trace.ego_centre_m + range * angle.cos(), range * angle.sin(), 0.01)
    });
    let eye = point(trace.ego_centre_m, 0.0, 0.01);
    let outline: Vec<Point> = if half < PI { std::iter::once(eye).chain(rim).chain([eye]).collect() } else { rim.collect() };
    let outline = LineStrips3D::new([outline]).with_colors([rgba(OBSERVED, 90)]).with_radii([0.03f32]);
    Ok(scene.rec.log_static("world/ego/range", &outline)?)
}

/// Shadows of this frame.
pub fn log(scene: &Scene, frame: &Frame) -> Result<(), RecordingError> {
    let sensor = scene.of.shown.centre(frame);
    let height = scene.of.template.sensing.sensor_height_m.constant().unwrap_or(1.7);
    let range = scene.of.shown.trace.range_m.1;
    for (k, actor) in scene.of.shown.active().filter(|(_, actor)| actor.occludes && actor.height_m > CHILD_M) {
        let path = named("world/sight/shadows", &actor.name);
        let shadow = shadow((sensor, height), actor, &frame.actors[k], range);
        let triangles = if shadow.is_empty() { vec![] } else { band_triangles(PAIRS) };
        surface(scene, path, shadow, triangles, rgba(HIDDEN, 110))?;
    }
    Ok(())
}

fn surface(
    scene: &Scene,
    path: impl Into<rerun::EntityPath>,
    vertices: Vec<Point>,
    triangles: Vec<[u32; 3]>,
    color: rerun::Color,
) -> Result<(), RecordingError> {
    let normals = vec![[0.0f32, 0.0, 1.0]; vertices.len()];
    let mesh = Mesh3D::new(vertices).with_triangle_indices(triangles).with_vertex_normals(normals);
    scene.rec.log(path, &mesh.with_albedo_factor(color.0))?;
    Ok(())
}

/// The band behind an occluder in which the top of a child stays below the line of sight over it: pairs of a near and a far
/// point. `eye` is the height of the sensor. Empty where the sensor looks over it or it is out of range.
fn shadow(((x, y), eye): ((f64, f64), f64), actor: &TracedActor, at: &ActorFrame, range: f64) -> Vec<Point> {
    let distance = (at.x_m - x).hypot(at.y_m - y);
    // Behind an occluder as high as the sensor the shadow has no end; behind a lower one a child's head is seen again farther away.
    let reach = match actor.height_m {
        h if h <= CHILD_M => return vec![],
        h if h >= eye => range,
        h => (distance * (eye - CHILD_M) / (eye - h)).min(range),
    };
    let (sin, cos) = at.heading_rad.sin_cos();
    let towards = (at.y_m - y).atan2(at.x_m - x);
    let corners = [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)].map(|(l, w)| {
        let (dx, dy) = (0.5 * l * actor.length_m, 0.5 * w * actor.width_m);
        let (px, py) = (at.x_m + dx * cos - dy * sin - x, at.y_m + dx * sin + dy * cos - y);
        let angle = py.atan2(px) - towards;
        (angle - 2.0 * PI * (angle / (2.0 * PI)).round(), px.hypot(py))
    });
    let first = corners.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
    let last = corners.into_iter().max_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(first), Some(last)) = (first, last) else { return vec![] };
    if last.0 - first.0 >= PI || reach <= first.1.max(last.1) {
        return vec![];
    }
    let polar = |angle: f64, r: f64| point(x + r * (towards + angle).cos(), y + r * (towards + angle).sin(), 0.015);
    let (a, b) = (polar(first.0, first.1), polar(last.0, last.1));
    (0..PAIRS)
        .flat_map(|k| {
            let share = f64::from(k) / f64::from(PAIRS - 1);
            let near = std::array::from_fn(|i| a[i] + (b[i] - a[i]) * share as f32);
            [near, polar(first.0 + (last.0 - first.0) * share, reach)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nines_sim::Class;

    #[test]
    fn shadows_end_where_a_child_is_seen_over_the_occluder() {
        let size_m = [5.2, 2.0, 2.2];
        let at = ActorFrame {
            x_m: 20.0,
            y_m: 0.0,
            heading_rad: 0.0,
            vx_mps: 0.0,
            vy_mps: 0.0,
            visible: true,
            detected: true,
            lamps: [0.0; 5],
            class: Class::Van,
            size_m,
            active: true,
            mode: None,
            fired: None,
            observed: None,
        };
        let farthest = |height_m| {
            let [length_m, width_m, _] = size_m;
            let name = "van".into();
            let van = TracedActor { name, class: Class::Van, active: true, occludes: true, length_m, width_m, height_m };
            shadow(((0.0, 0.0), 1.7), &van, &at, 60.0).iter().map(|p| p[0]).fold(0.0f32, f32::max)
        };
        assert_eq!(farthest(1.0), 0.0);
        // Over 1.45 m one sees the head of a child at 20 m * (1.7 - 1.15) / (1.7 - 1.45) = 44 m.
        assert!((farthest(1.45) - 44.0).abs() < 0.1, "{}", farthest(1.45));
        assert!((farthest(2.5) - 60.0).abs() < 0.1);
    }
}
