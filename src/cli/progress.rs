//! Progress of a run on stderr: a bar, or lines at the quarters.

use super::args::ProgressChoice;
use super::output::Output;
use crate::campaign::{Counts, Event};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nines_metrics::{Confidence, Sample};
use nines_viz::numbers::{count, probability_interval};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Least time between two lines, unless it is the last.
const LINES_APART: Duration = Duration::from_secs(10);
/// Least time between two texts beside a bar.
const TEXTS_APART: Duration = Duration::from_millis(100);

/// Columns of the bar and the percentage, and one that stays free.
const BAR_WIDTH: usize = 18;

/// Shows events while a campaign runs.
pub struct Progress<'a> {
    output: &'a Output,
    confidence: f64,
    bar: Option<ProgressBar>,
    lines: bool,
    begin: Instant,
    total: u64,
    before: u64,
    done: u64,
    faults: u64,
    faults_before: u64,
    quarter: u64,
    last: Option<Instant>,
}

impl<'a> Progress<'a> {
    /// Progress as asked for.
    pub fn new(choice: ProgressChoice, confidence: f64, output: &'a Output) -> Self {
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
            bar,
            lines,
            begin,
            total: 0,
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
                self.quarter = 4 * self.done / self.total.max(1);
                if let Some(bar) = &self.bar {
                    bar.set_length(*rollouts);
                    bar.set_position(*resumed);
                }
                if *resumed > 0 {
                    self.say(&format!("going on after {} rollouts", count(*resumed)));
                }
            }
            Event::Chunk { name, rollouts, counts } => self.chunk(name, *rollouts, counts),
            Event::Fault { name, rollout, kinds } => {
                let text = format!("{name}/{rollout} ended in a policy fault ({}), which counts as a failure", kinds.join(", "));
                self.say(&self.output.paint(33, &format!("warning: {text}")));
            }
            Event::Warning { text } => self.say(&self.output.paint(33, &format!("warning: {text}"))),
            Event::Stopping => self.say("stopping: the work in hand is finished first; again to leave at once"),
            Event::Ended { counts, .. } => self.faults_before += counts.faults,
            Event::Finished { .. } => {
                if let Some(bar) = &self.bar {
                    bar.finish_and_clear();
                }
            }
            Event::Scenario { .. } | Event::Saved { .. } => {}
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
            bar.set_position(self.done);
            if apart(TEXTS_APART) {
                let room = self.output.width().saturating_sub(BAR_WIDTH);
                let parts = [self.speed(), name.to_owned(), interval(counts, self.confidence)];
                bar.set_message(fitting(&parts, room));
                self.last = Some(Instant::now());
            }
        }
        let quarter = 4 * self.done / self.total.max(1);
        let end = self.done == self.total;
        if self.lines && (end || quarter > self.quarter && apart(LINES_APART) && self.begin.elapsed() >= LINES_APART) {
            (self.quarter, self.last) = (quarter, Some(Instant::now()));
            let digits = count(self.total).len();
            let percent = 100 * self.done / self.total.max(1);
            self.say(&format!("{percent:>3}%  {:>digits$} rollouts  {}", count(self.done), self.speed()));
        }
    }

    /// Rollouts per second, time left, faults.
    fn speed(&self) -> String {
        let seconds = self.begin.elapsed().as_secs_f64().max(1e-3);
        let per_s = (self.done - self.before) as f64 / seconds;
        let time = match self.total - self.done {
            0 => format!("{seconds:.1} s"),
            left => format!("about {:.0} s left", left as f64 / per_s.max(1e-3)),
        };
        let faults = if self.faults > 0 { format!("   {} policy faults", count(self.faults)) } else { String::new() };
        format!("{} per s   {time}{faults}", count(per_s as u64))
    }

    fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.output.note(line)),
            None => self.output.note(line),
        }
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
fn interval(counts: &Counts, confidence: f64) -> String {
    let known = nines_metrics::Counts::new(counts.hazard_rollouts, counts.hazard_failures).ok();
    let known = known.zip(Confidence::new(confidence).ok());
    known.map_or(String::new(), |(counts, confidence)| {
        let estimate = Sample::all(counts).estimate(confidence);
        probability_interval(estimate.lower(), estimate.upper())
    })
}
