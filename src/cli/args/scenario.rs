//! Options of the commands about scenarios.

use super::{Format, ListArgs, value};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Commands about scenarios.
#[derive(Debug, Subcommand)]
pub enum ScenarioCommand {
    /// All scenarios of the catalogue
    #[command(before_help = "Examples:\n  nines scenario list\n  nines scenario list --format json")]
    List(ListArgs),
    /// What is wrong with scenario files, all at once
    Check(CheckArgs),
    /// Write a new scenario file to begin with
    New(NewArgs),
    /// A scenario file with every default written out
    #[command(
        before_help = "Examples:\n  nines scenario show child-at-curb\n  nines scenario show ./my-curb.yaml --variant night"
    )]
    Show {
        /// Name or path
        scenario: String,
        /// The variant of that name
        #[arg(long, value_name = "V")]
        variant: Option<String>,
    },
    /// Draw concrete scenarios: their parameters as a table, and as pictures
    Sample(SampleArgs),
    /// Draw a picture: the road from above, and who goes where in each latent state
    Preview(PreviewArgs),
    /// Writes the page of the catalogue
    #[command(hide = true, before_help = "Examples:\n  nines scenario catalogue --out docs")]
    Catalogue {
        /// Folder
        #[arg(long, value_name = "DIR", default_value = "docs")]
        out: PathBuf,
        /// Write no pictures
        #[arg(long)]
        text_only: bool,
    },
}

/// Options of `scenario check`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  nines scenario check my-curb.yaml
  nines scenario check scenarios/*.yaml --deny-warnings
  nines scenario check - --format json
  nines scenario check child-at-curb --quick")]
pub struct CheckArgs {
    /// Paths, `-` for stdin, or names, globs and tags of the catalogue
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// Warnings count as errors
    #[arg(long)]
    pub deny_warnings: bool,
    /// Leave out what takes driving: about a second a file
    #[arg(long)]
    pub quick: bool,
    /// How the answer is printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: Format,
}

/// Options of `scenario new`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  nines scenario new my-curb
  nines scenario new my-curb --from child-at-curb")]
pub struct NewArgs {
    /// Name: lower case words joined by `-`; the file is NAME.yaml
    pub name: String,
    /// Begin with this scenario of the catalogue
    #[arg(long, value_name = "SCENARIO")]
    pub from: Option<String>,
}

/// How drawn parameters are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SampleFormat {
    /// For people
    Human,
    /// One line an encounter
    Csv,
    /// One document
    Json,
}

/// Options of `scenario sample`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  nines scenario sample child-at-curb
  nines scenario sample ./my-curb.yaml -n 1000 --format csv
  nines scenario sample child-at-curb -n 2000 --plot drawn.svg")]
pub struct SampleArgs {
    /// Name or path
    #[arg(value_name = "SCENARIO")]
    pub scenario: String,
    /// The variant of that name
    #[arg(long, value_name = "V")]
    pub variant: Option<String>,
    /// How many
    #[arg(short, long, default_value = "20", value_name = "N", value_parser = number, allow_negative_numbers = true)]
    pub number: u64,
    /// 0 to 2^53-1
    #[arg(long, default_value = "1", value_name = "S", value_parser = chosen_seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// How they are printed
    #[arg(long, value_enum, default_value = "human", value_name = "F")]
    pub format: SampleFormat,
    /// Write histograms with the densities: .svg or .png
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
}

/// Options of `scenario preview`.
#[derive(Debug, Args)]
#[command(before_help = "\
Examples:
  nines scenario preview child-at-curb --out curb.svg
  nines scenario preview ./my-curb.yaml --out curb.png --policy blind
  nines scenario preview child-at-curb --out curb.rrd")]
pub struct PreviewArgs {
    /// Name or path
    #[arg(value_name = "SCENARIO")]
    pub scenario: String,
    /// The variant of that name
    #[arg(long, value_name = "V")]
    pub variant: Option<String>,
    /// File to write: a picture (.svg, .png), or recordings for the Rerun viewer (.rrd)
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Who drives: `blind` shows what would happen
    #[arg(long, default_value = "common-sense", value_name = "P")]
    pub policy: String,
    /// Encounters, spread evenly over the latent states [default: 20, or one for each combination of them where there are more; of recordings 1]
    #[arg(short, long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    pub number: Option<u64>,
    /// 0 to 2^53-1
    #[arg(long, default_value = "1", value_name = "S", value_parser = chosen_seed, allow_negative_numbers = true)]
    pub seed: u64,
}

/// More encounters than these make no better picture or table.
const MOST: u64 = 100_000;

fn number(text: &str) -> Result<u64, String> {
    let n = value::positive(text)?;
    if n > MOST { Err(format!("must be at most {MOST}")) } else { Ok(n) }
}

fn chosen_seed(text: &str) -> Result<u64, String> {
    value::whole(text, 0..=(1 << 53) - 1)
}
