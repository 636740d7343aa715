//! Policies: the built-in ones, and the trait for others.
//!
//! A built-in policy is scalar code over its observation and its memory, run in the engine's lanes. It sees nothing else:
//! [`EgoView`] and [`Object`]s, rounded to `f32`, are all that reaches it.

pub mod batch;
mod common_sense;
mod degenerate;
mod drive;
mod idm;
pub(crate) mod memory;
pub mod reference;

pub use batch::{ActionBatch, BatchPolicy, ObservationBatch, Pilot, PolicyFault, Sessions, as_policy_call, in_policy_call};
pub(crate) use drive::keep_lane;
pub use memory::{Memory, Track};

use crate::ego::Action;
use crate::math::{clamp, exp};
use crate::observation::{EgoView, Object};
use std::fmt;

/// Most settings of a policy.
pub(crate) const MAX_SETTINGS: usize = 16;

/// A named number that a policy can be set by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// Name with its unit last.
    pub name: &'static str,
    /// Default.
    pub default: f64,
    /// Smallest value allowed.
    pub min: f64,
    /// Largest value allowed.
    pub max: f64,
    /// Meaning and unit.
    pub about: &'static str,
}

pub(crate) const fn setting(name: &'static str, default: f64, min: f64, max: f64, about: &'static str) -> Setting {
    Setting { name, default, min, max, about }
}

/// Which built-in policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Idm,
    IdmAeb,
    CommonSense,
    R157Cc,
    Fsm,
    Rss,
    Reg157,
    Nieon,
    Parked,
    Creeping,
    Blind,
    Nan,
    Panic,
}

const KINDS: [Kind; 13] = [
    Kind::Idm,
    Kind::IdmAeb,
    Kind::CommonSense,
    Kind::R157Cc,
    Kind::Fsm,
    Kind::Rss,
    Kind::Reg157,
    Kind::Nieon,
    Kind::Parked,
    Kind::Creeping,
    Kind::Blind,
    Kind::Nan,
    Kind::Panic,
];

const CREEP: &[Setting] = &[setting("speed_mps", 0.4, 0.05, 2.0, "speed, m/s")];
/// `nan` and `panic` drive as if the road were empty, and fail at this step.
const FAULTY: &[Setting] = &[setting("step", 10.0, 0.0, 1e6, "step at which it faults")];

impl Kind {
    const fn name(self) -> &'static str {
        BuiltIn::ALL[self as usize].0
    }

    const fn settings(self) -> &'static [Setting] {
        match self {
            Kind::Idm => idm::SETTINGS,
            Kind::IdmAeb => idm::AEB_SETTINGS,
            Kind::CommonSense => common_sense::SETTINGS,
            Kind::R157Cc => reference::cc::SETTINGS,
            Kind::Fsm => reference::fsm::SETTINGS,
            Kind::Rss => reference::rss::SETTINGS,
            Kind::Reg157 => reference::reg157::SETTINGS,
            Kind::Nieon => reference::nieon::SETTINGS,
            Kind::Creeping => CREEP,
            Kind::Nan | Kind::Panic => FAULTY,
            Kind::Parked | Kind::Blind => &[],
        }
    }
}

/// A built-in policy with its settings resolved.
#[derive(Clone, Copy, PartialEq)]
pub struct BuiltIn {
    pub(crate) kind: Kind,
    pub(crate) p: [f64; MAX_SETTINGS],
}

impl fmt::Debug for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}{:?}", self.name(), self.settings())
    }
}

/// Why a policy cannot be had.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// No such policy.
    #[error("there is no policy `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// No such setting.
    #[error("policy `{policy}` has no setting `{setting}`")]
    UnknownSetting {
        /// Policy.
        policy: String,
        /// What was asked for.
        setting: String,
    },
    /// Out of range.
    #[error("`{setting}` of policy `{policy}` must lie between {min} and {max}, not {value}")]
    OutOfRange {
        /// Policy.
        policy: String,
        /// Setting.
        setting: String,
        /// Value asked for.
        value: f64,
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
}

