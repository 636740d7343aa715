//! Made-up histories of versions with a known cost of a nine, and how often the limits of a trend hold it.

use nines_metrics::trend::{Trend, Version};
use nines_metrics::{Confidence, Counts};

/// A kind of history. Efforts are 100, 200, 300, … hours; every version is tried with `rollouts`.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What it is called.
    pub name: &'static str,
    /// Versions.
    pub versions: u32,
    /// Nines of the first version.
    pub first: f64,
    /// Hours that a nine costs.
    pub cost_h: f64,
    /// Scatter of versions about the line, nines.
    pub scatter: f64,
    /// Rollouts of each scenario.
    pub rollouts: u64,
    /// Scenarios, of which the one with most failures is what is known of a version.
    pub scenarios: u32,
}

/// The histories of the study.
pub const SHAPES: [Shape; 11] = [
    Shape { name: "3 versions, no scatter", versions: 3, first: 0.5, cost_h: 150.0, scatter: 0.0, rollouts: 5_000, scenarios: 1 },
    Shape {
        name: "3 versions, scatter 0.1",
        versions: 3,
        first: 0.5,
        cost_h: 150.0,
        scatter: 0.1,
        rollouts: 5_000,
        scenarios: 1,
    },
    Shape {
        name: "3 versions, scatter 0.3",
        versions: 3,
        first: 0.5,
        cost_h: 200.0,
        scatter: 0.3,
        rollouts: 20_000,
        scenarios: 1,
    },
    Shape { name: "5 versions, no scatter", versions: 5, first: 0.4, cost_h: 200.0, scatter: 0.0, rollouts: 5_000, scenarios: 1 },
    Shape {
        name: "5 versions, scatter 0.3",
        versions: 5,
        first: 0.4,
        cost_h: 200.0,
        scatter: 0.3,
        rollouts: 50_000,
        scenarios: 1,
    },
    Shape {
        name: "5 versions, the last ones censored",
        versions: 5,
        first: 1.0,
        cost_h: 110.0,
        scatter: 0.1,
        rollouts: 3_000,
        scenarios: 1,
    },
    Shape {
        name: "6 versions, the last ones censored, scatter 0.3",
        versions: 6,
        first: 0.8,
        cost_h: 140.0,
        scatter: 0.3,
        rollouts: 2_000,
        scenarios: 1,
    },
    Shape {
        name: "10 versions, scatter 0.2",
        versions: 10,
        first: 0.3,
        cost_h: 300.0,
        scatter: 0.2,
        rollouts: 20_000,
        scenarios: 1,
    },
    Shape {
        name: "10 versions, the last ones censored, scatter 0.2",
        versions: 10,
        first: 0.5,
        cost_h: 220.0,
        scatter: 0.2,
        rollouts: 3_000,
        scenarios: 1,
    },
    Shape {
        name: "10 versions that hardly rise",
        versions: 10,
        first: 0.5,
        cost_h: 5_000.0,
        scatter: 0.2,
        rollouts: 5_000,
        scenarios: 1,
    },
    Shape {
        name: "5 versions, the worst of 8 scenarios, scatter 0.1",
        versions: 5,
        first: 0.5,
        cost_h: 200.0,
        scatter: 0.1,
        rollouts: 5_000,
        scenarios: 8,
    },
];

/// How histories of a shape came out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tried {
    /// Histories with enough failures for a line.
    pub fitted: u32,
    /// Histories without.
    pub refused: u32,
    /// Those whose limits of the cost hold the truth.
    pub cost_held: u32,
    /// Those whose limits of the effort until the line's next nine hold the truth.
    pub due_held: u32,
    /// Those whose cost has an upper limit.
    pub bounded: u32,
}

/// Words of a made-up history, by SplitMix64: a study needs no more.
struct Words(u64);

impl Words {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) as f64 + 0.5) / 18_446_744_073_709_551_616.0
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (core::f64::consts::TAU * self.uniform()).cos()
    }

    /// Failures among rollouts, one by one where they are rare: the gaps between failures are geometric.
    fn binomial(&mut self, n: u64, p: f64) -> u64 {
        let (mut at, mut count) = (0.0, 0);
        loop {
            at += (self.uniform().ln() / (-p).ln_1p()).floor() + 1.0;
            if at > n as f64 {
                return count;
            }
            count += 1;
        }
    }
}

impl Shape {
    /// Nines of the line after so many hours.
    pub fn nines_at(&self, hours: f64) -> f64 {
        self.first + (hours - 100.0) / self.cost_h
    }

    /// A history by its number.
    pub fn history(&self, number: u64) -> Vec<Version> {
        let mut words = Words(number.wrapping_mul(0xd134_2543_de82_ef95) ^ u64::from(self.versions));
        let version = |k: u32, words: &mut Words| {
            let effort = 100.0 * f64::from(k);
            let nines = (self.nines_at(effort) + self.scatter * words.normal()).max(0.02);
            // The other scenarios are better by up to one nine; which of them looks worst is a matter of chance where they are near.
            let all = (0..self.scenarios).map(|s| {
                let nines = if s == 0 { nines } else { nines + words.uniform() };
                words.binomial(self.rollouts, 10f64.powf(-nines))
            });
            Version { effort, counts: Counts::new(self.rollouts, all.max().unwrap_or(0)).unwrap() }
        };
        (1..=self.versions).map(|k| version(k, &mut words)).collect()
    }

    /// Fits so many histories.
    pub fn try_out(&self, histories: u64, confidence: Confidence) -> Tried {
        let mut tried = Tried::default();
        let last = 100.0 * f64::from(self.versions);
        let next = self.nines_at(last).floor() + 1.0;
        let due = (next - self.nines_at(last)) * self.cost_h;
        for number in 0..histories {
            let Ok(trend) = Trend::fit(&self.history(number), confidence) else {
                tried.refused += 1;
                continue;
            };
            tried.fitted += 1;
            // Whether limits hold a value is one likelihood; where they end takes a hundred.
            tried.cost_held += u32::from(trend.allows_cost(self.cost_h));
            tried.due_held += u32::from(trend.allows(next, due));
            tried.bounded += u32::from(trend.slope() > 0.0 && !trend.allows_standstill());
        }
        tried
    }
}
