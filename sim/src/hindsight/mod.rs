//! Hindsight: why a rollout failed, and until when that was avoidable.
//!
//! The rollout is driven again with the answers that the policy gave ([`Answers`]), and from every step of it plans of a small family are
//! tried ([`Plan`]). A twin world, the same but for its harmless latent states, tells from when on the hazard was to be seen ([`Evidence`]).
//! From these follows the [`Attribution`]. The definitions, and what they leave out, are in `docs/hindsight.md`.

mod alone;
mod avoid;
mod change;
mod evident;
mod glance;
mod plan;
mod stated;
mod told;
mod trunk;

pub use change::{Change, smallest_change};
pub use evident::{Evidence, Sign};
pub use plan::{Plan, Swerve};
pub use stated::{Moment, Said, Statement, statement};

use crate::ego::Action;
use crate::engine::Job;
use crate::outcome::{Criterion, Outcome, Verdict};
use crate::policy::{BuiltIn, Pilot};
use crate::prepare::{Chosen, Draws};
use crate::template::DT;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};

/// Where a failure was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribution {
    /// No plan avoids it, from the first step on.
    Unavoidable,
    /// Avoidable only before the hazard was evident.
    Anticipation,
    /// Evident in time, but not perceived in time.
    Perception,
    /// Perceived in time, answered late or wrongly.
    Reaction,
}

impl Attribution {
    /// All of them, in order.
    pub const ALL: [Attribution; 4] =
        [Attribution::Unavoidable, Attribution::Anticipation, Attribution::Perception, Attribution::Reaction];

    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Attribution::Unavoidable => "unavoidable",
            Attribution::Anticipation => "anticipation",
            Attribution::Perception => "perception",
            Attribution::Reaction => "reaction",
        }
    }
}

/// The last moment of avoidance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Avoidance {
    /// Time of the step from which the plan is driven, s.
    pub until_s: f64,
    /// The first plan of the family that avoids from there.
    pub plan: Plan,
}

/// What hindsight says of a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hindsight {
    /// Where it was lost.
    pub attribution: Attribution,
    /// Until when some plan would have avoided it; `None` where none does.
    pub avoidable: Option<Avoidance>,
    /// From when on the hazard was to be seen, and by what; `None` where it never was.
    pub evidence: Option<Evidence>,
    /// Time from which the policy was told of it, s; `None` where it never was.
    pub perceived_s: Option<f64>,
}

/// What a policy did in a rollout, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers(Vec<Action>);

impl Answers {
    /// From what is kept of a failure: `[steps, 6]`, in the order of [`crate::ACTION_LAYOUT`]. `None` where nothing was kept.
    pub fn kept(actions: &[f32]) -> Option<Self> {
        let steps = actions.as_chunks::<6>().0;
        let action = |a: &[f32; 6]| {
            let [accel, curvature, lamp, horn, help, _] = a.map(f64::from);
            Action { accel, curvature, lamp, horn, help }
        };
        (!steps.is_empty()).then(|| Self(steps.iter().map(action).collect()))
    }

    /// From a trace.
    pub fn traced(trace: &Trace) -> Self {
        let (_, frames) = trace.frames.split_last().map_or((None, &[][..]), |(last, frames)| (Some(last), frames));
        let action = |f: &crate::trace::Frame| {
            let ([accel, curvature], [lamp, horn, help]) = (f.action, f.signs);
            Action { accel, curvature, lamp, horn, help }
        };
        Self(frames.iter().map(action).collect())
    }

    /// Of a built-in policy, by driving the rollout again.
    pub fn driven(job: &Job, policy: &BuiltIn, rollout: u64) -> Self {
        let draws = Draws::new(job.template, job.seed, job.sampling, job.chosen);
        Self(trunk::answers_of(job.template, &draws, policy, rollout))
    }

    /// Of a rollout that failed: of a built-in policy driven again, of another one as kept with the outcome.
    pub fn of(job: &Job, outcome: &Outcome) -> Option<Self> {
        match job.policy {
            Pilot::BuiltIn(policy) if !policy.is_batch() => Some(Self::driven(job, policy, outcome.rollout)),
            _ => Self::kept(&outcome.actions),
        }
    }
}

/// Whether hindsight has anything to say of an outcome: it failed, by how the ego moved. A fault of the policy is none of its driving, and
/// no plan lights a lamp or asks for help.
pub fn may_be_analysed(outcome: &Outcome) -> bool {
    outcome.verdict == Verdict::Fail && outcome.cause.is_some_and(is_of_motion)
}

/// Whether a criterion is failed or met by how the ego moves.
fn is_of_motion(criterion: Criterion) -> bool {
    !matches!(criterion, Criterion::Signalling | Criterion::HelpRequest | Criterion::PolicyFault)
}

/// Analyses a rollout that failed, given what the policy answered. `None` where it does not fail with these answers, or where hindsight has
/// nothing to say ([`may_be_analysed`]). The result depends on template, seed, index (or what was chosen for it) and answers alone.
pub fn analyse(job: &Job, rollout: u64, answers: &Answers) -> Option<Hindsight> {
    let (template, concrete) = (job.template, job.template.concrete(job.seed, job.sampling, job.chosen, rollout));
    let world = |stratum: u16| {
        let mut chosen = Chosen::new(rollout, 1, template.params.len());
        chosen.push(stratum, &concrete.point, &concrete.lineage);
        chosen
    };
    let own = world(concrete.stratum);
    let draws = Draws::new(template, job.seed, job.sampling, Some(&own));
    let trunk = trunk::Trunk::drive(template, &draws, rollout, &answers.0)?;
    if !may_be_analysed(&trunk.outcome) {
        return None;
    }
    let avoidance = avoid::last_moment(&trunk);
    let found = evident::look_back(job, &trunk, world);
    let time = |step: usize| step as f64 * DT;
    let (evident, perceived) = (found.map(|f| f.step), found.and_then(|f| f.perceived));
    let attribution = match (avoidance, evident) {
        (None, _) => Attribution::Unavoidable,
        (Some((last, _)), evident) if evident.is_none_or(|evident| last < evident) => Attribution::Anticipation,
        (Some((last, _)), _) if perceived.is_none_or(|perceived| last < perceived) => Attribution::Perception,
        _ => Attribution::Reaction,
    };
    Some(Hindsight {
        attribution,
        avoidable: avoidance.map(|(step, plan)| Avoidance { until_s: time(step), plan }),
        evidence: found.map(|f| Evidence { since_s: time(f.step), of: f.of, sign: f.sign, twin: f.twin }),
        perceived_s: perceived.map(time),
    })
}
