//! Who failed which rollout: the paired table of two campaigns, exact.
//!
//! Rows are kept of all failures until there are too many of them. Beyond that index the failures of a campaign are thinned, and
//! what the table needs is driven again: never estimated.

use super::CHUNK;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Chunks that a thread drives at a time.
const CHUNKS: u64 = 16;

/// What is stored of one policy's failures in a scenario.
#[derive(Clone, Debug, Default)]
pub struct Failures {
    /// Indices of the failures that are stored, ascending.
    pub stored: Vec<u64>,
    /// All failures below this index are stored.
    pub complete_to: u64,
}

impl Failures {
    fn within(&self, range: &Range<u64>) -> &[u64] {
        let at = |index: u64| self.stored.partition_point(|i| *i < index);
        &self.stored[at(range.start)..at(range.end)]
    }
}

/// Drives the rollouts of a range: indices of those that fail, ascending.
pub type Drive<'a> = &'a (dyn Fn(Range<u64>) -> Vec<u64> + Sync);

/// The failures of two policies, matched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Of each half (without, with the hazard): rollouts that both fail.
    pub both: [u64; 2],
    /// Rollouts that B fails.
    pub failed_b: [u64; 2],
    /// The first that B alone fails, by index.
    pub first_only_b: [Vec<u64>; 2],
    /// Rollouts driven again, of both policies together.
    pub driven: u64,
}

impl Matched {
    /// Takes in two sets of failures, ascending, both whole.
    fn add(&mut self, a: &[u64], b: &[u64], half: &dyn Fn(u64) -> usize, first: usize) {
        for &index in b {
            let half = half(index);
            self.failed_b[half] += 1;
            if a.binary_search(&index).is_ok() {
                self.both[half] += 1;
            } else if self.first_only_b[half].len() < first {
                self.first_only_b[half].push(index);
            }
        }
    }

    /// Takes in what was found further on.
    fn append(&mut self, later: Matched, first: usize) {
        for half in 0..2 {
            self.both[half] += later.both[half];
            self.failed_b[half] += later.failed_b[half];
            let room = first.saturating_sub(self.first_only_b[half].len());
            self.first_only_b[half].extend(later.first_only_b[half].iter().take(room));
        }
        self.driven += later.driven;
    }
}

/// The failures of two policies in so many rollouts, matched by index. `half` is 0 without and 1 with the hazard; `first` is how
/// many rollouts are named that B alone fails. The result does not depend on `threads`.
pub fn matched(
    rollouts: u64,
    [a, b]: [&Failures; 2],
    drive: [Drive<'_>; 2],
    half: &(dyn Fn(u64) -> usize + Sync),
    first: usize,
    threads: usize,
) -> Matched {
    // Whole chunks are driven, so that the rest begins with one.
    let known = a.complete_to.min(b.complete_to).min(rollouts);
    let known = if known == rollouts { known } else { known - known % CHUNK };
    let mut all = Matched::default();
    all.add(a.within(&(0..known)), b.within(&(0..known)), half, first);
    let size = CHUNKS * CHUNK;
    let next = AtomicU64::new(0);
    let found = Mutex::new(Vec::new());
    let work = || {
        loop {
            let group = next.fetch_add(1, Ordering::Relaxed);
            let start = known + group * size;
            if start >= rollouts {
                break;
            }
            let part = group_of(start..(start + size).min(rollouts), [a, b], drive, half, first);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((group, part));
        }
    };
    if known < rollouts {
        thread::scope(|scope| (0..threads.max(1)).for_each(|_| _ = scope.spawn(work)));
    }
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(group, _)| *group);
    found.into_iter().for_each(|(_, part)| all.append(part, first));
    all
}

/// Some chunks of which not every failure is stored.
fn group_of(
    range: Range<u64>,
    sides: [&Failures; 2],
    drive: [Drive<'_>; 2],
    half: &dyn Fn(u64) -> usize,
    first: usize,
) -> Matched {
    let mut part = Matched::default();
    let mut begin = range.start;
    while begin < range.end {
        let chunk = begin..(begin + CHUNK).min(range.end);
        begin = chunk.end;
        let mut failures = |k: usize| {
            if sides[k].complete_to >= chunk.end {
                return sides[k].within(&chunk).to_vec();
            }
            part.driven += chunk.end - chunk.start;
            drive[k](chunk.clone())
        };
        // Where B fails nothing, A's failures are all its own: how many there are is in the ledger.
        let b = failures(1);
        if !b.is_empty() {
            let a = failures(0);
            part.add(&a, &b, half, first);
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use nines_sim::random::split_mix;

    const ROLLOUTS: u64 = 20_000;

    fn fails(seed: u64, every: u64) -> impl Fn(u64) -> bool {
        move |i| split_mix(i ^ (seed << 32)).is_multiple_of(every)
    }

    /// Failures of which all below an index are stored, and beyond it every third.
    fn thinned(fails: &dyn Fn(u64) -> bool, complete_to: u64) -> Failures {
        let stored = (0..ROLLOUTS).filter(|i| fails(*i) && (*i < complete_to || i % 3 == 0));
        Failures { stored: stored.collect(), complete_to }
    }

    fn half(i: u64) -> usize {
        (i & 1) as usize
    }

    #[test]
    fn what_is_not_stored_is_driven_again_and_the_table_is_exact() {
        let (a, b) = (fails(1, 40), fails(2, 300));
        let either = |i: u64| b(i) || (a(i) && i.is_multiple_of(3));
        let count = |test: &dyn Fn(u64) -> bool| {
            let mut halves = [0; 2];
            (0..ROLLOUTS).filter(|i| test(*i)).for_each(|i| halves[half(i)] += 1);
            halves
        };
        let only_b = |h: usize| (0..ROLLOUTS).filter(|i| half(*i) == h && either(*i) && !a(*i)).take(4).collect::<Vec<_>>();
        let drive_a = |range: Range<u64>| range.filter(|i| a(*i)).collect::<Vec<_>>();
        let drive_b = |range: Range<u64>| range.filter(|i| either(*i)).collect::<Vec<_>>();
        for (to_a, to_b) in [(ROLLOUTS, ROLLOUTS), (3000, ROLLOUTS), (ROLLOUTS, 777), (0, 5000), (256, 255), (19_999, 1)] {
            let (of_a, of_b) = (thinned(&a, to_a), thinned(&either, to_b));
            let run = |threads| matched(ROLLOUTS, [&of_a, &of_b], [&drive_a, &drive_b], &half, 4, threads);
            let got = run(1);
            assert_eq!((got.both, got.failed_b), (count(&|i| a(i) && either(i)), count(&either)), "{to_a} {to_b}");
            assert_eq!(got.first_only_b, [only_b(0), only_b(1)], "{to_a} {to_b}");
            assert_eq!(got.driven == 0, to_a == ROLLOUTS && to_b == ROLLOUTS);
            assert_eq!(got, run(3));
        }
    }

    #[test]
    fn nothing_is_driven_where_b_fails_nothing() {
        let none = |_: Range<u64>| -> Vec<u64> { panic!("A must not be driven") };
        let a = thinned(&fails(1, 40), 500);
        let b = Failures { stored: Vec::new(), complete_to: ROLLOUTS };
        let got = matched(ROLLOUTS, [&a, &b], [&none, &none], &half, 4, 2);
        assert_eq!(got, Matched::default());
    }
}
