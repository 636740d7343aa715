//! Series of plots: how a line is named and drawn, and values that are numbers.

use rerun::components::{AggregationPolicy, InterpolationMode};
use rerun::{Scalars, SeriesLines};

use super::palette::rgba;
use super::{RecordingError, Scene};

/// Declares a line.
pub fn declare(scene: &Scene, path: impl Into<rerun::EntityPath>, line: Line) -> Result<(), RecordingError> {
    let mut series = SeriesLines::new().with_names([line.name]).with_colors([rgba(line.color, 255)]).with_widths([line.width]);
    if line.steps {
        series = series.with_interpolation_mode(InterpolationMode::StepAfter).with_aggregation_policy(AggregationPolicy::MinMax);
    }
    Ok(scene.rec.log_static(path, &series)?)
}

/// How a line looks.
pub struct Line<'a> {
    /// In the legend.
    pub name: &'a str,
    pub color: [u8; 3],
    /// In points of the screen.
    pub width: f32,
    /// Holds each value until the next.
    pub steps: bool,
}

impl<'a> Line<'a> {
    pub fn new(name: &'a str, color: [u8; 3], width: f32) -> Self {
        Self { name, color, width, steps: false }
    }
}

/// A value at the time that is set, where it is a number.
pub fn value(scene: &Scene, path: impl Into<rerun::EntityPath>, value: f64) -> Result<(), RecordingError> {
    match value.is_finite() {
        true => Ok(scene.rec.log(path, &Scalars::single(value))?),
        false => Ok(()),
    }
}
