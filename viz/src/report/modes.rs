//! Failure modes of a scenario, and what must go for the next nine: Pareto tables, the largest share first.

use maud::{Markup, html};

use super::ReportContext;
use super::parts::{scroll, words};
use crate::numbers::{Round, count, part, part_interval, percent, quantity};
use crate::summary::{ModeSummary, NextNine, ScenarioSummary};

/// Modes that are shown; the file has all.
const SHOWN: usize = 12;

/// The modes of a scenario, and its own budget.
pub fn section(s: &ScenarioSummary, context: &ReportContext) -> Markup {
    let modes = s.modes.as_deref().unwrap_or_default();
    html! {
        @if !modes.is_empty() {
            (scroll(&format!("Failure modes of {}", s.name), table(modes, s.modes_of.unwrap_or(0), context)))
            @if let Some(next) = &s.next_nine { (next_nine(&s.name, next, "of the failure probability given the hazard")) }
        }
    }
}

fn table(modes: &[ModeSummary], of: u64, context: &ReportContext) -> Markup {
    let mut reached = 0.0;
    html! {
        table.pareto {
            caption { "Failure modes given the hazard, of " (count(of)) " failures. Numbers beside parameters: how far their values in the mode are from usual, from 0 to 1 (Kolmogorov-Smirnov), as far as that is beyond chance." }
            thead { tr {
                th scope="col" { "Mode" } th scope="col" colspan="2" { "Share of the failure probability" } th.n scope="col" { "Together" }
                th scope="col" { "What fails, and where" } th scope="col" { "Replay" }
            } }
            tbody { @for mode in modes.iter().take(SHOWN) { ({ reached += mode.share; row(mode, reached, context) }) } }
        }
        @if modes.len() > SHOWN { p { small { (modes.len() - SHOWN) " more, of " (percent((1.0 - reached).max(0.0))) " together, stand in " code { "summary.json" } "." } } }
    }
}

fn row(mode: &ModeSummary, reached: f64, context: &ReportContext) -> Markup {
    let name = mode.id.rsplit('/').next().unwrap_or(&mode.id);
    html! { tr {
        th scope="row" { (name) }
        td.n { (part(mode.share)) br; small { (part_interval(mode.share_lower, mode.share_upper)) } }
        td.bar { span style=(format!("width:{:.1}%", 100.0 * mode.share)) {} }
        td.n { (part(reached.min(1.0))) }
        td.wide { (words(&mode.cause)) @if !mode.latent.is_empty() { ", " (states(mode)) }
            @if !mode.sensitivity.is_empty() {
                br; @for (k, s) in mode.sensitivity.iter().enumerate() {
                    @if k > 0 { ", " } code { (s.parameter) } " " (s.side.words()) " " small { (format!("{:.2}", s.index)) }
                }
            } }
        td { code { "nines replay " (context.folder) " " (mode.id) } }
    } }
}

/// The latent states of a mode: `intent=dashing, weather=dry`.
pub fn states(mode: &ModeSummary) -> String {
    mode.latent.iter().map(|(latent, state)| format!("{latent}={state}")).collect::<Vec<_>>().join(", ")
}

/// What must go for the next nine, in order.
pub fn next_nine(name: &str, next: &NextNine, of: &str) -> Markup {
    let mut reached = 0.0;
    html! {
        p { "For " (crate::answer::nines_word(next.nine)) " the failure probability must fall " (quantity(next.must_fall_by, Round::Up)) "-fold. "
            @if let Some(sentence) = next.outlook().sentence() { (sentence) } }
        @if !next.budget.is_empty() {
            (scroll(&format!("What must go in {name} for the next nine"), html! {
                table.pareto {
                    caption { "The shortest list without which the estimate reaches " (crate::answer::nines_word(next.nine)) ", by share " (of) "." }
                    thead { tr { th scope="col" { "Must go" } th.n scope="col" { "Share" } th scope="col" { span.vh { "Share as a bar" } } th.n scope="col" { "Together" } } }
                    tbody { @for item in &next.budget { tr {
                        th scope="row" { (item.name()) } td.n { (percent(item.share)) }
                        td.bar { span style=(format!("width:{:.1}%", 100.0 * item.share)) {} }
                        td.n { ({ reached += item.share; percent(reached.min(1.0)) }) }
                    } } }
                }
            }))
        }
    }
}
