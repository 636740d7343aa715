//! Charts of an ODD: the rate of each scenario and of their sum beside human ones, and where its interval's width comes from.

use maud::{Markup, html};

use crate::numbers::{Round, confidence, percent, quantity, quantity_interval};
use crate::report::parts::{NONE, scroll, words};
use crate::report::strip::{self, Axis, anchor, decades, grid, pct, strip};
use crate::report::ticks::power_of_ten;
use crate::summary::{BenchmarkLine, OddScenario, OddSummary};

/// Most scenarios with a row of their own: those with the largest part of the failures. The table has all.
const MOST_ROWS: usize = 30;
/// The narrowest strip that letters are placed for, px, and how far apart they must be.
const NARROW: (f64, f64) = (150.0, 13.0);

/// The letter of a benchmark: in the chart, and in the table that says what it is.
pub fn letter(k: usize) -> String {
    char::from_u32('A' as u32 + k as u32 % 26).map(String::from).unwrap_or_default()
}

/// A share as a percentage; what is not nothing is not shown as such.
pub fn small_percent(share: f64) -> String {
    if share > 0.0 && share < 0.000_5 { "<0.1%".into() } else { percent(share) }
}

/// Chart and caption.
pub fn figure(odd: &OddSummary) -> Markup {
    let shown = odd.scenarios.len().min(MOST_ROWS);
    html! {
        (scroll(&format!("Chart of rates in {}", odd.name), chart(odd, &odd.scenarios[..shown])))
        p { small {
            "Failures per kilometre: dots are estimates, bars two-sided " (odd.rate_per_km.map_or("95%".into(), |r| confidence(r.confidence)))
            " intervals that carry sampling, priors and exposures. Further left is better; " strong { "nines per km" } " are the powers of ten. "
            @if !odd.human_rates().is_empty() {
                "Upright lines are human rates, by the letters of the table below; a dashed one is for scale alone, and the table says why. "
            }
            @for (k, b) in odd.human_rates().iter().enumerate() { @if k > 0 { ", " } strong { (letter(k)) } " " (words(&b.severity)) " (" (b.counts) ")" }
            @if !odd.human_rates().is_empty() { ". " }
            @if shown < odd.scenarios.len() { "The " (shown) " scenarios with most failures are drawn; the table has all." }
        } }
    }
}

/// First and last power of ten that hold everything drawn; of limits that reach down to nothing the lowest are cut.
fn ends(odd: &OddSummary, scenarios: &[OddScenario]) -> (i32, i32) {
    let of_scenarios = scenarios.iter().filter_map(|s| s.rate_per_km).flat_map(|r| [r.estimate, r.upper]);
    let of_sum = odd.rate_per_km.iter().flat_map(|r| [r.lower, r.upper]);
    let of_humans = odd.human_rates().iter().flat_map(|b| [b.per_km_from, b.per_km_to]);
    decades(of_scenarios.chain(of_sum).chain(of_humans), 3)
}

fn chart(odd: &OddSummary, scenarios: &[OddScenario]) -> Markup {
    let (low, high) = ends(odd, scenarios);
    let axis = Axis::new(f64::from(low), f64::from(high));
    let id = format!("grid-odd-{}", odd.name);
    let row = |name: Markup, rate: Option<(f64, f64, f64)>, share: Option<f64>, sum: bool| {
        html! { tr.sum[sum] {
            th scope="row" { (name) }
            (strip(&id, "", html! {
                @match rate {
                    Some((estimate, lower, upper)) => { (strip::interval(&axis, estimate, lower, upper)) }
                    None => { text.m x="0" y="50%" dy="4" { "not driven" } }
                }
            }))
            td.n { (rate.map_or(NONE.into(), |r| if r.0 > 0.0 { quantity(r.0, Round::Nearest) } else { "0 seen".into() })) }
            td.n.more { (rate.map_or(NONE.into(), |r| quantity_interval(r.1, r.2))) }
            td.n { (share.map_or(NONE.into(), small_percent)) }
        } }
    };
    html! {
        (lines(odd, &id, &axis, (low, high)))
        table.chart {
            caption { "Failures per km of " (odd.name) " by scenario, and their sum" }
            thead { tr {
                th scope="col" { "Scenario" } (head(odd, &axis, (low, high)))
                th.n scope="col" { "Per km" } th.n.more scope="col" { "Interval" } th.n scope="col" { "Share" }
            } }
            tbody {
                @if let Some(r) = &odd.rate_per_km { (row(html! { "sum of " (odd.scenarios.len()) }, Some((r.estimate, r.lower, r.upper)), None, true)) }
                @for s in scenarios {
                    (row(html! { a href=(format!("#{}", s.name)) { (s.name) } }, s.rate_per_km.map(|r| (r.estimate, r.lower, r.upper)), s.share_of_failures, false))
                }
            }
        }
    }
}

