//! Models drive as the same arithmetic in Rust does, in whatever batch.

mod common;

use common::{Native, ask, bits, chosen, cruise, differs, driven, driven_of, idm, load, observations};
use nines_sim::testing::child_at_kerb;
use nines_sim::{ActionBatch, FaultKind, Job, MAX_ACTORS, Pilot, Sampling, Sessions, Verdict, drive_each_alone};

#[test]
fn a_model_drives_as_the_same_arithmetic_in_rust_does() {
    for (name, native) in [
        ("cruise", Native(cruise)),
        ("cruise_1", Native(cruise)),
        ("cruise_8", Native(cruise)),
        ("cruise_written", Native(cruise)),
        ("idm", Native(idm)),
    ] {
        let model = load(name).unwrap();
        let (ours, theirs) = (driven(&native, 64), driven(&model, 64));
        assert_eq!(differs(&ours.outcomes, &theirs.outcomes), None, "{name}");
        let failed = ours.outcomes.iter().filter(|o| o.failed()).count();
        assert!((1..300).contains(&failed), "{name}: {failed} of 300 failed, so that agreement says little");
        assert_eq!(theirs.outcomes.iter().filter(|o| o.verdict == Verdict::Pass).count(), 300 - failed);
    }
}

#[test]
fn a_batch_never_changes_a_bit() {
    for name in ["idm", "cruise_8", "mlp", "normed", "attention", "gru", "counter", "mean_over_batch"] {
        let model = load(name).unwrap();
        let small = driven_of(&model, 1, 20);
        for batch in [3, 10, 1024] {
            let other = driven_of(&model, batch, 20);
            assert_eq!(differs(&small.outcomes, &other.outcomes), None, "{name} in a batch of {batch}");
        }
        assert_eq!(small.batch_dependent, 0, "{name}");
    }
}

#[test]
fn a_thousand_and_twenty_four_worlds_answer_as_each_of_them_alone() {
    for name in ["idm", "mlp", "normed", "attention", "gru"] {
        let model = load(name).unwrap();
        let all = observations(1024);
        let together = ask(&mut *model.open().unwrap(), &all);
        let mut session = model.open().unwrap();
        let backwards: Vec<usize> = (0..1024).rev().collect();
        let turned = ask(&mut *model.open().unwrap(), &chosen(&all, &backwards));
        for w in 0..1024 {
            let alone = ask(&mut *session, &chosen(&all, &[w]));
            assert_eq!(bits(&together, w), bits(&alone, 0), "{name}: world {w}");
            assert_eq!(bits(&together, w), bits(&turned, 1023 - w), "{name}: world {w} in another place");
        }
        // Another load is another compilation.
        let again = ask(&mut *load(name).unwrap().open().unwrap(), &all);
        assert!((0..1024).all(|w| bits(&together, w) == bits(&again, w)), "{name}, loaded again");
    }
}

#[test]
fn rows_are_as_many_as_are_independent() {
    let rows = |name| load(name).unwrap().rows();
    for name in ["cruise", "idm", "mlp"] {
        assert_eq!(rows(name).last(), Some(&32), "{name}");
    }
    // Arithmetic without sums rounds the same in any shape.
    assert_eq!(rows("cruise"), [1, 8, 32]);
    assert_eq!((rows("cruise_1"), rows("cruise_8")), (vec![1], vec![8]));
    // One row is written into the graph, although the axis is open.
    assert_eq!(rows("cruise_written"), [1]);
    // Its worlds depend on each other wherever there are several: each is run alone.
    assert_eq!(rows("mean_over_batch"), [1]);
}

#[test]
fn driving_again_alone_gives_the_same() {
    for name in ["counter", "gru", "mlp"] {
        let model = load(name).unwrap();
        let template = child_at_kerb(0.008);
        let policy = Pilot::External(&model);
        let job = Job { template: &template, policy, seed: 11, sampling: Sampling::Stratified, batch: 64, chosen: None };
        let again = [0, 1, 2, 17, 39];
        let alone = drive_each_alone(&job, &model, &again).unwrap();
        let all = driven_of(&model, 64, 40).outcomes;
        let same: Vec<_> = again.iter().map(|k| all[*k as usize].clone()).collect();
        assert_eq!(differs(&same, &alone), None, "{name}");
    }
}

#[test]
fn memory_belongs_to_a_slot_and_begins_at_zero() {
    let model = load("counter").unwrap();
    let mut session = model.open().unwrap();
    let all = observations(40);
    let step = |actions: &ActionBatch, w: usize| actions.accel_mps2[w] / -0.125;
    for k in 1..=3 {
        let actions = ask(&mut *session, &all);
        assert!((0..40).all(|w| step(&actions, w) == k as f32));
    }
    // Slots 7 and 9 alone, in another order, and 200 for the first time.
    let mut some = chosen(&all, &[9, 7, 8]);
    some.slots[2] = 200;
    let actions = ask(&mut *session, &some);
    assert_eq!([0, 1, 2].map(|w| step(&actions, w)), [4.0, 4.0, 1.0]);
    // A new rollout, by either sign of it.
    session.start(7);
    let mut some = chosen(&all, &[7, 8, 9]);
    some.first[2] = 1;
    let actions = ask(&mut *session, &some);
    assert_eq!([0, 1, 2].map(|w| step(&actions, w)), [1.0, 4.0, 1.0]);
    session.renew().unwrap();
    let actions = ask(&mut *session, &all);
    assert!((0..40).all(|w| step(&actions, w) == 1.0));
}

#[test]
fn flags_come_as_any_of_four_types() {
    let mut all = observations(40);
    all.first = (0..40).map(|w| u8::from(w % 3 == 0)).collect();
    for name in ["flags_f32", "flags_u8", "flags_bool", "flags_i64"] {
        let actions = ask(&mut *load(name).unwrap().open().unwrap(), &all);
        for w in 0..40 {
            let seen: f32 = all.mask[w * MAX_ACTORS..(w + 1) * MAX_ACTORS].iter().map(|m| f32::from(*m)).sum();
            let first = f32::from(all.first[w]);
            assert_eq!(actions.row(w), [seen * -0.25, 0.0, -first, first, 0.0, first * 0.5], "{name}, world {w}");
        }
    }
}

#[test]
fn fields_that_are_left_out_are_zero_and_no_belief() {
    let actions = ask(&mut *load("cruise").unwrap().open().unwrap(), &observations(3));
    for w in 0..3 {
        let [_, _, lamp, horn, help, belief] = actions.row(w);
        assert_eq!([lamp, horn, help], [0.0; 3]);
        assert!(belief.is_nan());
    }
}

#[test]
fn no_number_is_a_fault_of_that_rollout_and_of_no_other() {
    let model = load("nan").unwrap();
    let driven = driven(&model, 64);
    let faults: Vec<_> = driven.outcomes.iter().filter_map(|o| o.fault).collect();
    assert!(!faults.is_empty() && faults.iter().all(|(kind, _)| *kind == FaultKind::NotFinite), "{faults:?}");
    assert_eq!(driven.batch_dependent, 0);
    let text = driven.first_fault.unwrap().fault.text;
    assert!(text.starts_with("it answered accel_mps2 NaN"), "{text}");
}

#[test]
fn old_exporters_list_weights_among_the_inputs() {
    let (theirs, ours) = (driven(&load("weights_as_inputs").unwrap(), 64), driven(&Native(cruise), 64));
    assert_eq!(differs(&ours.outcomes, &theirs.outcomes), None);
}
