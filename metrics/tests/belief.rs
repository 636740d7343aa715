//! Scores of stated probabilities: against scikit-learn, against closed forms, and how often their limits hold.

// A study compares; it computes no result that must have the same bits everywhere.
#![allow(clippy::disallowed_methods)]
use nines_metrics::belief::{CLIP, Draw, Score, Stated, log_loss, score};
use nines_metrics::{Confidence, Error};
use nines_numerics::philox::split_mix;

fn confidence() -> Confidence {
    Confidence::new(0.95).unwrap()
}

fn uniform(k: u64) -> f64 {
    (split_mix(k) >> 11) as f64 / (1u64 << 53) as f64
}

/// Statements that Python makes alike: `k = np.arange(1, 501); b = k * 0.6180339887498949 % 1; y = k * 1.4142135623730951 % 1 < b ** 1.5`.
fn statements() -> Vec<Stated> {
    let one = |k: u32| {
        let belief = (f64::from(k) * 0.618_033_988_749_894_9) % 1.0;
        let truth = (f64::from(k) * std::f64::consts::SQRT_2) % 1.0 < belief.powf(1.5);
        Stated { belief, truth, base_rate: 0.3 }
    };
    (1..=500).map(one).collect()
}

/// scikit-learn 1.9.1, on the statements above: `brier_score_loss(y, b)`, `log_loss(y, b)`, both also of `np.full(500, 0.3)`, and
/// `calibration_curve(y, b, n_bins=10)`; limits of the shares by `scipy.stats.binomtest(k, 50).proportion_ci(0.95, 'exact')`, standard errors
/// by `np.std(ddof=1)`.
#[test]
fn scores_are_those_of_scikit_learn() {
    let all = statements();
    let found = score(&all, Draw::Plain, confidence()).unwrap().unwrap();
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    let z = 1.9599639845400545;
    assert_eq!((found.statements, found.truths), (500, 196));
    near(found.brier.score, 0.15873253260181672);
    near(found.log_loss.score, 0.4816201952489093);
    near(found.brier.skill, 1.0 - 0.15873253260181672 / 0.24679999999999996);
    near(found.log_loss.skill, 1.0 - 0.4816201952489093 / 0.6888157052105162);
    near(found.brier.limits.1, 0.15873253260181672 + z * 0.00853176039669976);
    let by_truth = score(&all, Draw::ByTruth, confidence()).unwrap().unwrap();
    near(by_truth.brier.limits.0, 0.15873253260181672 - z * 0.008427036414410298);
    assert_eq!(by_truth.brier.score, found.brier.score);
    let stated = [
        0.049650136848252445,
        0.14951124929892912,
        0.2494491368986273,
        0.34965013684825136,
        0.4494107493241168,
        0.5496117492737439,
        0.6493870244983239,
        0.7495733616992329,
        0.8493486369238141,
        0.9495496368734402,
    ];
    let observed = [0.02, 0.06, 0.08, 0.18, 0.26, 0.42, 0.56, 0.62, 0.8, 0.92];
    assert_eq!(found.curve.len(), 10);
    for ((bin, stated), observed) in found.curve.iter().zip(stated).zip(observed) {
        near(bin.stated, stated);
        near(bin.observed, observed);
        assert_eq!(bin.statements, 50);
    }
    let limits = |k: usize| found.curve[k].limits;
    for ((got, _), (low, high)) in [(limits(0), 0), (limits(9), 9)]
        .into_iter()
        .zip([(0.0005062279831152354, 0.10646954571150097), (0.8076572164040847, 0.9777720363450964)])
    {
        assert!((got.0 - low).abs() < 1e-9 && (got.1 - high).abs() < 1e-9, "{got:?}");
    }
}

#[test]
fn the_base_rate_has_no_skill_and_certainty_is_bounded() {
    let all: Vec<Stated> = (0..100).map(|k| Stated { belief: 0.5, truth: k % 2 == 0, base_rate: 0.5 }).collect();
    let found = score(&all, Draw::ByTruth, confidence()).unwrap().unwrap();
    assert_eq!((found.brier.score, found.brier.skill, found.log_loss.skill), (0.25, 0.0, 0.0));
    assert_eq!((found.brier.limits, found.brier.skill_limits), ((0.25, 0.25), (0.0, 0.0)));
    assert!((log_loss(0.0, true) + CLIP.ln()).abs() < 1e-9 && log_loss(1.0, true) < 2e-6);
    assert_eq!(score(&[], Draw::Plain, confidence()), Ok(None));
    for belief in [-0.1, 1.1, f64::NAN] {
        assert_eq!(score(&[Stated { belief, ..all[0] }], Draw::Plain, confidence()), Err(Error::Beliefs));
    }
    for base_rate in [0.0, 1.0, f64::NAN] {
        assert_eq!(score(&[Stated { base_rate, ..all[0] }], Draw::Plain, confidence()), Err(Error::Beliefs));
    }
}

