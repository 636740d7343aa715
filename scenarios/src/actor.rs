//! Actors of a scenario as authors write them.

use crate::cue::CueSpec;
use crate::diagnostic::{Code, Problems, nearest};
use crate::domain::Domain;
use crate::emit::Tree;
use crate::expression::Expression;
use crate::fields::{Fields, items, text, truth};
use crate::node::{Node, Span};
use crate::scope::Scope;
use crate::settings::Settings;
use crate::street::{ROUTE, Street};
use nines_sim::{ActorTemplate, Class, FixedSpec, Motion, RollerSpec, VehicleSpec, WalkerSpec};

/// An actor.
#[derive(Clone, Debug, PartialEq)]
pub struct ActorSpec {
    /// Name.
    pub name: String,
    /// How it moves.
    pub kind: ActorKind,
    /// Its true class.
    pub class: Class,
    /// Size and what else is the same for all kinds, in the order of `COMMON`.
    pub common: [Expression; 6],
    /// Whether others can be hidden behind it.
    pub occludes: bool,
    /// Behaviour.
    pub settings: Settings,
    /// What it shows of latent states.
    pub cues: Vec<CueSpec>,
}

/// How an actor moves, and whom it heeds.
#[derive(Clone, Debug, PartialEq)]
pub enum ActorKind {
    /// Stays where it is.
    Fixed,
    /// Goes on foot, perhaps after another actor has started.
    Walker {
        /// That actor.
        after: Option<String>,
    },
    /// Drives along a path, perhaps behind another vehicle.
    Vehicle {
        /// The path.
        path: String,
        /// That vehicle.
        leader: Option<String>,
    },
    /// Rolls out.
    Roller,
}

/// Names of the kinds in files.
pub(crate) const KINDS: [&str; 4] = ["fixed", "walker", "vehicle", "roller"];

/// Values that every actor has.
pub(crate) const COMMON: [(&str, Domain, &str); 6] = [
    ("length_m", Domain::Positive, "Length, m."),
    ("width_m", Domain::Positive, "Width, m."),
    ("height_m", Domain::Positive, "Height, m."),
    ("active", Domain::Either(0.0, 1.0), "1 where it exists, 0 where this concrete scenario is without it."),
    ("range_factor", Domain::Positive, "Times the detection range of its class."),
    ("harmful", Domain::Either(0.0, 1.0), "1 where the ego fails by touching it."),
];

/// Usual length, width and height of a class, m.
pub(crate) fn usual_size(class: Class) -> [f64; 3] {
    match class {
        Class::Child => [0.30, 0.40, 1.20],
        Class::Adult => [0.35, 0.50, 1.72],
        Class::Cyclist => [1.80, 0.60, 1.70],
        Class::Car => [4.50, 1.80, 1.50],
        Class::Van => [5.50, 2.00, 2.20],
        Class::Truck => [9.00, 2.50, 3.50],
        Class::Bus => [12.0, 2.55, 3.10],
        Class::SchoolBus => [11.0, 2.45, 3.10],
        Class::Ball => [0.22, 0.22, 0.22],
        Class::Debris => [0.60, 0.60, 0.30],
        Class::Litter => [0.40, 0.40, 0.15],
        Class::Animal => [1.40, 0.50, 1.00],
    }
}

impl ActorKind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            ActorKind::Fixed => "fixed",
            ActorKind::Walker { .. } => "walker",
            ActorKind::Vehicle { .. } => "vehicle",
            ActorKind::Roller => "roller",
        }
    }
}

