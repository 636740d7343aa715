//! Policies that are not built in, through whole campaigns: what they do wrong is found and named, and nothing of it is lost.

use super::*;
use crate::campaign::{
    Address, Finished, Method, Plan, Request, Scenario, SearchSettings, Shard, merge, open, replay, run, select, verify,
};
use nines_sim::batch::Packed;
use nines_sim::{ActionBatch, BatchPolicy, FaultKind, ObservationBatch, PolicyFault};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What a policy does besides driving as `idm-aeb`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Habit {
    None,
    /// Brakes a little in a slot of the session.
    LooksAtItsSlot,
    /// Brakes a little in a slot in which it has driven before.
    Remembers,
    /// Brakes by a counter of its own.
    Counts,
    /// Brakes by the seed that it is given.
    DrawsAsToldTo,
    /// Gives up where it is fast and something is near.
    GivesUp,
}

#[derive(Debug)]
struct Drives(Habit);

struct Session {
    habit: Habit,
    packed: Packed,
    used: BTreeMap<u32, u32>,
}

static COUNTER: AtomicU64 = AtomicU64::new(0);

impl Sessions for Drives {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        let packed = Packed::new(BuiltIn::new("idm-aeb", &[]).unwrap());
        Ok(Box::new(Session { habit: self.0, packed, used: BTreeMap::new() }))
    }
}

impl BatchPolicy for Session {
    fn start(&mut self, slot: u32) {
        *self.used.entry(slot).or_default() += 1;
        self.packed.start(slot);
    }

    fn renew(&mut self) -> Result<(), PolicyFault> {
        self.used.clear();
        Ok(())
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        self.packed.act(observations, actions)?;
        for w in 0..observations.worlds {
            let slot = observations.slots[w];
            let less = match self.habit {
                Habit::None | Habit::GivesUp => false,
                Habit::LooksAtItsSlot => slot == 3,
                Habit::Remembers => self.used[&slot] > 1,
                Habit::Counts => COUNTER.fetch_add(1, Ordering::Relaxed).is_multiple_of(101),
                Habit::DrawsAsToldTo => observations.seeds[w].is_multiple_of(3),
            };
            actions.accel_mps2[w] -= if less { 0.5 } else { 0.0 };
            let near = observations.objects_of(w).iter().any(|(_, o)| o.x_m.abs() < 12.0);
            if self.habit == Habit::GivesUp && near && observations.ego_view(w).speed_mps > 11.0 {
                return Err(PolicyFault::new(FaultKind::BadReply, "Traceback: <too fast>"));
            }
        }
        Ok(())
    }
}

fn policy(habit: Habit) -> Policy {
    let summary = PolicySummary {
        name: format!("test:{habit:?}"),
        kind: "test".into(),
        settings: BTreeMap::new(),
        fingerprint: format!("sha256:{habit:?}"),
        not_covered: Vec::new(),
    };
    Policy::external(summary, Arc::new(Drives(habit)))
}

fn campaign(out: &Path, policy: Policy, threads: usize, batch: usize) -> Finished {
    run(&request(out, policy, threads, batch), &AtomicUsize::new(0), &mut |_| {}).unwrap()
}

fn request(out: &Path, policy: Policy, threads: usize, batch: usize) -> Request {
    let chosen = select(&["child-at-curb".to_owned()]).unwrap();
    Request {
        policy,
        scenarios: vec![(Scenario::from(&chosen[0].scenario), 1024)],
        odds: Vec::new(),
        method: Method::Stratified,
        search: SearchSettings { limit_state: "min".into(), relative_error: 0.1 },
        plan: Plan::Fixed,
        nines: None,
        time: None,
        confidence: 0.95,
        seed: Some(5),
        keep: 1000,
        max_faults: None,
        shard: None,
        ahead: 64,
        hindsight: 20,
        beliefs: 100,
        threads,
        batch,
        out: out.to_owned(),
        resume: false,
        command: Vec::new(),
    }
}

