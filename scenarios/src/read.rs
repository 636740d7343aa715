//! Reading a scenario file: text to nodes, nodes to a scenario with all its problems, and the trial of its values.

use crate::correlation::read_correlations;
use crate::diagnostic::{Code, Diagnostic, Problems, Severity};
use crate::domain::try_values;
use crate::fields::{Fields, check_name, text, words};
use crate::format::{LogicalScenario, SCHEMA, Scenario};
use crate::node::{Kind, Node, Span};
use crate::scope::Scope;
use crate::sections::*;
use crate::settings::Settings;
use crate::street::Street;
use nines_sim::EgoSpec;

/// What checking a file gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The scenario; `None` where there is an error.
    pub scenario: Option<LogicalScenario>,
    /// All problems in the order of the file, warnings included.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a scenario. `file` is what diagnostics call it. Warnings are left out; [`check`] gives them too.
///
/// # Errors
/// All problems of the file at once; where it is not YAML, that alone.
pub fn parse(text: &str, file: &str) -> Result<LogicalScenario, Vec<Diagnostic>> {
    let Checked { scenario, diagnostics } = check(text, file);
    scenario.ok_or(diagnostics)
}

/// Checks a scenario file.
pub fn check(text: &str, file: &str) -> Checked {
    let mut problems = Problems::new(file);
    let scenario = crate::node::read(text, &mut problems).and_then(|root| scenario(&root, &mut problems));
    let diagnostics = problems.into_sorted();
    let bad = diagnostics.iter().any(|d| d.severity == Severity::Error);
    Checked { scenario: scenario.filter(|_| !bad), diagnostics }
}

fn scenario(root: &Node, problems: &mut Problems) -> Option<LogicalScenario> {
    let top = Span { end_column: root.span.column + 1, end_line: root.span.line, ..root.span };
    let mut fields = Fields::of(root, top, "a scenario file", problems)?;
    if check_schema(&mut fields, problems).is_none() {
        fields.report_missing(problems);
        return None;
    }
    let mut scope = Scope::default();
    let word = |n: &Node, what: &str, problems: &mut Problems| {
        let word = text(n, what, problems)?;
        check_name(&word, '-', n.span, problems);
        Some(word)
    };
    let name = fields.require("name").and_then(|n| word(n, "`name`", problems));
    let title = fields.require("title").and_then(|n| text(n, "`title`", problems));
    let description = fields.take("description").map_or(Some(String::new()), |n| text(n, "`description`", problems));
    let group = fields.take("group").map_or(Some("own".to_owned()), |n| word(n, "`group`", problems));
    let odd = fields.require("odd").map(|n| word_list(n, "`odd`", problems));
    let tags = fields.take("tags").map(|n| word_list(n, "`tags`", problems)).unwrap_or_default();
    let sources = fields.take("sources").map_or(Some(Vec::new()), |n| read_sources(n, problems));
    let parameters = fields.take("parameters").map_or(Some(Vec::new()), |n| read_parameters(n, &mut scope, problems));
    let correlations = fields.take("correlations").map_or(Some(Vec::new()), |n| {
        let found = parameters.as_deref().unwrap_or_default();
        read_correlations(n, found, &scope.parameters, problems)
    });
    let latents = fields.take("latents").map_or(Some(Vec::new()), |n| read_latents(n, &mut scope, problems));
    let values = fields.take("values").map_or(Some(()), |n| read_values(n, &mut scope, problems));
    let road = fields.require("road");
    let road = road.and_then(|n| Street::read(n, n.span, problems));
    let ego = fields.require("ego").and_then(|n| {
        let mut inner = Fields::of(n, n.span, "`ego`", problems)?;
        let out = Settings::read::<EgoSpec>(&mut inner, "ego", &mut scope, problems);
        inner.finish(problems);
        Some(out)
    });
    let sensing = read_sensing(fields.take("sensing"), &mut scope, problems);
    let signals = fields.take("signals").map_or(Some(Vec::new()), |n| read_signals(n, &mut scope, problems));
    let zones = fields.take("zones").map_or(Some(Vec::new()), |n| read_zones(n, problems));
    let actors = fields.require("actors").and_then(|n| read_actors(n, road.as_ref(), &mut scope, problems));
    let criteria = read_criteria(fields.take("criteria"), problems);
    let known_odds = odd.clone().unwrap_or_default();
    let exposure = fields.take("exposure").map_or(Some(Vec::new()), |n| read_exposure(n, &known_odds, problems));
    fields.finish(problems);
    if problems.errors() > 0 {
        return None;
    }
    let (sensing, latency_s) = sensing?;
    let (criteria, harsh_limit_mps2) = criteria?;
    let parts = Scenario {
        name: name?,
        title: title?,
        description: description?,
        group: group?,
        odd: odd?,
        tags,
        sources: sources?,
        parameters: parameters?,
        correlations: correlations?,
        values: values.map(|()| scope.values.clone())?,
        latents: latents?,
        road: road?,
        ego: ego?,
        sensing,
        latency_s,
        signals: signals?,
        zones: zones?,
        actors: actors?,
        criteria,
        harsh_limit_mps2,
        exposure: exposure?,
    };
    let template = crate::compile::template(&parts, &scope);
    try_values(&scope, &template, problems);
    warn_of_unused(root, &scope, problems);
    Some(LogicalScenario { parts, template })
}

fn check_schema(fields: &mut Fields, problems: &mut Problems) -> Option<()> {
    let node = fields.require("schema")?;
    let schema = text(node, "`schema`", problems)?;
    if schema == SCHEMA {
        return Some(());
    }
    let message = format!("this program does not read `{schema}`");
    problems.error(Code::UnsupportedSchema, node.span, message, format!("write `schema: {SCHEMA}`"));
    None
}

fn word_list(node: &Node, what: &str, problems: &mut Problems) -> Vec<String> {
    let found = words(node, what, problems);
    if found.is_empty() && matches!(node.kind, Kind::List(_)) && what == "`odd`" {
        problems.error(Code::MissingField, node.span, "`odd` names at least one design domain", "");
    }
    let check = |(word, at): (String, Span)| {
        check_name(&word, '-', at, problems);
        word
    };
    found.into_iter().map(check).collect()
}

fn warn_of_unused(root: &Node, scope: &Scope, problems: &mut Problems) {
    let Kind::Map(fields) = &root.kind else { return };
    let sections = [
        ("parameters", Code::UnusedParameter, "parameter"),
        ("latents", Code::UnusedLatent, "latent variable"),
        ("values", Code::UnusedValue, "value"),
    ];
    for (section, code, what) in sections {
        let Some(Kind::Map(named)) = fields.iter().find(|(k, _)| k.text == section).map(|(_, n)| &n.kind) else { continue };
        for (key, _) in named.iter().filter(|(k, _)| !scope.used.contains(&k.text)) {
            problems.warning(
                code,
                key.span,
                format!("the {what} `{}` changes nothing", key.text),
                "use it in a value, or remove it",
            );
        }
    }
}