impl ActorSpec {
    /// Reads one actor; the actors it names are checked by [`check_links`] once all are known.
    pub(crate) fn read(
        name: &str,
        node: &Node,
        at: Span,
        street: Option<&Street>,
        scope: &mut Scope,
        problems: &mut Problems,
    ) -> Option<Self> {
        let mut fields = Fields::of(node, at, "an actor", problems)?;
        let kind = fields.require("kind");
        let class = fields.require("class").and_then(|n| read_class(n, problems));
        let kind_name = kind.and_then(|n| text(n, "`kind`", problems));
        let mut link = |field: &'static str| fields.take(field).and_then(|n| text(n, &format!("`{field}`"), problems));
        let Some(kind_name) = kind_name else {
            fields.report_missing(problems);
            return None;
        };
        let (kind, settings) = match kind_name.as_str() {
            "fixed" => (ActorKind::Fixed, Settings::read::<FixedSpec>(&mut fields, name, scope, problems)),
            "walker" => {
                let kind = ActorKind::Walker { after: link("after") };
                (kind, Settings::read::<WalkerSpec>(&mut fields, name, scope, problems))
            }
            "vehicle" => {
                let leader = link("leader");
                let path = read_path(&mut fields, street, problems);
                (ActorKind::Vehicle { path, leader }, Settings::read::<VehicleSpec>(&mut fields, name, scope, problems))
            }
            "roller" => (ActorKind::Roller, Settings::read::<RollerSpec>(&mut fields, name, scope, problems)),
            other => {
                let span = kind.map_or(at, |n| n.span);
                problems.error(Code::UnknownKind, span, format!("`{other}` is not a kind of actor"), nearest(other, KINDS));
                return None;
            }
        };
        let size = class.map_or([1.0; 3], usual_size);
        let harmful = f64::from(!matches!(class, Some(Class::Ball | Class::Litter)));
        let usual = [size[0], size[1], size[2], 1.0, 1.0, harmful];
        let mut common = usual.map(Expression::Number);
        for ((field, domain, _), value) in COMMON.iter().zip(&mut common) {
            let node = fields.take(field);
            let read = node.and_then(|n| scope.value(n, &format!("{name}.{field}"), *domain, problems));
            *value = read.unwrap_or_else(|| value.clone());
        }
        let occludes = match fields.take("occludes") {
            Some(n) => truth(n, "`occludes`", problems),
            None => class.map(|c| !c.is_small()),
        };
        let list = fields.take("cues").map_or(&[][..], |n| items(n, "`cues`", problems));
        let cues = list.iter().filter_map(|n| CueSpec::read(n, scope, problems)).collect();
        fields.finish(problems);
        Some(Self { name: name.to_owned(), kind, class: class?, common, occludes: occludes?, settings, cues })
    }

    /// The compiled form; `all` are the names of all actors in order.
    pub(crate) fn compile(&self, scope: &Scope, street: &Street, all: &[String]) -> ActorTemplate {
        let index = |name: &Option<String>| name.as_ref().and_then(|n| all.iter().position(|a| a == n)).map(|k| k as u16);
        let motion = match &self.kind {
            ActorKind::Fixed => Motion::Fixed(self.settings.compile(scope)),
            ActorKind::Walker { after } => Motion::Walker { spec: self.settings.compile(scope), after: index(after) },
            ActorKind::Vehicle { path, leader } => Motion::Vehicle {
                spec: self.settings.compile(scope),
                path: street.path(path).unwrap_or(0), // checked when read
                leader: index(leader),
            },
            ActorKind::Roller => Motion::Roller(self.settings.compile(scope)),
        };
        let [length_m, width_m, height_m, active, range_factor, harmful] = self.common.each_ref().map(|e| scope.lower(e));
        ActorTemplate {
            name: self.name.clone(),
            class: self.class,
            length_m,
            width_m,
            height_m,
            active,
            range_factor,
            occludes: self.occludes,
            harmful,
            motion,
            cues: self.cues.iter().map(|c| c.compile(scope)).collect(),
        }
    }

    /// As it is written.
    pub(crate) fn tree(&self) -> Tree {
        let mut out =
            vec![("kind".to_owned(), Tree::text(self.kind.name())), ("class".to_owned(), Tree::text(self.class.name()))];
        let mut link = |field: &str, name: &Option<String>| out.extend(name.iter().map(|n| (field.to_owned(), Tree::text(n))));
        match &self.kind {
            ActorKind::Walker { after } => link("after", after),
            ActorKind::Vehicle { path, leader } => {
                link("path", &Some(path.clone()));
                link("leader", leader);
            }
            ActorKind::Fixed | ActorKind::Roller => {}
        }
        out.extend(COMMON.iter().zip(&self.common).map(|((name, ..), v)| ((*name).to_owned(), Tree::value(v))));
        out.push(("occludes".to_owned(), Tree::truth(self.occludes)));
        out.extend(self.settings.tree());
        out.push(("cues".to_owned(), Tree::List(self.cues.iter().map(CueSpec::tree).collect())));
        Tree::Map(out)
    }

