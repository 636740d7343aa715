//! Each wrapper against what it promises, on made-up observations and on whole rollouts.

use super::*;
use nines_sim::testing::child_at_kerb;
use nines_sim::{Job, Outcome, Sampling, drive};

fn policy(text: &str, settings: &[(&str, f64)]) -> Result<Policy, LoadError> {
    let mut settings: BTreeMap<String, Value> = settings.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    if text.contains("remote-help") {
        settings.insert("remote-help.supervisor".into(), json!("common-sense"));
    }
    crate::policy::load(text, &settings, &crate::policy::Options::default())
}

fn driven(policy: &Policy, n: u64) -> Vec<Outcome> {
    let template = child_at_kerb(0.0);
    let job =
        Job { template: &template, policy: policy.pilot(), seed: 11, sampling: Sampling::Stratified, chosen: None, batch: 64 };
    let mut outcomes = drive(&job, 0..n).outcomes;
    outcomes.iter_mut().for_each(|o| o.actions.clear());
    outcomes
}

fn failures(policy: &Policy) -> usize {
    driven(policy, 600).iter().filter(|o| o.failed()).count()
}

/// Answers with the number of times that it was asked.
#[derive(Debug)]
struct Counting;

struct CountingSession(f32);

impl Sessions for Counting {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(CountingSession(0.0)))
    }
}

impl BatchPolicy for CountingSession {
    fn start(&mut self, _: u32) {
        self.0 = 0.0;
    }
    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        self.0 += 1.0;
        (0..observations.worlds).for_each(|w| actions.accel_mps2[w] = -self.0);
        Ok(())
    }
}

/// Accelerations over some steps of one world.
fn answers(sessions: &dyn Sessions, seed: u64, steps: usize) -> Vec<f32> {
    let mut session = sessions.open().unwrap();
    let mut observations = ObservationBatch {
        worlds: 1,
        slots: vec![0],
        seeds: vec![seed],
        first: vec![1],
        priors: vec![0.5, -1.0],
        ego: vec![0.0; EGO_FIELDS],
        objects: vec![0.0; nines_sim::MAX_ACTORS * nines_sim::batch::OBJECT_FIELDS],
        mask: vec![0; nines_sim::MAX_ACTORS],
        ids: vec![0; nines_sim::MAX_ACTORS],
    };
    session.start(0);
    let mut all = Vec::new();
    for _ in 0..steps {
        let mut actions = ActionBatch::zeros(1);
        session.act(&observations, &mut actions).unwrap();
        observations.first[0] = 0;
        all.push(actions.accel_mps2[0]);
    }
    all
}

#[test]
fn wrappers_that_do_nothing_change_nothing() {
    let bare = driven(&policy("idm-aeb", &[]).unwrap(), 200);
    for (text, settings) in [
        ("idm-aeb+latency", [("latency.delay_s", 0.0)]),
        ("idm-aeb+dropped-frames", [("dropped-frames.share", 0.0)]),
        ("idm-aeb+actuators", [("actuators.brake", 1.0)]),
        ("idm-aeb+remote-help", [("remote-help.share", 0.0)]),
    ] {
        assert_eq!(driven(&policy(text, &settings).unwrap(), 200), bare, "{text}");
    }
}

#[test]
fn answers_come_late_by_the_delay() {
    let late = Wrapped::new(latency::Latency::new(&[0.3]), [Arc::new(Counting) as Arc<dyn Sessions>]);
    assert_eq!(answers(&late, 1, 6), [0.0, 0.0, 0.0, -1.0, -2.0, -3.0]);
}

/// A chain of two states: the share that is lost is the stationary one, the runs have the mean length asked for.
#[test]
fn frames_are_lost_as_often_and_as_long_as_asked_for() {
    let drops = Wrapped::new(dropped_frames::DroppedFrames::new(&[0.2, 0.5]), [Arc::new(Counting) as Arc<dyn Sessions>]);
    let (mut lost, mut bursts, mut all) = (0.0, 0.0, 0.0);
    for seed in 0..200 {
        let answers = answers(&drops, seed, 2000);
        let held: Vec<bool> = answers.iter().zip(std::iter::once(&0.0).chain(&answers)).map(|(a, b)| a == b).collect();
        lost += held.iter().filter(|h| **h).count() as f64;
        bursts += (0..held.len()).filter(|k| held[*k] && (*k == 0 || !held[k - 1])).count() as f64;
        all += held.len() as f64;
    }
    // Five standard errors: a chain with these runs has about 9 steps to an independent one.
    assert!((lost / all - 0.2).abs() < 5.0 * (0.16_f64 * 9.0 / all).sqrt(), "{}", lost / all);
    assert!((lost / bursts - 5.0).abs() < 5.0 * (20.0_f64 / bursts).sqrt(), "{}", lost / bursts);
}

