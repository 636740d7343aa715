//! The built-in catalogue: the scenario files of the folder `catalogue`, embedded in the program.

use crate::diagnostic::{Diagnostic, SourceFile};
use crate::format::LogicalScenario;
use include_dir::{Dir, include_dir};
use std::sync::OnceLock;

static FOLDER: Dir = include_dir!("$CARGO_MANIFEST_DIR/catalogue");

/// A scenario of the catalogue: a file's base, or one of its variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// Name of the scenario.
    pub name: &'static str,
    /// File name.
    pub file: &'static str,
    /// The file's text.
    pub text: &'static str,
    /// Which variant of the file it is; `None` for the base.
    pub variant: Option<&'static str>,
}

impl CatalogueEntry {
    /// Reads the scenario.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn read(&self) -> Result<LogicalScenario, Vec<Diagnostic>> {
        let all = crate::parse_with(self.text, self.file, &crate::BuiltInOnly)?;
        all.into_iter().find(|s| s.name == self.name).ok_or_else(Vec::new) // names are those that reading gives
    }
}

/// All scenarios of the catalogue, by name.
pub fn catalogue() -> Vec<CatalogueEntry> {
    static ALL: OnceLock<Vec<Named>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut out: Vec<Named> = files().flat_map(|(name, file, text)| named(name, file, text)).collect();
        out.sort_by(|a, b| a.name.cmp(&b.name));
        out
    });
    let entry = |n: &'static Named| CatalogueEntry { name: &n.name, file: n.file, text: n.text, variant: n.variant.as_deref() };
    all.iter().map(entry).collect()
}

struct Named {
    name: String,
    file: &'static str,
    text: &'static str,
    variant: Option<String>,
}

/// The base and the variants of a file. Variants that a file inherits are its own.
fn named(name: &'static str, file: &'static str, text: &'static str) -> Vec<Named> {
    let base = Named { name: name.to_owned(), file, text, variant: None };
    let variants = crate::variant::names(text, file);
    let variant = |v: String| Named { name: format!("{name}-{v}"), file, text, variant: Some(v) };
    std::iter::once(base).chain(variants.into_iter().map(variant)).collect()
}

/// Name, file name and text of each file.
fn files() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    FOLDER.files().filter_map(|f| {
        let file = f.path().file_name()?.to_str()?;
        Some((file.strip_suffix(".yaml")?, file, f.contents_utf8()?))
    })
}

/// Names of the files.
pub(crate) fn file_names() -> Vec<&'static str> {
    files().map(|(name, ..)| name).collect()
}

/// The file of that name.
pub(crate) fn file_text(name: &str) -> Option<SourceFile> {
    let (_, file, text) = files().find(|(n, ..)| *n == name)?;
    Some(SourceFile { name: format!("catalogue/{file}"), text: text.to_owned() })
}
