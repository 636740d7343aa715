//! How closely a model drives to the built-in policy that it imitates.
//!
//! `cargo run --release -p nines-onnx --example agree -- MODEL.onnx TEACHER ROLLOUTS [FIRST]`
//!
//! drives the same rollouts with both, and counts the verdicts that agree, given the hazard and given none.
#![expect(clippy::print_stdout, reason = "a table is what this program is for")]

use nines_onnx::{Model, Options};
use nines_sim::testing::child_at_kerb;
use nines_sim::{BuiltIn, Job, Outcome, Pilot, Sampling, drive};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// Rollouts that no lesson has.
const SEED: u64 = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [model, teacher, rollouts, first @ ..] = &words[..] else {
        return Err("usage: agree MODEL.onnx TEACHER ROLLOUTS [FIRST]".into());
    };
    let (rollouts, first) = (rollouts.parse::<u64>()?, first.first().map_or(Ok(0), |n| n.parse())?);
    let model = Model::load(Path::new(model), &BTreeMap::new(), &Options::default())?;
    let teacher = BuiltIn::new(teacher, &[])?;
    let template = child_at_kerb(0.0);
    let outcomes = |policy: Pilot| {
        let job = Job { template: &template, policy, seed: SEED, sampling: Sampling::Stratified, batch: 256, chosen: None };
        drive(&job, first..first + rollouts).outcomes
    };
    let (ours, theirs) = (outcomes(Pilot::External(&model)), outcomes(Pilot::BuiltIn(&teacher)));
    println!("{:<14} {:>9} {:>12} {:>12} {:>14}", "half", "rollouts", "model fails", "teacher fails", "verdicts agree");
    for (half, name) in [(0, "no hazard"), (1, "hazard")] {
        let pairs: Vec<(&Outcome, &Outcome)> = ours.iter().zip(&theirs).filter(|(a, _)| a.rollout % 2 == half).collect();
        let count = |of: &dyn Fn(&(&Outcome, &Outcome)) -> bool| pairs.iter().filter(|pair| of(pair)).count();
        let (failed, taught) = (count(&|(a, _)| a.failed()), count(&|(_, b)| b.failed()));
        let agree = count(&|(a, b)| a.failed() == b.failed());
        println!("{name:<14} {:>9} {failed:>12} {taught:>12} {agree:>14}", pairs.len());
    }
    let lost = |of: &[Outcome]| of.iter().map(|o| o.time_lost_s).sum::<f64>() / of.len() as f64;
    println!("time lost, mean: model {:.2} s, teacher {:.2} s", lost(&ours), lost(&theirs));
    let mut causes = BTreeMap::new();
    for o in ours.iter().filter(|o| o.failed()) {
        *causes.entry(format!("{:?}", o.verdict)).or_insert(0u64) += 1;
    }
    println!("verdicts of the model's failures: {causes:?}");
    Ok(())
}
