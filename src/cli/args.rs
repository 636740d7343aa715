//! Commands and options: help, completions and errors all follow from these.

mod scenario;

pub use scenario::*;

use super::output::ColorChoice;
use super::value;
use crate::campaign::{LimitState, Method, Plan, nearest};
use clap::{Args, Parser, Subcommand, ValueEnum};
use nines_metrics::Margin;
use nines_sim::Criterion;
use std::path::PathBuf;
use std::time::Duration;

/// What `nines` alone prints.
pub const OVERVIEW: &str = "\
nines: which nine a driving policy has reached, how sure that is, and what stands in the way

  nines run --policy common-sense --rollouts 100k         measure
  nines gate campaigns/common-sense-001 --nines 4         let CI decide
  nines replay campaigns/common-sense-001 child-at-curb/worst --open

measure   run  gate  compare
look      replay  report
author    scenario new|check|show|sample|preview|list
          odd list|show|coverage
keep      verify
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
    /// Natural priors of hazards, from crash statistics and a human reference driver
    Calibrate(CalibrateArgs),
    /// Rebuild report.html, junit.xml and summary.md from the stored results
    #[command(before_help = "Examples:\n  nines report campaigns/common-sense-001")]
    Report {
        /// Campaign folder
        dir: PathBuf,
    },
    /// Run one stored rollout again, to the bit, and record it
    Replay(ReplayArgs),
    /// Checksums, recomputed summary, a sample run again
    #[command(before_help = "Examples:\n  nines verify campaigns/common-sense-001")]
    Verify {
        /// Campaign folder
        dir: PathBuf,
    },
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
    #[command(subcommand, before_help = "Examples:\n  nines policy list\n  nines policy list -v")]
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

/// Options of `calibrate`.
#[derive(Debug, Args)]
#[command(
    before_help = "Examples:\n  nines calibrate --out priors.yaml\n  nines calibrate child-at-curb --policy r157-cc --rollouts 100k --out priors.yaml"
)]
pub struct CalibrateArgs {
    /// Scenarios; those without a crash anchor are left alone [default: the whole catalogue]
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<String>,
    /// The human driver
    #[arg(long, default_value = "nieon", value_name = "P")]
    pub policy: String,
    /// Rollouts of each hazard
    #[arg(long, default_value = "20k", value_name = "N", value_parser = value::positive, allow_negative_numbers = true)]
    pub rollouts: u64,
    /// Crash anchors; those of the catalogue where none is named
    #[arg(long, value_name = "FILE")]
    pub anchors: Option<PathBuf>,
    /// Seed
    #[arg(long, default_value = "1", value_name = "S")]
    pub seed: u64,
    /// File to be written; it must not be there
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// How results are printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: ListFormat,
}

/// Options of `run`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  nines run --policy common-sense
  nines run --policy common-sense --odd limited-urban
  nines run child-at-curb 'cut-*' --policy idm-aeb:headway_s=1.2 --rollouts 1M
  nines run ./my-curb.yaml --policy common-sense --out campaigns/my-curb
  nines run child-at-curb --policy common-sense --nines 3 --rollouts 10M")]
