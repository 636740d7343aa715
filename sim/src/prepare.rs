//! From the index of a rollout to a concrete scenario.

use crate::InstructionSet;
use crate::coordinates::coordinates;
use crate::policy::batch::PRIOR_FIELDS;
use crate::random::{Channel, Key, Link, uniform};
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
    /// Where its noise comes from; empty where it is its own.
    pub lineage: Vec<Link>,
}

/// Concrete scenarios that were chosen instead of drawn, as a search for failures chooses them: stratum and point of every rollout, or
/// of every second one, from the first that has them on; and, where it was moved from that of others, its noise. All else of such a rollout
/// is drawn as ever.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    first: u64,
    stride: u64,
    params: usize,
    strata: Vec<u16>,
    points: Vec<f64>,
    links: Vec<Link>,
    /// Where the links of each end.
    links_upto: Vec<usize>,
}

impl Chosen {
    /// None yet, of a template with so many parameters: the first will be that of rollout `first`, and one of `stride` is chosen.
    pub fn new(first: u64, stride: u64, params: usize) -> Self {
        Self {
            first,
            stride: stride.max(1),
            params,
            strata: Vec::new(),
            points: Vec::new(),
            links: Vec::new(),
            links_upto: Vec::new(),
        }
    }

    /// Chooses the next one: a stratum that the template has, the independent standard normal coordinates of its parameters, and
    /// where its noise comes from.
    pub fn push(&mut self, stratum: u16, point: &[f64], lineage: &[Link]) {
        self.strata.push(stratum);
        self.points.extend_from_slice(&point[..self.params]);
        self.links.extend_from_slice(lineage);
        self.links_upto.push(self.links.len());
    }

    /// The lineage of the next one, if it keeps `rho` of the noise of an earlier one and draws the rest itself.
    pub fn lineage_from(&self, parent: u64, rho: f64) -> Vec<Link> {
        let next = self.first + self.stride * self.strata.len() as u64;
        let mut lineage = self.lineage(parent).to_vec();
        if lineage.is_empty() {
            lineage.push((parent, 0.0));
        }
        lineage.push((next, rho));
        lineage
    }

    /// Where the noise of a rollout comes from; empty where it is its own.
    pub fn lineage(&self, rollout: u64) -> &[Link] {
        let Some(k) = self.place(rollout) else { return &[] };
        let from = if k == 0 { 0 } else { self.links_upto[k - 1] };
        &self.links[from..self.links_upto[k]]
    }

    /// Whether the noise of any is not its own.
    pub(crate) fn moves_noise(&self) -> bool {
        !self.links.is_empty()
    }

    /// How many were chosen.
    pub fn len(&self) -> usize {
        self.strata.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.strata.is_empty()
    }

    /// Stratum and point of a rollout; `None` where it is drawn.
    pub fn at(&self, rollout: u64) -> Option<(u16, &[f64])> {
        let k = self.place(rollout)?;
        Some((self.strata[k], &self.points[k * self.params..(k + 1) * self.params]))
    }

    fn place(&self, rollout: u64) -> Option<usize> {
        let place = rollout.checked_sub(self.first).filter(|place| place.is_multiple_of(self.stride))?;
        usize::try_from(place / self.stride).ok().filter(|k| *k < self.strata.len())
    }
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
pub(crate) struct Draws<'a> {
    pub key: Key,
    chosen: Option<&'a Chosen>,
    /// What coordinates are worked out with; never changes a bit.
    set: InstructionSet,
    halves: [Group; 2],
    /// What a policy is told of the hazard before it sees anything, in the order of [`crate::PRIOR_LAYOUT`].
    pub priors: [f32; PRIOR_FIELDS],
}

impl<'a> Draws<'a> {
    pub fn new(template: &Template, seed: u64, sampling: Sampling, chosen: Option<&'a Chosen>) -> Self {
        let split = sampling == Sampling::Stratified
            && template.strata.iter().any(|s| s.hazard)
            && template.strata.iter().any(|s| !s.hazard);
        let half = |hazard: bool| Group::new(template, move |h| !split || h == hazard);
        let rate = |known: Option<f64>| known.unwrap_or(-1.0) as f32;
        let priors = [rate(template.base_rate(sampling)), rate(template.hazard_prior)];
        Self {
            key: Key::new(seed, &template.name),
            chosen,
            set: InstructionSet::best(),
            halves: [half(false), half(true)],
            priors,
        }
    }

