//! The forest plot: failure probability given the hazard of each scenario, with intervals on a decimal axis.

use maud::{Markup, html};

use super::parts::{NONE, UNSEEN_OUTSIDE, encounter_estimated, estimate, interval, mark, scroll};
use super::strip::{self, Axis, grid, head, strip};
use super::ticks::power_of_ten;
use crate::numbers::{confidence, count, nines};
use crate::summary::{EstimateKind, ScenarioSummary, Summary};
use crate::terminal::by_need;

/// Chart, and the same per encounter.
pub fn section(summary: &Summary) -> Markup {
    let scenarios = by_need(summary);
    if scenarios.is_empty() {
        return html! {};
    }
    let level = confidence(summary.confidence);
    html! {
        section aria-labelledby="hazards" {
            h2 id="hazards" { "How often it fails, given the hazard" }
            p { "Dots are estimates, bars two-sided " (level) " intervals. A ring at the right end with an arrow to the left: no failure was seen, and only the upper limit is known. "
                "Further left is better; each decade is a nine." }
            (scroll("Failure probabilities by scenario", chart(&scenarios, &level)))
            details {
                summary { "The same per encounter, weighted with how often nature shows the hazard" }
                (scroll("Failure probabilities per encounter", per_encounter(&scenarios, &level)))
                @if scenarios.iter().any(|s| !mark(s.probability.as_ref()).is_empty()) { p { small { (UNSEEN_OUTSIDE) } } }
            }
        }
    }
}

fn chart(scenarios: &[&ScenarioSummary], level: &str) -> Markup {
    let driven = scenarios.iter().map(|s| &s.hazard.probability).filter(|p| p.kind != EstimateKind::None);
    let (low, _) = strip::decades(driven.flat_map(|p| [p.lower, p.upper]), 3);
    let axis = Axis::new(f64::from(low), 0.0);
    let decades: Vec<i32> = (low..=0).collect();
    let lines: Vec<f64> = decades.iter().map(|d| axis.at(f64::from(*d))).collect();
    let labels: Vec<(f64, String)> = decades.iter().zip(&lines).map(|(d, x)| (*x, power_of_ten(*d))).collect();
    html! {
        (grid("grid-forest", &lines))
        table.chart {
            caption { "Failure probability given the hazard, with two-sided " (level) " intervals" }
            thead { tr {
                th scope="col" { "Scenario" } (head("Failure probability on a decimal axis", &labels))
                th.n scope="col" { "P(fail)" } th.n.more scope="col" { "Interval" } th.n.more scope="col" { "Failed of" }
            } }
            tbody { @for s in scenarios { @let p = &s.hazard.probability; tr {
                th scope="row" { a href=(format!("#{}", s.name)) { (s.name) } }
                (strip("grid-forest", "", html! {
                    @if p.kind == EstimateKind::None { text.m x="0" y="50%" dy="4" { "not driven" } }
                    @else { (strip::interval(&axis, p.estimate.unwrap_or(0.0), p.lower, p.upper)) }
                }))
                td.n { (estimate(p)) } td.n.more { (interval(p)) } td.n.more { (count(s.hazard.failures)) " of " (count(s.hazard.rollouts)) }
            } } }
        }
    }
}

fn per_encounter(scenarios: &[&ScenarioSummary], level: &str) -> Markup {
    html! {
        table {
            caption { "Failure probability per encounter, with two-sided " (level) " intervals; where nature's share of the hazard is unknown the figure does not exist" }
            thead { tr {
                th scope="col" { "Scenario" } th.n scope="col" { "P(fail)" } th.n scope="col" { "Interval" }
                th.n scope="col" { "Dem. nines" } th.n scope="col" { "Est. nines" } th.n scope="col" { "The hazard is" }
            } }
            tbody { @for s in scenarios { @let e = s.encounter.as_ref(); tr {
                th scope="row" { (s.name) }
                td.n { (s.probability.as_ref().map_or(NONE.into(), estimate)) }
                td.n { (s.probability.as_ref().map_or(NONE.into(), interval)) }
                td.n { (e.map_or(NONE.into(), |e| nines(e.nines.demonstrated))) }
                td.n { (e.map_or(NONE.into(), |e| encounter_estimated(e.nines, s.probability.as_ref()))) }
                td.n { @match &s.hazard.prior {
                    Some(p) => { (crate::numbers::probability(p.estimate, crate::numbers::Round::Nearest)) },
                    None => { small { "not known" } },
                } }
            } } }
        }
    }
}
