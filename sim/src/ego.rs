//! The ego: a kinematic bicycle (rear axle as reference) with actuator lag, and limits of jerk, friction and steering.

use crate::lanes::record;
use crate::math::{clamp, max, min, sel, sincos};
use crate::template::DT;

/// Length, m.
pub const EGO_LENGTH_M: f64 = 4.6;
/// Width, m.
pub const EGO_WIDTH_M: f64 = 1.9;
/// From the rear axle to the centre of the box, m.
pub const EGO_CENTRE_M: f64 = 1.4;
/// From the rear axle to the front, m.
pub const EGO_FRONT_M: f64 = EGO_CENTRE_M + 0.5 * EGO_LENGTH_M;
/// Strongest acceleration, m/s^2.
pub const EGO_ACCEL_MPS2: f64 = 3.0;
/// Largest rate of change of the acceleration when braking harder, m/s^3: 0.774 g in 0.6 s, as in UN R157.
pub const EGO_BRAKE_JERK_MPS3: f64 = 12.65;
/// Largest rate of change of the acceleration the other way, m/s^3.
pub const EGO_RELEASE_JERK_MPS3: f64 = 20.0;
/// Time constant of brakes and drive, s.
pub const EGO_ACCEL_LAG_S: f64 = 0.1;
/// Time constant of the steering, s.
pub const EGO_STEER_LAG_S: f64 = 0.15;
/// Largest curvature, 1/m: a turning circle of 11 m.
pub const EGO_CURVATURE: f64 = 0.18;
/// Largest rate of change of the curvature, 1/m/s.
pub const EGO_CURVATURE_RATE: f64 = 0.25;
/// Standard gravity, m/s^2.
pub const GRAVITY_MPS2: f64 = 9.806_65;

/// 1 - exp(-DT / lag): share of the way to a command that a first-order lag covers in a step.
pub(crate) const ACCEL_SHARE: f64 = 0.632_120_558_828_557_7;
const STEER_SHARE: f64 = 0.486_582_880_967_408;

record! {
    /// State of the ego.
    Ego, EgoLanes {
        /// Rear axle, m.
        x,
        /// Rear axle, m.
        y,
        /// Heading, radians.
        h,
        /// Cosine of the heading.
        cos,
        /// Sine of the heading.
        sin,
        /// Speed, m/s, never negative.
        v,
        /// Acceleration at the end of the step, m/s^2.
        a,
        /// Curvature driven, 1/m.
        k,
        /// Distance along the route, m.
        s,
        /// Offset to the left of the route, m.
        d,
        /// Cosine of the heading against the route.
        route_cos,
        /// Sine of the heading against the route.
        route_sin,
    }
}

record! {
    /// What limits the ego in this world.
    EgoLimits, EgoLimitsLanes {
        /// Hardest braking that vehicle and road allow, m/s^2.
        brake,
        /// Friction times gravity, m/s^2.
        grip,
    }
}

record! {
    /// What the policy asks for.
    Action, ActionLanes {
        /// Acceleration, m/s^2.
        accel,
        /// Curvature, 1/m, positive to the left.
        curvature,
        /// Indicator: 1 left, -1 right, 2 both (hazard lamps), 0 none.
        lamp,
        /// Horn: 1 while it sounds.
        horn,
        /// Remote help: 1 while it is asked for.
        help,
    }
}

