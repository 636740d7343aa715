//! The middle of a step: what the ego was told to do, and everybody's motion.

use super::*;

impl<const W: usize> Block<'_, W> {
    /// An action that is no number, or out of range, is a fault; the world then ends with this step, the ego rolling on.
    #[inline(always)]
    pub(super) fn check_actions(&mut self) {
        let ((a_lo, a_hi), (k_lo, k_hi)) = ACTION_RANGE;
        for i in 0..W {
            let (a, k) = (self.action.accel[i], self.action.curvature[i]);
            let (lamp, horn, help) = (self.action.lamp[i], self.action.horn[i], self.action.help[i]);
            let told = lamp.abs() + horn.abs() + help.abs();
            let finite = (a.abs() < f64::INFINITY) & (k.abs() < f64::INFINITY) & (told < f64::INFINITY);
            let signs = ((lamp - 0.5).abs() <= 1.5) & ((horn - 0.5).abs() <= 0.5) & ((help - 0.5).abs() <= 0.5);
            let within = (a >= a_lo) & (a <= a_hi) & (k >= k_lo) & (k <= k_hi) & signs;
            let fault = sel(
                !finite,
                FaultKind::NotFinite as u8 as f64 + 1.0,
                sel(!within, FaultKind::OutOfRange as u8 as f64 + 1.0, 0.0),
            );
            self.judge.fault[i] = sel(self.judge.fault[i] == 0.0, fault, self.judge.fault[i]);
            let bad = self.judge.fault[i] != 0.0;
            (self.action.accel[i], self.action.curvature[i]) = (sel(bad, 0.0, a), sel(bad, 0.0, k));
        }
    }

    #[inline(always)]
    pub(super) fn move_actors(&mut self) {
        for i in 0..W {
            let e = self.ego.get(i);
            self.place.set(
                i,
                &EgoPlace {
                    t: self.step[i] as f64 * DT,
                    front: e.s + EGO_FRONT_M,
                    rear: e.s + EGO_FRONT_M - EGO_LENGTH_M,
                    d: e.d + EGO_CENTRE_M * e.route_sin,
                    v: e.v,
                },
            );
        }
        // Whom they wait for or follow, as of now: before any of them moves, so that their order does not matter.
        for j in 0..self.slots.len() {
            match self.slots[j].motion {
                MotionLanes::Walker { after: Some(k), .. } => self.slots[j].awaited_s = self.slots[k].started_s,
                MotionLanes::Vehicle { leader: Some(k), .. } => {
                    for i in 0..W {
                        let leader = self.slots[k].as_leader(i);
                        self.slots[j].ahead.set(i, &leader);
                    }
                }
                _ => {}
            }
        }
        let knot = flag(self.at_knot());
        for j in 0..self.slots.len() {
            let (place, slot) = (&self.place, &mut self.slots[j]);
            match &mut slot.motion {
                MotionLanes::Fixed(spec) => {
                    for i in 0..W {
                        slot.lamps.stop_arm[i] = spec.get(i).arm_out(place.t[i] + DT);
                        (slot.pose.was_x[i], slot.pose.was_y[i]) = (slot.pose.x[i], slot.pose.y[i]);
                    }
                }
                MotionLanes::Walker { spec, walk: body, z, .. } => {
                    lanes!(i; p = spec, at = place; b = body, pose = slot.pose
                        => walk(&p, &at, slot.awaited_s[i], knot, (z[0][i], z[1][i]), &mut b, &mut pose));
                    slot.started_s = body.started_s;
                }
                MotionLanes::Agent(_) => {}
                MotionLanes::Roller { spec, roll: body } => {
                    lanes!(i; p = spec, at = place; b = body, pose = slot.pose => roll(&p, &at, &mut b, &mut pose));
                    slot.started_s = body.started_s;
                }
                MotionLanes::Vehicle { spec, drive: body, path, .. } => {
                    let on_route = flag(*path == 0);
                    lanes!(i; p = spec, at = place, shape = slot.shape, lead = slot.ahead; b = body, lamps = slot.lamps
                        => drive_vehicle(&p, shape.half_l, shape.half_w, on_route, &at, &lead, &mut b, &mut lamps));
                    let straight = self.straight & (*path == 0);
                    let line = &self.template.road.paths[*path];
                    if straight {
                        lanes!(i; p = spec, b = body; pose = slot.pose => set_pose(AXIS, b.s, &p, &b, &mut pose));
                    } else {
                        lanes!(i; p = spec, b = body; pose = slot.pose => set_pose(line.at(b.s), 0.0, &p, &b, &mut pose));
                    }
                }
            }
        }
    }

    /// The ego's place on its route.
    #[inline(always)]
    pub(super) fn locate_ego(&mut self) {
        if self.straight {
            for i in 0..W {
                (self.ego.s[i], self.ego.d[i]) = (self.ego.x[i], self.ego.y[i]);
                (self.ego.route_cos[i], self.ego.route_sin[i]) = (self.ego.cos[i], self.ego.sin[i]);
            }
        } else {
            let path = &self.template.road.paths[0];
            lanes!(i; was = self.was; e = self.ego => {
                let (s, d, p) = path.project(e.x, e.y, was.s + (e.x - was.x) * was.cos + (e.y - was.y) * was.sin);
                (e.s, e.d) = (s, d);
                (e.route_cos, e.route_sin) = (e.cos * p.cos + e.sin * p.sin, e.sin * p.cos - e.cos * p.sin);
            });
        }
    }
}

impl<const W: usize> Slot<W> {
    /// This actor as the leader of another.
    #[inline(always)]
    fn as_leader(&self, i: usize) -> Ahead {
        let (half_l, half_w) = (self.shape.half_l[i], self.shape.half_w[i]);
        let gone = self.shape.active[i] == 0.0;
        let (s, d, v) = match &self.motion {
            MotionLanes::Vehicle { drive, spec, .. } => (drive.s[i], drive.d[i], drive.v[i] * spec.direction[i]),
            MotionLanes::Fixed(f) => (f.s_m[i], f.d_m[i], 0.0),
            MotionLanes::Agent(a) => (a.act.s[i], a.act.d[i], a.act.vs[i]),
            MotionLanes::Walker { .. } | MotionLanes::Roller { .. } => (1e9, 0.0, 0.0),
        };
        Ahead { s: sel(gone, 1e9, s), d, v, half_l, half_w }
    }
}

/// The x axis as a path: every point of it.
pub(super) const AXIS: crate::road::PathPoint = crate::road::PathPoint { x: 0.0, y: 0.0, cos: 1.0, sin: 0.0, curvature: 0.0 };

/// Position and heading of a vehicle. `along` is added to the point of the path.
#[inline(always)]
pub(super) fn set_pose(at: crate::road::PathPoint, along: f64, p: &Vehicle, b: &Driving, pose: &mut Pose) {
    (pose.was_x, pose.was_y) = (pose.x, pose.y);
    pose.x = at.x + along * at.cos - b.d * at.sin;
    pose.y = at.y + along * at.sin + b.d * at.cos;
    let (vu, vn) = (b.v * p.direction, b.across);
    (pose.vx, pose.vy) = (vu * at.cos - vn * at.sin, vu * at.sin + vn * at.cos);
    // It points where it goes; one that stands, along its path.
    let (hu, hn) = (vu + 0.5 * p.direction, vn);
    let norm = 1.0 / (hu * hu + hn * hn).sqrt();
    let (hu, hn) = (hu * norm, hn * norm);
    (pose.cos, pose.sin) = (hu * at.cos - hn * at.sin, hu * at.sin + hn * at.cos);
}
