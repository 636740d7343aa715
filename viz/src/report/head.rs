//! The first screen: which nine, how sure, and what stands in the way of the next. Below it what was asked.

use maud::{Markup, html};

use super::parts::{class, counted, short_hash, words};
use crate::answer;
use crate::numbers::{Round, confidence, count, percent, quantity, quantity_interval, reliability};
use crate::summary::{NineState, ScenarioSummary, Summary};
use crate::terminal::{by_need, state_at};

/// Scenarios and modes that the first screen names.
const NAMED: usize = 3;

/// Title of the page.
pub fn title(summary: &Summary) -> String {
    match summary.odd.as_slice() {
        [] => format!("{} on {}", summary.policy.name, counted(summary.totals.scenarios, "scenario")),
        odd => format!("{} on {}", summary.policy.name, odd.join(", ")),
    }
}

/// Heading, the three answers, and warnings.
pub fn head(summary: &Summary, title: &str) -> Markup {
    let (answer, doubts) = (answer::answer(summary), answer::doubts(summary));
    html! {
        p.lead { "The march of nines" }
        h1 { (title) }
        div.answers {
            div.answer.(class(answer.state)) { h2.ask { "Which nine" } (which(summary, &answer)) }
            div.answer { h2.ask { "How sure" } (how_sure(summary)) }
            div.answer { h2.ask { "What stands in the way of the next" } (in_the_way(summary, &answer)) }
        }
        @if !doubts.is_empty() {
            div.warn role="note" aria-label="Warnings" { ul { @for line in &doubts { li { (doubt(line)) } } } }
        }
    }
}

/// A warning; of a long one the begin, for the first screen belongs to the answers.
fn doubt(line: &str) -> Markup {
    const WHOLE: usize = 200;
    const BEGIN: usize = 110;
    let begin = line.char_indices().nth(BEGIN).and_then(|(at, _)| line[..at].rfind(' '));
    match begin.filter(|_| line.chars().count() > WHOLE) {
        Some(at) => html! { details { summary { (line[..at]) " …" } (line) } },
        None => html! { (line) },
    }
}

fn which(summary: &Summary, answer: &answer::Answer) -> Markup {
    html! {
        p.figure { (answer.nine) small { @if answer.nine == 1 { " nine" } @else { " nines" } } }
        p { (answer.reached) }
        @if summary.scenarios.len() > 1 { p { (each(summary, answer.nine)) } }
        @for odd in &summary.odds { @if let Some(n) = odd.nines {
            p { strong { (odd.name) } ", per encounter: " (crate::numbers::nines(n.demonstrated)) " nines demonstrated"
                @if !odd.left_out.is_empty() { " of " (odd.counted()) }
                @if let Some(e) = n.estimated { ", " (crate::numbers::nines(e)) " estimated" } "." }
        } }
    }
}

/// How many scenarios have each of the next few nines by themselves.
fn each(summary: &Summary, reached: u32) -> Markup {
    let held = |n: u32| summary.scenarios.iter().filter(|s| state_at(s, n) == NineState::Demonstrated).count();
    let nines: Vec<(u32, usize)> = (reached + 1..=reached + 3).map(|n| (n, held(n))).collect();
    html! {
        "Each by itself, of " (summary.scenarios.len()) " scenarios: "
        @for (k, (n, held)) in nines.iter().enumerate() { @if k > 0 { ", " } strong { (held) } " with " (answer::nines_word(*n)) }
        "."
    }
}

fn how_sure(summary: &Summary) -> Markup {
    let scenarios = by_need(summary);
    let searched = scenarios.iter().filter(|s| s.search.is_some()).count();
    html! {
        p.figure { (confidence(summary.confidence)) small { " each" } }
        p { (count(summary.totals.rollouts)) " rollouts, " (count(summary.totals.failures)) " failed. Exact limits of random sampling, given the scenario models and nothing else"
            @if summary.plan == "watched" { "; they hold however often one looked" }
            "."
            @if searched > 0 { " In " (counted(searched as u64, "scenario")) " a search stands in the place of sampling: it demonstrates nothing." } }
        @for odd in &summary.odds { @if let Some(r) = &odd.rate_per_million_miles {
            p { strong { (odd.name) } ": " @if r.estimate > 0.0 { (quantity(r.estimate, Round::Nearest)) } @else { "no failure seen" } " per million miles "
                small { (quantity_interval(r.lower, r.upper)) } @if let Some(alone) = odd.alone() { " " (alone) } }
        } }
    }
}

/// Who lacks the next nine, and by what.
fn in_the_way(summary: &Summary, answer: &answer::Answer) -> Markup {
    let next = answer.nine + 1;
    let lacking: Vec<&ScenarioSummary> =
        by_need(summary).into_iter().filter(|s| state_at(s, next) != NineState::Demonstrated).collect();
    let refuted = lacking.iter().filter(|s| state_at(s, next) == NineState::Refuted).count();
    html! {
        @if !lacking.is_empty() {
            p.figure { (lacking.len()) small { " of " (summary.scenarios.len()) } }
            p { @if lacking.len() == 1 { "scenario lacks " } @else { "scenarios lack " } "the next nine (" (reliability(next)) "): " (refuted) " refuted, " (lacking.len() - refuted) " open. The furthest from it:" }
            ol.way { @for s in lacking.iter().take(NAMED) { li { (way(s)) } } }
        } @else { p { (answer.next) } }
        @for odd in &summary.odds { @if let Some(next) = &odd.next_nine { @if let Some(first) = next.budget.first() {
            p { strong { (odd.name) } " must fall " (quantity(next.must_fall_by, Round::Up)) "-fold; " (first.name()) " is " (percent(first.share)) " of it." }
        } } }
    }
}

/// A scenario and its heaviest mode.
fn way(s: &ScenarioSummary) -> Markup {
    let mode = s.modes.as_ref().and_then(|modes| modes.first());
    html! {
        a href=(format!("#{}", s.name)) { (s.name) }
        @match (mode, s.causes.first()) {
            (Some(mode), _) => {
                small { ": " (words(&mode.cause)) @if !mode.latent.is_empty() { ", " (super::mode_states(mode)) } ", " (crate::numbers::part(mode.share)) " of its failures" }
            }
            (None, Some(cause)) => { small { ": " (words(&cause.criterion)) ", " (percent(cause.share)) " of its failures" } }
            (None, None) => { small { ": no failure yet, more rollouts would tell" } }
        }
    }
}

/// What was asked, in short.
pub fn facts(summary: &Summary) -> Markup {
    html! {
        dl.facts {
            (fact("Policy", html! { (summary.policy.name) " (" (summary.policy.kind) ")" }))
            (fact("Fingerprint", html! { code { (short_hash(&summary.policy.fingerprint)) } }))
            (fact("Rollouts", html! { (count(summary.totals.rollouts)) " in " (counted(summary.totals.scenarios, "scenario")) }))
            (fact("Failures", html! { (count(summary.totals.failures)) ", of them " (counted(summary.totals.policy_faults, "policy fault")) }))
            (fact("Method and plan", html! { (summary.method) ", " (summary.plan) }))
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
