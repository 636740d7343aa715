//! Stratified sampling with Neyman's allocation: more points where failures are uncertain, at known shares, so that no weight is guessed.

use super::draws::Draws;
use super::meter::{LimitState, Meter, Tell};
use super::points::Points;
use super::{Answer, Detail, Estimator, Request, estimated, log_t, nothing};
use crate::Interval;
use nines_numerics::math::normal_quantile;

/// Stratified sampling.
///
/// A pilot of plain points says along which input margins differ most. The strata are the intervals of that input between quantiles that
/// close in on both ends, within each choice that the limit state makes by its first input ([`LimitState::choices`]). A few points of each stratum then fix the
/// allocation: `n_h` in proportion to `W_h √(p_h (1 - p_h))` (Neyman 1934), with half a failure added and a tenth of all spread evenly, so that a stratum without a failure so far is not left
/// out. Pilot and learning points do not enter the estimate, `Σ W_h k_h / n_h` over fresh points.
///
/// It saves what the strata explain and no more, but assumes no margin that leads anywhere. With `(Σ w)² / Σ w²` the effective number of failures, each of weight
/// `W_h / n_h`, the interval is Student's t on the log with one degree of freedom less.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neyman;

/// Quantiles between the intervals of the input that tells most.
const EDGES: [f64; 8] = [1e-4, 1e-3, 0.01, 0.1, 0.9, 0.99, 0.999, 0.9999];
/// Most strata; where choices are many, fewer edges are used.
const MOST_STRATA: usize = 64;
/// Plain points that choose the input, as far as a tenth of the budget goes.
const PILOT: usize = 1_000;
/// Points of each stratum that fix the allocation, as far as a fifth of the budget goes.
const LEARN: usize = 200;
const LEAST_LEARN: usize = 10;
/// Share of the estimate's points that is spread evenly.
const EVEN: f64 = 0.1;
/// With fewer effective failures the interval is not trusted.
const LEAST_EFFECTIVE: f64 = 20.0;
const BATCH: usize = 4096;

/// A stratum: what its first input and the input that tells most lie between, as quantiles.
#[derive(Clone, Debug, PartialEq)]
struct Stratum {
    choice: (f64, f64),
    input: usize,
    interval: (f64, f64),
}

impl Stratum {
    /// Its share of the plain points.
    fn share(&self) -> f64 {
        let of = |(from, to): (f64, f64)| to - from;
        if self.input == 0 { of(self.interval) } else { of(self.choice) * of(self.interval) }
    }

    /// Moves plain points into the stratum.
    fn confine(&self, points: &mut Points, draws: Draws, first: u64) {
        let within = |(from, to): (f64, f64), u: f64| {
            normal_quantile((from + (to - from) * u).clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0))
        };
        for k in 0..points.len() {
            let u = draws.uniform(2 * (first + k as u64));
            points.row_mut(k)[self.input] = within(self.interval, u);
            if self.input != 0 && self.choice != (0.0, 1.0) {
                let u = draws.uniform(2 * (first + k as u64) + 1);
                points.row_mut(k)[0] = within(self.choice, u);
            }
        }
    }
}

impl Estimator for Neyman {
    fn name(&self) -> &'static str {
        "neyman"
    }

    fn estimate(&self, state: &mut dyn LimitState, request: &Request, tell: &mut Tell<'_>) -> Answer {
        let choices = state.choices();
        let mut meter = Meter::new(state, request.budget, tell);
        match stratified(&mut meter, request, &choices) {
            Ok(answer) => answer,
            Err(reason) => meter.answer(nothing(Interval::StratifiedT, request, reason), "neyman", Detail::default()),
        }
    }
}

