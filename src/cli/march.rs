//! `nines march`.

use super::args::{ListFormat, MarchAddArgs, MarchCommand, MarchShowArgs};
use super::cannot;
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::campaign::{Campaign, VERSION, open, pretty, quoted};
use crate::march::{Commit, Effort, Entry, March, MarchError, commit_here, history};
use nines_viz::numbers::{count, counted, few};
use nines_viz::{History, history_html, history_svg, terminal};
use std::fs;
use std::path::Path;

/// Keeps and shows the versions of a policy.
pub fn march(command: MarchCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        MarchCommand::Add(args) => add(&args, output),
        MarchCommand::Show(args) => show(&args, output),
    }
}

fn add(args: &MarchAddArgs, output: &Output) -> Result<Exit, Failure> {
    let campaign = open(&args.dir)?;
    campaign.check_files()?;
    let mut march = March::read(&args.store)?;
    let commit = commit_here(Path::new("."));
    let version = args.version.clone().unwrap_or_else(|| version_name(&campaign, commit.as_ref()));
    let effort = Effort {
        hours: args.effort.map(|time| time.as_secs_f64() / 3600.0),
        commit: commit.as_ref().map(|c| c.hash.clone()),
        committed_unix_s: commit.as_ref().map(|c| c.committed_unix_s),
    };
    let entry = Entry::of(&campaign, &version, effort)?;
    let rollouts = entry.rollouts();
    let path = march.add(entry)?;
    if args.effort.is_none() {
        let note = match &commit {
            Some(commit) => format!("effort: by the date of commit {}, the one checked out here", short(&commit.hash)),
            None => "no effort is known: versions are counted; --effort 310h states it".into(),
        };
        output.note(&format!("  note  {note}"));
    }
    let history = history(&march, None)?;
    notes(&history, output);
    if !history.left_out.is_empty() {
        let names: Vec<String> = history.left_out.iter().map(|s| format!("{} ({})", s.name, s.why)).collect();
        output.note(&format!(
            "  note  compared in {} of all; not in {}",
            counted(history.scenarios.len() as u64, "scenario"),
            few(&names)
        ));
    }
    output.note(&format!("  next  nines march show{}", store_option(&args.store, "march")));
    let versions = counted(history.versions.len() as u64, "version");
    output.result(&format!(
        "{version}: {} rollouts with the hazard kept in {}, the march has {versions}\n",
        count(rollouts),
        path.display()
    ));
    Ok(Exit::Ok)
}

/// The commit that is checked out; outside of a repository the policy with the beginning of its fingerprint.
fn version_name(campaign: &Campaign, commit: Option<&Commit>) -> String {
    let policy = &campaign.summary.policy;
    let hash = policy.fingerprint.trim_start_matches("sha256:");
    commit.map_or_else(|| format!("{}@{}", policy.name, short(hash)), |commit| commit.name.clone())
}

fn short(hash: &str) -> String {
    hash.chars().take(8).collect()
}

fn show(args: &MarchShowArgs, output: &Output) -> Result<Exit, Failure> {
    let march = March::read(&args.store)?;
    let history = history(&march, args.confidence)?;
    for (path, text) in [(&args.svg, history_svg as fn(&History) -> String), (&args.html, history_html)] {
        if let Some(path) = path {
            fs::write(path, text(&history)).map_err(|e| cannot("write", path, &e))?;
            output.note(&format!("wrote {}", path.display()));
        }
    }
    notes(&history, output);
    match args.format {
        ListFormat::Human => output.result(&terminal::history(&history, output.verbose > 0, output.style())),
        ListFormat::Json => output.result(&pretty(&history)),
    }
    Ok(Exit::Ok)
}

fn notes(history: &History, output: &Output) {
    for warning in &history.warnings {
        output.note(&format!("  note  {warning}"));
    }
}

/// The option that names a folder, where it is not the one that is taken anyway.
pub(super) fn store_option(store: &Path, default: &str) -> String {
    if store == Path::new(default) { String::new() } else { format!(" --store {}", quoted(&store.to_string_lossy())) }
}

impl From<MarchError> for Failure {
    fn from(error: MarchError) -> Self {
        let failure = Failure::new(Exit::Campaign, &error);
        match error {
            MarchError::Store(error) => error.into(),
            MarchError::Broken { .. } => {
                Failure { exit: Exit::Input, ..failure }.help("mend the file, or remove it and add its campaign again")
            }
            MarchError::Newer { .. } => failure.help(format!("this is nines {VERSION}; a newer one reads it")),
            MarchError::Empty { .. } => Failure { exit: Exit::Nothing, ..failure }.help("nines march add CAMPAIGN begins one"),
            MarchError::Taken { .. } => failure.help("say --version NAME"),
            MarchError::Same { version } => {
                failure.help(format!("add it as another campaign of that version: --version {}", quoted(&version)))
            }
            MarchError::Foreign { .. } => {
                failure.help("run this version on the scenarios of the march, or begin another march with --store DIR")
            }
            MarchError::Searched { .. } => failure.help("run it with --method stratified, the default"),
            MarchError::NotFinished { shard: Some(_), .. } => {
                failure.help("`nines merge OUT DIR…` joins the shards; add what comes of it")
            }
            MarchError::NotFinished { how: "stopped", .. } => {
                failure.help("too many policy faults ended it; run it without --max-faults, so that each rollout is counted")
            }
            MarchError::NotFinished { .. } => failure.help("the same `nines run` with --resume finishes it"),
            MarchError::Twice { .. } => failure,
        }
    }
}
