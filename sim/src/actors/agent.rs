//! Agents: actors that go from mode to mode. Each mode says how they move, what they look like, and what ends it.
//!
//! An agent moves in the frame of its path (distance along it `s`, offset to the left `d`), as a point with bounded
//! acceleration. It is stepped world by world, in plain code: its modes and conditions are trees of any shape.

use super::{Pose, vehicle::idm};
use crate::math::{clamp, sincos};
use crate::observation::Class;
use crate::road::Path;
use crate::template::DT;
use crate::trigger::{About, Party, Scene, Trigger};
use crate::value::Value;

/// Most modes of an agent.
pub const MAX_MODES: usize = 16;

/// What an author sets of an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentSpec {
    /// Path in whose frame it moves: index into [`crate::Road::paths`].
    pub path: u16,
    /// Where and how it starts.
    pub start: StartSpec,
    /// Index of the first mode.
    pub first: Value,
    /// Modes.
    pub modes: Vec<Mode>,
}

/// A mode of an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Mode {
    /// Name.
    pub name: String,
    /// What it does.
    pub act: Act,
    /// Numbers of the movement.
    pub pace: PaceSpec,
    /// How it looks while the mode lasts; an infinite value keeps what the actor is by itself.
    pub look: LookSpec,
    /// What it is while the mode lasts, if something else than by itself.
    pub class: Option<Class>,
    /// What ends it, tried in order: a condition, and the index of the mode that follows.
    pub next: Vec<(Trigger, Value)>,
}

/// What an agent does in a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Comes to a stand and stays.
    Stand,
    /// Goes in a direction (`dir_rad`).
    Go,
    /// Goes to a place (`s_m`, `d_m` of its path) and stops there.
    To,
    /// Drives along its path towards the offset `d_m`; behind the actor named, if any, by the Intelligent Driver Model.
    Drive(Option<u16>),
    /// Goes after an actor, to the place `s_m` ahead and `d_m` to the left of it.
    Follow(u16),
    /// As [`Act::Follow`], but never farther than `within_m` from that place, as on a lead. At 0 it is fixed to the actor, and
    /// place and heading turn with it.
    Held(u16),
}

crate::lanes::spec! {
    /// Where and how an agent starts.
    StartSpec => Start, StartLanes {
        /// Start along its path, m.
        s_m = 0.0,
        /// Start to the left of its path, m.
        d_m = 0.0,
        /// Heading at the start against the path's direction, radians.
        heading_rad = 0.0,
        /// Speed at the start along its heading, m/s.
        speed_mps = 0.0,
    }
}

crate::lanes::spec! {
    /// Numbers of how an agent moves in a mode.
    PaceSpec => Pace, PaceLanes {
        /// Speed that it tends to, m/s.
        speed_mps = 0.0,
        /// 1 drives along its path, -1 against it.
        direction = 1.0,
        /// Acceleration, m/s^2.
        accel_mps2 = 1.5,
        /// Slowing down, m/s^2.
        brake_mps2 = 2.5,
        /// Direction against the path's, radians.
        dir_rad = std::f64::consts::FRAC_PI_2,
        /// Place along the path, or ahead of the actor that it follows, m; infinite for its own place.
        s_m = f64::INFINITY,
        /// Place to the left of the path, or of the actor that it follows, m; infinite for its own place.
        d_m = f64::INFINITY,
        /// Speed across the path while driving, m/s.
        lateral_mps = 1.0,
        /// Time headway while driving behind another, s.
        headway_s = 1.5,
        /// Gap to it when standing, m.
        min_gap_m = 2.0,
        /// Stop line on its path while driving (front), m; infinite for none.
        stop_line_m = f64::INFINITY,
        /// Length of the lead, m.
        within_m = 0.0,
        /// Sideways random walk: standard deviation that a second adds, m; the body follows it with a delay of 0.4 s.
        sway_m = 0.0,
        /// Heading against the path's direction, radians; infinite for the direction of motion.
        faces_rad = f64::INFINITY,
    }
}

