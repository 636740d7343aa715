//! The ego's eyes and its policy, one world at a time.

use super::super::common::*;
use super::{Child, Ego, Errors};
use nines_sim::geometry::blocks;
use nines_sim::math::{clamp, exp, max, min};
use nines_sim::{DT, EGO_CENTRE_M, EGO_FRONT_M, EGO_WIDTH_M};

#[derive(Clone, Copy)]
pub struct Reading {
    pub x: f64,
    pub y: f64,
    pub vx: f64,
    pub vy: f64,
    pub confused: bool,
    pub sigma: f64,
    pub gaze: Option<f64>,
    pub intention: Option<f64>,
}

#[derive(Clone, Copy)]
struct Track {
    age: f64,
    s: f64,
    d: f64,
    vs: f64,
    vd: f64,
    half_s: f64,
    half_d: f64,
    sigma: f64,
}

#[derive(Default)]
pub struct Driver {
    child: Option<Track>,
    van: Option<Track>,
    is_child: f64,
    evidence: f64,
    counted: bool,
    recount_s: f64,
    emergency_s: f64,
}

/// Where something is seen from the sensor: its distance, if it is in range and in the field of view.
fn look(ego: &Ego, dx: f64, dy: f64, range: f64) -> Option<f64> {
    let r2 = dx * dx + dy * dy;
    if r2 >= range * range {
        return None;
    }
    let r = r2.sqrt();
    (dx * ego.cos + dy * ego.sin >= COS_HALF_FOV * r).then_some(r)
}

pub fn see_child(ego: &Ego, c: &Child, e: &Errors, cues: &Cues) -> Option<Reading> {
    if e.missing {
        return None;
    }
    let (sx, sy) = (ego.x + EGO_CENTRE_M * ego.cos, ego.y + EGO_CENTRE_M * ego.sin);
    let (dx, dy) = (c.x - sx, c.y - sy);
    let r = look(ego, dx, dy, RANGE_PERSON_M)?;
    let to_van = (VAN_X - sx) * (VAN_X - sx) + (VAN_Y - sy) * (VAN_Y - sy);
    if VAN_HEIGHT > SENSOR_HEIGHT + (CHILD_HEIGHT - SENSOR_HEIGHT) * (to_van.sqrt() / r) {
        let (ux, uy) = (-dy / r, dx / r);
        let extent = 0.8 * (uy.abs() * CHILD.half_l + ux.abs() * CHILD.half_w);
        let hides =
            |side: f64| blocks(sx, sy, c.x + side * ux, c.y + side * uy, VAN_X, VAN_Y, 1.0, 0.0, VAN.half_l, VAN.half_w) != 0.0;
        if hides(extent) && hides(-extent) {
            return None;
        }
    }
    let read = |level, range| (r < range).then_some(level);
    let (gaze, intention) = (read(cues.gaze, GAZE_M), read(cues.intention, INTENTION_M));
    Some(Reading {
        confused: cues.confused[0] < 0.02 * min(r / 30.0, 1.0),
        gaze,
        intention,
        ..e.reading((c.x, c.y, c.vx, c.vy), r)
    })
}

pub fn see_van(ego: &Ego, e: &Errors) -> Option<Reading> {
    if e.missing {
        return None;
    }
    let (sx, sy) = (ego.x + EGO_CENTRE_M * ego.cos, ego.y + EGO_CENTRE_M * ego.sin);
    let r = look(ego, VAN_X - sx, VAN_Y - sy, RANGE_VEHICLE_M)?;
    Some(e.reading((VAN_X, VAN_Y, 0.0, 0.0), r))
}

/// A track with this step's reading; without one it goes on for a while as it moved.
fn follow(track: Option<Track>, seen: Option<Reading>, ego: &Ego, half_s: f64, half_d: f64) -> Option<Track> {
    match (seen, track) {
        (Some(o), Some(t)) => {
            let (vs, vd) = (t.vs + 0.8 * (o.vx - t.vs), t.vd + 0.8 * (o.vy - t.vd));
            Some(Track { age: 0.0, s: o.x - ego.x, d: o.y, vs, vd, half_s, half_d, sigma: o.sigma })
        }
        (Some(o), None) => Some(Track { age: 0.0, s: o.x - ego.x, d: o.y, vs: o.vx, vd: o.vy, half_s, half_d, sigma: o.sigma }),
        (None, Some(t)) if t.age + DT <= 3.0 => {
            Some(Track { age: t.age + DT, s: t.s - ego.v * DT + t.vs * DT, d: t.d + t.vd * DT, ..t })
        }
        (None, _) => None,
    }
}

