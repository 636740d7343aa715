//! What is claimed, of what, and how sure.

use super::{Item, Shown, item};
use crate::numbers::{confidence, count};
use crate::summary::Summary;

/// Criterion, limits, rates, residual risk, benchmarks, multiplicity.
pub fn claim(summary: &Summary) -> Vec<Item> {
    let criterion = match &summary.demands {
        Some(demand) => (Shown::Part, format!("A demand was registered before the run (hash {}). Its principle (positive risk balance, ALARP, GAMAB, MEM) is the manufacturer's to state.", crate::report::parts::short_hash(&demand.hash))),
        None => (Shown::No, "No demand was registered before the run (`--demands`): a verdict of `nines gate` on it is judged afterwards, and says so.".to_owned()),
    };
    let level = confidence(summary.confidence);
    let untrusted = summary.scenarios.iter().filter(|s| !s.hazard.probability.diagnostics.ok).count();
    let per_scenario = format!(
        "Rollouts, failures, estimate, two-sided and one-sided {level} limits, method and assumptions for each; demonstrated and estimated nines stand apart. {}",
        if untrusted == 0 {
            "All pass their diagnostics.".to_owned()
        } else {
            format!("{untrusted} fail their diagnostics and must not be used.")
        }
    );
    let rates = match summary.odds.iter().filter(|odd| odd.rate_per_km.is_some()).count() {
        0 => (Shown::No, "No rate of an ODD: that takes an ODD whose scenarios have natural priors and exposures.".to_owned()),
        _ => (Shown::Part, "Per km, mile, hour and trip where the profile allows, with sampling, priors and exposures carried into the interval and shown apart. It sums what was modelled, and is no crash rate.".into()),
    };
    let clean = summary.scenarios.iter().filter(|s| s.failures == 0 && s.rollouts > 0).count();
    let residual = format!(
        "Every scenario has an upper limit; {} without a failure show it in place of 0. Risk outside the modelled scenarios is not bounded by anything here.",
        count(clean as u64)
    );
    let human = summary.odds.iter().any(|odd| !odd.human_rates().is_empty());
    let benchmark = if human {
        "Human rates stand beside the ODD with severity, unit and caveat. A competent and careful driver in the same scenarios is another campaign (`--policy` of a reference driver, then `nines compare`)."
    } else {
        "No human rate stands beside these figures, and no reference driver was driven in this campaign (another one with `--policy` of a reference driver on the same seed, then `nines compare`)."
    };
    let looks = format!(
        "{} scenarios are judged one by one, uncorrected; `nines gate` corrects refutations for their number (Holm), and the claim that all hold needs no correction. {}",
        summary.scenarios.len(),
        if summary.plan == "watched" {
            "Limits hold at every look (confidence sequence)."
        } else {
            "The budget was fixed before the run: one look."
        }
    );
    vec![
        item(
            "What is accepted, by which principle, in which unit, fixed before the run?",
            "ISO 21448, clauses 6 and 9; (EU) 2022/1426",
            criterion.0,
            criterion.1,
        ),
        item(
            "Per scenario: how often, how sure, by which method, assuming what?",
            "ISO 34502; UL 4600, section 16",
            if untrusted == 0 { Shown::Yes } else { Shown::Part },
            per_scenario,
        ),
        item(
            "What is the rate per hour or distance, with the exposure's own uncertainty?",
            "ISO 21448, clause 12; (EU) 2022/1426",
            rates.0,
            rates.1,
        ),
        item(
            "What risk remains, what bounds it, what contributes most?",
            "ISO 21448, clause 12; UL 4600, section 6",
            Shown::Part,
            residual,
        ),
        item(
            "How does it compare with humans and with a competent and careful driver?",
            "UN R157, annex 5; ISO/TS 5083; the UN rules on ADS",
            if human { Shown::Part } else { Shown::No },
            benchmark,
        ),
        item("How many claims were tested, and were looks at the data declared?", "UL 4600, section 17", Shown::Yes, looks),
    ]
}
