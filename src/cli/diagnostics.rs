//! Problems of a scenario file as miette draws them: code, message, the line with the place marked, and the edit that mends it.
//! `NO_GRAPHICS=1` gives the form for screen readers.

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, NarratableReportHandler, Report,
};
use nines_scenarios::{Diagnostic, Severity, SourceFile};

/// All problems, one after the other. `files` are those that they lie in.
pub fn render(files: &[SourceFile], diagnostics: &[Diagnostic], color: bool) -> String {
    let spoken = std::env::var_os("NO_GRAPHICS").is_some_and(|v| v != "0");
    let theme = match (super::output::is_utf8(), color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme::ascii(),
        (false, false) => GraphicalTheme::none(),
    };
    let drawn = GraphicalReportHandler::new_themed(theme).with_width(100);
    let mut out = String::new();
    for d in diagnostics {
        let text = files.iter().find(|f| f.name == d.file).map_or("", |f| f.text.as_str());
        let report = report(text, d);
        // Writing to a string fails only where a diagnostic has no source, and these have one.
        let _ = if spoken {
            NarratableReportHandler::new().render_report(&mut out, report.as_ref())
        } else {
            drawn.render_report(&mut out, report.as_ref())
        };
        out.push('\n');
    }
    out.trim_end().to_owned()
}

fn report(text: &str, d: &Diagnostic) -> Report {
    let start = offset(text, d.line, d.column);
    let end = offset(text, d.end_line, d.end_column).max(start + 1);
    let mut labels = vec![LabeledSpan::new_primary_with_span(None, start..end)];
    // A label of another file cannot be drawn here; the message stands alone.
    for label in d.labels.iter().filter(|label| label.file == d.file) {
        let start = offset(text, label.line, label.column);
        let end = offset(text, label.end_line, label.end_column).max(start + 1);
        labels.push(LabeledSpan::new_with_span(Some(label.text.clone()), start..end));
    }
    let severity = match d.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
        Severity::Note => miette::Severity::Advice,
    };
    let mut shown = MietteDiagnostic::new(d.message.clone()).with_code(d.code.name()).with_severity(severity).with_labels(labels);
    if !d.help.is_empty() {
        shown = shown.with_help(d.help.clone());
    }
    // An empty file still has a place to point at.
    Report::new(shown).with_source_code(NamedSource::new(&d.file, format!("{text}\n")))
}

/// Byte of a place given by line and column in characters, both from 1; the end of the line where it is shorter.
fn offset(text: &str, line: u32, column: u32) -> usize {
    let mut at = 0;
    for (k, content) in text.split_inclusive('\n').enumerate() {
        if k as u32 + 1 == line {
            let skip = column.saturating_sub(1) as usize;
            return at + content.char_indices().nth(skip).map_or(content.trim_end_matches('\n').len(), |(byte, _)| byte);
        }
        at += content.len();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_marked_below_its_line() {
        let text = "schema: nines.scenario/2\n";
        let found = nines_scenarios::check(text, "own.yaml");
        let shown = render(&found.files, &found.diagnostics, false);
        assert!(shown.contains("own.yaml:1:9") && shown.contains("schema: nines.scenario/2"), "{shown}");
    }

    #[test]
    fn places_are_found_in_characters_and_at_the_end() {
        let text = "é: ü\nab\n";
        assert_eq!(&text[offset(text, 1, 4)..offset(text, 1, 5)], "ü");
        assert_eq!(&text[offset(text, 2, 2)..offset(text, 2, 3)], "b");
        assert_eq!((offset(text, 2, 9), offset(text, 9, 1)), (text.len() - 1, text.len()));
        let empty = nines_scenarios::check("", "empty.yaml");
        assert!(!render(&empty.files, &empty.diagnostics, false).is_empty());
    }
}
