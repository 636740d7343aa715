//! `nines scenario new`.

use crate::cli::args::NewArgs;
use crate::cli::cannot;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

/// A short scenario that is complete, for an author to change.
const TEMPLATE: &str = include_str!("new.yaml");
/// The name in it.
const NAME: &str = "new-scenario";
/// Where editors look for the schema, beside the scenario file.
const MODELINE: &str = "# yaml-language-server: $schema=nines-scenario.schema.json\n";

/// Writes NAME.yaml, and says what to do next.
pub fn new(args: &NewArgs, output: &Output) -> Result<Exit, Failure> {
    let name = &args.name;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(good) || name.len() > 64 {
        let help = "names are lower case letters, digits and `-`, begin with a letter, and have at most 64 letters";
        return Err(Failure::new(Exit::Usage, format!("`{name}` is not a name")).help(help));
    }
    let (text, from) = match &args.from {
        None => (TEMPLATE.to_owned(), NAME.to_owned()),
        Some(pattern) => {
            let from = super::one(pattern, None)?.scenario.name.clone();
            let text = crate::campaign::sources(pattern)?.into_iter().next().map(|s| s.text).unwrap_or_default();
            if !text.lines().any(|line| line == format!("name: {from}")) {
                let failure = Failure::new(Exit::Usage, format!("`{from}` is a variant"));
                return Err(failure.help("begin with the scenario that it is a variant of"));
            }
            (text, from)
        }
    };
    let path = PathBuf::from(format!("{name}.yaml"));
    let own = format!("{MODELINE}{}", renamed(&text, &from, name));
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => file.write_all(own.as_bytes()).map_err(|e| cannot("write", &path, &e))?,
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            return Err(Failure::new(Exit::Campaign, format!("{} is there already", path.display())).help("choose another name"));
        }
        Err(e) => return Err(cannot("write", &path, &e)),
    }
    output.note(&format!("wrote {}", path.display()));
    output.note(&format!("  next  nines scenario check {}", path.display()));
    output.note(&format!("        nines scenario preview {} --out {name}.svg", path.display()));
    output.note(&format!("        nines run {} --policy common-sense", path.display()));
    output.note("        nines schema scenario > nines-scenario.schema.json     (editors then complete its fields)");
    Ok(Exit::Ok)
}

/// The text with its name replaced, without a line for editors that it may have.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("# yaml-language-server:"));
    let line = |line: &str| match line == format!("name: {from}") {
        true => format!("name: {to}\n"),
        false => format!("{line}\n"),
    };
    lines.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_authors_begin_with_has_no_problem() {
        let text = renamed(TEMPLATE, NAME, "my-curb");
        assert_eq!(crate::trial::examine(&text, "my-curb.yaml", &nines_scenarios::BuiltInOnly, false).diagnostics, []);
        assert!(TEMPLATE.lines().count() < 90 && TEMPLATE.contains(&format!("\nname: {NAME}\n")));
    }
}
