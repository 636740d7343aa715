//! Beliefs where it is known what they must come to: a policy that states the true posterior, moments that tell nothing, faults.

#![allow(clippy::disallowed_methods)]

mod common;

use common::{built_in, job};
use nines_sim::batch::{OBJECT_FIELDS, Packed};
use nines_sim::hindsight::{Moment, Said, Statement, statement};
use nines_sim::testing::child_at_kerb;
use nines_sim::*;
use std::collections::HashMap;

/// A child that shows one of five levels of a cue, once an encounter, and dashes or does not; nothing else tells which.
const DASHING: [f64; 5] = [0.05, 0.1, 0.2, 0.3, 0.35];
const STAYING: [f64; 5] = [0.35, 0.3, 0.2, 0.1, 0.05];

fn child_with_a_cue() -> Template {
    let mut t = child_at_kerb(0.0);
    let Motion::Walker { spec, .. } = &mut t.actors[0].motion else { panic!("the child walks") };
    spec.wander_m = 0.0.into();
    let cue = &mut t.actors[0].cues[0];
    cue.likelihood = vec![STAYING.to_vec(), STAYING.to_vec(), DASHING.to_vec()];
    t.actors[0].cues.truncate(1);
    t
}

/// Drives as if the road were empty, and states what follows from the first level that it reads, and from the share that it is told.
#[derive(Default)]
struct Bayes(HashMap<u32, f32>);

impl BatchPolicy for Bayes {
    fn start(&mut self, slot: u32) {
        self.0.remove(&slot);
    }
    fn act(&mut self, o: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        let intention = OBJECT_LAYOUT.iter().position(|f| f.name == "intention").unwrap();
        for w in 0..o.worlds {
            assert_eq!(o.priors[2 * w..2 * w + 2], [0.5, -1.0]);
            let rate = f64::from(o.base_rate(w).unwrap());
            let rows = o.objects[w * MAX_ACTORS * OBJECT_FIELDS..(w + 1) * MAX_ACTORS * OBJECT_FIELDS].chunks(OBJECT_FIELDS);
            let mut read = rows.zip(&o.mask[w * MAX_ACTORS..]).filter(|(_, mask)| **mask == 1).map(|(row, _)| row[intention]);
            if let Some(level) = read.find(|level| *level >= 0.0) {
                let k = (f64::from(level) * 5.0) as usize;
                let (h, s) = (rate * DASHING[k], (1.0 - rate) * STAYING[k]);
                self.0.entry(o.slots[w]).or_insert((h / (h + s)) as f32);
            }
            actions.belief[w] = self.0.get(&o.slots[w]).copied().unwrap_or(rate as f32);
        }
        Ok(())
    }
}

fn statements(t: &Template, policy: &mut dyn BatchPolicy, rollouts: u64) -> Vec<Statement> {
    let blind = built_in("blind");
    let job = Job { sampling: Sampling::Stratified, batch: 64, ..job(t, &blind) };
    let outcomes = drive_batch(&job, policy, 0..rollouts).outcomes;
    let of = |o: &Outcome| statement(&job, o.rollout, &Said::kept(&o.actions).expect("beliefs are kept, of passes too"));
    outcomes.iter().map(|o| of(o).expect("there is something to believe")).collect()
}

/// Of those that state `b` a share of `b` holds the hazard, by the standard error of a binomial share; the Brier score is the mean of
/// b (1 - b), which it is for whoever states the true posterior.
#[test]
fn the_true_posterior_comes_out_calibrated() {
    let all = statements(&child_with_a_cue(), &mut Bayes::default(), 1500);
    let mut by_belief = HashMap::<u32, (f64, f64)>::new();
    for s in &all {
        assert_eq!(s.base_rate, 0.5);
        let (n, truths) = by_belief.entry((s.belief.unwrap() as f32).to_bits()).or_default();
        (*n, *truths) = (*n + 1.0, *truths + f64::from(u8::from(s.truth)));
    }
    // The five levels; 0.5 is the third of them, and what is stated where none was read.
    assert_eq!(by_belief.len(), 5, "{by_belief:?}");
    for (bits, (n, truths)) in by_belief {
        let b = f64::from(f32::from_bits(bits));
        let se = (b * (1.0 - b) / n).sqrt();
        assert!((truths / n - b).abs() < 3.5 * se, "{b}: {truths} of {n}");
    }
    let mean = |of: &dyn Fn(&Statement) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
    let brier = mean(&|s| (s.belief.unwrap() - f64::from(u8::from(s.truth))).powi(2));
    let expected = mean(&|s| s.belief.unwrap() * (1.0 - s.belief.unwrap()));
    assert!((brier - expected).abs() < 0.02 && expected < 0.22, "{brier} {expected}");
}

