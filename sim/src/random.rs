//! Randomness by address: every random number is a pure function of (seed, scenario name, rollout, channel, slot, knot).
//!
//! The generator is [`philox`]: its key holds seed and scenario name, its counter holds rollout, channel, slot and knot.
//!
//! A search may move the noise of a rollout instead of drawing it anew: then the rollout has a *lineage*, a list of rollouts, each
//! with the share `rho` that is kept of what came before. Where these drew z0, z1, … at an address, it has
//! `… rho1 z0 + √(1 - rho1²) z1 …`, a standard normal again.

use crate::math::{ln, max, min, normal_cdf, normal_quantile, sincos_quarter, unit, whole};
pub use nines_numerics::philox::{fnv1a, normal_pair, philox, split_mix};

/// What a stream of numbers is for. Channels never share numbers; a new purpose gets a new channel, so that others stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Channel {
    /// Coordinates of the parameters, one per parameter.
    Parameters = 1,
    /// State of the latent variables, one draw per rollout.
    Latents = 2,
    /// Errors of perception: position and speed, per actor and knot.
    Perception = 3,
    /// Bursts of misses, confusion of class, per actor and knot.
    Detection = 4,
    /// Cues, per actor and window.
    Cues = 5,
    /// Choices and wandering of actors, per actor and knot.
    Behaviour = 6,
    /// Errors of the bearing of sounds, per actor and knot.
    Sound = 7,
    /// What a policy may draw with.
    Policy = 8,
}

/// The key of a scenario's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub(crate) [u64; 2]);

impl Key {
    /// The key of a scenario, by its name, under a seed.
    pub fn new(seed: u64, scenario: &str) -> Self {
        let k = split_mix(seed ^ split_mix(fnv1a(scenario.as_bytes())));
        Key([k & 0xffff_ffff, k >> 32])
    }
}

/// Four random words at an address.
#[inline(always)]
pub fn words(key: Key, rollout: u64, channel: Channel, slot: u64, knot: u64) -> [u64; 4] {
    philox([knot, (channel as u64) << 16 | slot, rollout & 0xffff_ffff, rollout >> 32], key.0)
}

/// Four independent standard normals at an address.
#[inline(always)]
pub fn normals(key: Key, rollout: u64, channel: Channel, slot: u64, knot: u64) -> [f64; 4] {
    let w = words(key, rollout, channel, slot, knot);
    let ((a, b), (c, d)) = (normal_pair(w[0], w[1]), normal_pair(w[2], w[3]));
    [a, b, c, d]
}

/// Two independent standard normals at an address.
#[inline(always)]
fn pair(key: Key, rollout: u64, channel: Channel, slot: u64, knot: u64) -> [f64; 2] {
    let w = words(key, rollout, channel, slot, knot);
    let (a, b) = normal_pair(w[0], w[1]);
    [a, b]
}

/// A uniform number of (0, 1) at an address, with 53 random bits.
pub fn uniform(key: Key, rollout: u64, channel: Channel, slot: u64, knot: u64) -> f64 {
    let w = words(key, rollout, channel, slot, knot);
    (((w[0] << 21) ^ (w[1] >> 11)) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// A rollout whose noise is part of another's, and the share of what came before it that is kept beside it.
pub type Link = (u64, f64);

/// Where the noise of a rollout comes from: from its own index, unless it has a lineage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub key: Key,
    pub rollout: u64,
    pub lineage: &'a [Link],
}

impl Source<'_> {
    /// Standard normals that each rollout of the lineage has drawn by itself, put together.
    fn together<const N: usize>(&self, drawn_by: impl Fn(u64) -> [f64; N]) -> [f64; N] {
        if self.lineage.is_empty() {
            return drawn_by(self.rollout);
        }
        let mut z = [0.0; N];
        for (rollout, rho) in self.lineage {
            let (new, fresh) = (drawn_by(*rollout), (1.0 - rho * rho).sqrt());
            for k in 0..N {
                z[k] = rho * z[k] + fresh * new[k];
            }
        }
        z
    }

    /// The same for a uniform number of (0, 1), by way of the standard normal that it is the quantile of.
    fn together_uniform(&self, drawn_by: impl Fn(u64) -> f64) -> f64 {
        if self.lineage.is_empty() {
            return drawn_by(self.rollout);
        }
        let [z] = self.together(|rollout| [normal_quantile(drawn_by(rollout))]);
        // Where the distribution function rounds to 0 or 1 the nearest number within stands for it.
        max(min(normal_cdf(z), 1.0 - f64::EPSILON / 2.0), f64::MIN_POSITIVE)
    }

    /// Four independent standard normals. Only where some rollout has a lineage it is `MOVED`: the loops of all others stay free of it.
    #[inline(always)]
    pub fn normals<const MOVED: bool>(&self, channel: Channel, slot: u64, knot: u64) -> [f64; 4] {
        if !MOVED {
            return normals(self.key, self.rollout, channel, slot, knot);
        }
        self.together(|rollout| normals(self.key, rollout, channel, slot, knot))
    }

    /// Two independent standard normals.
    #[inline(always)]
    pub fn pair<const MOVED: bool>(&self, channel: Channel, slot: u64, knot: u64) -> [f64; 2] {
        if !MOVED {
            return pair(self.key, self.rollout, channel, slot, knot);
        }
        self.together(|rollout| pair(self.key, rollout, channel, slot, knot))
    }

    /// A uniform number of (0, 1) with 32 random bits.
    #[inline(always)]
    pub fn unit<const MOVED: bool>(&self, channel: Channel, slot: u64, knot: u64) -> f64 {
        if !MOVED {
            return unit(words(self.key, self.rollout, channel, slot, knot)[0]);
        }
        self.together_uniform(|rollout| unit(words(self.key, rollout, channel, slot, knot)[0]))
    }

    /// A uniform number of (0, 1) with 53 random bits.
    pub fn uniform(&self, channel: Channel, slot: u64, knot: u64) -> f64 {
        self.together_uniform(|rollout| uniform(self.key, rollout, channel, slot, knot))
    }
}

