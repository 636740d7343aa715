//! Mixtures of Gaussians: what points are drawn from, and the density they are weighed with.

use super::draws::Draws;
use super::gaussian::Gaussian;
use super::points::Points;

/// A mixture. Shares add up to 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mixture {
    parts: Vec<(f64, Gaussian)>,
    ln_shares: Vec<f64>,
}

impl Mixture {
    /// From parts with shares that are divided by their sum.
    pub fn new(parts: Vec<(f64, Gaussian)>) -> Self {
        let sum: f64 = parts.iter().map(|(share, _)| share).sum();
        let parts: Vec<(f64, Gaussian)> = parts.into_iter().map(|(share, g)| (share / sum, g)).collect();
        Self { ln_shares: ln_shares(&parts), parts }
    }

    /// The least that the density is over the standard normal one, anywhere: what its nominal and wide parts see to.
    pub fn plain_share(&self) -> f64 {
        self.parts.iter().map(|(share, g)| share * g.plain_share()).sum()
    }

    /// ln of the density.
    pub fn ln_density(&self, x: &[f64], work: &mut Vec<f64>) -> f64 {
        ln_density(&self.parts, &self.ln_shares, x, work)
    }

    /// `n` points. Components get their shares of the points exactly but for rounding (systematic sampling), which takes
    /// away the noise of their numbers and leaves every point's chance as it is.
    pub fn draw(&self, n: usize, draws: Draws) -> Points {
        let dim = self.parts[0].1.mean().len();
        let mut out = Points::zeros(dim, n);
        let offset = draws.uniform(u64::MAX);
        let (mut part, mut until) = (0, self.parts[0].0);
        let mut work = Vec::new();
        for k in 0..n {
            let u = (k as f64 + offset) / n as f64;
            while u > until && part + 1 < self.parts.len() {
                part += 1;
                until += self.parts[part].0;
            }
            let z = out.row_mut(k);
            draws.normals(k as u64, z);
            self.parts[part].1.place(z, &mut work);
        }
        out
    }
}

/// ln of the share of each component.
pub(crate) fn ln_shares(parts: &[(f64, Gaussian)]) -> Vec<f64> {
    parts.iter().map(|(share, _)| libm::log(*share)).collect()
}

/// ln of the density of components with shares, whose logarithms are asked for at many points.
pub(crate) fn ln_density(parts: &[(f64, Gaussian)], ln_shares: &[f64], x: &[f64], work: &mut Vec<f64>) -> f64 {
    let mut sum = LnSum::default();
    for ((_, g), share) in parts.iter().zip(ln_shares) {
        sum.add(share + g.ln_density(x, work));
    }
    sum.get()
}

/// Of each component the probability that it made each point, and ln of the density at each.
pub(crate) fn memberships(parts: &[(f64, Gaussian)], points: &Points) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut members = vec![vec![0.0; points.len()]; parts.len()];
    let mut densities = Vec::with_capacity(points.len());
    let (ln_shares, mut work, mut ln) = (ln_shares(parts), Vec::new(), vec![0.0; parts.len()]);
    for (k, x) in points.rows().enumerate() {
        let mut sum = LnSum::default();
        for ((l, (_, g)), share) in ln.iter_mut().zip(parts).zip(&ln_shares) {
            *l = share + g.ln_density(x, &mut work);
            sum.add(*l);
        }
        let density = sum.get();
        for (member, l) in members.iter_mut().zip(&ln) {
            member[k] = libm::exp(l - density);
        }
        densities.push(density);
    }
    (members, densities)
}

/// ln of a sum of exponentials, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LnSum {
    top: f64,
    sum: f64,
}

impl Default for LnSum {
    fn default() -> Self {
        Self { top: f64::NEG_INFINITY, sum: 0.0 }
    }
}

impl LnSum {
    /// One more.
    pub fn add(&mut self, x: f64) {
        if x > self.top {
            self.sum = self.sum * libm::exp(self.top - x) + 1.0;
            self.top = x;
        } else if x > f64::NEG_INFINITY {
            self.sum += libm::exp(x - self.top);
        }
    }

    /// ln of the sum so far.
    pub fn get(self) -> f64 {
        self.top + libm::log(self.sum)
    }
}
