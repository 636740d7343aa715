//! Who starts where, who goes which way, and where it ends badly.

use super::labels::{Label, labels};
use super::{PreviewRollout, Scene};
use crate::canvas::{Canvas, Px};
use nines_sim::{ActorFrame, Class, Frame};

/// Colour of the ego.
pub const EGO: &str = "#24292f";
/// Moves farther than this, m, and it is no thing that stands.
const MOVES_M: f64 = 0.6;
/// Seconds between two marks of time that are written out.
const WRITTEN_S: usize = 2;

pub fn draw(scene: &Scene, canvas: &mut Canvas) {
    let (corner, size) = scene.view.frame();
    canvas.clipped(corner, size, |canvas| {
        starts(scene, canvas);
        ways(scene, canvas);
        let labels = labels(scene);
        marks(scene, canvas, &labels);
        failures(scene, canvas);
        labels.iter().for_each(|label| label.draw_leader(canvas));
        labels.iter().for_each(|label| label.draw(canvas));
    });
}

/// Colour of an actor.
pub fn fill(class: Class) -> &'static str {
    match class {
        Class::Child | Class::Adult | Class::Officer | Class::Stroller => "#c4622d",
        Class::Cyclist | Class::Rider | Class::Motorcycle => "#a08a00",
        Class::EmergencyVehicle => "#c23a4b",
        Class::SchoolBus => "#e0b100",
        Class::Ball => "#c2349b",
        Class::Debris | Class::Litter | Class::Barrier => "#8a6f4d",
        Class::Animal => "#7a55b8",
        _ => "#8492a6",
    }
}

/// An actor where it is there for the first time.
pub fn first(r: &PreviewRollout, k: usize) -> Option<&ActorFrame> {
    r.trace.frames.iter().map(|f| &f.actors[k]).find(|f| f.active)
}

/// Whether an actor leaves its place in some encounter.
pub fn moves(scene: &Scene, k: usize) -> bool {
    let leaves = |r: &PreviewRollout| {
        let from = first(r, k).map(|f| (f.x_m, f.y_m));
        let far = |f: &ActorFrame| f.active && from.is_some_and(|(x, y)| (f.x_m - x).hypot(f.y_m - y) > MOVES_M);
        r.trace.frames.iter().any(|f| far(&f.actors[k]))
    };
    scene.preview.rollouts.iter().any(leaves)
}

