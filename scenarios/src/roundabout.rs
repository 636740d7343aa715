//! The template `roundabout`: the ego comes to a ring, joins it and leaves it. Traffic goes round to the left.

use crate::layout::{Field, Given, Laid, Misfit, Takes, mm};
use crate::sections::ZoneForm;
use crate::street::{Street, StreetLane, StreetPath};
use nines_sim::{LaneKind, ZoneKind};
use std::f64::consts::{FRAC_PI_2, PI};

pub(crate) const FIELDS: &[Field] = &[
    ("exit", Takes::Count(2, 1, 3), "The exit that the ego takes: 1 to the right, 2 straight on, 3 to the left."),
    ("at_m", Takes::Number(50.0, 10.0, 1_000.0), "Where the ego begins to turn into the ring, m."),
    ("ring_radius_m", Takes::Number(14.0, 8.0, 60.0), "Radius of the middle of the ring's lane, m."),
    ("entry_radius_m", Takes::Number(14.0, 8.0, 60.0), "Radius of the ways in and out, m."),
    ("lane_width_m", Takes::Number(4.0, 2.5, 6.0), "Width of a lane, m."),
    ("sidewalk_m", Takes::Number(2.5, 0.0, 20.0), "Width of the pavements, m; 0 for none."),
    ("crosswalks", Takes::Truth(true), "Marked crosswalks over the arms, 3 to 6 m from the turn."),
];

/// Stop line before the place where the ego's way joins the ring, m.
const LINE_M: f64 = 3.0;

const ONWARD: (f64, f64) = (300.0, f64::INFINITY);

/// The way in is an arc to the right, of radius `entry`, that touches the ring: its centre lies `entry` right of the ego's lane,
/// the centre of the ring half a lane left of it, and both are `entry + ring` apart.
pub(crate) fn build(g: &Given) -> Result<(Street, Laid), Misfit> {
    let (at, ring, entry, w) = (g.get("at_m"), g.get("ring_radius_m"), g.get("entry_radius_m"), g.get("lane_width_m"));
    let yc = 0.5 * w;
    let up = yc + entry;
    let ahead = ((ring + entry) * (ring + entry) - up * up).sqrt();
    let xc = at + ahead;
    let lean = libm::atan2(up, ahead);
    // The way in turns by `alpha`, the ring by `beta`, the way out by `alpha` again.
    let alpha = FRAC_PI_2 - lean;
    let beta = 2.0 * alpha + (g.get("exit") - 2.0) * FRAC_PI_2;
    if beta * ring < 1.0 {
        let message = format!("`entry_radius_m` is {entry}, with which the first exit begins before the way in ends");
        return Err(Misfit("entry_radius_m", message));
    }
    let straight = f64::INFINITY;
    let route = vec![(at, straight), (entry * alpha, -entry), (ring * beta, ring), (entry * alpha, -entry), ONWARD];
    let joins = at + entry * alpha;
    let leaves = joins + ring * beta;
    let lane = |kind: LaneKind, width_m: f64, oncoming: bool, ego: bool| StreetLane { kind, width_m, oncoming, ego };
    let mut lanes = vec![lane(LaneKind::Traffic, w, true, false), lane(LaneKind::Traffic, w, false, true)];
    if g.get("sidewalk_m") > 0.0 {
        let pavement = lane(LaneKind::Sidewalk, g.get("sidewalk_m"), false, false);
        lanes.insert(0, pavement.clone());
        lanes.push(pavement);
    }
    // Both begin on the far side of the ring, a quarter before the arm to the ego's left.
    let path = |name: &str, pieces: Vec<(f64, f64)>| StreetPath {
        name: name.to_owned(),
        x_m: xc + ring,
        y_m: yc,
        heading_rad: FRAC_PI_2,
        pieces,
    };
    let out = ring * (PI - lean);
    let paths = vec![path("ring", vec![(1_000.0, ring)]), path("ring_exit", vec![(out, ring), (entry * alpha, -entry), ONWARD])];
    let zone = |kind: ZoneKind, from_m: f64, to_m: f64| ZoneForm::new(kind, mm(from_m), mm(to_m));
    let mut zones = vec![zone(ZoneKind::Junction, joins, leaves)];
    let mut numbers = vec![
        ("road.junction_from_m", joins),
        ("road.junction_to_m", leaves),
        ("road.stop_line_m", joins - LINE_M),
        ("road.ring_leaves_m", out),
    ];
    if g.get("crosswalks") == 1.0 {
        zones.insert(0, zone(ZoneKind::Crosswalk, at - 6.0, at - 3.0));
        let end = leaves + entry * alpha;
        zones.push(zone(ZoneKind::Crosswalk, end + 3.0, end + 6.0));
        numbers.extend([("road.crosswalk_m", at - 4.5), ("road.exit_crosswalk_m", end + 4.5)]);
    }
    let numbers = numbers.into_iter().map(|(name, x)| (name.to_owned(), mm(x))).collect();
    Ok((Street { lanes, route, paths }, Laid { zones, numbers }))
}
