//! Vehicles and cyclists: following, lane change, hard braking, running a light.

crate::lanes::spec! {
    /// Values of a vehicle or cyclist. It follows what is ahead by the Intelligent Driver Model.
    VehicleSpec => Vehicle, VehicleLanes {
        /// Start of its centre along its path, m.
        s_m = 0.0,
        /// Offset to the left of its path, m.
        d_m = 0.0,
        /// 1 drives along its path, -1 against it.
        direction = 1.0,
        /// Speed at the start, m/s.
        speed_mps = 13.9,
        /// Speed on a free road (v0 of the model), m/s.
        desired_mps = 13.9,
        /// Time headway (T), s.
        headway_s = 1.5,
        /// Gap when standing (s0), m.
        min_gap_m = 2.0,
        /// Acceleration (a), m/s^2.
        accel_mps2 = 1.5,
        /// Comfortable braking (b), m/s^2.
        comfort_mps2 = 2.0,
        /// Hardest braking, m/s^2.
        brake_mps2 = 8.0,
        /// Delay of its pedals (first order), s.
        lag_s = 0.3,
        /// 1 follows the ego where the ego is ahead in its way; 0 pays no heed.
        heeds_ego = 1.0,
        /// Begins a lane change at this time, s.
        change_time_s = f64::INFINITY,
        /// Begins a lane change once the ego's front is nearer than this to its rear, m.
        change_gap_m = f64::NEG_INFINITY,
        /// Begins a lane change once its front is nearer than this to the rear of its leader, m.
        change_leader_gap_m = f64::NEG_INFINITY,
        /// Offset it changes to, m.
        change_to_d_m = 0.0,
        /// Duration of the whole lane change, s.
        change_s = 3.0,
        /// Share of the change after which it goes back, which takes as long as a whole change; 2 for never.
        abort_at = 2.0,
        /// 1 shows the indicator while it changes lanes.
        indicates = 1.0,
        /// Brakes at this time, s.
        brake_time_s = f64::INFINITY,
        /// Brakes this long after it began its lane change, s.
        brake_after_change_s = f64::INFINITY,
        /// Strength of that braking, m/s^2.
        brake_event_mps2 = 4.0,
        /// Speed to which it brakes, m/s.
        brake_to_mps = 0.0,
        /// Stop line on its path where it stops (front), m; infinite for none.
        stop_line_m = f64::INFINITY,
    }
}

use super::{EgoPlace, Lamps};
use crate::math::{clamp, flag, max, min, sel};
use crate::template::DT;

crate::lanes::record! {
    /// How a vehicle drives at the moment.
    Driving, DrivingLanes {
        /// Centre along its path, m.
        s,
        /// Offset to the left of its path, m.
        d,
        /// Speed, m/s.
        v,
        /// Acceleration, m/s^2.
        a,
        /// Share of the lane change that is done.
        change,
        /// 1 while the change goes on, -1 once it is broken off, 0 before it.
        changing,
        /// Share of the way back that is done.
        back,
        /// Offset at which it was broken off, m.
        back_d,
        /// Speed across at that moment, m/s, to the left.
        back_vd,
        /// Time at which the change began, s; infinite before.
        changed_s,
        /// 1 once the braking event has begun.
        brakes,
        /// Speed across its path, m/s, to the left.
        across,
        /// Hardest braking on this road, m/s^2.
        brake_most,
        /// 1 - exp(-DT / lag).
        pedal,
    }
}

crate::lanes::record! {
    /// What is ahead of a vehicle: its leader, where the template names one.
    Ahead, AheadLanes {
        /// Centre along the same path, m; infinite without a leader.
        s,
        /// Offset to the left of the path, m.
        d,
        /// Speed, m/s.
        v,
        /// Half length, m.
        half_l,
        /// Half width, m.
        half_w,
    }
}

/// Intelligent Driver Model (Treiber, Hennecke, Helbing 2000): acceleration towards a leader `gap` ahead that drives `v_lead`.
#[inline(always)]
pub fn idm(v: f64, gap: f64, v_lead: f64, desired: f64, headway_s: f64, min_gap_m: f64, accel: f64, comfort: f64) -> f64 {
    let want = min_gap_m + max(0.0, v * headway_s + v * (v - v_lead) / (2.0 * (accel * comfort).sqrt()));
    let (r, s) = (v / max(desired, 0.1), want / max(gap, 0.1));
    let r2 = r * r;
    accel * (1.0 - r2 * r2 - s * s)
}

