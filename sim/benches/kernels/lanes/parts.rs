//! The parts of a step, each a function of one world without branches.

use super::super::common::*;
use nines_sim::geometry::{BoxPair, blocks, sweep, swept_distance};
use nines_sim::math::{clamp, exp, flag, max, min, sel, unit};
use nines_sim::random::{Channel, Key, normals, words};
use nines_sim::{
    DT, EGO_ACCEL_MPS2, EGO_BRAKE_JERK_MPS3, EGO_CENTRE_M, EGO_CURVATURE, EGO_CURVATURE_RATE, EGO_FRONT_M, EGO_LENGTH_M,
    EGO_RELEASE_JERK_MPS3, EGO_WIDTH_M, HARSH_MPS2, HARSH_TTC_S, TTC_HORIZON_S,
};

/// A record of numbers and its lanes. What a loop does not change is stored where it came from, which costs nothing.
macro_rules! flat {
    ($name:ident, $lanes:ident { $($f:ident)* }) => {
        #[derive(Clone, Copy, Default)]
        pub struct $name { $(pub $f: f64),* }

        #[derive(Clone)]
        #[repr(align(64))]
        pub struct $lanes<const W: usize> { $(pub $f: [f64; W]),* }

        impl<const W: usize> $lanes<W> {
            pub fn new() -> Self {
                Self { $($f: [0.0; W]),* }
            }

            #[inline(always)]
            pub fn get(&self, i: usize) -> $name {
                $name { $($f: self.$f[i]),* }
            }

            #[inline(always)]
            pub fn set(&mut self, i: usize, v: &$name) {
                $(self.$f[i] = v.$f;)*
            }
        }
    };
}

flat! { Lane, Lanes {
    speed pace follower_pace run kerb_y dash_tta hesitate_at wander_fresh horizon
    x y cos sin v a k accel curvature
    cx cy cvx cvy phase done pace_now pause goal_u goal_v wander_u wander_v z0 z1
    fx fv fa
    confused confused_van gaze intention
    child_rx child_ry van_rx van_ry follower_rx follower_ry
    collision struck off_road failed_s cause with impact ttc fastest decel speeds harsh needless braking standing t
    child_near van_near follower_near child_hit van_hit follower_hit
} }
flat! { Errors, ErrorLanes { e0 e1 e2 e3 missing } }
flat! { Readings, ReadingLanes { child x y vx vy sigma confused gaze intention van van_x van_y van_vx van_vy } }
flat! { Track, TrackLanes { known age s d vs vd half_s half_d sigma } }
flat! { Belief, BeliefLanes { is_child evidence counted recount_s emergency_s } }

/// Phases of a dash.
const RUNS: f64 = 1.0;
const HESITATES: f64 = 2.0;
const RUNS_ON: f64 = 3.0;

#[inline(always)]
pub fn drift(key: Key, rollout: u64, slot: u64, knot: u64, e: &mut Errors) {
    let z = normals(key, rollout, Channel::Perception, slot, knot);
    let u = unit(words(key, rollout, Channel::Detection, slot, knot)[0]);
    let first = knot == 0;
    let (keep, fresh) = (sel(first, 0.0, KEEP), sel(first, 1.0, FRESH));
    e.e0 = keep * e.e0 + fresh * z[0];
    e.e1 = keep * e.e1 + fresh * z[1];
    e.e2 = keep * e.e2 + fresh * z[2];
    e.e3 = keep * e.e3 + fresh * z[3];
    e.missing = flag(u < sel(first, MISS_SHARE, sel(e.missing != 0.0, 1.0 - MISS_ENDS, MISS_BEGINS)));
}

