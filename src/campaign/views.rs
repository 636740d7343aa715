//! Views of a summary: `summary.md`, `report.html` and `junit.xml`. Nothing in them is not in the summary.

use super::{Judgement, Provenance, is_of_catalogue};
use crate::store::{self, StoreError};
use nines_viz::numbers::{Round, count, probability};
use nines_viz::{GateVerdict, Per, ReportContext, ScenarioSummary, Summary, markdown};
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use std::path::Path;
use std::time::Duration;

/// Writes all views of a campaign folder.
pub fn write_views(folder: &Path, summary: &Summary, provenance: &Provenance) -> Result<(), StoreError> {
    let context = ReportContext { folder: folder.display().to_string(), command: None, provenance: facts(provenance) };
    store::write_whole(&folder.join("summary.md"), markdown(summary, &context).as_bytes())?;
    store::write_whole(&folder.join("report.html"), nines_viz::report::html(summary, &context).as_bytes())?;
    store::write_whole(&folder.join("junit.xml"), junit(summary, provenance, None, folder).as_bytes())
}

fn facts(provenance: &Provenance) -> Vec<(String, String)> {
    let Some(session) = provenance.sessions.last() else { return Vec::new() };
    let mut facts = vec![("platform".to_owned(), session.platform.clone()), ("threads".into(), session.threads.to_string())];
    facts.extend(session.host.clone().map(|host| ("host".to_owned(), host)));
    facts.push(("command".into(), session.command.join(" ")));
    facts
}

/// The campaign as JUnit XML: a test case for each scenario, failed where a demand says so.
pub fn junit(summary: &Summary, provenance: &Provenance, judgement: Option<&Judgement>, folder: &Path) -> String {
    let known = summary.scenarios.iter().all(|s| is_of_catalogue(&s.name, &s.fingerprint) == Some(true));
    let classname = summary.odd.first().map_or(if known { "catalogue" } else { "own scenarios" }, String::as_str);
    let mut suite = TestSuite::new(format!("{} on {classname}", summary.policy.name));
    if judgement.is_none() {
        suite.set_system_out("no demand was made: use `nines gate --junit`");
    }
    for scenario in &summary.scenarios {
        suite.add_test_case(case(summary, scenario, provenance, judgement, classname, folder));
    }
    let mut report = Report::new("nines");
    report.add_test_suite(suite);
    // Writing XML into memory fails only where an attribute cannot be encoded, and quick-junit removes what XML forbids.
    report.to_string().unwrap_or_default()
}

fn case(
    summary: &Summary,
    scenario: &ScenarioSummary,
    provenance: &Provenance,
    judgement: Option<&Judgement>,
    classname: &str,
    folder: &Path,
) -> TestCase {
    let per = judgement.map_or(Per::Hazard.name(), |j| j.gate.demand.per.as_str());
    let mut case = TestCase::new(scenario.name.clone(), status(scenario, judgement, folder));
    case.set_classname(classname);
    case.set_time(Duration::from_secs_f64(provenance.seconds.get(&scenario.name).copied().unwrap_or_default().max(0.0)));
    let of_encounter = scenario.encounter.as_ref().filter(|_| per == Per::Encounter.name());
    let nines = of_encounter.map_or(&scenario.nines, |e| &e.nines);
    let estimated = nines.estimated.map_or("none".into(), |n| format!("{n:.3}"));
    for (name, value) in [
        ("per", per.to_owned()),
        ("nines.demonstrated", format!("{:.3}", nines.demonstrated)),
        ("nines.estimated", estimated),
        ("rollouts", scenario.rollouts.to_string()),
        ("failures", scenario.failures.to_string()),
        ("seed", summary.seed.to_string()),
        ("demand", judgement.and_then(|j| j.gate.demand.nines).map_or("none".into(), |nines| nines.to_string())),
    ] {
        case.add_property(Property::new(name, value));
    }
    case
}

fn status(scenario: &ScenarioSummary, judgement: Option<&Judgement>, folder: &Path) -> TestCaseStatus {
    let failed = |kind: NonSuccessKind, of: &str, message: String| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_type(of).set_message(message).set_description(description(scenario, folder));
        status
    };
    if scenario.rollouts > 0 && scenario.policy_faults.total == scenario.rollouts {
        return failed(NonSuccessKind::Error, "policy_fault", "every rollout ended in a fault of the policy".into());
    }
    if !scenario.hazard.probability.diagnostics.ok {
        let warnings = scenario.hazard.probability.diagnostics.warnings.join(", ");
        return failed(NonSuccessKind::Error, "diagnostics", warnings);
    }
    let Some(judgement) = judgement else { return TestCaseStatus::success() };
    let demand = &judgement.gate.demand;
    let asked = format!("{} nines per {}", demand.nines.unwrap_or_default(), demand.per);
    let Some(answer) = judgement.gate.scenarios.iter().find(|s| s.name == scenario.name) else {
        return failed(NonSuccessKind::Failure, "undecided", format!("{asked} undecided: no natural prior"));
    };
    let at = nines_viz::numbers::confidence(demand.confidence);
    match answer.verdict {
        GateVerdict::Demonstrated => TestCaseStatus::success(),
        GateVerdict::Refuted => {
            let least = probability(answer.one_sided_lower, Round::Down);
            failed(NonSuccessKind::Failure, "refuted", format!("{asked} refuted: at least {least} fail at {at}"))
        }
        GateVerdict::Undecided => {
            let most = probability(answer.one_sided_upper, Round::Up);
            failed(NonSuccessKind::Failure, "undecided", format!("{asked} undecided: up to {most} may fail at {at}"))
        }
    }
}

fn description(scenario: &ScenarioSummary, folder: &Path) -> String {
    let Some(cause) = scenario.causes.first() else { return String::new() };
    let with = cause.with.as_ref().map_or(String::new(), |with| format!(" with {with}"));
    let (criterion, failures) = (cause.criterion.replace('_', " "), count(cause.failures));
    format!("main cause: {criterion}{with} ({failures})\nreplay: nines replay {} {}", folder.display(), cause.worst)
}
