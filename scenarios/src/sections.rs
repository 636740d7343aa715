//! The sections of a scenario file, each read with all its problems.

use crate::actor::{ActorSpec, check_holders, check_links};
use crate::agent::mode_names;
use crate::condition::KnownActor;
use crate::demand::{DemandSpec, read_demands};
use crate::diagnostic::{Code, Problems, nearest};
use crate::distribution::Distribution;
use crate::domain::Domain;
use crate::estimate::Estimate;
use crate::expression::Expression;
use crate::fields::{Fields, check_name, entries, finite, items, positive, text, words};
use crate::format::{Exposure, Parameter};
use crate::latent::{LatentVariable, follow_nature};
use crate::node::{Kind, Node, Span};
use crate::scope::Scope;
use crate::settings::Settings;
use crate::street::Street;
use nines_sim::{Criterion, DT, MAX_ACTORS, MAX_PARAMS, MAX_STRATA, SensingSpec, SignalSpec, ZoneKind, ZoneSpec};

/// Criteria that fail every scenario unless it leaves them out by name.
pub(crate) const USUAL: [Criterion; 5] =
    [Criterion::Collision, Criterion::StruckFromBehind, Criterion::OffRoad, Criterion::NoProgress, Criterion::PolicyFault];

/// Hardest braking that is not harsh, m/s^2.
pub(crate) const HARSH_MPS2: f64 = 4.0;

/// Most named values.
pub(crate) const MAX_VALUES: usize = 256;

/// Latency where a file says none, s.
pub(crate) const LATENCY_S: f64 = 0.1;

pub(crate) fn read_sources(node: &Node, problems: &mut Problems) -> Option<Vec<(String, String)>> {
    let mut out = Vec::new();
    for (key, node) in entries(node, "`sources`", problems)? {
        out.push((key.text.clone(), text(node, "a source", problems)?));
    }
    Some(out)
}

