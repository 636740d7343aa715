//! Agents, demands and zones of a block: world by world, since their conditions are trees of any shape.

use super::*;
use crate::actors::agent;
use crate::template::ActorTemplate;
use crate::trigger::{EGO, Party};

/// Slots of agents, so that whoever holds another comes before it.
pub(super) fn in_order(template: &Template) -> Vec<usize> {
    let holders = |j: usize| match &template.actors[j].motion {
        Motion::Agent(spec) => spec.modes.iter().filter_map(|m| holder_of(m.act)).map(usize::from).collect(),
        _ => Vec::new(),
    };
    let is_agent = |j: &usize| matches!(template.actors[*j].motion, Motion::Agent(_));
    let mut left: Vec<usize> = (0..template.actors.len()).filter(is_agent).collect();
    let mut out = Vec::new();
    while !left.is_empty() {
        // A circle, which the format refuses, would leave nobody free: then the first one goes.
        let free = left.iter().position(|j| holders(*j).iter().all(|h| !left.contains(h) || h == j)).unwrap_or(0);
        out.push(left.remove(free));
    }
    out
}

/// The actor that has to move before an agent in such a mode.
fn holder_of(act: Act) -> Option<u16> {
    match act {
        Act::Held(k) => Some(k),
        _ => None,
    }
}

impl<const W: usize> Slot<W> {
    /// The mode of an agent.
    pub fn mode(&self, i: usize) -> Option<u8> {
        if let MotionLanes::Agent(a) = &self.motion { Some(a.act.mode[i] as u8) } else { None }
    }

    /// Whether this actor is there at some time.
    pub fn exists(&self, i: usize) -> bool {
        match &self.motion {
            MotionLanes::Agent(a) => a.base.active[i] != 0.0,
            _ => self.shape.active[i] != 0.0,
        }
    }

    /// What triggers see of this actor in lane `i`.
    fn party(&self, i: usize, route: &crate::road::Path, straight: bool, guess_s: f64) -> Party {
        let (p, shape) = (self.pose.get(i), self.shape.get(i));
        let (s, d) = if straight {
            (p.x, p.y)
        } else {
            let (s, d, _) = route.project(p.x, p.y, guess_s);
            (s, d)
        };
        let (mode, since_s) = match &self.motion {
            MotionLanes::Agent(a) => (a.act.mode[i], a.act.since_s[i]),
            _ => (-1.0, 0.0),
        };
        Party {
            active: shape.active,
            x: p.x,
            y: p.y,
            cos: p.cos,
            sin: p.sin,
            vx: p.vx,
            vy: p.vy,
            s,
            d,
            half_l: shape.half_l,
            half_w: shape.half_w,
            started_s: self.started_s[i],
            mode,
            since_s,
            seen: self.object.seen[i],
        }
    }

    /// Takes the look of an agent's present mode: shape, lamps, class.
    pub(super) fn take_look(&mut self, i: usize) {
        let MotionLanes::Agent(agent) = &self.motion else { return };
        let look = agent.plan.look(agent.act.mode[i], agent.table(i));
        let base = agent.base.get(i);
        let or = |v: f64, own: f64| if v.is_finite() { v } else { own };
        let active = flag(base.active != 0.0 && or(look.active, 1.0) != 0.0);
        let shape = Shape {
            half_l: or(0.5 * look.length_m, base.half_l),
            half_w: or(0.5 * look.width_m, base.half_w),
            height: or(look.height_m, base.height),
            active,
            harmful: active * flag(or(look.harmful, base.harmful) != 0.0),
            range_m: base.range_m * or(look.range_factor, 1.0),
        };
        self.shape.set(i, &shape);
        self.lamps.set(
            i,
            &Lamps {
                brake: look.brake_lamp,
                indicator: look.indicator,
                warning: look.warning,
                stop_arm: look.stop_arm,
                beacon: look.beacon,
                sounds: or(look.sounds, self.sound[2][i]),
            },
        );
    }

    /// Lets an observation tell of the look that an agent has now.
    pub(super) fn show(&mut self, i: usize, a: &ActorTemplate) {
        let MotionLanes::Agent(agent) = &mut self.motion else { return };
        agent.shows_at[i] = u64::MAX;
        let class = agent.plan.mode(agent.act.mode[i]).class;
        let (class, alike) = class.map_or((a.class, a.look_alike), |c| (c, c.look_alike()));
        (self.class[0][i], self.class[1][i]) = (class as u8 as f64, alike as u8 as f64);
        let shape = self.shape.get(i);
        self.shown.set(i, &shape);
    }
}

