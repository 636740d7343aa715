//! Responsibility-Sensitive Safety (Shalev-Shwartz, Shammah, Shashua, arXiv:1708.06374): brakes where both the longitudinal and the lateral
//! distance are less than is safe.

use super::driver::{self, OWN, concerns, following_gap, heed, settings, watch};
use super::pair::{Braking, Pair};
use crate::math::max;
use crate::observation::{EgoView, Object};
use crate::policy::memory::{Memory, Track};
use crate::policy::{MAX_SETTINGS, Setting, setting};

/// Parameters of the rule. The default is that of ec-jrc/JRC-FSM; [`Rss::AD_RSS_LIB`] has those of ad-rss-lib.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rss {
    /// Response time rho, s.
    pub response_s: f64,
    /// Acceleration that the ego may still have within it, m/s^2.
    pub accel_mps2: f64,
    /// Braking that the ego is sure to reach, m/s^2.
    pub brake_min_mps2: f64,
    /// Braking of the car ahead, m/s^2.
    pub brake_max_mps2: f64,
    /// Acceleration sideways that the other may still have, m/s^2.
    pub side_accel_mps2: f64,
    /// Braking sideways of the other, m/s^2.
    pub side_brake_mps2: f64,
    /// Fluctuation sideways mu, m.
    pub side_margin_m: f64,
    /// How the JRC's driver brakes: as that of the regulation, without easing off.
    pub braking: Braking,
}

impl Rss {
    /// Parameters that ad-rss-lib has by default, with the braking of [`Rss::default`].
    pub const AD_RSS_LIB: Rss = Rss {
        response_s: 1.0,
        accel_mps2: 3.5,
        brake_min_mps2: 4.0,
        brake_max_mps2: 8.0,
        side_accel_mps2: 0.2,
        side_brake_mps2: 0.8,
        side_margin_m: 0.0,
        braking: Braking { delay_s: 1.0, ..JRC.braking },
    };

    /// Safe distance behind another, m: v rho + a rho^2 / 2 + (v + rho a)^2 / 2 b_min - w^2 / 2 b_max.
    #[inline(always)]
    pub fn distance_m(&self, rear_mps: f64, lead_mps: f64) -> f64 {
        let (rho, a) = (self.response_s, self.accel_mps2);
        let fastest = rear_mps + rho * a;
        let way = rear_mps * rho + 0.5 * a * rho * rho + fastest * fastest / (2.0 * self.brake_min_mps2);
        max(way - lead_mps * lead_mps / (2.0 * self.brake_max_mps2), 0.0)
    }

    /// Safe distance beside another, m, that moves sideways at `sideways_mps`; the ego keeps its lane.
    #[inline(always)]
    pub fn side_distance_m(&self, sideways_mps: f64) -> f64 {
        let (rho, a, v) = (self.response_s, self.side_accel_mps2, sideways_mps.abs());
        let fastest = v + rho * a;
        self.side_margin_m + 0.5 * (2.0 * v + a * rho) * rho + fastest * fastest / (2.0 * self.side_brake_mps2)
    }

    /// Whether the rule sees a danger.
    #[inline(always)]
    pub fn danger(&self, pair: &Pair) -> bool {
        let near = pair.gap_m < self.distance_m(pair.rear_mps, pair.lead_mps);
        !pair.passed() & near & (pair.side_m < self.side_distance_m(pair.sideways_mps))
    }

    /// Gap at which the JRC's driver follows, m: safe also after the other has braked for the response time.
    #[inline(always)]
    pub fn following_gap_m(&self, speed_mps: f64) -> f64 {
        let (rho, b) = (self.response_s, self.brake_max_mps2);
        self.distance_m(speed_mps, max(speed_mps - rho * b, 0.0)) + 0.5 * b * rho * rho
    }
}

const JRC: Rss = Rss {
    response_s: 0.75,
    accel_mps2: 3.0,
    brake_min_mps2: 6.0,
    brake_max_mps2: 6.0,
    side_accel_mps2: 1.0,
    side_brake_mps2: 1.0,
    side_margin_m: 0.3,
    braking: Braking { delay_s: 0.75, meanwhile_mps2: 0.0, jerk_mps3: 12.65, limit_mps2: 0.774 * 9.81 },
};

impl Default for Rss {
    fn default() -> Self {
        JRC
    }
}

/// Settings of `rss`. Those of ad-rss-lib: `response_s=1,response_accel_mps2=3.5,brake_min_mps2=4,brake_max_mps2=8,side_accel_mps2=0.2,side_brake_mps2=0.8,side_margin_m=0`.
pub(crate) const SETTINGS: &[Setting] = settings![
    1.5;
    setting("response_s", 0.75, 0.0, 3.0, "response time, s (JRC; ad-rss-lib 1)"),
    setting("response_accel_mps2", 3.0, 0.0, 8.0, "acceleration of the ego within it, m/s^2 (JRC; ad-rss-lib 3.5)"),
    setting("brake_min_mps2", 6.0, 0.5, 9.8, "braking that the ego is sure to reach, m/s^2 (JRC; ad-rss-lib 4)"),
    setting("brake_max_mps2", 6.0, 0.5, 12.0, "braking of the car ahead, m/s^2 (JRC; ad-rss-lib 8)"),
    setting("side_accel_mps2", 1.0, 0.0, 5.0, "acceleration sideways of who comes in, m/s^2 (JRC; ad-rss-lib 0.2)"),
    setting("side_brake_mps2", 1.0, 0.1, 5.0, "braking sideways of who comes in, m/s^2 (JRC; ad-rss-lib 0.8)"),
    setting("side_margin_m", 0.3, 0.0, 2.0, "fluctuation sideways, m (JRC; ad-rss-lib 0)"),
    setting("brake_mps2", 0.774 * 9.81, 1.0, 9.8, "braking in danger: 0.774 g, m/s^2 (JRC)"),
    setting("jerk_mps3", 12.65, 1.0, 100.0, "its build-up, m/s^3 (JRC)"),
];

impl Rss {
    #[inline(always)]
    pub(super) fn of(p: &[f64; MAX_SETTINGS]) -> Self {
        let o = OWN;
        let braking = Braking { delay_s: p[o], meanwhile_mps2: 0.0, jerk_mps3: p[o + 8], limit_mps2: p[o + 7] };
        Self {
            response_s: p[o],
            accel_mps2: p[o + 1],
            brake_min_mps2: p[o + 2],
            brake_max_mps2: p[o + 3],
            side_accel_mps2: p[o + 4],
            side_brake_mps2: p[o + 5],
            side_margin_m: p[o + 6],
            braking,
        }
    }
}

/// Considers one object.
#[inline(always)]
pub(crate) fn consider(p: &[f64; MAX_SETTINGS], ego: &EgoView, o: &Object, t: &mut Track, m: &mut Memory) {
    let rule = Rss::of(p);
    let pair = watch(ego, o, t);
    // Whoever comes towards the ego stands, as far as this rule of following goes.
    let pair = Pair { lead_mps: max(pair.lead_mps, 0.0), ..pair };
    let danger = concerns(p, t, &pair, rule.side_margin_m) & rule.danger(&pair);
    let gap = following_gap(rule.following_gap_m(pair.rear_mps));
    heed(p, &rule.braking, gap, danger, rule.braking.limit_mps2, ego, t, m);
}

/// Ends a step.
#[inline(always)]
pub(crate) fn finish(p: &[f64; MAX_SETTINGS], ego: &EgoView, m: &mut Memory) -> crate::ego::Action {
    driver::finish(p, &Rss::of(p).braking, ego, m)
}
