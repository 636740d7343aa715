//! Processes are started, started again, given up and ended; addresses at which nobody answers are refused in bounded time.
#![cfg(unix)]

mod common;

use common::*;
use nines_remote::{Limits, Remote, RemoteError};
use nines_sim::testing::child_at_kerb;
use nines_sim::{FaultKind, Verdict};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        match look() {
            Some(found) => return found,
            None => assert!(Instant::now() < until, "{what} did not come"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Process numbers that a script has written into a file.
fn numbers(file: &Path) -> Vec<String> {
    std::fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn signal(name: &str, number: &str) -> bool {
    Command::new("kill").args(["-s", name, number]).stderr(Stdio::null()).status().unwrap().success()
}

/// Whether it runs: a zombie that nobody has waited for does not.
fn runs(number: &str) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", number]).output().unwrap().stdout;
    state.first().is_some_and(|s| *s != b'Z' && *s != b'X')
}

fn error(name: &str, limits: Limits) -> (RemoteError, Duration) {
    let begin = Instant::now();
    let error = Remote::connect_within(name, BTreeMap::new(), PATIENCE, limits).unwrap_err();
    (error, begin.elapsed())
}

/// The example server as somebody else runs it.
struct Theirs(Child, String);

impl Theirs {
    fn start(arguments: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(server()).args(["--address", &format!("127.0.0.1:{port}")]).args(arguments).spawn().unwrap();
        Theirs(child, format!("grpc://:{port}"))
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_killed_process_is_started_again_and_nothing_is_missing() {
    let template = child_at_kerb(0.0);
    let expected = native(&template, "idm-aeb", 0..1000);
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let (remote, _) = connect(&script(&format!("echo $$ >> {}; exec $SERVER", pids.display())), PATIENCE, Limits::default());
    let driven = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            assert!(signal("KILL", &numbers(&pids)[0]));
        });
        served(&template, &remote, 8, 0..1000)
    });
    same(&driven.outcomes, &expected);
    // The call that was cut off: none of its rollouts is at fault.
    assert_eq!((driven.batch_dependent, driven.first_fault, numbers(&pids).len()), (1, None, 2));
}

#[test]
fn a_process_that_never_answers_a_batch_is_given_up() {
    let template = child_at_kerb(0.0);
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let limits = Limits { barren: 4, ..Limits::default() };
    let (remote, _) = connect(&script(&format!("echo $$ >> {}; exec $SERVER --fault crash", pids.display())), PATIENCE, limits);
    let driven = served(&template, &remote, 1, 0..100);
    assert!(driven.outcomes.iter().all(|o| o.fault == Some((FaultKind::Disconnected, 0))));
    assert_eq!(numbers(&pids).len(), 4);
    let last = served(&template, &remote, 1, 100..101).first_fault.unwrap().fault.text;
    assert!(
        last.starts_with("the policy is given up: it was lost 4 times in a row without answering a batch; the last time: "),
        "{last}"
    );
    assert!(last.contains("crashing at step 0, as told"), "{last}");
}

#[test]
fn a_process_that_does_not_start_again_is_given_up() {
    let template = child_at_kerb(0.0);
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let lines = "[ $(wc -l < FILE) = 1 ] && exec $SERVER --fault crash --at 5; echo no licence left >&2; exit 7";
    let (remote, _) = connect(
        &script(&format!("echo $$ >> FILE; {lines}").replace("FILE", pids.to_str().unwrap())),
        PATIENCE,
        Limits::default(),
    );
    let driven = served(&template, &remote, 8, 0..100);
    assert!(driven.outcomes.iter().all(|o| o.verdict == Verdict::Fault));
    let last = served(&template, &remote, 1, 100..101).first_fault.unwrap().fault.text;
    assert_eq!(numbers(&pids).len(), 1 + 3);
    assert!(
        last.contains("it could not be had 3 times in a row") && last.contains("exit status 7; its last words:\nno licence left"),
        "{last}"
    );
}

#[test]
fn another_policy_is_not_taken_for_the_first() {
    let template = child_at_kerb(0.0);
    let dir = tempfile::tempdir().unwrap();
    let lines = "if [ -e FILE ]; then P=idm; else P=idm-aeb; touch FILE; fi; exec $SERVER --policy $P --fault crash --at 5";
    let (remote, said) =
        connect(&script(&lines.replace("FILE", dir.path().join("f").to_str().unwrap())), PATIENCE, Limits::default());
    let driven = served(&template, &remote, 8, 0..20);
    assert!(driven.outcomes.iter().all(|o| matches!(o.fault, Some((FaultKind::BadReply | FaultKind::Disconnected, 0)))));
    let first = driven.first_fault.unwrap().fault;
    assert_eq!(first.kind, FaultKind::BadReply);
    assert!(
        first.text.contains(&format!("another one than at the beginning: its fingerprint was `{}`", said.fingerprint)),
        "{first}"
    );
}

