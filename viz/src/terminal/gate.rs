//! The answer of a gate, line by line; the last line is the answer.

use super::Style;
use crate::gate::{Gate, GateScenario, GateVerdict};
use crate::numbers::{Round, compact, confidence, counted, probabilities_apart};
use crate::summary::NineState;

fn state(verdict: GateVerdict) -> NineState {
    match verdict {
        GateVerdict::Demonstrated => NineState::Demonstrated,
        GateVerdict::Undecided => NineState::Open,
        GateVerdict::Refuted => NineState::Refuted,
    }
}

/// One line for each scenario that is not demonstrated (`verbose`: for all), and the answer.
pub fn gate(gate: &Gate, verbose: bool, style: Style) -> String {
    let of = |verdict| gate.scenarios.iter().filter(move |s| s.verdict == verdict);
    let demonstrated = of(GateVerdict::Demonstrated).count();
    let listed = gate.scenarios.iter().filter(|s| verbose || s.verdict != GateVerdict::Demonstrated);
    let counted = counted(demonstrated as u64, if gate.demand.scope == "odd" { "ODD" } else { "scenario" });
    let names = listed.map(|s| s.name.chars().count());
    let width = names.chain([counted.chars().count()]).max().unwrap_or(0);
    let line = |verdict: GateVerdict, name: &str, notes: &[String]| {
        let text = format!("{} {:<13} {name:<width$}  ", style.sign(state(verdict)), verdict.name());
        let notes = style.join(notes, style.width.saturating_sub(text.chars().count()));
        let text = text + &notes;
        style.paint(state(verdict), &style.cut(text.trim_end(), style.width)) + "\n"
    };
    let mut out = String::new();
    if demonstrated > 0 && !verbose {
        out += &line(GateVerdict::Demonstrated, &counted, &["(-v lists them)".into()]);
    }
    for verdict in [GateVerdict::Demonstrated, GateVerdict::Undecided, GateVerdict::Refuted] {
        if verdict != GateVerdict::Demonstrated || verbose {
            for s in of(verdict) {
                let mut plain = line(verdict, &s.name, &notes(s));
                if let Some(why) = why(gate, s) {
                    let indent = " ".repeat(style.sign(state(verdict)).chars().count() + 15);
                    plain += &(style.paint(state(verdict), &style.cut(&format!("{indent}{why}"), style.width)) + "\n");
                }
                out += &plain;
            }
        }
    }
    if !gate.left_out.is_empty() {
        let names: Vec<&str> = gate.left_out.iter().map(String::as_str).collect();
        // Of an ODD also what was not run; the notes say which of these it is.
        let head = if gate.demand.scope == "odd" { "left out: " } else { "left out for want of a prior or an exposure: " };
        out += &format!("{head}{}\n", style.names(&names, style.width.saturating_sub(head.len())));
    }
    let answer = format!("{} {}", style.sign(state(gate.verdict)), gate_answer(gate));
    out + &style.paint(state(gate.verdict), &answer) + "\n"
}

/// Why a scenario is undecided whatever its limits, or where it would be refuted if it stood alone.
fn why(gate: &Gate, s: &GateScenario) -> Option<String> {
    if s.why.is_some() {
        return s.why.clone();
    }
    let judged = gate.scenarios.len();
    let lost = judged > 1 && s.verdict == GateVerdict::Undecided && s.one_sided_lower > s.limit;
    lost.then(|| format!("refuted alone, not after correction for {judged} scenarios"))
}

/// What is known of a scenario, the most needed first.
fn notes(s: &GateScenario) -> Vec<String> {
    let compared = [(s.limit, Round::Down), (s.one_sided_lower, Round::Down), (s.one_sided_upper, Round::Up)];
    let [limit, lower, upper] = match s.verdict {
        GateVerdict::Undecided => probabilities_apart(compared),
        // Each with the limit alone: the other one is not shown.
        GateVerdict::Demonstrated => {
            let [limit, upper] = probabilities_apart([compared[0], compared[2]]);
            [limit, String::new(), upper]
        }
        GateVerdict::Refuted => {
            let [limit, lower] = probabilities_apart([compared[0], compared[1]]);
            [limit, lower, String::new()]
        }
    };
    let allowed = format!("{limit} allowed");
    match s.verdict {
        GateVerdict::Demonstrated => vec![format!("at most {upper} fail, {allowed}")],
        GateVerdict::Refuted => vec![format!("at least {lower} fail, {allowed}")],
        GateVerdict::Undecided => {
            let more = s.rollouts_needed.map_or(String::new(), |n| format!("{} more rollouts", compact(n)));
            vec![format!("{lower} to {upper} fail"), more, allowed]
        }
    }
}

/// The answer in one sentence: "3 nines per hazard at 95% in every scenario: refuted by 3 of 8, undecided in 1".
pub fn gate_answer(gate: &Gate) -> String {
    let number = |verdict| gate.scenarios.iter().filter(|s| s.verdict == verdict).count();
    let (all, no, open) = (gate.scenarios.len(), number(GateVerdict::Refuted), number(GateVerdict::Undecided));
    let demand = &gate.demand;
    let nines = match demand.nines {
        Some(1) => "one nine".to_string(),
        Some(n) => format!("{n} nines"),
        None => "the demanded nines".to_string(),
    };
    let per = match demand.per.as_str() {
        "hazard" | "encounter" => format!("per {}", demand.per),
        "hour" => "within an hour".to_string(),
        unit => format!("within a {unit}"),
    };
    let place = match (demand.scope.as_str(), gate.scenarios.as_slice()) {
        ("odd", [only]) => &format!("in the mix of {}", only.name),
        ("odd", _) => "in the mix of each ODD",
        (_, [only]) => &format!("in {}", only.name),
        _ => "in every scenario",
    };
    let without = if gate.left_out.is_empty() { String::new() } else { format!(", without {} scenarios", gate.left_out.len()) };
    let outcome = match gate.verdict {
        GateVerdict::Undecided if demand.scope == "odd" && (open == 0 || !without.is_empty()) => format!("undecided{without}"),
        _ if demand.scope == "odd" && all <= 1 => gate.verdict.name().to_string(),
        _ if all == 1 => gate.verdict.name().to_string(),
        GateVerdict::Demonstrated => format!("demonstrated by all {all}"),
        GateVerdict::Refuted if open > 0 => format!("refuted by {no} of {all}, undecided in {open}"),
        GateVerdict::Refuted => format!("refuted by {no} of {all}"),
        GateVerdict::Undecided => format!("undecided in {open} of {all}"),
    };
    let excluded = match gate.excluded.len() {
        0 => String::new(),
        n => format!("; {} excluded by profile", counted(n as u64, "scenario")),
    };
    // What rests on an assumption says so where it is read.
    let estimated = gate.scenarios.iter().any(|s| s.upper_with_reach.is_some());
    let by = if estimated && demand.evidence == "estimated" { ", by a search and its reach" } else { "" };
    format!("{nines} {per} at {} {place}: {outcome}{by}{excluded}", confidence(demand.confidence))
}
