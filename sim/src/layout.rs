//! The layout of observations and actions, field by field: name, unit, frame, range, meaning. One version of it holds for policies in
//! Rust, NumPy, ONNX and on the wire.

use crate::block::ACTION_RANGE;

/// Version of the layout of observations and actions.
pub const OBSERVATION_SCHEMA: &str = "nines.observation/1";
/// Version of the layout of actions.
pub const ACTION_SCHEMA: &str = "nines.action/1";

/// A field of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayoutField {
    /// Name, unit last.
    pub name: &'static str,
    /// Unit; `1` for numbers without one.
    pub unit: &'static str,
    /// What it is measured in: `ego` (x ahead along the heading, y to the left, origin in the rear axle's centre), `route` (along the
    /// route and to its left, from the rear axle's place), `front` (along the route from the front), or nothing.
    pub frame: &'static str,
    /// Smallest value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
    /// Meaning.
    pub about: &'static str,
}

const fn f(name: &'static str, unit: &'static str, frame: &'static str, low: f64, high: f64, about: &'static str) -> LayoutField {
    LayoutField { name, unit, frame, low, high, about }
}

/// Farthest place of anything that is told, m.
const FAR: f64 = 5000.0;
/// Fastest speed of anything that is told, m/s: errors of measurement included.
const FAST: f64 = 150.0;

/// Fields of the ego's row, in order.
pub const EGO_LAYOUT: [LayoutField; 25] = [
    f("speed_mps", "m/s", "", 0.0, FAST, "speed"),
    f("accel_mps2", "m/s^2", "", -20.0, 20.0, "acceleration"),
    f("curvature", "1/m", "", -0.5, 0.5, "curvature driven, positive to the left"),
    f("route_d_m", "m", "route", -FAR, FAR, "offset of the rear axle to the left of the route"),
    f("heading_sin", "1", "route", -1.0, 1.0, "sine of the heading against the route, positive to the left"),
    f("route_curvature", "1/m", "route", -0.5, 0.5, "curvature of the route here"),
    f(
        "route_curvature_ahead",
        "1/m",
        "route",
        -0.5,
        0.5,
        "curvature of the route 0.2 s ahead, about as far as the steering lags",
    ),
    f("left_edge_m", "m", "route", 0.0, 100.0, "left edge of the drivable area"),
    f("right_edge_m", "m", "route", -100.0, 0.0, "right edge of the drivable area"),
    f("limit_mps", "m/s", "", 0.0, FAST, "speed limit of the road"),
    f("desired_mps", "m/s", "", 0.0, FAST, "speed that the task asks for on a free road"),
    f("end_m", "m", "route", -FAR, FAR, "distance to the end place"),
    f("signal_m", "m", "front", -FAR, FAR, "next stop line with a signal; 1000 without one"),
    f("signal_state", "1", "", 0.0, 2.0, "state of that signal: 0 green, 1 amber, 2 red"),
    f("crosswalk_m", "m", "front", -FAR, FAR, "next crosswalk of the map; 1000 without one"),
    f("junction_m", "m", "front", -FAR, FAR, "next junction of the map; 1000 without one, negative inside"),
    f("friction", "1", "", 0.0, 1.5, "friction between tyre and road, as estimated"),
    f("light", "1", "", 0.0, 1.0, "1 by day, 0 at night without lamps"),
    f("sight_m", "m", "", 0.0, FAR, "distance at which a person or a small object can be detected in these conditions"),
    f("latency_s", "s", "", 0.0, 10.0, "age of the measurements of this observation"),
    f("zone_m", "m", "front", -FAR, FAR, "next stretch of the map with a limit in force; 1000 without one, 0 inside"),
    f("zone_limit_mps", "m/s", "", 0.0, FAST, "its speed limit; that of the road without one"),
    f("sound", "1", "", 0.0, 1.0, "1 while a siren, bell or horn is heard: the nearest one"),
    f("sound_cos", "1", "ego", -1.0, 1.0, "cosine of the bearing at which it seems to be"),
    f("sound_sin", "1", "ego", -1.0, 1.0, "sine of that bearing, positive to the left"),
];

