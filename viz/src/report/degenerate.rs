//! Faults of the policy, and driving that looks safe because it does not drive.

use maud::{Markup, html};

use super::ReportContext;
use super::caution::stalled_share;
use super::parts::{counted, scroll};
use crate::numbers::{count, percent};
use crate::summary::{ScenarioSummary, Summary};

/// What counts as hardly driving: half of a scenario's failures or more are for want of progress.
const STALLED: f64 = 0.5;

/// Text and table.
pub fn section(summary: &Summary, context: &ReportContext) -> Markup {
    let stalled: f64 = summary.scenarios.iter().filter_map(|s| stalled_share(s).map(|share| share * s.failures as f64)).sum();
    let failures = summary.totals.failures;
    let faulted: Vec<&ScenarioSummary> = summary
        .scenarios
        .iter()
        .filter(|s| s.policy_faults.total + s.policy_faults.batch_dependent + s.policy_faults.unrepeatable > 0)
        .collect();
    let hardly = summary.scenarios.iter().filter(|s| stalled_share(s).is_some_and(|share| share >= STALLED)).count();
    html! {
        section aria-labelledby="degenerate" {
            h2 id="degenerate" { "Faults and degenerate driving" }
            p { "A policy that stands still touches nobody; it fails the progress criterion instead. "
                @if failures == 0 { "No rollout failed here." }
                @else { (count(stalled.round() as u64)) " of " (count(failures)) " failures (" (percent(stalled / failures as f64)) ") were for want of progress"
                    @if hardly > 0 { "; in " (counted(hardly as u64, "scenario")) " at least half of them" } "." } }
            @if faulted.is_empty() { p { "No rollout ended in a fault of the policy, none came out otherwise when it was driven again, and nothing depended on the batch." } }
            @else {
                p { strong { (counted(summary.totals.policy_faults, "rollout")) " ended in a fault of the policy." } " Each counts as a failure, with its kind." }
                (scroll("Policy faults by scenario", table(&faulted, context)))
            }
        }
    }
}

fn table(faulted: &[&ScenarioSummary], context: &ReportContext) -> Markup {
    html! {
        table {
            caption { "Faults by kind. Batch: calls that came out otherwise than alone; unsteady: rollouts that do not repeat themselves" }
            thead { tr {
                th scope="col" { "Scenario" } th.n scope="col" { "Faults" } th.n scope="col" { "Panic" } th.n scope="col" { "Not finite" } th.n scope="col" { "Out of range" }
                th.n scope="col" { "Deadline" } th.n scope="col" { "Gone" } th.n scope="col" { "Bad reply" } th.n scope="col" { "Batch" } th.n scope="col" { "Unsteady" } th scope="col" { "Replay" }
            } }
            tbody { @for s in faulted { @let f = &s.policy_faults; tr {
                th scope="row" { a href=(format!("#{}", s.name)) { (s.name) } }
                @for n in [f.total, f.panic, f.not_finite, f.out_of_range, f.deadline, f.disconnected, f.bad_reply, f.batch_dependent, f.unrepeatable] { td.n { (count(n)) } }
                td { @if let Some(cause) = s.causes.iter().find(|c| c.criterion == "policy_fault") { code { "nines replay " (context.folder) " " (cause.first) } } }
            } } }
        }
    }
}
