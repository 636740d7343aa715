//! What a rollout leaves behind.

use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$m:meta])* $name:ident { $($(#[$vm:meta])* $v:ident = $text:literal),* $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vm])* $v),* }
        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$v),*];
            /// Name in files.
            pub const fn name(self) -> &'static str { match self { $($name::$v => $text),* } }
        }
    };
}

named! {
    /// Signed margins over a rollout; failure at or below zero.
    Criterion {
        /// Contact, but that of another's front with the ego's rear.
        Collision = "collision",
        /// Contact of another's front with the ego's rear.
        StruckFromBehind = "struck_from_behind",
        /// Leaving the drivable area.
        OffRoad = "off_road",
        /// Passing a stop line at red.
        RedLight = "red_light",
        /// Passing a school bus with its stop arm out.
        SchoolBus = "school_bus",
        /// More than 1.1 times the limit.
        Speeding = "speeding",
        /// End place not reached by the horizon.
        NoProgress = "no_progress",
        /// Braking harder than the scenario's limit.
        HarshBraking = "harsh_braking",
        /// Fault of the policy.
        PolicyFault = "policy_fault",
        /// Passing an actor too near and too fast.
        Clearance = "clearance",
        /// Driving faster than a situation allows.
        SituationSpeed = "situation_speed",
        /// Passing a line while that is forbidden.
        NoEntry = "no_entry",
        /// Passing a line without having stopped before it.
        MustStop = "must_stop",
        /// Standing in the way for too long.
        Blocking = "blocking",
        /// Leaving the place in the lane that a situation asks for.
        LaneKeeping = "lane_keeping",
        /// No answer in time.
        Reaction = "reaction",
        /// A lamp not shown, a horn not sounded.
        Signalling = "signalling",
        /// No remote help asked for where it is due, or asked for where it is not.
        HelpRequest = "help_request",
    }
}

/// Number of criteria.
pub const CRITERIA: usize = Criterion::ALL.len();

named! {
    /// How a rollout ended.
    Verdict {
        /// No criterion of the scenario failed.
        Pass = "pass",
        /// One did.
        Fail = "fail",
        /// The policy faulted, which counts as a failure.
        Fault = "fault",
    }
}

named! {
    /// Faults of a policy.
    FaultKind {
        /// It panicked or raised.
        Panic = "panic",
        /// An action was NaN or infinite.
        NotFinite = "not_finite",
        /// An action was outside of what the schema allows.
        OutOfRange = "out_of_range",
        /// No answer in time.
        Deadline = "deadline",
        /// The policy's process is gone.
        Disconnected = "disconnected",
        /// The answer could not be read.
        BadReply = "bad_reply",
    }
}

/// The verdict of a rollout, its margins, and what it cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Index within its scenario.
    pub rollout: u64,
    /// Index into [`crate::Template::strata`].
    pub stratum: u16,
    /// Verdict.
    pub verdict: Verdict,
    /// Criterion that failed first.
    pub cause: Option<Criterion>,
    /// Actor (index into the template) of that failure, where there is one.
    pub with: Option<u16>,
    /// Fault, and the step at which it happened.
    pub fault: Option<(FaultKind, u32)>,
    /// Smallest margin over the criteria that fail the scenario.
    pub margin: f64,
    /// Margin of each criterion, in the order of [`Criterion::ALL`], also of those that do not fail the scenario. Never NaN.
    pub margins: [f64; CRITERIA],
    /// Steps driven.
    pub steps: u32,
    /// Time of the end, s.
    pub end_s: f64,
    /// Time of the first failure, s.
    pub failed_s: Option<f64>,
    /// Speed of the other in the ego's frame at the first contact, m/s.
    pub impact_speed_mps: Option<f64>,
    /// Probability of a fatal injury of the struck person (Rosen and Sander 2009); contacts with people only.
    pub injury_risk: Option<f64>,
    /// Smallest distance to any harmful actor, m, at most 10.
    pub min_distance_m: f64,
    /// Smallest time to collision at constant velocities, s; `None` where never on a collision course.
    pub min_ttc_s: Option<f64>,
    /// Hardest braking, m/s^2.
    pub max_decel_mps2: f64,
    /// Distance along the route, m.
    pub travelled_m: f64,
    /// Time lost against driving freely, s.
    pub time_lost_s: f64,
    /// Onsets of braking above 4 m/s^2 without a collision course within 3 s.
    pub harsh_brakes: u32,
    /// Stops without anything in the way and without a law that asks for them.
    pub needless_stops: u32,
    /// Digest of the whole trace.
    pub digest: u64,
    /// `[steps, 6]`, in the order of [`crate::ACTION_LAYOUT`]: what a policy that is not built in answered, of rollouts that failed
    /// or in which it stated a belief; else empty.
    pub actions: Vec<f32>,
}

impl Outcome {
    /// Failed or faulted.
    pub fn failed(&self) -> bool {
        self.verdict != Verdict::Pass
    }
}
