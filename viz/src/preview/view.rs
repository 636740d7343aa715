//! From metres to pixels.

use super::Preview;
use crate::canvas::Px;
use nines_sim::Road;

/// Lowest and highest map, px.
const HEIGHT: (f64, f64) = (130.0, 430.0);
/// Most that the sideways direction of a straight road is stretched by.
const STRETCH: usize = 5;

/// Farthest from the road that a start and a way are shown, m.
const STARTS_M: f64 = 25.0;
const GOES_M: f64 = 4.0;

/// The part of the plane that is shown, and its scale along and across.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Shown part, m.
    pub x_m: (f64, f64),
    /// Shown part, m.
    pub y_m: (f64, f64),
    /// Pixels of a metre along x.
    pub along: f64,
    /// How much more pixels a metre has across; 1 is true to scale.
    pub stretch: f64,
    /// The route is the x axis, so that the chart below shares it.
    pub straight: bool,
    left: f64,
    top: f64,
}

impl View {
    /// The view that holds the road up to the end place, and the actors near it.
    pub fn of(preview: &Preview, end_m: f64, (left, right): (f64, f64), top: f64) -> Self {
        let road = &preview.template.road;
        let straight = road.paths.first().is_none_or(nines_sim::Path::is_x_axis);
        let (x_m, mut y_m) = extent(road, end_m);
        // Actors widen it to the sides, but not without limit: where they start, and a little of where they go.
        let road_m = y_m;
        for r in preview.rollouts {
            for (n, frame) in r.trace.frames.iter().enumerate() {
                let most = if n == 0 { STARTS_M } else { GOES_M };
                for at in frame.actors.iter().filter(|f| f.active) {
                    if (x_m.0..=x_m.1).contains(&at.x_m) {
                        let reach = 0.5 * at.size_m[0].max(at.size_m[1]) + 0.5;
                        y_m.0 = y_m.0.min((at.y_m - reach).max(road_m.0 - most));
                        y_m.1 = y_m.1.max((at.y_m + reach).min(road_m.1 + most));
                    }
                }
            }
        }
        let (wide, high) = (x_m.1 - x_m.0, y_m.1 - y_m.0);
        let along = ((right - left) / wide).min(HEIGHT.1 / high);
        let fits = |k: &usize| high * along * *k as f64 >= HEIGHT.0 || *k == STRETCH;
        let stretch = if straight { (1..=STRETCH).find(fits).unwrap_or(1) } else { 1 };
        let spare = (right - left) - wide * along;
        Self { x_m, y_m, along, stretch: stretch as f64, straight, left: left + 0.5 * spare, top }
    }

    /// The view of so much of the road around a place, true to scale, that fills a picture of this size.
    pub fn around((x, y): (f64, f64), seen_m: f64, (wide, high): Px) -> Self {
        let along = wide / seen_m;
        let (half_x, half_y) = (0.5 * seen_m, 0.5 * high / along);
        let (x_m, y_m) = ((x - half_x, x + half_x), (y - half_y, y + half_y));
        Self { x_m, y_m, along, stretch: 1.0, straight: false, left: 0.0, top: 0.0 }
    }

    /// A point of the plane.
    pub fn at(&self, (x, y): (f64, f64)) -> Px {
        (self.left + (x - self.x_m.0) * self.along, self.top + (self.y_m.1 - y) * self.along * self.stretch)
    }

    /// The left upper corner, and the size.
    pub fn frame(&self) -> (Px, Px) {
        ((self.left, self.top), ((self.x_m.1 - self.x_m.0) * self.along, self.bottom() - self.top))
    }

    /// Lower edge, px.
    pub fn bottom(&self) -> f64 {
        self.top + (self.y_m.1 - self.y_m.0) * self.along * self.stretch
    }

    /// Corners of a box.
    pub fn boxed(&self, (x, y): (f64, f64), heading_rad: f64, half_length: f64, half_width: f64) -> Vec<Px> {
        let (sin, cos) = heading_rad.sin_cos();
        let corner = |(u, v): (f64, f64)| {
            let (u, v) = (u * half_length, v * half_width);
            self.at((x + u * cos - v * sin, y + u * sin + v * cos))
        };
        [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)].map(corner).to_vec()
    }
}

/// What the road covers from a little behind the start to a little behind the end place, edges of the lanes included.
fn extent(road: &Road, end_m: f64) -> ((f64, f64), (f64, f64)) {
    let edges = road.lanes.iter().flat_map(|l| [l.centre_d_m + 0.5 * l.width_m, l.centre_d_m - 0.5 * l.width_m]);
    let edges: Vec<f64> = edges.chain([road.left_edge_m, road.right_edge_m]).collect();
    let (mut x, mut y) = ((f64::INFINITY, f64::NEG_INFINITY), (f64::INFINITY, f64::NEG_INFINITY));
    let Some(path) = road.paths.first() else { return ((-8.0, end_m), (-5.0, 5.0)) };
    let (from, to) = (-8.0, end_m + 8.0);
    for k in 0..=200 {
        let s = from + (to - from) * f64::from(k) / 200.0;
        for d in &edges {
            let (px, py, ..) = path.place(s, *d);
            x = (x.0.min(px), x.1.max(px));
            y = (y.0.min(py), y.1.max(py));
        }
    }
    // Of roads that meet a bending route more is seen than the route itself.
    let more = if road.paths.len() > 1 && !path.is_x_axis() { 14.0 } else { 0.0 };
    ((x.0, x.1 + more), (y.0 - 1.0 - more, y.1 + 1.0 + more))
}
