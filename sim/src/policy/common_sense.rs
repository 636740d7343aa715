//! `common-sense`: reads cues, slows for ambiguity and for what may be hidden, remembers what it no longer sees.
//!
//! It knows nothing but its observation. What a person beside the road may do is a belief, fed by cues whose likelihood ratios
//! are those measured on video (PIE: rated intention of people mid-block; JAAD: looks), and by visible motion. The belief sets
//! the speed of passing, so that a step onto the road can still be answered.

use super::drive::{allowed, come_down, cruise, follow_leader, gap, heed_school_bus, heed_signal, in_way, keep_lane, to_stop};
use super::memory::{Memory, NO_EVIDENCE, Track, follow};
use super::{MAX_SETTINGS, setting};
use crate::ego::{Action, EGO_FRONT_M, EGO_WIDTH_M, GRAVITY_MPS2};
use crate::math::{clamp, exp, flag, max, min, sel};
use crate::observation::{EgoView, Object};
use crate::template::DT;

/// Settings by index.
pub(crate) const SETTINGS: &[super::Setting] = &[
    setting("headway_s", 2.0, 0.1, 10.0, "time headway to what is ahead, s"),
    setting("min_gap_m", 3.0, 0.0, 20.0, "gap when standing, m"),
    setting("accel_mps2", 1.5, 0.1, 3.0, "acceleration, m/s^2"),
    setting("comfort_mps2", 2.5, 0.1, 8.0, "comfortable braking, m/s^2"),
    setting("brake_mps2", 8.5, 0.5, 9.8, "hardest braking, m/s^2"),
    setting("child_speed_mps", 4.0, 0.5, 30.0, "speed beside a child that is believed to come, m/s"),
    setting("adult_speed_mps", 5.5, 0.5, 30.0, "speed beside an adult who is believed to come, m/s"),
    setting("calm_speed_mps", 5.0, 0.5, 40.0, "speed beside a child that is believed to stay, m/s"),
    setting("hidden_speed_mps", 4.5, 0.5, 40.0, "speed close beside what may hide a person, m/s"),
    setting("ball_speed_mps", 2.5, 0.1, 30.0, "speed where a ball has come out, m/s"),
    setting("slow_mps2", 2.0, 0.1, 8.0, "braking planned for slowing in good time, m/s^2"),
    setting("memory_s", 3.0, 0.0, 20.0, "time for which it remembers what it no longer sees, s"),
];

/// Starts a step.
#[inline(always)]
pub(crate) fn begin(p: &[f64; MAX_SETTINGS], ego: &EgoView, m: &mut Memory) {
    // A speed from which it can stop within what it can see: v t + v^2 / 2b = sight.
    let b = 0.55 * ego.friction * GRAVITY_MPS2;
    // By night dark things show later than the average one.
    let (t, room) = (0.7, max(sel(ego.light < 0.5, 0.65 * ego.sight_m - 2.0, ego.sight_m - 3.0), 1.0));
    let by_sight = (b * b * t * t + 2.0 * b * room).sqrt() - b * t;
    m.target = min(allowed(ego), by_sight);
    // An officer who waves on is above the signal.
    m.accel = sel(m.waved_s > 0.0, 1e3, heed_signal(ego, p[3]));
    m.waved_s = max(m.waved_s - DT, 0.0);
    m.evidence = NO_EVIDENCE;
    (m.aside_left, m.aside_right, m.alarm_next_s) = (0.0, 0.0, 1e9);
    m.alarm_left_s = max(m.alarm_left_s - DT, 0.0);
    m.alarm_s -= ego.speed_mps * DT;
    let alarmed = (m.alarm_left_s > 0.0) & (m.alarm_s > -2.0);
    let place = m.alarm_s - EGO_FRONT_M - 0.5;
    m.target = sel(alarmed, min(m.target, come_down(p[9], place, 3.0)), m.target);
    heed_siren(p, ego, m);
    yield_to(p, alarmed & (place > -1.0), place - 1.0 - 0.25 * ego.speed_mps, 1.5, ego.speed_mps, m);
}

