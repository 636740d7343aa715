//! Peaks of a density that stand out by more than chance.

use crate::Alpha;
use crate::normal::upper_quantile;
use crate::rare::Points;
use libm::{log, sqrt};

/// Neighbours that tell the density: few keep narrow regions apart, many make it sure.
const LEAST_NEIGHBOURS: usize = 10;
const MOST_NEIGHBOURS: usize = 30;
/// How often chance may part one region, by Bonferroni's inequality over all pairs of points that may be a peak and its saddle.
const LEVEL: f64 = 0.01;

/// The number of the peak that each point belongs to, from 0 on, in the order of the points.
///
/// The density at a point is the weight of its nearest neighbours over the volume they fill. Points are taken from the highest
/// density down; each joins the highest of its neighbours taken before, or begins a peak. Where a point connects two peaks, the
/// lower one is given up if it is not higher than the point by what the errors of both densities allow.
pub(super) fn peaks(points: &Points, weights: &[f64]) -> Vec<usize> {
    let n = points.len();
    let k = (sqrt(n as f64) as usize).clamp(LEAST_NEIGHBOURS, MOST_NEIGHBOURS);
    if n < 2 * (k + 1) {
        return vec![0; n];
    }
    let (graph, density) = neighbours(points, weights, k);
    let Ok(level) = Alpha::new(LEVEL / (n as f64 * n as f64)) else { return vec![0; n] };
    let z = upper_quantile(level);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| density[*b].ln.total_cmp(&density[*a].ln).then(a.cmp(b)));
    let mut rank = vec![0; n];
    order.iter().enumerate().for_each(|(r, i)| rank[*i] = r);
    // The peak that a point belongs to is the root of a tree; peaks are their own parents.
    let mut parent: Vec<usize> = (0..n).collect();
    for &i in &order {
        let mut higher: Vec<usize> = graph[i].iter().copied().filter(|j| rank[*j] < rank[i]).collect();
        higher.sort_by_key(|j| rank[*j]);
        let Some(&highest) = higher.first() else { continue };
        parent[i] = root(&mut parent, highest);
        for j in higher {
            let (a, b) = (root(&mut parent, i), root(&mut parent, j));
            if a == b {
                continue;
            }
            let (low, high) = if rank[a] < rank[b] { (b, a) } else { (a, b) };
            let error = sqrt(density[low].variance + density[i].variance);
            if density[low].ln - density[i].ln < z * error {
                parent[low] = high;
            }
        }
    }
    let mut numbers: Vec<usize> = Vec::new();
    (0..n)
        .map(|i| {
            let own = root(&mut parent, i);
            numbers.iter().position(|known| *known == own).unwrap_or_else(|| {
                numbers.push(own);
                numbers.len() - 1
            })
        })
        .collect()
}

fn root(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}

/// ln of a density, up to a constant, and the variance of its error.
#[derive(Clone, Copy, Debug)]
struct Density {
    ln: f64,
    variance: f64,
}

/// Who is among the nearest of whom, either way, and the density at each point.
fn neighbours(points: &Points, weights: &[f64], k: usize) -> (Vec<Vec<usize>>, Vec<Density>) {
    let n = points.len();
    let mut graph: Vec<Vec<usize>> = vec![Vec::new(); n];
    let mut density = Vec::with_capacity(n);
    let mut far: Vec<(f64, usize)> = Vec::with_capacity(n);
    for i in 0..n {
        far.clear();
        far.extend((0..n).filter(|j| *j != i).map(|j| (square_distance(points.row(i), points.row(j)), j)));
        far.select_nth_unstable_by(k - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let near = &mut far[..k];
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (sum, squares) = near.iter().fold((0.0, 0.0), |(a, b), (_, j)| (a + weights[*j], b + weights[*j] * weights[*j]));
        let radius = near[k - 1].0.max(f64::MIN_POSITIVE); // squared
        density.push(Density { ln: log(sum) - 0.5 * points.dim() as f64 * log(radius), variance: squares / (sum * sum) });
        for (_, j) in near.iter() {
            graph[i].push(*j);
            graph[*j].push(i);
        }
    }
    for list in &mut graph {
        list.sort_unstable();
        list.dedup();
    }
    (graph, density)
}

/// The nearest of some points; of several the first.
pub(super) fn nearest(points: &Points, to: &[f64]) -> usize {
    let far = points.rows().map(|row| square_distance(row, to)).enumerate();
    far.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(k, _)| k)
}

pub(super) fn square_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}
