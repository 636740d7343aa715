//! Names beside what they name: where they cover little, and with a line to it where they had to move away.

use super::actors::{ego_outline, failure, first, moves, outline};
use super::{PreviewRollout, Scene};
use crate::canvas::{Canvas, INK, MUTED, Px, words_width};
use nines_sim::ActorFrame;
use std::collections::BTreeSet;

/// Left, right, top and bottom, px.
type Extent = [f64; 4];

/// Words around a place, px: the middle of their base line.
#[derive(Clone, Debug)]
pub struct Label {
    pub at: Px,
    pub size: f64,
    pub words: String,
    /// Ends of a line to what is named, where that lies apart.
    leader: Option<(Px, Px)>,
}

impl Label {
    pub fn new(at: Px, size: f64, words: String) -> Self {
        Self { at, size, words, leader: None }
    }

    fn extent(&self) -> Extent {
        let half = 0.5 * words_width(&self.words, self.size) + 2.0;
        [self.at.0 - half, self.at.0 + half, self.at.1 - self.size, self.at.1 + 3.0]
    }

    #[cfg(test)]
    pub fn has_leader(&self) -> bool {
        self.leader.is_some()
    }

    pub fn covers(&self, other: &Label) -> bool {
        overlap(self.extent(), other.extent()) > 0.0
    }