/// A siren: from behind, makes room on the right and slows down; from elsewhere, slows down and waits before a junction.
#[inline(always)]
fn heed_siren(p: &[f64; MAX_SETTINGS], ego: &EgoView, m: &mut Memory) {
    let heard = ego.sound != 0.0;
    let behind = heard & (ego.sound_cos < -0.5);
    let room = max(-ego.right_edge_m - 0.5 * EGO_WIDTH_M - 0.2, 0.0);
    aside(behind, -min(room, 1.8), m);
    m.target = min(m.target, sel(heard, 4.0, 1e3));
    let junction = heard & !behind & (ego.junction_m > 0.0) & (ego.junction_m < 40.0);
    yield_to(p, junction, ego.junction_m - 1.5, 0.8, ego.speed_mps, m);
}

/// Where an object is, as the rules below see it.
struct Place {
    /// Free distance from the ego's front to its near end, m.
    g: f64,
    /// Known, and not yet passed.
    ahead: bool,
    /// Of its centre from the ego's, to the left, m.
    offset: f64,
    /// Free room between the ego's side and the object, m.
    clear: f64,
    /// Its speed towards the ego's way, m/s.
    towards: f64,
    /// The ego's speed, m/s.
    v: f64,
}

impl Place {
    #[inline(always)]
    fn of(ego: &EgoView, t: &Track) -> Self {
        let offset = t.d - ego.route_d_m;
        Place {
            g: gap(t),
            ahead: (t.known != 0.0) & (t.s + t.half_s > EGO_FRONT_M - 3.0),
            offset,
            clear: offset.abs() - 0.5 * EGO_WIDTH_M - t.half_d,
            towards: sel(offset > 0.0, -t.vd, t.vd),
            v: ego.speed_mps,
        }
    }
}

/// Brings the track of one object up to date.
#[inline(always)]
pub(crate) fn track(p: &[f64; MAX_SETTINGS], ego: &EgoView, o: &Object, t: &mut Track) {
    follow(p[11], ego, o, t);
    read_cues(o, t);
}

/// People beside the road and on it. Changes nothing for other objects.
#[inline(always)]
pub(crate) fn consider_person(p: &[f64; MAX_SETTINGS], ego: &EgoView, t: &Track, m: &mut Memory) {
    let Place { g, ahead, clear, towards, v, .. } = Place::of(ego, t);
    let child = t.child;
    let prior = -1.6 + 1.2 * child;
    let motion = clamp(2.5 * (towards - 0.35), -0.8, 5.0);
    let evidence = t.evidence + motion;
    let belief = 1.0 / (1.0 + exp(-clamp(prior + evidence, -8.0, 8.0)));
    let person = ahead & (t.person != 0.0);
    let near = person & (clear < 4.0) & (g < 80.0);
    m.evidence = max(m.evidence, sel(near, evidence, NO_EVIDENCE));
    let low = p[6] + (p[5] - p[6]) * child;
    let high = p[7] + 4.0 * (1.0 - child);
    // Far away the room is not known well: reckon with less.
    let room = clear - 1.5 * t.sigma;
    let passing = high + (low - high) * min(1.0, 1.6 * belief) + 1.5 * max(room - 2.0, 0.0);
    m.target = min(m.target, sel(near, come_down(passing, g - 9.0, p[10]), 1e3));
    // Gives them room where there is some.
    let room = sel(t.d < 0.0, ego.left_edge_m, -ego.right_edge_m) - 0.5 * EGO_WIDTH_M - 0.4;
    let beside_route = t.d.abs() - 0.5 * EGO_WIDTH_M - t.half_d;
    let shift = clamp(1.5 - beside_route, 0.0, min(1.8, max(room, 0.0))) * sel(t.d < 0.0, 1.0, -1.0);
    aside(near & (beside_route > -0.9) & (g < 40.0), shift, m);
    // Somebody who comes, or is there: stop before them.
    let comes_in_s = max(clear, 0.0) / max(towards, 0.05);
    let arrive_s = max(g, 0.0) / max(v, 0.5);
    let comes = (towards > 0.5) & (comes_in_s < min(arrive_s + 2.0, 5.0));
    let there = (clear < 0.5) & (towards > -0.8);
    let yields = person & (g > -0.5) & (comes | there);
    // Brakes take time to build up: a quarter of a second of the way is gone.
    yield_to(p, yields, g - 1.0 - 0.25 * v, 1.5, v, m);
    m.emergency_s = sel(yields & (g < 12.0), 0.8, m.emergency_s);
    // An officer's orders: to stop before them, or to go on whatever the signal shows.
    let officer = person & (t.officer != 0.0) & (g < 60.0);
    yield_to(p, officer & (t.order == 2.0) & (g > -0.5), g - 4.0, 0.8, v, m);
    m.waved_s = sel(officer & (t.order == 1.0), 1.0, m.waved_s);
    // Who is on the road may turn back: past them at a walk, with room.
    let on_road = person & (t.d > ego.right_edge_m + 0.2) & (t.d < ego.left_edge_m - 0.2) & (g > -4.0);
    let walk = max(2.0 * (clear - 0.9), 0.0) + 1.0 * (1.0 - child);
    m.target = min(m.target, sel(on_road & (clear < 4.0), come_down(walk, g - 2.5, 3.0), 1e3));
}

