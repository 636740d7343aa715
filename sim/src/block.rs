//! A block: `W` worlds of one scenario, stepped together.
//!
//! A step is `sense` (everything before the policy), `decide`, `advance` (everything after it). A lane whose world has ended
//! takes the next one. Lanes never look at each other, so neither `W` nor the order of rollouts reaches a result.

use crate::actors::*;
use crate::ego::*;
use crate::judge::*;
use crate::lanes::lanes;
use crate::math::{clamp, flag, max, min, sel, sincos, single, unit};
use crate::observation::{Class, EgoView, EgoViewLanes, Object, ObjectLanes};
use crate::outcome::{CRITERIA, Criterion, FaultKind, Outcome, Verdict};
use crate::policy::memory::{Memory, MemoryLanes, Track, TrackLanes};
use crate::policy::{BuiltIn, Kind};
use crate::prepare::Draws;
use crate::random::{Channel, normal_pair, normals, uniform, words};
use crate::sense::*;
use crate::template::{CueKind, DT, KNOT_STEPS, MAX_PARAMS, Motion, Signal, SignalLanes, Template, ZoneKind};

/// Steps for which an object is taken for its look-alike, or not (2 s).
const CONFUSION_STEPS: u64 = 20;
/// Slots of the cue channel beyond those of cues: whether an object is taken for its look-alike.
const CONFUSION_SLOT: u64 = 0x8000;
/// The same for the error of an object's size.
const SIZE_SLOT: u64 = 0x4000;
/// Actions beyond these are faults: acceleration (m/s^2) and curvature (1/m).
pub const ACTION_RANGE: ((f64, f64), (f64, f64)) = ((-20.0, 10.0), (-0.5, 0.5));
/// Slack beyond free driving and lawful waiting until the horizon, s.
pub const HORIZON_SLACK_S: f64 = 25.0;

/// How an actor moves, in lanes.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub(crate) enum MotionLanes<const W: usize> {
    Fixed(FixedLanes<W>),
    Walker { spec: WalkerLanes<W>, walk: WalkingLanes<W>, after: Option<usize>, z: [[f64; W]; 2] },
    Vehicle { spec: VehicleLanes<W>, drive: DrivingLanes<W>, path: usize, leader: Option<usize> },
    Roller { spec: RollerLanes<W>, roll: RollingLanes<W> },
}

/// An actor slot in lanes: the truth, how it is sensed, what the policy gets and keeps of it.
#[derive(Clone, Debug)]
pub(crate) struct Slot<const W: usize> {
    pub motion: MotionLanes<W>,
    pub pose: PoseLanes<W>,
    pub shape: ShapeLanes<W>,
    pub lamps: LampsLanes<W>,
    pub started_s: [f64; W],
    /// When the actor that it waits for started; infinite without one.
    awaited_s: [f64; W],
    /// What it follows.
    ahead: AheadLanes<W>,
    pub errors: ErrorsLanes<W>,
    pub sight: SightLanes<W>,
    pub ring: Vec<ReadingLanes<W>>,
    pub object: ObjectLanes<W>,
    pub track: TrackLanes<W>,
    /// What it may be taken for.
    pub kinds: Kinds,
}

/// Which kinds of objects a slot may be, taken for itself or its look-alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kinds {
    pub person: bool,
    pub vehicle: bool,
    pub thing: bool,
}

impl Kinds {
    fn of(class: Class) -> Self {
        let either = |f: fn(Class) -> bool| f(class) || f(class.look_alike());
        Self {
            person: either(|c| matches!(c, Class::Child | Class::Adult | Class::Cyclist | Class::Animal)),
            vehicle: either(|c| !c.is_small()),
            thing: either(|c| matches!(c, Class::Ball | Class::Debris | Class::Litter)),
        }
    }
}

/// Whether any lane holds something but 0.
#[inline(always)]
fn any<const W: usize>(lanes: &[f64; W]) -> bool {
    lanes.iter().fold(0u64, |all, v| all | v.to_bits()) << 1 != 0
}

/// `W` worlds of one scenario.
#[derive(Clone, Debug)]
pub(crate) struct Block<'a, const W: usize> {
    template: &'a Template,
    draws: &'a Draws,
    pub ego: EgoLanes<W>,
    was: EgoLanes<W>,
    limits: EgoLimitsLanes<W>,
    task: TaskLanes<W>,
    optics: OpticsLanes<W>,
    place: EgoPlaceLanes<W>,
    pub view: EgoViewLanes<W>,
    pub slots: Vec<Slot<W>>,
    signals: Vec<SignalLanes<W>>,
    pub memory: MemoryLanes<W>,
    pub action: ActionLanes<W>,
    pub judge: JudgeLanes<W>,
    pub digest: [u64; W],
    pub rollout: [u64; W],
    pub stratum: [u16; W],
    /// Steps driven by each world.
    pub step: [u64; W],
    /// Step at which the next window begins.
    window_at: [u64; W],
    /// Not 0 once a world has ended.
    pub done: [u64; W],
    /// Steps driven by the block; worlds start at knots of it.
    tick: u64,
    fails: [bool; CRITERIA],
    straight: bool,
    /// Every window begins at a multiple of this many steps.
    window_steps: u64,
}