/// One policy of which everything is known: it sees one of four signs, and states what follows from it.
#[derive(Clone, Copy)]
struct Signs {
    given_hazard: [f64; 4],
    given_other: [f64; 4],
    rate: f64,
    draw: Draw,
}

impl Signs {
    fn belief(&self, k: usize) -> f64 {
        let (h, o) = (self.rate * self.given_hazard[k], (1.0 - self.rate) * self.given_other[k]);
        h / (h + o)
    }

    /// Mean of a loss.
    fn mean(&self, loss: impl Fn(f64, bool) -> f64) -> f64 {
        let part = |k: usize| {
            let b = self.belief(k);
            self.rate * self.given_hazard[k] * loss(b, true) + (1.0 - self.rate) * self.given_other[k] * loss(b, false)
        };
        (0..4).map(part).sum()
    }

    fn sample(&self, n: u64, seed: u64) -> Vec<Stated> {
        let one = |i: u64| {
            let address = split_mix(seed) ^ (3 * i);
            let truth = match self.draw {
                Draw::ByTruth => i % 2 == 1,
                Draw::Plain => uniform(address) < self.rate,
            };
            let shares = if truth { self.given_hazard } else { self.given_other };
            let (mut left, mut k) = (uniform(address.wrapping_add(1)), 0);
            while k < 3 && left >= shares[k] {
                left -= shares[k];
                k += 1;
            }
            Stated { belief: self.belief(k), truth, base_rate: self.rate }
        };
        (0..n).map(one).collect()
    }
}

/// How often limits hold where 95% is said, in 2,000 repeats of each: at least 93.5% by 1,000 statements, 92.5% by 200. The fewest by 200 of
/// which 20 are true.
#[test]
fn limits_hold_as_often_as_they_say() {
    let halves =
        Signs { given_hazard: [0.1, 0.2, 0.3, 0.4], given_other: [0.6, 0.25, 0.1, 0.05], rate: 0.5, draw: Draw::ByTruth };
    let faint = Signs { given_hazard: [0.24, 0.25, 0.25, 0.26], given_other: [0.3, 0.25, 0.25, 0.2], ..halves };
    let rare = Signs { rate: 0.1, draw: Draw::Plain, ..halves };
    for (name, signs) in [("halves", halves), ("faint", faint), ("rare", rare)] {
        let base =
            |loss: fn(f64, bool) -> f64| signs.rate * loss(signs.rate, true) + (1.0 - signs.rate) * loss(signs.rate, false);
        let squared = nines_metrics::belief::squared_error;
        let brier = (signs.mean(squared), 1.0 - signs.mean(squared) / base(squared));
        let log = (signs.mean(log_loss), 1.0 - signs.mean(log_loss) / base(log_loss));
        for (n, least) in [(200, 1850), (1000, 1870)] {
            let mut held = [0; 4];
            for seed in 0..2000 {
                let found = score(&signs.sample(n, seed), signs.draw, confidence()).unwrap().unwrap();
                let within = |(low, high): (f64, f64), truth: f64| usize::from(low <= truth && truth <= high);
                let of = |s: Score, truth: (f64, f64)| [within(s.limits, truth.0), within(s.skill_limits, truth.1)];
                let [a, b] = of(found.brier, brier);
                let [c, d] = of(found.log_loss, log);
                held.iter_mut().zip([a, b, c, d]).for_each(|(sum, one)| *sum += one);
            }
            assert!(held.iter().all(|h| *h >= least), "{name} {n}: {held:?} of 2000");
        }
    }
}

/// Whoever states what follows from what is seen is calibrated: exact limits of each bin hold its mean statement, but for 5%.
#[test]
fn the_true_posterior_lies_on_the_diagonal() {
    let signs = Signs { given_hazard: [0.1, 0.2, 0.3, 0.4], given_other: [0.6, 0.25, 0.1, 0.05], rate: 0.5, draw: Draw::ByTruth };
    let (mut bins, mut held) = (0, 0);
    for seed in 0..500 {
        for bin in score(&signs.sample(1000, seed), signs.draw, confidence()).unwrap().unwrap().curve {
            bins += 1;
            held += usize::from(bin.limits.0 <= bin.stated && bin.stated <= bin.limits.1);
        }
    }
    assert_eq!(bins, 2000);
    assert!(held >= 1900, "{held} of {bins}");
}
