//! Failure probabilities of a driving scenario whose answer is known: a pedestrian steps out, a car brakes (benchmark problem
//! D17), against the three-dimensional quadrature of the problem and against the closed form of the ego's own brakes.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

mod common;

use common::{built_in, job, open_road, stop_at_once};
use nines_sim::testing::actor;
use nines_sim::*;
use statrs::distribution::{Beta, ContinuousCDF, Normal};

/// Time for which the car drives on before the pedestrian steps out: a ramp of the brakes whose mean is a jump at the moment
/// of reaction begins before that moment, at short latencies before the pedestrian is there.
const BEFORE_S: f64 = 0.6;
/// Half of the pedestrian's extent along the road, m.
const HALF_M: f64 = 0.2;

/// D17 with the median `m` of the time to arrival, given that it is below `latest`; D17 itself has `m = 4` and no `latest`.
/// The coordinates of a rollout's point are u1 to u4.
fn steps_out(m: f64, latest: f64) -> Template {
    let p = |k: u16| Box::new(Value::Param(k));
    let add = |a: Value, b: Value| Value::Add(Box::new(a), Box::new(b));
    let lognormal = |median, sigma, hi| Dist::LogNormal { median, sigma, lo: 0.0, hi };
    let param = |name: &str, dist| Param { name: name.into(), dist };
    let speed = Value::Max(p(0), Box::new(Value::Const(0.1)));
    let way = Value::Mul(Box::new(speed.clone()), Box::new(add(Value::Param(3), BEFORE_S.into())));
    let at = add(way, (EGO_FRONT_M + HALF_M).into());
    let mut t = open_road(&format!("steps-out-{m}"), 0.0, speed.clone());
    t.params = vec![
        param("speed_mps", Dist::Normal { mean: 13.9, sd: 1.5, lo: f64::NEG_INFINITY, hi: f64::INFINITY }),
        param("latency_s", lognormal(0.4, 0.3, f64::INFINITY)),
        param("brake_mps2", lognormal(7.0, 0.1, f64::INFINITY)),
        param("arrival_s", lognormal(m, 0.25, latest)),
    ];
    // The world ends soon after the car has stopped.
    let stopped = add(Value::Param(1), Value::Div(Box::new(speed), p(2)));
    t.ego.end_m = 1000.0.into();
    t.ego.desired_speed_mps = 20.0.into();
    t.ego.lawful_wait_s = add(stopped, (BEFORE_S + 1.0 - 1000.0 / 20.0 - HORIZON_SLACK_S).into());
    t.ego.brake_mps2 = 30.0.into();
    t.sensing.friction = 3.0.into();
    t.sensing.range_person_m = 0.1.into();
    t.criteria = vec![Criterion::Collision];
    let spec = FixedSpec { s_m: at, ..FixedSpec::default() };
    t.actors = vec![actor("pedestrian", Class::Adult, [2.0 * HALF_M, 2.0 * HALF_M, 1.7], Motion::Fixed(spec))];
    t
}

/// A rollout of [`steps_out`] by its parameters.
#[derive(Clone, Copy)]
struct Case {
    v: f64,
    latency: f64,
    a: f64,
    /// Distance to the pedestrian when they step out.
    distance: f64,
}

impl Case {
    fn of(t: &Template, rollout: u64) -> Self {
        let x = t.draw(11, Sampling::Mc, rollout).params;
        let v = x[0].max(0.1);
        Case { v, latency: x[1], a: x[2], distance: v * x[3] }
    }

    /// Distance in which the car of D17 stops.
    fn stop(&self) -> f64 {
        self.v * self.latency + self.v * self.v / (2.0 * self.a)
    }
}

/// Acceleration at the step's end `k` of a ramp of 12 m/s^3 that begins at `from`.
fn ramp(c: &Case, from: f64, k: u64) -> f64 {
    -(12.0 * (k as f64 * DT - from)).clamp(0.0, c.a)
}

/// Where such a ramp brings the car to a stop: acceleration changes linearly within a step.
fn ramp_stop(c: &Case, from: f64) -> f64 {
    let (mut v, mut x, mut a0) = (c.v, 0.0, 0.0);
    for k in 1.. {
        let a1 = ramp(c, from, k);
        x += v * DT + (2.0 * a0 + a1) * DT * DT / 6.0;
        v += 0.5 * (a0 + a1) * DT;
        a0 = a1;
        if a1 == -c.a {
            break;
        }
    }
    x + v * v / (2.0 * c.a)
}

