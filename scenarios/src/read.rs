//! Reading a scenario file: text to nodes, nodes to a scenario with all its problems, and the trial of its values.

use crate::actor::{ActorSpec, check_links};
use crate::diagnostic::{Code, Diagnostic, Problems, Severity, nearest};
use crate::distribution::Distribution;
use crate::domain::{Domain, try_values};
use crate::estimate::Estimate;
use crate::expression::Expression;
use crate::fields::{Fields, check_name, entries, finite, items, positive, text, words};
use crate::format::{Exposure, LogicalScenario, Parameter, SCHEMA, Scenario};
use crate::latent::LatentVariable;
use crate::node::{Kind, Node, Span};
use crate::scope::Scope;
use crate::settings::Settings;
use crate::street::Street;
use nines_sim::{Criterion, DT, EgoSpec, MAX_ACTORS, MAX_PARAMS, MAX_STRATA, SensingSpec, SignalSpec, Zone, ZoneKind};

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

/// Criteria that fail every scenario unless it leaves them out by name.
pub(crate) const USUAL: [Criterion; 5] =
    [Criterion::Collision, Criterion::StruckFromBehind, Criterion::OffRoad, Criterion::NoProgress, Criterion::PolicyFault];

/// Hardest braking that is not harsh, m/s^2.
pub(crate) const HARSH_MPS2: f64 = 4.0;

/// Latency where a file says none, s.
pub(crate) const LATENCY_S: f64 = 0.1;

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

fn read_sources(node: &Node, problems: &mut Problems) -> Option<Vec<(String, String)>> {
    let mut out = Vec::new();
    for (key, node) in entries(node, "`sources`", problems)? {
        out.push((key.text.clone(), text(node, "a source", problems)?));
    }
    Some(out)
}

