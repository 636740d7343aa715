//! Options of the commands that drive campaigns: `run`, `calibrate`.

use super::{Format, ListFormat, ProgressChoice, value};
use crate::campaign::{BELIEFS, HINDSIGHT, LimitState, Method, Plan, Shard, nearest};
use clap::{Args, ValueEnum};
use nines_sim::Criterion;
use std::path::PathBuf;
use std::time::Duration;

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
    /// Seed, 0 to 2^53-1
    #[arg(long, default_value = "1", value_name = "S", value_parser = chosen_seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// File to be written; it must not be there
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// How results are printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: ListFormat,
}

/// Options of `policy check`.
#[derive(Debug, Args)]
#[command(
    before_help = "Examples:\n  nines policy check model.onnx\n  nines policy check 'exec:python3 server.py' child-at-curb --rollouts 16"
)]
pub struct PolicyCheckArgs {
    /// The policy, as for --policy of run
    #[arg(value_name = "P")]
    pub policy: String,
    /// Scenarios
    #[arg(value_name = "SCENARIO", default_values = ["child-at-curb", "stopped-school-bus", "cut-in-short-headway"])]
    pub scenarios: Vec<String>,
    /// Settings of the policy, a YAML or JSON mapping; settings after the name beat it
    #[arg(long, value_name = "FILE")]
    pub policy_config: Option<PathBuf>,
    /// Rollouts of each scenario
    #[arg(long, default_value = "64", value_name = "N", value_parser = value::positive, allow_negative_numbers = true)]
    pub rollouts: u64,
    /// Worlds that it sees at once
    #[arg(long, default_value = "64", value_name = "B", value_parser = batch, allow_negative_numbers = true)]
    pub batch: u32,
    /// Longest time that a call may take
    #[arg(long, default_value = "30s", value_name = "T", value_parser = value::duration, allow_negative_numbers = true)]
    pub deadline: Duration,
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
  nines run child-at-curb --policy common-sense --nines 3 --rollouts 10M
  nines run --policy common-sense --rollouts 100M --shard 3/64 --out shards/3")]
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
    /// End with the round of chunks in which this time is over, 90s, 5m or 1h30m, shared over the scenarios; implies --plan watched. Of a search: as many rollouts at most as this time allows, by how long some take
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
    /// Most memory that may be used, 512M or 4G; a policy of one's own comes on top. Never changes a result
    #[arg(long, env = "NINES_MEMORY", hide_env = true, value_name = "M", value_parser = value::bytes, allow_negative_numbers = true)]
    pub memory: Option<u64>,
    /// Campaign folder [default: campaigns/<policy>-<nnn>]
    #[arg(long, env = "NINES_OUT", hide_env = true, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Go on in --out
    #[arg(long, requires = "out")]
    pub resume: bool,
    /// Drive this machine's part alone: the K-th of N ranges of chunks of each scenario; nines merge joins them
    #[arg(long, env = "NINES_SHARD", hide_env = true, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// Rows kept from the start of each scenario, at least 10k
    #[arg(long, env = "NINES_KEEP", hide_env = true, default_value = "10k", value_name = "N", value_parser = keep, allow_negative_numbers = true)]
    pub keep: u64,
    /// Failures of each scenario, the first by index, that are analysed in hindsight: until when a plan would have avoided them, and where they were lost; 0 for none
    #[arg(long, env = "NINES_HINDSIGHT", hide_env = true, default_value_t = HINDSIGHT, value_name = "N", value_parser = hindsight, allow_negative_numbers = true)]
    pub hindsight: u64,
    /// Rollouts of each scenario, the first by index, whose stated beliefs are scored before the hazard is evident; 0 for none
    #[arg(long, env = "NINES_BELIEFS", hide_env = true, default_value_t = BELIEFS, value_name = "N", value_parser = beliefs, allow_negative_numbers = true)]
    pub beliefs: u64,
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
        // A search turns a time into a budget before it begins.
        let looks = self.time.filter(|_| !Method::from(self.method).searches());
        let implied = self.nines.map(|_| "--nines").or(looks.map(|_| "--time"));
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
    match (text, chosen_seed(text)) {
        ("auto", _) => Ok(Seed::Auto),
        (_, Ok(seed)) => Ok(Seed::Chosen(seed)),
        (_, Err(_)) => Err("expected auto, or a whole number from 0 to 2^53-1".into()),
    }
}

fn chosen_seed(text: &str) -> Result<u64, String> {
    value::whole(text, 0..=(1 << 53) - 1)
}

fn threads(text: &str) -> Result<u16, String> {
    value::whole(text, 1..=1024)
}

fn batch(text: &str) -> Result<u32, String> {
    value::whole(text, 1..=65536)
}

pub(super) fn nines(text: &str) -> Result<u32, String> {
    value::whole(text, 1..=15)
}

fn keep(text: &str) -> Result<u64, String> {
    let (rows, least) = (value::count(text)?, crate::campaign::LEAST_KEEP);
    if rows < least { Err(format!("must be at least {least}")) } else { Ok(rows) }
}

fn hindsight(text: &str) -> Result<u64, String> {
    let (failures, most) = (value::count(text)?, crate::campaign::MOST_HINDSIGHT);
    if failures > most { Err(format!("must be at most {most}")) } else { Ok(failures) }
}

fn beliefs(text: &str) -> Result<u64, String> {
    let (rollouts, most) = (value::count(text)?, crate::campaign::MOST_BELIEFS);
    if rollouts > most { Err(format!("must be at most {most}")) } else { Ok(rollouts) }
}

pub(super) fn confidence(text: &str) -> Result<f64, String> {
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
