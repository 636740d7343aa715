//! The requirement of UN Regulation No. 157, paragraph 5.2.5.2, read as a driver, as the JRC has it: whoever comes within 0.5 m of the ego's side
//! with a time to collision that still lets 6 m/s^2 avoid the collision is braked for with 6 m/s^2 after 0.35 s.

use super::pair::{Braking, Pair};

/// Parameters of the requirement. The default is published: UN R157, ec-jrc/JRC-FSM `utility/vehicle.py`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reg157 {
    /// Gap between the sides from which the other counts as cutting in, m.
    pub side_m: f64,
    /// Time added to v / 2b and the delay, s: a step of the JRC's program.
    pub slack_s: f64,
    /// Delay and braking, at once.
    pub braking: Braking,
}

impl Reg157 {
    /// Whether the rule sees a danger.
    #[inline(always)]
    pub fn danger(&self, pair: &Pair) -> bool {
        let from = pair.closing_mps() / (2.0 * self.braking.limit_mps2) + self.braking.delay_s + self.slack_s;
        !pair.passed() & (pair.side_m <= self.side_m) & (pair.ttc_s() <= from)
    }
}

impl Default for Reg157 {
    fn default() -> Self {
        let braking = Braking { delay_s: 0.35, meanwhile_mps2: 0.0, jerk_mps3: 1e6, limit_mps2: 6.0 };
        Self { side_m: 0.5, slack_s: 0.1, braking }
    }
}
