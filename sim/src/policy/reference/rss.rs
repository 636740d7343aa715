//! Responsibility-Sensitive Safety (Shalev-Shwartz, Shammah, Shashua, arXiv:1708.06374): brakes where both the longitudinal and the lateral
//! distance are less than is safe.

use super::pair::{Braking, Pair};
use crate::math::max;

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
