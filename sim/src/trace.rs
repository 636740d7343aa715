//! The full record of one rollout, for replay, recordings and pictures.

use crate::observation::Class;
use crate::template::ZoneKind;

/// A rollout, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Actors, in the order of the template. Those not active in this world are there, with `active` false.
    pub actors: Vec<TracedActor>,
    /// Length of the ego, m.
    pub ego_length_m: f64,
    /// Width of the ego, m.
    pub ego_width_m: f64,
    /// Distance from the ego's reference point (rear axle) to the centre of its box, m.
    pub ego_centre_m: f64,
    /// Half of the horizontal field of view, radians.
    pub half_fov_rad: f64,
    /// Zones of this world.
    pub zones: Vec<TracedZone>,
    /// Stop lines of its signals along the route, m.
    pub signal_lines_m: Vec<f64>,
    /// Detection range of vehicles and of people, m.
    pub range_m: (f64, f64),
    /// The state at the start of each step, and after the last one (which repeats what was seen last).
    pub frames: Vec<Frame>,
}

/// A zone of a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TracedZone {
    /// Kind.
    pub kind: ZoneKind,
    /// Begin along the route, m.
    pub from_m: f64,
    /// End along the route, m.
    pub to_m: f64,
}

/// An actor as it is at the start; frames say what changes.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedActor {
    /// Name in the file.
    pub name: String,
    /// True class.
    pub class: Class,
    /// Exists in this world, at some time at least.
    pub active: bool,
    /// Others can be hidden behind it.
    pub occludes: bool,
    /// Length, m.
    pub length_m: f64,
    /// Width, m.
    pub width_m: f64,
    /// Height, m.
    pub height_m: f64,
}

impl TracedActor {
    /// The same as it is in a frame.
    pub fn at(&self, frame: &ActorFrame) -> TracedActor {
        let [length_m, width_m, height_m] = frame.size_m;
        TracedActor { class: frame.class, length_m, width_m, height_m, ..self.clone() }
    }
}

/// The state at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Time, s.
    pub time_s: f64,
    /// The ego.
    pub ego: EgoFrame,
    /// What the policy answered to this frame's observation; NaN where it gave none (the last frame) or gave NaN.
    pub action: [f64; 2],
    /// Lamp, horn, and request for help of that answer.
    pub signs: [f64; 3],
    /// The policy's statement of how probable it is that somebody comes into its way; NaN where it states none.
    pub belief: f64,
    /// Actors in the order of the template.
    pub actors: Vec<ActorFrame>,
    /// State of each signal: 0 green, 1 amber, 2 red.
    pub signals: Vec<u8>,
    /// Smallest margin so far of each criterion, in the order of [`crate::Criterion::ALL`].
    pub margins: [f64; crate::CRITERIA],
    /// Distance to the nearest harmful actor now, m, at most 10.
    pub distance_m: f64,
    /// Digest of the trace up to here.
    pub digest: u64,
}

/// Ego state in a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EgoFrame {
    /// Rear axle, m.
    pub x_m: f64,
    /// Rear axle, m.
    pub y_m: f64,
    /// Heading, radians.
    pub heading_rad: f64,
    /// Speed, m/s.
    pub speed_mps: f64,
    /// Acceleration, m/s^2.
    pub accel_mps2: f64,
    /// Curvature driven, 1/m.
    pub curvature: f64,
    /// Distance along the route, m.
    pub s_m: f64,
    /// Offset to the left of the route, m.
    pub d_m: f64,
}

/// A trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fired {
    /// A condition of a walker, a ball or a vehicle, by the name of its field; of several that hold the first one.
    Field(&'static str),
    /// A condition of an agent: its place among the `next` of the mode that it left, from 0.
    Next(u8),
}

impl Fired {
    /// `go_gap_m`; of an agent `next[1]`.
    pub fn name(self) -> String {
        match self {
            Fired::Field(name) => name.to_owned(),
            Fired::Next(k) => format!("next[{k}]"),
        }
    }
}

/// An actor in a frame: the truth, and what the policy is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActorFrame {
    /// Centre, m.
    pub x_m: f64,
    /// Centre, m.
    pub y_m: f64,
    /// Heading, radians.
    pub heading_rad: f64,
    /// Velocity, m/s.
    pub vx_mps: f64,
    /// Velocity, m/s.
    pub vy_mps: f64,
    /// A free line of sight exists, within range and field of view.
    pub visible: bool,
    /// Measured in this step: visible and not missed.
    pub detected: bool,
    /// Lamps: brake, indicator, warning, stop arm, flashing lamps.
    pub lamps: [f64; 5],
    /// What it is now.
    pub class: Class,
    /// Length, width and height now, m.
    pub size_m: [f64; 3],
    /// It is there now.
    pub active: bool,
    /// Index of the mode of an agent.
    pub mode: Option<u8>,
    /// What set it going, or changed its mode, in the step before.
    pub fired: Option<Fired>,
    /// What this step's observation says of it, in the world frame; `None` where the observation lacks it.
    pub observed: Option<Observed>,
}

/// What an observation says of an actor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// Centre, world frame, m.
    pub x_m: f64,
    /// Centre, world frame, m.
    pub y_m: f64,
    /// Velocity, world frame, m/s.
    pub vx_mps: f64,
    /// Velocity, world frame, m/s.
    pub vy_mps: f64,
    /// Most probable class.
    pub class: Class,
    /// Cues in the order of [`crate::CueKind::ALL`]; NaN where not readable.
    pub cues: [f64; 5],
}
