//! Actors of a scenario as authors write them.

use crate::agent::{ModeSpec, mode_names, mode_tree, read_mode, read_modes};
use crate::condition::KnownActor;
use crate::cue::CueSpec;
use crate::diagnostic::{Code, Problems, nearest};
use crate::domain::Domain;
use crate::emit::Tree;
use crate::expression::Expression;
use crate::fields::{Fields, items, text, truth};
use crate::node::{Kind, Node, Span};
use crate::scope::Scope;
use crate::settings::Settings;
use crate::slip;
use crate::street::{ROUTE, Street};
use nines_sim::{ActorTemplate, AgentSpec, Class, FixedSpec, Motion, RollerSpec, Sound, StartSpec, VehicleSpec, WalkerSpec};

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
    /// What it is taken for where it is taken for something else.
    pub look_alike: Class,
    /// Probability of that, where it is not that of `sensing`.
    pub confusion: Option<Expression>,
    /// What is heard of it.
    pub sound: Option<SoundSpec>,
    /// Behaviour.
    pub settings: Settings,
    /// What it shows of latent states.
    pub cues: Vec<CueSpec>,
}

/// What is heard of an actor.
#[derive(Clone, Debug, PartialEq)]
pub struct SoundSpec {
    /// Farthest distance at which it is heard, m.
    pub range_m: Expression,
    /// Standard deviation of the bearing, radians.
    pub bearing_sd_rad: Expression,
    /// 1 while it sounds, unless modes say so.
    pub on: Expression,
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
    /// Goes from mode to mode.
    Agent {
        /// The path in whose frame it moves.
        path: String,
        /// Index of the first mode, perhaps by latent state.
        first: Expression,
        /// Its modes.
        modes: Vec<ModeSpec>,
    },
}

/// Names of the kinds in files.
pub(crate) const KINDS: [&str; 5] = ["fixed", "walker", "vehicle", "roller", "agent"];

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
        Class::Motorcycle => [2.20, 0.80, 1.50],
        Class::EmergencyVehicle => [6.00, 2.10, 2.60],
        Class::Rider => [0.90, 0.60, 1.60],
        Class::Officer => [0.35, 0.55, 1.78],
        Class::Barrier => [0.40, 0.40, 0.75],
        Class::Stroller => [0.90, 0.55, 1.00],
        Class::Train => [40.0, 2.65, 3.60],
    }
}

