//! The HTML report: one self-contained page without scripts, that reads in light, dark, narrow and printed form.

mod caution;
mod context;
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

pub use context::{Against, Convergence, ModePicture, ReportContext};
pub(crate) use head::title;
pub(crate) use modes::states as mode_states;

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use crate::summary::Summary;

const STYLE: &str = include_str!("report/style.css");

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
