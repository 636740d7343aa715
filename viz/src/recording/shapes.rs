//! Flat shapes on the ground: strips along a path, quads, meshes of them.

use nines_sim::Path;
use rerun::{Color, Mesh3D};

/// Corners of a circle.
const RING: u32 = 32;

/// A point of the world, m.
pub type Point = [f32; 3];

/// Turns world coordinates into what the viewer takes.
pub fn point(x: f64, y: f64, z: f64) -> Point {
    [x as f32, y as f32, z as f32]
}

/// Points of a path at an offset, close enough that bends look round.
pub fn along(path: &Path, (from, to): (f64, f64), d_m: f64, z_m: f64) -> Vec<Point> {
    let step = if path.is_x_axis() { 20.0 } else { 1.5 };
    let n = (((to - from) / step).ceil() as usize).max(1);
    (0..=n)
        .map(|k| {
            let s = from + (to - from) * k as f64 / n as f64;
            let (x, y, ..) = path.place(s, d_m);
            point(x, y, z_m)
        })
        .collect()
}

/// Coloured surfaces, collected into one mesh.
#[derive(Default)]
pub struct Surfaces {
    vertices: Vec<Point>,
    colors: Vec<Color>,
    triangles: Vec<[u32; 3]>,
}

impl Surfaces {
    /// The band between two lines of as many points.
    pub fn band(&mut self, left: &[Point], right: &[Point], color: Color) {
        let base = self.vertices.len() as u32;
        for (l, r) in left.iter().zip(right) {
            self.vertices.extend([*l, *r]);
            self.colors.extend([color, color]);
        }
        for k in 0..left.len().min(right.len()).saturating_sub(1) as u32 {
            let a = base + 2 * k;
            self.triangles.extend([[a, a + 1, a + 2], [a + 1, a + 3, a + 2]]);
        }
    }

    /// The mesh, lit from both sides.
    pub fn mesh(self) -> Mesh3D {
        let normals = vec![[0.0f32, 0.0, 1.0]; self.vertices.len()];
        Mesh3D::new(self.vertices)
            .with_triangle_indices(self.triangles)
            .with_vertex_colors(self.colors)
            .with_vertex_normals(normals)
    }
}

/// Triangles of a band of `n` pairs of points.
pub fn band_triangles(n: u32) -> Vec<[u32; 3]> {
    (0..n.saturating_sub(1)).flat_map(|k| [[2 * k, 2 * k + 1, 2 * k + 2], [2 * k + 1, 2 * k + 3, 2 * k + 2]]).collect()
}

/// A turn about the vertical.
pub fn turn(heading_rad: f64) -> rerun::Quaternion {
    rerun::Quaternion::from_xyzw([0.0, 0.0, (0.5 * heading_rad).sin() as f32, (0.5 * heading_rad).cos() as f32])
}

/// A circle on the ground.
pub fn ring(x_m: f64, y_m: f64, radius_m: f64, z_m: f64) -> Vec<Point> {
    let angle = |k: u32| f64::from(k) / f64::from(RING) * std::f64::consts::TAU;
    (0..=RING).map(|k| point(x_m + radius_m * angle(k).cos(), y_m + radius_m * angle(k).sin(), z_m)).collect()
}
