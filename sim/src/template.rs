//! The compiled form of a logical scenario: flat, without strings in the hot path, ready to be bound into worlds.

use crate::actors::{AgentSpec, FixedSpec, RollerSpec, VehicleSpec, WalkerSpec};
use crate::copula::Copula;
use crate::demand::Demand;
use crate::dist::Dist;
use crate::lanes::spec;
use crate::observation::Class;
use crate::road::Road;
use crate::value::Value;

/// Seconds of a step. The policy is asked once per step.
pub const DT: f64 = 0.1;
/// Steps from one knot of the noise to the next (0.2 s).
pub const KNOT_STEPS: u64 = 2;
/// Most actors of a scenario, and most objects of an observation.
pub const MAX_ACTORS: usize = 32;
/// Most strata (combinations of latent states) of a scenario.
pub const MAX_STRATA: usize = 64;
/// Most parameters of a scenario.
pub const MAX_PARAMS: usize = 256;

/// A logical scenario, compiled.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Name, unique in a campaign; part of the address of every random number.
    pub name: String,
    /// Parameters in order; a parameter's index is part of the address of its coordinate.
    pub params: Vec<Param>,
    /// Correlations of parameters.
    pub copula: Copula,
    /// Latent variables in order.
    pub latents: Vec<Latent>,
    /// All combinations of latent states.
    pub strata: Vec<Stratum>,
    /// Natural prior of the hazard: how often an encounter is one; `None` where that is unknown, or no state is marked.
    pub hazard_prior: Option<f64>,
    /// Roads.
    pub road: Road,
    /// The ego's task.
    pub ego: EgoSpec,
    /// Weather, light, and how well the ego sees.
    pub sensing: SensingSpec,
    /// Steps from a measurement to the observation that holds it, at least 1.
    pub latency_steps: u32,
    /// Traffic signals on the ego's route.
    pub signals: Vec<SignalSpec>,
    /// Zones that the map knows.
    pub zones: Vec<Zone>,
    /// Actors; their order is part of the address of their noise.
    pub actors: Vec<ActorTemplate>,
    /// Criteria that fail the scenario, in the order of [`crate::Criterion::ALL`].
    pub criteria: Vec<crate::Criterion>,
    /// Hardest braking that is not a failure of `harsh_braking`, m/s^2.
    pub harsh_limit_mps2: f64,
    /// Further demands on the ego. Each has a criterion that it belongs to, which must be among the criteria to fail the scenario.
    pub demands: Vec<Demand>,
}

/// A continuous parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Name with its unit last.
    pub name: String,
    /// Distribution.
    pub dist: Dist,
}

/// A latent variable: a discrete hidden state of the world.
#[derive(Clone, Debug, PartialEq)]
pub struct Latent {
    /// Name.
    pub name: String,
    /// Names of its states.
    pub states: Vec<String>,
}

/// A combination of latent states.
#[derive(Clone, Debug, PartialEq)]
pub struct Stratum {
    /// State of each latent variable, by index.
    pub states: Vec<u8>,
    /// Whether one of these states is marked as the hazard.
    pub hazard: bool,
    /// How often it is drawn, against the other strata that may be drawn with it: the natural prior, or where a prior of the
    /// scenario is unknown the design share.
    pub weight: f64,
}

spec! {
    /// The ego's task.
    EgoSpec => Ego0, Ego0Lanes {
        /// Speed at the start, m/s.
        start_speed_mps = 13.9,
        /// Speed it would drive on a free road, m/s.
        desired_speed_mps = 13.9,
        /// Speed limit, m/s.
        limit_mps = 13.9,
        /// Distance along the route that it must reach (rear axle, from 0), m.
        end_m = 120.0,
        /// Waiting that the law or a worst case demands, added to the horizon, s.
        lawful_wait_s = 0.0,
        /// Hardest braking of the vehicle on a dry road, m/s^2; friction limits it further.
        brake_mps2 = 9.0,
        /// Lateral offset at the start, to the left of the route, m.
        start_d_m = 0.0,
    }
}

