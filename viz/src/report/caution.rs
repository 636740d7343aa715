//! Safety against its cost: demonstrated nines over the time lost to caution.

use maud::{Markup, html};

use super::parts::{NONE, scroll};
use super::svg::{Scale, line, picture, px, text, tick_step};
use crate::numbers::{Round, nines, quantity, seconds};
use crate::summary::{ScenarioSummary, Summary};
use crate::terminal::by_need;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 46.0;

/// Picture and table.
pub fn section(summary: &Summary) -> Markup {
    let scenarios: Vec<_> = by_need(summary).into_iter().filter(|s| s.caution.is_some()).collect();
    if scenarios.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="caution" {
            h2 id="caution" { "What the safety costs" }
            p { "A policy that crawls is not safe, it is parked. Time lost is measured against driving freely through the same encounter; a harsh brake or a stop "
                "counts where nothing asked for it." }
            figure {
                (scroll("Chart of nines against time lost", plot(&scenarios)))
                figcaption { "Demonstrated nines per hazard against the mean time lost per encounter. Up and to the left is better." }
            }
            (scroll("Cost of caution by scenario", table(&scenarios)))
        }
    }
}

fn plot(scenarios: &[&ScenarioSummary]) -> Markup {
    let lost = |s: &ScenarioSummary| s.caution.map_or(0.0, |c| c.mean_time_lost_s.max(0.0));
    let most_lost = scenarios.iter().map(|s| lost(s)).fold(0.5, f64::max);
    let most_nines = scenarios.iter().map(|s| s.nines.demonstrated).fold(1.0, f64::max).ceil();
    let step = tick_step(most_lost);
    let end = (most_lost / step).ceil() * step;
    let x = Scale::new((0.0, end), (LEFT, WIDTH - RIGHT));
    let y = Scale::new((0.0, most_nines), (HEIGHT - BOTTOM, TOP));
    let decimals = if step < 1.0 { 1 } else { 0 };
    let points: Vec<(f64, f64)> = scenarios.iter().map(|s| (x.at(lost(s)), y.at(s.nines.demonstrated))).collect();
    let labels = places(&points);
    let inner = html! {
        @for k in 0..=(end / step).round() as usize {
            @let value = k as f64 * step;
            (line("grid", (x.at(value), TOP), (x.at(value), HEIGHT - BOTTOM)))
            (text(x.at(value), HEIGHT - BOTTOM + 18.0, "middle", true, &format!("{value:.decimals$} s")))
        }
        @for n in 0..=most_nines as usize {
            (line("grid", (LEFT, y.at(n as f64)), (WIDTH - RIGHT, y.at(n as f64))))
            (text(LEFT - 10.0, y.at(n as f64) + 4.0, "end", true, &n.to_string()))
        }
        (text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6.0, "middle", true, "mean time lost per encounter"))
        text.m transform=(format!("translate(16 {}) rotate(-90)", px((TOP + HEIGHT - BOTTOM) / 2.0))) text-anchor="middle" { "demonstrated nines" }
        @for ((s, &(px_x, px_y)), &label) in scenarios.iter().zip(&points).zip(&labels) {
            @if (label - px_y).abs() > 6.0 { (line("lead", (px_x + 5.0, px_y), (px_x + 11.0, label))) }
            circle.dot cx=(px(px_x)) cy=(px(px_y)) r="5" {}
            (text(px_x + 13.0, label + 4.5, "start", false, &s.name))
        }
    };
    let description = format!(
        "One dot for each of {}: mean time lost per encounter to the right, up to {}, demonstrated nines per hazard upwards. The table below holds the same numbers.",
        crate::numbers::counted(scenarios.len() as u64, "scenario"),
        seconds(most_lost)
    );
    picture("caution-chart", (WIDTH, HEIGHT), "Demonstrated nines against time lost", &description, inner)
}

/// Heights of labels, moved apart where they would cover each other.
fn places(points: &[(f64, f64)]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[b].1.total_cmp(&points[a].1));
    let mut labels = vec![0.0; points.len()];
    let mut placed: Vec<(f64, f64)> = Vec::new();
    for k in order {
        let (x, mut y) = points[k];
        // Upwards from the lowest: a label is about 170 px wide and 16 px high.
        while let Some(&(_, other)) = placed.iter().find(|(px, py)| (px - x).abs() < 170.0 && (py - y).abs() < 15.9) {
            y = other - 16.0;
        }
        placed.push((x, y));
        labels[k] = y;
    }
    labels
}

fn table(scenarios: &[&ScenarioSummary]) -> Markup {
    html! {
        table {
            caption { "Means per encounter, weighted with the natural priors; where there are none, of the encounters without hazard" }
            thead { tr {
                th scope="col" { "Scenario" } th.n scope="col" { "Time lost" } th.n scope="col" { "Harsh brakes" } th.n scope="col" { "Needless stops" }
                th.n scope="col" { "Demonstrated nines" } th.n scope="col" { "Failures by no progress" }
            } }
            tbody { @for s in scenarios { @if let Some(c) = s.caution { tr {
                th scope="row" { (s.name) } td.n { (seconds(c.mean_time_lost_s)) }
                td.n { (quantity(c.harsh_brakes_per_encounter, Round::Nearest)) } td.n { (quantity(c.needless_stops_per_encounter, Round::Nearest)) }
                td.n { (nines(s.nines.demonstrated)) }
                td.n { (stalled_share(s).map_or(NONE.into(), crate::numbers::percent)) }
            } } } }
        }
    }
}

/// Share of a scenario's failures that are for want of progress; `None` where nothing failed.
pub fn stalled_share(s: &ScenarioSummary) -> Option<f64> {
    (s.failures > 0).then(|| s.causes.iter().filter(|c| c.criterion == "no_progress").map(|c| c.share).sum())
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn labels_do_not_cover_each_other() {
        let points = [(100.0, 50.0), (110.0, 52.0), (105.0, 49.0), (600.0, 50.0)];
        let labels = places(&points);
        for a in 0..3 {
            for b in 0..a {
                assert!((labels[a] - labels[b]).abs() > 15.0, "{labels:?}");
            }
        }
        assert_eq!(labels[3], 50.0);
    }
}
