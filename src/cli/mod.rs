//! The command line: what is typed becomes a request, results become text and an exit code.

mod args;
mod bank;
mod calibrate;
mod compare;
mod diagnostics;
mod excerpt;
mod exit;
mod gate;
mod github;
mod invocation;
mod lists;
mod march;
mod merge;
mod odd;
mod output;
mod panic;
mod policy_check;
mod progress;
mod replay;
mod report;
mod run;
mod scenario;
mod schema;
mod signal;
mod value;
mod verify;
#[cfg(feature = "rrd")]
mod viewer;
mod why;
mod written;

pub use exit::{Exit, Failure};

use crate::campaign::Request;
use crate::policy::{Options, Policy};
use args::{Cli, Command, OVERVIEW, OddCommand, PolicyCommand};
use clap::{CommandFactory, FromArgMatches, Parser};
use nines_sim::BuiltIn;
use output::{ColorChoice, Output};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// Runs the program with the arguments of the process. Every way out leads through [`Exit`].
pub fn main() -> ExitCode {
    main_with(std::env::args_os().collect()).into()
}

/// Runs the program with the command line of another one that has it inside: the program's name first. Once in a process.
pub fn main_with(args: Vec<OsString>) -> Exit {
    panic::install();
    let args = invocation::set(args);
    // Whatever a panic leaves behind is dropped with the process.
    catch_unwind(AssertUnwindSafe(|| with_args(args))).unwrap_or(Exit::Bug)
}

/// What `nines run` with these arguments is asked for (the program's name first), for other programs to run: checked, with every
/// default as on the command line. `policy` stands for what `--policy` names, which is not looked up then.
///
/// # Errors
/// As the command line has them.
pub fn run_request(args: &[OsString], policy: Option<&Policy>) -> Result<Request, Failure> {
    let said = |error: clap::Error| {
        let text = error.render().to_string();
        let message = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        Failure::new(Exit::Usage, message)
    };
    let Some(Command::Run(run)) = Cli::try_parse_from(args).map_err(said)?.command else {
        return Err(Failure::new(Exit::Usage, "these are no arguments of `nines run`"));
    };
    let mut request = run::request_for(&run, policy)?;
    request.command = args.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    Ok(request)
}

/// The built-in policy that `--policy` with this text means: a name, and settings after a colon.
///
/// # Errors
/// As the command line has them.
pub fn built_in_policy(text: &str) -> Result<BuiltIn, Failure> {
    policy(text)?.built_in().copied().ok_or_else(|| Failure::new(Exit::Usage, format!("`{text}` is no built-in policy")))
}

/// The policy that `--policy` with this text means, of whatever kind.
///
/// # Errors
/// As the command line has them.
pub fn policy(text: &str) -> Result<Policy, Failure> {
    value::policy(text, None, &Options::default())
}

fn with_args(args: &[OsString]) -> Exit {
    let early = Output::new(typed_color(args), 0, 0);
    let matches = Cli::command().term_width(early.width().min(100)).try_get_matches_from(args);
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return clap_said(&error, &early),
    };
    let output = Output::new(cli.color, cli.quiet, cli.verbose);
    let done = match cli.command {
        None => {
            output.result(OVERVIEW);
            Ok(Exit::Ok)
        }
        Some(command) => run_command(command, &output),
    };
    let exit = done.unwrap_or_else(|failure| failed(&failure, &output));
    match output.failed() {
        Some(kind) => failed(&Failure::new(Exit::Io, format!("cannot write to stdout: {kind}")), &output),
        None => exit,
    }
}

fn run_command(command: Command, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Run(args) => run::run(&args, output),
        Command::Gate(args) => gate::gate(&args, output),
        Command::March(command) => march::march(command, output),
        Command::Bank(command) => bank::bank(command, output),
        Command::Calibrate(args) => calibrate::calibrate(&args, output),
        Command::Compare(args) => compare::compare(&args, output),
        Command::Report { dir, against } => report::report(&dir, against.as_deref(), output),
        Command::Replay(args) => replay::replay(&args, output),
        Command::Verify { dir } => verify::verify(&dir, output),
        Command::Merge(args) => merge::merge(&args, output),
        Command::Scenario(command) => scenario::scenario(command, output),
        Command::Scenarios(args) => lists::scenarios(args, output),
        Command::Odd(OddCommand::List(args)) | Command::Odds(args) => odd::list(args, output),
        Command::Odd(OddCommand::Show { odd }) => odd::show(&odd, output),
        Command::Odd(OddCommand::Coverage { odd, format }) => odd::coverage(&odd, format, output),
        Command::Policy(PolicyCommand::List(args)) | Command::Policies(args) => lists::policies(args, output),
        Command::Policy(PolicyCommand::Check(args)) => policy_check::check(&args, output),
        Command::Schema { name } => schema::schema(name, output),
        Command::Explain { code } => lists::explain(code.as_deref(), output),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "nines", &mut text);
            output.result(&String::from_utf8_lossy(&text));
            Ok(Exit::Ok)
        }
    }
}

/// The colour that was asked for, needed before arguments are understood: for the errors about them.
fn typed_color(args: &[OsString]) -> ColorChoice {
    let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let after = words.windows(2).find(|pair| pair[0] == "--color").map(|pair| &pair[1][..]);
    match words.iter().find_map(|word| word.strip_prefix("--color=")).or(after) {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// Help and version go to stdout, errors to stderr.
fn clap_said(error: &clap::Error, output: &Output) -> Exit {
    let text = error.render();
    let [color_out, color_err] = output.colors();
    let shown = |color: bool| if color { text.ansi().to_string() } else { text.to_string() };
    if error.use_stderr() {
        output.error(shown(color_err).trim_end());
        Exit::Usage
    } else {
        output.result(&shown(color_out));
        Exit::Ok
    }
}

fn failed(failure: &Failure, output: &Output) -> Exit {
    if let Some(details) = &failure.details {
        output.error(details);
    }
    output.error(&format!("{} {}", output.paint(31, "error:"), failure.message));
    if let Some(help) = &failure.help {
        output.error(&format!("  help: {help}"));
    }
    failure.exit
}

/// Reading or writing a file that was named by the user failed.
fn cannot(what: &str, path: &std::path::Path, error: &std::io::Error) -> Failure {
    let exit = if what == "read" && error.kind() == ErrorKind::NotFound { Exit::Input } else { Exit::Io };
    Failure::new(exit, format!("cannot {what} {}: {error}", path.display()))
}
