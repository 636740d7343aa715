//! `nines merge`.

use super::args::{Format, MergeArgs};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::{github, run};
use crate::campaign::{CampaignError, merge as merge_shards, pretty};
use nines_viz::numbers::{count, counted, seconds};
use nines_viz::terminal;
use std::time::Instant;

/// Joins shards, and prints what came of it as `run` does.
pub fn merge(args: &MergeArgs, output: &Output) -> Result<Exit, Failure> {
    let begin = Instant::now();
    let merged = merge_shards(&args.out, &args.shards, &run::command()).map_err(|error| match error {
        CampaignError::Exists { .. } => Failure::new(Exit::Campaign, error).help("name a folder that is not there yet"),
        other => other.into(),
    })?;
    let summary = &merged.summary;
    match args.format {
        Format::Human => output.result(&terminal::results(summary, output.style())),
        Format::Json => output.result(&pretty(summary)),
        Format::Github => {
            output.result(&github::of_run(summary));
            github::append_summary(&args.out, summary)?;
        }
    }
    for warning in &summary.warnings {
        output.warning(warning);
    }
    let (rollouts, took) = (count(summary.totals.rollouts), seconds(begin.elapsed().as_secs_f64()));
    let shards = counted(merged.shards as u64, "shard");
    output.note(&format!("\n{rollouts} rollouts of {shards} joined in {took}. Wrote {}", args.out.display()));
    run::next(summary, &args.out, output);
    Ok(Exit::Ok)
}