#[test]
fn brakes_come_weaker_and_no_harder_than_they_can() {
    let weak = Wrapped::new(actuators::Actuators::new(&[0.5, 1.2, 1.0]), [Arc::new(Counting) as Arc<dyn Sessions>]);
    assert_eq!(answers(&weak, 1, 4), [-0.5, -1.0, -1.2, -1.2]);
}

/// Each of them costs failures, and help saves some: the more the more of the time is watched.
#[test]
fn failures_follow_the_settings() {
    let bare = failures(&policy("idm-aeb", &[]).unwrap());
    assert!(failures(&policy("idm-aeb+latency", &[("latency.delay_s", 0.6)]).unwrap()) > bare);
    assert!(failures(&policy("idm-aeb+actuators", &[("actuators.brake", 0.4)]).unwrap()) > bare);
    assert!(
        failures(&policy("idm-aeb+dropped-frames", &[("dropped-frames.share", 0.5), ("dropped-frames.burst_s", 2.0)]).unwrap())
            > bare
    );
    let helped = |share: f64| {
        let settings = [("remote-help.share", share), ("remote-help.response_s", 0.0)];
        failures(&policy("blind+remote-help", &settings).unwrap())
    };
    let (none, half, all) = (helped(0.0), helped(0.5), helped(1.0));
    assert!(none > half + 20 && half > all + 20, "{none} {half} {all}");
    let slow = failures(&policy("blind+remote-help", &[("remote-help.share", 1.0), ("remote-help.response_s", 2.0)]).unwrap());
    assert!(slow > all);
}

#[test]
fn what_a_wrapper_does_not_take_is_refused() {
    let why = |text: &str, settings: &[(&str, f64)]| policy(text, settings).unwrap_err().to_string();
    assert!(why("idm+latency", &[("latency.dely_s", 1.0)]).contains("it has delay_s"));
    assert!(why("idm+latency", &[("latency.delay_s", -1.0)]).contains("from 0 to 5"));
    assert!(why("idm+latency", &[("actuators.brake", 0.5)]).contains("no such wrapper"));
    assert!(why("idm+latency+latency", &[]).contains("already"));
    let summary = policy("idm+latency+actuators", &[]).unwrap().summary().clone();
    assert_eq!((summary.name.as_str(), summary.kind.as_str()), ("idm+latency+actuators", "builtin"));
    assert_eq!(summary.settings["latency.delay_s"], json!(0.2));
}

#[test]
fn wrappers_are_found_in_a_name() {
    assert_eq!(split("idm"), ("idm", vec![]));
    assert_eq!(split("idm:headway_s=1e+1"), ("idm:headway_s=1e+1", vec![]));
    assert_eq!(split("a+b.onnx+latency"), ("a+b.onnx", vec![("latency", "")]));
    assert_eq!(
        split("idm:headway_s=2+latency:delay_s=0.3+remote-help:share=0.5,supervisor=nieon"),
        ("idm:headway_s=2", vec![("latency", ":delay_s=0.3"), ("remote-help", ":share=0.5,supervisor=nieon")])
    );
}

/// Who made a campaign folder starts nothing by what it says: neither as the policy, nor inside of a wrapper.
#[test]
fn a_campaign_runs_nothing_by_its_words() {
    let dir = tempfile::tempdir().unwrap();
    let marker = dir.path().join("ran");
    let command = format!("exec:touch {}", marker.display());
    for (name, settings) in [
        (command.clone(), BTreeMap::new()),
        (format!("{command}+latency"), BTreeMap::new()),
        ("grpc://192.0.2.1:1".to_owned(), BTreeMap::new()),
        ("idm+remote-help".to_owned(), BTreeMap::from([("remote-help.supervisor".to_owned(), json!(command))])),
    ] {
        let (kind, fingerprint) = ("grpc".to_owned(), "sha256:0".to_owned());
        let summary = PolicySummary { name: name.clone(), kind, settings, fingerprint, not_covered: Vec::new() };
        assert!(crate::policy::load_recorded(&summary, &crate::policy::Options::default()).is_err(), "{name}");
        assert!(!marker.exists(), "{name}");
    }
}
