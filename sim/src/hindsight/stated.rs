//! What a policy stated of the hazard before that was evident.
//!
//! The moment is that of the world with the hazard, whichever is real: of a rollout without it, a twin holds the hazard that it could have
//! held. So moments are spread alike over rollouts with and without the hazard, and tell nothing of which it is. The definitions and their
//! reasons are in `docs/beliefs.md`.

use super::evident::{differs, harmless};
use super::glance::{Glance, Onlooker};
use super::trunk::{decide, failed_step, go_on, sense};
use crate::block::Block;
use crate::ego::Action;
use crate::engine::Job;
use crate::judge::FAR_M;
use crate::layout::ACTION_LAYOUT;
use crate::outcome::Outcome;
use crate::policy::{BuiltIn, Pilot};
use crate::prepare::{Chosen, Draws};
use crate::template::{DT, Template};
use crate::trace::Trace;

/// What a policy did and stated in a rollout, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    actions: Vec<Action>,
    /// NaN where nothing was stated.
    beliefs: Vec<f64>,
}

impl Said {
    /// From what is kept of a rollout: `[steps, 6]`, in the order of [`crate::ACTION_LAYOUT`]. `None` where nothing was kept.
    pub fn kept(actions: &[f32]) -> Option<Self> {
        let steps = actions.as_chunks::<{ ACTION_LAYOUT.len() }>().0;
        let one = |answer: &[f32; ACTION_LAYOUT.len()]| {
            let [accel, curvature, lamp, horn, help, belief] = answer.map(f64::from);
            (Action { accel, curvature, lamp, horn, help }, belief)
        };
        let (actions, beliefs) = steps.iter().map(one).unzip();
        (!steps.is_empty()).then_some(Self { actions, beliefs })
    }

    /// From a trace.
    pub fn traced(trace: &Trace) -> Self {
        // The last frame is the state after the last step.
        let steps = trace.frames.len().saturating_sub(1);
        let one = |f: &crate::trace::Frame| {
            let ([accel, curvature], [lamp, horn, help]) = (f.action, f.signs);
            (Action { accel, curvature, lamp, horn, help }, f.belief)
        };
        let (actions, beliefs) = trace.frames[..steps].iter().map(one).unzip();
        Self { actions, beliefs }
    }

    /// Of a built-in policy, by driving the rollout again. `None` of one that states nothing.
    pub fn driven(job: &Job, policy: &BuiltIn, rollout: u64) -> Option<Self> {
        if !policy.states_belief() {
            return None;
        }
        let draws = Draws::new(job.template, job.seed, job.sampling, job.chosen);
        let rate = job.template.base_rate(job.sampling).map(|rate| rate as f32);
        let mut block = Block::<1>::new(job.template, &draws);
        block.load(0, rollout);
        let mut said = Self { actions: Vec::new(), beliefs: Vec::new() };
        while block.done[0] == 0 {
            sense(&mut block);
            decide(&mut block, policy);
            said.actions.push(block.action.get(0));
            said.beliefs.push(policy.stated(block.memory.evidence[0], rate));
            go_on(&mut block);
        }
        Some(said)
    }

    /// Of a rollout: of a built-in policy driven again, of another one as kept with the outcome.
    pub fn of(job: &Job, outcome: &Outcome) -> Option<Self> {
        match job.policy {
            Pilot::BuiltIn(policy) if !policy.is_batch() => Self::driven(job, policy, outcome.rollout),
            _ => Self::kept(&outcome.actions),
        }
    }

    /// Whether anything was stated at all.
    pub fn states(&self) -> bool {
        self.beliefs.iter().any(|belief| !belief.is_nan())
    }

    /// The last statement up to a step.
    fn until(&self, step: usize) -> Option<f64> {
        let so_far = &self.beliefs[..self.beliefs.len().min(step + 1)];
        so_far.iter().rev().copied().find(|belief| !belief.is_nan())
    }
}

/// Why a statement is taken where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The hazard is evident then, or would be.
    Evident,
    /// It never is; the ego is nearest to somebody then.
    Closest,
    /// It never is, and nobody is ever near: the end, or the failure.
    End,
}

/// What is scored of a rollout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statement {
    /// Time of the step up to which statements count, s.
    pub at_s: f64,
    /// Why then.
    pub moment: Moment,
    /// The last statement up to it; `None` where there is none.
    pub belief: Option<f64>,
    /// Whether this world holds the hazard.
    pub truth: bool,
    /// Share of the rollouts that do, as the policy was told.
    pub base_rate: f64,
}

