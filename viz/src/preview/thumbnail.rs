//! A rollout at the moment of its failure, small: the road from above, who is where, and how they came there.

use super::actors::{EGO, cross, fill};
use super::{Preview, PreviewRollout, Scene, groups, map, view::View};
use crate::canvas::{Canvas, Px};
use nines_sim::{Frame, Template, Trace};

/// Size of the picture, px.
const SIZE: Px = (288.0, 132.0);
/// What is seen along the road, m: less where the ego is slow.
const SEEN_M: (f64, f64) = (36.0, 90.0);
/// Time that is seen ahead and behind at the ego's speed, s.
const SEEN_S: f64 = 5.0;
/// Colour of the failure, and of the ego's way.
const FAILED: &str = "#cf222e";
/// How far an actor must come for its way to be drawn, m.
const MOVES_M: f64 = 0.6;

/// The frame in which a rollout failed: the first at or after that time.
fn failed_frame(r: &PreviewRollout) -> Option<usize> {
    let failed_s = r.outcome.failed_s.filter(|_| r.outcome.failed())?;
    let last = r.trace.frames.len().checked_sub(1)?;
    Some(r.trace.frames.iter().position(|f| f.time_s >= failed_s - 1e-9).unwrap_or(last))
}

/// A top view of a failed rollout as SVG, with the time of the failure and the ego's speed then; `None` where it did not fail.
pub fn thumbnail(template: &Template, rollout: PreviewRollout, title: &str) -> Option<crate::report::ModePicture> {
    let at = failed_frame(&rollout)?;
    let rollouts = [rollout];
    let [r] = &rollouts;
    let frame = &r.trace.frames[at];
    let (sin, cos) = frame.ego.heading_rad.sin_cos();
    let front = r.trace.ego_centre_m + 0.5 * r.trace.ego_length_m;
    let place = (frame.ego.x_m + front * cos, frame.ego.y_m + front * sin);
    let seen_m = (SEEN_S * frame.ego.speed_mps).clamp(SEEN_M.0, SEEN_M.1);
    let preview = Preview { title, subtitle: "", template, rollouts: &rollouts };
    let end_m = Some(r.value(template, &template.ego.end_m)).filter(|x| x.is_finite()).unwrap_or(1.0);
    let view = View::around(place, seen_m, SIZE);
    let scene = Scene { groups: groups::of(template, &rollouts), preview: &preview, view, end_m };
    let mut canvas = Canvas::new(SIZE.0);
    map::ground(&scene, &mut canvas);
    map::lines(&scene, &mut canvas, false);
    ways(&scene, &mut canvas, &r.trace, at);
    ego(&scene, &mut canvas, &r.trace, frame);
    // Above the ego, or a child that it hits would not be seen.
    actors(&scene, &mut canvas, &r.trace, frame);
    cross(&mut canvas, scene.view.at(place), FAILED);
    let others = others(&scene, &r.trace, frame);
    let description = format!(
        "Top view, {seen_m:.0} m of road: the ego at {:.1} m/s when it fails after {:.1} s{}.",
        frame.ego.speed_mps, frame.time_s, others
    );
    let svg = canvas.inline(SIZE.1, title, &description);
    Some(crate::report::ModePicture { svg, failed_s: frame.time_s, speed_mps: frame.ego.speed_mps })
}

/// Where they came from until then.
fn ways(scene: &Scene, canvas: &mut Canvas, trace: &Trace, at: usize) {
    let past = &trace.frames[..=at];
    for (k, actor) in trace.actors.iter().enumerate() {
        let there = |f: &&Frame| f.actors[k].active;
        let Some(from) = past.iter().find(there).map(|f| (f.actors[k].x_m, f.actors[k].y_m)) else { continue };
        let far = past.iter().filter(there).any(|f| (f.actors[k].x_m - from.0).hypot(f.actors[k].y_m - from.1) > MOVES_M);
        if far {
            let way: Vec<Px> = past.iter().filter(there).map(|f| scene.view.at((f.actors[k].x_m, f.actors[k].y_m))).collect();
            canvas.polyline(&near(way), &format!(r#"stroke="{}" stroke-width="1.6""#, fill(actor.class)));
        }
    }
    let way: Vec<Px> = past.iter().map(|f| scene.view.at((f.ego.x_m, f.ego.y_m))).collect();
    canvas.polyline(&near(way), &format!(r#"stroke="{FAILED}" stroke-width="1.6""#));
}

/// Without what lies far outside, which would only cost bytes.
fn near(way: Vec<Px>) -> Vec<Px> {
    let within = |p: &Px| (-60.0..SIZE.0 + 60.0).contains(&p.0) && (-60.0..SIZE.1 + 60.0).contains(&p.1);
    let from = way.iter().position(within).unwrap_or(way.len());
    let to = way.iter().rposition(within).map_or(from, |k| k + 1);
    way[from..to].to_vec()
}

fn actors(scene: &Scene, canvas: &mut Canvas, trace: &Trace, frame: &Frame) {
    for (actor, at) in trace.actors.iter().zip(&frame.actors).filter(|(_, at)| at.active) {
        // A person is drawn no smaller than can be seen.
        let least = 3.0 / scene.view.along;
        let corners =
            scene.view.boxed((at.x_m, at.y_m), at.heading_rad, (0.5 * at.size_m[0]).max(least), (0.5 * at.size_m[1]).max(least));
        if !near(corners.clone()).is_empty() {
            canvas.polygon(&corners, &format!(r##"fill="{}" stroke="#3a3f47" stroke-width="0.8""##, fill(actor.at(at).class)));
        }
    }
}

fn ego(scene: &Scene, canvas: &mut Canvas, trace: &Trace, frame: &Frame) {
    let (sin, cos) = frame.ego.heading_rad.sin_cos();
    let centre = (frame.ego.x_m + trace.ego_centre_m * cos, frame.ego.y_m + trace.ego_centre_m * sin);
    let corners = scene.view.boxed(centre, frame.ego.heading_rad, 0.5 * trace.ego_length_m, 0.5 * trace.ego_width_m);
    canvas.polygon(&corners, &format!(r#"fill="{EGO}""#));
}

/// Who else is in the picture, in words.
fn others(scene: &Scene, trace: &Trace, frame: &Frame) -> String {
    let seen = trace.actors.iter().zip(&frame.actors).filter(|(_, at)| {
        let (x, y) = scene.view.at((at.x_m, at.y_m));
        at.active && (0.0..=SIZE.0).contains(&x) && (0.0..=SIZE.1).contains(&y)
    });
    let names: Vec<String> = seen.map(|(actor, _)| actor.name.replace('_', " ")).collect();
    if names.is_empty() { String::new() } else { format!("; with {}", crate::numbers::few(&names)) }
}
