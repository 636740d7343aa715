//! Criteria: signed margins of a step, gathered over a rollout.

use crate::actors::{Pose, Shape};
use crate::ego::{EGO_CENTRE_M, EGO_LENGTH_M, EGO_WIDTH_M, Ego};
use crate::geometry::{BoxPair, sweep, swept_distance};
use crate::lanes::record;
use crate::math::{exp, flag, max, min, sel};
use crate::outcome::{CRITERIA, Criterion};
use crate::template::DT;

/// Distances are told up to this one, m.
pub const FAR_M: f64 = 10.0;
/// A collision course counts up to this time, s.
pub const TTC_HORIZON_S: f64 = 5.0;
/// Braking above this is harsh, m/s^2, unless a collision course within [`HARSH_TTC_S`] explains it.
pub const HARSH_MPS2: f64 = 4.0;
/// See [`HARSH_MPS2`].
pub const HARSH_TTC_S: f64 = 3.0;
/// Taken off every margin of a contact or a forbidden passage, so that even the slowest is below zero.
const TOUCH: f64 = 0.001;

record! {
    /// Margins and figures of a rollout so far.
    Judge, JudgeLanes {
        /// Margin of the criterion.
        collision,
        /// Margin of the criterion.
        struck,
        /// Margin of the criterion.
        off_road,
        /// Margin of the criterion.
        red_light,
        /// Margin of the criterion.
        school_bus,
        /// Margin of the criterion.
        speeding,
        /// Margin of the criterion.
        harsh,
        /// Criterion that failed first, plus 1; 0 for none.
        cause,
        /// Actor of that failure, plus 1; 0 for none.
        with,
        /// Time of the first failure, s.
        failed_s,
        /// Speed at the first contact, m/s; negative without one.
        impact,
        /// 1 where that contact was with a person.
        person,
        /// 1 once there was a contact.
        hit,
        /// Smallest distance to anything harmful, m.
        distance,
        /// Smallest time to collision, s.
        ttc,
        /// Hardest braking, m/s^2.
        decel,
        /// Time lost, s.
        lost,
        /// Onsets of harsh braking without a reason.
        harsh_count,
        /// 1 while braking harshly.
        braking,
        /// Stops without a reason.
        needless,
        /// 1 while standing.
        standing,
        /// Fault of the policy by its number plus 1; 0 for none.
        fault,
        /// This step: smallest time to collision, s.
        now_ttc,
        /// This step: 1 where something is in the way ahead, or a law asks to stop.
        now_reason,
        /// This step: actor of the contact, plus 1.
        now_with,
    }
}

impl Judge {
    /// Before the first step.
    pub(crate) fn fresh() -> Self {
        Judge {
            collision: FAR_M,
            struck: FAR_M,
            off_road: FAR_M,
            red_light: FAR_M,
            school_bus: FAR_M,
            speeding: FAR_M,
            harsh: 1.0,
            impact: -1.0,
            distance: FAR_M,
            ttc: 1e9,
            failed_s: f64::INFINITY,
            standing: 1.0,
            ..Judge::default()
        }
    }

    /// The margins in the order of [`Criterion::ALL`], given that of progress; those of demands are far.
    pub(crate) fn margins(&self, no_progress: f64) -> [f64; CRITERIA] {
        let mut out = [FAR_M; CRITERIA];
        let own = [
            self.collision,
            self.struck,
            self.off_road,
            self.red_light,
            self.school_bus,
            self.speeding,
            no_progress,
            self.harsh,
            sel(self.fault != 0.0, -1000.0, FAR_M),
        ];
        out[..own.len()].copy_from_slice(&own);
        out
    }
}

/// Starts a step.
#[inline(always)]
pub(crate) fn start_step(k: &mut Judge) {
    (k.now_ttc, k.now_reason, k.now_with) = (1e9, 0.0, 0.0);
}

