//! Randomness by address: every random number is a pure function of (seed, scenario name, rollout, channel, slot, knot).
//!
//! The generator is [`philox`]: its key holds seed and scenario name, its counter holds rollout, channel, slot and knot.

use crate::math::{ln, sincos_quarter, unit, whole};
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

/// A uniform number of (0, 1) at an address, with 53 random bits.
pub fn uniform(key: Key, rollout: u64, channel: Channel, slot: u64, knot: u64) -> f64 {
    let w = words(key, rollout, channel, slot, knot);
    (((w[0] << 21) ^ (w[1] >> 11)) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
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
