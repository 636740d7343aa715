//! Exit codes, and errors as people read them: every way out of the program goes through here.

use crate::campaign::{CampaignError, CompareError, OddError, OrderError, Plan, ReplayError, SelectError, VERSION, nearest};
use crate::policy::{LoadError, WRAPPERS};
use crate::store::StoreError;
use nines_sim::{BuiltIn, PolicyError};
use nines_viz::GateVerdict;
use std::process::ExitCode;

/// How the program ends. The numbers are a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The work is done; where a question was asked, the answer is yes.
    Ok = 0,
    /// The work is done, and the answer is no.
    No = 1,
    /// An option or a value that cannot be.
    Usage = 2,
    /// The work is done, and the evidence does not suffice either way.
    Undecided = 3,
    /// A name without a match.
    Nothing = 4,
    /// A file that is not there or cannot be understood.
    Input = 5,
    /// A campaign folder that is in the way, damaged, or of other settings.
    Campaign = 6,
    /// The policy cannot be had.
    Policy = 7,
    /// Reading or writing failed.
    Io = 8,
    /// An error of our own.
    Bug = 70,
    /// SIGINT.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

impl From<GateVerdict> for Exit {
    fn from(verdict: GateVerdict) -> Self {
        match verdict {
            GateVerdict::Demonstrated => Exit::Ok,
            GateVerdict::Refuted => Exit::No,
            GateVerdict::Undecided => Exit::Undecided,
        }
    }
}

/// An error with its code, its message, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Code.
    pub exit: Exit,
    /// In one sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// More, as it is to be printed, above the message.
    pub details: Option<String>,
}

impl Failure {
    /// An error.
    pub fn new(exit: Exit, message: impl ToString) -> Self {
        Self { exit, message: message.to_string(), help: None, details: None }
    }

    /// What to do about it.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// "did you mean" a name, where one is near.
    fn meant(self, name: Option<String>, all: &str) -> Self {
        let help = name.map_or(format!("`{all}` lists all"), |name| format!("did you mean `{name}`? `{all}` lists all"));
        self.help(help)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match &error {
            StoreError::Io { .. } => Exit::Io,
            StoreError::Damaged { .. } | StoreError::Locked { .. } => Exit::Campaign,
        };
        Failure::new(exit, error)
    }
}

impl From<CampaignError> for Failure {
    fn from(error: CampaignError) -> Self {
        let message = error.to_string();
        let failure = Failure::new(Exit::Campaign, &message);
        match error {
            CampaignError::Store(error) => error.into(),
            CampaignError::Exists { .. } => failure.help("choose another --out, or go on in it with --resume"),
            CampaignError::Inside { .. } => failure.help("name a place outside of every campaign folder"),
            CampaignError::NoCampaign { .. } => failure.help("a campaign folder holds a campaign.json; `nines run` makes one"),
            CampaignError::Damaged { what, .. } if what.iter().all(|what| what.ends_with("(surplus)")) => {
                failure.help("remove what is surplus")
            }
            CampaignError::Damaged { what, .. } if what.iter().any(|what| what.ends_with("(surplus)")) => {
                failure.help("remove what is surplus; the same `nines run` with --resume makes the rest whole again")
            }
            CampaignError::Damaged { .. } => failure.help("the same `nines run` with --resume makes it whole again"),
            CampaignError::Unfinished { .. } => failure.help("the same `nines run` with --resume finishes it"),
            CampaignError::Different { path, plan, finished, differences } => {
                let lines = differences.iter().map(|(key, there, now)| format!("{key}: {there} there, {now} asked for"));
                let (state, help) = match (finished, plan) {
                    (true, Plan::Fixed) => (
                        " (finished, and left as it is)",
                        "looking and then adding costs confidence: run with --plan watched in another --out",
                    ),
                    (true, Plan::Watched) => (
                        " (finished, and left as it is)",
                        "with the same settings and more --rollouts it goes on; else run in another --out",
                    ),
                    (false, _) => ("", "ask for the same again, or run in another --out"),
                };
                let lines = lines.collect::<Vec<_>>().join("; ");
                let is = |what: &str| differences.iter().any(|(key, ..)| key.starts_with(what));
                let help = match (is("nines_version"), is("scenario ")) {
                    (true, _) => {
                        "what a version drove no other goes on with: use that version, or run in another --out".to_owned()
                    }
                    (_, true) => {
                        let scenarios = path.join("scenarios").join("NAME.yaml");
                        format!(
                            "scenarios have changed since: run in another --out, or go on with those it was begun with, {}",
                            scenarios.display()
                        )
                    }
                    _ => help.to_owned(),
                };
                Failure::new(Exit::Campaign, format!("{} was made with other settings{state}: {lines}", path.display()))
                    .help(help)
            }
            CampaignError::Newer { .. } => failure.help(format!("this is nines {VERSION}; a newer one reads it")),
            CampaignError::NoOdd { .. } => {
                let failure = Failure { exit: Exit::Usage, ..failure };
                failure.help("run the campaign with --odd NAME; `nines odds` lists all")
            }
            CampaignError::NotStated { .. } => {
                let failure = Failure { exit: Exit::Usage, ..failure };
                failure.help("state it in the profile, or ask --per km")
            }
            CampaignError::Shards { .. } => {
                failure.help("give each folder that `nines run --shard K/N` wrote once, and no other")
            }
            CampaignError::Scenario { .. } | CampaignError::Figures(_) => failure,
        }
    }
}

