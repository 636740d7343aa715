//! Rules of the road by jurisdiction: files of numbers that values use as `rules.NAME`.

use crate::diagnostic::{Code, Problems, SourceFile, nearest};
use crate::fields::{Fields, check_name, number, text};
use crate::merge::merge;
use crate::node::{Kind, Node, read};
use crate::variant::{Resolver, is_path};
use include_dir::{Dir, include_dir};

/// First line of a rules file.
pub const RULES_SCHEMA: &str = "nines.rules/1";

static FOLDER: Dir = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// Most files that extend each other.
const MAX_CHAIN: usize = 8;

/// What a rule is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rule {
    /// A speed, m/s.
    Speed,
    /// A distance, m.
    Gap,
    /// 1 or 0.
    Flag,
}

use Rule::{Flag, Gap, Speed};

/// All rules: name, kind, meaning.
pub(crate) const RULES: &[(&str, Rule, &str)] = &[
    ("limit_residential_mps", Speed, "Speed limit of residential streets."),
    ("limit_urban_mps", Speed, "Speed limit of other streets in built-up areas."),
    ("limit_rural_mps", Speed, "Speed limit outside of built-up areas."),
    ("limit_motorway_mps", Speed, "Speed limit of motorways, for cars."),
    ("limit_truck_mps", Speed, "Speed limit of motorways, for lorries."),
    ("school_zone_mps", Speed, "Speed limit of a school zone in session."),
    ("passing_gap_m", Gap, "Least gap beside a cyclist who is overtaken in a built-up area."),
    ("passing_gap_rural_m", Gap, "The same outside of built-up areas."),
    ("school_bus_stop", Flag, "1 where traffic behind a school bus with red lights stops."),
    ("school_bus_stop_oncoming", Flag, "1 where oncoming traffic stops too, on a road without a median."),
    ("school_bus_stop_divided", Flag, "1 where oncoming traffic stops across a median too."),
    ("school_bus_gap_m", Gap, "Least distance before the bus at which one stops."),
    ("school_bus_pass_mps", Speed, "Highest speed beside a bus with children where one may pass; 0 where one may not."),
    ("move_over_lane", Flag, "1 where one changes lanes for a stopped emergency or service vehicle, if there is room."),
    ("move_over_below_mps", Speed, "How far below the limit one drives beside it where there is no room."),
    ("amber_stops", Flag, "1 where amber means stop unless that is not safe; 0 where one may enter on amber."),
    ("right_on_red", Flag, "1 where one may turn right on red after a stop."),
    ("priority_to_right", Flag, "1 where the one from the right goes first at a junction without signs."),
    ("crosswalk_yields", Flag, "1 where one yields to those on a marked crosswalk."),
    ("crosswalk_waits", Flag, "1 where one yields also to those who are about to cross there."),
];

/// Names and texts of the built-in files, by name.
pub fn rules() -> Vec<(&'static str, &'static str)> {
    let one = |f: &'static include_dir::File| Some((f.path().file_name()?.to_str()?.strip_suffix(".yaml")?, f.contents_utf8()?));
    let mut out: Vec<_> = FOLDER.files().filter_map(one).collect();
    out.sort_unstable();
    out
}

/// Takes `rules` out of a file: the numbers of that jurisdiction, or of the one that the surroundings ask for.
pub(crate) fn write_out(root: &mut Node, resolver: &dyn Resolver, problems: &mut Problems) -> Vec<(String, f64)> {
    let named = match (root.remove("rules"), resolver.rules()) {
        (None, None) => return Vec::new(),
        (Some((_, node)), None) => node,
        (given, Some(name)) => {
            let span = given.map_or(root.span, |(_, n)| n.span);
            Node { kind: Kind::Text(name.to_owned(), span), span }
        }
    };
    let found = load(&named, resolver, problems).map_or(Vec::new(), |tree| numbers(&tree, problems));
    // What could not be read stays known by its name, so that its uses are no further problems.
    let number = |(name, ..): &(&str, Rule, &str)| {
        let name = format!("rules.{name}");
        let x = found.iter().find(|(n, _)| *n == name).map_or(1.0, |(_, x)| *x);
        (name, x)
    };
    RULES.iter().map(number).collect()
}