#[test]
fn a_server_of_somebody_else_is_reached_again_and_missed_in_bounded_time() {
    let template = child_at_kerb(0.0);
    let mut theirs = Theirs::start(&[]);
    let (remote, _) = connect(&theirs.1, PATIENCE, Limits::default());
    same(&served(&template, &remote, 16, 0..50).outcomes, &native(&template, "idm-aeb", 0..50));
    theirs.0.kill().unwrap();
    theirs.0.wait().unwrap();
    let address = theirs.1.replace("grpc://", "127.0.0.1");
    theirs.0 = Command::new(server()).args(["--address", &address]).spawn().unwrap();
    same(&served(&template, &remote, 16, 0..50).outcomes, &native(&template, "idm-aeb", 0..50));
    theirs.0.kill().unwrap();
    theirs.0.wait().unwrap();
    let begin = Instant::now();
    let driven = served(&template, &remote, 16, 0..500);
    assert!(driven.outcomes.iter().all(|o| o.fault == Some((FaultKind::Disconnected, 0))));
    // Three tries of three seconds, and what the rollouts themselves take.
    assert!(begin.elapsed() < Duration::from_secs(25), "{:?}", begin.elapsed());
    let text = driven.first_fault.unwrap().fault.text;
    assert!(text.contains(&format!("nobody answers at {address}: ")), "{text}");
}

#[test]
fn dead_addresses_and_commands_are_refused_in_bounded_time() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (refused, took) = error(&format!("grpc://{free}"), Limits { reach: Duration::from_secs(1), ..Limits::default() });
    assert!(refused.to_string().contains("refused") && refused.to_string().contains("tried for 1.0 s"), "{refused}");
    assert!(took < Duration::from_secs(10), "{took:?}");

    // Somebody listens, and never says a word.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let limits = Limits { reach: Duration::from_secs(1), start: Duration::from_secs(1), ..Limits::default() };
    let (silent, took) = error(&format!("grpc://{}", mute.local_addr().unwrap()), limits);
    assert!(silent.to_string().contains("somebody listens, but does not answer `Describe` within 1.0 s"), "{silent}");
    assert!(took < Duration::from_secs(10), "{took:?}");

    let (missing, _) = error("exec:/no/such/program", Limits::default());
    assert!(matches!(missing, RemoteError::Start { .. }) && missing.to_string().contains("No such file"), "{missing}");
    let (ended, took) = error("exec:sh -c 'echo my model is missing; exit 4'", Limits::default());
    assert!(ended.to_string().contains("exit status 4; its last words:\nmy model is missing"), "{ended}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    let (idle, took) =
        error("exec:sh -c 'echo thinking; sleep 1000'", Limits { start: Duration::from_secs(1), ..Limits::default() });
    assert!(idle.to_string().contains("tried for 1.0 s; the process goes on; its last words:\nthinking"), "{idle}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

/// A script whose server has a child of its own; both numbers go into a file.
fn family(file: &Path) -> String {
    script(&format!("sleep 1000 & echo $! >> {0}; echo $$ >> {0}; exec $SERVER", file.display()))
}

#[test]
fn a_process_ends_with_its_children_when_the_policy_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let (remote, _) = connect(&family(&pids), PATIENCE, Limits::default());
    let family = numbers(&pids);
    assert!(family.len() == 2 && family.iter().all(|pid| runs(pid)));
    drop(remote);
    wait_for("the end", || family.iter().all(|pid| !runs(pid)).then_some(()));
}

const HOLD: &str = "NINES_REMOTE_TEST_HOLD";

/// Not a test by itself: what the next one starts as another process and kills.
#[test]
fn hold() {
    let Some(file) = std::env::var_os(HOLD) else { return };
    let held = connect(&family(Path::new(&file)), PATIENCE, Limits::default());
    std::thread::sleep(PATIENCE);
    drop(held);
}

#[test]
fn a_process_ends_with_its_children_even_when_we_are_killed() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let mut us = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hold"])
        .env(HOLD, &pids)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let family = wait_for("the family", || Some(numbers(&pids)).filter(|family| family.len() == 2));
    // Connected: the server is up, so the watcher is too.
    std::thread::sleep(Duration::from_millis(500));
    assert!(family.iter().all(|pid| runs(pid)));
    us.kill().unwrap();
    us.wait().unwrap();
    wait_for("the end", || family.iter().all(|pid| !runs(pid)).then_some(()));
}
