//! The template `intersection`: the ego's street crosses another at right angles, with a path for every way through it.

use crate::layout::{Field, Given, Laid, Misfit, Takes, cross_section, mm};
use crate::sections::ZoneForm;
use crate::street::{Street, StreetPath};
use nines_sim::{Path, PathPoint, ZoneKind};
use std::f64::consts::FRAC_PI_2;

pub(crate) const FIELDS: &[Field] = &[
    ("ego", Takes::Word(&["straight", "left", "right"]), "Where the ego goes."),
    ("at_m", Takes::Number(60.0, 15.0, 1_000.0), "Where the lanes of the cross street begin, m."),
    ("cross_lanes_each_way", Takes::Count(1, 1, 4), "Traffic lanes of each direction of the cross street."),
    ("cross_lane_width_m", Takes::Number(3.5, 2.0, 6.0), "Width of a lane of the cross street, m."),
    ("left_radius_m", Takes::Number(9.0, 6.0, 20.0), "Radius of left turns, m."),
    ("right_radius_m", Takes::Number(7.0, 6.0, 20.0), "Radius of right turns, m."),
    ("crosswalks", Takes::Truth(true), "Marked crosswalks over the arms, 3 m wide and 1 m before the lanes of the other street."),
    ("approach_m", Takes::Number(80.0, 20.0, 400.0), "Length of the other paths up to their stop lines, m."),
];

/// Crosswalk: from, to, as distances from the lanes of the other street; stop lines with one and without, m.
const WALK_M: (f64, f64) = (1.0, 4.0);
const LINE_M: (f64, f64) = (5.0, 1.0);

const ONWARD: (f64, f64) = (300.0, f64::INFINITY);

pub(crate) fn build(g: &Given) -> Result<(Street, Laid), Misfit> {
    let (n, w, at) = (g.get("lanes_each_way"), g.get("lane_width_m"), g.get("at_m"));
    let (m, wc) = (g.get("cross_lanes_each_way"), g.get("cross_lane_width_m"));
    let (left, right) = (g.get("left_radius_m"), g.get("right_radius_m"));
    let lanes = cross_section(g)?;
    let two_way = g.get("oncoming") == 1.0;
    // Centre lines of both streets, and the lanes beside and farthest from them.
    let (yc, xc) = (w * (n - g.get("ego_lane") + 0.5), at + m * wc);
    let (near_y, far_y, near_x, far_x) = (0.5 * w, w * (n - 0.5), 0.5 * wc, wc * (m - 0.5));
    let area = Area { x: (at, xc + m * wc), y: (yc - n * w, if two_way { yc + n * w } else { yc }) };
    let turn = |to: f64, radius: f64, sign: f64| vec![(to - radius, f64::INFINITY), (radius * FRAC_PI_2, sign * radius), ONWARD];
    let route = match g.count("ego") {
        1 => turn(xc + near_x, left, 1.0),
        2 => turn(xc - far_x, right, -1.0),
        _ => vec![(1_000.0, f64::INFINITY)],
    };
    if route[0].0 <= 0.0 {
        return Err(Misfit("at_m", format!("`at_m` is {at}, which leaves no room for a turn of this radius")));
    }
    let crosswalks = g.get("crosswalks") == 1.0;
    let line = if crosswalks { LINE_M.0 } else { LINE_M.1 };
    let reach = g.get("approach_m") + line;
    // Starts of the other arms, and their directions.
    let (top, bottom, beyond) = (area.y.1 + reach, area.y.0 - reach, area.x.1 + reach);
    let mut paths = Vec::new();
    let mut add = |name: &str, x_m: f64, y_m: f64, heading_rad: f64, pieces: Vec<(f64, f64)>| {
        paths.push(StreetPath { name: name.to_owned(), x_m, y_m, heading_rad, pieces });
    };
    let (up, down, back) = (FRAC_PI_2, -FRAC_PI_2, 2.0 * FRAC_PI_2);
    add("from_left", xc - far_x, top, down, Vec::new());
    add("from_left_left_turn", xc - near_x, top, down, turn(top - (yc - near_y), left, 1.0));
    add("from_right", xc + far_x, bottom, up, Vec::new());
    add("from_right_right_turn", xc + far_x, bottom, up, turn(yc - far_y - bottom, right, -1.0));
    if two_way {
        add("from_left_right_turn", xc - far_x, top, down, turn(top - (yc + far_y), right, -1.0));
        add("from_right_left_turn", xc + near_x, bottom, up, turn(yc + near_y - bottom, left, 1.0));
        add("oncoming", beyond, yc + far_y, back, Vec::new());
        add("oncoming_left_turn", beyond, yc + near_y, back, turn(beyond - (xc - near_x), left, 1.0));
        add("oncoming_right_turn", beyond, yc + far_y, back, turn(beyond - (xc + far_x), right, -1.0));
    }
    let street = Street { lanes, route, paths };
    // Places along the route, some way before the near edge of the cross street's lanes, and behind the far edge of what they share.
    let way = street.route_path();
    let before = |m: f64| first(&way, |p| p.x - (at - m));
    let behind = |m: f64| match g.count("ego") {
        1 => first(&way, |p| p.y - (area.y.1 + m)),
        2 => first(&way, |p| area.y.0 - m - p.y),
        _ => first(&way, |p| p.x - (area.x.1 + m)),
    };
    // A wide turn to the right cuts the corner, and leaves before it has come in.
    let (from, to) = (before(0.0).min(behind(0.0)), before(0.0).max(behind(0.0)));
    let zone = |kind: ZoneKind, from_m: f64, to_m: f64| ZoneForm::new(kind, from_m, to_m);
    let mut zones = vec![zone(ZoneKind::Junction, from, to)];
    let mut numbers = vec![
        ("road.junction_from_m", from),
        ("road.junction_to_m", to),
        ("road.stop_line_m", before(line)),
        ("road.approach_m", g.get("approach_m")),
    ];
    if crosswalks {
        zones.insert(0, zone(ZoneKind::Crosswalk, before(WALK_M.1), before(WALK_M.0)));
        zones.push(zone(ZoneKind::Crosswalk, behind(WALK_M.0), behind(WALK_M.1)));
        let middle = 0.5 * (WALK_M.0 + WALK_M.1);
        numbers.extend([("road.crosswalk_m", before(middle)), ("road.exit_crosswalk_m", behind(middle))]);
    }
    let numbers = numbers.into_iter().map(|(name, x)| (name.to_owned(), x)).collect();
    Ok((street, Laid { zones, numbers }))
}

/// The area that both streets share.
struct Area {
    x: (f64, f64),
    y: (f64, f64),
}

/// Where something first is positive along a path, to the millimetre.
fn first(path: &Path, is: impl Fn(PathPoint) -> f64) -> f64 {
    const STEP_M: f64 = 0.25;
    let mut s = 0.0;
    while is(path.at(s)) < 0.0 && s < 2_000.0 {
        s += STEP_M;
    }
    let (mut before, mut after) = (s - STEP_M, s);
    for _ in 0..50 {
        let middle = 0.5 * (before + after);
        if is(path.at(middle)) < 0.0 {
            before = middle;
        } else {
            after = middle;
        }
    }
    mm(after)
}
