//! Reading a profile with all its problems at once.

use super::benchmark::{Benchmark, one_of};
use super::{Exclusion, ODD_SCHEMA, OddExposure, OddProfile, Quantity};
use crate::diagnostic::{Code, Diagnostic, Problems, Severity, nearest};
use crate::estimate::Estimate;
use crate::fields::{Fields, check_name, entries, items, positive, text, words};
use crate::node::{Kind, Node, Span};
use crate::taxonomy::{check_value, known_attribute};

/// What checking a profile gives.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedOdd {
    /// The profile; `None` where there is an error.
    pub profile: Option<OddProfile>,
    /// All problems in the order of the file, warnings included.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a profile. `file` is what diagnostics call it.
///
/// # Errors
/// All problems of the file at once; where it is not YAML, that alone.
pub fn parse_odd(text: &str, file: &str) -> Result<OddProfile, Vec<Diagnostic>> {
    let CheckedOdd { profile, diagnostics } = check_odd(text, file);
    profile.ok_or(diagnostics)
}

/// Checks a profile.
pub fn check_odd(text: &str, file: &str) -> CheckedOdd {
    let mut problems = Problems::new(file);
    let profile = crate::node::read(text, 0, &mut problems).and_then(|root| read(&root, &mut problems));
    let diagnostics = problems.into_sorted();
    let bad = diagnostics.iter().any(|d| d.severity == Severity::Error);
    CheckedOdd { profile: profile.filter(|_| !bad), diagnostics }
}

/// What an exposure may rest on.
pub(crate) const RESTS_ON: [&str; 3] = ["assumption", "derived", "measured"];

fn read(root: &Node, problems: &mut Problems) -> Option<OddProfile> {
    let top = Span { end_column: root.span.column + 1, end_line: root.span.line, ..root.span };
    let mut fields = Fields::of(root, top, "an ODD profile", problems)?;
    if check_schema(&mut fields, problems).is_none() {
        fields.report_missing(problems);
        return None;
    }
    let mut name = |field: &'static str, needed: bool, problems: &mut Problems| {
        let node = if needed { fields.require(field) } else { fields.take(field) }?;
        let word = text(node, &format!("`{field}`"), problems)?;
        check_name(&word, '-', node.span, problems);
        Some(word)
    };
    let (own, like) = (name("name", true, problems), name("like", false, problems));
    let title = fields.require("title").and_then(|n| text(n, "`title`", problems));
    let description = fields.take("description").map_or(Some(String::new()), |n| text(n, "`description`", problems));
    let caveat = fields.take("caveat").and_then(|n| text(n, "`caveat`", problems));
    let mut quantity = |name: &'static str| fields.take(name).and_then(|n| read_quantity(n, name, problems));
    let (mean_speed_kmh, trip_km) = (quantity("mean_speed_kmh"), quantity("trip_km"));
    let include: Option<Vec<String>> =
        fields.take("include").map(|n| words(n, "`include`", problems).into_iter().map(|(word, _)| word).collect());
    let include_reason = fields.take("include_reason").and_then(|n| {
        if include.is_none() {
            let message = "`include_reason` says why others are left out, but there is no `include`";
            problems.error(Code::MissingField, n.span, message, "write `include`, or remove it");
        }
        text(n, "`include_reason`", problems)
    });
    let exclude = fields.take("exclude").map(|n| read_exclude(n, problems)).unwrap_or_default();
    let exposures = fields.take("exposures").map_or(Some(Vec::new()), |n| read_exposures(n, problems));
    let contains = match fields.take("contains") {
        Some(n) => read_contains(n, problems),
        // What it is like has the same, where that is known.
        None => contents_of(like.as_deref()).or_else(|| fields.require("contains").and(None)),
    };
    let benchmarks = fields.take("benchmarks").map(|n| read_benchmarks(n, problems)).unwrap_or_default();
    fields.finish(problems);
    Some(OddProfile {
        name: own?,
        title: title?,
        description: description?,
        caveat,
        like,
        mean_speed_kmh,
        trip_km,
        include,
        include_reason,
        exclude,
        exposures: exposures?,
        contains: contains?,
        benchmarks,
    })
}

/// What a built-in ODD contains; those are like no other.
fn contents_of(like: Option<&str>) -> Option<Vec<(String, Vec<String>)>> {
    let entry = super::odds().into_iter().find(|e| Some(e.name) == like)?;
    super::parse_odd(entry.text, entry.file).ok().map(|profile| profile.contains)
}

