//! How many failure regions independent runs of subset simulation came to.

use super::points::Points;
use crate::modes::modes;

/// Failures of some runs.
#[derive(Clone, Debug)]
pub(crate) struct Regions {
    points: Points,
    /// Which run each is of.
    run: Vec<usize>,
    runs: usize,
}

impl Regions {
    pub fn new(dim: usize) -> Self {
        Self { points: Points::new(dim), run: Vec::new(), runs: 0 }
    }

    /// Failures of a run more. Of points that chains share one is taken: they are one failure.
    pub fn add(&mut self, failures: &Points) {
        let first = self.run.len();
        for x in failures.rows() {
            if !(first..self.run.len()).any(|k| self.points.row(k) == x) {
                self.points.push(x);
                self.run.push(self.runs);
            }
        }
        self.runs += 1;
    }

    /// The peaks of their density that failures of two runs at least belong to, and 1 at the least: relatives within a run make peaks of
    /// their own, and independent runs do not make the same.
    pub fn count(&self) -> usize {
        let found = modes(&self.points, &vec![1.0; self.run.len()], &vec![0; self.run.len()]);
        let met_twice = |members: &[usize]| members.windows(2).any(|pair| self.run[pair[0]] != self.run[pair[1]]);
        found.iter().filter(|mode| met_twice(&mode.members)).count().max(1)
    }
}
