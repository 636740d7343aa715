//! From the index of a rollout to a concrete scenario.

use crate::InstructionSet;
use crate::coordinates::coordinates;
use crate::random::{Channel, Key, uniform};
use crate::template::{MAX_PARAMS, Template};

/// How latent states are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Even indices given no hazard, odd indices given a hazard; as [`Sampling::Mc`] where no state is marked as hazard.
    Stratified,
    /// All from the natural priors.
    Mc,
}

/// A concrete scenario: where it lies in standard normal space, and what that means.
#[derive(Clone, Debug, PartialEq)]
pub struct Concrete {
    /// Independent standard normal coordinates of the parameters, before their correlations.
    pub point: Vec<f64>,
    /// Values of the parameters, in the order of [`Template::params`].
    pub params: Vec<f64>,
    /// Index into [`Template::strata`].
    pub stratum: u16,
}

/// Strata that may be drawn together, with cumulated shares.
#[derive(Clone, Debug, Default)]
struct Group {
    upto: Vec<(f64, u16)>,
}

impl Group {
    fn new(template: &Template, member: impl Fn(bool) -> bool) -> Self {
        let all = || template.strata.iter().enumerate().filter(|(_, s)| member(s.hazard));
        let total: f64 = all().map(|(_, s)| s.weight).sum();
        let mut upto = Vec::new();
        let mut sum = 0.0;
        for (k, s) in all() {
            sum += s.weight / total;
            upto.push((sum, k as u16));
        }
        Self { upto }
    }

    fn pick(&self, u: f64) -> u16 {
        // The last one takes what rounding leaves over.
        let last = self.upto.last().map_or(0, |(_, k)| *k);
        self.upto.iter().find(|(sum, _)| u < *sum).map_or(last, |(_, k)| *k)
    }
}

/// How the strata of a template are drawn under a seed.
#[derive(Clone, Debug)]
pub(crate) struct Draws {
    pub key: Key,
    /// What coordinates are worked out with; never changes a bit.
    set: InstructionSet,
    halves: [Group; 2],
}

impl Draws {
    pub fn new(template: &Template, seed: u64, sampling: Sampling) -> Self {
        let split = sampling == Sampling::Stratified
            && template.strata.iter().any(|s| s.hazard)
            && template.strata.iter().any(|s| !s.hazard);
        let half = |hazard: bool| Group::new(template, move |h| !split || h == hazard);
        Self { key: Key::new(seed, &template.name), set: InstructionSet::best(), halves: [half(false), half(true)] }
    }

    /// Stratum of a rollout: the index fixes the half, the seed the state within it.
    pub fn stratum(&self, rollout: u64) -> u16 {
        self.halves[(rollout & 1) as usize].pick(uniform(self.key, rollout, Channel::Latents, 0, 0))
    }

    /// Fills in the values of the parameters.
    pub fn params(&self, template: &Template, rollout: u64, out: &mut [f64; MAX_PARAMS]) {
        let out = &mut out[..template.params.len()];
        coordinates(self.key, rollout, self.set, out);
        template.values(out);
    }
}

impl Template {
    /// Turns a point, the independent standard normal coordinates of the parameters, into their values.
    pub fn values(&self, point: &mut [f64]) {
        self.copula.apply(point);
        for (z, p) in point.iter_mut().zip(&self.params) {
            *z = p.dist.at(*z);
        }
    }

    /// The concrete scenario of a rollout.
    pub fn draw(&self, seed: u64, sampling: Sampling, rollout: u64) -> Concrete {
        let draws = Draws::new(self, seed, sampling);
        let mut point = vec![0.0; self.params.len()];
        coordinates(draws.key, rollout, draws.set, &mut point);
        let mut params = point.clone();
        self.values(&mut params);
        Concrete { point, params, stratum: draws.stratum(rollout) }
    }
}
