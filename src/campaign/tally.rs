//! What is counted of a run of rollouts: every figure that can be merged, as integers, so that merging in any order gives the
//! same bits.

use nines_sim::{Class, Criterion, FaultKind, Outcome, Template, Verdict, random::split_mix};
use serde::{Deserialize, Serialize};

/// Width of the bins of impact speed (m/s) and of time lost (s).
pub const BIN_WIDTH: f64 = 0.1;

/// Figures of a run of consecutive rollouts of a scenario: a row of `ledger.parquet`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Scenario.
    pub scenario: String,
    /// Index of the first rollout.
    pub first_rollout: u64,
    /// Rollouts counted.
    pub rollouts: u64,
    /// Failed among them, faults included.
    pub failures: u64,
    /// Ended in a fault of the policy.
    pub faults: u64,
    /// Rows stored of them, the nearest misses beside the parts left out.
    pub stored: u64,
    /// Sum, modulo 2^64, of the mixed digests of all outcomes.
    pub digest: u64,
    /// Steps of single worlds.
    pub world_steps: u64,
    /// Batch calls that faulted while no world of theirs faults alone.
    pub batch_dependent: u64,
    /// Rollouts that were driven again and came out otherwise each time.
    #[serde(default)]
    pub unrepeatable: u64,
    /// Counts by combination of latent states, ascending.
    pub strata: Vec<StratumTally>,
    /// Failures by first failed criterion and class of the other, ascending.
    pub causes: Vec<CauseTally>,
    /// Faults by kind, ascending.
    pub fault_kinds: Vec<FaultTally>,
    /// Sum of the impact speeds of the failures given the hazard, micrometres per second.
    pub impact_speed_umps: i64,
    /// The same, by bins of 0.1 m/s.
    pub impact_speed: Vec<Bin>,
    /// Time lost, by bins of 0.1 s; less than nothing is counted as nothing.
    pub time_lost: Vec<Bin>,
}

/// Counts of one combination of latent states.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumTally {
    /// Its index, in the order of `strata` in `summary.json`.
    pub stratum: u16,
    /// Rollouts.
    pub rollouts: u64,
    /// Failed among them, faults included.
    pub failures: u64,
    /// Ended in a fault.
    pub faults: u64,
    /// Time lost, microseconds.
    pub time_lost_us: i64,
    /// Harsh brakes.
    pub harsh_brakes: u64,
    /// Needless stops.
    pub needless_stops: u64,
    /// The end place was not reached in time, whether or not that fails the scenario.
    pub stranded: u64,
}

/// Failures with one cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CauseTally {
    /// Criterion that failed first.
    pub criterion: Criterion,
    /// Class of the other, where somebody else was involved.
    pub with: Option<Class>,
    /// Failures.
    pub failures: u64,
    /// The first by index.
    pub first: u64,
    /// The one with the smallest margin, the first of equals.
    pub worst: u64,
    /// Its margin.
    pub worst_margin: f64,
}

/// Faults of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultTally {
    /// Kind.
    pub kind: FaultKind,
    /// Rollouts.
    pub rollouts: u64,
}

/// One bin of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    /// Its number: it reaches from this number of widths to the next.
    pub bin: u32,
    /// Rollouts in it.
    pub count: u64,
}

impl Tally {
    /// Rollouts in which the end place was not reached.
    pub fn stranded(&self) -> u64 {
        self.strata.iter().map(|stratum| stratum.stranded).sum()
    }

    /// Whether the end place was not reached in more than a share of the rollouts.
    pub fn is_stranded_above(&self, share: f64) -> bool {
        self.stranded() as f64 / self.rollouts as f64 > share
    }

    /// Counts the outcomes of consecutive rollouts.
    pub fn of(template: &Template, outcomes: &[Outcome]) -> Self {
        let mut tally = Tally {
            scenario: template.name.clone(),
            first_rollout: outcomes.first().map_or(0, |o| o.rollout),
            ..Tally::default()
        };
        let marked = template.strata.iter().any(|s| s.hazard);
        for outcome in outcomes {
            let hazard = !marked || template.strata.get(outcome.stratum as usize).is_some_and(|s| s.hazard);
            let with = outcome.with.and_then(|actor| template.actors.get(actor as usize)).map(|actor| actor.class);
            tally.count(outcome, with, hazard);
        }
        tally
    }

    fn count(&mut self, outcome: &Outcome, with: Option<Class>, hazard: bool) {
        let (failed, faulted) = (u64::from(outcome.failed()), u64::from(outcome.verdict == Verdict::Fault));
        self.rollouts += 1;
        self.failures += failed;
        self.faults += faulted;
        self.digest = self.digest.wrapping_add(split_mix(outcome.digest ^ outcome.rollout));
        self.world_steps += u64::from(outcome.steps);
        add_stratum(
            &mut self.strata,
            &StratumTally {
                stratum: outcome.stratum,
                rollouts: 1,
                failures: failed,
                faults: faulted,
                time_lost_us: micro(outcome.time_lost_s),
                harsh_brakes: outcome.harsh_brakes.into(),
                needless_stops: outcome.needless_stops.into(),
                stranded: u64::from(outcome.margins[Criterion::NoProgress as usize] <= 0.0),
            },
        );
        add_bin(&mut self.time_lost, Bin { bin: bin_of(outcome.time_lost_s), count: 1 });
        if let (true, Some(criterion)) = (outcome.failed(), outcome.cause) {
            let (first, worst_margin) = (outcome.rollout, outcome.margin);
            add_cause(&mut self.causes, &CauseTally { criterion, with, failures: 1, first, worst: first, worst_margin });
        }
        if let Some((kind, _)) = outcome.fault {
            add_fault(&mut self.fault_kinds, &FaultTally { kind, rollouts: 1 });
        }
        if let (true, true, Some(speed)) = (hazard, outcome.failed(), outcome.impact_speed_mps) {
            self.impact_speed_umps += micro(speed);
            add_bin(&mut self.impact_speed, Bin { bin: bin_of(speed), count: 1 });
        }
    }

