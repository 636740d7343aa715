//! What a world leaves behind.

use super::*;

impl<const W: usize> Block<'_, W> {
    /// The margin of progress as it stands: against the end place once the horizon has come, against the time left once the
    /// place is reached. A rollout cut short by something else is judged by the time left if it drove freely from here.
    pub fn progress_margin(&self, i: usize) -> f64 {
        let (t, task, s) = (self.step[i] as f64 * DT, self.task.get(i), self.ego.s[i]);
        if s >= task.end {
            min((task.horizon - t) / 5.0, 1.0)
        } else if t >= task.horizon {
            min((s - task.end) / task.end, -0.001)
        } else {
            clamp((task.horizon - t - (task.end - s) * task.pace) / 5.0, 0.001, 1.0)
        }
    }

    /// Where the world in lane `i` ends, m along the route.
    pub fn end_m(&self, i: usize) -> f64 {
        self.task.end[i]
    }

    /// What limits the ego in lane `i`, where it is.
    pub fn limits(&self, i: usize) -> EgoLimits {
        self.limits.get(i)
    }

    /// Whether a demand of a criterion holds now in lane `i`.
    pub fn is_asked(&self, i: usize, criterion: Criterion) -> bool {
        self.demands.iter().any(|d| d.plan.criterion == criterion && d.watch.holds[i] != 0.0)
    }

    /// Left and right edge of the drivable area in lane `i`, m to the left of the route.
    pub fn edges(&self, i: usize) -> (f64, f64) {
        (self.task.left[i], self.task.right[i])
    }

    /// All margins so far, given that of progress.
    pub fn margins(&self, i: usize, progress: f64) -> [f64; CRITERIA] {
        let mut margins = self.judge.get(i).margins(progress);
        for d in &self.demands {
            let of = &mut margins[d.plan.criterion as usize];
            *of = min(*of, d.watch.margin[i]);
        }
        margins
    }

    /// What the world in lane `i` leaves behind.
    #[inline(never)]
    pub fn unload(&self, i: usize) -> Outcome {
        let (k, t) = (self.judge.get(i), self.step[i] as f64 * DT);
        let progress = self.progress_margin(i);
        // A place reached only at the very horizon counts as not reached in time.
        let progress = if progress == 0.0 { -0.001 } else { progress };
        let margins = self.margins(i, progress);
        let margin = Criterion::ALL.iter().filter(|c| self.fails[**c as usize]).map(|c| margins[*c as usize]).fold(1e9, min);
        let stuck = progress <= 0.0 && self.fails[Criterion::NoProgress as usize];
        let cause = match k.cause as usize {
            0 if stuck => Some(Criterion::NoProgress),
            0 => None,
            c => Some(Criterion::ALL[c - 1]),
        };
        let fault = (k.fault != 0.0).then(|| (FaultKind::ALL[k.fault as usize - 1], self.step[i] as u32 - 1));
        let verdict = match (fault, cause) {
            (Some(_), _) => Verdict::Fault,
            (None, Some(_)) => Verdict::Fail,
            (None, None) => Verdict::Pass,
        };
        Outcome {
            rollout: self.rollout[i],
            stratum: self.stratum[i],
            verdict,
            cause,
            with: (k.with > 0.0).then(|| k.with as u16 - 1),
            fault,
            margin,
            margins,
            steps: self.step[i] as u32,
            end_s: t,
            failed_s: cause.map(|_| if k.failed_s.is_finite() { k.failed_s } else { t }),
            impact_speed_mps: (k.impact >= 0.0).then_some(k.impact),
            injury_risk: (k.impact >= 0.0 && k.person != 0.0).then(|| fatality_risk(k.impact)),
            min_distance_m: k.distance,
            min_ttc_s: (k.ttc < TTC_HORIZON_S).then_some(k.ttc),
            max_decel_mps2: k.decel,
            travelled_m: self.ego.s[i],
            time_lost_s: k.lost,
            harsh_brakes: k.harsh_count as u32,
            needless_stops: k.needless as u32,
            digest: crate::random::split_mix(self.digest[i]),
            actions: Vec::new(),
        }
    }
}