    /// The line to what is named; before any words, since it may pass below them.
    pub fn draw_leader(&self, canvas: &mut Canvas) {
        if let Some((from, to)) = self.leader {
            canvas.line(from, to, r##"stroke="#fff" stroke-width="2.6" stroke-opacity="0.7""##);
            canvas.line(from, to, &format!(r#"stroke="{MUTED}" stroke-width="0.9""#));
        }
    }

    /// A white rim keeps words apart from what lies below.
    pub fn draw(&self, canvas: &mut Canvas) {
        let rim = r##"stroke="#fff" stroke-width="3" stroke-opacity="0.85" stroke-linejoin="round" fill="none""##;
        canvas.text(self.at, "middle", self.size, rim, &self.words);
        canvas.text(self.at, "middle", self.size, &format!(r#"fill="{INK}""#), &self.words);
    }
}

/// Area that two have in common, px^2.
fn overlap([a, b, c, d]: Extent, [e, f, g, h]: Extent) -> f64 {
    (b.min(f) - a.max(e)).max(0.0) * (d.min(h) - c.max(g)).max(0.0)
}

fn around(corners: &[Px]) -> Extent {
    let start = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
    corners.iter().fold(start, |[a, b, c, d], p| [a.min(p.0), b.max(p.0), c.min(p.1), d.max(p.1)])
}

/// Side of the squares in which ways are counted, px.
const CELL: f64 = 4.0;
/// Half of the side of a failure's cross, px.
const CROSS: f64 = 6.0;

/// What a label should not cover.
pub struct Drawn {
    /// Where something starts or fails.
    boxes: Vec<Extent>,
    /// Squares that a way passes.
    ways: BTreeSet<(i64, i64)>,
}

impl Drawn {
    pub fn of(scene: &Scene) -> Self {
        let (actors, rollouts) = (scene.preview.template.actors.len(), scene.preview.rollouts);
        let starts = rollouts.iter().flat_map(|r| (0..actors).filter_map(|k| first(r, k)).map(|at| around(&outline(scene, at))));
        let fails = rollouts.iter().filter_map(|r| failure(scene, r));
        let fails = fails.map(|(x, y)| [x - CROSS, x + CROSS, y - CROSS, y + CROSS]);
        let ego = scene.main().and_then(|(_, r)| ego_outline(scene, r)).map(|corners| around(&corners));
        let boxes = starts.chain(fails).chain(ego).collect();
        let movers: Vec<usize> = (0..actors).filter(|k| moves(scene, *k)).collect();
        let cell = |at: (f64, f64)| {
            let (x, y) = scene.view.at(at);
            ((x / CELL).floor() as i64, (y / CELL).floor() as i64)
        };
        let frames = rollouts.iter().flat_map(|r| &r.trace.frames);
        let ways = frames.flat_map(|f| {
            let actors = movers.iter().map(|k| &f.actors[*k]).filter(|a| a.active).map(|a| (a.x_m, a.y_m));
            actors.chain([(f.ego.x_m, f.ego.y_m)]).map(cell).collect::<Vec<_>>()
        });
        Self { boxes, ways: ways.collect() }
    }

    /// Area of boxes below a label, px^2.
    pub fn boxes_under(&self, label: &Label) -> f64 {
        self.boxes.iter().map(|b| overlap(label.extent(), *b)).sum()
    }

    /// How much a label would cover: the area of boxes, and of the squares that ways pass a fourth.
    fn covered(&self, label: &Label) -> f64 {
        let extent = label.extent();
        let boxes = self.boxes_under(label);
        let [left, right, top, bottom] = extent.map(|px| (px / CELL).floor() as i64);
        let ways = (left..=right).flat_map(|x| self.ways.range((x, top)..=(x, bottom))).count();
        boxes + 0.25 * CELL * CELL * ways as f64
    }
}

/// Names, with how fast they get and in how many encounters they are, where there is room.
pub fn labels(scene: &Scene) -> Vec<Label> {
    let (mut out, drawn) = (Vec::new(), Drawn::of(scene));
    let rollouts = scene.preview.rollouts;
    let starts = rollouts.iter().filter_map(|r| r.trace.frames.first().map(|f| f.ego.speed_mps));
    if let Some(corners) = scene.main().and_then(|(_, r)| ego_outline(scene, r)) {
        let words = format!("ego, {}", range(starts));
        out.extend(placed(scene, &drawn, &out, around(&corners), words));
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
        let words = format!("{name}{speed}{part}");
        out.extend(placed(scene, &drawn, &out, around(&outline(scene, middle)), words));
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

/// What a label costs that lies a pixel farther away, in px^2 covered.
const APART: f64 = 4.0;
/// Farther from what it names than this, px, a label has a line to it.
const LEADER: f64 = 9.0;

/// A label near a box: of the places within the picture that cover no other label, the one that covers least and is nearest.
fn placed(scene: &Scene, drawn: &Drawn, taken: &[Label], named: Extent, words: String) -> Option<Label> {
    const SIZE: f64 = 11.0;
    const ROW: f64 = 13.0;
    let ((frame_left, frame_top), (wide, high)) = scene.view.frame();
    let [left, right, top, bottom] = named;
    let x = 0.5 * (left + right);
    if !(frame_left - 60.0..frame_left + wide + 60.0).contains(&x) {
        return None;
    }
    let half = 0.5 * words_width(&words, SIZE) + 4.0;
    let within = |x: f64| x.max(frame_left + half).min(frame_left + wide - half);
    let beside = [x, x - 0.6 * half, x + 0.6 * half, left - half - 4.0, right + half + 4.0].map(within);
    let rows = (0..9).map(f64::from).flat_map(|k| [top - 4.0 - ROW * k, bottom + 4.0 + SIZE + ROW * k]);
    let rows = rows.chain([0.5 * (top + bottom) + 4.0]);
    let all = rows.flat_map(|y| beside.map(|x| Label::new((x, y), SIZE, words.clone())));
    let fits = |l: &Label| {
        let [.., up, down] = l.extent();
        up >= frame_top && down <= frame_top + high && taken.iter().all(|other| !l.covers(other))
    };
    // Ties go to the first.
    let costs = all.filter(fits).map(|l| (drawn.covered(&l) + APART * apart(l.extent(), named).2, l));
    let (_, mut label) = costs.reduce(|best, next| if next.0 < best.0 { next } else { best })?;
    let (from, to, far) = apart(label.extent(), named);
    label.leader = (far > LEADER).then_some((from, to));
    Some(label)
}

/// The nearest points of two boxes, and how far these are from each other.
fn apart([a, b, c, d]: Extent, [e, f, g, h]: Extent) -> (Px, Px, f64) {
    // Where the two overlap along an axis, the middle of that part.
    let near = |a: f64, b: f64, e: f64, f: f64| match (b < e, f < a) {
        (true, _) => (b, e),
        (_, true) => (a, f),
        _ => (0.5 * (a.max(e) + b.min(f)), 0.5 * (a.max(e) + b.min(f))),
    };
    let ((x, u), (y, v)) = (near(a, b, e, f), near(c, d, g, h));
    ((x, y), (u, v), (x - u).hypot(y - v))
}
