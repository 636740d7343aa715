//! Reading a scenario file: text to nodes, nodes to a scenario with all its problems, and the trial of its values.

use crate::correlation::read_correlations;
use crate::diagnostic::{Code, Diagnostic, Problems, Severity, SourceFile};
use crate::domain::try_values;
use crate::fields::{Fields, check_name, text, words};
use crate::format::{LogicalScenario, SCHEMA, Scenario};
use crate::layout::Laid;
use crate::node::{Key, Kind, MAX_BYTES, Node, Span};
use crate::places::Places;
use crate::scope::Scope;
use crate::sections::*;
use crate::settings::Settings;
use crate::street::Street;
use crate::taxonomy::check_tag;
use crate::variant::{self, BuiltInOnly, Resolver, Share};
use nines_sim::EgoSpec;

/// What checking a file gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The scenario without the changes of a variant; `None` where there is an error.
    pub scenario: Option<LogicalScenario>,
    /// Its variants in order; none where there is an error.
    pub variants: Vec<LogicalScenario>,
    /// All problems in the order of the file and of those that it extends, warnings included.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read, the file itself first: diagnostics name them.
    pub files: Vec<SourceFile>,
    /// Where things stand of the scenario and of each variant, in their order.
    pub places: Vec<Places>,
}

impl Checked {
    /// The scenario and its variants, each with its places; none where there is an error.
    pub fn scenarios(&self) -> impl Iterator<Item = (&LogicalScenario, &Places)> {
        self.scenario.iter().chain(&self.variants).zip(&self.places)
    }
}

/// Reads a scenario. `file` is what diagnostics call it. Warnings are left out; [`check`] gives them too.
///
/// # Errors
/// All problems of the file at once; where it is not YAML, that alone.
pub fn parse(text: &str, file: &str) -> Result<LogicalScenario, Vec<Diagnostic>> {
    let Checked { scenario, diagnostics, .. } = check(text, file);
    scenario.ok_or(diagnostics)
}

/// Reads all scenarios of a file: the base, then its variants. `resolver` finds the files that it names by a path.
///
/// # Errors
/// All problems of the file at once.
pub fn parse_with(text: &str, file: &str, resolver: &dyn Resolver) -> Result<Vec<LogicalScenario>, Vec<Diagnostic>> {
    let Checked { scenario, variants, diagnostics, .. } = check_with(text, file, resolver);
    match scenario {
        Some(base) => Ok(std::iter::once(base).chain(variants).collect()),
        None => Err(diagnostics),
    }
}

/// Checks a scenario file that extends none but those of the catalogue.
pub fn check(text: &str, file: &str) -> Checked {
    check_with(text, file, &BuiltInOnly)
}

/// Checks a scenario file. `resolver` finds the files that it names by a path.
pub fn check_with(text: &str, file: &str, resolver: &dyn Resolver) -> Checked {
    // What is too large to be read is not kept either.
    let kept = if text.len() > MAX_BYTES { "" } else { text };
    let mut problems = Problems::of(SourceFile { name: file.to_owned(), text: kept.to_owned() });
    let members = variant::members(text, resolver, &mut problems);
    let mut names = Names::default();
    let (mut scenarios, mut places) = (Vec::new(), Vec::new());
    // The first scenario before it gives a share of its exposure to the variants.
    let (mut base, mut unused) = (None::<LogicalScenario>, Vec::new());
    for member in members {
        let mut own = problems.sibling();
        let (node, rules) = written_out(member.node, member.share.as_ref(), resolver, &mut own);
        places.push(Places::of(&node, own.files()));
        let made = scenario(&node, rules, &mut names, &mut own);
        let made = own.told(made, node.span, "the scenario");
        if let (Some(base), Some(made), Some((name, at))) = (&base, &made, &member.variant)
            && is_same(base, made)
        {
            unused.push((*at, format!("the variant `{name}` changes nothing")));
        }
        if member.variant.is_none() {
            base.clone_from(&made);
        }
        scenarios.extend(made.map(|made| {
            let base = base.as_ref().map_or(&made.name, |base| &base.name).clone();
            made.with_share(&base, member.share.as_ref())
        }));
        let mark = member.variant.as_ref().map(|(name, at)| (*at, format!("in the variant `{name}`")));
        problems.absorb(own, mark.as_ref().map(|(at, text)| (*at, text.as_str())));
    }
    if problems.errors() == 0 {
        names.warn_of_unused(&mut problems);
        for (at, message) in unused {
            problems.warning(Code::UnusedVariant, at, message, "change something in `with`, or remove the variant");
        }
    }
    let files = problems.files().to_vec();
    let diagnostics = problems.into_sorted();
    if diagnostics.iter().any(|d| d.severity == Severity::Error) {
        scenarios.clear();
    }
    let mut scenarios = scenarios.into_iter();
    Checked { scenario: scenarios.next(), variants: scenarios.collect(), diagnostics, files, places }
}

