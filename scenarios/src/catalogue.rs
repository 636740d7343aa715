//! The built-in catalogue: the scenario files of the folder `catalogue`, embedded in the program.

use include_dir::{Dir, include_dir};

static FOLDER: Dir = include_dir!("$CARGO_MANIFEST_DIR/catalogue");

/// A scenario file of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Name of the scenario.
    pub name: &'static str,
    /// File name.
    pub file: &'static str,
    /// The file's text.
    pub text: &'static str,
}

/// All scenario files of the catalogue, by name.
pub fn catalogue() -> Vec<CatalogueEntry> {
    let entry = |f: &'static include_dir::File| {
        let file = f.path().file_name()?.to_str()?;
        Some(CatalogueEntry { name: file.strip_suffix(".yaml")?, file, text: f.contents_utf8()? })
    };
    let mut out: Vec<CatalogueEntry> = FOLDER.files().filter_map(entry).collect();
    out.sort_by_key(|e| e.name);
    out
}
