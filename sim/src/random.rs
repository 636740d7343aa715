//! Randomness by address: every random number is a pure function of (seed, scenario name, rollout, channel, slot, knot).
//!
//! The generator is Philox4x32 with ten rounds (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3,
//! SC 2011). The key holds seed and scenario name, the counter holds rollout, channel, slot and knot.

use crate::math::{ln, sincos_quarter, unit, whole};

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

/// 64-bit FNV-1a hash: stable across versions, for names only.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

/// One output of SplitMix64 (Steele, Lea, Flood 2014) for the state `x`: a strong mix of 64 bits.
pub fn split_mix(x: u64) -> u64 {
    let z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Philox4x32-10. Words sit in the low halves of 64-bit lanes, so that one product gives both halves.
#[inline(always)]
pub fn philox(mut c: [u64; 4], mut k: [u64; 2]) -> [u64; 4] {
    const LOW: u64 = 0xffff_ffff;
    for _ in 0..10 {
        let p0 = (c[0] & LOW) * 0xd251_1f53;
        let p1 = (c[2] & LOW) * 0xcd9e_8d57;
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & LOW, (p0 >> 32) ^ c[3] ^ k[1], p0 & LOW];
        k = [k[0].wrapping_add(0x9e37_79b9) & LOW, k[1].wrapping_add(0xbb67_ae85) & LOW];
    }
    c
}

/// Four random words at an address.
#[inline(always)]
pub fn words(key: Key, rollout: u64, channel: Channel, slot: u64, knot: u64) -> [u64; 4] {
    philox([knot, (channel as u64) << 16 | slot, rollout & 0xffff_ffff, rollout >> 32], key.0)
}

/// Two independent standard normals from two words (Box and Muller 1958).
#[inline(always)]
pub fn normal_pair(a: u64, b: u64) -> (f64, f64) {
    let r = (-2.0 * ln(unit(a))).sqrt();
    // The two high bits choose the quarter, the others the angle within half a quarter of its axis.
    let (s, c) = sincos_quarter(unit((b & 0x3fff_ffff) << 2) - 0.5, b >> 30);
    (r * c, r * s)
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

    /// Known answers published with the Random123 library of the paper's authors (`kat_vectors`, philox4x32 10).
    #[test]
    fn philox_gives_the_published_words() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        let ones = 0xffff_ffff;
        assert_eq!(philox([ones; 4], [ones; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        assert_eq!(philox(counter, [0xa409_3822, 0x299f_31d0]), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }

    /// The first outputs of SplitMix64 from state 1234567 as published with the reference code of Vigna.
    #[test]
    fn split_mix_gives_the_published_words() {
        let gamma = 0x9e37_79b9_7f4a_7c15u64;
        let out: Vec<u64> = (0..3u64).map(|k| split_mix(1_234_567u64.wrapping_add(gamma.wrapping_mul(k)))).collect();
        assert_eq!(out, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

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