crate::lanes::spec! {
    /// How an agent looks in a mode.
    LookSpec => Look, LookLanes {
        /// Length, m.
        length_m = f64::INFINITY,
        /// Width, m.
        width_m = f64::INFINITY,
        /// Height, m.
        height_m = f64::INFINITY,
        /// Times the detection range of its class.
        range_factor = f64::INFINITY,
        /// 1 where it is there, 0 where it is gone.
        active = f64::INFINITY,
        /// 1 where the ego fails by touching it.
        harmful = f64::INFINITY,
        /// Brake lamps: 1 on.
        brake_lamp = 0.0,
        /// Indicator: 1 left, -1 right, 0 off.
        indicator = 0.0,
        /// Hazard or amber warning lamps: 1 on.
        warning = 0.0,
        /// Red lamps and stop arm of a school bus: 1 out.
        stop_arm = 0.0,
        /// Flashing lamps of an emergency vehicle: 1 on.
        beacon = 0.0,
        /// 1 while it sounds; infinite for as the actor's own `sound.on`.
        sounds = f64::INFINITY,
    }
}

/// A mode as it runs: values are places in a table of bound numbers.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub act: Act,
    pub pace: usize,
    pub look: usize,
    pub class: Option<Class>,
    pub next: Vec<(Trigger<u16>, u16)>,
}

/// An agent as it runs: its modes, and where its values stand in the table.
#[derive(Clone, Debug)]
pub(crate) struct AgentPlan {
    pub path: usize,
    pub modes: Vec<Running>,
    /// Every value of the agent, in the order of the table.
    pub values: Vec<Value>,
}

/// 1 - exp(-DT / 0.4 s): share of the way to its goal that the speed of a sway covers in a step.
const FOLLOWS: f64 = 0.221_199_216_928_595_1;

/// Hardest that a sway pushes the body aside, m/s^2: what people on foot do.
const SWAYS_MPS2: f64 = 2.5;

/// Cosine and sine of a tenth of half a turn: people turn half round in a second, as a walker does.
const TENTH: (f64, f64) = (0.951_056_516_295_153_5, 0.309_016_994_374_947_4);
/// Cosine and sine of a fifth of half a turn: animals do so in half a second (assumption).
const FIFTH: (f64, f64) = (0.809_016_994_374_947_4, 0.587_785_252_292_473_1);

/// What of an agent's body bounds its motion.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body {
    /// Half of its length, m.
    pub half_l: f64,
    /// Cosine and sine of the most that it turns by in a step; none for things and vehicles, whose steering bounds it.
    turn: Option<(f64, f64)>,
}

impl Body {
    /// The body of one of a class.
    pub fn new(class: Class, half_l: f64) -> Self {
        use Class::*;
        let turn = match class {
            Child | Adult | Officer | Stroller | Rider | Cyclist => Some(TENTH),
            Animal => Some(FIFTH),
            _ => None,
        };
        Self { half_l, turn }
    }

    /// The heading after a step that turns from one heading towards another, both as cosine and sine.
    fn turned(&self, (cos, sin): (f64, f64), to: (f64, f64)) -> (f64, f64) {
        let Some((tc, ts)) = self.turn else { return to };
        if cos * to.0 + sin * to.1 >= tc {
            return to;
        }
        // The shorter way round; to the left where both are as long.
        let ts = if cos * to.1 - sin * to.0 >= 0.0 { ts } else { -ts };
        (cos * tc - sin * ts, sin * tc + cos * ts)
    }
}

/// Place of the first mode's number in the table, behind the values of the start.
const FIRST: usize = StartSpec::FIELDS.len();

impl AgentPlan {
    /// Lays the values of an agent out in a table.
    pub fn new(spec: &AgentSpec) -> Self {
        let mut values: Vec<Value> = StartSpec::FIELDS.iter().filter_map(|(name, ..)| spec.start.field(name)).cloned().collect();
        values.push(spec.first.clone());
        let mut modes = Vec::new();
        for m in &spec.modes {
            let pace = values.len();
            values.extend(PaceSpec::FIELDS.iter().filter_map(|(name, ..)| m.pace.field(name)).cloned());
            let look = values.len();
            values.extend(LookSpec::FIELDS.iter().filter_map(|(name, ..)| m.look.field(name)).cloned());
            let mut place = |v: &Value| {
                values.push(v.clone());
                (values.len() - 1) as u16
            };
            let next = m.next.iter().map(|(t, to)| (t.map(&mut place), place(to))).collect();
            modes.push(Running { act: m.act, pace, look, class: m.class, next });
        }
        Self { path: usize::from(spec.path), modes, values }
    }

