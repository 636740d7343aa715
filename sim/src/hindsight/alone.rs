//! Failures without a harmless world to compare with: what they were about was in sight, or known from the start.

use super::evident::{Found, Sign, length};
use super::glance::Glance;
use super::told::{Told, is_taken_for};
use super::trunk::Trunk;
use crate::block::Block;
use crate::ego::{EGO_CENTRE_M, EGO_LENGTH_M, EGO_WIDTH_M};
use crate::geometry::{BoxPair, sweep};
use crate::math::max;
use crate::observation::Class;
use crate::outcome::Criterion;
use crate::template::DT;

/// Time within which who goes on as it moves must be met for a conflict to be evident, s.
const COURSE_S: f64 = 10.0;
/// What is told is near enough to the truth within so much, m, or three standard deviations.
const NEAR_M: f64 = 1.0;

/// Without a harmless world to compare with. A contact: when whom it was with was in sight and on a course to be met. Else whom it is about was in sight; what
/// is about nobody was known from the start.
pub(super) fn without_twin(trunk: &Trunk, real: &[Glance]) -> Option<Found> {
    let outcome = &trunk.outcome;
    let Some(with) = outcome.with else {
        return Some(Found { step: 0, of: None, sign: Sign::Rules, twin: None, perceived: Some(0) });
    };
    let j = usize::from(with);
    let contact = matches!(outcome.cause, Some(Criterion::Collision | Criterion::StruckFromBehind));
    let shows = |at: &usize| real[*at].actors[j].visible && (!contact || is_met(&trunk.steps[*at], j));
    let step = (0..real.len()).find(shows)?;
    let latency = trunk.steps[0].template().latency_steps.max(1) as usize;
    let told = |at: &usize| {
        let Some(measured) = at.checked_sub(latency).filter(|m| *m >= step) else { return false };
        let truth = &real[measured].actors[j];
        Told::of(&trunk.steps[*at], j).is_some_and(|told| {
            let near = length(told.x - truth.x, told.y - truth.y) <= max(NEAR_M, 3.0 * told.sigma);
            near && is_taken_for(Class::ALL[truth.looks[5] as usize], told.class)
        })
    };
    let sign = if contact { Sign::Course } else { Sign::Sight };
    Some(Found { step, of: Some(with), sign, twin: None, perceived: (step..real.len()).find(told) })
}

/// Whether the ego would meet an actor within [`COURSE_S`] if both went on as they move.
fn is_met(block: &Block<1>, actor: usize) -> bool {
    let (ego, p, shape) = (block.ego.get(0), block.slots[actor].pose.get(0), block.slots[actor].shape.get(0));
    let (x, y) = (p.x - ego.x, p.y - ego.y);
    let (vx, vy) = (p.vx - ego.v * ego.cos, p.vy - ego.v * ego.sin);
    let (x0, y0) = (x * ego.cos + y * ego.sin - EGO_CENTRE_M, y * ego.cos - x * ego.sin);
    let pair = BoxPair {
        a: 0.5 * EGO_LENGTH_M,
        b: 0.5 * EGO_WIDTH_M,
        c: shape.half_l,
        d: shape.half_w,
        cos: p.cos * ego.cos + p.sin * ego.sin,
        sin: p.sin * ego.cos - p.cos * ego.sin,
        x0,
        y0,
        x1: x0 + (vx * ego.cos + vy * ego.sin) * DT,
        y1: y0 + (vy * ego.cos - vx * ego.sin) * DT,
    };
    let t = sweep(&pair);
    t.enter <= t.leave && t.leave >= 0.0 && t.enter * DT <= COURSE_S
}
