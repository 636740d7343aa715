//! The Fuzzy Safety Model (Mattas et al., Accid. Anal. Prev. 148 (2020) 105794), as ec-jrc/JRC-FSM has it: how unsafe a gap is, from 0 to 1, if the car
//! ahead should brake hard (proactive, PFS) and if it goes on as it does (critical, CFS); braking in proportion.

use super::driver::{self, OWN, concerns, following_gap, heed, settings, watch};
use super::pair::{Braking, Pair};
use crate::math::{clamp, flag, max, sel};
use crate::observation::{EgoView, Object};
use crate::policy::memory::{Memory, Track};
use crate::policy::{MAX_SETTINGS, Setting, setting};

/// Parameters of the model. The default is published: ec-jrc/JRC-FSM `utility/vehicle.py`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fsm {
    /// Reaction time of the distances, s.
    pub reaction_s: f64,
    /// Comfortable braking, m/s^2.
    pub comfort_mps2: f64,
    /// Hardest braking that the distances reckon with, m/s^2.
    pub hardest_mps2: f64,
    /// Braking of the car ahead, m/s^2.
    pub lead_mps2: f64,
    /// Distance that is never to be undercut, m.
    pub margin_m: f64,
    /// More distance that is safe, m.
    pub safe_margin_m: f64,
    /// Reaction time, jerk and limit of the brakes.
    pub braking: Braking,
}

/// How far `x` is from what is safe (0) towards what is unsafe (1).
#[inline(always)]
fn membership(x: f64, safe: f64, not_safe: f64) -> f64 {
    // Both are the same where the speeds are: a tiny width decides then by the side.
    clamp((safe - x) / max(safe - not_safe, 1e-12), 0.0, 1.0)
}

impl Fsm {
    /// Proactive fuzzy surrogate safety metric, 0 to 1.
    #[inline(always)]
    pub fn pfs(&self, gap_m: f64, rear_mps: f64, lead_mps: f64) -> f64 {
        let (way, square, lead) = (rear_mps * self.reaction_s, rear_mps * rear_mps, lead_mps * lead_mps / (2.0 * self.lead_mps2));
        let safe = way + square / (2.0 * self.comfort_mps2) - lead + self.safe_margin_m;
        membership(gap_m - self.margin_m, safe, way + square / (2.0 * self.hardest_mps2) - lead)
    }

    /// Critical fuzzy surrogate safety metric, 0 to 1; `rear_accel` is the ego's acceleration, m/s^2.
    #[inline(always)]
    pub fn cfs(&self, gap_m: f64, rear_mps: f64, lead_mps: f64, rear_accel: f64) -> f64 {
        let a = max(rear_accel, -self.comfort_mps2);
        let closing = rear_mps - lead_mps;
        let then = closing + self.reaction_s * a;
        // Slower than the other before the reaction is over: the gap left is that of braking on.
        let braked = flag(gap_m < closing * closing / (2.0 * rear_accel.abs()));
        let base = (closing + 0.5 * a * self.reaction_s) * self.reaction_s;
        let square = then * then;
        let graded = membership(gap_m, base + square / (2.0 * self.comfort_mps2), base + square / (2.0 * self.hardest_mps2));
        sel(closing > 0.0, sel(then < 0.0, braked, graded), 0.0)
    }

    /// Whether the other is in the way, or will be there before the ego has passed.
    #[inline(always)]
    pub fn looks(&self, pair: &Pair) -> bool {
        let in_s = pair.side_m / pair.sideways_mps;
        let past_s = (pair.gap_m + 2.0 * pair.lengths_m) / pair.closing_mps();
        !pair.passed() & ((pair.side_m <= 0.0) | ((pair.sideways_mps > 0.0) & (in_s <= past_s + 0.1)))
    }

    /// The two metrics, proactive and critical; both 0 where the other does not concern the ego. There is danger where one is not 0.
    #[inline(always)]
    pub fn metrics(&self, pair: &Pair) -> (f64, f64) {
        let looks = self.looks(pair);
        let pfs = self.pfs(pair.gap_m, pair.rear_mps, pair.lead_mps);
        let cfs = self.cfs(pair.gap_m, pair.rear_mps, pair.lead_mps, pair.rear_accel_mps2);
        (sel(looks, pfs, 0.0), sel(looks, cfs, 0.0))
    }

