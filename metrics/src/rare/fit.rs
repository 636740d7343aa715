//! Fitting mixtures of Gaussians to weighted points (expectation maximisation; the number of components by held-out
//! likelihood).

use super::draws::Draws;
use super::gaussian::{Gaussian, Span};
use super::linear::{Lower, add_scaled, dot, square};
use super::mixture::{ln_density, ln_shares, memberships};
use super::moments::Moments;
use super::points::Points;
use super::slope::Slope;

/// What a component may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A covariance of its own in all coordinates.
    Full,
    /// A mean, and a variance along it; another one across.
    Shift,
    /// The same with a mean of those coordinates alone that stand out of the noise.
    Sparse,
}

/// Weighted points to fit to. Weights add up to 1.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    points: Points,
    weights: Vec<f64>,
    /// Points of all weights with their margins, to learn from how the margin slopes.
    slope: Slope,
    /// Most that any number of points is worth.
    independent: f64,
}

/// A point's weight is cut at this part of the total, for fitting only.
const LARGEST_WEIGHT: f64 = 0.02;
/// A further component has to raise the held-out log-likelihood of a point by this.
const GAIN: f64 = 0.05;
/// More components than these are not doubted.
const FEW: usize = 3;
const ROUNDS: usize = 25;
/// Numbers of components that are tried.
const NUMBERS: [usize; 9] = [1, 2, 3, 4, 5, 6, 8, 10, 12];
/// Most inputs of which each is looked at alone.
pub(crate) const MOST_AXES: usize = 30;

