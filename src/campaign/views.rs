//! Views of a campaign: `summary.md`, `report.html` and `junit.xml`. Their figures are the summary's; the report adds pictures of failures and how
//! estimates came about.

use super::again::again;
use super::convergence::convergence;
use super::pictures::pictures;
use super::provenance::FaultText;
use super::{Campaign, CampaignError, Judgement, Provenance, is_of_catalogue};
use crate::store;
use nines_viz::numbers::{Round, count, probability};
use nines_viz::{Against, GateScenario, GateVerdict, OddSummary, Per, ReportContext, ScenarioSummary, Summary, markdown};
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use std::path::Path;
use std::time::Duration;

/// Writes all views of a campaign folder. `against` is the earlier campaign that the report holds it against.
///
/// # Errors
/// Where rows cannot be read, or views not written.
pub fn write_views(campaign: &Campaign, provenance: &Provenance, against: Option<Against>) -> Result<(), CampaignError> {
    let (folder, summary) = (&campaign.folder, &campaign.summary);
    let context = ReportContext {
        folder: quoted(&folder.to_string_lossy()),
        command: again(campaign).map(|words| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")),
        provenance: facts(provenance),
        faults: fault_texts(provenance),
        pictures: pictures(campaign),
        convergence: convergence(campaign)?.into_iter().collect(),
        against,
    };
    store::write_whole(&folder.join("summary.md"), markdown(summary, &context).as_bytes())?;
    store::write_whole(&folder.join("report.html"), nines_viz::report::html(summary, &context).as_bytes())?;
    Ok(store::write_whole(&folder.join("junit.xml"), junit(summary, provenance, None, folder).as_bytes())?)
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

fn fault_texts(provenance: &Provenance) -> Vec<(String, String)> {
    let text = |f: &FaultText| (f.rollout.clone(), format!("step {}, {}\n{}", f.step, f.kind, f.text));
    provenance.faults.iter().map(text).collect()
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
    let mut report = Report::new("nines");
    let mut suite = |classname: &str, scenarios: &[&ScenarioSummary], odd: Option<&OddSummary>| {
        let mut suite = TestSuite::new(format!("{} on {classname}", summary.policy.name));
        if judgement.is_none() {
            suite.set_system_out("no demand was made: use `nines gate --junit`");
        }
        suite.add_test_cases(scenarios.iter().map(|s| case(summary, s, provenance, judgement, classname, folder)));
        suite
            .add_test_cases(odd.zip(judgement).filter(|(_, j)| j.gate.demand.scope == "odd").map(|(odd, j)| mix(odd, j, folder)));
        report.add_test_suite(suite);
    };
    for odd in &summary.odds {
        suite(&odd.name, &summary.scenarios.iter().filter(|s| is_of(odd, s)).collect::<Vec<_>>(), Some(odd));
    }
    let rest: Vec<&ScenarioSummary> =
        summary.scenarios.iter().filter(|s| !summary.odds.iter().any(|odd| is_of(odd, s))).collect();
    if summary.odds.is_empty() || !rest.is_empty() {
        let known = rest.iter().all(|s| is_of_catalogue(&s.name, &s.fingerprint) == Some(true));
        suite(if known { "catalogue" } else { "own scenarios" }, &rest, None);
    }
    // Writing XML into memory fails only where an attribute cannot be encoded, and quick-junit removes what XML forbids.
    report.to_string().unwrap_or_default()
}

/// Whether a scenario was run as one of an ODD's.
fn is_of(odd: &OddSummary, scenario: &ScenarioSummary) -> bool {
    odd.left_out.contains(&scenario.name) || odd.scenarios.iter().any(|part| part.name == scenario.name)
}

/// A demand of an ODD as a test case of its own.
fn mix(odd: &OddSummary, judgement: &Judgement, folder: &Path) -> TestCase {
    let answer = judgement.gate.scenarios.iter().find(|s| s.name == odd.name);
    let status = match answer {
        Some(answer) => {
            let replay = answer.replay.as_ref().map(|address| format!("replay: nines replay {} {address}", folder.display()));
            verdict(answer, judgement, &replay.unwrap_or_default())
        }
        None => undecided(judgement, "no scenario has both a natural prior and an exposure"),
    };
    let left_out = answer.is_some_and(|a| a.verdict != GateVerdict::Refuted) && !odd.left_out.is_empty();
    let status = if left_out { undecided(judgement, &format!("it is left open by {}", odd.left_out.join(", "))) } else { status };
    let mut case = TestCase::new(odd.name.clone(), status);
    case.set_classname(odd.name.as_str());
    case.add_property(Property::new("per", judgement.gate.demand.per.as_str()));
    case.add_property(Property::new("scenarios", odd.scenarios.len().to_string()));
    case.add_property(Property::new("left_out", odd.left_out.len().to_string()));
    case
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
    let Some(judgement) = judgement.filter(|j| j.gate.demand.scope == "scenario") else { return TestCaseStatus::success() };
    let Some(answer) = judgement.gate.scenarios.iter().find(|s| s.name == scenario.name) else {
        return undecided(judgement, "no natural prior");
    };
    verdict(answer, judgement, &description(scenario, folder))
}

fn asked(judgement: &Judgement) -> String {
    let demand = &judgement.gate.demand;
    format!("{} nines per {}", demand.nines.unwrap_or_default(), demand.per)
}

fn undecided(judgement: &Judgement, why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type("undecided").set_message(format!("{} undecided: {why}", asked(judgement)));
    status
}

/// The answer of a gate as a test's outcome.
fn verdict(answer: &GateScenario, judgement: &Judgement, description: &str) -> TestCaseStatus {
    let at = nines_viz::numbers::confidence(judgement.gate.demand.confidence);
    let (of, message) = match answer.verdict {
        GateVerdict::Demonstrated => return TestCaseStatus::success(),
        GateVerdict::Refuted => {
            ("refuted", format!("at least {} fail at {at}", probability(answer.one_sided_lower, Round::Down)))
        }
        GateVerdict::Undecided => {
            ("undecided", format!("up to {} may fail at {at}", probability(answer.one_sided_upper, Round::Up)))
        }
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(of).set_message(format!("{} {of}: {message}", asked(judgement))).set_description(description);
    status
}

fn description(scenario: &ScenarioSummary, folder: &Path) -> String {
    let Some(cause) = scenario.causes.first() else { return String::new() };
    let with = cause.with.as_ref().map_or(String::new(), |with| format!(" with {with}"));
    let (criterion, failures) = (cause.criterion.replace('_', " "), count(cause.failures));
    format!("main cause: {criterion}{with} ({failures})\nreplay: nines replay {} {}", folder.display(), cause.worst)
}