/// Vehicles. Changes nothing for other objects.
#[inline(always)]
pub(crate) fn consider_vehicle(p: &[f64; MAX_SETTINGS], ego: &EgoView, t: &Track, m: &mut Memory) {
    let Place { g, ahead, offset, clear, towards, v } = Place::of(ego, t);
    let arrive_s = max(g, 0.0) / max(v, 0.5);
    // Vehicles in the way, and those about to come into it.
    let vehicle = ahead & (t.vehicle != 0.0);
    let along = vehicle & (t.vs > -1.0) & (t.vd.abs() < 3.0);
    let leader = along & in_way(ego, t, 0.25);
    let follows = follow_leader(ego, t, p[0], p[1], p[2], p[3]);
    let extra = sel(t.brake != 0.0, 0.5, 0.0);
    m.accel = min(m.accel, sel(leader, follows - extra, 1e3));
    let closing = max(v - max(t.vs, 0.0), 0.0);
    let need = to_stop(closing, g - 1.5);
    yield_by(p, leader & (g > -1.0) & (need > 2.0), need, m);
    let merges = (towards > 0.25) | (t.indicator * sel(offset > 0.0, -1.0, 1.0) > 0.0);
    let merging = along & !leader & merges & (clear < 3.5) & (g > -4.0) & (t.vs > 2.0);
    m.accel = min(m.accel, sel(merging, max(follow_leader(ego, t, 0.6 * p[0], p[1], p[2], p[3]), -3.0), 1e3));
    yield_by(p, merging & (clear < 1.0) & (g > -2.0) & (need > 1.5), need, m);

    // Vehicles that cross, and cannot or do not mean to stop.
    let crosses = vehicle & (t.vd.abs() > 1.5) & (t.vd.abs() > t.vs.abs());
    let in_s = max(clear, 0.0) / max(towards, 0.1);
    let out_s = (max(clear, 0.0) + 2.0 * t.half_d + EGO_WIDTH_M) / max(towards, 0.1);
    let leave_s = (max(g, 0.0) + 2.0 * t.half_s + 6.0) / max(v, 0.5);
    let meets = (towards > 0.5) & (in_s < leave_s + 1.3) & (out_s > arrive_s - 1.5);
    let its_need = to_stop(towards, clear - 0.5);
    let goes_on = (its_need > 2.5) | ((t.brake == 0.0) & (its_need > 1.0));
    // Past the last place to stop, away is safer than in the middle, if there is time.
    let away = (to_stop(v, g - 0.5) > 8.0) & (leave_s < in_s);
    yield_to(p, crosses & (g > -1.0) & ((meets & goes_on & !away) | (clear < 0.3)), g - 2.0, 2.0, v, m);

    // What stands beside the way may hide somebody: slow enough to answer a step from behind its far end.
    let hides = vehicle & !leader & (t.vs.abs() < 0.7) & (t.vd.abs() < 0.4) & (t.height > 1.1) & (clear < 4.0);
    let schools = sel(t.school_bus != 0.0, 0.5, 1.0);
    let beside = schools * (p[8] + 1.8 * max(clear - 0.8, 0.0));
    m.target = min(m.target, sel(hides & (g < 80.0), come_down(beside, g - 3.0, p[10]), 1e3));
    m.accel = min(m.accel, heed_school_bus(ego, t, p[3]));
}