/// Moves the ego by one step. Its place on the route is brought up to date apart.
///
/// Within a step the acceleration changes linearly and the curvature is constant, so that speed and distance are exact
/// polynomials and the path is an arc. Tyres give no more than `grip` in all directions together: braking has precedence, and
/// the curvature is cut to what is left (the car runs wide).
#[inline(always)]
pub fn drive_ego(e: &mut Ego, limits: &EgoLimits, command: &Action) {
    let want = clamp(command.accel, -limits.brake, min(EGO_ACCEL_MPS2, limits.grip));
    let a0 = e.a;
    let change = clamp((want - a0) * ACCEL_SHARE, -EGO_BRAKE_JERK_MPS3 * DT, EGO_RELEASE_JERK_MPS3 * DT);
    let a1 = a0 + change;
    let mean = 0.5 * (a0 + a1);
    let v1 = e.v + mean * DT;
    // Stops within the step: from v with the mean deceleration.
    let stops = v1 <= 0.0;
    let run = e.v * DT + (2.0 * a0 + a1) * (DT * DT / 6.0);
    let stop_run = 0.5 * e.v * e.v / max(-mean, 1e-9);
    let ds = sel(stops, min(stop_run, e.v * DT), run);
    e.v = sel(stops, 0.0, v1);
    e.a = sel(stops, max(a1, 0.0), a1);
    let turn = clamp((command.curvature - e.k) * STEER_SHARE, -EGO_CURVATURE_RATE * DT, EGO_CURVATURE_RATE * DT);
    let k = clamp(e.k + turn, -EGO_CURVATURE, EGO_CURVATURE);
    let lateral = max(limits.grip * limits.grip - e.a * e.a, 0.0).sqrt();
    let k_most = lateral / max(e.v * e.v, 0.1);
    e.k = clamp(k, -k_most, k_most);
    let half = 0.5 * ds * e.k;
    let chord = ds * sinc_small(half);
    let (mid_sin, mid_cos) = sincos(e.h + half);
    e.x += chord * mid_cos;
    e.y += chord * mid_sin;
    e.h += 2.0 * half;
    (e.sin, e.cos) = sincos(e.h);
}

/// sin(x)/x for the small angles of a step (|x| < 0.5, error below 1e-8 of the chord; below 1e-12 for |x| < 0.1).
#[inline(always)]
fn sinc_small(x: f64) -> f64 {
    let z = x * x;
    1.0 - z * (1.0 / 6.0 - z * (1.0 / 120.0 - z * (1.0 / 5_040.0 - z * (1.0 / 362_880.0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::road::sinc;
    use proptest::prelude::*;

    fn limits(brake: f64, grip: f64) -> EgoLimits {
        EgoLimits { brake: min(brake, grip), grip }
    }

    fn moving(v: f64) -> Ego {
        Ego { v, cos: 1.0, route_cos: 1.0, ..Ego::default() }
    }

    #[test]
    fn shares_are_those_of_the_lags() {
        assert!((ACCEL_SHARE - (1.0 - libm::exp(-DT / EGO_ACCEL_LAG_S))).abs() < 1e-15);
        assert!((STEER_SHARE - (1.0 - libm::exp(-DT / EGO_STEER_LAG_S))).abs() < 1e-15);
        assert!((sinc(0.2) - sinc_small(0.2)).abs() < 1e-12);
    }

    /// From a steady deceleration `a` the rest of the way is v^2 / 2a, whatever the step in which it ends.
    #[test]
    fn stopping_distance_matches_v2_over_2a() {
        for (v, a) in [(13.9, 7.0), (8.33, 4.0), (30.0, 8.0), (2.0, 3.3)] {
            let mut e = moving(v);
            e.a = -a;
            while e.v > 0.0 {
                drive_ego(&mut e, &limits(9.0, 9.0), &Action { accel: -a, ..Action::default() });
            }
            assert!((e.x - v * v / (2.0 * a)).abs() < 1e-9, "{v} {a}: {}", e.x);
        }
    }

    #[test]
    fn constant_curvature_drives_a_circle() {
        let mut e = moving(8.0);
        e.k = 0.02;
        for _ in 0..500 {
            drive_ego(&mut e, &limits(9.0, 9.0), &Action { curvature: 0.02, ..Action::default() });
            let r = (e.x * e.x + (e.y - 50.0) * (e.y - 50.0)).sqrt();
            assert!((r - 50.0).abs() < 1e-8, "{r}");
        }
        assert!((e.h - 500.0 * 0.8 * 0.02).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn never_exceeds_friction_nor_turns_back(
            v in 0.0..60.0f64, grip in 0.8..9.5f64, commands in proptest::collection::vec((-20.0..10.0f64, -0.5..0.5f64), 1..80),
        ) {
            let mut e = moving(v);
            for (accel, curvature) in commands {
                let before = e;
                drive_ego(&mut e, &limits(9.0, grip), &Action { accel, curvature, ..Action::default() });
                prop_assert!(e.v >= 0.0 && e.x.is_finite() && e.y.is_finite());
                let lateral = e.v * e.v * e.k;
                prop_assert!((e.a * e.a + lateral * lateral).sqrt() <= grip * (1.0 + 1e-9) + 0.02);
                let moved = ((e.x - before.x).powi(2) + (e.y - before.y).powi(2)).sqrt();
                prop_assert!(moved <= (before.v.max(e.v) + 0.2) * DT);
            }
        }
    }
}
