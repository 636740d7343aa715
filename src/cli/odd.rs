//! `nines odd list|show|coverage`.

use super::args::{ListArgs, ListFormat};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::campaign::{Chosen, Odd, pretty, profile, select};
use nines_scenarios::{Benchmark, Beyond, Coverage, FileShare, odds};
use nines_viz::numbers::counted;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// All built-in profiles.
pub fn list(args: ListArgs, output: &Output) -> Result<Exit, Failure> {
    let (catalogue, mut all) = (select(&[])?, Vec::new());
    for entry in odds() {
        all.push(Odd::of(profile(entry.name)?, &catalogue));
    }
    if args.format == ListFormat::Json {
        let listed: Vec<Value> =
            all.iter().map(|odd| json!({"name": odd.profile.name, "title": odd.profile.title, "scenarios": odd.holds})).collect();
        output.result(&pretty(&json!({"schema": "nines.odds/1", "odds": listed})));
        return Ok(Exit::Ok);
    }
    let width = all.iter().map(|odd| odd.profile.name.len()).max().unwrap_or(0);
    for Odd { profile, holds, .. } in &all {
        output.result(&format!(
            "{:width$}  {}: {} of the catalogue\n",
            profile.name,
            profile.title,
            counted(holds.len() as u64, "scenario")
        ));
        if output.verbose > 0 {
            output.result(&format!("{:width$}  {}\n", "", output.hanging(width + 2, &profile.description)));
            for line in &profile.benchmarks {
                output.result(&format!("{:width$}    {}\n", "", output.hanging(width + 4, &benchmark(line))));
            }
        }
    }
    Ok(Exit::Ok)
}

/// A human rate in a line.
fn benchmark(line: &Benchmark) -> String {
    let [from, to] = line.per_1e6_km;
    let rate = if from == to { format!("{from}") } else { format!("{from} to {to}") };
    let doubt = if line.comparable { "" } else { ", not comparable" };
    format!("{}: {rate} per 10^6 km ({}, {}{doubt})", line.name, line.counts, line.sure.name())
}

/// A profile with every default, and what it holds as a comment behind it.
pub fn show(name: &str, output: &Output) -> Result<Exit, Failure> {
    let catalogue = select(&[])?;
    let odd = Odd::of(profile(name)?, &catalogue);
    let mut text = odd.text();
    text += &format!("# {} of the catalogue: {}\n", counted(odd.holds.len() as u64, "scenario"), odd.holds.join(", "));
    for excluded in &odd.excluded {
        text += &format!("# without {}: {}\n", excluded.scenario, excluded.reason);
    }
    if !odd.not_included.is_empty() {
        text += &format!("# left open, for want of `include_reason`: {}\n", odd.not_included.join(", "));
    }
    text += &without_priors(&odd, &catalogue);
    output.result(&text);
    Ok(Exit::Ok)
}

/// What sums leave out for want of natural priors, and how much that could be at most: every encounter a hazard that fails.
fn without_priors(odd: &Odd, catalogue: &[Chosen]) -> String {
    let unknown = |one: &&Chosen| odd.has(&one.scenario.name) && one.scenario.hazard_prior().is_none();
    let left: Vec<&Chosen> = catalogue.iter().filter(unknown).collect();
    let Some(first) = left.first() else { return String::new() };
    let met = left.iter().filter_map(|one| {
        let share = odd.shares.iter().find(|s| s.scenario == one.scenario.name);
        let share = share.map(|s| FileShare { base: s.base.clone(), of: s.share });
        odd.profile.exposure_of(&one.scenario, share.as_ref())
    });
    let met: f64 = met.map(|e| e.per_1e6_km.estimate).sum();
    let names: Vec<&str> = left.iter().map(|one| one.scenario.name.as_str()).collect();
    let (count, each) = match left.len() {
        1 => (format!("`{}`", first.scenario.name), "it is"),
        n => (format!("{n} of these"), "they are"),
    };
    format!(
        "# {count} without natural priors, left out of sums: {each} met about {met:.0} times per 10^6 km, and what is left out is at most that, were every encounter a hazard that fails: {}\n",
        names.join(", ")
    )
}

