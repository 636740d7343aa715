//! Random numbers of an estimator: each is a function of seed, purpose, index and coordinate.

use super::points::Points;
use nines_numerics::philox::{normal_pair, philox, split_mix};

/// A stream of random numbers for one purpose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws {
    key: [u64; 2],
    purpose: u64,
}

impl Draws {
    /// The stream of a purpose under a seed; purposes never share numbers.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let k = split_mix(seed);
        Self { key: [k & 0xffff_ffff, k >> 32], purpose }
    }

    /// Four words of 32 bits.
    pub fn words(self, index: u64, block: u64) -> [u64; 4] {
        philox([block, self.purpose, index & 0xffff_ffff, index >> 32], self.key)
    }

    /// Fills in standard normals.
    pub fn normals(self, index: u64, out: &mut [f64]) {
        for (block, part) in out.chunks_mut(4).enumerate() {
            let w = self.words(index, block as u64);
            let ((a, b), (c, d)) = (normal_pair(w[0], w[1]), normal_pair(w[2], w[3]));
            for (to, from) in part.iter_mut().zip([a, b, c, d]) {
                *to = from;
            }
        }
    }

    /// `n` standard normal points, those with the indices from `first` on.
    pub fn points(self, dim: usize, first: u64, n: usize) -> Points {
        let mut out = Points::zeros(dim, n);
        for k in 0..n {
            self.normals(first + k as u64, out.row_mut(k));
        }
        out
    }

    /// A uniform number of (0, 1), with 53 random bits; blocks beyond those of the normals.
    pub fn uniform(self, index: u64) -> f64 {
        let w = self.words(index, 0xffff_ffff);
        (((w[0] << 21) ^ (w[1] >> 11)) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number below `n`; its bias of n / 2^53 is harmless here.
    pub fn below(self, index: u64, n: usize) -> usize {
        ((self.uniform(index) * n as f64) as usize).min(n.saturating_sub(1))
    }
}