#[inline(always)]
pub fn see(w: &Lane, child: &Errors, van: &Errors) -> Readings {
    let (sx, sy) = (w.x + EGO_CENTRE_M * w.cos, w.y + EGO_CENTRE_M * w.sin);
    let (dx, dy) = (w.cx - sx, w.cy - sy);
    let r2 = dx * dx + dy * dy;
    let r = r2.sqrt();
    let in_view = (r2 < RANGE_PERSON_M * RANGE_PERSON_M) & (dx * w.cos + dy * w.sin >= COS_HALF_FOV * r);
    let (vx, vy) = (VAN_X - sx, VAN_Y - sy);
    let v2 = vx * vx + vy * vy;
    let van_r = v2.sqrt();
    let van_in_view = (v2 < RANGE_VEHICLE_M * RANGE_VEHICLE_M) & (vx * w.cos + vy * w.sin >= COS_HALF_FOV * van_r);
    let inverse = 1.0 / r;
    let tall = VAN_HEIGHT > SENSOR_HEIGHT + (CHILD_HEIGHT - SENSOR_HEIGHT) * (van_r * inverse);
    let (ux, uy) = (-dy * inverse, dx * inverse);
    let extent = 0.8 * (uy.abs() * CHILD.half_l + ux.abs() * CHILD.half_w);
    let (ex, ey) = (extent * ux, extent * uy);
    let left = blocks(sx, sy, w.cx + ex, w.cy + ey, VAN_X, VAN_Y, 1.0, 0.0, VAN.half_l, VAN.half_w);
    let right = blocks(sx, sy, w.cx - ex, w.cy - ey, VAN_X, VAN_Y, 1.0, 0.0, VAN.half_l, VAN.half_w);
    let hidden = tall & (left != 0.0) & (right != 0.0);
    let (sigma, van_sigma) = (0.15 + 0.01 * r, 0.15 + 0.01 * van_r);
    Readings {
        child: flag(in_view & !hidden & (child.missing == 0.0)),
        x: w.cx + sigma * child.e0,
        y: w.cy + sigma * child.e1,
        vx: w.cvx + 0.2 * child.e2,
        vy: w.cvy + 0.2 * child.e3,
        sigma,
        confused: flag(w.confused < 0.02 * min(r / 30.0, 1.0)),
        gaze: sel(r < GAZE_M, w.gaze, -1.0),
        intention: sel(r < INTENTION_M, w.intention, -1.0),
        van: flag(van_in_view & (van.missing == 0.0)),
        van_x: VAN_X + van_sigma * van.e0,
        van_y: VAN_Y + van_sigma * van.e1,
        van_vx: 0.2 * van.e2,
        van_vy: 0.2 * van.e3,
    }
}

#[inline(always)]
fn follow(w: &Lane, seen: bool, (x, y, vx, vy, sigma): (f64, f64, f64, f64, f64), half_s: f64, half_d: f64, t: &mut Track) {
    let known = t.known != 0.0;
    let again = seen & known;
    t.age = sel(seen, 0.0, t.age + DT);
    t.s = sel(seen, x - w.x, t.s - w.v * DT + t.vs * DT);
    t.d = sel(seen, y, t.d + t.vd * DT);
    t.vs = sel(again, t.vs + 0.8 * (vx - t.vs), sel(seen, vx, t.vs));
    t.vd = sel(again, t.vd + 0.8 * (vy - t.vd), sel(seen, vy, t.vd));
    t.half_s = sel(seen, half_s, t.half_s);
    t.half_d = sel(seen, half_d, t.half_d);
    t.sigma = sel(seen, sigma, t.sigma);
    t.known = flag(seen | (known & (t.age <= 3.0)));
}

