//! Quantile functions tabulated at load: polynomials of degree 7 over the standard normal coordinate.

use crate::math;
use std::sync::Arc;

/// Coordinates that a table covers lie within this many standard deviations; what is beyond is its end. The tail there is 5e-17.
pub const REACH: f64 = 8.3;
/// Cells of a table, all of the same width; each is cut into as many equal pieces as it needs.
const CELLS: usize = 16;
/// Most pieces of a cell, as the logarithm to base 2.
const MOST_CUTS: u32 = 8;
/// Coefficients of a piece; eight fill a cache line.
const TERMS: usize = 8;
/// Where a piece meets its function: the Chebyshev points of the second kind, `(1 - cos(k pi / 7)) / 2`.
const MEET: [f64; TERMS] = [
    0.0,
    0.049_515_566_048_790_44,
    0.188_255_099_070_633_2,
    0.388_739_533_021_842_8,
    0.611_260_466_978_157_2,
    0.811_744_900_929_366_8,
    0.950_484_433_951_209_6,
    1.0,
];
/// Where the error of a piece is looked at: between those points, where it is largest.
const LOOK: [f64; 3] = [0.5, 0.113, 0.887];

/// A rising function of the standard normal coordinate, by pieces of polynomials.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// First piece and number of pieces of each cell.
    cells: Cells,
    pieces: Arc<[Piece]>,
    highest: f64,
}

type Cells = [(u32, u32); CELLS];

/// Coefficients over the share of the piece that is passed, constant first.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
struct Piece([f64; TERMS]);

impl Table {
    /// Error that a table is made for: times the distance from the median, or times the spread (half of that between the
    /// quantiles at -1 and 1) where that is more. Where a function has fewer digits the last few of them are left.
    pub const ERROR: f64 = 1e-10;

    /// Tabulates a function that rises with the coordinate. Each piece is checked between the points that it is made from,
    /// against a quarter of [`Table::ERROR`], and rises all along. `None` where that takes too many pieces.
    pub fn of(f: impl Fn(f64) -> f64) -> Option<Self> {
        let (median, spread) = (f(0.0), 0.5 * (f(1.0) - f(-1.0)));
        if !(spread > 0.0 && spread.is_finite() && median.is_finite()) {
            return None;
        }
        let allowed =
            |x: f64| math::max(0.25 * Self::ERROR * math::max(spread, (x - median).abs()), 8.0 * f64::EPSILON * x.abs());
        let mut cells = [(0, 0); CELLS];
        let mut pieces: Vec<Piece> = Vec::new();
        for (k, cell) in cells.iter_mut().enumerate() {
            let from = REACH * (2.0 * k as f64 / CELLS as f64 - 1.0);
            let made = (0..=MOST_CUTS).find_map(|cuts| {
                let (n, width) = (1 << cuts, 2.0 * REACH / (CELLS << cuts) as f64);
                (0..n).map(|j| piece(&f, from + width * j as f64, width, &allowed)).collect::<Option<Vec<_>>>()
            })?;
            *cell = (pieces.len() as u32, made.len() as u32);
            pieces.extend(made);
        }
        Self::joined(cells, pieces, f64::INFINITY, allowed)
    }

    /// `from + by` times the function, within `low..high`.
    pub fn scaled(&self, from: f64, by: f64, low: f64, high: f64) -> Option<Self> {
        let scale = |p: &Piece| {
            let mut c = p.0.map(|c| c * by);
            c[0] = math::max(from + c[0], low);
            Piece(c)
        };
        Self::joined(self.cells, self.pieces.iter().map(scale).collect(), high, |_| f64::INFINITY)
    }

    /// Raises each piece to the end of the one before: where a function is next to flat its last digits may fall.
    fn joined(cells: Cells, mut pieces: Vec<Piece>, high: f64, allowed: impl Fn(f64) -> f64) -> Option<Self> {
        let mut reached = f64::NEG_INFINITY;
        for p in &mut pieces {
            if reached - p.0[0] > allowed(p.0[0]) {
                return None;
            }
            p.0[0] = math::min(math::max(p.0[0], reached), high);
            reached = p.at(1.0);
        }
        Some(Self { cells, pieces: pieces.into(), highest: math::min(reached, high) })
    }

    /// The value at a coordinate.
    pub fn at(&self, z: f64) -> f64 {
        let t = (math::clamp(z, -REACH, REACH) + REACH) * (CELLS as f64 / (2.0 * REACH));
        let k = (t as usize).min(CELLS - 1);
        let (first, n) = self.cells[k];
        let t = (t - k as f64) * n as f64;
        let j = (t as u32).min(n - 1);
        let p = &self.pieces[(first + j) as usize];
        // A piece rises; rounding could leave its lowest value by a hair.
        math::clamp(p.at(t - j as f64), p.0[0], self.highest)
    }

    /// How many pieces it has, 64 bytes each.
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }
}