    /// The actor that this one waits for or follows.
    fn link(&self) -> Option<(&str, &'static str)> {
        match &self.kind {
            ActorKind::Walker { after } => after.as_deref().map(|a| (a, "after")),
            ActorKind::Vehicle { leader, .. } => leader.as_deref().map(|l| (l, "leader")),
            ActorKind::Fixed | ActorKind::Roller => None,
        }
    }
}

fn read_class(node: &Node, problems: &mut Problems) -> Option<Class> {
    let name = text(node, "`class`", problems)?;
    let found = Class::ALL.into_iter().find(|c| c.name() == name);
    if found.is_none() {
        let help = nearest(&name, Class::ALL.map(Class::name));
        problems.error(Code::UnknownClass, node.span, format!("`{name}` is not a class"), help);
    }
    found
}

fn read_path(fields: &mut Fields, street: Option<&Street>, problems: &mut Problems) -> String {
    let Some(node) = fields.take("path") else { return ROUTE.to_owned() };
    let Some(name) = text(node, "`path`", problems) else { return ROUTE.to_owned() };
    // Where the road could not be read, its paths are not known.
    if let Some(street) = street
        && street.path(&name).is_none()
    {
        let known = std::iter::once(ROUTE).chain(street.paths.iter().map(|p| p.name.as_str()));
        problems.error(Code::UnknownPath, node.span, format!("there is no path `{name}`"), nearest(&name, known));
    }
    name
}

/// Checks that actors wait for and follow actors of the right kind, and never in a circle. `places` are those of the links.
pub(crate) fn check_links(actors: &[ActorSpec], places: &[(String, Span)], problems: &mut Problems) {
    let place = |name: &str| places.iter().find(|(n, _)| n == name).map_or(Span::default(), |(_, s)| *s);
    for a in actors {
        let Some((other, field)) = a.link() else { continue };
        let fits = |b: &ActorSpec| match field {
            "after" => matches!(b.kind, ActorKind::Walker { .. } | ActorKind::Roller),
            _ => matches!(b.kind, ActorKind::Vehicle { .. }),
        };
        let kinds = if field == "after" { "a walker or roller" } else { "a vehicle" };
        match actors.iter().find(|b| b.name == other) {
            None => {
                let help = nearest(other, actors.iter().filter(|b| fits(b) && b.name != a.name).map(|b| b.name.as_str()));
                problems.error(Code::UnknownActor, place(&a.name), format!("there is no actor `{other}`"), help);
            }
            Some(b) if !fits(b) => {
                let message = format!("`{field}` names {kinds}, but `{other}` is a {}", b.kind.name());
                problems.error(Code::UnknownActor, place(&a.name), message, "");
            }
            Some(_) => {}
        }
        if let Some(last) = circle(a, actors) {
            let message = format!("`{}` waits for itself by way of `{}`", a.name, last.name);
            problems.error(Code::Cycle, place(&a.name), message, format!("remove a `{field}`"));
        }
    }
}

/// The last actor on the way from `a` back to itself, for the first actor of a circle alone.
fn circle<'a>(a: &ActorSpec, actors: &'a [ActorSpec]) -> Option<&'a ActorSpec> {
    let index = |name: &str| actors.iter().position(|b| b.name == name);
    let start = index(&a.name)?;
    let mut at = start;
    for _ in 0..actors.len() {
        let next = index(actors[at].link()?.0)?;
        if next == start {
            return Some(&actors[at]);
        }
        if next < start {
            return None;
        }
        at = next;
    }
    None
}
