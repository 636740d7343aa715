//! What both kernels share: the numbers of the scene, sampling, small formulas, and the outcome.

use nines_sim::geometry::BoxPair;
use nines_sim::math::{max, min, normal_cdf, sel};
use nines_sim::random::{Channel, Key, parameter_coordinate, split_mix, uniform};
use nines_sim::{
    CRITERIA, Criterion, DT, EGO_LENGTH_M, EGO_WIDTH_M, FAR_M, GRAVITY_MPS2, HORIZON_SLACK_S, TTC_HORIZON_S, fatality_risk,
};

/// A box: half length and half width, m.
pub struct Body {
    pub half_l: f64,
    pub half_w: f64,
}

pub const CHILD: Body = Body { half_l: 0.175, half_w: 0.225 };
pub const VAN: Body = Body { half_l: 2.5, half_w: 1.0 };
pub const FOLLOWER: Body = Body { half_l: 2.25, half_w: 0.9 };
/// Settings of the policy that the kernels have as numbers.
pub const SETTINGS: [(&str, f64); 12] = [
    ("headway_s", 2.0),
    ("min_gap_m", 3.0),
    ("accel_mps2", 1.5),
    ("comfort_mps2", 2.5),
    ("brake_mps2", 8.5),
    ("child_speed_mps", 4.0),
    ("adult_speed_mps", 5.5),
    ("calm_speed_mps", 5.0),
    ("hidden_speed_mps", 4.5),
    ("ball_speed_mps", 2.5),
    ("slow_mps2", 2.0),
    ("memory_s", 3.0),
];
pub const CHILD_X: f64 = 70.0;
pub const VAN_X: f64 = 63.0;
pub const VAN_Y: f64 = -3.0;
pub const CHILD_HEIGHT: f64 = 1.2;
pub const VAN_HEIGHT: f64 = 2.2;
pub const SENSOR_HEIGHT: f64 = 1.7;
pub const RANGE_PERSON_M: f64 = 80.0;
pub const RANGE_VEHICLE_M: f64 = 150.0;
pub const GAZE_M: f64 = 40.0;
pub const INTENTION_M: f64 = 60.0;
/// Steps for which a gaze and a confusion last.
pub const WINDOW_STEPS: u64 = 20;
/// Cosine of half the field of view, 1.75 radians.
pub const COS_HALF_FOV: f64 = -0.178_246_055_649_492_1;
/// exp(-0.2 / 0.8), and the root of 1 less its square.
pub const KEEP: f64 = 0.778_800_783_071_404_9;
pub const FRESH: f64 = 0.627_271_345_023_321_3;
/// exp(-0.2 / 2.0), 0.3 m times the root of 1 less its square, and 1 - exp(-0.1 / 0.6).
pub const WANDER_KEEP: f64 = 0.9048374180359595;
pub const WANDER_FRESH: f64 = 0.12772717887349438;
pub const WANDER_FOLLOWS: f64 = 0.153_518_275_109_386;
pub const MISS_SHARE: f64 = 0.005;
pub const MISS_ENDS: f64 = 2.0 / 3.0;
pub const MISS_BEGINS: f64 = MISS_SHARE / (1.0 - MISS_SHARE) * MISS_ENDS;
pub const GRIP: f64 = 0.8 * GRAVITY_MPS2;
/// Shares of the way to a command that a step covers.
pub const ACCEL_SHARE: f64 = 0.632_120_558_828_557_7;
pub const STEER_SHARE: f64 = 0.486_582_880_967_408;
pub const PEDAL_SHARE: f64 = 0.283_468_689_426_210_73;
/// Hardest braking of the policy.
pub const BRAKE: f64 = 8.5;
/// How far it gives way to either side.
pub const ASIDE_LEFT_M: f64 = 1.8;
pub const ASIDE_RIGHT_M: f64 = 0.4;
pub const LEFT_EDGE_M: f64 = 5.25;
pub const RIGHT_EDGE_M: f64 = -1.75;
pub const END_M: f64 = 90.0;
pub const LIMIT_MPS: f64 = 13.9;

pub const WAITS: u64 = 0;
pub const PLAYS: u64 = 1;
pub const DASHES: u64 = 2;

/// A concrete scenario.
pub struct World {
    pub intent: u64,
    pub speed: f64,
    /// 1 / speed, and 1 / the follower's desired speed.
    pub pace: f64,
    pub follower_pace: f64,
    pub run: f64,
    pub kerb_y: f64,
    pub dash_tta: f64,
    pub follower_gap: f64,
    pub hesitate_at: f64,
    pub horizon: f64,
}