fn stratified(meter: &mut Meter<'_>, request: &Request, choices: &[f64]) -> Result<Answer, &'static str> {
    let dim = meter.dim();
    let pilot = PILOT.min(meter.left() / 10);
    meter.stage("pilot");
    let points = Draws::new(request.seed, 200_000).points(dim, 0, pilot);
    let margins = meter.margins(&points);
    let strata = strata(choices, most_telling(&points, &margins, choices.len() > 1));
    let learn = LEARN.min(meter.left() / 5 / strata.len());
    if learn < LEAST_LEARN {
        return Err("budget-too-small");
    }
    meter.stage("allocation");
    let mut learned = Vec::new();
    for (h, stratum) in strata.iter().enumerate() {
        learned.push(failures(meter, stratum, learn, Draws::new(request.seed, 201_000 + h as u64)));
    }
    let spread: Vec<f64> = strata
        .iter()
        .zip(&learned)
        .map(|(stratum, k)| {
            let p = (*k as f64 + 0.5) / (learn as f64 + 1.0);
            stratum.share() * (p * (1.0 - p)).sqrt()
        })
        .collect();
    let total: f64 = spread.iter().sum();
    // What is left, or what the demanded error takes at the allocation that it will have: an even tenth helps no variance.
    let p: f64 = strata.iter().zip(&learned).map(|(s, k)| s.share() * *k as f64 / learn as f64).sum();
    let enough = if p > 0.0 { total * total / ((1.0 - EVEN) * p * p * request.target * request.target) } else { f64::INFINITY };
    let n = (enough.min(1e12) as usize).max(learn * strata.len()).min(meter.left());
    let sizes: Vec<usize> =
        spread.iter().map(|s| (n as f64 * ((1.0 - EVEN) * s / total + EVEN / strata.len() as f64)) as usize).collect();
    if sizes.contains(&0) {
        return Err("budget-too-small");
    }
    meter.stage("estimate");
    let mut failed = Vec::new();
    for (h, (stratum, size)) in strata.iter().zip(&sizes).enumerate() {
        failed.push(failures(meter, stratum, *size, Draws::new(request.seed, 202_000 + h as u64)));
        if meter.stopped() {
            return Err("stopped");
        }
    }
    Ok(answer(meter, request, &strata, &sizes, &failed, (pilot, learn)))
}

/// The answer of the final sample.
fn answer(
    meter: &Meter<'_>,
    request: &Request,
    strata: &[Stratum],
    sizes: &[usize],
    failed: &[u64],
    (pilot, learn): (usize, usize),
) -> Answer {
    let parts = || strata.iter().zip(sizes).zip(failed).map(|((s, n), k)| (s.share(), *n as f64, *k as f64));
    let probability: f64 = parts().map(|(w, n, k)| w * k / n).sum();
    let variance: f64 = parts().map(|(w, n, k)| w * w * k * (1.0 - k / n) / (n * n)).sum();
    let squares: f64 = parts().map(|(w, n, k)| w * w * k / (n * n)).sum();
    let (effective, error) = if probability > 0.0 {
        (probability * probability / squares, variance.sqrt() / probability)
    } else {
        (0.0, f64::INFINITY)
    };
    // A region in the stratum that was looked at least is missed as by so many plain points.
    let plain_equivalent = parts().map(|(w, n, _)| (n + learn as f64) / w).fold(f64::INFINITY, f64::min) + pilot as f64;
    let interval = Interval::StratifiedT;
    let mut estimate = match probability > 0.0 {
        true => estimated(probability, |alpha| log_t(effective - 1.0, error, alpha), interval, request, plain_equivalent),
        false => nothing(interval, request, "no-failure-seen"),
    };
    if probability > 0.0 && effective < LEAST_EFFECTIVE {
        estimate = estimate.distrusted("few-effective-points");
    }
    // The final sample stratum by stratum: a point stands for share over allotted share of the points.
    let all = sizes.iter().sum::<usize>() as f64;
    let weights = parts().flat_map(|(w, n, _)| std::iter::repeat_n(w * all / n, n as usize)).collect();
    let (sample, failures) = (sizes.iter().sum::<usize>() as u64, failed.iter().sum());
    let detail = Detail {
        error,
        freedom: effective - 1.0,
        sample,
        failures,
        effective: Some(effective),
        weights,
        plain_equivalent,
        ..Detail::default()
    };
    meter.answer(estimate, "neyman", detail)
}

/// Failures among so many points of a stratum.
fn failures(meter: &mut Meter<'_>, stratum: &Stratum, n: usize, draws: Draws) -> u64 {
    let (mut sampled, mut failed) = (0, 0);
    while sampled < n && !meter.stopped() {
        let m = BATCH.min(n - sampled).min(meter.left());
        if m == 0 {
            break;
        }
        let mut points = draws.points(meter.dim(), sampled as u64, m);
        stratum.confine(&mut points, draws, sampled as u64);
        failed += meter.margins(&points).iter().filter(|g| **g <= 0.0).count() as u64;
        sampled += m;
    }
    failed
}

/// The input along which margins differ most: the largest share of their ranks' variance that lies between tenths of the input
/// (Pearson's correlation ratio). Input 0 is none where it makes a choice, for that stratifies anyway.
fn most_telling(points: &Points, margins: &[f64], chooses: bool) -> usize {
    const TENTHS: usize = 10;
    let mut order: Vec<usize> = (0..margins.len()).collect();
    order.sort_by(|a, b| margins[*a].total_cmp(&margins[*b]).then(a.cmp(b)));
    let mut rank = vec![0.0; margins.len()];
    order.iter().enumerate().for_each(|(r, k)| rank[*k] = r as f64 / margins.len() as f64 - 0.5);
    let between = |j: usize| {
        let mut along: Vec<usize> = (0..margins.len()).collect();
        along.sort_by(|a, b| points.row(*a)[j].total_cmp(&points.row(*b)[j]).then(a.cmp(b)));
        let size = margins.len().div_ceil(TENTHS).max(1);
        along.chunks(size).map(|part| part.iter().map(|k| rank[*k]).sum::<f64>().powi(2) / part.len() as f64).sum::<f64>()
    };
    let first = usize::from(chooses && points.dim() > 1);
    let all: Vec<(usize, f64)> = (first..points.dim()).map(|j| (j, between(j))).collect();
    all.iter().fold((first, f64::NEG_INFINITY), |best, one| if one.1 > best.1 { *one } else { best }).0
}

/// Strata of the choices, each cut along an input.
fn strata(choices: &[f64], input: usize) -> Vec<Stratum> {
    let cut = |upto: &[f64]| {
        let ends = || upto.iter().copied().filter(|end| *end < 1.0).chain([1.0]);
        let mut from = 0.0;
        ends().map(|to| (std::mem::replace(&mut from, to), to)).filter(|(from, to)| to > from).collect::<Vec<_>>()
    };
    let choices = if input == 0 { vec![(0.0, 1.0)] } else { cut(choices) };
    // The outer edges go first where there are many choices.
    let drop =
        (0..EDGES.len() / 2).find(|drop| choices.len() * (EDGES.len() + 1 - 2 * drop) <= MOST_STRATA).unwrap_or(EDGES.len() / 2);
    let intervals = cut(&EDGES[drop..EDGES.len() - drop]);
    let of = |choice: (f64, f64)| intervals.iter().map(move |interval| Stratum { choice, input, interval: *interval });
    choices.into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strata_share_out_everything() {
        for (choices, input) in
            [(vec![], 3), (vec![0.2, 0.9, 1.0], 2), (vec![0.5, 1.0], 0), ((1..=40).map(|k| f64::from(k) / 40.0).collect(), 1)]
        {
            let all = strata(&choices, input);
            assert!(all.len() <= MOST_STRATA && (all.iter().map(Stratum::share).sum::<f64>() - 1.0).abs() < 1e-12, "{choices:?}");
            for (h, stratum) in all.iter().enumerate() {
                let draws = Draws::new(3, h as u64);
                let mut points = draws.points(4, 0, 50);
                stratum.confine(&mut points, draws, 0);
                for x in points.rows() {
                    let inside = |(from, to): (f64, f64), x: f64| {
                        (from - 1e-12..=to + 1e-12).contains(&nines_numerics::math::normal_cdf(x))
                    };
                    assert!(inside(stratum.interval, x[input]) && (input == 0 || inside(stratum.choice, x[0])));
                }
            }
        }
    }

    #[test]
    fn the_input_that_tells_most_is_found_also_where_both_ends_fail() {
        let points = Draws::new(1, 1).points(6, 0, 1000);
        let margins: Vec<f64> = points.rows().map(|x| 2.0 - x[4].abs() + 0.3 * x[0]).collect();
        assert_eq!(most_telling(&points, &margins, false), 4);
        let margins: Vec<f64> = points.rows().map(|x| 3.0 - x[0] - 0.5 * x[2]).collect();
        assert_eq!((most_telling(&points, &margins, false), most_telling(&points, &margins, true)), (0, 2));
    }
}
