//! What the policy said it believed, against the truth.

use maud::{Markup, html};

use super::parts::scroll;
use super::plot::{plot, x_axis, y_axis};
use super::strip::{Axis, grid, head, pct, strip};
use crate::numbers::{confidence, count, part};
use crate::summary::{Calibration, CalibrationBin, Limits, Summary};
use crate::terminal::by_need;

/// Skill is drawn from here to 1; what is lower lies at the left end, and its number says it.
const LOWEST: f64 = -1.0;
/// Curves that stand open; more are folded.
const OPEN: usize = 2;

/// Scores of all scenarios, and the curve of each; where the policy stated nothing, that.
pub fn section(summary: &Summary) -> Markup {
    let held: Vec<(&str, &Calibration)> =
        by_need(summary).into_iter().flat_map(|s| s.calibration.iter().flatten().map(|c| (s.name.as_str(), c))).collect();
    if summary.scenarios.is_empty() {
        return html! {};
    }
    let below = held.iter().filter(|(_, c)| c.brier_skill < 0.0).count();
    html! {
        section aria-labelledby="calibration" {
            h2 id="calibration" { "What it believed" }
            @if held.is_empty() {
                p { "The policy stated no belief that was scored: this campaign says nothing of whether it knows what it does not know. A policy may answer with the probability that the hazard holds "
                    "(" code { "belief" } "), and is then scored by it." }
            } @else {
                p { "The policy states how probable it holds the hazard to be. Its last statement before the hazard is evident, or would be, is scored against the truth that it never sees, and against always "
                    "answering the base rate that the observation hands out: a skill of 1 is perfect, 0 no better than that, below 0 worse. "
                    @if below > 0 { strong { (count(below as u64)) " of " (count(held.len() as u64)) " lie below 0." } } }
                (scroll("Calibration by scenario and belief", chart(&held)))
                h3 { "Calibration" }
                p { "What was so of rollouts in which it stated about the same: on the diagonal, as often as it said. Above it the hazard was more frequent than stated, below it rarer. Bars are exact intervals, each by itself." }
                @for (k, (name, c)) in held.iter().enumerate() {
                    details open[k < OPEN] { summary { (name) ", " (c.belief) } (curve(name, c)) }
                }
            }
        }
    }
}

fn chart(held: &[(&str, &Calibration)]) -> Markup {
    let axis = Axis::new(LOWEST, 1.0);
    let at = [-1.0, -0.5, 0.0, 0.5, 1.0];
    let labels: Vec<(f64, String)> = at.iter().map(|x| (axis.at(*x), format!("{x}"))).collect();
    let lines: Vec<f64> = at.iter().map(|x| axis.at(*x)).collect();
    let level = held.first().map_or(String::new(), |(_, c)| confidence(c.confidence));
    html! {
        (grid("grid-calibration", &lines))
        table.chart {
            caption { "Skill against the base rate: the dot by Brier score with its " (level) " interval, the ring by log loss" }
            thead { tr {
                th scope="col" { "Belief" } (head("Skill", &labels)) th.n scope="col" { "Brier skill" } th.n.more scope="col" { "Log skill" }
                th.n.more scope="col" { "Brier" } th.n.more scope="col" { "Log loss" } th.n.more scope="col" { "Stated in" }
            } }
            tbody { @for (name, c) in held { tr {
                th scope="row" { a href=(format!("#{name}")) { (name) } br; small { (c.belief) } }
                (strip("grid-calibration", "", html! {
                    line.zero x1=(pct(axis.at(0.0))) x2=(pct(axis.at(0.0))) y1="0" y2="100%" {}
                    line.bar x1=(pct(axis.at(c.brier_skill_limits.lower))) x2=(pct(axis.at(c.brier_skill_limits.upper))) y1="50%" y2="50%" {}
                    circle.ring cx=(pct(axis.at(c.log_loss_skill))) cy="50%" r="4.5" {}
                    circle.dot cx=(pct(axis.at(c.brier_skill))) cy="50%" r="4.5" {}
                }))
                td.n { (signed(c.brier_skill)) br; small { (between(c.brier_skill_limits)) } }
                td.n.more { (signed(c.log_loss_skill)) br; small { (between(c.log_loss_skill_limits)) } }
                td.n.more { (format!("{:.3}", c.brier)) } td.n.more { (format!("{:.3}", c.log_loss)) }
                td.n.more { (count(c.statements)) " of " (count(c.rollouts)) }
            } } }
        }
    }
}

/// The curve of one belief: what was so against what was stated.
fn curve(name: &str, c: &Calibration) -> Markup {
    let (x, y) = (Axis::new(0.0, 1.0), Axis::new(1.0, 0.0));
    let ticks = |axis: &Axis| [0.0, 0.25, 0.5, 0.75, 1.0].map(|p| (axis.at(p), format!("{p}"))).to_vec();
    let told = |b: &CalibrationBin| format!("stated {:.2}, was so in {} of {}", b.stated, part(b.observed), count(b.rollouts));
    let description = c.curve.iter().map(told).collect::<Vec<_>>().join("; ");
    let inner = html! {
        (x_axis(&ticks(&x), "stated")) (y_axis(&ticks(&y), "was so"))
        line.zero x1="0" y1="100%" x2="100%" y2="0" {}
        @for b in &c.curve {
            line.bar x1=(pct(x.at(b.stated))) x2=(pct(x.at(b.stated))) y1=(pct(y.at(b.upper))) y2=(pct(y.at(b.lower))) {}
            circle.dot cx=(pct(x.at(b.stated))) cy=(pct(y.at(b.observed))) r="4.5" { title { (told(b)) } }
        }
    };
    let level = confidence(c.confidence);
    html! {
        (plot(&format!("calibration-{name}"), "square", &format!("Calibration in {name}"), &description, inner))
        (scroll(&format!("Calibration in {name}"), html! {
            table {
                caption { "Rollouts by what was stated; exact " (level) " intervals" }
                thead { tr { th scope="col" { "Statements" } th.n scope="col" { "Rollouts" } th.n scope="col" { "Mean stated" } th.n scope="col" { "Was so" } th.n scope="col" { "Interval" } } }
                tbody { @for b in &c.curve { tr {
                    th scope="row" { (format!("{:.1} to {:.1}", b.from, b.to)) } td.n { (count(b.rollouts)) } td.n { (format!("{:.3}", b.stated)) }
                    td.n { (format!("{:.3}", b.observed)) } td.n { (format!("[{:.3}, {:.3}]", b.lower, b.upper)) }
                } } }
            }
        }))
    }
}

fn signed(skill: f64) -> String {
    if skill.is_finite() { format!("{skill:+.2}") } else { "?".into() }
}

fn between(limits: Limits) -> String {
    format!("[{}, {}]", signed(limits.lower), signed(limits.upper))
}
