//! A block: `W` worlds of one scenario, stepped together.
//!
//! A step is `sense` (everything before the policy), `decide`, `advance` (everything after it). A lane whose world has ended
//! takes the next one. Lanes never look at each other, so neither `W` nor the order of rollouts reaches a result.

mod agents;
mod bind;
mod fired;
mod leave;
mod motion;
mod tell;
mod verdict;

use crate::actors::agent::{ActingLanes, AgentPlan};
use crate::actors::*;
use crate::demand::{DemandPlan, Watch, WatchLanes};
use crate::ego::*;
use crate::judge::*;
use crate::lanes::lanes;
use crate::math::{clamp, flag, max, min, sel, sincos, single};
use crate::observation::{Class, EgoView, EgoViewLanes, Object, ObjectLanes};
use crate::outcome::{CRITERIA, Criterion, FaultKind, Outcome, Verdict};
use crate::policy::memory::{Memory, MemoryLanes, Track, TrackLanes};
use crate::policy::{BuiltIn, Kind};
use crate::prepare::Draws;
use crate::random::{Channel, Link, Source};
use crate::sense::*;
use crate::template::{
    ActorTemplate, CueKind, DT, KNOT_STEPS, MAX_PARAMS, Motion, Signal, SignalLanes, StretchLanes, Template, ZoneKind,
};
use crate::trace::TracedZone;
use crate::trigger::Scene;
use motion::{AXIS, set_pose};

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
    Agent(Box<AgentLanes<W>>),
}

/// An agent in lanes. Its bound values are a table per lane.
#[derive(Clone, Debug)]
pub(crate) struct AgentLanes<const W: usize> {
    pub plan: AgentPlan,
    pub act: ActingLanes<W>,
    /// `[W, values]`.
    table: Vec<f64>,
    /// A standard normal of the knot.
    z: [f64; W],
    /// Shape by itself, before any mode changes it.
    base: ShapeLanes<W>,
    /// Step at which what a mode changed begins to show.
    shows_at: [u64; W],
}

impl<const W: usize> AgentLanes<W> {
    /// The bound values of lane `i`.
    fn table(&self, i: usize) -> &[f64] {
        let n = self.plan.values.len();
        &self.table[i * n..(i + 1) * n]
    }
}

/// A demand in lanes.
#[derive(Clone, Debug)]
struct DemandLanes<const W: usize> {
    plan: DemandPlan,
    watch: WatchLanes<W>,
    /// `[W, values]`.
    table: Vec<f64>,
}

