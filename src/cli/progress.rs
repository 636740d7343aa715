//! Progress of a run on stderr: a bar, or lines at the quarters.

use super::args::ProgressChoice;
use super::output::Output;
use crate::campaign::{Counts, Event};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nines_metrics::{Confidence, Plan, Sample};
use nines_viz::Status;
use nines_viz::numbers::{count, probability_interval};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Least time between two lines, unless it is the last.
const LINES_APART: Duration = Duration::from_secs(10);
/// Least time between two texts beside a bar.
const TEXTS_APART: Duration = Duration::from_millis(100);
/// What is done within this is done without a word.
const QUIET_FOR: Duration = Duration::from_secs(1);

/// Steps of the bar; the quarters and whole percents are among them.
const BAR_STEPS: u64 = 10_000;
const QUARTERS: u64 = 4;
/// Columns of the bar and the percentage, and one that stays free.
const BAR_WIDTH: usize = 18;

/// Shows events while a campaign runs.
pub struct Progress<'a> {
    output: &'a Output,
    confidence: f64,
    plan: Plan,
    bar: Option<ProgressBar>,
    lines: bool,
    begin: Instant,
    /// What ends the run where no number of rollouts does.
    time: Option<Duration>,
    /// Rollouts that there will be at most; `None` where a time ends them.
    total: Option<u64>,
    /// Rollouts that the scenario in work will have at most.
    asked: u64,
    before: u64,
    done: u64,
    faults: u64,
    faults_before: u64,
    quarter: u64,
    last: Option<Instant>,
}

impl<'a> Progress<'a> {
    /// Progress as asked for.
    pub fn new(choice: ProgressChoice, confidence: f64, plan: Plan, time: Option<Duration>, output: &'a Output) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = match choice {
            ProgressChoice::Auto => terminal,
            ProgressChoice::Bar => true,
            ProgressChoice::Lines | ProgressChoice::None => false,
        };
        let lines = matches!(choice, ProgressChoice::Auto | ProgressChoice::Lines) && !bar;
        let style = ProgressStyle::with_template("{bar:10} {percent:>3}%  {msg}").map(|style| style.progress_chars("#>-"));
        let bar = style.ok().filter(|_| bar).map(|style| {
            let target = if terminal { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
            ProgressBar::with_draw_target(None, target).with_style(style)
        });
        let begin = Instant::now();
        Self {
            output,
            confidence,
            plan,
            bar,
            lines,
            begin,
            time,
            total: None,
            asked: 0,
            before: 0,
            done: 0,
            faults: 0,
            faults_before: 0,
            quarter: 0,
            last: None,
        }
    }

