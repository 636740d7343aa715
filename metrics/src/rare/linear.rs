//! The little linear algebra that is needed, in one fixed order of operations: libraries choose theirs by the machine, and with
//! it the last bits.

/// `a · b`.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four sums side by side, always in this order.
    let mut s = [0.0; 4];
    let (ca, cb) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = ca.remainder().iter().zip(cb.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in ca.zip(cb) {
        for k in 0..4 {
            s[k] += x[k] * y[k];
        }
    }
    (s[0] + s[1]) + (s[2] + s[3]) + rest
}

/// Squared length.
pub(crate) fn square(a: &[f64]) -> f64 {
    dot(a, a)
}

/// `a += f b`.
pub(crate) fn add_scaled(a: &mut [f64], f: f64, b: &[f64]) {
    for (x, y) in a.iter_mut().zip(b) {
        *x += f * y;
    }
}

/// A lower triangle, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lower {
    n: usize,
    values: Vec<f64>,
}

impl Lower {
    /// The factor L with L Lᵀ = the symmetric matrix (row by row); `None` where it is not positive definite.
    pub fn cholesky(n: usize, matrix: &[f64]) -> Option<Self> {
        let mut l = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let s = matrix[i * n + j] - dot(&l[i * n..i * n + j], &l[j * n..j * n + j]);
                if i == j {
                    if !(s > 0.0 && s.is_finite()) {
                        return None;
                    }
                    l[i * n + i] = s.sqrt();
                } else {
                    l[i * n + j] = s / l[j * n + j];
                }
            }
        }
        Some(Self { n, values: l })
    }

    /// f L.
    pub fn scaled(&self, f: f64) -> Self {
        Self { n: self.n, values: self.values.iter().map(|x| f * x).collect() }
    }

    /// L x.
    pub fn times(&self, x: &[f64], out: &mut [f64]) {
        for i in 0..self.n {
            out[i] = dot(&self.values[i * self.n..=i * self.n + i], &x[..=i]);
        }
    }

    /// Solves L y = x in place.
    pub fn solve(&self, x: &mut [f64]) {
        for i in 0..self.n {
            let s = dot(&self.values[i * self.n..i * self.n + i], &x[..i]);
            x[i] = (x[i] - s) / self.values[i * self.n + i];
        }
    }

    /// Solves Lᵀ y = x in place.
    pub fn solve_transposed(&self, x: &mut [f64]) {
        for i in (0..self.n).rev() {
            x[i] /= self.values[i * self.n + i];
            let xi = x[i];
            add_scaled(&mut x[..i], -xi, &self.values[i * self.n..i * self.n + i]);
        }
    }

    /// ln of the determinant of L.
    pub fn ln_det(&self) -> f64 {
        (0..self.n).map(|i| libm::log(self.values[i * self.n + i])).sum()
    }
}
