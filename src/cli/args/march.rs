//! Options of `march` and `bank`.

use super::{Format, ListFormat};
use crate::cli::value;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Commands about the march of a policy's versions.
#[derive(Debug, Subcommand)]
pub enum MarchCommand {
    /// Keep the figures of a campaign as those of a version
    #[command(before_help = "\
Examples:
  nines march add campaigns/common-sense-001
  nines march add campaigns/common-sense-001 --version v21 --effort 705h")]
    Add(MarchAddArgs),
    /// Nines over effort, what one has cost, and when the next one is due
    #[command(before_help = "\
Examples:
  nines march show
  nines march show --html march.html
  nines march show --format json")]
    Show(MarchShowArgs),
}

/// Options of `march add`.
#[derive(Debug, Args)]
pub struct MarchAddArgs {
    /// Campaign folder
    pub dir: PathBuf,
    /// Name of the version [default: of the commit that is checked out here, else of the policy]
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub version: Option<String>,
    /// Effort spent on this version and all before it, such as 310h [default: the date of the commit that is checked out here]
    #[arg(long, value_name = "T", value_parser = effort)]
    pub effort: Option<std::time::Duration>,
    /// Folder of the march
    #[arg(long, value_name = "DIR", default_value = "march")]
    pub store: PathBuf,
}

/// Options of `march show`.
#[derive(Debug, Args)]
pub struct MarchShowArgs {
    /// Folder of the march
    #[arg(long, value_name = "DIR", default_value = "march")]
    pub store: PathBuf,
    /// Confidence of each limit [default: that of the last campaign]
    #[arg(long, value_name = "C", value_parser = super::confidence, allow_negative_numbers = true)]
    pub confidence: Option<f64>,
    /// Write a picture
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Write a page with picture and table
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// How it is printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: ListFormat,
}

/// Commands about the bank of failures.
#[derive(Debug, Subcommand)]
pub enum BankCommand {
    /// Keep failures of a campaign as cases
    #[command(before_help = "\
Examples:
  nines bank add campaigns/common-sense-001 child-at-curb/worst
  nines bank add campaigns/common-sense-001 --modes")]
    Add(BankAddArgs),
    /// What it holds
    #[command(before_help = "Examples:\n  nines bank list\n  nines bank list --format json")]
    List(BankListArgs),
    /// Drive every case again: does a failure come back?
    #[command(before_help = "\
Examples:
  nines bank run --policy common-sense
  nines bank run --policy stack.py:drive --junit bank.xml")]
    Run(BankRunArgs),
}

/// Options of `bank add`.
#[derive(Debug, Args)]
pub struct BankAddArgs {
    /// Campaign folder
    pub dir: PathBuf,
    /// NAME/INDEX, NAME/first, NAME/worst or NAME/mode-1
    #[arg(required_unless_present = "modes")]
    pub rollouts: Vec<String>,
    /// One failure of each failure mode of every scenario
    #[arg(long, conflicts_with = "rollouts")]
    pub modes: bool,
    /// Folder of the bank
    #[arg(long, value_name = "DIR", default_value = "bank")]
    pub store: PathBuf,
}

/// Options of `bank list`.
#[derive(Debug, Args)]
pub struct BankListArgs {
    /// Folder of the bank
    #[arg(long, value_name = "DIR", default_value = "bank")]
    pub store: PathBuf,
    /// How it is printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: ListFormat,
}

/// Options of `bank run`.
#[derive(Debug, Args)]
pub struct BankRunArgs {
    /// Policy, as `nines run` takes it
    #[arg(long, value_name = "P")]
    pub policy: String,
    /// Settings of the policy, a YAML or JSON mapping
    #[arg(long, value_name = "FILE")]
    pub policy_config: Option<PathBuf>,
    /// Longest time that one call of the policy may take
    #[arg(long, value_name = "T", value_parser = value::duration, default_value = "30s")]
    pub deadline: std::time::Duration,
    /// Folder of the bank
    #[arg(long, value_name = "DIR", default_value = "bank")]
    pub store: PathBuf,
    /// Write the answer as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: Format,
}

/// A march holds efforts below a million years of work.
fn effort(text: &str) -> Result<std::time::Duration, String> {
    let time = value::duration(text)?;
    if time.as_secs_f64() < 3.6e13 { Ok(time) } else { Err("expected less than 10,000,000,000 hours".into()) }
}

/// A name of a version: one line, not empty.
fn name(text: &str) -> Result<String, String> {
    let fits = !text.trim().is_empty() && text.len() <= 200 && !text.chars().any(char::is_control);
    if fits { Ok(text.trim().to_owned()) } else { Err("a name is one line of 1 to 200 characters".into()) }
}