/// How a driver of these tests brakes.
#[derive(Clone, Copy)]
enum Style {
    /// Along a ramp that stops the car exactly where the jump of D17 would: the actuators are inverted.
    Ideal,
    /// Commands all of it at the first step that begins after the latency.
    AtOnce,
}

/// Knows latency, braking and speed of its rollouts: sessions start in the order of rollouts.
struct Driver<'a> {
    template: &'a Template,
    style: Style,
    next: u64,
    /// By slot: case, begin of the braking in seconds, steps answered.
    sessions: Vec<(Case, f64, u64)>,
}

impl BatchPolicy for Driver<'_> {
    fn start(&mut self, slot: u32) {
        let c = Case::of(self.template, self.next);
        self.next += 1;
        let mut from = BEFORE_S + c.latency;
        if let Style::Ideal = self.style {
            let aim = c.v * BEFORE_S + c.stop();
            from -= c.a / 24.0;
            for _ in 0..6 {
                from -= (ramp_stop(&c, from) - aim) / c.v;
            }
            assert!(from > 0.0, "the ramp would begin before the rollout");
        }
        self.sessions.resize(self.sessions.len().max(slot as usize + 1), (c, from, 0));
        self.sessions[slot as usize] = (c, from, 0);
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        let share = 1.0 - (-DT / EGO_ACCEL_LAG_S).exp();
        for w in 0..observations.worlds {
            let (case, from, k) = &mut self.sessions[observations.slots[w] as usize];
            let row = &observations.ego[w * batch::EGO_FIELDS..];
            let (v, a) = (f64::from(row[0]), f64::from(row[1]));
            assert!(*k > 0 || (v - case.v).abs() < 1e-5, "a session of another rollout");
            actions.accel_mps2[w] = match self.style {
                Style::Ideal => a + (ramp(case, *from, *k + 1) - a) / share,
                Style::AtOnce if *k as f64 * DT >= *from => -case.a,
                Style::AtOnce => 0.0,
            } as f32;
            *k += 1;
        }
        Ok(())
    }
}

/// Drives `n` rollouts on two threads.
fn drive_style(t: &Template, style: Style, n: u64) -> Vec<Outcome> {
    let blind = built_in("blind");
    let part = |range: std::ops::Range<u64>| {
        let mut driver = Driver { template: t, style, next: range.start, sessions: Vec::new() };
        drive_batch(&job(t, &blind), &mut driver, range).outcomes
    };
    std::thread::scope(|s| {
        let half = s.spawn(|| part(0..n / 2));
        let rest = part(n / 2..n);
        let mut all = half.join().unwrap();
        all.extend(rest);
        all
    })
}

/// Limits of Clopper and Pearson for `k` of `n` at the confidence 1 - `alpha`.
fn clopper_pearson(k: u64, n: u64, alpha: f64) -> (f64, f64) {
    let beta = |a: u64, b: u64| Beta::new(a as f64, b as f64).unwrap();
    (beta(k, n - k + 1).inverse_cdf(0.5 * alpha), beta(k + 1, n - k).inverse_cdf(1.0 - 0.5 * alpha))
}

/// The reference must lie within the 99.9% interval, and that within a quarter of its estimate.
fn assert_rate(outcomes: &[Outcome], reference: f64) {
    let (k, n) = (outcomes.iter().filter(|o| o.failed()).count() as u64, outcomes.len() as u64);
    let (lo, hi) = clopper_pearson(k, n, 1e-3);
    let p = k as f64 / n as f64;
    println!("{k} of {n}: {p:e}, 99.9% interval {lo:e} to {hi:e}, reference {reference:e}");
    assert!(lo > 0.75 * p && hi < 1.25 * p, "too few rollouts");
    assert!(lo < reference && reference < hi, "{reference:e} is not within {lo:e} to {hi:e}");
}

/// Weights of a standard normal coordinate on a grid: the trapezium rule is exact to 1e-12 for smooth integrands.
fn grid() -> Vec<(f64, f64)> {
    (-80..=80)
        .map(|k| f64::from(k) * 0.1)
        .map(|u| (u, 0.1 * (-0.5 * u * u).exp() / (2.0 * std::f64::consts::PI).sqrt()))
        .collect()
}

