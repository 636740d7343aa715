//! The requirement of UN Regulation No. 157, paragraph 5.2.5.2, read as a driver, as the JRC has it: whoever comes within 0.5 m of the ego's side
//! with a time to collision that still lets 6 m/s^2 avoid the collision is braked for with 6 m/s^2 after 0.35 s.

use super::driver::{self, OWN, concerns, heed, settings, watch};
use super::pair::{Braking, Pair};
use crate::observation::{EgoView, Object};
use crate::policy::memory::{Memory, Track};
use crate::policy::{MAX_SETTINGS, Setting, setting};

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

/// Settings of `reg157`.
pub(crate) const SETTINGS: &[Setting] = settings![
    2.0;
    setting("side_m", 0.5, 0.0, 3.0, "gap between the sides from which somebody counts as cutting in, m (JRC)"),
    setting("slack_s", 0.1, 0.0, 1.0, "time added to v / 2b and the delay, s (JRC)"),
    setting("delay_s", 0.35, 0.0, 3.0, "time to the brakes, s (UN R157)"),
    setting("brake_mps2", 6.0, 1.0, 9.8, "braking, m/s^2 (UN R157)"),
];

impl Reg157 {
    #[inline(always)]
    pub(super) fn of(p: &[f64; MAX_SETTINGS]) -> Self {
        let braking = Braking { delay_s: p[OWN + 2], limit_mps2: p[OWN + 3], ..Self::default().braking };
        Self { side_m: p[OWN], slack_s: p[OWN + 1], braking }
    }
}

/// Considers one object.
#[inline(always)]
pub(crate) fn consider(p: &[f64; MAX_SETTINGS], ego: &EgoView, o: &Object, t: &mut Track, m: &mut Memory) {
    let rule = Reg157::of(p);
    let pair = watch(ego, o, t);
    // Whoever is faster than the ego is no danger ahead of it.
    let danger = concerns(p, t, &pair, 0.0) & rule.danger(&pair) & (pair.closing_mps() > 0.0);
    heed(p, &rule.braking, 0.0, danger, rule.braking.limit_mps2, ego, t, m);
}

/// Ends a step.
#[inline(always)]
pub(crate) fn finish(p: &[f64; MAX_SETTINGS], ego: &EgoView, m: &mut Memory) -> crate::ego::Action {
    driver::finish(p, &Reg157::of(p).braking, ego, m)
}
