//! Sobol points with the nested uniform scrambling of Owen (1997).

use super::draws::Draws;
use super::points::Points;
use nines_numerics::math::normal_quantile;
use nines_numerics::philox::split_mix;
use sobol::Sobol;
use sobol::params::JoeKuoD6;

/// Directions of the sequence in `dim` dimensions, from which points are made at any index.
#[derive(Clone, Debug)]
pub(crate) struct Net {
    directions: Vec<Vec<u32>>,
}

/// Most dimensions that the direction numbers of Joe and Kuo (2008) hold here.
pub(crate) const MOST_DIMENSIONS: usize = 1000;

impl Net {
    /// `None` beyond [`MOST_DIMENSIONS`].
    pub fn new(dim: usize) -> Option<Self> {
        let params = if dim <= 100 { JoeKuoD6::minimal() } else { JoeKuoD6::standard() };
        (dim <= MOST_DIMENSIONS).then(|| Self { directions: Sobol::<u32>::init_direction_vals(dim, 32, &params) })
    }

    /// The first `n` points under a scrambling of their own, as standard normals times `scale`.
    pub fn normals(&self, n: usize, scale: f64, draws: Draws) -> Points {
        let dim = self.directions.len();
        let mut out = Points::zeros(dim, n);
        for (j, directions) in self.directions.iter().enumerate() {
            let w = draws.words(j as u64, 1 << 20);
            let seed = split_mix(w[0] << 32 | w[1]);
            let mut bits = 0u32;
            for k in 0..n {
                // Gray code order: the same points within each power of two.
                if k > 0 {
                    bits ^= directions[k.trailing_zeros() as usize];
                }
                let low = split_mix(seed ^ split_mix(k as u64 | 1 << 63)) >> 43;
                let u = (f64::from(scrambled(bits, seed)) * 2_097_152.0 + low as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0);
                out.row_mut(k)[j] = scale * normal_quantile(u);
            }
        }
        out
    }
}

/// Each bit is flipped or not by a hash of the bits above it: nested uniform scrambling.
fn scrambled(bits: u32, seed: u64) -> u32 {
    let mut out = 0;
    for level in 0..32 {
        let above = if level == 0 { 0 } else { bits >> (32 - level) };
        let flip = split_mix(seed ^ split_mix(u64::from(above) << 6 | level as u64)) >> 63;
        out |= ((bits >> (31 - level)) & 1 ^ flip as u32) << (31 - level);
    }
    out
}
