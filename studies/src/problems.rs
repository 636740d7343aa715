//! Limit states with known failure probabilities. Failure is a margin of at most 0.
//!
//! Half-spaces and their unions and corners have closed forms; the others were computed by quadrature.

use nines_metrics::rare::{LimitState, Points};

/// A limit state whose failure probability is known.
#[derive(Clone, Copy, Debug)]
pub struct Problem {
    /// Short name.
    pub id: &'static str,
    /// What it tests.
    pub what: &'static str,
    /// Inputs.
    pub dim: usize,
    /// Failure probability.
    pub reference: f64,
    /// Whether its margins lead away from the failures.
    pub trap: bool,
    /// Evaluations that an estimate with a true error of 10% is meant to take, where there is such an aim.
    pub aim: Option<u64>,
    margin: fn(&[f64]) -> f64,
}

impl LimitState for Problem {
    fn dim(&self) -> usize {
        self.dim
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        for (x, g) in points.rows().zip(out) {
            *g = (self.margin)(x);
        }
    }
}

/// All of them.
pub fn all() -> Vec<Problem> {
    let p = |id, what, dim, reference, margin| Problem { id, what, dim, reference, trap: false, aim: aim(id), margin };
    let trap = |id, what, dim, reference, margin| Problem { trap: true, ..p(id, what, dim, reference, margin) };
    vec![
        p("D01", "linear, mild", 2, 6.20966533e-3, |u| 2.5 - (u[0] + u[1]) / 2f64.sqrt()),
        p("D02", "linear in 100 inputs", 100, 1.01708324e-6, |u| 4.75 - sum(u) / 10.0),
        p("D03", "linear, uneven weights, one in a billion", 200, 9.86587645e-10, uneven),
        p("D04", "two planes", 50, 4.02108768e-5, |u| (4.0 - sum(&u[..25]) / 5.0).min(4.3 + sum(&u[25..]) / 5.0)),
        p("D05", "four branches", 2, 2.22279507e-3, |u| branches(u, 3.0, 7.0 / 2f64.sqrt())),
        p("D06", "four branches, rare", 2, 8.98317629e-7, |u| branches(u, 5.0, 5.0 * 2f64.sqrt())),
        p("D07", "parabola, two unequal design points", 2, 3.01631190e-3, |u| 5.0 - u[1] - (u[0] - 0.1) * (u[0] - 0.1) / 2.0),
        p("D08", "bowl curved towards the origin", 100, 1.14082487e-5, |u| 7.0 - u[0] - squares(&u[1..]) / 40.0),
        p("D09", "outside of a sphere", 20, 1.68264164e-6, |u| 8.0 - squares(u).sqrt()),
        p("D10", "forty equal modes", 20, 7.59582225e-7, |u| 5.5 - u.iter().fold(0.0, |m: f64, x| m.max(x.abs()))),
        p("D11", "corner: both must happen", 50, 1.82222470e-6, |u| (3.0 - sum(&u[..25]) / 5.0).max(3.0 - sum(&u[25..]) / 5.0)),
        p("D12", "capped margin", 10, 3.39767312e-6, |u| (4.5 - sum(u) / 10f64.sqrt()).min(2.0)),
        p("D13", "staircase", 20, 3.39767312e-6, |u| (4.5 - sum(u) / 20f64.sqrt()).ceil()),
        p("D14", "first passage of AR(1) noise", 200, 2.97415666e-6, |u| 5.5 - highest_ar(u)),
        p("D15", "first passage of a random walk", 200, 5.6716220e-6, walk),
        p("D16", "random scale times AR(1) noise", 201, 1.4109552e-4, |u| 7.5 - libm::exp(0.25 * u[0]) * highest_ar(&u[1..])),
        p("D17", "pedestrian steps out", 4, 1.20499499e-4, |u| stopping(u, 4.0, 0.25)),
        p("D18", "pedestrian steps out, nearly nine nines", 4, 1.45238742e-9, |u| stopping(u, 6.0, 0.2)),
        trap("D19", "a steep slope leads to the lesser mode", 2, 3.19578843e-5, |u| {
            let g1 = if u[0] > 3.5 { 4.0 - u[0] } else { 0.85 - 0.1 * u[0] };
            let g2 = if u[1] > 2.0 { 0.5 - 0.1 * u[1] } else { 2.3 - u[1] };
            g1.min(g2)
        }),
        trap("D20", "a slope that never fails, a small island elsewhere", 5, 4.33439201e-4, |u| {
            let far = ((u[0] + 3.2) * (u[0] + 3.2) + squares(&u[1..])).sqrt();
            let slope = (3.0 - u[0]).max(0.2);
            if far < 1.3 { slope.min(far - 1.0) } else { slope }
        }),
        trap("D21", "a lesser mode, a larger island behind", 2, 2.57107292e-4, |u| {
            let far = ((u[0] + 3.0) * (u[0] + 3.0) + (u[1] + 2.0) * (u[1] + 2.0)).sqrt();
            let slope = 5.2 - u[0];
            if far < 0.8 { slope.min(far - 0.5) } else { slope }
        }),
        p("S01", "two far ends of one input", 1, 6.795346249460107e-6, |u| 4.5 - u[0].abs()),
        p("S02", "two opposite planes in 100 inputs", 100, 2.0341664851374063e-6, |u| 4.75 - sum(u).abs() / 10.0),
        p("S03", "five planes in 30 inputs", 30, 1.6988250182215877e-5, |u| {
            4.5 - u.chunks(6).map(|c| sum(c) / 6f64.sqrt()).fold(f64::NEG_INFINITY, f64::max)
        }),
        p("S04", "outside of a sphere in 100 inputs", 100, 1.0304647242672167e-6, |u| 182.0 - squares(u)),
        p("S05", "yes or no, of one input", 6, 6.871379379158471e-4, |u| if u[0] >= 3.2 { -1.0 } else { 1.0 }),
        trap(
            "S06",
            "yes or no, of all inputs",
            10,
            1.334574901590631e-5,
            |u| if sum(u) / 10f64.sqrt() >= 4.2 { -1.0 } else { 1.0 },
        ),
        p("S07", "a product of two inputs", 5, 8.508942362532885e-8, |u| 14.0 - u[0] * u[1]),
        trap("S08", "an island in three inputs", 3, 3.050991635600071e-4, |u| {
            let far = ((u[0] + 3.0) * (u[0] + 3.0) + squares(&[u[1] - 1.0, u[2] + 1.0])).sqrt();
            let slope = 5.5 - u[0];
            if far < 0.9 { slope.min(far - 0.6) } else { slope }
        }),
        p("S09", "a sum of two lognormals", 2, 4.503384209254458e-6, |u| 100.0 - libm::exp(u[0]) - libm::exp(u[1])),
        p("S10", "three inputs large at once", 10, 2.6876177779092326e-6, |u| 2.2 - u[0].min(u[1]).min(u[2])),
        p("S12", "ten planes in ten inputs", 10, 3.3976269483204646e-5, |u| {
            4.5 - u.chunks(2).map(|c| (sum(c) / 2f64.sqrt()).abs()).fold(f64::NEG_INFINITY, f64::max)
        }),
        trap("S13", "an island in four inputs beside a bent slope", 4, 0.0002587432795817591, |u| {
            let far = squares(&[u[0] + 3.0, u[1] - 1.0, u[2] + 1.0, u[3] - 0.5]).sqrt();
            let slope = 5.5 - u[0] + 0.3 * u[1] * u[1];
            if far < 1.1 { slope.min(far - 0.8) } else { slope }
        }),
        p("S11", "curved away from the origin", 60, 2.2825585535588493e-6, |u| 3.5 - u[0] + 0.02 * squares(&u[1..])),
    ]
}

