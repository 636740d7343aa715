//! Actors: what an author sets of each kind, and how it moves.
//!
//! A kind is chosen per actor slot of the template, never per world; within a kind every choice is a mask. All `s_m` run
//! along the ego's route (path 0) unless the actor has a path of its own; `d_m` is to the left of it.

pub(crate) mod agent;
mod fixed;
mod roller;
pub(crate) mod vehicle;
mod walker;

pub use agent::{Act, AgentSpec, LookSpec, MAX_MODES, Mode, PaceSpec, StartSpec};
pub use fixed::*;
pub use roller::*;
pub use vehicle::*;
pub use walker::*;

crate::lanes::record! {
    /// Where an actor is, and where it was a step ago.
    Pose, PoseLanes {
        /// Centre, m.
        x,
        /// Centre, m.
        y,
        /// Cosine of the heading.
        cos,
        /// Sine of the heading.
        sin,
        /// Velocity, m/s.
        vx,
        /// Velocity, m/s.
        vy,
        /// Centre a step ago, m.
        was_x,
        /// Centre a step ago, m.
        was_y,
    }
}

crate::lanes::record! {
    /// Box of an actor, and whether it exists in this world.
    Shape, ShapeLanes {
        /// Half of the length, m.
        half_l,
        /// Half of the width, m.
        half_w,
        /// Height, m.
        height,
        /// 1 where it exists.
        active,
        /// 1 where touching it fails.
        harmful,
        /// Detection range, m.
        range_m,
    }
}

crate::lanes::record! {
    /// Lamps and signs that an actor shows.
    Lamps, LampsLanes {
        /// Brake lamps: 1 on.
        brake,
        /// Indicator: 1 left, -1 right, 0 off.
        indicator,
        /// Hazard or amber warning lamps: 1 on.
        warning,
        /// Red lamps and stop arm of a school bus: 1 out.
        stop_arm,
        /// Flashing lamps of an emergency vehicle: 1 on.
        beacon,
        /// 1 while it sounds.
        sounds,
    }
}

crate::lanes::record! {
    /// What actors know of the ego and of the time: its place on the route.
    EgoPlace, EgoPlaceLanes {
        /// Time at the start of the step, s.
        t,
        /// Front along the route, m.
        front,
        /// Rear along the route, m.
        rear,
        /// Offset of the centre to the left of the route, m.
        d,
        /// Speed, m/s.
        v,
    }
}

/// Whether one of three starting conditions holds: a time, a gap, a time to arrival.
#[inline(always)]
fn due(at: &EgoPlace, gap: f64, time_s: f64, gap_m: f64, tta_s: f64) -> bool {
    (at.t >= time_s) | (gap < gap_m) | (arrival(at, gap) < tta_s)
}

/// Time until the ego's front has covered `gap` at its present speed, s.
#[inline(always)]
pub(crate) fn arrival(at: &EgoPlace, gap: f64) -> f64 {
    gap / crate::math::max(at.v, 0.1)
}