#[inline(always)]
pub fn decide(w: &mut Lane, o: &Readings, child: &mut Track, van: &mut Track, m: &mut Belief) {
    let (seen, c, s) = (o.child != 0.0, w.cos.abs(), w.sin.abs());
    let (long, wide) = (CHILD.half_l * s + CHILD.half_w * c, CHILD.half_l * c + CHILD.half_w * s);
    follow(w, seen, (o.x, o.y, o.vx, o.vy, o.sigma), long, wide, child);
    let (long, wide) = (VAN.half_l * c + VAN.half_w * s, VAN.half_l * s + VAN.half_w * c);
    follow(w, o.van != 0.0, (o.van_x, o.van_y, o.van_vx, o.van_vy, 0.0), long, wide, van);
    // Cues.
    m.recount_s = max(m.recount_s - DT, 0.0);
    m.is_child = sel(seen, sel(o.confused != 0.0, 0.3, 0.9), m.is_child);
    let rated = seen & (o.intention >= 0.0) & (m.counted == 0.0);
    m.evidence = sel(rated, m.evidence + clamp(6.5 * (o.intention - 0.62), -3.0, 2.0), m.evidence);
    m.counted = sel(rated, 1.0, m.counted);
    let looks = seen & (o.gaze >= 0.0) & (m.recount_s <= 0.0);
    m.evidence = sel(looks, m.evidence + (1.0 - m.is_child) * sel(o.gaze > 0.5, 0.3, -0.5), m.evidence);
    m.evidence = clamp(m.evidence, -4.0, 4.0);
    m.recount_s = sel(looks, 2.0, m.recount_s);
    // The child.
    let ahead = (child.known != 0.0) & (child.s + child.half_s > EGO_FRONT_M - 3.0);
    let g = child.s - child.half_s - EGO_FRONT_M;
    let offset = child.d - w.y;
    let clear = offset.abs() - 0.5 * EGO_WIDTH_M - child.half_d;
    let towards = sel(offset > 0.0, -child.vd, child.vd);
    let near = ahead & (clear < 4.0) & (g < 80.0);
    let motion = clamp(2.5 * (towards - 0.35), -0.8, 5.0);
    let belief = 1.0 / (1.0 + exp(-clamp(-1.6 + 1.2 * m.is_child + m.evidence + motion, -8.0, 8.0)));
    let (low, high) = (5.5 - 1.5 * m.is_child, 5.0 + 4.0 * (1.0 - m.is_child));
    let passing = high + (low - high) * min(1.0, 1.6 * belief) + 1.5 * max(clear - 1.5 * child.sigma - 2.0, 0.0);
    let mut target = sel(near, min(w.speed, come_down(passing, g - 9.0, 2.0)), w.speed);
    let beside = child.d.abs() - 0.5 * EGO_WIDTH_M - child.half_d;
    let shift = max(1.5 - beside, 0.0);
    let shift = sel(child.d < 0.0, min(shift, ASIDE_LEFT_M), -min(shift, ASIDE_RIGHT_M));
    let aside = sel(near & (beside > -0.9) & (g < 40.0), shift, 0.0);
    let comes = (towards > 0.5) & (max(clear, 0.0) / max(towards, 0.05) < min(max(g, 0.0) / max(w.v, 0.5) + 2.0, 5.0));
    let yields = ahead & (g > -0.5) & (comes | ((clear < 0.5) & (towards > -0.8)));
    let room = g - 1.0 - 0.25 * w.v;
    let need = to_stop(w.v, room);
    let brakes = yields & ((need > 1.5) | ((room < 1.5) & (w.v < 2.0)));
    let mut accel = sel(brakes, -min(1.2 * max(need, 0.5) + 0.3, BRAKE), 1e3);
    m.emergency_s = sel(yields & (g < 12.0), 0.8, m.emergency_s);
    let on_road = ahead & (child.d > RIGHT_EDGE_M + 0.2) & (child.d < LEFT_EDGE_M - 0.2) & (g > -4.0) & (clear < 4.0);
    let walk = max(2.0 * (clear - 0.9), 0.0) + (1.0 - m.is_child);
    target = sel(on_road, min(target, come_down(walk, g - 2.5, 3.0)), target);
    // The van: in the way, or beside it.
    let ahead = (van.known != 0.0) & (van.s + van.half_s > EGO_FRONT_M - 3.0);
    let g = van.s - van.half_s - EGO_FRONT_M;
    let offset = (van.d - w.y).abs();
    let clear = offset - 0.5 * EGO_WIDTH_M - van.half_d;
    let leads = ahead & (offset < 0.5 * EGO_WIDTH_M + van.half_d + 0.25);
    accel = sel(leads, min(accel, idm(w.v, g, max(van.vs, 0.0), w.pace, 2.0, 3.0, 2.5)), accel);
    let need = to_stop(max(w.v - max(van.vs, 0.0), 0.0), g - 1.5);
    accel = sel(leads & (g > -1.0) & (need > 2.0), min(accel, -min(1.2 * need + 0.3, BRAKE)), accel);
    let hides = ahead & !leads & (van.vs.abs() < 0.7) & (van.vd.abs() < 0.4) & (clear < 4.0) & (g < 80.0);
    target = sel(hides, min(target, come_down(4.5 + 1.8 * max(clear - 0.8, 0.0), g - 3.0, 2.0)), target);
    // Speed and lane.
    let r = w.v / max(target, 0.5);
    let cruise = sel(w.v > target, clamp(-1.5 * (w.v - target), -4.0, 0.0), 1.5 * (1.0 - r * r * (r * r)));
    let turn = 1.0 / max(6.0, 1.2 * w.v);
    accel = min(accel, cruise);
    w.accel = clamp(sel(m.emergency_s > 0.0, min(accel, -0.5), accel), -BRAKE, 1.5);
    m.emergency_s = max(m.emergency_s - DT, 0.0);
    w.curvature = clamp(-turn * turn * clamp(w.y - aside, -1.5, 1.5) - 2.0 * turn * w.sin, -0.15, 0.15);
}

