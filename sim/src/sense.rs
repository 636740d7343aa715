//! Perception: from the truth to what the policy is told.
//!
//! An object is measured where it is in range, in the field of view, not hidden behind others, and not within a burst of
//! misses. Position and speed carry errors that persist (AR(1) at the knots of the noise), so that averaging a few
//! measurements does not remove them. A measurement becomes part of the observation after the latency.

use crate::actors::{Lamps, Pose, Shape};
use crate::ego::{EGO_CENTRE_M, Ego};
use crate::geometry::blocks;
use crate::lanes::record;
use crate::math::{flag, max, min, sel, single};
use crate::observation::Object;
use crate::road::PathPoint;

/// Standard deviation of a measured size, as a share of the true one; drawn anew every 2 s.
pub const SIZE_ERROR: f64 = 0.1;

/// Nearer than this confusion of classes falls off in proportion to the distance, m.
pub const CONFUSION_FULL_M: f64 = 30.0;

record! {
    /// How well the ego sees in this world.
    Optics, OpticsLanes {
        /// Cosine of half the field of view.
        cos_half_fov,
        /// Standard deviation of a position close by, m.
        position_noise_m,
        /// Standard deviation of a speed component, m/s.
        speed_noise_mps,
        /// Share of an error that is kept from knot to knot.
        keep,
        /// Share of it that is new: sqrt(1 - keep^2).
        fresh,
        /// Share of the time in which an object is missed.
        miss_share,
        /// Probability that a burst of misses begins at a knot.
        miss_begins,
        /// Probability that it ends at a knot.
        miss_ends,
        /// Height of the sensor, m.
        sensor_height_m,
        /// Probability that an object at [`CONFUSION_FULL_M`] or beyond is taken for its look-alike.
        confusion,
        /// From this time on nothing is detected, s.
        dark_from_s,
        /// Until this time, s.
        dark_to_s,
    }
}

record! {
    /// Errors of perception of one object, and what it shows.
    Errors, ErrorsLanes {
        /// Position error, standard deviations.
        ex,
        /// Position error, standard deviations.
        ey,
        /// Speed error, standard deviations.
        evx,
        /// Speed error, standard deviations.
        evy,
        /// 1 during a burst of misses.
        missing,
        /// A uniform number: low ones are taken for their look-alike.
        confused,
        /// Error of the size, standard deviations.
        size,
        /// Level shown of each cue.
        gaze,
        /// Level shown.
        posture,
        /// Level shown.
        gesture,
        /// Level shown.
        intention,
        /// Level shown.
        lamp,
        /// Error of the bearing at which it is heard, standard deviations.
        bearing,
    }
}

record! {
    /// The line of sight to an object.
    Sight, SightLanes {
        /// Sensor, m.
        sx,
        /// Sensor, m.
        sy,
        /// Left edge of the object as seen, m.
        lx,
        /// Left edge, m.
        ly,
        /// Right edge, m.
        rx,
        /// Right edge, m.
        ry,
        /// Distance, m.
        r,
        /// 1 where in range and in the field of view.
        in_view,
        /// 1 where the line to the left edge is blocked.
        left,
        /// 1 where the line to the right edge is blocked.
        right,
    }
}

record! {
    /// A measurement of an object, world frame.
    Reading, ReadingLanes {
        /// 1 where measured.
        seen,
        /// m
        x,
        /// m
        y,
        /// m/s
        vx,
        /// m/s
        vy,
        /// Heading.
        cos,
        /// Heading.
        sin,
        /// Standard deviation of the position, m.
        sigma,
        /// Brake lamps.
        brake,
        /// Indicator.
        indicator,
        /// Warning lamps.
        warning,
        /// Stop arm.
        stop_arm,
        /// Flashing lamps.
        beacon,
        /// 1 while taken for its look-alike.
        confused,
        /// Probability given to the class that is named.
        class_probability,
        /// Size as measured, over the true one.
        size,
        /// Cue, -1 where not readable.
        gaze,
        /// Cue.
        posture,
        /// Cue.
        gesture,
        /// Cue.
        intention,
        /// Cue.
        lamp,
    }
}

/// Farthest distance at which each cue of an actor can be read, m; negative where it has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CueRanges {
    pub gaze: f64,
    pub posture: f64,
    pub gesture: f64,
    pub intention: f64,
    pub lamp: f64,
}

/// Brings the errors to the next knot; at the `first` one they are drawn from what they tend to. `z` are four standard
/// normals, `u` a uniform number.
#[inline(always)]
pub(crate) fn drift(o: &Optics, first: bool, z: &[f64; 4], u: f64, e: &mut Errors) {
    let (keep, fresh) = (sel(first, 0.0, o.keep), sel(first, 1.0, o.fresh));
    e.ex = keep * e.ex + fresh * z[0];
    e.ey = keep * e.ey + fresh * z[1];
    e.evx = keep * e.evx + fresh * z[2];
    e.evy = keep * e.evy + fresh * z[3];
    let threshold = sel(first, o.miss_share, sel(e.missing != 0.0, 1.0 - o.miss_ends, o.miss_begins));
    e.missing = flag(u < threshold);
}

