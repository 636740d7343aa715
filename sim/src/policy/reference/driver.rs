//! What all reference drivers do beside their rule: keep the lane, follow what is in it, obey signals and limits, and answer a danger once
//! their reaction time is over.
//!
//! The published models begin where an ordinary drive ends. Here a driver drives by the Intelligent Driver Model, braking no harder than is ordinary,
//! until its rule sees a danger. While it has not yet reacted, it goes on as it did: what the danger is, it does not even follow.

use super::pair::{Braking, Pair, Reaction};
use crate::ego::{ACCEL_SHARE, Action, EGO_LENGTH_M, EGO_WIDTH_M};
use crate::math::{clamp, flag, max, min, sel};
use crate::observation::{EgoView, Object};
use crate::policy::drive::{allowed, cruise, follow_leader, gap, heed_school_bus, heed_signal, in_way, keep_lane};
use crate::policy::memory::{Memory, NO_EVIDENCE, Track, follow};
use crate::policy::{MAX_SETTINGS, Setting, setting};
use crate::template::DT;

/// Settings that all reference drivers have, by index. They are our choice, near those of `idm`; the published ones of each rule come after.
pub(crate) const ROAD: [Setting; 7] = [
    setting("headway_s", 1.5, 0.1, 10.0, "time headway to what is ahead, s"),
    setting("min_gap_m", 2.0, 0.0, 20.0, "gap when standing, m"),
    setting("accel_mps2", 1.5, 0.1, 3.0, "acceleration, m/s^2"),
    setting("comfort_mps2", 2.0, 0.1, 8.0, "comfortable braking, m/s^2"),
    setting("follow_brake_mps2", 3.0, 0.5, 9.8, "hardest braking without danger, m/s^2"),
    setting("alert_s", 2.0, 0.0, 60.0, "time after a danger within which the next is answered without delay, s"),
    setting("still_mps", 0.4, 0.0, 3.0, "speed sideways up to which somebody beside the way counts as staying there, m/s"),
];

/// [`ROAD`] with another headway, then the rule's own settings.
macro_rules! settings {
    ($headway_s:expr; $($own:expr),* $(,)?) => {
        &[
            crate::policy::Setting { default: $headway_s, ..crate::policy::reference::driver::ROAD[0] },
            crate::policy::reference::driver::ROAD[1],
            crate::policy::reference::driver::ROAD[2],
            crate::policy::reference::driver::ROAD[3],
            crate::policy::reference::driver::ROAD[4],
            crate::policy::reference::driver::ROAD[5],
            crate::policy::reference::driver::ROAD[6],
            $($own),*
        ]
    };
}
pub(crate) use settings;

/// Index of a rule's first own setting.
pub(crate) const OWN: usize = ROAD.len();

/// Starts a step.
#[inline(always)]
pub(crate) fn begin(p: &[f64; MAX_SETTINGS], ego: &EgoView, m: &mut Memory) {
    m.accel = min(cruise(ego.speed_mps, allowed(ego), p[2], p[3]), heed_signal(ego, p[3]));
    (m.evidence, m.danger, m.demand) = (NO_EVIDENCE, 0.0, 0.0);
}

/// Brings the track of one object up to date; the ego and the object as a rule sees them.
#[inline(always)]
pub(crate) fn watch(ego: &EgoView, o: &Object, t: &mut Track) -> Pair {
    follow(0.5, ego, o, t);
    let offset = t.d - ego.route_d_m;
    Pair {
        rear_mps: ego.speed_mps,
        rear_accel_mps2: ego.accel_mps2,
        lead_mps: t.vs,
        gap_m: gap(t),
        lengths_m: 0.5 * EGO_LENGTH_M + t.half_s,
        side_m: offset.abs() - 0.5 * EGO_WIDTH_M - t.half_d,
        sideways_mps: sel(offset > 0.0, -t.vd, t.vd),
    }
}

/// Known, and solid: litter and balls are driven over.
#[inline(always)]
pub(crate) fn solid(t: &Track) -> bool {
    (t.known != 0.0) & (t.litter < 0.5) & (t.ball == 0.0)
}

/// Whether a rule is asked about an object at all: it is solid, and within `side_m` of the ego's way or on the way there. The
/// published rules know cars that cut in; they would stop for every car that is parked beside the way.
#[inline(always)]
pub(crate) fn concerns(p: &[f64; MAX_SETTINGS], t: &Track, pair: &Pair, side_m: f64) -> bool {
    solid(t) & ((pair.side_m <= side_m) | (pair.sideways_mps > p[6]))
}

/// Gap at which a driver follows whose rule is content with `safe_m`: somewhat more, so that errors of perception are no danger.
#[inline(always)]
pub(crate) fn following_gap(safe_m: f64) -> f64 {
    1.05 * safe_m + 1.0
}

/// A rule's answer for one object: whether there is danger, and the deceleration asked for; follows the object where it is in the lane, at
/// `gap_m` or more.
#[inline(always)]
pub(crate) fn heed(
    p: &[f64; MAX_SETTINGS],
    b: &Braking,
    gap_m: f64,
    danger: bool,
    demand: f64,
    ego: &EgoView,
    t: &Track,
    m: &mut Memory,
) {
    m.danger = max(m.danger, flag(danger));
    m.demand = max(m.demand, sel(danger, demand, 0.0));
    let unanswered = danger & reaction(m).waits(&within(b, ego));
    let leader = solid(t) & (gap(t) > -3.0) & in_way(ego, t, 0.0) & (t.vs > -1.0) & !unanswered;
    let headway_s = max(p[0], (gap_m - p[1]) / max(ego.speed_mps, 1.0));
    m.accel = min(m.accel, sel(leader, follow_leader(ego, t, headway_s, p[1], p[2], p[3]), 1e3));
    m.accel = min(m.accel, heed_school_bus(ego, t, p[3]));
}

/// Ends a step.
#[inline(always)]
pub(crate) fn finish(p: &[f64; MAX_SETTINGS], b: &Braking, ego: &EgoView, m: &mut Memory) -> Action {
    let (danger, b) = (m.danger != 0.0, within(b, ego));
    let ordinary = clamp(m.accel, -p[4], p[2]);
    let mut r = reaction(m);
    let waits = r.waits(&b);
    let braking = r.answer(&b, m.demand, DT);
    // Before the reaction the foot stays where it was; then the brakes are asked for what makes up for their lag.
    let held = min(ordinary, m.held);
    let want = sel(waits, min(held, -b.meanwhile_mps2), min(ordinary, -braking));
    let inverted = ego.accel_mps2 + (want - ego.accel_mps2) / ACCEL_SHARE;
    m.held = sel(danger, m.held, ordinary);
    m.calm_s = sel(danger, 0.0, m.calm_s + DT);
    m.reacting_s = sel(danger, r.clock_s, sel(m.calm_s > p[5], 0.0, m.reacting_s));
    m.braking = sel(danger, r.deceleration_mps2, max(-ordinary, 0.0));
    let accel = sel(danger, clamp(inverted, -15.0, 0.0), ordinary);
    Action { accel, curvature: keep_lane(ego, 0.0), ..Action::default() }
}

#[inline(always)]
fn reaction(m: &Memory) -> Reaction {
    Reaction { clock_s: m.reacting_s, deceleration_mps2: m.braking }
}

/// Reaction times count from what happens, and what is shown is already this old.
#[inline(always)]
fn within(b: &Braking, ego: &EgoView) -> Braking {
    Braking { delay_s: b.delay_s - ego.latency_s, ..*b }
}
