//! A blueprint store, written by hand: the library's own builder cannot set the eye of a 3D view.

use rerun::blueprint::components::{
    ColumnShare, ContainerKind, IncludedContent, PanelState, PlayState, QueryExpression, RootContainer, RowShare, TimelineName,
    ViewClass,
};
use rerun::external::re_log_types::{BlueprintActivationCommand, LogMsg};
use rerun::external::re_sdk_types::blueprint::archetypes::{
    ContainerBlueprint, PanelBlueprint, TimePanelBlueprint, ViewBlueprint, ViewContents, ViewportBlueprint,
};
use rerun::{AsComponents, RecordingStream, RecordingStreamBuilder};

use super::{APPLICATION, RecordingError};

/// A blueprint store, and the number of the next view or container.
pub struct Blueprint {
    rec: RecordingStream,
    next: u8,
}

/// Path of a view or container, and the bytes of its id.
pub struct Placed {
    path: String,
    id: [u8; 16],
}

impl Blueprint {
    fn place(&mut self, kind: &str) -> Placed {
        self.next += 1;
        let mut id = [0u8; 16];
        // A fixed id with the marks of a random one (version 4), so that equal recordings have equal layouts.
        (id[6], id[8], id[15]) = (0x40, 0x80, self.next);
        Placed { path: format!("{kind}/00000000-0000-4000-8000-{:012x}", self.next), id }
    }

    /// A view of a class at an origin, with what it holds and its properties.
    pub fn view(
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

    /// A container of views and containers with their shares.
    pub fn container(&mut self, kind: ContainerKind, children: &[(Placed, f32)]) -> Result<Placed, RecordingError> {
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

/// Makes a layout and sends it to a recording, which then opens at the end of a timeline.
pub fn send(
    to: &RecordingStream,
    timeline: &str,
    make: impl FnOnce(&mut Blueprint) -> Result<Placed, RecordingError>,
) -> Result<(), RecordingError> {
    let (rec, storage) = RecordingStreamBuilder::new(APPLICATION).blueprint().memory()?;
    rec.set_time_sequence("blueprint", 0);
    let mut blueprint = Blueprint { rec, next: 0 };
    let root = make(&mut blueprint)?;
    let viewport = ViewportBlueprint::new().with_root_container(RootContainer(root.id.into()));
    blueprint.rec.log("viewport", &viewport.with_auto_layout(false).with_auto_views(false))?;
    let hidden = PanelBlueprint::new().with_state(PanelState::Hidden);
    blueprint.rec.log("blueprint_panel", &hidden)?;
    blueprint.rec.log("selection_panel", &hidden)?;
    // Following opens at the last moment of the timeline.
    let time = TimePanelBlueprint::new().with_state(PanelState::Collapsed).with_timeline(TimelineName(timeline.into()));
    blueprint.rec.log("time_panel", &time.with_play_state(PlayState::Following))?;
    let messages = storage.take();
    let id = messages.iter().find_map(|message| match message {
        LogMsg::SetStoreInfo(info) => Some(info.info.store_id.clone()),
        _ => None,
    });
    if let Some(blueprint_id) = id {
        to.send_blueprint(messages, BlueprintActivationCommand { blueprint_id, make_active: true, make_default: true });
    }
    Ok(())
}