impl Sample {
    /// Points without weight are left out, large weights are cut.
    pub fn new(points: &Points, margins: &[f64], weights: &[f64]) -> Option<Self> {
        let total: f64 = weights.iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            return None;
        }
        let cut = LARGEST_WEIGHT * total;
        // Those that hold all but a thousandth of the weight, in the order of drawing.
        let mut heaviest: Vec<usize> = (0..weights.len()).filter(|k| weights[*k] > 0.0).collect();
        heaviest.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b)));
        let mut sum = 0.0;
        let enough = heaviest.iter().position(|k| {
            sum += weights[*k];
            sum >= 0.999 * total
        });
        let mut kept = heaviest[..enough.map_or(heaviest.len(), |n| n + 1)].to_vec();
        kept.sort_unstable();
        let weights: Vec<f64> = kept.iter().map(|k| weights[*k].min(cut)).collect();
        let sum: f64 = weights.iter().sum();
        let weights: Vec<f64> = weights.into_iter().map(|w| w / sum).collect();
        let slope = Slope::new(points, margins, &weights, &kept);
        Some(Self { points: points.select(kept), weights, slope, independent: f64::INFINITY })
    }

    fn half(&self, which: usize) -> Option<Self> {
        let places: Vec<usize> = (0..self.weights.len()).filter(|k| k % 2 == which).collect();
        let sum: f64 = places.iter().map(|k| self.weights[*k]).sum();
        let weights: Vec<f64> = places.iter().map(|k| self.weights[*k] / sum).collect();
        (sum > 0.0).then(|| Self {
            points: self.points.select(places),
            weights,
            slope: self.slope.half(which),
            independent: self.independent,
        })
    }

    /// Mean log-likelihood.
    fn score(&self, parts: &[(f64, Gaussian)]) -> f64 {
        let (ln_shares, mut work) = (ln_shares(parts), Vec::new());
        let mut at = |x: &[f64]| ln_density(parts, &ln_shares, x, &mut work);
        // A point far from all components must not decide alone.
        self.points.rows().zip(&self.weights).map(|(x, w)| w * at(x).max(-1e3)).sum()
    }

    /// The best mixture, and for half of the points one of a component more than it has: in many dimensions a second region does
    /// not raise the likelihood before there are many points of it, which there never are if none is drawn there.
    pub fn fit_generously(&self, shape: Shape, most: usize, draws: Draws) -> Vec<(f64, Gaussian)> {
        let best = self.fit(shape, most, draws);
        if shape == Shape::Full || best.len() > FEW {
            return best;
        }
        let more = self.em(best.len() + 1, shape, draws);
        best.into_iter().chain(more).collect()
    }

    /// The best mixture of at most `most` components.
    pub fn fit(&self, shape: Shape, most: usize, draws: Draws) -> Vec<(f64, Gaussian)> {
        let (Some(a), Some(b)) = (self.half(0), self.half(1)) else { return self.em(1, Shape::Shift, draws) };
        // Of two that are made alike of each half, how likely the points of the other half are.
        let held_out = |make: &dyn Fn(&Self) -> Vec<(f64, Gaussian)>| 0.5 * (b.score(&make(&a)) + a.score(&make(&b)));
        let plain = |k: usize, shape: Shape| held_out(&|half: &Self| half.em(k, shape, draws));
        let Some((own, number, shape)) = choose(shape, most, plain) else { return self.em(1, Shape::Shift, draws) };
        let mut best = (own, self.em(number, shape, draws));
        let mut try_out = |make: &dyn Fn(&Self) -> Vec<(f64, Gaussian)>| {
            let score = held_out(make);
            if score > best.0 {
                best = (score, make(self));
            }
        };
        for k in if number == 1 { vec![1] } else { vec![1, number] } {
            try_out(&|of| of.sloped(of.em(k, Shape::Shift, draws)));
            if shape == Shape::Shift {
                try_out(&|of| of.spread_out(of.em(k, Shape::Shift, draws)));
                try_out(&|of| of.spread_out(of.sloped(of.em(k, Shape::Shift, draws))));
            }
        }
        if !(3..=MOST_AXES).contains(&self.points.dim()) {
            return best.1;
        }
        let Some(axes) = self.axes() else { return best.1 };
        if let (Some(of_a), Some(of_b)) = (a.axes(), b.axes())
            && 0.5 * (b.score(&of_a) + a.score(&of_b)) > best.0
        {
            return axes;
        }
        // With few points each half misses some of them, but where they explain their own points far better both are taken.
        if self.score(&axes) > self.score(&best.1) + 1.0 { best.1.into_iter().chain(axes).collect() } else { best.1 }
    }

    /// A mixture of points that chains of `independent` beginnings made: these lie alike in both halves, so that likelihood tells little
    /// of the number of components, and a mean is as noisy as that of its beginnings.
    pub fn fit_relatives(mut self, most: usize, independent: f64, draws: Draws) -> Vec<(f64, Gaussian)> {
        let (Some(a), Some(b)) = (self.half(0), self.half(1)) else { return Vec::new() };
        let score = |k: usize| 0.5 * (b.score(&a.em(k, Shape::Shift, draws)) + a.score(&b.em(k, Shape::Shift, draws)));
        let best = (1..=most).max_by(|j, k| score(*j).total_cmp(&score(*k))).unwrap_or(1);
        self.independent = independent;
        self.sloped(self.em(best, Shape::Shift, draws))
    }

    /// The same components with means that keep, besides the part along the slope of the margin near them, only what is more
    /// than noise (James, Stein 1961).
    fn sloped(&self, parts: Vec<(f64, Gaussian)>) -> Vec<(f64, Gaussian)> {
        let (near, _) = memberships(&parts, &self.slope.points);
        let (own, _) = memberships(&parts, &self.points);
        let mut out = Vec::new();
        for ((part, near), own) in parts.iter().zip(&near).zip(own) {
            let slope = self.slope.fit(near);
            let member: Vec<f64> = own.iter().zip(&self.weights).map(|(m, w)| m * w).collect();
            let share: f64 = member.iter().sum();
            let squares: f64 = member.iter().map(|m| m * m).sum();
            let (Some(slope), true) = (slope, share > 0.0) else {
                out.push(part.clone());
                continue;
            };
            let weights: Vec<f64> = member.iter().map(|m| m / share).collect();
            let effective = (share * share / squares).min(share * self.independent);
            let mut mean = self.mean(&weights);
            let along = dot(&mean, &slope);
            add_scaled(&mut mean, -along, &slope);
            let noise = (mean.len() as f64 - 1.0) / effective;
            let keep = (1.0 - noise / square(&mean)).max(0.0);
            mean.iter_mut().for_each(|m| *m *= keep);
            add_scaled(&mut mean, along, &slope);
            out.push((share, self.around(mean, &weights, effective)));
        }
        out
    }

    /// The same components with a variance of their own, too, in those directions in which it is not what it is elsewhere, by more than
    /// the noise of so many points makes of equal ones (the edges of Marchenko and Pastur 1967).
    fn spread_out(&self, parts: Vec<(f64, Gaussian)>) -> Vec<(f64, Gaussian)> {
        let (own, _) = memberships(&parts, &self.points);
        let mut out = Vec::new();
        for ((share, g), own) in parts.into_iter().zip(own) {
            let member: Vec<f64> = own.iter().zip(&self.weights).map(|(m, w)| m * w).collect();
            let sum: f64 = member.iter().sum();
            let effective = sum * sum / square(&member);
            let d = g.mean().len() as f64;
            // With too few points all edges are open.
            if sum <= 0.0 || effective < 2.0 * d || g.few().is_empty() {
                out.push((share, g));
                continue;
            }
            let weights: Vec<f64> = member.iter().map(|m| m / sum).collect();
            let covariance = self.covariance(g.mean(), &weights);
            let edge = (d / effective).sqrt();
            let rows = covariance.striking(g.few().to_vec(), (1.0 - edge) * (1.0 - edge), (1.0 + edge) * (1.0 + edge));
            out.push((share, self.along(g.mean().to_vec(), rows, &weights, effective)));
        }
        out
    }

    /// Second moments about a centre.
    fn covariance(&self, centre: &[f64], weights: &[f64]) -> Moments {
        let d = centre.len();
        let mut values = vec![0.0; d * d];
        let mut z = vec![0.0; d];
        for (x, w) in self.points.rows().zip(weights).filter(|(_, w)| **w > 0.0) {
            for i in 0..d {
                z[i] = x[i] - centre[i];
            }
            for i in 0..d {
                add_scaled(&mut values[i * d..=i * d + i], w * z[i], &z[..=i]);
            }
        }
        for i in 0..d {
            for j in 0..i {
                values[j * d + i] = values[i * d + j];
            }
        }
        Moments::new(d, values)
    }

    fn em(&self, number: usize, shape: Shape, draws: Draws) -> Vec<(f64, Gaussian)> {
        self.em_from(self.seeds(number.min(self.weights.len()), draws), shape)
    }

    /// A component for each coordinate and sign that is the largest of some points, and large: many failures are those of one
    /// input that is extreme, and then there may be more of them than a search from points would tell apart.
    fn axes(&self) -> Option<Vec<(f64, Gaussian)>> {
        const LARGE: f64 = 2.5;
        let (n, d) = (self.weights.len(), self.points.dim());
        let mut member = vec![vec![0.0; n]; 2 * d];
        let mut others = 0.0;
        for (k, x) in self.points.rows().enumerate() {
            let j = (0..d).max_by(|i, j| x[*i].abs().total_cmp(&x[*j].abs()))?;
            others += self.weights[k] * (square(x) - x[j] * x[j]) / (d as f64 - 1.0);
            if x[j].abs() > LARGE {
                member[2 * j + usize::from(x[j] < 0.0)][k] = 1.0;
            }
        }
        // The other inputs have to be what they always are.
        if others > 1.2 {
            return None;
        }
        member.retain(|m| m.iter().any(|x| *x > 0.0));
        (member.len() >= 3).then(|| self.em_from(member, Shape::Sparse))
    }

    fn em_from(&self, mut shares: Vec<Vec<f64>>, shape: Shape) -> Vec<(f64, Gaussian)> {
        let mut parts = self.components(&mut shares, shape);
        let mut before = f64::NEG_INFINITY;
        for _ in 0..ROUNDS {
            if parts.len() == 1 {
                break;
            }
            let (mut next, densities) = memberships(&parts, &self.points);
            let total: f64 = densities.iter().zip(&self.weights).map(|(l, w)| w * l).sum();
            parts = self.components(&mut next, shape);
            if total - before < 2e-3 {
                break;
            }
            before = total;
        }
        parts
    }

    /// First memberships: centres far from each other (k-means++, Arthur and Vassilvitskii 2007), each point to the nearest.
    fn seeds(&self, number: usize, draws: Draws) -> Vec<Vec<f64>> {
        let n = self.weights.len();
        let mut nearest = vec![f64::INFINITY; n];
        let mut of = vec![0usize; n];
        let mut odds = self.weights.clone();
        for j in 0..number {
            let sum: f64 = odds.iter().sum();
            let mut u = draws.uniform(j as u64) * sum;
            let chosen = odds.iter().position(|o| {
                u -= o;
                u <= 0.0
            });
            let centre = self.points.row(chosen.unwrap_or(n - 1)).to_vec();
            for (k, x) in self.points.rows().enumerate() {
                let far = apart(x, &centre);
                if far < nearest[k] {
                    nearest[k] = far;
                    of[k] = j;
                }
                odds[k] = self.weights[k] * nearest[k];
            }
        }
        let mut member = vec![vec![0.0; n]; number];
        for (k, j) in of.into_iter().enumerate() {
            member[j][k] = 1.0;
        }
        member
    }

    /// Components from memberships; one that holds almost nothing is dropped.
    fn components(&self, member: &mut [Vec<f64>], shape: Shape) -> Vec<(f64, Gaussian)> {
        let mut out = Vec::new();
        for m in member.iter_mut() {
            let mut share = 0.0;
            let mut squares = 0.0;
            for (m, w) in m.iter_mut().zip(&self.weights) {
                *m *= w;
                share += *m;
                squares += *m * *m;
            }
            if share < 1e-6 {
                continue;
            }
            m.iter_mut().for_each(|x| *x /= share);
            let effective = share * share / squares;
            let gaussian = match shape {
                Shape::Full => self.full(m, effective),
                Shape::Shift => self.around(self.mean(m), m, effective),
                Shape::Sparse => self.around(standing_out(self.mean(m), effective), m, effective),
            };
            out.push((share, gaussian));
        }
        out
    }

    fn mean(&self, weights: &[f64]) -> Vec<f64> {
        let mut mean = vec![0.0; self.points.dim()];
        for (x, w) in self.points.rows().zip(weights) {
            add_scaled(&mut mean, *w, x);
        }
        mean
    }

    /// Mean and covariance, the latter drawn towards the identity by as many points as have to be there for it to be known.
    fn full(&self, weights: &[f64], effective: f64) -> Gaussian {
        let d = self.points.dim();
        let mean = self.mean(weights);
        let mut c = vec![0.0; d * d];
        let mut z = vec![0.0; d];
        for (x, w) in self.points.rows().zip(weights) {
            if *w <= 0.0 {
                continue;
            }
            for i in 0..d {
                z[i] = x[i] - mean[i];
            }
            for i in 0..d {
                add_scaled(&mut c[i * d..=i * d + i], w * z[i], &z[..=i]);
            }
        }
        let prior = 0.5 * (d + 1) as f64;
        for i in 0..d {
            for j in 0..=i {
                let own = if i == j { prior } else { 0.0 };
                let value = (effective * c[i * d + j] + own) / (effective + prior);
                c[i * d + j] = value;
                c[j * d + i] = value;
            }
        }
        let factor = Lower::cholesky(d, &c).unwrap_or_else(|| identity(d));
        Gaussian::new(mean, Span::All, factor, 1.0)
    }

    /// A mean, the variance along it, and that across.
    fn around(&self, mean: Vec<f64>, weights: &[f64], effective: f64) -> Gaussian {
        let length = square(&mean).sqrt();
        if length < 1e-9 {
            return Gaussian::new(mean.clone(), Span::Few(Vec::new()), identity(0), 1.0);
        }
        let along = mean.iter().map(|m| m / length).collect();
        self.along(mean, vec![along], weights, effective)
    }

    /// A mean, the covariance of orthonormal directions, and the variance across all others.
    fn along(&self, mean: Vec<f64>, rows: Vec<Vec<f64>>, weights: &[f64], effective: f64) -> Gaussian {
        let k = rows.len();
        let middle: Vec<f64> = rows.iter().map(|r| dot(r, &mean)).collect();
        let mut c = vec![0.0; k * k];
        let mut y = vec![0.0; k];
        for (x, w) in self.points.rows().zip(weights).filter(|(_, w)| **w > 0.0) {
            for ((y, row), m) in y.iter_mut().zip(&rows).zip(&middle) {
                *y = dot(x, row) - m;
            }
            for i in 0..k {
                add_scaled(&mut c[i * k..=i * k + i], w * y[i], &y[..=i]);
            }
        }
        let spread: f64 = (0..k).map(|i| c[i * k + i]).sum();
        for i in 0..k {
            for j in 0..=i {
                let own = if i == j { 1.0 } else { 0.0 };
                c[i * k + j] = (effective * c[i * k + j] + own) / (effective + 1.0);
            }
        }
        let factor = Lower::cholesky(k, &c).unwrap_or_else(|| identity(k));
        // Across all other directions, of which each point tells as often.
        let d = (mean.len() - k) as f64;
        let all: f64 = self.points.rows().zip(weights).map(|(x, w)| w * apart(x, &mean)).sum();
        let (known, prior) = (effective * d, 10.0);
        let across = (effective * (all - spread).max(0.0) + prior) / (known + prior);
        Gaussian::new(mean, Span::Few(rows), factor, across.sqrt())
    }
}