/// What of its contents the catalogue exercises.
pub fn coverage(name: &str, format: ListFormat, output: &Output) -> Result<Exit, Failure> {
    let catalogue = select(&[])?;
    let odd = Odd::of(profile(name)?, &catalogue);
    let held: Vec<&Chosen> = catalogue.iter().filter(|one| odd.has(&one.scenario.name)).collect();
    let tagged: Vec<(&str, &[String])> =
        held.iter().map(|one| (one.scenario.name.as_str(), one.scenario.tags.as_slice())).collect();
    let found = odd.profile.coverage(&tagged);
    match format {
        ListFormat::Json => output.result(&pretty(&as_json(&odd, &found))),
        ListFormat::Human => output.result(&as_text(&odd, &found, output)),
    }
    Ok(Exit::Ok)
}

fn as_json(odd: &Odd, found: &Coverage) -> Value {
    let row =
        |row: &nines_scenarios::CoverageRow| json!({"attribute": row.attribute, "value": row.value, "scenarios": row.scenarios});
    json!({
        "schema": "nines.coverage/1",
        "odd": odd.profile.name,
        "scenarios": odd.holds,
        "values": found.rows.len(),
        "values_exercised": found.rows.len() - found.gaps().count(),
        "pairs": found.pairs,
        "pairs_exercised": found.pairs_exercised,
        "rows": found.rows.iter().map(row).collect::<Vec<_>>(),
        "beyond": found.beyond.iter().map(|b| json!({"scenario": b.scenario, "attribute": b.attribute, "value": b.value})).collect::<Vec<_>>(),
    })
}

/// A line for each attribute: what none exercises first, with `-v` what each value is exercised by.
fn as_text(odd: &Odd, found: &Coverage, output: &Output) -> String {
    let width = odd.profile.contains.iter().map(|(attribute, _)| attribute.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (attribute, _) in &odd.profile.contains {
        let rows = || found.rows.iter().filter(|row| row.attribute == *attribute);
        let gaps: Vec<&str> = rows().filter(|row| row.scenarios.is_empty()).map(|row| row.value.as_str()).collect();
        let met: Vec<String> =
            rows().filter(|row| !row.scenarios.is_empty()).map(|row| format!("{} {}", row.value, row.scenarios.len())).collect();
        let missing = if gaps.is_empty() { "all".to_owned() } else { format!("none: {}", gaps.join(", ")) };
        let met = if met.is_empty() { String::new() } else { format!("; {}", met.join(", ")) };
        out += &format!("{attribute:width$}  {}\n", output.hanging(width + 2, &(missing + &met)));
        if output.verbose > 0 {
            for row in rows().filter(|row| !row.scenarios.is_empty()) {
                let text = format!("{}: {}", row.value, row.scenarios.join(", "));
                out += &format!("{:width$}    {}\n", "", output.hanging(width + 4, &text));
            }
        }
    }
    for (attribute, values) in beyond(&found.beyond) {
        let text = format!("beyond what it contains: {values}");
        out += &format!("{attribute:width$}  {}\n", output.hanging(width + 2, &text));
    }
    let (all, gaps) = (found.rows.len(), found.gaps().count());
    let answer = format!(
        "{}: {} of {all} values and {} of {} pairs of values are exercised by {}; {gaps} values by none",
        odd.profile.name,
        all - gaps,
        found.pairs_exercised,
        found.pairs,
        counted(odd.holds.len() as u64, "scenario")
    );
    out + &output.hanging(2, &answer) + "\n"
}

/// What scenarios have beyond the contents, by attribute: `junction`, `x (right-hook, left-turn); t (blind-t)`.
fn beyond(all: &[Beyond]) -> BTreeMap<&str, String> {
    let mut values: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for one in all {
        values.entry((&one.attribute, &one.value)).or_default().push(&one.scenario);
    }
    let mut out: BTreeMap<&str, String> = BTreeMap::new();
    for ((attribute, value), names) in values {
        let text = out.entry(attribute).or_default();
        let and = if text.is_empty() { "" } else { "; " };
        *text += &format!("{and}{value} ({})", names.join(", "));
    }
    out
}
