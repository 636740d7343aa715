//! What is shown of a file around the places of a problem: the lines there, long ones cut around the place.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use nines_scenarios::{Diagnostic, Label};

/// Most characters of a line that are shown.
const WIDE: usize = 200;
/// Characters of a cut line before the place.
const BEFORE: usize = 60;
/// Most lines of a place that are shown; of a longer one the first is.
const LONG: u32 = 6;

/// A place by lines and columns in characters, both from 1; the end is behind the last character.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl Place {
    fn of(line: u32, column: u32, end_line: u32, end_column: u32) -> Self {
        // The whole of a long part of the file says no more than where it begins.
        let long = end_line.saturating_sub(line) >= LONG;
        let (end_line, end_column) = if long { (line, u32::MAX) } else { (end_line, end_column) };
        Self { line, column, end_line, end_column }
    }
}

impl From<&Diagnostic> for Place {
    fn from(d: &Diagnostic) -> Self {
        Place::of(d.line, d.column, d.end_line, d.end_column)
    }
}

impl From<&Label> for Place {
    fn from(l: &Label) -> Self {
        Place::of(l.line, l.column, l.end_line, l.end_column)
    }
}

/// The text with the lines around some places alone: others are empty, so that the lines keep their numbers.
#[derive(Debug)]
pub struct Excerpt {
    name: String,
    text: String,
    /// Where the places are in it, in bytes.
    spans: Vec<(usize, usize)>,
    /// First column of each place in the file, from 0.
    columns: Vec<(usize, usize)>,
}

/// A line as it is shown.
struct Shown {
    /// Byte at which it begins.
    at: usize,
    text: String,
    /// First character that is shown, and whether a mark stands before it.
    from: usize,
    mark: usize,
}

impl Shown {
    /// Byte of a column from 1; the end of what is shown where it lies behind.
    fn offset(&self, column: u32) -> usize {
        let k = (column as usize - 1).saturating_sub(self.from) + self.mark;
        self.at + self.text.char_indices().nth(k).map_or(self.text.len(), |(byte, _)| byte)
    }
}

impl Excerpt {
    /// The first place is the one that long lines are cut around.
    pub fn new(name: &str, text: &str, places: &[Place]) -> Self {
        let near = |k: u32| places.iter().any(|p| (p.line.saturating_sub(1)..=p.end_line.saturating_add(1)).contains(&k));
        let (mut out, mut lines) = (String::new(), Vec::new());
        for (k, line) in (1..).zip(text.split('\n')) {
            let first = places.iter().find(|p| p.line == k).map_or(0, |p| p.column.saturating_sub(1) as usize);
            let shown = if near(k) { shown(line, first, out.len()) } else { shown("", 0, out.len()) };
            out += &shown.text;
            out.push('\n');
            lines.push(shown);
        }
        let last = out.len().saturating_sub(1);
        let offset = |line: u32, column: u32| lines.get(line as usize - 1).map_or(last, |shown| shown.offset(column.max(1)));
        let span = |p: &Place| {
            let start = offset(p.line.max(1), p.column);
            (start, offset(p.end_line.max(1), p.end_column).max(start + 1))
        };
        let spans: Vec<_> = places.iter().map(span).collect();
        let columns = spans.iter().zip(places).map(|((start, _), p)| (*start, p.column.saturating_sub(1) as usize)).collect();
        Self { name: name.to_owned(), text: out, spans, columns }
    }

    /// Bytes of each place.
    pub fn spans(&self) -> &[(usize, usize)] {
        &self.spans
    }
}

/// A line, cut around a character where it is long, and without what a terminal would obey.
fn shown(line: &str, around: usize, at: usize) -> Shown {
    let plain = |c: char| if c.is_control() && c != '\t' && c != '\r' { '\u{fffd}' } else { c };
    let length = line.chars().count();
    if length <= WIDE {
        return Shown { at, text: line.chars().map(plain).collect(), from: 0, mark: 0 };
    }
    let from = around.saturating_sub(BEFORE).min(length - WIDE);
    let mark = usize::from(from > 0);
    let middle: String = line.chars().skip(from).take(WIDE).map(plain).collect();
    let end = if from + WIDE < length { "…" } else { "" };
    Shown { at, text: format!("{}{middle}{end}", "…".repeat(mark)), from, mark }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.text.read_span(span, before, after)?;
        let known = self.columns.iter().find(|(start, _)| *start == found.span().offset());
        let column = known.map_or(found.column(), |(_, column)| *column);
        // The lines that are shown, so that places far apart are shown apart.
        let lines = String::from_utf8_lossy(found.data()).lines().count();
        let contents = MietteSpanContents::new_named(self.name.clone(), found.data(), *found.span(), found.line(), column, lines);
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32, column: u32, end_column: u32) -> Place {
        Place::of(line, column, line, end_column)
    }

    #[test]
    fn places_are_found_in_characters_and_at_the_end() {
        let at = |line, from, to| {
            let excerpt = Excerpt::new("a", "é: ü\nab\n", &[place(line, from, to)]);
            let (start, end) = excerpt.spans()[0];
            excerpt.text[start..end].to_owned()
        };
        assert_eq!([at(1, 4, 5), at(2, 2, 3), at(2, 9, 10), at(9, 1, 2)], ["ü", "b", "\n", "\n"]);
    }

    #[test]
    fn long_lines_are_cut_around_their_place() {
        let line = format!("{}here{}", "é".repeat(5_000), "x".repeat(5_000));
        let excerpt = Excerpt::new("a", &format!("first\n{line}\nlast"), &[place(2, 5_001, 5_005)]);
        let (start, end) = excerpt.spans()[0];
        assert_eq!(&excerpt.text[start..end], "here");
        let shown = excerpt.text.lines().nth(1).unwrap_or_default();
        assert_eq!(shown.chars().count(), WIDE + 2);
        assert!(shown.starts_with("…é") && shown.ends_with("x…"), "{shown}");
        // Beginning and end have one mark; what lies behind what is shown is at its end.
        let excerpt = Excerpt::new("a", &line, &[place(1, 1, 9_000)]);
        assert!(excerpt.text.starts_with('é') && excerpt.text.ends_with("…\n") && excerpt.spans()[0].1 < 410);
        let excerpt = Excerpt::new("a", &line, &[place(1, 10_004, 10_005)]);
        assert!(excerpt.text.starts_with('…') && excerpt.text.ends_with("x\n"));
    }

    #[test]
    fn what_is_not_near_is_left_out_and_what_a_terminal_obeys_too() {
        let text = "a\nb\nc\nd\u{1b}[31m\ne\nf\ng\n";
        let excerpt = Excerpt::new("a", text, &[place(4, 1, 2)]);
        assert_eq!(excerpt.text, "\n\nc\nd\u{fffd}[31m\ne\n\n\n\n");
    }
}
