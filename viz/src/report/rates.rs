//! Rates on the road: per encounter of an ODD, per kilometre and per million miles, and what they rest on.

use maud::{Markup, html};

use super::parts::{NONE, UNSEEN_OUTSIDE, class, encounter_estimated, estimate, interval, mark, scroll, sign};
use crate::numbers::{Round, confidence, count, nines, quantity, quantity_interval};
use crate::summary::{OddSummary, ScenarioSummary, Summary};

/// Kilometres of a million miles.
pub const KM_PER_MILLION_MILES: f64 = 1_609_344.0;

/// Sums over each ODD and the rates of its scenarios.
pub fn section(summary: &Summary) -> Markup {
    let exposed: Vec<&ScenarioSummary> = summary.scenarios.iter().filter(|s| s.exposure.is_some()).collect();
    html! {
        section aria-labelledby="rates" {
            h2 id="rates" { "What that means on the road" }
            @if exposed.is_empty() && summary.odds.is_empty() {
                p { "No exposure is stated for these scenarios, so there is no rate per kilometre." }
            } @else {
                p { "A rate is the failure probability per encounter times the encounters per kilometre of an ODD. Sampling, natural priors and exposures each have "
                    "their own uncertainty, carried into the interval; most exposures are assumptions, and a rate is no better than they are." }
            }
            @for odd in &summary.odds { (of_odd(summary, odd)) }
            @if !exposed.is_empty() { (scroll("Rates by scenario", table(&exposed))) }
        }
    }
}

fn of_odd(summary: &Summary, odd: &OddSummary) -> Markup {
    html! {
        h3 { "ODD " (odd.name) }
        @if let Some(p) = &odd.probability {
            p { "Per encounter " (estimate(p)) " fail, " (confidence(p.confidence)) " interval " (interval(p)) ", at the stated exposures"
                @if let Some(n) = odd.nines {
                    ": " (nines(n.demonstrated)) " nines demonstrated, " (encounter_estimated(n, Some(p))) " estimated"
                }
                "." }
            @if !mark(Some(p)).is_empty() { p { small { (UNSEEN_OUTSIDE) } } }
        } @else { p { "No scenario of this ODD has both a natural prior and an exposure, so nothing can be said per encounter." } }
        @if let Some(r) = &odd.rate_per_million_miles {
            p { strong { (quantity(r.estimate, Round::Nearest)) " failures per million miles" } ", " (confidence(r.confidence)) " interval "
                (quantity_interval(r.lower, r.upper))
                @if let Some(km) = &odd.rate_per_km {
                    "; " (quantity(km.estimate, Round::Nearest)) " per km " (quantity_interval(km.lower, km.upper))
                }
                "." }
        }
        @if !odd.left_out.is_empty() {
            p { "Left out, for want of a natural prior or an exposure: " (odd.left_out.join(", ")) ". The sums hold for the others." }
        }
        @if let Some(c) = odd.caution {
            p { "Cost of caution: " (quantity(c.mean_time_lost_s, Round::Nearest)) " s lost per encounter, "
                (quantity(c.harsh_brakes_per_100_km, Round::Nearest)) " harsh brakes and " (quantity(c.needless_stops_per_100_km, Round::Nearest))
                " needless stops per 100 km." }
        }
        @if !odd.march.is_empty() { (scroll("March of the ODD", odd_march(odd))) }
        @if let Some(next) = &odd.next_nine {
            p { "For nine " (next.nine) " the failure probability must fall " (quantity(next.must_fall_by, Round::Up)) "-fold"
                @if !next.budget.is_empty() {
                    "; the modes that weigh most: "
                    @for (k, item) in next.budget.iter().enumerate() {
                        @if k > 0 { ", " } code { (item.mode) } " " (crate::numbers::percent(item.share))
                    }
                }
                "." }
        }
        @if summary.odds.len() > 1 { p { small { "Figures of one ODD hold for its own mix of encounters." } } }
    }
}

fn odd_march(odd: &OddSummary) -> Markup {
    let more = |n: Option<u64>| n.map_or(NONE.to_string(), count);
    html! {
        table {
            caption { "The march of " (odd.name) ", per encounter" }
            thead { tr {
                th.n scope="col" { "Nine" } th scope="col" { "Reliability" } th scope="col" { "State" }
                th.n scope="col" { "More rollouts" } th.n scope="col" { "if none fails" } th.n scope="col" { "km without a failure" }
            } }
            tbody { @for s in &odd.march { tr {
                th.n scope="row" { (s.nine) } td { (s.reliability) }
                td.(class(s.state)) { (sign(s.state)) " " (s.state.name()) }
                td.n { (more(s.rollouts_needed)) } td.n { (more(s.rollouts_needed_clean)) } td.n { (more(s.km_needed)) }
            } } }
        }
    }
}

fn table(scenarios: &[&ScenarioSummary]) -> Markup {
    html! {
        table {
            caption { "Rates by scenario, with the exposure that each rests on. An upper limit is wider than the estimate by the factors of sampling, prior and exposure." }
            thead { tr {
                th scope="col" { "Scenario" } th scope="col" { "ODD" } th.n scope="col" { "Failures per km" } th.n scope="col" { "per million miles" }
                th.n scope="col" { "Encounters per km" } th scope="col" { "Exposure is" } th scope="col" { "Source" } th scope="col" { "Upper factors" }
            } }
            tbody { @for s in scenarios {
                @if let Some(e) = &s.exposure { tr {
                    th scope="row" { (s.name) } td { (e.odd) }
                    @match &s.rate_per_km {
                        Some(r) => {
                            td.n { (quantity(r.estimate, Round::Nearest)) br; small { (quantity_interval(r.lower, r.upper)) } }
                            td.n { (quantity(r.estimate * KM_PER_MILLION_MILES, Round::Nearest)) br;
                                small { (quantity_interval(r.lower * KM_PER_MILLION_MILES, r.upper * KM_PER_MILLION_MILES)) } }
                        }
                        None => { td.n { (NONE) } td.n { (NONE) } }
                    }
                    td.n { (quantity(e.per_km.estimate, Round::Nearest)) br; small { (quantity_interval(e.per_km.lower, e.per_km.upper)) } }
                    td { (e.kind) } td.s { (e.source) }
                    td.s { (factors(s)) }
                } }
            } }
        }
    }
}

fn factors(s: &ScenarioSummary) -> String {
    let Some(f) = s.rate_per_km.map(|r| r.upper_factors) else { return NONE.into() };
    let named = [("sampling", f.sampling), ("prior", f.prior), ("exposure", f.exposure)];
    let parts: Vec<String> =
        named.iter().filter_map(|(name, x)| x.map(|x| format!("{name} {}", quantity(x, Round::Up)))).collect();
    if parts.is_empty() { NONE.into() } else { parts.join(", ") }
}
