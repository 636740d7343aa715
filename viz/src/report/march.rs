//! The march: scenarios against nines.

use maud::{Markup, html};

use super::parts::{NONE, class, scroll, sign};
use crate::answer::nines_word;
use crate::numbers::{compact, nines, reliability};
use crate::summary::{NineState, ScenarioSummary, Summary};
use crate::terminal::{by_need, state_at};

/// Nines of the table.
const NINES: u32 = 8;

/// The table of all scenarios, per hazard.
pub fn section(summary: &Summary) -> Markup {
    let table = html! {
        table.march {
            caption { "State of each nine, per hazard. The fewest demonstrated nines stand first." }
            thead { tr {
                th scope="col" { "Scenario" }
                th.n scope="col" { "Dem." small { "nines" } }
                th.n scope="col" { "Est." small { "nines" } }
                @for n in 1..=NINES { th.n scope="col" { (nines_word(n)) small { (reliability(n)) } } }
            } }
            tbody { @for s in by_need(summary) { tr {
                th scope="row" { a href=(format!("#{}", s.name)) { (s.name) } }
                td { (nines(s.nines.demonstrated)) }
                td { (s.nines.estimated.map_or(NONE.into(), nines)) }
                @for n in 1..=NINES { (cell(s, n)) }
            } } }
        }
    };
    html! {
        section aria-labelledby="march" {
            h2 id="march" { "The march" }
            p { "A nine is demonstrated where the one-sided upper limit of the failure probability lies at or below it, refuted where the lower "
                "limit lies above it, and open in between. Below an open nine stands how many more rollouts it would take: at the failure rate seen, or, "
                "where that rate is too high, if no further one failed (in brackets). Each scenario is judged by itself; "
                code { "nines gate" } " corrects refutations for their number." }
            p.key {
                @for state in [NineState::Demonstrated, NineState::Refuted, NineState::Open] {
                    span { b.(class(state)) aria-hidden="true" { (sign(state)) } (state.name()) }
                }
            }
            (scroll("The march, scenarios against nines", table))
        }
    }
}

fn cell(scenario: &ScenarioSummary, nine: u32) -> Markup {
    let state = state_at(scenario, nine);
    let step = scenario.march.iter().find(|s| s.nine == nine);
    let more = step.and_then(|s| match (s.rollouts_needed, s.rollouts_needed_clean) {
        (Some(n), _) => Some(format!("+{}", compact(n))),
        (None, Some(n)) => Some(format!("(+{})", compact(n))),
        (None, None) => None,
    });
    html! {
        td.(class(state)) {
            span aria-hidden="true" { (sign(state)) } span.vh { (state.name()) }
            @if let Some(more) = more { " " small { (more) } }
        }
    }
}