pub struct RunArgs {
    /// Names or globs of the catalogue, tag:TAG, or paths; none means those of --odd, or the whole catalogue
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<String>,
    /// Operational design domain: a name, or the path of a profile; its scenarios are added up at its exposures. Repeatable
    #[arg(long, env = "NINES_ODD", hide_env = true, value_name = "NAME|FILE")]
    pub odd: Vec<String>,
    /// Priors that take the place of those in the scenarios, as `nines calibrate` writes them
    #[arg(long, env = "NINES_PRIORS", hide_env = true, value_name = "FILE")]
    pub priors: Option<PathBuf>,
    /// Policy under test: a name (nines policies), model.onnx, file.py:attribute, grpc://HOST:PORT or exec:COMMAND. Repeatable, and all for the reference drivers: one campaign each below --out. Settings follow a colon: idm-aeb:headway_s=1.2
    #[arg(long, env = "NINES_POLICY", hide_env = true, required = true, value_name = "P")]
    pub policy: Vec<String>,
    /// Settings of the policy, a YAML or JSON mapping; settings after the name beat it
    #[arg(long, env = "NINES_POLICY_CONFIG", hide_env = true, value_name = "FILE")]
    pub policy_config: Option<PathBuf>,
    /// Rollouts of each scenario [default: up to 10 scenarios 100k each; more share 1M]
    #[arg(long, env = "NINES_ROLLOUTS", hide_env = true, value_name = "N", value_parser = value::positive, allow_negative_numbers = true)]
    pub rollouts: Option<u64>,
    /// End with the round of chunks in which this time is over, 90s, 5m or 1h30m, shared over the scenarios; implies --plan watched
    #[arg(long, env = "NINES_TIME", hide_env = true, value_name = "T", value_parser = value::duration, allow_negative_numbers = true)]
    pub time: Option<Duration>,
    /// The budget is set before the run, or watched: look, stop and extend at will, at somewhat wider limits [default: fixed]
    #[arg(long, env = "NINES_PLAN", hide_env = true, value_enum, value_name = "P")]
    pub plan: Option<PlanChoice>,
    /// End a scenario once N nines per hazard are demonstrated or refuted, and answer as gate does; implies --plan watched
    #[arg(long, env = "NINES_NINES", hide_env = true, value_name = "N", value_parser = nines, allow_negative_numbers = true)]
    pub nines: Option<u32>,
    /// How rollouts are chosen: at random (stratified, mc), or given the hazard by a search for rare failures (qmc, subset, ce, auto)
    #[arg(long, env = "NINES_METHOD", hide_env = true, value_enum, default_value = "stratified", value_name = "M")]
    pub method: MethodChoice,
    /// What a search takes for a failure: min for any, or one criterion, such as collision
    #[arg(long, env = "NINES_LIMIT_STATE", hide_env = true, default_value = "min", value_name = "NAME", value_parser = limit_state)]
    pub limit_state: LimitState,
    /// The standard error over the estimate with which a search ends, its budget permitting
    #[arg(long, env = "NINES_RELATIVE_ERROR", hide_env = true, default_value = "0.1", value_name = "E", value_parser = relative_error, allow_negative_numbers = true)]
    pub relative_error: f64,
    /// Confidence of each interval
    #[arg(long, env = "NINES_CONFIDENCE", hide_env = true, default_value = "0.95", value_name = "C", value_parser = confidence, allow_negative_numbers = true)]
    pub confidence: f64,
    /// 0 to 2^53-1, or auto: derived from policy, scenarios, method and budget
    #[arg(long, env = "NINES_SEED", hide_env = true, default_value = "auto", value_name = "S", value_parser = seed, allow_negative_numbers = true)]
    pub seed: Seed,
    /// Threads [default: all cores]; never changes a result
    #[arg(long, env = "NINES_THREADS", hide_env = true, value_name = "T", value_parser = threads, allow_negative_numbers = true)]
    pub threads: Option<u16>,
    /// Longest time that a call of a policy may take, a guard against hangs; built-in policies have none
    #[arg(long, env = "NINES_DEADLINE", hide_env = true, default_value = "30s", value_name = "T", value_parser = value::duration, allow_negative_numbers = true)]
    pub deadline: Duration,
    /// Worlds that a batch policy sees at once; never changes a result
    #[arg(long, env = "NINES_BATCH", hide_env = true, default_value = "1024", value_name = "B", value_parser = batch, allow_negative_numbers = true)]
    pub batch: u32,
    /// Campaign folder [default: campaigns/<policy>-<nnn>]
    #[arg(long, env = "NINES_OUT", hide_env = true, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Go on in --out
    #[arg(long, requires = "out")]
    pub resume: bool,
    /// Rows kept from the start of each scenario, at least 10k
    #[arg(long, env = "NINES_KEEP", hide_env = true, default_value = "10k", value_name = "N", value_parser = keep, allow_negative_numbers = true)]
    pub keep: u64,
    /// End with the chunk in which a scenario's N-th fault of the policy falls
    #[arg(long, env = "NINES_MAX_FAULTS", hide_env = true, value_name = "N", value_parser = value::positive, allow_negative_numbers = true)]
    pub max_faults: Option<u64>,
    /// How results are printed
    #[arg(long, env = "NINES_FORMAT", hide_env = true, value_enum, default_value = "human", value_name = "F")]
    pub format: Format,
    /// How progress is shown
    #[arg(long, env = "NINES_PROGRESS", hide_env = true, value_enum, default_value = "auto", value_name = "P")]
    pub progress: ProgressChoice,
}

/// How latent states are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MethodChoice {
    /// Every second rollout given the hazard
    Stratified,
    /// As nature draws them
    Mc,
    /// Given the hazard: evenly spread points, scrambled sixteen times over
    Qmc,
    /// Given the hazard: stratified over latent states and the parameter that tells most (Neyman's allocation)
    Neyman,
    /// Given the hazard: importance sampling adapted to the failures (cross-entropy)
    Ce,
    /// Given the hazard: subset simulation
    Subset,
    /// Given the hazard: the method that suits what is found
    Auto,
}