    /// Stratum of a rollout: the index fixes the half, the seed the state within it.
    pub fn stratum(&self, rollout: u64) -> u16 {
        if let Some((stratum, _)) = self.chosen.and_then(|chosen| chosen.at(rollout)) {
            return stratum;
        }
        self.halves[(rollout & 1) as usize].pick(uniform(self.key, rollout, Channel::Latents, 0, 0))
    }

    /// Who would be the hazard of a rollout that holds none: drawn as in a rollout with the hazard, by a number of its own.
    pub fn would_be(&self, template: &Template, rollout: u64) -> u16 {
        Group::new(template, |hazard| hazard).pick(uniform(self.key, rollout, Channel::Latents, 0, 1))
    }

    /// Fills in the values of the parameters.
    pub fn params(&self, template: &Template, rollout: u64, out: &mut [f64; MAX_PARAMS]) {
        let out = &mut out[..template.params.len()];
        self.point(rollout, out);
        template.values(out);
    }

    /// Where the noise of a rollout comes from.
    pub fn lineage(&self, rollout: u64) -> &'a [Link] {
        self.chosen.map_or(&[], |chosen| chosen.lineage(rollout))
    }

    /// Whether any rollout has noise that is not its own.
    pub fn moves_noise(&self) -> bool {
        self.chosen.is_some_and(Chosen::moves_noise)
    }

    fn point(&self, rollout: u64, out: &mut [f64]) {
        match self.chosen.and_then(|chosen| chosen.at(rollout)) {
            Some((_, point)) => out.copy_from_slice(point),
            None => coordinates(self.key, rollout, self.set, out),
        }
    }
}

impl Template {
    /// Share of the rollouts that hold the hazard, as they are drawn, rounded to `f32` as policies are told it; `None` where no state is
    /// marked as hazard, or every one.
    pub fn base_rate(&self, sampling: Sampling) -> Option<f64> {
        let weight = |hazard: bool| self.strata.iter().filter(|s| s.hazard == hazard).map(|s| s.weight).sum::<f64>();
        let (other, hazard) = (weight(false), weight(true));
        let marked = self.strata.iter().any(|s| s.hazard) && self.strata.iter().any(|s| !s.hazard);
        let share = match sampling {
            Sampling::Stratified => 0.5,
            Sampling::Mc => hazard / (hazard + other),
        };
        marked.then_some(f64::from(share as f32))
    }

    /// The strata that rollouts with the hazard are drawn from (all of them where there is nothing to split), with their cumulated
    /// shares of those, ascending to 1.
    pub fn hazard_strata(&self, sampling: Sampling) -> Vec<(f64, u16)> {
        let [_, hazard] = Draws::new(self, 0, sampling, None).halves;
        hazard.upto
    }

    /// Turns a point, the independent standard normal coordinates of the parameters, into their values.
    pub fn values(&self, point: &mut [f64]) {
        self.copula.apply(point);
        for (z, p) in point.iter_mut().zip(&self.params) {
            *z = p.dist.at(*z);
        }
    }

    /// The concrete scenario of a rollout.
    pub fn draw(&self, seed: u64, sampling: Sampling, rollout: u64) -> Concrete {
        self.concrete(seed, sampling, None, rollout)
    }

    /// The concrete scenario of a rollout, where some were chosen.
    pub fn concrete(&self, seed: u64, sampling: Sampling, chosen: Option<&Chosen>, rollout: u64) -> Concrete {
        let draws = Draws::new(self, seed, sampling, chosen);
        let mut point = vec![0.0; self.params.len()];
        draws.point(rollout, &mut point);
        let mut params = point.clone();
        self.values(&mut params);
        Concrete { point, params, stratum: draws.stratum(rollout), lineage: draws.lineage(rollout).to_vec() }
    }
}
