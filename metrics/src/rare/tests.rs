use super::adapt::{Plan, guarded};
use super::draws::Draws;
use super::fit::{Sample, Shape};
use super::gaussian::{Gaussian, Span, ln_standard};
use super::linear::Lower;
use super::meter::Meter;
use super::mixture::Mixture;
use super::moments::Moments;
use super::pool::Pool;
use super::remnant::{Left, remnant};
use super::sobol::Net;
use super::weights::{pareto_shape, student_upper};
use super::*;
use std::ops::ControlFlow;

/// `scipy.stats.t.isf(alpha, freedom)`.
#[test]
fn student_quantiles_are_those_of_scipy() {
    for (freedom, alpha, expected) in [
        (1.0, 0.025, 12.706204736174705),
        (3.5, 0.05, 2.222433493649601),
        (7.0, 0.025, 2.3646242515927844),
        (99.0, 0.025, 1.9842169515864176),
        (250.3, 0.005, 2.595613717871734),
        (1000.0, 0.05, 1.6463788172854648),
    ] {
        let got = student_upper(freedom, Alpha::new(alpha).unwrap());
        assert!((got / expected - 1.0).abs() < 1e-9, "{freedom} {alpha}: {got} instead of {expected}");
    }
}

/// `arviz.stats.stats._gpdfit` (0.23) on the excesses of the same weights.
#[test]
fn the_tail_index_is_that_of_arviz() {
    let base = [-1.2, 0.4, 2.1, 0.3, -0.5, 1.8, 0.9, -0.1, 1.1, 0.6, -2.0, 0.2, 1.5, -0.8, 0.7, 2.6, -1.5, 0.05, 1.25, -0.3];
    let weights: Vec<f64> = (0..60).map(|k| libm::exp(1.3 * base[k % 20] + 0.01 * k as f64)).collect();
    let got = pareto_shape(&weights).unwrap();
    assert!((got - 0.344_194_019_053_600_03).abs() < 1e-9, "{got}");
    assert_eq!(pareto_shape(&weights[..20]), None);
}

/// `scipy.stats.multivariate_normal.logpdf`.
#[test]
fn densities_are_those_of_scipy() {
    let mut work = Vec::new();
    let factor = [1.2, 0.0, 0.0, 0.3, 0.8, 0.0, -0.4, 0.1, 0.5];
    let mut covariance = [0.0; 9];
    for i in 0..3 {
        for j in 0..3 {
            covariance[3 * i + j] = (0..3).map(|k| factor[3 * i + k] * factor[3 * j + k]).sum();
        }
    }
    let full = Gaussian::new(vec![0.5, -1.0, 2.0], Span::All, Lower::cholesky(3, &covariance).unwrap(), 1.0);
    assert!((full.ln_density(&[0.1, 0.2, 1.4], &mut work) + 5.003749202311603).abs() < 1e-12);
    let along = vec![0.6, 0.0, 0.8];
    let few = Gaussian::new(vec![3.0, 0.0, 4.0], Span::Few(vec![along]), Lower::cholesky(1, &[0.25]).unwrap(), 1.5);
    assert!((few.ln_density(&[2.0, 1.0, 5.0], &mut work) + 3.6123764130481786).abs() < 1e-12);
    assert!((Gaussian::round(3, 2.0).ln_density(&[2.0, 1.0, 5.0], &mut work) + 8.586257141293853).abs() < 1e-12);
}

