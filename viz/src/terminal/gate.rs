//! The answer of a gate, line by line; the last line is the answer.

use super::Style;
use crate::gate::{Gate, GateScenario, GateVerdict};
use crate::numbers::{Round, compact, confidence, probability};
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
    let counted = format!("{demonstrated} scenario{}", if demonstrated == 1 { "" } else { "s" });
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
            out.extend(of(verdict).map(|s| line(verdict, &s.name, &notes(s))));
        }
    }
    if !gate.left_out.is_empty() {
        let names: Vec<&str> = gate.left_out.iter().map(String::as_str).collect();
        let head = "left out for want of a prior or an exposure: ";
        out += &format!("{head}{}\n", style.names(&names, style.width.saturating_sub(head.len())));
    }
    let answer = format!("{} {}", style.sign(state(gate.verdict)), gate_answer(gate));
    out + &style.paint(state(gate.verdict), &answer) + "\n"
}

/// What is known of a scenario, the most needed first.
fn notes(s: &GateScenario) -> Vec<String> {
    let allowed = format!("{} allowed", probability(s.limit, Round::Down));
    let (lower, upper) = (probability(s.one_sided_lower, Round::Down), probability(s.one_sided_upper, Round::Up));
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
        Some(1) => "1 nine".to_string(),
        Some(n) => format!("{n} nines"),
        None => "the demanded nines".to_string(),
    };
    let per = if demand.per == "hazard" || demand.per == "encounter" {
        format!("per {}", demand.per)
    } else {
        format!("within one {}", demand.per)
    };
    let place = if demand.scope == "odd" { "in the mix of the ODD" } else { "in every scenario" };
    let outcome = match gate.verdict {
        _ if demand.scope == "odd" => gate.verdict.name().to_string(),
        GateVerdict::Demonstrated => format!("demonstrated by all {all}"),
        GateVerdict::Refuted if open > 0 => format!("refuted by {no} of {all}, undecided in {open}"),
        GateVerdict::Refuted => format!("refuted by {no} of {all}"),
        GateVerdict::Undecided => format!("undecided in {open} of {all}"),
    };
    format!("{nines} {per} at {} {place}: {outcome}", confidence(demand.confidence))
}
