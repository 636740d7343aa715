//! Writing YAML: deterministic, and short enough to be read.

use crate::expression::{Expression, number_text};

/// What is to be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    /// A scalar as it stands in the file.
    Scalar(String),
    /// A longer text.
    Prose(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

/// Longest line that holds a whole mapping or list.
const WIDTH: usize = 120;

impl Tree {
    pub fn number(x: f64) -> Tree {
        Tree::Scalar(number_text(x))
    }

    pub fn truth(b: bool) -> Tree {
        Tree::Scalar(b.to_string())
    }

    /// A text, in quotes where YAML could take it for something else.
    pub fn text(t: &str) -> Tree {
        Tree::Scalar(if is_plain(t) { t.to_owned() } else { quoted(t) })
    }

    /// A value: a choice as a mapping, everything else as an expression.
    pub fn value(e: &Expression) -> Tree {
        match e {
            Expression::Choice { by, of } => {
                let mut fields = vec![("by".to_owned(), Tree::text(by))];
                fields.extend(of.iter().map(|(s, v)| (s.clone(), Tree::value(v))));
                Tree::Map(fields)
            }
            Expression::Number(x) => Tree::number(*x),
            other => Tree::text(&other.to_string()),
        }
    }

    pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Tree {
        Tree::List(words.into_iter().map(Tree::text).collect())
    }

    /// A list of texts.
    pub fn texts(texts: &[String]) -> Tree {
        Tree::words(texts.iter().map(String::as_str))
    }

    /// The document.
    pub fn document(&self) -> String {
        let mut out = String::new();
        self.block(0, &mut out);
        out
    }

    fn block(&self, indent: usize, out: &mut String) {
        match self {
            Tree::Map(fields) => {
                for (k, (key, value)) in fields.iter().enumerate() {
                    if k > 0 {
                        pad(indent, out);
                    }
                    out.push_str(key);
                    out.push(':');
                    value.after_key(indent, key.len() + 1, out);
                }
            }
            Tree::List(items) => {
                for (k, item) in items.iter().enumerate() {
                    if k > 0 {
                        pad(indent, out);
                    }
                    out.push('-');
                    match item.line(WIDTH.saturating_sub(indent + 2)) {
                        Some(line) => {
                            out.push(' ');
                            out.push_str(&line);
                            out.push('\n');
                        }
                        None => {
                            out.push(' ');
                            item.block(indent + 2, out);
                        }
                    }
                }
            }
            Tree::Scalar(t) => {
                out.push_str(t);
                out.push('\n');
            }
            Tree::Prose(t) => {
                out.push_str(&quoted(t));
                out.push('\n');
            }
        }
    }

    fn after_key(&self, indent: usize, used: usize, out: &mut String) {
        if let Tree::Prose(t) = self
            && is_foldable(t)
        {
            fold(t, indent + 2, out);
        } else if let Some(line) = self.line(WIDTH.saturating_sub(indent + used + 1)) {
            out.push(' ');
            out.push_str(&line);
            out.push('\n');
        } else {
            match self {
                Tree::Scalar(_) | Tree::Prose(_) => out.push(' '),
                Tree::List(_) | Tree::Map(_) => {
                    out.push('\n');
                    pad(indent + 2, out);
                }
            }
            self.block(indent + 2, out);
        }
    }

    /// All on one line, where it fits.
    fn line(&self, width: usize) -> Option<String> {
        let line = match self {
            Tree::Scalar(t) => return Some(t.clone()),
            Tree::Prose(t) => quoted(t),
            Tree::List(items) => {
                let parts: Option<Vec<String>> = items.iter().map(|i| i.line(width)).collect();
                format!("[{}]", parts?.join(", "))
            }
            Tree::Map(fields) => {
                let parts: Option<Vec<String>> = fields.iter().map(|(k, v)| Some(format!("{k}: {}", v.line(width)?))).collect();
                format!("{{{}}}", parts?.join(", "))
            }
        };
        (line.chars().count() <= width).then_some(line)
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Characters that mean nothing to YAML in a plain text, also between brackets.
fn is_plain(t: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || " _-+*/.()<=".contains(c);
    let word = t.to_ascii_lowercase();
    let reserved = ["", "true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&word.as_str());
    t.starts_with(|c: char| c.is_ascii_alphabetic() || c == '(') && !t.ends_with(' ') && t.chars().all(good) && !reserved
}

fn quoted(t: &str) -> String {
    // A JSON string is a YAML one; text never fails to be written as JSON.
    serde_json::to_string(t).unwrap_or_default()
}

/// Whether a folded block gives the text back.
fn is_foldable(t: &str) -> bool {
    let plain = t.chars().all(|c| !c.is_control()) && !t.contains("  ") && t.trim() == t;
    plain && t.len() > 80
}

fn fold(t: &str, indent: usize, out: &mut String) {
    out.push_str(" >-\n");
    let mut used = 0;
    for word in t.split(' ') {
        let len = word.chars().count();
        if used > 0 && indent + used + 1 + len > 100 {
            out.push('\n');
            used = 0;
        }
        if used == 0 {
            pad(indent, out);
        } else {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += len;
    }
    out.push('\n');
}