/// The mean of the weights of points from a density is 1, whatever the density: drawing and density belong together.
#[test]
fn weights_of_drawn_points_have_mean_one() {
    let along = vec![0.6, 0.8, 0.0, 0.0];
    let few = Gaussian::new(vec![0.6, 0.8, 0.0, 0.0], Span::Few(vec![along]), Lower::cholesky(1, &[0.8]).unwrap(), 1.1);
    let mixture = Mixture::new(vec![(0.5, few.widened(1.3)), (0.2, few), (0.3, Gaussian::round(4, 1.5))]);
    let n = 100_000;
    let mut work = Vec::new();
    let points = mixture.draw(n, Draws::new(5, 1));
    let weights: Vec<f64> = points.rows().map(|x| libm::exp(ln_standard(x) - mixture.ln_density(x, &mut work))).collect();
    let mean = weights.iter().sum::<f64>() / n as f64;
    let square = weights.iter().map(|w| (w - mean) * (w - mean)).sum::<f64>() / n as f64;
    assert!((mean - 1.0).abs() < 5.0 * (square / n as f64).sqrt(), "{mean}");
    // And the mean of weight times x1 x2 is 0, that of weight times x1² is 1.
    let moment = |i: usize, j: usize| points.rows().zip(&weights).map(|(x, w)| w * x[i] * x[j]).sum::<f64>() / n as f64;
    assert!(moment(0, 1).abs() < 0.02 && (moment(0, 0) - 1.0).abs() < 0.03, "{} {}", moment(0, 1), moment(0, 0));
}

/// The first 2^m points lie one each in every cell of 2^a by 2^(m - a), in the first two dimensions: a (0, m, 2)-net, which
/// scrambling keeps (Owen 1997).
#[test]
fn scrambled_points_are_a_net() {
    for seed in 0..5 {
        let points = Net::new(7).unwrap().normals(64, 1.0, Draws::new(seed, 3));
        for a in 0..=6u32 {
            let mut cells = vec![0; 64];
            for x in points.rows() {
                let cell = |z: f64, bits: u32| {
                    ((nines_numerics::math::normal_cdf(z) * f64::from(1 << bits)) as usize).min((1 << bits) - 1)
                };
                cells[cell(x[0], a) << (6 - a) | cell(x[1], 6 - a)] += 1;
            }
            assert!(cells.iter().all(|n| *n == 1), "{a}: {cells:?}");
        }
    }
    assert!(Net::new(1001).is_none());
}

/// A half-space with failure probability Q(beta).
struct Plane {
    dim: usize,
    beta: f64,
    asked: u64,
    spoiled: bool,
}

impl LimitState for Plane {
    fn dim(&self) -> usize {
        self.dim
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        self.asked += points.len() as u64;
        for (x, g) in points.rows().zip(out) {
            *g = self.beta - x.iter().sum::<f64>() / (self.dim as f64).sqrt();
            if self.spoiled && x[0] > 2.0 {
                *g = f64::NAN;
            }
        }
    }
}

const ALL: [&dyn Estimator; 6] = [&Plain, &Qmc, &Neyman, &CrossEntropy, &Subset, &Auto];

fn request(budget: u64, seed: u64) -> Request {
    Request { budget, target: 0.1, confidence: Confidence::new(0.95).unwrap(), seed }
}

#[test]
fn no_estimator_spends_more_than_its_budget_and_each_evaluation_counts() {
    for estimator in ALL {
        for (dim, beta) in [(1, 1.0), (2, 4.0), (12, 3.0), (40, 4.0)] {
            for budget in [0, 1, 99, 700, 2_000, 5_000, 20_000] {
                let mut plane = Plane { dim, beta, asked: 0, spoiled: false };
                let answer = estimator.estimate(&mut plane, &request(budget, 1), &mut |_| ControlFlow::Continue(()));
                let what = format!("{} in {dim} dimensions with {budget}", estimator.name());
                assert_eq!(answer.evaluations, plane.asked, "{what}");
                assert!(answer.evaluations <= budget, "{what}: {}", answer.evaluations);
                let e = &answer.estimate;
                assert!(
                    e.lower() <= e.one_sided_lower() && e.one_sided_upper() <= e.upper() && e.upper() <= 1.0,
                    "{what}: {e:?}"
                );
                assert!(e.kind() != Kind::Estimated || !e.can_demonstrate(), "{what}");
                assert!(e.kind() != Kind::Estimated || e.estimate().is_none() || e.reach().is_some(), "{what}: {e:?}");
            }
        }
    }
}

