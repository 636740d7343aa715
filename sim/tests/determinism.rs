//! The same bits, whatever the lanes, the instruction set, the batch, the order, or the way a policy is asked.

#![allow(clippy::print_stderr)]

use nines_sim::testing::{child_at_kerb, without_actions};
use nines_sim::*;

fn job<'a>(template: &'a Template, policy: &'a BuiltIn) -> Job<'a> {
    Job { template, policy: policy.into(), seed: 7, sampling: Sampling::Stratified, batch: 64, chosen: None }
}

#[test]
fn lanes_and_instruction_sets_give_the_same_bits() {
    for curvature in [0.0, 0.004] {
        let template = child_at_kerb(curvature);
        for name in BuiltIn::REFERENCE.iter().copied().chain(["nan", "parked"]) {
            let policy = BuiltIn::new(name, &[]).unwrap();
            let one = drive_lanes(&job(&template, &policy), 0..300, 1, InstructionSet::Baseline);
            assert_eq!(one.len(), 300);
            for set in InstructionSet::available() {
                for lanes in [16, 32] {
                    assert_eq!(drive_lanes(&job(&template, &policy), 0..300, lanes, set), one, "{name}, {lanes} lanes, {set:?}");
                }
            }
        }
    }
}

/// Rounding may differ where a block works out what one of its lanes alone would leave out: rare, so many rollouts are compared.
#[test]
fn many_rollouts_give_the_same_bits_alone_and_in_a_block() {
    let template = child_at_kerb(0.0);
    for (name, n) in [("common-sense", 12_000), ("idm-aeb", 6_000), ("nieon", 6_000), ("rss", 3_000), ("fsm", 3_000)] {
        let policy = BuiltIn::new(name, &[]).unwrap();
        let one = drive_lanes(&job(&template, &policy), 0..n, 1, InstructionSet::Baseline);
        let many = drive_lanes(&job(&template, &policy), 0..n, 16, InstructionSet::best());
        for (a, b) in one.iter().zip(&many) {
            assert_eq!(a, b);
        }
    }
}

#[test]
fn a_rollout_does_not_depend_on_its_neighbours() {
    let template = child_at_kerb(0.0);
    let policy = BuiltIn::new("common-sense", &[]).unwrap();
    let all = drive(&job(&template, &policy), 100..200).outcomes;
    for at in [100, 137, 199] {
        assert_eq!(drive(&job(&template, &policy), at..at + 1).outcomes[0], all[(at - 100) as usize]);
        let (outcome, trace) = drive_traced(&job(&template, &policy), at);
        assert_eq!(outcome, all[(at - 100) as usize]);
        assert_eq!(trace.frames.len() as u32, outcome.steps + 1);
    }
}

#[test]
fn the_packed_layout_says_all_that_the_lanes_are_told() {
    for curvature in [0.0, 0.004] {
        let template = child_at_kerb(curvature);
        for name in BuiltIn::REFERENCE {
            let policy = BuiltIn::new(name, &[]).unwrap();
            let lanes = drive(&job(&template, &policy), 0..200).outcomes;
            for batch in [1, 7, 1024] {
                let job = Job { batch, ..job(&template, &policy) };
                let packed = without_actions(drive_batch(&job, &mut batch::Packed::new(policy), 0..200));
                assert_eq!(packed.outcomes, lanes, "{name}, batch {batch}");
                assert_eq!(packed.batch_dependent, 0);
            }
        }
    }
}

/// Panics on its first call with more than one world, never with one.
struct FearsCrowds(batch::Packed);

impl BatchPolicy for FearsCrowds {
    fn start(&mut self, slot: u32) {
        self.0.start(slot);
    }
    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        assert!(observations.worlds < 2, "too many at once");
        self.0.act(observations, actions)
    }
}

