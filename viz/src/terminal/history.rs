//! The march of a policy's versions: a line for each, and what a nine has cost.

use super::Style;
use super::table::{Column, Row, table};
use crate::history::{EffortKind, History, HistoryLimits, HistoryTrend};
use crate::numbers::{Round, confidence, few, nines, quantity};

/// Columns that the longest bar takes.
const BAR: f64 = 20.0;

const fn column(head: &'static str, right: bool, least: usize) -> Column {
    Column { group: "", head, right, gap: 2, least }
}

const COLUMNS: [Column; 6] = [
    Column { group: "", head: "version", right: false, gap: 0, least: 14 },
    column("effort", true, usize::MAX),
    column("demonstrated per hazard", false, usize::MAX),
    column("est.", true, usize::MAX),
    column("last nine took", false, usize::MAX),
    column("worst scenario", false, 12),
];

/// The march as a table and a sentence or two; the last line is the answer.
pub fn history(history: &History, verbose: bool, style: Style) -> String {
    let most = history.versions.iter().map(|v| v.demonstrated).fold(1.0, f64::max);
    let full = if style.unicode { "■" } else { "#" };
    let rows: Vec<Row> = history
        .versions
        .iter()
        .map(|v| {
            let bar = full.repeat((v.demonstrated / most * BAR) as usize);
            let took =
                v.last_nine.as_ref().map(|n| format!("{} (since {})", effort(n.effort, history.effort, Round::Nearest), n.since));
            let cells = [
                v.version.clone(),
                effort(v.effort, history.effort, Round::Nearest),
                format!("{}  {bar}", nines(v.demonstrated)).trim_end().to_owned(),
                v.estimated.map_or(style.none().into(), nines),
                took.unwrap_or_else(|| style.none().into()),
                v.worst.clone(),
            ];
            Row { cells: cells.into_iter().take(shown(verbose)).collect(), state: None }
        })
        .collect();
    let mut out = table(&COLUMNS[..shown(verbose)], &rows, style);
    let compared = match history.scenarios.as_slice() {
        [only] => format!("in {only}"),
        all => format!("in the worst of {} scenarios", all.len()),
    };
    let compared = format!("{compared}; {}", history.effort.words());
    out += &style.wrap(&(compared + &left_out(history)));
    out + &style.wrap(&history_answer(history))
}

/// The scenario of each version is shown to those who ask.
fn shown(verbose: bool) -> usize {
    if verbose { COLUMNS.len() } else { COLUMNS.len() - 1 }
}

fn left_out(history: &History) -> String {
    let names: Vec<String> = history.left_out.iter().map(|s| format!("{} ({})", s.name, s.why)).collect();
    if names.is_empty() { String::new() } else { format!("; not compared: {}", few(&names)) }
}

/// What a nine has cost and when the next one is due, in a sentence or two.
pub fn history_answer(history: &History) -> String {
    match &history.trend {
        Some(trend) => format!("{}{}. {}", cost(history, trend), caution(trend), next(history, trend)),
        None => history.why.clone().unwrap_or_else(|| "there is no version".into()),
    }
}

fn cost(history: &History, trend: &HistoryTrend) -> String {
    let at = confidence(history.confidence);
    match trend.cost.estimate {
        Some(estimate) => {
            let estimate = effort(estimate, history.effort, Round::Nearest);
            format!("A nine has cost about {estimate} {} at {at}", interval(&trend.cost, history.effort))
        }
        None => {
            let least = effort(trend.cost.lower, history.effort, Round::Down);
            let bound = if trend.cost.lower > 0.0 { format!("; a nine costs at least {least} at {at}") } else { String::new() };
            format!("No gain is seen from version to version{bound}")
        }
    }
}

/// What few versions are worth.
fn caution(trend: &HistoryTrend) -> String {
    match trend.versions_with_failures {
        few @ ..6 => format!("; {few} versions say little"),
        _ => String::new(),
    }
}

fn next(history: &History, trend: &HistoryTrend) -> String {
    let (nine, due) = (ordinal(trend.next_nine), &trend.next_nine_in);
    match due.estimate {
        Some(0.0) => format!("The {nine}: the line has reached it, more rollouts would tell"),
        Some(more) => {
            let more = effort(more, history.effort, Round::Nearest);
            format!("The {nine}: in about {more} {}", interval(due, history.effort))
        }
        None => format!("The {nine}: not on this line"),
    }
}

fn interval(limits: &HistoryLimits, kind: EffortKind) -> String {
    let lower = effort(limits.lower, kind, Round::Down);
    match limits.upper {
        Some(upper) => format!("[{lower}, {}]", effort(upper, kind, Round::Up)),
        None => format!("[{lower}, no limit]"),
    }
}

/// An effort with two digits, or exactly where it is a whole number: `585 h`, `1,900 h`, `3.2 versions`.
pub(crate) fn effort(x: f64, kind: EffortKind, round: Round) -> String {
    let whole = round == Round::Nearest && x.fract() == 0.0 && (0.0..1e6).contains(&x);
    let number = if whole { crate::numbers::count(x as u64) } else { quantity(x, round) };
    if number == "1" && kind == EffortKind::Versions { "1 version".into() } else { format!("{number} {}", kind.unit()) }
}

fn ordinal(n: u32) -> String {
    let end = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}