    /// Shows an event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Started { rollouts, resumed, .. } => {
                (self.total, self.before, self.done) = (*rollouts, *resumed, *resumed);
                self.quarter = self.quarters();
                if let Some(bar) = &self.bar {
                    bar.set_length(BAR_STEPS);
                    bar.set_position(self.steps());
                }
                if *resumed > 0 {
                    self.say(&format!("going on after {} rollouts", count(*resumed)));
                }
            }
            Event::Chunk { name, rollouts, counts } => self.chunk(name, *rollouts, counts),
            Event::Fault { name, rollout, kinds, note } => {
                let text = format!("{name}/{rollout} ended in a policy fault ({}), which counts as a failure", kinds.join(", "));
                self.say(&self.output.paint(33, &format!("warning: {text}")));
                for line in note.iter().flat_map(|note| note.fault.text.lines()) {
                    self.say(&format!("  {line}"));
                }
            }
            Event::Unsteady { .. } => {} // the summary warns of it, whole
            Event::Warning { text } => self.say(&self.output.paint(33, &format!("warning: {text}"))),
            Event::Stopping => self.say("stopping: the work in hand is finished first; again to leave at once"),
            Event::Scenario { rollouts, .. } => self.asked = *rollouts,
            Event::Ended { counts, status, .. } => {
                self.faults_before += counts.faults;
                // What need not be driven any more.
                if let (Status::Decided, Some(total)) = (status, &mut self.total) {
                    *total = total.saturating_sub(self.asked.saturating_sub(counts.rollouts));
                }
            }
            Event::Finished { status } => {
                if let Some(bar) = &self.bar {
                    bar.finish_and_clear();
                }
                // Where results end a run no chunk is known to be the last one.
                if self.lines && *status <= Status::Decided {
                    self.line(100, self.done, None);
                }
            }
            Event::Saved { .. } => {}
        }
    }

    fn chunk(&mut self, name: &str, rollouts: u64, counts: &Counts) {
        self.done += rollouts;
        self.faults = self.faults_before + counts.faults;
        if self.output.verbose > 1 {
            self.say(&format!("{name}  {} rollouts  {} failures", count(counts.rollouts), count(counts.failures)));
        }
        let last = self.last;
        let apart = |least| last.is_none_or(|last| last.elapsed() >= least);
        if let Some(bar) = &self.bar {
            bar.set_position(self.steps());
            if apart(TEXTS_APART) {
                let room = self.output.width().saturating_sub(BAR_WIDTH);
                let parts = [self.speed(self.left()), name.to_owned(), interval(counts, self.confidence, self.plan)];
                bar.set_message(fitting(&parts, room));
                self.last = Some(Instant::now());
            }
        }
        let quarter = self.quarters();
        let due = (self.quarter + 1..QUARTERS).contains(&quarter);
        if self.lines && due && apart(LINES_APART) && self.begin.elapsed() >= LINES_APART {
            (self.quarter, self.last) = (quarter, Some(Instant::now()));
            self.line(100 * self.steps() / BAR_STEPS, self.total.unwrap_or(self.done), self.left());
        }
    }

    fn line(&self, percent: u64, most: u64, left: Option<f64>) {
        let digits = count(most).len();
        self.say(&format!("{percent:>3}%  {:>digits$} rollouts  {}", count(self.done), self.speed(left)));
    }

    /// Steps of the bar that are done: of the rollouts, or of the time where that ends them.
    fn steps(&self) -> u64 {
        let (done, of) = match (self.total, self.time) {
            (Some(total), _) => (self.done.into(), total.into()),
            (None, Some(time)) => (self.begin.elapsed().as_millis(), time.as_millis()),
            (None, None) => return 0,
        };
        (u128::from(BAR_STEPS) * done / of.max(1)).min(BAR_STEPS.into()) as u64
    }

    /// Quarters of the work that are done.
    fn quarters(&self) -> u64 {
        QUARTERS * self.steps() / BAR_STEPS
    }

    /// Seconds that are left, as far as can be told; `None` once nothing is.
    fn left(&self) -> Option<f64> {
        let left = match (self.total, self.time) {
            (Some(total), _) => total.saturating_sub(self.done) as f64 / self.per_s().max(1e-3),
            (None, time) => time?.checked_sub(self.begin.elapsed())?.as_secs_f64(),
        };
        (left > 0.0).then_some(left)
    }

    fn per_s(&self) -> f64 {
        (self.done - self.before) as f64 / self.begin.elapsed().as_secs_f64().max(1e-3)
    }

    /// Rollouts per second, time left or taken, faults.
    fn speed(&self, left: Option<f64>) -> String {
        let time = match left {
            Some(left) => format!("about {left:.0} s left"),
            None => format!("{:.1} s", self.begin.elapsed().as_secs_f64()),
        };
        let faults = if self.faults > 0 { format!("   {} policy faults", count(self.faults)) } else { String::new() };
        format!("{} per s   {time}{faults}", count(self.per_s() as u64))
    }

    fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.output.note(line)),
            None => self.output.note(line),
        }
    }
}

/// What is being done, in a line on a terminal, once it takes long.
pub struct Doing {
    line: Option<ProgressBar>,
    begin: Instant,
}

impl Doing {
    /// Silent where stderr is no terminal, or quiet was asked for.
    pub fn new(output: &Output) -> Self {
        let shown = std::io::stderr().is_terminal() && !output.is_quiet();
        let style = ProgressStyle::with_template("{msg} ({elapsed})").ok().filter(|_| shown);
        let line =
            style.map(|style| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10)).with_style(style));
        Self { line, begin: Instant::now() }
    }

    /// A scenario is being driven.
    pub fn say(&self, scenario: &str) {
        if let Some(line) = self.line.as_ref().filter(|_| self.begin.elapsed() >= QUIET_FOR) {
            line.set_message(format!("trying out {scenario}; --quick leaves the driving out"));
            line.tick();
        }
    }

    /// Nothing is done any more.
    pub fn end(&self) {
        self.line.iter().for_each(ProgressBar::finish_and_clear);
    }
}

/// As many of the parts as fit into a line.
fn fitting(parts: &[String], room: usize) -> String {
    let mut out = String::new();
    for part in parts {
        if !out.is_empty() && out.chars().count() + 2 + part.chars().count() > room {
            break;
        }
        out += if out.is_empty() { "" } else { "  " };
        out += part;
    }
    out
}

/// The interval of the scenario in work, per hazard.
fn interval(counts: &Counts, confidence: f64, plan: Plan) -> String {
    let known = nines_metrics::Counts::new(counts.hazard_rollouts, counts.hazard_failures).ok();
    let known = known.zip(Confidence::new(confidence).ok());
    known.map_or(String::new(), |(counts, confidence)| {
        let estimate = Sample::all(counts).under(plan).estimate(confidence);
        probability_interval(estimate.lower(), estimate.upper())
    })
}