#[test]
fn a_fault_of_the_batch_is_not_a_fault_of_its_worlds() {
    std::panic::set_hook(Box::new(|info| {
        if !in_policy_call() {
            eprintln!("{info}");
        }
    }));
    let template = child_at_kerb(0.0);
    let idm = BuiltIn::new("idm", &[]).unwrap();
    let job = Job { batch: 8, ..job(&template, &idm) };
    let driven = without_actions(drive_batch(&job, &mut FearsCrowds(batch::Packed::new(idm)), 0..40));
    assert_eq!(driven.outcomes, drive(&job, 0..40).outcomes);
    assert_eq!(driven.batch_dependent, 5);
    let panics = BuiltIn::new("panic", &[]).unwrap();
    let driven = drive(&Job { policy: (&panics).into(), ..job }, 0..40);
    assert!(driven.outcomes.iter().all(|o| o.verdict == Verdict::Fault && o.fault == Some((FaultKind::Panic, 10))));
    assert_eq!(driven.batch_dependent, 0);
}

/// Kept digests of whole traces: they change with the program's results alone, never with the build, the machine or the lanes. Who
/// changes a model changes them, and says so in the changelog.
#[test]
fn digests_are_those_that_were_kept() {
    let fold = |name: &str, curvature: f64| {
        let (template, policy) = (child_at_kerb(curvature), BuiltIn::new(name, &[]).unwrap());
        let outcomes = drive(&job(&template, &policy), 0..1000).outcomes;
        outcomes.iter().fold(0u64, |sum, o| sum.wrapping_add(random::split_mix(o.digest ^ o.margin.to_bits() ^ o.rollout)))
    };
    let got = [fold("idm", 0.0), fold("idm-aeb", 0.004), fold("common-sense", 0.0), fold("common-sense", 0.004)];
    assert_eq!(
        got.map(|d| format!("{d:016x}")),
        ["ba332ffae8149331", "2b6b1714c7c8a730", "451df65a8932b8b7", "45a06c5f50351438"]
    );
}

/// Noise that keeps nothing of another's is that of the rollout it comes from; what keeps nearly all hardly changes; and both come out
/// in the same bits on any number of lanes.
#[test]
fn moved_noise_is_that_of_its_lineage() {
    let template = child_at_kerb(0.0);
    let policy = BuiltIn::new("common-sense", &[]).unwrap();
    let n = 200;
    let driven = |lineage: &dyn Fn(u64) -> Vec<(u64, f64)>, lanes: usize, set: InstructionSet| {
        let mut chosen = Chosen::new(0, 1, template.params.len());
        for k in 0..n {
            let from = template.draw(7, Sampling::Stratified, k);
            chosen.push(from.stratum, &from.point, &lineage(k));
        }
        drive_lanes(&Job { chosen: Some(&chosen), ..job(&template, &policy) }, 0..n, lanes, set)
    };
    let one = |lineage: &dyn Fn(u64) -> Vec<(u64, f64)>| driven(lineage, 1, InstructionSet::Baseline);
    let plain = drive(&job(&template, &policy), 0..n).outcomes;
    assert_eq!(one(&|_| Vec::new()), plain);
    let apart = |a: &[Outcome], b: &[Outcome]| {
        let mut all: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a.min_distance_m - b.min_distance_m).abs()).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    // The rollout's own noise, by way of normals and back: to rounding.
    assert!(apart(&one(&|k| vec![(k + 999, 0.0), (k, 0.0)]), &plain) < 1e-6);
    let other = apart(&one(&|k| vec![(k + 999, 0.0)]), &plain);
    let near = apart(&one(&|k| vec![(k, 0.0), (k + 999, 0.999)]), &plain);
    assert!(0.0 < near && near < 0.2 * other, "{near} and {other}");
    let lineage = |k: u64| if k.is_multiple_of(3) { Vec::new() } else { vec![(k + 1, 0.0), (k + 50, 0.8), (k, 0.6)] };
    let mixed = one(&lineage);
    for set in InstructionSet::available() {
        for lanes in [16, 32] {
            assert_eq!(driven(&lineage, lanes, set), mixed, "{lanes} lanes, {set:?}");
        }
    }
}