impl<'a, const W: usize> Block<'a, W> {
    pub fn new(template: &'a Template, draws: &'a Draws) -> Self {
        let slots = template.actors.iter().map(|a| Slot {
            motion: match &a.motion {
                Motion::Fixed(_) => MotionLanes::Fixed(FixedLanes::new()),
                Motion::Walker { after, .. } => MotionLanes::Walker {
                    spec: WalkerLanes::new(),
                    walk: WalkingLanes::new(),
                    after: after.map(usize::from),
                    z: [[0.0; W]; 2],
                },
                Motion::Vehicle { path, leader, .. } => MotionLanes::Vehicle {
                    spec: VehicleLanes::new(),
                    drive: DrivingLanes::new(),
                    path: usize::from(*path),
                    leader: leader.map(usize::from),
                },
                Motion::Roller(_) => MotionLanes::Roller { spec: RollerLanes::new(), roll: RollingLanes::new() },
            },
            pose: PoseLanes::new(),
            shape: ShapeLanes::new(),
            lamps: LampsLanes::new(),
            started_s: [f64::INFINITY; W],
            awaited_s: [f64::INFINITY; W],
            ahead: AheadLanes::new(),
            errors: ErrorsLanes::new(),
            sight: SightLanes::new(),
            ring: vec![ReadingLanes::new(); template.latency_steps.max(1) as usize],
            object: ObjectLanes::new(),
            track: TrackLanes::new(),
            kinds: Kinds::of(a.class),
        });
        let mut fails = [false; CRITERIA];
        for c in &template.criteria {
            fails[*c as usize] = true;
        }
        fails[Criterion::PolicyFault as usize] = true;
        Self {
            slots: slots.collect(),
            signals: vec![SignalLanes::new(); template.signals.len()],
            template,
            draws,
            ego: EgoLanes::new(),
            was: EgoLanes::new(),
            limits: EgoLimitsLanes::new(),
            task: TaskLanes::new(),
            optics: OpticsLanes::new(),
            place: EgoPlaceLanes::new(),
            view: EgoViewLanes::new(),
            memory: MemoryLanes::new(),
            action: ActionLanes::new(),
            judge: JudgeLanes::new(),
            digest: [0; W],
            rollout: [0; W],
            stratum: [0; W],
            step: [0; W],
            window_at: [0; W],
            done: [1; W],
            tick: 0,
            fails,
            window_steps: template
                .actors
                .iter()
                .flat_map(|a| &a.cues)
                .map(|c| u64::from(c.window_knots) * KNOT_STEPS)
                .fold(CONFUSION_STEPS, gcd),
            straight: template.road.paths[0].is_x_axis(),
        }
    }

    /// Whether a world may start now: noise knots are common to all lanes.
    pub fn at_knot(&self) -> bool {
        self.tick.is_multiple_of(KNOT_STEPS)
    }

    /// Binds a rollout into lane `i`. Once per rollout, hence scalar and out of line.
    #[inline(never)]
    pub fn load(&mut self, i: usize, rollout: u64) {
        let (t, draws) = (self.template, self.draws);
        let mut params = [0.0; MAX_PARAMS];
        draws.params(t, rollout, &mut params);
        let stratum = draws.stratum(rollout);
        let (p, st): (&[f64], &[u8]) = (&params, &t.strata[stratum as usize].states);
        let e = t.ego.bind(p, st);
        let o = t.sensing.bind(p, st);
        let grip = o.friction * GRAVITY_MPS2;
        let (x, y, cos, sin) = t.road.paths[0].place(0.0, e.start_d_m);
        let h = t.road.paths[0].pieces()[0].heading_rad;
        let ego =
            Ego { x, y, h, cos, sin, v: max(e.start_speed_mps, 0.0), s: 0.0, d: e.start_d_m, route_cos: 1.0, ..Ego::default() };
        self.ego.set(i, &ego);
        self.was.set(i, &ego);
        self.limits.set(i, &EgoLimits { brake: min(e.brake_mps2, grip), grip });
        let desired = max(e.desired_speed_mps, 0.1);
        self.task.set(
            i,
            &Task {
                limit: e.limit_mps,
                pace: 1.0 / desired,
                end: e.end_m,
                horizon: e.end_m / desired + e.lawful_wait_s + HORIZON_SLACK_S,
                left: t.road.left_edge_m,
                right: t.road.right_edge_m,
                harsh_limit: t.harsh_limit_mps2,
            },
        );
        let keep = crate::math::exp(-0.2 / max(o.noise_time_s, 0.02));
        let miss_ends = min(0.2 / max(o.miss_mean_s, 0.2), 1.0);
        let share = clamp(o.miss_share, 0.0, 0.99);
        self.optics.set(
            i,
            &Optics {
                cos_half_fov: sincos(min(o.half_fov_rad, std::f64::consts::PI)).1,
                position_noise_m: o.position_noise_m,
                speed_noise_mps: o.speed_noise_mps,
                keep,
                fresh: (1.0 - keep * keep).sqrt(),
                miss_share: share,
                miss_begins: min(share / (1.0 - share) * miss_ends, 1.0),
                miss_ends,
                sensor_height_m: o.sensor_height_m,
                confusion: o.confusion,
            },
        );
        for (lanes, spec) in self.signals.iter_mut().zip(&t.signals) {
            lanes.set(i, &spec.bind(p, st));
        }
        self.view.set(
            i,
            &EgoView {
                limit_mps: single(e.limit_mps),
                desired_mps: single(e.desired_speed_mps),
                friction: single(o.friction),
                light: single(o.light),
                sight_m: single(o.range_person_m),
                left_edge_m: single(t.road.left_edge_m),
                right_edge_m: single(t.road.right_edge_m),
                latency_s: single(t.latency_steps as f64 * DT),
                ..EgoView::default()
            },
        );
        for (slot, a) in self.slots.iter_mut().zip(&t.actors) {
            let range = if a.class.is_small() { o.range_person_m } else { o.range_vehicle_m };
            let active = flag(a.active.at(p, st) != 0.0);
            let shape = Shape {
                half_l: 0.5 * a.length_m.at(p, st),
                half_w: 0.5 * a.width_m.at(p, st),
                height: a.height_m.at(p, st),
                active,
                harmful: active * flag(a.harmful.at(p, st) != 0.0),
                range_m: range * a.range_factor.at(p, st),
            };
            slot.shape.set(i, &shape);
            slot.load(i, t, a, grip, p, st);
        }
        self.memory.set(i, &Memory::default());
        self.judge.set(i, &Judge::fresh());
        (self.rollout[i], self.stratum[i], self.step[i], self.done[i], self.digest[i]) = (rollout, stratum, 0, 0, 0);
        self.window_at[i] = 0;
    }

