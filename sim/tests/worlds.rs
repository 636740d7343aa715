//! Worlds that are stepped from outside give the rollouts that the engine drives, to the bit.

mod common;

use common::built_in;
use nines_sim::batch::Packed;
use nines_sim::testing::child_at_kerb;
use nines_sim::*;
use std::sync::Arc;

#[test]
fn a_policy_drives_worlds_as_the_engine_does() {
    let template = Arc::new(child_at_kerb(0.004));
    for name in ["common-sense", "idm-aeb", "blind", "nan"] {
        let policy = built_in(name);
        let job = Job {
            template: &template,
            policy: (&policy).into(),
            seed: 7,
            sampling: Sampling::Stratified,
            batch: 64,
            chosen: None,
        };
        let expected = drive(&job, 0..60).outcomes;
        let mut worlds = Worlds::new(Arc::clone(&template), 7, Sampling::Stratified, 5);
        let mut packed = Packed::new(policy);
        let mut found: Vec<Outcome> = Vec::new();
        // Slots take the next rollout as they become free, in the reverse order; one stays empty.
        let mut free = vec![4, 3, 1, 0];
        let mut next = 0;
        while found.len() < 60 {
            while let Some(slot) = free.pop_if(|_| next < 60) {
                worlds.reset(slot, next);
                packed.start(slot);
                next += 1;
            }
            // Looking twice changes nothing.
            let first = worlds.observe().clone();
            let observations = worlds.observe();
            assert_eq!(*observations, first);
            let mut actions = ActionBatch::zeros(observations.worlds);
            packed.act(observations, &mut actions).unwrap();
            for (slot, outcome) in worlds.step(&actions) {
                assert_eq!(worlds.so_far(slot), Some(outcome.clone()));
                found.push(outcome);
                free.push(slot);
            }
        }
        found.sort_by_key(|o| o.rollout);
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_world_that_has_ended_stays_as_it_is() {
    let mut worlds = Worlds::new(child_at_kerb(0.0).into(), 1, Sampling::Mc, 2);
    assert_eq!((worlds.slots(), worlds.observe().worlds, worlds.so_far(0)), (2, 0, None));
    worlds.reset(1, 3);
    assert_eq!(worlds.observe().slots, [1]);
    // An answer is missing: a fault, which ends the rollout.
    let ended = worlds.step(&ActionBatch::zeros(0));
    assert_eq!(ended.len(), 1);
    assert_eq!((ended[0].0, ended[0].1.verdict), (1, Verdict::Fault));
    let seen = worlds.observe().clone();
    assert!(worlds.step(&ActionBatch::zeros(1)).is_empty());
    assert_eq!(*worlds.observe(), seen);
    assert_eq!(worlds.so_far(1), Some(ended[0].1.clone()));
    worlds.reset(1, 4);
    assert_eq!(worlds.so_far(1).map(|o| (o.rollout, o.steps)), Some((4, 0)));
}

#[test]
fn progress_is_measured_against_the_end_place() {
    let mut worlds = Worlds::new(child_at_kerb(0.0).into(), 7, Sampling::Stratified, 1);
    let policy = built_in("blind");
    let mut packed = Packed::new(policy);
    worlds.reset(0, 0);
    let end = worlds.end_m(0).unwrap();
    let outcome = loop {
        let before = worlds.so_far(0).unwrap().travelled_m;
        let observations = worlds.observe();
        let left = f64::from(observations.ego[EgoView::FIELDS.iter().position(|f| *f == "end_m").unwrap()]);
        assert!((end - before - left).abs() < 1e-3);
        let mut actions = ActionBatch::zeros(1);
        packed.act(observations, &mut actions).unwrap();
        if let Some((_, outcome)) = worlds.step(&actions).pop() {
            break outcome;
        }
        assert!(worlds.so_far(0).unwrap().travelled_m >= before);
    };
    assert_eq!(outcome.verdict, Verdict::Pass);
    assert!(outcome.travelled_m >= end);
}
