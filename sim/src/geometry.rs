//! Exact geometry of two oriented boxes that move, and of lines of sight.
//!
//! The ego's box is the frame: its half length `a` along x, half width `b` along y. The other box has half length `c`, half
//! width `d`, its axis turned by (`cos`, `sin`), and its centre moves from `(x0, y0)` to `(x1, y1)` during a step.

use crate::math::{flag, max, min, sel};

/// The other box in the frame of the ego's box.
#[derive(Clone, Copy, Debug)]
pub struct BoxPair {
    /// Half length of the ego, m.
    pub a: f64,
    /// Half width of the ego, m.
    pub b: f64,
    /// Half length of the other, m.
    pub c: f64,
    /// Half width of the other, m.
    pub d: f64,
    /// Cosine of the other's heading in the ego's frame.
    pub cos: f64,
    /// Sine of the other's heading in the ego's frame.
    pub sin: f64,
    /// Centre of the other before the step.
    pub x0: f64,
    /// Centre of the other before the step.
    pub y0: f64,
    /// Centre of the other after the step.
    pub x1: f64,
    /// Centre of the other after the step.
    pub y1: f64,
}

/// When the moving boxes touch, in steps: contact lasts from `enter` to `leave`; none where `enter > leave`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sweep {
    /// First contact, in steps from the start of the step.
    pub enter: f64,
    /// End of the contact.
    pub leave: f64,
    /// The boxes are at least this far apart during the whole step; negative where no single axis tells.
    pub apart: f64,
}

impl Sweep {
    /// Whether they touch within the step.
    #[inline(always)]
    pub fn hits(&self) -> bool {
        (self.enter <= self.leave) & (self.leave >= 0.0) & (self.enter <= 1.0)
    }
}

/// Times at which the boxes touch if the relative motion of this step goes on for ever, by separating axes: two convex
/// bodies that only translate against each other touch while their shadows overlap on every edge normal of either.
#[inline(always)]
pub fn sweep(p: &BoxPair) -> Sweep {
    let (ca, sa) = (p.cos.abs(), p.sin.abs());
    let (dx, dy) = (p.x1 - p.x0, p.y1 - p.y0);
    let (u0, v0) = (p.x0 * p.cos + p.y0 * p.sin, p.y0 * p.cos - p.x0 * p.sin);
    let (du, dv) = (dx * p.cos + dy * p.sin, dy * p.cos - dx * p.sin);
    let (e1, l1, a1) = slab(p.x0, dx, p.a + p.c * ca + p.d * sa);
    let (e2, l2, a2) = slab(p.y0, dy, p.b + p.c * sa + p.d * ca);
    let (e3, l3, a3) = slab(u0, du, p.c + p.a * ca + p.b * sa);
    let (e4, l4, a4) = slab(v0, dv, p.d + p.a * sa + p.b * ca);
    Sweep { enter: max(max(e1, e2), max(e3, e4)), leave: min(min(l1, l2), min(l3, l4)), apart: max(max(a1, a2), max(a3, a4)) }
}

/// Times at which a point that starts at `p` and moves by `d` per step is within `-r..=r`, and how far outside of it the point
/// stays during the step.
#[inline(always)]
fn slab(p: f64, d: f64, r: f64) -> (f64, f64, f64) {
    // A standing point divides by a tiny number: both times are huge, of equal sign outside, of opposite sign inside.
    let inverse = 1.0 / sel(d.abs() < 1e-12, 1e-12, d);
    let (t1, t2) = ((-r - p) * inverse, (r - p) * inverse);
    let end = p + d;
    let nearest = sel(p * end > 0.0, min(p.abs(), end.abs()), 0.0);
    (min(t1, t2), max(t1, t2), nearest - r)
}

/// Square of the distance of two boxes that do not overlap, after the step: of two disjoint convex polygons the nearest pair
/// of points always has a corner of one of them.
#[inline(always)]
pub fn distance2(p: &BoxPair) -> f64 {
    let (cx, cy, dx, dy) = (p.c * p.cos, p.c * p.sin, -p.d * p.sin, p.d * p.cos);
    let mut best = 1e18;
    for (i, j) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
        best = min(best, to_box2(p.x1 + i * cx + j * dx, p.y1 + i * cy + j * dy, p.a, p.b));
        let (x, y) = (i * p.a - p.x1, j * p.b - p.y1);
        best = min(best, to_box2(x * p.cos + y * p.sin, y * p.cos - x * p.sin, p.c, p.d));
    }
    best
}

/// Square of the distance of a point to a centred box.
#[inline(always)]
fn to_box2(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let (ox, oy) = (max(x.abs() - a, 0.0), max(y.abs() - b, 0.0));
    ox * ox + oy * oy
}

