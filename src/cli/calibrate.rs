//! `nines calibrate`.

use super::args::{CalibrateArgs, ListFormat};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::value;
use crate::calibrate::{Anchors, Calibrated, Overlay, calibrate as measure};
use crate::campaign::{file_text, pretty, select};
use crate::policy::Options;
use nines_scenarios::LogicalScenario;
use nines_viz::numbers::{Round, count, probability, probability_interval};
use serde_json::json;
use std::path::Path;

/// Measures natural priors of hazards with a human reference driver, and writes them.
pub fn calibrate(args: &CalibrateArgs, output: &Output) -> Result<Exit, Failure> {
    let input = |e: &dyn std::fmt::Display| Failure::new(Exit::Input, e);
    let anchors = match &args.anchors {
        Some(path) => Anchors::parse(&file_text(path).map_err(|e| unreadable(path, &e))?, &path.to_string_lossy()),
        None => Anchors::built_in(),
    };
    let anchors = anchors.map_err(|e| input(&e))?;
    if args.out.exists() {
        return Err(Failure::new(Exit::Campaign, format!("{} exists already", args.out.display())));
    }
    let driver = value::policy(&args.policy, None, &Options::default())?;
    let chosen = select(&args.scenarios)?;
    let mut found: Vec<(Calibrated, Vec<LogicalScenario>)> = Vec::new();
    for anchor in &anchors.anchors {
        let Some(one) = chosen.iter().find(|one| one.scenario.name == anchor.scenario) else { continue };
        output.note(&format!("{} drives {} {} times", driver.name(), anchor.scenario, count(args.rollouts)));
        // Variants of a file share its exposure, and meet the same people.
        let family: Vec<LogicalScenario> =
            chosen.iter().filter(|other| other.file == one.file).map(|other| other.scenario.clone()).collect();
        let measured = measure(anchor, &family, driver.pilot(), args.rollouts, args.seed, 256).map_err(|e| input(&e))?;
        found.push((measured, family));
    }
    if found.is_empty() {
        let names: Vec<&str> = anchors.anchors.iter().map(|a| a.scenario.as_str()).collect();
        let failure = Failure::new(Exit::Nothing, "none of these scenarios has a crash anchor");
        return Err(failure.help(format!("there are anchors for {}", names.join(", "))));
    }
    let overlay = Overlay::of(&found, driver.name());
    std::fs::write(&args.out, overlay.text())
        .map_err(|e| Failure::new(Exit::Io, format!("cannot write {}: {e}", args.out.display())))?;
    match args.format {
        ListFormat::Json => output.result(&pretty(&document(&found, driver.name()))),
        ListFormat::Human => output.result(&table(&found)),
    }
    for (one, _) in found.iter().filter(|(one, _)| one.prior.is_none()) {
        output.warning(&format!(
            "{} never crashed in {}: no prior follows, and none is written",
            driver.name(),
            one.anchor.scenario
        ));
    }
    for (odd, names) in resting(&found) {
        output.note(&format!("  rests on it: rates per km of {} in {odd}", names.join(", ")));
    }
    output.note(&format!("\nWrote {}", args.out.display()));
    output.note(&format!("  next  nines run --policy common-sense --priors {}", args.out.display()));
    Ok(Exit::Ok)
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Input, format!("{}: {why}", path.display()))
}

fn table(found: &[(Calibrated, Vec<LogicalScenario>)]) -> String {
    let width = found.iter().map(|(one, _)| one.anchor.scenario.len()).max().unwrap_or(0);
    let mut out =
        format!("{:width$}  P(crash | hazard)  95% interval           prior before  prior now  95% interval\n", "scenario");
    for (one, _) in found {
        let [p, lower, upper] = one.crash;
        let before = one.before.map_or("unknown".into(), |p| probability(p, Round::Nearest));
        let (now, interval) = match one.prior {
            Some([p, lower, upper]) => (probability(p, Round::Nearest), probability_interval(lower, upper)),
            None => ("none".into(), String::new()),
        };
        out += &format!(
            "{:width$}  {:>17}  {:21}  {before:>12}  {now:>9}  {interval}\n",
            one.anchor.scenario,
            probability(p, Round::Nearest),
            probability_interval(lower, upper),
        );
    }
    out
}

/// Scenarios whose rates rest on the new priors, by ODD.
fn resting(found: &[(Calibrated, Vec<LogicalScenario>)]) -> Vec<(String, Vec<&str>)> {
    let mut all: std::collections::BTreeMap<String, Vec<&str>> = std::collections::BTreeMap::new();
    for scenario in found.iter().filter(|(one, _)| one.prior.is_some()).flat_map(|(_, family)| family) {
        for odd in scenario.odd.iter().filter(|odd| scenario.exposure_in(odd).is_some()) {
            all.entry(odd.clone()).or_default().push(&scenario.name);
        }
    }
    all.into_iter().collect()
}

fn document(found: &[(Calibrated, Vec<LogicalScenario>)], driver: &str) -> serde_json::Value {
    let estimate =
        |[estimate, lower, upper]: [f64; 3]| json!({"estimate": estimate, "lower": lower, "upper": upper, "confidence": 0.95});
    let one = |(one, family): &(Calibrated, Vec<LogicalScenario>)| {
        json!({
            "scenario": one.anchor.scenario,
            "states": one.anchor.states,
            "odd": one.anchor.odd,
            "crashes_per_1e6_km": one.anchor.crashes_per_1e6_km,
            "factor90": one.anchor.factor90,
            "encounters_per_1e6_km": one.per_1e6_km,
            "rollouts": one.rollouts,
            "crashes": one.crashes,
            "crash_given_hazard": estimate(one.crash),
            "prior_before": one.before,
            "prior": one.prior.map(estimate),
            "applies_to": family.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
        })
    };
    json!({"schema": "nines.calibration/1", "driver": driver, "hazards": found.iter().map(one).collect::<Vec<_>>()})
}
