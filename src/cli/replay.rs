//! `nines replay`.

use super::args::{ListFormat, ReplayArgs};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::value;
#[cfg(feature = "rrd")]
use super::why::marks;
use super::why::{Why, lines};
use super::written::{Kind, may_write};
use crate::campaign::{
    Address, Campaign, Difference, Overlaid, Replayed, hindsight_differences, open, overlay, pretty, replay as replay_campaign,
};
use crate::policy::{Options, Policy};
use crate::store;
use nines_sim::{Outcome, Template, Trace};
use nines_viz::{REPLAY_SCHEMA, ReplayDifference, ReplayOutcome, ReplaySummary};
use std::path::Path;

/// Runs a rollout again, compares it, and records it.
pub fn replay(args: &ReplayArgs, output: &Output) -> Result<Exit, Failure> {
    if !cfg!(feature = "rrd") && (args.rrd.is_some() || args.open || args.web) {
        let failure = Failure::new(Exit::Usage, "this program is built without recordings for the Rerun viewer");
        return Err(failure.help("build it with the feature `rrd`, which is on by default, or use --trace"));
    }
    let address: Address = args.rollout.parse().map_err(|message: String| Failure::new(Exit::Usage, message))?;
    let policy = named_policy(args.policy.as_deref())?;
    let other = named_policy(args.beside.as_deref())?;
    for (path, kind) in [(&args.rrd, Kind::Recording), (&args.trace, Kind::Trace)] {
        path.as_ref().map_or(Ok(()), |path| may_write(path, kind))?;
    }
    #[cfg(feature = "rrd")]
    let viewer = if args.open || args.web { Some(super::viewer::Viewer::find(args.web, output)?) } else { None };
    let campaign = open(&args.dir)?;
    match campaign.changed_files() {
        Ok(changed) if changed.is_empty() => {}
        Ok(changed) => {
            output.warning(&format!("{} is damaged: {} differ from manifest.json", args.dir.display(), changed.join(", ")))
        }
        Err(error) => output.warning(&error.to_string()),
    }
    let mut replayed = replay_campaign(&campaign, &address, policy.as_ref())?;
    let why = if args.why { Why::of(&campaign, &replayed) } else { None };
    if args.why {
        let found = why.as_ref().and_then(|why| why.hindsight.as_ref());
        replayed.differences.extend(hindsight_differences(&campaign, &replayed, found)?);
    }
    let replayed = replayed;
    let beside = match &other {
        Some(other) => Some(replay_campaign(&campaign, &address, Some(other))?),
        None => None,
    };
    if let Some(path) = &args.trace {
        store::write_trace(path, &replayed.scenario.template, &replayed.trace)?;
        output.note(&format!("wrote {}", path.display()));
    }
    let shown = Shown {
        driver: policy.as_ref().map_or(campaign.record.policy.name.clone(), |policy| policy.name().to_owned()),
        // As it was typed: two that differ in a setting alone have one name.
        beside: args.beside.as_deref().zip(beside.as_ref()),
        overlaid: overlaid(args, &campaign, &address, replayed.rollout)?,
        replayed: &replayed,
        #[cfg(feature = "rrd")]
        marks: if args.rrd.is_some() || viewer.is_some() { marks(&campaign, &replayed) } else { None },
    };
    if let Some(why) = &replayed.recorded {
        output.note(&format!("{}: {why}; played from what it answered then", shown.driver));
    }
    if let Some(overlaid) = &shown.overlaid {
        output.note(&format!("{} others over it, {} left out", overlaid.rollouts.len(), overlaid.left_out));
    }
    if let Some(path) = &args.rrd {
        shown.record(path)?;
        output.note(&format!("wrote {}", path.display()));
    }
    match args.format {
        ListFormat::Human => {
            output.result(&format!("{}\n", outcome_line(&shown.driver, &replayed)));
            if let Some((driver, beside)) = shown.beside {
                output.result(&format!("{}\n", outcome_line(driver, beside)));
            }
            if args.why {
                output.result(&lines(why.as_ref(), &replayed));
            }
            output.result(&answer(args, &replayed));
        }
        ListFormat::Json => output.result(&pretty(&summary(&shown, why.as_ref()))),
    }
    let answer = if replayed.differences.is_empty() { Exit::Ok } else { Exit::No };
    #[cfg(feature = "rrd")]
    if let Some(viewer) = viewer {
        let name = format!("{}-{}", replayed.scenario.name, replayed.rollout);
        return Ok(viewer.show(&name, |path| shown.record(path), output)?.unwrap_or(answer));
    }
    Ok(answer)
}

fn named_policy(text: Option<&str>) -> Result<Option<Policy>, Failure> {
    text.map(|text| value::policy(text, None, &Options::default())).transpose()
}

fn overlaid(args: &ReplayArgs, campaign: &Campaign, address: &Address, but: u64) -> Result<Option<Overlaid>, Failure> {
    match args.overlay {
        Some(most) => Ok(Some(overlay(campaign, address, but, usize::from(most))?)),
        None => Ok(None),
    }
}

/// What a recording shows; without the feature it is only talked about.
#[cfg_attr(not(feature = "rrd"), allow(dead_code))]
struct Shown<'a> {
    driver: String,
    replayed: &'a Replayed,
    beside: Option<(&'a str, &'a Replayed)>,
    overlaid: Option<Overlaid>,
    #[cfg(feature = "rrd")]
    marks: Option<nines_viz::Marks>,
}