impl From<MethodChoice> for Method {
    fn from(choice: MethodChoice) -> Self {
        match choice {
            MethodChoice::Stratified => Method::Stratified,
            MethodChoice::Mc => Method::Mc,
            MethodChoice::Qmc => Method::Qmc,
            MethodChoice::Neyman => Method::Neyman,
            MethodChoice::Ce => Method::CrossEntropy,
            MethodChoice::Subset => Method::Subset,
            MethodChoice::Auto => Method::Auto,
        }
    }
}

/// What may show a nine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvidenceChoice {
    /// Random sampling alone
    Demonstrated,
    /// Also a search for rare failures
    Estimated,
}

/// Whether the budget may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanChoice {
    /// Set before the run
    Fixed,
    /// Look, stop and extend at will
    Watched,
}

impl RunArgs {
    /// The plan asked for, or implied.
    ///
    /// # Errors
    /// The option that asks for another one than is given.
    pub fn plan(&self) -> Result<Plan, &'static str> {
        let implied = self.nines.map(|_| "--nines").or(self.time.map(|_| "--time"));
        match (self.plan, implied) {
            (Some(PlanChoice::Fixed), Some(option)) => Err(option),
            (Some(PlanChoice::Watched), _) | (None, Some(_)) => Ok(Plan::Watched),
            (Some(PlanChoice::Fixed) | None, None) => Ok(Plan::Fixed),
        }
    }
}

/// A seed, or that it is to be derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seed {
    /// Derived.
    Auto,
    /// Given.
    Chosen(u64),
}

fn seed(text: &str) -> Result<Seed, String> {
    match (text, text.parse::<u64>()) {
        ("auto", _) => Ok(Seed::Auto),
        (_, Ok(seed)) if seed < 1 << 53 => Ok(Seed::Chosen(seed)),
        _ => Err("expected auto, or a whole number from 0 to 2^53-1".into()),
    }
}

fn threads(text: &str) -> Result<u16, String> {
    value::whole(text, 1..=1024)
}

fn batch(text: &str) -> Result<u32, String> {
    value::whole(text, 1..=65536)
}

fn nines(text: &str) -> Result<u32, String> {
    value::whole(text, 1..=15)
}

fn keep(text: &str) -> Result<u64, String> {
    let (rows, least) = (value::count(text)?, crate::campaign::LEAST_KEEP);
    if rows < least { Err(format!("must be at least {least}")) } else { Ok(rows) }
}

fn confidence(text: &str) -> Result<f64, String> {
    let (digits, unit) = text.strip_suffix('%').map_or((text, 1.0), |digits| (digits, 100.0));
    let number = digits.parse::<f64>().map(|n| n / unit);
    number.ok().filter(|c| (0.5..1.0).contains(c)).ok_or_else(|| "expected a number from 0.5 to below 1".into())
}

fn limit_state(text: &str) -> Result<LimitState, String> {
    let names = || Criterion::ALL.iter().map(|criterion| criterion.name()).collect::<Vec<_>>();
    LimitState::by_name(text).ok_or_else(|| {
        let near =
            nearest(text, names().into_iter().chain(["min"])).map_or(String::new(), |near| format!("did you mean `{near}`? "));
        format!("{near}expected min or one of {}", names().join(", "))
    })
}

fn relative_error(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|e| (0.01..=1.0).contains(e));
    number.ok_or_else(|| "expected a number from 0.01 to 1".into())
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
#[command(before_help = "\
Examples:
  nines replay campaigns/common-sense-001 child-at-curb/worst --open
  nines replay campaigns/common-sense-001 child-at-curb/1834 --trace rollout.parquet
  nines replay campaigns/common-sense-001 child-at-curb/first --policy idm-aeb")]
pub struct ReplayArgs {
    /// Campaign folder
    pub dir: PathBuf,
    /// NAME/INDEX, NAME/first, NAME/worst or NAME/mode-1
    pub rollout: String,
    /// Write a recording for the Rerun viewer
    #[arg(long, value_name = "FILE", conflicts_with = "open")]
    pub rrd: Option<PathBuf>,
    /// Record it and open the Rerun viewer
    #[arg(long)]
    pub open: bool,
    /// Write every step as Parquet
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
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
