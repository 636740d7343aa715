//! Failure modes: which kinds of failures there are, how much of the failure probability each has, and which inputs make it.
//!
//! Failures are points of standard normal space, each of a kind (what failed, in which hidden state) and with a weight.
//! 1. **Kinds are never mixed**: a mode is of one kind.
//! 2. **Subspace**: within a kind, the directions along which failures are not spread as all points are: eigenvectors of the second
//!    moment beyond what chance gives (Johnstone 2001; failure-informed subspaces: Uribe, Papaioannou, Marzouk, Straub 2021). In all
//!    other directions failures say nothing, and distances between them are noise.
//! 3. **Peaks**: within the subspace, the peaks of the density that are higher over the saddle to the next one than chance makes them
//!    (ToMATo: Chazal, Guibas, Oudot, Skraba 2013, on the density of the nearest neighbours; its threshold is the error of that density).
//!    A region that is one whole is one mode whatever its shape, as the outside of a sphere is.
//! 4. **Shares** with limits of Korn and Graubard (1998), which are those of Clopper and Pearson where all weights are equal.
//! 5. **Sensitivity**: for each input the Kolmogorov-Smirnov distance between its distribution in the mode and its natural one
//!    (regional sensitivity analysis: Spear, Hornberger 1980; PAWN: Pianosi, Wagener 2015), as far as it is beyond chance by Holm's correction;
//!    beside it the total variation (Borgonovo 2007) and the first-order Sobol' index of the mode's indicator.
//!
//! Nothing is drawn at random, no thread takes part, and nothing is to be tuned: equal failures give equal bits.
//!
//! A mode with fewer failures than a neighbourhood holds (the root of their number, 10 at least and 30 at most) is not told apart from
//! the next one.
//!
//! Rejected: mixtures of Gaussians chosen by BIC, which take a half-space, whose failures are no ellipse, for several; HDBSCAN, which
//! has no error probability and wants a smallest size of a cluster, and whose crates sum in an order that depends on the machine.

mod diversity;
mod peaks;
mod sensitivity;
mod share;
mod subspace;

#[cfg(test)]
mod tests;

use crate::rare::Points;

pub use diversity::effective_kinds;
pub use sensitivity::{Sensitivity, Side, sensitivity};

/// A failure mode.
#[derive(Clone, Debug, PartialEq)]
pub struct Mode {
    /// Its kind, as handed in.
    pub kind: usize,
    /// Places of its failures, ascending.
    pub members: Vec<usize>,
    /// Its part of the failure probability.
    pub share: f64,
    /// Lower limit of the share, two-sided at 95%.
    pub lower: f64,
    /// Upper limit of the share, two-sided at 95%.
    pub upper: f64,
    /// Place of the failure nearest to the weighted mean.
    pub representative: usize,
    /// Inputs whose distribution in the mode is not the natural one, the strongest first.
    pub sensitivity: Vec<Sensitivity>,
}

/// Most failures of a kind among which peaks are looked for, evenly spread; the others join the nearest of them.
const MOST: usize = 2_000;

/// The modes of failures, the largest share first.
///
/// `points`, `weights` and `kinds` have one entry for each failure; weights are likelihood ratios, up to a common factor.
/// What has no positive weight counts nowhere.
pub fn modes(points: &Points, weights: &[f64], kinds: &[usize]) -> Vec<Mode> {
    let counted = |k: &usize| weights[*k] > 0.0 && weights[*k].is_finite();
    let all: Vec<usize> = (0..kinds.len()).filter(counted).collect();
    let mut sorted = all.clone();
    sorted.sort_by_key(|k| kinds[*k]); // stable: places stay ascending
    let mut found: Vec<Mode> = Vec::new();
    for group in sorted.chunk_by(|a, b| kinds[*a] == kinds[*b]) {
        for members in regions(points, weights, group) {
            let share = share::share(weights, &all, &members);
            found.push(Mode {
                kind: kinds[group[0]],
                share: share.estimate,
                lower: share.lower,
                upper: share.upper,
                representative: nearest_to_mean(points, weights, &members),
                sensitivity: sensitivity(points, weights, &members),
                members,
            });
        }
    }
    found.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.members.cmp(&b.members)));
    found
}

/// The failures of one kind, parted by the peaks of their density.
fn regions(points: &Points, weights: &[f64], group: &[usize]) -> Vec<Vec<usize>> {
    let some: Vec<usize> = group.iter().copied().step_by(group.len().div_ceil(MOST).max(1)).collect();
    let weights_of: Vec<f64> = some.iter().map(|k| weights[*k]).collect();
    let space = subspace::informed(points, &some, &weights_of);
    let parts = if space.dim() == 0 { vec![0; some.len()] } else { peaks::peaks(&space.project(points, &some), &weights_of) };
    let number = parts.iter().max().map_or(0, |most| most + 1);
    if number <= 1 {
        return vec![group.to_vec()];
    }
    let known = space.project(points, &some);
    let mut out = vec![Vec::new(); number];
    let mut next = some.iter().zip(&parts).peekable();
    for &k in group {
        let part = match next.next_if(|(own, _)| **own == k) {
            Some((_, part)) => *part,
            None => parts[peaks::nearest(&known, space.project(points, &[k]).row(0))],
        };
        out[part].push(k);
    }
    out
}

/// The failure nearest to the weighted mean, in all coordinates; of several the first.
fn nearest_to_mean(points: &Points, weights: &[f64], members: &[usize]) -> usize {
    let mut mean = vec![0.0; points.dim()];
    let sum: f64 = members.iter().map(|k| weights[*k]).sum();
    for &k in members {
        for (m, x) in mean.iter_mut().zip(points.row(k)) {
            *m += weights[k] / sum * x;
        }
    }
    let far = |k: usize| peaks::square_distance(&mean, points.row(k));
    members.iter().copied().min_by(|a, b| far(*a).total_cmp(&far(*b))).unwrap_or(0)
}
