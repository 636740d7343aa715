//! Reads a recording back by the library's own decoder.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::path::Path;

use rerun::external::re_log_encoding::DecoderApp;
use rerun::log::{Chunk, LogMsg};

/// What a recording holds.
pub struct Read {
    chunks: Vec<Chunk>,
    layout: Vec<Chunk>,
}

impl Read {
    pub fn from(path: &Path) -> Self {
        let (mut chunks, mut layout, mut is_layout) = (Vec::new(), Vec::new(), BTreeMap::new());
        for message in DecoderApp::decode_lazy(BufReader::new(std::fs::File::open(path).unwrap())) {
            match message.unwrap() {
                LogMsg::SetStoreInfo(info) => {
                    is_layout.insert(info.info.store_id.clone(), info.info.store_id.is_blueprint());
                }
                LogMsg::ArrowMsg(store, message) => {
                    let to = if is_layout[&store] { &mut layout } else { &mut chunks };
                    to.push(Chunk::from_arrow_msg(&message).unwrap());
                }
                LogMsg::BlueprintActivationCommand(_) => {}
            }
        }
        Self { chunks, layout }
    }

    /// Paths of all entities.
    pub fn entities(&self) -> BTreeSet<String> {
        self.chunks.iter().map(|chunk| chunk.entity_path().to_string()).filter(|path| !path.starts_with("/__")).collect()
    }

    fn of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Chunk> {
        self.chunks.iter().filter(move |chunk| chunk.entity_path().to_string() == path)
    }

    /// Timelines of an entity.
    pub fn timelines(&self, path: &str) -> BTreeSet<String> {
        let known = ["sim_time", "step", "to_event"];
        let all = self.of(path).flat_map(|chunk| chunk.timelines().keys().map(|name| name.to_string()));
        all.filter(|name| known.contains(&name.as_str())).collect()
    }

    /// Texts of a component, in the order of the file.
    pub fn texts(&self, path: &str, component: &'static str) -> Vec<String> {
        texts(self.of(path), component)
    }

    /// Values of a series with their times on a timeline, s.
    pub fn values(&self, path: &str, timeline: &str) -> Vec<(f64, f64)> {
        let mut all = Vec::new();
        for chunk in self.of(path) {
            let Some((_, times)) = chunk.timelines().iter().find(|(name, _)| name.as_str() == timeline) else { continue };
            let values = chunk.iter_slices::<f64>("Scalars:scalars".into());
            all.extend(times.times_raw().iter().zip(values).map(|(t, v)| (*t as f64 * 1e-9, v[0])));
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all
    }

    /// Names of the views of the layout.
    pub fn views(&self) -> Vec<String> {
        texts(self.layout.iter(), "ViewBlueprint:display_name")
    }

    /// The timeline on which it opens.
    pub fn opens_on(&self) -> String {
        texts(self.layout.iter(), "TimePanelBlueprint:timeline").concat()
    }
}

fn texts<'a>(chunks: impl Iterator<Item = &'a Chunk>, component: &'static str) -> Vec<String> {
    let mut all = Vec::new();
    for chunk in chunks {
        let texts = chunk.iter_slices::<String>(component.into());
        all.extend(texts.flat_map(|batch| batch.into_iter().map(|text| text.to_string()).collect::<Vec<_>>()));
    }
    all
}