/// Whether a variant is its base but for its name and words.
fn is_same(base: &LogicalScenario, variant: &LogicalScenario) -> bool {
    let mut twin = variant.clone();
    let (parts, own) = (&mut twin.parts, &base.parts);
    (parts.name, parts.title, parts.description) = (own.name.clone(), own.title.clone(), own.description.clone());
    // The source of its share may name others.
    parts.sources.clone_from(&own.sources);
    // Compared as written: values may hold NaN, which equals nothing.
    twin.to_yaml() == base.to_yaml()
}

/// The tree without anything that stands for something else, and the numbers of its rules.
fn written_out(
    root: Node,
    share: Option<&Share>,
    resolver: &dyn Resolver,
    problems: &mut Problems,
) -> (Node, Vec<(String, f64)>) {
    let mut root = crate::library::write_out(root, problems);
    crate::inline::write_out(&mut root, problems);
    let rules = crate::rules::write_out(&mut root, resolver, problems);
    crate::tags::compare(&root, problems);
    crate::environment::write_out(&mut root, problems);
    crate::source::complete(&mut root, share.map(|s| (s.source.as_str(), s.at)), problems);
    (root, rules)
}

fn scenario(root: &Node, rules: Vec<(String, f64)>, names: &mut Names, problems: &mut Problems) -> Option<LogicalScenario> {
    let top = Span { end_column: root.span.column + 1, end_line: root.span.line, ..root.span };
    if root.kind == Kind::Null {
        let help = "`nines scenario new NAME` writes a small one to begin with";
        problems.error(Code::WrongType, top, "the file is empty: there is no scenario in it", help);
        return None;
    }
    let mut fields = Fields::of(root, top, "a scenario file", problems)?;
    fields.known(&["extends", "variants", "rules", "environment"]);
    check_schema(&mut fields, problems)?;
    let mut scope = Scope { numbers: rules, ..Scope::default() };
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
    let tags = fields.take("tags").map(|n| tag_list(n, problems)).unwrap_or_default();
    let sources = fields.take("sources").map_or(Some(Vec::new()), |n| read_sources(n, problems));
    let parameters = fields.take("parameters").map_or(Some(Vec::new()), |n| read_parameters(n, &mut scope, problems));
    let correlations = fields.take("correlations").map_or(Some(Vec::new()), |n| {
        let found = parameters.as_deref().unwrap_or_default();
        read_correlations(n, found, &scope.parameters, problems)
    });
    let latents = fields.take("latents").map_or(Some(Vec::new()), |n| read_latents(n, &mut scope, problems));
    // The road's numbers are known to all values, and need none.
    let before = problems.errors();
    let road = fields.require("road").and_then(|n| Street::read(n, n.span, problems));
    scope.road_is_open = road.is_none() || problems.errors() > before;
    let (road, laid) = road.map_or((None, Laid::default()), |(road, laid)| (Some(road), laid));
    scope.numbers.extend(laid.numbers);
    let values = fields.take("values").map_or(Some(()), |n| read_values(n, &mut scope, problems));
    let ego = fields.require("ego").and_then(|n| {
        let mut inner = Fields::of(n, n.span, "`ego`", problems)?;
        let out = Settings::read::<EgoSpec>(&mut inner, "ego", &mut scope, problems);
        inner.finish(problems);
        Some(out)
    });
    let sensing = read_sensing(fields.take("sensing"), &mut scope, problems);
    let lights = fields.take("signals");
    scope.signals = lights.map_or(0, |n| if let Kind::List(all) = &n.kind { all.len() } else { 0 });
    let signals = lights.map_or(Some(Vec::new()), |n| read_signals(n, &mut scope, problems));
    let zones = fields.take("zones").map_or(Some(Vec::new()), |n| read_zones(n, &mut scope, problems));
    let zones = zones.map(|own| laid.zones.into_iter().chain(own).collect());
    let actors = fields.require("actors").and_then(|n| read_actors(n, road.as_ref(), &mut scope, problems));
    let none = Vec::new();
    let known = actors.as_ref().map_or(&none, |(a, _)| a);
    let criteria = read_criteria(fields.take("criteria"), known, &mut scope, problems);
    let known_odds = odd.clone().unwrap_or_default();
    let exposure = fields.take("exposure").map_or(Some(Vec::new()), |n| read_exposure(n, &known_odds, problems));
    fields.finish(problems);
    if problems.errors() > 0 {
        return None;
    }
    let (sensing, latency_s) = sensing?;
    let (criteria, harsh_limit_mps2, demands) = criteria?;
    let (actors, drawn) = actors?;
    let mut parameters = parameters?;
    parameters.extend(drawn);
    let parts = Scenario {
        name: name?,
        title: title?,
        description: description?,
        group: group?,
        odd: odd?,
        tags,
        sources: sources?,
        parameters,
        correlations: correlations?,
        values: values.map(|()| scope.values.clone())?,
        latents: latents?,
        road: road?,
        ego: ego?,
        sensing,
        latency_s,
        signals: signals?,
        zones: zones?,
        actors,
        criteria,
        harsh_limit_mps2,
        demands,
        exposure: exposure?,
    };
    let template = crate::compile::template(&parts, &scope);
    try_values(&scope, &template, problems);
    names.add(root, &scope);
    Some(LogicalScenario { parts, template, share: None })
}

