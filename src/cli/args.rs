//! Commands and options: help, completions and errors all follow from these.

mod march;
mod run;
mod scenario;

pub use march::*;
pub use run::*;
pub use scenario::*;

use super::output::ColorChoice;
use super::value;
use clap::{Args, Parser, Subcommand, ValueEnum};
use nines_metrics::Margin;
use std::path::PathBuf;

/// What `nines` alone prints.
pub const OVERVIEW: &str = "\
nines: which nine a driving policy has reached, how sure that is, and what stands in the way

  nines run --policy common-sense --rollouts 100k         measure
  nines gate campaigns/common-sense-001 --nines 4         let CI decide
  nines replay campaigns/common-sense-001 child-at-curb/worst --open

measure   run  gate  compare  march  bank
look      replay  report
author    scenario new|check|show|sample|preview|list
          odd list|show|coverage
keep      verify  merge
more      policy  schema  explain  completions            nines help COMMAND
";

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "nines",
    version,
    about = "Which nine a driving policy has reached, how sure that is, and what stands in the way"
)]
#[command(
    max_term_width = 100,
    subcommand_required = false,
    arg_required_else_help = false,
    before_help = "\
Examples:
  nines run --policy common-sense --rollouts 100k
  nines gate campaigns/common-sense-001 --nines 4
  nines replay campaigns/common-sense-001 child-at-curb/worst --open"
)]
pub struct Cli {
    /// Command.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Colour of words
    #[arg(long, value_enum, default_value = "auto", global = true, value_name = "WHEN")]
    pub color: ColorChoice,
    /// Leaves results and errors; twice only the exit code
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub quiet: u8,
    /// Says more; twice every chunk
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Drive, estimate, write a campaign folder
    Run(RunArgs),
    /// Is the demanded nine demonstrated?
    Gate(GateArgs),
    /// Is B worse than A on the same points, and where?
    Compare(CompareArgs),
    /// The versions of a policy: nines over effort, and what a nine has cost
    #[command(
        subcommand,
        before_help = "Examples:\n  nines march add campaigns/common-sense-001 --effort 310h\n  nines march show"
    )]
    March(MarchCommand),
    /// Failures kept as regressions: does one come back?
    #[command(
        subcommand,
        before_help = "Examples:\n  nines bank add campaigns/common-sense-001 --modes\n  nines bank run --policy common-sense"
    )]
    Bank(BankCommand),
    /// Natural priors of hazards, from crash statistics and a human reference driver
    Calibrate(CalibrateArgs),
    /// Rebuild report.html, junit.xml and summary.md from the stored results
    #[command(
        before_help = "Examples:\n  nines report campaigns/common-sense-002\n  nines report campaigns/common-sense-002 --against campaigns/common-sense-001"
    )]
    Report {
        /// Campaign folder
        dir: PathBuf,
        /// An earlier campaign on the same points: what has become better and worse since, as `nines compare` tells it
        #[arg(long, value_name = "DIR")]
        against: Option<PathBuf>,
    },
    /// Run one stored rollout again, to the bit, and record it
    Replay(ReplayArgs),
    /// Checksums, recomputed summary, a sample run again
    #[command(before_help = "Examples:\n  nines verify campaigns/common-sense-001")]
    Verify {
        /// Campaign folder
        dir: PathBuf,
    },
    /// Join the shards of a campaign
    Merge(MergeArgs),
    /// Scenarios of the catalogue and of files
    #[command(
        subcommand,
        before_help = "Examples:\n  nines scenario list\n  nines scenario new my-curb\n  nines scenario check my-curb.yaml"
    )]
    Scenario(ScenarioCommand),
    /// The same as `scenario list`
    #[command(hide = true, before_help = "Examples:\n  nines scenarios\n  nines scenarios --format json")]
    Scenarios(ListArgs),
    /// Operational design domains: their scenarios, human rates and coverage
    #[command(
        subcommand,
        before_help = "Examples:\n  nines odd list\n  nines odd show limited-urban\n  nines odd coverage whole-city"
    )]
    Odd(OddCommand),
    /// The same as `odd list`
    #[command(hide = true, before_help = "Examples:\n  nines odds\n  nines odds --format json")]
    Odds(ListArgs),
    /// Policies
    #[command(
        subcommand,
        before_help = "Examples:\n  nines policy list\n  nines policy list -v\n  nines policy check model.onnx"
    )]
    Policy(PolicyCommand),
    /// The same as `policy list`
    #[command(hide = true, before_help = "Examples:\n  nines policies\n  nines policies -v")]
    Policies(ListArgs),
    /// The JSON schema or the columns of a file
    #[command(before_help = "Examples:\n  nines schema summary")]
    Schema {
        /// Which
        name: SchemaName,
    },
    /// What a diagnostic of a scenario file means
    #[command(before_help = "Examples:\n  nines explain unknown-distribution")]
    Explain {
        /// Code of the diagnostic; none lists all
        code: Option<String>,
    },
    /// Completions for a shell
    #[command(before_help = "Examples:\n  nines completions bash > /etc/bash_completion.d/nines")]
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// One document, as in the campaign folder
    Json,
    /// Annotations of a workflow, and a table in its summary
    Github,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// A bar where stderr is a terminal, else lines
    Auto,
    /// A bar
    Bar,
    /// A line at the start, at each quarter and at the end
    Lines,
    /// Nothing
    None,
}