/// The pair of boxes of the ego and an actor over the step that ends now.
#[inline(always)]
fn pair(was: &Ego, ego: &Ego, p: &Pose, shape: &Shape) -> BoxPair {
    let (ax, ay) = (p.was_x - was.x, p.was_y - was.y);
    let (bx, by) = (p.x - ego.x, p.y - ego.y);
    BoxPair {
        a: 0.5 * EGO_LENGTH_M,
        b: 0.5 * EGO_WIDTH_M,
        c: shape.half_l,
        d: shape.half_w,
        cos: p.cos * ego.cos + p.sin * ego.sin,
        sin: p.sin * ego.cos - p.cos * ego.sin,
        x0: ax * was.cos + ay * was.sin - EGO_CENTRE_M,
        y0: ay * was.cos - ax * was.sin,
        x1: bx * ego.cos + by * ego.sin - EGO_CENTRE_M,
        y1: by * ego.cos - bx * ego.sin,
    }
}

/// Whether the other is behind, faces the same way, and runs up: then a contact is of its front with the ego's rear.
#[inline(always)]
fn is_behind(vehicle: f64, q: &BoxPair) -> bool {
    (vehicle != 0.0) & (q.x0 < -q.a - 0.5 * q.c) & (q.cos > 0.5) & (q.y0.abs() < q.b + q.d)
}

/// Times: collision course, and whether the actor is a reason to stand. Returns whether it may come nearer in this step than
/// anything has so far, so that its distance matters.
#[inline(always)]
pub(crate) fn judge_course(vehicle: f64, was: &Ego, ego: &Ego, p: &Pose, shape: &Shape, k: &mut Judge) -> bool {
    let q = pair(was, ego, p, shape);
    let t = sweep(&q);
    let harmful = shape.harmful != 0.0;
    let after = max(t.enter - 1.0, 0.0) * DT;
    let course = harmful & (t.enter <= t.leave) & (t.leave > 1.0) & (after < TTC_HORIZON_S);
    k.now_ttc = min(k.now_ttc, sel(course, after, 1e9));
    let ahead = q.x1 - q.a - q.c;
    let in_way = (shape.active != 0.0) & (q.y1.abs() < q.b + q.d + 1.5) & (ahead > -2.0 * q.a) & (ahead < 15.0);
    k.now_reason = sel(in_way, 1.0, k.now_reason);
    harmful & (t.apart < sel(is_behind(vehicle, &q), k.struck, k.collision))
}

/// Distance and contact. `slot` is the actor's index; `person` is 1 for people, `vehicle` for vehicles.
#[inline(always)]
pub(crate) fn judge_contact(slot: f64, person: f64, vehicle: f64, was: &Ego, ego: &Ego, p: &Pose, shape: &Shape, k: &mut Judge) {
    let q = pair(was, ego, p, shape);
    let t = sweep(&q);
    let behind = is_behind(vehicle, &q);
    // The mask of `judge_course` again: a lane that is here for another's sake stays as it is, also in its last bit.
    let matters = (shape.harmful != 0.0) & (t.apart < sel(behind, k.struck, k.collision));
    let hit = matters & t.hits();
    let distance = sel(matters, min(swept_distance(&q, hit), FAR_M), FAR_M);
    let (dx, dy) = ((p.x - p.was_x - (ego.x - was.x)) * (1.0 / DT), (p.y - p.was_y - (ego.y - was.y)) * (1.0 / DT));
    let speed = (dx * dx + dy * dy).sqrt();
    let margin = sel(hit, -speed - TOUCH, distance);
    k.struck = min(k.struck, sel(behind, margin, FAR_M));
    k.collision = min(k.collision, sel(behind, FAR_M, margin));
    k.distance = min(k.distance, distance);
    let first = hit & (k.hit == 0.0);
    k.impact = sel(first, speed, k.impact);
    k.person = sel(first, person, k.person);
    k.now_with = sel(first, slot + 1.0, k.now_with);
    k.hit = sel(hit, 1.0, k.hit);
}

/// Distance of the ego and an actor as they stand, m, at most [`FAR_M`].
pub(crate) fn distance_now(ego: &Ego, p: &Pose, shape: &Shape) -> f64 {
    let still = Pose { was_x: p.x, was_y: p.y, ..*p };
    let q = pair(ego, ego, &still, shape);
    min(swept_distance(&q, sweep(&q).hits()), FAR_M)
}

/// A stop line that must not be passed while `forbidden`. `front` are the ego's front before and after the step.
#[inline(always)]
pub(crate) fn line_margin(forbidden: bool, line: f64, front_was: f64, front: f64, v: f64) -> f64 {
    let passes = (front_was < line) & (front >= line);
    let before = front < line;
    sel(forbidden & passes, -v - TOUCH, sel(forbidden & before, min(line - front, FAR_M), FAR_M))
}