impl ActorKind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            ActorKind::Fixed => "fixed",
            ActorKind::Walker { .. } => "walker",
            ActorKind::Vehicle { .. } => "vehicle",
            ActorKind::Roller => "roller",
            ActorKind::Agent { .. } => "agent",
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
        there: Option<Expression>,
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
        let mut modes_of = Vec::new();
        let (kind, settings) = match kind_name.as_str() {
            "fixed" => (Some(ActorKind::Fixed), Settings::read::<FixedSpec>(&mut fields, name, scope, problems)),
            "walker" => {
                let kind = ActorKind::Walker { after: link("after") };
                (Some(kind), Settings::read::<WalkerSpec>(&mut fields, name, scope, problems))
            }
            "vehicle" => {
                let leader = link("leader");
                let path = read_path(&mut fields, street, problems);
                let kind = ActorKind::Vehicle { path, leader };
                (Some(kind), Settings::read::<VehicleSpec>(&mut fields, name, scope, problems))
            }
            "roller" => (Some(ActorKind::Roller), Settings::read::<RollerSpec>(&mut fields, name, scope, problems)),
            "agent" => {
                let path = read_path(&mut fields, street, problems);
                let names = mode_names(node);
                let modes = fields.require("modes").and_then(|n| read_modes(n, name, scope, problems));
                let first = match fields.take("start") {
                    Some(n) => read_start(n, &names, scope, problems),
                    None => Some(Expression::Number(0.0)),
                };
                let settings = Settings::read::<StartSpec>(&mut fields, name, scope, problems);
                modes_of = names;
                // The rest is read even where these are wrong, so that all problems are told.
                (first.zip(modes).map(|(first, modes)| ActorKind::Agent { path, first, modes }), settings)
            }
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
        if let Some(there) = there {
            common[3] = where_there(&there, &common[3]);
        }
        let look_alike = match fields.take("look_alike") {
            Some(n) => read_class(n, problems),
            None => class.map(Class::look_alike),
        };
        let confusion =
            fields.take("confusion").and_then(|n| scope.value(n, &format!("{name}.confusion"), Domain::Unit, problems));
        let sounds = fields.has("sound");
        let sound = fields.take("sound").and_then(|n| SoundSpec::read(n, name, scope, problems));
        let mut kind = kind;
        if !sounds {
            check_silent(node, problems);
            // Silence is written as it always was: `show` and fingerprints do not change for actors of which nothing is heard.
            if let Some(ActorKind::Agent { modes, .. }) = &mut kind {
                modes.iter_mut().for_each(|m| m.look.put("sounds", 0.0));
            }
        }
        let occludes = match fields.take("occludes") {
            Some(n) => truth(n, "`occludes`", problems),
            None => class.map(|c| !c.is_small()),
        };
        let list = fields.take("cues").map_or(&[][..], |n| items(n, "`cues`", problems));
        let cue = |n: &Node| {
            let made = CueSpec::read(n, &modes_of, scope, problems);
            problems.told(made, n.span, "a cue")
        };
        let cues = list.iter().filter_map(cue).collect();
        fields.finish(problems);
        Some(Self {
            name: name.to_owned(),
            kind: kind?,
            class: class?,
            common,
            occludes: occludes?,
            look_alike: look_alike?,
            confusion,
            sound,
            settings,
            cues,
        })
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
            ActorKind::Agent { path, first, modes } => Motion::Agent(AgentSpec {
                path: street.path(path).unwrap_or(0), // checked when read
                start: self.settings.compile(scope),
                first: scope.lower(first),
                modes: modes.iter().map(|m| m.compile(scope)).collect(),
            }),
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
            look_alike: self.look_alike,
            confusion: self.confusion.as_ref().map_or((-1.0).into(), |e| scope.lower(e)),
            sound: self.sound.as_ref().map(|s| Sound {
                range_m: scope.lower(&s.range_m),
                bearing_sd_rad: scope.lower(&s.bearing_sd_rad),
                on: scope.lower(&s.on),
            }),
            motion,
            cues: self.cues.iter().map(|c| c.compile(scope)).collect(),
        }
    }

    /// Its name and modes, as conditions of others know them.
    pub(crate) fn known(&self) -> KnownActor {
        KnownActor { name: self.name.clone(), modes: self.modes(), group: None }
    }

    /// Names of its modes, where it is an agent.
    pub fn modes(&self) -> Vec<String> {
        match &self.kind {
            ActorKind::Agent { modes, .. } => modes.iter().map(|m| m.name.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it may put out a stop arm.
    pub(crate) fn may_stop_by_arm(&self) -> bool {
        let not = |e: Option<&Expression>, never: f64| e.is_some_and(|e| *e != Expression::Number(never));
        let modes = if let ActorKind::Agent { modes, .. } = &self.kind { &modes[..] } else { &[] };
        not(self.settings.get("arm_from_s"), f64::INFINITY) || modes.iter().any(|m| not(m.look.get("stop_arm"), 0.0))
    }

    /// As it is written; `all` are all actors.
    pub(crate) fn tree(&self, all: &[KnownActor]) -> Tree {
        let mut out =
            vec![("kind".to_owned(), Tree::text(self.kind.name())), ("class".to_owned(), Tree::text(self.class.name()))];
        let mut link = |field: &str, name: &Option<String>| out.extend(name.iter().map(|n| (field.to_owned(), Tree::text(n))));
        match &self.kind {
            ActorKind::Walker { after } => link("after", after),
            ActorKind::Vehicle { path, leader } => {
                link("path", &Some(path.clone()));
                link("leader", leader);
            }
            ActorKind::Agent { path, .. } => link("path", &Some(path.clone())),
            ActorKind::Fixed | ActorKind::Roller => {}
        }
        out.extend(COMMON.iter().zip(&self.common).map(|((name, ..), v)| ((*name).to_owned(), Tree::value(v))));
        out.push(("occludes".to_owned(), Tree::truth(self.occludes)));
        out.push(("look_alike".to_owned(), Tree::text(self.look_alike.name())));
        out.extend(self.confusion.as_ref().map(|e| ("confusion".to_owned(), Tree::value(e))));
        out.extend(self.sound.as_ref().map(|s| ("sound".to_owned(), s.tree())));
        out.extend(self.settings.tree());
        if let ActorKind::Agent { first, modes, .. } = &self.kind {
            let names = self.modes();
            out.push(("start".to_owned(), mode_tree(first, &names)));
            out.push(("modes".to_owned(), Tree::Map(modes.iter().map(|m| (m.name.clone(), m.tree(&names, all))).collect())));
        }
        out.push(("cues".to_owned(), Tree::List(self.cues.iter().map(CueSpec::tree).collect())));
        Tree::Map(out)
    }

    /// The actor that this one waits for or follows.
    fn link(&self) -> Option<(&str, &'static str)> {
        match &self.kind {
            ActorKind::Walker { after } => after.as_deref().map(|a| (a, "after")),
            ActorKind::Vehicle { leader, .. } => leader.as_deref().map(|l| (l, "leader")),
            ActorKind::Fixed | ActorKind::Roller | ActorKind::Agent { .. } => None,
        }
    }
}

/// Reports modes that sound, of an actor of which nothing is heard.
fn check_silent(node: &Node, problems: &mut Problems) {
    let Some(Kind::Map(modes)) = node.get("modes").map(|n| &n.kind) else { return };
    for said in modes.iter().filter_map(|(_, mode)| mode.get("sounds")) {
        let own = matches!(said.kind, Kind::Number(x) if x == 0.0 || x.is_infinite());
        if !own && !matches!(&said.kind, Kind::Text(t, _) if t == "inf") {
            let help = "add `sound: {range_m: 200}` to the actor: how far away it is heard";
            problems.error(
                Code::MissingField,
                said.span,
                "a mode sounds, and nothing is heard of this actor: it has no `sound`",
                help,
            );
        }
    }
}

/// The first mode. Its place is often written here, but stands in the agent's own fields.
fn read_start(node: &Node, modes: &[String], scope: &mut Scope, problems: &mut Problems) -> Option<Expression> {
    if let Kind::Map(fields) = &node.kind
        && node.get("by").is_none()
    {
        let placing = |k: &str| nines_sim::StartSpec::FIELDS.iter().any(|(name, ..)| *name == k);
        let names: Vec<String> = fields.iter().filter(|(k, _)| placing(&k.text)).map(|(k, _)| format!("`{}`", k.text)).collect();
        let first = modes.first().map_or("MODE", String::as_str);
        let help = match names.is_empty() {
            true => format!("name a mode, `start: {first}`, or choose: `start: {{by: LATENT, STATE: MODE, else: MODE}}`"),
            false => format!(
                "write {} beside `class`, outside of `start`; `start: {first}` is the mode to begin with",
                names.join(", ")
            ),
        };
        problems.error(Code::WrongType, node.span, "`start` is the mode that an agent begins with, but this is a mapping", help);
        return None;
    }
    read_mode(node, modes, scope, problems)
}

pub(crate) fn read_class(node: &Node, problems: &mut Problems) -> Option<Class> {
    let name = text(node, "`class`", problems)?;
    let found = Class::ALL.into_iter().find(|c| c.name() == name);
    if found.is_none() {
        let near = nearest(&name, Class::ALL.map(Class::name));
        let help = slip::of_class(&name).map_or(near, |class| format!("write `{class}`"));
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

impl SoundSpec {
    fn read(node: &Node, owner: &str, scope: &mut Scope, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, node.span, "`sound`", problems)?;
        let mut value = |fields: &mut Fields, name: &'static str, domain, default| match fields.take(name) {
            Some(n) => scope.value(n, &format!("{owner}.sound.{name}"), domain, problems),
            None => Some(Expression::Number(default)),
        };
        let range_m = value(&mut fields, "range_m", Domain::Positive, 200.0);
        let bearing_sd_rad = value(&mut fields, "bearing_sd_rad", Domain::FromZero, 0.35);
        let on = value(&mut fields, "on", Domain::Either(0.0, 1.0), 1.0);
        fields.finish(problems);
        Some(Self { range_m: range_m?, bearing_sd_rad: bearing_sd_rad?, on: on? })
    }

    fn tree(&self) -> Tree {
        let fields = [("range_m", &self.range_m), ("bearing_sd_rad", &self.bearing_sd_rad), ("on", &self.on)];
        Tree::Map(fields.into_iter().map(|(n, e)| (n.to_owned(), Tree::value(e))).collect())
    }
}

/// A value where another is not 0, else 0. A choice stays the outermost part, as it is written in files.
fn where_there(there: &Expression, value: &Expression) -> Expression {
    match value {
        Expression::Number(x) if *x == 1.0 => there.clone(),
        Expression::Choice { by, of } => {
            Expression::Choice { by: by.clone(), of: of.iter().map(|(s, v)| (s.clone(), where_there(there, v))).collect() }
        }
        other => Expression::If(Box::new([there.clone(), other.clone(), Expression::Number(0.0)])),
    }
}

/// Checks that nobody is held by themselves by way of others.
pub(crate) fn check_holders(actors: &[ActorSpec], places: &[(String, Span)], problems: &mut Problems) {
    let holders = |k: usize| -> Vec<usize> {
        let ActorKind::Agent { modes, .. } = &actors[k].kind else { return Vec::new() };
        modes.iter().filter_map(|m| if let nines_sim::Act::Held(a) = m.act { Some(usize::from(a)) } else { None }).collect()
    };
    for (start, a) in actors.iter().enumerate() {
        let (mut seen, mut left) = (Vec::new(), holders(start));
        while let Some(k) = left.pop() {
            if k == start {
                let at = places.iter().find(|(n, _)| *n == a.name).map_or(Span::default(), |(_, s)| *s);
                let message = format!("`{}` is held by itself", a.name);
                problems.error(Code::Cycle, at, message, "let one of them move by itself");
                return;
            }
            if !seen.contains(&k) {
                seen.push(k);
                left.extend(holders(k));
            }
        }
    }
}

/// Checks that actors wait for and follow actors of the right kind, and never in a circle. `places` are those of the links.
pub(crate) fn check_links(actors: &[ActorSpec], places: &[(String, Span)], problems: &mut Problems) {
    let place = |name: &str| places.iter().find(|(n, _)| n == name).map_or(Span::default(), |(_, s)| *s);
    for a in actors {
        let Some((other, field)) = a.link() else { continue };
        let fits = |b: &ActorSpec| match field {
            "after" => matches!(b.kind, ActorKind::Walker { .. } | ActorKind::Roller | ActorKind::Agent { .. }),
            _ => matches!(b.kind, ActorKind::Vehicle { .. } | ActorKind::Agent { .. }),
        };
        let kinds = if field == "after" { "a walker, roller or agent" } else { "a vehicle or agent" };
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
