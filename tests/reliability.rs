//! The short form of the study behind `docs/reliability.md`.

mod common;

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

/// Drives far more than is needed, and gives what it says once its folder is dealt with.
#[cfg(target_os = "linux")]
fn disturbed(bench: &common::Bench, out: &str, disturb: impl FnOnce(&Path)) -> (Option<i32>, String) {
    let mut run =
        bench.command(&format!("run child-at-curb --policy idm-aeb --rollouts 50M --seed 7 --out {out} --progress none"));
    let child = run.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let work = bench.path(out).join(".work/child-at-curb");
    while std::fs::read_dir(&work).map_or(0, |files| files.count()) == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    disturb(&bench.path(out));
    let output = child.wait_with_output().unwrap();
    (output.status.code(), common::text(&output.stderr))
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_vanishes_ends_the_run_and_can_be_begun_again() {
    let bench = common::Bench::new();
    // Moved away, as a share that is mounted elsewhere.
    let (code, said) = disturbed(&bench, "a", |folder| std::fs::rename(folder, folder.with_file_name("away")).unwrap());
    assert!(code == Some(8) && said.contains("cannot write a/"), "{code:?} {said}");
    std::fs::rename(bench.path("away"), bench.path("back")).unwrap();
    bench.expect(6, "verify back");
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_disk_is_told_and_can_be_written_to_later() {
    let bench = common::Bench::new();
    let disk = bench.path("disk");
    std::fs::create_dir(&disk).unwrap();
    let mount = |options: &str| {
        let mounted = std::process::Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(&disk).output();
        mounted.is_ok_and(|output| output.status.success())
    };
    // Without the right to mount there is nothing to be tried.
    if !mount("ro") {
        return;
    }
    let run = "run child-at-curb --policy idm-aeb --rollouts 600 --seed 7 --out disk/a --resume";
    let refused = bench.nines(run);
    let mended = mount("remount,rw");
    let resumed = bench.nines(run);
    std::process::Command::new("umount").arg(&disk).status().unwrap();
    let said = common::text(&refused.stderr);
    assert!(refused.status.code() == Some(8) && said.contains("disk/a") && said.contains("Read-only"), "{said}");
    assert!(mended && resumed.status.success(), "{}", common::text(&resumed.stderr));
}
