//! What the numbers say and do not say, and how to get them again.

use maud::{Markup, html};

use super::ReportContext;
use crate::numbers::confidence;
use crate::summary::Summary;

/// Validity and limits of the results.
pub fn limits(summary: &Summary) -> Markup {
    html! {
        section aria-labelledby="limits" {
            h2 id="limits" { "What the numbers say, and what not" }
            p { strong { "Validity. " } (summary.validity.statement) " See " code { (summary.validity.see) } "." }
            p { strong { "Per hazard or per encounter. " } "Per hazard asks: when the child does run, how often does it end badly? Per encounter asks the same of "
                "every pass of such a place, and as most children do not run it shows many more nines for the same driving. Compare only like with like; unless "
                "said otherwise, figures here are per hazard." }
            p { strong { "Demonstrated or estimated. " } "Demonstrated nines are minus the logarithm of the one-sided upper " (confidence(summary.confidence)) " limit of random "
                "sampling (the interval beside them is two-sided) and assume nothing but the scenario model. Estimated nines follow from the point estimate and may be luck." }
            p { strong { "What an interval holds. " } "It holds the error of sampling within these scenario models, per encounter also that of the stated priors. It does not hold errors "
                "of the models themselves, of sensors beyond the observation model, or of encounters that no scenario describes." }
        }
    }
}

/// Where the results come from, and the commands that make and check them.
pub fn provenance(summary: &Summary, context: &ReportContext) -> Markup {
    let mut rows: Vec<(&str, &str)> = vec![
        ("campaign", &summary.campaign),
        ("policy fingerprint", &summary.policy.fingerprint),
        ("nines version", &summary.nines_version),
    ];
    rows.extend(context.provenance.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    html! {
        section aria-labelledby="provenance" {
            h2 id="provenance" { "Provenance" }
            (super::head::facts(summary))
            @if let Some(command) = &context.command {
                p { "The same campaign again, to the byte:" }
                pre tabindex="0" { code { (command) } }
            }
            p { "Check this one, from checksums to a sample of rollouts driven again:" }
            pre tabindex="0" { code { "nines verify " (context.folder) } }
            (super::parts::scroll("Identity and circumstances", html! { table {
                caption { "Identity and circumstances; circumstances never change a result" }
                thead { tr { th scope="col" { "What" } th scope="col" { "Value" } } }
                tbody { @for (name, value) in rows { tr { th scope="row" { (name) } td { code { (value) } } } } }
            } }))
        }
    }
}
