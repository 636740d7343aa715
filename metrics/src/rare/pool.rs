//! All points that were ever evaluated, each weighed with the mixture of all proposals: one bad early round cannot poison later
//! ones (deterministic-mixture weights: Hesterberg 1995; Owen, Zhou 2000).

use super::gaussian::ln_standard;
use super::mixture::{LnSum, Mixture};
use super::points::Points;

/// A round of points from one proposal.
#[derive(Clone)]
struct Round {
    proposal: Mixture,
    n: usize,
}

/// How densely a search has looked.
pub(crate) struct Seen {
    rounds: Vec<(f64, Mixture)>,
}

impl Seen {
    /// ln of the number of points per volume that it drew near a point.
    pub fn ln_density(&self, x: &[f64], work: &mut Vec<f64>) -> f64 {
        let mut sum = LnSum::default();
        for (ln_n, proposal) in &self.rounds {
            sum.add(ln_n + proposal.ln_density(x, work));
        }
        sum.get()
    }
}

/// Points of all rounds.
#[derive(Clone)]
pub(crate) struct Pool {
    points: Points,
    margins: Vec<f64>,
    ln_standard: Vec<f64>,
    ln_mixture: Vec<LnSum>,
    rounds: Vec<Round>,
}

impl Pool {
    pub fn new(dim: usize) -> Self {
        Self {
            points: Points::new(dim),
            margins: Vec::new(),
            ln_standard: Vec::new(),
            ln_mixture: Vec::new(),
            rounds: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.margins.len()
    }

    pub fn points(&self) -> &Points {
        &self.points
    }

    pub fn margins(&self) -> &[f64] {
        &self.margins
    }

    /// Other margins for all points, in the place of those that are returned.
    pub fn judge(&mut self, margins: Vec<f64>) -> Vec<f64> {
        std::mem::replace(&mut self.margins, margins)
    }

    /// A round more.
    pub fn add(&mut self, proposal: Mixture, points: Points, margins: Vec<f64>) {
        let mut work = Vec::new();
        let n = points.len();
        let ln_n = libm::log(n as f64);
        for (x, sum) in self.points.rows().zip(&mut self.ln_mixture) {
            sum.add(ln_n + proposal.ln_density(x, &mut work));
        }
        self.rounds.push(Round { proposal, n });
        let ln: Vec<f64> = self.rounds.iter().map(|r| libm::log(r.n as f64)).collect();
        for x in points.rows() {
            let mut sum = LnSum::default();
            for (round, ln_n) in self.rounds.iter().zip(&ln) {
                sum.add(ln_n + round.proposal.ln_density(x, &mut work));
            }
            self.ln_mixture.push(sum);
            self.ln_standard.push(ln_standard(x));
        }
        self.points.append(&points);
        self.margins.extend(margins);
    }

    /// All rounds of another pool that began with the same `shared` points.
    pub fn merge(&mut self, other: Pool, shared: usize) {
        let mut from = 0;
        for round in other.rounds {
            if from < shared {
                from += round.n;
                continue;
            }
            let of = from..from + round.n;
            self.add(round.proposal, other.points.select(of.clone()), other.margins[of].to_vec());
            from += round.n;
        }
    }

    /// Standard normal density over that of the mixture, of each point: the mean of `weight * f` estimates the mean of f.
    pub fn weights(&self) -> Vec<f64> {
        let ln_n = libm::log(self.len() as f64);
        self.ln_standard.iter().zip(&self.ln_mixture).map(|(phi, mix)| libm::exp(ln_n + phi - mix.get())).collect()
    }

    /// What the points were drawn from.
    pub fn seen(&self) -> Seen {
        Seen { rounds: self.rounds.iter().map(|r| (libm::log(r.n as f64), r.proposal.clone())).collect() }
    }

    /// As many plain points would be as likely to fall into any region.
    pub fn plain_equivalent(&self) -> f64 {
        self.rounds.iter().map(|r| r.n as f64 * r.proposal.plain_share()).sum()
    }

    /// The failure probability by all points. Proposals were chosen by looking at earlier points, so that it is for looking
    /// only, not for reporting.
    pub fn probability(&self) -> f64 {
        let sum: f64 = self.weights().iter().zip(&self.margins).filter(|(_, g)| **g <= 0.0).map(|(w, _)| w).sum();
        sum / self.len().max(1) as f64
    }
}
