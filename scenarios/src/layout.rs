//! Road templates: a few fields in the place of lanes, route, paths and zones. Traffic keeps to the right in all of them.

use crate::diagnostic::{Code, Problems, nearest};
use crate::fields::{Fields, number, text, truth};
use crate::node::Node;
use crate::sections::ZoneForm;
use crate::street::{Street, StreetLane, StreetPath};
use crate::{junction, roundabout};
use nines_sim::LaneKind;

/// What a template gives besides the street.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Laid {
    pub zones: Vec<ZoneForm>,
    /// Numbers that values may use by their names.
    pub numbers: Vec<(String, f64)>,
}

/// A field of a template: name, what it may be, meaning.
pub(crate) type Field = (&'static str, Takes, &'static str);

/// What a field of a template may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Takes {
    /// A number from the second to the third, and its default.
    Number(f64, f64, f64),
    /// A whole number, likewise.
    Count(u32, u32, u32),
    /// One of some words; the first is the default.
    Word(&'static [&'static str]),
    /// True or false, and its default.
    Truth(bool),
    /// A radius, positive to the left, of at least the second; and its default.
    Radius(f64, f64),
}

/// A template: its name, its fields in groups, what it is.
pub(crate) struct Form {
    pub name: &'static str,
    pub about: &'static str,
    pub fields: &'static [&'static [Field]],
    build: fn(&Given) -> Result<(Street, Laid), Misfit>,
}

