//! `nines run`.

use super::args::{Format, RunArgs, Seed};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::progress::Progress;
use super::{github, panic, signal, value};
use crate::campaign::{
    Chosen, Event, Finished, Odd, Request, Scenario, default_rollouts, is_of_catalogue, pretty, run as run_campaign,
    select_in_odds,
};
use nines_viz::numbers::{count, seconds};
use nines_viz::terminal;
use nines_viz::{SeedFrom, Status, Summary};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Drives what is asked and prints what came of it.
pub fn run(args: &RunArgs, output: &Output) -> Result<Exit, Failure> {
    let (odds, chosen) = select_in_odds(&args.odd, &args.scenarios)?;
    let request = request(args, odds, &chosen)?;
    let number = signal::catch().map_err(|e| Failure::new(Exit::Io, format!("cannot catch signals: {e}")))?;
    let record = request.record();
    panic::note_seed(record.seed);
    output.note(&heading(&request, record.seed_from, record.seed, &origin(&request, &chosen)));
    for (scenario, one) in request.scenarios.iter().map(|(scenario, _)| scenario).zip(&chosen) {
        if is_of_catalogue(&scenario.name, &scenario.fingerprint) == Some(false) {
            output.warning(&format!("{} is called {} as one of the catalogue, and differs from it", one.file, scenario.name));
        }
    }
    let mut progress = Progress::new(args.progress, args.confidence, output);
    let finished = run_campaign(&request, &number, &mut |event: &Event| progress.event(event))?;
    print(args, &request, &finished, output)?;
    if finished.summary.status == Status::Interrupted {
        let terminated = number.load(Ordering::Relaxed) == Exit::Terminated as usize;
        return Ok(if terminated { Exit::Terminated } else { Exit::Interrupted });
    }
    Ok(Exit::Ok)
}

fn request(args: &RunArgs, odds: Vec<Odd>, chosen: &[Chosen]) -> Result<Request, Failure> {
    let policy = value::policy(&args.policy, args.policy_config.as_deref())?;
    let rollouts = args.rollouts.unwrap_or_else(|| default_rollouts(chosen.len()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Request {
        policy,
        scenarios: chosen.iter().map(|one| (Scenario::from(&one.scenario), rollouts)).collect(),
        odds,
        method: args.method.into(),
        confidence: args.confidence,
        seed: match args.seed {
            Seed::Auto => None,
            Seed::Chosen(seed) => Some(seed),
        },
        keep: args.keep,
        max_faults: args.max_faults,
        threads: args.threads.map_or(cores, usize::from),
        batch: args.batch as usize,
        out: args.out.clone().unwrap_or_else(|| next_free(policy.name())),
        resume: args.resume,
        command: command(),
    })
}

/// The command line, with what it took from the environment in front.
fn command() -> Vec<String> {
    let mut set: Vec<String> =
        std::env::vars().filter(|(name, _)| name.starts_with("NINES_")).map(|(name, value)| format!("{name}={value}")).collect();
    set.sort();
    set.into_iter().chain(std::env::args()).collect()
}

/// `campaigns/<policy>-<nnn>` with the next free number.
fn next_free(policy: &str) -> PathBuf {
    let named = |number: u32| Path::new("campaigns").join(format!("{policy}-{number:03}"));
    (1..u32::MAX).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(u32::MAX))
}

/// Where the scenarios come from.
fn origin(request: &Request, chosen: &[Chosen]) -> String {
    if !request.odds.is_empty() {
        return request.odds.iter().map(|odd| odd.profile.name.as_str()).collect::<Vec<_>>().join(", ");
    }
    let known = |s: &Scenario| is_of_catalogue(&s.name, &s.fingerprint) == Some(true);
    match chosen {
        _ if request.scenarios.iter().all(|(scenario, _)| known(scenario)) => "catalogue".into(),
        [one] => one.file.clone(),
        _ => "own scenarios".into(),
    }
}

