//! The layout in which a recording opens: the scene from above and from behind, and the states on the left; plots and events on the right.

use rerun::AsComponents;
use rerun::blueprint::components::{BackgroundKind, ContainerKind, Corner2D, Eye3DKind, LinkAxis, TextLogColumn};
use rerun::blueprint::datatypes::{TextLogColumn as LogColumn, TextLogColumnKind};
use rerun::components::Range1D;
use rerun::external::re_sdk_types::blueprint::archetypes::{
    Background, EyeControls3D, LineGrid3D, PlotLegend, ScalarAxis, TextLogColumns, TimeAxis,
};

use super::blueprint::{self, Blueprint, Placed};
use super::palette::rgba;
use super::plots::{SHOWN, decisive};
use super::shapes::point;
use super::{RecordingError, Scene};

/// The eye from above is that high over the ego, m.
const ABOVE_M: f64 = 21.0;

/// Contents of the plots of speed and of acceleration, where these are two.
const CONTROLS: [[&str; 3]; 2] = [
    ["+ /plots/controls/speed", "+ /plots/controls/beside/speed", "+ /plots/controls/marks/**"],
    ["+ /plots/controls/**", "- /plots/controls/speed", "- /plots/controls/beside/speed"],
];

/// Sends the layout ahead of the data.
pub fn send(scene: &Scene) -> Result<(), RecordingError> {
    let timeline = if scene.goes_on() { "to_event" } else { "sim_time" };
    blueprint::send(scene.rec, timeline, |to| {
        let scenes = scenes(to, scene)?;
        let data = data(to, scene)?;
        to.container(ContainerKind::Horizontal, &[(scenes, 3.0), (data, 2.0)])
    })
}

fn scenes(to: &mut Blueprint, scene: &Scene) -> Result<Placed, RecordingError> {
    let no_grid = LineGrid3D::new().with_visible(false);
    let dark = Background::new(BackgroundKind::SolidColor).with_color(rgba([20, 22, 27], 255));
    let (behind, above) = (chase_eye(), top_eye());
    let properties =
        |eye| -> [(&str, &dyn AsComponents); 3] { [("EyeControls3D", eye), ("LineGrid3D", &no_grid), ("Background", &dark)] };
    let top = to.view(("3D", "/world/follow"), &headline(scene), &["+ /world/**"], &properties(&above))?;
    let contents = ["+ /world/**", "- /world/ego/range"];
    let chase = to.view(("3D", "/world/ego"), "Chase", &contents, &properties(&behind))?;
    let states = to.view(("StateTimeline", "/"), "States", &["+ /state/**"], &[])?;
    to.container(ContainerKind::Vertical, &[(top, 1.0), (chase, 1.0), (states, 0.7)])
}

/// What the view from above is called: the whole answer in a line.
fn headline(scene: &Scene) -> String {
    let main = &scene.of.shown;
    match &scene.of.beside {
        None => format!("From above: {}", main.verdict()),
        Some(beside) => format!("{} (blue): {}; {} (pink): {}", main.driver, main.ending(), beside.driver, beside.ending()),
    }
}

fn data(to: &mut Blueprint, scene: &Scene) -> Result<Placed, RecordingError> {
    let plots = plots(to, scene)?;
    let column = |kind| TextLogColumn(LogColumn { visible: true.into(), kind });
    let columns = TextLogColumns::new().with_text_log_columns([column(TextLogColumnKind::Body)]);
    let log = to.view(("TextLog", "/"), "Events", &["+ /log"], &[("TextLogColumns", &columns)])?;
    let about = to.view(("TextDocument", "/"), "About", &["+ /about"], &[])?;
    let words = to.container(ContainerKind::Tabs, &[(log, 1.0), (about, 1.0)])?;
    let mut rows = Vec::from(plots);
    rows.push((words, 1.2));
    to.container(ContainerKind::Vertical, &rows)
}

/// Rows of plots, each with its share: margins, controls, beliefs.
fn plots(to: &mut Blueprint, scene: &Scene) -> Result<[(Placed, f32); 3], RecordingError> {
    let legend = PlotLegend::new().with_corner(Corner2D::LeftBottom);
    let no_legend = PlotLegend::new().with_visible(false);
    let linked = TimeAxis::new().with_link(LinkAxis::LinkToGlobal);
    let range = |low: f64, high: f64| ScalarAxis::new().with_range(Range1D::new(low, high));
    let (margins, share) = (range(SHOWN.0 - 0.5, SHOWN.1 + 0.5), range(-0.05, 1.05));
    let mut plot = |name: &str, contents: &[&str], legend: &PlotLegend, axis: Option<&ScalarAxis>| {
        let mut properties: Vec<(&str, &dyn AsComponents)> = vec![("PlotLegend", legend), ("TimeAxis", &linked)];
        properties.extend(axis.map(|axis| ("ScalarAxis", axis as &dyn AsComponents)));
        to.view(("TimeSeries", "/"), name, contents, &properties)
    };
    let criterion = decisive(scene).map_or("Margin".to_owned(), |(_, c)| format!("Margin of {}", c.name().replace('_', " ")));
    let first = plot(&format!("{criterion} (fails at 0)"), &["+ /plots/decisive/**"], &legend, Some(&margins))?;
    let all = plot("All margins", &["+ /plots/margins/**"], &legend, Some(&margins))?;
    let distance = plot("Nearest harmful, m", &["+ /plots/distance/**"], &legend, None)?;
    let mut tabs = vec![(first, 1.0), (all, 1.0), (distance, 1.0)];
    if !scene.of.others.is_empty() {
        tabs.push((plot("Others: nearest, m", &["+ /plots/others/distance"], &no_legend, None)?, 1.0));
    }
    let [speed, accel] = CONTROLS;
    // Of two policies there are too many lines for one plot.
    let mut driven = match scene.of.beside {
        None => vec![(plot("Speed, m/s, and acceleration, m/s²", &["+ /plots/controls/**"], &legend, None)?, 1.0)],
        Some(_) => {
            vec![(plot("Speed, m/s", &speed, &legend, None)?, 1.0), (plot("Acceleration, m/s²", &accel, &legend, None)?, 1.0)]
        }
    };
    let curvature = plot("Curvature, 1/m", &["+ /plots/curvature/**"], &legend, None)?;
    driven.push((curvature, 1.0));
    if !scene.of.others.is_empty() {
        driven.push((plot("Others: speed, m/s", &["+ /plots/others/speed"], &no_legend, None)?, 1.0));
    }
    let mind = plot("Truth (1: hazard), belief, cues", &["+ /plots/mind/**"], &legend, Some(&share))?;
    let tabs = to.container(ContainerKind::Tabs, &tabs)?;
    let driven = to.container(ContainerKind::Tabs, &driven)?;
    Ok([(tabs, 1.1), (driven, 1.1), (mind, 1.0)])
}

/// Behind, above and to the right of the ego, in its own frame, so that the view goes along with it.
fn chase_eye() -> EyeControls3D {
    let eye = EyeControls3D::new().with_kind(Eye3DKind::Orbital);
    eye.with_position(point(-8.5, -2.6, 4.8)).with_look_target(point(6.0, 0.0, 0.5))
}

/// Straight down, x to the right, in a frame that goes along with the ego and does not turn.
fn top_eye() -> EyeControls3D {
    EyeControls3D::new()
        .with_kind(Eye3DKind::Orbital)
        .with_position(point(4.0, -0.01, ABOVE_M))
        .with_look_target(point(4.0, 0.0, 0.0))
        .with_eye_up([0.0, 1.0, 0.0])
}
