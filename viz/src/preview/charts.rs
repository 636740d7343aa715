//! The ego's speed along the road, and who is where on the ego's way when.

use super::actors::cross;
use super::{LEFT, PreviewRollout, RIGHT, Scene, WIDTH};
use crate::canvas::{Axis, Canvas, GRID, INK, MUTED, Px, words_width};
use nines_sim::{ActorFrame, Path};

const SPEEDS: f64 = 96.0;
const PLACES: (f64, f64) = (470.0, 210.0);
/// Slack beside the ego's body within which an actor is in its way, m.
const BESIDE_M: f64 = 0.3;

/// Draws the chart of speeds below `top`; its lower edge. On a straight road it shares the map's scale.
pub fn speeds(scene: &Scene, canvas: &mut Canvas, top: f64) -> f64 {
    let bottom = top + SPEEDS;
    let view = &scene.view;
    let x = if view.straight {
        Axis::new(view.x_m, (view.at((view.x_m.0, 0.0)).0, view.at((view.x_m.1, 0.0)).0))
    } else {
        Axis::new((-8.0, scene.end_m + 8.0), (LEFT, WIDTH - RIGHT))
    };
    let frames = || scene.preview.rollouts.iter().flat_map(|r| &r.trace.frames);
    let most = frames().map(|f| f.ego.speed_mps).fold(5.0, f64::max);
    let y = Axis::new((0.0, 1.05 * most), (bottom, top));
    frame(canvas, &x, &y, "m along the road", "the ego's speed, m/s");
    lines(scene, canvas, |r| r.trace.frames.iter().map(|f| (x.at(f.ego.s_m), y.at(f.ego.speed_mps))).collect());
    bottom
}

/// Draws places over time below `top`; its lower edge.
pub fn places(scene: &Scene, canvas: &mut Canvas, top: f64) -> f64 {
    let (right, bottom) = (LEFT + PLACES.0, top + PLACES.1);
    let mut ends: Vec<f64> = scene.preview.rollouts.iter().filter_map(|r| Some(r.trace.frames.last()?.time_s)).collect();
    ends.sort_by(f64::total_cmp);
    // Nearly all of them to their end; one that waits for minutes does not squeeze the others.
    let long = ends.get(ends.len() * 9 / 10).copied().unwrap_or(1.0).max(2.0);
    let (x, y) = (Axis::new((0.0, long), (LEFT, right)), Axis::new((-8.0, scene.end_m + 8.0), (bottom, top)));
    frame(canvas, &x, &y, "seconds", "place of the ego's front, m; thick: an actor in its lane");
    let clip = ((LEFT, top), (right - LEFT, bottom - top));
    canvas.clipped(clip.0, clip.1, |canvas| {
        reds(scene, canvas, &x, &y);
        let front = |r: &PreviewRollout| r.trace.ego_centre_m + 0.5 * r.trace.ego_length_m;
        lines(scene, canvas, |r| r.trace.frames.iter().map(|f| (x.at(f.time_s), y.at(f.ego.s_m + front(r)))).collect());
        crossings(scene, canvas, &x, &y);
        for (r, group) in scene.rollouts().filter(|(r, _)| r.outcome.failed()) {
            let at = r.outcome.failed_s.and_then(|s| r.trace.frames.iter().find(|f| f.time_s >= s - 1e-9));
            if let Some(f) = at {
                cross(canvas, (x.at(f.time_s), y.at(f.ego.s_m + front(r))), group.color);
            }
        }
    });
    bottom + 30.0
}