fn heading(request: &Request, seed_from: SeedFrom, seed: u64, origin: &str) -> String {
    let scenarios = request.scenarios.len();
    let each = request.scenarios.first().map_or(0, |(_, rollouts)| *rollouts);
    let hazards = request.method.name() == "stratified" && request.scenarios.iter().any(|(s, _)| s.has_hazard());
    let half = if hazards { ", half of them hazards" } else { "" };
    let plural = if scenarios == 1 { "scenario" } else { "scenarios" };
    let seed = if seed_from == SeedFrom::Auto { format!("auto ({seed})") } else { seed.to_string() };
    format!("{} on {origin}: {scenarios} {plural}, {} rollouts each{half}, seed {seed}", request.policy.name(), count(each))
}

fn print(args: &RunArgs, request: &Request, finished: &Finished, output: &Output) -> Result<(), Failure> {
    let summary = &finished.summary;
    match args.format {
        Format::Human => {
            output.result(&terminal::results(summary, output.style()));
            if output.verbose > 0 {
                let per_s = (finished.driven.1 > 0.0).then(|| finished.driven.0 as f64 / finished.driven.1);
                for scenario in &summary.scenarios {
                    output.result(&format!("\n{}", terminal::scenario_march(scenario, per_s, output.style())));
                }
            }
        }
        Format::Json => output.result(&pretty(summary)),
        Format::Github => {
            output.result(&github::of_run(summary));
            github::append_summary(&request.out, summary)?;
        }
    }
    notes(request, finished, output);
    Ok(())
}

fn notes(request: &Request, finished: &Finished, output: &Output) {
    let (summary, out) = (&finished.summary, request.out.display());
    for warning in &summary.warnings {
        output.warning(warning);
    }
    if let Some(cause) = summary.scenarios.iter().flat_map(|s| &s.causes).find(|c| c.criterion == "policy_fault") {
        output.note(&format!("  see   nines replay {out} {}", cause.first));
    }
    let totals = &summary.totals;
    let faults = match totals.policy_faults {
        0 => "no policy faults".to_owned(),
        some => format!("{} policy faults", count(some)),
    };
    let rollouts = count(totals.rollouts);
    output.note(&match finished.already {
        true => format!("\n{out} is finished with these settings: {rollouts} rollouts, {faults}; nothing to do"),
        false => format!("\n{rollouts} rollouts in {}, {faults}. Wrote {out}", seconds(finished.driven.1)),
    });
    match summary.status {
        Status::Interrupted => output.note(&format!("  interrupted; go on with\n        {}", resume(request))),
        Status::Stopped => output.note(&output.paint(31, "  stopped: as many policy faults as --max-faults allows")),
        _ => next(summary, &request.out, output),
    }
    if totals.rollouts > 0 && totals.policy_faults == totals.rollouts {
        output.note(&output.paint(31, "every rollout ended in a fault of the policy"));
    }
}

fn next(summary: &Summary, out: &Path, output: &Output) {
    let out = out.display();
    output.note(&format!("  next  nines gate {out} --nines {}", next_nine(summary)));
    // Of an ODD in part no gate can say more than undecided.
    let whole = summary.odds.iter().filter(|odd| odd.alone().is_none());
    let worst = whole.filter_map(|odd| odd.nines).map(|n| n.demonstrated).reduce(f64::min);
    if let Some(nines) = worst {
        output.note(&format!("        nines gate {out} --nines {} --scope odd", nines.clamp(0.0, 14.0) as u32 + 1));
    }
    if let Some(scenario) = summary.scenarios.iter().max_by_key(|s| s.hazard.failures).filter(|s| s.failures > 0) {
        let open = if cfg!(feature = "rrd") { " --open" } else { "" };
        output.note(&format!("        nines replay {out} {}/worst{open}", scenario.name));
    }
}

/// The first nine that not every scenario has.
fn next_nine(summary: &Summary) -> u32 {
    let least = summary.scenarios.iter().map(|s| s.nines.demonstrated).fold(f64::INFINITY, f64::min);
    least.clamp(0.0, 14.0) as u32 + 1
}

/// The command that goes on with an interrupted run.
fn resume(request: &Request) -> String {
    let mut words: Vec<String> = request.command.iter().map(|word| quoted(word)).collect();
    if !request.resume {
        if !request.command.iter().any(|word| word == "--out" || word.starts_with("--out=") || word.starts_with("NINES_OUT=")) {
            words.extend(["--out".into(), quoted(&request.out.to_string_lossy())]);
        }
        words.push("--resume".into());
    }
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
