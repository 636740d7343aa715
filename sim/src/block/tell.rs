//! From the truth to the observation: noise, lines of sight, measurements, the map.

use super::*;

impl<const W: usize> Block<'_, W> {
    /// Noise of the next two steps.
    #[inline(always)]
    pub(super) fn draw_noise(&mut self) {
        if self.moves_noise { self.draw_moved_noise() } else { self.draw_noise_from::<false>() }
    }

    /// The same bits from rollouts that have no lineage, only slower.
    #[inline(never)]
    fn draw_moved_noise(&mut self) {
        self.draw_noise_from::<true>();
    }

    /// With `MOVED` as a constant the loops of plain rollouts stay free of choices.
    #[inline(always)]
    fn draw_noise_from<const MOVED: bool>(&mut self) {
        let (key, rollout, lineage) = (self.draws.key, &self.rollout, &self.lineage);
        let source = |i: usize| Source { key, rollout: rollout[i], lineage: lineage[i] };
        for (j, slot) in self.slots.iter_mut().enumerate() {
            let (optics, errors) = (&self.optics, &mut slot.errors);
            for i in 0..W {
                let (o, mut e) = (optics.get(i), errors.get(i));
                let knot = self.step[i] / KNOT_STEPS;
                let z = source(i).normals::<MOVED>(Channel::Perception, j as u64, knot);
                let u = source(i).unit::<MOVED>(Channel::Detection, j as u64, knot);
                drift(&o, self.step[i] == 0, &z, u, &mut e);
                errors.set(i, &e);
            }
            let behaviour = |i: usize| source(i).pair::<MOVED>(Channel::Behaviour, j as u64, self.step[i] / KNOT_STEPS);
            match &mut slot.motion {
                MotionLanes::Walker { z, .. } => {
                    for i in 0..W {
                        [z[0][i], z[1][i]] = behaviour(i);
                    }
                }
                MotionLanes::Agent(agent) => {
                    for i in 0..W {
                        agent.z[i] = behaviour(i)[0];
                    }
                }
                _ => {}
            }
            if self.template.actors[j].sound.is_some() {
                for i in 0..W {
                    let [z, _] = source(i).pair::<MOVED>(Channel::Sound, j as u64, self.step[i] / KNOT_STEPS);
                    let (o, first) = (optics.get(i), self.step[i] == 0);
                    let (keep, fresh) = (sel(first, 0.0, o.keep), sel(first, 1.0, o.fresh));
                    errors.bearing[i] = keep * errors.bearing[i] + fresh * z;
                }
            }
        }
    }

    /// Cues and confusions, which last for windows: drawn lane by lane at the few steps where one begins.
    #[inline(always)]
    pub(super) fn draw_windows(&mut self) {
        for i in 0..W {
            if self.step[i] == self.window_at[i] {
                self.draw_window(i);
                self.window_at[i] += self.window_steps;
            }
        }
    }

    #[inline(never)]
    fn draw_window(&mut self, i: usize) {
        let source = Source { key: self.draws.key, rollout: self.rollout[i], lineage: self.lineage[i] };
        let step = self.step[i];
        let states = &self.template.strata[self.stratum[i] as usize].states;
        for (j, (slot, a)) in self.slots.iter_mut().zip(&self.template.actors).enumerate() {
            if step.is_multiple_of(CONFUSION_STEPS) {
                slot.errors.confused[i] = source.uniform(Channel::Cues, CONFUSION_SLOT | j as u64, step / CONFUSION_STEPS);
                let [z, _] = source.pair::<true>(Channel::Cues, SIZE_SLOT | j as u64, step / CONFUSION_STEPS);
                slot.errors.size[i] = clamp(z, -3.0, 3.0);
            }
            for (c, cue) in a.cues.iter().enumerate() {
                let window = u64::from(cue.window_knots) * KNOT_STEPS;
                if step == 0 || (window > 0 && step.is_multiple_of(window)) {
                    let index = step.checked_div(window).unwrap_or(0);
                    // Four addresses of cues for each slot, and one more beyond all of these.
                    let at = if c < 4 { j * 4 + c } else { 0x2000 + j };
                    let u = source.uniform(Channel::Cues, at as u64, index);
                    let mode = if let MotionLanes::Agent(agent) = &slot.motion { agent.act.mode[i] as usize } else { 0 };
                    let level = cue.level(u, states, mode);
                    match cue.kind {
                        CueKind::Gaze => slot.errors.gaze[i] = level,
                        CueKind::Posture => slot.errors.posture[i] = level,
                        CueKind::Gesture => slot.errors.gesture[i] = level,
                        CueKind::Intention => slot.errors.intention[i] = level,
                        CueKind::Lamp => slot.errors.lamp[i] = level,
                    }
                }
            }
        }
    }

    /// Lines of sight, and the measurements of this step.
    #[inline(always)]
    pub(super) fn see(&mut self) {
        let (optics, ego) = (&self.optics, &self.ego);
        for slot in &mut self.slots {
            lanes!(i; o = optics, e = ego, p = slot.pose, shape = slot.shape; s = slot.sight => s = look(&o, &e, &p, &shape));
        }
        for j in 0..self.slots.len() {
            if !any(&self.slots[j].sight.in_view) {
                continue;
            }
            for (k, a) in self.template.actors.iter().enumerate() {
                if k == j || !a.occludes {
                    continue;
                }
                // Two slots of one list: split it between them.
                let (low, high) = self.slots.split_at_mut(j.max(k));
                let (target, other) = if j < k { (&mut low[j], &high[0]) } else { (&mut high[0], &low[k]) };
                lanes!(i; o = optics, shape = target.shape, p = other.pose, body = other.shape; s = target.sight
                    => obscure(&o, shape.height, &p, &body, &mut s));
            }
        }
    }

    /// The observation: measurements as old as the latency, seen from where the ego is now.
    #[inline(always)]
    pub(super) fn present(&mut self) {
        let (optics, ego) = (&self.optics, &self.ego);
        let time: [f64; W] = std::array::from_fn(|i| self.step[i] as f64 * DT);
        for (slot, a) in self.slots.iter_mut().zip(&self.template.actors) {
            let n = slot.ring.len();
            let entry = &mut slot.ring[(self.tick % n as u64) as usize];
            // Of what no lane sees, the observation holds zeros, and a measurement its absence: nothing else is read of them.
            if any(&entry.seen) {
                let class = &slot.class;
                if self.straight {
                    lanes!(i; e = ego, r = entry, shape = slot.shown; o = slot.object
                        => o = present(&e, &r, &shape, (r.x, r.y, AXIS), (class[0][i], class[1][i])));
                } else {
                    let path = &self.template.road.paths[0];
                    lanes!(i; e = ego, r = entry, shape = slot.shown; o = slot.object => {
                        let guess = e.s + (r.x - e.x) * e.cos + (r.y - e.y) * e.sin;
                        o = present(&e, &r, &shape, path.project(r.x, r.y, guess), (class[0][i], class[1][i]))
                    });
                }
            } else if any(&slot.object.seen) {
                slot.object = ObjectLanes::new();
            }
            if any(&slot.sight.in_view) {
                let ranges = a.cue_ranges();
                lanes!(i; o = optics, p = slot.pose, l = slot.lamps, s = slot.sight, e = slot.errors; r = entry
                    => r = measure(&o, time[i], &p, &l, &s, &e, &ranges, slot.confusion[i]));
            } else {
                entry.seen = [0.0; W];
            }
        }
        let path = &self.template.road.paths[0];
        for i in 0..W {
            let (e, mut v) = (self.ego.get(i), self.view.get(i));
            let here = if self.straight { AXIS } else { path.at(e.s) };
            let ahead = if self.straight { AXIS } else { path.at(e.s + 0.2 * e.v) };
            (v.speed_mps, v.accel_mps2, v.curvature) = (single(e.v), single(e.a), single(e.k));
            (v.route_d_m, v.heading_sin) = (single(e.d), single(e.route_sin));
            (v.route_curvature, v.route_curvature_ahead) = (single(here.curvature), single(ahead.curvature));
            v.end_m = single(self.task.end[i] - e.s);
            self.view.set(i, &v);
        }
        self.present_map();
        self.present_sounds();
    }

    /// Signals and zones, as the map and the camera tell them.
    #[inline(always)]
    fn present_map(&mut self) {
        let view = &mut self.view;
        for i in 0..W {
            (view.signal_m[i], view.signal_state[i], view.crosswalk_m[i], view.junction_m[i]) = (1000.0, 0.0, 1000.0, 1000.0);
        }
        for signal in &self.signals {
            for i in 0..W {
                let (s, t) = (signal.get(i), self.step[i] as f64 * DT);
                let room = s.line_m - (self.ego.s[i] + EGO_FRONT_M);
                let next = (room > -1.0) & (room < view.signal_m[i]);
                view.signal_m[i] = single(sel(next, room, view.signal_m[i]));
                view.signal_state[i] = sel(next, s.state(t), view.signal_state[i]);
            }
        }
        for (zone, stretch) in self.template.zones.iter().zip(&self.zones) {
            let nearest = match zone.kind {
                ZoneKind::Crosswalk => &mut view.crosswalk_m,
                ZoneKind::Junction => &mut view.junction_m,
                ZoneKind::School | ZoneKind::Work | ZoneKind::Slippery => continue,
            };
            for i in 0..W {
                let front = self.ego.s[i] + EGO_FRONT_M;
                let room = stretch.from_m[i] - front;
                let next = (stretch.to_m[i] > front) & (room < nearest[i]);
                nearest[i] = single(sel(next, room, nearest[i]));
            }
        }
        if self.zones.is_empty() {
            return;
        }
        for i in 0..W {
            (view.limit_mps[i], view.friction[i]) = (single(self.task.limit[i]), single(self.friction[i]));
            (view.zone_m[i], view.zone_limit_mps[i]) = (1000.0, single(self.road_limit[i]));
        }
        for stretch in &self.zones {
            for i in 0..W {
                let (z, front) = (stretch.get(i), self.ego.s[i] + EGO_FRONT_M);
                let room = max(z.from_m - front, 0.0);
                let next = (z.to_m > front) & (z.limit_mps < f64::INFINITY) & (z.in_force != 0.0) & (room < view.zone_m[i]);
                view.zone_m[i] = single(sel(next, room, view.zone_m[i]));
                view.zone_limit_mps[i] = single(sel(next, z.limit_mps, view.zone_limit_mps[i]));
            }
        }
    }

    /// What is heard: of those that sound within range the nearest one, also where it is out of sight.
    #[inline(always)]
    fn present_sounds(&mut self) {
        if self.template.actors.iter().all(|a| a.sound.is_none()) {
            return;
        }
        for i in 0..W {
            let (e, mut best) = (self.ego.get(i), f64::INFINITY);
            let (mut sound, mut cos, mut sin) = (0.0, 0.0, 0.0);
            for slot in self.slots.iter().filter(|s| s.lamps.sounds[i] != 0.0 && s.shape.active[i] != 0.0) {
                let (dx, dy) = (slot.pose.x[i] - e.x, slot.pose.y[i] - e.y);
                let r = (dx * dx + dy * dy).sqrt();
                if r < slot.sound[0][i] && r < best {
                    best = r;
                    let (ts, tc) = sincos(slot.sound[1][i] * slot.errors.bearing[i]);
                    let (ux, uy) = ((dx * e.cos + dy * e.sin) / max(r, 0.1), (dy * e.cos - dx * e.sin) / max(r, 0.1));
                    (sound, cos, sin) = (1.0, ux * tc - uy * ts, ux * ts + uy * tc);
                }
            }
            (self.view.sound[i], self.view.sound_cos[i], self.view.sound_sin[i]) = (sound, single(cos), single(sin));
        }
    }

    /// Puts what is there in the place of what is observed, without errors, delay or anything hidden. Gives what was observed.
    pub fn tell_truth(&mut self) -> Vec<ObjectLanes<W>> {
        let (ego, path, straight) = (&self.ego, &self.template.road.paths[0], self.straight);
        let mut told = Vec::with_capacity(self.slots.len());
        for slot in &mut self.slots {
            told.push(slot.object.clone());
            for i in 0..W {
                let (e, p, l, shape, x) =
                    (ego.get(i), slot.pose.get(i), slot.lamps.get(i), slot.shape.get(i), slot.errors.get(i));
                let reading = Reading {
                    seen: shape.active,
                    x: p.x,
                    y: p.y,
                    vx: p.vx,
                    vy: p.vy,
                    cos: p.cos,
                    sin: p.sin,
                    sigma: 0.0,
                    brake: l.brake,
                    indicator: l.indicator,
                    warning: l.warning,
                    stop_arm: l.stop_arm,
                    beacon: l.beacon,
                    confused: 0.0,
                    class_probability: 1.0,
                    size: 1.0,
                    gaze: x.gaze,
                    posture: x.posture,
                    gesture: x.gesture,
                    intention: x.intention,
                    lamp: x.lamp,
                };
                let place = if straight {
                    (p.x, p.y, AXIS)
                } else {
                    path.project(p.x, p.y, e.s + (p.x - e.x) * e.cos + (p.y - e.y) * e.sin)
                };
                slot.object.set(i, &present(&e, &reading, &shape, place, (slot.class[0][i], slot.class[1][i])));
            }
        }
        told
    }
}
