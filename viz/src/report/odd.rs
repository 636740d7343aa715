//! An ODD: what the campaign says of it, beside what humans do there, and what was not looked at.

mod chart;
mod coverage;
mod tables;

use maud::{Markup, html};

use super::parts::{UNSEEN_OUTSIDE, encounter_estimated, estimate, interval, mark, scroll};
use crate::numbers::{Round, confidence, nines, percent, quantity, quantity_interval};
use crate::summary::{OddSummary, Rate, UpperFactors};

/// The section of an ODD.
pub fn section(odd: &OddSummary) -> Markup {
    let id = format!("odd-{}", odd.name);
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { "On the road: " (odd.name) @if let Some(alone) = odd.alone() { ", " (alone) } }
            (figures(odd))
            @if let Some(caveat) = &odd.caveat { div.warn role="note" { p { (caveat) } } }
            (left_out(odd))
            @if odd.probability.is_none() {
                p { strong { "Nothing can be said of this ODD as a whole: " } "no scenario of it was run that has both a natural prior and an exposure." }
            } @else {
                (chart::figure(odd))
                (reading(odd))
                @if let Some(factors) = &odd.upper_factors { (width(&odd.name, factors)) }
                details {
                    summary { "Every scenario with its exposure and source" }
                    (scroll(&format!("Scenarios of {}", odd.name), tables::scenarios(odd)))
                }
            }
            @if !odd.human_rates().is_empty() { (scroll(&format!("Human rates beside {}", odd.name), tables::benchmarks(odd))) }
            @if !odd.march.is_empty() { (scroll(&format!("March of {}", odd.name), tables::march(odd))) }
            @if let Some(next) = &odd.next_nine { (super::modes::next_nine(&odd.name, next, "of the failure probability per encounter")) }
            (coverage::section(odd))
        }
    }
}

fn figures(odd: &OddSummary) -> Markup {
    html! {
        @if let Some(p) = &odd.probability {
            p { strong { (odd.title) ". " } "Per encounter " (estimate(p)) " fail, " (confidence(p.confidence)) " interval " (interval(p)) " at the stated exposures"
                @if let Some(n) = odd.nines {
                    ": " strong { (nines(n.demonstrated)) " nines demonstrated" } (of_some(odd)) ", " (encounter_estimated(n, Some(p))) " estimated"
                }
                "." }
            @if !mark(Some(p)).is_empty() { p { small { (UNSEEN_OUTSIDE) } } }
        } @else { p { strong { (odd.title) "." } } }
        dl.facts {
            (rate("Failures per million miles", odd.rate_per_million_miles.as_ref(), odd.alone().map(String::from)))
            (left_out_bound(odd))
            (rate("per km", odd.rate_per_km.as_ref(), odd.alone().map(String::from)))
            @if odd.alone().is_none() {
                (rate("per hour", odd.rate_per_hour.as_ref(), odd.mean_speed_kmh.as_ref().map(|s| format!("at {} km/h", s.value))))
                (rate("per trip", odd.rate_per_trip.as_ref(), odd.trip_km.as_ref().map(|s| format!("of {} km", s.value))))
            }
            @if let Some(c) = odd.caution {
                div { dt { "Cost of caution" } dd { (quantity(c.mean_time_lost_s, Round::Nearest)) " s lost per encounter; per 100 km "
                    (quantity(c.harsh_brakes_per_100_km, Round::Nearest)) " harsh brakes, " (quantity(c.needless_stops_per_100_km, Round::Nearest)) " needless stops" } }
            }
            @if let Some(e) = odd.encounters_per_km { div { dt { "Encounters" } dd { (quantity(e, Round::Nearest)) " per km, of " (odd.counted()) } } }
        }
    }
}

/// Of how many scenarios a figure is, where some are left out.
fn of_some(odd: &OddSummary) -> String {
    if odd.left_out.is_empty() { String::new() } else { format!(" of {}", odd.counted()) }
}

fn rate(name: &str, rate: Option<&Rate>, at: Option<String>) -> Markup {
    html! { @if let Some(r) = rate { div {
        dt { (name) @if let Some(at) = at { " " (at) } }
        dd { @if r.estimate > 0.0 { (quantity(r.estimate, Round::Nearest)) " " } @else { "no failure seen " }
            small { (quantity_interval(r.lower, r.upper)) } }
    } } }
}

/// How much those that are left out may add to the rate: beside it, since it stands for nothing of them.
fn left_out_bound(odd: &OddSummary) -> Markup {
    let bound = odd.left_out_per_million_miles().filter(|_| odd.rate_per_million_miles.is_some());
    html! { @if let Some((most, unknown)) = bound { div {
        dt { "Scenarios left out" }
        dd { "at most " (quantity(most, Round::Up)) " more per million miles "
            small { "if every encounter of theirs failed, at its stated exposure"
                @if unknown > 0 { "; " (crate::numbers::counted(unknown as u64, "scenario")) " more without an exposure" } } }
    } } }
}

fn left_out(odd: &OddSummary) -> Markup {
    let words = |why: &str| super::parts::words(why);
    html! {
        @if !odd.left_out_because.is_empty() {
            div.warn role="note" { details {
                summary { strong { "Its figures do without " (odd.left_out.len()) " of its " (odd.left_out.len() + odd.scenarios.len()) " scenarios, and say nothing of them" } }
                @for (k, left) in odd.left_out_because.iter().enumerate() { @if k > 0 { ", " } (left.scenario) " (" (words(&left.why)) ")" } "." } }
        }
        @for excluded in &odd.excluded { p { small { "The profile excludes " (excluded.scenario) ": " (excluded.reason) "." } } }
    }
}

/// What must be known before a policy's rate is held against a human one.
fn reading(odd: &OddSummary) -> Markup {
    html! {
        @if !odd.human_rates().is_empty() {
            ul.reading {
                li { strong { "The sum is no crash rate. " } "It counts the encounters that were modelled; a human rate counts every crash, whoever caused it." }
                li { strong { "Severity differs. " } "A failure here is any failed criterion: the lightest contact, a broken rule, a trip that does not get there. "
                    "A line counts events of its severity alone, and most of those that were reported." }
                li { strong { "So do the counts. " } "A crash of two cars is one crash, two crashed vehicles, and may injure three persons." }
                li { strong { "Humans are a mixture " } "of careful, tired, drunk and new drivers; the mean is not the careful and competent driver." }
            }
        }
    }
}

/// Where the width of the interval comes from: shares of the logarithm of upper limit over estimate.
fn width(odd: &str, factors: &UpperFactors) -> Markup {
    let (Some(sampling), Some(prior), Some(exposure)) = (factors.sampling, factors.prior, factors.exposure) else {
        return html! {};
    };
    let logs = [sampling, prior, exposure].map(|f| f.max(1.0).ln());
    let total: f64 = logs.iter().sum();
    let shares = logs.map(|log| if total > 0.0 { log / total } else { 0.0 });
    html! {
        p { "The upper limit of the rate is " (quantity(sampling * prior * exposure, Round::Nearest)) " times the estimate: "
            (percent(shares[0])) " of that is sampling, which more rollouts shrink (factor " (quantity(sampling, Round::Nearest)) "), "
            (percent(shares[1])) " natural priors (" (quantity(prior, Round::Nearest)) "), "
            (percent(shares[2])) " exposures (" (quantity(exposure, Round::Nearest)) "), which only better data shrink. Shares are of the logarithm." }
        (scroll("Where the width of the interval comes from", chart::shares(odd, shares)))
    }
}
