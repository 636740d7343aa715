//! Pieces that the built-in policies share: keeping the lane, cruising, following, stopping.

use super::memory::Track;
use crate::actors::idm;
use crate::ego::{EGO_FRONT_M, EGO_WIDTH_M};
use crate::math::{clamp, max, min, sel};
use crate::observation::EgoView;

/// Curvature that steers towards the offset `aside` of the route: the route's own, with feedback of offset and heading.
#[inline(always)]
pub(crate) fn keep_lane(ego: &EgoView, aside: f64) -> f64 {
    // Closed loop with distance as time: d'' = -w^2 d - 2 w d', w falls with speed so that steering stays gentle.
    let w = 1.0 / max(6.0, 1.2 * ego.speed_mps);
    clamp(ego.route_curvature_ahead - w * w * clamp(ego.route_d_m - aside, -1.5, 1.5) - 2.0 * w * ego.heading_sin, -0.15, 0.15)
}

/// Acceleration towards a target speed, as the free term of the Intelligent Driver Model; firm above the target.
#[inline(always)]
pub(crate) fn cruise(v: f64, target: f64, accel: f64, brake: f64) -> f64 {
    let t = max(target, 0.0);
    let r = v / max(t, 0.5);
    let r2 = r * r;
    sel(v > t, clamp(-1.5 * (v - t), -brake, 0.0), accel * (1.0 - r2 * r2))
}

/// Free distance from the ego's front to the near end of a track, m.
#[inline(always)]
pub(crate) fn gap(m: &Track) -> f64 {
    m.s - m.half_s - EGO_FRONT_M
}

/// Whether a track lies in the ego's way, with some room to each side, m.
#[inline(always)]
pub(crate) fn in_way(ego: &EgoView, m: &Track, room: f64) -> bool {
    (m.d - ego.route_d_m).abs() < 0.5 * EGO_WIDTH_M + m.half_d + room
}

/// Constant deceleration that stops within `distance`, m/s^2, positive; at most 20.
#[inline(always)]
pub(crate) fn to_stop(v: f64, distance: f64) -> f64 {
    min(0.5 * v * v / max(distance, 0.1), 20.0)
}

/// Speed from which one can still come down to `end` within `distance` at deceleration `brake`.
#[inline(always)]
pub(crate) fn come_down(end: f64, distance: f64, brake: f64) -> f64 {
    (end * end + 2.0 * brake * max(distance, 0.0)).sqrt()
}

/// Acceleration behind a leader by the Intelligent Driver Model, with the acceleration and braking of the policy.
#[inline(always)]
pub(crate) fn follow_leader(ego: &EgoView, m: &Track, headway_s: f64, min_gap_m: f64, accel: f64, comfort: f64) -> f64 {
    idm(ego.speed_mps, gap(m), max(m.vs, 0.0), max(ego.desired_mps, 1.0), headway_s, min_gap_m, accel, comfort)
}

/// Acceleration for the next signal: stops at red, and at amber where that takes no more than `comfort`.
#[inline(always)]
pub(crate) fn heed_signal(ego: &EgoView, comfort: f64) -> f64 {
    let room = ego.signal_m - 1.0;
    let need = to_stop(ego.speed_mps, room);
    let must = (ego.signal_state == 2.0) | ((ego.signal_state == 1.0) & (need < comfort));
    // Brakes once half of the comfortable braking is needed; stands at the line.
    let stands = (room < 1.0) & (ego.speed_mps < 0.5);
    let near = must & (ego.signal_m > -0.5) & ((need > 0.5 * comfort) | stands);
    sel(near, -max(need, sel(stands, 1.0, 0.0)), 1e3)
}

/// Speed that limits allow here: that of the road, and that of a stretch ahead, come down to in good time.
#[inline(always)]
pub(crate) fn allowed(ego: &EgoView) -> f64 {
    // Done a second before its begin, since `cruise` comes down to a falling target a little late.
    let ahead = come_down(ego.zone_limit_mps, ego.zone_m - max(ego.zone_limit_mps, 4.0), 1.2);
    min(min(ego.desired_mps, ego.limit_mps), sel(ego.zone_m < 999.0, ahead, 1e3))
}

/// Acceleration for a school bus with its arm out: stops 7 m before it, for its length is known to a tenth, whichever way it faces, unless already beside it.
#[inline(always)]
pub(crate) fn heed_school_bus(ego: &EgoView, m: &Track, comfort: f64) -> f64 {
    let room = gap(m) - 7.0;
    let need = to_stop(ego.speed_mps, room);
    let must = (m.known != 0.0) & (m.stop_arm != 0.0) & (gap(m) > -1.0);
    let stands = (room < 1.0) & (ego.speed_mps < 0.5);
    sel(must & ((need > 0.5 * comfort) | stands), -max(need, sel(stands, 1.0, 0.0)), 1e3)
}
