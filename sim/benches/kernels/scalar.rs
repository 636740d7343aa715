//! The child at the kerb by hand, one world at a time: plain structs, enums, branches, early outs.
//!
//! Only what this scene needs: a straight road, three actors known by name, the rules of `common-sense` that apply to a child
//! and to a parked van. Random numbers have the engine's addresses, so that each rollout has its twin in the engine; the two
//! differ by rounding only (observations are not rounded to `f32` here, the heading is turned on and not computed anew).

mod driver;

use super::common::*;
use driver::{Driver, Reading, see_child, see_van};
use nines_sim::geometry::{BoxPair, sweep, swept_distance};
use nines_sim::math::{clamp, max, min, unit};
use nines_sim::random::{Channel, Key, normal_pair, normals, words};
use nines_sim::{
    DT, EGO_ACCEL_MPS2, EGO_BRAKE_JERK_MPS3, EGO_CENTRE_M, EGO_CURVATURE, EGO_CURVATURE_RATE, EGO_FRONT_M, EGO_LENGTH_M,
    EGO_RELEASE_JERK_MPS3, EGO_WIDTH_M, HARSH_MPS2, HARSH_TTC_S, KNOT_STEPS, TTC_HORIZON_S,
};
use std::hint::black_box;
use std::ops::Range;

#[derive(Clone, Copy)]
struct Ego {
    x: f64,
    y: f64,
    cos: f64,
    sin: f64,
    v: f64,
    a: f64,
    k: f64,
}

/// Phase of a dash.
enum Dash {
    Waits,
    Runs,
    Hesitates(f64),
    RunsOn,
}

enum Intent {
    Waits,
    Plays { goal: (f64, f64), u: f64, v: f64 },
    Dashes { phase: Dash, done: f64, speed: f64 },
}

struct Child {
    x: f64,
    y: f64,
    vx: f64,
    vy: f64,
    intent: Intent,
}

#[derive(Default)]
struct Errors {
    e: [f64; 4],
    missing: bool,
}

impl Errors {
    fn drift(&mut self, key: Key, rollout: u64, slot: u64, knot: u64) {
        let z = normals(key, rollout, Channel::Perception, slot, knot);
        let u = unit(words(key, rollout, Channel::Detection, slot, knot)[0]);
        if knot == 0 {
            (self.e, self.missing) = (z, u < MISS_SHARE);
            return;
        }
        for (e, z) in self.e.iter_mut().zip(z) {
            *e = KEEP * *e + FRESH * z;
        }
        self.missing = u < if self.missing { 1.0 - MISS_ENDS } else { MISS_BEGINS };
    }

    fn reading(&self, (x, y, vx, vy): (f64, f64, f64, f64), r: f64) -> Reading {
        let sigma = 0.15 + 0.01 * r;
        let [ex, ey, evx, evy] = self.e;
        let (x, y, vx, vy) = (x + sigma * ex, y + sigma * ey, vx + 0.2 * evx, vy + 0.2 * evy);
        Reading { x, y, vx, vy, sigma, confused: false, gaze: None, intention: None }
    }
}

