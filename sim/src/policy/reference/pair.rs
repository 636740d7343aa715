//! What a published rule asks of two vehicles, and how a driver's brakes answer it.

use crate::math::min;

/// The ego behind or beside one other, as the rules see them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pair {
    /// Speed of the ego along the way, m/s.
    pub rear_mps: f64,
    /// Acceleration of the ego, m/s^2.
    pub rear_accel_mps2: f64,
    /// Speed of the other along the way, m/s.
    pub lead_mps: f64,
    /// From the ego's front to the other's rear, m; negative while they are beside each other.
    pub gap_m: f64,
    /// Half of both lengths together, m: the gap and this are the distance of the centres.
    pub lengths_m: f64,
    /// From the ego's side to the other's, m; negative where they overlap.
    pub side_m: f64,
    /// Speed at which the other comes nearer sideways, m/s.
    pub sideways_mps: f64,
}

impl Pair {
    /// How much faster the ego is, m/s.
    #[inline(always)]
    pub fn closing_mps(&self) -> f64 {
        self.rear_mps - self.lead_mps
    }

    /// Time to collision along the way, s, by magnitude, as the program of the JRC has it: also where the other is the faster one.
    #[inline(always)]
    pub fn ttc_s(&self) -> f64 {
        (self.gap_m / self.closing_mps()).abs()
    }

    /// Whether the ego's centre is ahead of the other's. No rule sees a danger then.
    #[inline(always)]
    pub fn passed(&self) -> bool {
        self.gap_m + self.lengths_m < 0.0
    }
}

/// How a rule's driver brakes once the rule sees a danger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Braking {
    /// Time from the danger to the brakes, s.
    pub delay_s: f64,
    /// Deceleration meanwhile, m/s^2.
    pub meanwhile_mps2: f64,
    /// Rate at which the deceleration builds up, m/s^3.
    pub jerk_mps3: f64,
    /// Hardest braking, m/s^2.
    pub limit_mps2: f64,
}

/// State of a driver who answers a danger.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reaction {
    /// Time for which the danger has been seen, s, up to the delay.
    pub clock_s: f64,
    /// Deceleration last asked for, m/s^2.
    pub deceleration_mps2: f64,
}

impl Reaction {
    /// Whether the danger is seen, and not yet answered.
    #[inline(always)]
    pub fn waits(&self, b: &Braking) -> bool {
        // Sums of steps are rounded.
        self.clock_s < b.delay_s - 1e-9
    }

    /// Deceleration of a step of `dt` in which the rule sees a danger and asks for `demand`, m/s^2.
    #[inline(always)]
    pub fn answer(&mut self, b: &Braking, demand: f64, dt: f64) -> f64 {
        let waits = self.waits(b);
        let built_up = min(min(self.deceleration_mps2 + b.jerk_mps3 * dt, b.limit_mps2), demand);
        self.clock_s = if waits { self.clock_s + dt } else { self.clock_s };
        self.deceleration_mps2 = if waits { b.meanwhile_mps2 } else { built_up };
        self.deceleration_mps2
    }
}