impl<const W: usize> Block<'_, W> {
    /// What triggers see of every world that goes on.
    #[inline(never)]
    pub(super) fn gather_scenes(&mut self) {
        let route = &self.template.road.paths[0];
        for i in 0..W {
            if self.done[i] != 0 {
                continue;
            }
            let (ego, t) = (self.ego.get(i), self.step[i] as f64 * DT);
            let scene = &mut self.scenes[i];
            scene.parties.clear();
            for slot in &self.slots {
                let guess = ego.s + (slot.pose.x[i] - ego.x) * ego.cos + (slot.pose.y[i] - ego.y) * ego.sin;
                scene.parties.push(slot.party(i, route, self.straight, guess));
            }
            scene.signals.clear();
            scene.signals.extend(self.signals.iter().map(|s| s.get(i).state(t) as u8));
            (scene.t, scene.ego) = (t, ego);
            (scene.front, scene.rear) = (ego.s + EGO_FRONT_M, ego.s + EGO_FRONT_M - EGO_LENGTH_M);
            (scene.lamp, scene.horn, scene.help) = (self.action.lamp[i], self.action.horn[i], self.action.help[i]);
        }
    }

    /// Moves the agents of every world that goes on, after everybody else has moved.
    #[inline(never)]
    pub(super) fn move_agents(&mut self) {
        let latency = u64::from(self.template.latency_steps);
        for k in 0..self.agents.len() {
            let j = self.agents[k];
            let a = &self.template.actors[j];
            for i in 0..W {
                if self.done[i] != 0 {
                    continue;
                }
                let scene = &self.scenes[i];
                let MotionLanes::Agent(agent) = &self.slots[j].motion else { continue };
                let mut act = agent.act.get(i);
                agent.plan.choose(agent.table(i), scene, &scene.parties[j], &mut act);
                let holder = match agent.plan.mode(act.mode).act {
                    Act::Follow(k) | Act::Held(k) if k == EGO => Some(scene.party(EGO)),
                    Act::Follow(k) => Some(scene.parties[usize::from(k)]),
                    Act::Held(k) => Some(self.slots[usize::from(k)].place(i)),
                    _ => None,
                };
                let path = &self.template.road.paths[agent.plan.path];
                let class = agent.plan.mode(act.mode).class.unwrap_or(a.class);
                let body = agent::Body::new(class, self.slots[j].shape.half_l[i]);
                agent.plan.advance(agent.table(i), scene, agent.z[i], holder.as_ref(), &body, path, &mut act);
                let slot = &mut self.slots[j];
                let mut pose = slot.pose.get(i);
                agent::set_pose(path, &act, &mut pose);
                slot.pose.set(i, &pose);
                slot.started_s[i] = act.started_s;
                let step = self.step[i];
                let MotionLanes::Agent(agent) = &mut slot.motion else { continue };
                agent.act.set(i, &act);
                if act.changed != 0.0 {
                    agent.shows_at[i] = step + latency;
                    slot.take_look(i);
                } else if step >= agent.shows_at[i] {
                    slot.show(i, a);
                }
            }
        }
    }

    /// Limits and friction of the stretch where the ego is.
    #[inline(always)]
    pub(super) fn heed_zones(&mut self) {
        if self.zones.is_empty() {
            return;
        }
        for i in 0..W {
            let (front, rear) = (self.ego.s[i] + EGO_FRONT_M, self.ego.s[i] + EGO_FRONT_M - EGO_LENGTH_M);
            let (mut limit, mut friction) = (self.road_limit[i], self.road_friction[i]);
            for stretch in &self.zones {
                let z = stretch.get(i);
                let inside = (front > z.from_m) & (rear < z.to_m);
                limit = sel((front > z.from_m) & (front < z.to_m) & (z.in_force != 0.0), min(limit, z.limit_mps), limit);
                friction = sel(inside & (self.ego.v[i] > z.above_mps), min(friction, z.friction), friction);
            }
            (self.task.limit[i], self.friction[i]) = (limit, friction);
            let grip = friction * GRAVITY_MPS2;
            (self.limits.grip[i], self.limits.brake[i]) = (grip, min(self.brake[i], grip));
        }
    }

    /// Demands, against the world as it is after the step.
    #[inline(never)]
    pub(super) fn judge_demands(&mut self) {
        if self.demands.is_empty() {
            return;
        }
        self.gather_scenes();
        for i in 0..W {
            if self.done[i] != 0 {
                continue;
            }
            // The time of a scene is that of a step's start.
            self.scenes[i].t += DT;
            let was = self.was.get(i);
            for d in &mut self.demands {
                let (n, mut w) = (d.plan.values.len(), d.watch.get(i));
                d.plan.look(&d.table[i * n..(i + 1) * n], &self.scenes[i], &was, &mut w);
                d.watch.set(i, &w);
                if w.margin <= 0.0 && self.judge.cause[i] == 0.0 && self.fails[d.plan.criterion as usize] {
                    self.judge.cause[i] = d.plan.criterion as usize as f64 + 1.0;
                    self.judge.failed_s[i] = self.scenes[i].t;
                    self.judge.with[i] = d.plan.of().map_or(0.0, |k| f64::from(k) + 1.0);
                }
            }
        }
    }
}

impl<const W: usize> Slot<W> {
    /// Where this actor is now, for those that it holds.
    fn place(&self, i: usize) -> Party {
        let p = self.pose.get(i);
        Party { active: self.shape.active[i], x: p.x, y: p.y, cos: p.cos, sin: p.sin, vx: p.vx, vy: p.vy, ..Party::default() }
    }
}
