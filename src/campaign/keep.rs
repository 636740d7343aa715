//! Which rollouts are stored as rows: decided by index and outcome alone, in the order of the indices.

use nines_sim::{Outcome, random::split_mix};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Failures kept of a scenario before they are thinned.
pub const FAILURES_KEPT: u64 = 100_000;
/// Nearest misses kept of a scenario.
pub const NEAREST_KEPT: usize = 1000;
/// Smallest `--keep`: below it thinning has no modulus.
pub const LEAST_KEEP: u64 = 10_000;

/// Why a row is stored: the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// Among the first rollouts.
    Keep,
    /// Failed.
    Failure,
    /// Of the thinned sample of all others.
    Sample,
    /// Among the nearest misses.
    Nearest,
}

impl Because {
    /// All reasons, in order.
    pub const ALL: [Because; 4] = [Because::Keep, Because::Failure, Because::Sample, Because::Nearest];

    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Because::Keep => "keep",
            Because::Failure => "failure",
            Because::Sample => "sample",
            Because::Nearest => "nearest",
        }
    }
}

/// A rollout that is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its outcome.
    pub outcome: Outcome,
    /// Why it is stored.
    pub because: Because,
    /// How many of its kind it represents; 0 for the nearest misses.
    pub stands_for: u32,
}

/// One of how many passes is stored around an index, at least 10,000: 10, and ten times more a decade.
pub fn sample_modulus(rollout: u64) -> u64 {
    10u64.pow(rollout.max(LEAST_KEEP).ilog10() - 3)
}

/// One of how many failures is stored around an index, once the first 100,000 are.
pub fn failure_modulus(rollout: u64) -> u64 {
    10u64.pow(rollout.max(FAILURES_KEPT).ilog10() - 4)
}

/// Whether a rollout belongs to the thinned sample, whatever its outcome.
pub fn in_sample(rollout: u64) -> bool {
    split_mix(rollout).is_multiple_of(sample_modulus(rollout))
}

/// Whether a rollout may be stored, judged without those before it. `nearest_below` is the margin that a miss must not exceed
/// to be among the nearest; one that was true earlier does no harm.
pub fn may_be_kept(outcome: &Outcome, keep: u64, nearest_below: f64) -> bool {
    outcome.rollout < keep || outcome.failed() || outcome.margin <= nearest_below || in_sample(outcome.rollout)
}

/// Decides over the rollouts of a scenario, in the order of their indices.
#[derive(Clone, Debug, Default)]
pub struct Keeper {
    keep: u64,
    failures: u64,
    nearest: BinaryHeap<Near>,
}

impl Keeper {
    /// Keeps every rollout below `keep`, and of the others what the rules say.
    pub fn new(keep: u64) -> Self {
        Self { keep, failures: 0, nearest: BinaryHeap::new() }
    }

    /// Below which every rollout is kept.
    pub fn keep(&self) -> u64 {
        self.keep
    }

    /// Whether and why the next rollout is stored.
    pub fn judge(&mut self, outcome: &Outcome) -> Option<(Because, u32)> {
        self.judge_index(outcome.rollout, outcome.failed())
    }

    /// The same of an index and whether it failed: all that it depends on.
    pub fn judge_index(&mut self, i: u64, failed: bool) -> Option<(Because, u32)> {
        self.failures += u64::from(failed);
        if i < self.keep {
            return Some((Because::Keep, 1));
        }
        let modulus = match (failed, self.failures <= FAILURES_KEPT) {
            (true, true) => 1,
            (true, false) => failure_modulus(i),
            (false, _) => sample_modulus(i),
        };
        let because = if failed { Because::Failure } else { Because::Sample };
        // Indices reach 2^53, moduli 10^12: no campaign gets where 32 bits end, at index 10^13.
        split_mix(i).is_multiple_of(modulus).then(|| (because, u32::try_from(modulus).unwrap_or(u32::MAX)))
    }

    /// Offers a rollout to the nearest misses, which `stored` says is a row already. True if it is among them so far.
    pub fn offer(&mut self, outcome: &Outcome, stored: bool) -> bool {
        if outcome.failed() || outcome.margin > self.nearest_below() {
            return false;
        }
        let near =
            Near { margin: outcome.margin, rollout: outcome.rollout, outcome: (!stored).then(|| Box::new(outcome.clone())) };
        if self.nearest.len() < NEAREST_KEPT {
            self.nearest.push(near);
            return true;
        }
        match self.nearest.peek_mut() {
            Some(mut farthest) if near < *farthest => {
                *farthest = near;
                true
            }
            _ => false,
        }
    }

