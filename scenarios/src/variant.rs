//! A file with what it extends and its variants: one tree of nodes for each of its scenarios.

use crate::catalogue::file_text;
use crate::diagnostic::{Code, Problems, SourceFile, nearest};
use crate::fields::{Fields, check_name, entries, is_name, positive, text};
use crate::format::SCHEMA;
use crate::merge::{merge, strangers};
use crate::node::{Key, Kind, Node, Span, read};
use std::collections::BTreeSet;

/// Most files that extend each other.
const MAX_CHAIN: usize = 8;
/// Most variants of a file.
const MAX_VARIANTS: usize = 32;

/// Finds the files that a scenario names by a path. Names of the catalogue need none.
pub trait Resolver {
    /// The file that `from` names as `path`; the name that it gets is what later files are relative to.
    ///
    /// # Errors
    /// Why it cannot be read, in a few words.
    fn resolve(&self, path: &str, from: &str) -> Result<SourceFile, String>;

    /// The jurisdiction whose rules hold in the place of those that a file names: a built-in name, or a path.
    fn rules(&self) -> Option<&str> {
        None
    }
}

/// Knows no files: names of the catalogue alone are found.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltInOnly;

impl Resolver for BuiltInOnly {
    fn resolve(&self, _: &str, _: &str) -> Result<SourceFile, String> {
        Err("files are not read here".to_owned())
    }
}

/// A share of the exposure, and where it comes from.
#[derive(Debug)]
pub(crate) struct Share {
    pub of: f64,
    pub source: String,
    pub at: Span,
}

/// One of the scenarios of a file.
#[derive(Debug)]
pub(crate) struct Member {
    pub node: Node,
    /// Name and place of the variant; `None` for the base.
    pub variant: Option<(String, Span)>,
    /// Its share of the exposure; `None` where a file has no variants.
    pub share: Option<Share>,
}

/// The scenarios of a file, the base first.
pub(crate) fn members(source: &str, resolver: &dyn Resolver, problems: &mut Problems) -> Vec<Member> {
    let Some(mut base) = read(source, 0, problems).and_then(|root| extended(root, resolver, problems)) else {
        return Vec::new();
    };
    let Some((key, node)) = base.remove("variants") else {
        return vec![Member { node: base, variant: None, share: None }];
    };
    let variants = variants(&base, &node, key.span, problems);
    let given: f64 = variants.iter().flat_map(|v| v.share.as_ref()).map(|s| s.of).sum();
    if given >= 1.0 && variants.iter().flat_map(|v| v.share.as_ref()).all(|s| s.of < 1.0) {
        let message = format!("the variants take {given} of the exposure, so that nothing is left for the base");
        problems.error(Code::ShareSum, key.span, message, "lower their shares: they add up to less than 1");
    }
    let share = Share { of: 1.0 - given, source: "the rest".to_owned(), at: key.span };
    let rest = Member { node: base, variant: None, share: Some(share) };
    std::iter::once(rest).chain(variants).collect()
}

/// A file laid over what it extends.
fn extended(root: Node, resolver: &dyn Resolver, problems: &mut Problems) -> Option<Node> {
    let mut layers = Vec::new();
    let mut node = once(root, problems);
    while let Some((_, named)) = node.remove("extends") {
        layers.push(node);
        let path = text(&named, "`extends`", problems)?;
        let from = problems.file_name(named.span.file);
        let found = find(&path, &from, named.span, resolver, problems)?;
        if problems.files().iter().any(|f| f.name == found.name) {
            problems.error(Code::Cycle, named.span, format!("`{path}` extends itself"), "remove an `extends`");
            return None;
        }
        if layers.len() == MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} files extend each other");
            problems.error(Code::TooMany, named.span, message, "extend one further down");
            return None;
        }
        let index = problems.add_file(found.clone());
        node = once(read(&found.text, index, problems)?, problems);
        if !matches!(node.kind, Kind::Map(_)) {
            problems.error(Code::WrongType, named.span, format!("`{path}` is not a scenario"), "");
            return None;
        }
        node.remove("name");
        if let Some(Node { kind: Kind::Text(schema, _), span }) = node.get("schema")
            && schema != SCHEMA
        {
            let message = format!("this program does not read `{schema}`");
            problems.error(Code::UnsupportedSchema, *span, message, format!("write `schema: {SCHEMA}`"));
            return None;
        }
    }
    Some(layers.into_iter().rev().fold(node, |base, mut over| {
        strangers(&base, &mut over, problems);
        merge(base, over, problems)
    }))
}

/// A file with each of its sections once: parts of it are taken out before it is read as a whole.
fn once(mut root: Node, problems: &mut Problems) -> Node {
    if let Kind::Map(_) = root.kind {
        _ = entries(&root, "a scenario file", problems);
        let mut known = BTreeSet::new();
        if let Kind::Map(sections) = &mut root.kind {
            sections.retain(|(k, _)| known.insert(k.text.clone()));
        }
    }
    root
}

