//! Roads: paths of constant-curvature pieces, lanes beside them, signals and zones.

use crate::math::{sel, sincos};

/// A piece of a path: a line (`curvature` 0) or an arc.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Distance along the path at which the piece begins, m.
    pub s_m: f64,
    /// Start point, m.
    pub x_m: f64,
    /// Start point, m.
    pub y_m: f64,
    /// Direction at the start, radians.
    pub heading_rad: f64,
    /// Curvature, positive to the left, 1/m.
    pub curvature: f64,
}

/// A reference line. It goes on beyond both ends as its first and last piece do.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    pieces: Vec<Piece>,
}

/// A point of a path: position, direction, curvature.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PathPoint {
    /// m
    pub x: f64,
    /// m
    pub y: f64,
    /// Cosine of the direction.
    pub cos: f64,
    /// Sine of the direction.
    pub sin: f64,
    /// Curvature, positive to the left, 1/m.
    pub curvature: f64,
}

impl Path {
    /// A straight path from `(x, y)`.
    pub fn straight(x_m: f64, y_m: f64, heading_rad: f64) -> Self {
        Self { pieces: vec![Piece { s_m: 0.0, x_m, y_m, heading_rad, curvature: 0.0 }] }
    }

    /// A path from the origin along +x, of pieces given by length (m) and curvature (1/m, positive to the left).
    /// The last piece goes on for ever.
    pub fn from_pieces(pieces: &[(f64, f64)]) -> Self {
        Path::from_start(0.0, 0.0, 0.0, pieces)
    }

    /// A path from `(x, y)` of pieces given by length (m) and curvature (1/m, positive to the left); there is one at least, and
    /// the last goes on for ever.
    pub fn from_start(x_m: f64, y_m: f64, heading_rad: f64, pieces: &[(f64, f64)]) -> Self {
        let mut out = Path::straight(x_m, y_m, heading_rad);
        let (mut s, mut heading) = (0.0, heading_rad);
        out.pieces.clear();
        let (mut x, mut y) = (x_m, y_m);
        for &(length, curvature) in pieces {
            out.pieces.push(Piece { s_m: s, x_m: x, y_m: y, heading_rad: heading, curvature });
            s += length;
            heading += length * curvature;
            let end = out.at(s);
            (x, y) = (end.x, end.y);
        }
        out
    }

    /// The pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// True for a path that is the x axis itself: then s is x, and d is y.
    pub fn is_x_axis(&self) -> bool {
        self.pieces.len() == 1 && self.pieces[0] == Piece { s_m: 0.0, x_m: 0.0, y_m: 0.0, heading_rad: 0.0, curvature: 0.0 }
    }

    /// The point at distance `s` (m).
    #[inline(always)]
    pub fn at(&self, s: f64) -> PathPoint {
        let mut out = PathPoint::default();
        for (k, p) in self.pieces.iter().enumerate() {
            let here = (k == 0) | (s >= p.s_m);
            let point = on_piece(p, s - p.s_m);
            out = PathPoint {
                x: sel(here, point.x, out.x),
                y: sel(here, point.y, out.y),
                cos: sel(here, point.cos, out.cos),
                sin: sel(here, point.sin, out.sin),
                curvature: sel(here, point.curvature, out.curvature),
            };
        }
        out
    }

    /// Position at distance `s` along and `d` to the left of the path, and the direction there: `(x, y, cos, sin)`.
    #[inline(always)]
    pub fn place(&self, s: f64, d: f64) -> (f64, f64, f64, f64) {
        let p = self.at(s);
        (p.x - d * p.sin, p.y + d * p.cos, p.cos, p.sin)
    }

