//! Places and times of the catalogue: nothing overlaps at the start, hazards meet the ego, and a careful driver can stop.

use super::{Normals, scenario, stratum};
use crate::catalogue;
use nines_sim::{Motion, Template, Vehicle, VehicleSpec, Walker, WalkerSpec};

/// Ego: front ahead of the rear axle, half width, m.
const FRONT_M: f64 = 3.7;
const HALF_WIDTH_M: f64 = 0.95;

/// An oriented box.
#[derive(Clone, Copy, Debug)]
struct Box2 {
    x: f64,
    y: f64,
    cos: f64,
    sin: f64,
    half_l: f64,
    half_w: f64,
}

impl Box2 {
    /// Whether two boxes overlap, by their four axes.
    fn overlaps(&self, o: &Box2) -> bool {
        let axes = [(self.cos, self.sin), (-self.sin, self.cos), (o.cos, o.sin), (-o.sin, o.cos)];
        axes.iter().all(|(ax, ay)| {
            let reach = |b: &Box2| (b.cos * ax + b.sin * ay).abs() * b.half_l + (b.cos * ay - b.sin * ax).abs() * b.half_w;
            ((o.x - self.x) * ax + (o.y - self.y) * ay).abs() < reach(self) + reach(o)
        })
    }
}

/// Boxes of all actors that exist, at the start.
fn boxes(t: &Template, params: &[f64], states: &[u8]) -> Vec<(String, Box2)> {
    let mut out = Vec::new();
    for a in &t.actors {
        let at = |v: &nines_sim::Value| v.at(params, states);
        if at(&a.active) == 0.0 {
            continue;
        }
        let (path, s, d, heading) = match &a.motion {
            Motion::Fixed(f) => (0, at(&f.s_m), at(&f.d_m), at(&f.heading_rad)),
            Motion::Walker { spec, .. } => (0, at(&spec.s_m), at(&spec.d_m), at(&spec.dir_rad)),
            Motion::Vehicle { spec, path, .. } => (*path, at(&spec.s_m), at(&spec.d_m), 0.0),
            Motion::Roller(r) => (0, at(&r.s_m), at(&r.d_m), 0.0),
            // One that is not there in its first mode comes later; one that is held stands where its holder does.
            Motion::Agent(g) => {
                let first = &g.modes[at(&g.first) as usize];
                if at(&first.look.active) == 0.0 || matches!(first.act, nines_sim::Act::Held(_)) {
                    continue;
                }
                (g.path, at(&g.start.s_m), at(&g.start.d_m), at(&g.start.heading_rad))
            }
        };
        let (x, y, cos, sin) = t.road.paths[path as usize].place(s, d);
        let (hc, hs) = (heading.cos(), heading.sin());
        let (half_l, half_w) = (0.5 * at(&a.length_m), 0.5 * at(&a.width_m));
        out.push((a.name.clone(), Box2 { x, y, cos: cos * hc - sin * hs, sin: sin * hc + cos * hs, half_l, half_w }));
    }
    out
}

#[test]
fn nothing_overlaps_at_the_start() {
    let ego = Box2 { x: 1.4, y: 0.0, cos: 1.0, sin: 0.0, half_l: 2.3, half_w: HALF_WIDTH_M };
    for e in catalogue() {
        let t = scenario(e.name).compile();
        let mut normals = Normals(7);
        for k in 0..1_000 {
            let params = normals.draw(&t);
            let states = &t.strata[k % t.strata.len()].states;
            let mut all = boxes(&t, &params, states);
            all.push(("ego".to_owned(), ego));
            for (i, (a, box_a)) in all.iter().enumerate() {
                for (b, box_b) in &all[i + 1..] {
                    assert!(!box_a.overlaps(box_b), "{}: {a} and {b} in draw {k}: {box_a:?} {box_b:?}", e.name);
                }
            }
        }
    }
}