impl Child {
    fn step(&mut self, w: &World, ego: &Ego, knot: bool, z: (f64, f64)) {
        match &mut self.intent {
            Intent::Waits => {}
            Intent::Plays { goal, u, v } => {
                if knot {
                    *goal = (min(WANDER_KEEP * goal.0 + WANDER_FRESH * z.0, 0.1), WANDER_KEEP * goal.1 + WANDER_FRESH * z.1);
                }
                *u += WANDER_FOLLOWS * (goal.0 - *u);
                *v += WANDER_FOLLOWS * (goal.1 - *v);
                let (x, y) = (CHILD_X - *v, w.kerb_y + *u);
                (self.vx, self.vy) = ((x - self.x) * (1.0 / DT), (y - self.y) * (1.0 / DT));
                (self.x, self.y) = (x, y);
            }
            Intent::Dashes { phase, done, speed } => {
                match phase {
                    Dash::Waits if (CHILD_X - (ego.x + EGO_FRONT_M)) / max(ego.v, 0.1) < w.dash_tta => *phase = Dash::Runs,
                    Dash::Waits => return,
                    Dash::Runs if *done >= w.hesitate_at => *phase = Dash::Hesitates(0.4),
                    Dash::Hesitates(left) => {
                        *left -= DT;
                        if *left <= 0.0 {
                            *phase = Dash::RunsOn;
                        }
                    }
                    Dash::Runs | Dash::RunsOn => {}
                }
                let target = if matches!(phase, Dash::Runs | Dash::RunsOn) { w.run } else { 0.0 };
                let before = *speed;
                *speed += clamp(target - before, -2.5 * DT, 2.5 * DT);
                *done += 0.5 * (before + *speed) * DT;
                let y = w.kerb_y + *done;
                (self.vy, self.y) = ((y - self.y) * (1.0 / DT), y);
            }
        }
    }
}

impl Ego {
    fn step(&mut self, accel: f64, curvature: f64) {
        let want = clamp(accel, -GRIP, EGO_ACCEL_MPS2);
        let a0 = self.a;
        let a1 = a0 + clamp((want - a0) * ACCEL_SHARE, -EGO_BRAKE_JERK_MPS3 * DT, EGO_RELEASE_JERK_MPS3 * DT);
        let mean = 0.5 * (a0 + a1);
        let v1 = self.v + mean * DT;
        let ds = if v1 <= 0.0 {
            let ds = min(0.5 * self.v * self.v / max(-mean, 1e-9), self.v * DT);
            (self.v, self.a) = (0.0, max(a1, 0.0));
            ds
        } else {
            let ds = self.v * DT + (2.0 * a0 + a1) * (DT * DT / 6.0);
            (self.v, self.a) = (v1, a1);
            ds
        };
        let turn = clamp((curvature - self.k) * STEER_SHARE, -EGO_CURVATURE_RATE * DT, EGO_CURVATURE_RATE * DT);
        self.k = clamp(self.k + turn, -EGO_CURVATURE, EGO_CURVATURE);
        // Tyres: only where the curvature is anywhere near to what they give.
        let v2 = max(self.v * self.v, 0.1);
        let left = max(GRIP * GRIP - self.a * self.a, 0.0);
        if self.k * self.k * v2 * v2 > 0.99 * left {
            let most = left.sqrt() / v2;
            self.k = clamp(self.k, -most, most);
        }
        let half = 0.5 * ds * self.k;
        let (sin, cos, sinc) = small_angle(half);
        // Turned by half an angle for the chord, by the other half for the end.
        let (mid_cos, mid_sin) = (self.cos * cos - self.sin * sin, self.sin * cos + self.cos * sin);
        self.x += ds * sinc * mid_cos;
        self.y += ds * sinc * mid_sin;
        (self.cos, self.sin) = (mid_cos * cos - mid_sin * sin, mid_sin * cos + mid_cos * sin);
    }

    fn sees(&self, x: f64, y: f64) -> (f64, f64) {
        let (dx, dy) = (x - self.x, y - self.y);
        (dx * self.cos + dy * self.sin - EGO_CENTRE_M, dy * self.cos - dx * self.sin)
    }
}

fn follower_step(w: &World, ego: &Ego, x: &mut f64, v: &mut f64, a: &mut f64) {
    let gap = (ego.x + EGO_FRONT_M - EGO_LENGTH_M - *x) - FOLLOWER.half_l;
    let heeds = (ego.y + EGO_CENTRE_M * ego.sin).abs() < FOLLOWER.half_w + 1.1;
    let gap = if heeds { gap } else { 1e9 };
    let want = clamp(idm(*v, gap, ego.v, w.follower_pace, 1.2, 2.0, 2.0), -GRIP, 1.5);
    let a0 = *a;
    *a += (want - a0) * PEDAL_SHARE;
    let mean = 0.5 * (a0 + *a);
    let v1 = *v + mean * DT;
    if v1 > 0.0 {
        *x += min(0.5 * (*v + v1) * DT, *v * DT + 0.05);
        *v = v1;
    } else {
        *x += min(0.5 * *v * *v / max(-mean, 1e-9), *v * DT + 0.05);
        (*v, *a) = (0.0, max(*a, 0.0));
    }
}

