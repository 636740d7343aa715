//! The road: lanes and their markings, paths that cross it, zones, stop lines, the end place, and the scale.

use super::Scene;
use crate::canvas::{Canvas, MUTED, Px, thinned};
use nines_sim::{Lane, LaneKind, Path, ZoneKind};

const ASPHALT: &str = "#d3d7dd";
/// Length of a dash and of the gap after it, m.
const DASH_M: (f64, f64) = (3.0, 6.0);

pub fn draw(scene: &Scene, canvas: &mut Canvas) {
    let (corner, size) = scene.view.frame();
    canvas.clipped(corner, size, |canvas| {
        ground(scene, canvas);
        lines(scene, canvas, true);
    });
    scale(scene, canvas);
}

/// Surfaces and markings, as far as they may be seen.
pub fn ground(scene: &Scene, canvas: &mut Canvas) {
    let (corner, size) = scene.view.frame();
    canvas.rect(corner, size, r##"fill="#eef1ea""##);
    surfaces(scene, canvas);
    zones(scene, canvas);
    markings(scene, canvas);
}

/// The stretch of path 0 that may be seen, m.
fn span(scene: &Scene) -> (f64, f64) {
    (-40.0, scene.end_m + 60.0)
}

/// Points along a path at an offset.
fn along(scene: &Scene, path: &Path, (from, to): (f64, f64), d: f64) -> Vec<Px> {
    let steps = if path.pieces().len() == 1 && path.pieces()[0].curvature == 0.0 { 1 } else { ((to - from) / 2.0) as usize + 1 };
    let point = |k: usize| {
        let (x, y, ..) = path.place(from + (to - from) * k as f64 / steps as f64, d);
        scene.view.at((x, y))
    };
    (0..=steps).map(point).collect()
}

fn band(scene: &Scene, canvas: &mut Canvas, path: &Path, span: (f64, f64), (left, right): (f64, f64), fill: &str) {
    let mut edge = thinned(&along(scene, path, span, left));
    edge.extend(thinned(&along(scene, path, span, right)).into_iter().rev());
    canvas.polygon(&edge, &format!(r#"fill="{fill}""#));
}

fn color(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Traffic => ASPHALT,
        LaneKind::Parking => "#dcdfe4",
        LaneKind::Shoulder => "#e0e3e7",
        LaneKind::Sidewalk => "#e6e0d4",
        #[allow(unreachable_patterns)] // a kind that is new here is drawn all the same
        _ => "#dde3dc",
    }
}

fn surfaces(scene: &Scene, canvas: &mut Canvas) {
    let road = &scene.preview.template.road;
    let Some(path) = road.paths.first() else { return };
    let is_walk = |l: &&Lane| l.kind == LaneKind::Sidewalk;
    let lane = |l: &Lane, canvas: &mut Canvas| {
        band(scene, canvas, path, span(scene), (l.centre_d_m + 0.5 * l.width_m, l.centre_d_m - 0.5 * l.width_m), color(l.kind));
    };
    // Roads that cross lie above pavements and below the lanes.
    road.lanes.iter().filter(is_walk).for_each(|l| lane(l, canvas));
    for other in road.paths.iter().skip(1) {
        let half = 0.5 * road.lane_width_m;
        let length = other.pieces().last().map_or(0.0, |p| p.s_m) + 200.0;
        band(scene, canvas, other, (-60.0, length), (half, -half), ASPHALT);
    }
    road.lanes.iter().filter(|l| !is_walk(l)).for_each(|l| lane(l, canvas));
}

/// Crosswalks as stripes, school zones and junctions as tints.
fn zones(scene: &Scene, canvas: &mut Canvas) {
    let road = &scene.preview.template.road;
    let Some(path) = road.paths.first() else { return };
    let chosen = scene.main().map(|(_, r)| &r.trace.zones[..]).unwrap_or_default();
    for zone in chosen {
        let piece = (zone.from_m, zone.to_m);
        match zone.kind {
            ZoneKind::Crosswalk => {
                let mut d = road.right_edge_m + 0.25;
                while d + 0.5 < road.left_edge_m {
                    band(scene, canvas, path, piece, (d + 0.5, d), "#ffffff");
                    d += 1.0;
                }
            }
            ZoneKind::School => band(scene, canvas, path, piece, (road.left_edge_m, road.right_edge_m), "#eadfb0"),
            ZoneKind::Junction => band(scene, canvas, path, piece, (road.left_edge_m, road.right_edge_m), "#c9cfdb"),
            ZoneKind::Work => band(scene, canvas, path, piece, (road.left_edge_m, road.right_edge_m), "#f0d3b4"),
            ZoneKind::Slippery => band(scene, canvas, path, piece, (road.left_edge_m, road.right_edge_m), "#bcd7ea"),
        }
    }
}

/// White and dashed between lanes of one direction, amber between directions, white at the edges of what may be driven on.
fn markings(scene: &Scene, canvas: &mut Canvas) {
    let road = &scene.preview.template.road;
    let Some(path) = road.paths.first() else { return };
    let mut lanes: Vec<&Lane> = road.lanes.iter().collect();
    lanes.sort_by(|a, b| a.centre_d_m.total_cmp(&b.centre_d_m));
    let px = |m: f64| m * scene.view.along;
    for pair in lanes.windows(2) {
        let border = pair[0].centre_d_m + 0.5 * pair[0].width_m;
        let traffic = pair.iter().all(|l| l.kind == LaneKind::Traffic);
        let line = along(scene, path, span(scene), border);
        let dashes = format!(r##"stroke="#fff" stroke-width="1.6" stroke-dasharray="{:.1} {:.1}""##, px(DASH_M.0), px(DASH_M.1));
        match (traffic, pair[0].along == pair[1].along) {
            (true, true) => canvas.polyline(&line, &dashes),
            (true, false) => canvas.polyline(&line, r##"stroke="#d9a400" stroke-width="1.6""##),
            (false, _) => canvas.polyline(&line, r##"stroke="#b7bcc5" stroke-width="1""##),
        }
    }
    for edge in [road.left_edge_m, road.right_edge_m] {
        canvas.polyline(&along(scene, path, span(scene), edge), r##"stroke="#8f96a1" stroke-width="1.2""##);
    }
}

/// Stop lines and the end place, as they lie in the encounter of the main group; with words beside them.
pub fn lines(scene: &Scene, canvas: &mut Canvas, told: bool) {
    let template = scene.preview.template;
    let (Some(path), Some((_, chosen))) = (template.road.paths.first(), scene.main()) else { return };
    let half = 0.5 * template.road.lane_width_m;
    let across = |s: f64, style: &str, words: &str, canvas: &mut Canvas| {
        if !s.is_finite() {
            return;
        }
        let ends = [half, -half].map(|d| {
            let (x, y, ..) = path.place(s, d);
            scene.view.at((x, y))
        });
        canvas.line(ends[0], ends[1], style);
        if !told {
            return;
        }
        let at = ends.iter().fold((0.0, f64::NEG_INFINITY), |a, e| if e.1 > a.1 { *e } else { a });
        canvas.text((at.0 + 4.0, at.1 - 4.0), "start", 10.0, &format!(r#"fill="{MUTED}""#), words);
    };
    for line_m in &chosen.trace.signal_lines_m {
        across(*line_m, r##"stroke="#b42318" stroke-width="3""##, "stop line", canvas);
    }
    across(
        chosen.value(template, &template.ego.end_m),
        r##"stroke="#1a7f37" stroke-width="2" stroke-dasharray="4 3""##,
        "end",
        canvas,
    );
}

/// A bar of round length, and by how much the sideways direction is stretched.
fn scale(scene: &Scene, canvas: &mut Canvas) {
    let view = &scene.view;
    let length = [5.0, 10.0, 20.0, 50.0, 100.0].into_iter().find(|m| m * view.along > 60.0).unwrap_or(200.0);
    let ((x, _), (width, _)) = view.frame();
    let (right, y) = (x + width, view.bottom() + 12.0);
    let left = right - length * view.along;
    let style = format!(r#"stroke="{MUTED}" stroke-width="1.5""#);
    canvas.line((left, y), (right, y), &style);
    for end in [left, right] {
        canvas.line((end, y - 4.0), (end, y + 4.0), &style);
    }
    let stretched =
        if view.stretch > 1.0 { format!("sideways stretched {}-fold · ", view.stretch) } else { "true to scale · ".into() };
    canvas.text((left - 6.0, y + 4.0), "end", 11.0, &format!(r#"fill="{MUTED}""#), &format!("{stretched}{length} m"));
}