    /// Everything before the policy.
    #[inline(always)]
    pub fn sense(&mut self) {
        if self.at_knot() {
            self.draw_noise();
        }
        self.draw_windows();
        self.see();
        self.present();
    }

    /// Noise of the next two steps.
    #[inline(always)]
    fn draw_noise(&mut self) {
        let key = self.draws.key;
        for (j, slot) in self.slots.iter_mut().enumerate() {
            let (optics, errors) = (&self.optics, &mut slot.errors);
            for i in 0..W {
                let (o, mut e) = (optics.get(i), errors.get(i));
                let knot = self.step[i] / KNOT_STEPS;
                let z = normals(key, self.rollout[i], Channel::Perception, j as u64, knot);
                let u = unit(words(key, self.rollout[i], Channel::Detection, j as u64, knot)[0]);
                drift(&o, self.step[i] == 0, &z, u, &mut e);
                errors.set(i, &e);
            }
            if let MotionLanes::Walker { z, .. } = &mut slot.motion {
                for i in 0..W {
                    let w = words(key, self.rollout[i], Channel::Behaviour, j as u64, self.step[i] / KNOT_STEPS);
                    (z[0][i], z[1][i]) = normal_pair(w[0], w[1]);
                }
            }
        }
    }

    /// Cues and confusions, which last for windows: drawn lane by lane at the few steps where one begins.
    #[inline(always)]
    fn draw_windows(&mut self) {
        for i in 0..W {
            if self.step[i] == self.window_at[i] {
                self.draw_window(i);
                self.window_at[i] += self.window_steps;
            }
        }
    }

    #[inline(never)]
    fn draw_window(&mut self, i: usize) {
        let (key, rollout, step) = (self.draws.key, self.rollout[i], self.step[i]);
        let states = &self.template.strata[self.stratum[i] as usize].states;
        for (j, (slot, a)) in self.slots.iter_mut().zip(&self.template.actors).enumerate() {
            if step.is_multiple_of(CONFUSION_STEPS) {
                slot.errors.confused[i] = uniform(key, rollout, Channel::Cues, CONFUSION_SLOT | j as u64, step / CONFUSION_STEPS);
                let w = words(key, rollout, Channel::Cues, SIZE_SLOT | j as u64, step / CONFUSION_STEPS);
                slot.errors.size[i] = clamp(normal_pair(w[0], w[1]).0, -3.0, 3.0);
            }
            for (c, cue) in a.cues.iter().enumerate() {
                let window = u64::from(cue.window_knots) * KNOT_STEPS;
                if step == 0 || (window > 0 && step.is_multiple_of(window)) {
                    let index = step.checked_div(window).unwrap_or(0);
                    let u = uniform(key, rollout, Channel::Cues, (j * CueKind::ALL.len() + c) as u64, index);
                    let level = cue.level(u, states);
                    match cue.kind {
                        CueKind::Gaze => slot.errors.gaze[i] = level,
                        CueKind::Posture => slot.errors.posture[i] = level,
                        CueKind::Gesture => slot.errors.gesture[i] = level,
                        CueKind::Intention => slot.errors.intention[i] = level,
                    }
                }
            }
        }
    }

