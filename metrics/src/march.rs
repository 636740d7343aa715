//! Nine by nine: what is demonstrated, what is refuted, and what the open ones still take.

use serde::{Deserialize, Serialize};

use crate::nines::probability_of;
use crate::{Alpha, Counts, Estimate, Sample};

/// The march shows the nines from 1 to this.
pub const MARCH_NINES: u8 = 8;

/// Where a nine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The one-sided upper limit is at or below `10^-nine`.
    Demonstrated,
    /// The one-sided lower limit is above it.
    Refuted,
    /// Neither: the evidence does not suffice.
    Open,
}

/// One nine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarchRow {
    /// Which nine.
    pub nine: u8,
    /// The same as a share of encounters that go well: `99.9%`.
    pub reliability: String,
    /// Where it stands.
    pub state: State,
    /// Of an open nine: further rollouts until it is demonstrated if failures go on at the rates observed so far; `None` if that
    /// never happens (the estimate, or the limit it tends to at the worst prior, is above the demand) or takes more than 2^53.
    pub rollouts_needed: Option<u64>,
    /// Of an open nine: further rollouts if none of them fails.
    pub rollouts_needed_clean: Option<u64>,
}

/// The rows from nine 1 to [`MARCH_NINES`] by the estimate's one-sided limits.
///
/// `estimate` is that of `sample`. An estimate that cannot demonstrate anything leaves open what its limits would demonstrate; one of a
/// search leaves all open: it decides only where it is asked for.
pub fn march(sample: &Sample, estimate: &Estimate) -> Vec<MarchRow> {
    (1..=MARCH_NINES).map(|nine| row(sample, estimate, nine)).collect()
}

/// `nine` nines as text: `90%`, `99%`, `99.9%`.
pub fn reliability(nine: u8) -> String {
    match nine {
        0 => "0%".to_owned(),
        1 => "90%".to_owned(),
        2 => "99%".to_owned(),
        _ => format!("99.{}%", "9".repeat(usize::from(nine) - 2)),
    }
}

fn row(sample: &Sample, estimate: &Estimate, nine: u8) -> MarchRow {
    let allowed = probability_of(f64::from(nine));
    let state = if estimate.can_demonstrate() && estimate.one_sided_upper() <= allowed {
        State::Demonstrated
    } else if !sample.is_searched() && estimate.one_sided_lower() > allowed {
        State::Refuted
    } else {
        State::Open
    };
    let (mut rollouts_needed, mut rollouts_needed_clean) = (None, None);
    // A search is not continued by more rollouts.
    if state == State::Open && !sample.is_searched() {
        let alpha = estimate.confidence().one_sided();
        rollouts_needed = needed(sample, allowed, alpha);
        rollouts_needed_clean = needed_clean(sample, allowed, alpha);
    }
    MarchRow { nine, reliability: reliability(nine), state, rollouts_needed, rollouts_needed_clean }
}

/// Further rollouts until the upper limit is at or below `allowed`, if failures go on at the rates observed so far; `None` where
/// no rate is known, the observed one is not below `allowed`, or [`Counts::MAX_ROLLOUTS`] do not suffice.
pub(crate) fn needed(sample: &Sample, allowed: f64, alpha: Alpha) -> Option<u64> {
    let point = sample.point()?;
    if point >= allowed { None } else { smallest(|further| sample.upper_after(further, false, alpha) <= allowed) }
}

/// Further rollouts until the upper limit is at or below `allowed`, if none of them fails.
pub(crate) fn needed_clean(sample: &Sample, allowed: f64, alpha: Alpha) -> Option<u64> {
    smallest(|further| sample.upper_after(further, true, alpha) <= allowed)
}

/// The smallest whole number for which a condition holds that, once it holds, goes on to hold: doubling, then bisection.
fn smallest(holds: impl Fn(f64) -> bool) -> Option<u64> {
    if holds(0.0) {
        return Some(0);
    }
    let (mut fails, mut suffices) = (0, 256);
    while !holds(suffices as f64) {
        fails = suffices;
        suffices *= 2;
        if suffices > Counts::MAX_ROLLOUTS {
            return None;
        }
    }
    while suffices - fails > 1 {
        let middle = fails + (suffices - fails) / 2;
        if holds(middle as f64) { suffices = middle } else { fails = middle }
    }
    Some(suffices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Confidence;

    fn march_of(sample: &Sample) -> Vec<MarchRow> {
        march(sample, &sample.estimate(Confidence::new(0.95).unwrap()))
    }

    #[test]
    fn reliability_counts_its_nines() {
        let shown: Vec<_> = (1..=MARCH_NINES).map(reliability).collect();
        assert_eq!(shown[..4], ["90%", "99%", "99.9%", "99.99%"]);
        assert_eq!(shown[7], "99.999999%");
    }

    #[test]
    fn what_is_needed_suffices_and_one_less_does_not() {
        let counts = Counts::new(1000, 1).unwrap();
        let rows = march_of(&Sample::all(counts));
        let further = rows[2].rollouts_needed_clean.unwrap();
        let upper = |more| crate::binomial::upper(Counts::new(1000 + more, 1).unwrap(), Alpha::new(0.05).unwrap());
        assert!(upper(further) <= 1e-3 && upper(further - 1) > 1e-3);
        assert_eq!(rows[2].rollouts_needed, None, "the estimate equals the demand");
    }

    #[test]
    fn without_rollouts_all_is_open_and_no_rate_is_known() {
        for row in march_of(&Sample::all(Counts::default())) {
            assert_eq!((row.state, row.rollouts_needed), (State::Open, None));
            assert!(row.rollouts_needed_clean.is_some());
        }
    }

    #[test]
    fn a_distrusted_estimate_demonstrates_nothing() {
        let sample = Sample::all(Counts::new(1_000_000, 0).unwrap());
        let estimate = sample.estimate(Confidence::new(0.95).unwrap()).distrusted("batch-dependent");
        assert!(march(&sample, &estimate).iter().all(|row| row.state == State::Open));
        assert_eq!(estimate.demonstrated().get(), 0.0);
    }
}
