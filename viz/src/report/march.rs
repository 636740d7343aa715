//! The march chart: for each scenario the state of every nine, what is demonstrated and what is estimated.

use maud::{Markup, html};

use super::parts::{NONE, class, scroll, sign};
use super::strip::{Axis, grid, head, pct, strip};
use crate::answer::nines_word;
use crate::numbers::{compact, nines, reliability};
use crate::summary::{NineState, ScenarioSummary, Summary};
use crate::terminal::{by_need, state_at};

/// Fewest and most nines of the chart.
const NINES: (u32, u32) = (4, 9);

/// The chart of all scenarios, per hazard; ODDs have their own beside what humans do there.
pub fn section(summary: &Summary) -> Markup {
    let scenarios = by_need(summary);
    if scenarios.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="march" {
            h2 id="march" { "The march" }
            p { "Each scenario given its hazard, the fewest demonstrated nines first. The bar ends at what is demonstrated, the ring stands at what is estimated; "
                "what lies between them more rollouts may still show, what lies beyond the ring takes better driving." }
            p.key {
                @for state in [NineState::Demonstrated, NineState::Refuted, NineState::Open] {
                    span { b.(class(state)) aria-hidden="true" { (sign(state)) } (state.name()) }
                }
                span { svg.sample aria-hidden="true" { line.shown x1="0" x2="20" y1="50%" y2="50%" {} } "demonstrated nines" }
                span { svg.sample aria-hidden="true" { circle.ring cx="10" cy="50%" r="4.5" {} } "estimated nines" }
                @if scenarios.iter().any(|s| s.ceiling_nines.is_some()) {
                    span { svg.sample aria-hidden="true" { line.ceiling x1="10" x2="10" y1="10%" y2="90%" {} } "ceiling: no driving reaches more" }
                }
            }
            (scroll("The march, scenarios against nines", chart(&scenarios)))
            p { small { "A nine is demonstrated where the one-sided upper limit of the failure probability lies at or below it, refuted where the lower limit lies above it, and open in "
                "between. Below an open nine stands how many more rollouts it would take: at the failure rate seen, or, where that rate is too high, if no further one failed "
                "(in brackets). Each scenario is judged by itself; " code { "nines gate" } " corrects refutations for their number." } }
        }
    }
}

/// Nines of the chart: one more than anybody has.
fn width(scenarios: &[&ScenarioSummary]) -> u32 {
    let reached =
        |s: &&ScenarioSummary| s.nines.demonstrated.max(s.nines.estimated.unwrap_or(0.0)).max(s.ceiling_nines.unwrap_or(0.0));
    let most = scenarios.iter().map(reached).fold(0.0, f64::max);
    (most.ceil() as u32 + 1).clamp(NINES.0, NINES.1)
}

fn chart(scenarios: &[&ScenarioSummary]) -> Markup {
    let most = width(scenarios);
    let axis = Axis::new(0.0, f64::from(most));
    let labels: Vec<(f64, String)> = (1..=most).map(|n| (axis.at(f64::from(n) - 0.5), n.to_string())).collect();
    let lines: Vec<f64> = (0..=most).map(|n| axis.at(f64::from(n))).collect();
    html! {
        (grid("grid-march", &lines))
        table.chart {
            caption { "State of each nine per hazard: the 1st is " (reliability(1)) ", the 2nd " (reliability(2)) ", the 3rd " (reliability(3)) " of hazards mastered" }
            thead { tr {
                th scope="col" { "Scenario" }
                (head("Nines, from the first on", &labels))
                th.n scope="col" { "Dem." } th.n scope="col" { "Est." }
                th.more scope="col" { "The next nine" }
            } }
            tbody { @for s in scenarios { (row(s, most, &axis)) } }
        }
    }
}

fn row(s: &ScenarioSummary, most: u32, axis: &Axis) -> Markup {
    let estimated = s.nines.estimated.map_or(NONE.into(), nines);
    let next = (1..=15).find(|n| state_at(s, *n) != NineState::Demonstrated).unwrap_or(15);
    let marks = html! {
        @for n in 1..=most {
            @let state = state_at(s, n);
            rect class=(class(state)) x=(pct(axis.at(f64::from(n - 1)))) y="0" width=(pct(100.0 / f64::from(most))) height="100%" {}
            text class=(class(state)) x=(pct(axis.at(f64::from(n) - 0.5))) y="50%" dy="1" text-anchor="middle" { (sign(state)) }
        }
        @if s.nines.demonstrated > 0.0 { line.shown x1="0" x2=(pct(axis.at(s.nines.demonstrated))) y1="83%" y2="83%" {} }
        @if let Some(most) = s.ceiling_nines { line.ceiling x1=(pct(axis.at(most))) x2=(pct(axis.at(most))) y1="0" y2="100%" {} }
        @if let Some(e) = s.nines.estimated { circle.ring cx=(pct(axis.at(e))) cy="83%" r="4" {} }
    };
    html! { tr {
        th scope="row" { a href=(format!("#{}", s.name)) { (s.name) } }
        (strip("grid-march", "", marks))
        td.n { (nines(s.nines.demonstrated)) } td.n { (estimated) }
        (next_nine(s, next))
    } }
}

/// The first nine that is not demonstrated, and what it would take.
fn next_nine(s: &ScenarioSummary, nine: u32) -> Markup {
    let state = state_at(s, nine);
    let step = s.march.iter().find(|step| step.nine == nine);
    let more = step.and_then(|step| match (step.rollouts_needed, step.rollouts_needed_clean) {
        (Some(n), _) => Some(format!("+{}", compact(n))),
        (None, Some(n)) => Some(format!("(+{})", compact(n))),
        (None, None) => None,
    });
    html! {
        td.more.(class(state)) {
            span aria-hidden="true" { (sign(state)) " " } (nines_word(nine)) " " (state.name())
            @if let Some(more) = more { " " small { (more) } }
        }
    }
}