/// Moves a vehicle by one step. `on_route` is 1 where its path is the ego's route.
#[inline(always)]
pub(crate) fn drive_vehicle(
    p: &Vehicle,
    half_l: f64,
    half_w: f64,
    on_route: f64,
    at: &EgoPlace,
    ahead: &Ahead,
    c: &mut Driving,
    lamps: &mut Lamps,
) {
    // Distances ahead are counted in its own direction.
    let ego_gap = (at.rear - c.s) - half_l;
    let ego_ahead =
        (on_route * p.heeds_ego != 0.0) & (p.direction > 0.0) & (at.front > c.s) & ((at.d - c.d).abs() < half_w + 1.1);
    let lead_gap = (ahead.s - c.s) * p.direction - half_l - ahead.half_l;
    let lead_ahead = (lead_gap > -half_l) & (lead_gap < 1e6) & ((ahead.d - c.d).abs() < half_w + ahead.half_w + 0.2);
    let line_gap = (p.stop_line_m - c.s) * p.direction - half_l;
    let has_line = (line_gap > -1.0) & (line_gap < 1e6);
    let f = |gap: f64, v: f64, room: f64| idm(c.v, gap, v, p.desired_mps, p.headway_s, room, p.accel_mps2, p.comfort_mps2);
    let free = f(1e9, c.v, p.min_gap_m);
    let follow = min(
        sel(ego_ahead, f(ego_gap, at.v, p.min_gap_m), free),
        sel(lead_ahead, f(lead_gap, ahead.v * p.direction, p.min_gap_m), free),
    );
    let follow = min(follow, sel(has_line, f(line_gap, 0.0, 0.5), free));
    // A lane change: begun by time, by the ego's nearness or by the leader's; abandoned after a share of it.
    let rear_gap = c.s - half_l - at.front;
    let begins = (c.changing == 0.0)
        & ((at.t >= p.change_time_s) | (rear_gap < p.change_gap_m) | (lead_ahead & (lead_gap < p.change_leader_gap_m)));
    c.changed_s = sel(begins, at.t, c.changed_s);
    // Broken off, it goes back from where it is, with the speed across that it has.
    let aborts = (c.changing > 0.0) & (c.change >= p.abort_at);
    c.back_d = sel(aborts, c.d, c.back_d);
    c.back_vd = sel(aborts, (p.change_to_d_m - p.d_m) * 6.0 * c.change * (1.0 - c.change) / p.change_s, c.back_vd);
    c.changing = sel(begins, 1.0, sel(aborts, -1.0, c.changing));
    let returns = c.changing < 0.0;
    c.back = sel(returns, min(c.back + DT / p.change_s, 1.0), c.back);
    c.change = sel(returns, c.change, clamp(c.change + c.changing * DT / p.change_s, 0.0, 1.0));
    let there = p.d_m + (p.change_to_d_m - p.d_m) * c.change * c.change * (3.0 - 2.0 * c.change);
    let d = sel(returns, way_back(p, c), there);
    c.across = (d - c.d) * (1.0 / DT);
    c.d = d;
    // The braking event ends in driving at the speed it braked to: the pedal is released as early as its delay asks for.
    let since_change = at.t - c.changed_s;
    let event = (at.t >= p.brake_time_s) | (since_change >= p.brake_after_change_s);
    c.brakes = sel(event, 1.0, c.brakes);
    let over = c.v - p.brake_to_mps + sel(p.brake_to_mps > 0.0, min(c.a, 0.0) * p.lag_s, 0.0);
    let held = min(follow, sel(over > 0.05, -min(p.brake_event_mps2, over / DT), 0.0));
    let want = clamp(sel(c.brakes != 0.0, held, follow), -c.brake_most, p.accel_mps2);
    let a0 = c.a;
    c.a += (want - c.a) * c.pedal;
    let v1 = c.v + 0.5 * (a0 + c.a) * DT;
    let run = sel(v1 > 0.0, 0.5 * (c.v + v1) * DT, 0.5 * c.v * c.v / max(-0.5 * (a0 + c.a), 1e-9));
    c.s += p.direction * min(run, c.v * DT + 0.05);
    c.a = sel(v1 > 0.0, c.a, max(c.a, 0.0));
    c.v = max(v1, 0.0);
    lamps.brake = flag((c.a < -0.7) | ((c.v < 0.05) & (want <= 0.0)));
    let side = sel(p.change_to_d_m > p.d_m, 1.0, -1.0);
    let under_way = (c.changing != 0.0) & (c.change > 0.0) & (c.change < 1.0) & (c.back < 1.0);
    lamps.indicator = sel(under_way & (p.indicates != 0.0), side, 0.0);
}

