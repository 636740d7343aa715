//! Arithmetic that gives the same bits on every machine and in every lane width.
//!
//! Functions of a step use `+ - * /`, square roots, comparisons and bit patterns only, all exact by IEEE 754, without
//! branches and without fused multiply-add. Functions of set-up ([`normal_cdf`], [`normal_quantile`]) use the `libm` crate.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, LN_2, LOG2_E};

/// `a` where `c` holds, else `b`.
#[inline(always)]
pub fn sel(c: bool, a: f64, b: f64) -> f64 {
    if c { a } else { b }
}

/// 1 where `c` holds, else 0.
#[inline(always)]
pub fn flag(c: bool) -> f64 {
    sel(c, 1.0, 0.0)
}

/// The smaller of two; `b` where they compare as neither.
#[inline(always)]
pub fn min(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The larger of two; `b` where they compare as neither.
#[inline(always)]
pub fn max(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// `x` limited to `lo..=hi`.
#[inline(always)]
pub fn clamp(x: f64, lo: f64, hi: f64) -> f64 {
    max(lo, min(x, hi))
}

/// Rounded to the nearest `f32` and back: what an observation can say.
#[inline(always)]
pub fn single(x: f64) -> f64 {
    x as f32 as f64
}

/// 1.5 * 2^52: adding it rounds to a whole number (below 2^51), which then stands in the low bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;
/// The bit pattern of 2^52, whose mantissa then holds a whole number.
const TWO52: u64 = 0x4330_0000_0000_0000;

/// 32 random bits as the middle of one of 2^32 equal cells of (0, 1).
#[inline(always)]
pub fn unit(bits: u64) -> f64 {
    (f64::from_bits(TWO52 | bits) - 4_503_599_627_370_496.0 + 0.5) * (1.0 / 4_294_967_296.0)
}

/// 32 bits as a whole number.
#[inline(always)]
pub fn whole(bits: u64) -> f64 {
    f64::from_bits(TWO52 | bits) - 4_503_599_627_370_496.0
}

/// Natural logarithm of a positive normal number. Error below 1e-12, relative where the result exceeds 1, else absolute.
///
/// With x = 2^e m and s = (m - 1)/(m + 1): ln m = 2 (s + s^3/3 + s^5/5 + ...), |s| < 0.1716.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    let shifted = x.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - SQRT_HALF);
    let e = f64::from_bits(TWO52 | (shifted >> 52)) - (4_503_599_627_370_496.0 + 1023.0);
    let m = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let p = 2.0 / 13.0;
    let p = 2.0 / 11.0 + z * p;
    let p = 2.0 / 9.0 + z * p;
    let p = 2.0 / 7.0 + z * p;
    let p = 2.0 / 5.0 + z * p;
    let p = 2.0 / 3.0 + z * p;
    e * LN_2 + s * (2.0 + z * p)
}

/// Sine and cosine of `r + q` quarter turns, |r| <= 1/2. Absolute error below 1e-11.
#[inline(always)]
pub fn sincos_quarter(r: f64, q: u64) -> (f64, f64) {
    let x = r * FRAC_PI_2;
    let z = x * x;
    // Taylor series: |x| <= pi/4 leaves less than 7e-12 (sine) and 3e-12 (cosine).
    let s = 1.0 / 362_880.0 - z * (1.0 / 39_916_800.0);
    let s = 1.0 - z * (1.0 / 6.0 - z * (1.0 / 120.0 - z * (1.0 / 5_040.0 - z * s)));
    let s = x * s;
    let c = 1.0 / 3_628_800.0 - z * (1.0 / 479_001_600.0);
    let c = 1.0 - z * (0.5 - z * (1.0 / 24.0 - z * (1.0 / 720.0 - z * (1.0 / 40_320.0 - z * c))));
    let odd = q & 1 != 0;
    let (a, b) = (sel(odd, c, s), sel(odd, s, c));
    // Sine is negative in quarters 2 and 3, cosine in 1 and 2: flip the sign bit.
    (f64::from_bits(a.to_bits() ^ ((q & 2) << 62)), f64::from_bits(b.to_bits() ^ ((q.wrapping_add(1) & 2) << 62)))
}

/// Sine and cosine of an angle in radians, |x| < 1e5. Absolute error below 1e-11.
#[inline(always)]
pub fn sincos(x: f64) -> (f64, f64) {
    let t = x * FRAC_2_PI;
    let n = t + WHOLE;
    sincos_quarter(t - (n - WHOLE), n.to_bits())
}

/// Exponential, |x| < 700. Relative error below 1e-12.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let n = x * LOG2_E + WHOLE;
    let k = n - WHOLE;
    // ln 2 in two parts, the first with trailing zeros, so that k times it is exact.
    let r = (x - k * 0.693_147_180_369_123_8) - k * 1.908_214_929_270_587_7e-10;
    let p = 1.0 / 362_880.0 + r * (1.0 / 3_628_800.0);
    let p = 1.0 / 5_040.0 + r * (1.0 / 40_320.0 + r * p);
    let p = 1.0 / 120.0 + r * (1.0 / 720.0 + r * p);
    let p = 1.0 / 6.0 + r * (1.0 / 24.0 + r * p);
    let p = 1.0 + r * (1.0 + r * (0.5 + r * p));
    p * f64::from_bits((n.to_bits() << 52).wrapping_add(1023 << 52))
}

