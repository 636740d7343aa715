//! What happens while a campaign runs: one stream of events, read by progress bars, lines and the log.

use nines_sim::FaultNote;
use nines_viz::Status;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// The campaign starts, or goes on where it was.
    Started {
        /// Scenarios.
        scenarios: usize,
        /// Rollouts of all scenarios together; `None` where a time ends them.
        rollouts: Option<u64>,
        /// Of these, already driven before.
        resumed: u64,
    },
    /// Work on a scenario begins.
    Scenario {
        /// Name.
        name: &'a str,
        /// Rollouts asked for.
        rollouts: u64,
    },
    /// A chunk was counted.
    Chunk {
        /// Scenario.
        name: &'a str,
        /// Rollouts of the chunk.
        rollouts: u64,
        /// Sums over the scenario so far.
        counts: Counts,
    },
    /// The work of a scenario so far is safe from a kill.
    Saved {
        /// Scenario.
        name: &'a str,
        /// Sums over the scenario so far.
        counts: Counts,
    },
    /// The first fault of the policy in a scenario.
    Fault {
        /// Scenario.
        name: &'a str,
        /// Index of the rollout.
        rollout: u64,
        /// Kinds of the faults in its chunk.
        kinds: Vec<&'static str>,
        /// What is known of it.
        note: Option<&'a FaultNote>,
    },
    /// The policy answered otherwise when it was asked again.
    Unsteady {
        /// Scenario.
        name: &'a str,
        /// Rollouts that came out otherwise each time.
        unrepeatable: u64,
        /// Batch calls that faulted while no world of theirs faults alone, and rollouts that come out otherwise alone.
        batch_dependent: u64,
    },
    /// Something that the user must know.
    Warning {
        /// In words.
        text: String,
    },
    /// A signal was received; the work in hand is being finished.
    Stopping,
    /// Work on a scenario ended.
    Ended {
        /// Name.
        name: &'a str,
        /// How.
        status: Status,
        /// Sums over the scenario.
        counts: Counts,
    },
    /// The summary is written.
    Finished {
        /// How the campaign ended.
        status: Status,
    },
}

/// Sums that progress is shown by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rollouts.
    pub rollouts: u64,
    /// Failures, faults included.
    pub failures: u64,
    /// Faults of the policy.
    pub faults: u64,
    /// Rollouts with the hazard.
    pub hazard_rollouts: u64,
    /// Failures among these.
    pub hazard_failures: u64,
}
