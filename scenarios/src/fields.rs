//! Reading the fields of a mapping: each is asked for once, and what nobody asked for is unknown.

use crate::diagnostic::{Code, Problems, nearest};
use crate::node::{Key, Kind, Node, Span};
use crate::slip;
use std::collections::BTreeMap;

/// Names that fields have elsewhere, and here.
const OTHERS: [(&str, &str); 8] = [
    ("min", "low"),
    ("max", "high"),
    ("minimum", "low"),
    ("maximum", "high"),
    ("std", "sd"),
    ("sigma", "sd"),
    ("average", "mean"),
    ("type", "kind"),
];

/// The fields of one mapping while they are being read.
pub(crate) struct Fields<'n> {
    /// Where to point when something is missing.
    pub at: Span,
    entries: Vec<(&'n Key, &'n Node, bool)>,
    asked: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// The fields of a node that must be a mapping. `at` is the place that names it.
    pub fn of(node: &'n Node, at: Span, what: &str, problems: &mut Problems) -> Option<Self> {
        let entries = entries(node, what, problems)?;
        Some(Self { at, entries: entries.map(|(k, n)| (k, n, false)).collect(), asked: Vec::new(), missing: Vec::new() })
    }

    /// The field of that name.
    pub fn take(&mut self, name: &'static str) -> Option<&'n Node> {
        self.asked.push(name);
        let found = self.entries.iter_mut().find(|(k, ..)| k.text == name)?;
        found.2 = true;
        Some(found.1)
    }

    /// The field of that name; its lack is a problem, reported by [`Fields::finish`].
    pub fn require(&mut self, name: &'static str) -> Option<&'n Node> {
        let found = self.take(name);
        if found.is_none() {
            self.missing.push(name);
        }
        found
    }

    /// Fields that belong here and were read before: what is mistyped may be meant for one of them.
    pub fn known(&mut self, names: &[&'static str]) {
        self.asked.extend(names);
    }

    /// Whether a field of that name stands there.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(k, ..)| k.text == name)
    }

    /// Reports every field that nobody asked for, and every one that is missing, unless it was only mistyped.
    pub fn finish(mut self, problems: &mut Problems) {
        for (key, ..) in self.entries.iter().filter(|(.., used)| !used) {
            let mut help = nearest(&key.text, self.asked.iter().copied().filter(|a| !self.has(a)));
            // One that is there may be meant too: it may come from what the file extends.
            let any = nearest(&key.text, self.asked.iter().copied());
            // What other programs call it.
            if let Some((_, own)) = OTHERS.iter().find(|(o, own)| *o == key.text && self.asked.contains(own) && !self.has(own)) {
                help = format!("did you mean `{own}`?");
            }
            if !help.starts_with("did you") && any.starts_with("did you") {
                help = any;
            }
            if self.asked.iter().all(|a| self.has(a)) {
                help = "remove it".to_owned(); // every field is there
            }
            self.missing.retain(|m| help != format!("did you mean `{m}`?"));
            problems.error(Code::UnknownField, key.span, format!("there is no field `{}` here", key.text), help);
        }
        self.report_missing(problems);
    }

    /// Reports what is missing, where the other fields cannot be judged; what is written with capitals is there.
    pub fn report_missing(self, problems: &mut Problems) {
        for name in self.missing {
            if let Some((key, ..)) = self.entries.iter().find(|(k, _, used)| !used && k.text.eq_ignore_ascii_case(name)) {
                let message = format!("there is no field `{}` here", key.text);
                problems.error(Code::UnknownField, key.span, message, format!("did you mean `{name}`? Fields are lower case"));
                continue;
            }
            problems.error(Code::MissingField, self.at, format!("`{name}` is missing"), format!("add `{name}:`"));
        }
    }
}

/// The entries of a node that must be a mapping, each key once.
pub(crate) fn entries<'n>(
    node: &'n Node,
    what: &str,
    problems: &mut Problems,
) -> Option<impl Iterator<Item = (&'n Key, &'n Node)> + use<'n>> {
    let Kind::Map(entries) = &node.kind else {
        wrong_type::<()>(node, &format!("{what} is a mapping"), problems);
        return None;
    };
    let mut firsts: Vec<&(Key, Node)> = Vec::new();
    let mut known: BTreeMap<&str, Span> = BTreeMap::new();
    for entry in entries {
        let key = &entry.0;
        match known.get(key.text.as_str()) {
            Some(first) => {
                let message = format!("`{}` stands twice", key.text);
                problems.error(Code::DuplicateKey, key.span, message, "remove or rename one of them");
                problems.label(*first, "first here");
            }
            None => {
                known.insert(&key.text, key.span);
                firsts.push(entry);
            }
        }
    }
    Some(firsts.into_iter().map(|(k, n)| (k, n)))
}

