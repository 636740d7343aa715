//! Problems of a scenario file as text: for each its code, message, place, the line it is on, and the edit that mends it.

use nines_scenarios::{Diagnostic, Severity};

/// All problems, one after the other.
pub fn render(text: &str, diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<&str> = text.lines().collect();
    diagnostics.iter().map(|d| one(&lines, d)).collect::<Vec<_>>().join("\n")
}

fn one(lines: &[&str], d: &Diagnostic) -> String {
    let severity = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = format!("{severity}[{}]: {}\n  --> {}:{}:{}\n", d.code.name(), d.message, d.file, d.line, d.column);
    if let Some(line) = (d.line as usize).checked_sub(1).and_then(|k| lines.get(k)) {
        let number = d.line.to_string();
        let end = if d.end_line == d.line { d.end_column } else { line.chars().count() as u32 + 1 };
        let marks = "^".repeat(end.saturating_sub(d.column).max(1) as usize);
        let gap = " ".repeat(d.column.saturating_sub(1) as usize);
        out += &format!("{number} | {line}\n{:width$} | {gap}{marks}\n", "", width = number.len());
    }
    if !d.help.is_empty() {
        out += &format!("  help: {}\n", d.help);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_marked_below_its_line() {
        let text = "schema: nines.scenario/2\n";
        let found = nines_scenarios::check(text, "own.yaml").diagnostics;
        let shown = render(text, &found);
        assert!(shown.contains("--> own.yaml:1:9") && shown.contains("1 | schema: nines.scenario/2"), "{shown}");
        assert!(shown.contains("\n  |         ^^^^"), "{shown}");
    }
}
