//! What a process does wrong is a fault of the right kind, of the rollouts at fault alone, in bounded time.

mod common;

use common::*;
use nines_remote::Limits;
use nines_sim::FaultKind;
use nines_sim::testing::child_at_kerb;
use std::time::{Duration, Instant};

/// Step at which the server misbehaves.
const AT: u32 = 12;
/// A deadline that a busy machine keeps, and that is struck twice for each rollout at fault: in the batch, and alone.
const SHORT: Duration = Duration::from_secs(2);

/// Picks a single rollout, by its seed.
fn one() -> u64 {
    seed_of(&child_at_kerb(0.0), 37)
}

/// Drives 200 rollouts alone and in a batch; those that `every` picks must be faults of that kind and text, all others as natively.
fn expect(fault: &str, every: u64, deadline: Duration, kind: FaultKind, texts: &[&str]) {
    let template = child_at_kerb(0.0);
    let native = native(&template, "idm-aeb", 0..200);
    let name = exec(&format!("--fault {fault} --at {AT} --every {every}"));
    for batch in [1, 32] {
        let (remote, _) = connect(&name, deadline, Limits::default());
        let mut faults = 0;
        for native in native.chunks(25) {
            let driven = served(&template, &remote, batch, native[0].rollout..native[0].rollout + 25);
            assert_eq!(driven.outcomes.len(), 25);
            let mut first = None;
            for (found, native) in driven.outcomes.iter().zip(native) {
                if at_fault(&template, native, every, AT) {
                    assert_eq!(found.fault, Some((kind, AT)), "{fault}, batch {batch}, rollout {}", native.rollout);
                    first = first.or(Some(native.rollout));
                    faults += 1;
                } else {
                    assert_eq!(found, native, "{fault}, batch {batch}");
                }
            }
            assert_eq!(driven.batch_dependent, 0, "{fault}");
            assert_eq!(driven.first_fault.as_ref().map(|note| note.rollout), first, "{fault}, batch {batch}");
            if let Some(note) = &driven.first_fault {
                assert_eq!((note.fault.kind, note.step), (kind, AT));
                for text in texts {
                    assert!(note.fault.text.contains(text), "{fault}: {}", note.fault.text);
                }
            }
        }
        assert!(faults > 0, "{fault}");
    }
}

#[test]
fn crash() {
    let texts =
        ["the connection was lost", "the process ended with exit status 3", "its last words:\ncrashing at step 12, as told"];
    expect("crash", 20, PATIENCE, FaultKind::Disconnected, &texts);
}

#[test]
fn hang() {
    expect("hang", one(), SHORT, FaultKind::Deadline, &["no answer within 2s, though it answers `Ping`"]);
}

#[test]
fn stall() {
    expect("stall", one(), SHORT, FaultKind::Deadline, &["no answer within 2s, nor to `Ping`"]);
}

#[test]
fn raise() {
    expect("raise", 20, PATIENCE, FaultKind::Panic, &["it ended the session with Unknown: raised at step 12, as told"]);
}

#[test]
fn nan() {
    expect("nan", 20, PATIENCE, FaultKind::NotFinite, &["it answered accel_mps2 NaN, curvature "]);
}

#[test]
fn stale() {
    expect("stale", 20, PATIENCE, FaultKind::BadReply, &["expected the reply to step ", " of the session, and got one to step "]);
}

#[test]
fn surplus() {
    expect("surplus", 20, PATIENCE, FaultKind::BadReply, &["expected actions for 1 worlds, and got them for 2"]);
}

#[test]
fn missing() {
    expect("missing", 20, PATIENCE, FaultKind::BadReply, &["expected actions for 1 worlds, and got them for 0"]);
}

#[test]
fn ragged() {
    expect("ragged", 20, PATIENCE, FaultKind::BadReply, &["expected `actions` of 1 rows of 6 f32, 24 bytes, and got 23 bytes"]);
}

#[test]
fn garbage() {
    let texts = ["expected a `DriveReply`, and what came is none: failed to decode Protobuf message"];
    expect("garbage", 20, PATIENCE, FaultKind::BadReply, &texts);
}

#[test]
fn huge() {
    let texts = ["expected a `DriveReply`, and what came is none", "too large: found 16777", "the limit is: 4194304 bytes"];
    expect("huge", 20, PATIENCE, FaultKind::BadReply, &texts);
}

/// Long before a long deadline.
#[test]
fn a_process_that_stands_still_gives_no_sign_of_life() {
    let template = child_at_kerb(0.0);
    let limits =
        Limits { heartbeat: Some(Duration::from_millis(500)), heartbeat_timeout: Duration::from_secs(1), ..Limits::default() };
    let (remote, _) = connect(&exec("--fault stall --at 3"), PATIENCE, limits);
    let begin = Instant::now();
    let driven = served(&template, &remote, 1, 0..1);
    assert_eq!(driven.outcomes[0].fault, Some((FaultKind::Disconnected, 3)));
    let text = driven.first_fault.unwrap().fault.text;
    assert!(text.starts_with("the connection was lost") && text.ends_with("the process goes on"), "{text}");
    assert!(begin.elapsed() < PATIENCE / 2, "{:?}", begin.elapsed());
}