#[inline(always)]
pub fn move_child(w: &mut Lane, knot: bool) {
    let old = w.phase;
    let go = (old == 0.0) & ((CHILD_X - (w.x + EGO_FRONT_M)) / max(w.v, 0.1) < w.dash_tta);
    let doubt = (old == RUNS) & (w.done >= w.hesitate_at);
    let pause = sel(old == HESITATES, w.pause - DT, w.pause);
    let again = (old == HESITATES) & (pause <= 0.0);
    w.phase = sel(go, RUNS, sel(doubt, HESITATES, sel(again, RUNS_ON, old)));
    w.pause = sel(doubt, 0.4, pause);
    let target = sel((w.phase == RUNS) | (w.phase == RUNS_ON), w.run, 0.0);
    let before = w.pace_now;
    w.pace_now += clamp(target - before, -2.5 * DT, 2.5 * DT);
    w.done += 0.5 * (before + w.pace_now) * DT;
    if knot {
        // Those who do not play have no fresh wandering, and so none at all.
        w.goal_u = min(WANDER_KEEP * w.goal_u + w.wander_fresh * w.z0, 0.1);
        w.goal_v = WANDER_KEEP * w.goal_v + w.wander_fresh * w.z1;
    }
    w.wander_u += WANDER_FOLLOWS * (w.goal_u - w.wander_u);
    w.wander_v += WANDER_FOLLOWS * (w.goal_v - w.wander_v);
    let (x, y) = (CHILD_X - w.wander_v, w.kerb_y + (w.done + w.wander_u));
    (w.cvx, w.cvy) = ((x - w.cx) * (1.0 / DT), (y - w.cy) * (1.0 / DT));
    (w.cx, w.cy) = (x, y);
}

#[inline(always)]
pub fn move_follower(w: &mut Lane) {
    let gap = (w.x + EGO_FRONT_M - EGO_LENGTH_M - w.fx) - FOLLOWER.half_l;
    let heeds = (w.y + EGO_CENTRE_M * w.sin).abs() < FOLLOWER.half_w + 1.1;
    let gap = sel(heeds, gap, 1e9);
    let want = clamp(idm(w.fv, gap, w.v, w.follower_pace, 1.2, 2.0, 2.0), -GRIP, 1.5);
    let a0 = w.fa;
    let a1 = a0 + (want - a0) * PEDAL_SHARE;
    let mean = 0.5 * (a0 + a1);
    let v1 = w.fv + mean * DT;
    let rolls = v1 > 0.0;
    let run = sel(rolls, 0.5 * (w.fv + v1) * DT, 0.5 * w.fv * w.fv / max(-mean, 1e-9));
    w.fx += min(run, w.fv * DT + 0.05);
    w.fv = sel(rolls, v1, 0.0);
    w.fa = sel(rolls, a1, max(a1, 0.0));
}

#[inline(always)]
pub fn move_ego(w: &mut Lane) {
    let want = clamp(w.accel, -GRIP, EGO_ACCEL_MPS2);
    let a0 = w.a;
    let a1 = a0 + clamp((want - a0) * ACCEL_SHARE, -EGO_BRAKE_JERK_MPS3 * DT, EGO_RELEASE_JERK_MPS3 * DT);
    let mean = 0.5 * (a0 + a1);
    let v1 = w.v + mean * DT;
    let stops = v1 <= 0.0;
    let stop = min(0.5 * w.v * w.v / max(-mean, 1e-9), w.v * DT);
    let ds = sel(stops, stop, w.v * DT + (2.0 * a0 + a1) * (DT * DT / 6.0));
    w.v = sel(stops, 0.0, v1);
    w.a = sel(stops, max(a1, 0.0), a1);
    let turn = clamp((w.curvature - w.k) * STEER_SHARE, -EGO_CURVATURE_RATE * DT, EGO_CURVATURE_RATE * DT);
    let k = clamp(w.k + turn, -EGO_CURVATURE, EGO_CURVATURE);
    let v2 = max(w.v * w.v, 0.1);
    let left = max(GRIP * GRIP - w.a * w.a, 0.0);
    let most = left.sqrt() / v2;
    w.k = sel(k * k * v2 * v2 > 0.99 * left, clamp(k, -most, most), k);
    let (sin, cos, sinc) = small_angle(0.5 * ds * w.k);
    let (mid_cos, mid_sin) = (w.cos * cos - w.sin * sin, w.sin * cos + w.cos * sin);
    w.x += ds * sinc * mid_cos;
    w.y += ds * sinc * mid_sin;
    (w.cos, w.sin) = (mid_cos * cos - mid_sin * sin, mid_sin * cos + mid_cos * sin);
}

#[inline(always)]
pub fn sees(w: &Lane, x: f64, y: f64) -> (f64, f64) {
    let (dx, dy) = (x - w.x, y - w.y);
    (dx * w.cos + dy * w.sin - EGO_CENTRE_M, dy * w.cos - dx * w.sin)
}

