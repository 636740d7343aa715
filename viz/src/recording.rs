//! Recordings of single rollouts for the Rerun viewer.
//!
//! Entity paths are a documented tree:
//! ```text
//! about                    what is shown, and how it ended
//! world/road/…             surfaces, markings, zones, signals
//! world/ego                pose; below it its box, its driven path beside it
//! world/actors/NAME        pose and truth: solid in view, dim where hidden
//! world/observed/NAME      what the policy is told: outline and velocity
//! world/sight/…            what the sensor covers, and the shadows behind what occludes
//! world/failure            where and what failed
//! plots/…                  margins, speed, acceleration, distance, belief, cues
//! state/…                  outcome, signals, whether each actor is hidden, in view or detected
//! log                      events
//! ```
//! Two timelines: `sim_time` (s) and `step`. Frame: x along the initial ego lane, y left, z up, m.

mod actors;
mod ego;
mod events;
mod layout;
mod palette;
mod plots;
mod road;
mod shapes;
mod sight;
mod states;

use std::path::{Path, PathBuf};

use nines_sim::{Frame, Outcome, Template, Trace, Verdict};
use rerun::{RecordingStream, RecordingStreamBuilder, RecordingStreamError};

/// Name under which the viewer keeps the layout.
const APPLICATION: &str = "nines";

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

/// What every part of a recording reads.
struct Scene<'a> {
    rec: &'a RecordingStream,
    template: &'a Template,
    trace: &'a Trace,
    outcome: &'a Outcome,
    title: &'a str,
}

impl Scene<'_> {
    /// The frame at which the rollout failed.
    fn failed_frame(&self) -> Option<usize> {
        let by_fault = self.outcome.fault.map(|(_, step)| step as usize);
        let by_time = self.outcome.failed_s.map(|s| self.trace.frames.partition_point(|f| f.time_s < s - 1e-9));
        by_time.or(by_fault).filter(|_| self.outcome.verdict != Verdict::Pass).map(|k| k.min(self.trace.frames.len() - 1))
    }

    /// What failed, in words: "collision with child".
    fn failure(&self) -> Option<String> {
        let cause = match (self.outcome.cause, self.outcome.fault) {
            (Some(cause), _) => cause.name().replace('_', " "),
            (None, Some((fault, _))) => format!("policy fault: {}", fault.name().replace('_', " ")),
            (None, None) => return None,
        };
        let with = self.outcome.with.and_then(|k| self.trace.actors.get(k as usize));
        Some(with.map_or(cause.clone(), |actor| format!("{cause} with {}", actor.name)))
    }

    /// Actors that exist in this world, with their index.
    fn active(&self) -> impl Iterator<Item = (usize, &nines_sim::TracedActor)> {
        self.trace.actors.iter().enumerate().filter(|(_, actor)| actor.active)
    }

    fn at(&self, step: usize, frame: &Frame) {
        self.rec.set_duration_secs("sim_time", frame.time_s);
        self.rec.set_time_sequence("step", step as i64);
    }
}

/// Writes the recording of one rollout to a file, with a layout that shows the scene, its states, plots and events at once.
///
/// # Errors
/// Where the trace is empty or of another scenario, and where the file cannot be written.
pub fn record(path: &Path, template: &Template, trace: &Trace, outcome: &Outcome, title: &str) -> Result<(), RecordingError> {
    if trace.frames.is_empty() {
        return Err(RecordingError::Empty { scenario: template.name.clone() });
    }
    if trace.actors.len() != template.actors.len() {
        let (traced, declared) = (trace.actors.len(), template.actors.len());
        return Err(RecordingError::Mismatch { scenario: template.name.clone(), traced, declared });
    }
    let id = format!("{}-{}-{:016x}", template.name, outcome.rollout, outcome.digest);
    let rec = RecordingStreamBuilder::new(APPLICATION)
        .recording_id(id)
        .save(path)
        .map_err(|e| RecordingError::Create { path: path.into(), source: Box::new(e) })?;
    let scene = Scene { rec: &rec, template, trace, outcome, title };
    layout::send(&scene)?;
    rec.send_recording_name(title)?;
    rec.log_static("about", &rerun::TextDocument::from_markdown(events::about(&scene)))?;
    road::log(&scene)?;
    ego::declare(&scene)?;
    plots::declare(&scene)?;
    states::declare(&scene)?;
    for (step, frame) in trace.frames.iter().enumerate() {
        scene.at(step, frame);
        let previous = step.checked_sub(1).map(|k| &trace.frames[k]);
        road::signals(&scene, frame, previous)?;
        ego::log(&scene, step, frame)?;
        actors::log(&scene, frame, previous)?;
        sight::log(&scene, frame)?;
        plots::log(&scene, step, frame)?;
        states::log(&scene, step, frame, previous)?;
        events::log(&scene, step, frame)?;
    }
    rec.flush_blocking().map_err(RecordingError::Flush)
}

#[cfg(test)]
mod tests;
