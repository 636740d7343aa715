//! The moments that looking back found: where the ego was, in the log, and as vertical marks in the plots.

use rerun::components::AggregationPolicy;
use rerun::{LineStrips3D, Points3D, Scalars, SeriesLines, TextLog, TextLogLevel};

use super::palette::{AMBER, FAILED, OBSERVED, PASSED, WHITE, rgba};
use super::plots::SPANS;
use super::shapes::point;
use super::{RecordingError, Scene};
use crate::marks::Moment;

/// Keeps the two ends of a vertical line apart, s: points of one time might be taken together.
const APART_S: f64 = 1e-6;

/// The first name stands so far beside the ego, m, and each further one so much farther.
const NAME_M: f64 = 4.0;
const STEP_M: f64 = 1.4;

/// Everything of the marks, and the failure among them.
pub fn log(scene: &Scene) -> Result<(), RecordingError> {
    let drive = &scene.of.shown;
    for (k, moment) in scene.of.marks.into_iter().flat_map(|marks| marks.moments()).enumerate() {
        let frame = &drive.trace.frames[drive.frame_at(moment.time_s)];
        let color = color(&moment);
        // To the right of the ego, each name farther away than the one before: they may be close together.
        let (x, y) = drive.centre(frame);
        let end = point(x, y - NAME_M - STEP_M * k as f64, 0.1);
        let line = LineStrips3D::new([[point(x, y, 0.1), end]]).with_colors([rgba(color, 255)]).with_radii([0.06f32]);
        scene.rec.log_static(format!("world/marks/{}", moment.key), &line)?;
        let label = format!("{} {:.1} s", moment.name, moment.time_s);
        let name = Points3D::new([end]).with_colors([rgba(color, 255)]).with_radii([0.2f32]).with_labels([label]);
        scene.rec.log_static(format!("world/marks/{}/name", moment.key), &name.with_show_labels(true))?;
        vertical(scene, moment.key, moment.name, color, moment.time_s)?;
        let text = TextLog::new(format!("{}, ego at {:.1} m/s", moment.name, frame.ego.speed_mps)).with_level(TextLogLevel::WARN);
        scene.at(drive.frame_at(moment.time_s), moment.time_s);
        scene.rec.log("log", &text.with_color(rgba(color, 255)))?;
    }
    if let Some(k) = drive.failed_frame() {
        let frame = &drive.trace.frames[k];
        vertical(scene, "failed", "failed", FAILED, frame.time_s)?;
        if let Some(marks) = scene.of.marks.filter(|marks| !marks.words.is_empty()) {
            scene.at(k, frame.time_s);
            let text = TextLog::new(marks.words.as_str()).with_level(TextLogLevel::ERROR);
            scene.rec.log("log", &text.with_color(rgba(WHITE, 255)))?;
        }
    }
    Ok(())
}

fn color(moment: &Moment) -> [u8; 3] {
    match moment.key {
        "avoidable_until" => AMBER,
        "evident" => WHITE,
        "scored" => OBSERVED,
        _ => PASSED,
    }
}

/// A vertical line in every plot that has a time.
fn vertical(scene: &Scene, key: &str, name: &str, color: [u8; 3], time_s: f64) -> Result<(), RecordingError> {
    let step = scene.of.shown.frame_at(time_s);
    for (plot, (low, high)) in SPANS {
        let path = format!("plots/{plot}/marks/{key}");
        let line = SeriesLines::new().with_names([name]).with_colors([rgba(color, 200)]).with_widths([1.5f32]);
        scene.rec.log_static(path.as_str(), &line.with_aggregation_policy(AggregationPolicy::Off))?;
        scene.at(step, (time_s - APART_S).max(0.0));
        scene.rec.log(path.as_str(), &Scalars::single(low))?;
        scene.at(step, time_s);
        scene.rec.log(path.as_str(), &Scalars::single(high))?;
    }
    Ok(())
}