/// Where an object would be seen, before anything hides it. Its edges are taken at 0.8 of its extent across the line of sight.
#[inline(always)]
pub(crate) fn look(o: &Optics, ego: &Ego, p: &Pose, shape: &Shape) -> Sight {
    let (sx, sy) = (ego.x + EGO_CENTRE_M * ego.cos, ego.y + EGO_CENTRE_M * ego.sin);
    let (dx, dy) = (p.x - sx, p.y - sy);
    let r = max((dx * dx + dy * dy).sqrt(), 1e-3);
    let (ux, uy) = (-dy / r, dx / r);
    let extent = 0.8 * ((ux * p.cos + uy * p.sin).abs() * shape.half_l + (uy * p.cos - ux * p.sin).abs() * shape.half_w);
    let forward = dx * ego.cos + dy * ego.sin;
    let in_view = (shape.active != 0.0) & (r < shape.range_m) & (forward >= o.cos_half_fov * r);
    Sight {
        sx,
        sy,
        r,
        lx: p.x + extent * ux,
        ly: p.y + extent * uy,
        rx: p.x - extent * ux,
        ry: p.y - extent * uy,
        in_view: flag(in_view),
        left: 0.0,
        right: 0.0,
    }
}

/// Another object stands in the way of the line of sight. It hides what is behind it if it rises above the line from the
/// sensor to the object's top.
#[inline(always)]
pub(crate) fn obscure(o: &Optics, target_height: f64, p: &Pose, shape: &Shape, s: &mut Sight) {
    let (dx, dy) = (p.x - s.sx, p.y - s.sy);
    let share = (dx * dx + dy * dy).sqrt() / s.r;
    let line = o.sensor_height_m + (target_height - o.sensor_height_m) * share;
    let tall = flag((shape.active != 0.0) & (shape.height > line));
    s.left = max(s.left, tall * blocks(s.sx, s.sy, s.lx, s.ly, p.x, p.y, p.cos, p.sin, shape.half_l, shape.half_w));
    s.right = max(s.right, tall * blocks(s.sx, s.sy, s.rx, s.ry, p.x, p.y, p.cos, p.sin, shape.half_l, shape.half_w));
}

/// Whether any part of the object is in sight.
#[inline(always)]
pub(crate) fn visible(s: &Sight) -> bool {
    (s.in_view != 0.0) & ((s.left == 0.0) | (s.right == 0.0))
}

/// Whether anything is detected at some time.
#[inline(always)]
pub(crate) fn sees(o: &Optics, t: f64) -> bool {
    !((t >= o.dark_from_s) & (t < o.dark_to_s))
}

/// The measurement of this step, at time `t`. `confusion` is the actor's own, below 0 for that of the scenario.
#[inline(always)]
pub(crate) fn measure(
    o: &Optics,
    t: f64,
    p: &Pose,
    lamps: &Lamps,
    s: &Sight,
    e: &Errors,
    cues: &CueRanges,
    confusion: f64,
) -> Reading {
    let sigma = o.position_noise_m + 0.01 * s.r;
    let cue = |level: f64, range: f64| sel(s.r < range, level, -1.0);
    let confusion = sel(confusion >= 0.0, confusion, o.confusion) * min(s.r / CONFUSION_FULL_M, 1.0);
    Reading {
        seen: flag(visible(s) & (e.missing == 0.0) & sees(o, t)),
        x: p.x + sigma * e.ex,
        y: p.y + sigma * e.ey,
        vx: p.vx + o.speed_noise_mps * e.evx,
        vy: p.vy + o.speed_noise_mps * e.evy,
        cos: p.cos,
        sin: p.sin,
        sigma,
        brake: lamps.brake,
        indicator: lamps.indicator,
        warning: lamps.warning,
        stop_arm: lamps.stop_arm,
        beacon: lamps.beacon,
        confused: flag(e.confused < confusion),
        class_probability: 1.0 - confusion,
        size: max(1.0 + SIZE_ERROR * e.size, 0.5),
        gaze: cue(e.gaze, cues.gaze),
        posture: cue(e.posture, cues.posture),
        gesture: cue(e.gesture, cues.gesture),
        intention: cue(e.intention, cues.intention),
        lamp: cue(e.lamp, cues.lamp),
    }
}

/// The object of the observation: a reading as seen from where the ego is now. `place` is its place on the route: distance
/// along it, offset, and the route there.
#[inline(always)]
pub(crate) fn present(ego: &Ego, r: &Reading, shape: &Shape, place: (f64, f64, PathPoint), class: (f64, f64)) -> Object {
    let (dx, dy) = (r.x - ego.x, r.y - ego.y);
    let (s, d, at) = place;
    // Nothing of the truth may stand in the fields of an object that is not seen.
    let seen = r.seen != 0.0;
    let told = |v: f64| sel(seen, single(v), 0.0);
    Object {
        seen: r.seen,
        class: told(sel(r.confused != 0.0, class.1, class.0)),
        class_probability: told(r.class_probability),
        x_m: told(dx * ego.cos + dy * ego.sin),
        y_m: told(dy * ego.cos - dx * ego.sin),
        vx_mps: told(r.vx * ego.cos + r.vy * ego.sin),
        vy_mps: told(r.vy * ego.cos - r.vx * ego.sin),
        heading_cos: told(r.cos * ego.cos + r.sin * ego.sin),
        heading_sin: told(r.sin * ego.cos - r.cos * ego.sin),
        route_s_m: told(s - ego.s),
        route_d_m: told(d),
        route_vs_mps: told(r.vx * at.cos + r.vy * at.sin),
        route_vd_mps: told(r.vy * at.cos - r.vx * at.sin),
        half_length_m: told(r.size * shape.half_l),
        half_width_m: told(r.size * shape.half_w),
        height_m: told(r.size * shape.height),
        sigma_m: told(r.sigma),
        brake_lamp: told(r.brake),
        indicator: told(r.indicator),
        warning_lamp: told(r.warning),
        stop_arm: told(r.stop_arm),
        beacon: told(r.beacon),
        gaze: told(r.gaze),
        posture: told(r.posture),
        gesture: told(r.gesture),
        intention: told(r.intention),
        lamp: told(r.lamp),
    }
}
