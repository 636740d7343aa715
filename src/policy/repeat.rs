//! Whether a policy answers the same when it is asked again: some rollouts of a scenario are driven again, each alone in a session begun
//! anew. One that then drives otherwise depends on its slot in the batch, on what it remembers of another world, on a clock, or on a
//! generator of its own; which of them, a second drive alone tells.

use nines_sim::{Job, Outcome, Pilot, drive_each_alone};

/// Rollouts of the first chunk of a scenario that are driven again: those that begin it, and those that take the slots of others.
const AGAIN: [u64; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 31, 63, 127, 191, 239, 247, 254, 255];

/// What driving again gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// Rollouts that came out otherwise at each drive alone.
    pub unrepeatable: u64,
    /// Rollouts that come out the same alone, and otherwise in the batch.
    pub batch_dependent: u64,
}

/// Drives some of the outcomes of a first chunk again. A built-in policy is a pure function, and is not asked.
pub fn repeats(job: &Job, outcomes: &[Outcome]) -> Repeats {
    let Pilot::External(sessions) = job.policy else { return Repeats::default() };
    let again: Vec<&Outcome> = AGAIN.iter().filter_map(|k| outcomes.get(*k as usize)).collect();
    let alone = |of: &[&Outcome]| drive_each_alone(job, sessions, &of.iter().map(|o| o.rollout).collect::<Vec<_>>());
    let Ok(first) = alone(&again) else { return Repeats::default() };
    let (differ, was): (Vec<&Outcome>, Vec<&Outcome>) =
        again.iter().zip(&first).filter(|(stored, now)| stored.digest != now.digest).map(|(stored, now)| (*stored, now)).unzip();
    let Ok(second) = alone(&differ) else { return Repeats::default() };
    let unrepeatable = was.iter().zip(&second).filter(|(a, b)| a.digest != b.digest).count() as u64;
    Repeats { unrepeatable, batch_dependent: differ.len() as u64 - unrepeatable }
}