#[test]
fn equal_seeds_give_equal_bits_and_other_seeds_others() {
    for estimator in ALL {
        let run = |seed| {
            let mut plane = Plane { dim: 3, beta: 2.5, asked: 0, spoiled: false };
            estimator.estimate(&mut plane, &request(30_000, seed), &mut |_| ControlFlow::Continue(()))
        };
        assert_eq!(run(7), run(7), "{}", estimator.name());
        assert_ne!(run(7).estimate.estimate(), run(8).estimate.estimate(), "{}", estimator.name());
    }
}

#[test]
fn a_margin_that_is_no_number_is_a_failure_and_takes_the_trust() {
    for estimator in ALL {
        let mut plane = Plane { dim: 2, beta: 2.0, asked: 0, spoiled: true };
        let answer = estimator.estimate(&mut plane, &request(40_000, 3), &mut |_| ControlFlow::Continue(()));
        assert!(!answer.estimate.diagnostics().ok, "{}: {answer:?}", estimator.name());
    }
}

#[test]
fn a_rare_plane_is_found_with_little() {
    // scipy.stats.norm.sf(4.75)
    let reference = 1.017_083_242_568_74e-6;
    for (estimator, budget) in [(&CrossEntropy as &dyn Estimator, 5_000), (&Subset, 60_000), (&Auto, 5_000)] {
        let mut plane = Plane { dim: 10, beta: 4.75, asked: 0, spoiled: false };
        let answer = estimator.estimate(&mut plane, &request(budget, 12), &mut |_| ControlFlow::Continue(()));
        let e = &answer.estimate;
        assert!(e.diagnostics().ok && e.lower() < reference && reference < e.upper(), "{}: {answer:?}", estimator.name());
        assert!(e.upper() / e.lower() < 4.0, "{}: {e:?}", estimator.name());
        assert_eq!((e.kind(), e.demonstrated()), (Kind::Estimated, crate::Nines::NONE));
        // The reach is far above what was estimated, and the upper limit with it says so.
        assert!(e.upper_with_reach().unwrap() > 1e-4, "{e:?}");
    }
}

#[test]
fn a_straight_margin_in_a_hundred_inputs_is_found_with_1500() {
    let mut plane = Plane { dim: 100, beta: 4.75, asked: 0, spoiled: false };
    let answer = Auto.estimate(&mut plane, &request(1_500, 1), &mut |_| ControlFlow::Continue(()));
    let e = &answer.estimate;
    assert!(answer.method == "ce" && e.diagnostics().ok && e.lower() < 1.02e-6 && 1.02e-6 < e.upper(), "{answer:?}");
}

#[test]
fn a_limit_state_that_never_fails_is_bounded_and_never_zero() {
    let mut plane = Plane { dim: 2, beta: 1e9, asked: 0, spoiled: false };
    let answer = Auto.estimate(&mut plane, &request(50_000, 1), &mut |_| ControlFlow::Continue(()));
    let e = &answer.estimate;
    assert_eq!((answer.method, e.kind(), e.lower()), ("mc", Kind::Sampled, 0.0));
    assert!(e.one_sided_upper() > 1e-5 && e.one_sided_upper() < 1e-2, "{e:?}");
}