    /// Lines of sight, and the measurements of this step.
    #[inline(always)]
    fn see(&mut self) {
        let (optics, ego) = (&self.optics, &self.ego);
        for slot in &mut self.slots {
            lanes!(i; o = optics, e = ego, p = slot.pose, shape = slot.shape; s = slot.sight => s = look(&o, &e, &p, &shape));
        }
        for j in 0..self.slots.len() {
            if !any(&self.slots[j].sight.in_view) {
                continue;
            }
            for (k, a) in self.template.actors.iter().enumerate() {
                if k == j || !a.occludes {
                    continue;
                }
                // Two slots of one list: split it between them.
                let (low, high) = self.slots.split_at_mut(j.max(k));
                let (target, other) = if j < k { (&mut low[j], &high[0]) } else { (&mut high[0], &low[k]) };
                lanes!(i; o = optics, shape = target.shape, p = other.pose, body = other.shape; s = target.sight
                    => obscure(&o, shape.height, &p, &body, &mut s));
            }
        }
    }

    /// The observation: measurements as old as the latency, seen from where the ego is now.
    #[inline(always)]
    fn present(&mut self) {
        let (optics, ego) = (&self.optics, &self.ego);
        for (slot, a) in self.slots.iter_mut().zip(&self.template.actors) {
            let n = slot.ring.len();
            let entry = &mut slot.ring[(self.tick % n as u64) as usize];
            // Of what no lane sees, the observation holds zeros, and a measurement its absence: nothing else is read of them.
            if any(&entry.seen) {
                let class = (a.class as u8 as f64, a.class.look_alike() as u8 as f64);
                if self.straight {
                    lanes!(i; e = ego, r = entry, shape = slot.shape; o = slot.object
                        => o = present(&e, &r, &shape, (r.x, r.y, AXIS), class));
                } else {
                    let path = &self.template.road.paths[0];
                    lanes!(i; e = ego, r = entry, shape = slot.shape; o = slot.object => {
                        let guess = e.s + (r.x - e.x) * e.cos + (r.y - e.y) * e.sin;
                        o = present(&e, &r, &shape, path.project(r.x, r.y, guess), class)
                    });
                }
            } else if any(&slot.object.seen) {
                slot.object = ObjectLanes::new();
            }
            if any(&slot.sight.in_view) {
                let ranges = a.cue_ranges();
                lanes!(i; o = optics, p = slot.pose, l = slot.lamps, s = slot.sight, e = slot.errors; r = entry
                    => r = measure(&o, &p, &l, &s, &e, &ranges));
            } else {
                entry.seen = [0.0; W];
            }
        }
        let path = &self.template.road.paths[0];
        for i in 0..W {
            let (e, mut v) = (self.ego.get(i), self.view.get(i));
            let here = if self.straight { AXIS } else { path.at(e.s) };
            let ahead = if self.straight { AXIS } else { path.at(e.s + 0.2 * e.v) };
            (v.speed_mps, v.accel_mps2, v.curvature) = (single(e.v), single(e.a), single(e.k));
            (v.route_d_m, v.heading_sin) = (single(e.d), single(e.route_sin));
            (v.route_curvature, v.route_curvature_ahead) = (single(here.curvature), single(ahead.curvature));
            v.end_m = single(self.task.end[i] - e.s);
            self.view.set(i, &v);
        }
        self.present_map();
    }

    /// Signals and zones, as the map and the camera tell them.
    #[inline(always)]
    fn present_map(&mut self) {
        let view = &mut self.view;
        for i in 0..W {
            (view.signal_m[i], view.signal_state[i], view.crosswalk_m[i], view.junction_m[i]) = (1000.0, 0.0, 1000.0, 1000.0);
        }
        for signal in &self.signals {
            for i in 0..W {
                let (s, t) = (signal.get(i), self.step[i] as f64 * DT);
                let room = s.line_m - (self.ego.s[i] + EGO_FRONT_M);
                let next = (room > -1.0) & (room < view.signal_m[i]);
                view.signal_m[i] = single(sel(next, room, view.signal_m[i]));
                view.signal_state[i] = sel(next, s.state(t), view.signal_state[i]);
            }
        }
        for zone in &self.template.zones {
            let nearest = match zone.kind {
                ZoneKind::Crosswalk => &mut view.crosswalk_m,
                ZoneKind::Junction => &mut view.junction_m,
                ZoneKind::School => continue,
            };
            for i in 0..W {
                let front = self.ego.s[i] + EGO_FRONT_M;
                let room = zone.from_m - front;
                let next = (zone.to_m > front) & (room < nearest[i]);
                nearest[i] = single(sel(next, room, nearest[i]));
            }
        }
    }

    /// A built-in policy, in the lanes.
    #[inline(always)]
    pub fn decide(&mut self, policy: &BuiltIn) {
        let view = &self.view;
        match policy.kind {
            Kind::CommonSense => {
                let policy = &BuiltIn { kind: Kind::CommonSense, ..*policy };
                lanes!(i; v = view; m = self.memory => policy.begin(&v, &mut m));
                for slot in self.slots.iter_mut().filter(|s| s.concerns()) {
                    // Each part changes nothing for objects of other classes: those that the slot cannot be are left out.
                    lanes!(i; v = view, o = slot.object; t = slot.track => policy.track(&v, &o, &mut t));
                    if slot.kinds.person {
                        lanes!(i; v = view, t = slot.track; m = self.memory => policy.consider_person(&v, &t, &mut m));
                    }
                    if slot.kinds.vehicle {
                        lanes!(i; v = view, t = slot.track; m = self.memory => policy.consider_vehicle(&v, &t, &mut m));
                    }
                    if slot.kinds.thing {
                        lanes!(i; v = view; t = slot.track, m = self.memory => policy.consider_thing(&v, &mut t, &mut m));
                    }
                }
                lanes!(i; v = view; m = self.memory, a = self.action => a = policy.finish(&v, &mut m).rounded());
            }
            Kind::Idm => self.decide_as(&BuiltIn { kind: Kind::Idm, ..*policy }),
            Kind::IdmAeb => self.decide_as(&BuiltIn { kind: Kind::IdmAeb, ..*policy }),
            _ => {
                lanes!(i; v = view; m = self.memory, a = self.action => a = policy.finish(&v, &mut m).rounded());
            }
        }
    }

