//! Rates on the road scenario by scenario, where no ODD adds them up.

use maud::{Markup, html};

use super::parts::{NONE, scroll};
use crate::numbers::{Round, quantity, quantity_interval};
use crate::summary::{ScenarioRate, ScenarioSummary, Summary};

/// Kilometres of a million miles.
pub const KM_PER_MILLION_MILES: f64 = 1_609_344.0;

/// The rates of single scenarios; nothing where ODDs were asked for, which have sections of their own.
pub fn section(summary: &Summary) -> Markup {
    if !summary.odds.is_empty() {
        return html! {};
    }
    let exposed: Vec<&ScenarioSummary> = summary.scenarios.iter().filter(|s| s.exposure.is_some()).collect();
    html! {
        section aria-labelledby="rates" {
            h2 id="rates" { "What that means on the road" }
            @if exposed.is_empty() {
                p { "No exposure is stated for these scenarios, so there is no rate per kilometre." }
            } @else {
                p { "A rate is the failure probability per encounter times the encounters per kilometre of an ODD. Sampling, natural priors and exposures each have "
                    "their own uncertainty, carried into the interval; most exposures are assumptions, and a rate is no better than they are. "
                    code { "nines run --odd" } " adds the scenarios of an ODD up." }
                details {
                    summary { "Rates by scenario" }
                    (scroll("Rates by scenario", table(&exposed)))
                }
            }
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
                    td { (e.kind) } td.s.wide { (e.source) }
                    td.s.wide { (factors(s.rate_per_km.as_ref())) }
                } }
            } }
        }
    }
}

/// What widens the upper limit of a rate.
pub fn factors(rate: Option<&ScenarioRate>) -> String {
    let Some(f) = rate.map(|r| r.upper_factors) else { return NONE.into() };
    let named = [("sampling", f.sampling), ("prior", f.prior), ("exposure", f.exposure)];
    let parts: Vec<String> =
        named.iter().filter_map(|(name, x)| x.map(|x| format!("{name} {}", quantity(x, Round::Up)))).collect();
    if parts.is_empty() { NONE.into() } else { parts.join(", ") }
}