impl Shown<'_> {
    #[cfg(feature = "rrd")]
    fn record(&self, path: &Path) -> Result<(), Failure> {
        use nines_viz::{Drive, Recording};
        fn of<'a>(driver: &'a str, replayed: &'a Replayed) -> Drive<'a> {
            Drive { driver, trace: &replayed.trace, outcome: &replayed.outcome }
        }
        let name = format!("{}/{}", self.replayed.scenario.name, self.replayed.rollout);
        let title = match self.beside {
            Some((beside, _)) => format!("{} and {beside} in {name}", self.driver),
            None => format!("{} in {name}", self.driver),
        };
        let overlaid = self.overlaid.as_ref();
        let others: Vec<Drive> = overlaid
            .iter()
            .flat_map(|overlaid| &overlaid.rollouts)
            .map(|(outcome, trace)| Drive { driver: &self.driver, trace, outcome })
            .collect();
        let mut recording = Recording::of(&title, &self.replayed.scenario.template, of(&self.driver, self.replayed));
        if let Some(marks) = &self.marks {
            recording = recording.marked(marks);
        }
        if let Some((driver, replayed)) = self.beside {
            recording = recording.beside(of(driver, replayed));
        }
        recording.over(&others, overlaid.map_or(0, |overlaid| overlaid.left_out)).write(path).map_err(|e| cannot_record(&e))
    }

    /// Refused before anything is run.
    #[cfg(not(feature = "rrd"))]
    fn record(&self, _: &Path) -> Result<(), Failure> {
        Ok(())
    }
}

fn outcome_line(driver: &str, replayed: &Replayed) -> String {
    let outcome = &replayed.outcome;
    let cause = outcome.cause.map_or(String::new(), |cause| format!(" ({})", cause.name().replace('_', " ")));
    let impact = outcome.impact_speed_mps.map_or(String::new(), |speed| format!(", impact at {speed:.1} m/s"));
    // Most failures end the encounter; one that does not is dated by itself.
    let end_s = outcome.end_s;
    let time = match outcome.failed_s.filter(|failed_s| end_s - failed_s > 0.15) {
        Some(failed_s) => format!("after {failed_s:.1} s of {end_s:.1} s"),
        None => format!("after {end_s:.1} s"),
    };
    let name = format!("{}/{}", replayed.scenario.name, replayed.rollout);
    format!("{name}  {driver}: {}{cause} {time}, margin {:.3}{impact}", outcome.verdict.name(), outcome.margin)
}

/// What differs, and the answer.
fn answer(args: &ReplayArgs, replayed: &Replayed) -> String {
    let differ = replayed.differences.iter().map(|d| format!("{}: stored {}, now {}\n", d.what, d.stored, d.now));
    let stored = replayed.stored.is_some();
    let line = match replayed.differences.len() {
        0 if stored => "verdict, margins and digest are those stored, to the bit".to_owned(),
        0 if args.policy.is_some() => "another policy: nothing is compared".to_owned(),
        0 => "not among the stored rows: nothing to compare with".to_owned(),
        1 => "not what is stored: 1 figure differs".to_owned(),
        some => format!("not what is stored: {some} figures differ"),
    };
    differ.collect::<String>() + &line + "\n"
}

/// The result as JSON has it.
fn summary(shown: &Shown, why: Option<&Why>) -> ReplaySummary {
    let outcome = |policy: &str, replayed: &Replayed| ReplayOutcome {
        policy: policy.into(),
        verdict: replayed.outcome.verdict.name().into(),
        cause: replayed.outcome.cause.map(|cause| cause.name().into()),
        margin: replayed.outcome.margin,
        failed_s: replayed.outcome.failed_s,
        end_s: replayed.outcome.end_s,
        impact_speed_mps: replayed.outcome.impact_speed_mps,
        digest: format!("{:016x}", replayed.outcome.digest),
    };
    let replayed = shown.replayed;
    let difference = |d: &Difference| ReplayDifference { what: d.what.clone(), stored: d.stored.clone(), now: d.now.clone() };
    ReplaySummary {
        schema: REPLAY_SCHEMA.into(),
        scenario: replayed.scenario.name.clone(),
        rollout: replayed.rollout,
        stratum: store::stratum_name(&replayed.scenario.template, replayed.outcome.stratum.into()),
        outcome: outcome(&shown.driver, replayed),
        beside: shown.beside.map(|(policy, beside)| outcome(policy, beside)),
        reproduced: replayed.stored.as_ref().map(|_| replayed.differences.is_empty()),
        differences: replayed.differences.iter().map(difference).collect(),
        played_because: replayed.recorded.clone(),
        why: why.map(|why| why.summary(replayed)),
    }
}

/// Writes a recording of one rollout for the Rerun viewer.
#[cfg(feature = "rrd")]
pub fn write_recording(
    path: &Path,
    title: &str,
    driver: &str,
    template: &Template,
    (trace, outcome): (&Trace, &Outcome),
) -> Result<(), Failure> {
    let drive = nines_viz::Drive { driver, trace, outcome };
    nines_viz::Recording::of(title, template, drive).write(path).map_err(|e| cannot_record(&e))
}

#[cfg(feature = "rrd")]
fn cannot_record(error: &nines_viz::RecordingError) -> Failure {
    Failure::new(Exit::Io, with_causes(error))
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
pub fn write_recording(_: &Path, _: &str, _: &str, _: &Template, _: (&Trace, &Outcome)) -> Result<(), Failure> {
    Ok(())
}