/// Collision course and contact of a pair: time to collision, whether its distance matters, whether it touches.
#[inline(always)]
fn course(q: &BoxPair, least: f64) -> (f64, f64, f64) {
    let t = sweep(q);
    let after = max(t.enter - 1.0, 0.0) * DT;
    let course = (t.enter <= t.leave) & (t.leave > 1.0) & (after < TTC_HORIZON_S);
    let bound = bound(q);
    (sel(course, after, 1e9), flag(bound < least), flag((bound < least) & (bound <= 0.0) & t.hits()))
}

#[inline(always)]
pub fn child_pair(w: &Lane) -> BoxPair {
    pair(&CHILD, (w.sin, w.cos), (w.child_rx, w.child_ry), sees(w, w.cx, w.cy))
}

#[inline(always)]
pub fn van_pair(w: &Lane) -> BoxPair {
    pair(&VAN, (w.cos, -w.sin), (w.van_rx, w.van_ry), sees(w, VAN_X, VAN_Y))
}

#[inline(always)]
pub fn follower_pair(w: &Lane) -> BoxPair {
    pair(&FOLLOWER, (w.cos, -w.sin), (w.follower_rx, w.follower_ry), sees(w, w.fx, 0.0))
}

#[inline(always)]
pub fn judge(w: &mut Lane) {
    let (child, van, follower) = (child_pair(w), van_pair(w), follower_pair(w));
    let (t0, t1, t2);
    (t0, w.child_near, w.child_hit) = course(&child, w.collision);
    (t1, w.van_near, w.van_hit) = course(&van, w.collision);
    (t2, w.follower_near, w.follower_hit) = course(&follower, w.struck);
    let ttc = min(t0, min(t1, t2));
    let decel = max(-w.a, 0.0);
    let onset = (decel > HARSH_MPS2) & (w.braking == 0.0);
    w.harsh += flag(onset & (ttc >= HARSH_TTC_S));
    w.braking = flag(decel > HARSH_MPS2);
    let stops = (w.v < 0.1) & (w.standing == 0.0);
    w.needless += flag(stops & !(in_way(&child) | in_way(&van)));
    w.standing = flag(w.v < sel(w.standing != 0.0, 1.0, 0.1));
    let (middle, reach) = (w.y + EGO_CENTRE_M * w.sin, 0.5 * (EGO_LENGTH_M * w.sin.abs() + EGO_WIDTH_M * w.cos.abs()));
    w.off_road = min(w.off_road, 2.0 * min(LEFT_EDGE_M - (middle + reach), (middle - reach) - RIGHT_EDGE_M));
    w.fastest = max(w.fastest, w.v);
    w.decel = max(w.decel, decel);
    w.ttc = min(w.ttc, ttc);
    w.speeds += w.v;
}

/// Margin of a pair that is `near`, and the first contact.
#[inline(always)]
pub fn contact(q: &BoxPair, slot: f64, near: f64, hit: f64, least: &mut f64, impact: &mut f64, with: &mut f64) {
    let (dx, dy) = (q.x1 - q.x0, q.y1 - q.y0);
    let speed = (dx * dx + dy * dy).sqrt() * (1.0 / DT);
    let margin = sel(hit != 0.0, -speed - 0.001, swept_distance(q, false));
    *least = sel(near != 0.0, min(*least, margin), *least);
    let first = (hit != 0.0) & (*with == 0.0);
    *impact = sel(first, speed, *impact);
    *with = sel(first, slot, *with);
}

/// The rest of a step. Not 0 where the world ends with it.
#[inline(always)]
pub fn finish(w: &mut Lane, o: &Readings, digest: &mut u64) -> u64 {
    (w.child_rx, w.child_ry) = sees(w, w.cx, w.cy);
    (w.van_rx, w.van_ry) = sees(w, VAN_X, VAN_Y);
    (w.follower_rx, w.follower_ry) = sees(w, w.fx, 0.0);
    w.t += 1.0;
    let t = w.t * DT;
    let fails = (w.failed_s == f64::INFINITY) & (min(w.off_road, min(w.collision, w.struck)) <= 0.0);
    w.failed_s = sel(fails, t, w.failed_s);
    w.cause = sel(fails, sel(w.collision <= 0.0, CAUSES[0], sel(w.struck <= 0.0, CAUSES[1], CAUSES[2])), w.cause);
    let h = fold(fold(fold(*digest, w.x), w.y), w.v);
    let h = fold(fold(fold(h, w.accel + 64.0 * w.curvature), w.cx), w.cy);
    *digest = fold(fold(fold(h, sel(o.child != 0.0, o.x, 0.0)), w.fx), sel(o.van != 0.0, o.van_x, 0.0));
    ((w.with != 0.0) | (w.x >= END_M) | (t >= w.horizon)) as u64
}
