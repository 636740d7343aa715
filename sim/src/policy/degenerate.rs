//! Policies that must never look good: `parked`, `creeping`, `blind`, `nan`, `panic`.

use super::drive::{cruise, keep_lane};
use crate::ego::Action;
use crate::observation::EgoView;

/// Stands still from the start.
#[inline(always)]
pub(crate) fn parked(ego: &EgoView) -> Action {
    Action { accel: -4.0, curvature: keep_lane(ego, 0.0), ..Action::default() }
}

/// Crawls at `speed`, m/s.
#[inline(always)]
pub(crate) fn creeping(ego: &EgoView, speed: f64) -> Action {
    Action { accel: cruise(ego.speed_mps, speed, 1.0, 4.0), curvature: keep_lane(ego, 0.0), ..Action::default() }
}

/// Drives as if the road were empty.
#[inline(always)]
pub(crate) fn blind(ego: &EgoView) -> Action {
    Action { accel: cruise(ego.speed_mps, ego.desired_mps, 1.5, 3.0), curvature: keep_lane(ego, 0.0), ..Action::default() }
}
