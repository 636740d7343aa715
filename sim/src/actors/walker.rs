//! People on foot: waiting, playing, crossing, dashing; with hesitation, turning back, and yielding.

crate::lanes::spec! {
    /// Values of a person on foot. They start to go when **any** of the `go_` conditions holds **and** the ego's time to
    /// arrival is above `accept_tta_s` (or the ego has passed).
    WalkerSpec => Walker, WalkerLanes {
        /// Start along the route, m.
        s_m = 0.0,
        /// Start to the left of the route, m.
        d_m = -3.0,
        /// Direction of the walk against the road's direction, radians; a quarter turn crosses to the left.
        dir_rad = std::f64::consts::FRAC_PI_2,
        /// Speed once going, m/s.
        speed_mps = 1.4,
        /// Acceleration from rest, m/s^2.
        accel_mps2 = 2.0,
        /// Goes from this time on, s.
        go_time_s = f64::INFINITY,
        /// Goes once the ego's front is nearer than this along the route, m.
        go_gap_m = f64::NEG_INFINITY,
        /// Goes once the ego's time to arrival is below this, s.
        go_tta_s = f64::NEG_INFINITY,
        /// Goes this long after the actor named in `after` has started, s.
        go_lag_s = 0.0,
        /// Goes only while the ego's time to arrival is above this (a gap judged safe), s.
        accept_tta_s = 0.0,
        /// Goes only while the ego is farther away than this (a gap judged by distance), m.
        accept_gap_m = 0.0,
        /// Stops after this distance to hesitate, m.
        hesitate_at_m = f64::INFINITY,
        /// Duration of the hesitation, s.
        hesitate_s = 0.0,
        /// Begins to stop for good after this distance, m.
        stop_at_m = f64::INFINITY,
        /// 1 turns back after the hesitation instead of going on; turning round takes a second.
        turn_back = 0.0,
        /// Waits before the ego's lane while the ego's time to arrival is below this, s; 0 pays no heed.
        yield_tta_s = 0.0,
        /// Standard deviation of the goals of somebody who wanders about and does not go, m.
        wander_m = 0.0,
        /// Correlation time of the wandering's goals, s.
        wander_time_s = 2.0,
        /// Wandering never leads farther than this to the left of the start (towards the road), m.
        wander_limit_m = f64::INFINITY,
    }
}

use super::{EgoPlace, Pose, arrival, due};
use crate::math::{clamp, max, min, sel};
use crate::template::DT;

/// Phases of a walk, whole numbers in `f64`.
mod phase {
    /// Stands or wanders.
    pub const RESTS: f64 = 0.0;
    /// On the way.
    pub const GOES: f64 = 1.0;
    /// Stands on the way, in doubt.
    pub const HESITATES: f64 = 2.0;
    /// On the way again.
    pub const GOES_ON: f64 = 3.0;
    /// On the way back.
    pub const RETURNS: f64 = 4.0;
    /// Has arrived.
    pub const STAYS: f64 = 5.0;
}

/// Time in which a wandering body would be at its goal, s.
const FOLLOWS_S: f64 = 0.6;
/// Hardest that it speeds up or brakes along each of its two axes, m/s^2, so 3.5 in all: what people on foot do.
const WANDERS_MPS2: f64 = 2.5;

/// Steps in which somebody who goes back turns round: half a turn in a second (assumption).
const TURN_STEPS: f64 = 10.0;
/// Cosine and sine of what they turn by in a step, a tenth of half a turn.
const TURN: (f64, f64) = (0.951_056_516_295_153_5, 0.309_016_994_374_947_4);

crate::lanes::record! {
    /// How far somebody has come.
    Walking, WalkingLanes {
        /// Phase of the walk.
        phase,
        /// Time at which they started, s; infinite before.
        started_s,
        /// Distance walked, m.
        done,
        /// Speed along the walk, m/s, negative on the way back.
        speed,
        /// Time left of the hesitation, s.
        pause_s,
        /// Wandering along the walk's direction, m.
        wander_u,
        /// Wandering across it, m.
        wander_v,
        /// Speed of the wandering along the walk's direction, m/s.
        wander_du,
        /// Speed of the wandering across it, m/s.
        wander_dv,
        /// Where the wandering leads to, along the walk's direction, m.
        goal_u,
        /// Where it leads to across that, m.
        goal_v,
        /// Steps of turning round that are done.
        turned,
        /// Start, world frame, m.
        base_x,
        /// Start, world frame, m.
        base_y,
        /// Direction of the walk, world frame.
        dir_cos,
        /// Direction of the walk, world frame.
        dir_sin,
        /// Share of the wandering kept from knot to knot.
        keep,
        /// Share of the wandering that is new at a knot, m.
        fresh,
    }
}

