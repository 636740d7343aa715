//! `cargo run --release -p nines-studies -- estimators`: the study behind `docs/estimators.md`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its results")]

use clap::{Parser, ValueEnum};
use nines_metrics::Confidence;
use nines_metrics::rare::{Answer, Auto, CrossEntropy, Estimator, LimitState, Neyman, Plain, Points, Qmc, Request, Subset};
use nines_studies::problems::{self, Problem};
use nines_studies::repeats::{Question, Summary, answers, summary};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Statistical studies of the estimators.
#[derive(Debug, Parser)]
enum Study {
    /// Repeats an estimator on limit states with known failure probabilities, and prints a table
    Estimators {
        /// Which estimator
        #[arg(long, value_enum, default_value = "auto")]
        method: Method,
        /// Which problems, as D01,D06 [default: all]
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
        /// Runs of each
        #[arg(long, default_value = "200")]
        repeats: u64,
        /// Most evaluations of a run
        #[arg(long, default_value = "200000")]
        budget: u64,
        /// Relative standard error that is enough
        #[arg(long, default_value = "0.1")]
        target: f64,
        /// Put the rows into this page too, in the place of those of the same problem and method
        #[arg(long, value_name = "FILE")]
        into: Option<PathBuf>,
        /// Print each run, too
        #[arg(long)]
        each: bool,
        /// Print an object of JSON for each problem, in the place of the table
        #[arg(long, conflicts_with = "each")]
        json: bool,
    },
    /// What single runs answer, in full precision: an object of JSON for each problem and seed. The Python package is tested against it
    Answers {
        /// Which estimators
        #[arg(long, value_enum, value_delimiter = ',', default_value = "auto")]
        method: Vec<Method>,
        /// Which problems, as D01,D06 [default: all]
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
        /// Runs of each, with the seeds 1, 2, …
        #[arg(long, default_value = "1")]
        repeats: u64,
        /// Most evaluations of a run
        #[arg(long, default_value = "200000")]
        budget: u64,
    },
    /// What estimators themselves take, in nanoseconds for each evaluation of a limit state that takes next to nothing, as JSON
    Cost {
        /// Inputs of the limit state
        #[arg(long)]
        inputs: usize,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Method {
    Mc,
    Qmc,
    Neyman,
    Ce,
    Subset,
    Auto,
}

impl Method {
    fn estimator(self) -> &'static (dyn Estimator + Sync) {
        match self {
            Self::Mc => &Plain,
            Self::Qmc => &Qmc,
            Self::Neyman => &Neyman,
            Self::Ce => &CrossEntropy,
            Self::Subset => &Subset,
            Self::Auto => &Auto,
        }
    }
}

const HEAD: &str = "\
| method, problem | inputs | probability | evaluations | aim | true error | claimed | bias | covered | unmarked | of them covered | wrong | runs | by | marks |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

fn main() -> std::io::Result<()> {
    match Study::parse() {
        Study::Cost { inputs } => cost(inputs),
        Study::Answers { method, only, repeats, budget } => {
            for (problem, method) in asked(&only).flat_map(|problem| method.iter().map(move |method| (problem, *method))) {
                let found = answers(&problem, method.estimator(), Question { budget, target: 0.1, repeats });
                found
                    .iter()
                    .zip(1..)
                    .for_each(|(answer, seed)| println!("{}", exactly(&problem, method.estimator().name(), seed, answer)));
            }
        }
        Study::Estimators { method, only, repeats, budget, target, into, each, json } => {
            let question = Question { budget, target, repeats };
            if !json {
                println!("{HEAD}");
            }
            for problem in asked(&only) {
                study(&problem, method.estimator(), question, into.as_deref(), each, json)?;
            }
        }
    }
    Ok(())
}

fn asked(only: &[String]) -> impl Iterator<Item = Problem> {
    problems::all().into_iter().filter(|p| only.is_empty() || only.iter().any(|id| id == p.id))
}

/// An answer to the bit: the shortest digits that read back as the same number.
fn exactly(problem: &Problem, asked: &str, seed: u64, answer: &Answer) -> String {
    let e = &answer.estimate;
    let maybe = |x: Option<f64>| x.map_or("null".into(), |x| format!("{x:?}"));
    format!(
        r#"{{"problem": "{}", "asked": "{asked}", "seed": {seed}, "estimate": {}, "lower": {:?}, "upper": {:?}, "one_sided_lower": {:?}, "one_sided_upper": {:?}, "reach": {}, "upper_with_reach": {}, "evaluations": {}, "method": "{}", "ok": {}, "warnings": {:?}}}"#,
        problem.id,
        maybe(e.estimate()),
        e.lower(),
        e.upper(),
        e.one_sided_lower(),
        e.one_sided_upper(),
        maybe(e.reach()),
        maybe(e.upper_with_reach()),
        answer.evaluations,
        answer.method,
        e.diagnostics().ok,
        e.diagnostics().warnings,
    )
}

fn study(
    problem: &Problem,
    estimator: &(dyn Estimator + Sync),
    question: Question,
    into: Option<&Path>,
    each: bool,
    json: bool,
) -> std::io::Result<()> {
    let begun = Instant::now();
    let answers = answers(problem, estimator, question);
    if each {
        answers.iter().zip(1..).for_each(|(answer, seed)| println!("{}", line(seed, problem, answer)));
    }
    let summary = summary(problem.reference, &answers);
    let row = row(problem, estimator.name(), &summary);
    println!("{}", if json { object(problem, &summary) } else { row.clone() });
    eprintln!("{} ms a run", begun.elapsed().as_millis() / u128::from(question.repeats));
    if let Some(page) = into {
        replace(page, &row)?;
    }
    Ok(())
}

fn object(problem: &Problem, s: &Summary) -> String {
    format!(
        r#"{{"problem": "{}", "evaluations": {:.0}, "error": {:.5}, "covered": {}, "unmarked": {}, "repeats": {}}}"#,
        problem.id, s.evaluations, s.error, s.covered, s.unmarked, s.repeats
    )
}

/// One plane across the first input: no state could take less.
struct Plane(usize);

impl LimitState for Plane {
    fn dim(&self) -> usize {
        self.0
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        for (x, g) in points.rows().zip(out) {
            *g = 4.0 - x[0].abs();
        }
    }
}

fn cost(inputs: usize) {
    let confidence = Confidence::new(0.95).expect("0.95 lies between 0 and 1");
    let time = |estimator: &dyn Estimator, budget: u64| {
        let (mut evaluations, begun) = (0, Instant::now());
        for seed in 1..=3 {
            let request = Request { budget, target: 0.1, confidence, seed };
            evaluations += estimator.estimate(&mut Plane(inputs), &request, &mut |_| ControlFlow::Continue(())).evaluations;
        }
        begun.elapsed().as_nanos() as f64 / evaluations as f64
    };
    let plain = time(&Plain, (4_000_000 / inputs) as u64);
    println!(r#"{{"mc": {plain:.1}, "subset": {:.1}, "auto": {:.1}}}"#, time(&Subset, 200_000), time(&Auto, 200_000));
}

/// A run in a line: all probabilities over the reference.
fn line(seed: u64, problem: &Problem, answer: &Answer) -> String {
    let (e, d) = (&answer.estimate, &answer.detail);
    let part = |p: f64| p / problem.reference;
    format!(
        "seed {seed}: {} {:.3} ({:.3} to {:.3}), {} evaluations, sample {}, error {:.3}, effective {:.0}, components {}, searches {:.3?}, marks {:?}",
        answer.method,
        part(e.estimate().unwrap_or(0.0)),
        part(e.lower()),
        part(e.upper()),
        answer.evaluations,
        d.sample,
        d.error,
        d.effective.unwrap_or(0.0),
        d.components.unwrap_or(0),
        d.replicates.iter().copied().map(part).collect::<Vec<f64>>(),
        e.diagnostics().warnings,
    )
}

/// The row in the place of the one that begins alike, or after the last row of its method.
fn replace(page: &Path, row: &str) -> std::io::Result<()> {
    let key = |line: &str| line.split('|').nth(1).map(str::to_owned);
    let text = std::fs::read_to_string(page)?;
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(at) = lines.iter().position(|l| l.starts_with("| ") && key(l) == key(row)) {
        lines[at] = row;
    } else {
        let method = row.split_inclusive(' ').take(2).collect::<String>();
        let last = lines
            .iter()
            .rposition(|l| l.starts_with(&method))
            .or_else(|| HEAD.lines().last().and_then(|h| lines.iter().rposition(|l| *l == h)));
        lines.insert(last.map_or(lines.len(), |k| k + 1), row);
    }
    std::fs::write(page, lines.join("\n") + "\n")
}

fn row(problem: &Problem, method: &str, s: &Summary) -> String {
    let percent = |k: u64, n: u64| if n == 0 { "-".to_owned() } else { format!("{:.1}%", 100.0 * k as f64 / n as f64) };
    let of = |(name, k): (&str, u64)| if k == s.repeats { name.to_owned() } else { format!("{name} {k}") };
    let methods: Vec<String> = s.methods.iter().map(|(m, k)| of((m, *k))).collect();
    let marks: Vec<String> = s.marks.iter().map(|(m, k)| of((m, *k))).collect();
    format!(
        "| {method} {}{}: {} | {} | {:.2e} | {:.0} | {} | {:.1}% | {:.1}% | {:+.1}% | {} | {} | {} | {} | {} | {} | {} |",
        problem.id,
        if problem.trap { " (trap)" } else { "" },
        problem.what,
        problem.dim,
        problem.reference,
        s.evaluations,
        problem.aim.map_or_else(String::new, |a| a.to_string()),
        100.0 * s.error,
        100.0 * s.claimed,
        100.0 * s.bias,
        percent(s.covered, s.repeats),
        percent(s.unmarked, s.repeats),
        percent(s.unmarked_covered, s.unmarked),
        s.unmarked_wrong,
        s.repeats,
        methods.join(", "),
        marks.join(", "),
    )
}