/// A field whose value does not fit the others, and why.
pub(crate) struct Misfit(pub &'static str, pub String);

/// Values of the fields of a template: numbers, places in the list of words, 0 and 1.
pub(crate) struct Given(Vec<(&'static str, f64)>);

impl Given {
    pub fn get(&self, name: &str) -> f64 {
        self.0.iter().find(|(n, _)| *n == name).map_or(0.0, |(_, x)| *x)
    }

    pub fn count(&self, name: &str) -> usize {
        self.get(name) as usize
    }
}

use Takes::{Count, Number, Radius, Truth, Word};

const SIDE: &[&str] = &["none", "right", "left", "both"];
const LANES: &[Field] = &[
    ("lanes_each_way", Count(1, 1, 4), "Traffic lanes of each direction."),
    ("lane_width_m", Number(3.5, 2.0, 6.0), "Width of a traffic lane, m."),
    ("oncoming", Truth(true), "False for a one-way street."),
    ("ego_lane", Count(1, 1, 4), "The ego's lane, counted from the right."),
];
const SIDES: &[Field] = &[
    ("parking", Word(SIDE), "Sides with a lane of parked vehicles."),
    ("parking_width_m", Number(2.2, 1.5, 6.0), "Width of a parking lane, m."),
    ("sidewalk_m", Number(2.5, 0.0, 20.0), "Width of the pavements, m; 0 for none."),
];
const BEND: &[Field] = &[
    ("radius_m", Radius(60.0, 10.0), "Radius of the curve, m, positive to the left."),
    ("from_m", Number(60.0, 0.0, 2_000.0), "Where it begins, m."),
    ("length_m", Number(60.0, 1.0, 5_000.0), "Its length, m; the road is straight behind it."),
];
const MOTORWAY: &[Field] = &[
    ("lanes", Count(3, 1, 6), "Traffic lanes of the ego's direction."),
    ("ego_lane", Count(1, 1, 6), "The ego's lane, counted from the right."),
    ("lane_width_m", Number(3.6, 2.5, 5.0), "Width of a lane, m."),
    ("shoulder_m", Number(3.0, 0.5, 6.0), "Width of the right shoulder, m."),
    ("median_m", Number(1.0, 0.5, 6.0), "Width of the left shoulder, m."),
];
const NARROW: &[Field] = &[
    ("lane_width_m", Number(3.0, 2.0, 6.0), "Width of a traffic lane, m."),
    ("oncoming", Truth(true), "False for a one-way street."),
    ("parking_width_m", Number(2.2, 1.5, 6.0), "Width of a parking lane, m."),
    ("sidewalk_m", Number(2.0, 0.0, 20.0), "Width of the pavements, m; 0 for none."),
];
const CAMPUS: &[Field] = &[
    ("width_m", Number(4.0, 2.5, 12.0), "Width of the shared lane, m."),
    ("verge_m", Number(1.5, 0.2, 10.0), "Level ground on both sides that can be driven on, m."),
];
const MERGE: &[Field] = &[
    ("ego", Word(&["main", "ramp"]), "Where the ego drives."),
    ("lanes", Count(2, 1, 5), "Traffic lanes of the motorway."),
    ("lane_width_m", Number(3.6, 2.5, 5.0), "Width of a lane, m."),
    ("shoulder_m", Number(3.0, 0.5, 6.0), "Width of the right shoulder, m."),
    ("from_m", Number(100.0, 10.0, 2_000.0), "Where the ramp has come beside the right lane, m."),
    ("beside_m", Number(150.0, 0.0, 1_000.0), "How far it goes on beside it, m."),
    ("taper_m", Number(50.0, 20.0, 300.0), "Length over which it then moves into the right lane, m."),
];

/// All templates.
pub(crate) const FORMS: &[Form] = &[
    Form { name: "street", about: "A straight street.", fields: &[LANES, SIDES], build: street },
    Form { name: "curve", about: "A street with a curve.", fields: &[LANES, SIDES, BEND], build: curve },
    Form {
        name: "parking-street",
        about: "A narrow street with parked cars on both sides.",
        fields: &[NARROW],
        build: parking_street,
    },
    Form { name: "intersection", about: "Two streets cross.", fields: &[LANES, SIDES, junction::FIELDS], build: junction::build },
    Form {
        name: "roundabout",
        about: "A ring; who is on it goes first.",
        fields: &[roundabout::FIELDS],
        build: roundabout::build,
    },
    Form { name: "motorway", about: "Lanes of one direction, with shoulders.", fields: &[MOTORWAY], build: motorway },
    Form { name: "merge", about: "A ramp joins a motorway.", fields: &[MERGE], build: merge },
    Form { name: "campus-path", about: "One lane without kerbs that all share.", fields: &[CAMPUS], build: campus_path },
];

/// Reads the fields of the template that `named` names.
pub(crate) fn read(named: &Node, fields: &mut Fields, problems: &mut Problems) -> Option<(Street, Laid)> {
    let name = text(named, "`template`", problems)?;
    let Some(form) = FORMS.iter().find(|f| f.name == name) else {
        let help = nearest(&name, FORMS.iter().map(|f| f.name));
        problems.error(Code::UnknownKind, named.span, format!("there is no road template `{name}`"), help);
        // What else stands in the mapping belongs to a template that is not known.
        FORMS.iter().flat_map(|f| f.fields.iter().copied().flatten()).for_each(|(field, ..)| _ = fields.take(field));
        return None;
    };
    let before = problems.errors();
    let mut given = Vec::new();
    let mut places = Vec::new();
    for (field, takes, _) in form.fields.iter().copied().flatten() {
        let node = fields.take(field);
        places.extend(node.map(|n| (*field, n.span)));
        let value = node.map_or(Some(takes.usual()), |n| takes.read(field, n, problems));
        given.extend(value.map(|x| (*field, x)));
    }
    if problems.errors() > before {
        return None;
    }
    match (form.build)(&Given(given)) {
        Ok(made) => Some(made),
        Err(Misfit(field, message)) => {
            let at = places.iter().find(|(f, _)| *f == field).map_or(named.span, |(_, at)| *at);
            problems.error(Code::OutOfRange, at, message, "");
            None
        }
    }
}

impl Takes {
    fn usual(self) -> f64 {
        match self {
            Number(x, ..) | Radius(x, _) => x,
            Count(n, ..) => f64::from(n),
            Word(_) => 0.0,
            Truth(b) => f64::from(u8::from(b)),
        }
    }

    fn read(self, field: &str, node: &Node, problems: &mut Problems) -> Option<f64> {
        let what = format!("`{field}`");
        let (x, wanted) = match self {
            Word(words) => {
                let word = text(node, &what, problems)?;
                let found = words.iter().position(|w| *w == word);
                if found.is_none() {
                    let help = nearest(&word, words.iter().copied());
                    problems.error(Code::UnknownKind, node.span, format!("{what} is not `{word}`"), help);
                }
                return found.map(|k| k as f64);
            }
            Truth(_) => return truth(node, &what, problems).map(|b| f64::from(u8::from(b))),
            Number(_, least, most) => (number(node, &what, problems)?, (least, most, false)),
            Count(_, least, most) => (number(node, &what, problems)?, (f64::from(least), f64::from(most), true)),
            Radius(_, least) => {
                let x = number(node, &what, problems)?;
                if x.abs() < least {
                    let message = format!("{what} is {x}, but a curve has at least {least} m");
                    problems.error(Code::OutOfRange, node.span, message, "");
                    return None;
                }
                return Some(x);
            }
        };
        let (least, most, whole) = wanted;
        if (least..=most).contains(&x) && (!whole || x.fract() == 0.0) {
            return Some(x);
        }
        let kind = if whole { "a whole number " } else { "" };
        problems.error(Code::OutOfRange, node.span, format!("{what} is {x}, but must be {kind}from {least} to {most}"), "");
        None
    }
}

fn lane(kind: LaneKind, width_m: f64, oncoming: bool, ego: bool) -> StreetLane {
    StreetLane { kind, width_m, oncoming, ego }
}

/// The cross-section of a street, from left to right.
pub(crate) fn cross_section(g: &Given) -> Result<Vec<StreetLane>, Misfit> {
    let (n, ego, width) = (g.count("lanes_each_way"), g.count("ego_lane"), g.get("lane_width_m"));
    if ego > n {
        return Err(Misfit("ego_lane", format!("`ego_lane` is {ego}, but there are {n} lanes in this direction")));
    }
    let (parking, sidewalk) = (SIDE[g.count("parking")], g.get("sidewalk_m"));
    let oncoming = if g.get("oncoming") == 1.0 { n } else { 0 };
    let parked = |side: &str| {
        (parking == side || parking == "both").then(|| lane(LaneKind::Parking, g.get("parking_width_m"), false, false))
    };
    let pavement = (sidewalk > 0.0).then(|| lane(LaneKind::Sidewalk, sidewalk, false, false));
    let mut out: Vec<StreetLane> = pavement.clone().into_iter().chain(parked("left")).collect();
    out.extend((0..oncoming).map(|_| lane(LaneKind::Traffic, width, true, false)));
    out.extend((0..n).rev().map(|k| lane(LaneKind::Traffic, width, false, k + 1 == ego)));
    out.extend(parked("right").into_iter().chain(pavement));
    Ok(out)
}

const STRAIGHT: (f64, f64) = (1_000.0, f64::INFINITY);

fn street(g: &Given) -> Result<(Street, Laid), Misfit> {
    Ok((Street { lanes: cross_section(g)?, route: vec![STRAIGHT], paths: Vec::new() }, Laid::default()))
}

fn curve(g: &Given) -> Result<(Street, Laid), Misfit> {
    let lanes = cross_section(g)?;
    let (radius, from) = (g.get("radius_m"), g.get("from_m"));
    let mut route = vec![(g.get("length_m"), radius), STRAIGHT];
    if from > 0.0 {
        route.insert(0, (from, f64::INFINITY));
    }
    let street = Street { lanes, route, paths: Vec::new() };
    let inner = street.compile().lanes.iter().map(|l| l.centre_d_m * radius.signum() + 0.5 * l.width_m).fold(0.0, f64::max);
    if inner >= radius.abs() {
        return Err(Misfit(
            "radius_m",
            format!("`radius_m` is {radius}, but the inner edge of the street is {inner} m beside the ego's lane"),
        ));
    }
    let numbers = [("road.curve_from_m", from), ("road.curve_to_m", from + g.get("length_m"))];
    let numbers = numbers.map(|(n, x)| (n.to_owned(), x)).to_vec();
    Ok((street, Laid { zones: Vec::new(), numbers }))
}

fn parking_street(g: &Given) -> Result<(Street, Laid), Misfit> {
    let mut given = g.0.clone();
    given.extend([("lanes_each_way", 1.0), ("ego_lane", 1.0), ("parking", 3.0)]);
    street(&Given(given))
}

fn motorway(g: &Given) -> Result<(Street, Laid), Misfit> {
    let (n, ego) = (g.count("lanes"), g.count("ego_lane"));
    if ego > n {
        return Err(Misfit("ego_lane", format!("`ego_lane` is {ego}, but there are {n} lanes")));
    }
    let mut lanes = vec![lane(LaneKind::Shoulder, g.get("median_m"), false, false)];
    lanes.extend((0..n).rev().map(|k| lane(LaneKind::Traffic, g.get("lane_width_m"), false, k + 1 == ego)));
    lanes.push(lane(LaneKind::Shoulder, g.get("shoulder_m"), false, false));
    Ok((Street { lanes, route: vec![STRAIGHT], paths: Vec::new() }, Laid::default()))
}

fn campus_path(g: &Given) -> Result<(Street, Laid), Misfit> {
    let verge = lane(LaneKind::Shoulder, g.get("verge_m"), false, false);
    let lanes = vec![verge.clone(), lane(LaneKind::Traffic, g.get("width_m"), false, true), verge];
    Ok((Street { lanes, route: vec![STRAIGHT], paths: Vec::new() }, Laid::default()))
}

/// How far behind the ego's start the paths of a motorway begin, m.
const BEFORE_M: f64 = 300.0;

/// A ramp from the right: straight at 0.08 rad, an arc to the motorway's direction, a lane beside the right one, and two equal
/// arcs into that.
fn merge(g: &Given) -> Result<(Street, Laid), Misfit> {
    let (width, from, beside, taper) = (g.get("lane_width_m"), g.get("from_m"), g.get("beside_m"), g.get("taper_m"));
    // Two arcs of angle a and radius r move aside by 2 r (1 - cos a) over 2 r sin a.
    let angle = 2.0 * libm::atan(width / taper);
    let radius = taper / (2.0 * libm::sin(angle));
    let arc = radius * angle;
    let joins = [(arc, radius), (arc, -radius), STRAIGHT];
    let shoulder = |m: f64| lane(LaneKind::Shoulder, m, false, false);
    let traffic = |ego: bool| lane(LaneKind::Traffic, width, false, ego);
    let n = g.count("lanes");
    let mut lanes = vec![shoulder(1.0)];
    let mut paths = Vec::new();
    let mut numbers = vec![("road.ramp_from_m".to_owned(), from), ("road.ramp_to_m".to_owned(), from + beside)];
    let on_ramp = g.get("ego") == 1.0;
    let route = if on_ramp {
        lanes.extend((0..n).map(|_| traffic(false)));
        lanes.push(traffic(true));
        for (name, k) in [("main", 1.0), ("main_left", 2.0)].into_iter().take(n) {
            let y_m = k * width;
            paths.push(StreetPath { name: name.to_owned(), x_m: -BEFORE_M, y_m, heading_rad: 0.0, pieces: Vec::new() });
        }
        numbers.push(("road.main_before_m".to_owned(), BEFORE_M));
        std::iter::once((from + beside, f64::INFINITY)).chain(joins).collect()
    } else {
        lanes.extend((0..n).map(|k| traffic(k + 1 == n)));
        lanes.push(traffic(false));
        let (tilt, bend, straight) = (0.08_f64, 150.0, 200.0);
        let (sin, cos) = (libm::sin(tilt), libm::cos(tilt));
        let (x_m, y_m) = (from - bend * sin - straight * cos, -width - bend * (1.0 - cos) - straight * sin);
        let comes = [(straight, f64::INFINITY), (bend * tilt, -bend), (beside, f64::INFINITY)];
        let pieces = comes.into_iter().chain(joins).filter(|(length, _)| *length > 0.0).collect();
        numbers.push(("road.ramp_beside_m".to_owned(), straight + bend * tilt));
        paths.push(StreetPath { name: "ramp".to_owned(), x_m, y_m, heading_rad: tilt, pieces });
        vec![STRAIGHT]
    };
    lanes.push(shoulder(g.get("shoulder_m")));
    Ok((Street { lanes, route, paths }, Laid { zones: Vec::new(), numbers }))
}

/// To the millimetre, so that what is written out stays short.
pub(crate) fn mm(x: f64) -> f64 {
    (x * 1_000.0).round() / 1_000.0
}
