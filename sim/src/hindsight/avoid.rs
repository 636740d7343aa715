//! The last moment of avoidance: plans from every step on, from the failure backwards.

use super::is_of_motion;
use super::plan::{Course, Plan, family};
use super::trunk::{Trunk, go_on, look, refer};
use crate::block::Block;
use crate::ego::{EGO_CENTRE_M, EGO_LENGTH_M, EGO_WIDTH_M};
use crate::judge::TTC_HORIZON_S;
use crate::outcome::Criterion;
use crate::policy::{BuiltIn, Memory, Track};

/// Room in front in which somebody keeps a swerved ego from going back, m.
const AHEAD_M: f64 = 15.0;
/// Slower than this somebody stands, m/s.
const STANDS_MPS: f64 = 0.5;
/// Room beside and behind, m.
const BESIDE_M: f64 = 1.0;

/// The last step from which some plan avoids the failure, and the first such plan. Every step is tried, since what avoids from a step need
/// not do so from the one before.
pub(super) fn last_moment(trunk: &Trunk) -> Option<(usize, Plan)> {
    if trunk.is_late() {
        return last_hand_over(trunk);
    }
    (0..=trunk.failed()).rev().find_map(|step| {
        let plans = family(&trunk.steps[step]);
        plans.into_iter().find(|plan| avoids(trunk, step, *plan)).map(|plan| (step, plan))
    })
}

/// Against not arriving: the last step at which handing over suffices. By bisection, since who takes over later arrives no sooner, and every try lasts
/// to the horizon.
fn last_hand_over(trunk: &Trunk) -> Option<(usize, Plan)> {
    let suffices = |step: usize| avoids(trunk, step, Plan::HAND_OVER);
    if !suffices(0) {
        return None;
    }
    let (mut good, mut bad) = (0, trunk.failed() + 1);
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        if suffices(middle) { good = middle } else { bad = middle }
    }
    Some((good, Plan::HAND_OVER))
}

/// Whether no criterion of the scenario fails, over the whole rollout, if a plan is driven from a step on; of those that the ego's motion can fail
/// or meet, for no plan lights a lamp or asks for help. It suffices that one of the reference drivers gets through after it.
pub(super) fn avoids(trunk: &Trunk, step: usize, plan: Plan) -> bool {
    let block = trunk.steps[step].clone();
    let course = Course::new(plan, &block);
    let mut way = Way { trunk, course, begun: step, at: step, brakes: plan.brake > 0.0, steers: plan.brake > 0.0, block };
    let [first, second] = &trunk.references;
    if let Some(avoided) = way.drive(first, true) {
        return avoided;
    }
    let mut other = way.clone();
    way.drive(first, false) == Some(true) || {
        other.block.memory.set(0, &Memory::default());
        other.block.slots.iter_mut().for_each(|slot| slot.track.set(0, &Track::default()));
        refer(&mut other.block, second);
        other.drive(second, false) == Some(true)
    }
}

/// A world on which a plan is driven.
#[derive(Clone)]
struct Way<'t, 'a> {
    trunk: &'t Trunk<'a>,
    course: Course,
    /// Step from which the plan is driven, and the present one.
    begun: usize,
    at: usize,
    /// What the plan still does.
    brakes: bool,
    steers: bool,
    /// It has sensed, and its action is the reference driver's.
    block: Block<'a, 1>,
}

impl Way<'_, '_> {
    /// Drives on to the end, and says whether that avoids. With `to_hand_over` only to where the brakes are given free: then `None`.
    fn drive(&mut self, reference: &BuiltIn, to_hand_over: bool) -> Option<bool> {
        loop {
            self.brakes &= !self.is_over();
            self.steers &= self.brakes || (self.course.swerves() && is_beside(&self.block));
            if to_hand_over && !self.brakes {
                return None;
            }
            let (own, steps) = (self.block.action.get(0), self.at - self.begun);
            let accel = if self.brakes { self.course.brake(&self.block, steps) } else { own.accel };
            let curvature = if self.steers { self.course.steer(&self.block, steps) } else { own.curvature };
            let shown = self.trunk.answers.get(self.at).copied().unwrap_or_default();
            self.block.action.set(0, &Course::answer(accel, curvature, shown));
            go_on(&mut self.block);
            self.at += 1;
            if Criterion::ALL.get((self.block.judge.cause[0] as usize).wrapping_sub(1)).is_some_and(|c| is_of_motion(*c)) {
                return Some(false);
            }
            if self.block.done[0] != 0 {
                let margins = self.block.unload(0).margins;
                let criteria = &self.block.template().criteria;
                return Some(criteria.iter().all(|c| !is_of_motion(*c) || margins[*c as usize] > 0.0));
            }
            look(&mut self.block, reference);
        }
    }

    /// Whether the conflict is over: the world of the failure has shown what it had to show, nobody is to be met, and the way is free.
    fn is_over(&self) -> bool {
        self.at > self.trunk.failed() && self.block.judge.now_ttc[0] >= TTC_HORIZON_S && !is_blocked(self.trunk, &self.block)
    }
}

/// Whether going on would be for nothing: whom it failed with stands in the ego's way, or the way that it took is still forbidden.
fn is_blocked(trunk: &Trunk, block: &Block<1>) -> bool {
    if trunk.outcome.cause == Some(Criterion::NoEntry) && block.is_asked(0, Criterion::NoEntry) {
        return true;
    }
    let Some(with) = trunk.outcome.with.map(usize::from) else { return false };
    let (ego, p, shape) = (block.ego.get(0), block.slots[with].pose.get(0), block.slots[with].shape.get(0));
    let path = &block.template().road.paths[0];
    let (s, d, at) = path.project(p.x, p.y, ego.s + (p.x - ego.x) * ego.cos + (p.y - ego.y) * ego.sin);
    let (c, n) = ((p.cos * at.cos + p.sin * at.sin).abs(), (p.sin * at.cos - p.cos * at.sin).abs());
    let half_d = shape.half_l * n + shape.half_w * c;
    let speed2 = p.vx * p.vx + p.vy * p.vy;
    let ahead = s - ego.s;
    shape.harmful != 0.0 && speed2 < STANDS_MPS * STANDS_MPS && (d - ego.d).abs() < half_d + 0.5 * EGO_WIDTH_M && ahead > 0.0
}

/// Whether somebody is beside a swerved ego or close ahead, where it would go back to its lane.
fn is_beside(block: &Block<1>) -> bool {
    let ego = block.ego.get(0);
    // From here to the lane's centre, in the ego's frame.
    let (low, high) = (crate::math::min(-ego.d, 0.0), crate::math::max(-ego.d, 0.0));
    block.slots.iter().any(|slot| {
        let (p, shape) = (slot.pose.get(0), slot.shape.get(0));
        let (dx, dy) = (p.x - ego.x, p.y - ego.y);
        let along = dx * ego.cos + dy * ego.sin - EGO_CENTRE_M;
        let aside = dy * ego.cos - dx * ego.sin;
        let (c, s) = ((p.cos * ego.cos + p.sin * ego.sin).abs(), (p.sin * ego.cos - p.cos * ego.sin).abs());
        let (half_s, half_d) = (shape.half_l * c + shape.half_w * s, shape.half_l * s + shape.half_w * c);
        let reach = half_d + 0.5 * EGO_WIDTH_M + 0.3;
        shape.harmful != 0.0
            && along > -(0.5 * EGO_LENGTH_M + half_s + BESIDE_M)
            && along < 0.5 * EGO_LENGTH_M + half_s + AHEAD_M
            && aside > low - reach
            && aside < high + reach
    })
}