record! {
    /// What a world asks of the ego.
    Task, TaskLanes {
        /// Speed limit, m/s.
        limit,
        /// 1 / desired speed, s/m.
        pace,
        /// End place along the route, m.
        end,
        /// Time of the horizon, s.
        horizon,
        /// Left edge of the drivable area, m.
        left,
        /// Right edge, m.
        right,
        /// Braking limit, m/s^2.
        harsh_limit,
    }
}

/// Everything but contacts. `lawful` is 1 where a law asks to stand here.
#[inline(always)]
pub(crate) fn judge_motion(task: &Task, ego: &Ego, lawful: f64, k: &mut Judge) {
    // Corners of the box against the edges, in the route's frame.
    let centre = ego.d + EGO_CENTRE_M * ego.route_sin;
    let reach = 0.5 * (EGO_LENGTH_M * ego.route_sin.abs() + EGO_WIDTH_M * ego.route_cos.abs());
    let clearance = min(task.left - (centre + reach), (centre - reach) - task.right);
    k.off_road = min(k.off_road, min(clearance / 0.5, FAR_M));
    k.speeding = min(k.speeding, 1.1 * task.limit - ego.v);
    let decel = max(-ego.a, 0.0);
    k.harsh = min(k.harsh, task.harsh_limit - decel);
    k.decel = max(k.decel, decel);
    k.ttc = min(k.ttc, k.now_ttc);
    k.lost += DT * (1.0 - ego.v * task.pace);
    let harsh = decel > HARSH_MPS2;
    k.harsh_count += flag(harsh & (k.braking == 0.0) & (k.now_ttc >= HARSH_TTC_S));
    k.braking = flag(harsh);
    let stands = ego.v < 0.1;
    k.needless += flag(stands & (k.standing == 0.0) & (k.now_reason == 0.0) & (lawful == 0.0));
    k.standing = flag(sel(k.standing != 0.0, ego.v, 10.0 * ego.v) < 1.0);
}

/// Notes the criterion that failed first, among those that fail the scenario (a bit each, in the order of [`Criterion::ALL`]).
#[inline(always)]
pub(crate) fn note_cause(fails: [bool; CRITERIA], t: f64, k: &mut Judge) {
    let fresh = k.cause == 0.0;
    let mut cause = 0.0;
    for (c, margin) in [
        (Criterion::PolicyFault, sel(k.fault != 0.0, -1.0, 1.0)),
        (Criterion::HarshBraking, k.harsh),
        (Criterion::Speeding, k.speeding),
        (Criterion::SchoolBus, k.school_bus),
        (Criterion::RedLight, k.red_light),
        (Criterion::OffRoad, k.off_road),
        (Criterion::StruckFromBehind, k.struck),
        (Criterion::Collision, k.collision),
    ] {
        cause = sel((margin <= 0.0) & fails[c as usize], c as usize as f64 + 1.0, cause);
    }
    let now = fresh & (cause != 0.0);
    k.cause = sel(now, cause, k.cause);
    k.failed_s = sel(now, t, k.failed_s);
    k.with = sel(now & (cause <= 2.0), k.now_with, k.with);
}

/// Probability that a struck pedestrian dies, by impact speed in m/s: Rosen and Sander (2009), equation 2, adults of 15 years
/// and more struck by car fronts, `1/(1 + exp(6.9 - 0.090 v))` with v in km/h.
pub fn fatality_risk(impact_mps: f64) -> f64 {
    1.0 / (1.0 + exp(6.9 - 0.090 * 3.6 * min(impact_mps, 100.0)))
}

#[cfg(test)]
mod tests {
    /// Values of the curve as printed with the paper's equation.
    #[test]
    fn fatality_risk_matches_rosen_and_sander() {
        for (kmh, risk) in [(20.0, 0.0061), (30.0, 0.0148), (50.0, 0.0832), (70.0, 0.3543), (100.0, 0.8909)] {
            assert!((super::fatality_risk(kmh / 3.6) - risk).abs() < 1e-4);
        }
    }
}
