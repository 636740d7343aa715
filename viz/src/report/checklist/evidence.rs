//! How far the evidence may be trusted, and what follows from it.

use super::{Item, Shown, item};
use crate::numbers::{count, counted};
use crate::report::ReportContext;
use crate::summary::Summary;

/// Simulator, estimator, independence, faults.
pub fn quality(summary: &Summary, context: &ReportContext) -> Vec<Item> {
    let simulator = format!(
        "{} Dynamics, perception and behaviour models are not validated against this vehicle by this campaign, and how far the claim moves with them is not worked out (see {}).",
        summary.validity.statement, summary.validity.see
    );
    let searched = summary.scenarios.iter().filter(|s| s.search.is_some()).count() as u64;
    let estimator = if searched == 0 {
        "Plain random sampling with exact limits, whose coverage is studied in docs/intervals.md; the history of each estimate stands in its section.".to_owned()
    } else {
        format!(
            "{} rest on a search: relative error, effective sample, largest weight, independent parts and the mass that may have been missed stand in their sections, with studies in docs/estimators.md.",
            counted(searched, "scenario")
        )
    };
    let independence = match summary.method.as_str() {
        "mc" => "All rollouts are drawn independently from the natural priors. ",
        "stratified" => "Even rollouts are drawn given no hazard, odd ones given the hazard, independently. ",
        _ => "A search chooses its points from what it met, and says so; its final sample is apart. ",
    };
    let independence = format!(
        "{independence}Random numbers are addressed by seed, scenario and index: policies on one seed meet the same points, which paired comparison uses."
    );
    let faults = format!(
        "{} counted as failures, with kind and replay. A parked policy fails by progress.",
        counted(summary.totals.policy_faults, "policy fault")
    );
    let history = context.convergence.values().any(|points| !points.is_empty());
    vec![
        item(
            "Is the simulation credible for this claim?",
            "(EU) 2022/1426, annex III part 4; UL 4600, section 12; the UN rules on ADS",
            Shown::No,
            simulator,
        ),
        item(
            "Is the estimator valid?",
            "ISO 26262-8, clause 11; UL 4600, section 13",
            if searched == 0 && history { Shown::Yes } else { Shown::Part },
            estimator,
        ),
        item("Are samples independent, and adaptive steps declared?", "UL 4600, section 16", Shown::Yes, independence),
        item("Do faults and standing still count?", "UL 4600, section 10; UN R157", Shown::Yes, faults),
    ]
}

/// Modes, verdict, assumptions.
pub fn findings(summary: &Summary, context: &ReportContext) -> Vec<Item> {
    let modes: usize = summary.scenarios.iter().filter_map(|s| s.modes.as_ref()).map(Vec::len).sum();
    let hindsight = summary.scenarios.iter().any(|s| s.attribution.is_some());
    let cause = if hindsight {
        "Hindsight says whether and until when they were avoidable, and what they were lost to."
    } else {
        "When each was last avoidable, and whether perception, prediction or control lost it, is not worked out in this campaign."
    };
    let grouped = format!(
        "{} told apart, {} of them pictured, each with a rollout to replay. {cause}",
        counted(modes as u64, "failure mode"),
        count(context.pictures.len() as u64)
    );
    let open = summary
        .scenarios
        .iter()
        .flat_map(|s| s.march.iter())
        .any(|step| step.rollouts_needed.is_some() || step.rollouts_needed_clean.is_some());
    let next = format!(
        "`nines gate {}` gives the verdict and its rule. {}",
        context.folder,
        if open {
            "The march says how many more rollouts an open nine takes; an ODD's march also says how many kilometres."
        } else {
            "No nine is open within this budget."
        }
    );
    let assumptions = "Each figure names its assumptions (scenario model, natural priors, stated exposures) and each prior and exposure its source. What in the field would falsify them, and who watches it, is the operator's to state.";
    vec![
        item(
            "Are failures grouped, replayable, with cause and last moment of avoidance?",
            "ISO 21448, clauses 7 and 10; ISO 34502",
            if modes > 0 && hindsight { Shown::Yes } else { Shown::Part },
            grouped,
        ),
        item(
            "What is the verdict, by which rule, and what would the next nine take?",
            "UL 4600, section 16; ISO 21448, clause 12",
            if open { Shown::Yes } else { Shown::Part },
            next,
        ),
        item(
            "Which assumptions, what would falsify each, and how are they watched?",
            "UL 4600, sections 5 and 16; ISO 21448, clause 13",
            Shown::Part,
            assumptions,
        ),
    ]
}
