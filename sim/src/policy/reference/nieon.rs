//! A human who is not impaired and has the eyes always on the conflict (NIEON), as a response to surprise.
//!
//! The shape is that of Engstrom, Liu, Dinparastdjadid, Simoiu (arXiv:2208.08651): the clock of the response starts where what is seen contradicts
//! what was expected, and the response comes the later the slower the evidence builds up. Its fitted coefficients are not public; **all numbers
//! here are our choice**, set so that the whole response takes what is published of drivers (see [`Nieon::response_time_s`]).
//!
//! Expected is that ordinary driving suffices. A conflict is somebody in the way, or who will be in it before the ego has passed, for whom
//! more than ordinary braking is needed, of the latter after the response. While there is one, evidence grows with looming (the inverse of the time to
//! collision), on top of a prior and of what cues have told; surprise is where the belief passes one half.

use super::driver::{self, OWN, concerns, heed, settings, watch};
use super::pair::{Braking, Pair};
use crate::math::{clamp, exp, max, min, sel};
use crate::observation::{EgoView, Object};
use crate::policy::common_sense::read_cues;
use crate::policy::memory::{Memory, NO_EVIDENCE, Track};
use crate::policy::{MAX_SETTINGS, Setting, setting};
use crate::template::DT;

/// Parameters of the model. None of them is published.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nieon {
    /// Log odds that somebody comes into the way, before any evidence.
    pub prior: f64,
    /// Evidence that looming of 1/s gives in a second, as log odds.
    pub gain: f64,
    /// Time in which evidence fades without a conflict, s.
    pub fade_s: f64,
    /// Braking that is ordinary, m/s^2: a need for more is a conflict.
    pub ordinary_mps2: f64,
    /// Time from surprise to the brakes, and evasive braking.
    pub braking: Braking,
}

impl Nieon {
    /// Whether ordinary driving does not suffice.
    #[inline(always)]
    pub fn conflict(&self, pair: &Pair) -> bool {
        let closing = pair.closing_mps();
        // What is in the lane is braked for already; what comes there is not, until the response is over.
        let lost_m = sel(pair.side_m > 0.0, closing * self.braking.delay_s, 0.0);
        let need = 0.5 * closing * closing / max(pair.gap_m - lost_m, 0.1);
        let in_s = pair.side_m / pair.sideways_mps;
        let past_s = (pair.gap_m + 2.0 * pair.lengths_m) / closing;
        let comes = (pair.side_m <= 0.0) | ((pair.sideways_mps > 0.0) & (in_s <= past_s));
        !pair.passed() & comes & (closing > 0.5) & (need > self.ordinary_mps2)
    }

    /// Evidence after a step of `dt`, log odds.
    #[inline(always)]
    pub fn evidence(&self, before: f64, conflict: bool, pair: &Pair, dt: f64) -> f64 {
        let looming = pair.closing_mps() / max(pair.gap_m, 1.0);
        sel(conflict, min(before + self.gain * looming * dt, 8.0), before * (1.0 - dt / self.fade_s))
    }

    /// Belief that somebody comes into the way, 0 to 1, by what cues and motion have told, log odds each.
    #[inline(always)]
    pub fn belief(&self, cues: f64, evidence: f64) -> f64 {
        1.0 / (1.0 + exp(-clamp(self.prior + cues + evidence, -20.0, 20.0)))
    }

    /// Whether the belief contradicts the expectation.
    #[inline(always)]
    pub fn surprised(&self, cues: f64, evidence: f64) -> bool {
        self.prior + cues + evidence >= 0.0
    }

    /// From the start of a conflict to the brakes at a constant time to collision, without cues, s: 1.30 s at 4 s and 1.03 s at 2 s. Published of drivers:
    /// 1.0 to 1.3 s, not warned, at about 4 s (Summala 2000); 0.70 to 0.75 s to an expected signal, 1.25 s to the brake lamps ahead
    /// (Green 2000).
    #[inline(always)]
    pub fn response_time_s(&self, ttc_s: f64) -> f64 {
        self.braking.delay_s - self.prior * ttc_s / self.gain
    }
}

impl Default for Nieon {
    fn default() -> Self {
        let braking = Braking { delay_s: 0.75, meanwhile_mps2: 0.0, jerk_mps3: 12.65, limit_mps2: 0.774 * 9.81 };
        Self { prior: -2.2, gain: 16.0, fade_s: 1.0, ordinary_mps2: 2.5, braking }
    }
}

/// Settings of `nieon`.
pub(crate) const SETTINGS: &[Setting] = settings![
    1.5;
    setting("prior_log_odds", -2.2, -10.0, 0.0, "log odds that somebody comes into the way, before any evidence (our choice)"),
    setting("gain", 16.0, 0.1, 1000.0, "log odds that looming of 1/s gives in a second (our choice)"),
    setting("fade_s", 1.0, 0.2, 60.0, "time in which evidence fades without a conflict, s (our choice)"),
    setting("ordinary_mps2", 2.5, 0.1, 9.8, "braking that is ordinary: a need for more is a conflict, m/s^2 (our choice)"),
    setting("response_s", 0.75, 0.0, 3.0, "time from surprise to the brakes, s (Green 2000: 0.70 to 0.75 to an expected signal)"),
    setting("brake_mps2", 0.774 * 9.81, 1.0, 9.8, "evasive braking, m/s^2 (that of UN R157)"),
    setting("jerk_mps3", 12.65, 1.0, 100.0, "its build-up, m/s^3 (that of UN R157)"),
];

impl Nieon {
    #[inline(always)]
    pub(super) fn of(p: &[f64; MAX_SETTINGS]) -> Self {
        let o = OWN;
        let braking = Braking { delay_s: p[o + 4], meanwhile_mps2: 0.0, jerk_mps3: p[o + 6], limit_mps2: p[o + 5] };
        Self { prior: p[o], gain: p[o + 1], fade_s: p[o + 2], ordinary_mps2: p[o + 3], braking }
    }
}

/// Considers one object.
#[inline(always)]
pub(crate) fn consider(p: &[f64; MAX_SETTINGS], ego: &EgoView, o: &Object, t: &mut Track, m: &mut Memory) {
    let rule = Nieon::of(p);
    let pair = watch(ego, o, t);
    read_cues(o, t);
    let concerns = concerns(p, t, &pair, 0.0);
    let conflict = concerns & rule.conflict(&pair);
    t.surprise = rule.evidence(t.surprise, conflict, &pair, DT);
    let ahead = (t.known != 0.0) & !pair.passed() & (pair.gap_m < 80.0);
    m.evidence = max(m.evidence, sel(ahead, t.evidence + t.surprise, NO_EVIDENCE));
    let danger = conflict & rule.surprised(t.evidence, t.surprise);
    heed(p, &rule.braking, 0.0, danger, rule.braking.limit_mps2, ego, t, m);
}

/// Ends a step.
#[inline(always)]
pub(crate) fn finish(p: &[f64; MAX_SETTINGS], ego: &EgoView, m: &mut Memory) -> crate::ego::Action {
    driver::finish(p, &Nieon::of(p).braking, ego, m)
}
