//! Tables of an ODD: its scenarios, the human rates beside it, its march.

use maud::{Markup, html};

use super::chart::{letter, small_percent};
use crate::numbers::{Round, count, quantity, quantity_interval};
use crate::report::parts::{NONE, class, sign, words};
use crate::report::rates::{KM_PER_MILLION_MILES, factors};
use crate::summary::OddSummary;

/// Every scenario that counts, with what its rate rests on.
pub fn scenarios(odd: &OddSummary) -> Markup {
    html! {
        table {
            caption { "Scenarios of " (odd.name) ", the largest part of its failures first. An upper limit is the estimate times the factors of sampling, priors and exposure." }
            thead { tr {
                th scope="col" { "Scenario" } th.n scope="col" { "Share of failures" } th.n scope="col" { "Failures per km" } th.n scope="col" { "Encounters per km" }
                th.n scope="col" { "Share of them" } th scope="col" { "Exposure is" } th scope="col" { "Source" } th scope="col" { "Upper factors" }
            } }
            tbody { @for s in &odd.scenarios { tr {
                th scope="row" { a href=(format!("#{}", s.name)) { (s.name) } }
                td.n { (s.share_of_failures.map_or(NONE.into(), small_percent)) }
                @match &s.rate_per_km {
                    Some(r) => { td.n { (quantity(r.estimate, Round::Nearest)) br; small { (quantity_interval(r.lower, r.upper)) } } }
                    None => { td.n { (NONE) } }
                }
                td.n { (quantity(s.exposure.per_km.estimate, Round::Nearest)) br; small { (quantity_interval(s.exposure.per_km.lower, s.exposure.per_km.upper)) } }
                td.n { (small_percent(s.share_of_encounters)) }
                td { (s.exposure.kind) @if let Some(base) = &s.shares_exposure_with { br; small { "a share of that of " (base) } } } td.s.wide { (s.exposure.source) }
                td.s.wide { (factors(s.rate_per_km.as_ref())) }
            } } }
        }
    }
}

/// Human rates with what they must not be taken for.
pub fn benchmarks(odd: &OddSummary) -> Markup {
    let rate = |from: f64, to: f64, km: f64| {
        let [from, to] = [from, to].map(|x| quantity(x * km, Round::Nearest));
        if from == to { from } else { format!("{from} to {to}") }
    };
    html! {
        table {
            caption { "Human rates beside " (odd.name) }
            thead { tr {
                th scope="col" { "Line" } th scope="col" { "What" } th.n scope="col" { "Per 10⁶ miles" } th.n scope="col" { "per 10⁶ km" } th scope="col" { "Severity" } th scope="col" { "Counts" }
                th scope="col" { "What it must not be taken for" } th scope="col" { "Source" }
            } }
            tbody { @for (k, b) in odd.human_rates().iter().enumerate() { tr {
                th scope="row" { (letter(k)) @if !b.comparable { small { " dashed" } } } td { (b.name) } td.n { (rate(b.per_km_from, b.per_km_to, KM_PER_MILLION_MILES)) } td.n { (rate(b.per_km_from, b.per_km_to, 1e6)) }
                td { (words(&b.severity)) } td { (b.counts) } td.s.wide { (b.caveat) } td.s.wide { (b.source) " (" (b.sure) ")" }
            } } }
        }
    }
}

/// The march per encounter, and what the same would take on the road.
pub fn march(odd: &OddSummary) -> Markup {
    let more = |n: Option<u64>| n.map_or(NONE.to_string(), count);
    html! {
        table {
            caption { "The march of " (odd.name) ", per encounter at the stated exposures. The last column says how far a car would have to drive without a failure to show as much." }
            thead { tr {
                th.n scope="col" { "Nine" } th scope="col" { "Reliability" } th scope="col" { "State" }
                th.n scope="col" { "More rollouts" } th.n scope="col" { "if none fails" } th.n scope="col" { "km without a failure" }
            } }
            tbody { @for s in &odd.march { tr {
                th.n scope="row" { (s.nine) } td { (s.reliability) }
                td.(class(s.state)) { (sign(s.state)) " " (s.state.name()) @if !odd.left_out.is_empty() { br; small { "of " (odd.counted()) } } }
                td.n { (more(s.rollouts_needed)) } td.n { (more(s.rollouts_needed_clean)) } td.n { (more(s.km_needed)) }
            } } }
        }
    }
}
