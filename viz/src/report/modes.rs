//! Failure modes with their pictures, the largest share first, and what must go for the next nine.

use maud::{Markup, PreEscaped, html};

use super::ReportContext;
use super::parts::{scroll, words};
use crate::numbers::{Round, count, part, part_interval, percent, quantity, seconds};
use crate::summary::{ModeSummary, NextNine, ScenarioSummary, Sensitivity, Summary};
use crate::terminal::by_need;

/// Modes of a scenario that are shown; the file has all.
const SHOWN: usize = 12;
/// Modes of the whole campaign that are shown.
const WORST: usize = 12;

/// The modes that weigh most in the whole campaign.
pub fn pareto(summary: &Summary, context: &ReportContext) -> Markup {
    let (worst, of_odd) = heaviest(summary);
    if worst.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="modes" {
            h2 id="modes" { "What fails, and where" }
            @match of_odd {
                Some(odd) => { p { "The failure modes with the largest shares of all failures on " (odd) ", each with the rollout that stands for it. The bar is the share, the number behind it what those "
                    "up to it make together." } }
                None => { p { "The largest failure mode of each scenario, those with the fewest nines first, each with the rollout that stands for it. Shares are of the scenario's failure "
                    "probability given the hazard: only an ODD (" code { "--odd" } ") weighs scenarios against each other." } }
            }
            (key())
            ol.modes { @for (mode, share, together) in worst { (card(mode, share, together, context, true)) } }
        }
    }
}

/// A mode, its share, and what those up to it make together.
type Weighed<'a> = (&'a ModeSummary, f64, Option<f64>);

/// The heaviest modes, with the ODD that their shares are of.
fn heaviest(summary: &Summary) -> (Vec<Weighed<'_>>, Option<&str>) {
    let modes = |s: &'_ ScenarioSummary| s.modes.as_ref().map_or(0, Vec::len);
    if let Some(odd) = summary.odds.iter().find(|odd| odd.scenarios.iter().any(|s| s.share_of_failures.is_some_and(|x| x > 0.0)))
    {
        let of = |name: &str| summary.scenarios.iter().find(|s| s.name == name);
        let mut all: Vec<(&ModeSummary, f64)> = odd
            .scenarios
            .iter()
            .filter_map(|part| Some((of(&part.name)?, part.share_of_failures?)))
            .flat_map(|(s, share)| s.modes.iter().flatten().map(move |mode| (mode, mode.share * share)))
            .filter(|(_, share)| *share > 0.0)
            .collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut together = 0.0;
        let add = |(mode, share): (_, f64)| {
            together += share;
            (mode, share, Some(together))
        };
        return (all.into_iter().take(WORST).map(add).collect(), Some(&odd.name));
    }
    let first = by_need(summary).into_iter().filter(|s| modes(s) > 0).filter_map(|s| s.modes.as_ref()?.first());
    (first.take(WORST).map(|mode| (mode, mode.share, None)).collect(), None)
}

/// What the pictures mean.
fn key() -> Markup {
    html! {
        p.key.small {
            span { i.box style="background:#24292f" {} "ego" } span { i.box style="background:#8492a6" {} "vehicle" } span { i.box style="background:#c4622d" {} "person on foot" }
            span { i.box style="background:#a08a00" {} "rider" } span { i.box style="background:#e0b100" {} "school bus" }
            span { i.box style="background:#c23a4b" {} "emergency vehicle" } span { b.no aria-hidden="true" { "✗" } "place of the failure" } span { "Lines: the way there. The ego drives to the right." }
        }
    }
}

