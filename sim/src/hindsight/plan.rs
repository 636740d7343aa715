//! The family of plans: brake by 100, 60 or 30% of what vehicle and road allow, straight on or with a swerve to either side.
//!
//! A swerve moves the ego aside by a lane's width, or as far as the drivable area allows, and back to parallel. Its lateral acceleration
//! is one period of a sine, `a(t) = A sin(2 pi t / T)`, which moves it by `A T^2 / (2 pi)`: with the amplitude `A` given, that fixes `T`.
//! What the steering takes of the friction is left out of what the brakes get.

use crate::block::Block;
use crate::ego::{Action, EGO_WIDTH_M};
use crate::math::{clamp, max, min, sincos};
use crate::policy::keep_lane;
use crate::template::DT;

/// Shares of the available braking, the gentlest first.
const BRAKES: [f64; 3] = [0.3, 0.6, 1.0];
/// Largest lateral acceleration of a swerve, as a share of friction times gravity.
pub(super) const LATERAL_SHARE: f64 = 0.6;
/// Room that a swerve leaves to the edge of the drivable area, m.
const EDGE_M: f64 = 0.2;
/// What moves the ego aside by less is no swerve, m.
const LEAST_M: f64 = 0.3;
/// Slower than this the ego does not swerve, m/s.
const SLOWEST_MPS: f64 = 2.0;
/// Rate at which deviations from the planned offset are steered out, 1/s.
const RATE: f64 = 3.0;

/// Where a plan steers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Swerve {
    /// Keeps the offset that the ego has.
    None,
    /// To the left, by so many metres.
    Left(f64),
    /// To the right, by so many metres.
    Right(f64),
}

/// A plan of the family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Share of the available braking; 0 where it hands over to the reference driver at once.
    pub brake: f64,
    /// Where it steers.
    pub swerve: Swerve,
}

impl Plan {
    /// The reference driver from now on: the plan against not arriving.
    pub(super) const HAND_OVER: Plan = Plan { brake: 0.0, swerve: Swerve::None };

    /// In words: `brake by 60% and swerve left by 3.5 m`.
    pub fn words(&self) -> String {
        let brake = match self.brake {
            0.0 => "hand over to a driver who does drive on".to_owned(),
            share => format!("brake by {:.0}%", 100.0 * share),
        };
        match self.swerve {
            Swerve::None => brake,
            Swerve::Left(by) => format!("{brake} and swerve left by {by:.1} m"),
            Swerve::Right(by) => format!("{brake} and swerve right by {by:.1} m"),
        }
    }

    /// Lateral offset that it adds, to the left, m.
    fn aside(&self) -> f64 {
        match self.swerve {
            Swerve::None => 0.0,
            Swerve::Left(by) => by,
            Swerve::Right(by) => -by,
        }
    }
}

/// The plans that can be driven from here, without a swerve first, the gentlest first.
pub(super) fn family(block: &Block<1>) -> Vec<Plan> {
    let ego = block.ego.get(0);
    if ego.v == 0.0 {
        // All of them stand alike.
        return vec![Plan { brake: BRAKES[0], swerve: Swerve::None }];
    }
    let (left, right) = block.edges(0);
    let (half, lane) = (0.5 * EGO_WIDTH_M + EDGE_M, block.template().road.lane_width_m);
    let room = [left - half - ego.d, ego.d - half - right].map(|room| min(room, lane));
    let mut swerves = vec![Swerve::None];
    if ego.v >= SLOWEST_MPS {
        swerves.extend((room[0] >= LEAST_M).then_some(Swerve::Left(room[0])));
        swerves.extend((room[1] >= LEAST_M).then_some(Swerve::Right(room[1])));
    }
    swerves.into_iter().flat_map(|swerve| BRAKES.map(|brake| Plan { brake, swerve })).collect()
}

/// A plan on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    plan: Plan,
    /// Offset at which it began, m.
    from_m: f64,
    /// Amplitude of the lateral acceleration, to the left, m/s^2.
    amplitude: f64,
    /// Time that the swerve takes, s.
    period_s: f64,
}

impl Course {
    /// Begins a plan.
    pub fn new(plan: Plan, block: &Block<1>) -> Self {
        let most = LATERAL_SHARE * block.limits(0).grip;
        let by = plan.aside();
        let amplitude = if by < 0.0 { -most } else { most };
        let period_s = (std::f64::consts::TAU * by.abs() / max(most, 0.1)).sqrt();
        Self { plan, from_m: block.ego.d[0], amplitude, period_s }
    }

    /// Whether it has anything to steer.
    pub fn swerves(&self) -> bool {
        self.plan.swerve != Swerve::None
    }

    /// Braking, `steps` after its begin.
    pub fn brake(&self, block: &Block<1>, steps: usize) -> f64 {
        let limits = block.limits(0);
        let turning = self.swerves() && (steps as f64) * DT < self.period_s;
        let left = if turning { (1.0 - LATERAL_SHARE * LATERAL_SHARE).sqrt() * limits.grip } else { limits.grip };
        -self.plan.brake * min(limits.brake, left)
    }

    /// Curvature, `steps` after its begin.
    pub fn steer(&self, block: &Block<1>, steps: usize) -> f64 {
        let view = block.view.get(0);
        if !self.swerves() {
            return keep_lane(&view, self.from_m);
        }
        let ego = block.ego.get(0);
        // A step ahead, which is what the steering lags behind.
        let t = min((steps + 1) as f64 * DT, self.period_s);
        let (sin, cos) = sincos(std::f64::consts::TAU * t / self.period_s);
        let w = std::f64::consts::TAU / self.period_s;
        let (a, v) = (self.amplitude * sin, self.amplitude / w * (1.0 - cos));
        let y = self.from_m + self.amplitude / w * (t - sin / w);
        let across = ego.v * ego.route_sin;
        let most = self.amplitude.abs();
        let lateral = clamp(a - 2.0 * RATE * (across - v) - RATE * RATE * (ego.d - y), -most, most);
        clamp(view.route_curvature_ahead + lateral / max(ego.v * ego.v, 4.0), -0.15, 0.15)
    }

    /// Lamps, horn and request for help stay what the ego showed: no plan is to fail by what it does not concern.
    pub fn answer(accel: f64, curvature: f64, shown: Action) -> Action {
        Action { accel, curvature, ..shown }.rounded()
    }
}
