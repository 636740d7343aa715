//! What the policy said it believed, against the truth.

use maud::{Markup, html};

use super::parts::scroll;
use super::strip::{Axis, grid, head, pct, strip};
use crate::numbers::count;
use crate::summary::{Calibration, Summary};
use crate::terminal::by_need;

/// Skill is drawn from here to 1; what is lower lies at the left end, and its number says it.
const LOWEST: f64 = -1.0;

/// Chart; nothing where the policy stated no belief.
pub fn section(summary: &Summary) -> Markup {
    let held: Vec<(&str, &Calibration)> =
        by_need(summary).into_iter().flat_map(|s| s.calibration.iter().flatten().map(|c| (s.name.as_str(), c))).collect();
    if held.is_empty() {
        return html! {};
    }
    let below = held.iter().filter(|(_, c)| c.brier_skill < 0.0).count();
    html! {
        section aria-labelledby="calibration" {
            h2 id="calibration" { "What it believed" }
            p { "The policy states how probable it holds a hidden state to be. The statement is scored when the hazard becomes evident, against the truth that it never sees, and against always "
                "answering the base rate that the observation hands out: a skill of 1 is perfect, 0 no better than that, below 0 worse. "
                @if below > 0 { strong { (count(below as u64)) " of " (count(held.len() as u64)) " lie below 0." } } }
            (scroll("Calibration by scenario and belief", chart(&held)))
        }
    }
}

fn chart(held: &[(&str, &Calibration)]) -> Markup {
    let axis = Axis::new(LOWEST, 1.0);
    let at = [-1.0, -0.5, 0.0, 0.5, 1.0];
    let labels: Vec<(f64, String)> = at.iter().map(|x| (axis.at(*x), format!("{x}"))).collect();
    let lines: Vec<f64> = at.iter().map(|x| axis.at(*x)).collect();
    html! {
        (grid("grid-calibration", &lines))
        table.chart {
            caption { "Skill against the base rate: the dot by Brier score, the ring by log loss" }
            thead { tr {
                th scope="col" { "Belief" } (head("Skill", &labels)) th.n scope="col" { "Brier skill" } th.n.more scope="col" { "Log skill" }
                th.n.more scope="col" { "Brier" } th.n.more scope="col" { "Log loss" } th.n.more scope="col" { "Statements" }
            } }
            tbody { @for (name, c) in held { tr {
                th scope="row" { a href=(format!("#{name}")) { (name) } br; small { (c.belief) } }
                (strip("grid-calibration", "", html! {
                    line.zero x1=(pct(axis.at(0.0))) x2=(pct(axis.at(0.0))) y1="0" y2="100%" {}
                    line.bar x1=(pct(axis.at(0.0))) x2=(pct(axis.at(c.brier_skill))) y1="50%" y2="50%" {}
                    circle.dot cx=(pct(axis.at(c.brier_skill))) cy="50%" r="4.5" {}
                    circle.ring cx=(pct(axis.at(c.log_loss_skill))) cy="50%" r="4.5" {}
                }))
                td.n { (signed(c.brier_skill)) } td.n.more { (signed(c.log_loss_skill)) }
                td.n.more { (format!("{:.3}", c.brier)) } td.n.more { (format!("{:.3}", c.log_loss)) } td.n.more { (count(c.statements)) }
            } } }
        }
    }
}

fn signed(skill: f64) -> String {
    if skill.is_finite() { format!("{skill:+.2}") } else { "?".into() }
}
