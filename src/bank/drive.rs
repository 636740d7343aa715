//! Driving the cases of a bank again.

use super::case::world;
use super::{Banked, Case};
use crate::campaign::{VERSION, is_of_catalogue};
use crate::policy::Policy;
use crate::store::stratum_name;
use nines_metrics::modes::effective_kinds;
use nines_sim::{Chosen, Criterion, Job, Outcome, Sampling, Template, Verdict, drive_traced};
use nines_viz::{BANK_SCHEMA, Bank, BankCase};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;

/// What a bank holds.
pub fn list(cases: &[Banked]) -> Bank {
    bank(cases, None, cases.iter().map(|banked| entry(banked, None, notes(banked))).collect())
}

/// Drives every case by a policy. `tell` hears of each before it is driven.
pub fn drive(cases: &[Banked], policy: &Policy, tell: &mut dyn FnMut(&str)) -> Bank {
    let mut one = |banked: &Banked| {
        tell(&banked.name);
        let outcome = outcome(banked, policy);
        let mut notes = notes(banked);
        let (case, now) = (&banked.case, format!("{:016x}", outcome.digest));
        if case.failed.fingerprint == policy.summary().fingerprint && case.failed.digest != now {
            notes.push("the same policy drives it otherwise now".into());
        }
        entry(banked, Some(&outcome), notes)
    };
    let driven = cases.iter().map(&mut one).collect();
    bank(cases, Some(policy), driven)
}

fn outcome(banked: &Banked, policy: &Policy) -> Outcome {
    let (case, template) = (&banked.case, &banked.scenario.template);
    let chosen = chosen(case, template);
    let (seed, sampling) = (case.seed, sampling(case));
    let job = Job { template, policy: policy.pilot(), seed, sampling, chosen: chosen.as_ref(), batch: 1 };
    drive_traced(&job, case.rollout).0
}

fn sampling(case: &Case) -> Sampling {
    if case.sampling == "mc" { Sampling::Mc } else { Sampling::Stratified }
}

/// What a search chose of a case; `None` where it was drawn.
pub(super) fn chosen(case: &Case, template: &Template) -> Option<Chosen> {
    let moved = case.moved.as_ref().filter(|moved| moved.point.len() == template.params.len())?;
    let stratum = (0..template.strata.len()).find(|k| stratum_name(template, *k) == case.stratum)?;
    let mut chosen = Chosen::new(case.rollout, 1, template.params.len());
    chosen.push(u16::try_from(stratum).ok()?, &moved.point, &moved.lineage);
    Some(chosen)
}

/// Latent states and hash of the world that this program draws for a case.
pub(super) fn drawn(case: &Case, template: &Template) -> (String, String) {
    let concrete = template.concrete(case.seed, sampling(case), chosen(case, template).as_ref(), case.rollout);
    let stratum = stratum_name(template, concrete.stratum.into());
    let world = world(&stratum, &concrete);
    (stratum, world)
}

/// What is not as it was when the case was kept.
fn notes(banked: &Banked) -> Vec<String> {
    let (case, scenario) = (&banked.case, &banked.scenario);
    let mut out = Vec::new();
    if drawn(case, &scenario.template).1 != case.world {
        out.push("no longer the world that failed: this program draws another one".to_owned());
    } else if scenario.fingerprint != case.scenario_fingerprint {
        out.push("this program reads the scenario otherwise".into());
    }
    if case.nines_version != VERSION {
        out.push(format!("kept by nines {}", case.nines_version));
    }
    if is_of_catalogue(&case.scenario, &case.scenario_fingerprint) == Some(false) {
        out.push("the catalogue's scenario of that name is another one now".into());
    }
    out
}

fn entry(banked: &Banked, outcome: Option<&Outcome>, notes: Vec<String>) -> BankCase {
    let failed = &banked.case.failed;
    let bad = outcome.filter(|outcome| outcome.verdict != Verdict::Pass);
    BankCase {
        case: banked.name.clone(),
        scenario: banked.case.scenario.clone(),
        mode: failed.mode.clone(),
        failed_by: failed.policy.clone(),
        failed_cause: failed.cause.clone(),
        failed_margin: failed.margin,
        verdict: outcome.map(|outcome| outcome.verdict.name().to_owned()),
        cause: bad.and_then(|outcome| outcome.cause).map(|cause| Criterion::name(cause).to_owned()),
        margin: outcome.map(|outcome| outcome.margin),
        impact_speed_mps: outcome.and_then(|outcome| outcome.impact_speed_mps),
        notes,
    }
}

fn bank(cases: &[Banked], policy: Option<&Policy>, entries: Vec<BankCase>) -> Bank {
    let mut kinds: BTreeMap<_, u64> = BTreeMap::new();
    for banked in cases {
        *kinds.entry(banked.case.kind()).or_default() += 1;
    }
    let effective = effective_kinds(kinds.values().map(|n| *n as f64));
    Bank {
        schema: BANK_SCHEMA.into(),
        policy: policy.map(|policy| policy.name().to_owned()),
        fingerprint: policy.map(|policy| policy.summary().fingerprint.clone()),
        failed: entries.iter().filter(|case| case.failed()).count() as u64,
        kinds: effective,
        cases: entries,
        warnings: collapsed(cases.len(), effective).into_iter().collect(),
    }
}

/// What there is to say where many cases are of few kinds: they look like many tests, and are few.
fn collapsed(cases: usize, kinds: f64) -> Option<String> {
    /// Fewer cases are seen at a glance.
    const LEAST: usize = 8;
    /// Of each kind so many cases are plenty.
    const PLENTY: f64 = 4.0;
    (cases >= LEAST && kinds < (cases as f64 / PLENTY).max(2.0)).then(|| {
        format!("the bank collapses: {cases} cases are of {kinds:.1} effective kinds, and test little more than these; `nines bank add DIR --modes` keeps one of each mode")
    })
}

/// The answer as JUnit XML: a test case for each case of the bank.
pub fn junit(bank: &Bank) -> String {
    let policy = bank.policy.as_deref().unwrap_or_default();
    let case = |case: &BankCase| {
        let status = match case.failed() {
            false => TestCaseStatus::success(),
            true => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let cause = case.cause.as_deref().unwrap_or("fault").replace('_', " ");
                status.set_type("came-back").set_message(format!("{cause}, margin {:.3}", case.margin.unwrap_or_default()));
                status.set_description(case.notes.join("\n"));
                status
            }
        };
        let mut test = TestCase::new(case.case.clone(), status);
        test.set_classname(case.scenario.clone());
        test
    };
    let mut suite = TestSuite::new(format!("{policy} on bank"));
    suite.add_test_cases(bank.cases.iter().map(case));
    let mut report = Report::new("nines");
    report.add_test_suite(suite);
    // Writing XML into memory fails only where an attribute cannot be encoded, and quick-junit removes what XML forbids.
    report.to_string().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::collapsed;

    #[test]
    fn many_cases_of_few_kinds_collapse_and_few_cases_never_do() {
        assert!(collapsed(8, 1.0).is_some() && collapsed(40, 9.9).is_some());
        assert!(collapsed(7, 1.0).is_none() && collapsed(8, 2.0).is_none() && collapsed(40, 10.0).is_none());
    }
}
