//! The controlled vocabulary of operational design domains: attributes and their values, with names close to ISO 34503:2023 and
//! BSI PAS 1883:2020. Tags of scenarios and the contents of ODD profiles are both written in it.
//!
//! A tag `junction.roundabout` says that a scenario exercises a value; some plain words (`night`) are short for one. Any other plain
//! word (`occlusion`) is a tag of the author's own.

mod table;

pub use table::TAXONOMY;

use crate::diagnostic::{Code, Problems, nearest};
use crate::fields::check_name;
use crate::node::Span;

/// Part of an ODD that an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What does not move.
    Scenery,
    /// Weather, light and links.
    Environment,
    /// What moves.
    Dynamic,
}

impl Part {
    /// Name.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Scenery => "scenery",
            Part::Environment => "environment",
            Part::Dynamic => "dynamic elements",
        }
    }
}

/// An attribute of an ODD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Part of the ODD.
    pub part: Part,
    /// Name, as in `name.value`.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Values, each with the plain tags that are short for it.
    pub values: &'static [(&'static str, &'static [&'static str])],
    /// The value of a scenario whose tags name none: what nobody would mention.
    pub usual: Option<&'static str>,
}

impl Attribute {
    /// The attribute of that name.
    pub fn named(name: &str) -> Option<&'static Attribute> {
        TAXONOMY.iter().find(|a| a.name == name)
    }

    /// Whether it has the value.
    pub fn has(&self, value: &str) -> bool {
        self.values.iter().any(|(v, _)| *v == value)
    }

    /// Names of all values.
    pub fn value_names(&self) -> impl Iterator<Item = &'static str> {
        self.values.iter().map(|(v, _)| *v)
    }
}

/// The attribute and value that a tag stands for; `None` for a tag of the author's own.
pub fn meaning(tag: &str) -> Option<(&'static Attribute, &'static str)> {
    if let Some((name, value)) = tag.split_once('.') {
        let attribute = Attribute::named(name)?;
        return attribute.value_names().find(|v| *v == value).map(|v| (attribute, v));
    }
    let short = |a: &'static Attribute| a.values.iter().find(|(_, short)| short.contains(&tag)).map(|(v, _)| (a, *v));
    TAXONOMY.iter().find_map(short)
}

/// Whether a scenario with these tags exercises a value.
pub fn exercises(tags: &[String], attribute: &Attribute, value: &str) -> bool {
    let mut named =
        tags.iter().filter_map(|tag| meaning(tag)).filter(|(a, _)| a.name == attribute.name).map(|(_, v)| v).peekable();
    match named.peek() {
        None => attribute.usual == Some(value),
        Some(_) => named.any(|v| v == value),
    }
}

/// Checks a tag: a word of the author's own, or an attribute with one of its values.
pub(crate) fn check_tag(tag: &str, at: Span, problems: &mut Problems) {
    let Some((name, value)) = tag.split_once('.') else { return check_name(tag, '-', at, problems) };
    let Some(attribute) = known_attribute(name, at.part(0, name.chars().count()), problems) else { return };
    check_value(attribute, value, at.part(name.chars().count() + 1, value.chars().count()), problems);
}

/// The attribute of a name; its lack is a problem.
pub(crate) fn known_attribute(name: &str, at: Span, problems: &mut Problems) -> Option<&'static Attribute> {
    let found = Attribute::named(name);
    if found.is_none() {
        let help = nearest(name, TAXONOMY.iter().map(|a| a.name));
        problems.error(Code::UnknownTag, at, format!("the taxonomy has no attribute `{name}`"), help);
    }
    found
}

/// Whether an attribute has a value; that it has not is a problem.
pub(crate) fn check_value(attribute: &Attribute, value: &str, at: Span, problems: &mut Problems) -> bool {
    let known = attribute.has(value);
    if !known {
        let help = nearest(value, attribute.value_names());
        problems.error(Code::UnknownTag, at, format!("`{value}` is not a value of `{}`", attribute.name), help);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(words: &[&str]) -> Vec<String> {
        words.iter().map(|w| (*w).to_owned()).collect()
    }

    #[test]
    fn every_short_word_stands_for_one_value_and_values_are_names() {
        let mut short: Vec<&str> = TAXONOMY.iter().flat_map(|a| a.values).flat_map(|(_, s)| *s).copied().collect();
        let all = short.len();
        short.sort_unstable();
        short.dedup();
        assert_eq!(short.len(), all);
        for attribute in &TAXONOMY {
            assert!(attribute.usual.is_none_or(|v| attribute.has(v)), "{}", attribute.name);
            for value in attribute.value_names() {
                assert!(meaning(&format!("{}.{value}", attribute.name)).is_some_and(|(a, v)| a == attribute && v == value));
                assert!(!value.contains('.') && !attribute.name.contains('.'));
            }
        }
    }

    #[test]
    fn what_nobody_mentions_is_usual_unless_another_value_is_named() {
        let light = Attribute::named("illumination").unwrap();
        assert!(exercises(&tags(&["child"]), light, "day"));
        assert!(!exercises(&tags(&["night"]), light, "day") && exercises(&tags(&["night"]), light, "night"));
        assert!(exercises(&tags(&["illumination.day", "illumination.dusk"]), light, "day"));
        let junction = Attribute::named("junction").unwrap();
        assert!(!junction.value_names().any(|value| exercises(&tags(&["night"]), junction, value)));
    }
}
