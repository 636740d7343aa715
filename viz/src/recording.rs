//! Recordings of rollouts for the Rerun viewer.
//!
//! Entity paths are a documented tree (`docs/replay.md`):
//! ```text
//! about                    what is shown, and how it ended
//! world                    the classes' names and colours; x along the initial ego lane, y left, z up, m
//! world/road/…             surfaces, markings, zones, signals
//! world/ego                pose; below it its box, its lamps, and how far it sees people
//! world/follow             the ego's place without its heading: the view from above goes with it
//! world/paths/…            where the ego and all who move go
//! world/actors/NAME        pose and truth: solid in view, dim where hidden
//! world/observed/NAME      what the policy is told: outline and velocity
//! world/sight/shadows/…    ground in which a child would be hidden from the sensor
//! world/failure            where and what failed
//! world/marks/…            where the ego was when it was evident, perceived, and last avoidable
//! world/beside/…           the same rollout under another policy: its ego, and actors that go elsewhere
//! world/others/…           other rollouts: paths, boxes, places of failure
//! plots/…                  margins, controls, distance, beliefs and cues; what is beside; others
//! state/…                  outcome, latent states, signals, sight and mode of each actor
//! log                      events
//! ```
//! Three timelines: `sim_time` (s), `step`, and `to_event` (s): the time to the failure, else to the nearest approach, where it ends.

mod about;
mod actors;
mod beside;
mod blueprint;
mod drive;
mod ego;
mod events;
mod layout;
mod marks;
mod observed;
mod others;
mod palette;
mod plots;
mod road;
mod series;
mod shapes;
mod sight;
mod states;

use std::path::{Path, PathBuf};

use nines_sim::Template;
use rerun::time::TimeCell;
use rerun::{EntityPath, RecordingStream, RecordingStreamBuilder, RecordingStreamError};

pub use drive::Drive;

use crate::Marks;

/// Name under which the viewer keeps the layout.
const APPLICATION: &str = "nines";

/// Version of the viewer that reads what is written here.
pub const VIEWER_VERSION: &str = "0.36.3";

/// Why a recording could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The trace holds no frame.
    #[error("the trace of {scenario} holds no frame")]
    Empty {
        /// Name of the scenario.
        scenario: String,
    },
    /// The trace and the template do not belong together.
    #[error("the trace has {traced} actors, the scenario {scenario} has {declared}")]
    Mismatch {
        /// Name of the scenario.
        scenario: String,
        /// Actors of the trace.
        traced: usize,
        /// Actors of the template.
        declared: usize,
    },
    /// The file could not be made.
    #[error("cannot write {}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<RecordingStreamError>,
    },
    /// The recording could not be written to its end.
    #[error("the recording could not be written")]
    Write(#[source] Box<RecordingStreamError>),
    /// The last of it did not reach the file.
    #[error("the end of the recording did not reach the file")]
    Flush(#[source] rerun::sink::SinkFlushError),
}

impl From<RecordingStreamError> for RecordingError {
    fn from(error: RecordingStreamError) -> Self {
        RecordingError::Write(Box::new(error))
    }
}

/// What is to be recorded: one rollout in full, and what is drawn beside it.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    title: &'a str,
    template: &'a Template,
    shown: Drive<'a>,
    marks: Option<&'a Marks>,
    beside: Option<Drive<'a>>,
    others: &'a [Drive<'a>],
    left_out: u64,
}

impl<'a> Recording<'a> {
    /// One rollout.
    pub fn of(title: &'a str, template: &'a Template, shown: Drive<'a>) -> Self {
        Self { title, template, shown, marks: None, beside: None, others: &[], left_out: 0 }
    }

    /// With the moments that looking back at it found.
    pub fn marked(self, marks: &'a Marks) -> Self {
        Self { marks: Some(marks), ..self }
    }

    /// With the same rollout under another policy.
    pub fn beside(self, other: Drive<'a>) -> Self {
        Self { beside: Some(other), ..self }
    }

