//! Numbers of a road that values may use: offsets of lanes, and where paths meet the ego's route.

use crate::layout::mm;
use crate::street::Street;
use nines_sim::{Lane, LaneKind, Path, PathPoint, Piece};

/// Numbers that every road has: offsets of lanes from the ego's, and where its paths meet the route.
pub(crate) fn numbers(street: &Street) -> Vec<(String, f64)> {
    let road = street.compile();
    let ego = street.lanes.iter().position(|l| l.ego).unwrap_or(0);
    let mut out = vec![
        ("road.lane_width_m".to_owned(), road.lane_width_m),
        ("road.left_edge_m".to_owned(), road.left_edge_m),
        ("road.right_edge_m".to_owned(), road.right_edge_m),
    ];
    let mut add = |name: &str, found: Option<&Lane>| out.extend(found.map(|l| (format!("road.{name}_d_m"), l.centre_d_m)));
    let (left, right) = (&road.lanes[..ego], &road.lanes[(ego + 1).min(road.lanes.len())..]);
    let nearest_left = |kind: LaneKind, along: bool| left.iter().rev().find(move |l| l.kind == kind && l.along == along);
    add("oncoming", nearest_left(LaneKind::Traffic, false));
    add("left_lane", left.last().filter(|l| l.kind == LaneKind::Traffic && l.along));
    add("right_lane", right.first().filter(|l| l.kind == LaneKind::Traffic && l.along));
    for (name, kind) in [("parking", LaneKind::Parking), ("sidewalk", LaneKind::Sidewalk), ("shoulder", LaneKind::Shoulder)] {
        add(name, right.iter().find(|l| l.kind == kind));
        add(&format!("left_{name}"), left.iter().rev().find(|l| l.kind == kind));
    }
    let route = street.route_path();
    for path in &street.paths {
        if let Some((along, at)) = meeting(&path.compile(), &route) {
            out.push((format!("road.{}_meets_m", path.name), along));
            out.push((format!("road.meets_{}_m", path.name), at));
        }
    }
    out
}

/// How far and how closely meetings are looked for along a path, m.
const LOOK_M: usize = 600;
const STEP_M: f64 = 2.0;

/// Where a path first crosses or joins the route: distance along it, and along the route.
fn meeting(path: &Path, route: &Path) -> Option<(f64, f64)> {
    let chain = |p: &Path| (0..=LOOK_M / STEP_M as usize).map(|k| p.at(k as f64 * STEP_M)).collect::<Vec<_>>();
    let (own, other) = (chain(path), chain(route));
    // One joins the other where one of its pieces begins on that in the same direction.
    let on = |piece: &Piece, other: &Path, points: &[PathPoint]| {
        let k = points.iter().position(|p| libm::hypot(p.x - piece.x_m, p.y - piece.y_m) < 0.6 * STEP_M)?;
        let (s, d, p) = other.project(piece.x_m, piece.y_m, k as f64 * STEP_M);
        let same = p.cos * libm::cos(piece.heading_rad) + p.sin * libm::sin(piece.heading_rad) > 0.999_999;
        (same && d.abs() < 1e-6).then_some((piece.s_m, s))
    };
    let joins = path.pieces().iter().skip(1).find_map(|piece| on(piece, route, &other));
    let joined = route.pieces().iter().skip(1).find_map(|piece| on(piece, path, &own)).map(|(at, along)| (along, at));
    let crosses = || {
        own.windows(2).enumerate().find_map(|(k, a)| {
            other.windows(2).enumerate().find_map(|(j, b)| {
                let (u, v) = crossing((a[0].x, a[0].y), (a[1].x, a[1].y), (b[0].x, b[0].y), (b[1].x, b[1].y))?;
                polish(path, route, (k as f64 + u) * STEP_M, (j as f64 + v) * STEP_M)
            })
        })
    };
    let (along, at) = joins.or(joined).or_else(crosses)?;
    Some((mm(along), mm(at)))
}

/// Shares of two stretches at which they cross; none where they are parallel.
fn crossing(a: (f64, f64), b: (f64, f64), c: (f64, f64), d: (f64, f64)) -> Option<(f64, f64)> {
    let (r, s, q) = ((b.0 - a.0, b.1 - a.1), (d.0 - c.0, d.1 - c.1), (c.0 - a.0, c.1 - a.1));
    let cross = |a: (f64, f64), b: (f64, f64)| a.0 * b.1 - a.1 * b.0;
    let across = cross(r, s);
    let (u, v) = (cross(q, s) / across, cross(q, r) / across);
    (across.abs() > 1e-3 && (0.0..=1.0).contains(&u) && (0.0..=1.0).contains(&v)).then_some((u, v))
}

/// The crossing of two curves near a guess, by Newton's method; none where they only touch.
fn polish(a: &Path, b: &Path, mut s: f64, mut t: f64) -> Option<(f64, f64)> {
    for _ in 0..8 {
        let (p, q) = (a.at(s), b.at(t));
        let (x, y) = (q.x - p.x, q.y - p.y);
        let across = p.cos * q.sin - p.sin * q.cos;
        if across.abs() < 0.02 {
            return None;
        }
        s += (x * q.sin - y * q.cos) / across;
        t += (x * p.sin - y * p.cos) / across;
    }
    Some((s, t))
}