/// Options of `merge`.
#[derive(Debug, Args)]
#[command(
    before_help = "Examples:\n  nines merge campaigns/common-sense-001 shards/*\n  nines merge campaigns/common-sense-001 shards/1 shards/2 --format json"
)]
pub struct MergeArgs {
    /// Campaign folder to be made; it must not be there
    pub out: PathBuf,
    /// Shards, in any order: each that `run --shard K/N` wrote, once
    #[arg(value_name = "DIR", required = true)]
    pub shards: Vec<PathBuf>,
    /// How results are printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: Format,
}

/// What may show a nine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvidenceChoice {
    /// Random sampling alone
    Demonstrated,
    /// Also a search for rare failures
    Estimated,
}

/// Options of `gate`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  nines gate campaigns/common-sense-001 --nines 3
  nines gate campaigns/common-sense-001 --nines 4 --per encounter --junit gate.xml
  nines gate campaigns/common-sense-001 --nines 5 --scope odd --per km")]
pub struct GateArgs {
    /// Campaign folder
    pub dir: PathBuf,
    /// Nines demanded [default: those of `run --nines`]
    #[arg(long, value_name = "N", value_parser = nines, allow_negative_numbers = true)]
    pub nines: Option<u32>,
    /// Of every scenario, or of the mix of each --odd of the run
    #[arg(long, default_value = "scenario", value_enum)]
    pub scope: ScopeChoice,
    /// Of a scenario per hazard or encounter; of an ODD per encounter, or within a distance or time [default: hazard; of an ODD: encounter]
    #[arg(long, value_enum)]
    pub per: Option<PerChoice>,
    /// Confidence of each limit [default: the campaign's]
    #[arg(long, value_name = "C", value_parser = confidence, allow_negative_numbers = true)]
    pub confidence: Option<f64>,
    /// What may show it: random sampling alone, or also a search that passed its own checks, by its upper limit with its reach
    #[arg(long, default_value = "demonstrated", value_enum)]
    pub evidence: EvidenceChoice,
    /// Refuse seeds that were chosen by hand
    #[arg(long)]
    pub fresh: bool,
    /// Folder of the march, which says how many versions were tried before [default: march, if it is there]
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Write the answer as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: Format,
}

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  nines compare campaigns/common-sense-001 campaigns/common-sense-002
  nines compare campaigns/common-sense-001 campaigns/common-sense-002 --margin 1.1
  nines compare main branch --format github")]
pub struct CompareArgs {
    /// Campaign of the policy to compare with
    pub a: PathBuf,
    /// Campaign of the new policy, run with the seed, scenarios, method and budget of A
    pub b: PathBuf,
    /// Ask whether B fails at most R times as often as A given the hazard, in every scenario
    #[arg(long, value_name = "R", value_parser = margin, allow_negative_numbers = true)]
    pub margin: Option<Margin>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: Format,
}

fn margin(text: &str) -> Result<Margin, String> {
    let margin = text.parse().ok().and_then(|ratio| Margin::new(ratio).ok());
    margin.ok_or_else(|| "expected a ratio of at least 1, such as 1.1".into())
}

/// What a demand is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PerChoice {
    /// Given the hazard
    Hazard,
    /// With natural priors
    Encounter,
    /// Within a kilometre
    Km,
    /// Within a mile
    Mile,
    /// Within an hour at the ODD's mean speed
    Hour,
    /// Within a trip of the ODD's mean length
    Trip,
}

/// Whose demand it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScopeChoice {
    /// Every scenario
    Scenario,
    /// The mix of each ODD
    Odd,
}