/// Every rollout, one by one: it fails where D17 says so, its margin is the distance that D17 leaves, and it strikes the
/// pedestrian with the speed that D17 has there.
fn assert_each_rollout(t: &Template, outcomes: &[Outcome]) {
    let (mut struck, mut near) = (0, 0);
    for o in outcomes {
        let c = Case::of(t, o.rollout);
        let left = c.distance - c.stop();
        near += u64::from(left.abs() < 1e-4);
        assert!(left.abs() < 1e-4 || o.failed() == (left < 0.0), "{left} of rollout {}", o.rollout);
        if left > 1e-4 {
            assert!((o.margins[0] - left.min(FAR_M)).abs() < 1e-4, "{} and not {left}", o.margins[0]);
        }
        // Once the ramp is over the car is as fast as D17's wherever it is. The speed of a contact is the mean of its step.
        let over = c.v * c.latency + 0.5 * c.v * c.a / 12.0;
        if let Some(impact) = o.impact_speed_mps.filter(|_| c.distance > over && left < -1e-4) {
            let ideal = (c.v * c.v - 2.0 * c.a * (c.distance - c.v * c.latency)).sqrt();
            assert!((impact - ideal).abs() < c.a * DT, "{impact} and not {ideal}");
            struck += 1;
        }
    }
    assert!(struck > 50 && near < 10);
}

/// Reference of the benchmark: 1.20499499e-4, by quadrature over u1 to u3 of Phi((ln(latency + v / 2a) - ln 4) / 0.25). To see
/// enough failures only arrivals below 2.6 s are driven, a share of Phi(ln(2.6 / 4) / 0.25) of all; of those above, a quadrature
/// of max(Phi(...) - share, 0) says that they add 1.307e-7.
#[test]
fn a_pedestrian_steps_out_and_is_struck_as_rarely_as_the_benchmark_says() {
    let share = Normal::standard().cdf((2.6f64 / 4.0).ln() / 0.25);
    let t = steps_out(4.0, 2.6);
    let outcomes = drive_style(&t, Style::Ideal, 130_000);
    assert_rate(&outcomes, (1.204_994_99e-4 - 1.307e-7) / share);
    assert_each_rollout(&t, &outcomes);
}

/// The same with a median of 3 s and any arrival. The reference, with 40 to 100 nodes alike (SciPy and NumPy):
/// `x, w = numpy.polynomial.hermite_e.hermegauss(60); u1, u2, u3 = numpy.meshgrid(x, x, x, indexing="ij")`, then the sum over
/// the nodes, with the normalised weights, of
/// `scipy.stats.norm.cdf((log(.4 exp(.3 u2) + maximum(13.9 + 1.5 u1, .1) / (14 exp(.1 u3))) - log(3)) / .25)`.
#[test]
fn a_pedestrian_with_a_shorter_warning_is_struck_as_often_as_quadrature_says() {
    let t = steps_out(3.0, f64::INFINITY);
    let outcomes = drive_style(&t, Style::Ideal, 80_000);
    assert_rate(&outcomes, 3.850_265_633_4e-3);
    assert_each_rollout(&t, &outcomes);
}

/// With the brakes as they are: lag, jerk limit, and a reaction at the next step. The latency is summed over steps, speed and
/// braking are integrated on a grid, and the time to arrival by its distribution function.
#[test]
fn full_braking_at_the_next_step_fails_as_often_as_the_closed_form_of_the_brakes_says() {
    let phi = |z: f64| Normal::standard().cdf(z);
    let reaction = |k: i32| phi((f64::from(k) * DT / 0.4).ln() / 0.3);
    let m: f64 = 3.0;
    let mut reference = 0.0;
    for k in 1..40 {
        // The step begins at the first multiple of DT past the latency; the world's clock is at a multiple when they step out.
        let share = reaction(k) - reaction(k - 1);
        for (u1, w1) in grid() {
            let v = (13.9 + 1.5 * u1).max(0.1);
            for (u3, w3) in grid() {
                let stop = v * f64::from(k) * DT + stop_at_once(v, 7.0 * (0.1 * u3).exp());
                reference += share * w1 * w3 * phi(((stop / v).ln() - m.ln()) / 0.25);
            }
        }
    }
    let t = steps_out(m, f64::INFINITY);
    let outcomes = drive_style(&t, Style::AtOnce, 50_000);
    assert_rate(&outcomes, reference);
    // One by one: within the 3 cm by which steps of 0.1 s differ from continuous time.
    for o in &outcomes {
        let c = Case::of(&t, o.rollout);
        let onset = ((BEFORE_S + c.latency) / DT).ceil() * DT - BEFORE_S;
        let left = c.distance - (c.v * onset + stop_at_once(c.v, c.a));
        assert!(left.abs() < 0.05 || o.failed() == (left < 0.0), "{left}");
        assert!(left < 0.05 || (o.margins[0] - left.min(FAR_M)).abs() < 0.05, "{} and not {left}", o.margins[0]);
    }
}
