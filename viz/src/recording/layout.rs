//! The layout in which a recording opens: chase and top view, states, plots, events.
//!
//! Written by hand into a blueprint store, since the library's own builder cannot set the eye of a 3D view.

use nines_sim::Frame;
use rerun::blueprint::components::{
    BackgroundKind, ColumnShare, ContainerKind, Corner2D, Eye3DKind, IncludedContent, LinkAxis, PanelState, PlayState,
    QueryExpression, RootContainer, RowShare, TextLogColumn, TimelineName, ViewClass,
};
use rerun::blueprint::datatypes::{TextLogColumn as LogColumn, TextLogColumnKind};
use rerun::external::re_log_types::{BlueprintActivationCommand, LogMsg};
use rerun::external::re_sdk_types::blueprint::archetypes::{
    Background, ContainerBlueprint, EyeControls3D, LineGrid3D, PanelBlueprint, PlotLegend, TextLogColumns, TimeAxis,
    TimePanelBlueprint, ViewBlueprint, ViewContents, ViewportBlueprint,
};
use rerun::{AsComponents, RecordingStream, RecordingStreamBuilder};

use super::ego::centre;
use super::palette::rgba;
use super::road::extent;
use super::shapes::point;
use super::{APPLICATION, RecordingError, Scene};

/// A blueprint store, and the number of the next view or container.
struct Layout {
    rec: RecordingStream,
    next: u8,
}

/// Path of a view or container, and the bytes of its id.
struct Placed {
    path: String,
    id: [u8; 16],
}

impl Layout {
    fn place(&mut self, kind: &str) -> Placed {
        self.next += 1;
        let mut id = [0u8; 16];
        // A fixed id with the marks of a random one (version 4), so that equal recordings have equal layouts.
        (id[6], id[8], id[15]) = (0x40, 0x80, self.next);
        Placed { path: format!("{kind}/00000000-0000-4000-8000-{:012x}", self.next), id }
    }

    fn view(
        &mut self,
        (class, origin): (&str, &str),
        name: &str,
        contents: &[&str],
        properties: &[(&str, &dyn AsComponents)],
    ) -> Result<Placed, RecordingError> {
        let placed = self.place("view");
        let queries = contents.iter().map(|&q| QueryExpression(q.into()));
        self.rec.log(format!("{}/ViewContents", placed.path), &ViewContents::new(queries))?;
        let view = ViewBlueprint::new(ViewClass(class.into())).with_display_name(name).with_space_origin(origin);
        self.rec.log(placed.path.as_str(), &view)?;
        for (property, value) in properties {
            self.rec.log(format!("{}/{property}", placed.path), *value)?;
        }
        Ok(placed)
    }

    fn container(&mut self, kind: ContainerKind, children: &[(Placed, f32)]) -> Result<Placed, RecordingError> {
        let placed = self.place("container");
        let contents = children.iter().map(|(child, _)| IncludedContent(child.path.as_str().into()));
        let shares = children.iter().map(|(_, share)| *share);
        let container = ContainerBlueprint::new(kind).with_contents(contents);
        let container = match kind {
            ContainerKind::Horizontal => container.with_col_shares(shares.map(|s| ColumnShare(s.into()))),
            ContainerKind::Vertical => container.with_row_shares(shares.map(|s| RowShare(s.into()))),
            ContainerKind::Tabs | ContainerKind::Grid => container,
        };
        self.rec.log(placed.path.as_str(), &container)?;
        Ok(placed)
    }
}

/// Sends the layout ahead of the data.
pub fn send(scene: &Scene) -> Result<(), RecordingError> {
    let (rec, storage) = RecordingStreamBuilder::new(APPLICATION).blueprint().memory()?;
    rec.set_time_sequence("blueprint", 0);
    let mut layout = Layout { rec, next: 0 };
    let root = views(&mut layout, scene)?;
    let viewport = ViewportBlueprint::new().with_root_container(RootContainer(root.id.into()));
    layout.rec.log("viewport", &viewport.with_auto_layout(false).with_auto_views(false))?;
    let hidden = PanelBlueprint::new().with_state(PanelState::Hidden);
    layout.rec.log("blueprint_panel", &hidden)?;
    layout.rec.log("selection_panel", &hidden)?;
    // Following opens at the last moment, where a failure is in sight.
    let time = TimePanelBlueprint::new().with_state(PanelState::Collapsed).with_timeline(TimelineName("sim_time".into()));
    layout.rec.log("time_panel", &time.with_play_state(PlayState::Following))?;
    let messages = storage.take();
    let id = messages.iter().find_map(|message| match message {
        LogMsg::SetStoreInfo(info) => Some(info.info.store_id.clone()),
        _ => None,
    });
    if let Some(blueprint_id) = id {
        let activate = BlueprintActivationCommand { blueprint_id, make_active: true, make_default: true };
        scene.rec.send_blueprint(messages, activate);
    }
    Ok(())
}

