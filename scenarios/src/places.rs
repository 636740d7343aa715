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

    /// Whether the file says something there, of a member of a group also what it says of all of them.
    pub fn says(&self, path: &str) -> bool {
        self.has(path) || self.of_member(path).is_some()
    }

    /// The place of a path; where the file does not write it out, that of the thing it belongs to. Member 2 of the group
    /// `kids`, which is called `kids_2`, may have fields of its own, and shares the others.
    fn span(&self, path: &str) -> Span {
        if let Some(span) = self.spans.get(path).or_else(|| self.of_member(path)) {
            return *span;
        }
        match path.rsplit_once('.') {
            Some((outer, _)) => self.span(outer),
            None => Span { line: 1, column: 1, end_line: 1, end_column: 1, file: 0 },
        }
    }

    fn of_member(&self, path: &str) -> Option<&Span> {
        let rest = path.strip_prefix("actors.")?;
        let (name, field) = rest.split_once('.').map_or((rest, ""), |(name, field)| (name, field));
        let (group, number) = name.rsplit_once('_').filter(|(_, n)| n.parse::<usize>().is_ok())?;
        let below = |part: &str| if field.is_empty() { part.to_owned() } else { format!("{part}.{field}") };
        let own = self.spans.get(&below(&format!("actors.{group}.members.{number}")));
        own.or_else(|| self.spans.get(&below(&format!("actors.{group}"))))
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