/// Balls and things on the road. Changes nothing for other objects.
#[inline(always)]
pub(crate) fn consider_thing(p: &[f64; MAX_SETTINGS], ego: &EgoView, t: &mut Track, m: &mut Memory) {
    let Place { g, ahead, clear, towards, v, .. } = Place::of(ego, t);
    let known = t.known != 0.0;
    // A ball: somebody runs after it.
    let ball = known & (t.ball != 0.0) & (g > -3.0) & (towards > 0.3) & (clear < 4.0);
    // One ball is one alarm of 6 s, counted while it may still roll.
    t.recount_s = sel(ball & (t.counted == 0.0), 4.0, t.recount_s);
    t.counted = sel(ball, 1.0, t.counted);
    let alarm = ball & (t.recount_s > 0.0);
    m.alarm_next_s = min(m.alarm_next_s, sel(alarm, t.s, 1e9));
    m.alarm_left_s = sel(alarm, 6.0, m.alarm_left_s);

    // Things on the road: past them where there is room to the side, else stop.
    let thing = ahead & (t.person == 0.0) & (t.vehicle == 0.0) & (t.ball == 0.0) & (t.litter < 0.97);
    let left = t.d + t.half_d + 0.5 * EGO_WIDTH_M + 0.8;
    let right = t.d - t.half_d - 0.5 * EGO_WIDTH_M - 0.8;
    let fits_left = left < ego.left_edge_m - 0.5 * EGO_WIDTH_M - 0.2;
    let fits_right = right > ego.right_edge_m + 0.5 * EGO_WIDTH_M + 0.2;
    // The side is chosen once, 1 left, -1 right, whatever the noise says later, unless that side turns out too narrow and the other not.
    let choice = sel(fits_left & (!fits_right | (left.abs() < right.abs())), 1.0, -1.0);
    let fits = sel(t.evidence > 0.0, flag(fits_left), flag(fits_right)) != 0.0;
    t.evidence = sel(thing & (fits_left | fits_right) & ((t.evidence == 0.0) | !fits), choice, t.evidence);
    let goes_left = t.evidence > 0.0;
    let around = sel(
        goes_left,
        min(left, ego.left_edge_m - 0.5 * EGO_WIDTH_M - 0.2),
        max(right, ego.right_edge_m + 0.5 * EGO_WIDTH_M + 0.2),
    );
    let blocked = thing & (t.d.abs() < 0.5 * EGO_WIDTH_M + t.half_d + 0.4 + 1.5 * t.sigma);
    let passable = blocked & (fits_left | fits_right);
    aside(passable & (g < 100.0), around, m);
    m.target = min(m.target, sel(passable, come_down(5.0, g - 12.0, p[10]), 1e3));
    yield_to(p, blocked & in_way(ego, t, 0.1) & (g > -0.5), g - 2.0, 2.0, v, m);
}

/// Evidence from cues, as log likelihood ratios of crossing against staying.
#[inline(always)]
pub(super) fn read_cues(o: &Object, t: &mut Track) {
    let seen = o.seen != 0.0;
    // Rated intention counts once: it is one judgement, however often it is repeated. A line through the ratios of PIE's
    // table, ln((0, 1, 3, 11, 34)/49 : (191, 79, 56, 50, 50)/426) at 0.1 ... 0.9.
    let rated = seen & (o.intention >= 0.0) & (t.counted == 0.0);
    t.evidence += sel(rated, clamp(6.5 * (o.intention - 0.62), -3.0, 2.0), 0.0);
    t.counted = sel(rated, 1.0, t.counted);
    // A look is weak evidence (1.4 to one where seen, 0.55 where not), and for children none; windows last 2 s.
    let looks = seen & (o.gaze >= 0.0) & (t.recount_s <= 0.0);
    let weight = 1.0 - t.child;
    t.evidence += sel(looks, weight * sel(o.gaze > 0.5, 0.3, -0.5), 0.0);
    t.evidence = clamp(t.evidence, -4.0, 4.0);
    t.recount_s = sel(looks, 2.0, t.recount_s);
}