    /// Deceleration that the metrics ask for, m/s^2.
    #[inline(always)]
    pub fn demand_mps2(&self, pfs: f64, cfs: f64) -> f64 {
        let (soft, hard) = (self.comfort_mps2, self.hardest_mps2);
        sel(cfs > 0.0, soft + cfs * (hard - soft), pfs * soft)
    }

    /// Gap at which the model follows, m.
    #[inline(always)]
    pub fn following_gap_m(&self, speed_mps: f64) -> f64 {
        let square = speed_mps * speed_mps;
        let way = speed_mps * self.reaction_s + square / (2.0 * self.comfort_mps2) - square / (2.0 * self.lead_mps2);
        way + self.safe_margin_m + self.margin_m
    }
}

impl Default for Fsm {
    fn default() -> Self {
        Self {
            reaction_s: 0.75,
            comfort_mps2: 4.0,
            hardest_mps2: 6.0,
            lead_mps2: 7.0,
            margin_m: 2.0,
            safe_margin_m: 2.0,
            braking: Braking { delay_s: 0.75, meanwhile_mps2: 0.0, jerk_mps3: 12.65, limit_mps2: 0.774 * 9.81 },
        }
    }
}

/// Settings of `fsm`. One reaction time is that of the distances and that of the driver.
pub(crate) const SETTINGS: &[Setting] = settings![
    1.5;
    setting("reaction_s", 0.75, 0.0, 3.0, "reaction time, s (JRC)"),
    setting("soft_mps2", 4.0, 0.5, 9.8, "comfortable braking of the metrics, m/s^2 (JRC)"),
    setting("hard_mps2", 6.0, 0.5, 9.8, "hardest braking of the metrics, m/s^2 (JRC)"),
    setting("lead_mps2", 7.0, 0.5, 12.0, "braking of the car ahead that is reckoned with, m/s^2 (JRC)"),
    setting("margin_m", 2.0, 0.0, 10.0, "distance never to be undercut, m (JRC)"),
    setting("safe_margin_m", 2.0, 0.0, 10.0, "more distance that is safe, m (JRC)"),
    setting("brake_mps2", 0.774 * 9.81, 1.0, 9.8, "limit of the brakes: 0.774 g, m/s^2 (JRC)"),
    setting("jerk_mps3", 12.65, 1.0, 100.0, "build-up of braking, m/s^3 (JRC)"),
];

impl Fsm {
    #[inline(always)]
    pub(super) fn of(p: &[f64; MAX_SETTINGS]) -> Self {
        let o = OWN;
        let braking = Braking { delay_s: p[o], meanwhile_mps2: 0.0, jerk_mps3: p[o + 7], limit_mps2: p[o + 6] };
        Self {
            reaction_s: p[o],
            comfort_mps2: p[o + 1],
            // Harder than comfortable, however they are set.
            hardest_mps2: max(p[o + 2], p[o + 1]),
            lead_mps2: p[o + 3],
            margin_m: p[o + 4],
            safe_margin_m: p[o + 5],
            braking,
        }
    }
}

/// Considers one object.
#[inline(always)]
pub(crate) fn consider(p: &[f64; MAX_SETTINGS], ego: &EgoView, o: &Object, t: &mut Track, m: &mut Memory) {
    let rule = Fsm::of(p);
    let pair = watch(ego, o, t);
    // Whoever comes towards the ego stands, as far as this model of following goes.
    let pair = Pair { lead_mps: max(pair.lead_mps, 0.0), ..pair };
    let (pfs, cfs) = rule.metrics(&pair);
    let danger = concerns(p, t, &pair, 0.0) & (pfs + cfs > 0.0);
    let gap = following_gap(rule.following_gap_m(pair.rear_mps));
    heed(p, &rule.braking, gap, danger, rule.demand_mps2(pfs, cfs), ego, t, m);
}

/// Ends a step.
#[inline(always)]
pub(crate) fn finish(p: &[f64; MAX_SETTINGS], ego: &EgoView, m: &mut Memory) -> crate::ego::Action {
    driver::finish(p, &Fsm::of(p).braking, ego, m)
}