/// Fields of an object's row, in order.
pub const OBJECT_LAYOUT: [LayoutField; 26] = [
    f("class", "1", "", 0.0, 18.0, "most probable class, by its number (`classes`)"),
    f(
        "class_probability",
        "1",
        "",
        0.0,
        1.0,
        "probability of that class; the rest belongs to its look-alike. Depends on the distance alone",
    ),
    f("x_m", "m", "ego", -FAR, FAR, "centre, ahead"),
    f("y_m", "m", "ego", -FAR, FAR, "centre, to the left"),
    f("vx_mps", "m/s", "ego", -FAST, FAST, "velocity over ground, ahead"),
    f("vy_mps", "m/s", "ego", -FAST, FAST, "velocity over ground, to the left"),
    f("heading_cos", "1", "ego", -1.0, 1.0, "cosine of the heading against the ego's"),
    f("heading_sin", "1", "ego", -1.0, 1.0, "sine of the heading against the ego's"),
    f("route_s_m", "m", "route", -FAR, FAR, "centre, along the route"),
    f("route_d_m", "m", "route", -FAR, FAR, "centre, to the left of the route"),
    f("route_vs_mps", "m/s", "route", -FAST, FAST, "velocity along the route"),
    f("route_vd_mps", "m/s", "route", -FAST, FAST, "velocity to the left of the route"),
    f("half_length_m", "m", "", 0.0, 100.0, "half of the length, with an error of a tenth"),
    f("half_width_m", "m", "", 0.0, 100.0, "half of the width, with the same error"),
    f("height_m", "m", "", 0.0, 100.0, "height, with the same error"),
    f("sigma_m", "m", "", 0.0, 100.0, "standard deviation of each coordinate of the position"),
    f("brake_lamp", "1", "", 0.0, 1.0, "brake lamps: 1 on"),
    f("indicator", "1", "", -1.0, 1.0, "indicator: 1 left, -1 right, 0 off"),
    f("warning_lamp", "1", "", 0.0, 1.0, "hazard or amber warning lamps: 1 on"),
    f("stop_arm", "1", "", 0.0, 1.0, "red lamps and stop arm of a school bus: 1 out"),
    f("beacon", "1", "", 0.0, 1.0, "flashing lamps of an emergency vehicle: 1 on"),
    f("gaze", "1", "", -1.0, 1.0, "cue: looks at the ego, 1 or 0; -1 where it cannot be read"),
    f("posture", "1", "", -1.0, 1.0, "cue: body turned to the road, 0 to 1; -1 where it cannot be read"),
    f(
        "gesture",
        "1",
        "",
        -1.0,
        2.0,
        "cue: gesture to the ego: 1 asks it to go on, 2 to stop, 0 none; -1 where it cannot be read",
    ),
    f("intention", "1", "", -1.0, 1.0, "cue: wish to cross as viewers would rate it, 0 to 1; -1 where it cannot be read"),
    f("lamp", "1", "", -1.0, 1.0, "cue: a lamp that tells what its driver is about to do, 0 to 1; -1 where it cannot be read"),
];

/// Fields of the row of priors, in order: what is known of the hazard before anything is seen.
pub const PRIOR_LAYOUT: [LayoutField; 2] = [
    f(
        "base_rate",
        "1",
        "",
        -1.0,
        1.0,
        "share of the rollouts driven here that hold the hazard, against which a belief is scored; -1 where none is marked",
    ),
    f("natural_rate", "1", "", -1.0, 1.0, "how often nature shows it in this encounter; -1 where that is unknown"),
];

/// Fields of an action that a policy must give: the first ones.
pub const ACTION_NEEDED: usize = 2;
/// Fields of an action, in order.
pub const ACTION_LAYOUT: [LayoutField; 6] = [
    f("accel_mps2", "m/s^2", "", ACTION_RANGE.0.0, ACTION_RANGE.0.1, "acceleration; beyond the range it is a fault"),
    f(
        "curvature",
        "1/m",
        "",
        ACTION_RANGE.1.0,
        ACTION_RANGE.1.1,
        "curvature, positive to the left; beyond the range it is a fault",
    ),
    f("lamp", "1", "", -1.0, 2.0, "indicator: 1 left, -1 right, 2 both, 0 none"),
    f("horn", "1", "", 0.0, 1.0, "1 while the horn sounds"),
    f("help", "1", "", 0.0, 1.0, "1 while remote help is asked for"),
    f(
        "belief",
        "1",
        "",
        0.0,
        1.0,
        "probability that the hazard holds (who is met here comes into the way, …), as the policy believes; NaN where it states none; beyond the range it is a fault",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{EgoView, Object};

    #[test]
    fn the_layout_names_the_fields_of_the_records() {
        assert!(EGO_LAYOUT.iter().map(|f| f.name).eq(EgoView::FIELDS.iter().copied()));
        // The first field of the record, whether it is seen, is the mask.
        assert!(OBJECT_LAYOUT.iter().map(|f| f.name).eq(Object::FIELDS[1..].iter().copied()));
    }
}
