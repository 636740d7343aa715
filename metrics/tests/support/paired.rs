//! How often comparisons of two policies miss: exact sums over paired tables, and draws of whole comparisons.

use nines_metrics::{Alpha, Change, Comparison, Confidence, Difference, Margin, Pair, Paired, PairedHalves, Prior, compare};
use statrs::distribution::{Binomial, Discrete};

/// Probability of a single outcome below which it is left out, and counted as missed.
const NEGLECTED: f64 = 1e-12;

/// Probabilities of a point: that both fail it, and that one alone does.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// Both fail.
    pub both: f64,
    /// A alone fails.
    pub only_a: f64,
    /// B alone fails.
    pub only_b: f64,
}

/// Probabilities with which limits miss the truth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Missed {
    /// The truth is below the lower limit.
    pub by_lower: f64,
    /// The truth is above the upper limit.
    pub by_upper: f64,
}

/// The worst of each side.
pub fn worst(all: impl Iterator<Item = Missed>) -> Missed {
    all.fold(Missed::default(), |worst, missed| Missed {
        by_lower: worst.by_lower.max(missed.by_lower),
        by_upper: worst.by_upper.max(missed.by_upper),
    })
}

fn at(confidence: f64) -> Confidence {
    Confidence::new(confidence).unwrap()
}

/// Outcomes of a binomial variable that matter, with their probabilities.
fn outcomes(n: u64, p: f64) -> Vec<(u64, f64)> {
    if n == 0 || p == 0.0 {
        return vec![(0, 1.0)];
    }
    let binomial = Binomial::new(p.min(1.0), n).unwrap();
    let reach = 12.0 * (n as f64 * p * (1.0 - p).max(0.0)).sqrt() + 60.0;
    let (first, last) = ((n as f64 * p - reach).max(0.0) as u64, ((n as f64 * p + reach) as u64).min(n));
    (first..=last).map(|k| (k, binomial.pmf(k))).filter(|(_, probability)| *probability > NEGLECTED).collect()
}

/// Tables of `n` points without the points that both fail, which say nothing about a difference; what is left out is the rest.
fn tables(n: u64, truth: Truth) -> Vec<(Paired, f64)> {
    let alone = truth.only_a + truth.only_b;
    let share = if alone > 0.0 { truth.only_b / alone } else { 0.5 };
    let of =
        |(m, p): (u64, f64)| outcomes(m, share).into_iter().map(move |(b, q)| (Paired::new(0, m - b, b, n - m).unwrap(), p * q));
    outcomes(n, alone).into_iter().flat_map(of).collect()
}

fn add(missed: &mut Missed, probability: f64, truth: f64, limits: Difference) {
    missed.by_lower += if limits.lower > truth { probability } else { 0.0 };
    missed.by_upper += if limits.upper < truth { probability } else { 0.0 };
}

/// The 95% limits of a difference, each of which may miss in 2.5%.
pub fn difference(n: u64, truth: Truth) -> Missed {
    let tables = tables(n, truth);
    let left_out = 1.0 - tables.iter().map(|(_, probability)| probability).sum::<f64>();
    let mut missed = Missed { by_lower: left_out.max(0.0), by_upper: left_out.max(0.0) };
    for (table, probability) in tables {
        add(&mut missed, probability, truth.only_b - truth.only_a, table.difference(at(0.95)));
    }
    missed
}

/// The 95% limits of a difference per encounter, whose true prior is `w`. Halves of `n` points each.
pub fn encounter(n: u64, truths: [Truth; 2], w: f64, prior: Prior) -> Missed {
    let [other, hazard] = truths.map(|truth| tables(n, truth));
    let [d0, d1] = truths.map(|truth| truth.only_b - truth.only_a);
    let truth = (1.0 - w) * d0 + w * d1;
    let mut missed = Missed::default();
    let mut seen = 0.0;
    for &(other, p) in &other {
        for &(hazard, q) in hazard.iter().filter(|(_, q)| p * q > 1e-9) {
            seen += p * q;
            add(&mut missed, p * q, truth, PairedHalves { other, hazard, prior }.difference(at(0.95)));
        }
    }
    Missed { by_lower: missed.by_lower + (1.0 - seen).max(0.0), by_upper: missed.by_upper + (1.0 - seen).max(0.0) }
}