/// Moves somebody on foot by one step. `leader_started_s` is when the actor they follow started; `z` are two standard normals
/// of the knot, used where `knot` is 1.
#[inline(always)]
pub(crate) fn walk(p: &Walker, at: &EgoPlace, leader_started_s: f64, knot: f64, z: (f64, f64), w: &mut Walking, pose: &mut Pose) {
    let gap = p.s_m - at.front;
    let tta = arrival(at, gap);
    let passed = gap < -5.0;
    let far = ((p.accept_tta_s <= 0.0) | (tta > p.accept_tta_s)) & ((p.accept_gap_m <= 0.0) | (gap > p.accept_gap_m));
    let wants = due(at, gap, p.go_time_s, p.go_gap_m, p.go_tta_s) | (at.t >= leader_started_s + p.go_lag_s);
    // Every transition looks at the old phase.
    let old = w.phase;
    let go = (old == phase::RESTS) & wants & (far | passed);
    let doubt = (old == phase::GOES) & (w.done >= p.hesitate_at_m);
    let pause_s = sel(old == phase::HESITATES, w.pause_s - DT, w.pause_s);
    let again = (old == phase::HESITATES) & (pause_s <= 0.0);
    let arrived = ((old == phase::GOES) | (old == phase::GOES_ON)) & (w.done >= p.stop_at_m);
    let back = (old == phase::RETURNS) & (w.done <= 0.0);
    let resumed = sel(p.turn_back != 0.0, phase::RETURNS, phase::GOES_ON);
    w.phase = sel(go, phase::GOES, sel(arrived | back, phase::STAYS, sel(doubt, phase::HESITATES, sel(again, resumed, old))));
    w.pause_s = sel(doubt, p.hesitate_s, pause_s);
    w.started_s = sel(go, at.t, w.started_s);
    // Somebody who pays heed lets a near ego pass before stepping into its way; the way is 1.6 m to either side of its centre.
    let aside = p.d_m + w.done * sel(p.dir_rad >= 0.0, 1.0, -1.0) - at.d;
    let before_way = (aside * sel(p.dir_rad >= 0.0, -1.0, 1.0) > 1.6) & (aside.abs() < 3.2);
    let yields = (p.yield_tta_s > 0.0) & before_way & (tta > -0.5) & (tta < p.yield_tta_s);
    let forward = ((w.phase == phase::GOES) | (w.phase == phase::GOES_ON)) & !yields;
    let target = sel(forward, p.speed_mps, sel(w.phase == phase::RETURNS, -p.speed_mps, 0.0));
    // People stop harder than they start: a running child at 2.2 to 3.2 m/s^2 (Tomasch et al. 2025).
    // Who sets off does so with the speed that the wandering has.
    let before = sel(go, w.wander_du, w.speed);
    let slows = (target * before <= 0.0) & (before != 0.0);
    let change = sel(slows, max(p.accel_mps2, 2.5), p.accel_mps2) * DT;
    w.speed = before + clamp(target - before, -change, change);
    w.done += 0.5 * (before + w.speed) * DT;
    // Wandering: goals are an AR(1) sequence at the knots, and a body goes towards its goal as fast as it can still stop there.
    let rests = w.phase == phase::RESTS;
    let new = (knot != 0.0) & rests;
    w.goal_u = sel(new, min(w.keep * w.goal_u + w.fresh * z.0, p.wander_limit_m), w.goal_u);
    w.goal_v = sel(new, w.keep * w.goal_v + w.fresh * z.1, w.goal_v);
    // Along its direction the walk takes the speed over; across it, it dies away.
    w.wander_du = sel(rests, towards(w.goal_u - w.wander_u, w.wander_du), 0.0);
    w.wander_dv = towards(sel(rests, w.goal_v - w.wander_v, 0.0), w.wander_dv);
    w.wander_u += w.wander_du * DT;
    w.wander_v += w.wander_dv * DT;
    let (along, across) = (w.done + w.wander_u, w.wander_v);
    let x = w.base_x + along * w.dir_cos - across * w.dir_sin;
    let y = w.base_y + along * w.dir_sin + across * w.dir_cos;
    (pose.was_x, pose.was_y) = (pose.x, pose.y);
    (pose.vx, pose.vy) = ((x - pose.x) * (1.0 / DT), (y - pose.y) * (1.0 / DT));
    (pose.x, pose.y) = (x, y);
    // They turn to the left, and set off meanwhile.
    let turns = (w.phase == phase::RETURNS) & (w.turned < TURN_STEPS);
    let (cos, sin) = (pose.cos * TURN.0 - pose.sin * TURN.1, pose.sin * TURN.0 + pose.cos * TURN.1);
    w.turned = sel(turns, w.turned + 1.0, w.turned);
    (pose.cos, pose.sin) = (sel(turns, cos, pose.cos), sel(turns, sin, pose.sin));
}