fn read_parameters(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<Vec<Parameter>> {
    let mut out = Vec::new();
    for (key, node) in entries(node, "`parameters`", problems)? {
        check_name(&key.text, '_', key.span, problems);
        // Known by name even where its distribution is wrong, so that its uses are no further problems.
        scope.parameters.push(key.text.clone());
        let Some(mut fields) = Fields::of(node, key.span, "a parameter", problems) else { continue };
        let distribution = Distribution::read(&mut fields, problems);
        let source = fields.require("source").and_then(|n| text(n, "`source`", problems));
        fields.finish(problems);
        let made = distribution.zip(source);
        out.extend(made.map(|(distribution, source)| Parameter { name: key.text.clone(), distribution, source }));
    }
    if scope.parameters.len() > MAX_PARAMS {
        let message = format!("{} parameters, but a scenario has at most {MAX_PARAMS}", scope.parameters.len());
        problems.error(Code::TooMany, node.span, message, "");
    }
    Some(out)
}

fn read_values(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<()> {
    for (key, node) in entries(node, "`values`", problems)? {
        check_name(&key.text, '_', key.span, problems);
        if scope.parameters.contains(&key.text) || scope.latents.iter().any(|(l, _)| *l == key.text) {
            let message = format!("`{}` is a parameter or latent variable already", key.text);
            problems.error(Code::BadName, key.span, message, "choose another name");
        }
        // A value that cannot be read stays known by its name, so that its uses are no further problems.
        let value = scope.value(node, &key.text, Domain::Any, problems).unwrap_or(Expression::Number(f64::NAN));
        scope.values.push((key.text.clone(), value));
    }
    Some(())
}

fn read_latents(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<Vec<LatentVariable>> {
    let mut out: Vec<LatentVariable> = Vec::new();
    for (key, node) in entries(node, "`latents`", problems)? {
        check_name(&key.text, '_', key.span, problems);
        if scope.parameters.contains(&key.text) {
            let message = format!("`{}` is a parameter already", key.text);
            problems.error(Code::BadName, key.span, message, "choose another name");
        }
        scope.latents.push((key.text.clone(), state_names(node)));
        out.extend(LatentVariable::read(&key.text, node, key.span, problems));
    }
    let strata = out.iter().fold(1_usize, |n, l| n.saturating_mul(l.states.len()));
    if strata > MAX_STRATA {
        let message = format!("{strata} combinations of latent states, but a scenario has at most {MAX_STRATA}");
        problems.error(Code::TooMany, node.span, message, "let continuous choices be parameters");
    }
    Some(out)
}

/// Names of the states of a latent variable, also of one that has problems.
fn state_names(node: &Node) -> Vec<String> {
    let Kind::Map(fields) = &node.kind else { return Vec::new() };
    match fields.iter().find(|(k, _)| k.text == "states").map(|(_, n)| &n.kind) {
        Some(Kind::Map(states)) => states.iter().map(|(k, _)| k.text.clone()).collect(),
        _ => Vec::new(),
    }
}

fn read_sensing(node: Option<&Node>, scope: &mut Scope, problems: &mut Problems) -> Option<(Settings, f64)> {
    let empty = Node { kind: Kind::Map(Vec::new()), span: Span::default() };
    let node = node.unwrap_or(&empty);
    let mut fields = Fields::of(node, node.span, "`sensing`", problems)?;
    let settings = Settings::read::<SensingSpec>(&mut fields, "sensing", scope, problems);
    let latency = match fields.take("latency_s") {
        None => Some(LATENCY_S),
        Some(n) => finite(n, "`latency_s`", problems).filter(|s| {
            let steps = s / DT;
            let whole = (steps - steps.round()).abs() < 1e-9 && steps.round() >= 1.0 && steps < 50.0;
            if !whole {
                let message = format!("`latency_s` is {s}, but must be a multiple of {DT}, from {DT} to 4.9");
                problems.error(Code::OutOfRange, n.span, message, "");
            }
            whole
        }),
    };
    fields.finish(problems);
    Some((settings, latency?))
}

fn read_signals(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<Vec<Settings>> {
    let mut out = Vec::new();
    for item in items(node, "`signals`", problems) {
        let mut fields = Fields::of(item, item.span, "a signal", problems)?;
        out.push(Settings::read::<SignalSpec>(&mut fields, "signal", scope, problems));
        fields.finish(problems);
    }
    Some(out)
}

/// Kinds of zones by their names.
pub(crate) const ZONES: [(&str, ZoneKind); 3] =
    [("crosswalk", ZoneKind::Crosswalk), ("school", ZoneKind::School), ("junction", ZoneKind::Junction)];

fn read_zones(node: &Node, problems: &mut Problems) -> Option<Vec<Zone>> {
    let mut out = Vec::new();
    for item in items(node, "`zones`", problems) {
        let mut fields = Fields::of(item, item.span, "a zone", problems)?;
        let kind = fields.require("kind").and_then(|n| {
            let name = text(n, "`kind`", problems)?;
            let found = ZONES.iter().find(|(z, _)| *z == name).map(|(_, k)| *k);
            if found.is_none() {
                let help = nearest(&name, ZONES.map(|(z, _)| z));
                problems.error(Code::UnknownKind, n.span, format!("`{name}` is not a kind of zone"), help);
            }
            found
        });
        let mut at = |name| fields.require(name).and_then(|n| finite(n, &format!("`{name}`"), problems));
        let (from, to) = (at("from_m"), at("to_m"));
        fields.finish(problems);
        let (from_m, to_m) = from.zip(to)?;
        if from_m >= to_m {
            problems.error(Code::BoundsReversed, item.span, format!("the zone begins at {from_m} and ends at {to_m}"), "");
        }
        out.push(Zone { kind: kind?, from_m, to_m });
    }
    Some(out)
}

fn read_actors(node: &Node, road: Option<&Street>, scope: &mut Scope, problems: &mut Problems) -> Option<Vec<ActorSpec>> {
    let list: Vec<_> = entries(node, "`actors`", problems)?.collect();
    if list.len() > MAX_ACTORS {
        let message = format!("{} actors, but a scenario has at most {MAX_ACTORS}", list.len());
        problems.error(Code::TooMany, node.span, message, "");
    }
    let mut out = Vec::new();
    let mut places = Vec::new();
    for (key, node) in &list {
        check_name(&key.text, '_', key.span, problems);
        places.push((key.text.clone(), link_place(node).unwrap_or(key.span)));
        out.extend(ActorSpec::read(&key.text, node, key.span, road, scope, problems));
    }
    // An actor that could not be read would seem to be missing.
    if out.len() == list.len() {
        check_links(&out, &places, problems);
    }
    Some(out)
}

/// Where an actor names another.
fn link_place(node: &Node) -> Option<Span> {
    let Kind::Map(fields) = &node.kind else { return None };
    fields.iter().find(|(k, _)| k.text == "after" || k.text == "leader").map(|(_, n)| n.span)
}

fn read_criteria(node: Option<&Node>, problems: &mut Problems) -> Option<(Vec<Criterion>, f64)> {
    let Some(node) = node else { return Some((USUAL.to_vec(), HARSH_MPS2)) };
    let mut fields = Fields::of(node, node.span, "`criteria`", problems)?;
    let mut list = |name| fields.take(name).map_or(Vec::new(), |n| read_criterion_list(n, problems));
    let (fail, without) = (list("fail"), list("leave_out"));
    let harsh = fields.take("harsh_limit_mps2").map_or(Some(HARSH_MPS2), |n| positive(n, "`harsh_limit_mps2`", problems));
    fields.finish(problems);
    for (criterion, at) in &without {
        let name = criterion.name();
        if *criterion == Criterion::PolicyFault {
            problems.error(Code::OutOfRange, *at, "a policy fault always fails", "remove it from `leave_out`");
        } else if fail.iter().any(|(c, _)| c == criterion) {
            problems.error(Code::DuplicateEntry, *at, format!("`{name}` both fails and is left out"), "remove one of them");
        }
    }
    let fails = |c: &Criterion| (USUAL.contains(c) || fail.iter().any(|(f, _)| f == c)) && !without.iter().any(|(w, _)| w == c);
    Some((Criterion::ALL.iter().copied().filter(fails).collect(), harsh?))
}

fn read_criterion_list(node: &Node, problems: &mut Problems) -> Vec<(Criterion, Span)> {
    let mut out = Vec::new();
    for (name, at) in words(node, "a list of criteria", problems) {
        match Criterion::ALL.iter().find(|c| c.name() == name) {
            Some(c) => out.push((*c, at)),
            None => {
                let help = nearest(&name, Criterion::ALL.iter().map(|c| c.name()));
                problems.error(Code::UnknownCriterion, at, format!("`{name}` is not a criterion"), help);
            }
        }
    }
    out
}

fn read_exposure(node: &Node, odds: &[String], problems: &mut Problems) -> Option<Vec<Exposure>> {
    let mut out = Vec::new();
    for (key, node) in entries(node, "`exposure`", problems)? {
        if !odds.contains(&key.text) {
            let help = nearest(&key.text, odds.iter().map(String::as_str));
            problems.error(Code::UnknownOdd, key.span, format!("`{}` is not in `odd`", key.text), help);
        }
        let Some(mut fields) = Fields::of(node, key.span, "an exposure", problems) else { continue };
        let found = Estimate::read(&mut fields, "per_1e6_km", false, problems);
        fields.finish(problems);
        out.extend(found.map(|per_1e6_km| Exposure { odd: key.text.clone(), per_1e6_km }));
    }
    Some(out)
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
            problems.warning(code, key.span, format!("the {what} `{}` changes nothing", key.text), "use it in a value, or remove it");
        }
    }
}