fn views(layout: &mut Layout, scene: &Scene) -> Result<Placed, RecordingError> {
    let no_grid = LineGrid3D::new().with_visible(false);
    let dark = Background::new(BackgroundKind::SolidColor).with_color(rgba([20, 22, 27], 255));
    let (behind, above) = (chase_eye(), top_eye(scene));
    let eye =
        |eye| -> [(&str, &dyn AsComponents); 3] { [("EyeControls3D", eye), ("LineGrid3D", &no_grid), ("Background", &dark)] };
    let chase = layout.view(("3D", "/world/ego"), "Chase", &["+ /world/**", "- /world/sight/field/**"], &eye(&behind))?;
    let top = layout.view(("3D", "/"), "From above", &["+ /world/**"], &eye(&above))?;
    let legend = PlotLegend::new().with_corner(Corner2D::LeftBottom);
    let no_legend = PlotLegend::new().with_visible(false);
    let linked = TimeAxis::new().with_link(LinkAxis::LinkToGlobal);
    let named: [(&str, &dyn AsComponents); 2] = [("PlotLegend", &legend), ("TimeAxis", &linked)];
    let single: [(&str, &dyn AsComponents); 2] = [("PlotLegend", &no_legend), ("TimeAxis", &linked)];
    let states = layout.view(("StateTimeline", "/"), "States", &["+ /state/**"], &[])?;
    let margins = layout.view(("TimeSeries", "/"), "Margins (fails at 0)", &["+ /plots/margins/**"], &named)?;
    let motion = layout.view(("TimeSeries", "/"), "Ego", &["+ /plots/motion/**"], &named)?;
    let distance = layout.view(("TimeSeries", "/"), "Nearest harmful, m", &["+ /plots/distance/**"], &single)?;
    let mind = layout.view(("TimeSeries", "/"), "Belief and cues", &["+ /plots/mind/**"], &named)?;
    let column = |kind| TextLogColumn(LogColumn { visible: true.into(), kind });
    let columns = TextLogColumns::new().with_text_log_columns([column(TextLogColumnKind::Body)]);
    let log = layout.view(("TextLog", "/"), "Events", &["+ /log"], &[("TextLogColumns", &columns)])?;
    let about = layout.view(("TextDocument", "/"), "About", &["+ /about"], &[])?;
    let margins = layout.container(ContainerKind::Tabs, &[(margins, 1.0), (distance, 1.0)])?;
    let motion = layout.container(ContainerKind::Tabs, &[(motion, 1.0), (mind, 1.0)])?;
    let words = layout.container(ContainerKind::Tabs, &[(log, 1.0), (about, 1.0)])?;
    let scene_side = layout.container(ContainerKind::Vertical, &[(chase, 3.0), (top, 2.0)])?;
    let data_side = layout.container(ContainerKind::Vertical, &[(states, 1.4), (margins, 1.3), (motion, 1.3), (words, 1.1)])?;
    layout.container(ContainerKind::Horizontal, &[(scene_side, 3.0), (data_side, 2.0)])
}

/// The moment that matters: the failure, else the nearest approach.
fn moment<'a>(scene: &'a Scene) -> &'a Frame {
    let frames = &scene.trace.frames;
    let nearest = (0..frames.len()).min_by(|&a, &b| frames[a].distance_m.total_cmp(&frames[b].distance_m));
    &frames[scene.failed_frame().or(nearest).unwrap_or(0)]
}

/// Behind, above and to the right of the ego, in its own frame, so that the view goes along with it.
fn chase_eye() -> EyeControls3D {
    let eye = EyeControls3D::new().with_kind(Eye3DKind::Orbital);
    eye.with_position(point(-12.0, -4.0, 7.0)).with_look_target(point(7.0, 0.0, 0.5))
}

/// Straight down on what the ego drove through until then, x to the right.
fn top_eye(scene: &Scene) -> EyeControls3D {
    let frame = moment(scene);
    let (x, y) = centre(scene, frame);
    let (from, _) = extent(scene);
    let height = (0.5 * (frame.ego.s_m - from)).clamp(28.0, 70.0);
    EyeControls3D::new()
        .with_kind(Eye3DKind::Orbital)
        .with_position(point(x - 2.0, y - 0.01, height))
        .with_look_target(point(x - 2.0, y, 0.0))
        .with_eye_up([0.0, 1.0, 0.0])
}
