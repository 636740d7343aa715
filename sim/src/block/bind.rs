//! Binds a rollout into a lane: every value of the template is evaluated once.

use super::*;

impl<const W: usize> Block<'_, W> {
    /// Binds a rollout into lane `i`. Once per rollout, hence scalar and out of line.
    #[inline(never)]
    pub fn load(&mut self, i: usize, rollout: u64) {
        let (t, draws) = (self.template, self.draws);
        let mut params = [0.0; MAX_PARAMS];
        draws.params(t, rollout, &mut params);
        let stratum = draws.stratum(rollout);
        let (p, st): (&[f64], &[u8]) = (&params, &t.strata[stratum as usize].states);
        let e = t.ego.bind(p, st);
        let o = t.sensing.bind(p, st);
        let grip = o.friction * GRAVITY_MPS2;
        let (x, y, cos, sin) = t.road.paths[0].place(0.0, e.start_d_m);
        let h = t.road.paths[0].pieces()[0].heading_rad;
        let ego =
            Ego { x, y, h, cos, sin, v: max(e.start_speed_mps, 0.0), s: 0.0, d: e.start_d_m, route_cos: 1.0, ..Ego::default() };
        self.ego.set(i, &ego);
        self.was.set(i, &ego);
        self.limits.set(i, &EgoLimits { brake: min(e.brake_mps2, grip), grip });
        let desired = max(e.desired_speed_mps, 0.1);
        self.task.set(
            i,
            &Task {
                limit: e.limit_mps,
                pace: 1.0 / desired,
                end: e.end_m,
                horizon: e.end_m / desired + e.lawful_wait_s + HORIZON_SLACK_S,
                left: t.road.left_edge_m,
                right: t.road.right_edge_m,
                harsh_limit: t.harsh_limit_mps2,
            },
        );
        let keep = crate::math::exp(-0.2 / max(o.noise_time_s, 0.02));
        let miss_ends = min(0.2 / max(o.miss_mean_s, 0.2), 1.0);
        let share = clamp(o.miss_share, 0.0, 0.99);
        self.optics.set(
            i,
            &Optics {
                cos_half_fov: sincos(min(o.half_fov_rad, std::f64::consts::PI)).1,
                position_noise_m: o.position_noise_m,
                speed_noise_mps: o.speed_noise_mps,
                keep,
                fresh: (1.0 - keep * keep).sqrt(),
                miss_share: share,
                miss_begins: min(share / (1.0 - share) * miss_ends, 1.0),
                miss_ends,
                sensor_height_m: o.sensor_height_m,
                confusion: o.confusion,
                dark_from_s: o.dark_from_s,
                dark_to_s: o.dark_to_s,
            },
        );
        for (lanes, spec) in self.signals.iter_mut().zip(&t.signals) {
            lanes.set(i, &spec.bind(p, st));
        }
        for (lanes, zone) in self.zones.iter_mut().zip(&t.zones) {
            lanes.set(i, &zone.spec.bind(p, st));
        }
        (self.road_friction[i], self.friction[i], self.road_limit[i]) = (o.friction, o.friction, e.limit_mps);
        self.brake[i] = e.brake_mps2;
        for d in &mut self.demands {
            let n = d.plan.values.len();
            d.table[i * n..(i + 1) * n].iter_mut().zip(&d.plan.values).for_each(|(to, v)| *to = v.at(p, st));
            d.watch.set(i, &Watch::fresh());
        }
        self.view.set(
            i,
            &EgoView {
                limit_mps: single(e.limit_mps),
                desired_mps: single(e.desired_speed_mps),
                friction: single(o.friction),
                light: single(o.light),
                sight_m: single(o.range_person_m),
                left_edge_m: single(t.road.left_edge_m),
                right_edge_m: single(t.road.right_edge_m),
                latency_s: single(t.latency_steps as f64 * DT),
                zone_m: 1000.0,
                zone_limit_mps: single(e.limit_mps),
                ..EgoView::default()
            },
        );
        for (slot, a) in self.slots.iter_mut().zip(&t.actors) {
            let range = if a.class.is_small() { o.range_person_m } else { o.range_vehicle_m };
            let active = flag(a.active.at(p, st) != 0.0);
            let shape = Shape {
                half_l: 0.5 * a.length_m.at(p, st),
                half_w: 0.5 * a.width_m.at(p, st),
                height: a.height_m.at(p, st),
                active,
                harmful: active * flag(a.harmful.at(p, st) != 0.0),
                range_m: range * a.range_factor.at(p, st),
            };
            slot.shape.set(i, &shape);
            slot.shown.set(i, &shape);
            (slot.class[0][i], slot.class[1][i]) = (a.class as u8 as f64, a.look_alike as u8 as f64);
            slot.confusion[i] = a.confusion.at(p, st);
            if let Some(sound) = &a.sound {
                let own = [&sound.range_m, &sound.bearing_sd_rad, &sound.on].map(|v| v.at(p, st));
                slot.sound.iter_mut().zip(own).for_each(|(lane, x)| lane[i] = x);
            }
            slot.load(i, t, a, grip, p, st);
            if a.sound.is_some() && !matches!(a.motion, Motion::Agent(_)) {
                slot.lamps.sounds[i] = slot.sound[2][i];
            }
        }
        self.memory.set(i, &Memory::default());
        self.judge.set(i, &Judge::fresh());
        (self.rollout[i], self.stratum[i], self.step[i], self.done[i], self.digest[i]) = (rollout, stratum, 0, 0, 0);
        (self.window_at[i], self.lineage[i]) = (0, draws.lineage(rollout));
    }
}