/// Time to collision where it is below `limit`: slab by slab, out as soon as one says no.
fn course(q: &BoxPair, limit: f64) -> Option<f64> {
    let (ca, sa) = (q.cos.abs(), q.sin.abs());
    let (dx, dy) = (q.x1 - q.x0, q.y1 - q.y0);
    let late = |enter: f64| max(enter - 1.0, 0.0) * DT >= limit;
    let (e, l) = slab(q.x0, dx, q.a + q.c * ca + q.d * sa);
    if late(e) || l <= 1.0 {
        return None;
    }
    let (e2, l2) = slab(q.y0, dy, q.b + q.c * sa + q.d * ca);
    let (e, l) = (max(e, e2), min(l, l2));
    if e > l || late(e) || l <= 1.0 {
        return None;
    }
    let (u0, v0) = (q.x0 * q.cos + q.y0 * q.sin, q.y0 * q.cos - q.x0 * q.sin);
    let (du, dv) = (dx * q.cos + dy * q.sin, dy * q.cos - dx * q.sin);
    let ((e3, l3), (e4, l4)) = (slab(u0, du, q.c + q.a * ca + q.b * sa), slab(v0, dv, q.d + q.a * sa + q.b * ca));
    let (e, l) = (max(e, max(e3, e4)), min(l, min(l3, l4)));
    (e <= l && l > 1.0 && !late(e)).then(|| max(e - 1.0, 0.0) * DT)
}

/// Margin of a pair where it is below `least`, and the speed of its first contact.
fn contact(q: &BoxPair, least: &mut f64) -> Option<f64> {
    let bound = bound(q);
    if bound >= *least {
        return None;
    }
    if bound <= 0.0 && sweep(q).hits() {
        let (dx, dy) = (q.x1 - q.x0, q.y1 - q.y0);
        let speed = (dx * dx + dy * dy).sqrt() * (1.0 / DT);
        *least = min(*least, -speed - 0.001);
        return Some(speed);
    }
    *least = min(*least, swept_distance(q, false));
    None
}