spec! {
    /// Weather, light, and how well the ego sees.
    SensingSpec => Sensing0, Sensing0Lanes {
        /// Friction between tyre and road.
        friction = 0.8,
        /// 1 by day, 0 at night without lamps.
        light = 1.0,
        /// Farthest distance at which a vehicle is detected, m.
        range_vehicle_m = 150.0,
        /// Farthest distance at which a person or a small object is detected, m.
        range_person_m = 80.0,
        /// Half of the horizontal field of view, radians; pi for all round.
        half_fov_rad = 1.75,
        /// Standard deviation of a measured position close by, m; it grows by 1% of the distance.
        position_noise_m = 0.15,
        /// Standard deviation of a measured speed component, m/s.
        speed_noise_mps = 0.2,
        /// Correlation time of both errors, s.
        noise_time_s = 0.8,
        /// Share of the time in which an object in view is missed.
        miss_share = 0.005,
        /// Mean duration of a burst of misses, s.
        miss_mean_s = 0.3,
        /// Probability that an object is taken for its look-alike, drawn anew every 2 s; within 30 m it falls in proportion to the distance.
        confusion = 0.02,
        /// Height of the sensor above the road, m.
        sensor_height_m = 1.7,
        /// From this time on no object is detected, as by a camera that is covered, s. Signals, zones and sounds are told as ever.
        dark_from_s = f64::INFINITY,
        /// Until this time, s.
        dark_to_s = f64::INFINITY,
    }
}

spec! {
    /// A traffic signal. It is green until `amber_s`, amber until `red_s`, red until `green_s`, then green for good.
    SignalSpec => Signal, SignalLanes {
        /// Stop line along the ego's route, m.
        line_m = 0.0,
        /// Time at which amber begins, s.
        amber_s = f64::INFINITY,
        /// Time at which red begins, s.
        red_s = f64::INFINITY,
        /// Time at which green begins again, s.
        green_s = f64::INFINITY,
    }
}

/// Kinds of zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneKind {
    /// Marked crosswalk.
    Crosswalk,
    /// School zone.
    School,
    /// Junction box.
    Junction,
    /// Work site.
    Work,
    /// A stretch of other friction, which no map knows.
    Slippery,
}

spec! {
    /// Where a zone is along the ego's route, and what holds there.
    ZoneSpec => Stretch, StretchLanes {
        /// Begin along the route, m.
        from_m = 0.0,
        /// End along the route, m.
        to_m = 0.0,
        /// Speed limit inside while it is in force, m/s; the road's own limit holds too.
        limit_mps = f64::INFINITY,
        /// 1 while its limit is in force (the beacon flashes), 0 while not.
        in_force = 1.0,
        /// Friction inside, of a slippery stretch; the worse of it and the road's own holds.
        friction = f64::INFINITY,
        /// Speed of the ego above which that friction holds, m/s: water under the tyres.
        above_mps = f64::NEG_INFINITY,
    }
}

/// A zone along the ego's route, known from the map unless it is slippery.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Kind.
    pub kind: ZoneKind,
    /// Where it is, and what holds there.
    pub spec: ZoneSpec,
}

impl Zone {
    /// A zone from `from_m` to `to_m` along the route.
    pub fn new(kind: ZoneKind, from_m: f64, to_m: f64) -> Self {
        Self { kind, spec: ZoneSpec { from_m: from_m.into(), to_m: to_m.into(), ..ZoneSpec::default() } }
    }
}

/// An actor of the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct ActorTemplate {
    /// Name in the file.
    pub name: String,
    /// True class.
    pub class: Class,
    /// Length, m.
    pub length_m: Value,
    /// Width, m.
    pub width_m: Value,
    /// Height, m.
    pub height_m: Value,
    /// 1 where it exists, 0 where this concrete scenario is without it.
    pub active: Value,
    /// Times the detection range of its class; above 1 for reflecting, below 1 for dark objects.
    pub range_factor: Value,
    /// Whether others can be hidden behind it.
    pub occludes: bool,
    /// Whether the ego fails by touching it.
    pub harmful: Value,
    /// What it is taken for where it is taken for something else.
    pub look_alike: Class,
    /// Probability of that, in place of the one of [`SensingSpec`]; below 0 for that one.
    pub confusion: Value,
    /// What is heard of it while it sounds.
    pub sound: Option<Sound>,
    /// How it moves.
    pub motion: Motion,
    /// What it shows of its intent.
    pub cues: Vec<Cue>,
}

/// How an actor moves.
#[derive(Clone, Debug, PartialEq)]
pub enum Motion {
    /// Stays where it is.
    Fixed(FixedSpec),
    /// Goes on foot.
    Walker {
        /// Its values.
        spec: WalkerSpec,
        /// Starts after this actor has started, with the lag of its values.
        after: Option<u16>,
    },
    /// Drives along a path.
    Vehicle {
        /// Its values.
        spec: VehicleSpec,
        /// The path it follows.
        path: u16,
        /// The vehicle that it follows besides the ego.
        leader: Option<u16>,
    },
    /// Rolls out.
    Roller(RollerSpec),
    /// Changes from mode to mode, each with a way to move, a look, and conditions under which it ends.
    Agent(AgentSpec),
}