#[test]
fn every_value_is_a_number_and_the_ego_has_somewhere_to_go() {
    for e in catalogue() {
        let t = scenario(e.name).compile();
        let mut normals = Normals(11);
        for k in 0..500 {
            let params = normals.draw(&t);
            let ego = t.ego.bind(&params, &t.strata[k % t.strata.len()].states);
            assert!(
                ego.end_m >= 40.0
                    && ego.start_speed_mps >= 0.0
                    && ego.desired_speed_mps > 2.5
                    && ego.limit_mps >= ego.desired_speed_mps,
                "{}: {ego:?}",
                e.name
            );
            assert!(ego.lawful_wait_s <= 60.0);
        }
        let standing: f64 = t.road.lanes.iter().filter(|l| l.centre_d_m.abs() < 0.1).map(|l| l.width_m).sum();
        assert_eq!(standing, t.road.lane_width_m, "{}: the ego's lane is centred on the route", e.name);
        assert!(t.road.left_edge_m > 1.5 && t.road.right_edge_m < -1.5);
    }
}

/// The walker of that name, bound.
fn walker(t: &Template, name: &str, params: &[f64], states: &[u8]) -> Walker {
    let spec: &WalkerSpec = match &t.actors.iter().find(|a| a.name == name).expect("the actor").motion {
        Motion::Walker { spec, .. } => spec,
        other => panic!("{other:?}"),
    };
    spec.bind(params, states)
}

fn vehicle(t: &Template, name: &str, params: &[f64], states: &[u8]) -> Vehicle {
    let spec: &VehicleSpec = match &t.actors.iter().find(|a| a.name == name).expect("the actor").motion {
        Motion::Vehicle { spec, .. } => spec,
        other => panic!("{other:?}"),
    };
    spec.bind(params, states)
}

/// Drives the ego straight past somebody who goes by its nearness, and says whether they touch. The ego brakes with
/// `brake` from `reacts(offset of the walker from the lane's centre, time since it started)` on.
fn touches(w: &Walker, half: f64, speed: f64, brake: f64, reacts: impl Fn(f64, f64) -> bool) -> bool {
    let dt = 0.01;
    let (mut front, mut v, mut brakes) = (w.s_m - speed * 6.0, speed, false);
    let (mut since, mut done, mut walk) = (None::<f64>, 0.0, 0.0);
    for _ in 0..2_000 {
        let gap = w.s_m - front;
        if since.is_none() && (gap < w.go_gap_m || gap / v.max(0.1) < w.go_tta_s) {
            since = Some(0.0);
        }
        if let Some(t) = &mut since {
            *t += dt;
            walk = (walk + w.accel_mps2 * dt).min(w.speed_mps);
            // Who turns back stands at the turn until the end; who only hesitates runs on.
            let end = if w.turn_back != 0.0 { w.stop_at_m.min(w.hesitate_at_m) } else { w.stop_at_m };
            done = (done + walk * dt).min(end);
        }
        let d = w.d_m + done;
        brakes |= since.is_some_and(|t| reacts(d, t));
        v = if brakes { (v - brake * dt).max(0.0) } else { v };
        front += v * dt;
        let beside = front + half > w.s_m && front - 4.6 - half < w.s_m;
        if beside && d.abs() < HALF_WIDTH_M + half {
            return true;
        }
        if v == 0.0 || front - 6.0 > w.s_m {
            return false;
        }
    }
    false
}

/// Shares of 2,000 hazards in which three drivers touch: one who never brakes, one who brakes once somebody is in the
/// lane, and one who drives at `slow` at most and brakes half a second after the start, or 0.3 s after the place `seen_d`.
fn shares(name: &str, actor: &str, state: &str, half: f64, seen_d: f64, slow: f64) -> [f64; 3] {
    let t = scenario(name).compile();
    let states = stratum(&t, state);
    let mut normals = Normals(3);
    let mut hits = [0.0; 3];
    for _ in 0..2_000 {
        let params = normals.draw(&t);
        let w = walker(&t, actor, &params, &states);
        let speed = t.ego.bind(&params, &states).start_speed_mps;
        hits[0] += f64::from(touches(&w, half, speed, 8.0, |_, _| false));
        hits[1] += f64::from(touches(&w, half, speed, 7.5, |d, t| d > -1.75 && t > 0.3));
        let reach = |d: f64| (d - w.d_m).max(0.0);
        hits[2] += f64::from(touches(&w, half, speed.min(slow), 7.5, |_, t| {
            let seen = (2.0 * reach(seen_d) / w.accel_mps2).sqrt();
            t > (seen + 0.3).max(0.5)
        }));
    }
    hits.map(|h| h / 2_000.0)
}