/// Decades and human rates, which every row has.
fn lines(odd: &OddSummary, id: &str, axis: &Axis, (low, high): (i32, i32)) -> Markup {
    let decades: Vec<f64> = (low..=high).map(|d| axis.at(f64::from(d))).collect();
    let humans = format!("{id}-human");
    html! {
        svg.defs aria-hidden="true" width="0" height="0" { defs { g id=(humans) {
            @for b in odd.human_rates() { (human(b, (axis.log(b.per_km_from), axis.log(b.per_km_to)))) }
        } } }
        // A group of groups: decades below, human rates above them.
        (grid(&format!("{id}-decades"), &decades))
        svg.defs aria-hidden="true" width="0" height="0" { defs { g id=(id) {
            use href=(format!("#{id}-decades")) {} use href=(format!("#{humans}")) {}
        } } }
    }
}

fn human(b: &BenchmarkLine, (from, to): (f64, f64)) -> Markup {
    let class = if b.comparable { "human" } else { "human dashed" };
    html! {
        @if to - from > 0.2 { rect.span x=(pct(from)) y="0" width=(pct(to - from)) height="100%" {} }
        line class=(class) x1=(pct(from)) x2=(pct(from)) y1="0" y2="100%" {}
        @if to - from > 0.2 { line class=(class) x1=(pct(to)) x2=(pct(to)) y1="0" y2="100%" {} }
    }
}

/// Powers of ten, and below them the letters of the human rates.
fn head(odd: &OddSummary, axis: &Axis, (low, high): (i32, i32)) -> Markup {
    let every = ((high - low) as usize).div_ceil(6).max(1);
    let levels = levels(&odd.human_rates().iter().map(|b| axis.log(b.per_km_to)).collect::<Vec<_>>());
    let rows = levels.iter().map(|level| level + 1).max().unwrap_or(0);
    html! {
        th.strip.axis scope="col" style=(format!("height:{}px", 20 + 14 * rows)) {
            span.vh { "Failures per km on a decimal axis" }
            svg aria-hidden="true" {
                @for (k, d) in (low..=high).step_by(every).enumerate() {
                    @let x = axis.at(f64::from(d));
                    text.alt[k % 2 == 1] x=(pct(x)) y="14" text-anchor=(anchor(x)) { (power_of_ten(d)) }
                }
                @for (k, (b, level)) in odd.human_rates().iter().zip(&levels).enumerate() {
                    text.letter x=(pct(axis.log(b.per_km_to))) y=(30 + 14 * level) text-anchor="middle" { (letter(k)) }
                }
            }
        }
    }
}

/// In which row each letter stands so that it covers none of those before it.
fn levels(places: &[f64]) -> Vec<usize> {
    let mut rows: Vec<Vec<f64>> = Vec::new();
    let apart = 100.0 * NARROW.1 / NARROW.0;
    let place = |&x: &f64| {
        let level = rows.iter().position(|row| row.iter().all(|y| (x - y).abs() > apart)).unwrap_or(rows.len());
        if level == rows.len() {
            rows.push(Vec::new());
        }
        rows[level].push(x);
        level
    };
    places.iter().map(place).collect()
}

/// A bar of the three shares of an interval's width.
pub fn shares(odd: &str, shares: [f64; 3]) -> Markup {
    let names = ["sampling", "priors", "exposures"];
    let told: Vec<String> = names.iter().zip(shares).map(|(name, share)| format!("{name} {}", percent(share))).collect();
    let (title, id) = ("What the interval's width comes from", format!("shares-{odd}"));
    let inner = html! {
        @for k in 0..3 {
            @let from = 100.0 * shares[..k].iter().sum::<f64>();
            rect.(format!("s{k}")) x=(pct(from)) y="0" width=(pct(100.0 * shares[k])) height="100%" {}
            @if shares[k] > 0.28 { text.on x=(pct(from + 50.0 * shares[k])) y="50%" dy="4" text-anchor="middle" { (names[k]) } }
        }
    };
    crate::report::plot::plot(&id, "thin", title, &told.join(", "), inner)
}

#[cfg(test)]
mod tests {
    #[test]
    fn letters_do_not_cover_each_other() {
        assert_eq!(super::levels(&[10.0, 12.0, 50.0, 11.0]), [0, 1, 0, 2]);
    }
}
