//! Road templates: where their lanes, paths and zones lie, by geometry that is written down here anew.

use super::diagnostics::with;
use crate::layout::{FORMS, Laid};
use crate::{Code, LogicalScenario, check, parse};
use nines_sim::{BuiltIn, Job, LaneKind, Path, Road, Sampling, ZoneKind, drive_traced};
use std::f64::consts::{FRAC_PI_2, PI};

fn text(road: &str) -> String {
    with("road", &format!("  {}", road.replace('\n', "\n  ")))
}

fn made(road: &str) -> LogicalScenario {
    parse(&text(road), "road.yaml").unwrap_or_else(|d| panic!("{road}: {d:#?}"))
}

fn road(of: &str) -> Road {
    made(of).compile().road
}

fn path<'r>(s: &LogicalScenario, road: &'r Road, name: &str) -> &'r Path {
    &road.paths[s.road.path(name).unwrap_or_else(|| panic!("a path {name}")) as usize]
}

/// Values of named numbers, by way of a value that is not used otherwise.
fn numbers<const N: usize>(road: &str, names: [&str; N]) -> [f64; N] {
    let mut problems = crate::diagnostic::Problems::new("t");
    let node = crate::node::read(road, 0, &mut problems).expect("YAML");
    let (_, Laid { numbers, .. }) = crate::Street::read(&node, node.span, &mut problems).expect("a road");
    names.map(|name| {
        numbers.iter().find(|(n, _)| *n == format!("road.{name}")).unwrap_or_else(|| panic!("{name} of {numbers:?}")).1
    })
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// Every path goes on where its pieces meet, without a jump or a kink.
fn is_smooth(path: &Path) -> bool {
    path.pieces().iter().skip(1).all(|piece| {
        let (a, b) = (path.at(piece.s_m - 1e-7), path.at(piece.s_m + 1e-7));
        (a.x - b.x).hypot(a.y - b.y) < 1e-6 && (a.cos * b.cos + a.sin * b.sin) > 1.0 - 1e-9
    })
}

const ROADS: [&str; 16] = [
    "template: campus-path",
    "template: street",
    "template: street\nlanes_each_way: 3\nego_lane: 2\nparking: both\nsidewalk_m: 0",
    "template: street\noncoming: false\nparking: left",
    "template: curve",
    "template: curve\nradius_m: -30\nfrom_m: 0\nlength_m: 40",
    "template: parking-street",
    "template: intersection",
    "template: intersection\nego: left\nlanes_each_way: 2\ncross_lanes_each_way: 2\nego_lane: 2",
    "template: intersection\nego: right\ncrosswalks: false",
    "template: roundabout",
    "template: roundabout\nexit: 1",
    "template: roundabout\nexit: 3\nring_radius_m: 20",
    "template: motorway\nlanes: 4\nego_lane: 3",
    "template: merge\nego: ramp",
    "template: merge\nbeside_m: 0",
];

#[test]
fn every_template_is_written_out_and_reads_back() {
    for form in FORMS {
        assert!(ROADS.iter().any(|r| r.lines().next() == Some(&format!("template: {}", form.name))), "{}", form.name);
    }
    let validator = jsonschema::validator_for(&crate::schema()).expect("a valid schema");
    for r in ROADS {
        let s = made(r);
        let written = s.to_yaml();
        assert!(!written.contains("template"), "{written}");
        assert_eq!(parse(&written, "again").as_ref(), Ok(&s), "{r}");
        assert!(validator.is_valid(&super::schema::as_json(&text(r))), "{r}");
        assert!(s.compile().road.paths.iter().all(is_smooth), "{r}");
    }
}

#[test]
fn lanes_lie_from_left_to_right() {
    let r = road("template: street\nlanes_each_way: 2\nego_lane: 1\nparking: right\nlane_width_m: 3\nsidewalk_m: 2");
    let kinds: Vec<(LaneKind, f64, bool)> = r.lanes.iter().map(|l| (l.kind, l.centre_d_m, l.along)).collect();
    let (t, p, s) = (LaneKind::Traffic, LaneKind::Parking, LaneKind::Sidewalk);
    let wanted =
        [(s, 11.5, true), (t, 9.0, false), (t, 6.0, false), (t, 3.0, true), (t, 0.0, true), (p, -2.6, true), (s, -4.7, true)];
    assert_eq!(kinds, wanted);
    assert!(near(r.left_edge_m, 10.5) && near(r.right_edge_m, -3.7) && r.left_lane_along);
    let street = "template: street\nlanes_each_way: 2\nparking: both";
    let names =
        ["lane_width_m", "right_edge_m", "parking_d_m", "left_parking_d_m", "sidewalk_d_m", "oncoming_d_m", "left_lane_d_m"];
    assert_eq!(numbers(street, names), [3.5, -3.95, -2.85, 13.35, -5.2, 7.0, 3.5]);
    let r = road("template: motorway\nlanes: 3\nego_lane: 2");
    assert_eq!(r.lanes.iter().filter(|l| l.kind == LaneKind::Traffic && l.along).count(), 3);
    assert!(near(r.left_edge_m, 1.8 + 3.6 + 1.0) && near(r.right_edge_m, -1.8 - 3.6 - 3.0));
    let r = road("template: campus-path\nwidth_m: 5");
    assert!(near(r.left_edge_m, 4.0) && near(r.right_edge_m, -4.0) && !r.left_lane_along);
}

/// What is placed beside a curve is that far from it: the engine's own placement, as a rollout shows it.
#[test]
fn actors_beside_a_curve_are_beside_it() {
    for radius in [40.0, -40.0] {
        let curve = format!("template: curve\nradius_m: {radius}\nfrom_m: 20\nlength_m: 50");
        let actors = "actors:\n  in: {kind: fixed, class: animal, s_m: 45, d_m: -5}\n  out: {kind: fixed, class: animal, s_m: 90, d_m: 4}\n  \
                      car: {kind: vehicle, class: car, s_m: 30, d_m: 3.5, direction: -1, speed_mps: 5, desired_mps: 5, heeds_ego: 0}\n";
        let s = parse(&text(&curve).replace("actors:\n", actors), "curve.yaml").expect("no error");
        let template = s.compile();
        let policy = BuiltIn::new("idm", &[]).expect("a policy");
        let job = Job { template: &template, policy: (&policy).into(), seed: 1, sampling: Sampling::Mc, batch: 1, chosen: None };
        let (_, trace) = drive_traced(&job, 0);
        let centre = (20.0, radius);
        let far = |x: f64, y: f64| (x - centre.0).hypot(y - centre.1);
        let inside = &trace.frames[0].actors[0];
        // To the right of a left curve is outside of it.
        assert!(near(far(inside.x_m, inside.y_m), radius.abs() + 5.0 * radius.signum()), "{inside:?}");
        let turned = 25.0 / radius;
        assert!(near((inside.y_m - centre.1).atan2(inside.x_m - centre.0), turned - FRAC_PI_2 * radius.signum()));
        // Behind the curve the road is straight in the direction it has turned to.
        let (end, a) =
            ((20.0 + radius.abs() * (50.0 / radius.abs()).sin(), radius * (1.0 - (50.0 / radius).cos())), 50.0 / radius);
        let out = &trace.frames[0].actors[1];
        let wanted = (end.0 + 20.0 * a.cos() - 4.0 * a.sin(), end.1 + 20.0 * a.sin() + 4.0 * a.cos());
        assert!((out.x_m - wanted.0).hypot(out.y_m - wanted.1) < 1e-9, "{out:?} {wanted:?}");
        for frame in &trace.frames[..40] {
            let car = &frame.actors[2];
            if car.x_m > 21.0 {
                assert!(near(far(car.x_m, car.y_m), radius.abs() - 3.5 * radius.signum()), "{car:?}");
            }
        }
        let last = trace.frames.last().expect("a frame").ego;
        assert!(
            trace.frames.iter().all(|f| f.ego.x_m < 21.0 || f.ego.s_m > 70.0 || (far(f.ego.x_m, f.ego.y_m) - 40.0).abs() < 0.6),
            "{last:?}"
        );
    }
}

/// Lanes of 3.5 m, near kerb of the cross street at 60 m, one lane each way: centre lines at x = 63.5 and y = 1.75.
#[test]
fn ways_through_an_intersection_end_in_their_lanes() {
    let s = made("template: intersection");
    let r = s.compile().road;
    let start_end = |name: &str| {
        let p = path(&s, &r, name);
        (p.at(0.0), p.at(p.pieces().last().expect("a piece").s_m + 10.0))
    };
    // Name, start: x, y and direction in quarters; the coordinate of the lane in which it ends, and the direction there.
    let (left_lane, right_lane) = ((61.75, true), (65.25, true));
    let (own, other) = ((0.0, false), (3.5, false));
    let reach = 85.0;
    for (name, x, y, from, lane, to) in [
        ("from_left", 61.75, 5.25 + reach, 3, left_lane, 3),
        ("from_left_left_turn", 61.75, 5.25 + reach, 3, own, 0),
        ("from_left_right_turn", 61.75, 5.25 + reach, 3, other, 2),
        ("from_right", 65.25, -1.75 - reach, 1, right_lane, 1),
        ("from_right_left_turn", 65.25, -1.75 - reach, 1, other, 2),
        ("from_right_right_turn", 65.25, -1.75 - reach, 1, own, 0),
        ("oncoming", 67.0 + reach, 3.5, 2, other, 2),
        ("oncoming_left_turn", 67.0 + reach, 3.5, 2, left_lane, 3),
        ("oncoming_right_turn", 67.0 + reach, 3.5, 2, right_lane, 1),
    ] {
        let (a, b) = start_end(name);
        assert!(near(a.x, x) && near(a.y, y), "{name}: {a:?}");
        let same = |p: nines_sim::PathPoint, quarter: i32| {
            near(p.cos, (f64::from(quarter) * FRAC_PI_2).cos()) && near(p.sin, (f64::from(quarter) * FRAC_PI_2).sin())
        };
        assert!(same(a, from) && same(b, to), "{name}: {a:?} {b:?}");
        assert!(near(if lane.1 { b.x } else { b.y }, lane.0), "{name}: {b:?}");
    }
    assert_eq!(
        spans(&s),
        [(ZoneKind::Crosswalk, 56.0, 59.0), (ZoneKind::Junction, 60.0, 67.0), (ZoneKind::Crosswalk, 68.0, 71.0)]
    );
    let names =
        ["stop_line_m", "crosswalk_m", "approach_m", "from_right_meets_m", "meets_from_right_m", "from_left_left_turn_meets_m"];
    let [stop, walk, approach, along, at, joins] = numbers("template: intersection", names);
    assert_eq!([stop, walk, approach, along, at], [55.0, 57.5, 80.0, 86.75, 65.25]);
    // Straight until 9 m before the corner, then a quarter of a circle.
    assert!((joins - (85.0 + 5.25 - 9.0 + 9.0 * FRAC_PI_2)).abs() < 1e-3);
}

/// Kind, begin and end of all zones.
fn spans(s: &LogicalScenario) -> Vec<(ZoneKind, f64, f64)> {
    let at = |v: &nines_sim::Value| v.constant().unwrap();
    s.compile().zones.iter().map(|z| (z.kind, at(&z.spec.from_m), at(&z.spec.to_m))).collect()
}

#[test]
fn the_ego_turns_into_the_lane_on_its_right() {
    for (ego, x, direction, kerb) in [("left", 65.25, 1.0, 5.25), ("right", 61.75, -1.0, -1.75)] {
        let s = made(&format!("template: intersection\nego: {ego}"));
        let r = s.compile().road;
        let at = |s_m: f64| r.paths[0].at(s_m);
        let [(_, a, b), (_, c, d), (_, e, f)] = spans(&s)[..] else { panic!("three zones") };
        assert!(a < b && b < c && c < d && d < e && e < f, "{ego}: {:?}", s.zones);
        assert!((at(a).x - 56.0).abs() < 1e-3 && (at(b).x - 59.0).abs() < 1e-3, "{ego}");
        assert!((at(e).y - kerb - direction).abs() < 1e-3 && (at(f).y - kerb - 4.0 * direction).abs() < 1e-3, "{ego}");
        let corner = |s_m: f64| (at(s_m).x - 60.0).abs() < 1e-3 || (at(s_m).y - kerb).abs() < 1e-3;
        assert!(corner(c) && corner(d), "{ego}");
        let later = at(d + 20.0);
        assert!(near(later.x, x) && near(later.sin, direction), "{ego}: {later:?}");
        // Somebody beside the crosswalk behind the turn is placed by the route: 5 m right of its lane.
        let (px, py, ..) = r.paths[0].place(f + 9.0, -5.0);
        assert!(near(px, x + 5.0 * direction) && ((py - kerb).abs() - 13.0).abs() < 1.0, "{ego}: {px} {py}");
    }
    // An oncoming car that turns left crosses the way of the ego that goes straight on, at the ego's place.
    let [along, at] = numbers("template: intersection", ["oncoming_left_turn_meets_m", "meets_oncoming_left_turn_m"]);
    let r = road("template: intersection");
    let s = made("template: intersection");
    let (p, q) = (path(&s, &r, "oncoming_left_turn").at(along), r.paths[0].at(at));
    assert!((p.x - q.x).hypot(p.y - q.y) < 2e-3 && near(q.y, 0.0) && (61.75..67.0).contains(&q.x), "{p:?} {q:?}");
}

#[test]
fn a_roundabout_is_a_ring_and_its_exits_are_the_arms() {
    for (exit, turn) in [(1, -FRAC_PI_2), (2, 0.0), (3, FRAC_PI_2)] {
        let of = format!("template: roundabout\nexit: {exit}");
        let s = made(&of);
        let r = s.compile().road;
        let ring = path(&s, &r, "ring");
        // The centre of the ring is opposite of its start, half of the way round.
        let (a, b) = (ring.at(0.0), ring.at(14.0 * PI));
        let centre = (0.5 * (a.x + b.x), 0.5 * (a.y + b.y));
        assert!(near(centre.1, 2.0) && near(a.x - centre.0, 14.0));
        let (_, from, to) = spans(&s).into_iter().find(|z| z.0 == ZoneKind::Junction).expect("a junction");
        for k in 0..=10 {
            let p = r.paths[0].at(from + (to - from) * f64::from(k) / 10.0);
            assert!(((p.x - centre.0).hypot(p.y - centre.1) - 14.0).abs() < 1e-5, "{exit} {k}: {p:?}");
            // Round to the left: the direction is a quarter turn ahead of the place.
            assert!((p.cos * (p.x - centre.0) + p.sin * (p.y - centre.1)).abs() < 1e-2, "{exit} {k}");
            assert!(p.sin * (p.x - centre.0) - p.cos * (p.y - centre.1) > 0.0);
        }
        let end = r.paths[0].at(to + 60.0);
        assert!(near(end.cos, turn.cos()) && near(end.sin, turn.sin()), "{exit}: {end:?}");
        // The lane on the right of its arm.
        let aside = (end.x - centre.0) * turn.sin() - (end.y - centre.1) * turn.cos();
        assert!(near(aside, 2.0), "{exit}: {end:?}");
        let leaving = path(&s, &r, "ring_exit").at(80.0);
        assert!(near(leaving.y, 4.0) && near(leaving.cos, -1.0), "{leaving:?}");
        let [along, at] = numbers(&of, ["ring_meets_m", "meets_ring_m"]);
        let (p, q) = (ring.at(along), r.paths[0].at(at));
        assert!((p.x - q.x).hypot(p.y - q.y) < 2e-3 && (at - from).abs() < 2e-3 && along < 14.0 * 2.0 * PI);
    }
}

#[test]
fn a_ramp_comes_beside_the_motorway_and_joins_it() {
    let s = made("template: merge");
    let r = s.compile().road;
    let ramp = path(&s, &r, "ramp");
    let [beside, joins, at] = numbers("template: merge", ["ramp_beside_m", "ramp_meets_m", "meets_ramp_m"]);
    let p = ramp.at(beside + 75.0);
    assert!(near(p.y, -3.6) && near(p.x, 175.0) && near(p.sin, 0.0), "{p:?}");
    assert!(ramp.at(0.0).y < -3.6 - 15.0);
    let p = ramp.at(joins);
    assert!(p.y.abs() < 1e-3 && (p.x - 300.0).abs() < 2e-3 && (at - 300.0).abs() < 2e-3 && (p.sin).abs() < 1e-3, "{p:?} {at}");
    let r = road("template: merge\nego: ramp\nfrom_m: 80\nbeside_m: 100\ntaper_m: 60");
    let p = r.paths[0].at(300.0);
    assert!(near(p.y, 3.6) && near(p.sin, 0.0) && r.left_lane_along);
    let [joins, at] =
        numbers("template: merge\nego: ramp\nfrom_m: 80\nbeside_m: 100\ntaper_m: 60", ["main_meets_m", "meets_main_m"]);
    assert!((joins - 540.0).abs() < 2e-3 && (r.paths[0].at(at).x - 240.0).abs() < 2e-3, "{joins} {at}");
}

#[test]
fn values_use_the_numbers_of_the_road() {
    let of = text("template: intersection").replace("end_m: 90", "end_m: road.junction_to_m + 20 + 0 * road.from_right_meets_m");
    let s = parse(&of, "road.yaml").expect("no error");
    assert_eq!(s.compile().ego.end_m.constant(), Some(87.0));
    assert!(s.to_yaml().contains("end_m: \"67 + 20 + 0 * 86.75\""), "{}", s.to_yaml());
    let d = check(&of.replace("road.junction_to_m", "road.junction_too_m"), "road.yaml").diagnostics.remove(0);
    assert_eq!((d.code, d.help.as_str()), (Code::UnknownParameter, "did you mean `road.junction_to_m`?"));
    let d = check(&of.replace("road.junction_to_m", "raod.junction_to_m"), "road.yaml").diagnostics.remove(0);
    assert_eq!((d.code, d.help.as_str()), (Code::UnknownParameter, "did you mean `road.junction_to_m`?"));
}

#[test]
fn own_paths_stand_beside_those_of_a_template() {
    let s = made(
        "template: intersection\npaths:\n  alley: {x_m: 30, y_m: -40, heading_rad: 1.5, pieces: [{length_m: 20}, {length_m: 9, radius_m: 12}]}\n  from_left: {x_m: 1, y_m: 2, heading_rad: 0}",
    );
    assert_eq!(s.road.paths.iter().filter(|p| p.name == "from_left").map(|p| p.x_m).collect::<Vec<_>>(), [1.0]);
    let alley = s.road.path("alley").expect("it") as usize;
    assert_eq!(s.compile().road.paths[alley].pieces().len(), 2);
    assert_eq!(parse(&s.to_yaml(), "again").as_ref(), Ok(&s));
}

#[test]
fn mistakes_have_their_code_and_line() {
    use Code::*;
    let base = text("template: street").lines().position(|l| l.contains("template")).expect("it") as u32;
    let codes = |road: &str| -> Vec<(u32, Code)> {
        check(&text(road), "t").diagnostics.iter().map(|d| (d.line - base, d.code)).collect()
    };
    assert_eq!(codes("template: strete"), [(1, UnknownKind)]);
    assert_eq!(codes("template: street\nlane_width: 3"), [(2, UnknownField)]);
    assert_eq!(codes("template: street\nlane_width_m: 30"), [(2, OutOfRange)]);
    assert_eq!(codes("template: street\nlanes_each_way: 1.5"), [(2, OutOfRange)]);
    assert_eq!(codes("template: street\nparking: lfet"), [(2, UnknownKind)]);
    assert_eq!(codes("template: street\noncoming: 1"), [(2, WrongType)]);
    assert_eq!(codes("template: street\nego_lane: 2"), [(2, OutOfRange)]);
    assert_eq!(codes("template: curve\nradius_m: 5"), [(2, OutOfRange)]);
    assert_eq!(codes("template: curve\nradius_m: 11\nlanes_each_way: 3"), [(2, OutOfRange)]);
    assert_eq!(codes("template: roundabout\nring_radius_m: 8\nentry_radius_m: 40\nexit: 1"), [(3, OutOfRange)]);
    assert_eq!(codes("template: intersection\nego: right\nat_m: 15\nright_radius_m: 20"), [(3, OutOfRange)]);
    assert_eq!(codes("template: street\nlanes: []"), [(2, UnknownField)]);
    assert_eq!(codes("template: street\npaths: {a: {x_m: 0, y_m: 0, heading_rad: 0, pieces: []}}"), [(2, MissingField)]);
    let many: String = (0..40).map(|k| format!("  p{k}: {{x_m: 0, y_m: 0, heading_rad: 0}}\n")).collect();
    assert_eq!(codes(&format!("template: street\npaths:\n{many}"))[0].1, TooMany);
}

/// The ego keeps to its route on every template, turns included, where it drives slowly enough.
#[test]
fn the_ego_can_drive_every_template() {
    for road in ROADS.iter().copied().chain(["template: intersection\nego: left", "template: intersection\nego: right"]) {
        let turns = ["intersection", "roundabout"].iter().any(|t| road.contains(t)) && !road.ends_with("intersection");
        let speed = if turns { 4.5 } else { 10.0 };
        let ego = format!("start_speed_mps: {speed}\n  desired_speed_mps: {speed} + 0 * v_mps\n  end_m: 130");
        let text = text(road)
            .replace("start_speed_mps: v_mps\n  end_m: 90", &ego)
            .replace("s_m: 60", "s_m: 60, d_m: -40, dir_rad: -1.5708");
        let template = parse(&text, "road.yaml").unwrap_or_else(|d| panic!("{d:#?}\n{text}")).compile();
        let policy = BuiltIn::new("idm", &[]).expect("a policy");
        let job = Job { template: &template, policy: (&policy).into(), seed: 1, sampling: Sampling::Mc, batch: 1, chosen: None };
        let (outcome, trace) = drive_traced(&job, 0);
        let far = trace.frames.iter().map(|f| f.ego.d_m.abs()).fold(0.0, f64::max);
        assert!(far < 0.5, "{road}: {far} m off its route");
        assert!(trace.frames.last().expect("a frame").ego.s_m > 129.0, "{road}: {:?}", outcome.verdict);
    }
}