    /// Takes in the figures of other rollouts of the scenario.
    pub fn merge(&mut self, other: &Tally) {
        self.first_rollout = if self.rollouts == 0 { other.first_rollout } else { self.first_rollout.min(other.first_rollout) };
        self.rollouts += other.rollouts;
        self.failures += other.failures;
        self.faults += other.faults;
        self.stored += other.stored;
        self.digest = self.digest.wrapping_add(other.digest);
        self.world_steps += other.world_steps;
        self.batch_dependent += other.batch_dependent;
        self.unrepeatable += other.unrepeatable;
        self.impact_speed_umps += other.impact_speed_umps;
        other.strata.iter().for_each(|one| add_stratum(&mut self.strata, one));
        other.causes.iter().for_each(|one| add_cause(&mut self.causes, one));
        other.fault_kinds.iter().for_each(|one| add_fault(&mut self.fault_kinds, one));
        other.impact_speed.iter().for_each(|one| add_bin(&mut self.impact_speed, *one));
        other.time_lost.iter().for_each(|one| add_bin(&mut self.time_lost, *one));
    }

    /// The failure with the smallest margin, the first of equals.
    pub fn worst(&self) -> Option<&CauseTally> {
        self.causes.iter().min_by(|a, b| a.worst_margin.total_cmp(&b.worst_margin).then(a.worst.cmp(&b.worst)))
    }

    /// Index of the first failure.
    pub fn first_failure(&self) -> Option<u64> {
        self.causes.iter().map(|cause| cause.first).min()
    }
}

/// Millionths, rounded. Adding them up is exact in any order, up to 9e12 seconds.
fn micro(value: f64) -> i64 {
    (value * 1e6).round() as i64
}

fn bin_of(value: f64) -> u32 {
    (value / BIN_WIDTH) as u32 // saturates: less than nothing and NaN give 0
}

fn add_stratum(all: &mut Vec<StratumTally>, one: &StratumTally) {
    match all.binary_search_by_key(&one.stratum, |s| s.stratum) {
        Err(place) => all.insert(place, one.clone()),
        Ok(place) => {
            let sum = &mut all[place];
            sum.rollouts += one.rollouts;
            sum.failures += one.failures;
            sum.faults += one.faults;
            sum.time_lost_us += one.time_lost_us;
            sum.harsh_brakes += one.harsh_brakes;
            sum.needless_stops += one.needless_stops;
            sum.stranded += one.stranded;
        }
    }
}

fn add_cause(all: &mut Vec<CauseTally>, one: &CauseTally) {
    match all.binary_search_by_key(&(one.criterion, one.with), |c| (c.criterion, c.with)) {
        Err(place) => all.insert(place, one.clone()),
        Ok(place) => {
            let sum = &mut all[place];
            sum.failures += one.failures;
            sum.first = sum.first.min(one.first);
            if (one.worst_margin, one.worst) < (sum.worst_margin, sum.worst) {
                (sum.worst_margin, sum.worst) = (one.worst_margin, one.worst);
            }
        }
    }
}

fn add_fault(all: &mut Vec<FaultTally>, one: &FaultTally) {
    match all.binary_search_by_key(&one.kind, |f| f.kind) {
        Err(place) => all.insert(place, one.clone()),
        Ok(place) => all[place].rollouts += one.rollouts,
    }
}

fn add_bin(all: &mut Vec<Bin>, one: Bin) {
    match all.binary_search_by_key(&one.bin, |b| b.bin) {
        Err(place) => all.insert(place, one),
        Ok(place) => all[place].count += one.count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::{outcome, template};

    #[test]
    fn merging_in_any_order_gives_the_same_figures() {
        let template = template();
        let outcomes: Vec<_> = (0..1000).map(outcome).collect();
        let whole = Tally::of(&template, &outcomes);
        let parts: Vec<_> = outcomes.chunks(256).map(|chunk| Tally::of(&template, chunk)).collect();
        for order in [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]] {
            let mut sum = Tally { scenario: template.name.clone(), ..Tally::default() };
            order.iter().for_each(|k| sum.merge(&parts[*k]));
            assert_eq!(sum, whole);
        }
        assert_eq!(whole.strata.iter().map(|s| s.rollouts).sum::<u64>(), 1000);
        assert_eq!(whole.causes.iter().map(|c| c.failures).sum::<u64>(), whole.failures);
    }

    #[test]
    fn worst_and_first_are_found_by_margin_and_by_index() {
        let outcomes: Vec<_> = (0..1000).map(outcome).collect();
        let tally = Tally::of(&template(), &outcomes);
        let failed = || outcomes.iter().filter(|o| o.failed());
        let worst = failed().min_by(|a, b| a.margin.total_cmp(&b.margin)).unwrap();
        assert_eq!(tally.worst().unwrap().worst_margin, worst.margin);
        assert_eq!(tally.first_failure(), failed().map(|o| o.rollout).next());
    }

    #[test]
    fn the_digest_tells_swapped_outcomes_apart() {
        let template = template();
        let (a, b) = (outcome(1), outcome(2));
        let (mut c, mut d) = (a.clone(), b.clone());
        (c.digest, d.digest) = (b.digest, a.digest);
        assert_ne!(Tally::of(&template, &[a, b]).digest, Tally::of(&template, &[c, d]).digest);
    }
}