impl Piece {
    /// Estrin's order: short chains.
    fn at(&self, s: f64) -> f64 {
        let c = &self.0;
        let (s2, low, high) = (s * s, (c[0] + c[1] * s, c[2] + c[3] * s), (c[4] + c[5] * s, c[6] + c[7] * s));
        (low.0 + low.1 * s2) + (high.0 + high.1 * s2) * (s2 * s2)
    }

    /// Whether it rises all along: no Bernstein coefficient of its derivative is negative.
    fn rises(&self) -> bool {
        // Pascal's triangle up to the sixth row.
        let mut choose = [[0.0; TERMS - 1]; TERMS - 1];
        for n in 0..TERMS - 1 {
            choose[n][0] = 1.0;
            for k in 1..=n {
                choose[n][k] = choose[n - 1][k - 1] + choose[n - 1][k];
            }
        }
        let derived = |k: usize| (k + 1) as f64 * self.0[k + 1];
        let degree = TERMS - 2;
        (0..=degree).all(|i| (0..=i).map(|k| choose[i][k] / choose[degree][k] * derived(k)).sum::<f64>() >= 0.0)
    }

    /// The polynomial through the points at [`MEET`]: divided differences (Newton), multiplied out.
    fn through(x: [f64; TERMS]) -> Self {
        let mut d = x;
        for order in 1..TERMS {
            for k in (order..TERMS).rev() {
                d[k] = (d[k] - d[k - 1]) / (MEET[k] - MEET[k - order]);
            }
        }
        let mut c = [0.0; TERMS];
        for k in (0..TERMS).rev() {
            // c (s - MEET[k]) + d[k]
            for j in (1..TERMS).rev() {
                c[j] = c[j - 1] - MEET[k] * c[j];
            }
            c[0] = d[k] - MEET[k] * c[0];
        }
        Self(c)
    }
}

/// A piece that keeps the error and rises: the polynomial, or where the function is next to flat a line.
fn piece(f: &impl Fn(f64) -> f64, from: f64, width: f64, allowed: &impl Fn(f64) -> f64) -> Option<Piece> {
    let meet = MEET.map(|s| f(from + width * s));
    let look = LOOK.map(|s| f(from + width * s));
    let kept = |p: &Piece, s: &[f64], x: &[f64]| s.iter().zip(x).all(|(s, x)| (p.at(*s) - x).abs() <= allowed(*x));
    let curve = Piece::through(meet);
    if kept(&curve, &LOOK, &look) && curve.rises() {
        return Some(curve);
    }
    let line = Piece([meet[0], math::max(meet[TERMS - 1] - meet[0], 0.0), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    (kept(&line, &LOOK, &look) && kept(&line, &MEET, &meet)).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Smooth functions with closed forms, between and at the points of their pieces.
    #[test]
    fn a_table_keeps_its_error_and_rises() {
        let steep = |z: f64| libm::exp(3.0 * z);
        let bent = |z: f64| libm::tanh(6.0 * z) + 0.01 * z;
        let check = |f: &dyn Fn(f64) -> f64| {
            let t = Table::of(f).expect("a smooth function");
            let (median, spread) = (f(0.0), 0.5 * (f(1.0) - f(-1.0)));
            let mut before = f64::NEG_INFINITY;
            for k in 0..=100_000 {
                let z = -REACH + 2.0 * REACH * k as f64 / 100_000.0;
                let (got, x) = (t.at(z), f(z));
                assert!((got - x).abs() <= Table::ERROR * (x - median).abs().max(spread), "{z}: {got} {x}");
                assert!(got >= before - 4e-16 * got.abs(), "{z}: {before} {got}");
                before = got;
            }
            assert_eq!((t.at(-9.0), t.at(9.5)), (t.at(-REACH), t.at(REACH)));
            assert!(t.pieces() <= 400, "{}", t.pieces());
        };
        check(&steep);
        check(&bent);
        check(&|z| z);
    }

    #[test]
    fn what_jumps_falls_or_stands_still_is_refused() {
        assert_eq!(Table::of(|z| if z < 0.3 { z } else { z + 1.0 }), None);
        assert_eq!(Table::of(|z| -z), None);
        assert_eq!(Table::of(|z| z * z * z - z), None);
        assert_eq!(Table::of(|_| 1.0), None);
        assert_eq!(Table::of(|z| 1.0 / z), None);
    }

    /// A quarter of a cell that the function passes flat, next to one where it rises.
    #[test]
    fn flat_stretches_stay_above_the_lowest_value() {
        let t = Table::of(|z| libm::exp(-0.5 * (9.0 - z) * (9.0 - z) * 40.0) + 1e-9 * libm::exp(z)).expect("smooth");
        for k in 0..=10_000 {
            assert!(t.at(-9.0 + 18.0 * k as f64 / 10_000.0) > 0.0);
        }
    }
}
