//! The "competent and careful" human driver of UN Regulation No. 157, Annex 4 Appendix 3.
//!
//! A cut-in is critical where the time to collision is at most 2 s once the other car is perceived: by the regulation's text when it has moved
//! 0.375 m and another 0.72 m sideways, which leaves 0.505 m between cars of 1.9 m in lanes of 3.5 m; in the comparison runs of the JRC
//! when it overlaps with the ego. The driver then takes 0.75 s to the brakes, with the accelerator released, and brakes with 0.774 g.

use super::pair::{Braking, Pair};

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