/// Number and shape of components by their likelihood on points that they were not made of, and that likelihood.
fn choose(shape: Shape, most: usize, held_out: impl Fn(usize, Shape) -> f64) -> Option<(f64, usize, Shape)> {
    let shapes: &[Shape] = if shape == Shape::Full { &[Shape::Full, Shape::Shift] } else { &[Shape::Shift] };
    let mut best: Option<(f64, usize, Shape)> = None;
    for shape in shapes {
        let mut without_gain = 0;
        let mut own = f64::NEG_INFINITY;
        for k in NUMBERS.into_iter().take_while(|k| *k <= most) {
            let score = held_out(k, *shape);
            if score > own + GAIN {
                own = score;
                without_gain = 0;
                if best.is_none_or(|(s, ..)| score > s) {
                    best = Some((score, k, *shape));
                }
            } else {
                without_gain += 1;
                if without_gain == 2 {
                    break;
                }
            }
        }
    }
    best
}

/// Coordinates that differ from 0 by two and a half standard errors of a mean of standard normals.
fn standing_out(mut mean: Vec<f64>, effective: f64) -> Vec<f64> {
    let least = 2.5 / effective.sqrt();
    mean.iter_mut().filter(|m| m.abs() < least).for_each(|m| *m = 0.0);
    mean
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn identity(n: usize) -> Lower {
    let mut one = vec![0.0; n * n];
    for i in 0..n {
        one[i * n + i] = 1.0;
    }
    Lower::cholesky(n, &one).expect("the identity is positive definite")
}