    /// The kind is a constant where this is inlined, so that no choice is left in the loops.
    #[inline(always)]
    fn decide_as(&mut self, policy: &BuiltIn) {
        let view = &self.view;
        lanes!(i; v = view; m = self.memory => policy.begin(&v, &mut m));
        for slot in self.slots.iter_mut().filter(|s| s.concerns()) {
            lanes!(i; v = view, o = slot.object; t = slot.track, m = self.memory => policy.consider(&v, &o, &mut t, &mut m));
        }
        lanes!(i; v = view; m = self.memory, a = self.action => a = policy.finish(&v, &mut m).rounded());
    }

    /// Everything after the policy: faults, motion, criteria, the end.
    #[inline(always)]
    pub fn advance(&mut self) {
        self.check_actions();
        self.move_actors();
        let limits = &self.limits;
        for i in 0..W {
            let e = self.ego.get(i);
            self.was.set(i, &e);
        }
        lanes!(i; l = limits, a = self.action; e = self.ego => drive_ego(&mut e, &l, &a));
        self.locate_ego();
        self.judge();
        self.fold_digest();
        for i in 0..W {
            self.step[i] += 1;
            let t = self.step[i] as f64 * DT;
            let j = &self.judge;
            let over =
                (j.hit[i] != 0.0) | (j.fault[i] != 0.0) | (self.ego.s[i] >= self.task.end[i]) | (t >= self.task.horizon[i]);
            self.done[i] = over as u64;
        }
        self.tick += 1;
    }

    /// An action that is no number, or out of range, is a fault; the world then ends with this step, the ego rolling on.
    #[inline(always)]
    fn check_actions(&mut self) {
        let ((a_lo, a_hi), (k_lo, k_hi)) = ACTION_RANGE;
        for i in 0..W {
            let (a, k) = (self.action.accel[i], self.action.curvature[i]);
            let finite = (a.abs() < f64::INFINITY) & (k.abs() < f64::INFINITY);
            let within = (a >= a_lo) & (a <= a_hi) & (k >= k_lo) & (k <= k_hi);
            let fault = sel(
                !finite,
                FaultKind::NotFinite as u8 as f64 + 1.0,
                sel(!within, FaultKind::OutOfRange as u8 as f64 + 1.0, 0.0),
            );
            self.judge.fault[i] = sel(self.judge.fault[i] == 0.0, fault, self.judge.fault[i]);
            let bad = self.judge.fault[i] != 0.0;
            (self.action.accel[i], self.action.curvature[i]) = (sel(bad, 0.0, a), sel(bad, 0.0, k));
        }
    }

    #[inline(always)]
    fn move_actors(&mut self) {
        for i in 0..W {
            let e = self.ego.get(i);
            self.place.set(
                i,
                &EgoPlace {
                    t: self.step[i] as f64 * DT,
                    front: e.s + EGO_FRONT_M,
                    rear: e.s + EGO_FRONT_M - EGO_LENGTH_M,
                    d: e.d + EGO_CENTRE_M * e.route_sin,
                    v: e.v,
                },
            );
        }
        // Whom they wait for or follow, as of now: before any of them moves, so that their order does not matter.
        for j in 0..self.slots.len() {
            match self.slots[j].motion {
                MotionLanes::Walker { after: Some(k), .. } => self.slots[j].awaited_s = self.slots[k].started_s,
                MotionLanes::Vehicle { leader: Some(k), .. } => {
                    for i in 0..W {
                        let leader = self.slots[k].as_leader(i);
                        self.slots[j].ahead.set(i, &leader);
                    }
                }
                _ => {}
            }
        }
        let knot = flag(self.at_knot());
        for j in 0..self.slots.len() {
            let (place, slot) = (&self.place, &mut self.slots[j]);
            match &mut slot.motion {
                MotionLanes::Fixed(spec) => {
                    for i in 0..W {
                        slot.lamps.stop_arm[i] = spec.get(i).arm_out(place.t[i] + DT);
                        (slot.pose.was_x[i], slot.pose.was_y[i]) = (slot.pose.x[i], slot.pose.y[i]);
                    }
                }
                MotionLanes::Walker { spec, walk: body, z, .. } => {
                    lanes!(i; p = spec, at = place; b = body, pose = slot.pose
                        => walk(&p, &at, slot.awaited_s[i], knot, (z[0][i], z[1][i]), &mut b, &mut pose));
                    slot.started_s = body.started_s;
                }
                MotionLanes::Roller { spec, roll: body } => {
                    lanes!(i; p = spec, at = place; b = body, pose = slot.pose => roll(&p, &at, &mut b, &mut pose));
                    slot.started_s = body.started_s;
                }
                MotionLanes::Vehicle { spec, drive: body, path, .. } => {
                    let on_route = flag(*path == 0);
                    lanes!(i; p = spec, at = place, shape = slot.shape, lead = slot.ahead; b = body, lamps = slot.lamps
                        => drive_vehicle(&p, shape.half_l, shape.half_w, on_route, &at, &lead, &mut b, &mut lamps));
                    let straight = self.straight & (*path == 0);
                    let line = &self.template.road.paths[*path];
                    if straight {
                        lanes!(i; p = spec, b = body; pose = slot.pose => set_pose(AXIS, b.s, &p, &b, &mut pose));
                    } else {
                        lanes!(i; p = spec, b = body; pose = slot.pose => set_pose(line.at(b.s), 0.0, &p, &b, &mut pose));
                    }
                }
            }
        }
    }

