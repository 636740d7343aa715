//! Problems of a scenario file as miette draws them: code, message, the line with the place marked, and the edit that mends it.
//! `NO_GRAPHICS=1` gives the form for screen readers.

use super::excerpt::{Excerpt, Place};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NarratableReportHandler, Report};
use nines_scenarios::{Diagnostic, Label, Severity, SourceFile};

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
    // A label of another file cannot be drawn here; the message stands alone.
    let beside: Vec<&Label> = d.labels.iter().filter(|label| label.file == d.file).collect();
    let places: Vec<Place> = std::iter::once(d.into()).chain(beside.iter().map(|label| (*label).into())).collect();
    let excerpt = Excerpt::new(&d.file, text, &places);
    let texts = std::iter::once(None).chain(beside.iter().map(|label| Some(label.text.clone())));
    let labels = excerpt.spans().iter().zip(texts).map(|((start, end), text)| match text {
        None => LabeledSpan::new_primary_with_span(None, *start..*end),
        text => LabeledSpan::new_with_span(text, *start..*end),
    });
    let labels: Vec<LabeledSpan> = labels.collect();
    let severity = match d.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
        Severity::Note => miette::Severity::Advice,
    };
    let mut shown = MietteDiagnostic::new(d.message.clone()).with_code(d.code.name()).with_severity(severity).with_labels(labels);
    if !d.help.is_empty() {
        shown = shown.with_help(d.help.clone());
    }
    Report::new(shown).with_source_code(excerpt)
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

    /// Places far apart are shown apart, without all that lies between.
    #[test]
    fn two_places_far_apart_have_a_gap_between_them() {
        let text: String = (1..=60).map(|k| format!("line {k}\n")).collect();
        let mut d = nines_scenarios::check(&text, "own.yaml").diagnostics.remove(0);
        (d.line, d.column, d.end_line, d.end_column) = (50, 1, 50, 5);
        d.labels =
            vec![Label { file: d.file.clone(), line: 30, column: 1, end_line: 30, end_column: 5, text: "the other".into() }];
        let files = [SourceFile { name: d.file.clone(), text }];
        let shown = render(&files, &[d], false);
        assert!(shown.contains("line 30") && shown.contains("line 50") && shown.contains("the other"), "{shown}");
        assert!(!shown.contains("line 40") && shown.lines().count() < 20, "{shown}");
    }

    #[test]
    fn an_empty_file_has_a_place_to_point_at() {
        let empty = nines_scenarios::check("", "empty.yaml");
        assert!(!render(&empty.files, &empty.diagnostics, false).is_empty());
    }

    #[test]
    fn a_long_line_is_not_printed_whole_and_keeps_its_column() {
        for (text, place) in [
            (format!("schema: nines.scenario/1\n{{a: {}\n", "x".repeat(900_000)), "own.yaml:"),
            (format!("schema: {}\nname: a\n", "x".repeat(900_000)), "own.yaml:1:9"),
            (format!("schema: nines.scenario/1\nname: {}\n", "[".repeat(900_000)), "own.yaml:"),
            (format!("{}\n", "\0".repeat(900_000)), "own.yaml:"),
            (format!("schema: nines.scenario/1\n{}: 1\n", "x".repeat(900_000)), "own.yaml:2:1"),
        ] {
            let found = nines_scenarios::check(&text, "own.yaml");
            let shown = render(&found.files, &found.diagnostics, false);
            assert!(shown.contains(place) && shown.len() < 20_000, "{} bytes: {}", shown.len(), &shown[..2_000]);
            let longest = shown.lines().map(|l| l.chars().count()).max();
            assert!(longest < Some(300), "{longest:?}");
        }
        let text = format!("schema: nines.scenario/1\nname: a # {}\ntitle: {{{} b: 1}}\n", "x".repeat(1_000), " ".repeat(5_000));
        let found = nines_scenarios::check(&text, "own.yaml");
        let shown = render(&found.files, &found.diagnostics, false);
        assert!(shown.contains("own.yaml:3:8") && shown.contains("…"), "{shown}");
    }
}