/// What is scored of a rollout, given what the policy did and stated. `None` where the scenario marks no hazard, or every state; where the
/// hazard is evident before a policy can state anything; and where the answers end before the rollout does. The result depends on template,
/// seed, index and what was said alone.
pub fn statement(job: &Job, rollout: u64, said: &Said) -> Option<Statement> {
    let template = job.template;
    let base_rate = template.base_rate(job.sampling)?;
    let twins = Twins::of(job, rollout, said);
    let (failed, closest) = twins.real()?;
    let truth = template.strata[usize::from(twins.stratum)].hazard;
    let (step, moment) = match (twins.evident(failed), closest) {
        // What is told at once is known in the step in which it shows.
        (Some((step, true)), _) => (step.checked_sub(1)?, Moment::Evident),
        (Some((step, false)), _) => (step, Moment::Evident),
        (None, Some(step)) => (step, Moment::Closest),
        (None, None) => (failed, Moment::End),
    };
    Some(Statement { at_s: step as f64 * DT, moment, belief: said.until(step), truth, base_rate })
}

/// The worlds that a rollout may be, all driven with what the policy did in the real one.
struct Twins<'a> {
    job: &'a Job<'a>,
    rollout: u64,
    actions: &'a [Action],
    concrete: crate::prepare::Concrete,
    /// Of the real one.
    stratum: u16,
    /// Of the one that holds the hazard.
    hazard: u16,
}

impl<'a> Twins<'a> {
    fn of(job: &'a Job<'a>, rollout: u64, said: &'a Said) -> Self {
        let template: &Template = job.template;
        let concrete = template.concrete(job.seed, job.sampling, job.chosen, rollout);
        let stratum = concrete.stratum;
        let hazard = match template.strata[usize::from(stratum)].hazard {
            true => stratum,
            false => Draws::new(template, job.seed, job.sampling, None).would_be(template, rollout),
        };
        Self { job, rollout, actions: &said.actions, concrete, stratum, hazard }
    }

    /// Drives the world in a stratum, and shows each step before its action and after it; goes on while both say so. What came of it, if
    /// it came to its end.
    fn drive(
        &self,
        stratum: u16,
        mut before: impl FnMut(&Block<1>) -> bool,
        mut after: impl FnMut(&Block<1>),
    ) -> Option<Outcome> {
        let template = self.job.template;
        let mut chosen = Chosen::new(self.rollout, 1, template.params.len());
        chosen.push(stratum, &self.concrete.point, &self.concrete.lineage);
        let draws = Draws::new(template, self.job.seed, self.job.sampling, Some(&chosen));
        let mut block = Block::<1>::new(template, &draws);
        block.load(0, self.rollout);
        for action in self.actions {
            sense(&mut block);
            if !before(&block) {
                return None;
            }
            block.action.set(0, action);
            go_on(&mut block);
            after(&block);
            if block.done[0] != 0 {
                return Some(block.unload(0));
            }
        }
        None
    }

    /// The step in which the real rollout fails, else its last one; and that in which the ego comes nearest to somebody, up to there.
    fn real(&self) -> Option<(usize, Option<usize>)> {
        let mut nearer = Vec::new();
        let (mut step, mut least) = (0, FAR_M);
        let outcome = self.drive(
            self.stratum,
            |_| true,
            |block| {
                let distance = block.judge.distance[0];
                if distance < least {
                    nearer.push(step);
                }
                (step, least) = (step + 1, distance);
            },
        )?;
        let failed = failed_step(&outcome, step);
        Some((failed, nearer.into_iter().rev().find(|step| *step <= failed)))
    }

    /// The first step, up to `last`, at which every harmless world is ruled out by what is in sight; and whether what tells the last one
    /// is told at once.
    fn evident(&self, last: usize) -> Option<(usize, bool)> {
        let template = self.job.template;
        let mut onlooker = Onlooker::new(template, self.hazard);
        let mut real: Vec<Glance> = Vec::with_capacity(last + 1);
        self.drive(
            self.hazard,
            |block| {
                real.push(onlooker.look(block));
                real.len() <= last
            },
            |_| (),
        );
        let mut latest: Option<(usize, bool)> = None;
        for other in harmless(template, self.hazard) {
            let mut onlooker = Onlooker::new(template, other);
            let (mut step, mut told) = (0, None);
            self.drive(
                other,
                |block| {
                    let Some(real) = real.get(step) else { return false };
                    let sign = differs(template, real, &onlooker.look(block));
                    told = sign.map(|(of, _)| (step, of.is_none()));
                    step += 1;
                    sign.is_none()
                },
                |_| (),
            );
            // One that looks the same to the end leaves the hazard hidden to the end.
            let told = told?;
            latest = Some(latest.map_or(told, |latest| if told.0 >= latest.0 { told } else { latest }));
        }
        latest
    }
}
