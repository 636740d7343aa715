//! One drive of a world: who drove, what happened, how it ended.

use nines_sim::{Class, Criterion, Frame, Outcome, Trace, TracedActor, Verdict};

use crate::numbers::{Round, percent, quantity};

/// Moving faster than this counts as moving, m/s.
const MOVING_MPS: f64 = 0.3;

/// Who is farther away than this is not near; distances are known up to it, m.
const NEAR_M: f64 = 10.0;

/// One drive of a world.
#[derive(Clone, Copy, Debug)]
pub struct Drive<'a> {
    /// Name of the policy.
    pub driver: &'a str,
    /// All that happened.
    pub trace: &'a Trace,
    /// What came of it.
    pub outcome: &'a Outcome,
}

impl<'a> Drive<'a> {
    /// The frame at which it failed.
    pub(super) fn failed_frame(&self) -> Option<usize> {
        let by_fault = self.outcome.fault.map(|(_, step)| step as usize);
        let by_time = self.outcome.failed_s.map(|s| self.frame_at(s));
        by_time.or(by_fault).filter(|_| self.outcome.verdict != Verdict::Pass).map(|k| k.min(self.last()))
    }

    /// The first frame that is not before a time.
    pub(super) fn frame_at(&self, time_s: f64) -> usize {
        self.trace.frames.partition_point(|f| f.time_s < time_s - 1e-9).min(self.last())
    }

    /// Index of the last frame; a recording refuses traces without one.
    pub(super) fn last(&self) -> usize {
        self.trace.frames.len().saturating_sub(1)
    }

    /// When what matters happened, s: the failure, else the nearest approach; `None` where nobody came near.
    pub(super) fn event_s(&self) -> Option<f64> {
        let frames = &self.trace.frames;
        let nearest = frames.iter().min_by(|a, b| a.distance_m.total_cmp(&b.distance_m)).filter(|f| f.distance_m < NEAR_M);
        self.failed_frame().map(|k| &frames[k]).or(nearest).map(|frame| frame.time_s)
    }

    /// When it ended, s.
    pub(super) fn end_s(&self) -> f64 {
        self.trace.frames.last().map_or(0.0, |frame| frame.time_s)
    }

    /// What failed, in words: "collision with child".
    pub(super) fn failure(&self) -> Option<String> {
        let words = |name: &str| name.replace('_', " ");
        let cause = match (self.outcome.fault, self.outcome.cause) {
            (Some((fault, _)), None | Some(Criterion::PolicyFault)) => format!("policy fault: {}", words(fault.name())),
            (_, Some(cause)) => words(cause.name()),
            (None, None) => return None,
        };
        let with = self.partner().map(|k| &self.trace.actors[k]);
        Some(with.map_or(cause.clone(), |actor| format!("{cause} with {}", actor.name)))
    }

    /// The actor of the failure.
    pub(super) fn partner(&self) -> Option<usize> {
        self.outcome.with.map(usize::from).filter(|k| *k < self.trace.actors.len())
    }

    /// Actors that exist in this world, with their index.
    pub(super) fn active(&self) -> impl Iterator<Item = (usize, &'a TracedActor)> + use<'a> {
        self.trace.actors.iter().enumerate().filter(|(_, actor)| actor.active)
    }

    /// Whether an actor moves at any time.
    pub(super) fn moves(&self, k: usize) -> bool {
        self.trace.frames.iter().any(|f| f.actors[k].vx_mps.hypot(f.actors[k].vy_mps) > MOVING_MPS)
    }

    /// Whether an actor is worth a name in the picture: all but parked vehicles and barriers that nobody touches.
    pub(super) fn matters(&self, k: usize) -> bool {
        let plain = matches!(self.trace.actors[k].class, Class::Car | Class::Van | Class::Truck | Class::Bus | Class::Barrier);
        !plain || self.partner() == Some(k) || self.moves(k)
    }

    /// Centre of the ego's box, m.
    pub(super) fn centre(&self, frame: &Frame) -> (f64, f64) {
        let (sin, cos) = frame.ego.heading_rad.sin_cos();
        (frame.ego.x_m + self.trace.ego_centre_m * cos, frame.ego.y_m + self.trace.ego_centre_m * sin)
    }

    /// Place of the failure, m: between the two of a contact.
    pub(super) fn place(&self, frame: &Frame) -> (f64, f64) {
        let (x, y) = self.centre(frame);
        match self.partner().and_then(|k| frame.actors.get(k)) {
            Some(other) => (0.5 * (x + other.x_m), 0.5 * (y + other.y_m)),
            None => (x, y),
        }
    }

    /// How it ended, in a few words.
    pub(super) fn ending(&self) -> String {
        self.failure().filter(|_| self.outcome.failed()).unwrap_or_else(|| "passed".into())
    }

    /// How it ended, in a sentence.
    pub(super) fn verdict(&self) -> String {
        let o = self.outcome;
        let Some(failure) = self.failure().filter(|_| o.failed()) else {
            return format!("passed; smallest margin {}", quantity(o.margin, Round::Down));
        };
        let impact = o.impact_speed_mps.map_or(String::new(), |v| format!(", impact at {v:.1} m/s"));
        let injury = o.injury_risk.map_or(String::new(), |p| format!(", probability of a fatal injury {}", percent(p)));
        format!("FAILED: {failure}{impact}{injury}")
    }
}
