//! An estimator over and over on one problem, and what its intervals are worth.

use crate::problems::Problem;
use nines_metrics::Confidence;
use nines_metrics::rare::{Answer, Estimator, Request};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is asked of each run.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Most evaluations of a run.
    pub budget: u64,
    /// The relative standard error that is enough.
    pub target: f64,
    /// Runs, with the seeds 1, 2, ….
    pub repeats: u64,
}

/// What came of all runs.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Runs.
    pub repeats: u64,
    /// Mean number of evaluations.
    pub evaluations: f64,
    /// True relative error: root of the mean of (estimate / reference - 1)²; a run without an estimate counts as 0.
    pub error: f64,
    /// Mean of the relative errors that the runs claim, of those that claim one.
    pub claimed: f64,
    /// Mean of estimate / reference - 1.
    pub bias: f64,
    /// Runs whose 95% interval holds the reference.
    pub covered: u64,
    /// Runs that pass their own diagnostics.
    pub unmarked: u64,
    /// Those of them whose interval holds the reference.
    pub unmarked_covered: u64,
    /// Those of them whose interval lies wholly below half or above twice the reference.
    pub unmarked_wrong: u64,
    /// Why the others were marked, and how often.
    pub marks: BTreeMap<String, u64>,
    /// The methods that gave the estimates, and how often.
    pub methods: BTreeMap<&'static str, u64>,
}

/// Runs the estimator over and over. The summary does not depend on the number of processors.
pub fn repeat(problem: &Problem, estimator: &(dyn Estimator + Sync), question: Question) -> Summary {
    summary(problem.reference, &answers(problem, estimator, question))
}

/// What each run came to, in the order of their seeds; they run on all processors.
pub fn answers(problem: &Problem, estimator: &(dyn Estimator + Sync), question: Question) -> Vec<Answer> {
    let next = AtomicU64::new(1);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut answers: Vec<(u64, Answer)> = std::thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed > question.repeats {
                    return done;
                }
                done.push((seed, run(problem, estimator, question, seed)));
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|w| w.join().expect("an estimator does not panic")).collect()
    });
    answers.sort_by_key(|(seed, _)| *seed);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn run(problem: &Problem, estimator: &dyn Estimator, question: Question, seed: u64) -> Answer {
    let confidence = Confidence::new(0.95).expect("0.95 lies between 0 and 1");
    let request = Request { budget: question.budget, target: question.target, confidence, seed };
    estimator.estimate(&mut problem.clone(), &request, &mut |_| ControlFlow::Continue(()))
}

/// What they say together, where the probability is `reference`.
pub fn summary(reference: f64, answers: &[Answer]) -> Summary {
    let n = answers.len() as f64;
    let ratio = |a: &Answer| a.estimate.estimate().unwrap_or(0.0) / reference;
    let mean = |f: &dyn Fn(&Answer) -> f64| answers.iter().map(f).sum::<f64>() / n;
    let holds = |a: &Answer| a.estimate.lower() <= reference && reference <= a.estimate.upper();
    let wrong = |a: &Answer| a.estimate.upper() < 0.5 * reference || a.estimate.lower() > 2.0 * reference;
    let ok = |a: &&Answer| a.estimate.diagnostics().ok;
    let count = |f: &dyn Fn(&&Answer) -> bool| answers.iter().filter(f).count() as u64;
    let claims: Vec<f64> = answers.iter().map(|a| a.detail.error).filter(|e| e.is_finite()).collect();
    let mut marks = BTreeMap::new();
    let mut methods = BTreeMap::new();
    for answer in answers {
        *methods.entry(answer.method).or_insert(0) += 1;
        if !answer.estimate.diagnostics().ok {
            for warning in &answer.estimate.diagnostics().warnings {
                *marks.entry(warning.clone()).or_insert(0) += 1;
            }
        }
    }
    Summary {
        repeats: answers.len() as u64,
        evaluations: mean(&|a| a.evaluations as f64),
        error: mean(&|a| (ratio(a) - 1.0) * (ratio(a) - 1.0)).sqrt(),
        claimed: claims.iter().sum::<f64>() / claims.len().max(1) as f64,
        bias: mean(&|a| ratio(a) - 1.0),
        covered: count(&|a| holds(a)),
        unmarked: count(&|a| ok(a)),
        unmarked_covered: count(&|a| ok(a) && holds(a)),
        unmarked_wrong: count(&|a| ok(a) && wrong(a)),
        marks,
        methods,
    }
}

impl Summary {
    /// Evaluations that a true error of 10% takes, if the error falls with the square root of the effort.
    pub fn cost10(&self) -> f64 {
        self.evaluations * (self.error / 0.1).powi(2).max(1.0)
    }
}