/// A line for each encounter in the colour of its group, those with the hazard on top.
fn lines(scene: &Scene, canvas: &mut Canvas, of: impl Fn(&PreviewRollout) -> Vec<Px>) {
    for group in scene.groups.iter().rev() {
        let style = format!(r#"stroke="{}" stroke-opacity="0.55" stroke-width="1.3" stroke-linejoin="round""#, group.color);
        canvas.group(&style, |canvas| {
            for (r, _) in scene.rollouts().filter(|(_, g)| g.name == group.name) {
                canvas.polyline(&of(r), "");
            }
        });
    }
}

/// Where an actor is in the ego's lane, and when.
fn crossings(scene: &Scene, canvas: &mut Canvas, x: &Axis, y: &Axis) {
    let Some(path) = scene.preview.template.road.paths.first() else { return };
    for (r, group) in scene.rollouts() {
        let style = format!(r#"stroke="{}" stroke-opacity="0.7" stroke-width="3.4" stroke-linecap="round""#, group.color);
        for k in 0..r.trace.actors.len() {
            let mut run: Vec<Px> = Vec::new();
            for frame in &r.trace.frames {
                match in_way(path, &frame.actors[k], r.trace.ego_width_m, scene.end_m) {
                    Some(s) => run.push((x.at(frame.time_s), y.at(s))),
                    None => {
                        canvas.polyline(&run, &style);
                        run.clear();
                    }
                }
            }
            canvas.polyline(&run, &style);
        }
    }
}

/// Distance along the route of an actor that is in the ego's way.
fn in_way(path: &Path, at: &ActorFrame, ego_width_m: f64, end_m: f64) -> Option<f64> {
    let reach = 0.5 * (ego_width_m + at.size_m[1]) + BESIDE_M;
    let (s, d) = if path.is_x_axis() {
        (at.x_m, at.y_m)
    } else {
        let steps = (end_m / 4.0) as usize + 10;
        let far = |k: usize| {
            let s = -20.0 + 4.0 * k as f64;
            let p = path.at(s);
            ((p.x - at.x_m).hypot(p.y - at.y_m), s)
        };
        let guess = (0..steps).map(far).min_by(|a, b| a.0.total_cmp(&b.0))?.1;
        let (s, d, _) = path.project(at.x_m, at.y_m, guess);
        (s, d)
    };
    (at.active && d.abs() < reach).then_some(s)
}

/// Red phases of the signals in the encounter of the main group.
fn reds(scene: &Scene, canvas: &mut Canvas, x: &Axis, y: &Axis) {
    let Some((_, r)) = scene.main() else { return };
    let template = scene.preview.template;
    for signal in &template.signals {
        let [line, from, to] = [&signal.line_m, &signal.red_s, &signal.green_s].map(|v| r.value(template, v));
        if line.is_finite() && from.is_finite() {
            let to = x.at(to.min(1e4));
            canvas.line(
                (x.at(from), y.at(line)),
                (to, y.at(line)),
                r##"stroke="#b42318" stroke-width="5" stroke-opacity="0.5""##,
            );
        }
    }
}

/// Grid, numbers and words of a chart.
fn frame(canvas: &mut Canvas, x: &Axis, y: &Axis, below: &str, above: &str) {
    let ((left, right), (bottom, top)) = (x.ends(), y.ends());
    let muted = format!(r#"fill="{MUTED}""#);
    canvas.group(&format!(r#"stroke="{GRID}""#), |canvas| {
        for (v, _) in y.ticks(5) {
            canvas.line((left, y.at(v)), (right, y.at(v)), "");
        }
        for (v, _) in x.ticks(10) {
            canvas.line((x.at(v), top), (x.at(v), bottom), "");
        }
    });
    canvas.line((left, bottom), (right, bottom), &format!(r#"stroke="{MUTED}""#));
    for (v, words) in y.ticks(5) {
        canvas.text((left - 5.0, y.at(v) + 4.0), "end", 11.0, &muted, &words);
    }
    // What the numbers count stands at the end of their row, in place of those that it would cover.
    canvas.text((right, bottom + 15.0), "end", 11.0, &muted, below);
    let free = right - words_width(below, 11.0) - 12.0;
    for (v, words) in x.ticks(10).iter().filter(|(v, _)| x.at(*v) < free) {
        canvas.text((x.at(*v), bottom + 15.0), "middle", 11.0, &muted, words);
    }
    canvas.text((left, top - 8.0), "start", 12.0, &format!(r#"fill="{INK}""#), above);
}