/// Speed with which a wandering body goes towards what is `far` away, a step after it had the speed `before`. Half of the
/// braking would stop it there, so that the other half is left for a goal that leaps.
#[inline(always)]
fn towards(far: f64, before: f64) -> f64 {
    let most = WANDERS_MPS2 * DT;
    let size = min(far.abs() * (1.0 / FOLLOWS_S), (WANDERS_MPS2 * far.abs()).sqrt());
    before + clamp(sel(far < 0.0, -size, size) - before, -most, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody who turns back after 2 m faces the other way a second after the hesitation, by the same angle in each step, and stays so once back.
    #[test]
    fn who_turns_back_turns_round_in_a_second() {
        let p = Walker {
            dir_rad: std::f64::consts::FRAC_PI_2,
            speed_mps: 1.4,
            accel_mps2: 2.0,
            hesitate_at_m: 2.0,
            hesitate_s: 0.5,
            turn_back: 1.0,
            stop_at_m: f64::INFINITY,
            go_gap_m: f64::NEG_INFINITY,
            go_tta_s: f64::NEG_INFINITY,
            ..Walker::default()
        };
        let mut w = Walking { started_s: f64::INFINITY, dir_sin: 1.0, ..Walking::default() };
        let mut pose = Pose { sin: 1.0, ..Pose::default() };
        let mut headings = Vec::new();
        let mut speeds = vec![0.0];
        for step in 0..100 {
            let at = EgoPlace { t: f64::from(step) * DT, front: -1e9, ..EgoPlace::default() };
            walk(&p, &at, f64::INFINITY, 0.0, (0.0, 0.0), &mut w, &mut pose);
            headings.push(pose.sin.atan2(pose.cos));
            speeds.push(pose.vy);
        }
        let from = headings.iter().position(|h| *h > 1.6).unwrap();
        for (k, heading) in headings[from..from + 10].iter().enumerate() {
            let expected = std::f64::consts::FRAC_PI_2 + (k + 1) as f64 * std::f64::consts::PI / 10.0;
            assert!((pose_turn(*heading, expected)).abs() < 1e-12, "{k}: {heading}");
        }
        assert!(headings[from + 10..].iter().all(|h| (h + std::f64::consts::FRAC_PI_2).abs() < 1e-12));
        assert_eq!(w.phase, phase::STAYS);
        let hardest = speeds.windows(2).map(|v| ((v[1] - v[0]) / DT).abs()).fold(0.0, f64::max);
        assert!(hardest < 2.5 + 1e-9, "{hardest} m/s^2");
    }

    /// Somebody who wanders widely and is then set off speeds up and brakes as people do, along the walk and across it, and stays behind the limit. Goals of the AR(1) sequence have the standard deviation
    /// asked for; the body lags behind them by a little more than 0.6 s.
    #[test]
    fn who_wanders_moves_as_people_do_and_sets_off_without_a_jump() {
        use crate::math::normal_quantile;
        let p = Walker {
            speed_mps: 3.0,
            accel_mps2: 3.0,
            wander_m: 0.5,
            wander_limit_m: 0.3,
            go_time_s: 400.0,
            go_gap_m: f64::NEG_INFINITY,
            go_tta_s: f64::NEG_INFINITY,
            hesitate_at_m: f64::INFINITY,
            stop_at_m: f64::INFINITY,
            ..Walker::default()
        };
        let keep = crate::math::exp(-0.2 / 2.0);
        let fresh = p.wander_m * (1.0 - keep * keep).sqrt();
        let mut w = Walking { started_s: f64::INFINITY, dir_cos: 1.0, keep, fresh, ..Walking::default() };
        let (mut pose, mut bits) = (Pose::default(), 1_u64);
        let mut normal = || {
            bits = crate::random::split_mix(bits);
            normal_quantile(((bits >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0)
        };
        let (mut path, mut across) = (Vec::new(), Vec::new());
        for step in 0..4100 {
            let at = EgoPlace { t: f64::from(step) * DT, front: -1e9, ..EgoPlace::default() };
            let z = (normal(), normal());
            walk(&p, &at, f64::INFINITY, f64::from(u8::from(step % 2 == 0)), z, &mut w, &mut pose);
            path.push((pose.x, pose.y));
            if step < 4000 {
                assert!(pose.x <= p.wander_limit_m + 1e-12, "{step}: {}", pose.x);
                across.push(pose.y);
            }
        }
        for (step, three) in path.windows(3).enumerate() {
            let of = |a: f64, b: f64, c: f64| (c - 2.0 * b + a) / (DT * DT);
            let (ax, ay) = (of(three[0].0, three[1].0, three[2].0), of(three[0].1, three[1].1, three[2].1));
            // A walk that has set off speeds up by its own acceleration; the mean of two steps' speeds is what moves it.
            let (most_x, most_y) = (if step < 3998 { WANDERS_MPS2 } else { 3.0 }, WANDERS_MPS2);
            assert!(ax.abs() <= most_x + 1e-6 && ay.abs() <= most_y + 1e-6, "{step}: {ax} and {ay} m/s^2");
        }
        let sd = (across.iter().map(|y| y * y).sum::<f64>() / across.len() as f64).sqrt();
        assert!((0.38..0.46).contains(&sd), "{sd} m");
    }

    /// The smallest angle between two headings.
    fn pose_turn(a: f64, b: f64) -> f64 {
        (a - b).sin()
    }
}
