//! The short form of the study behind `docs/reliability.md`.

use nines_studies::reliability::{Bench, Outcome, flips, full_disk, kills, shards, signals, torn};
use std::path::Path;
use std::time::Duration;

fn with_bench(study: impl FnOnce(&Bench) -> std::io::Result<Outcome>) {
    let dir = tempfile::tempdir().unwrap();
    let run = ["child-at-curb", "cut-in-short-headway", "--policy", "idm-aeb", "--rollouts", "3k", "--seed", "7"];
    let bench = Bench::new(Path::new(env!("CARGO_BIN_EXE_nines")), dir.path(), &run).unwrap();
    let outcome = study(&bench).unwrap();
    assert!(outcome.failures.is_empty(), "{}: {:#?}", outcome.harm, outcome.failures);
    assert!(outcome.campaigns > 0 || outcome.note.contains("not tried"), "{outcome:?}");
}

#[test]
fn killed_at_twenty_moments() {
    with_bench(|bench| kills(bench, 20, 11));
}

#[cfg(unix)]
#[test]
fn told_to_stop_it_ends_soon() {
    // Two seconds in the study; builds for tests are slow, and share their machine.
    with_bench(|bench| signals(bench, 3, 12, Duration::from_secs(20)));
}

#[test]
fn torn_files_of_work_are_driven_again() {
    with_bench(|bench| torn(bench, 4, 13));
}

#[test]
fn a_flipped_bit_in_each_kind_of_file_is_named_and_mended() {
    with_bench(|bench| flips(bench, 10, 14));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    with_bench(|bench| full_disk(bench, 4, 15));
}

#[test]
fn shards_are_merged_in_any_order() {
    with_bench(|bench| shards(bench, &[1, 5], 2, 16));
}
