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
        ScenarioCommand::Show { scenario, variant } => {
            output.result(&one(&scenario, variant.as_deref())?.scenario.to_yaml());
            Ok(Exit::Ok)
        }
    }
}

/// The scenario that is meant by a name or a path, where one alone is asked for; of a file with variants the base, or that
/// variant.
fn one(pattern: &str, variant: Option<&str>) -> Result<Chosen, Failure> {
    // The name of a variant begins with that of its base, so that the base comes first.
    let mut found = select(&[pattern.to_owned()])?;
    if found.iter().any(|c| c.file != found[0].file) {
        let failure = Failure::new(Exit::Usage, format!("`{pattern}` means {} scenarios", found.len()));
        return Err(failure.help("name one of them"));
    }
    let Some(variant) = variant else { return Ok(found.remove(0)) };
    // A name of the catalogue means one scenario alone; its variants stand in the same file, under names that begin with it.
    if let [only] = &found[..]
        && let Ok(all) = select(&[format!("{pattern}*")])
    {
        let file = only.file.clone();
        found = all.into_iter().filter(|c| c.file == file).collect();
    }
    let base = found[0].scenario.name.clone();
    let names: Vec<String> =
        found.iter().filter_map(|c| c.scenario.name.strip_prefix(&format!("{base}-")).map(String::from)).collect();
    let named = found.into_iter().find(|c| c.scenario.name == format!("{base}-{variant}"));
    named.ok_or_else(|| {
        let help = if names.is_empty() { "it has none".to_owned() } else { format!("there are {}", names.join(", ")) };
        Failure::new(Exit::Nothing, format!("`{base}` has no variant `{variant}`")).help(help)
    })
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