/// Where `must` holds, brakes so as to stop within `room` once that takes more than `from`.
#[inline(always)]
fn yield_to(p: &[f64; MAX_SETTINGS], must: bool, room: f64, from: f64, v: f64, m: &mut Memory) {
    let need = to_stop(v, room);
    yield_by(p, must & ((need > from) | ((room < 1.5) & (v < 2.0))), max(need, 0.5), m);
}

/// Where `must` holds, brakes by what is needed and some more.
#[inline(always)]
fn yield_by(p: &[f64; MAX_SETTINGS], must: bool, need: f64, m: &mut Memory) {
    m.accel = min(m.accel, sel(must, -min(1.2 * need + 0.3, p[4]), 1e3));
}

/// Where `wish` holds, would like to be `shift` beside the route's centre.
#[inline(always)]
fn aside(wish: bool, shift: f64, m: &mut Memory) {
    m.aside_left = max(m.aside_left, sel(wish, shift, 0.0));
    m.aside_right = min(m.aside_right, sel(wish, shift, 0.0));
}

/// Ends a step.
#[inline(always)]
pub(crate) fn finish(p: &[f64; MAX_SETTINGS], ego: &EgoView, m: &mut Memory) -> Action {
    m.alarm_s = sel(m.alarm_next_s < 1e9, m.alarm_next_s, m.alarm_s);
    let accel = min(m.accel, cruise(ego.speed_mps, m.target, p[2], 1.6 * p[3]));
    // No going on the moment a measurement says that the way is free.
    let accel = min(accel, sel(m.emergency_s > 0.0, -0.5, 1e3));
    m.emergency_s = max(m.emergency_s - DT, 0.0);
    Action { accel: clamp(accel, -p[4], p[2]), curvature: keep_lane(ego, m.aside_left + m.aside_right), ..Action::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::CueKind;

    /// [`CueKind::common_sense`] says which kinds are read: for these alone a level makes a difference to what is remembered.
    #[test]
    fn the_kinds_that_are_read_are_those_that_are_said_to_be() {
        let p: [f64; MAX_SETTINGS] = std::array::from_fn(|k| SETTINGS.get(k).map_or(0.0, |s| s.default));
        let kept = |kind: CueKind, level: f64| {
            let mut o = Object { seen: 1.0, class: 15.0, class_probability: 1.0, ..Object::default() };
            for all in CueKind::ALL {
                let slot = match all {
                    CueKind::Gaze => &mut o.gaze,
                    CueKind::Posture => &mut o.posture,
                    CueKind::Gesture => &mut o.gesture,
                    CueKind::Intention => &mut o.intention,
                    CueKind::Lamp => &mut o.lamp,
                };
                *slot = if all == kind { level } else { -1.0 };
            }
            let mut t = Track::default();
            track(&p, &EgoView::default(), &o, &mut t);
            (t.evidence, t.order)
        };
        for kind in CueKind::ALL {
            let differs = kept(kind, 0.0) != kept(kind, 1.0);
            assert_eq!(differs, kind.common_sense() != "not read", "{kind:?}");
        }
        // The ratios of the table.
        let ratio = |level: f64| kept(CueKind::Gaze, level).0.exp();
        assert!((ratio(1.0) - 1.35).abs() < 0.005 && (ratio(0.0) - 0.6).abs() < 0.01, "{} {}", ratio(1.0), ratio(0.0));
        assert!(kept(CueKind::Intention, 0.61).0 < 0.0 && kept(CueKind::Intention, 0.63).0 > 0.0);
    }
}
