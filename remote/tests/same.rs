//! A policy gives the same in another process.

mod common;

use common::*;
use nines_remote::{Limits, pack};
use nines_sim::testing::child_at_kerb;
use std::collections::BTreeMap;

#[test]
fn a_served_policy_gives_the_outcomes_of_the_native_one() {
    let template = child_at_kerb(0.0);
    let expected = native(&template, "idm-aeb", 0..300);
    assert!(expected.iter().filter(|o| o.failed()).count() > 10);
    let (remote, said) = connect(&exec("--policy idm-aeb"), PATIENCE, Limits::default());
    assert_eq!((said.name.as_str(), said.settings["headway_s"].as_str()), ("idm-aeb", "1.5"));
    assert!(said.honours_seeds && said.preferred_batch.is_none());
    for batch in [1, 64, 1024] {
        let driven = served(&template, &remote, batch, 0..300);
        same(&driven.outcomes, &expected);
        assert!(driven.first_fault.is_none() && driven.batch_dependent == 0);
    }
}

/// One that remembers, and states beliefs, on a bend.
#[test]
fn memory_belongs_to_slots_also_where_a_batch_is_sent_in_parts() {
    let template = child_at_kerb(0.02);
    let expected = native(&template, "common-sense", 0..200);
    let limits = Limits { request_bytes: 14 * pack::WORLD_BYTES, ..Limits::default() };
    let (remote, _) = connect(&exec("--policy common-sense"), PATIENCE, limits);
    same(&served(&template, &remote, 64, 0..200).outcomes, &expected);
}

#[test]
fn threads_have_sessions_of_their_own() {
    let template = child_at_kerb(0.0);
    let expected = native(&template, "idm-aeb", 0..200);
    let (remote, _) = connect(&exec(""), PATIENCE, Limits::default());
    let parts: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..4)
            .map(|k| {
                scope.spawn({
                    let (remote, template) = (&remote, &template);
                    move || served(template, remote, 16, 50 * k..50 * (k + 1)).outcomes
                })
            })
            .collect();
        started.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    same(&parts, &expected);
}

#[test]
fn settings_reach_the_policy_and_are_refused_by_it() {
    let template = child_at_kerb(0.0);
    let with = |value: &str| {
        let settings = BTreeMap::from([("headway_s".to_owned(), value.to_owned())]);
        nines_remote::Remote::connect(&exec(""), settings, PATIENCE)
    };
    let (remote, said) = with("2.5").unwrap();
    assert_eq!(said.settings["headway_s"], "2.5");
    let policy = nines_sim::BuiltIn::new("idm-aeb", &[("headway_s".into(), 2.5)]).unwrap();
    let expected = nines_sim::drive(&job(&template, (&policy).into(), 1), 0..100).outcomes;
    assert_ne!(expected, native(&template, "idm-aeb", 0..100));
    same(&served(&template, &remote, 16, 0..100).outcomes, &expected);
    let text = |value| with(value).unwrap_err().to_string();
    assert_eq!(text("far"), "the policy refuses its settings: `headway_s` must be a number, not `far`");
    assert!(text("-1").contains("`headway_s` of policy `idm-aeb` must lie between"), "{}", text("-1"));
}
