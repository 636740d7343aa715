//! `nines scenario …`.

mod catalogue;
mod check;
mod new;
mod page;
mod preview;
mod sample;

pub use check::DiagnosticList;

use super::args::ScenarioCommand;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::{cannot, lists};
use crate::campaign::{Chosen, select};
use std::path::Path;

/// Runs a command about scenarios.
pub fn scenario(command: ScenarioCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        ScenarioCommand::List(args) => lists::scenarios(args, output),
        ScenarioCommand::Check(args) => check::check(&args, output),
        ScenarioCommand::New(args) => new::new(&args, output),
        ScenarioCommand::Sample(args) => sample::sample(&args, output),
        ScenarioCommand::Preview(args) => preview::preview(&args, output),
        ScenarioCommand::Catalogue { out, text_only } => catalogue::write(&out, text_only, output),
        ScenarioCommand::Show { scenario } => lists::show(&scenario, output),
    }
}

/// The scenario that is meant by a name or a path, where one alone is asked for.
fn one(pattern: &str) -> Result<Chosen, Failure> {
    let mut found = select(&[pattern.to_owned()])?;
    match found.len() {
        1 => Ok(found.remove(0)),
        n => Err(Failure::new(Exit::Usage, format!("`{pattern}` means {n} scenarios")).help("name one of them")),
    }
}

/// Writes a picture: SVG as it is, PNG drawn, by the ending of the file's name.
fn write_picture(path: &Path, svg: &str) -> Result<(), Failure> {
    let bytes = match ending(path) {
        "svg" => svg.as_bytes().to_vec(),
        "png" => drawn(svg)?,
        _ => return Err(Failure::new(Exit::Usage, format!("{} is no picture", path.display())).help("name it .svg or .png")),
    };
    std::fs::write(path, bytes).map_err(|e| cannot("write", path, &e))
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|e| e.to_str()).unwrap_or_default()
}

#[cfg(feature = "png")]
fn drawn(svg: &str) -> Result<Vec<u8>, Failure> {
    nines_viz::png(svg, 1.0).map_err(|e| Failure::new(Exit::Bug, e))
}

#[cfg(not(feature = "png"))]
fn drawn(_: &str) -> Result<Vec<u8>, Failure> {
    let failure = Failure::new(Exit::Usage, "this program is built without PNG");
    Err(failure.help("build it with the feature `png`, which is on by default, or write .svg"))
}
