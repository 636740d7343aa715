//! Which trigger set an actor going, for traces.

use super::*;
use crate::actors::arrival;
use crate::trace::Fired;

impl Block<'_, 1> {
    /// What set an actor going, or changed its mode, in the last step.
    pub fn fired(&self, slot: usize) -> Option<Fired> {
        if self.step[0] == 0 {
            return None;
        }
        let at = self.place.get(0); // as it was when they moved
        let go = |s_m: f64, time_s: f64, gap_m: f64, tta_s: f64| {
            let gap = s_m - at.front;
            let all = [("go_time_s", at.t >= time_s), ("go_gap_m", gap < gap_m), ("go_tta_s", arrival(&at, gap) < tta_s)];
            // Who waits for another has no other condition left.
            all.into_iter().find(|(_, holds)| *holds).map_or("go_lag_s", |(name, _)| name)
        };
        // The step in which a time came.
        let came = |time_s: f64| time_s <= at.t && (at.t - DT < time_s || at.t == 0.0);
        match &self.slots[slot].motion {
            MotionLanes::Agent(a) => (a.act.changed[0] != 0.0).then(|| Fired::Next(a.act.by[0] as u8)),
            MotionLanes::Walker { spec, walk, .. } => {
                let p = spec.get(0);
                (walk.started_s[0] == at.t).then(|| Fired::Field(go(p.s_m, p.go_time_s, p.go_gap_m, p.go_tta_s)))
            }
            MotionLanes::Roller { spec, roll } => {
                let p = spec.get(0);
                (roll.started_s[0] == at.t).then(|| Fired::Field(go(p.s_m, p.go_time_s, p.go_gap_m, p.go_tta_s)))
            }
            MotionLanes::Vehicle { spec, drive, .. } => {
                let (p, changed_s) = (spec.get(0), drive.changed_s[0]);
                if changed_s == at.t {
                    let by_ego = p.change_gap_m > f64::NEG_INFINITY
                        && !(p.change_leader_gap_m > f64::NEG_INFINITY && self.rear_gap(slot) >= p.change_gap_m);
                    let gap = if by_ego { "change_gap_m" } else { "change_leader_gap_m" };
                    return Some(Fired::Field(if at.t >= p.change_time_s { "change_time_s" } else { gap }));
                }
                let brakes = [("brake_time_s", p.brake_time_s), ("brake_after_change_s", changed_s + p.brake_after_change_s)];
                brakes.into_iter().find(|(_, time_s)| came(*time_s)).map(|(name, _)| Fired::Field(name))
            }
            MotionLanes::Fixed(_) => None,
        }
    }

    /// Whether anything is detected at the moment.
    pub fn sees(&self) -> bool {
        sees(&self.optics.get(0), self.step[0] as f64 * DT)
    }

    /// From the ego's front to the rear of a vehicle, before the last step moved both, m.
    fn rear_gap(&self, slot: usize) -> f64 {
        let s = &self.slots[slot];
        let MotionLanes::Vehicle { drive, spec, .. } = &s.motion else { return f64::INFINITY };
        let (dx, dy) = (s.pose.x[0] - s.pose.was_x[0], s.pose.y[0] - s.pose.was_y[0]);
        let moved = (dx * dx + dy * dy).sqrt();
        drive.s[0] - moved * spec.direction[0] - s.shape.half_l[0] - self.place.front[0]
    }
}