impl World {
    pub fn draw(key: Key, rollout: u64) -> Self {
        let between = |k: u64, lo: f64, hi: f64| lo + (hi - lo) * normal_cdf(parameter_coordinate(key, rollout, k));
        let calm = || if uniform(key, rollout, Channel::Latents, 0, 0) < 0.3 { WAITS } else { PLAYS };
        let speed = between(0, 8.3, 13.9);
        World {
            intent: if rollout & 1 == 1 { DASHES } else { calm() },
            speed,
            pace: 1.0 / speed,
            follower_pace: 1.0 / (speed + 1.0),
            run: between(1, 1.5, 3.5),
            kerb_y: -1.9 - between(2, 0.3, 1.2),
            dash_tta: between(3, 0.8, 3.5),
            follower_gap: between(4, 6.0, 25.0),
            hesitate_at: between(5, 0.5, 6.0),
            horizon: END_M / speed + HORIZON_SLACK_S,
        }
    }
}

/// What the child shows, and which actors are taken for their look-alikes.
#[derive(Clone, Copy, Default)]
pub struct Cues {
    /// Uniform numbers, low ones are confused.
    pub confused: [f64; 3],
    pub gaze: f64,
    pub intention: f64,
}

impl Cues {
    /// Those of the window that begins now. The intention is drawn once.
    pub fn draw(key: Key, rollout: u64, step: u64, intent: u64, before: Cues) -> Self {
        let u = |slot: u64, index: u64| uniform(key, rollout, Channel::Cues, slot, index);
        let index = step / WINDOW_STEPS;
        let shares = if intent == DASHES { [0.01, 0.02, 0.06, 0.22] } else { [0.45, 0.19, 0.13, 0.12] };
        let rated = |u: f64| {
            let mut left = u;
            let below = shares.iter().take_while(|share| {
                left -= **share;
                left >= 0.0
            });
            0.1 + 0.2 * below.count() as f64
        };
        Cues {
            confused: [0, 1, 2].map(|j| u(0x8000 | j, index)),
            gaze: if u(1, index) < if intent == PLAYS { 0.15 } else { 0.3 } { 1.0 } else { 0.0 },
            intention: if step == 0 { rated(u(0, 0)) } else { before.intention },
        }
    }
}

/// Constant deceleration that stops within `distance`, at most 20.
#[inline(always)]
pub fn to_stop(v: f64, distance: f64) -> f64 {
    min(0.5 * v * v / max(distance, 0.1), 20.0)
}

/// Speed from which one comes down to `end` within `distance` at `brake`.
#[inline(always)]
pub fn come_down(end: f64, distance: f64, brake: f64) -> f64 {
    (end * end + 2.0 * brake * max(distance, 0.0)).sqrt()
}

/// Intelligent Driver Model with an acceleration of 1.5 m/s^2; `pace` is 1 / desired speed.
#[inline(always)]
pub fn idm(v: f64, gap: f64, lead: f64, pace: f64, headway: f64, room: f64, comfort: f64) -> f64 {
    let want = room + max(0.0, v * headway + v * (v - lead) * (0.5 / (1.5 * comfort).sqrt()));
    let (r, s) = (v * pace, want / max(gap, 0.1));
    let r2 = r * r;
    1.5 * (1.0 - r2 * r2 - s * s)
}

/// Sine, cosine and sin(x)/x for |x| < 0.2, error below 1e-13.
#[inline(always)]
pub fn small_angle(x: f64) -> (f64, f64, f64) {
    let z = x * x;
    let sinc = 1.0 - z * (1.0 / 6.0 - z * (1.0 / 120.0 - z * (1.0 / 5_040.0 - z * (1.0 / 362_880.0))));
    let cos = 1.0 - z * (0.5 - z * (1.0 / 24.0 - z * (1.0 / 720.0 - z * (1.0 / 40_320.0 - z * (1.0 / 3_628_800.0)))));
    (x * sinc, cos, sinc)
}

/// The ego's box and another's, whose place in the ego's frame was `was` and is `now`.
#[inline(always)]
pub fn pair(body: &Body, (cos, sin): (f64, f64), was: (f64, f64), now: (f64, f64)) -> BoxPair {
    let ((x0, y0), (x1, y1)) = (was, now);
    BoxPair { a: 0.5 * EGO_LENGTH_M, b: 0.5 * EGO_WIDTH_M, c: body.half_l, d: body.half_w, cos, sin, x0, y0, x1, y1 }
}

/// The boxes are at least this far apart during the step: seen along the ego, and across it.
#[inline(always)]
pub fn bound(q: &BoxPair) -> f64 {
    let (ca, sa) = (q.cos.abs(), q.sin.abs());
    let nearest = |from: f64, to: f64| sel(from * to > 0.0, min(from.abs(), to.abs()), 0.0);
    max(nearest(q.x0, q.x1) - (q.a + q.c * ca + q.d * sa), nearest(q.y0, q.y1) - (q.b + q.c * sa + q.d * ca))
}

/// A reason to stand.
#[inline(always)]
pub fn in_way(q: &BoxPair) -> bool {
    let ahead = q.x1 - q.a - q.c;
    (q.y1.abs() < q.b + q.d + 1.5) & (ahead > -2.0 * q.a) & (ahead < 15.0)
}

