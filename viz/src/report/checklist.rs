//! What an assessor asks of such evidence, and what this campaign shows of it. A campaign answers part of a safety case; where it does not, the
//! report says so.

mod claim;
mod evidence;
mod scope;

use maud::{Markup, html};

use super::ReportContext;
use super::parts::scroll;
use crate::summary::Summary;

/// How far a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// By this report.
    Yes,
    /// In part; the answer says which.
    Part,
    /// Not by this campaign.
    No,
}

impl Shown {
    const fn words(self) -> &'static str {
        match self {
            Shown::Yes => "shown",
            Shown::Part => "in part",
            Shown::No => "not shown",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Shown::Yes => "yes",
            Shown::Part => "open",
            Shown::No => "no",
        }
    }
}

/// A question of the list.
#[derive(Clone, Debug)]
pub struct Item {
    /// What is asked.
    pub asked: &'static str,
    /// Who asks: document and clause.
    pub by: &'static str,
    /// How far it is answered.
    pub shown: Shown,
    /// The answer.
    pub answer: String,
}

/// An item of the list.
pub fn item(asked: &'static str, by: &'static str, shown: Shown, answer: impl Into<String>) -> Item {
    Item { asked, by, shown, answer: answer.into() }
}

/// All groups of questions with their answers.
fn groups(summary: &Summary, context: &ReportContext) -> [(&'static str, Vec<Item>); 5] {
    [
        ("Identity and reproducibility", scope::identity(summary, context)),
        ("Scope", scope::scope(summary)),
        ("Claim", claim::claim(summary)),
        ("Quality of the evidence", evidence::quality(summary, context)),
        ("Findings and use", evidence::findings(summary, context)),
    ]
}

/// The list, filled in.
pub fn section(summary: &Summary, context: &ReportContext) -> Markup {
    let groups = groups(summary, context);
    let number = |shown| groups.iter().flat_map(|(_, items)| items).filter(|item| item.shown == shown).count();
    let mut counted = 0;
    html! {
        section aria-labelledby="checklist" {
            h2 id="checklist" { "For the assessor" }
            p { "Questions that standards and rules for automated driving put to scenario-based evidence, in our words, with what this campaign says to each: "
                (number(Shown::Yes)) " shown, " (number(Shown::Part)) " in part, " strong { (number(Shown::No)) " not shown" } ". A campaign is one pillar of a safety case beside audit, track, road and "
                "field monitoring (the multi-pillar approach of the UNECE's NATM); it shows no conformity." }
            (scroll("Checklist", html! { table.checklist {
                caption { "Clause numbers are pointers from general knowledge of these editions: check them against the one in use" }
                thead { tr { th scope="col" { "#" } th scope="col" { "Question" } th scope="col" { "Here" } th scope="col" { "Answer" } } }
                @for (name, items) in &groups {
                    tbody {
                        tr.group { th colspan="4" scope="rowgroup" { (name) } }
                        @for item in items { ({ counted += 1; row(counted, item) }) }
                    }
                }
            } }))
        }
    }
}

fn row(number: usize, item: &Item) -> Markup {
    html! { tr {
        td.n { (number) }
        th scope="row" { (item.asked) br; small { (item.by) } }
        td.verdict.(item.shown.class()) { (item.shown.words()) }
        td { (told(&item.answer)) }
    } }
}

/// Words with what may be typed between backticks.
fn told(words: &str) -> Markup {
    html! { @for (k, part) in words.split('`').enumerate() { @if k % 2 == 1 { code { (part) } } @else { (part) } } }
}