impl Driver {
    pub fn act(&mut self, w: &World, ego: &Ego, child: Option<Reading>, van: Option<Reading>) -> (f64, f64) {
        let (mut target, mut accel, mut aside) = (w.speed, 1e3, 0.0);
        let (c, s) = (ego.cos.abs(), ego.sin.abs());
        self.child = follow(self.child, child, ego, CHILD.half_l * s + CHILD.half_w * c, CHILD.half_l * c + CHILD.half_w * s);
        self.van = follow(self.van, van, ego, VAN.half_l * c + VAN.half_w * s, VAN.half_l * s + VAN.half_w * c);
        self.recount_s = max(self.recount_s - DT, 0.0);
        if let Some(o) = child {
            self.read_cues(&o);
        }
        if let Some(t) = self.child.filter(|t| t.s + t.half_s > EGO_FRONT_M - 3.0) {
            let g = t.s - t.half_s - EGO_FRONT_M;
            let offset = t.d - ego.y;
            let clear = offset.abs() - 0.5 * EGO_WIDTH_M - t.half_d;
            let towards = if offset > 0.0 { -t.vd } else { t.vd };
            if clear < 4.0 && g < 80.0 {
                let motion = clamp(2.5 * (towards - 0.35), -0.8, 5.0);
                let belief = 1.0 / (1.0 + exp(-clamp(-1.6 + 1.2 * self.is_child + self.evidence + motion, -8.0, 8.0)));
                let (low, high) = (5.5 - 1.5 * self.is_child, 5.0 + 4.0 * (1.0 - self.is_child));
                let passing = high + (low - high) * min(1.0, 1.6 * belief) + 1.5 * max(clear - 1.5 * t.sigma - 2.0, 0.0);
                target = min(target, come_down(passing, g - 9.0, 2.0));
                let beside = t.d.abs() - 0.5 * EGO_WIDTH_M - t.half_d;
                if beside > -0.9 && g < 40.0 {
                    let shift = max(1.5 - beside, 0.0);
                    aside = if t.d < 0.0 { min(shift, ASIDE_LEFT_M) } else { -min(shift, ASIDE_RIGHT_M) };
                }
            }
            if g > -0.5 {
                let comes = towards > 0.5 && max(clear, 0.0) / max(towards, 0.05) < min(max(g, 0.0) / max(ego.v, 0.5) + 2.0, 5.0);
                if comes || (clear < 0.5 && towards > -0.8) {
                    let room = g - 1.0 - 0.25 * ego.v;
                    let need = to_stop(ego.v, room);
                    if need > 1.5 || (room < 1.5 && ego.v < 2.0) {
                        accel = -min(1.2 * max(need, 0.5) + 0.3, BRAKE);
                    }
                    if g < 12.0 {
                        self.emergency_s = 0.8;
                    }
                }
            }
            if t.d > RIGHT_EDGE_M + 0.2 && t.d < LEFT_EDGE_M - 0.2 && g > -4.0 && clear < 4.0 {
                let walk = max(2.0 * (clear - 0.9), 0.0) + (1.0 - self.is_child);
                target = min(target, come_down(walk, g - 2.5, 3.0));
            }
        }
        if let Some(t) = self.van.filter(|t| t.s + t.half_s > EGO_FRONT_M - 3.0) {
            let g = t.s - t.half_s - EGO_FRONT_M;
            let offset = (t.d - ego.y).abs();
            let clear = offset - 0.5 * EGO_WIDTH_M - t.half_d;
            if offset < 0.5 * EGO_WIDTH_M + t.half_d + 0.25 {
                accel = min(accel, idm(ego.v, g, max(t.vs, 0.0), w.pace, 2.0, 3.0, 2.5));
                let need = to_stop(max(ego.v - max(t.vs, 0.0), 0.0), g - 1.5);
                if g > -1.0 && need > 2.0 {
                    accel = min(accel, -min(1.2 * need + 0.3, BRAKE));
                }
            } else if t.vs.abs() < 0.7 && t.vd.abs() < 0.4 && clear < 4.0 && g < 80.0 {
                target = min(target, come_down(4.5 + 1.8 * max(clear - 0.8, 0.0), g - 3.0, 2.0));
            }
        }
        let cruise = if ego.v > target {
            clamp(-1.5 * (ego.v - target), -4.0, 0.0)
        } else {
            let r = ego.v / max(target, 0.5);
            1.5 * (1.0 - r * r * (r * r))
        };
        accel = min(accel, cruise);
        if self.emergency_s > 0.0 {
            accel = min(accel, -0.5);
            self.emergency_s = max(self.emergency_s - DT, 0.0);
        }
        let turn = 1.0 / max(6.0, 1.2 * ego.v);
        let curvature = clamp(-turn * turn * clamp(ego.y - aside, -1.5, 1.5) - 2.0 * turn * ego.sin, -0.15, 0.15);
        (clamp(accel, -BRAKE, 1.5), curvature)
    }

    fn read_cues(&mut self, o: &Reading) {
        self.is_child = if o.confused { 0.3 } else { 0.9 };
        if let (Some(level), false) = (o.intention, self.counted) {
            self.evidence += clamp(6.5 * (level - 0.62), -3.0, 2.0);
            self.counted = true;
        }
        if let Some(level) = o.gaze.filter(|_| self.recount_s <= 0.0) {
            self.evidence += (1.0 - self.is_child) * if level > 0.5 { 0.3 } else { -0.5 };
            self.recount_s = 2.0;
        }
        self.evidence = clamp(self.evidence, -4.0, 4.0);
    }
}