/// Options of `replay`.
#[derive(Debug, Args)]
#[command(
    group = clap::ArgGroup::new("recording").args(["rrd", "open", "web"]),
    before_help = "\
Examples:
  nines replay campaigns/common-sense-001 child-at-curb/worst --open
  nines replay campaigns/common-sense-001 child-at-curb/first --why
  nines replay campaigns/common-sense-001 child-at-curb/first --why --format json
  nines replay campaigns/common-sense-001 child-at-curb/mode-1 --overlay --web
  nines replay campaigns/common-sense-001 child-at-curb/first --beside idm-aeb --rrd two.rrd
  nines replay campaigns/common-sense-001 child-at-curb/1834 --trace rollout.parquet
  nines replay campaigns/common-sense-001 child-at-curb/first --policy idm-aeb"
)]
pub struct ReplayArgs {
    /// Campaign folder
    pub dir: PathBuf,
    /// NAME/INDEX, NAME/first (the first failure), NAME/worst (the smallest margin) or NAME/mode-K (the failure that stands for failure mode K; `nines report DIR` lists modes)
    pub rollout: String,
    /// Write a recording for the Rerun viewer
    #[arg(long, value_name = "FILE")]
    pub rrd: Option<PathBuf>,
    /// Record it and open the Rerun viewer
    #[arg(long)]
    pub open: bool,
    /// Record it and serve it to browsers of this machine, until Ctrl-C
    #[arg(long)]
    pub web: bool,
    /// Draw up to N other failures of its mode (else of its scenario) over it, as thin paths; alone it means 50
    #[arg(
        long,
        value_name = "N",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "50",
        value_parser = clap::value_parser!(u16).range(1..=200),
        requires = "recording",
        conflicts_with = "policy"
    )]
    pub overlay: Option<u16>,
    /// Drive the same rollout by another policy too, and show both
    #[arg(long, value_name = "P")]
    pub beside: Option<String>,
    /// Write every step as Parquet
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Say why it failed: when the hazard was evident and perceived, until when a plan avoids it, and the smallest change of the parameters found with which it passes
    #[arg(long)]
    pub why: bool,
    /// How the result is printed
    #[arg(long, default_value = "human")]
    pub format: ListFormat,
    /// Another policy: what if?
    #[arg(long, value_name = "P")]
    pub policy: Option<String>,
}

/// Commands about policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// All built-in policies; with -v their settings
    #[command(before_help = "Examples:\n  nines policy list -v\n  nines policy list --format json")]
    List(ListArgs),
    /// Tries a policy before a campaign: does it answer, the same when asked again, does it drive, and what does it cost?
    Check(PolicyCheckArgs),
}

/// Commands about operational design domains.
#[derive(Debug, Subcommand)]
pub enum OddCommand {
    /// All built-in profiles; with -v their human rates
    #[command(before_help = "Examples:\n  nines odd list\n  nines odd list --format json")]
    List(ListArgs),
    /// A profile with every default written out, and the scenarios that it holds
    #[command(before_help = "Examples:\n  nines odd show limited-urban\n  nines odd show ./my-town.yaml")]
    Show {
        /// Name or path
        odd: String,
    },
    /// What of its contents scenarios exercise, and what none does
    #[command(
        before_help = "Examples:\n  nines odd coverage whole-city\n  nines odd coverage whole-city -v\n  nines odd coverage ./my-town.yaml --format json"
    )]
    Coverage {
        /// Name or path
        odd: String,
        /// How it is printed
        #[arg(long, value_enum, default_value = "human", value_name = "F")]
        format: ListFormat,
    },
}

/// Options of lists.
#[derive(Clone, Copy, Debug, Args)]
pub struct ListArgs {
    /// How the list is printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: ListFormat,
}

/// How lists are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    Human,
    /// One document
    Json,
}

/// Formats with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// Scenario files
    Scenario,
    /// ODD profiles
    Odd,
    /// Rules files
    Rules,
    /// `campaign.json`
    Campaign,
    /// `summary.json`
    Summary,
    /// The answer of `nines gate --format json`
    Gate,
    /// The answer of `nines compare --format json`
    Compare,
    /// What a policy is given: arrays, fields with unit, frame and range
    Observation,
    /// What a policy answers
    Action,
    /// `league.json`
    League,
    /// The answer of `nines march show --format json`
    March,
    /// The answer of `nines bank run --format json`
    Bank,
    /// The answer of `nines replay --format json`
    Replay,
    /// The list of `nines scenario list --format json`
    Scenarios,
    /// The answer of `nines scenario check --format json`
    Diagnostics,
    /// Columns of `rollouts/*/*.parquet`
    Rollouts,
    /// Columns of `ledger.parquet`
    Ledger,
    /// Columns of `searches/*.parquet`
    Searches,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Options;
    use clap::CommandFactory;

    #[test]
    fn examples_of_the_help_can_be_typed() {
        let mut root = Cli::command();
        let mut typed = 0;
        for path in [
            &["run"][..],
            &["gate"],
            &["compare"],
            &["march"],
            &["march", "add"],
            &["march", "show"],
            &["bank"],
            &["bank", "add"],
            &["bank", "list"],
            &["bank", "run"],
            &["replay"],
            &["scenario", "check"],
            &["scenario", "new"],
            &["scenario", "sample"],
            &["scenario", "preview"],
            &["odd"],
        ] {
            let command = path.iter().fold(&mut root, |at, name| at.find_subcommand_mut(name).unwrap());
            let help = command.render_long_help().to_string();
            for line in help.lines().filter_map(|line| line.strip_prefix("  nines ")) {
                let words = line.split_whitespace().map(|word| word.trim_matches('\''));
                let cli = Cli::try_parse_from(std::iter::once("nines").chain(words)).unwrap();
                if let Some(Command::Run(run)) = cli.command {
                    value::policy(&run.policy[0], None, &Options::default()).unwrap();
                }
                typed += 1;
            }
            for (at, _) in help.match_indices("idm-aeb:") {
                value::policy(help[at..].split_whitespace().next().unwrap(), None, &Options::default()).unwrap();
            }
        }
        assert!(typed > 5);
    }
}
