//! Who drove what, and what was not looked at.

use super::{Item, Shown, item};
use crate::numbers::{count, counted, few, percent};
use crate::report::ReportContext;
use crate::report::parts::short_hash;
use crate::summary::{SeedFrom, Summary};
use std::collections::BTreeSet;

/// Policy, program and scenarios, and how to have the results again.
pub fn identity(summary: &Summary, context: &ReportContext) -> Vec<Item> {
    let covered = summary.policy.not_covered.is_empty();
    let repeat = match (&context.command, summary.reproducible) {
        (_, false) => (Shown::Part, "The campaign says of itself that it is not reproducible; replays of stored failures still are.".to_owned()),
        (Some(_), true) => (Shown::Yes, "The command under Provenance has the same bytes again, on any number of threads; each failure below stands with the command that replays it to the bit.".into()),
        (None, true) => (Shown::Part, "No single command line says as much as campaign.json holds; each failure stands with the command that replays it to the bit.".into()),
    };
    let runs = format!(
        "{} rollouts by method {}, plan {}, status {}. The seed was {}. Runs made before this one, and why others were left out, are not in the folder.",
        count(summary.totals.rollouts),
        summary.method,
        summary.plan,
        summary.status.name(),
        if summary.seed_from == SeedFrom::Auto { "derived from the inputs, so that nobody chose it" } else { "chosen by hand" }
    );
    let identity = format!(
        "Policy {} ({}), fingerprint {}; nines {}; campaign {}; a fingerprint of every scenario. {}",
        summary.policy.name,
        summary.policy.kind,
        short_hash(&summary.policy.fingerprint),
        summary.nines_version,
        short_hash(&summary.campaign),
        if covered {
            String::new()
        } else {
            format!("The policy's fingerprint does not cover {}.", few(&summary.policy.not_covered))
        }
    );
    vec![
        item(
            "Are policy, tool and scenarios identified by version and hash?",
            "ISO 26262-8, clause 11; UL 4600, section 13",
            if covered { Shown::Yes } else { Shown::Part },
            identity.trim_end().to_owned(),
        ),
        item(
            "Can the results be had again, and each failure be seen?",
            "ISO 26262-8, clause 11; (EU) 2022/1426, annex III part 4",
            repeat.0,
            repeat.1,
        ),
        item("On what budget, how often, with what excluded?", "UL 4600, section 17", Shown::Part, runs),
    ]
}

/// ODD, scenarios, triggering conditions, parameter space.
pub fn scope(summary: &Summary) -> Vec<Item> {
    let odd = match summary.odds.as_slice() {
        [] => (
            Shown::No,
            "No ODD was asked for: nothing is said of any operational domain as a whole (`nines run --odd`).".to_owned(),
        ),
        odds => {
            let one = |odd: &crate::summary::OddSummary| {
                let c = &odd.coverage;
                format!(
                    "{}: {} of {} values and {} of {} pairs of them are exercised, {} left out",
                    odd.name,
                    c.values_exercised,
                    c.values,
                    c.pairs_exercised,
                    c.pairs,
                    counted(odd.left_out.len() as u64, "scenario")
                )
            };
            (
                Shown::Part,
                odds.iter().map(one).collect::<Vec<_>>().join("; ") + ". The tables of the ODD name what no scenario exercises.",
            )
        }
    };
    let exposed = summary.scenarios.iter().filter_map(|s| s.exposure.as_ref());
    let assumed = exposed.clone().filter(|e| e.kind == "assumption").count() as u64;
    let with_prior = summary.scenarios.iter().filter(|s| s.hazard.prior.is_some()).count();
    let sources = format!(
        "{} with hash and tags; the folder holds each file with every default and source. {} of {} have a natural prior of the hazard; {} of {} exposures are marked as assumptions.",
        counted(summary.totals.scenarios, "scenario"),
        with_prior,
        summary.scenarios.len(),
        assumed,
        exposed.count()
    );
    let tags: BTreeSet<&str> = summary.scenarios.iter().flat_map(|s| s.tags.iter().map(String::as_str)).collect();
    let tags: Vec<&str> = tags.into_iter().collect();
    let triggers = if tags.is_empty() {
        "The scenarios carry no tags.".to_owned()
    } else {
        format!(
            "Scenarios are tagged with {}. The list is the scenarios' own, not one derived from a hazard analysis.",
            tags.join(", ")
        )
    };
    let shares: Vec<f64> =
        summary.scenarios.iter().flat_map(|s| s.strata.iter()).filter(|x| x.rollouts == 0).map(|x| x.share).collect();
    let space = format!(
        "Parameters are drawn from stated distributions, not from a grid of corners; {}. Which corners were not reached is not worked out.",
        if shares.is_empty() {
            "every combination of hidden states was met".to_owned()
        } else {
            format!(
                "{} combinations of hidden states were not met (shares up to {})",
                shares.len(),
                percent(shares.iter().copied().fold(0.0, f64::max))
            )
        }
    );
    vec![
        item(
            "Is the ODD stated in the taxonomy's words, and what of it does no scenario exercise?",
            "ISO 34503; BSI PAS 1883; ISO 21448, clause 11",
            odd.0,
            odd.1,
        ),
        item("Which scenarios, with which sources and assumptions?", "ISO 34502; ISO 34504; IEEE 2846", Shown::Part, sources),
        item(
            "Which triggering conditions and disturbances are covered?",
            "ISO 21448, clause 7; ISO 34502",
            if tags.is_empty() { Shown::No } else { Shown::Part },
            triggers,
        ),
        item(
            "Where in the parameter space did samples fall, and which corners were not reached?",
            "ISO 21448, clauses 10 and 11; ISO 34502",
            Shown::Part,
            space,
        ),
    ]
}
