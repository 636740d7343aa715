//! The road: surfaces, markings, zones, stop lines and signals.

use nines_sim::{Frame, Lane, LaneKind, ZoneKind};
use rerun::{LineStrips3D, Points3D};

use super::palette::{self, AMBER, GREY, PASSED, WHITE, rgba};
use super::shapes::{Point, Surfaces, along, point};
use super::{RecordingError, Scene};

/// Metres of road shown behind and ahead of what the ego drove.
const MARGIN_M: (f64, f64) = (25.0, 70.0);
/// Length of a dash and of the gap after it, m.
const DASH_M: (f64, f64) = (3.0, 6.0);

/// Stretch of path 0 that is shown, m.
pub fn extent(scene: &Scene) -> (f64, f64) {
    let drives = std::iter::once(&scene.of.shown).chain(&scene.of.beside).chain(scene.of.others);
    let s = drives.flat_map(|drive| drive.trace.frames.iter().map(|f| f.ego.s_m));
    let (low, high) = s.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), s| (a.min(s), b.max(s)));
    (low - MARGIN_M.0, high + MARGIN_M.1)
}

/// Everything of the road that does not change.
pub fn log(scene: &Scene) -> Result<(), RecordingError> {
    let (rec, road, span) = (scene.rec, &scene.of.template.road, extent(scene));
    let Some(path) = road.paths.first() else { return Ok(()) };
    let mut surfaces = Surfaces::default();
    for other in road.paths.iter().skip(1) {
        let half = 0.5 * road.lane_width_m;
        let span = (-20.0, other.pieces().last().map_or(0.0, |p| p.s_m) + 100.0);
        surfaces.band(&along(other, span, half, -0.06), &along(other, span, -half, -0.06), rgba([48, 52, 59], 255));
    }
    for lane in &road.lanes {
        let color = match lane.kind {
            LaneKind::Traffic => [58, 63, 71],
            LaneKind::Parking => [68, 72, 80],
            LaneKind::Shoulder => [50, 54, 60],
            LaneKind::Sidewalk => [92, 90, 84],
        };
        let (left, right) = (lane.centre_d_m + 0.5 * lane.width_m, lane.centre_d_m - 0.5 * lane.width_m);
        surfaces.band(&along(path, span, left, -0.03), &along(path, span, right, -0.03), rgba(color, 255));
    }
    zones(scene, span, &mut surfaces);
    rec.log_static("world/road/surface", &surfaces.mesh())?;
    let markings = markings(scene, span);
    let colors: Vec<_> = markings.iter().map(|(_, color)| *color).collect();
    let strips: Vec<Vec<Point>> = markings.into_iter().map(|(strip, _)| strip).collect();
    rec.log_static("world/road/markings", &LineStrips3D::new(strips).with_colors(colors).with_radii([0.06f32]))?;
    if let Some(end) = scene.of.template.ego.end_m.constant() {
        let strip = across(scene, end);
        let end = LineStrips3D::new([strip]).with_colors([rgba(PASSED, 160)]).with_radii([0.05f32]).with_labels(["end place"]);
        rec.log_static("world/road/end", &end.with_show_labels(false))?;
    }
    Ok(())
}

/// A line across the ego's lane at a distance along the route, m.
fn across(scene: &Scene, s_m: f64) -> Vec<Point> {
    let half = 0.5 * scene.of.template.road.lane_width_m;
    [half, -half]
        .map(|d| {
            let (x, y, ..) = scene.of.template.road.paths[0].place(s_m, d);
            point(x, y, 0.02)
        })
        .to_vec()
}

/// Lines between lanes and at the edges: dashed between lanes of one direction, amber between directions.
fn markings(scene: &Scene, span: (f64, f64)) -> Vec<(Vec<Point>, rerun::Color)> {
    let road = &scene.of.template.road;
    let path = &road.paths[0];
    let mut lanes: Vec<&Lane> = road.lanes.iter().collect();
    lanes.sort_by(|a, b| a.centre_d_m.total_cmp(&b.centre_d_m));
    let mut out = Vec::new();
    for pair in lanes.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let border = a.centre_d_m + 0.5 * a.width_m;
        let traffic = a.kind == LaneKind::Traffic && b.kind == LaneKind::Traffic;
        if traffic && a.along == b.along {
            let mut s = span.0;
            while s < span.1 {
                out.push((along(path, (s, (s + DASH_M.0).min(span.1)), border, 0.0), rgba(WHITE, 255)));
                s += DASH_M.0 + DASH_M.1;
            }
        } else {
            let color = if traffic { AMBER } else { GREY };
            out.push((along(path, span, border, 0.0), rgba(color, 255)));
        }
    }
    for edge in [road.left_edge_m, road.right_edge_m] {
        out.push((along(path, span, edge, 0.02), rgba(WHITE, 255)));
    }
    out
}

/// Crosswalks as stripes, school zones and junctions as tints.
fn zones(scene: &Scene, span: (f64, f64), surfaces: &mut Surfaces) {
    let road = &scene.of.template.road;
    let path = &road.paths[0];
    for zone in &scene.of.shown.trace.zones {
        let piece = (zone.from_m.max(span.0), zone.to_m.min(span.1));
        if piece.0 >= piece.1 {
            continue;
        }
        let mut band = |left: f64, right: f64, z: f64, color: [u8; 3]| {
            surfaces.band(&along(path, piece, left, z), &along(path, piece, right, z), rgba(color, 255));
        };
        match zone.kind {
            ZoneKind::Crosswalk => {
                let mut d = road.right_edge_m + 0.25;
                while d + 0.5 < road.left_edge_m {
                    band(d + 0.5, d, -0.005, [215, 218, 222]);
                    d += 1.0;
                }
            }
            ZoneKind::School => band(road.left_edge_m, road.right_edge_m, -0.02, [92, 84, 48]),
            ZoneKind::Junction => band(road.left_edge_m, road.right_edge_m, -0.02, [66, 70, 84]),
            ZoneKind::Work => band(road.left_edge_m, road.right_edge_m, -0.02, [104, 72, 40]),
            ZoneKind::Slippery => band(road.left_edge_m, road.right_edge_m, -0.02, [70, 100, 120]),
        }
    }
}

/// Stop line and lamp of each signal, where they change.
pub fn signals(scene: &Scene, frame: &Frame, previous: Option<&Frame>) -> Result<(), RecordingError> {
    for (k, (&line_m, &state)) in scene.of.shown.trace.signal_lines_m.iter().zip(&frame.signals).enumerate() {
        if previous.and_then(|f| f.signals.get(k)) == Some(&state) {
            continue;
        }
        let color = rgba(palette::signal(state), 255);
        let (x, y, ..) = scene.of.template.road.paths[0].place(line_m, scene.of.template.road.right_edge_m - 0.8);
        let strip = LineStrips3D::new([across(scene, line_m)]).with_colors([color]).with_radii([0.15f32]);
        scene.rec.log(format!("world/road/signals/{k}/line"), &strip)?;
        let lamp = Points3D::new([point(x, y, 4.0)]).with_colors([color]).with_radii([0.35f32]);
        scene.rec.log(format!("world/road/signals/{k}/lamp"), &lamp)?;
    }
    Ok(())
}