    /// Margin above which no miss is among the nearest any more.
    pub fn nearest_below(&self) -> f64 {
        match self.nearest.peek() {
            Some(farthest) if self.nearest.len() == NEAREST_KEPT => farthest.margin,
            _ => f64::INFINITY,
        }
    }

    /// The nearest misses so far by index, each with its outcome unless it is stored otherwise.
    pub fn nearest(&self) -> Vec<&Near> {
        let mut all: Vec<&Near> = self.nearest.iter().collect();
        all.sort_by_key(|near| near.rollout);
        all
    }

    /// Failures judged so far.
    pub fn failures(&self) -> u64 {
        self.failures
    }

    /// Goes on after so many failures.
    pub fn resume_after(&mut self, failures: u64) {
        self.failures = failures;
    }

    /// Puts back what [`Keeper::nearest`] gave.
    pub fn put_back(&mut self, near: Near) {
        self.nearest.push(near);
        if self.nearest.len() > NEAREST_KEPT {
            self.nearest.pop();
        }
    }
}

/// A near miss, ordered by margin and then by index.
#[derive(Clone, Debug)]
pub struct Near {
    /// Its margin.
    pub margin: f64,
    /// Its index.
    pub rollout: u64,
    /// Its outcome, where it is not stored otherwise.
    pub outcome: Option<Box<Outcome>>,
}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> Ordering {
        self.margin.total_cmp(&other.margin).then(self.rollout.cmp(&other.rollout))
    }
}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Near {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Near {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::{failing, outcome, passing};

    #[test]
    fn the_first_are_kept_and_later_passes_are_thinned_by_decade() {
        let mut keeper = Keeper::new(10_000);
        let (mut early, mut late) = (0, 0);
        for i in 0..200_000 {
            match keeper.judge(&passing(i, 1.0)) {
                Some((Because::Keep, 1)) => assert!(i < 10_000),
                Some((Because::Sample, 10)) => early += u64::from((10_000..100_000).contains(&i)),
                Some((Because::Sample, 100)) => late += u64::from(i >= 100_000),
                Some(other) => panic!("{i}: {other:?}"),
                None => assert!(i >= 10_000),
            }
        }
        // 9,000 and 1,000 expected; five standard deviations.
        assert!((8550..9450).contains(&early) && (842..1158).contains(&late), "{early} {late}");
    }

    #[test]
    fn failures_are_kept_until_there_are_a_hundred_thousand() {
        let mut keeper = Keeper::new(10_000);
        let mut kept = 0;
        for i in 0..300_000 {
            match keeper.judge(&failing(i)) {
                Some((Because::Keep, 1)) => assert!(i < 10_000),
                Some((Because::Failure, 1)) => assert!(i < 100_000),
                Some((Because::Failure, 10)) => kept += 1,
                Some(other) => panic!("{i}: {other:?}"),
                None => assert!(i >= 100_000),
            }
        }
        assert!((19_300..20_700).contains(&kept), "{kept}");
    }

    #[test]
    fn whatever_is_in_the_sample_is_stored_also_when_it_fails() {
        let mut keeper = Keeper::new(10_000);
        keeper.resume_after(FAILURES_KEPT);
        for i in (1_000_000..1_100_000).filter(|i| in_sample(*i)) {
            assert!(keeper.judge(&failing(i)).is_some());
        }
    }

    #[test]
    fn the_nearest_misses_are_those_with_the_smallest_margins() {
        let mut keeper = Keeper::new(10_000);
        let margin = |i: u64| (split_mix(i) % 500) as f64 / 100.0 + 0.1;
        for i in 0..50_000 {
            keeper.offer(&passing(i, margin(i)), i < 10_000);
        }
        let mut all: Vec<(u64, u64)> = (0..50_000).map(|i| (margin(i).to_bits(), i)).collect();
        all.sort_unstable();
        let mut expected: Vec<u64> = all[..NEAREST_KEPT].iter().map(|(_, i)| *i).collect();
        expected.sort_unstable();
        let nearest = keeper.nearest();
        assert_eq!(nearest.iter().map(|n| n.rollout).collect::<Vec<_>>(), expected);
        assert!(nearest.iter().all(|n| n.outcome.is_none() == (n.rollout < 10_000)));
    }

    #[test]
    fn nothing_that_is_kept_is_held_back_by_the_workers() {
        let mut keeper = Keeper::new(10_000);
        for i in 9_000..60_000 {
            let (outcome, below) = (outcome(i), keeper.nearest_below());
            let kept = keeper.judge(&outcome).is_some();
            if keeper.offer(&outcome, kept) || kept {
                assert!(may_be_kept(&outcome, 10_000, below));
            }
        }
    }
}
