//! The road of a scenario: a cross-section of lanes along a route, and further paths that cross it.

use crate::diagnostic::{Code, Problems, nearest};
use crate::emit::Tree;
use crate::fields::{Fields, check_name, entries, finite, items, positive, text, truth};
use crate::layout::{self, Laid};
use crate::node::{Node, Span};
use nines_sim::{Lane, LaneKind, Path, Road};

/// The road. Path 0 is the centre of the ego's lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Street {
    /// Lanes from left to right.
    pub lanes: Vec<StreetLane>,
    /// Stretches of the route by length and radius (m, positive to the left, infinite for straight); the last goes on for ever.
    pub route: Vec<(f64, f64)>,
    /// Further paths, that vehicles follow.
    pub paths: Vec<StreetPath>,
}

/// A lane of the cross-section.
#[derive(Clone, Debug, PartialEq)]
pub struct StreetLane {
    /// What it is for.
    pub kind: LaneKind,
    /// Width, m.
    pub width_m: f64,
    /// Traffic comes towards the ego.
    pub oncoming: bool,
    /// The ego drives here.
    pub ego: bool,
}

/// A path beside the route.
#[derive(Clone, Debug, PartialEq)]
pub struct StreetPath {
    /// Name that vehicles give as their `path`.
    pub name: String,
    /// Start, m.
    pub x_m: f64,
    /// Start, m.
    pub y_m: f64,
    /// Direction at the start, radians.
    pub heading_rad: f64,
    /// Stretches as those of the route; none for a straight path.
    pub pieces: Vec<(f64, f64)>,
}

/// Most paths of a road.
const MAX_PATHS: usize = 32;

/// Name of path 0.
pub(crate) const ROUTE: &str = "route";

/// Kinds of lanes by their names.
pub(crate) const LANE_KINDS: &[(&str, LaneKind)] = &[
    ("traffic", LaneKind::Traffic),
    ("parking", LaneKind::Parking),
    ("shoulder", LaneKind::Shoulder),
    ("sidewalk", LaneKind::Sidewalk),
];

impl Street {
    /// Reads `road`, and gives the zones and the named numbers of its template besides.
    pub(crate) fn read(node: &Node, at: Span, problems: &mut Problems) -> Option<(Self, Laid)> {
        let mut fields = Fields::of(node, at, "`road`", problems)?;
        let (mut street, mut laid) = match fields.take("template") {
            Some(named) => {
                let built = layout::read(named, &mut fields, problems);
                let paths = fields.take("paths").map_or(Some(Vec::new()), |n| read_paths(n, problems));
                fields.finish(problems);
                let (mut street, laid) = built?;
                for path in paths? {
                    street.paths.retain(|p| p.name != path.name);
                    street.paths.push(path);
                }
                (street, laid)
            }
            None => {
                let lanes = fields.require("lanes").and_then(|n| read_lanes(n, problems));
                let route = fields.take("route").map_or(Some(vec![(1_000.0, f64::INFINITY)]), |n| read_route(n, problems));
                let paths = fields.take("paths").map_or(Some(Vec::new()), |n| read_paths(n, problems));
                fields.finish(problems);
                (Self { lanes: lanes?, route: route?, paths: paths? }, Laid::default())
            }
        };
        if street.paths.len() >= MAX_PATHS {
            problems.error(Code::TooMany, at, format!("a road has at most {MAX_PATHS} paths"), "");
            street.paths.clear();
        }
        laid.numbers.extend(crate::meeting::numbers(&street));
        Some((street, laid))
    }

    /// Index of a path by its name.
    pub(crate) fn path(&self, name: &str) -> Option<u16> {
        std::iter::once(ROUTE).chain(self.paths.iter().map(|p| p.name.as_str())).position(|n| n == name).map(|k| k as u16)
    }