/// How often the one-sided 95% limit of the ratio lies below the truth, given that somebody fails in `somebody` points.
pub fn ratio(somebody: u64, truth: Truth) -> f64 {
    let alpha = Alpha::new(0.05).unwrap();
    let all = truth.both + truth.only_a + truth.only_b;
    let ratio = (truth.both + truth.only_b) / (truth.both + truth.only_a);
    let b_given = if truth.only_a < all { truth.only_b / (all - truth.only_a) } else { 0.0 };
    let (mut missed, mut seen) = (0.0, 0.0);
    for (a, p) in outcomes(somebody, truth.only_a / all) {
        for (b, q) in outcomes(somebody - a, b_given) {
            seen += p * q;
            let limit = Paired::new(somebody - a - b, a, b, 0).unwrap().ratio_upper(alpha);
            missed += if limit.is_some_and(|limit| limit < ratio) { p * q } else { 0.0 };
        }
    }
    missed + (1.0 - seen).max(0.0)
}

/// What comparisons of a set of scenarios say, as shares of all that were drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said {
    /// "Worse" of a scenario in which B is not, given the hazard or otherwise.
    pub false_worse: f64,
    /// "Better" of a scenario in which B is not.
    pub false_better: f64,
    /// "Worse" of any scenario: exit code 1.
    pub worse: f64,
    /// "At most R times worse" of all scenarios.
    pub within_margin: f64,
}

/// Draws comparisons of scenarios with `n` points in each half; `truths` are of the half without and of the half with the hazard.
pub fn decisions(n: u64, truths: &[[Truth; 2]], margin: f64, draws: u64) -> Said {
    let mut random = Random(1);
    let sides: Vec<[Side; 2]> = truths.iter().map(|both| both.map(|truth| Side::new(n, truth))).collect();
    let mut said = Said::default();
    let each = 1.0 / draws as f64;
    for _ in 0..draws {
        let pairs: Vec<Pair> = sides
            .iter()
            .map(|[other, hazard]| Pair { other: other.draw(&mut random), hazard: hazard.draw(&mut random), trusted: true })
            .collect();
        let got: Comparison = compare(&pairs, at(0.95), Some(Margin::new(margin).unwrap()));
        let changes: Vec<(Change, &Side)> = got
            .scenarios
            .iter()
            .zip(&sides)
            .flat_map(|(s, [other, hazard])| [s.other.map(|o| (o.change, other)), Some((s.hazard.change, hazard))])
            .flatten()
            .collect();
        let wrong = |change: Change, sign: f64| changes.iter().any(|(c, side)| *c == change && sign * side.difference <= 0.0);
        said.false_worse += if wrong(Change::Worse, 1.0) { each } else { 0.0 };
        said.false_better += if wrong(Change::Better, -1.0) { each } else { 0.0 };
        said.worse += if got.change == Change::Worse { each } else { 0.0 };
        said.within_margin += if got.within_margin == Some(true) { each } else { 0.0 };
    }
    said
}

/// Cumulative probabilities from which tables are drawn.
struct Side {
    n: u64,
    difference: f64,
    somebody: Vec<(u64, f64)>,
    only_a: f64,
    b_given: f64,
}

impl Side {
    fn new(n: u64, truth: Truth) -> Self {
        let all = truth.both + truth.only_a + truth.only_b;
        let mut reached = 0.0;
        let somebody = outcomes(n, all).into_iter().map(|(k, p)| {
            reached += p;
            (k, reached)
        });
        let share = |part: f64, of: f64| if of > 0.0 { part / of } else { 0.0 };
        Self {
            n,
            difference: truth.only_b - truth.only_a,
            somebody: somebody.collect(),
            only_a: share(truth.only_a, all),
            b_given: share(truth.only_b, all - truth.only_a),
        }
    }

    fn draw(&self, random: &mut Random) -> Paired {
        let u = random.uniform();
        let at = self.somebody.partition_point(|(_, reached)| *reached < u).min(self.somebody.len() - 1);
        let somebody = self.somebody[at].0;
        let (mut a, mut b) = (0, 0);
        for _ in 0..somebody {
            if random.uniform() < self.only_a {
                a += 1;
            } else if random.uniform() < self.b_given {
                b += 1;
            }
        }
        Paired::new(somebody - a - b, a, b, self.n - somebody).unwrap()
    }
}

/// SplitMix64: draws that are the same everywhere.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }
}