#[inline(always)]
pub fn slab(p: f64, d: f64, r: f64) -> (f64, f64) {
    let inverse = 1.0 / sel(d.abs() < 1e-12, 1e-12, d);
    let (t1, t2) = ((-r - p) * inverse, (r - p) * inverse);
    (min(t1, t2), max(t1, t2))
}

#[inline(always)]
pub fn fold(h: u64, x: f64) -> u64 {
    (h ^ x.to_bits()).rotate_left(23).wrapping_add(0x9e37_79b9_7f4a_7c15)
}

/// Margins and figures of a rollout so far. Numbers that count are `f64` for the lanes' sake.
pub struct Figures {
    pub collision: f64,
    pub struck: f64,
    pub off_road: f64,
    pub failed_s: f64,
    /// Criterion of the first failure by its number plus 1, actor of the first contact plus 1.
    pub cause: f64,
    pub with: f64,
    pub impact: f64,
    pub ttc: f64,
    pub fastest: f64,
    pub decel: f64,
    /// Sum of the speeds after each step.
    pub speeds: f64,
    pub harsh: f64,
    pub needless: f64,
    pub digest: u64,
}

impl Figures {
    pub fn new() -> Self {
        Figures {
            collision: FAR_M,
            struck: FAR_M,
            off_road: FAR_M,
            failed_s: f64::INFINITY,
            cause: 0.0,
            with: 0.0,
            impact: -1.0,
            ttc: 1e9,
            fastest: 0.0,
            decel: 0.0,
            speeds: 0.0,
            harsh: 0.0,
            needless: 0.0,
            digest: 0,
        }
    }

    pub fn outcome(&self, intent: u64, pace: f64, horizon: f64, rollout: u64, steps: u64, x: f64) -> Outcome {
        let t = steps as f64 * DT;
        let progress = if x >= END_M {
            min((horizon - t) / 5.0, 1.0)
        } else if t >= horizon {
            min((x - END_M) / END_M, -0.001)
        } else {
            max(0.001, min((horizon - t - (END_M - x) * pace) / 5.0, 1.0))
        };
        let progress = if progress == 0.0 { -0.001 } else { progress };
        let mut margins = [FAR_M; CRITERIA];
        for (criterion, margin) in [
            (Criterion::Collision, self.collision),
            (Criterion::StruckFromBehind, self.struck),
            (Criterion::OffRoad, self.off_road),
            (Criterion::NoProgress, progress),
            (Criterion::Speeding, 1.1 * LIMIT_MPS - self.fastest),
            (Criterion::HarshBraking, 6.0 - self.decel),
            (Criterion::PolicyFault, 1.0),
        ] {
            margins[criterion as usize] = margin;
        }
        let cause = match self.cause as usize {
            0 => (progress <= 0.0).then_some(Criterion::NoProgress),
            c => Some(Criterion::ALL[c - 1]),
        };
        Outcome {
            rollout,
            hazard: intent == DASHES,
            cause,
            with: self.with as u16,
            margins,
            steps: steps as u32,
            margin: [self.collision, self.struck, self.off_road, progress, 1.0].into_iter().fold(1e9, min),
            failed_s: cause.map(|_| if self.failed_s.is_finite() { self.failed_s } else { t }),
            impact_mps: (self.impact >= 0.0).then_some(self.impact),
            injury_risk: (self.with == 1.0).then(|| fatality_risk(self.impact)),
            min_distance_m: max(min(self.collision, self.struck), 0.0),
            min_ttc_s: (self.ttc < TTC_HORIZON_S).then_some(self.ttc),
            max_decel_mps2: self.decel,
            travelled_m: x,
            time_lost_s: t - DT * pace * self.speeds,
            harsh_brakes: self.harsh as u32,
            needless_stops: self.needless as u32,
            digest: split_mix(self.digest),
        }
    }
}

/// Criteria that can end or fail a rollout on its way, by their numbers plus 1, worst first.
pub const CAUSES: [f64; 3] = [
    Criterion::Collision as u8 as f64 + 1.0,
    Criterion::StruckFromBehind as u8 as f64 + 1.0,
    Criterion::OffRoad as u8 as f64 + 1.0,
];

/// What a rollout leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub rollout: u64,
    pub hazard: bool,
    pub cause: Option<Criterion>,
    pub with: u16,
    pub margin: f64,
    pub margins: [f64; CRITERIA],
    pub steps: u32,
    pub failed_s: Option<f64>,
    pub impact_mps: Option<f64>,
    pub injury_risk: Option<f64>,
    pub min_distance_m: f64,
    pub min_ttc_s: Option<f64>,
    pub max_decel_mps2: f64,
    pub travelled_m: f64,
    pub time_lost_s: f64,
    pub harsh_brakes: u32,
    pub needless_stops: u32,
    pub digest: u64,
}
