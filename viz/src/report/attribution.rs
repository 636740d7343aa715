//! Where failures were lost, by hindsight, and the nines that the unavoidable ones leave.

use maud::{Markup, html};

use super::parts::{NONE, scroll};
use super::strip::{Axis, grid, head, pct, strip};
use crate::numbers::{Round, count, nines, part, percent, probability};
use crate::summary::{Attribution, ScenarioSummary, Summary};
use crate::terminal::by_need;

/// Kinds in the order of time: what no driving mends first. The number is that of the style class.
const KINDS: [(&str, &str); 4] = [
    ("unavoidable", "no plan from the start on avoids it: physics"),
    ("anticipation", "avoidable only before the hazard was evident: the common-sense gap"),
    ("perception", "evident, but not perceived"),
    ("reaction", "perceived, but answered late or wrongly"),
];

fn counts(a: &Attribution) -> [u64; 4] {
    [a.unavoidable, a.anticipation, a.perception, a.reaction]
}

/// Chart; nothing where no failure was analysed.
pub fn section(summary: &Summary) -> Markup {
    let held: Vec<(&ScenarioSummary, &Attribution)> =
        by_need(summary).into_iter().filter_map(|s| Some((s, s.attribution.as_ref().filter(|a| a.analysed > 0)?))).collect();
    if held.is_empty() {
        return html! {};
    }
    let (failures, analysed) = held.iter().fold((0, 0), |sum, (_, a)| (sum.0 + a.failures, sum.1 + a.analysed));
    let total = held.iter().fold([0; 4], |sum, (_, a)| std::array::from_fn(|k| sum[k] + counts(a)[k]));
    html! {
        section aria-labelledby="attribution" {
            h2 id="attribution" { "Where the nines are lost" }
            p { "Each failure is replayed with a small family of other plans to find the last moment at which one of them avoids it. Of " (count(analysed)) " failures analysed in hindsight (of " (count(failures)) "): "
                @for (k, (name, _)) in KINDS.iter().enumerate() { @if k > 0 { ", " } (name) " " strong { (part(total[k] as f64 / analysed as f64)) } } ". "
                "These are shares of what was analysed, not weighted with how often nature brings each scenario." }
            p.key { @for (k, (name, what)) in KINDS.iter().enumerate() { span { i.box.(format!("a{k}")) {} strong { (name) } " " small { (what) } } } }
            (scroll("Attribution of failures by scenario", chart(&held)))
        }
    }
}

fn chart(held: &[(&ScenarioSummary, &Attribution)]) -> Markup {
    let axis = Axis::new(0.0, 1.0);
    let at = [0.0, 25.0, 50.0, 75.0, 100.0];
    let labels: Vec<(f64, String)> = at.iter().map(|x| (*x, format!("{x:.0}%"))).collect();
    html! {
        (grid("grid-attribution", &at))
        table.chart {
            caption { "Shares of the analysed failures, in the order of the key above. Avoidable: failures per hazard that some plan would have avoided, with the one-sided upper limit. "
                "Ceiling: the nines that the unavoidable ones leave." }
            thead { tr {
                th scope="col" { "Scenario" } (head("Shares of the analysed failures", &labels))
                th.n.more scope="col" { "Analysed" } th.n.more scope="col" { "Avoidable" } th.n scope="col" { "Ceiling" }
            } }
            tbody { @for (s, a) in held { (row(s, a, &axis)) } }
        }
    }
}

fn row(s: &ScenarioSummary, a: &Attribution, axis: &Axis) -> Markup {
    let all = counts(a);
    let told: Vec<String> = KINDS.iter().zip(all).map(|((name, _), n)| format!("{name} {n}")).collect();
    let share = |n: u64| n as f64 / a.analysed as f64;
    let marks = html! {
        @for (k, n) in all.iter().enumerate() {
            @let from: u64 = all[..k].iter().sum();
            @if *n > 0 {
                rect.(format!("a{k}")) x=(pct(axis.at(share(from)))) y="20%" width=(pct(100.0 * share(*n))) height="60%" {}
                @if share(*n) >= 0.14 { text.on x=(pct(axis.at(share(from) + 0.5 * share(*n)))) y="50%" dy="4" text-anchor="middle" { (percent(share(*n))) } }
            }
        }
    };
    html! { tr {
        th scope="row" { a href=(format!("#{}", s.name)) { (s.name) } span.vh { ": " (told.join(", ")) } }
        (strip("grid-attribution", &told.join(", "), marks))
        td.n.more { (count(a.analysed)) " of " (count(a.failures)) }
        td.n.more { @match &s.avoidable { Some(x) => { (probability(x.probability, Round::Nearest)) br; small { "at most " (probability(x.one_sided_upper, Round::Up)) } } None => { (NONE) } } }
        td.n { (s.ceiling_nines.map_or(NONE.into(), nines)) }
    } }
}

/// One scenario's shares with their limits.
pub fn of_scenario(s: &ScenarioSummary) -> Markup {
    let Some(a) = s.attribution.as_ref().filter(|a| a.analysed > 0) else { return html! {} };
    let shares = [a.shares.unavoidable, a.shares.anticipation, a.shares.perception, a.shares.reaction];
    html! {
        (scroll(&format!("Attribution in {}", s.name), html! {
            table {
                caption { "In hindsight, " (count(a.analysed)) " of " (count(a.failures)) " failures, the first by index" }
                thead { tr { th scope="col" { "Lost to" } th.n scope="col" { "Failures" } th.n scope="col" { "Share" } th.n scope="col" { "95% interval" } th scope="col" { "That is" } } }
                tbody { @for (((name, what), n), share) in KINDS.iter().zip(counts(a)).zip(shares) { tr {
                    th scope="row" { (name) } td.n { (count(n)) } td.n { (part(share.estimate)) }
                    td.n { (crate::numbers::part_interval(share.lower, share.upper)) } td.s { (what) }
                } } }
            }
        }))
    }
}
