//! Safety against its price: demonstrated nines over the time lost to caution.

use maud::{Markup, html};

use super::parts::{NONE, scroll};
use super::plot::{Labelled, plot, x_axis, y_axis};
use super::strip::{Axis, pct};
use super::ticks::tick_step;
use crate::numbers::{Round, nines, quantity, seconds};
use crate::summary::{ScenarioSummary, Summary};
use crate::terminal::by_need;

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
                (picture(&scenarios))
                figcaption { "Demonstrated nines per hazard against the mean time lost per encounter. Up and to the left is better. Named are those that lie apart; the table has all." }
            }
            details {
                summary { "Cost of caution by scenario" }
                (scroll("Cost of caution by scenario", table(&scenarios)))
            }
        }
    }
}

fn lost(s: &ScenarioSummary) -> f64 {
    s.caution.map_or(0.0, |c| c.mean_time_lost_s.max(0.0))
}

fn picture(scenarios: &[&ScenarioSummary]) -> Markup {
    let most_lost = scenarios.iter().map(|s| lost(s)).fold(0.5, f64::max);
    let most_nines = scenarios.iter().map(|s| s.nines.demonstrated).fold(1.0, f64::max).ceil();
    let step = tick_step(most_lost);
    let end = (most_lost / step).ceil() * step;
    let (x, y) = (Axis::new(0.0, end), Axis::new(most_nines, 0.0));
    let decimals = if step < 1.0 { 1 } else { 0 };
    let x_ticks: Vec<(f64, String)> =
        (0..=(end / step).round() as usize).map(|k| k as f64 * step).map(|v| (x.at(v), format!("{v:.decimals$}"))).collect();
    let y_ticks: Vec<(f64, String)> = (0..=most_nines as u32).map(|n| (y.at(f64::from(n)), n.to_string())).collect();
    let points: Vec<Labelled> =
        scenarios.iter().map(|s| Labelled { x: x.at(lost(s)), y: y.at(s.nines.demonstrated), words: &s.name }).collect();
    let inner = html! {
        (x_axis(&x_ticks, "s lost per encounter")) (y_axis(&y_ticks, "demonstrated nines"))
        @for (s, p) in scenarios.iter().zip(&points) {
            circle.dot.faint cx=(pct(p.x)) cy=(pct(p.y)) r="5" { title { (s.name) ": " (nines(s.nines.demonstrated)) " nines, " (seconds(lost(s))) " lost" } }
        }
        (super::plot::labels(&points))
    };
    let description = format!(
        "One dot for each of {}: mean time lost per encounter to the right, up to {}, demonstrated nines per hazard upwards. The table below holds the same numbers.",
        crate::numbers::counted(scenarios.len() as u64, "scenario"),
        seconds(most_lost)
    );
    plot("caution-chart", "tall", "Demonstrated nines against time lost", &description, inner)
}

fn table(scenarios: &[&ScenarioSummary]) -> Markup {
    html! {
        table {
            caption { "Means per encounter, weighted with the natural priors; where there are none, of the encounters without hazard" }
            thead { tr {
                th scope="col" { "Scenario" } th.n scope="col" { "Time lost" } th.n scope="col" { "Harsh brakes" } th.n scope="col" { "Needless stops" }
                th.n scope="col" { "Dem. nines" } th.n scope="col" { "Failures by no progress" }
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