/// Distribution function of the standard normal. Not for use in a step.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// Quantile of the standard normal, `0 < u < 1`, relative error about 1e-16. Not for use in a step.
///
/// Wichura (1988), Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied Statistics 37, PPND16.
pub fn normal_quantile(u: f64) -> f64 {
    let poly = |c: &[f64; 8], x: f64| c.iter().rev().fold(0.0, |acc, k| acc * x + k);
    let q = u - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * poly(&CENTRE_NUM, r) / poly(&CENTRE_DEN, r);
    }
    let tail = if q < 0.0 { u } else { 1.0 - u };
    let r = (-libm::log(tail)).sqrt();
    let x = if r <= 5.0 {
        poly(&TAIL_NUM, r - 1.6) / poly(&TAIL_DEN, r - 1.6)
    } else {
        poly(&FAR_NUM, r - 5.0) / poly(&FAR_DEN, r - 5.0)
    };
    if q < 0.0 { -x } else { x }
}

const CENTRE_NUM: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_DEN: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const TAIL_NUM: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const TAIL_DEN: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_NUM: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_DEN: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_keep_their_stated_error() {
        let (mut dl, mut ds, mut de) = (0.0f64, 0.0f64, 0.0f64);
        for k in 1..400_000u64 {
            let u = unit(k * 10_737);
            dl = dl.max((ln(u) - libm::log(u)).abs() / libm::log(u).abs().max(1.0));
            let x = (u - 0.5) * 200.0;
            let (s, c) = sincos(x);
            ds = ds.max((s - libm::sin(x)).abs()).max((c - libm::cos(x)).abs());
            de = de.max((exp(x) / libm::exp(x) - 1.0).abs());
        }
        assert!(dl < 1e-12 && ds < 1e-11 && de < 1e-12, "ln {dl:e}, sincos {ds:e}, exp {de:e}");
    }

    /// Values from SciPy: `scipy.stats.norm.ppf` and `cdf`.
    #[test]
    fn normal_quantile_and_distribution_match_scipy() {
        for (u, z) in [
            (1e-300, -37.047_096_299_361_2),
            (1e-12, -7.034_483_825_301_131),
            (1e-3, -3.090_232_306_167_813_5),
            (0.1, -1.281_551_565_544_600_4),
            (0.5, 0.0),
            (0.8, 0.841_621_233_572_914_3),
            (0.999, 3.090_232_306_167_813),
        ] {
            assert!((normal_quantile(u) - z).abs() <= 2e-14 * z.abs(), "{u}: {} {z}", normal_quantile(u));
        }
        for (z, p) in [(-6.0, 9.865_876_450_376_946e-10), (-1.0, 0.158_655_253_931_457_05), (2.0, 0.977_249_868_051_820_8)] {
            assert!((normal_cdf(z) / p - 1.0).abs() < 1e-14);
        }
    }
}