#[test]
fn a_dash_meets_the_ego_and_a_slow_driver_can_stop() {
    let [blind, late, careful] = shares("child-at-curb", "child", "dashing", 0.2, -9.0, 7.5);
    assert!(blind > 0.6, "never brakes: {blind}");
    assert!(late > 0.15, "brakes once the child is in the lane: {late}");
    assert!(careful < 0.005, "slow beside the child: {careful}");
}

#[test]
fn a_straggler_sets_out_by_itself_and_meets_some_of_those_who_waited() {
    let t = scenario("school-bus-straggler").compile();
    let states = stratum(&t, "straggles");
    let mut normals = Normals(3);
    let mut meets = 0;
    for _ in 0..2_000 {
        let params = normals.draw(&t);
        let w = walker(&t, "child", &params, &states);
        let bus = match &t.actors[0].motion {
            Motion::Fixed(f) => f.bind(&params, &states),
            other => panic!("{other:?}"),
        };
        // From the line with 1.5 m/s^2 once the arm is folded; the child runs from rest to 1.15 m beside the lane's middle.
        let ego_s = (2.0 * (w.s_m - bus.stop_line_m) / 1.5).sqrt();
        let (way, ramp) = (4.9 - 1.15, w.speed_mps * w.speed_mps / (2.0 * w.accel_mps2));
        let run_s =
            if way < ramp { (2.0 * way / w.accel_mps2).sqrt() } else { (way - ramp) / w.speed_mps + w.speed_mps / w.accel_mps2 };
        let child_s = w.go_time_s - bus.arm_until_s + run_s;
        assert!(w.go_tta_s < 0.0 && w.go_gap_m < 0.0, "it does not look at the ego");
        meets += u32::from((child_s - ego_s).abs() < 1.0);
    }
    assert!((200..1_000).contains(&meets), "{meets} of 2000");
}

#[test]
fn who_steps_out_before_the_van_meets_the_ego_and_a_slow_driver_can_stop() {
    let [blind, late, careful] = shares("pedestrian-behind-van", "person", "from_in_front", 0.25, -2.2, 5.6);
    assert!(blind > 0.6 && late > 0.1 && careful < 0.02, "{blind} {late} {careful}");
    let [blind, ..] = shares("pedestrian-behind-van", "person", "driver_at_side", 0.25, -9.0, 5.6);
    assert_eq!(blind, 0.0, "the driver's step stays clear of the ego's way");
}

/// The ball starts so that child and ego meet: lag, way to the ego's side and the meeting time add up to its time to arrival.
#[test]
fn the_child_behind_the_ball_meets_the_ego() {
    let t = scenario("ball-between-cars").compile();
    let states = stratum(&t, "follows");
    let mut normals = Normals(5);
    let mut meets = 0;
    for _ in 0..2_000 {
        let params = normals.draw(&t);
        let Motion::Roller(ball) = &t.actors[0].motion else { panic!("the ball is first") };
        let mut w = walker(&t, "child", &params, &states);
        // As if the child went by the ball's time to arrival less its own lag.
        w.go_tta_s = ball.bind(&params, &states).go_tta_s - w.go_lag_s;
        meets += u32::from(touches(&w, 0.2, t.ego.bind(&params, &states).start_speed_mps, 8.0, |_, _| false));
    }
    assert!(meets > 1_200, "{meets}");
    for state in ["stays", "nobody"] {
        assert!(walker(&t, "child", &normals.draw(&t), &stratum(&t, state)).go_lag_s > 600.0);
    }
}

