//! The HTML report: one self-contained page without scripts, that reads in light, dark, narrow and printed form.

mod against;
mod attribution;
mod calibration;
mod caution;
mod checklist;
mod context;
mod convergence;
mod degenerate;
mod forest;
mod head;
mod march;
mod modes;
mod odd;
pub(crate) mod parts;
mod plot;
mod prose;
pub(crate) mod rates;
mod scenario;
mod strip;
mod ticks;

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
                    @let sections = sections(summary, context);
                    (contents(&sections))
                    @for (_, _, section) in &sections { (section) }
                }
                footer { p { "Written by nines " (summary.nines_version) " from " code { "summary.json" } ", which carries full precision." } }
            }
        }
    };
    page.into_string()
}

/// The sections with something to say, in order: place, name in the table of contents, content.
fn sections(summary: &Summary, context: &ReportContext) -> Vec<(String, String, Markup)> {
    let mut all = vec![("march".into(), "The march".into(), march::section(summary))];
    all.extend(
        summary.odds.iter().map(|odd| (format!("odd-{}", odd.name), format!("On the road: {}", odd.name), odd::section(odd))),
    );
    let mut add = |id: &str, name: &str, section: Markup| all.push((id.to_owned(), name.to_owned(), section));
    add("hazards", "Given the hazard", forest::section(summary));
    add("modes", "What fails", modes::pareto(summary, context));
    add("attribution", "Where nines are lost", attribution::section(summary));
    add("against", "Against the earlier version", against::section(summary, context));
    add("caution", "Cost of caution", caution::section(summary));
    add("calibration", "Beliefs", calibration::section(summary));
    add("rates", "Rates", rates::section(summary));
    add("degenerate", "Faults", degenerate::section(summary, context));
    add("convergence", "Convergence", convergence::section(summary, context));
    add("limits", "What the numbers say", prose::limits(summary));
    add("checklist", "For the assessor", checklist::section(summary, context));
    add("scenarios", "Scenarios", scenario::sections(summary, context));
    add("provenance", "Provenance", prose::provenance(summary, context));
    all.retain(|(_, _, section)| !section.0.is_empty());
    all
}

fn contents(sections: &[(String, String, Markup)]) -> Markup {
    markup! {
        nav.contents aria-label="Contents" { ul {
            @for (id, name, _) in sections { li { a href=(format!("#{id}")) { (name) } } }
        } }
    }
}

#[cfg(test)]
mod tests;
