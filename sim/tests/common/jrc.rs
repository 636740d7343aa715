//! The kinematics in which the JRC compares its models (ec-jrc/JRC-FSM, commit 01b05c2): steps of 0.1 s, positions moved by the speed of
//! the step's end, both cars 4.3 m long and 1.9 m wide. The rules and the brakes are those of `nines_sim::reference`.

use nines_sim::reference::{Braking, Cc, Fsm, Pair, Reaction, Reg157, Rss};
use nines_sim::{
    BuiltIn, Class, EGO_ACCEL_LAG_S, EGO_BRAKE_JERK_MPS3, EGO_FRONT_M, EGO_LENGTH_M, EGO_RELEASE_JERK_MPS3, EgoView, Memory,
    Object, Track,
};

pub const STEP_S: f64 = 0.1;
const LENGTH_M: f64 = 4.3;
const WIDTH_M: f64 = 1.9;
/// Steps of a run, after the ramp of the lateral speed where there is one.
const STEPS: usize = 350;

/// Lateral speed number `k` of the cut-in grids, m/s, rounded as there.
pub fn lateral_mps(k: u32) -> f64 {
    f64::from(k) * 0.1
}

/// Gaps of the cut-in grid of this speed of the ego, m.
pub fn cut_in_gaps(ego_kmh: u32) -> impl Iterator<Item = f64> {
    let (most, step) = if ego_kmh <= 60 { (60, 1) } else { (120, 2) };
    (1..most).step_by(step).map(f64::from)
}

/// Lateral speed number `k` of the cut-out grid, m/s: the step is the difference of the first two.
pub fn leaving_mps(k: u32) -> f64 {
    0.1 + f64::from(k) * (0.1 + 0.2 - 0.1)
}

/// Deceleration of the car ahead of `k` twentieths of g, m/s^2.
pub fn lead_mps2(k: u32) -> f64 {
    9.81 * (0.05 + f64::from(k - 1) * 0.05)
}

/// A model under comparison.
#[derive(Clone, Copy, Debug)]
pub enum Model {
    Cc(Cc),
    Fsm(Fsm),
    Rss(Rss),
    Reg157(Reg157),
}

