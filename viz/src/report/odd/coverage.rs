//! What of an ODD's contents no scenario exercises.

use maud::{Markup, html};

use crate::numbers::{count, percent};
use crate::report::parts::{scroll, words};
use crate::summary::{CoverageLine, OddSummary};

/// Table by attribute, gaps first.
pub fn section(odd: &OddSummary) -> Markup {
    let c = &odd.coverage;
    if c.values == 0 {
        return html! {};
    }
    let gaps = c.values - c.values_exercised;
    html! {
        h3 id=(format!("coverage-{}", odd.name)) { "What of " (odd.name) " was looked at" }
        p { "The scenarios of this campaign exercise " (count(c.values_exercised)) " of the " (count(c.values)) " values that the ODD contains in the words of its taxonomy (close to ISO 34503), and "
            (count(c.pairs_exercised)) " of " (count(c.pairs)) " pairs of values (" (percent(c.pairs_exercised as f64 / c.pairs.max(1) as f64)) "). "
            @if gaps > 0 { strong { "Of " (count(gaps)) " values the figures above say nothing." } } }
        details {
            summary { "By attribute" }
            (scroll(&format!("Coverage of {}", odd.name), table(&c.rows)))
        }
    }
}

fn table(rows: &[CoverageLine]) -> Markup {
    let mut attributes: Vec<&str> = Vec::new();
    for row in rows {
        if attributes.last() != Some(&row.attribute.as_str()) {
            attributes.push(&row.attribute);
        }
    }
    let of = |attribute: &str, met: bool| {
        let attribute = attribute.to_owned();
        rows.iter().filter(move |row| row.attribute == attribute && row.scenarios.is_empty() != met)
    };
    html! {
        table.coverage {
            caption { "By attribute: what no scenario exercises, and by how many the rest is" }
            thead { tr { th scope="col" { "Attribute" } th scope="col" { "Exercised by none" } th scope="col" { "Exercised" } } }
            tbody { @for attribute in attributes { tr {
                th scope="row" { (words(attribute)) }
                td { @for row in of(attribute, false) { span.gap { (words(&row.value)) } " " } @if of(attribute, false).next().is_none() { small { "nothing is missing" } } }
                td { @for row in of(attribute, true) { span.met title=(row.scenarios.join(", ")) { (words(&row.value)) " " small { (row.scenarios.len()) } } " " } }
            } } }
        }
    }
}
