//! Points of standard normal space, one after the other.

/// `n` points of `dim` coordinates, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    dim: usize,
    values: Vec<f64>,
}

impl Points {
    /// No points yet.
    pub fn new(dim: usize) -> Self {
        Self { dim, values: Vec::new() }
    }

    /// `n` points at the origin.
    pub fn zeros(dim: usize, n: usize) -> Self {
        Self { dim, values: vec![0.0; dim * n] }
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How many points.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.dim).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The coordinates of point `k`.
    pub fn row(&self, k: usize) -> &[f64] {
        &self.values[k * self.dim..(k + 1) * self.dim]
    }

    /// The coordinates of point `k`, to be written.
    pub fn row_mut(&mut self, k: usize) -> &mut [f64] {
        &mut self.values[k * self.dim..(k + 1) * self.dim]
    }

    /// All points in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.dim.max(1))
    }

    /// One more point.
    pub fn push(&mut self, row: &[f64]) {
        debug_assert_eq!(row.len(), self.dim);
        self.values.extend_from_slice(row);
    }

    /// More points.
    pub fn append(&mut self, other: &Points) {
        self.values.extend_from_slice(&other.values);
    }

    /// A part of the points, by their places.
    pub fn select(&self, places: impl IntoIterator<Item = usize>) -> Points {
        let mut out = Points::new(self.dim);
        for k in places {
            out.push(self.row(k));
        }
        out
    }
}
