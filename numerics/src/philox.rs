//! Philox4x32 with ten rounds: a random word is a function of its address (Salmon, Moraes, Dror, Shaw: Parallel random numbers:
//! as easy as 1, 2, 3, SC 2011).

use crate::math::{ln, sincos_quarter, unit};

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

/// Two independent standard normals from two words (Box and Muller 1958).
#[inline(always)]
pub fn normal_pair(a: u64, b: u64) -> (f64, f64) {
    let r = (-2.0 * ln(unit(a))).sqrt();
    // The two high bits choose the quarter, the others the angle within half a quarter of its axis.
    let (s, c) = sincos_quarter(unit((b & 0x3fff_ffff) << 2) - 0.5, b >> 30);
    (r * c, r * s)
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
}