    /// The mode of that number; numbers beyond the last one are the last one.
    pub fn mode(&self, number: f64) -> &Running {
        &self.modes[(number.max(0.0) as usize).min(self.modes.len() - 1)]
    }

    /// The look of a mode.
    pub fn look(&self, number: f64, table: &[f64]) -> Look {
        Look::from_slice(&table[self.mode(number).look..])
    }

    /// The state at the start, and the heading there.
    pub fn start(&self, table: &[f64]) -> Acting {
        let p = Start::from_slice(table);
        let (sin, cos) = sincos(p.heading_rad);
        Acting {
            s: p.s_m,
            d: p.d_m,
            vs: p.speed_mps * cos,
            vd: p.speed_mps * sin,
            cos,
            sin,
            mode: clamp(table[FIRST], 0.0, (self.modes.len() - 1) as f64).floor(),
            started_s: f64::INFINITY,
            ..Acting::default()
        }
    }
}

crate::lanes::record! {
    /// How far an agent has come. Velocity and heading are those in the frame of its path.
    Acting, ActingLanes {
        /// Along its path, m.
        s,
        /// To the left of its path, m.
        d,
        /// Speed along the path, m/s.
        vs,
        /// Speed to the left, m/s.
        vd,
        /// Heading.
        cos,
        /// Heading.
        sin,
        /// Number of its mode.
        mode,
        /// Time at which that began, s.
        since_s,
        /// Distance moved in it, m.
        moved,
        /// 1 once its place is reached.
        arrived,
        /// Time at which it first left its first mode or moved, s; infinite before.
        started_s,
        /// 1 where the mode has changed in this step.
        changed,
        /// Place of the condition that changed it, among those of the mode left.
        by,
        /// Speed of the sideways random walk, m/s.
        sway,
        /// On a lead: how far it was from its place after the last step, m.
        reach,
    }
}

impl AgentPlan {
    /// Ends the mode where one of its conditions holds.
    pub fn choose(&self, table: &[f64], scene: &Scene, me: &Party, a: &mut Acting) {
        let about = About { party: *me, lasted_s: scene.t - a.since_s, moved_m: a.moved, arrived: a.arrived };
        let next = self.mode(a.mode).next.iter().enumerate().find(|(_, (t, _))| scene.holds(t, table, &about));
        a.changed = 0.0;
        if let Some((by, (_, to))) = next {
            let to = clamp(table[*to as usize], 0.0, (self.modes.len() - 1) as f64).floor();
            (a.mode, a.since_s, a.moved, a.arrived, a.changed) = (to, scene.t, 0.0, 0.0, 1.0);
            a.by = by as f64;
            a.started_s = a.started_s.min(scene.t);
        }
    }

