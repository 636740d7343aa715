//! What is asked, and the counting of every evaluation.

use super::linear::dot;
use super::points::Points;
use super::{Answer, Detail};
use crate::Estimate;
use std::ops::ControlFlow;

/// A limit state: points of standard normal space in, signed margins out; failure is a margin of at most 0.
pub trait LimitState {
    /// Number of independent standard normal inputs, at least 1.
    fn dim(&self) -> usize;

    /// Where the first input makes a choice between kinds (a latent state): their cumulated shares, ascending to 1; else nothing.
    fn choices(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Whether a point has hidden noise beside its inputs, so that its margin differs from one evaluation to the next.
    fn is_noisy(&self) -> bool {
        false
    }

    /// The margin of each point, in order. A margin that is not a number counts as a failure and marks the estimate.
    ///
    /// The margins of a point depend on nothing but the point, neither on its place in the batch nor on earlier batches, and on noise
    /// where there is some: drawn anew for each evaluation, or from where the point says ([`Points::parent`]).
    fn margins(&mut self, points: &Points, out: &mut [f64]);
}

/// What is told while an estimator works.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress<'a> {
    /// Evaluations so far.
    pub evaluations: u64,
    /// What it is doing.
    pub stage: &'a str,
}

/// Hears of every batch, and says whether to go on: this is how a clock or a user stops an estimator. What was stopped says so,
/// and is not reproducible.
pub type Tell<'a> = dyn FnMut(Progress<'_>) -> ControlFlow<()> + 'a;

/// The limit state behind a counter.
pub(crate) struct Meter<'a> {
    state: &'a mut dyn LimitState,
    budget: u64,
    spent: u64,
    stopped: bool,
    not_numbers: u64,
    stage: &'static str,
    closed: Vec<(Vec<f64>, f64)>,
    tell: &'a mut Tell<'a>,
}

impl<'a> Meter<'a> {
    pub fn new(state: &'a mut dyn LimitState, budget: u64, tell: &'a mut Tell<'a>) -> Self {
        Self { state, budget, spent: 0, stopped: false, not_numbers: 0, stage: "pilot", closed: Vec::new(), tell }
    }

    pub fn dim(&self) -> usize {
        self.state.dim()
    }

    /// Whether points have hidden noise.
    pub fn is_noisy(&self) -> bool {
        self.state.is_noisy()
    }

    /// Evaluations so far.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// Evaluations that are left: none once it was told to stop.
    pub fn left(&self) -> usize {
        if self.stopped {
            return 0;
        }
        usize::try_from(self.budget.saturating_sub(self.spent)).unwrap_or(usize::MAX)
    }

    /// The answer of a method, with what concerns them all.
    pub fn answer(&self, mut estimate: Estimate, method: &'static str, detail: Detail) -> Answer {
        if self.not_numbers > 0 {
            estimate = estimate.distrusted("margins-are-not-numbers");
        }
        if self.stopped {
            estimate = estimate.distrusted("stopped");
        }
        Answer { estimate, evaluations: self.spent, method, detail }
    }

    /// Whether it was told to stop.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// Says what comes next.
    pub fn stage(&mut self, stage: &'static str) {
        self.stage = stage;
    }

    /// Half-spaces that are closed from now on, each as a direction of length 1 and how far it goes: points beyond have an infinite
    /// margin, for which nothing is asked.
    pub fn close(&mut self, beyond: Vec<(Vec<f64>, f64)>) {
        self.closed = beyond;
    }

    /// The margins of all points; the caller sees to it that the budget holds them.
    pub fn margins(&mut self, points: &Points) -> Vec<f64> {
        self.margins_at(points).0
    }

    /// The same, and which evaluation each was; `u64::MAX` of those that were not asked.
    pub fn margins_at(&mut self, points: &Points) -> (Vec<f64>, Vec<u64>) {
        let first = self.spent;
        if self.closed.is_empty() {
            return (self.ask(points), (first..first + points.len() as u64).collect());
        }
        let closed = |x: &[f64]| self.closed.iter().any(|(along, far)| dot(along, x) > *far);
        let open: Vec<usize> = points.rows().enumerate().filter(|(_, x)| !closed(x)).map(|(k, _)| k).collect();
        let (mut out, mut evaluations) = (vec![f64::INFINITY; points.len()], vec![u64::MAX; points.len()]);
        if !open.is_empty() {
            let asked = self.ask(&points.select(open.iter().copied()));
            open.iter().zip(first..).zip(asked).for_each(|((k, at), g)| (out[*k], evaluations[*k]) = (g, at));
        }
        (out, evaluations)
    }

    fn ask(&mut self, points: &Points) -> Vec<f64> {
        let mut out = vec![f64::NAN; points.len()];
        self.state.margins(points, &mut out);
        self.spent += points.len() as u64;
        for g in &mut out {
            if g.is_nan() {
                self.not_numbers += 1;
                *g = f64::NEG_INFINITY;
            }
        }
        self.stopped |= (self.tell)(Progress { evaluations: self.spent, stage: self.stage }).is_break();
        out
    }
}