/// Standard normal coordinate of parameter `index`: the radius has 64 random bits, so that tails reach beyond nine sigma.
#[inline(always)]
pub fn parameter_coordinate(key: Key, rollout: u64, index: u64) -> f64 {
    let w = words(key, rollout, Channel::Parameters, index, 0);
    let u = (whole(w[0]) * 4_294_967_296.0 + whole(w[1]) + 0.5) * (1.0 / 18_446_744_073_709_551_616.0);
    // A u that rounds to 1 gives radius 0: harmless, and its probability is 2^-54.
    let r = (-2.0 * ln(u)).sqrt();
    let (_, c) = sincos_quarter(unit((w[2] & 0x3fff_ffff) << 2) - 0.5, w[2] >> 30);
    if r > 0.0 { r * c } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_have_the_moments_of_the_normal_distribution() {
        let key = Key::new(3, "moments");
        let n = 100_000;
        let mut m = [0.0; 4];
        for t in 0..n {
            for z in normals(key, 5, Channel::Behaviour, 2, t) {
                for (k, s) in m.iter_mut().enumerate() {
                    *s += z.powi(k as i32 + 1) / (4 * n) as f64;
                }
            }
        }
        // Five standard errors: 1, sqrt 2, sqrt 15, sqrt 96 over sqrt 400,000.
        assert!(m[0].abs() < 0.008 && (m[1] - 1.0).abs() < 0.0112 && m[2].abs() < 0.031 && (m[3] - 3.0).abs() < 0.078, "{m:?}");
    }

    /// What is put together is again standard normal or uniform, and correlated with what it comes from as it says.
    #[test]
    fn moved_noise_keeps_its_distribution() {
        let key = Key::new(3, "moved");
        let n = 40_000;
        let (mut normal, mut uniform, mut with) = ([0.0; 2], [0.0; 2], 0.0);
        for knot in 0..n {
            let lineage = [(1, 0.0), (2, 0.6), (3, 0.8)];
            let (moved, from) = (Source { key, rollout: 3, lineage: &lineage }, Source { key, rollout: 1, lineage: &[] });
            for (a, b) in moved.normals::<true>(Channel::Perception, 1, knot).into_iter().zip(from.normals::<true>(
                Channel::Perception,
                1,
                knot,
            )) {
                normal[0] += a / (4 * n) as f64;
                normal[1] += a * a / (4 * n) as f64;
                with += a * b / (4 * n) as f64;
            }
            let u = moved.unit::<true>(Channel::Detection, 1, knot);
            let v = moved.uniform(Channel::Cues, 1, knot);
            uniform[0] += 0.5 * (u + v) / n as f64;
            uniform[1] += 0.5 * (u * u + v * v) / n as f64;
        }
        // Five standard errors; 0.48 = 0.6 times 0.8.
        assert!(normal[0].abs() < 0.0125 && (normal[1] - 1.0).abs() < 0.018 && (with - 0.48).abs() < 0.014, "{normal:?} {with}");
        assert!((uniform[0] - 0.5).abs() < 0.0051 && (uniform[1] - 1.0 / 3.0).abs() < 0.0053, "{uniform:?}");
    }

    #[test]
    fn every_part_of_the_address_matters() {
        let base = words(Key::new(1, "a"), 7, Channel::Cues, 3, 9);
        for other in [
            words(Key::new(2, "a"), 7, Channel::Cues, 3, 9),
            words(Key::new(1, "b"), 7, Channel::Cues, 3, 9),
            words(Key::new(1, "a"), 8, Channel::Cues, 3, 9),
            words(Key::new(1, "a"), 7, Channel::Latents, 3, 9),
            words(Key::new(1, "a"), 7, Channel::Cues, 4, 9),
            words(Key::new(1, "a"), 7, Channel::Cues, 3, 10),
            words(Key::new(1, "a"), 7 + (1 << 32), Channel::Cues, 3, 9),
        ] {
            assert_ne!(base, other);
        }
    }
}
