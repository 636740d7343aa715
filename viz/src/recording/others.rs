//! Other rollouts of the scenario, thin: where they went, boxes that move, where they failed.

use nines_sim::Class;
use rerun::{Boxes3D, FillMode, LineStrips3D, Points3D, Scalars, SeriesLines};

use super::ego::{HEIGHT_M, way, way_of};
use super::palette::{self, FAILED, OTHERS, rgba};
use super::shapes::{point, turn};
use super::{Drive, RecordingError, Scene};

/// Quantities of the others that have a plot.
const PLOTS: [&str; 2] = ["plots/others/speed", "plots/others/distance"];

/// Paths for the whole time, places of failure, and the look of the plots.
pub fn declare(scene: &Scene) -> Result<(), RecordingError> {
    let others = scene.of.others;
    if others.is_empty() {
        return Ok(());
    }
    let label = |drive: &Drive| format!("{}: {}", drive.outcome.rollout, drive.verdict());
    let egos = LineStrips3D::new(others.iter().map(way)).with_colors([rgba(OTHERS, 70)]).with_radii([0.025f32]);
    let egos = egos.with_labels(others.iter().map(label)).with_show_labels(false);
    scene.rec.log_static("world/others/paths/egos", &egos)?;
    let struck: Vec<_> = others.iter().filter_map(|d| Some((way_of(d, d.partner()?)?, class(d)))).collect();
    let colors: Vec<_> = struck.iter().map(|(_, class)| rgba(palette::class(*class), 110)).collect();
    let ways = LineStrips3D::new(struck.into_iter().map(|(way, _)| way)).with_colors(colors).with_radii([0.025f32]);
    scene.rec.log_static("world/others/paths/actors", &ways)?;
    let failed: Vec<(&Drive, usize)> = others.iter().filter_map(|d| Some((d, d.failed_frame()?))).collect();
    let places = failed.iter().map(|(d, k)| d.place(&d.trace.frames[*k])).map(|(x, y)| point(x, y, 0.3));
    let marks = Points3D::new(places).with_colors([rgba(FAILED, 200)]).with_radii([0.16f32]);
    let marks = marks.with_labels(failed.iter().map(|(d, _)| label(d))).with_show_labels(false);
    scene.rec.log_static("world/others/failures", &marks)?;
    for path in PLOTS {
        let names = others.iter().map(|d| d.outcome.rollout.to_string());
        let colors = others.iter().map(|_| rgba(OTHERS, 120));
        scene.rec.log_static(
            path,
            &SeriesLines::new().with_names(names).with_colors(colors).with_widths(others.iter().map(|_| 1.0f32)),
        )?;
    }
    Ok(())
}

/// Boxes and values over time. Who has ended stays where it was; its plots end.
pub fn log(scene: &Scene) -> Result<(), RecordingError> {
    let others = scene.of.others;
    let steps = others.iter().map(|d| d.trace.frames.len()).max().unwrap_or(0);
    for step in 0..steps {
        let time_s = others.iter().filter_map(|d| d.trace.frames.get(step)).map(|f| f.time_s).fold(0.0, f64::max);
        scene.at(step, time_s);
        let frames = || others.iter().map(|d| (d, &d.trace.frames[step.min(d.last())]));
        let boxes = Boxes3D::from_centers_and_half_sizes(
            frames().map(|(d, f)| d.centre(f)).map(|(x, y)| point(x, y, 0.5 * HEIGHT_M)),
            others.iter().map(|d| point(0.5 * d.trace.ego_length_m, 0.5 * d.trace.ego_width_m, 0.5 * HEIGHT_M)),
        );
        let ended = |d: &Drive| d.failed_frame().is_some_and(|k| k <= step);
        let colors = others.iter().map(|d| if ended(d) { rgba(FAILED, 90) } else { rgba(OTHERS, 90) });
        let boxes = boxes.with_quaternions(frames().map(|(_, f)| turn(f.ego.heading_rad))).with_colors(colors);
        scene.rec.log("world/others/egos", &thin(boxes))?;
        let struck = || frames().filter_map(|(d, f)| Some((d, f.actors[d.partner()?]))).filter(|(_, a)| a.active);
        let boxes = Boxes3D::from_centers_and_half_sizes(
            struck().map(|(_, a)| point(a.x_m, a.y_m, 0.5 * a.size_m[2])),
            struck().map(|(_, a)| point(0.5 * a.size_m[0], 0.5 * a.size_m[1], 0.5 * a.size_m[2])),
        );
        let boxes = boxes.with_quaternions(struck().map(|(_, a)| turn(a.heading_rad)));
        scene
            .rec
            .log("world/others/actors", &thin(boxes.with_colors(struck().map(|(_, a)| rgba(palette::class(a.class), 120)))))?;
        let now = |of: fn(&nines_sim::Frame) -> f64| others.iter().map(move |d| d.trace.frames.get(step).map_or(f64::NAN, of));
        scene.rec.log(PLOTS[0], &Scalars::new(now(|f| f.ego.speed_mps)))?;
        scene.rec.log(PLOTS[1], &Scalars::new(now(|f| f.distance_m)))?;
    }
    Ok(())
}

fn thin(boxes: Boxes3D) -> Boxes3D {
    boxes.with_fill_mode(FillMode::MajorWireframe).with_radii([0.015f32]).with_show_labels(false)
}

fn class(drive: &Drive) -> Class {
    drive.partner().map_or(Class::Car, |k| drive.trace.actors[k].class)
}