impl From<OrderError> for Failure {
    fn from(error: OrderError) -> Self {
        let message = error.to_string();
        match error {
            OrderError::Files(error) => error.into(),
            OrderError::Policy(_) => Failure::new(Exit::Policy, message)
                .help("what the policy is made of (its file, and those that it names) must be the same on all machines"),
            OrderError::Version { .. } | OrderError::Scenario { .. } => {
                Failure::new(Exit::Campaign, message).help("install the same build of nines on all machines")
            }
        }
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        let message = error.to_string();
        match error {
            ReplayError::NoScenario { nearest, .. } => {
                let failure = Failure::new(Exit::Nothing, message);
                match nearest {
                    Some(name) => failure.help(format!("did you mean `{name}`?")),
                    None => failure,
                }
            }
            ReplayError::NoRollout { .. } | ReplayError::NoFailure { .. } | ReplayError::NoMode { .. } => {
                Failure::new(Exit::Nothing, message)
            }
            ReplayError::NotStored { .. } => Failure::new(Exit::Nothing, message)
                .help("`nines replay DIR NAME/worst` is; --keep N stores every rollout below N"),
            // Whatever is wrong with it, nobody wrote it on this command line.
            ReplayError::Policy(error) => Failure { exit: Exit::Policy, ..error.into() },
            ReplayError::Campaign(error) => error.into(),
        }
    }
}

