//! `idm` and `idm-aeb`: follow the vehicle in their lane by the Intelligent Driver Model, and see nothing else; the second also
//! brakes in emergencies, for whatever is solid.

use super::drive::{allowed, cruise, follow_leader, gap, heed_school_bus, heed_signal, in_way, keep_lane};
use super::memory::{Memory, Track, follow};
use super::setting;
use crate::ego::Action;
use crate::math::{clamp, max, min, sel};
use crate::observation::{EgoView, Object};
use crate::template::DT;

/// Settings of both policies, by index. The model's are those of the nuPlan baseline planner, with braking bounded.
pub(crate) const SETTINGS: &[super::Setting] = &[
    setting("headway_s", 1.5, 0.1, 10.0, "time headway to what is ahead, s"),
    setting("min_gap_m", 2.0, 0.0, 20.0, "gap when standing, m"),
    setting("accel_mps2", 1.5, 0.1, 3.0, "acceleration, m/s^2"),
    setting("comfort_mps2", 2.0, 0.1, 8.0, "comfortable braking, m/s^2"),
    setting("brake_mps2", 5.0, 0.5, 9.8, "hardest braking of the follower, m/s^2"),
];

/// Settings of `idm-aeb`: those of `idm`, then its own.
pub(crate) const AEB_SETTINGS: &[super::Setting] = &[
    SETTINGS[0],
    SETTINGS[1],
    SETTINGS[2],
    SETTINGS[3],
    SETTINGS[4],
    setting("aeb_ttc_s", 1.6, 0.1, 5.0, "time to collision at which emergency braking sets in, s"),
    setting("aeb_brake_mps2", 8.34, 1.0, 9.8, "emergency braking (0.85 g), m/s^2"),
    setting("aeb_room_m", 0.1, 0.0, 2.0, "room beside the car that counts as its way, m"),
];

/// Starts a step.
#[inline(always)]
pub(crate) fn begin(p: &[f64; super::MAX_SETTINGS], ego: &EgoView, m: &mut Memory) {
    m.accel = min(cruise(ego.speed_mps, allowed(ego), p[2], p[3]), heed_signal(ego, p[3]));
}

/// Considers one object.
#[inline(always)]
pub(crate) fn consider(p: &[f64; super::MAX_SETTINGS], aeb: bool, ego: &EgoView, o: &Object, t: &mut Track, m: &mut Memory) {
    follow(0.5, ego, o, t);
    let known = (t.known != 0.0) & (gap(t) > -3.0);
    // Litter and balls are driven over. With emergency braking comes the sense to stay behind whatever else is solid.
    let solid = known & (t.litter < 0.5) & (t.ball == 0.0);
    let leader = known & ((t.vehicle != 0.0) | (aeb & solid)) & in_way(ego, t, 0.0) & (t.vs > -1.0);
    m.accel = min(m.accel, sel(leader, follow_leader(ego, t, p[0], p[1], p[2], p[3]), 1e3));
    m.accel = min(m.accel, heed_school_bus(ego, t, p[3]));
    if aeb {
        let closing = ego.speed_mps - t.vs;
        let ttc = gap(t) / max(closing, 0.01);
        // Where it will be across the lane when the ego gets there, going on as it moves now.
        let then = t.d + t.vd * clamp(ttc, 0.0, p[5]) - ego.route_d_m;
        let there = (then.abs() < 0.95 + t.half_d + p[7]) | in_way(ego, t, p[7]);
        let alarm = solid & there & (closing > 0.5) & (ttc > 0.0) & (ttc <= p[5]);
        m.emergency_s = sel(alarm, 0.5, m.emergency_s);
    }
}

/// Ends a step.
#[inline(always)]
pub(crate) fn finish(p: &[f64; super::MAX_SETTINGS], aeb: bool, ego: &EgoView, m: &mut Memory) -> Action {
    let ordinary = clamp(m.accel, -p[4], p[2]);
    let emergency = aeb & (m.emergency_s > 0.0);
    m.emergency_s = max(m.emergency_s - DT, 0.0);
    let accel = sel(emergency, min(ordinary, -p[6]), ordinary);
    Action { accel, curvature: keep_lane(ego, 0.0), ..Action::default() }
}