/// The items of a node that must be a list.
pub(crate) fn items<'n>(node: &'n Node, what: &str, problems: &mut Problems) -> &'n [Node] {
    match &node.kind {
        Kind::List(items) => items,
        _ => {
            wrong_type::<()>(node, &format!("{what} is a list"), problems);
            &[]
        }
    }
}

/// A text.
pub(crate) fn text(node: &Node, what: &str, problems: &mut Problems) -> Option<String> {
    match &node.kind {
        Kind::Text(t, _) => Some(t.clone()),
        _ => wrong_type(node, &format!("{what} is a text"), problems),
    }
}

/// A number, infinite ones included.
pub(crate) fn number(node: &Node, what: &str, problems: &mut Problems) -> Option<f64> {
    match &node.kind {
        Kind::Number(x) if !x.is_nan() => Some(*x),
        Kind::Text(t, _) if t == "inf" => Some(f64::INFINITY),
        Kind::Text(t, _) if t == "-inf" => Some(f64::NEG_INFINITY),
        Kind::Text(t, _) => {
            let message = format!("{what} is a number, but this is a text");
            problems.error(Code::WrongType, node.span, message, slip::of_number(t));
            None
        }
        _ => wrong_type(node, &format!("{what} is a number"), problems),
    }
}

/// A finite number.
pub(crate) fn finite(node: &Node, what: &str, problems: &mut Problems) -> Option<f64> {
    let x = number(node, what, problems)?;
    if x.is_finite() {
        return Some(x);
    }
    problems.error(Code::OutOfRange, node.span, format!("{what} must be finite"), "");
    None
}

/// A number above zero.
pub(crate) fn positive(node: &Node, what: &str, problems: &mut Problems) -> Option<f64> {
    let x = finite(node, what, problems)?;
    if x > 0.0 {
        return Some(x);
    }
    problems.error(Code::NotPositive, node.span, format!("{what} is {x}, but must be above zero"), "");
    None
}

/// A number from zero to one.
pub(crate) fn probability(node: &Node, what: &str, problems: &mut Problems) -> Option<f64> {
    let x = number(node, what, problems)?;
    if (0.0..=1.0).contains(&x) {
        return Some(x);
    }
    problems.error(Code::ProbabilityRange, node.span, format!("{what} is {x}, but a probability is from 0 to 1"), "");
    None
}

/// True or false.
pub(crate) fn truth(node: &Node, what: &str, problems: &mut Problems) -> Option<bool> {
    match &node.kind {
        Kind::Bool(b) => Some(*b),
        Kind::Text(t, _) => {
            let message = format!("{what} is true or false, but this is a text");
            problems.error(Code::WrongType, node.span, message, slip::of_truth(t));
            None
        }
        _ => wrong_type(node, &format!("{what} is true or false"), problems),
    }
}

/// A list of different words, each with its place.
pub(crate) fn words(node: &Node, what: &str, problems: &mut Problems) -> Vec<(String, Span)> {
    let mut out: Vec<(String, Span)> = Vec::new();
    for item in items(node, what, problems) {
        let Some(word) = text(item, what, problems) else { continue };
        if out.iter().any(|(w, _)| *w == word) {
            problems.error(Code::DuplicateEntry, item.span, format!("`{word}` stands twice"), "remove one of them");
        } else {
            out.push((word, item.span));
        }
    }
    out
}

/// Reports a node of the wrong type.
pub(crate) fn wrong_type<T>(node: &Node, expected: &str, problems: &mut Problems) -> Option<T> {
    problems.error(Code::WrongType, node.span, format!("{expected}, but this is {}", node.kind.name()), "");
    None
}

/// Most letters of a name.
pub(crate) const MAX_NAME: usize = 64;

/// Whether a name is lower case, beginning with a letter, with digits and `separator`.
pub(crate) fn is_name(name: &str, separator: char) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == separator;
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(good)
}

/// Checks a name: lower case, beginning with a letter, with digits and `separator`.
pub(crate) fn check_name(name: &str, separator: char, at: Span, problems: &mut Problems) {
    if !is_name(name, separator) {
        let other = name.to_ascii_lowercase().replace(['-', '_', ' '], &separator.to_string());
        let mut help = format!("names are lower case letters, digits and `{separator}`, and begin with a letter");
        if is_name(&other, separator) {
            help = format!("write `{other}`: {help}");
        }
        problems.error(Code::BadName, at, format!("`{name}` is not a name"), help);
    } else if name.len() > MAX_NAME {
        let help = format!("a name has at most {MAX_NAME} letters: it is part of file and column names");
        problems.error(Code::BadName, at, format!("a name of {} letters is too long", name.len()), help);
    } else if crate::expression::RESERVED.contains(&name) {
        problems.error(Code::BadName, at, format!("`{name}` is a word of the format"), "choose another name");
    }
}
