//! YAML text as a tree of nodes that know where they stand.

use crate::comma::Commas;
use crate::diagnostic::{Code, Problems};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

/// Largest file that is read, bytes.
pub const MAX_BYTES: usize = 1_000_000;

/// A stretch of the text; lines and columns count from 1, the end is behind the last character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    /// Index of the file, as [`Problems`] counts them; 0 is the file that is checked.
    pub file: u16,
}

impl Span {
    /// The part of a one-line span that begins `from` characters after its start and is `len` long.
    pub fn part(self, from: usize, len: usize) -> Span {
        let column = self.column + from as u32;
        Span { line: self.line, column, end_line: self.line, end_column: column + len as u32, file: self.file }
    }
}

/// A node and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub kind: Kind,
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    /// A text, and where its first character stands.
    Text(String, Span),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub text: String,
    pub span: Span,
}

impl Node {
    /// The value of a key, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Kind::Map(entries) = &self.kind else { return None };
        entries.iter().find(|(k, _)| k.text == key).map(|(_, n)| n)
    }

    /// Takes a key and its value out of a mapping.
    pub fn remove(&mut self, key: &str) -> Option<(Key, Node)> {
        let Kind::Map(entries) = &mut self.kind else { return None };
        entries.iter().position(|(k, _)| k.text == key).map(|at| entries.remove(at))
    }

    /// Sets the value of a key, in its place where there is one, else at the end.
    pub fn set(&mut self, key: Key, value: Node) {
        let Kind::Map(entries) = &mut self.kind else { return };
        match entries.iter_mut().find(|(k, _)| k.text == key.text) {
            Some(entry) => *entry = (key, value),
            None => entries.push((key, value)),
        }
    }
}

impl Kind {
    /// Name for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Number(x) if x.is_nan() => "NaN",
            Kind::Number(_) => "a number",
            Kind::Text(..) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }
}

/// Reads the text of a file of that index; `None` where it is not YAML, which is then a problem.
pub(crate) fn read(text: &str, file: u16, problems: &mut Problems) -> Option<Node> {
    let start = Span { line: 1, column: 1, end_line: 1, end_column: 1, file };
    if text.len() > MAX_BYTES {
        let at = start;
        problems.error(Code::FileTooLarge, at, "the file is larger than 1 MB", "a scenario file has a few kB");
        return None;
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: 20_000, max_aliases: 200, max_anchors: 200, max_depth: 32, enforce_alias_anchor_ratio: false },
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::PassThrough,
        merge_keys: serde_saphyr::options::MergeKeyPolicy::Error,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options) {
        Ok(raw) => Some(place(raw, text, file, problems)),
        Err(e) => {
            let e = e.without_snippet();
            let at = e.location().map_or(start, |l| span(l, text, file));
            let message = e.to_string();
            // The place stands in the diagnostic already.
            let message = message.lines().next().unwrap_or("this is not YAML");
            let message = message.split(" at line ").next().unwrap_or(message);
            // Inside of aliases the budget's error is wrapped, and known by its words alone.
            if matches!(e, serde_saphyr::Error::Budget { .. }) || message.starts_with("budget breached") {
                let help = "a scenario has at most 20,000 nodes, 200 aliases and 32 levels";
                problems.error(Code::TooComplex, at, "the file is larger or deeper than a scenario may be", help);
            } else {
                let help = crate::slip::of_yaml(message, text, at.line as usize);
                // The library's advice is for programs.
                let message = message.split("; use from_str").next().unwrap_or(message);
                let message = if message.contains("merge key") { "merge keys (`<<`) are not read" } else { message };
                match crate::slip::place_of_yaml(message, text, at.line as usize, at.column as usize) {
                    Some((line, column, message)) => {
                        let slip = Span { line, column, end_line: line, end_column: column + 1, file };
                        problems.error(Code::Syntax, slip, message, help);
                        problems.label(at, "noticed here");
                    }
                    None => problems.error(Code::Syntax, at, message, help),
                }
            }
            None
        }
    }
}

/// A node as the parser hands it out.
enum Raw {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(v))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Raw, E> {
        Ok(Raw::Number(v as f64))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Raw, E> {
        Ok(Raw::Number(v as f64))
    }