    /// The ego's place on its route.
    #[inline(always)]
    fn locate_ego(&mut self) {
        if self.straight {
            for i in 0..W {
                (self.ego.s[i], self.ego.d[i]) = (self.ego.x[i], self.ego.y[i]);
                (self.ego.route_cos[i], self.ego.route_sin[i]) = (self.ego.cos[i], self.ego.sin[i]);
            }
        } else {
            let path = &self.template.road.paths[0];
            lanes!(i; was = self.was; e = self.ego => {
                let (s, d, p) = path.project(e.x, e.y, was.s + (e.x - was.x) * was.cos + (e.y - was.y) * was.sin);
                (e.s, e.d) = (s, d);
                (e.route_cos, e.route_sin) = (e.cos * p.cos + e.sin * p.sin, e.sin * p.cos - e.cos * p.sin);
            });
        }
    }

    #[inline(always)]
    fn judge(&mut self) {
        let (was, ego) = (&self.was, &self.ego);
        lanes!(i; ; k = self.judge => start_step(&mut k));
        for (j, (slot, a)) in self.slots.iter().zip(&self.template.actors).enumerate() {
            // Skipping what concerns no lane changes nothing: for such lanes both parts leave everything as it is.
            if !any(&slot.shape.active) {
                continue;
            }
            let vehicle = flag(!a.class.is_small() || a.class == Class::Cyclist);
            let mut near = [0.0; W];
            lanes!(i; w = was, e = ego, p = slot.pose, s = slot.shape; k = self.judge
                => near[i] = flag(judge_course(vehicle, &w, &e, &p, &s, &mut k)));
            if any(&near) {
                let person = flag(matches!(a.class, Class::Child | Class::Adult | Class::Cyclist));
                lanes!(i; w = was, e = ego, p = slot.pose, s = slot.shape; k = self.judge
                    => judge_contact(j as f64, person, vehicle, &w, &e, &p, &s, &mut k));
            }
        }
        let mut lawful = [0.0; W];
        for signal in &self.signals {
            for i in 0..W {
                let (s, t) = (signal.get(i), self.step[i] as f64 * DT);
                let (front_was, front) = (was.s[i] + EGO_FRONT_M, ego.s[i] + EGO_FRONT_M);
                let red = s.state(t) == 2.0;
                self.judge.red_light[i] = min(self.judge.red_light[i], line_margin(red, s.line_m, front_was, front, ego.v[i]));
                lawful[i] = max(lawful[i], flag((s.state(t) != 0.0) & (front < s.line_m) & (s.line_m - front < 15.0)));
            }
        }
        for slot in &self.slots {
            if let MotionLanes::Fixed(spec) = &slot.motion {
                for i in 0..W {
                    let (f, t) = (spec.get(i), self.step[i] as f64 * DT);
                    let (front_was, front) = (was.s[i] + EGO_FRONT_M, ego.s[i] + EGO_FRONT_M);
                    let out = f.arm_out(t) != 0.0;
                    self.judge.school_bus[i] =
                        min(self.judge.school_bus[i], line_margin(out, f.stop_line_m, front_was, front, ego.v[i]));
                    lawful[i] = max(lawful[i], flag(out & (front < f.stop_line_m) & (f.stop_line_m - front < 25.0)));
                }
            }
        }
        let fails = self.fails;
        lanes!(i; task = self.task, e = ego; k = self.judge => {
            judge_motion(&task, &e, lawful[i], &mut k);
            note_cause(fails, (self.step[i] + 1) as f64 * DT, &mut k)
        });
    }

    /// Folds the state of this step into the digest of the trace.
    #[inline(always)]
    fn fold_digest(&mut self) {
        let fold = |h: u64, x: f64| (h ^ x.to_bits()).rotate_left(23).wrapping_add(0x9e37_79b9_7f4a_7c15);
        for i in 0..W {
            let h = fold(self.digest[i], self.ego.x[i]);
            let h = fold(h, self.ego.y[i]);
            let h = fold(h, self.ego.v[i]);
            self.digest[i] = fold(h, self.action.accel[i] + 64.0 * self.action.curvature[i]);
        }
        for slot in &self.slots {
            for i in 0..W {
                let h = fold(self.digest[i], slot.pose.x[i] * slot.shape.active[i]);
                let h = fold(h, slot.pose.y[i] * slot.shape.active[i]);
                self.digest[i] = fold(h, slot.object.route_s_m[i]);
            }
        }
    }