fn check_schema(fields: &mut Fields, problems: &mut Problems) -> Option<()> {
    let Some(node) = fields.take("schema") else {
        let help = format!("add `schema: {SCHEMA}` as a line of its own");
        problems.error(Code::MissingField, fields.at, "`schema` is missing", help);
        return None;
    };
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

fn tag_list(node: &Node, problems: &mut Problems) -> Vec<String> {
    let found = words(node, "`tags`", problems);
    found.iter().for_each(|(tag, at)| check_tag(tag, *at, problems));
    found.into_iter().map(|(tag, _)| tag).collect()
}

/// Names that the file gives, and whether one of its scenarios uses them.
#[derive(Default)]
struct Names(Vec<(Key, Code, &'static str, bool)>);

impl Names {
    fn add(&mut self, root: &Node, scope: &Scope) {
        let sections = [
            ("parameters", Code::UnusedParameter, "parameter"),
            ("latents", Code::UnusedLatent, "latent variable"),
            ("values", Code::UnusedValue, "value"),
        ];
        for (section, code, what) in sections {
            let Some(Kind::Map(named)) = root.get(section).map(|n| &n.kind) else { continue };
            for (key, _) in named {
                let used = scope.used.contains(&key.text);
                self.enter(key, code, what, used);
            }
        }
        // What members of a group draw for themselves.
        let Some(Kind::Map(actors)) = root.get("actors").map(|n| &n.kind) else { return };
        for (group, actor) in actors {
            let Some(Kind::Map(each)) = actor.get("each").map(|n| &n.kind) else { continue };
            for (key, _) in each {
                let used = scope.used.contains(&format!("{}.each.{}", group.text, key.text));
                self.enter(key, Code::UnusedParameter, "parameter", used);
            }
        }
    }

    fn enter(&mut self, key: &Key, code: Code, what: &'static str, used: bool) {
        match self.0.iter_mut().find(|(k, ..)| k == key) {
            Some(known) => known.3 |= used,
            None => self.0.push((key.clone(), code, what, used)),
        }
    }

    fn warn_of_unused(&self, problems: &mut Problems) {
        for (key, code, what, _) in self.0.iter().filter(|(.., used)| !used) {
            let message = format!("the {what} `{}` changes nothing", key.text);
            problems.warning(*code, key.span, message, "use it in a value, or remove it");
        }
    }
}
