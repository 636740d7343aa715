//! `nines bank`.

use super::args::{BankAddArgs, BankCommand, BankListArgs, BankRunArgs, Format, ListFormat};
use super::exit::{Exit, Failure};
use super::march::store_option;
use super::output::Output;
use super::{cannot, github, value};
use crate::bank::{BankError, Banked, addresses, collapse, drive, junit, keep, list, read};
use crate::campaign::{Address, VERSION, open, pretty};
use crate::policy::Options;
use nines_viz::numbers::counted;
use nines_viz::{Bank, terminal};
use std::fs;
use std::path::Path;

/// Keeps failures, and drives them again.
pub fn bank(command: BankCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        BankCommand::Add(args) => add(&args, output),
        BankCommand::List(args) => show(&args, output),
        BankCommand::Run(args) => run(&args, output),
    }
}

fn add(args: &BankAddArgs, output: &Output) -> Result<Exit, Failure> {
    let named: Result<Vec<Address>, String> = args.rollouts.iter().map(|text| text.parse()).collect();
    let named = named.map_err(|message| Failure::new(Exit::Usage, message))?;
    let campaign = open(&args.dir)?;
    campaign.check_files()?;
    read(&args.store)?; // a case is not put beside others that cannot be read
    let all = if args.modes { addresses(&campaign) } else { named };
    if all.is_empty() {
        return Err(BankError::NoFailure.into());
    }
    let (mut kept, mut there) = (0, 0);
    for added in keep(&campaign, &all, &args.store)? {
        *(if added.already { &mut there } else { &mut kept }) += 1;
        output.note(&format!("  {}  {}", if added.already { "there" } else { "kept " }, added.path.display()));
    }
    if let Some(text) = collapse(&campaign) {
        output.warning(&text);
    }
    let cases = read(&args.store)?;
    warn(&list(&cases), output);
    output.note(&format!("  next  nines bank run --policy P{}", store_option(&args.store, "bank")));
    let there = if there > 0 { format!(", {there} there already") } else { String::new() };
    output.result(&format!(
        "{} kept{there}; {} holds {}\n",
        counted(kept, "case"),
        args.store.display(),
        counted(cases.len() as u64, "case")
    ));
    Ok(Exit::Ok)
}

fn show(args: &BankListArgs, output: &Output) -> Result<Exit, Failure> {
    let bank = list(&filled(&args.store)?);
    warn(&bank, output);
    noted(&bank, output);
    match args.format {
        ListFormat::Human => output.result(&terminal::bank_list(&bank, output.style())),
        ListFormat::Json => output.result(&pretty(&bank)),
    }
    Ok(Exit::Ok)
}

fn run(args: &BankRunArgs, output: &Output) -> Result<Exit, Failure> {
    let options = Options { deadline: args.deadline };
    let policy = value::policy(&args.policy, args.policy_config.as_deref(), &options)?;
    let cases = filled(&args.store)?;
    let bank = drive(&cases, &policy, &mut |name| {
        if output.verbose > 1 {
            output.note(&format!("  {name}"));
        }
    });
    if let Some(path) = &args.junit {
        fs::write(path, junit(&bank)).map_err(|e| cannot("write", path, &e))?;
    }
    warn(&bank, output);
    noted(&bank, output);
    match args.format {
        Format::Human => output.result(&terminal::bank_run(&bank, output.verbose > 0, output.style())),
        Format::Json => output.result(&pretty(&bank)),
        Format::Github => {
            let answer = terminal::bank_answer(&bank);
            output.result(&github::of_bank(&bank, &answer, &args.store));
            github::append(&github::table_of_bank(&bank, &answer))?;
        }
    }
    Ok(if bank.failed > 0 { Exit::No } else { Exit::Ok })
}

/// The cases of a bank that holds some.
fn filled(store: &Path) -> Result<Vec<Banked>, Failure> {
    let cases = read(store)?;
    if cases.is_empty() { Err(BankError::Empty { path: store.into() }.into()) } else { Ok(cases) }
}

fn warn(bank: &Bank, output: &Output) {
    for warning in &bank.warnings {
        output.warning(warning);
    }
}

/// What differs from when cases were kept, each once with how many it is of.
fn noted(bank: &Bank, output: &Output) {
    let mut all: Vec<(&str, u64)> = Vec::new();
    for note in bank.cases.iter().flat_map(|case| &case.notes) {
        match all.iter_mut().find(|(text, _)| text == note) {
            Some((_, n)) => *n += 1,
            None => all.push((note, 1)),
        }
    }
    for (note, n) in all {
        output.note(&format!("  note  {}: {note}", counted(n, "case")));
    }
}

impl From<BankError> for Failure {
    fn from(error: BankError) -> Self {
        let message = error.to_string();
        match error {
            BankError::Store(error) => error.into(),
            BankError::Replay(error) => error.into(),
            BankError::Broken { .. } => Failure::new(Exit::Input, message)
                .help("mend the file, or remove it and keep the failure again with nines bank add"),
            BankError::Newer { .. } => {
                Failure::new(Exit::Campaign, message).help(format!("this is nines {VERSION}; a newer one reads it"))
            }
            BankError::Empty { .. } => Failure::new(Exit::Nothing, message).help("nines bank add CAMPAIGN --modes fills it"),
            BankError::Passed { .. } => {
                Failure::new(Exit::Nothing, message).help("NAME/first names a failure, where the campaign has one")
            }
            BankError::NoFailure => Failure::new(Exit::Nothing, message),
            BankError::NotReproduced { .. } => Failure::new(Exit::No, message).help("`nines replay` says what differs"),
        }
    }
}