/// Boxes at the start: faint for all encounters, plain for one.
fn starts(scene: &Scene, canvas: &mut Canvas) {
    for (k, actor) in scene.preview.template.actors.iter().enumerate() {
        let boxed = |r: &PreviewRollout| first(r, k).map(|at| outline(scene, at));
        let all: Vec<Vec<Px>> = scene.preview.rollouts.iter().filter_map(boxed).collect();
        let color = fill(actor.class);
        canvas.group(
            &format!(r#"fill="{color}" fill-opacity="0.10" stroke="{color}" stroke-opacity="0.3" stroke-width="0.7""#),
            |canvas| {
                all.iter().for_each(|corners| canvas.polygon(corners, ""));
            },
        );
        if let Some(corners) = scene.main().and_then(|(_, r)| boxed(r)).as_ref().or(all.first()) {
            canvas.polygon(corners, &format!(r##"fill="{color}" fill-opacity="0.85" stroke="#3a3f47" stroke-width="0.8""##));
        }
    }
    if let Some(corners) = scene.main().and_then(|(_, r)| ego_outline(scene, r)) {
        canvas.polygon(&corners, &format!(r#"fill="{EGO}""#));
    }
}

/// The box of an actor. A person is drawn no smaller than can be seen.
pub fn outline(scene: &Scene, at: &ActorFrame) -> Vec<Px> {
    let least = 2.0 / scene.view.along;
    let (half_l, half_w) = ((0.5 * at.size_m[0]).max(least), (0.5 * at.size_m[1]).max(least / scene.view.stretch));
    scene.view.boxed((at.x_m, at.y_m), at.heading_rad, half_l, half_w)
}

/// The box of the ego at the start.
pub fn ego_outline(scene: &Scene, r: &PreviewRollout) -> Option<Vec<Px>> {
    let (trace, frame) = (&r.trace, r.trace.frames.first()?);
    let (sin, cos) = frame.ego.heading_rad.sin_cos();
    let centre = (frame.ego.x_m + trace.ego_centre_m * cos, frame.ego.y_m + trace.ego_centre_m * sin);
    Some(scene.view.boxed(centre, frame.ego.heading_rad, 0.5 * trace.ego_length_m, 0.5 * trace.ego_width_m))
}

/// Ways of the ego and of all that moves, in the colours of the groups.
fn ways(scene: &Scene, canvas: &mut Canvas) {
    let movers: Vec<usize> = (0..scene.preview.template.actors.len()).filter(|k| moves(scene, *k)).collect();
    // The groups without hazard lie below.
    for group in scene.groups.iter().rev() {
        let style = format!(r#"stroke="{}" stroke-opacity="0.6" stroke-width="1.3" stroke-linejoin="round""#, group.color);
        canvas.group(&style, |canvas| {
            for (r, _) in scene.rollouts().filter(|(_, g)| g.name == group.name) {
                let frames = || r.trace.frames.iter();
                let ego: Vec<Px> = frames().map(|f| scene.view.at((f.ego.x_m, f.ego.y_m))).collect();
                canvas.polyline(&ego, "");
                for &k in &movers {
                    for way in r.trace.frames.split(|f| !f.actors[k].active) {
                        let way: Vec<Px> = way.iter().map(|f| scene.view.at((f.actors[k].x_m, f.actors[k].y_m))).collect();
                        canvas.polyline(&way, "");
                    }
                }
            }
        });
    }
}

/// A dot after each second on the ways of the encounter that stands for the first group, every second one written out.
fn marks(scene: &Scene, canvas: &mut Canvas, labels: &[Label]) {
    let Some((group, r)) = scene.main() else { return };
    let per_s = (1.0 / nines_sim::DT).round() as usize;
    let seconds: Vec<_> = r.trace.frames.iter().step_by(per_s).enumerate().skip(1).collect();
    let mut taken: Vec<Label> = labels.to_vec();
    let mut mark = |way: &dyn Fn(&Frame) -> Option<(f64, f64)>, apart: f64, below: f64| {
        let mut last: Option<Px> = None;
        for (second, frame) in &seconds {
            let Some(at) = way(frame).map(|at| scene.view.at(at)) else { continue };
            // What stands still or wanders about has one dot.
            if last.is_some_and(|l| (l.0 - at.0).hypot(l.1 - at.1) < apart) {
                continue;
            }
            last = Some(at);
            canvas.disc(at, 2.3, &format!(r##"fill="{}" stroke="#fff" stroke-width="0.6""##, group.color));
            let time = Label::new((at.0, at.1 + below), 9.5, format!("{second} s"));
            if second % WRITTEN_S == 0 && taken.iter().all(|other| !time.covers(other)) {
                canvas.text(time.at, "middle", time.size, &format!(r#"fill="{}""#, group.color), &time.words);
                taken.push(time);
            }
        }
    };
    for k in (0..r.trace.actors.len()).filter(|k| moves(scene, *k)) {
        mark(&|f| f.actors[k].active.then_some((f.actors[k].x_m, f.actors[k].y_m)), 9.0, -6.0);
    }
    mark(&|f| Some((f.ego.x_m, f.ego.y_m)), 6.0, 13.0);
}

/// A cross where the ego is when it fails.
fn failures(scene: &Scene, canvas: &mut Canvas) {
    for (r, group) in scene.rollouts() {
        failure(scene, r).into_iter().for_each(|at| cross(canvas, at, group.color));
    }
}

/// The middle of the ego's front when it fails.
pub fn failure(scene: &Scene, r: &PreviewRollout) -> Option<Px> {
    let failed_s = r.outcome.failed_s.filter(|_| r.outcome.failed())?;
    let frame = r.trace.frames.iter().find(|f| f.time_s >= failed_s - 1e-9).or(r.trace.frames.last())?;
    let front = r.trace.ego_centre_m + 0.5 * r.trace.ego_length_m;
    let (sin, cos) = frame.ego.heading_rad.sin_cos();
    Some(scene.view.at((frame.ego.x_m + front * cos, frame.ego.y_m + front * sin)))
}

/// The sign of a failure.
pub fn cross(canvas: &mut Canvas, (x, y): Px, color: &str) {
    let style = format!(r#"stroke="{color}" stroke-width="2.2" stroke-linecap="round""#);
    canvas.line((x - 4.0, y - 4.0), (x + 4.0, y + 4.0), &style);
    canvas.line((x - 4.0, y + 4.0), (x + 4.0, y - 4.0), &style);
}