/// What is heard of an actor, also where it is out of sight.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// Farthest distance at which it is heard, m.
    pub range_m: Value,
    /// Standard deviation of the bearing that is heard, radians.
    pub bearing_sd_rad: Value,
    /// 1 while it sounds, unless the mode of an agent says so.
    pub on: Value,
}

/// Kinds of cues. All are numbers that the observation hands out while the actor is seen within the cue's range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CueKind {
    /// Looks at the ego: 1, else 0.
    Gaze,
    /// Body turned to the road: from 0 to 1.
    Posture,
    /// Gesture towards the ego: 1 asks it to go on, 2 asks it to stop, 0 none.
    Gesture,
    /// How much it looks like wanting to cross, as viewers rate it: from 0 to 1.
    Intention,
    /// A lamp that tells what its driver is about to do (reversing, interior, flashed headlamps): from 0 to 1.
    Lamp,
}

impl CueKind {
    /// All kinds, in the order of the observation's fields.
    pub const ALL: [CueKind; 5] = [CueKind::Gaze, CueKind::Posture, CueKind::Gesture, CueKind::Intention, CueKind::Lamp];

    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            CueKind::Gaze => "gaze",
            CueKind::Posture => "posture",
            CueKind::Gesture => "gesture",
            CueKind::Intention => "intention",
            CueKind::Lamp => "lamp",
        }
    }

    /// What its levels mean.
    pub const fn levels(self) -> &'static str {
        match self {
            CueKind::Gaze => "0 looks elsewhere, 1 looks at the ego",
            CueKind::Posture => "from 0, body turned along the road or away, to 1, turned to the road",
            CueKind::Gesture => "0 none, 1 asks the ego to go on, 2 asks it to stop",
            CueKind::Intention => "from 0, looks like staying, to 1, looks like wanting to cross, as viewers rate it",
            CueKind::Lamp => {
                "from 0, dark, to 1, lit: a lamp that tells what its driver is about to do (reversing, interior, flashed headlamps)"
            }
        }
    }

    /// What the built-in policy `common-sense` makes of it; `idm` and `idm-aeb` read none.
    pub const fn common_sense(self) -> &'static str {
        match self {
            CueKind::Gaze => "of adults on foot or riding, every 2 s: 1.35 to one for coming where they look, 0.6 where not",
            CueKind::Intention => "of people, once: evidence against coming below 0.62, for it above",
            CueKind::Gesture => "of officers alone: an order",
            CueKind::Posture | CueKind::Lamp => "not read",
        }
    }
}

/// What the likelihoods of a cue depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CueBy {
    /// The state of that latent variable.
    Latent(u16),
    /// The mode in which the agent is when a window begins.
    Mode,
}

/// A cue: one of a few levels, drawn by probabilities that depend on the latent state or on the mode, held for a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    /// Kind.
    pub kind: CueKind,
    /// What the observation shows at each level; below 0 for a cue that is missed.
    pub levels: Vec<f64>,
    /// What it depends on.
    pub by: CueBy,
    /// For each state (or mode) the probability of each level; rows add up to 1.
    pub likelihood: Vec<Vec<f64>>,
    /// Knots (0.2 s) for which a draw holds; 0 for one draw per encounter.
    pub window_knots: u32,
    /// Farthest distance at which it can be read, m.
    pub range_m: f64,
}

impl Cue {
    /// What is shown, for a uniform number `u`, in the given latent states and mode.
    pub fn level(&self, u: f64, states: &[u8], mode: usize) -> f64 {
        let row = match self.by {
            CueBy::Latent(latent) => &self.likelihood[states[latent as usize] as usize],
            CueBy::Mode => &self.likelihood[mode],
        };
        let mut left = u;
        for (level, share) in self.levels.iter().zip(row) {
            if left < *share {
                return *level;
            }
            left -= share;
        }
        // Rounding leaves at most a sliver beyond the last level.
        self.levels.last().copied().unwrap_or(-1.0)
    }
}

impl ActorTemplate {
    /// Farthest distance at which each of its cues can be read, m; negative for cues that it lacks.
    pub(crate) fn cue_ranges(&self) -> crate::sense::CueRanges {
        let range = |kind| self.cues.iter().find(|c| c.kind == kind).map_or(-1.0, |c| c.range_m);
        crate::sense::CueRanges {
            gaze: range(CueKind::Gaze),
            posture: range(CueKind::Posture),
            gesture: range(CueKind::Gesture),
            intention: range(CueKind::Intention),
            lamp: range(CueKind::Lamp),
        }
    }
}
