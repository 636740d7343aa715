//! Where the named things of a file stand, for problems that show only after it was read.

use crate::diagnostic::{Code, Diagnostic, Label, Severity, SourceFile};
use crate::node::{Kind, Node, Span};
use std::collections::BTreeMap;

/// Places of a file by path: `latents.intent.states.waiting`, `actors.child.s_m`, `actors.child.cues.0`.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// Names of the files, as spans count them.
    files: Vec<String>,
    spans: BTreeMap<String, Span>,
}

impl Places {
    /// Places of a tree: of a mapping or list its name, of anything else the value.
    pub(crate) fn of(root: &Node, files: &[SourceFile]) -> Self {
        let mut out = Self { files: files.iter().map(|f| f.name.clone()).collect(), spans: BTreeMap::new() };
        out.enter("", root);
        out
    }

    fn enter(&mut self, path: &str, node: &Node) {
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match &node.kind {
            Kind::Map(fields) => {
                for (key, value) in fields {
                    let inner = below(&key.text);
                    let many = matches!(value.kind, Kind::Map(_) | Kind::List(_));
                    self.spans.entry(inner.clone()).or_insert(if many { key.span } else { value.span });
                    self.enter(&inner, value);
                }
            }
            Kind::List(items) => {
                for (k, item) in items.iter().enumerate() {
                    let inner = below(&k.to_string());
                    let first = match &item.kind {
                        Kind::Map(fields) => fields.first().map_or(item.span, |(key, _)| key.span),
                        _ => item.span,
                    };
                    self.spans.insert(inner.clone(), first);
                    self.enter(&inner, item);
                }
            }
            _ => {}
        }
    }

    /// Whether the file says something there.
    pub fn has(&self, path: &str) -> bool {
        self.spans.contains_key(path)
    }

    /// The place of a path; where the file does not write it out, that of the thing it belongs to. The member `kids_2` of a
    /// group belongs to `kids`.
    fn span(&self, path: &str) -> Span {
        let mut path = path;
        loop {
            if let Some(span) = self.spans.get(path) {
                return *span;
            }
            let group = path.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('_');
            path = match (group.and_then(|g| self.spans.get_key_value(g)), path.rsplit_once('.')) {
                (Some((known, _)), _) => known,
                (None, Some((outer, _))) => outer,
                (None, None) => return Span { line: 1, column: 1, end_line: 1, end_column: 1, file: 0 },
            };
        }
    }

    /// A problem at a place.
    pub fn diagnostic(&self, severity: Severity, code: Code, path: &str, message: String, help: String) -> Diagnostic {
        let Label { file, line, column, end_line, end_column, .. } = self.label(path, "");
        Diagnostic { code, severity, message, help, file, line, column, end_line, end_column, labels: Vec::new() }
    }

    /// Another place that belongs to a problem.
    pub fn label(&self, path: &str, text: impl Into<String>) -> Label {
        let Span { line, column, end_line, end_column, file } = self.span(path);
        let file = self.files.get(usize::from(file)).cloned().unwrap_or_default();
        Label { file, line, column, end_line, end_column, text: text.into() }
    }
}
