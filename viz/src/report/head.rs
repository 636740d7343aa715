//! The head of the report: what was asked, and the answer in a sentence.

use maud::{Markup, html};

use super::parts::{class, counted, short_hash};
use crate::answer;
use crate::numbers::{confidence, count};
use crate::summary::Summary;

/// Title of the page.
pub fn title(summary: &Summary) -> String {
    match summary.odd.as_slice() {
        [] => format!("{} on {}", summary.policy.name, counted(summary.totals.scenarios, "scenario")),
        odd => format!("{} on {}", summary.policy.name, odd.join(", ")),
    }
}

/// Heading, answer, facts and warnings.
pub fn head(summary: &Summary, title: &str) -> Markup {
    let (answer, doubts) = (answer::answer(summary), answer::doubts(summary));
    html! {
        p.lead { "The march of nines: how far, how sure, and what stands in the way" }
        h1 { (title) }
        div.answer.(class(answer.state)) { p.big { (answer.reached) } p { (answer.next) } }
        @if !doubts.is_empty() {
            div.warn role="note" aria-label="Warnings" { ul { @for line in &doubts { li { (line) } } } }
        }
        dl.facts {
            (fact("Policy", html! { (summary.policy.name) " (" (summary.policy.kind) ")" }))
            (fact("Fingerprint", html! { code { (short_hash(&summary.policy.fingerprint)) } }))
            (fact("Rollouts", html! { (count(summary.totals.rollouts)) " in " (counted(summary.totals.scenarios, "scenario")) }))
            (fact("Failures", html! { (count(summary.totals.failures)) ", of them " (counted(summary.totals.policy_faults, "policy fault")) }))
            (fact("Method and plan", html! { (summary.method) ", " (summary.plan) }))
            (fact("Confidence", html! { (confidence(summary.confidence)) " for each interval" }))
            (fact("Seed", html! { (summary.seed) " (" (summary.seed_from.name()) ")" }))
            (fact("Status", html! { (summary.status.name()) @if !summary.reproducible { ", not reproducible" } }))
            @for (name, value) in &summary.policy.settings {
                (fact(&format!("Setting {name}"), html! { (value) }))
            }
        }
    }
}

fn fact(name: &str, value: Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}