fn check_schema(fields: &mut Fields, problems: &mut Problems) -> Option<()> {
    let node = fields.require("schema")?;
    let schema = text(node, "`schema`", problems)?;
    if schema == ODD_SCHEMA {
        return Some(());
    }
    let help = if schema == crate::format::SCHEMA {
        "this is a scenario; `--odd` takes the name of an ODD or a profile".to_owned()
    } else {
        format!("write `schema: {ODD_SCHEMA}`")
    };
    problems.error(Code::UnsupportedSchema, node.span, format!("`{schema}` is not an ODD profile that this program reads"), help);
    None
}

fn read_quantity(node: &Node, name: &str, problems: &mut Problems) -> Option<Quantity> {
    let mut fields = Fields::of(node, node.span, &format!("`{name}`"), problems)?;
    let value = fields.require("value").and_then(|n| positive(n, "`value`", problems));
    let source = fields.require("source").and_then(|n| text(n, "`source`", problems));
    fields.finish(problems);
    let value = value?;
    if !(1e-3..=1e6).contains(&value) {
        let message = format!("`{name}` is {value:e}, but must be from 0.001 to 1e6");
        problems.error(Code::OutOfRange, node.span, message, "is the unit right?");
        return None;
    }
    Some(Quantity { value, source: source? })
}

fn read_exclude(node: &Node, problems: &mut Problems) -> Vec<Exclusion> {
    let mut out = Vec::new();
    for item in items(node, "`exclude`", problems) {
        let Some(mut fields) = Fields::of(item, item.span, "an exclusion", problems) else { continue };
        let scenario = fields.require("scenario").and_then(|n| text(n, "`scenario`", problems));
        let reason = fields.require("reason").and_then(|n| text(n, "`reason`", problems));
        fields.finish(problems);
        out.extend(scenario.zip(reason).map(|(scenario, reason)| Exclusion { scenario, reason }));
    }
    out
}

fn read_exposures(node: &Node, problems: &mut Problems) -> Option<Vec<OddExposure>> {
    let mut out = Vec::new();
    for (key, node) in entries(node, "`exposures`", problems)? {
        check_name(&key.text, '-', key.span, problems);
        let Some(mut fields) = Fields::of(node, key.span, "an exposure", problems) else { continue };
        let rests_on = match fields.take("rests_on") {
            None => Some(RESTS_ON[0]),
            Some(n) => one_of(n, "ground of an exposure", RESTS_ON.map(|word| (word, word)), problems),
        };
        let found = Estimate::read(&mut fields, "per_1e6_km", false, problems);
        fields.finish(problems);
        out.extend(found.zip(rests_on).map(|(per_1e6_km, rests_on)| OddExposure {
            scenario: key.text.clone(),
            per_1e6_km,
            rests_on: rests_on.to_owned(),
        }));
    }
    Some(out)
}

fn read_contains(node: &Node, problems: &mut Problems) -> Option<Vec<(String, Vec<String>)>> {
    let mut out = Vec::new();
    for (key, node) in entries(node, "`contains`", problems)? {
        let Some(attribute) = known_attribute(&key.text, key.span, problems) else { continue };
        let found = words(node, &format!("`{}`", key.text), problems);
        if found.is_empty() && matches!(node.kind, Kind::List(_)) {
            let help = format!("{}, or remove it", nearest("", attribute.value_names()));
            problems.error(Code::MissingField, node.span, format!("`{}` names no value", key.text), help);
        }
        let known = found.into_iter().filter(|(value, at)| check_value(attribute, value, *at, problems));
        out.push((key.text.clone(), known.map(|(value, _)| value).collect()));
    }
    Some(out)
}

fn read_benchmarks(node: &Node, problems: &mut Problems) -> Vec<Benchmark> {
    let mut out: Vec<Benchmark> = Vec::new();
    for item in items(node, "`benchmarks`", problems) {
        let Some(benchmark) = Benchmark::read(item, problems) else { continue };
        if out.iter().any(|b| b.name == benchmark.name) {
            let message = format!("two benchmarks are called `{}`", benchmark.name);
            problems.error(Code::DuplicateEntry, item.span, message, "rename one of them");
        }
        out.push(benchmark);
    }
    out
}