    fn visit_u128<E>(self, v: u128) -> Result<Raw, E> {
        Ok(Raw::Number(v as f64))
    }

    fn visit_i128<E>(self, v: i128) -> Result<Raw, E> {
        Ok(Raw::Number(v as f64))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Raw, E> {
        Ok(Raw::Number(v))
    }

    fn visit_str<E>(self, v: &str) -> Result<Raw, E> {
        Ok(Raw::Text(v.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = seq.next_element()? {
            out.push(item);
        }
        Ok(Raw::List(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut out = Vec::new();
        while let Some(entry) = map.next_entry()? {
            out.push(entry);
        }
        Ok(Raw::Map(out))
    }
}

/// Tags of YAML that say what a value is anyway.
const TAGS: [&str; 7] = ["!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq"];

/// The tag that stands before a value, where it is one that other programs would run or build something by.
fn foreign_tag(from: usize, text: &str) -> Option<&str> {
    let here = text.get(from..)?;
    let before = text.get(..from)?;
    let line = &before[before.rfind('\n').map_or(0, |k| k + 1)..];
    let tag = match here.starts_with('!') {
        true => here.split_whitespace().next()?,
        false => line.split_whitespace().next_back()?,
    };
    (tag.starts_with('!') && !TAGS.contains(&tag)).then_some(tag)
}

fn place(raw: Spanned<Raw>, text: &str, file: u16, problems: &mut Problems) -> Node {
    let at = span(raw.referenced, text, file);
    if let Some(tag) = foreign_tag(start(raw.referenced), text) {
        problems.error(
            Code::Syntax,
            at,
            format!("the tag `{tag}` is not read"),
            "remove it: values are numbers, texts, lists and mappings",
        );
    }
    let kind = match raw.value {
        Raw::Null => Kind::Null,
        Raw::Bool(b) => Kind::Bool(b),
        Raw::Number(x) => Kind::Number(x),
        Raw::Text(t) => {
            let quoted = source(raw.referenced, text).starts_with(['"', '\'']);
            Kind::Text(t, if quoted { at.part(1, 0) } else { at })
        }
        Raw::List(items) => Kind::List(items.into_iter().map(|n| place(n, text, file, problems)).collect()),
        Raw::Map(entries) => {
            let mut commas = Commas::new(text);
            for (k, n) in entries {
                let (from, key) = (start(n.referenced), span(k.referenced, text, file));
                match (&n.value, bare(k.referenced, text)) {
                    (Raw::Null, Some(end)) => commas.word(k.value, key, end),
                    _ => {
                        let node = place(n, text, file, problems);
                        commas.entry(Key { span: key, text: k.value }, node, from, problems);
                    }
                }
            }
            Kind::Map(commas.finish(problems))
        }
    };
    Node { kind, span: at }
}

/// The byte at which a location begins.
fn start(location: Location) -> usize {
    location.span().byte_offset().unwrap_or(0) as usize
}

/// Where a key ends, where it is a word alone: between braces, with a comma or brace behind it and no colon.
fn bare(key: Location, text: &str) -> Option<usize> {
    let end = start(key) + source(key, text).len();
    let next = text.get(end..)?.chars().find(|c| !c.is_whitespace());
    matches!(next, Some(',' | '}')).then_some(end)
}

/// The text of a location, without the space behind it.
fn source(location: Location, text: &str) -> &str {
    let s = location.span();
    let from = s.byte_offset().unwrap_or(0) as usize;
    let len = s.byte_len().unwrap_or(0) as usize;
    text.get(from..from.saturating_add(len)).unwrap_or("").trim_end()
}

fn span(location: Location, text: &str, file: u16) -> Span {
    let (line, column) = (location.line().max(1) as u32, location.column().max(1) as u32);
    let covered = source(location, text);
    let breaks = covered.matches('\n').count() as u32;
    let last = covered.rsplit('\n').next().unwrap_or("").chars().count() as u32;
    let end_column = if breaks == 0 { column + last.max(1) } else { last + 1 };
    Span { line, column, end_line: line + breaks, end_column, file }
}