/// The models by the names of the columns.
pub fn models() -> [(&'static str, Model); 5] {
    [
        ("cc", Model::Cc(Cc { side_m: Cc::OVERLAP_M, ..Cc::default() })),
        ("fsm", Model::Fsm(Fsm::default())),
        ("rss", Model::Rss(Rss::default())),
        ("reg157", Model::Reg157(Reg157::default())),
        ("cc_lane", Model::Cc(Cc::default())),
    ]
}

impl Model {
    fn braking(&self) -> Braking {
        match self {
            Model::Cc(m) => m.braking,
            Model::Fsm(m) => m.braking,
            Model::Rss(m) => m.braking,
            Model::Reg157(m) => m.braking,
        }
    }

    /// Whether there is danger, and the deceleration asked for. `always`: the driver reacts whatever the rule says, as CC does to what is ahead.
    fn judge(&self, pair: &Pair, always: bool, metrics: &mut (f64, f64)) -> (bool, f64) {
        match self {
            Model::Cc(m) => (always || m.danger(pair), m.braking.limit_mps2),
            Model::Rss(m) => (m.danger(pair), m.braking.limit_mps2),
            Model::Reg157(m) => (m.danger(pair), m.braking.limit_mps2),
            Model::Fsm(m) => {
                let (pfs, cfs) = m.metrics(pair);
                *metrics = (metrics.0.max(pfs), metrics.1.max(cfs));
                (pfs + cfs > 0.0, m.demand_mps2(pfs, cfs))
            }
        }
    }

    /// Gap at which the model follows.
    pub fn following_gap_m(&self, speed_mps: f64) -> f64 {
        match self {
            Model::Cc(m) => m.following_gap_m(speed_mps),
            Model::Fsm(m) => m.following_gap_m(speed_mps),
            Model::Rss(m) => m.following_gap_m(speed_mps),
            Model::Reg157(_) => 2.0 * speed_mps,
        }
    }
}

/// Another car at one step: place along and across, and speeds.
#[derive(Clone, Copy, Debug)]
pub struct Car {
    pub x: f64,
    pub y: f64,
    pub vx: f64,
    pub vy: f64,
    pub length: f64,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// 0 no collision, 1 side collision, 2 front into the other's rear.
    pub collision: u8,
    /// Speed difference at the first collision, m/s.
    pub impact_mps: f64,
    /// Smallest gap to a car in the lane, m; infinite without one.
    pub gap_m: f64,
    /// Largest PFS and CFS.
    pub metrics: (f64, f64),
}

impl Run {
    const NEW: Run = Run { collision: 0, impact_mps: 0.0, gap_m: f64::INFINITY, metrics: (0.0, 0.0) };
}

/// The ego of a run.
struct Ego {
    x: f64,
    v: f64,
    /// Speed a step ago.
    was: f64,
    reaction: Reaction,
}

impl Ego {
    fn new(x: f64, v: f64) -> Self {
        Self { x, v, was: v, reaction: Reaction::default() }
    }

    fn pair(&self, o: &Car) -> Pair {
        let lengths_m = 0.5 * (LENGTH_M + o.length);
        Pair {
            rear_mps: self.v,
            rear_accel_mps2: (self.v - self.was) * 10.0,
            lead_mps: o.vx,
            gap_m: o.x - self.x - 0.5 * LENGTH_M - 0.5 * o.length,
            lengths_m,
            side_m: o.y.abs() - 0.5 * WIDTH_M - 0.5 * WIDTH_M,
            sideways_mps: -o.vy,
        }
    }

    /// Notes a collision; true where there is one.
    fn collide(&self, pair: &Pair, o: &Car, run: &mut Run) -> bool {
        let collides = pair.side_m < 0.0 && (o.x - self.x).abs() - 0.5 * LENGTH_M - 0.5 * o.length < 0.0;
        if collides && run.collision == 0 {
            run.collision = if self.x > o.x { 1 } else { 2 };
            run.impact_mps = self.v - o.vx;
        }
        collides
    }

    /// Judges and moves; true where this step began in a collision.
    fn step(&mut self, model: &Model, o: &Car, always: bool, run: &mut Run) -> bool {
        let pair = self.pair(o);
        let collides = self.collide(&pair, o, run);
        run.gap_m = if pair.side_m < 0.0 { run.gap_m.min(pair.gap_m) } else { run.gap_m };
        let (danger, demand) = model.judge(&pair, always, &mut run.metrics);
        self.was = self.v;
        if danger {
            let braking = self.reaction.answer(&model.braking(), demand, STEP_S);
            self.v = (self.v - braking / 10.0).max(0.0);
        }
        self.x += self.v / 10.0;
        collides
    }
}

/// A car in the lane beside comes in, its lateral speed built up by 1.5 m/s^2 before time 0: the ego's place and speed at first, and the car's
/// steps.
fn cut_in_cars(ego_kmh: f64, other_kmh: f64, gap_m: f64, lateral_mps: f64) -> (f64, f64, Vec<Car>) {
    let (v, w, lane_m) = (ego_kmh / 3.6, other_kmh / 3.6, 3.5);
    // Positions are sums of speeds over ten, each sum in the order of the JRC's program, for some cells hang on the rounding.
    let ramp: Vec<f64> = (0..(lateral_mps / 0.15).ceil() as u32).map(|k| 0.15 * f64::from(k)).collect();
    let start = Car { x: gap_m + LENGTH_M, y: lane_m, vx: w, vy: -lateral_mps, length: LENGTH_M };
    let mut cars = vec![start];
    let (mut x, mut y, mut ego_x) = (0.0, 0.0, 0.0);
    for vy in ramp.iter().rev() {
        (x, y, ego_x) = (x - w / 10.0, y + vy / 10.0, ego_x - v / 10.0);
        cars.insert(0, Car { x: x + start.x, y: y + start.y, vy: -vy, ..start });
    }
    // It moves on until its centre is in the ego's lane; the speed of a step is that with which it came there.
    let moves = if lateral_mps > 0.0 { (10.0 * lane_m / lateral_mps).floor() as usize + 1 } else { 0 };
    (x, y) = (0.0, 0.0);
    for j in 1..=STEPS {
        let vy = if j <= moves { -lateral_mps } else { 0.0 };
        (x, y) = (x + w, y + vy);
        cars.push(Car { x: x / 10.0 + start.x, y: y / 10.0 + start.y, vy, ..start });
    }
    (ego_x, v, cars)
}

/// A cut-in, driven by a model.
pub fn cut_in(model: &Model, ego_kmh: f64, other_kmh: f64, gap_m: f64, lateral_mps: f64) -> Run {
    let (x, v, cars) = cut_in_cars(ego_kmh, other_kmh, gap_m, lateral_mps);
    let (mut ego, mut run) = (Ego::new(x, v), Run::NEW);
    for other in &cars[..cars.len() - 1] {
        let pair = ego.pair(other);
        ego.step(model, other, false, &mut run);
        // The JRC's run of CC ends where the case is not critical at the overlap.
        let late = matches!(model, Model::Cc(m) if m.side_m == Cc::OVERLAP_M && pair.ttc_s() > m.ttc_s);
        if late && !pair.passed() && pair.side_m <= 0.0 {
            break;
        }
    }
    run
}

/// The car ahead, at the model's own gap, brakes with a constant deceleration until it stands.
pub fn lead_brakes(model: &Model, kmh: f64, deceleration_mps2: f64) -> Run {
    let v = kmh / 3.6;
    let mut ego = Ego::new(v / 10.0, v);
    let start_m = model.following_gap_m(v) + LENGTH_M;
    let (mut run, mut sum) = (Run::NEW, 0.0);
    for i in 0..STEPS - 1 {
        let vx = (v - i as f64 * deceleration_mps2 / 10.0).max(0.0);
        sum += vx;
        let lead = Car { x: sum / 10.0 + start_m, y: 0.0, vx, vy: 0.0, length: LENGTH_M };
        let stands = ego.v == 0.0;
        if ego.step(model, &lead, true, &mut run) || stands {
            break;
        }
    }
    run
}

/// The car ahead, at the model's own gap, leaves the lane at a constant lateral speed in front of a standing one, 5 m long. The second
/// result says whether it hits that one itself, and stands there.
pub fn cut_out(model: &Model, kmh: f64, gap_m: f64, lateral_mps: f64) -> (Run, bool) {
    let (v, aside_m) = (kmh / 3.6, 4.0);
    let start_m = model.following_gap_m(v) + LENGTH_M;
    let standing = Car { x: start_m + gap_m + LENGTH_M, y: 0.0, vx: 0.0, vy: 0.0, length: 5.0 };
    let moves = (10.0 * aside_m / lateral_mps).floor() as usize + 1;
    let mut ego = Ego::new(v / 10.0, v);
    let (mut run, mut stuck, mut x, mut y) = (Run::NEW, None, 0.0, 0.0);
    for i in 0..STEPS - 1 {
        let vy = if i < moves { -lateral_mps } else { 0.0 };
        (x, y) = (x + v, y + vy);
        let leaving = Car { x: x / 10.0 + start_m, y: y / 10.0 + aside_m - aside_m, vx: v, vy, length: LENGTH_M };
        if stuck.is_none()
            && leaving.y.abs() - 0.5 * WIDTH_M - 0.5 * WIDTH_M < 0.0
            && (standing.x - leaving.x).abs() - 0.5 * standing.length - 0.5 * LENGTH_M < 0.0
        {
            stuck = Some(Car { vx: 0.0, vy: 0.0, ..leaving });
        }
        let stands = ego.v == 0.0;
        match stuck {
            Some(lead) => _ = ego.step(model, &lead, true, &mut run),
            None if leaving.y < -0.375 => _ = ego.step(model, &standing, true, &mut run),
            None => ego.x += v / 10.0,
        }
        if stands {
            break;
        }
    }
    (run, stuck.is_some())
}

/// The same cut-in, driven by a policy: what it is told is the truth, and its brakes follow as the ego's do. The car is as the policy takes its
/// own to be (4.6 m long), and the other so much shorter that the centres are as far apart as in the JRC's program.
pub fn cut_in_by_policy(policy: &BuiltIn, ego_kmh: f64, other_kmh: f64, gap_m: f64, lateral_mps: f64) -> u8 {
    let (ego_x, v, cars) = cut_in_cars(ego_kmh, other_kmh, gap_m, lateral_mps);
    let (mut ego, mut run, mut accel) = (Ego::new(ego_x, v), Run::NEW, 0.0);
    let (mut memory, mut objects) = (Memory::default(), [(Object::default(), Track::default())]);
    let half_m = LENGTH_M - 0.5 * EGO_LENGTH_M;
    for other in &cars[..cars.len() - 1] {
        let pair = ego.pair(other);
        ego.collide(&pair, other, &mut run);
        let view = EgoView {
            speed_mps: ego.v,
            accel_mps2: accel,
            limit_mps: 100.0,
            desired_mps: v,
            end_m: 1000.0,
            signal_m: 1000.0,
            crosswalk_m: 1000.0,
            junction_m: 1000.0,
            zone_m: 1000.0,
            zone_limit_mps: 100.0,
            left_edge_m: 5.25,
            right_edge_m: -1.75,
            friction: 1.0,
            light: 1.0,
            sight_m: 500.0,
            ..EgoView::default()
        };
        objects[0].0 = Object {
            seen: 1.0,
            class: f64::from(Class::Car as u8),
            class_probability: 1.0,
            heading_cos: 1.0,
            route_s_m: pair.gap_m + EGO_FRONT_M + half_m,
            route_d_m: other.y,
            route_vs_mps: other.vx,
            route_vd_mps: other.vy,
            half_length_m: half_m,
            half_width_m: 0.5 * WIDTH_M,
            height_m: 1.5,
            gaze: -1.0,
            posture: -1.0,
            gesture: -1.0,
            intention: -1.0,
            lamp: -1.0,
            ..Object::default()
        };
        let command = policy.act(&view, &mut objects, &mut memory).accel;
        let share = 1.0 - libm::exp(-STEP_S / EGO_ACCEL_LAG_S);
        accel += (share * (command - accel)).clamp(-EGO_BRAKE_JERK_MPS3 * STEP_S, EGO_RELEASE_JERK_MPS3 * STEP_S);
        ego.v = (ego.v + accel * STEP_S).max(0.0);
        ego.x += ego.v * STEP_S;
    }
    run.collision
}