    /// The margin of progress as it stands: against the end place once the horizon has come, against the time left once the
    /// place is reached. A rollout cut short by something else is judged by the time left if it drove freely from here.
    pub fn progress_margin(&self, i: usize) -> f64 {
        let (t, task, s) = (self.step[i] as f64 * DT, self.task.get(i), self.ego.s[i]);
        if s >= task.end {
            min((task.horizon - t) / 5.0, 1.0)
        } else if t >= task.horizon {
            min((s - task.end) / task.end, -0.001)
        } else {
            clamp((task.horizon - t - (task.end - s) * task.pace) / 5.0, 0.001, 1.0)
        }
    }

    /// What the world in lane `i` leaves behind.
    #[inline(never)]
    pub fn unload(&self, i: usize) -> Outcome {
        let (k, t) = (self.judge.get(i), self.step[i] as f64 * DT);
        let progress = self.progress_margin(i);
        // A place reached only at the very horizon counts as not reached in time.
        let progress = if progress == 0.0 { -0.001 } else { progress };
        let margins = k.margins(progress);
        let margin = Criterion::ALL.iter().filter(|c| self.fails[**c as usize]).map(|c| margins[*c as usize]).fold(1e9, min);
        let stuck = progress <= 0.0 && self.fails[Criterion::NoProgress as usize];
        let cause = match k.cause as usize {
            0 if stuck => Some(Criterion::NoProgress),
            0 => None,
            c => Some(Criterion::ALL[c - 1]),
        };
        let fault = (k.fault != 0.0).then(|| (FaultKind::ALL[k.fault as usize - 1], self.step[i] as u32 - 1));
        let verdict = match (fault, cause) {
            (Some(_), _) => Verdict::Fault,
            (None, Some(_)) => Verdict::Fail,
            (None, None) => Verdict::Pass,
        };
        Outcome {
            rollout: self.rollout[i],
            stratum: self.stratum[i],
            verdict,
            cause,
            with: (k.with > 0.0).then(|| k.with as u16 - 1),
            fault,
            margin,
            margins,
            steps: self.step[i] as u32,
            end_s: t,
            failed_s: cause.map(|_| if k.failed_s.is_finite() { k.failed_s } else { t }),
            impact_speed_mps: (k.impact >= 0.0).then_some(k.impact),
            injury_risk: (k.impact >= 0.0 && k.person != 0.0).then(|| fatality_risk(k.impact)),
            min_distance_m: k.distance,
            min_ttc_s: (k.ttc < TTC_HORIZON_S).then_some(k.ttc),
            max_decel_mps2: k.decel,
            travelled_m: self.ego.s[i],
            time_lost_s: k.lost,
            harsh_brakes: k.harsh_count as u32,
            needless_stops: k.needless as u32,
            digest: crate::random::split_mix(self.digest[i]),
        }
    }

    /// The observation of lane `i`, in the order of slots.
    pub fn objects(&self, i: usize) -> impl Iterator<Item = Object> + '_ {
        self.slots.iter().map(move |s| s.object.get(i))
    }

    /// State of a signal in lane `i`: 0 green, 1 amber, 2 red.
    pub fn signal_states(&self, i: usize) -> impl Iterator<Item = u8> + '_ {
        let t = self.step[i] as f64 * DT;
        self.signals.iter().map(move |s| s.get(i).state(t) as u8)
    }

    /// The template that these worlds are of.
    pub fn template(&self) -> &'a Template {
        self.template
    }
}

/// Greatest common divisor; that of 0 and another is the other.
fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The x axis as a path: every point of it.
const AXIS: crate::road::PathPoint = crate::road::PathPoint { x: 0.0, y: 0.0, cos: 1.0, sin: 0.0, curvature: 0.0 };

/// Position and heading of a vehicle. `along` is added to the point of the path.
#[inline(always)]
fn set_pose(at: crate::road::PathPoint, along: f64, p: &Vehicle, b: &Driving, pose: &mut Pose) {
    (pose.was_x, pose.was_y) = (pose.x, pose.y);
    pose.x = at.x + along * at.cos - b.d * at.sin;
    pose.y = at.y + along * at.sin + b.d * at.cos;
    let (vu, vn) = (b.v * p.direction, b.across);
    (pose.vx, pose.vy) = (vu * at.cos - vn * at.sin, vu * at.sin + vn * at.cos);
    // It points where it goes; one that stands, along its path.
    let (hu, hn) = (vu + 0.5 * p.direction, vn);
    let norm = 1.0 / (hu * hu + hn * hn).sqrt();
    let (hu, hn) = (hu * norm, hn * norm);
    (pose.cos, pose.sin) = (hu * at.cos - hn * at.sin, hu * at.sin + hn * at.cos);
}

impl Signal {
    /// 0 green, 1 amber, 2 red.
    #[inline(always)]
    pub fn state(&self, t: f64) -> f64 {
        let red = (t >= self.red_s) & (t < self.green_s);
        let amber = (t >= self.amber_s) & (t < self.red_s);
        sel(red, 2.0, flag(amber))
    }
}

