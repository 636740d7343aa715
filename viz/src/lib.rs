//! What people look at: the shape of `summary.json`, terminal tables, the HTML report and Rerun recordings.
//!
//! Everything here reads a [`Summary`] (or, for recordings and previews, traces of the simulator) and writes text or a file. Nothing is
//! computed that is not already in the summary: an interval is shown, never formed.

mod answer;
pub mod bank;
mod canvas;
pub mod compare;
pub mod gate;
pub mod history;
pub mod league;
mod markdown;
mod marks;
pub mod numbers;
#[cfg(feature = "png")]
mod png;
mod preview;
#[cfg(feature = "rrd")]
pub mod recording;
mod replayed;
pub mod report;
#[cfg(test)]
mod sample;
mod samples;
pub mod summary;
pub mod terminal;

pub use bank::*;
pub use compare::*;
pub use gate::*;
pub use history::*;
pub use league::*;
pub use markdown::markdown;
pub use marks::{Marks, Moment};
#[cfg(feature = "png")]
pub use png::{PngError, png};
pub use preview::{Preview, PreviewRollout, preview, thumbnail};
#[cfg(feature = "rrd")]
pub use recording::{Drive, Recording, RecordingError, VIEWER_VERSION};
pub use replayed::*;
pub use report::{Against, Convergence, ModePicture, ReportContext, html};
pub use samples::{Drawn, samples};
pub use summary::*;