impl<const W: usize> Slot<W> {
    /// Binds an actor into lane `i`.
    fn load(&mut self, i: usize, t: &Template, a: &crate::template::ActorTemplate, grip: f64, p: &[f64], st: &[u8]) {
        self.lamps.set(i, &Lamps::default());
        self.errors
            .set(i, &Errors { gaze: -1.0, posture: -1.0, gesture: -1.0, intention: -1.0, lamp: -1.0, ..Errors::default() });
        for entry in &mut self.ring {
            entry.set(i, &Reading::default());
        }
        self.object.set(i, &Object::default());
        self.track.set(i, &Track::default());
        self.started_s[i] = f64::INFINITY;
        self.ahead.set(i, &Ahead { s: 1e9, ..Ahead::default() });
        let route = &t.road.paths[0];
        // Place and direction of what starts beside the route.
        let beside = |s: f64, d: f64, turn: f64| {
            let (x, y, cos, sin) = route.place(s, d);
            let (ts, tc) = sincos(turn);
            (x, y, cos * tc - sin * ts, sin * tc + cos * ts)
        };
        let standing = |x: f64, y: f64, cos: f64, sin: f64| Pose { x, y, cos, sin, was_x: x, was_y: y, ..Pose::default() };
        match (&mut self.motion, &a.motion) {
            (MotionLanes::Fixed(lanes), Motion::Fixed(spec)) => {
                let f = spec.bind(p, st);
                lanes.set(i, &f);
                let (x, y, cos, sin) = beside(f.s_m, f.d_m, f.heading_rad);
                self.pose.set(i, &standing(x, y, cos, sin));
                self.lamps.set(i, &Lamps { warning: f.warning, stop_arm: f.arm_out(0.0), ..Lamps::default() });
            }
            (MotionLanes::Walker { spec: lanes, walk, .. }, Motion::Walker { spec, .. }) => {
                let w = spec.bind(p, st);
                lanes.set(i, &w);
                let (x, y, dir_cos, dir_sin) = beside(w.s_m, w.d_m, w.dir_rad);
                self.pose.set(i, &standing(x, y, dir_cos, dir_sin));
                let keep = crate::math::exp(-0.2 / max(w.wander_time_s, 0.05));
                walk.set(
                    i,
                    &Walking {
                        started_s: f64::INFINITY,
                        base_x: x,
                        base_y: y,
                        dir_cos,
                        dir_sin,
                        keep,
                        fresh: w.wander_m * (1.0 - keep * keep).sqrt(),
                        ..Walking::default()
                    },
                );
            }
            (MotionLanes::Roller { spec: lanes, roll }, Motion::Roller(spec)) => {
                let b = spec.bind(p, st);
                lanes.set(i, &b);
                let (x, y, dir_cos, dir_sin) = beside(b.s_m, b.d_m, b.dir_rad);
                self.pose.set(i, &standing(x, y, dir_cos, dir_sin));
                roll.set(i, &Rolling { started_s: f64::INFINITY, speed: 0.0, dir_cos, dir_sin });
            }
            (MotionLanes::Vehicle { spec: lanes, drive, path, .. }, Motion::Vehicle { spec, .. }) => {
                let c = spec.bind(p, st);
                lanes.set(i, &c);
                let body = Driving {
                    s: c.s_m,
                    d: c.d_m,
                    v: max(c.speed_mps, 0.0),
                    changed_s: f64::INFINITY,
                    brake_most: min(c.brake_mps2, grip),
                    pedal: 1.0 - crate::math::exp(-DT / max(c.lag_s, 0.01)),
                    ..Driving::default()
                };
                drive.set(i, &body);
                let mut pose = Pose::default();
                set_pose(t.road.paths[*path].at(c.s_m), 0.0, &c, &body, &mut pose);
                (pose.was_x, pose.was_y) = (pose.x, pose.y);
                self.pose.set(i, &pose);
            }
            (MotionLanes::Agent(lanes), Motion::Agent(_)) => {
                let n = lanes.plan.values.len();
                lanes.table[i * n..(i + 1) * n].iter_mut().zip(&lanes.plan.values).for_each(|(to, v)| *to = v.at(p, st));
                lanes.base.set(i, &self.shape.get(i));
                lanes.act.set(i, &lanes.plan.start(lanes.table(i)));
                let path = &t.road.paths[lanes.plan.path];
                let act = lanes.act.get(i);
                let mut pose = Pose::default();
                agent::set_pose(path, &act, &mut pose);
                let at = path.at(act.s);
                (pose.was_x, pose.was_y) = (pose.x, pose.y);
                (pose.vx, pose.vy) = (act.vs * at.cos - act.vd * at.sin, act.vs * at.sin + act.vd * at.cos);
                self.pose.set(i, &pose);
                self.take_look(i);
                self.show(i, a);
            }
            _ => unreachable!("slots are made from the template's motions"),
        }
    }
}