/// The modes of a scenario, and its own budget.
pub fn section(s: &ScenarioSummary, context: &ReportContext) -> Markup {
    let modes = s.modes.as_deref().unwrap_or_default();
    let shown = modes.len().min(SHOWN);
    let reached: f64 = modes[..shown].iter().map(|mode| mode.share).sum();
    let mut together = 0.0;
    html! {
        @if !modes.is_empty() {
            h4 { "Failure modes given the hazard" small { " of " (count(s.modes_of.unwrap_or(0))) " failures" } }
            @if !s.sensitivity.is_empty() { p { small {
                "All together: " (sensitivities(&s.sensitivity)) ". Beside a parameter: how far its distribution among the failures is from the natural one, from 0 to 1 (Kolmogorov-Smirnov), and, from a percent on, the part of whether it fails that it explains alone (first-order Sobol’ index)."
            } } }
            ol.modes { @for mode in &modes[..shown] { ({ together += mode.share; card(mode, mode.share, Some(together), context, false) }) } }
            @if modes.len() > shown { p { small { (modes.len() - shown) " more, of " (percent((1.0 - reached).max(0.0))) " together, stand in " code { "summary.json" } "." } } }
            @if let Some(next) = &s.next_nine { (next_nine(&s.name, next, "of the failure probability given the hazard")) }
        }
    }
}

fn card(mode: &ModeSummary, share: f64, together: Option<f64>, context: &ReportContext, links: bool) -> Markup {
    let (scenario, number) = mode.id.rsplit_once('/').unwrap_or((&mode.id, ""));
    html! { li.mode {
        @match context.pictures.get(&mode.id) {
            Some(picture) => {
                figure { (PreEscaped(&picture.svg)) figcaption { "after " (seconds(picture.failed_s)) ", at " (quantity(picture.speed_mps, Round::Nearest)) " m/s" } }
            }
            None => { p.none { small { "no picture: its rollout is driven again by the command below" } } }
        }
        div.what {
            p { strong { @if links { a href=(format!("#{scenario}")) { (scenario) } " " } (number) } ": " (words(&mode.cause)) @if !mode.latent.is_empty() { ", " (states(mode)) } }
            p.meter { span.bar { span style=(format!("width:{:.1}%", 100.0 * share.min(1.0))) {} } (part(share))
                @if links && together.is_some() {} @else { " " small { (part_interval(mode.share_lower, mode.share_upper)) } }
                @if let Some(together) = together { small { "together " (part(together.min(1.0))) } } }
            @if !mode.sensitivity.is_empty() {
                p.small { (sensitivities(&mode.sensitivity)) }
            }
            p { code { "nines replay " (context.folder) " " (mode.id) " --open" } }
        }
    } }
}

/// Parameters with how far they are from natural, and what each explains alone where that is a percent at least.
fn sensitivities(all: &[Sensitivity]) -> Markup {
    let alone = |s: &Sensitivity| (s.first_order >= 0.01).then(|| format!(", alone {}", percent(s.first_order)));
    html! { @for (k, s) in all.iter().enumerate() {
        @if k > 0 { ", " } (s.parameter) " " (s.side.words()) " " small { (format!("{:.2}", s.index)) (alone(s).unwrap_or_default()) }
    } }
}

/// The latent states of a mode: `intent=dashing, weather=dry`.
pub fn states(mode: &ModeSummary) -> String {
    mode.latent.iter().map(|(latent, state)| format!("{latent}={state}")).collect::<Vec<_>>().join(", ")
}

/// What must go for the next nine, in order.
pub fn next_nine(name: &str, next: &NextNine, of: &str) -> Markup {
    let mut reached = 0.0;
    html! {
        p { "For " (crate::answer::nines_word(next.nine)) " the failure probability must fall " (quantity(next.must_fall_by, Round::Up)) "-fold. "
            @if let Some(sentence) = next.outlook().sentence() { (sentence) } }
        @if !next.budget.is_empty() {
            (scroll(&format!("What must go in {name} for the next nine"), html! {
                table.pareto {
                    caption { "The next-nine budget: the shortest list without which the estimate reaches " (crate::answer::nines_word(next.nine)) ", by share " (of) }
                    thead { tr { th scope="col" { "Must go" } th.n scope="col" { "Share" } th scope="col" { span.vh { "Share as a bar" } } th.n scope="col" { "Together" } } }
                    tbody { @for item in &next.budget { tr {
                        th scope="row" { a href=(format!("#{}", item.scenario)) { (item.name()) } } td.n { (percent(item.share)) }
                        td.bar { span style=(format!("width:{:.1}%", 100.0 * item.share)) {} }
                        td.n { ({ reached += item.share; percent(reached.min(1.0)) }) }
                    } } }
                }
            }))
        }
    }
}