impl From<CompareError> for Failure {
    fn from(error: CompareError) -> Self {
        let message = error.to_string();
        match error {
            CompareError::Replay(error) => error.into(),
            CompareError::Incomplete { how: "interrupted", .. } => {
                Failure::new(Exit::Campaign, message).help("the same `nines run` with --resume finishes it")
            }
            CompareError::Incomplete { how: "stopped", .. } => {
                let help = "too many policy faults ended it; run it without --max-faults, so that each rollout is counted";
                Failure::new(Exit::Campaign, message).help(help)
            }
            CompareError::Incomplete { how: "decided", .. } => {
                let help = "--nines ended each scenario where it was decided; run both with --plan watched --rollouts N instead";
                Failure::new(Exit::Campaign, message).help(help)
            }
            CompareError::Incomplete { how: "partial", .. } => {
                Failure::new(Exit::Campaign, message).help("`nines merge` joins a shard with the others")
            }
            CompareError::Incomplete { .. } | CompareError::Unpaired { .. } => Failure::new(Exit::Campaign, message),
            CompareError::OtherPolicy { .. } => {
                Failure::new(Exit::Policy, message).help("run it again with more rows: --keep N holds every rollout below N")
            }
            CompareError::NotReproduced { .. } => {
                Failure::new(Exit::Campaign, message).help("`nines verify` says what does not fit")
            }
        }
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        let failure = Failure::new(Exit::Usage, &error);
        match &error {
            // Nothing of that name is around a policy.
            PolicyError::Unknown { name } if name.contains('+') => {
                let last = name.rsplit('+').next().unwrap_or(name);
                let near = nearest(last, WRAPPERS.iter().map(|(name, _, _)| *name));
                failure.meant(near.map(|name| format!("+{name}")), "nines policies")
            }
            PolicyError::Unknown { name } => {
                failure.meant(nearest(name, BuiltIn::ALL.iter().map(|(name, _)| *name)), "nines policies")
            }
            PolicyError::UnknownSetting { policy, setting } => {
                let names = BuiltIn::settings_of(policy).unwrap_or_default();
                match nearest(setting, names.iter().map(|s| s.name)) {
                    None if !names.is_empty() => {
                        let names: Vec<&str> = names.iter().map(|s| s.name).collect();
                        failure.help(format!("it has {}; `nines policies -v` says what they mean", names.join(", ")))
                    }
                    near => failure.meant(near, "nines policies -v"),
                }
            }
            PolicyError::OutOfRange { .. } => failure,
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let message = error.to_string();
        match error {
            LoadError::BuiltIn(error) => error.into(),
            LoadError::Setting { .. } => {
                Failure::new(Exit::Usage, message).help("nines policies -v lists the settings of built-in policies")
            }
            LoadError::NotBuilt { feature, .. } => {
                Failure::new(Exit::Usage, message).help(format!("build it with the feature `{feature}`, which is on by default"))
            }
            LoadError::Gone { help, .. } => {
                let failure = Failure::new(Exit::Policy, message);
                help.map_or(failure.clone(), |help| failure.help(help))
            }
            LoadError::Other { .. } => Failure::new(Exit::Policy, message)
                .help("`nines replay` plays stored failures without it; name the right one by --policy"),
        }
    }
}

impl From<OddError> for Failure {
    fn from(error: OddError) -> Self {
        let message = error.to_string();
        match error {
            OddError::Unknown { nearest, .. } => Failure::new(Exit::Nothing, message).meant(nearest, "nines odds"),
            OddError::Empty { name } => Failure::new(Exit::Nothing, message).help(format!(
                "let scenarios list it (`odd: [{name}]`), or let its profile `include` some, or be `like` another"
            )),
            OddError::Stray { nearest, .. } => Failure::new(Exit::Input, message).meant(nearest, "nines scenarios"),
            OddError::Taken { .. } => Failure::new(Exit::Input, message)
                .help("give it a name of its own, and take over the built-in one's scenarios by `like`"),
            OddError::Twice { .. } => Failure::new(Exit::Usage, message),
            OddError::File(error) => error.into(),
        }
    }
}

impl From<SelectError> for Failure {
    fn from(error: SelectError) -> Self {
        let failure = Failure::new(Exit::Input, &error);
        match error {
            SelectError::Nothing { nearest, pattern } => {
                let list = if pattern.starts_with("tag:") { "nines scenarios -v" } else { "nines scenarios" };
                Failure { exit: Exit::Nothing, ..failure }.meant(nearest, list)
            }
            SelectError::Broken { files, diagnostics, .. } => {
                Failure { details: Some(super::diagnostics::render(&files, &diagnostics, false)), ..failure }
            }
            SelectError::Twice { .. } => Failure { exit: Exit::Usage, ..failure },
            SelectError::Unreadable { .. } => failure,
        }
    }
}