fn aim(id: &str) -> Option<u64> {
    Some(match id {
        "D06" => 3_000,
        "D12" | "D18" => 4_000,
        "D02" => 1_500,
        "D03" => 2_500,
        "D04" | "D11" => 10_000,
        "D14" | "D15" => 20_000,
        _ => return None,
    })
}

fn sum(u: &[f64]) -> f64 {
    u.iter().sum()
}

fn squares(u: &[f64]) -> f64 {
    u.iter().map(|x| x * x).sum()
}

fn uneven(u: &[f64]) -> f64 {
    let norm: f64 = (1..=u.len()).map(|i| 1.0 / i as f64).sum::<f64>().sqrt();
    6.0 - u.iter().enumerate().map(|(i, x)| x / ((i + 1) as f64).sqrt()).sum::<f64>() / norm
}

fn branches(u: &[f64], c: f64, k: f64) -> f64 {
    let (plus, minus) = (u[0] + u[1], u[0] - u[1]);
    let bend = c + minus * minus / 10.0;
    (bend - plus.abs() / 2f64.sqrt()).min(k - minus.abs())
}

fn highest_ar(u: &[f64]) -> f64 {
    let mut x = u[0];
    let mut highest = x;
    for z in &u[1..] {
        x = 0.9 * x + 0.19f64.sqrt() * z;
        highest = highest.max(x);
    }
    highest
}

fn walk(u: &[f64]) -> f64 {
    let (mut s, mut highest) = (0.0, f64::NEG_INFINITY);
    for z in u {
        s += z;
        highest = f64::max(highest, s);
    }
    4.5 - highest / 200f64.sqrt()
}

/// A car brakes for somebody who steps out in front of it: distance left, or minus the speed of impact.
fn stopping(u: &[f64], median: f64, sigma: f64) -> f64 {
    let v = (13.9 + 1.5 * u[0]).max(0.1);
    let latency = 0.4 * libm::exp(0.3 * u[1]);
    let brake = 7.0 * libm::exp(0.1 * u[2]);
    let distance = v * median * libm::exp(sigma * u[3]);
    let needed = v * latency + v * v / (2.0 * brake);
    if distance > needed { distance - needed } else { -(v * v - 2.0 * brake * (distance - v * latency).max(0.0)).max(0.0).sqrt() }
}