/// A rules file laid over those that it extends.
fn load(named: &Node, resolver: &dyn Resolver, problems: &mut Problems) -> Option<Node> {
    let mut layers = Vec::new();
    let mut next = Some(named.clone());
    while let Some(named) = next {
        let name = text(&named, "the name of a jurisdiction", problems)?;
        if layers.len() == MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} rules files extend each other");
            problems.error(Code::TooMany, named.span, message, "extend one further down");
            return None;
        }
        let file = find(&name, &named, resolver, problems)?;
        let index = problems.add_file(file.clone());
        let mut node = read(&file.text, index, problems)?;
        next = node.remove("extends").map(|(_, n)| n);
        layers.push(node);
    }
    layers.into_iter().rev().reduce(|base, over| merge(base, over, problems))
}

fn find(name: &str, named: &Node, resolver: &dyn Resolver, problems: &mut Problems) -> Option<SourceFile> {
    if is_path(name) {
        let from = problems.file_name(named.span.file);
        return match resolver.resolve(name, &from) {
            Ok(file) => Some(file),
            Err(why) => {
                problems.error(Code::UnknownRules, named.span, format!("cannot read `{name}`: {why}"), "");
                None
            }
        };
    }
    let all = rules();
    let found = all.iter().find(|(n, _)| *n == name);
    if found.is_none() {
        let names = all.iter().map(|(n, _)| *n);
        // Of words of two letters every other is near.
        let help = match nearest(name, names.clone()) {
            near if (name.len() > 3 && near.starts_with("did you")) || names.clone().any(|n| name.starts_with(n)) => near,
            _ => {
                let names = names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
                format!("there are {names}; other jurisdictions are a file of your own, `rules: ./NAME.yaml`")
            }
        };
        problems.error(Code::UnknownRules, named.span, format!("there are no rules of `{name}`"), help);
    }
    found.map(|(n, text)| SourceFile { name: format!("rules/{n}.yaml"), text: (*text).to_owned() })
}

/// The numbers of a file, by the names that values give them.
fn numbers(tree: &Node, problems: &mut Problems) -> Vec<(String, f64)> {
    let mut out = Vec::new();
    let Some(mut fields) = Fields::of(tree, tree.span, "a rules file", problems) else { return out };
    if let Some(schema) = fields.require("schema")
        && let Some(found) = text(schema, "`schema`", problems)
        && found != RULES_SCHEMA
    {
        let message = format!("this program does not read `{found}`");
        problems.error(Code::UnsupportedSchema, schema.span, message, format!("write `schema: {RULES_SCHEMA}`"));
    }
    if let Some(name) = fields.require("name")
        && let Some(word) = text(name, "`name`", problems)
    {
        check_name(&word, '-', name.span, problems);
    }
    fields.require("title").and_then(|n| text(n, "`title`", problems));
    if let Some(node) = fields.require("drives_on")
        && let Some(side) = text(node, "`drives_on`", problems)
        && side != "right"
    {
        let message = format!("traffic keeps to the right here, not to the `{side}`");
        problems.error(Code::UnknownKind, node.span, message, "countries with traffic on the left are not covered");
    }
    if let Some(sources) = fields.take("sources") {
        crate::sections::read_sources(sources, problems);
    }
    let named = fields.require("rules");
    fields.finish(problems);
    let Some(named) = named else { return out };
    let Some(mut fields) = Fields::of(named, named.span, "`rules`", problems) else { return out };
    for (name, rule, _) in RULES {
        let value = fields.require(name).and_then(|n| figure(name, *rule, n, problems));
        out.extend(value.map(|x| (format!("rules.{name}"), x)));
    }
    fields.finish(problems);
    let mut tree = tree.clone();
    crate::source::complete(&mut tree, None, problems);
    out
}

/// A rule: its value within the range of its kind, and its source.
fn figure(name: &str, rule: Rule, node: &Node, problems: &mut Problems) -> Option<f64> {
    let mut fields = Fields::of(node, node.span, &format!("`{name}`"), problems)?;
    let value = fields.require("value").and_then(|n| Some((number(n, "`value`", problems)?, n.span)));
    fields.require("source").and_then(|n| text(n, "`source`", problems));
    fields.finish(problems);
    let (x, at) = value?;
    let (fits, wanted) = match rule {
        Speed => ((0.0..=60.0).contains(&x), "from 0 to 60 m/s"),
        Gap => ((0.0..=30.0).contains(&x), "from 0 to 30 m"),
        Flag => (x == 0.0 || x == 1.0, "0 or 1"),
    };
    if !fits {
        problems.error(Code::OutOfRange, at, format!("`{name}` is {x}, but must be {wanted}"), "");
        return None;
    }
    Some(x)
}