fn rollout(key: Key, rollout: u64) -> Outcome {
    let w = World::draw(key, rollout);
    let mut ego = Ego { x: 0.0, y: 0.0, cos: 1.0, sin: 0.0, v: w.speed, a: 0.0, k: 0.0 };
    let intent = match w.intent {
        WAITS => Intent::Waits,
        PLAYS => Intent::Plays { goal: (0.0, 0.0), u: 0.0, v: 0.0 },
        _ => Intent::Dashes { phase: Dash::Waits, done: 0.0, speed: 0.0 },
    };
    let mut child = Child { x: CHILD_X, y: w.kerb_y, vx: 0.0, vy: 0.0, intent };
    let (mut fx, mut fv, mut fa) = (-6.0 - w.follower_gap, w.speed, 0.0);
    let mut errors: [Errors; 3] = Default::default();
    let (mut cues, mut z) = (Cues::default(), (0.0, 0.0));
    let (mut ring, mut driver) = ([(None, None); 2], Driver::default());
    let mut k = Figures::new();
    let (mut braking, mut standing) = (false, true);
    let mut at = [ego.sees(child.x, child.y), ego.sees(VAN_X, VAN_Y), ego.sees(fx, 0.0)];
    for step in 0u64.. {
        let knot = step % KNOT_STEPS == 0;
        if knot {
            for (slot, e) in errors.iter_mut().enumerate() {
                e.drift(key, rollout, slot as u64, step / KNOT_STEPS);
            }
            let b = words(key, rollout, Channel::Behaviour, 0, step / KNOT_STEPS);
            // Drawn for every child, used by one that plays.
            z = black_box(normal_pair(b[0], b[1]));
            if step % WINDOW_STEPS == 0 {
                cues = Cues::draw(key, rollout, step, w.intent, cues);
            }
        }
        let seen = (see_child(&ego, &child, &errors[0], &cues), see_van(&ego, &errors[1]));
        let (by_child, by_van) = std::mem::replace(&mut ring[(step % 2) as usize], seen);
        let (accel, curvature) = driver.act(&w, &ego, by_child, by_van);
        child.step(&w, &ego, knot, z);
        follower_step(&w, &ego, &mut fx, &mut fv, &mut fa);
        ego.step(accel, curvature);

        let decel = max(-ego.a, 0.0);
        let onset = decel > HARSH_MPS2 && !braking;
        let limit = min(if onset { max(k.ttc, HARSH_TTC_S) } else { k.ttc }, TTC_HORIZON_S);
        let mut ttc = 1e9;
        let pairs = [
            (&CHILD, child.x, child.y, (ego.sin, ego.cos)),
            (&VAN, VAN_X, VAN_Y, (ego.cos, -ego.sin)),
            (&FOLLOWER, fx, 0.0, (ego.cos, -ego.sin)),
        ];
        let stops = ego.v < 0.1 && !standing;
        let mut reason = false;
        for (slot, (body, x, y, turn)) in pairs.into_iter().enumerate() {
            let now = ego.sees(x, y);
            let q = pair(body, turn, std::mem::replace(&mut at[slot], now), now);
            if let Some(t) = course(&q, limit) {
                ttc = min(ttc, t);
            }
            let least = if slot == 2 { &mut k.struck } else { &mut k.collision };
            if let Some(speed) = contact(&q, least).filter(|_| k.with == 0.0) {
                (k.with, k.impact) = (slot as f64 + 1.0, speed);
            }
            reason |= stops && slot < 2 && in_way(&q);
        }
        let (middle, reach) =
            (ego.y + EGO_CENTRE_M * ego.sin, 0.5 * (EGO_LENGTH_M * ego.sin.abs() + EGO_WIDTH_M * ego.cos.abs()));
        k.off_road = min(k.off_road, 2.0 * min(LEFT_EDGE_M - (middle + reach), (middle - reach) - RIGHT_EDGE_M));
        k.fastest = max(k.fastest, ego.v);
        k.decel = max(k.decel, decel);
        k.ttc = min(k.ttc, ttc);
        k.speeds += ego.v;
        k.harsh += f64::from(onset && ttc >= HARSH_TTC_S);
        braking = decel > HARSH_MPS2;
        k.needless += f64::from(stops && !reason);
        standing = if standing { ego.v < 1.0 } else { ego.v < 0.1 };
        let t = (step + 1) as f64 * DT;
        if k.failed_s == f64::INFINITY && min(k.off_road, min(k.collision, k.struck)) <= 0.0 {
            k.failed_s = t;
            let first = [k.collision, k.struck, k.off_road].iter().position(|m| *m <= 0.0).unwrap_or(0);
            k.cause = CAUSES[first];
        }
        let h = fold(fold(fold(k.digest, ego.x), ego.y), ego.v);
        let h = fold(fold(fold(h, accel + 64.0 * curvature), child.x), child.y);
        let told = |r: Option<Reading>| r.map_or(0.0, |r| r.x);
        k.digest = fold(fold(fold(h, told(by_child)), fx), told(by_van));
        if k.with != 0.0 || ego.x >= END_M || t >= w.horizon {
            let e = &errors[2];
            k.digest = fold(k.digest, e.e.iter().sum::<f64>() + f64::from(e.missing) + cues.confused[1]);
            return k.outcome(w.intent, w.pace, w.horizon, rollout, step + 1, ego.x);
        }
    }
    unreachable!("the horizon ends every rollout")
}

/// Drives a range of rollouts.
pub fn run(key: Key, rollouts: Range<u64>) -> Vec<Outcome> {
    rollouts.map(|r| rollout(key, r)).collect()
}
