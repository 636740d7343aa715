//! Points of standard normal space, one after the other.

/// Where the hidden noise of a point comes from.
///
/// A limit state may have inputs beside the coordinates of a point: too many to be written out, as the noise of every step of a rollout
/// is. All of them are standard normal, and drawn anew for every evaluation, unless the point says otherwise: then it keeps a share of
/// those of an earlier evaluation, `rho` of each beside `√(1 - rho²)` of a new one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parent {
    /// The earlier evaluation, counted from 0.
    pub evaluation: u64,
    /// Correlation with its noise, in [0, 1).
    pub rho: f64,
}

/// `n` points of `dim` coordinates, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    dim: usize,
    values: Vec<f64>,
    /// Of all points, or of none.
    parents: Vec<Parent>,
}

impl Points {
    /// No points yet.
    pub fn new(dim: usize) -> Self {
        Self { dim, values: Vec::new(), parents: Vec::new() }
    }

    /// `n` points at the origin.
    pub fn zeros(dim: usize, n: usize) -> Self {
        Self { dim, values: vec![0.0; dim * n], parents: Vec::new() }
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

    /// Says where the hidden noise of all points comes from, in their order.
    pub fn descend_from(&mut self, parents: Vec<Parent>) {
        debug_assert_eq!(parents.len(), self.len());
        self.parents = parents;
    }

    /// Where the hidden noise of point `k` comes from; `None` where it is drawn anew.
    pub fn parent(&self, k: usize) -> Option<Parent> {
        self.parents.get(k).copied()
    }

    /// The coordinates of all points, row by row: `[n, dim]`.
    pub fn values(&self) -> &[f64] {
        &self.values
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
            out.parents.extend(self.parent(k));
        }
        out
    }
}
