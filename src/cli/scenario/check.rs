//! `nines scenario check`: every problem of every file at once.

use crate::campaign::{Beside, bounded, pretty, sources};
use crate::cli::args::{CheckArgs, Format};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::progress::Doing;
use crate::cli::{diagnostics, github};
use crate::trial::{Examined, examine_told};
use nines_scenarios::{Diagnostic, Severity, SourceFile};
use nines_viz::numbers::counted;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What stdin is called.
const STDIN: &str = "<stdin>";

/// The shape of `nines scenario check --format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "nines.diagnostics/1")]
pub struct DiagnosticList {
    schema: &'static str,
    /// Number of errors.
    errors: usize,
    /// Number of warnings.
    warnings: usize,
    /// All problems, in the order of the files, of each in the order of its lines.
    diagnostics: Vec<Listed>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Listed {
    /// Kind of problem, for `nines explain`; never changes its meaning.
    code: &'static str,
    severity: Level,
    /// What is wrong; stands alone.
    message: String,
    /// The edit that mends it; empty where the message says all.
    help: String,
    file: String,
    #[serde(flatten)]
    place: Place,
    /// Other places that belong to it.
    labels: Vec<ListedLabel>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Level {
    Error,
    Warning,
    Note,
}

/// From the first character to behind the last; lines and columns count from 1, columns in characters.
#[derive(Debug, Serialize, JsonSchema)]
struct Place {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ListedLabel {
    /// Its file, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(flatten)]
    place: Place,
    text: String,
}

impl From<&Diagnostic> for Listed {
    fn from(d: &Diagnostic) -> Self {
        let place = |line, column, end_line, end_column| Place { line, column, end_line, end_column };
        let labels = d.labels.iter().map(|l| ListedLabel {
            file: Some(l.file.clone()).filter(|f| *f != d.file),
            place: place(l.line, l.column, l.end_line, l.end_column),
            text: l.text.clone(),
        });
        Self {
            code: d.code.name(),
            severity: match d.severity {
                Severity::Error => Level::Error,
                Severity::Warning => Level::Warning,
                Severity::Note => Level::Note,
            },
            message: d.message.clone(),
            help: d.help.clone(),
            file: d.file.clone(),
            place: place(d.line, d.column, d.end_line, d.end_column),
            labels: labels.collect(),
        }
    }
}

/// Checks all files and answers whether they are good.
pub fn check(args: &CheckArgs, output: &Output) -> Result<Exit, Failure> {
    let (mut files, mut failures): (Vec<SourceFile>, Vec<Failure>) = (Vec::new(), Vec::new());
    for name in &args.files {
        match read(name) {
            Ok(found) => found.into_iter().for_each(|f| {
                if !files.contains(&f) {
                    files.push(f)
                }
            }),
            Err(failure) => failures.push(failure),
        }
    }
    let found = check_all(&files, args.quick, &Doing::new(output));
    let all: Vec<Diagnostic> = found.iter().flat_map(|f| f.diagnostics.clone()).collect();
    let answer = answer(&files, &found);
    match args.format {
        Format::Human => {
            for Examined { diagnostics, files } in found.iter().filter(|f| !f.diagnostics.is_empty()) {
                output.result(&format!("{}\n\n", diagnostics::render(files, diagnostics, output.style().color)));
            }
            output.result(&answer);
        }
        Format::Json => output.result(&pretty(&DiagnosticList {
            schema: "nines.diagnostics/1",
            errors: number(&all, Severity::Error),
            warnings: number(&all, Severity::Warning),
            diagnostics: all.iter().map(Listed::from).collect(),
        })),
        Format::Github => {
            output.result(&github::of_check(&all));
            github::append(&github::table_of_check(&all, answer.trim_end()))?;
        }
    }
    // The last failure is the one that is reported; those before it are said here.
    failures.sort_by_key(|failure| failure.exit == Exit::Input);
    if let Some(last) = failures.pop() {
        failures.iter().for_each(|failure| output.error(&format!("{} {}", output.paint(31, "error:"), failure.message)));
        return Err(last);
    }
    let bad = number(&all, Severity::Error) > 0 || (args.deny_warnings && number(&all, Severity::Warning) > 0);
    Ok(if bad { Exit::No } else { Exit::Ok })
}

fn read(name: &str) -> Result<Vec<SourceFile>, Failure> {
    if Path::new(name).is_dir() {
        return folder(name);
    }
    if name != "-" {
        return Ok(sources(name)?);
    }
    let bytes = bounded(std::io::stdin().lock()).map_err(|e| Failure::new(Exit::Input, format!("cannot read stdin: {e}")))?;
    Ok(vec![SourceFile { name: STDIN.into(), text: String::from_utf8_lossy(&bytes).into_owned() }])
}

/// The scenario files of a folder, by name: rules and profiles of ODDs that lie beside them are none.
fn folder(name: &str) -> Result<Vec<SourceFile>, Failure> {
    let unread = |e: std::io::Error| Failure::new(Exit::Input, format!("cannot read the folder `{name}`: {e}"));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(name).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        paths.extend(Some(path).filter(|p| p.is_file() && p.extension().is_some_and(|e| e == "yaml" || e == "yml")));
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let other = |f: &SourceFile| {
            f.text.lines().any(|l| ["schema: nines.rules/", "schema: nines.odd/"].iter().any(|s| l.starts_with(s)))
        };
        files.extend(sources(&path.to_string_lossy())?.into_iter().filter(|f| !other(f)));
    }
    if files.is_empty() {
        return Err(Failure::new(Exit::Input, format!("no scenario file lies in the folder `{name}`: they end in .yaml")));
    }
    Ok(files)
}

/// Problems of each file; the files are shared out over the cores.
fn check_all(files: &[SourceFile], quick: bool, doing: &Doing) -> Vec<Examined> {
    let found: Vec<OnceLock<Examined>> = files.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((file, slot)) = files.iter().zip(&found).nth(next.fetch_add(1, Ordering::Relaxed)) {
            let tell = |scenario: &str| doing.say(scenario);
            slot.get_or_init(|| examine_told(&file.text, &file.name, &Beside, quick, &tell));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 1..cores.min(files.len()) {
            scope.spawn(work);
        }
        work();
    });
    doing.end();
    found.into_iter().filter_map(OnceLock::into_inner).collect()
}

fn number(all: &[Diagnostic], severity: Severity) -> usize {
    all.iter().filter(|d| d.severity == severity).count()
}

/// `1 error in my-curb.yaml`, a line for each file, and one for all where there are several.
fn answer(files: &[SourceFile], found: &[Examined]) -> String {
    let counts = |all: &[Diagnostic]| {
        let parts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
        let parts = parts.map(|(severity, word)| (number(all, severity) as u64, word));
        let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| counted(*n, word)).collect();
        if parts.is_empty() { "ok".to_owned() } else { parts.join(", ") }
    };
    let line = |(file, own): (&SourceFile, &Examined)| match own.diagnostics.is_empty() {
        true => format!("{} is ok\n", file.name),
        false => format!("{} in {}\n", counts(&own.diagnostics), file.name),
    };
    let mut out: String = files.iter().zip(found).map(line).collect();
    if files.len() > 1 {
        let all: Vec<Diagnostic> = found.iter().flat_map(|f| f.diagnostics.clone()).collect();
        out += &format!("{} in {}\n", counts(&all), counted(files.len() as u64, "file"));
    }
    out
}
