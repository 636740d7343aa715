//! Results as annotations of a GitHub workflow, and a table in its step summary.

use super::Failure;
use super::cannot;
use nines_scenarios::{Diagnostic, Severity};
use nines_viz::numbers::{Round, p_value, probability};
use nines_viz::{
    Bank, Compare, ComparePaired, CompareScenario, CompareVerdict, Gate, GateScenario, GateVerdict, ReportContext, Summary,
};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Annotations of a run: its warnings.
pub fn of_run(summary: &Summary) -> String {
    let warnings = summary.warnings.iter().map(|text| annotation("warning", "nines", text));
    let totals = &summary.totals;
    let text = format!(
        "{}: {} scenarios, {} rollouts, {} failures, {} policy faults",
        summary.policy.name, totals.scenarios, totals.rollouts, totals.failures, totals.policy_faults
    );
    warnings.chain([annotation("notice", "nines", &text)]).collect()
}

/// Annotations of a gate: what is not demonstrated, and the answer.
pub fn of_gate(gate: &Gate, answer: &str, folder: &Path) -> String {
    let open = gate.scenarios.iter().filter(|s| s.verdict != GateVerdict::Demonstrated);
    let lines = open.map(|s| {
        let level = if s.verdict == GateVerdict::Refuted { "error" } else { "warning" };
        let replay = s.replay.as_ref().map(|address| format!("\nnines replay {} {address}", folder.display()));
        let text = format!("{}: {}{}", s.verdict.name(), figures(s), replay.unwrap_or_default());
        annotation(level, &s.name, &text)
    });
    let level = match gate.verdict {
        GateVerdict::Demonstrated => "notice",
        GateVerdict::Undecided => "warning",
        GateVerdict::Refuted => "error",
    };
    lines.chain([annotation(level, "nines gate", answer)]).collect()
}

fn figures(s: &GateScenario) -> String {
    let (lower, upper) = (probability(s.one_sided_lower, Round::Down), probability(s.one_sided_upper, Round::Up));
    format!("{lower} to {upper} fail, {} allowed", probability(s.limit, Round::Down))
}

/// The answer of a gate as a Markdown table.
pub fn table_of_gate(gate: &Gate, answer: &str, folder: &Path) -> String {
    let mut out = format!("## nines gate\n\n{answer}\n\n| scenario | verdict | fail | see |\n|---|---|---|---|\n");
    for s in gate.scenarios.iter().rev() {
        let replay = s.replay.as_ref().map(|address| format!("`nines replay {} {address}`", folder.display()));
        out += &format!("| {} | {} | {} | {} |\n", s.name, s.verdict.name(), figures(s), replay.unwrap_or_default());
    }
    if !gate.left_out.is_empty() {
        out += &format!("\nleft out for want of a prior: {}\n", gate.left_out.join(", "));
    }
    out + "\n"
}

/// Annotations of a comparison: where B is worse or in doubt, and the answer.
pub fn of_compare(compare: &Compare, answer: &str, a: &Path, b: &Path) -> String {
    let mut out = String::new();
    for s in &compare.scenarios {
        for (half, words) in [(Some(&s.hazard), "given the hazard"), (s.otherwise.as_ref(), "without the hazard")] {
            if let Some(half) = half.filter(|half| half.verdict == CompareVerdict::Worse) {
                let replay = half.regressed.first().map(|address| format!("\nnines replay {} {address}", b.display()));
                let text = format!(
                    "worse {words}: B alone failed {} of {}, A alone {}, p = {}{}",
                    half.only_b,
                    half.rollouts,
                    half.only_a,
                    p_value(half.p_holm),
                    replay.unwrap_or_default()
                );
                out += &annotation("error", &s.name, &text);
            }
        }
        if let Some(doubt) = &s.doubt {
            out += &annotation("warning", &s.name, doubt);
        }
    }
    let level = match compare.verdict {
        CompareVerdict::Worse => "error",
        _ if compare.margin.is_some_and(|m| !m.shown) || compare.scenarios.iter().any(|s| s.doubt.is_some()) => "warning",
        _ => "notice",
    };
    out + &annotation(level, "nines compare", &format!("{answer}\nA: {}, B: {}", a.display(), b.display()))
}

/// A comparison as a Markdown table.
pub fn table_of_compare(compare: &Compare, answer: &str, b: &Path) -> String {
    let mut out = format!("## nines compare\n\n{answer}\n\n");
    out += "| scenario | given the hazard | only A | only B | p (Holm) | otherwise | only A | only B | p (Holm) | see |\n";
    out += "|---|---|---|---|---|---|---|---|---|---|\n";
    let told = |s: &&CompareScenario| {
        let halves = [Some(&s.hazard), s.otherwise.as_ref()];
        s.doubt.is_some() || halves.into_iter().flatten().any(|half| half.verdict != CompareVerdict::NotToldApart)
    };
    for s in compare.scenarios.iter().filter(told) {
        let half = |half: Option<&ComparePaired>| match half {
            Some(h) => format!("{} | {} | {} | {}", h.verdict.words(), h.only_a, h.only_b, p_value(h.p_holm)),
            None => "– | – | – | –".into(),
        };
        let worse = [Some(&s.hazard), s.otherwise.as_ref()].into_iter().flatten().find(|h| h.verdict == CompareVerdict::Worse);
        let first = worse.and_then(|half| half.regressed.first());
        let replay = first.map(|address| format!("`nines replay {} {address}`", b.display()));
        let see = replay.or(s.doubt.clone()).unwrap_or_default();
        out += &format!("| {} | {} | {} | {see} |\n", s.name, half(Some(&s.hazard)), half(s.otherwise.as_ref()));
    }
    let rest = compare.scenarios.iter().filter(|s| !told(s)).count();
    if rest > 0 {
        out += &format!("\n{rest} of {} scenarios not told apart\n", compare.scenarios.len());
    }
    out + "\n"
}

