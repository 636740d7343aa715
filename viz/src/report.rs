//! The HTML report: one self-contained page without scripts, that reads in light, dark, narrow and printed form.

mod caution;
mod forest;
mod head;
mod march;
mod modes;
mod odd;
pub(crate) mod parts;
mod prose;
pub(crate) mod rates;
mod scenario;
mod svg;

pub(crate) use head::title;
pub(crate) use modes::states as mode_states;

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use crate::summary::Summary;

const STYLE: &str = include_str!("report/style.css");

/// What a report needs beyond the summary. Nothing of it touches a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportContext {
    /// The campaign's folder, as it is named in replay commands.
    pub folder: String,
    /// The command that makes the same campaign again.
    pub command: Option<String>,
    /// Name and value of what may differ between equal runs: times, host, threads, version control.
    pub provenance: Vec<(String, String)>,
    /// What is known of policy faults: rollout, and its text.
    pub faults: Vec<(String, String)>,
}

/// The whole page.
pub fn html(summary: &Summary, context: &ReportContext) -> String {
    let title = title(summary);
    let page: Markup = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – nines" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#results" { "Skip to the results" }
                header { (head::head(summary, &title)) }
                main id="results" {
                    (march::section(summary))
                    (forest::section(summary))
                    @for odd in &summary.odds { (odd::section(odd)) }
                    (rates::section(summary))
                    (caution::section(summary))
                    (prose::limits(summary))
                    @if !summary.scenarios.is_empty() {
                        section aria-labelledby="scenarios" {
                            h2 id="scenarios" { "Scenario by scenario" }
                            p { (crate::answer::MARGIN) }
                            @for s in crate::terminal::by_need(summary) { (scenario::section(s, context)) }
                        }
                    }
                    (prose::provenance(summary, context))
                }
                footer { p { "Written by nines " (summary.nines_version) " from " code { "summary.json" } ", which carries full precision." } }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests;
