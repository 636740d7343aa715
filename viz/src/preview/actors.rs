//! Who starts where, who goes which way, and where it ends badly.

use super::{PreviewRollout, Scene};
use crate::canvas::{Canvas, INK, Px, words_width};
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
fn first(r: &PreviewRollout, k: usize) -> Option<&ActorFrame> {
    r.trace.frames.iter().map(|f| &f.actors[k]).find(|f| f.active)
}

/// Whether an actor leaves its place in some encounter.
fn moves(scene: &Scene, k: usize) -> bool {
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
        let boxed = |r: &PreviewRollout| {
            let at = first(r, k)?;
            // A person is drawn no smaller than can be seen.
            let least = 2.0 / scene.view.along;
            let (half_l, half_w) = ((0.5 * at.size_m[0]).max(least), (0.5 * at.size_m[1]).max(least / scene.view.stretch));
            Some(scene.view.boxed((at.x_m, at.y_m), at.heading_rad, half_l, half_w))
        };
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
    let Some((_, chosen)) = scene.main() else { return };
    let (trace, Some(frame)) = (&chosen.trace, chosen.trace.frames.first()) else { return };
    let (sin, cos) = frame.ego.heading_rad.sin_cos();
    let centre = (frame.ego.x_m + trace.ego_centre_m * cos, frame.ego.y_m + trace.ego_centre_m * sin);
    let corners = scene.view.boxed(centre, frame.ego.heading_rad, 0.5 * trace.ego_length_m, 0.5 * trace.ego_width_m);
    canvas.polygon(&corners, &format!(r#"fill="{EGO}""#));
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
            let time = Label { at: (at.0, at.1 + below), size: 9.5, words: format!("{second} s") };
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
        let Some(failed_s) = r.outcome.failed_s.filter(|_| r.outcome.failed()) else { continue };
        let Some(frame) = r.trace.frames.iter().find(|f| f.time_s >= failed_s - 1e-9).or(r.trace.frames.last()) else { continue };
        let front = r.trace.ego_centre_m + 0.5 * r.trace.ego_length_m;
        let (sin, cos) = frame.ego.heading_rad.sin_cos();
        let at = scene.view.at((frame.ego.x_m + front * cos, frame.ego.y_m + front * sin));
        cross(canvas, at, group.color);
    }
}

/// The sign of a failure.
pub fn cross(canvas: &mut Canvas, (x, y): Px, color: &str) {
    let style = format!(r#"stroke="{color}" stroke-width="2.2" stroke-linecap="round""#);
    canvas.line((x - 4.0, y - 4.0), (x + 4.0, y + 4.0), &style);
    canvas.line((x - 4.0, y + 4.0), (x + 4.0, y - 4.0), &style);
}

/// Words around a place, px: the middle of their base line.
#[derive(Clone, Debug)]
struct Label {
    at: Px,
    size: f64,
    words: String,
}

impl Label {
    /// Left, right, top and bottom.
    fn extent(&self) -> [f64; 4] {
        let half = 0.5 * words_width(&self.words, self.size) + 2.0;
        [self.at.0 - half, self.at.0 + half, self.at.1 - self.size, self.at.1 + 3.0]
    }

    fn covers(&self, other: &Label) -> bool {
        let ([a, b, c, d], [e, f, g, h]) = (self.extent(), other.extent());
        a < f && e < b && c < h && g < d
    }

    /// A white rim keeps words apart from what lies below.
    fn draw(&self, canvas: &mut Canvas) {
        let rim = r##"stroke="#fff" stroke-width="3" stroke-opacity="0.85" stroke-linejoin="round" fill="none""##;
        canvas.text(self.at, "middle", self.size, rim, &self.words);
        canvas.text(self.at, "middle", self.size, &format!(r#"fill="{INK}""#), &self.words);
    }
}

/// Names, with how fast they get and in how many encounters they are, where there is room.
fn labels(scene: &Scene) -> Vec<Label> {
    let mut out: Vec<Label> = Vec::new();
    let rollouts = scene.preview.rollouts;
    let starts = rollouts.iter().filter_map(|r| r.trace.frames.first().map(|f| &f.ego));
    if let Some(first) = starts.clone().next() {
        let words = format!("ego, {}", range(starts.map(|e| e.speed_mps)));
        out.extend(placed(scene, &out, (first.x_m, first.y_m), 0.9, words));
    }
    let names: Vec<&str> = scene.preview.template.actors.iter().map(|a| a.name.as_str()).collect();
    for (name, members) in together(&names) {
        let there = |r: &PreviewRollout| members.iter().any(|k| first(r, *k).is_some());
        let number = rollouts.iter().filter(|r| there(r)).count();
        let mut at: Vec<&ActorFrame> = rollouts.iter().flat_map(|r| members.iter().filter_map(|k| first(r, *k))).collect();
        at.sort_by(|a, b| a.x_m.total_cmp(&b.x_m));
        let Some(middle) = at.get(at.len() / 2) else { continue };
        let frames = rollouts.iter().flat_map(|r| &r.trace.frames);
        let speeds = frames.flat_map(|f| members.iter().map(|k| &f.actors[*k])).filter(|f| f.active);
        let fastest = speeds.map(|f| f.vx_mps.hypot(f.vy_mps)).fold(0.0, f64::max);
        let is_moving = members.iter().any(|k| moves(scene, *k));
        let speed = if is_moving { format!(", up to {fastest:.1} m/s") } else { String::new() };
        let part = if number < rollouts.len() { format!(", in {number} of {}", rollouts.len()) } else { String::new() };
        let half_m = 0.5 * middle.size_m[1];
        let words = format!("{name}{speed}{part}");
        out.extend(placed(scene, &out, (middle.x_m, middle.y_m), half_m, words));
    }
    out
}

/// Actors by what they are called; the members of a group (`kids_1` to `kids_4`) have one name, since many would lie over each other.
fn together(names: &[&str]) -> Vec<(String, Vec<usize>)> {
    let member = |k: usize| names.get(k)?.rsplit_once('_').and_then(|(group, n)| Some((group, n.parse::<usize>().ok()?)));
    let (mut out, mut k) = (Vec::new(), 0);
    while k < names.len() {
        let many = match member(k) {
            Some((group, 1)) => (1..).take_while(|n| member(k + n) == Some((group, n + 1))).count() + 1,
            _ => 1,
        };
        let name = match member(k) {
            Some((group, _)) if many > 1 => format!("{} 1 to {many}", group.replace('_', " ")),
            _ => names[k].replace('_', " "),
        };
        out.push((name, (k..k + many).collect()));
        k += many;
    }
    out
}

/// `8.4 to 13.7 m/s`, or one number where both are the same.
fn range(values: impl Iterator<Item = f64>) -> String {
    let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(a, b), v| (a.min(v), b.max(v)));
    if high - low < 0.1 { format!("{high:.1} m/s") } else { format!("{low:.1} to {high:.1} m/s") }
}

/// A label above or below a place, as near as there is room.
fn placed(scene: &Scene, taken: &[Label], at: (f64, f64), half_m: f64, words: String) -> Option<Label> {
    const SIZE: f64 = 11.0;
    const ROW: f64 = 13.0;
    let ((left, top), (wide, high)) = scene.view.frame();
    let (x, y) = scene.view.at(at);
    if !(left - 60.0..left + wide + 60.0).contains(&x) {
        return None;
    }
    let half = 0.5 * words_width(&words, SIZE) + 4.0;
    let away = half_m * scene.view.along * scene.view.stretch + 4.0;
    let x = x.max(left + half).min(left + wide - half);
    let rows = (0..6).map(f64::from).flat_map(|k| [y - away - ROW * k, y + away + SIZE + ROW * k]);
    let mut labels = rows.map(|y| Label { at: (x, y), size: SIZE, words: words.clone() });
    labels.find(|l| {
        let [.., up, down] = l.extent();
        up >= top && down <= top + high && taken.iter().all(|other| !l.covers(other))
    })
}
