//! `nines scenario preview`: a picture of what may happen, or recordings of it.

use super::{ending, write_picture};
use crate::cli::args::PreviewArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::{replay, value};
use crate::policy::{Options, Policy};
use nines_scenarios::LogicalScenario;
use nines_sim::{Job, Pilot, Sampling, Template, drive_traced};
use nines_viz::numbers::counted;
use nines_viz::{Preview, PreviewRollout};
use std::path::{Path, PathBuf};

/// Encounters of a picture, unless there are more combinations of latent states: each of these is shown.
const PICTURED: u64 = 20;

/// Drives and draws.
pub fn preview(args: &PreviewArgs, output: &Output) -> Result<Exit, Failure> {
    let scenario = super::one(&args.scenario, args.variant.as_deref())?.scenario;
    let policy = value::policy(&args.policy, None, &Options::default())?;
    if ending(&args.out) == "rrd" {
        return record(args, &scenario, &policy, output);
    }
    let number = args.number.unwrap_or_else(|| usual(&scenario.compile()));
    let svg = picture(&scenario, &policy, number, args.seed);
    write_picture(&args.out, &svg)?;
    output.note(&format!("wrote {}", args.out.display()));
    Ok(Exit::Ok)
}

/// The picture of a scenario under a policy, as SVG.
pub fn picture(scenario: &LogicalScenario, policy: &Policy, number: u64, seed: u64) -> String {
    let template = scenario.compile();
    let rollouts = rollouts(&template, policy.pilot(), number, seed);
    let subtitle = format!(
        "{} · {} by {}, spread evenly over latent states · seed {seed}",
        scenario.name,
        counted(rollouts.len() as u64, "encounter"),
        policy.name()
    );
    nines_viz::preview(&Preview { title: &scenario.title, subtitle: &subtitle, template: &template, rollouts: &rollouts })
}

/// Encounters where no number is asked for: each stratum that is ever drawn is among them.
fn usual(template: &Template) -> u64 {
    PICTURED.max(template.strata.iter().filter(|s| s.weight > 0.0).count() as u64)
}

/// Encounters in turn from each stratum that is ever drawn, those with the hazard first and then the most frequent: those of one
/// turn have the same parameters and noise, so that what differs comes from the latent states.
fn rollouts(template: &Template, policy: Pilot, number: u64, seed: u64) -> Vec<PreviewRollout> {
    let mut order: Vec<usize> = (0..template.strata.len()).filter(|k| template.strata[*k].weight > 0.0).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&template.strata[*a], &template.strata[*b]);
        b.hazard.cmp(&a.hazard).then(b.weight.total_cmp(&a.weight))
    });
    let held: Vec<(usize, Template)> = order.into_iter().map(|k| (k, only(template, k))).collect();
    let one = |n: u64| {
        let (index, turn) = (n / held.len() as u64, n % held.len() as u64);
        let (stratum, held) = &held[turn as usize];
        let job = Job { template: held, policy, seed, sampling: Sampling::Mc, batch: 1, chosen: None };
        let params = held.draw(seed, Sampling::Mc, index).params;
        let (outcome, trace) = drive_traced(&job, index);
        PreviewRollout { stratum: *stratum, params, outcome, trace }
    };
    if held.is_empty() { Vec::new() } else { (0..number).map(one).collect() }
}

fn only(template: &Template, stratum: usize) -> Template {
    let mut held = template.clone();
    held.strata = vec![nines_sim::Stratum { weight: 1.0, ..template.strata[stratum].clone() }];
    held
}

/// Recordings for the viewer, one a file: the first is the first failure, where there is one.
fn record(args: &PreviewArgs, scenario: &LogicalScenario, policy: &Policy, output: &Output) -> Result<Exit, Failure> {
    if !cfg!(feature = "rrd") {
        let failure = Failure::new(Exit::Usage, "this program is built without recordings for the Rerun viewer");
        return Err(failure.help("build it with the feature `rrd`, which is on by default, or write .svg"));
    }
    let template = scenario.compile();
    let number = args.number.unwrap_or(1) as usize;
    let mut all = rollouts(&template, policy.pilot(), usual(&template).max(number as u64), args.seed);
    // A failure is what one wants to see first; else the order of the picture.
    all.sort_by_key(|r| !r.outcome.failed());
    let states = scenario.strata();
    for (k, one) in all.iter().take(number).enumerate() {
        let path = if number == 1 { args.out.clone() } else { numbered(&args.out, k + 1) };
        let state = states.get(one.stratum).map_or_else(String::new, |s| s.label());
        let title = format!("{} in {}, {state}", policy.name(), scenario.name);
        replay::write_recording(&path, &title, policy.name(), &template, (&one.trace, &one.outcome))?;
        output.note(&format!("wrote {}", path.display()));
    }
    Ok(Exit::Ok)
}

/// `curb-2.rrd` for the second of several.
fn numbered(path: &Path, k: usize) -> PathBuf {
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{stem}-{k}.rrd"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nines_sim::BuiltIn;

    #[test]
    fn every_combination_of_states_is_pictured_where_no_number_is_asked_for() {
        let latent = |name: &str, n: usize| {
            let other = |k: usize| format!("      s{k}: {{prior: {{estimate: 0.1, factor90: 2, source: A}}}}\n");
            format!("  {name}:\n    states:\n      rest: {{prior: rest}}\n{}", (1..n).map(other).collect::<String>())
        };
        let goes = "  intent:\n    states:\n      stays: {prior: rest}\n      goes: {hazard: true, prior: {estimate: 1e-5, factor90: 10, source: A}}\n";
        let shown = |more: String| {
            let text = nines_scenarios::complete(&format!("latents:\n{goes}{more}"));
            let template = nines_scenarios::parse(&text, "t").unwrap().compile();
            let policy = BuiltIn::new("parked", &[]).unwrap();
            let mut all: Vec<usize> =
                rollouts(&template, (&policy).into(), usual(&template), 1).iter().map(|r| r.stratum).collect();
            let number = all.len();
            all.sort_unstable();
            all.dedup();
            (number, all.len())
        };
        assert_eq!(shown(String::new()), (20, 2));
        assert_eq!(shown(latent("road", 4) + &latent("light", 6)), (48, 48));
    }

    #[test]
    fn what_is_never_drawn_is_not_pictured() {
        let latents = "latents:\n  intent:\n    states:\n      stays: {prior: rest}\n      \
                       never: {prior: {estimate: 0, lower: 0, upper: 0.1, source: A}}\n      \
                       goes: {hazard: true, prior: {estimate: 1e-5, factor90: 10, source: A}}\n";
        let scenario = nines_scenarios::parse(&nines_scenarios::complete(latents), "t").unwrap();
        let policy = BuiltIn::new("blind", &[]).unwrap();
        let all = rollouts(&scenario.compile(), (&policy).into(), 4, 1);
        assert_eq!(all.iter().map(|r| r.stratum).collect::<Vec<_>>(), [2, 0, 2, 0]);
        // Each turn has parameters of its own, and both of a turn the same.
        assert!(all[0].params == all[1].params && all[1].params != all[2].params && all[2].params == all[3].params);
    }
}
