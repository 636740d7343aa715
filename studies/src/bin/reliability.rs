//! `cargo run --release -p nines-studies --bin reliability`: the study behind `docs/reliability.md`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its results")]

use clap::Parser;
use nines_studies::reliability::{Bench, Outcome, flips, full_disk, kills, shards, signals, torn};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, io};

/// Longest time that a run which is told to stop may take.
const STOPS_WITHIN: Duration = Duration::from_secs(2);

/// Kills, damages, parts and starves campaigns, and compares what they become with an undisturbed run. Exits 1 where one differs.
#[derive(Debug, Parser)]
struct Args {
    /// The program [default: `nines` beside this one]
    #[arg(long)]
    nines: Option<PathBuf>,
    /// Where campaigns are driven; must not be there, and goes away at the end
    #[arg(long, default_value = "reliability.tmp")]
    folder: PathBuf,
    /// Rollouts of each scenario
    #[arg(long, default_value = "60000")]
    rollouts: u64,
    /// Scenarios
    #[arg(long, value_delimiter = ',', default_value = "child-at-curb,cut-in-short-headway")]
    scenarios: Vec<String>,
    /// Kills; each other harm a tenth as often
    #[arg(long, default_value = "1000")]
    times: u64,
    /// Numbers of shards
    #[arg(long, value_delimiter = ',', default_value = "1,2,7,64")]
    shards: Vec<u64>,
    /// Moments, bits, sizes and orders follow from it
    #[arg(long, default_value = "1")]
    seed: u64,
}

fn main() -> io::Result<ExitCode> {
    let args = Args::parse();
    let beside = env::current_exe()?.with_file_name(format!("nines{}", env::consts::EXE_SUFFIX));
    let nines = fs::canonicalize(args.nines.unwrap_or(beside))?;
    fs::create_dir(&args.folder)?;
    let folder = fs::canonicalize(&args.folder)?;
    let rollouts = args.rollouts.to_string();
    let scenarios: Vec<&str> = args.scenarios.iter().map(String::as_str).collect();
    let run = [&scenarios[..], &["--policy", "idm-aeb", "--rollouts", &rollouts, "--seed", "7"]].concat();
    let bench = Bench::new(&nines, &folder, &run)?;
    println!("`nines run {}` takes {:.2} s undisturbed; seed {}", run.join(" "), bench.took.as_secs_f64(), args.seed);
    println!("\n| harm | times | campaigns compared | not as it should be | |\n|---|---|---|---|---|");
    let some = args.times.div_ceil(10);
    let studies: [&dyn Fn() -> io::Result<Outcome>; 6] = [
        &|| kills(&bench, args.times, args.seed),
        &|| signals(&bench, some, args.seed, STOPS_WITHIN),
        &|| torn(&bench, some, args.seed),
        &|| flips(&bench, some, args.seed),
        &|| full_disk(&bench, some, args.seed),
        &|| shards(&bench, &args.shards, 5, args.seed),
    ];
    let mut failed = false;
    for study in studies {
        let Outcome { harm, times, campaigns, note, failures } = study()?;
        println!("| {harm} | {times} | {campaigns} | {} | {note} |", failures.len());
        failures.iter().for_each(|failure| eprintln!("{harm}: {failure}"));
        failed |= !failures.is_empty();
    }
    fs::remove_dir_all(&folder)?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