/// An actor slot in lanes: the truth, how it is sensed, what the policy gets and keeps of it.
#[derive(Clone, Debug)]
pub(crate) struct Slot<const W: usize> {
    pub motion: MotionLanes<W>,
    pub pose: PoseLanes<W>,
    pub shape: ShapeLanes<W>,
    /// The shape that an observation tells of: that of an agent some time ago.
    pub shown: ShapeLanes<W>,
    /// Class by its number, and the one that it is taken for.
    pub class: [[f64; W]; 2],
    /// Probability of that; below 0 for that of the scenario.
    confusion: [f64; W],
    /// How far it is heard, m, and how well, radians.
    sound: [[f64; W]; 3],
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
    fn of(a: &ActorTemplate) -> Self {
        let mut all = vec![a.class, a.look_alike];
        if let Motion::Agent(spec) = &a.motion {
            all.extend(spec.modes.iter().filter_map(|m| m.class).flat_map(|c| [c, c.look_alike()]));
        }
        let some = |f: fn(Class) -> bool| all.iter().any(|c| f(*c));
        Self {
            person: some(|c| c.is_person() || matches!(c, Class::Animal | Class::Stroller)),
            vehicle: some(Class::is_vehicle),
            thing: some(|c| matches!(c, Class::Ball | Class::Debris | Class::Litter | Class::Barrier)),
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
    draws: &'a Draws<'a>,
    pub ego: EgoLanes<W>,
    was: EgoLanes<W>,
    limits: EgoLimitsLanes<W>,
    task: TaskLanes<W>,
    optics: OpticsLanes<W>,
    place: EgoPlaceLanes<W>,
    pub view: EgoViewLanes<W>,
    pub slots: Vec<Slot<W>>,
    signals: Vec<SignalLanes<W>>,
    zones: Vec<StretchLanes<W>>,
    /// The road's own friction and limit, which zones change.
    road_friction: [f64; W],
    road_limit: [f64; W],
    /// Friction where the ego is.
    friction: [f64; W],
    /// Hardest braking of the vehicle by itself.
    brake: [f64; W],
    demands: Vec<DemandLanes<W>>,
    /// What triggers see of each world; empty where there are none.
    scenes: Vec<Scene>,
    /// Agents, those that hold others before these.
    agents: Vec<usize>,
    pub memory: MemoryLanes<W>,
    pub action: ActionLanes<W>,
    pub judge: JudgeLanes<W>,
    pub digest: [u64; W],
    pub rollout: [u64; W],
    /// Where the noise of each world comes from; empty where it is its own, as that of all is unless a search moves it.
    lineage: [&'a [Link]; W],
    moves_noise: bool,
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
    pub fn new(template: &'a Template, draws: &'a Draws<'a>) -> Self {
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
                Motion::Agent(spec) => {
                    let plan = AgentPlan::new(spec);
                    MotionLanes::Agent(Box::new(AgentLanes {
                        table: vec![0.0; W * plan.values.len()],
                        plan,
                        act: ActingLanes::new(),
                        z: [0.0; W],
                        base: ShapeLanes::new(),
                        shows_at: [u64::MAX; W],
                    }))
                }
            },
            pose: PoseLanes::new(),
            shape: ShapeLanes::new(),
            shown: ShapeLanes::new(),
            class: [[0.0; W]; 2],
            confusion: [-1.0; W],
            sound: [[0.0; W]; 3],
            lamps: LampsLanes::new(),
            started_s: [f64::INFINITY; W],
            awaited_s: [f64::INFINITY; W],
            ahead: AheadLanes::new(),
            errors: ErrorsLanes::new(),
            sight: SightLanes::new(),
            ring: vec![ReadingLanes::new(); template.latency_steps.max(1) as usize],
            object: ObjectLanes::new(),
            track: TrackLanes::new(),
            kinds: Kinds::of(a),
        });
        let demands = template.demands.iter().map(|d| {
            let plan = DemandPlan::new(d);
            DemandLanes { table: vec![0.0; W * plan.values.len()], plan, watch: WatchLanes::new() }
        });
        let demands: Vec<_> = demands.collect();
        let agents = agents::in_order(template);
        let scenes = if agents.is_empty() && demands.is_empty() { Vec::new() } else { vec![Scene::default(); W] };
        let mut fails = [false; CRITERIA];
        for c in &template.criteria {
            fails[*c as usize] = true;
        }
        fails[Criterion::PolicyFault as usize] = true;
        Self {
            zones: vec![StretchLanes::new(); template.zones.len()],
            road_friction: [0.0; W],
            road_limit: [0.0; W],
            friction: [0.0; W],
            brake: [0.0; W],
            demands,
            scenes,
            agents,
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
            lineage: [&[]; W],
            moves_noise: draws.moves_noise(),
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
            Kind::R157Cc => self.decide_as(&BuiltIn { kind: Kind::R157Cc, ..*policy }),
            Kind::Fsm => self.decide_as(&BuiltIn { kind: Kind::Fsm, ..*policy }),
            Kind::Rss => self.decide_as(&BuiltIn { kind: Kind::Rss, ..*policy }),
            Kind::Reg157 => self.decide_as(&BuiltIn { kind: Kind::Reg157, ..*policy }),
            Kind::Nieon => self.decide_as(&BuiltIn { kind: Kind::Nieon, ..*policy }),
            Kind::Parked | Kind::Creeping | Kind::Blind | Kind::Nan | Kind::Panic => {
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
        if !self.agents.is_empty() {
            self.gather_scenes();
        }
        self.move_actors();
        self.move_agents();
        self.heed_zones();
        let limits = &self.limits;
        for i in 0..W {
            let e = self.ego.get(i);
            self.was.set(i, &e);
        }
        lanes!(i; l = limits, a = self.action; e = self.ego => drive_ego(&mut e, &l, &a));
        self.locate_ego();
        self.judge();
        self.judge_demands();
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

    /// The observation of lane `i`, in the order of slots.
    pub fn objects(&self, i: usize) -> impl Iterator<Item = Object> + '_ {
        self.slots.iter().map(move |s| s.object.get(i))
    }

    /// State of a signal in lane `i`: 0 green, 1 amber, 2 red.
    pub fn signal_states(&self, i: usize) -> impl Iterator<Item = u8> + '_ {
        let t = self.step[i] as f64 * DT;
        self.signals.iter().map(move |s| s.get(i).state(t) as u8)
    }

    /// Zones of lane `i`.
    pub fn zones(&self, i: usize) -> Vec<TracedZone> {
        let zones = self.zones.iter().zip(&self.template.zones);
        zones.map(|(z, t)| TracedZone { kind: t.kind, from_m: z.from_m[i], to_m: z.to_m[i] }).collect()
    }

    /// Stop lines of the signals of lane `i`, m.
    pub fn signal_lines_m(&self, i: usize) -> Vec<f64> {
        self.signals.iter().map(|s| s.line_m[i]).collect()
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
        Action { accel: single(self.accel), curvature: single(self.curvature), ..self }
    }
}

impl<const W: usize> Slot<W> {
    /// Whether a policy has to consider it: some lane sees it, or knows of it. For all others a policy changes nothing.
    #[inline(always)]
    fn concerns(&self) -> bool {
        any(&self.object.seen) || any(&self.track.known)
    }
}