#[test]
fn what_is_stopped_stops_and_says_so() {
    for estimator in ALL {
        let mut plane = Plane { dim: 2, beta: 4.0, asked: 0, spoiled: false };
        let mut batches = 0;
        let answer = estimator.estimate(&mut plane, &request(1_000_000, 1), &mut |_| {
            batches += 1;
            if batches == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(batches <= 6 && !answer.estimate.diagnostics().ok, "{}: {batches} {answer:?}", estimator.name());
    }
}

/// As a caller stops it whose function failed: no margin leads anywhere any more.
#[test]
fn what_is_stopped_on_the_way_to_a_level_ends_too() {
    for last in 1..40 {
        let mut batches = 0;
        let mut gone = Gone { inner: Plane { dim: 10, beta: 4.5, asked: 0, spoiled: false }, left: last };
        let answer = Subset.estimate(&mut gone, &request(200_000, 0), &mut |_| {
            batches += 1;
            if batches == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(!answer.estimate.diagnostics().ok && batches <= last + 2, "{last}: {batches} {answer:?}");
    }
}

/// A plane that is gone after some batches.
struct Gone {
    inner: Plane,
    left: usize,
}

impl LimitState for Gone {
    fn dim(&self) -> usize {
        self.inner.dim
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        self.left = self.left.saturating_sub(1);
        self.inner.margins(points, out);
        // Capped, so that few points of a level are below the limit of the next.
        let gone = self.left == 0;
        out.iter_mut().for_each(|g| *g = if gone { f64::INFINITY } else { g.min(2.0) });
    }
}

/// Fails where one coordinate and thirty hidden ones, which no point shows, add up to `beta` standard deviations.
struct Hidden {
    beta: f64,
    noise: Vec<[f64; 30]>,
}

impl LimitState for Hidden {
    fn dim(&self) -> usize {
        1
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        for (k, to) in out.iter_mut().enumerate() {
            let mut z = [0.0; 30];
            Draws::new(99, 7).normals(self.noise.len() as u64, &mut z);
            if let Some(parent) = points.parent(k) {
                let from = self.noise[parent.evaluation as usize];
                let fresh = (1.0 - parent.rho * parent.rho).sqrt();
                z.iter_mut().zip(from).for_each(|(z, from)| *z = parent.rho * from + fresh * *z);
            }
            *to = self.beta - (points.row(k)[0] + z.iter().sum::<f64>()) / libm::sqrt(31.0);
            self.noise.push(z);
        }
    }
}

/// Failures that are a matter of noise, one in a million, are found along it: Φ(-4.75) again.
#[test]
fn subset_simulation_moves_hidden_noise() {
    let reference = 1.017_083_242_568_74e-6;
    let mut hidden = Hidden { beta: 4.75, noise: Vec::new() };
    let answer = Subset.estimate(&mut hidden, &request(80_000, 4), &mut |_| ControlFlow::Continue(()));
    let e = &answer.estimate;
    assert!(e.diagnostics().ok && e.lower() < reference && reference < e.upper(), "{answer:?}");
    assert!(e.upper() / e.lower() < 3.0, "{e:?}");
}

/// Fails at both ends of one input of six, and never in the first of three choices: 0.4 * 2 Φ(-3.5), `0.8 * scipy.stats.norm.sf(3.5)`.
struct Chosen;

impl LimitState for Chosen {
    fn dim(&self) -> usize {
        6
    }

    fn choices(&self) -> Vec<f64> {
        vec![0.6, 0.9, 1.0]
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        for (x, to) in points.rows().zip(out) {
            *to = if x[0] < 0.253_347_103_135_799_8 { 1.0 } else { 3.5 - x[3].abs() };
        }
    }
}

#[test]
fn strata_of_choices_and_of_an_input_save_points() {
    let reference = 1.861_032_6e-4;
    let answer = Neyman.estimate(&mut Chosen, &request(60_000, 2), &mut |_| ControlFlow::Continue(()));
    let e = &answer.estimate;
    assert!(e.diagnostics().ok && e.lower() < reference && reference < e.upper(), "{answer:?}");
    assert_eq!((e.kind(), e.demonstrated()), (Kind::Estimated, crate::Nines::NONE));
    // As many plain points as it took would have an error of 30%.
    assert!(answer.detail.error < 0.15 && answer.evaluations <= 60_000, "{answer:?}");
    let all = answer.detail.weights.iter().sum::<f64>() / answer.detail.weights.len() as f64;
    assert!((all - 1.0).abs() < 1e-12 && answer.detail.weights.len() as u64 == answer.detail.sample, "{all}");
    assert!(answer.detail.plain_equivalent < answer.evaluations as f64, "the reach is that of the stratum looked at least");
}

/// I - 0.9 v v' + 3 w w' has the moments 0.1 along v and 4 along w, and 1 elsewhere.
#[test]
fn directions_that_strike_are_found_and_no_others() {
    let d = 12;
    let v: Vec<f64> = (0..d).map(|i| if i < 4 { 0.5 } else { 0.0 }).collect();
    let w: Vec<f64> = (0..d).map(|i| if i >= 8 { [0.5, -0.5][i % 2] } else { 0.0 }).collect();
    let entry = |i: usize, j: usize| f64::from(u8::from(i == j)) - 0.9 * v[i] * v[j] + 3.0 * w[i] * w[j];
    let values = (0..d * d).map(|k| entry(k / d, k % d)).collect();
    let first: Vec<f64> = (0..d).map(|i| f64::from(u8::from(i == 5))).collect();
    let rows = Moments::new(d, values).striking(vec![first.clone()], 0.5, 1.5);
    let along = |row: &[f64], to: &[f64]| row.iter().zip(to).map(|(a, b)| a * b).sum::<f64>().abs();
    assert_eq!((rows.len(), &rows[0]), (3, &first));
    assert!(along(&rows[1], &v) > 0.999 && along(&rows[2], &w) > 0.999, "{rows:?}");
    let round = (0..d * d).map(|k| f64::from(u8::from(k / d == k % d))).collect();
    assert_eq!(Moments::new(d, round).striking(vec![first], 0.5, 1.5).len(), 1);
}

/// Two planes of 20 inputs.
struct TwoPlanes;

impl LimitState for TwoPlanes {
    fn dim(&self) -> usize {
        20
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        for (x, g) in points.rows().zip(out) {
            *g = (4.0 - x[0]).min(4.2 - x[7]);
        }
    }
}

/// scipy.stats.norm.sf(4) and sf(4.2): 3.167e-5 and 1.335e-5.
#[test]
fn a_region_that_nobody_met_is_looked_for_and_found() {
    let (mut state, dim) = (TwoPlanes, 20);
    let tell: &mut Tell<'_> = &mut |_| ControlFlow::Continue(());
    let mut meter = Meter::new(&mut state, 50_000, tell);
    let mut pool = Pool::new(dim);
    let along: Vec<f64> = (0..dim).map(|i| f64::from(u8::from(i == 0))).collect();
    let factor = Lower::cholesky(1, &[0.1]).unwrap();
    let first = Gaussian::new(along.iter().map(|x| 4.3 * x).collect(), Span::Few(vec![along]), factor, 1.0);
    let proposal = guarded(vec![(1.0, first)], dim, false);
    let points = proposal.draw(1_500, Draws::new(1, 1));
    let margins = meter.margins(&points);
    pool.add(proposal, points, margins);
    assert!((pool.probability() / 3.17e-5 - 1.0).abs() < 0.1, "{}", pool.probability());
    let plan = Plan { round: 400, jump: 150, patience: 8, rounds: 20, shape: Shape::Shift, most: 12 };
    let mut look = |purpose: u64| {
        let hard: Vec<f64> = pool.weights().iter().zip(pool.margins()).map(|(w, g)| if *g <= 0.0 { *w } else { 0.0 }).collect();
        let parts = Sample::new(pool.points(), pool.margins(), &hard).unwrap().fit(plan.shape, 12, Draws::new(1, purpose));
        let left = remnant(&mut meter, &mut pool, plan, parts, |k| Draws::new(purpose, k));
        (left, pool.probability())
    };
    let (left, probability) = look(2);
    assert!(left == Left::Region && (probability / 4.50e-5 - 1.0).abs() < 0.15, "{left:?} {probability}");
    assert_eq!(look(3).0, Left::Nothing);
    // What is closed is asked no more, and what was closed is open again.
    meter.close(vec![(vec![1.0; dim], 0.0)]);
    let before = meter.spent();
    let mut points = Points::new(dim);
    points.push(&[1.0; 20]);
    points.push(&[-1.0; 20]);
    assert_eq!((meter.margins(&points), meter.spent()), (vec![f64::INFINITY, 5.0], before + 1));
    meter.close(Vec::new());
    assert_eq!(meter.margins(&points), vec![3.0, 5.0]);
}

/// Fails where an input and the greatest of forty hidden ones, which no point shows, are large together.
struct Gusts {
    /// The part of the input.
    slope: f64,
    limit: f64,
    noise: Vec<[f64; 40]>,
}

impl LimitState for Gusts {
    fn dim(&self) -> usize {
        3
    }

    fn is_noisy(&self) -> bool {
        true
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        for (k, to) in out.iter_mut().enumerate() {
            let mut z = [0.0; 40];
            Draws::new(98, 7).normals(self.noise.len() as u64, &mut z);
            if let Some(parent) = points.parent(k) {
                let from = self.noise[parent.evaluation as usize];
                let fresh = (1.0 - parent.rho * parent.rho).sqrt();
                z.iter_mut().zip(from).for_each(|(z, from)| *z = parent.rho * from + fresh * *z);
            }
            let gust = z.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
            *to = self.limit - gust - self.slope * points.row(k)[0];
            self.noise.push(z);
        }
    }
}

/// Where noise makes the failures `auto` climbs along it at once; where an input does it follows that; what comes back of small margins
/// tells which. References by quadrature:
/// `scipy.integrate.quad(lambda x: norm.pdf(x) * -numpy.expm1(40 * norm.logcdf(limit - slope * x)), -8, 12, limit=500, epsabs=0, epsrel=1e-11)`.
#[test]
fn auto_tells_failures_of_noise_from_those_of_inputs() {
    for (slope, limit, method, reference) in [(0.1, 5.5, "subset", NOISE_MAKES_THEM), (3.0, 15.5, "ce", INPUT_MAKES_THEM)] {
        let mut gusts = Gusts { slope, limit, noise: Vec::new() };
        let answer = Auto.estimate(&mut gusts, &request(100_000, 3), &mut |_| ControlFlow::Continue(()));
        let (e, inherited) = (&answer.estimate, answer.detail.heritability.unwrap());
        assert_eq!(answer.method, method, "{answer:?}");
        assert_eq!(inherited < 0.25, method == "subset", "{inherited}");
        assert!(e.diagnostics().ok && e.lower() < reference && reference < e.upper(), "{reference}: {e:?}");
    }
}

/// Limits said to hold in 95% hold under hidden noise too: of 100 searches at least as many as 93% would let all but once in a thousand
/// times (`scipy.stats.binom.ppf(0.001, 100, 0.93)` is 84). Before half of the points were drawn nearer it was 87% of those unmarked.
#[test]
fn limits_hold_where_noise_has_a_part() {
    let (mut held, mut marked) = (0, 0);
    for seed in 0..100 {
        let mut gusts = Gusts { slope: 3.0, limit: 15.5, noise: Vec::new() };
        let answer = Auto.estimate(&mut gusts, &request(100_000, seed), &mut |_| ControlFlow::Continue(()));
        let e = &answer.estimate;
        marked += usize::from(!e.diagnostics().ok);
        held += usize::from(!e.diagnostics().ok || e.lower() < INPUT_MAKES_THEM && INPUT_MAKES_THEM < e.upper());
    }
    assert!(held >= 84 && marked <= 10, "{held} held or were marked, {marked} marked");
}

const NOISE_MAKES_THEM: f64 = 8.864_369_084e-7;
const INPUT_MAKES_THEM: f64 = 5.849394107e-06;

/// Regions that independent runs of subset simulation come to are those there are: one plane, and both ends of two inputs.
#[test]
fn subset_simulation_counts_the_regions() {
    let answer = Subset.estimate(&mut Plane { dim: 5, beta: 4.0, asked: 0, spoiled: false }, &request(80_000, 1), &mut |_| {
        ControlFlow::Continue(())
    });
    assert_eq!(answer.detail.components, Some(1));
    let answer = Subset.estimate(&mut Ends, &request(80_000, 1), &mut |_| ControlFlow::Continue(()));
    assert_eq!(answer.detail.components, Some(4));
}

/// Fails where either of two inputs is beyond four deviations.
struct Ends;

impl LimitState for Ends {
    fn dim(&self) -> usize {
        6
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        points.rows().zip(out).for_each(|(x, g)| *g = 4.0 - x[0].abs().max(x[1].abs()));
    }
}
