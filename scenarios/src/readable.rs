//! Messages that may repeat anything of a file, however long.

/// Longest word of a file, and longest text, that a message repeats, characters.
const LONGEST_WORD: usize = 120;
const LONGEST_TEXT: usize = 2_000;

/// A text that may hold anything of the file: long words are cut, and what a terminal would obey is not repeated.
pub(crate) fn readable(text: String) -> String {
    // Marks of writing direction and what has no width show a text otherwise than it is.
    let hides = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let is_plain = |c: char| c == '\n' || !(c.is_control() || hides(c));
    if text.len() <= LONGEST_WORD && text.chars().all(is_plain) {
        return text;
    }
    let (mut out, mut quoted) = (String::new(), false);
    for part in text.split('`') {
        out += if out.is_empty() && !quoted { "" } else { "`" };
        let most = if quoted { LONGEST_WORD } else { LONGEST_TEXT };
        match part.char_indices().nth(most) {
            Some((at, _)) => out += &format!("{}…", &part[..at]),
            None => out += part,
        }
        quoted = !quoted;
    }
    if let Some((at, _)) = out.char_indices().nth(LONGEST_TEXT) {
        out.truncate(at);
        out.push('…');
    }
    out.chars().map(|c| if is_plain(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_repeats_no_more_of_a_file_than_one_reads() {
        let long = "é".repeat(900_000);
        let said = readable(format!("`{long}` is not a name, but `b` is, and `{long}` is not"));
        let cut = format!("`{}…`", "é".repeat(LONGEST_WORD));
        assert_eq!(said, format!("{cut} is not a name, but `b` is, and {cut} is not"));
        assert_eq!(readable(long).chars().count(), LONGEST_TEXT + 1);
        assert_eq!(readable("`a\u{1b}[31m`".into()), "`a\u{fffd}[31m`");
        assert_eq!(readable("`a` and `b`".into()), "`a` and `b`");
        assert_eq!(readable("`a\u{202e}b\u{200b}`".into()), "`a\u{fffd}b\u{fffd}`");
    }
}
