//! A bank: what it holds, or what came of its cases; the last line is the answer.

use super::Style;
use super::table::{Column, Row, table};
use crate::bank::{Bank, BankCase};
use crate::numbers::counted;
use crate::summary::NineState;

const fn column(head: &'static str, right: bool, least: usize) -> Column {
    Column { group: "", head, right, gap: 2, least }
}

const LIST: [Column; 5] = [
    Column { group: "", head: "case", right: false, gap: 0, least: 24 },
    column("failed by", false, 12),
    column("cause", false, usize::MAX),
    column("margin", true, usize::MAX),
    column("mode", false, usize::MAX),
];

/// What a bank holds.
pub fn bank_list(bank: &Bank, style: Style) -> String {
    let row = |c: &BankCase| Row {
        cells: vec![
            c.case.clone(),
            c.failed_by.clone(),
            c.failed_cause.replace('_', " "),
            margin(c.failed_margin),
            c.mode.as_ref().map_or(style.none(), |mode| mode.rsplit_once('/').map_or(mode, |(_, k)| k)).to_owned(),
        ],
        state: None,
    };
    let rows: Vec<Row> = bank.cases.iter().map(row).collect();
    table(&LIST, &rows, style) + &format!("{}, of {}\n", counted(bank.cases.len() as u64, "case"), kinds(bank))
}

/// What came of its cases: those that failed, those that passed where asked for (`verbose`), and the answer.
pub fn bank_run(bank: &Bank, verbose: bool, style: Style) -> String {
    let width = bank.cases.iter().filter(|c| verbose || c.failed()).map(|c| c.case.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for case in bank.cases.iter().filter(|c| verbose || c.failed()) {
        let state = if case.failed() { NineState::Refuted } else { NineState::Demonstrated };
        let text = format!("{} {} {:<width$}  ", style.sign(state), if case.failed() { "fail" } else { "pass" }, case.case);
        let notes = style.join(&details(case), style.width.saturating_sub(text.chars().count()));
        out += &(style.paint(state, &style.cut((text + &notes).trim_end(), style.width)) + "\n");
    }
    let state = if bank.failed > 0 { NineState::Refuted } else { NineState::Demonstrated };
    out + &style.paint(state, &format!("{} {}", style.sign(state), bank_answer(bank))) + "\n"
}

/// What came of a case, the most needed first.
pub(crate) fn details(case: &BankCase) -> Vec<String> {
    let now = match (case.verdict.as_deref(), &case.cause) {
        (Some("fault"), _) => "a fault of the policy".to_owned(),
        (_, Some(cause)) => cause.replace('_', " "),
        _ => String::new(),
    };
    let impact = case.impact_speed_mps.map_or(String::new(), |speed| format!("impact at {speed:.1} m/s"));
    let margin = case.margin.map_or(String::new(), |m| format!("margin {} (then {})", margin(m), margin(case.failed_margin)));
    [now, impact, margin].into_iter().chain(case.notes.clone()).filter(|text| !text.is_empty()).collect()
}

/// The answer in a sentence.
pub fn bank_answer(bank: &Bank) -> String {
    let (all, policy) = (bank.cases.len() as u64, bank.policy.as_deref().unwrap_or("nobody"));
    match bank.failed {
        0 => format!(
            "{policy} passes {}, of {}",
            if all == 1 { "the only case".into() } else { format!("all {all} cases") },
            kinds(bank)
        ),
        n => format!("{policy} fails {n} of {}", counted(all, "case")),
    }
}

fn kinds(bank: &Bank) -> String {
    match bank.kinds {
        n if n < 1.05 => "one kind".into(),
        n => format!("{n:.1} effective kinds"),
    }
}

fn margin(margin: f64) -> String {
    format!("{margin:.2}")
}
