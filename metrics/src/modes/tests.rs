//! Regions whose modes and shares are known.

use super::*;
use libm::{erfc, exp, sqrt};
use nines_numerics::philox::{normal_pair, split_mix};

/// Standard normal points.
struct Normals {
    seed: u64,
    next: u64,
}

impl Normals {
    fn of(seed: u64) -> Self {
        Self { seed: split_mix(seed), next: 0 }
    }

    fn word(&mut self) -> u64 {
        self.next += 1;
        split_mix(self.seed.wrapping_add(self.next))
    }

    fn uniform(&mut self) -> f64 {
        ((self.word() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    fn point(&mut self, dim: usize) -> Vec<f64> {
        (0..dim).map(|_| normal_pair(self.word() >> 32, self.word() >> 32).0).collect()
    }

    /// A standard normal number given that it is above `beta` (Robert 1995).
    fn above(&mut self, beta: f64) -> f64 {
        loop {
            let x = beta - libm::log(self.uniform()) / beta;
            if self.uniform() < exp(-0.5 * (x - beta) * (x - beta)) {
                return x;
            }
        }
    }
}

fn points_of(rows: &[Vec<f64>]) -> Points {
    let mut points = Points::new(rows[0].len());
    rows.iter().for_each(|row| points.push(row));
    points
}

/// Modes of failures of equal weight and one kind.
fn plain(rows: &[Vec<f64>]) -> Vec<Mode> {
    modes(&points_of(rows), &vec![1.0; rows.len()], &vec![0; rows.len()])
}

/// Failures among points drawn `wide` times as far, each with its likelihood ratio.
fn weighted(seed: u64, n: usize, dim: usize, wide: f64, margin: impl Fn(&[f64]) -> f64) -> (Points, Vec<f64>) {
    let mut normals = Normals::of(seed);
    let (mut points, mut weights) = (Points::new(dim), Vec::new());
    for _ in 0..n {
        let row: Vec<f64> = normals.point(dim).iter().map(|x| wide * x).collect();
        if margin(&row) <= 0.0 {
            let square: f64 = row.iter().map(|x| x * x).sum();
            weights.push(exp(-0.5 * square * (1.0 - 1.0 / (wide * wide))));
            points.push(&row);
        }
    }
    (points, weights)
}

fn tail(beta: f64) -> f64 {
    0.5 * erfc(beta / sqrt(2.0))
}

#[track_caller]
fn assert_shares(found: &[Mode], wanted: &[f64]) {
    let shares: Vec<f64> = found.iter().map(|m| m.share).collect();
    assert_eq!(found.len(), wanted.len(), "{shares:?} instead of {wanted:?}");
    for (mode, wanted) in found.iter().zip(wanted) {
        // Two-sided 95% limits, half as wide again: about 0.3% of the errors of right limits are beyond.
        let (below, above) = (mode.share - mode.lower, mode.upper - mode.share);
        let covered = mode.share - 1.5 * below..=mode.share + 1.5 * above + 1e-12;
        assert!(covered.contains(wanted), "{shares:?} instead of {wanted}: {} to {}", mode.lower, mode.upper);
    }
}

/// Failures beyond planes through `beta a` with unit normals `a`, as often as each of them fails.
fn beyond_planes(seed: u64, n: usize, planes: &[(f64, Vec<f64>)]) -> Vec<Vec<f64>> {
    let mut normals = Normals::of(seed);
    let all: f64 = planes.iter().map(|(beta, _)| tail(*beta)).sum();
    let one = |_| {
        let mut u = normals.uniform() * all;
        let chosen = planes.iter().position(|(beta, _)| {
            u -= tail(*beta);
            u <= 0.0
        });
        let (beta, a) = &planes[chosen.unwrap_or(planes.len() - 1)];
        let mut x = normals.point(a.len());
        let along: f64 = x.iter().zip(a).map(|(x, a)| x * a).sum();
        let beyond = normals.above(*beta);
        x.iter_mut().zip(a).for_each(|(x, a)| *x += (beyond - along) * a);
        x
    };
    (0..n).map(one).collect()
}

/// A unit normal with equal entries on a part of the coordinates.
fn even(dim: usize, part: core::ops::Range<usize>, sign: f64) -> Vec<f64> {
    let size = sqrt(part.len() as f64);
    (0..dim).map(|c| if part.contains(&c) { sign / size } else { 0.0 }).collect()
}

#[test]
fn a_half_space_is_one_mode() {
    for n in [1, 5, 20, 60, 200, 600, 2_000, 6_000] {
        for (dim, seeds) in [(1, 0..20), (2, 20..40), (8, 40..50), (30, 50..55)] {
            for seed in seeds {
                if n * dim > 40_000 {
                    continue;
                }
                let found = plain(&beyond_planes(seed, n, &[(2.5, even(dim, 0..dim, 1.0))]));
                assert_eq!(found.len(), 1, "n {n}, dim {dim}, seed {seed}");
                assert_eq!(found[0].members.len(), n);
            }
        }
    }
}

#[test]
fn two_opposite_planes_are_two_modes() {
    for (dim, n) in [(1, 100), (2, 60), (6, 300), (30, 1_000), (100, 1_500)] {
        let planes = [(4.0, even(dim, 0..dim, 1.0)), (4.2, even(dim, 0..dim, -1.0))];
        let found = plain(&beyond_planes(7, n, &planes));
        let first = tail(4.0) / (tail(4.0) + tail(4.2));
        assert_shares(&found, &[first, 1.0 - first]);
    }
}

/// S03 of the studies: five planes, each of six of thirty inputs.
#[test]
fn five_planes_in_thirty_inputs_are_five_modes_of_six_inputs_each() {
    let planes: Vec<(f64, Vec<f64>)> = (0..5).map(|k| (4.5, even(30, 6 * k..6 * k + 6, 1.0))).collect();
    let found = plain(&beyond_planes(3, 3_000, &planes));
    assert_shares(&found, &[0.2; 5]);
    for mode in &found {
        let mut inputs: Vec<usize> = mode.sensitivity.iter().filter(|s| s.index > 0.3).map(|s| s.coordinate).collect();
        inputs.sort_unstable();
        let first = inputs[0] / 6 * 6;
        assert_eq!(inputs, (first..first + 6).collect::<Vec<_>>());
        assert!(mode.sensitivity.iter().all(|s| s.index < 0.3 || s.side == Side::High));
    }
}

fn branches(c: f64, k: f64) -> impl Fn(&[f64]) -> f64 {
    move |u| {
        let (plus, minus) = (u[0] + u[1], u[0] - u[1]);
        (c + minus * minus / 10.0 - plus.abs() / sqrt(2.0)).min(k - minus.abs())
    }
}

/// D05 and D06 of the studies. The two branches on the other diagonal are planes at k / sqrt 2, all four together have the reference
/// probability of the studies; where two branches overlap is far beyond.
#[test]
fn four_branches_are_four_modes() {
    for (c, k, reference) in [(3.0, 7.0 / sqrt(2.0), 2.222_795_07e-3), (5.0, 5.0 * sqrt(2.0), 8.983_176_29e-7)] {
        let (points, weights) = weighted(11, 20_000, 2, 2.5, branches(c, k));
        let found = modes(&points, &weights, &vec![0; weights.len()]);
        let plane = tail(k / sqrt(2.0)) / reference;
        let bent = 0.5 - plane;
        let mut wanted = [plane, plane, bent, bent];
        wanted.sort_by(|a, b| b.total_cmp(a));
        assert_shares(&found, &wanted);
    }
    // As a campaign that draws at random meets them.
    let mut normals = Normals::of(1);
    let margin = branches(3.0, 7.0 / sqrt(2.0));
    let failing: Vec<Vec<f64>> = (0..200_000).map(|_| normals.point(2)).filter(|x| margin(x) <= 0.0).collect();
    let plane = tail(3.5) / 2.222_795_07e-3;
    assert_shares(&plain(&failing), &[0.5 - plane, 0.5 - plane, plane, plane]);
}

#[test]
fn the_outside_of_a_sphere_is_one_mode() {
    for (dim, radius) in [(2, 4.0), (3, 4.5), (5, 5.0), (20, 8.0)] {
        for (seed, n) in [(1, 60), (2, 300), (3, 1_000), (4, 2_000)] {
            let mut normals = Normals::of(seed);
            let one = |_| {
                let x = normals.point(dim);
                // About exponential beyond the radius, which is what the shell looks like.
                let r = radius - libm::log(normals.uniform()) / (radius - (dim as f64 - 1.0) / radius);
                let size = sqrt(x.iter().map(|x| x * x).sum());
                x.iter().map(|x| x * r / size).collect()
            };
            let found = plain(&(0..n).map(one).collect::<Vec<_>>());
            assert_eq!(found.len(), 1, "dim {dim}, n {n}: {:?}", found.iter().map(|m| m.share).collect::<Vec<_>>());
        }
    }
}

/// An L-shaped region that is one whole, and two slits in the middle of an input.
#[test]
fn shape_does_not_part_a_region_and_a_gap_does() {
    let mut normals = Normals::of(5);
    let points: Vec<Vec<f64>> = (0..40_000).map(|_| normals.point(4)).collect();
    let corner = |x: &Vec<f64>| x[0] > -0.5 && x[1] > -0.5 && (x[0] > 1.2 && x[1] < 2.2 || x[1] > 1.2 && x[0] < 2.2);
    assert_eq!(plain(&points.iter().filter(|x| corner(x)).cloned().collect::<Vec<_>>()).len(), 1);
    let slits = |x: &Vec<f64>| x[3] > 1.0 && (0.4..0.7).contains(&x[2].abs());
    assert_shares(&plain(&points.iter().filter(|x| slits(x)).cloned().collect::<Vec<_>>()), &[0.5, 0.5]);
}

#[test]
fn kinds_are_never_mixed_and_a_single_failure_is_a_mode() {
    let mut rows = beyond_planes(1, 99, &[(3.0, even(3, 0..1, 1.0))]);
    rows.push(vec![0.0, 0.0, 0.0]);
    let mut kinds = vec![4; 99];
    kinds.push(2);
    let found = modes(&points_of(&rows), &[1.0; 100], &kinds);
    assert_eq!(found.iter().map(|m| (m.kind, m.members.len(), m.share)).collect::<Vec<_>>(), [(4, 99, 0.99), (2, 1, 0.01)]);
    assert_eq!((found[1].representative, found[1].sensitivity.len()), (99, 0));
}

#[test]
fn the_representative_is_a_failure_near_the_mean() {
    let rows = beyond_planes(9, 500, &[(3.0, even(2, 0..1, 1.0))]);
    let found = plain(&rows);
    let one = &rows[found[0].representative];
    // The mean of a standard normal number above 3 is 3.283: scipy.stats.norm.pdf(3) / scipy.stats.norm.sf(3).
    assert!((one[0] - 3.283).abs() < 0.2 && one[1].abs() < 0.3, "{one:?}");
}

#[test]
fn what_has_no_weight_counts_nowhere() {
    let rows = beyond_planes(9, 50, &[(3.0, even(2, 0..1, 1.0))]);
    let weights: Vec<f64> = (0..50).map(|k| if k < 10 { 0.0 } else { 2.0 }).collect();
    let found = modes(&points_of(&rows), &weights, &[0; 50]);
    assert_eq!(found[0].members, (10..50).collect::<Vec<_>>());
    assert!(modes(&points_of(&rows), &[0.0; 50], &[0; 50]).is_empty());
}

/// Inputs that say nothing are named no more often than the level says.
#[test]
fn chance_names_few_inputs() {
    let named = (0..200).filter(|seed| {
        let found = plain(&beyond_planes(1_000 + seed, 80, &[(3.0, even(10, 0..1, 1.0))]));
        found.iter().flat_map(|m| &m.sensitivity).any(|s| s.coordinate > 0)
    });
    // Of 200 at 5%: scipy.stats.binom.isf(1e-4, 200, 0.05) = 23.
    let named = named.count();
    assert!(named <= 23, "{named}");
}

/// Like failures of one region far more than 2,000: the others join the part that is nearest.
#[test]
fn all_failures_are_shared_out_however_many() {
    let planes = [(2.0, even(3, 0..1, 1.0)), (2.5, even(3, 0..1, -1.0))];
    let found = plain(&beyond_planes(2, 9_000, &planes));
    let first = tail(2.0) / (tail(2.0) + tail(2.5));
    assert_shares(&found, &[first, 1.0 - first]);
    assert_eq!(found.iter().map(|m| m.members.len()).sum::<usize>(), 9_000);
    assert!(found.iter().all(|m| m.sensitivity[0].coordinate == 0));
}
