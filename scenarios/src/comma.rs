//! Commas that are not meant to end a value: `{source: 30 to 50 km/h, A}` is a mapping with an entry `A` to YAML. It is told
//! once, and read as it was meant, so that it brings no further problems.

use crate::diagnostic::{Code, Problems};
use crate::node::{Key, Kind, Node, Span};

/// The entries of a mapping while they are gathered: words that stand alone belong to the value before them.
pub(crate) struct Commas<'t> {
    text: &'t str,
    entries: Vec<(Key, Node)>,
    /// Byte at which the last value begins.
    from: usize,
    /// Words behind the last value: each with its place, and the byte at which the last of them ends.
    words: Vec<(String, Span)>,
    end: usize,
}

impl<'t> Commas<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, entries: Vec::new(), from: 0, words: Vec::new(), end: 0 }
    }

    /// An entry whose value begins at that byte.
    pub fn entry(&mut self, key: Key, node: Node, from: usize, problems: &mut Problems) {
        self.settle(problems);
        self.entries.push((key, node));
        self.from = from;
    }

    /// A word without a colon, that ends at that byte.
    pub fn word(&mut self, word: String, at: Span, end: usize) {
        self.words.push((word, at));
        self.end = end;
    }

    pub fn finish(mut self, problems: &mut Problems) -> Vec<(Key, Node)> {
        self.settle(problems);
        self.entries
    }

    /// Joins the words since the last value to it.
    fn settle(&mut self, problems: &mut Problems) {
        let words = std::mem::take(&mut self.words);
        let (Some((_, first)), Some((last, end))) = (words.first(), words.last()) else { return };
        let whole = self.text.get(self.from..self.end).unwrap_or_default();
        let value = self.entries.last_mut().filter(|(_, n)| matches!(n.kind, Kind::Text(..) | Kind::Number(_) | Kind::Bool(_)));
        let Some((key, node)) = value else {
            // Nothing that it could belong to.
            let message = format!("`{last}` stands alone between braces");
            problems.error(Code::UnquotedComma, *end, message, format!("write `{last}: VALUE`, or remove it"));
            return;
        };
        let at = Span { line: node.span.line, column: node.span.column, ..*end };
        let quoted = whole.starts_with(['"', '\'']);
        let decimal = whole.replace(',', ".");
        if let (Kind::Number(_), Ok(x)) = (&node.kind, decimal.parse::<f64>()) {
            let message = format!("`{whole}` is two entries: a comma between braces ends a value");
            problems.error(Code::UnquotedComma, at, message, format!("write a decimal point: `{}: {decimal}`", key.text));
            *node = Node { kind: Kind::Number(x), span: at };
            return;
        }
        let message = format!("the comma ends `{}` here, and `{}` is an entry of its own", key.text, words[0].0);
        let help = match quoted {
            true => format!("let the quotes of `{}` hold all of it", key.text),
            false => format!("quote it: `{}: \"{}\"`", key.text, whole.split_whitespace().collect::<Vec<_>>().join(" ")),
        };
        problems.error(Code::UnquotedComma, if quoted { *first } else { at }, message, help);
        if !quoted {
            *node = Node { kind: Kind::Text(whole.to_owned(), at), span: at };
        }
    }
}