/// A moment that told which it is would spoil every score: spread alike over both halves.
#[test]
fn moments_are_alike_with_and_without_the_hazard() {
    let all = statements(&child_with_a_cue(), &mut Bayes::default(), 1500);
    let of = |truth: bool| all.iter().filter(move |s| s.truth == truth);
    let share = |truth: bool| {
        let evident = of(truth).filter(|s| s.moment == Moment::Evident).count() as f64;
        evident / of(truth).count() as f64
    };
    let (with, without) = (share(true), share(false));
    assert!(
        with > 0.5 && (with - without).abs() < 3.5 * (0.5 * with * (1.0 - with) / 375.0).sqrt().max(0.01),
        "{with} {without}"
    );
    let times = |truth: bool| -> Vec<f64> { of(truth).filter(|s| s.moment == Moment::Evident).map(|s| s.at_s).collect() };
    let moments = |v: &[f64]| {
        let mean = v.iter().sum::<f64>() / v.len() as f64;
        (mean, v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (v.len() as f64).powi(2))
    };
    let ((a, va), (b, vb)) = (moments(&times(true)), moments(&times(false)));
    assert!((a - b).abs() < 3.5 * (va + vb).sqrt(), "{a} {b}");
}

/// The same policy in the lanes, and asked over the packed layout, states the same at the same moment.
#[test]
fn a_policy_states_the_same_natively_and_packed() {
    for name in ["common-sense", "nieon"] {
        let (t, policy) = (child_at_kerb(0.01), built_in(name));
        let job = Job { sampling: Sampling::Stratified, ..job(&t, &policy) };
        for o in drive_batch(&job, &mut Packed::new(policy), 0..24).outcomes {
            let kept = Said::kept(&o.actions).unwrap();
            assert_eq!(Some(&kept), Said::driven(&job, &policy, o.rollout).as_ref(), "{name} {}", o.rollout);
            let (_, trace) = drive_traced(&job, o.rollout);
            assert_eq!(statement(&job, o.rollout, &kept), statement(&job, o.rollout, &Said::traced(&trace)));
        }
        assert_eq!(Said::driven(&job, &built_in("idm"), 0), None);
    }
}

/// States one number from the third step on, none before.
struct States(f32, u32);

impl BatchPolicy for States {
    fn start(&mut self, _: u32) {
        self.1 = 0;
    }
    fn act(&mut self, o: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        self.1 += 1;
        for w in 0..o.worlds {
            actions.belief[w] = if self.1 > 2 { self.0 } else { f32::NAN };
        }
        Ok(())
    }
}

#[test]
fn a_belief_that_is_no_probability_is_a_fault() {
    let (t, blind) = (child_at_kerb(0.0), built_in("blind"));
    let job = Job { sampling: Sampling::Stratified, batch: 1, ..job(&t, &blind) };
    let drive = |belief: f32| drive_batch(&job, &mut States(belief, 0), 0..1);
    for (belief, kind) in [
        (1.001, FaultKind::OutOfRange),
        (-0.1, FaultKind::OutOfRange),
        (f32::INFINITY, FaultKind::NotFinite),
        (f32::NEG_INFINITY, FaultKind::NotFinite),
    ] {
        let driven = drive(belief);
        assert_eq!(driven.outcomes[0].fault, Some((kind, 2)), "{belief}");
        assert!(driven.first_fault.unwrap().fault.text.ends_with(&format!("belief {belief}")));
    }
    for belief in [0.0, 1.0, f32::NAN] {
        assert_eq!(drive(belief).outcomes[0].fault, None, "{belief}");
    }
    // Of a pass what was answered is kept where a belief was stated.
    assert_eq!(drive(f32::NAN).outcomes[0].actions.is_empty(), drive(f32::NAN).outcomes[0].verdict == Verdict::Pass);
    assert!(!drive(0.3).outcomes[0].actions.is_empty());
}

/// Without a hazard that may be there or not, there is nothing to believe.
#[test]
fn nothing_is_scored_where_no_hazard_is_marked() {
    let (mut t, policy) = (child_at_kerb(0.0), built_in("common-sense"));
    t.strata.iter_mut().for_each(|s| s.hazard = false);
    let job = Job { sampling: Sampling::Stratified, ..job(&t, &policy) };
    let said = Said::driven(&job, &policy, 1).unwrap();
    assert!(t.base_rate(Sampling::Mc).is_none() && !said.states() && statement(&job, 1, &said).is_none());
    t.strata[2].hazard = true;
    assert_eq!(
        (t.base_rate(Sampling::Stratified), t.base_rate(Sampling::Mc)),
        (Some(0.5), Some(f64::from((1e-6 / 1.000001) as f32)))
    );
}
