//! Marches: which nine is demonstrated, and what the next one takes.

use super::Style;
use super::run::by_need;
use super::table::{Column, Row, table};
use crate::answer::JUDGED_ALONE;
use crate::numbers::{Round, compact, count, probabilities_apart, reliability};
use crate::summary::{NineState, NineStep, ScenarioSummary, Summary};

const fn column(head: &'static str, right: bool, gap: usize) -> Column {
    Column { group: "", head, right, gap, least: usize::MAX }
}

const COLUMNS: [Column; 7] = [
    column("", false, 0),
    column("nine", false, 1),
    column("reliability", false, 1),
    column("dem.", true, 1),
    column("open", true, 1),
    column("refuted", true, 1),
    column("what it takes", false, 2),
];

/// Most nines of a march over scenarios.
const NINES_SHOWN: u32 = 12;

/// What the evidence says of one nine of a scenario. Beyond the end of its list a refuted nine stays refuted, any other is open.
pub(crate) fn state_at(scenario: &ScenarioSummary, nine: u32) -> NineState {
    match scenario.march.iter().find(|step| step.nine == nine) {
        Some(step) => step.state,
        None if scenario.march.iter().any(|s| s.nine < nine && s.state == NineState::Refuted) => NineState::Refuted,
        None if scenario.march.iter().any(|s| s.nine > nine && s.state == NineState::Demonstrated) => NineState::Demonstrated,
        None => NineState::Open,
    }
}

/// Last nine worth a line: the highest one demonstrated by any scenario, at least the first that some scenario lacks.
fn last_nine(scenarios: &[&ScenarioSummary]) -> u32 {
    let any = |n: u32| scenarios.iter().any(|s| state_at(s, n) == NineState::Demonstrated);
    let all = |n: u32| scenarios.iter().all(|s| state_at(s, n) == NineState::Demonstrated);
    let highest = (1..=NINES_SHOWN).rev().find(|&n| any(n)).unwrap_or(1);
    let first_lacking = (1..=NINES_SHOWN).find(|&n| !all(n)).unwrap_or(NINES_SHOWN);
    highest.max(first_lacking)
}

/// How many scenarios stand at each nine, per hazard.
pub fn march(summary: &Summary, style: Style) -> String {
    let scenarios = by_need(summary);
    if scenarios.is_empty() {
        return String::new();
    }
    let out = match scenarios.as_slice() {
        [only] => format!("The march of {}, per hazard: {}\n", summary.policy.name, only.name),
        all => {
            let alone = style.cut(JUDGED_ALONE, style.width);
            format!("The march of {}, per hazard: scenarios of {} at each nine\n{alone}\n", summary.policy.name, all.len())
        }
    };
    // What stands left of the last column: sign, two digits of a nine under "nine", and four columns with their gaps.
    let left = style.sign(NineState::Open).chars().count() + " nine reliability dem. open refuted  ".len();
    let rows: Vec<Row> = (1..=last_nine(&scenarios))
        .map(|nine| {
            let number = |state| scenarios.iter().filter(|s| state_at(s, nine) == state).count();
            let (yes, open, no) = (number(NineState::Demonstrated), number(NineState::Open), number(NineState::Refuted));
            let state = match (open, no) {
                (0, 0) => NineState::Demonstrated,
                (_, 0) => NineState::Open,
                _ => NineState::Refuted,
            };
            let takes = what_it_takes(&scenarios, nine, style, style.width.saturating_sub(left));
            let sign = style.sign(state).to_string();
            let counts = [yes, open, no].map(|n| n.to_string());
            let cells = [sign, nine.to_string(), reliability(nine)].into_iter().chain(counts).chain([takes]).collect();
            Row { cells, state: Some(state) }
        })
        .collect();
    out + &table(&COLUMNS, &rows, style)
}

