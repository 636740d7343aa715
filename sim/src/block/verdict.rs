//! The end of a step: criteria that every scenario is judged by, and the digest.

use super::*;

impl<const W: usize> Block<'_, W> {
    /// Contacts, lights, stop arms, and the motion itself.
    #[inline(always)]
    pub(super) fn judge(&mut self) {
        let (was, ego) = (&self.was, &self.ego);
        lanes!(i; ; k = self.judge => start_step(&mut k));
        for (j, (slot, a)) in self.slots.iter().zip(&self.template.actors).enumerate() {
            // Skipping what concerns no lane changes nothing: for such lanes both parts leave everything as it is.
            if !any(&slot.shape.active) {
                continue;
            }
            let vehicle = flag(a.class.is_vehicle() || matches!(a.class, Class::Cyclist | Class::Rider));
            let mut near = [0.0; W];
            lanes!(i; w = was, e = ego, p = slot.pose, s = slot.shape; k = self.judge
                => near[i] = flag(judge_course(vehicle, &w, &e, &p, &s, &mut k)));
            if any(&near) {
                let person = flag(a.class.is_person());
                lanes!(i; w = was, e = ego, p = slot.pose, s = slot.shape; k = self.judge
                    => judge_contact(j as f64, person, vehicle, &w, &e, &p, &s, &mut k));
            }
        }
        let mut lawful = [0.0; W];
        for signal in &self.signals {
            for i in 0..W {
                let (s, t) = (signal.get(i), self.step[i] as f64 * DT);
                let (front_was, front) = (was.s[i] + EGO_FRONT_M, ego.s[i] + EGO_FRONT_M);
                let red = s.state(t) == 2.0;
                self.judge.red_light[i] = min(self.judge.red_light[i], line_margin(red, s.line_m, front_was, front, ego.v[i]));
                lawful[i] = max(lawful[i], flag((s.state(t) != 0.0) & (front < s.line_m) & (s.line_m - front < 15.0)));
            }
        }
        for slot in &self.slots {
            if let MotionLanes::Fixed(spec) = &slot.motion {
                for i in 0..W {
                    let (f, t) = (spec.get(i), self.step[i] as f64 * DT);
                    let (front_was, front) = (was.s[i] + EGO_FRONT_M, ego.s[i] + EGO_FRONT_M);
                    let out = f.arm_out(t) != 0.0;
                    self.judge.school_bus[i] =
                        min(self.judge.school_bus[i], line_margin(out, f.stop_line_m, front_was, front, ego.v[i]));
                    lawful[i] = max(lawful[i], flag(out & (front < f.stop_line_m) & (f.stop_line_m - front < 25.0)));
                }
            }
        }
        let fails = self.fails;
        lanes!(i; task = self.task, e = ego; k = self.judge => {
            judge_motion(&task, &e, lawful[i], &mut k);
            note_cause(fails, (self.step[i] + 1) as f64 * DT, &mut k)
        });
    }

    /// Folds the state of this step into the digest of the trace.
    #[inline(always)]
    pub(super) fn fold_digest(&mut self) {
        let fold = |h: u64, x: f64| (h ^ x.to_bits()).rotate_left(23).wrapping_add(0x9e37_79b9_7f4a_7c15);
        for i in 0..W {
            let h = fold(self.digest[i], self.ego.x[i]);
            let h = fold(h, self.ego.y[i]);
            let h = fold(h, self.ego.v[i]);
            let (signs, a) = (self.action.lamp[i] + 4.0 * self.action.horn[i] + 8.0 * self.action.help[i], &self.action);
            let driven = a.accel[i] + 64.0 * a.curvature[i];
            self.digest[i] = fold(h, sel(signs != 0.0, driven + 4096.0 * signs, driven));
        }
        for slot in &self.slots {
            for i in 0..W {
                let h = fold(self.digest[i], slot.pose.x[i] * slot.shape.active[i]);
                let h = fold(h, slot.pose.y[i] * slot.shape.active[i]);
                self.digest[i] = fold(h, slot.object.route_s_m[i]);
            }
        }
    }
}