/// The file of the catalogue, or that of a path.
fn find(path: &str, from: &str, at: Span, resolver: &dyn Resolver, problems: &mut Problems) -> Option<SourceFile> {
    if !is_path(path) {
        let found = file_text(path);
        if found.is_none() {
            let help = nearest(path, crate::catalogue::file_names());
            let base = crate::catalogue::file_names().into_iter().find(|f| path.starts_with(&format!("{f}-")));
            let help = match base {
                _ if help.starts_with("did you") => help,
                Some(f) => format!("a variant cannot be extended: extend `{f}`, and repeat what the variant changes"),
                None => "a path begins with `./`".to_owned(),
            };
            problems.error(Code::UnknownScenario, at, format!("there is no scenario `{path}` in the catalogue"), help);
        }
        return found;
    }
    match resolver.resolve(path, from) {
        Ok(file) => Some(file),
        Err(why) => {
            let help = "a path is relative to the file that names it";
            problems.error(Code::UnknownScenario, at, format!("cannot read `{path}`: {why}"), help);
            None
        }
    }
}

/// Whether a name is that of a file.
pub(crate) fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || name.ends_with(".yaml")
}

fn variants(base: &Node, node: &Node, at: Span, problems: &mut Problems) -> Vec<Member> {
    let mut out = Vec::new();
    let Some(named) = entries(node, "`variants`", problems) else { return out };
    let named: Vec<_> = named.collect();
    if named.len() > MAX_VARIANTS {
        let message = format!("{} variants, but a file has at most {MAX_VARIANTS}", named.len());
        problems.error(Code::TooMany, at, message, "");
        return out;
    }
    for (key, node) in named {
        out.extend(variant(base, key, node, problems));
    }
    out
}

fn variant(base: &Node, key: &Key, node: &Node, problems: &mut Problems) -> Option<Member> {
    let before = problems.errors();
    check_name(&key.text, '-', key.span, problems);
    if problems.errors() > before {
        return None;
    }
    let mut fields = Fields::of(node, key.span, "a variant", problems)?;
    let share = fields.require("share").and_then(|n| positive(n, "`share`", problems).map(|x| (x, n.span)));
    let source = fields.require("source").and_then(|n| text(n, "`source`", problems).map(|t| (t, n.span)));
    let title = fields.take("title");
    let with = fields.require("with");
    if let Some(n) = fields.take("extends") {
        let help = "remove it, and write all that differs from the base into `with`";
        problems.error(Code::UnknownField, n.span, "a variant changes the scenario of its file, not another variant", help);
    }
    fields.finish(problems);
    if let Some((share, at)) = share
        && share >= 1.0
    {
        let message = format!("`share` is {share}, but a variant takes less than the whole");
        problems.error(Code::ProbabilityRange, at, message, "");
    }
    let with = with?;
    let named = entries(with, "`with`", problems)?;
    for (inner, _) in named.filter(|(k, _)| ["schema", "name", "title", "extends", "variants"].contains(&k.text.as_str())) {
        let help = if inner.text == "title" { "write it beside `with`" } else { "" };
        problems.error(Code::UnknownField, inner.span, format!("a variant does not change `{}`", inner.text), help);
    }
    if let Kind::Map(fields) = &with.kind
        && let Some((key, _)) = fields.iter().find(|(k, _)| k.text == "exposure")
    {
        let message = "a variant has a share of its file's `exposure`, and none of its own";
        let help = "remove it and set the share, or write a file of its own that `extends` this one's scenario";
        problems.error(Code::UnknownField, key.span, message, help);
    }
    let mut with = with.clone();
    strangers(base, &mut with, problems);
    let mut own = merge(base.clone(), with, problems);
    own.span = base.span;
    let words = |text: String| Node { kind: Kind::Text(text, key.span), span: key.span };
    let named = |field: &str| match base.get(field).map(|n| &n.kind) {
        Some(Kind::Text(t, _)) => Some(t.clone()),
        _ => None, // which is found when the base is read
    };
    let place = |field: &str| Key { text: field.to_owned(), span: key.span };
    if let Some(name) = named("name").filter(|n| is_name(n, '-')) {
        own.set(place("name"), words(format!("{name}-{}", key.text)));
    }
    match (title, named("title")) {
        (Some(title), _) => own.set(place("title"), title.clone()),
        (None, Some(usual)) => own.set(place("title"), words(format!("{usual}, {}", key.text.replace('-', " ")))),
        (None, None) => {}
    }
    let (source, at) = source?;
    let share = Share { of: share?.0, source, at };
    Some(Member { node: own, variant: Some((key.text.clone(), key.span)), share: Some(share) })
}

/// Names of the variants of a file, own and inherited, as [`members`] gives them.
pub(crate) fn names(source: &str, file: &str) -> Vec<String> {
    let mut problems = Problems::new(file);
    let base = read(source, 0, &mut problems).and_then(|root| extended(root, &BuiltInOnly, &mut problems));
    match base.and_then(|mut b| b.remove("variants")) {
        Some((_, Node { kind: Kind::Map(variants), .. })) => variants.into_iter().map(|(k, _)| k.text).collect(),
        _ => Vec::new(),
    }
}
