//! How an estimate came about: estimate and interval after growing numbers of rollouts.

use maud::{Markup, html};

use super::parts::scroll;
use super::plot::{line_and_band, plot, x_axis, y_axis};
use super::strip::{Axis, decades};
use super::ticks::power_of_ten;
use super::{Convergence, ReportContext};
use crate::numbers::{Round, compact, confidence, count, probability, probability_interval};
use crate::summary::{ScenarioSummary, Summary};

/// Fewest points that make a history.
const LEAST: usize = 2;

/// What the pictures in the scenarios' sections show, said once.
pub fn section(summary: &Summary, context: &ReportContext) -> Markup {
    let shown = summary.scenarios.iter().filter(|s| of(s, context).is_some()).count();
    let searched = summary.scenarios.iter().filter(|s| s.search.is_some()).count();
    if shown == 0 {
        return html! {};
    }
    html! {
        section aria-labelledby="convergence" {
            h2 id="convergence" { "How the estimates came about" }
            p { "Each scenario's section below shows its estimate and interval given the hazard after growing numbers of rollouts. "
                @if summary.plan == "watched" { "The intervals hold at all of these numbers together: a confidence sequence may be watched." }
                @else { "Each interval holds by itself at its number of rollouts: the budget was fixed before the run, and the last one is the result." }
                " An interval that shrinks about a level line is what random sampling should show; one that leaves its earlier bounds for good is a reason to ask why."
                @if searched > 0 { " Of " (crate::numbers::counted(searched as u64, "search")) " the independent parts stand beside the estimate instead." } }
        }
    }
}

fn of<'a>(s: &ScenarioSummary, context: &'a ReportContext) -> Option<&'a [Convergence]> {
    context.convergence.get(&s.name).map(Vec::as_slice).filter(|points| points.len() >= LEAST)
}

/// The history of a scenario's estimate.
pub fn of_scenario(s: &ScenarioSummary, context: &ReportContext) -> Markup {
    let Some(points) = of(s, context) else { return html! {} };
    let level = confidence(s.hazard.probability.confidence);
    let (low, high) = decades(points.iter().flat_map(|p| [p.estimate, p.lower, p.upper]), 1);
    let (first, last) = (points[0].rollouts as f64, points[points.len() - 1].rollouts as f64);
    let x = Axis::new(first.log10(), last.log10());
    let y = Axis::new(f64::from(high), f64::from(low));
    // Nothing lies at the bottom, not at the top as `Axis::log` has it of strips.
    let level_of = |p: f64| if p > 0.0 { y.at(p.log10()) } else { 100.0 };
    let at = |p: &Convergence| x.at((p.rollouts as f64).log10());
    let line: Vec<(f64, f64)> = points.iter().filter(|p| p.estimate > 0.0).map(|p| (at(p), level_of(p.estimate))).collect();
    let upper = points.iter().map(|p| (at(p), level_of(p.upper)));
    let lower = points.iter().rev().map(|p| (at(p), level_of(p.lower)));
    let band: Vec<(f64, f64)> = upper.chain(lower).collect();
    let x_ticks = ticks(points).into_iter().map(|n| (x.at((n as f64).log10()), compact(n))).collect::<Vec<_>>();
    let y_ticks: Vec<(f64, String)> = (low..=high).map(|d| (y.at(f64::from(d)), power_of_ten(d))).collect();
    let end = &points[points.len() - 1];
    let description = format!(
        "Estimate and {level} interval of the failure probability given the hazard, from {} to {}: at the end {} {}.",
        crate::numbers::counted(points[0].rollouts, "rollout"),
        count(end.rollouts),
        probability(end.estimate, Round::Nearest),
        probability_interval(end.lower, end.upper)
    );
    let inner = html! {
        (x_axis(&x_ticks, "rollouts")) (y_axis(&y_ticks, "P(fail) given the hazard"))
        (line_and_band(&line, &band))
    };
    html! {
        h4 { "How the estimate came about" }
        (plot(&format!("convergence-{}", s.name), "low", &format!("Convergence of {}", s.name), &description, inner))
        details {
            summary { "The same in numbers" }
            (scroll(&format!("Convergence of {}", s.name), table(points, &level)))
        }
    }
}

/// Numbers of rollouts that are written out: the first, the last, and between them those that are about twice or ten times as many.
fn ticks(points: &[Convergence]) -> Vec<u64> {
    let (first, last) = (points[0].rollouts, points[points.len() - 1].rollouts);
    let times = if last / first.max(1) > 64 { 10.0 } else { 2.5 };
    let mut out = vec![first];
    for p in points {
        let far = |a: u64, b: u64| b as f64 >= times * a as f64;
        if far(out[out.len() - 1], p.rollouts) && last as f64 >= 1.6 * p.rollouts as f64 {
            out.push(p.rollouts);
        }
    }
    out.push(last);
    out
}

fn table(points: &[Convergence], level: &str) -> Markup {
    html! {
        table {
            caption { "After so many rollouts; two-sided " (level) " intervals" }
            thead { tr { th.n scope="col" { "Rollouts" } th.n scope="col" { "With the hazard" } th.n scope="col" { "Failed" } th.n scope="col" { "P(fail)" } th.n scope="col" { "Interval" } } }
            tbody { @for p in points { tr {
                td.n { (count(p.rollouts)) } td.n { (count(p.hazard_rollouts)) } td.n { (count(p.failures)) }
                td.n { (probability(p.estimate, Round::Nearest)) } td.n { (probability_interval(p.lower, p.upper)) }
            } } }
        }
    }
}