    /// Moves an agent by one step. `z` is a standard normal of the knot. `holder` is where the actor that it follows or is held
    /// by is: of one that holds, after its own move.
    pub fn advance(
        &self,
        table: &[f64],
        scene: &Scene,
        z: f64,
        holder: Option<&Party>,
        body: &Body,
        path: &Path,
        a: &mut Acting,
    ) {
        let mode = self.mode(a.mode);
        let p = Pace::from_slice(&table[mode.pace..]);
        let here = path.at(a.s);
        let (vs0, vd0, s0, d0) = (a.vs, a.vd, a.s, a.d);
        let own = |value: f64, at: f64| if value.is_finite() { value } else { at };
        match mode.act {
            Act::Stand => self.tend(0.0, 0.0, &p, a),
            Act::Go => {
                let (sin, cos) = sincos(p.dir_rad);
                self.tend(p.speed_mps * cos, p.speed_mps * sin, &p, a);
            }
            Act::To => {
                let (ds, dd) = (own(p.s_m, a.s) - a.s, own(p.d_m, a.d) - a.d);
                let far = (ds * ds + dd * dd).sqrt();
                // As fast at the end of the step as it can still stop there: with v the speed now and w then, the step takes
                // (v + w) / 2 DT of the way and braking w² / 2b, and both together are what is left.
                let (v, b) = ((vs0 * vs0 + vd0 * vd0).sqrt(), p.brake_mps2.max(0.01));
                let left = (far - 0.5 * v * DT).max(0.0);
                let speed = p.speed_mps.min(b * ((0.25 * DT * DT + 2.0 * left / b).sqrt() - 0.5 * DT));
                a.arrived = if far < 0.1 { 1.0 } else { a.arrived };
                let share = speed / far.max(1e-6);
                self.tend(ds * share, dd * share, &p, a);
            }
            Act::Drive(leader) => self.drive(scene, leader, &p, body.half_l, a),
            Act::Follow(_) | Act::Held(_) => {
                if let Some(h) = holder {
                    // In the frame of the agent's path: where the path is the route, the other's place on it.
                    let (ts, td) = place_in(path, here, a, h);
                    let (ts, td) = (ts + own(p.s_m, 0.0), td + own(p.d_m, 0.0));
                    let (ws, wd) = (h.vx * here.cos + h.vy * here.sin, h.vy * here.cos - h.vx * here.sin);
                    let (ds, dd) = (ts - a.s, td - a.d);
                    let (us, ud) = (ws + ds / 0.8, wd + dd / 0.8);
                    let share = (p.speed_mps / (us * us + ud * ud).sqrt().max(1e-6)).min(1.0);
                    a.arrived = if ds * ds + dd * dd < 0.25 { 1.0 } else { a.arrived };
                    self.tend(us * share, ud * share, &p, a);
                }
            }
        }
        // A random walk sideways: its goal is the same for the steps of a knot, and the body's speed follows as a filter would, so that
        // it has no jumps. What the walk gains in the long run is the same.
        let before = a.sway;
        let most = SWAYS_MPS2 * DT;
        a.sway += clamp(FOLLOWS * (p.sway_m * z / (2.0 * DT).sqrt() - before), -most, most);
        let sway = 0.5 * (before + a.sway);
        let (ms, md) = (0.5 * (vs0 + a.vs) * DT, (0.5 * (vd0 + a.vd) + sway) * DT);
        let stretch = (1.0 - here.curvature * a.d).max(0.1);
        a.s += ms / stretch;
        a.d += md;
        a.moved += (ms * ms + md * md).sqrt();
        if let (Act::Held(_), Some(h)) = (mode.act, holder) {
            let begins = scene.t - a.since_s < 0.5 * DT;
            hold(path, h, &p, begins.then_some((s0, d0)), a);
        }
        let speed = (a.vs * a.vs + a.vd * a.vd).sqrt();
        if p.faces_rad.is_finite() {
            let (sin, cos) = sincos(p.faces_rad);
            (a.cos, a.sin) = body.turned((a.cos, a.sin), (cos, sin));
        } else if speed > 0.3 && !matches!(mode.act, Act::Held(_) if p.within_m <= 0.0) {
            (a.cos, a.sin) = body.turned((a.cos, a.sin), (a.vs / speed, a.vd / speed));
        }
        if speed > 0.05 {
            a.started_s = a.started_s.min(scene.t);
        }
    }

    /// Brings the velocity towards another, by at most the acceleration (or braking, where it slows down) of a step.
    fn tend(&self, vs: f64, vd: f64, p: &Pace, a: &mut Acting) {
        let (ds, dd) = (vs - a.vs, vd - a.vd);
        let slows = vs * vs + vd * vd < a.vs * a.vs + a.vd * a.vd;
        let most = if slows { p.brake_mps2 } else { p.accel_mps2 } * DT;
        let size = (ds * ds + dd * dd).sqrt();
        let share = if size > most { most / size } else { 1.0 };
        a.vs += ds * share;
        a.vd += dd * share;
    }