    /// Distance along and offset to the left of the point `(x, y)`, starting from a guess of the distance. Each of the three
    /// steps squares the error of the guess over the radius; the guess of a step is off by less than a metre.
    #[inline(always)]
    pub fn project(&self, x: f64, y: f64, guess_s: f64) -> (f64, f64, PathPoint) {
        let (mut s, mut d, mut p) = (guess_s, 0.0, PathPoint::default());
        for _ in 0..3 {
            p = self.at(s);
            let (dx, dy) = (x - p.x, y - p.y);
            d = dy * p.cos - dx * p.sin;
            let along = dx * p.cos + dy * p.sin;
            let stretch = 1.0 - p.curvature * d;
            s += along / sel(stretch > 0.1, stretch, 0.1);
        }
        (s, d, p)
    }
}

/// The point `t` metres along a piece. The chord of an arc is `t sinc(k t / 2)`, in the direction of its middle.
#[inline(always)]
fn on_piece(p: &Piece, t: f64) -> PathPoint {
    let half = 0.5 * p.curvature * t;
    let (mid_sin, mid_cos) = sincos(p.heading_rad + half);
    let (sin, cos) = sincos(p.heading_rad + 2.0 * half);
    let chord = t * sinc(half);
    PathPoint { x: p.x_m + chord * mid_cos, y: p.y_m + chord * mid_sin, cos, sin, curvature: p.curvature }
}

/// sin(x)/x.
#[inline(always)]
pub(crate) fn sinc(x: f64) -> f64 {
    let z = x * x;
    let near = 1.0 - z * (1.0 / 6.0 - z * (1.0 / 120.0 - z * (1.0 / 5_040.0)));
    let far = sincos(x).0 / sel(z < 0.01, 1.0, x);
    sel(z < 0.01, near, far)
}

/// What a lane is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneKind {
    /// Moving traffic.
    Traffic,
    /// Parked vehicles.
    Parking,
    /// Hard shoulder.
    Shoulder,
    /// Pavement, beyond the kerb.
    Sidewalk,
}

/// A lane, parallel to the first path of the road.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lane {
    /// Use.
    pub kind: LaneKind,
    /// Offset of its centre from the reference path, positive to the left, m.
    pub centre_d_m: f64,
    /// Width, m.
    pub width_m: f64,
    /// Traffic flows along the path (`true`) or against it.
    pub along: bool,
}

/// The roads of a scenario. Path 0 is the centre of the ego's lane and its route.
#[derive(Clone, Debug, PartialEq)]
pub struct Road {
    /// Paths; the first is the ego's route.
    pub paths: Vec<Path>,
    /// Lanes along path 0, for maps, observations and pictures.
    pub lanes: Vec<Lane>,
    /// Left edge of what the ego may drive on, as an offset from path 0, m.
    pub left_edge_m: f64,
    /// Right edge, negative, m.
    pub right_edge_m: f64,
    /// Width of the ego's lane, m.
    pub lane_width_m: f64,
    /// True where the ego may use the lane to the left of its own in the same direction.
    pub left_lane_along: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arc_closes_to_a_circle() {
        let r = 50.0;
        let path = Path::from_pieces(&[(2.0 * std::f64::consts::PI * r, 1.0 / r)]);
        for k in 0..100 {
            let a = k as f64 * 0.0628;
            let p = path.at(a * r);
            assert!((p.x - r * a.sin()).abs() < 1e-9 && (p.y - r * (1.0 - a.cos())).abs() < 1e-9);
        }
    }

    #[test]
    fn projection_inverts_placement() {
        let path = Path::from_pieces(&[(40.0, 0.0), (60.0, 1.0 / 80.0), (50.0, -1.0 / 120.0)]);
        for k in 0..140 {
            let s = k as f64 + 0.3;
            for d in [-3.0, 0.0, 2.5] {
                let (x, y, ..) = path.place(s, d);
                let (s2, d2, _) = path.project(x, y, s - 0.9);
                assert!((s2 - s).abs() < 1e-6 && (d2 - d).abs() < 1e-6, "{s} {d}: {s2} {d2}");
            }
        }
    }
}