pub(crate) fn read_parameters(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<Vec<Parameter>> {
    let mut out = Vec::new();
    for (key, node) in entries(node, "`parameters`", problems)? {
        check_name(&key.text, '_', key.span, problems);
        // Known by name even where its distribution is wrong, so that its uses are no further problems.
        scope.parameters.push(key.text.clone());
        let Some(mut fields) = Fields::of(node, key.span, "a parameter", problems) else { continue };
        let distribution = Distribution::read(&mut fields, problems);
        let source = fields.require("source").and_then(|n| text(n, "`source`", problems));
        fields.finish(problems);
        let made = problems.told(distribution.zip(source), key.span, "a parameter");
        out.extend(made.map(|(distribution, source)| Parameter { name: key.text.clone(), distribution, source }));
    }
    if scope.parameters.len() > MAX_PARAMS {
        let message = format!("{} parameters, but a scenario has at most {MAX_PARAMS}", scope.parameters.len());
        problems.error(Code::TooMany, node.span, message, "");
    }
    Some(out)
}

pub(crate) fn read_values(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<()> {
    let all: Vec<_> = entries(node, "`values`", problems)?.collect();
    if all.len() > MAX_VALUES {
        let message = format!("{} values, but a scenario has at most {MAX_VALUES}", all.len());
        problems.error(Code::TooMany, node.span, message, "");
        return None;
    }
    scope.value_names = all.iter().map(|(key, _)| key.text.clone()).collect();
    for (key, node) in all {
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

pub(crate) fn read_latents(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<Vec<LatentVariable>> {
    let mut out: Vec<LatentVariable> = Vec::new();
    for (key, node) in entries(node, "`latents`", problems)? {
        check_name(&key.text, '_', key.span, problems);
        if scope.parameters.contains(&key.text) {
            let message = format!("`{}` is a parameter already", key.text);
            problems.error(Code::BadName, key.span, message, "choose another name");
        }
        let mut used = Vec::new();
        // What depends on more combinations than there may be is not worked out.
        if combinations(&scope.latents) > MAX_STRATA {
            scope.latents.push((key.text.clone(), state_names(node)));
            continue;
        }
        let made = LatentVariable::read(&key.text, node, key.span, &scope.latents, &mut used, problems);
        out.extend(problems.told(made, key.span, "a latent variable"));
        scope.used.extend(used);
        scope.latents.push((key.text.clone(), state_names(node)));
    }
    let strata = combinations(&scope.latents);
    if strata > MAX_STRATA {
        let number = if strata == usize::MAX { "more than 1e19".to_owned() } else { strata.to_string() };
        let message = format!("{number} combinations of latent states, but a scenario has at most {MAX_STRATA}");
        problems.error(Code::TooMany, node.span, message, "let continuous choices be parameters");
    }
    follow_nature(&mut out);
    Some(out)
}

/// Combinations of the states of some latent variables.
fn combinations(latents: &[(String, Vec<String>)]) -> usize {
    latents.iter().fold(1, |n, (_, states)| n.saturating_mul(states.len().max(1)))
}

/// Names of the states of a latent variable, also of one that has problems; none where they are not known: a state that stands twice
/// may be any, so that its uses are no further problems.
fn state_names(node: &Node) -> Vec<String> {
    let Kind::Map(fields) = &node.kind else { return Vec::new() };
    match fields.iter().find(|(k, _)| k.text == "states").map(|(_, n)| &n.kind) {
        Some(Kind::Map(states)) => {
            let names: Vec<String> = states.iter().map(|(k, _)| k.text.clone()).collect();
            let twice = (1..names.len()).any(|k| names[..k].contains(&names[k]));
            if twice { Vec::new() } else { names }
        }
        _ => Vec::new(),
    }
}

pub(crate) fn read_sensing(node: Option<&Node>, scope: &mut Scope, problems: &mut Problems) -> Option<(Settings, f64)> {
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

pub(crate) fn read_signals(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<Vec<Settings>> {
    let mut out = Vec::new();
    for item in items(node, "`signals`", problems) {
        let mut fields = Fields::of(item, item.span, "a signal", problems)?;
        out.push(Settings::read::<SignalSpec>(&mut fields, "signal", scope, problems));
        fields.finish(problems);
    }
    Some(out)
}

/// Kinds of zones by their names.
pub(crate) const ZONES: [(&str, ZoneKind); 5] = [
    ("crosswalk", ZoneKind::Crosswalk),
    ("school", ZoneKind::School),
    ("junction", ZoneKind::Junction),
    ("work", ZoneKind::Work),
    ("slippery", ZoneKind::Slippery),
];

/// A zone as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneForm {
    /// Kind.
    pub kind: ZoneKind,
    /// Where it is, and what holds there.
    pub settings: Settings,
}

impl ZoneForm {
    /// A zone from `from_m` to `to_m` along the route, with nothing else set.
    pub(crate) fn new(kind: ZoneKind, from_m: f64, to_m: f64) -> Self {
        let value = |&(name, default, _): &(&'static str, f64, &'static str)| {
            let x = match name {
                "from_m" => from_m,
                "to_m" => to_m,
                _ => default,
            };
            (name, Expression::Number(x))
        };
        Self { kind, settings: Settings(ZoneSpec::FIELDS.iter().map(value).collect()) }
    }
}

pub(crate) fn read_zones(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<Vec<ZoneForm>> {
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
        for name in ["from_m", "to_m"] {
            if !fields.has(name) {
                fields.require(name);
            }
        }
        let settings = Settings::read::<ZoneSpec>(&mut fields, "zone", scope, problems);
        fields.finish(problems);
        let at = |name: &str| match settings.get(name) {
            Some(Expression::Number(x)) => *x,
            _ => f64::NAN,
        };
        if at("from_m") >= at("to_m") {
            let message = format!("the zone begins at {} and ends at {}", at("from_m"), at("to_m"));
            problems.error(Code::BoundsReversed, item.span, message, "`to_m` lies beyond `from_m`, both along the route");
        }
        out.push(ZoneForm { kind: kind?, settings });
    }
    Some(out)
}

/// Actors, and the parameters that members of groups draw for themselves.
pub(crate) fn read_actors(
    node: &Node,
    road: Option<&Street>,
    scope: &mut Scope,
    problems: &mut Problems,
) -> Option<(Vec<ActorSpec>, Vec<Parameter>)> {
    let (mut list, mut drawn) = (Vec::new(), Vec::new());
    for (key, node) in entries(node, "`actors`", problems)? {
        check_name(&key.text, '_', key.span, problems);
        let members = crate::group::members(key, node, scope, &mut drawn, problems);
        list.extend(problems.told((!members.is_empty()).then_some(members), key.span, "an actor").into_iter().flatten());
    }
    if list.len() > MAX_ACTORS {
        let message = format!("{} actors, but a scenario has at most {MAX_ACTORS}", list.len());
        problems.error(Code::TooMany, node.span, message, "");
        return None;
    }
    if !drawn.is_empty() && scope.parameters.len() > MAX_PARAMS {
        let message =
            format!("{} parameters with those of groups, but a scenario has at most {MAX_PARAMS}", scope.parameters.len());
        problems.error(Code::TooMany, node.span, message, "");
        return None;
    }
    scope.actors =
        list.iter().map(|m| KnownActor { name: m.name.clone(), modes: mode_names(&m.node), group: m.group.clone() }).collect();
    let mut out = Vec::new();
    let mut places = Vec::new();
    let mut told: Option<(String, usize)> = None;
    for m in &list {
        places.push((m.name.clone(), link_place(&m.node).unwrap_or(m.at)));
        (scope.aliases, scope.group) = (m.aliases.clone(), m.group.clone());
        let before = problems.errors();
        let made = ActorSpec::read(&m.name, &m.node, m.at, road, m.there.clone(), scope, problems);
        out.extend(problems.told(made, m.at, "an actor"));
        // What is wrong with one member is wrong with all: it is told once.
        if let (Some(group), true) = (&m.group, problems.errors() > before) {
            match &told {
                Some((g, _)) if g == group => problems.forget_since(before),
                _ => told = Some((group.clone(), before)),
            }
        }
    }
    (scope.aliases, scope.group) = (Vec::new(), None);
    // An actor that could not be read would seem to be missing.
    if out.len() == list.len() {
        check_links(&out, &places, problems);
        check_holders(&out, &places, problems);
    }
    Some((out, drawn))
}

/// Where an actor names another.
fn link_place(node: &Node) -> Option<Span> {
    let Kind::Map(fields) = &node.kind else { return None };
    fields.iter().find(|(k, _)| k.text == "after" || k.text == "leader").map(|(_, n)| n.span)
}

/// Criteria, the limit of harsh braking, and demands. `actors` are those of the file.
pub(crate) fn read_criteria(
    node: Option<&Node>,
    actors: &[ActorSpec],
    scope: &mut Scope,
    problems: &mut Problems,
) -> Option<(Vec<Criterion>, f64, Vec<DemandSpec>)> {
    let Some(node) = node else { return Some((USUAL.to_vec(), HARSH_MPS2, Vec::new())) };
    let mut fields = Fields::of(node, node.span, "`criteria`", problems)?;
    let mut list = |name| fields.take(name).map_or(Vec::new(), |n| read_criterion_list(n, problems));
    let (fail, without) = (list("fail"), list("leave_out"));
    let harsh = fields.take("harsh_limit_mps2").map_or(Some(HARSH_MPS2), |n| positive(n, "`harsh_limit_mps2`", problems));
    let classes: Vec<_> = actors.iter().map(|a| a.class).collect();
    let demands = fields.take("demands").map_or(Vec::new(), |n| read_demands(n, &classes, scope, problems));
    fields.finish(problems);
    let demanded: Vec<Criterion> = demands.iter().map(|d| d.criterion(scope)).collect();
    for (criterion, at) in fail.iter().filter(|(c, _)| *c as usize > Criterion::PolicyFault as usize && !demanded.contains(c)) {
        let message = format!("`{}` is the criterion of demands, and there is none of it", criterion.name());
        problems.error(Code::UnknownCriterion, *at, message, "add a demand, or remove it from `fail`");
    }
    for (criterion, at) in &fail {
        let name = criterion.name();
        let never = match criterion {
            Criterion::RedLight => (scope.signals == 0).then_some(("no signal", "add `signals:`")),
            Criterion::SchoolBus => (!actors.iter().any(ActorSpec::may_stop_by_arm)).then_some((
                "nobody whose stop arm goes out",
                "give a bus `arm_from_s` and `stop_line_m`, or a mode with `stop_arm`",
            )),
            _ => None,
        };
        if let Some((what, help)) = never {
            let message = format!("`{name}` can never fail: there is {what} in this file");
            problems.warning(Code::UnmetCondition, *at, message, format!("{help}, or remove it from `fail`"));
        }
    }
    for (criterion, at) in &without {
        let name = criterion.name();
        if *criterion == Criterion::PolicyFault {
            problems.error(Code::OutOfRange, *at, "a policy fault always fails", "remove it from `leave_out`");
        } else if fail.iter().any(|(c, _)| c == criterion) {
            problems.error(Code::DuplicateEntry, *at, format!("`{name}` both fails and is left out"), "remove one of them");
        }
    }
    let fails = |c: &Criterion| {
        (USUAL.contains(c) || demanded.contains(c) || fail.iter().any(|(f, _)| f == c)) && !without.iter().any(|(w, _)| w == c)
    };
    Some((Criterion::ALL.iter().copied().filter(fails).collect(), harsh?, demands))
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

pub(crate) fn read_exposure(node: &Node, odds: &[String], problems: &mut Problems) -> Option<Vec<Exposure>> {
    let mut out = Vec::new();
    for (key, node) in entries(node, "`exposure`", problems)? {
        // One that is meant, and written with another separator, is told where it stands.
        let meant = |odd: &String| odd.replace('_', "-") == key.text.replace('_', "-");
        if !odds.is_empty() && !odds.iter().any(meant) {
            // A domain that is built in is written right here, and wrong there.
            let is_built_in = |name: &str| crate::odd::odds().iter().any(|o| o.name == name);
            let near = nearest(&key.text, odds.iter().map(String::as_str).filter(|o| !is_built_in(o)));
            let help = match near.strip_prefix("did you mean ").and_then(|n| n.strip_suffix('?')) {
                Some(wrong) if is_built_in(&key.text) => format!("`odd` has {wrong}: write `{}` there", key.text),
                _ => nearest(&key.text, odds.iter().map(String::as_str)),
            };
            problems.error(Code::UnknownOdd, key.span, format!("`{}` is not in `odd`", key.text), help);
        }
        if let Kind::Number(x) = node.kind {
            let message = format!("an exposure says how sure it is, and where it comes from, but this is {x:?} alone");
            let help = format!(
                "`{}: {{per_1e6_km: {x:?}, factor90: 10, source: A}}`: 90% within a factor of 10, an assumption",
                key.text
            );
            problems.error(Code::WrongType, node.span, message, help);
            continue;
        }
        let Some(mut fields) = Fields::of(node, key.span, "an exposure", problems) else { continue };
        let found = Estimate::read(&mut fields, "per_1e6_km", false, problems);
        fields.finish(problems);
        let found = problems.told(found, key.span, "an exposure");
        out.extend(found.map(|per_1e6_km| Exposure { odd: key.text.clone(), per_1e6_km }));
    }
    Some(out)
}
