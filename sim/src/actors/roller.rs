//! A ball that rolls out.

crate::lanes::spec! {
    /// Values of a ball. It starts when any of the `go_` conditions holds.
    RollerSpec => Roller, RollerLanes {
        /// Start along the route, m.
        s_m = 0.0,
        /// Start to the left of the route, m.
        d_m = -4.0,
        /// Direction against the road's direction, radians.
        dir_rad = std::f64::consts::FRAC_PI_2,
        /// Speed when it starts, m/s.
        speed_mps = 3.0,
        /// Loss of speed by rolling, m/s^2.
        decel_mps2 = 0.4,
        /// Starts at this time, s.
        go_time_s = f64::INFINITY,
        /// Starts once the ego's front is nearer than this along the route, m.
        go_gap_m = f64::NEG_INFINITY,
        /// Starts once the ego's time to arrival is below this, s.
        go_tta_s = f64::NEG_INFINITY,
    }
}

use super::{EgoPlace, Pose, due};
use crate::math::{max, sel};
use crate::template::DT;

crate::lanes::record! {
    /// How far a ball has come.
    Rolling, RollingLanes {
        /// Time at which it started, s; infinite before.
        started_s,
        /// Speed, m/s.
        speed,
        /// Direction, world frame.
        dir_cos,
        /// Direction, world frame.
        dir_sin,
    }
}

/// Moves a ball by one step.
#[inline(always)]
pub(crate) fn roll(p: &Roller, at: &EgoPlace, b: &mut Rolling, pose: &mut Pose) {
    let rests = at.t < b.started_s;
    let go = rests & due(at, p.s_m - at.front, p.go_time_s, p.go_gap_m, p.go_tta_s);
    b.started_s = sel(go, at.t, b.started_s);
    let v0 = sel(go, p.speed_mps, b.speed);
    let v1 = max(v0 - p.decel_mps2 * DT, 0.0);
    b.speed = v1;
    let run = 0.5 * (v0 + v1) * DT;
    (pose.was_x, pose.was_y) = (pose.x, pose.y);
    pose.x += run * b.dir_cos;
    pose.y += run * b.dir_sin;
    (pose.vx, pose.vy) = (v1 * b.dir_cos, v1 * b.dir_sin);
}
