//! `nines replay`.

use super::args::ReplayArgs;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::value;
use super::why::why;
use crate::campaign::{Address, Replayed, open, replay as replay_campaign};
use crate::policy::Options;
use crate::store;
use nines_sim::{Outcome, Template, Trace};
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a rollout again, compares it, and records it.
pub fn replay(args: &ReplayArgs, output: &Output) -> Result<Exit, Failure> {
    if !cfg!(feature = "rrd") && (args.rrd.is_some() || args.open) {
        let failure = Failure::new(Exit::Usage, "this program is built without recordings for the Rerun viewer");
        return Err(failure.help("build it with the feature `rrd`, which is on by default, or use --trace"));
    }
    let address: Address = args.rollout.parse().map_err(|message: String| Failure::new(Exit::Usage, message))?;
    let policy = args.policy.as_deref().map(|text| value::policy(text, None, &Options::default())).transpose()?;
    let campaign = open(&args.dir)?;
    match campaign.changed_files() {
        Ok(changed) if changed.is_empty() => {}
        Ok(changed) => {
            output.warning(&format!("{} is damaged: {} differ from manifest.json", args.dir.display(), changed.join(", ")))
        }
        Err(error) => output.warning(&error.to_string()),
    }
    let replayed = replay_campaign(&campaign, &address, policy.as_ref())?;
    if let Some(path) = &args.trace {
        store::write_trace(path, &replayed.scenario.template, &replayed.trace)?;
        output.note(&format!("wrote {}", path.display()));
    }
    let name = format!("{}/{}", replayed.scenario.name, replayed.rollout);
    let driver = policy.map_or(campaign.record.policy.name.clone(), |policy| policy.name().to_owned());
    if let Some(why) = &replayed.recorded {
        output.note(&format!("{driver}: {why}; played from what it answered then"));
    }
    if let Some(path) = &args.rrd {
        record(path, &format!("{driver} in {name}"), &replayed)?;
        output.note(&format!("wrote {}", path.display()));
    }
    if args.open {
        let path = std::env::temp_dir().join(format!("nines-{}-{}.rrd", replayed.scenario.name, replayed.rollout));
        record(&path, &format!("{driver} in {name}"), &replayed)?;
        show(&path, output);
    }
    output.result(&format!("{}\n", outcome_line(&name, &driver, &replayed)));
    if args.why {
        output.result(&why(&campaign, &replayed));
    }
    Ok(answer(args, &replayed, output))
}

fn outcome_line(name: &str, driver: &str, replayed: &Replayed) -> String {
    let outcome = &replayed.outcome;
    let cause = outcome.cause.map_or(String::new(), |cause| format!(" ({})", cause.name().replace('_', " ")));
    let impact = outcome.impact_speed_mps.map_or(String::new(), |speed| format!(", impact at {speed:.1} m/s"));
    // Most failures end the encounter; one that does not is dated by itself.
    let end_s = outcome.end_s;
    let time = match outcome.failed_s.filter(|failed_s| end_s - failed_s > 0.15) {
        Some(failed_s) => format!("after {failed_s:.1} s of {end_s:.1} s"),
        None => format!("after {end_s:.1} s"),
    };
    format!("{name}  {driver}: {}{cause} {time}, margin {:.3}{impact}", outcome.verdict.name(), outcome.margin)
}

fn answer(args: &ReplayArgs, replayed: &Replayed, output: &Output) -> Exit {
    for difference in &replayed.differences {
        output.result(&format!("{}: stored {}, now {}\n", difference.what, difference.stored, difference.now));
    }
    let stored = replayed.stored.is_some();
    let (exit, line) = match replayed.differences.len() {
        0 if stored => (Exit::Ok, "verdict, margins and digest are those stored, to the bit".to_owned()),
        0 if args.policy.is_some() => (Exit::Ok, "another policy: nothing is compared".to_owned()),
        0 => (Exit::Ok, "not among the stored rows: nothing to compare with".to_owned()),
        some => (Exit::No, format!("not what is stored: {some} figures differ")),
    };
    output.result(&format!("{line}\n"));
    exit
}

fn record(path: &Path, title: &str, replayed: &Replayed) -> Result<(), Failure> {
    write_recording(path, title, &replayed.scenario.template, &replayed.trace, &replayed.outcome)
}

/// Writes a recording for the Rerun viewer.
#[cfg(feature = "rrd")]
pub fn write_recording(path: &Path, title: &str, template: &Template, trace: &Trace, outcome: &Outcome) -> Result<(), Failure> {
    nines_viz::record(path, template, trace, outcome, title).map_err(|e| Failure::new(Exit::Io, with_causes(&e)))
}

/// An error with what it comes from, down to the reason of the operating system.
#[cfg(feature = "rrd")]
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let why = cause.to_string();
        if !text.ends_with(&why) {
            text = format!("{text}: {why}");
        }
        next = cause.source();
    }
    text
}

/// Refused before anything is run.
#[cfg(not(feature = "rrd"))]
pub fn write_recording(_: &Path, _: &str, _: &Template, _: &Trace, _: &Outcome) -> Result<(), Failure> {
    Ok(())
}

/// Opens the viewer, or says how where it is not installed.
fn show(path: &Path, output: &Output) {
    let started = Command::new("rerun").arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    output.note(&match started {
        Ok(_) => format!("opened {}", path.display()),
        Err(_) => {
            format!("wrote {}; the Rerun viewer is not installed: open it there, or at https://rerun.io/viewer", path.display())
        }
    });
}