/// What the policy answered is kept of the first 2,000 failures of the campaign, not of each shard.
#[test]
fn answers_of_shards_are_kept_of_the_first_failures_of_all() {
    let dir = tempfile::tempdir().unwrap();
    let request = |name: &str, shard| {
        let mut request = request(&dir.path().join(name), policy(Habit::GivesUp), 2, 16);
        request.scenarios[0].1 = 9000;
        Request { shard, ..request }
    };
    let none = AtomicUsize::new(0);
    let whole = run(&request("whole", None), &none, &mut |_| {}).unwrap();
    assert!(whole.summary.totals.failures > 2500, "{}", whole.summary.totals.failures);
    let shards: Vec<_> = (1..=3).map(|number| dir.path().join(number.to_string())).collect();
    for number in 1..=3 {
        run(&request(&number.to_string(), Some(Shard { number, of: 3 })), &none, &mut |_| {}).unwrap();
    }
    merge(&dir.path().join("merged"), &shards, &[]).unwrap();
    let rows = |name: &str| dir.path().join(name).join("rollouts/child-at-curb/part-000000.parquet");
    assert!(std::fs::read(rows("whole")).unwrap() == std::fs::read(rows("merged")).unwrap());
    let with_answers =
        |name: &str| crate::store::read_rows(&rows(name)).unwrap().iter().filter(|r| !r.actions.is_empty()).count();
    assert_eq!(with_answers("merged"), 2000);
    assert!(with_answers("1") + with_answers("2") + with_answers("3") > 2000);
}

fn driven(habit: Habit) -> Finished {
    let dir = tempfile::tempdir().unwrap();
    campaign(&dir.path().join("a"), policy(habit), 2, 64)
}

/// The same policy behind the packed layout gives the same results as in the lanes, in any batch and on any number of threads.
#[test]
fn a_policy_that_is_not_built_in_gets_and_gives_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let built_in: Policy = BuiltIn::new("idm-aeb", &[]).unwrap().into();
    let expected = campaign(&dir.path().join("built-in"), built_in, 1, 1).summary;
    assert!(expected.totals.failures > 20 && expected.reproducible);
    for (k, (threads, batch)) in [(1, 1), (2, 100), (3, 4096)].into_iter().enumerate() {
        let finished = campaign(&dir.path().join(k.to_string()), policy(Habit::None), threads, batch).summary;
        assert_eq!(finished.scenarios, expected.scenarios, "{threads} threads, batch {batch}");
        assert!(finished.reproducible && finished.warnings == expected.warnings);
    }
}

#[test]
fn a_policy_that_depends_on_its_batch_is_found_and_demonstrates_nothing() {
    for habit in [Habit::LooksAtItsSlot, Habit::Remembers] {
        let summary = driven(habit).summary;
        let scenario = &summary.scenarios[0];
        assert!(scenario.policy_faults.batch_dependent > 0 && scenario.policy_faults.unrepeatable == 0, "{habit:?}");
        assert!(!summary.reproducible && !scenario.hazard.probability.diagnostics.ok);
        assert_eq!(scenario.nines.demonstrated, 0.0);
        assert!(summary.warnings.iter().any(|w| w.contains("depends on its batch")), "{:?}", summary.warnings);
    }
}

#[test]
fn a_policy_that_draws_by_itself_is_told_from_one_that_heeds_its_seed() {
    let summary = driven(Habit::Counts).summary;
    assert!(summary.scenarios[0].policy_faults.unrepeatable > 0 && !summary.reproducible);
    assert!(summary.warnings.iter().any(|w| w.contains("without the seed")), "{:?}", summary.warnings);
    let heeds = driven(Habit::DrawsAsToldTo).summary;
    assert!(heeds.reproducible && heeds.scenarios[0].policy_faults.unrepeatable == 0);
    assert_ne!(heeds.scenarios[0].failures, driven(Habit::None).summary.scenarios[0].failures);
}

/// A call that faults costs nobody else in the batch anything; its text is on record; and the failure is run again without the policy.
#[test]
fn a_fault_is_its_own_rollouts_and_is_played_without_the_policy() {
    let dir = tempfile::tempdir().unwrap();
    let alone = campaign(&dir.path().join("a"), policy(Habit::GivesUp), 1, 1).summary;
    let out = dir.path().join("b");
    let together = campaign(&out, policy(Habit::GivesUp), 2, 256).summary;
    assert_eq!(alone.scenarios, together.scenarios);
    let faults = &together.scenarios[0].policy_faults;
    assert!(faults.bad_reply > 0 && faults.bad_reply < 1024 && faults.batch_dependent == 0, "{faults:?}");
    let text = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(text.contains("Traceback: &lt;too fast&gt;") && !text.contains("<too fast>"));
    let found = open(&out).unwrap();
    let address: Address = "child-at-curb/first".parse().unwrap();
    let played = replay(&found, &address, None).unwrap();
    assert!(played.differences.is_empty() && played.recorded.is_some(), "{:?}", played.differences);
    let verified = verify(&found).unwrap();
    assert_eq!(verified.problems, Vec::<String>::new());
    assert!(verified.run_again > 0);
}
