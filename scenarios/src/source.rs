//! Sources by their short names: each is known in the file or in the library.

use crate::diagnostic::{Code, Problems, nearest};
use crate::library::library;
use crate::node::{Key, Kind, Node, Span};

/// Checks the short names in all `source` fields of a file and in another text, and adds those of the library to its `sources`, so that what is
/// written out stands alone.
pub(crate) fn complete(node: &mut Node, also: Option<(&str, Span)>, problems: &mut Problems) {
    let given: Vec<String> = match node.get("sources").map(|n| &n.kind) {
        None => Vec::new(),
        Some(Kind::Map(named)) => named.iter().map(|(k, _)| k.text.clone()).collect(),
        Some(_) => return, // which is found when they are read
    };
    let all = &library().sources;
    let mut used = vec![false; all.len()];
    let index = |token: &str| all.iter().position(|(name, _)| name == token);
    let mut texts: Vec<(&str, Span)> = also.into_iter().collect();
    collect(node, &mut texts);
    for (text, at) in texts {
        // Where the library has not what is used, its source is empty too.
        if text.trim().is_empty() && problems.errors() == 0 {
            let help = "say where the number comes from; `A` is an assumption of one's own";
            problems.error(Code::MissingField, at, "this source is empty", help);
        }
        // `A` and other short names aside, a letter says nothing.
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        let known = |t: &str| given.iter().any(|g| g == t) || index(t).is_some();
        if !text.trim().is_empty() && letters < 2 && !tokens(text).iter().any(|(t, _)| known(t)) {
            let help = "say where the number comes from; `A` is an assumption of one's own";
            problems.warning(Code::UnknownSource, at, format!("the source `{}` says nothing", text.trim()), help);
        }
        for (token, from) in tokens(text) {
            if given.iter().any(|g| g == token) {
                continue;
            }
            if let Some(k) = index(token) {
                used[k] = true;
            } else if is_code(token) {
                let place = if at.line == at.end_line { at.part(from, token.len()) } else { at };
                let near = nearest(token, given.iter().map(String::as_str).chain(all.iter().map(|(n, _)| n.as_str())));
                let near = if near.starts_with("did you") { near + ", or " } else { String::new() };
                let help = format!("{near}say what it is: `sources: {{{token}: \"…\"}}`");
                problems.error(Code::UnknownSource, place, format!("there is no source `{token}`"), help);
            }
        }
    }
    // What the text of one names is needed too.
    while let Some(k) = (0..all.len()).find_map(|k| {
        let named = tokens(&all[k].1).into_iter().filter_map(|(t, _)| index(t));
        named.into_iter().find(|n| used[k] && !used[*n] && !given.contains(&all[*n].0))
    }) {
        used[k] = true;
    }
    if !used.contains(&true) {
        return;
    }
    let span = node.span;
    let key = |text: &str| Key { text: text.to_owned(), span };
    if node.get("sources").is_none() {
        node.set(key("sources"), Node { kind: Kind::Map(Vec::new()), span });
    }
    let Kind::Map(fields) = &mut node.kind else { return };
    let Some((_, Node { kind: Kind::Map(named), .. })) = fields.iter_mut().find(|(k, _)| k.text == "sources") else { return };
    for ((name, text), _) in all.iter().zip(&used).filter(|(_, used)| **used) {
        named.push((key(name), Node { kind: Kind::Text(text.clone(), span), span }));
    }
}

/// All texts of `source` fields, and where their first character stands.
fn collect<'n>(node: &'n Node, out: &mut Vec<(&'n str, Span)>) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|n| collect(n, out)),
        Kind::Map(fields) => {
            for (key, inner) in fields {
                match &inner.kind {
                    Kind::Text(t, start) if key.text == "source" => {
                        let span = inner.span;
                        let at = if span.line == span.end_line { *start } else { span };
                        out.push((t, Span { end_line: span.end_line, ..at }));
                    }
                    _ => collect(inner, out),
                }
            }
        }
        _ => {}
    }
}

/// Words of a text, and the character at which each begins.
fn tokens(text: &str) -> Vec<(&str, usize)> {
    let joins = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let words = text.split(|c: char| !joins(c)).filter(|w| !w.is_empty());
    words.map(|w| (w, text[..w.as_ptr() as usize - text.as_ptr() as usize].chars().count())).collect()
}

/// Whether a word is a short name of a source: capitals and then digits.
fn is_code(token: &str) -> bool {
    let letters = token.chars().take_while(char::is_ascii_uppercase).count();
    let digits = token.chars().skip(letters).take_while(char::is_ascii_digit).count();
    (1..=4).contains(&letters) && digits > 0 && letters + digits == token.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_capitals_and_digits() {
        assert!(["P2", "D10", "R157", "ABCD1"].iter().all(|t| is_code(t)));
        assert!(["A", "PIE", "2021", "1999-01-0440", "U", "ABCDE1", "p2", "P2b", "P-2", ""].iter().all(|t| !is_code(t)));
        assert_eq!(tokens("é P2, (D10)"), [("é", 0), ("P2", 2), ("D10", 7)]);
    }

    #[test]
    fn the_library_knows_what_it_names() {
        let known = |t: &str| library().sources.iter().any(|(n, _)| n == t);
        for (name, text) in &library().sources {
            let unknown: Vec<_> = tokens(text).into_iter().filter(|(t, _)| is_code(t) && !known(t)).collect();
            assert!(unknown.is_empty(), "{name}: {unknown:?}");
        }
    }
}
