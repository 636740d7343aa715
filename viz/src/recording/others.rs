//! Other rollouts of the scenario, thin: where they went, boxes that move, where they failed.

use nines_sim::{Class, DT, Frame};
use rerun::{Boxes3D, FillMode, LineStrips3D, Points3D, Scalars, SeriesLines};

use super::ego::{HEIGHT_M, way, way_of};
use super::palette::{self, FAILED, OTHERS, rgba};
use super::shapes::{point, turn};
use super::{Drive, RecordingError, Scene, before};

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

/// Boxes and values over time: on `sim_time` since the start of each, on `to_event` until the failure of each.
pub fn log(scene: &Scene) -> Result<(), RecordingError> {
    let others = scene.of.others;
    let steps = others.iter().map(|d| d.trace.frames.len()).max().unwrap_or(0);
    for step in 0..steps {
        scene.rec.reset_time();
        scene.rec.set_duration_secs("sim_time", step as f64 * DT);
        scene.rec.set_time_sequence("step", step as i64);
        moment(scene, |drive| drive.trace.frames.get(step))?;
    }
    let events: Vec<usize> = others.iter().map(|d| d.event_s().map_or(d.last(), |s| d.frame_at(s))).collect();
    let longest = events.iter().copied().max().unwrap_or(0);
    for steps in (0..=longest).rev().filter(|_| !others.is_empty()) {
        scene.rec.reset_time();
        scene.rec.set_time("to_event", before(steps as f64 * -DT));
        let places: Vec<Option<usize>> = events.iter().map(|event| event.checked_sub(steps)).collect();
        let mut places = places.into_iter();
        moment(scene, |drive| drive.trace.frames.get(places.next()??))?;
    }
    scene.rec.reset_time();
    Ok(())
}

/// All that drive at a moment; `frame` is asked for each of the others in order.
fn moment<'a>(scene: &Scene<'a>, frame: impl FnMut(&Drive<'a>) -> Option<&'a Frame>) -> Result<(), RecordingError> {
    let others = scene.of.others;
    let frames: Vec<Option<&Frame>> = others.iter().map(frame).collect();
    let driving = || others.iter().zip(&frames).filter_map(|(d, f)| Some((d, (*f)?)));
    let egos = Boxes3D::from_centers_and_half_sizes(
        driving().map(|(d, f)| d.centre(f)).map(|(x, y)| point(x, y, 0.5 * HEIGHT_M)),
        driving().map(|(d, _)| point(0.5 * d.trace.ego_length_m, 0.5 * d.trace.ego_width_m, 0.5 * HEIGHT_M)),
    );
    let egos = egos.with_quaternions(driving().map(|(_, f)| turn(f.ego.heading_rad))).with_colors([rgba(OTHERS, 45)]);
    scene.rec.log("world/others/egos", &thin(egos))?;
    let struck = || driving().filter_map(|(d, f)| Some(f.actors[d.partner()?])).filter(|a| a.active);
    let actors = Boxes3D::from_centers_and_half_sizes(
        struck().map(|a| point(a.x_m, a.y_m, 0.5 * a.size_m[2])),
        struck().map(|a| point(0.5 * a.size_m[0], 0.5 * a.size_m[1], 0.5 * a.size_m[2])),
    );
    let actors = actors.with_quaternions(struck().map(|a| turn(a.heading_rad)));
    scene.rec.log("world/others/actors", &thin(actors.with_colors(struck().map(|a| rgba(palette::class(a.class), 120)))))?;
    let values = |of: fn(&Frame) -> f64| Scalars::new(frames.iter().map(move |f| f.map_or(f64::NAN, of)));
    scene.rec.log(PLOTS[0], &values(|f| f.ego.speed_mps))?;
    scene.rec.log(PLOTS[1], &values(|f| f.distance_m))?;
    Ok(())
}

fn thin(boxes: Boxes3D) -> Boxes3D {
    boxes.with_fill_mode(FillMode::MajorWireframe).with_radii([0.015f32]).with_show_labels(false)
}

fn class(drive: &Drive) -> Class {
    drive.partner().map_or(Class::Car, |k| drive.trace.actors[k].class)
}