/// Annotations of a bank: what failed, and the answer.
pub fn of_bank(bank: &Bank, answer: &str, folder: &Path) -> String {
    let failed = bank.cases.iter().filter(|case| case.failed()).map(|case| {
        let file = folder.join(format!("{}.yaml", case.case));
        let cause = case.cause.as_deref().unwrap_or("fault").replace('_', " ");
        let text = format!("{cause}, margin {:.3}; it failed {} before", case.margin.unwrap_or_default(), case.failed_by);
        format!("::error file={},title={}::{}\n", property(&file.to_string_lossy()), property(&case.case), data(&text))
    });
    let level = if bank.failed > 0 { "error" } else { "notice" };
    let warnings = bank.warnings.iter().map(|text| annotation("warning", "nines bank", text));
    failed.chain(warnings).chain([annotation(level, "nines bank", answer)]).collect()
}

/// The answer of a bank as a Markdown table.
pub fn table_of_bank(bank: &Bank, answer: &str) -> String {
    let mut out = format!("## nines bank\n\n{answer}\n\n| case | verdict | cause | failed by |\n|---|---|---|---|\n");
    for case in bank.cases.iter().filter(|case| case.failed()) {
        let cause = case.cause.as_deref().unwrap_or_default().replace('_', " ");
        out += &format!("| {} | {} | {cause} | {} |\n", case.case, case.verdict.as_deref().unwrap_or_default(), case.failed_by);
    }
    out + "\n"
}

fn annotation(level: &str, title: &str, text: &str) -> String {
    format!("::{level} title={}::{}\n", property(title), data(text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Problems of scenario files as annotations at their places.
pub fn of_check(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(at_place).collect()
}

/// An annotation at a place. GitHub takes columns only where start and end are on one line.
fn at_place(d: &Diagnostic) -> String {
    let level = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let columns = if d.line == d.end_line { format!("col={},endColumn={},", d.column, d.end_column) } else { String::new() };
    let help = if d.help.is_empty() { String::new() } else { format!("\nhelp: {}", d.help) };
    let place = format!("file={},line={},endLine={},{columns}", property(&d.file), d.line, d.end_line);
    format!("::{level} {place}title={}::{}\n", property(d.code.name()), data(&format!("{}{help}", d.message)))
}

/// Problems of scenario files as a Markdown table.
pub fn table_of_check(diagnostics: &[Diagnostic], answer: &str) -> String {
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let mut out = format!("## nines scenario check\n\n{answer}\n");
    if !diagnostics.is_empty() {
        out += "\n| place | what | |\n|---|---|---|\n";
    }
    for d in diagnostics {
        out += &format!("| {}:{} | {} | {} |\n", cell(&d.file), d.line, cell(d.code.name()), cell(&d.message));
    }
    out + "\n"
}

/// Appends the table of a campaign where `GITHUB_STEP_SUMMARY` names a file.
pub fn append_summary(folder: &Path, summary: &Summary) -> Result<(), Failure> {
    let context = ReportContext { folder: folder.display().to_string(), ..ReportContext::default() };
    append(&nines_viz::markdown(summary, &context))
}

/// Appends text where `GITHUB_STEP_SUMMARY` names a file.
pub fn append(text: &str) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return Ok(());
    };
    let file = OpenOptions::new().create(true).append(true).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|e| cannot("write", &path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_and_columns_only_within_a_line() {
        let text = "schema: nines.scenario/1\nname: a\n";
        let mut d = nines_scenarios::check(text, "my, file.yaml").diagnostics.remove(0);
        d.message = "50% of:\nall".into();
        d.help = "add it".into();
        (d.line, d.column, d.end_line, d.end_column) = (3, 5, 3, 9);
        let place = "file=my%2C file.yaml,line=3,endLine=3,col=5,endColumn=9,title=missing-field";
        assert_eq!(of_check(&[d.clone()]), format!("::error {place}::50%25 of:%0Aall%0Ahelp: add it\n"));
        (d.end_line, d.severity) = (4, Severity::Warning);
        assert!(of_check(&[d]).starts_with("::warning file=my%2C file.yaml,line=3,endLine=4,title=missing-field::"));
    }

    #[test]
    fn annotations_are_escaped() {
        let line = annotation("error", "a: b, 5%", "50%\nof all: one, two");
        assert_eq!(line, "::error title=a%3A b%2C 5%25::50%25%0Aof all: one, two\n");
    }
}