    /// The compiled form. The drivable area is what lies between the sidewalks on both sides of the ego's lane.
    pub(crate) fn compile(&self) -> Road {
        let ego = self.lanes.iter().position(|l| l.ego).unwrap_or(0);
        let lane_width_m = self.lanes.get(ego).map_or(0.0, |l| l.width_m);
        // The left edge of the cross-section, as an offset from the centre of the ego's lane.
        let mut edge = 0.5 * lane_width_m + self.lanes[..ego].iter().map(|l| l.width_m).sum::<f64>();
        let mut lanes = Vec::new();
        for l in &self.lanes {
            let centre_d_m = edge - 0.5 * l.width_m;
            lanes.push(Lane { kind: l.kind, centre_d_m, width_m: l.width_m, along: !l.oncoming });
            edge -= l.width_m;
        }
        let on_road = |l: &&Lane| l.kind != LaneKind::Sidewalk;
        let left: f64 = lanes[..ego].iter().rev().take_while(on_road).map(|l| l.width_m).sum();
        let right: f64 = lanes.iter().skip(ego + 1).take_while(on_road).map(|l| l.width_m).sum();
        let beside = ego.checked_sub(1).and_then(|k| self.lanes.get(k));
        Road {
            paths: std::iter::once(self.reference()).chain(self.paths.iter().map(StreetPath::compile)).collect(),
            left_edge_m: 0.5 * lane_width_m + left,
            right_edge_m: -0.5 * lane_width_m - right,
            lane_width_m,
            left_lane_along: beside.is_some_and(|l| l.kind == LaneKind::Traffic && !l.oncoming),
            lanes,
        }
    }

    fn reference(&self) -> Path {
        if self.route.iter().all(|(_, radius)| radius.is_infinite()) {
            return Path::straight(0.0, 0.0, 0.0);
        }
        Path::from_pieces(&curvatures(&self.route))
    }

    /// The route as the engine has it.
    pub(crate) fn route_path(&self) -> Path {
        self.reference()
    }

    /// As it is written.
    pub(crate) fn tree(&self) -> Tree {
        let lane = |l: &StreetLane| {
            Tree::Map(vec![
                ("kind".to_owned(), Tree::text(kind_name(l.kind))),
                ("width_m".to_owned(), Tree::number(l.width_m)),
                ("oncoming".to_owned(), Tree::truth(l.oncoming)),
                ("ego".to_owned(), Tree::truth(l.ego)),
            ])
        };
        let stretch = |(length, radius): &(f64, f64)| {
            Tree::Map(vec![("length_m".to_owned(), Tree::number(*length)), ("radius_m".to_owned(), Tree::number(*radius))])
        };
        let path = |p: &StreetPath| {
            let numbers = [("x_m", p.x_m), ("y_m", p.y_m), ("heading_rad", p.heading_rad)];
            let mut fields = numbers.map(|(n, x)| (n.to_owned(), Tree::number(x))).to_vec();
            if !p.pieces.is_empty() {
                fields.push(("pieces".to_owned(), Tree::List(p.pieces.iter().map(stretch).collect())));
            }
            (p.name.clone(), Tree::Map(fields))
        };
        Tree::Map(vec![
            ("lanes".to_owned(), Tree::List(self.lanes.iter().map(lane).collect())),
            ("route".to_owned(), Tree::List(self.route.iter().map(stretch).collect())),
            ("paths".to_owned(), Tree::Map(self.paths.iter().map(path).collect())),
        ])
    }
}

impl StreetPath {
    pub(crate) fn compile(&self) -> Path {
        if self.pieces.is_empty() {
            return Path::straight(self.x_m, self.y_m, self.heading_rad);
        }
        Path::from_start(self.x_m, self.y_m, self.heading_rad, &curvatures(&self.pieces))
    }
}

fn curvatures(pieces: &[(f64, f64)]) -> Vec<(f64, f64)> {
    pieces.iter().map(|(length, radius)| (*length, 1.0 / radius)).collect()
}

pub(crate) fn kind_name(kind: LaneKind) -> &'static str {
    LANE_KINDS.iter().find(|(_, k)| *k == kind).map_or("traffic", |(n, _)| n)
}

fn read_lanes(node: &Node, problems: &mut Problems) -> Option<Vec<StreetLane>> {
    let list = items(node, "`lanes`", problems);
    let lanes: Vec<StreetLane> = list.iter().filter_map(|n| read_lane(n, problems)).collect();
    if lanes.len() != list.len() || list.is_empty() {
        if list.is_empty() {
            problems.error(
                Code::MissingField,
                node.span,
                "a road has at least one lane",
                "add `- {kind: traffic, width_m: 3.5, ego: true}`",
            );
        }
        return None;
    }
    let egos = lanes.iter().filter(|l| l.ego).count();
    if egos != 1 {
        let message = format!("{egos} lanes are marked `ego: true`, but the ego drives in one");
        problems.error(Code::MissingField, node.span, message, "mark one traffic lane `ego: true`");
        return None;
    }
    Some(lanes)
}