impl BuiltIn {
    /// Names of all built-in policies, with a line about each.
    pub const ALL: &'static [(&'static str, &'static str)] = &[
        ("idm", "follows the vehicle in its lane (Intelligent Driver Model); pays no heed to people"),
        ("idm-aeb", "the same, with automatic emergency braking for whatever is solid"),
        ("common-sense", "reads cues, slows for ambiguity and occlusion, remembers what it no longer sees"),
        ("r157-cc", "the competent and careful human driver of UN R157: brakes at a critical time to collision"),
        ("fsm", "the Fuzzy Safety Model: brakes in proportion to how unsafe a gap is"),
        ("rss", "Responsibility-Sensitive Safety: brakes where distances ahead and aside are unsafe"),
        ("reg157", "what UN R157 5.2.5.2 asks of a cut-in, read as a driver (JRC)"),
        ("nieon", "an attentive human: responds to surprise after the time that evidence takes"),
        ("parked", "degenerate: stands still"),
        ("creeping", "degenerate: crawls, and never arrives"),
        ("blind", "degenerate: drives as if the road were empty"),
        ("nan", "degenerate: answers NaN"),
        ("panic", "degenerate: panics"),
    ];

    /// Names of the reference drivers: built-in policies that others are compared with (`docs/drivers.md`).
    pub const REFERENCE: &'static [&'static str] =
        &["idm", "idm-aeb", "common-sense", "r157-cc", "fsm", "rss", "reg157", "nieon"];

    /// Settings of the policy of that name.
    ///
    /// # Errors
    /// [`PolicyError::Unknown`].
    pub fn settings_of(name: &str) -> Result<&'static [Setting], PolicyError> {
        Self::kind_of(name).map(Kind::settings)
    }

    fn kind_of(name: &str) -> Result<Kind, PolicyError> {
        KINDS.into_iter().find(|k| k.name() == name).ok_or_else(|| PolicyError::Unknown { name: name.into() })
    }

    /// The policy of that name, with some settings changed.
    ///
    /// # Errors
    /// No such policy, no such setting, or a value out of its range.
    pub fn new(name: &str, settings: &[(String, f64)]) -> Result<Self, PolicyError> {
        let kind = Self::kind_of(name)?;
        let mut p = [0.0; MAX_SETTINGS];
        for (value, setting) in p.iter_mut().zip(kind.settings()) {
            *value = setting.default;
        }
        for (key, value) in settings {
            let unknown = || PolicyError::UnknownSetting { policy: name.into(), setting: key.clone() };
            let at = kind.settings().iter().position(|s| s.name == key).ok_or_else(unknown)?;
            let Setting { min, max, .. } = kind.settings()[at];
            // Written so that NaN is out of range.
            if !(*value >= min && *value <= max) {
                return Err(PolicyError::OutOfRange { policy: name.into(), setting: key.clone(), value: *value, min, max });
            }
            p[at] = *value;
        }
        Ok(Self { kind, p })
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// All settings as they are, in order.
    pub fn settings(&self) -> Vec<(&'static str, f64)> {
        self.kind.settings().iter().zip(self.p).map(|(s, v)| (s.name, v)).collect()
    }

    /// Whether it is driven as a batch policy: those that panic can only be caught around a call.
    pub(crate) fn is_batch(&self) -> bool {
        self.kind == Kind::Panic
    }

    /// Whether it states how probable it holds that somebody comes into its way.
    pub fn states_belief(&self) -> bool {
        matches!(self.kind, Kind::CommonSense | Kind::Nieon)
    }

    /// How probable it holds the hazard: what it was told of before, and the evidence since, as log odds. NaN where it states none.
    pub(crate) fn stated(&self, evidence: f64, base_rate: Option<f32>) -> f64 {
        let Some(rate) = base_rate.filter(|_| self.states_belief()) else { return f64::NAN };
        // Nobody is about: no evidence either way.
        let odds = exp(if evidence > memory::NO_EVIDENCE { clamp(evidence, -8.0, 8.0) } else { 0.0 });
        let rate = f64::from(rate);
        // As it would be told over the packed layout.
        f64::from((rate * odds / (rate * odds + (1.0 - rate))) as f32)
    }

    /// Answers one observation of one world: what the engine does in its lanes, for a single world and any order of objects.
    pub fn act(&self, ego: &EgoView, objects: &mut [(Object, Track)], memory: &mut Memory) -> Action {
        self.begin(ego, memory);
        for (object, track) in objects {
            self.consider(ego, object, track, memory);
        }
        self.finish(ego, memory).rounded()
    }

    /// Starts a step.
    #[inline(always)]
    pub(crate) fn begin(&self, ego: &EgoView, m: &mut Memory) {
        match self.kind {
            Kind::Idm | Kind::IdmAeb => idm::begin(&self.p, ego, m),
            Kind::CommonSense => common_sense::begin(&self.p, ego, m),
            Kind::R157Cc | Kind::Fsm | Kind::Rss | Kind::Reg157 | Kind::Nieon => reference::driver::begin(&self.p, ego, m),
            _ => {}
        }
    }

    /// Considers one object.
    #[inline(always)]
    pub(crate) fn consider(&self, ego: &EgoView, o: &Object, t: &mut Track, m: &mut Memory) {
        match self.kind {
            Kind::Idm => idm::consider(&self.p, false, ego, o, t, m),
            Kind::IdmAeb => idm::consider(&self.p, true, ego, o, t, m),
            Kind::CommonSense => {
                self.track(ego, o, t);
                self.consider_person(ego, t, m);
                self.consider_vehicle(ego, t, m);
                self.consider_thing(ego, t, m);
            }
            Kind::R157Cc => reference::cc::consider(&self.p, ego, o, t, m),
            Kind::Fsm => reference::fsm::consider(&self.p, ego, o, t, m),
            Kind::Rss => reference::rss::consider(&self.p, ego, o, t, m),
            Kind::Reg157 => reference::reg157::consider(&self.p, ego, o, t, m),
            Kind::Nieon => reference::nieon::consider(&self.p, ego, o, t, m),
            _ => {}
        }
    }

    /// The parts of `common-sense`, each of which concerns some classes of objects only.
    #[inline(always)]
    pub(crate) fn track(&self, ego: &EgoView, o: &Object, t: &mut Track) {
        common_sense::track(&self.p, ego, o, t);
    }
    /// See [`BuiltIn::track`].
    #[inline(always)]
    pub(crate) fn consider_person(&self, ego: &EgoView, t: &Track, m: &mut Memory) {
        common_sense::consider_person(&self.p, ego, t, m);
    }
    /// See [`BuiltIn::track`].
    #[inline(always)]
    pub(crate) fn consider_vehicle(&self, ego: &EgoView, t: &Track, m: &mut Memory) {
        common_sense::consider_vehicle(&self.p, ego, t, m);
    }
    /// See [`BuiltIn::track`].
    #[inline(always)]
    pub(crate) fn consider_thing(&self, ego: &EgoView, t: &mut Track, m: &mut Memory) {
        common_sense::consider_thing(&self.p, ego, t, m);
    }

    /// Ends a step with an action.
    #[inline(always)]
    pub(crate) fn finish(&self, ego: &EgoView, m: &mut Memory) -> Action {
        m.clock += 1.0;
        match self.kind {
            Kind::Idm => idm::finish(&self.p, false, ego, m),
            Kind::IdmAeb => idm::finish(&self.p, true, ego, m),
            Kind::CommonSense => common_sense::finish(&self.p, ego, m),
            Kind::R157Cc => reference::cc::finish(&self.p, ego, m),
            Kind::Fsm => reference::fsm::finish(&self.p, ego, m),
            Kind::Rss => reference::rss::finish(&self.p, ego, m),
            Kind::Reg157 => reference::reg157::finish(&self.p, ego, m),
            Kind::Nieon => reference::nieon::finish(&self.p, ego, m),
            Kind::Parked => degenerate::parked(ego),
            Kind::Creeping => degenerate::creeping(ego, self.p[0]),
            Kind::Nan => {
                let action = degenerate::blind(ego);
                Action { accel: crate::math::sel(m.clock > self.p[0], f64::NAN, action.accel), ..action }
            }
            Kind::Blind | Kind::Panic => degenerate::blind(ego),
        }
    }
}