/// Who stands in the way of a nine; without such, what the open ones need.
fn what_it_takes(scenarios: &[&ScenarioSummary], nine: u32, style: Style, room: usize) -> String {
    let at = |state| scenarios.iter().filter(move |s| state_at(s, nine) == state).copied().collect::<Vec<_>>();
    let refuted: Vec<&str> = at(NineState::Refuted).iter().map(|s| s.name.as_str()).collect();
    if !refuted.is_empty() {
        let by = "refuted by ";
        return style.cut(&format!("{by}{}", style.names(&refuted, room.saturating_sub(by.len()))), room);
    }
    let open = at(NineState::Open);
    // More rollouts do not go on with a search.
    let searched = open.iter().filter(|s| s.search.as_ref().is_some_and(|search| search.method != "mc")).count();
    if searched > 0 {
        return style.cut(
            if searched == open.len() { "searched: gate --evidence estimated" } else { "some searched, others more rollouts" },
            room,
        );
    }
    let who = match open.as_slice() {
        [] => return "nothing more".into(),
        [only] => only.name.clone(),
        all => format!("{} scenarios", all.len()),
    };
    let sum = |of: fn(&NineStep) -> Option<u64>| open.iter().map(|s| step(s, nine).and_then(of)).sum::<Option<u64>>();
    match (sum(|s| s.rollouts_needed), sum(|s| s.rollouts_needed_clean)) {
        (Some(n), _) => style.cut(&format!("{} more rollouts of {who}", compact(n)), room),
        (None, Some(n)) => {
            let short = format!("{} more rollouts if none fails", compact(n));
            let long = format!("{} more rollouts of {who} if none fails", compact(n));
            if long.chars().count() <= room { long } else { style.cut(&short, room) }
        }
        (None, None) => style.cut(&format!("more rollouts of {who}"), room),
    }
}

fn step(scenario: &ScenarioSummary, nine: u32) -> Option<&NineStep> {
    scenario.march.iter().find(|step| step.nine == nine)
}

/// The march of one scenario, per hazard: the last demonstrated nine and those after it. `rollouts_per_s` turns what is needed
/// into time where it is known.
pub fn scenario_march(scenario: &ScenarioSummary, rollouts_per_s: Option<f64>, style: Style) -> String {
    let mut out = format!("{}, per hazard\n", scenario.name);
    let last = scenario.march.iter().rposition(|s| s.state == NineState::Demonstrated).unwrap_or(0);
    let (failed, driven) = (scenario.hazard.failures, scenario.hazard.rollouts);
    let p = &scenario.hazard.probability;
    for step in scenario.march.iter().skip(last).take(4) {
        let notes = match step.state {
            NineState::Demonstrated => vec![format!("{} of {} failed", count(failed), count(driven))],
            NineState::Refuted => {
                let allowed = 10f64.powi(-(step.nine as i32));
                let [lower, _] = probabilities_apart([(p.one_sided_lower, Round::Down), (allowed, Round::Nearest)]);
                vec![format!("at least {lower} fail")]
            }
            NineState::Open => needed(step, failed, rollouts_per_s),
        };
        out += &painted(step.nine, &step.reliability, step.state, &notes, style);
        out.push('\n');
    }
    out
}

fn needed(step: &NineStep, failures: u64, rollouts_per_s: Option<f64>) -> Vec<String> {
    let (n, condition) = match (step.rollouts_needed, step.rollouts_needed_clean) {
        (Some(n), _) if failures > 0 => (n, " at this rate"),
        (_, Some(n)) => (n, " if none fails"),
        (Some(n), None) => (n, ""),
        (None, None) => return vec![],
    };
    let time = rollouts_per_s.filter(|r| *r > 0.0).map(|r| format!("about {}", duration(n as f64 / r)));
    [Some(format!("{} more rollouts{condition}", count(n))), time].into_iter().flatten().collect()
}

/// A duration with its largest fitting unit.
fn duration(s: f64) -> String {
    match s {
        ..100.0 => format!("{s:.1} s"),
        ..6_000.0 => format!("{:.0} min", (s / 60.0).ceil()),
        ..360_000.0 => format!("{:.0} h", (s / 3_600.0).ceil()),
        _ => format!("{} days", count((s / 86_400.0).ceil() as u64)),
    }
}

/// A line of sign, nine, reliability, the state in a word, and as many notes as fit; painted as a whole.
pub(super) fn painted(nine: u32, reliability: &str, state: NineState, notes: &[String], style: Style) -> String {
    let plain = format!("  {} {nine:<2} {reliability:<9}  {:<12}  ", style.sign(state), state.name());
    let notes = style.join(notes, style.width.saturating_sub(plain.chars().count()));
    style.paint(state, &style.cut(format!("{plain}{notes}").trim_end(), style.width))
}