fn read_lane(node: &Node, problems: &mut Problems) -> Option<StreetLane> {
    let mut fields = Fields::of(node, node.span, "a lane", problems)?;
    let kind = fields.require("kind").and_then(|n| {
        let name = text(n, "the kind of a lane", problems)?;
        let found = LANE_KINDS.iter().find(|(k, _)| *k == name).map(|(_, k)| *k);
        if found.is_none() {
            let help = nearest(&name, LANE_KINDS.iter().map(|(k, _)| *k));
            problems.error(Code::UnknownKind, n.span, format!("`{name}` is not a kind of lane"), help);
        }
        found
    });
    let width_m = fields.require("width_m").and_then(|n| positive(n, "`width_m`", problems));
    let oncoming = fields.take("oncoming").map_or(Some(false), |n| truth(n, "`oncoming`", problems));
    let ego = fields.take("ego").map_or(Some(false), |n| truth(n, "`ego`", problems));
    fields.finish(problems);
    let lane = StreetLane { kind: kind?, width_m: width_m?, oncoming: oncoming?, ego: ego? };
    if lane.ego && (lane.kind != LaneKind::Traffic || lane.oncoming) {
        problems.error(Code::OutOfRange, node.span, "the ego's lane is a traffic lane along the route", "");
        return None;
    }
    Some(lane)
}

fn read_route(node: &Node, problems: &mut Problems) -> Option<Vec<(f64, f64)>> {
    read_pieces(node, "route", 6.0, problems)
}

/// Stretches by length and radius, curves of at least `least` metres.
fn read_pieces(node: &Node, what: &str, least: f64, problems: &mut Problems) -> Option<Vec<(f64, f64)>> {
    let list = items(node, &format!("`{what}`"), problems);
    let mut out = Vec::new();
    for item in list {
        let Some(mut fields) = Fields::of(item, item.span, "a stretch", problems) else { continue };
        let length = fields.require("length_m").and_then(|n| positive(n, "`length_m`", problems));
        let radius = match fields.take("radius_m") {
            None => Some(f64::INFINITY),
            Some(n) => crate::fields::number(n, "`radius_m`", problems).filter(|r| {
                let wide = r.abs() >= least;
                if !wide {
                    let message = format!("`radius_m` is {r}, but a curve has at least {least} m");
                    problems.error(Code::OutOfRange, n.span, message, "");
                }
                wide
            }),
        };
        fields.finish(problems);
        out.extend(length.zip(radius));
    }
    if list.is_empty() {
        problems.error(
            Code::MissingField,
            node.span,
            format!("`{what}` has at least one stretch"),
            format!("leave `{what}` out for a straight one"),
        );
    }
    (out.len() == list.len() && !list.is_empty()).then_some(out)
}

fn read_paths(node: &Node, problems: &mut Problems) -> Option<Vec<StreetPath>> {
    let mut out = Vec::new();
    let mut good = true;
    for (key, node) in entries(node, "`paths`", problems)? {
        check_name(&key.text, '_', key.span, problems);
        if key.text == ROUTE {
            problems.error(Code::BadName, key.span, "`route` is the ego's own path", "choose another name");
        }
        let Some(mut fields) = Fields::of(node, key.span, "a path", problems) else { continue };
        let mut get = |name| fields.require(name).and_then(|n| finite(n, &format!("`{name}`"), problems));
        let (x, y, heading) = (get("x_m"), get("y_m"), get("heading_rad"));
        let pieces = fields.take("pieces").map_or(Some(Vec::new()), |n| read_pieces(n, "pieces", 3.0, problems));
        fields.finish(problems);
        match (x, y, heading, pieces) {
            (Some(x_m), Some(y_m), Some(heading_rad), Some(pieces)) => {
                out.push(StreetPath { name: key.text.clone(), x_m, y_m, heading_rad, pieces });
            }
            _ => good = false,
        }
    }
    good.then_some(out)
}
