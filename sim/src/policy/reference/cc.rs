//! The "competent and careful" human driver of UN Regulation No. 157, Annex 4 Appendix 3.
//!
//! A cut-in is critical where the time to collision is at most 2 s once the other car is perceived: by the regulation's text when it has moved
//! 0.375 m and another 0.72 m sideways, which leaves 0.505 m between cars of 1.9 m in lanes of 3.5 m; in the comparison runs of the JRC
//! when it overlaps with the ego. The driver then takes 0.75 s to the brakes, with the accelerator released, and brakes with 0.774 g.

use super::driver::{self, OWN, concerns, heed, settings, solid, watch};
use super::pair::{Braking, Pair};
use crate::math::{max, sel};
use crate::observation::{EgoView, Object};
use crate::policy::drive::in_way;
use crate::policy::memory::{Memory, Track};
use crate::policy::{MAX_SETTINGS, Setting, setting};
use crate::template::DT;

/// Parameters of the driver. The default is published: UN R157, ec-jrc/JRC-FSM `utility/vehicle.py`, esmini `ControllerALKS_R157SM`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cc {
    /// Gap between the sides from which the other is perceived, m: [`Cc::LANE_M`] or [`Cc::OVERLAP_M`].
    pub side_m: f64,
    /// Time to collision up to which it is critical, s.
    pub ttc_s: f64,
    /// Delay, accelerator released, jerk and hardest braking.
    pub braking: Braking,
}

impl Cc {
    /// The regulation's trigger: 3.5 m - 1.9 m - 0.375 m - 0.72 m.
    pub const LANE_M: f64 = 0.505;
    /// The trigger of the JRC's comparison runs.
    pub const OVERLAP_M: f64 = 0.0;

    /// Whether the rule sees a danger.
    #[inline(always)]
    pub fn danger(&self, pair: &Pair) -> bool {
        !pair.passed() & (pair.side_m <= self.side_m) & (pair.ttc_s() <= self.ttc_s)
    }

    /// Gap at which the driver follows, m: 2 s.
    #[inline(always)]
    pub fn following_gap_m(&self, speed_mps: f64) -> f64 {
        2.0 * speed_mps
    }
}

impl Default for Cc {
    fn default() -> Self {
        let braking = Braking { delay_s: 0.75, meanwhile_mps2: 0.4, jerk_mps3: 12.65, limit_mps2: 0.774 * 9.81 };
        Self { side_m: Self::LANE_M, ttc_s: 2.0, braking }
    }
}

/// Settings of `r157-cc`.
pub(crate) const SETTINGS: &[Setting] = settings![
    2.0;
    setting("lane_trigger", 1.0, 0.0, 1.0, "1: perceived 0.505 m beside the ego (the regulation); 0: where it overlaps (JRC)"),
    setting("ttc_s", 2.0, 0.1, 10.0, "time to collision that is critical, s (UN R157)"),
    setting("perception_s", 0.4, 0.0, 3.0, "time to perceive that the car ahead brakes hard, s (UN R157)"),
    setting("lead_brakes_mps2", 5.0, 0.5, 9.8, "braking of the car ahead that counts as hard, m/s^2 (esmini)"),
    setting("lead_headway_s", 3.0, 0.5, 10.0, "headway up to which that is answered, s (our choice)"),
    setting("delay_s", 0.75, 0.0, 3.0, "time from perception to the brakes, s (UN R157)"),
    setting("released_mps2", 0.4, 0.0, 2.0, "deceleration meanwhile, m/s^2 (JRC)"),
    setting("brake_mps2", 0.774 * 9.81, 1.0, 9.8, "braking: 0.774 g, m/s^2 (UN R157)"),
    setting("jerk_mps3", 12.65, 1.0, 100.0, "its build-up, m/s^3 (UN R157: 0.6 s)"),
];

impl Cc {
    #[inline(always)]
    pub(super) fn of(p: &[f64; MAX_SETTINGS]) -> Self {
        let o = OWN;
        let braking = Braking { delay_s: p[o + 5], meanwhile_mps2: p[o + 6], jerk_mps3: p[o + 8], limit_mps2: p[o + 7] };
        Self { side_m: Self::LANE_M * p[o], ttc_s: p[o + 1], braking }
    }
}

/// Considers one object.
#[inline(always)]
pub(crate) fn consider(p: &[f64; MAX_SETTINGS], ego: &EgoView, o: &Object, t: &mut Track, m: &mut Memory) {
    let (rule, was, known) = (Cc::of(p), t.vs, t.known != 0.0);
    let pair = watch(ego, o, t);
    // How hard it brakes, smoothed over two steps, and for how long it has braked hard.
    let slows = sel(known & (t.known != 0.0), (was - t.vs) / DT, 0.0);
    t.slowing += 0.5 * (slows - t.slowing);
    t.slowing_s = sel(t.slowing > p[OWN + 3], t.slowing_s + DT, 0.0);
    let near = (pair.gap_m > 0.0) & (pair.gap_m < p[OWN + 4] * max(pair.rear_mps, 1.0)) & (pair.closing_mps() > -2.0);
    let brakes_hard = solid(t) & in_way(ego, t, 0.0) & near & (t.slowing_s >= p[OWN + 2] - 1e-9);
    // Whoever is faster than the ego is no danger ahead of it.
    let critical = concerns(p, t, &pair, 0.0) & rule.danger(&pair) & (pair.closing_mps() > 0.0);
    heed(p, &rule.braking, 0.0, critical | brakes_hard, rule.braking.limit_mps2, ego, t, m);
}

/// Ends a step.
#[inline(always)]
pub(crate) fn finish(p: &[f64; MAX_SETTINGS], ego: &EgoView, m: &mut Memory) -> crate::ego::Action {
    driver::finish(p, &Cc::of(p).braking, ego, m)
}