/// Offset on the way back to where a broken-off change began: the cubic (Hermite) from the offset and speed at that moment to rest.
#[inline(always)]
fn way_back(p: &Vehicle, c: &Driving) -> f64 {
    let (u, left) = (c.back, 1.0 - c.back);
    p.d_m + left * left * ((c.back_d - p.d_m) * (1.0 + 2.0 * u) + c.back_vd * p.change_s * u)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equilibrium gaps and accelerations of the original parameters, Treiber et al. (2000), computed from its equations.
    #[test]
    fn idm_gives_the_published_equilibrium_gap() {
        let f = |v, gap, lead| idm(v, gap, lead, 120.0 / 3.6, 1.6, 2.0, 0.73, 1.67);
        for (v, gap) in [(5.0, 10.002_532), (13.9, 24.615_003), (25.0, 50.798_425)] {
            assert!(f(v, gap, v).abs() < 1e-7, "{v}: {}", f(v, gap, v));
        }
        assert!((f(20.0, 50.0, 0.0) + 12.879_681).abs() < 1e-6);
        assert!((f(20.0, 50.0, 20.0) - 0.297_840).abs() < 1e-6);
        assert!((f(25.0, 1e12, 25.0) - 0.499_023).abs() < 1e-6);
    }

    /// A change of 3.5 m in 3 s that is broken off halfway: neither place nor speed across jumps, and it ends where it began.
    /// There it moves at 1.5 * 3.5 / 3 = 1.75 m/s, so that the cubic asks for 6 * 1.75 / 3^2 + 4 * 1.75 / 3 = 3.5 m/s^2 at first.
    #[test]
    fn a_change_that_is_broken_off_goes_back_smoothly() {
        let p = Vehicle {
            desired_mps: 20.0,
            headway_s: 1.5,
            min_gap_m: 2.0,
            accel_mps2: 1.5,
            comfort_mps2: 2.0,
            direction: 1.0,
            change_time_s: 1.0,
            change_gap_m: f64::NEG_INFINITY,
            change_leader_gap_m: f64::NEG_INFINITY,
            change_to_d_m: 3.5,
            change_s: 3.0,
            abort_at: 0.5,
            indicates: 1.0,
            brake_time_s: f64::INFINITY,
            brake_after_change_s: f64::INFINITY,
            stop_line_m: f64::INFINITY,
            ..Vehicle::default()
        };
        let mut c = Driving { v: 20.0, changed_s: f64::INFINITY, brake_most: 8.0, pedal: 0.3, ..Driving::default() };
        let (none, mut lamps) = (Ahead { s: 1e9, ..Ahead::default() }, Lamps::default());
        let (mut across, mut indicated, mut farthest) = (vec![], 0, 0.0_f64);
        for step in 0..80 {
            let at = EgoPlace { t: f64::from(step) * DT, front: -1e9, rear: -1e9, ..EgoPlace::default() };
            drive_vehicle(&p, 2.3, 0.9, 1.0, &at, &none, &mut c, &mut lamps);
            across.push(c.across);
            indicated += i32::from(lamps.indicator > 0.0);
            farthest = farthest.max(c.d);
        }
        let hardest = across.windows(2).map(|v| ((v[1] - v[0]) / DT).abs()).fold(0.0, f64::max);
        assert!((3.0..3.5).contains(&hardest), "{hardest} m/s^2");
        // Broken off within the step after the middle, at 1.75 to 1.92 m, it swings a quarter farther: to 2.24 to 2.40 m.
        assert!((2.24..2.4).contains(&farthest), "{farthest} m");
        assert_eq!((c.d, lamps.indicator), (0.0, 0.0));
        assert!((43..=46).contains(&indicated), "{indicated} steps");
    }

    /// A whole vehicle behind a leader of constant speed settles at the formula's gap.
    #[test]
    fn a_follower_settles_at_the_equilibrium_gap() {
        let p = Vehicle {
            desired_mps: 120.0 / 3.6,
            headway_s: 1.6,
            min_gap_m: 2.0,
            accel_mps2: 0.73,
            comfort_mps2: 1.67,
            direction: 1.0,
            change_time_s: f64::INFINITY,
            change_gap_m: f64::NEG_INFINITY,
            change_leader_gap_m: f64::NEG_INFINITY,
            change_s: 3.0,
            abort_at: 2.0,
            brake_time_s: f64::INFINITY,
            brake_after_change_s: f64::INFINITY,
            stop_line_m: f64::INFINITY,
            ..Vehicle::default()
        };
        let mut c = Driving { s: -60.0, v: 18.0, changed_s: f64::INFINITY, brake_most: 8.0, pedal: 0.3, ..Driving::default() };
        let (mut lead, mut lamps) = (Ahead { s: 0.0, v: 13.9, half_l: 2.3, half_w: 0.9, ..Ahead::default() }, Lamps::default());
        for _ in 0..6000 {
            drive_vehicle(
                &p,
                2.3,
                0.9,
                1.0,
                &EgoPlace { front: -1e9, rear: -1e9, ..EgoPlace::default() },
                &lead,
                &mut c,
                &mut lamps,
            );
            lead.s += 13.9 * DT;
        }
        assert!((lead.s - c.s - 4.6 - 24.615_003).abs() < 1e-3, "{}", lead.s - c.s - 4.6);
    }
}