    /// With other rollouts of the scenario as thin paths, and how many of their kind are left out.
    pub fn over(self, others: &'a [Drive<'a>], left_out: u64) -> Self {
        Self { others, left_out, ..self }
    }

    /// Writes it to a file, with a layout that shows scene, states, plots and events at once.
    ///
    /// # Errors
    /// Where a trace is empty or of another scenario, and where the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), RecordingError> {
        let scenario = || self.template.name.clone();
        for trace in std::iter::once(&self.shown).chain(&self.beside).chain(self.others).map(|drive| drive.trace) {
            if trace.frames.is_empty() {
                return Err(RecordingError::Empty { scenario: scenario() });
            }
            let (traced, declared) = (trace.actors.len(), self.template.actors.len());
            if traced != declared {
                return Err(RecordingError::Mismatch { scenario: scenario(), traced, declared });
            }
        }
        let id = format!("{}-{}-{:016x}", scenario(), self.shown.outcome.rollout, self.shown.outcome.digest);
        let rec = RecordingStreamBuilder::new(APPLICATION)
            .recording_id(id)
            .save(path)
            .map_err(|e| RecordingError::Create { path: path.into(), source: Box::new(e) })?;
        let scene = Scene { rec: &rec, of: *self };
        scene.log()?;
        rec.flush_blocking().map_err(RecordingError::Flush)
    }
}

/// What every part of a recording reads.
struct Scene<'a> {
    rec: &'a RecordingStream,
    of: Recording<'a>,
}

impl Scene<'_> {
    fn log(&self) -> Result<(), RecordingError> {
        let frames = &self.of.shown.trace.frames;
        layout::send(self)?;
        states::outcomes(self)?;
        self.rec.send_recording_name(self.of.title)?;
        self.rec.log_static("about", &rerun::TextDocument::from_markdown(about::text(self)))?;
        self.rec.log_static("world", &palette::classes())?;
        self.rec.log_static("world", &rerun::ViewCoordinates::RIGHT_HAND_Z_UP())?;
        road::log(self)?;
        ego::declare(self)?;
        plots::declare(self)?;
        states::declare(self)?;
        sight::declare(self)?;
        marks::log(self)?;
        others::declare(self)?;
        for (step, frame) in frames.iter().enumerate() {
            self.at(step, frame.time_s);
            let previous = step.checked_sub(1).map(|k| &frames[k]);
            road::signals(self, frame, previous)?;
            ego::log(self, step, frame)?;
            actors::log(self, frame, previous)?;
            observed::log(self, frame, previous)?;
            sight::log(self, frame)?;
            plots::log(self, step, frame)?;
            states::log(self, step, frame, previous)?;
            events::log(self, step, frame)?;
        }
        beside::log(self)?;
        others::log(self)
    }

    /// The moment that the timeline `to_event` leads to, s.
    fn event_s(&self) -> Option<f64> {
        let failed = |drive: &Drive| drive.event_s().filter(|_| drive.outcome.failed());
        failed(&self.of.shown).or_else(|| self.of.beside.as_ref().and_then(failed)).or_else(|| self.of.shown.event_s())
    }

    /// Whether drives go on for so long after that moment that a recording should not open at their end.
    fn goes_on(&self) -> bool {
        let drives = std::iter::once(&self.of.shown).chain(&self.of.beside).chain(self.of.others);
        let end_s = drives.map(Drive::end_s).fold(0.0, f64::max);
        self.event_s().is_some_and(|event_s| end_s - event_s > 0.3)
    }

    /// Sets the timelines.
    fn at(&self, step: usize, time_s: f64) {
        self.rec.set_duration_secs("sim_time", time_s);
        self.rec.set_time_sequence("step", step as i64);
        // What comes after the event is not on this timeline, so that its end is the event.
        match self.event_s().map(|event_s| time_s - event_s).filter(|s| *s < 1e-9) {
            Some(to_event_s) => self.rec.set_time("to_event", before(to_event_s)),
            None => self.rec.disable_timeline("to_event"),
        }
    }
}

/// A time at or before zero, which durations of the standard library do not know.
fn before(time_s: f64) -> TimeCell {
    TimeCell::from_duration_nanos((time_s * 1e9).round() as i64)
}

/// A path whose last part is a name: whatever its characters, it stays one part.
fn named(root: &str, name: &str) -> EntityPath {
    EntityPath::from(root) / rerun::EntityPathPart::new(name)
}