    /// Drives along the path: speed along it by the Intelligent Driver Model, offset at a bounded speed across.
    fn drive(&self, scene: &Scene, leader: Option<u16>, p: &Pace, half_l: f64, a: &mut Acting) {
        let (direction, v, desired) = (p.direction, a.vs * p.direction, p.speed_mps);
        let model = |gap: f64, lead: f64, room: f64| {
            idm(v, gap, lead, desired.max(0.1), p.headway_s, room, p.accel_mps2.max(0.01), p.brake_mps2.max(0.01))
        };
        let mut want = if v > desired { -p.brake_mps2.min((v - desired) / DT) } else { model(1e9, v, p.min_gap_m) };
        if let Some(k) = leader {
            let other = scene.party(k);
            let gap = (other.s - a.s) * direction - half_l - other.half_l;
            if other.active != 0.0 && gap > -half_l && (other.d - a.d).abs() < other.half_w + 1.2 {
                let along = (other.vx * other.vx + other.vy * other.vy).sqrt();
                want = want.min(model(gap.max(0.1), along, p.min_gap_m));
            }
        }
        let line = (p.stop_line_m - a.s) * direction - half_l;
        if line > -1.0 && line < 1e6 {
            want = want.min(model(line.max(0.1), 0.0, 0.5));
        }
        let v1 = (v + clamp(want, -p.brake_mps2, p.accel_mps2) * DT).max(0.0);
        a.vs = v1 * direction;
        let to = if p.d_m.is_finite() { p.d_m } else { a.d };
        // Across: towards the offset, in a second at most as fast as asked; acceleration as of a gentle lane change.
        let across = clamp((to - a.d) / 0.6, -p.lateral_mps, p.lateral_mps);
        a.vd += clamp(across - a.vd, -2.5 * DT, 2.5 * DT);
    }
}

/// The place of another in the frame of the agent's path.
fn place_in(path: &Path, here: crate::road::PathPoint, a: &Acting, h: &Party) -> (f64, f64) {
    let (x, y) = (here.x - a.d * here.sin, here.y + a.d * here.cos);
    let guess = a.s + (h.x - x) * here.cos + (h.y - y) * here.sin;
    let (s, d, _) = path.project(h.x, h.y, guess);
    (s, d)
}

/// How fast a lead takes in whoever is farther away than it is long, m/s: at a walk (assumption).
const TAKES_IN_MPS: f64 = 1.5;

/// Keeps an agent within its lead's length of the actor that holds it, or fixed to it. `began` is where it was before the
/// first step of the mode: on a lead it is taken in from there, what is fixed is there at once.
fn hold(path: &Path, h: &Party, p: &Pace, began: Option<(f64, f64)>, a: &mut Acting) {
    let own = |value: f64| if value.is_finite() { value } else { 0.0 };
    let (os, od) = (own(p.s_m), own(p.d_m));
    if p.within_m <= 0.0 {
        let (x, y) = (h.x + os * h.cos - od * h.sin, h.y + os * h.sin + od * h.cos);
        let near = path.at(a.s);
        let guess = a.s + (x - near.x) * near.cos + (y - near.y) * near.sin;
        let (s, d, at) = path.project(x, y, guess);
        (a.s, a.d) = (s, d);
        (a.cos, a.sin) = (h.cos * at.cos + h.sin * at.sin, h.sin * at.cos - h.cos * at.sin);
        (a.vs, a.vd) = (h.vx * at.cos + h.vy * at.sin, h.vy * at.cos - h.vx * at.sin);
        return;
    }
    let (s, d) = place_in(path, path.at(a.s), a, h);
    let (s, d) = (s + os, d + od);
    if let Some((s0, d0)) = began {
        a.reach = ((s0 - s) * (s0 - s) + (d0 - d) * (d0 - d)).sqrt();
    }
    let (ds, dd) = (a.s - s, a.d - d);
    let far = (ds * ds + dd * dd).sqrt();
    let most = p.within_m.max(a.reach - TAKES_IN_MPS * DT);
    if far > most {
        let share = most / far;
        (a.s, a.d) = (s + ds * share, d + dd * share);
    }
    a.reach = far.min(most);
}

/// Writes position, heading and velocity of an agent in the world.
pub(crate) fn set_pose(path: &Path, a: &Acting, pose: &mut Pose) {
    let at = path.at(a.s);
    (pose.was_x, pose.was_y) = (pose.x, pose.y);
    let (x, y) = (at.x - a.d * at.sin, at.y + a.d * at.cos);
    // The velocity is that of the way it went: what holds it may have pulled it.
    (pose.vx, pose.vy) = ((x - pose.x) * (1.0 / DT), (y - pose.y) * (1.0 / DT));
    (pose.x, pose.y) = (x, y);
    (pose.cos, pose.sin) = (a.cos * at.cos - a.sin * at.sin, a.cos * at.sin + a.sin * at.cos);
}