/// Smallest distance of the boxes during the step, 0 where they touch.
///
/// The boxes are as near as the path of the centre is to their Minkowski sum, an octagon. The nearest pair of a segment and
/// a convex polygon holds an end of the segment or a corner of the polygon; the segment's start is the end of the step before.
#[inline(always)]
pub fn swept_distance(p: &BoxPair, touch: bool) -> f64 {
    // Turn the other's axis into the first quadrant; for headings of the second and fourth its length and width swap.
    let swap = p.cos * p.sin < 0.0;
    let (ux, uy) = (sel(swap, p.sin.abs(), p.cos.abs()), sel(swap, p.cos.abs(), p.sin.abs()));
    let (c, d) = (sel(swap, p.d, p.c), sel(swap, p.c, p.d));
    // Corners of the octagon, counterclockwise from the one right of the +x+y corner; the other four are their negatives.
    let (px, py) = (c * ux + d * uy, c * uy - d * ux); // corner (+c, -d) of the other
    let (qx, qy) = (c * ux - d * uy, c * uy + d * ux); // corner (+c, +d)
    let corners = [(p.a + px, p.b + py), (p.a + qx, p.b + qy), (-p.a + qx, p.b + qy), (-p.a - px, p.b - py)];
    let (dx, dy) = (p.x1 - p.x0, p.y1 - p.y0);
    let length2 = dx * dx + dy * dy;
    let inverse = 1.0 / max(length2, 1e-12);
    let mut best = distance2(p);
    for (x, y) in corners {
        best = min(best, to_segment2(x - p.x0, y - p.y0, dx, dy, inverse));
        best = min(best, to_segment2(-x - p.x0, -y - p.y0, dx, dy, inverse));
    }
    sel(touch, 0.0, best.sqrt())
}

/// Square of the distance of a point to the segment from the origin to `(dx, dy)`.
#[inline(always)]
fn to_segment2(x: f64, y: f64, dx: f64, dy: f64, inverse_length2: f64) -> f64 {
    let t = max(0.0, min(1.0, (x * dx + y * dy) * inverse_length2));
    let (ex, ey) = (x - t * dx, y - t * dy);
    ex * ex + ey * ey
}

/// 1 where the segment from `(px, py)` to `(qx, qy)` meets the box of half extents `hl`, `hw` at `(x, y)` turned by
/// (`cos`, `sin`), else 0. Separating axes of a segment and a box; no division.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub fn blocks(px: f64, py: f64, qx: f64, qy: f64, x: f64, y: f64, cos: f64, sin: f64, hl: f64, hw: f64) -> f64 {
    let (mx, my) = (0.5 * (px + qx) - x, 0.5 * (py + qy) - y);
    let (ex, ey) = (0.5 * (qx - px), 0.5 * (qy - py));
    let (cu, cv) = (mx * cos + my * sin, my * cos - mx * sin);
    let (eu, ev) = (ex * cos + ey * sin, ey * cos - ex * sin);
    let apart =
        (cu.abs() > hl + eu.abs()) | (cv.abs() > hw + ev.abs()) | ((cu * ev - cv * eu).abs() > hl * ev.abs() + hw * eu.abs());
    flag(!apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(x0: f64, y0: f64, x1: f64, y1: f64, turn: f64) -> BoxPair {
        BoxPair { a: 2.3, b: 0.95, c: 1.1, d: 0.4, cos: turn.cos(), sin: turn.sin(), x0, y0, x1, y1 }
    }

    /// Distance of the boxes with the other at share `t` of its way, by brute force over points of both outlines.
    fn brute(p: &BoxPair, t: f64) -> f64 {
        let (x, y) = (p.x0 + t * (p.x1 - p.x0), p.y0 + t * (p.y1 - p.y0));
        let mut best = f64::INFINITY;
        for k in 0..400 {
            let s = k as f64 / 100.0;
            let (e, f) = match k / 100 {
                0 => (2.0 * s - 1.0, 1.0),
                1 => (1.0, 1.0 - 2.0 * (s - 1.0)),
                2 => (1.0 - 2.0 * (s - 2.0), -1.0),
                _ => (-1.0, 2.0 * (s - 3.0) - 1.0),
            };
            let (u, v) = (e * p.c, f * p.d);
            let (wx, wy) = (x + u * p.cos - v * p.sin, y + u * p.sin + v * p.cos);
            best = best.min(to_box2(wx, wy, p.a, p.b).sqrt());
            let (gx, gy) = (e * p.a - x, f * p.b - y);
            best = best.min(to_box2(gx * p.cos + gy * p.sin, gy * p.cos - gx * p.sin, p.c, p.d).sqrt());
        }
        best
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        /// Against a fine sampling of time and outline.
        #[test]
        fn swept_distance_is_the_smallest_distance_on_the_way(
            x0 in -6.0..6.0f64, y0 in -4.0..4.0f64, dx in -3.0..3.0f64, dy in -3.0..3.0f64, turn in -3.2..3.2f64,
        ) {
            let p = pair(x0, y0, x0 + dx, y0 + dy, turn);
            let start = brute(&p, 0.0);
            prop_assume!(start > 0.01);
            let sampled = (0..=200).map(|k| brute(&p, k as f64 / 200.0)).fold(f64::INFINITY, f64::min);
            let got = swept_distance(&p, sweep(&p).hits()).min(start);
            prop_assert!(got <= sampled + 1e-9 && got > sampled - 0.03, "{got} against {sampled}");
            prop_assert!(sweep(&p).apart <= got + 1e-9);
        }

        /// A thing that is on the other side after the step has been hit, however fast.
        #[test]
        fn nothing_tunnels(y in -1.0..1.0f64, speed in 8.0..400.0f64, turn in -3.2..3.2f64) {
            let p = pair(4.0, y, 4.0 - speed, y, turn);
            prop_assert!(sweep(&p).hits());
        }
    }

    #[test]
    fn a_wall_blocks_the_line_of_sight_behind_it_only() {
        let seen = |qx: f64, qy: f64| blocks(0.0, 0.0, qx, qy, 10.0, 0.0, 0.0, 1.0, 2.0, 0.2) == 0.0;
        assert!(seen(9.0, 0.0) && !seen(11.0, 0.0) && !seen(20.0, 3.9) && seen(20.0, 4.3));
    }
}
