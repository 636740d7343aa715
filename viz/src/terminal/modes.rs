//! Failure modes, a line each.

use super::Style;
use super::run::by_need;
use super::table::{Column, Row, table};
use crate::numbers::{Round, counted, part, part_interval, percent, quantity};
use crate::report::{mode_states, parts::words};
use crate::summary::{ModeSummary, NextNine, Summary};

/// Lines in all, and of one scenario where there are several.
const LINES: usize = 10;
const EACH: usize = 3;

const fn column(head: &'static str, right: bool, least: usize) -> Column {
    Column { group: "", head, right, gap: 2, least }
}

const COLUMNS: [Column; 4] = [
    Column { group: "", head: "failure mode", right: false, gap: 0, least: 20 },
    column("share", true, usize::MAX),
    column("95% interval", false, usize::MAX),
    column("what fails, and where", false, 24),
];

/// The modes of scenarios that have failures, those that need work most first; nothing where there is none.
pub fn modes(summary: &Summary, style: Style) -> String {
    let each = if summary.scenarios.len() == 1 { LINES } else { EACH };
    let scenarios = by_need(summary);
    let all = || scenarios.iter().flat_map(|s| s.modes.as_deref().unwrap_or_default());
    let shown: Vec<&ModeSummary> =
        scenarios.iter().flat_map(|s| s.modes.as_deref().unwrap_or_default().iter().take(each)).take(LINES).collect();
    if shown.is_empty() {
        return String::new();
    }
    let mut rows: Vec<Row> = shown.iter().map(|mode| Row { cells: cells(mode), state: None }).collect();
    // Words are cut at their end, where the weakest parameters are, not in the middle as names are.
    let widest = |k: usize| {
        let cells = rows.iter().map(|row| row.cells[k].chars().count()).max().unwrap_or(0);
        COLUMNS[k].gap + cells.max(COLUMNS[k].head.chars().count())
    };
    let room = style.width.saturating_sub((0..3).map(widest).sum::<usize>() + COLUMNS[3].gap).max(COLUMNS[3].least);
    rows.iter_mut().for_each(|row| row.cells[3] = style.cut(&row.cells[3], room));
    let mut text = table(&COLUMNS, &rows, style);
    let more = all().count() - shown.len();
    if more > 0 {
        text += &format!("{} more in report.html\n", counted(more as u64, "mode"));
    }
    if let ([scenario], true) = (&scenarios[..], summary.odds.is_empty()) {
        text += &scenario.next_nine.as_ref().map_or(String::new(), |next| must_go(next, style) + "\n");
    }
    text
}

/// What must go for the next nine, in a line.
pub fn must_go(next: &NextNine, style: Style) -> String {
    let nines = crate::answer::nines_word(next.nine);
    let head = format!("for {nines}, {}-fold less, must go: ", quantity(next.must_fall_by, Round::Up));
    let items: Vec<String> = next.budget.iter().map(|item| format!("{} {}", item.name(), percent(item.share))).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let mut shown = items.join(", ");
    for fewer in (1..items.len()).rev() {
        if head.chars().count() + shown.chars().count() <= style.width {
            break;
        }
        shown = format!("{} and {} more", items[..fewer].join(", "), items.len() - fewer);
    }
    style.cut(&(head + &shown), style.width)
}

fn cells(mode: &ModeSummary) -> Vec<String> {
    let why: Vec<String> = mode.sensitivity.iter().map(|s| format!("{} {}", s.parameter, s.side.words())).collect();
    let states = mode_states(mode);
    // What concerns all modes of a scenario alike comes last, where it may be cut.
    let parts = [words(&mode.cause), why.join(", "), states];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    vec![mode.id.clone(), part(mode.share), part_interval(mode.share_lower, mode.share_upper), parts.join("; ")]
}
