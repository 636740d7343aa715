//! What can be said of a scenario that reads well, but is probably not what its author means: values beyond what is known,
//! cues that tell too much, rates that cannot be formed. What shows only in driving is found where things are driven.

mod cues;
mod modes;
mod plausible;
mod rates;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::format::LogicalScenario;
use crate::places::Places;

/// Collects what is found.
struct Findings<'a> {
    places: &'a Places,
    found: Vec<Diagnostic>,
}

impl Findings<'_> {
    fn warn(&mut self, code: Code, path: &str, message: String, help: impl Into<String>) {
        self.found.push(self.places.diagnostic(Severity::Warning, code, path, message, help.into()));
    }

    fn note(&mut self, code: Code, path: &str, message: String, help: impl Into<String>) {
        self.found.push(self.places.diagnostic(Severity::Note, code, path, message, help.into()));
    }
}

/// Looks a scenario over: warnings and notes in the order of the file.
pub fn review(scenario: &LogicalScenario, places: &Places) -> Vec<Diagnostic> {
    let mut findings = Findings { places, found: Vec::new() };
    plausible::look(scenario, &mut findings);
    modes::look(scenario, &mut findings);
    cues::look(scenario, &mut findings);
    rates::look(scenario, &mut findings);
    findings.found.sort_by_key(|d| (d.line, d.column, d.code));
    findings.found
}

/// Names with backticks, in a row.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