impl Action {
    /// What an observer of actions is told: single precision, as for policies of any other kind.
    #[inline(always)]
    pub(crate) fn rounded(self) -> Self {
        Action { accel: single(self.accel), curvature: single(self.curvature) }
    }
}

impl<const W: usize> Slot<W> {
    /// Whether a policy has to consider it: some lane sees it, or knows of it. For all others a policy changes nothing.
    #[inline(always)]
    fn concerns(&self) -> bool {
        any(&self.object.seen) || any(&self.track.known)
    }

    /// This actor as the leader of another.
    #[inline(always)]
    fn as_leader(&self, i: usize) -> Ahead {
        let (half_l, half_w) = (self.shape.half_l[i], self.shape.half_w[i]);
        let gone = self.shape.active[i] == 0.0;
        let (s, d, v) = match &self.motion {
            MotionLanes::Vehicle { drive, spec, .. } => (drive.s[i], drive.d[i], drive.v[i] * spec.direction[i]),
            MotionLanes::Fixed(f) => (f.s_m[i], f.d_m[i], 0.0),
            MotionLanes::Walker { .. } | MotionLanes::Roller { .. } => (1e9, 0.0, 0.0),
        };
        Ahead { s: sel(gone, 1e9, s), d, v, half_l, half_w }
    }

    /// Binds an actor into lane `i`.
    fn load(&mut self, i: usize, t: &Template, a: &crate::template::ActorTemplate, grip: f64, p: &[f64], st: &[u8]) {
        self.lamps.set(i, &Lamps::default());
        self.errors.set(i, &Errors { gaze: -1.0, posture: -1.0, gesture: -1.0, intention: -1.0, ..Errors::default() });
        for entry in &mut self.ring {
            entry.set(i, &Reading::default());
        }
        self.object.set(i, &Object::default());
        self.track.set(i, &Track::default());
        self.started_s[i] = f64::INFINITY;
        self.ahead.set(i, &Ahead { s: 1e9, ..Ahead::default() });
        let route = &t.road.paths[0];
        // Place and direction of what starts beside the route.
        let beside = |s: f64, d: f64, turn: f64| {
            let (x, y, cos, sin) = route.place(s, d);
            let (ts, tc) = sincos(turn);
            (x, y, cos * tc - sin * ts, sin * tc + cos * ts)
        };
        let standing = |x: f64, y: f64, cos: f64, sin: f64| Pose { x, y, cos, sin, was_x: x, was_y: y, ..Pose::default() };
        match (&mut self.motion, &a.motion) {
            (MotionLanes::Fixed(lanes), Motion::Fixed(spec)) => {
                let f = spec.bind(p, st);
                lanes.set(i, &f);
                let (x, y, cos, sin) = beside(f.s_m, f.d_m, f.heading_rad);
                self.pose.set(i, &standing(x, y, cos, sin));
                self.lamps.set(i, &Lamps { warning: f.warning, stop_arm: f.arm_out(0.0), ..Lamps::default() });
            }
            (MotionLanes::Walker { spec: lanes, walk, .. }, Motion::Walker { spec, .. }) => {
                let w = spec.bind(p, st);
                lanes.set(i, &w);
                let (x, y, dir_cos, dir_sin) = beside(w.s_m, w.d_m, w.dir_rad);
                self.pose.set(i, &standing(x, y, dir_cos, dir_sin));
                let keep = crate::math::exp(-0.2 / max(w.wander_time_s, 0.05));
                walk.set(
                    i,
                    &Walking {
                        started_s: f64::INFINITY,
                        base_x: x,
                        base_y: y,
                        dir_cos,
                        dir_sin,
                        keep,
                        fresh: w.wander_m * (1.0 - keep * keep).sqrt(),
                        ..Walking::default()
                    },
                );
            }
            (MotionLanes::Roller { spec: lanes, roll }, Motion::Roller(spec)) => {
                let b = spec.bind(p, st);
                lanes.set(i, &b);
                let (x, y, dir_cos, dir_sin) = beside(b.s_m, b.d_m, b.dir_rad);
                self.pose.set(i, &standing(x, y, dir_cos, dir_sin));
                roll.set(i, &Rolling { started_s: f64::INFINITY, speed: 0.0, dir_cos, dir_sin });
            }
            (MotionLanes::Vehicle { spec: lanes, drive, path, .. }, Motion::Vehicle { spec, .. }) => {
                let c = spec.bind(p, st);
                lanes.set(i, &c);
                let body = Driving {
                    s: c.s_m,
                    d: c.d_m,
                    v: max(c.speed_mps, 0.0),
                    changed_s: f64::INFINITY,
                    brake_most: min(c.brake_mps2, grip),
                    pedal: 1.0 - crate::math::exp(-DT / max(c.lag_s, 0.01)),
                    ..Driving::default()
                };
                drive.set(i, &body);
                let mut pose = Pose::default();
                set_pose(t.road.paths[*path].at(c.s_m), 0.0, &c, &body, &mut pose);
                (pose.was_x, pose.was_y) = (pose.x, pose.y);
                self.pose.set(i, &pose);
            }
            _ => unreachable!("slots are made from the template's motions"),
        }
    }
}