/// At half of the lane change an ego that keeps its speed has the entry gap.
#[test]
fn the_cutter_enters_at_its_gap() {
    let t = scenario("cut-in-short-headway").compile();
    let states = stratum(&t, "keeps_speed");
    let index = |name: &str| t.params.iter().position(|p| p.name == name).expect("a parameter");
    let (gap, closing) = (index("gap_m"), index("closing_mps"));
    let mut normals = Normals(9);
    for _ in 0..500 {
        let params = normals.draw(&t);
        let c = vehicle(&t, "cutter", &params, &states);
        let ego = t.ego.bind(&params, &states).start_speed_mps;
        let time = c.change_time_s + 0.5 * c.change_s;
        let got = c.s_m - 2.25 + c.speed_mps * time - (FRONT_M + ego * time);
        let floor = 3.0 + 0.8 * params[closing].max(0.0);
        assert!((got - params[gap].max(floor)).abs() < 1e-9, "{got} {}", params[gap]);
        // R157: not preventable below TTC = v_rel / 12 + 0.35 s; the floor and the second before it leave room.
        assert!(c.speed_mps > 5.0 && c.change_s >= 2.0);
    }
}

/// The van leaves in time for itself, and an ego that follows can stop with 7.5 m/s^2 within a second of the reveal.
#[test]
fn what_the_van_hid_can_be_stopped_for() {
    let t = scenario("cut-out-reveal").compile();
    let states = stratum(&t, "stopped_car");
    let mut normals = Normals(13);
    let mut late = 0;
    for _ in 0..2_000 {
        let params = normals.draw(&t);
        let (van, car) = (vehicle(&t, "van", &params, &states), vehicle(&t, "stopped_car", &params, &states));
        let ego = t.ego.bind(&params, &states).start_speed_mps;
        let rear = car.s_m - 2.25;
        let reveal = (rear - (van.s_m + 2.75)) / van.speed_mps - van.change_time_s;
        assert!((1.5..=5.0).contains(&reveal), "{reveal}");
        let u = (reveal / van.change_s).min(1.0);
        let aside = van.change_to_d_m * u * u * (3.0 - 2.0 * u);
        assert!(aside > 1.9, "the van itself hits what it hid: {aside} m aside");
        let room = rear - FRONT_M - ego * (van.change_time_s + 1.0);
        late += u32::from(ego * ego / 15.0 > room);
        assert!(t.ego.bind(&params, &states).end_m > car.s_m, "the ego must pass the place");
    }
    assert!(late <= 2, "{late} of 2000");
}

/// The runner's front comes to the ego's way between 0.5 s before and 2 s after the ego's.
#[test]
fn the_runner_meets_the_ego() {
    let t = scenario("red-light-runner").compile();
    let states = stratum(&t, "runs");
    let path = &t.road.paths[1];
    let mut normals = Normals(17);
    let mut meets = 0;
    for _ in 0..2_000 {
        let params = normals.draw(&t);
        let c = vehicle(&t, "cross_car", &params, &states);
        let ego = t.ego.bind(&params, &states).start_speed_mps;
        let (x, y, cos, sin) = path.place(c.s_m, 0.0);
        assert!((x - 72.0).abs() < 1e-9 && cos.abs() < 1e-9 && (sin - 1.0).abs() < 1e-9);
        let there = (-HALF_WIDTH_M - 2.25 - y) / c.speed_mps;
        let offset = there - (72.0 - 0.9 - FRONT_M) / ego;
        assert!((-0.5 - 1e-9..=2.0 + 1e-9).contains(&offset), "{offset}");
        assert!(c.stop_line_m.is_infinite());
        // Both in the square at once, at constant speeds.
        let (mine, its) = ((1.8 + 4.6) / ego, (1.9 + 4.5) / c.speed_mps);
        meets += u32::from(offset < mine && offset > -its);
        for state in ["stops", "stops_late"] {
            let line = vehicle(&t, "cross_car", &params, &stratum(&t, state)).stop_line_m;
            let front_y = path.place(line, 0.0).1;
            assert!(front_y < -HALF_WIDTH_M - 2.0, "stops at {front_y}");
        }
    }
    assert!((500..1_500).contains(&meets), "{meets}");
}
