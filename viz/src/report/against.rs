//! This version against an earlier one, on the same points.

use maud::{Markup, html};

use super::parts::{NONE, scroll, words};
use super::strip::{Axis, grid, head, pct, strip};
use super::{Against, ReportContext};
use crate::compare::{ComparePaired, CompareScenario, CompareVerdict};
use crate::numbers::{Round, confidence, count, counted, difference, difference_interval, nines, p_value};
use crate::summary::Summary;

/// Regressed rollouts of a scenario that are named.
const NAMED: usize = 3;

/// Chart of differences; nothing where no earlier campaign was named.
pub fn section(summary: &Summary, context: &ReportContext) -> Markup {
    let Some(against) = &context.against else { return html! {} };
    let compared = &against.compared;
    let number = |verdict| compared.scenarios.iter().filter(|s| s.verdict == verdict).count() as u64;
    let all = ordered(against);
    let (told, rest) = all.split_at(all.partition_point(|s| s.verdict != CompareVerdict::NotToldApart));
    let [better, worse, same] = [CompareVerdict::Better, CompareVerdict::Worse, CompareVerdict::NotToldApart].map(number);
    html! {
        section aria-labelledby="against" {
            h2 id="against" { "Against the earlier version" }
            p { "Held against " code { (against.folder) } " (" (compared.a.policy) ", fingerprint " code { (super::parts::short_hash(&compared.a.fingerprint)) } ") on the same points: given the hazard "
                strong { "better in " (better) ", worse in " (worse) ", not told apart in " (same) } ". Paired exact tests at " (confidence(compared.confidence)) ", corrected for the number of scenarios (Holm); "
                "not told apart does not mean equal." }
            @if compared.a.fingerprint == compared.b.fingerprint { p { strong { "Both are the same policy." } } }
            @if !told.is_empty() { (scroll("Scenarios told apart", chart(summary, against, told, "grid-against"))) }
            (regressions(against, context))
            @if !rest.is_empty() {
                details {
                    summary { (counted(rest.len() as u64, "scenario")) " not told apart" }
                    (scroll("Scenarios not told apart", chart(summary, against, rest, "grid-against-rest")))
                }
            }
        }
    }
}

/// The largest changes first: what is worse, what is better, what is not told apart.
fn ordered(against: &Against) -> Vec<&CompareScenario> {
    let rank = |s: &CompareScenario| match s.verdict {
        CompareVerdict::Worse => 0,
        CompareVerdict::Better => 1,
        CompareVerdict::NotToldApart => 2,
    };
    let size = |s: &CompareScenario| s.hazard.difference.estimate.unwrap_or(0.0).abs();
    let mut all: Vec<&CompareScenario> = against.compared.scenarios.iter().collect();
    all.sort_by(|a, b| rank(a).cmp(&rank(b)).then(size(b).total_cmp(&size(a))).then(a.name.cmp(&b.name)));
    all
}

fn chart(summary: &Summary, against: &Against, all: &[&CompareScenario], id: &str) -> Markup {
    let most = all.iter().map(|s| s.hazard.difference.lower.abs().max(s.hazard.difference.upper.abs())).fold(1e-6, f64::max);
    let axis = Axis::new(-most, most);
    let labels = [(0.0, "better".to_owned()), (50.0, "0".to_owned()), (100.0, "worse".to_owned())];
    let now = |name: &str| summary.scenarios.iter().find(|s| s.name == name).map(|s| s.nines.demonstrated);
    html! {
        (grid(id, &[0.0, 50.0, 100.0]))
        table.chart {
            caption { "Difference of the failure probability given the hazard, this one minus the earlier one, with two-sided intervals; the axis goes from " (difference(-most, Round::Down)) " to " (difference(most, Round::Up)) }
            thead { tr {
                th scope="col" { "Scenario" } (head("Difference", &labels)) th.verdict scope="col" { "Verdict" } th.n.more scope="col" { "Difference" }
                th.n.more scope="col" { "Failed" } th.n.more scope="col" { "p (Holm)" } th.n.more scope="col" { "Dem. nines" } th.n.more scope="col" { "Time lost" }
            } }
            tbody { @for s in all { @let d = &s.hazard.difference; tr {
                th scope="row" { a href=(format!("#{}", s.name)) { (s.name) } }
                (strip(id, "", html! {
                    line.bar.(verdict_class(s.verdict)) x1=(pct(axis.at(d.lower))) x2=(pct(axis.at(d.upper))) y1="50%" y2="50%" {}
                    @if let Some(e) = d.estimate { circle.dot.(verdict_class(s.verdict)) cx=(pct(axis.at(e))) cy="50%" r="4.5" {} }
                }))
                td.verdict.(verdict_class(s.verdict)) { (s.verdict.words()) @if s.doubt.is_some() { " (in doubt)" } }
                td.n.more { (d.estimate.map_or(NONE.into(), |e| difference(e, Round::Nearest))) br; small { (difference_interval(d.lower, d.upper)) } }
                td.n.more { (count(s.hazard.failures_a)) " → " (count(s.hazard.failures_b)) } td.n.more { (p_value(s.hazard.p_holm)) }
                td.n.more { (against.nines.get(&s.name).map_or(NONE.into(), |n| nines(*n))) " → " (now(&s.name).map_or(NONE.into(), nines)) }
                td.n.more { (lost(s.time_lost.mean_a_s)) " → " (lost(s.time_lost.mean_b_s)) }
            } } }
        }
    }
}

fn lost(time_s: Option<f64>) -> String {
    time_s.map_or(NONE.into(), |s| format!("{s:.1} s"))
}

fn verdict_class(verdict: CompareVerdict) -> &'static str {
    match verdict {
        CompareVerdict::Better => "yes",
        CompareVerdict::Worse => "no",
        CompareVerdict::NotToldApart => "same",
    }
}

/// What this version alone failed, where a regression is shown, and doubts.
fn regressions(against: &Against, context: &ReportContext) -> Markup {
    let halves = |s: &'_ CompareScenario| -> Vec<(&'static str, ComparePaired)> {
        let given = ("given the hazard", s.hazard.clone());
        let other = s.otherwise.clone().map(|half| ("without the hazard", half));
        Some(given).into_iter().chain(other).filter(|(_, half)| half.verdict == CompareVerdict::Worse).collect()
    };
    html! {
        @for s in ordered(against) { @for (when, half) in halves(s) {
            p { strong { (s.name) } " " (when) ": " (counted(half.only_b, "rollout")) " that the earlier one passed fail now, " (count(half.only_a)) " the other way round." }
            @for address in half.regressed.iter().take(NAMED) { pre tabindex="0" { code { "nines replay " (context.folder) " " (address) " --open" } } }
        } }
        @for s in &against.compared.scenarios { @if let Some(doubt) = &s.doubt { p { strong { (s.name) } " in doubt: " (words(doubt)) } } }
    }
}
