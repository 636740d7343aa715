//! Whether the ledger agrees with itself, and with the rows of rollouts of which each is stored.

use super::{Ledger, Tally};
use crate::store::StoredRow;
use nines_sim::random::split_mix;

/// What of a ledger does not fit.
pub(super) fn ledger_problems(ledger: &Ledger, files: &[Vec<StoredRow>], keep: u64) -> Vec<String> {
    let mut problems = Vec::new();
    let parts = files.split_last().map_or(&[][..], |(_, parts)| parts);
    for tally in ledger.rows() {
        problems.extend(in_itself(tally));
        let end = tally.first_rollout + tally.rollouts;
        if end <= keep {
            let rows = parts.iter().flatten().filter(|row| (tally.first_rollout..end).contains(&row.rollout));
            problems.extend(against_rows(tally, rows));
        }
    }
    problems
}

fn differ(tally: &Tally, what: &str, there: u64, here: u64) -> Option<String> {
    let (name, first) = (&tally.scenario, tally.first_rollout);
    (there != here)
        .then(|| format!("{name}: the ledger's row of rollout {first} counts {there} {what}, and {here} by another column"))
}

/// The same counted in several ways.
fn in_itself(tally: &Tally) -> Vec<String> {
    let strata = |of: fn(&super::StratumTally) -> u64| tally.strata.iter().map(of).sum::<u64>();
    let checks = [
        ("rollouts", tally.rollouts, strata(|s| s.rollouts)),
        ("failures", tally.failures, strata(|s| s.failures)),
        ("faults", tally.faults, strata(|s| s.faults)),
        ("rollouts", tally.rollouts, tally.time_lost.iter().map(|bin| bin.count).sum()),
        ("failures", tally.failures, tally.causes.iter().map(|cause| cause.failures).sum()),
        ("faults", tally.faults, tally.fault_kinds.iter().map(|kind| kind.rollouts).sum()),
    ];
    checks.into_iter().filter_map(|(what, there, here)| differ(tally, what, there, here)).collect()
}

/// Against the rows of all its rollouts.
fn against_rows<'r>(tally: &Tally, rows: impl Iterator<Item = &'r StoredRow>) -> Vec<String> {
    let (mut counted, mut failures, mut faults, mut steps, mut digest) = (0, 0, 0, 0, 0_u64);
    for row in rows {
        counted += 1;
        failures += u64::from(row.verdict != "pass");
        faults += u64::from(row.fault.is_some());
        steps += u64::from(row.steps);
        digest = digest.wrapping_add(split_mix(row.digest ^ row.rollout));
    }
    let checks = [
        ("rollouts", tally.rollouts, counted),
        ("failures", tally.failures, failures),
        ("faults", tally.faults, faults),
        ("steps", tally.world_steps, steps),
        ("as digest", tally.digest, digest),
    ];
    let differ = |(what, there, here): (&str, u64, u64)| {
        let (name, first) = (&tally.scenario, tally.first_rollout);
        (there != here).then(|| format!("{name}: the ledger's row of rollout {first} counts {there} {what}, and its rows {here}"))
    };
    checks.into_iter().filter_map(differ).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::CHUNK;
    use crate::campaign::testing::{outcome, template};
    use nines_sim::Outcome;

    fn row(outcome: &Outcome) -> StoredRow {
        StoredRow {
            rollout: outcome.rollout,
            because: crate::campaign::Because::Keep,
            stands_for: 1,
            stratum: String::new(),
            point: Vec::new(),
            lineage: Vec::new(),
            verdict: outcome.verdict.name().into(),
            cause: None,
            margin: outcome.margin,
            margins: Vec::new(),
            steps: outcome.steps,
            digest: outcome.digest,
            fault: outcome.fault.map(|(kind, _)| kind.name().into()),
            actions: Vec::new(),
        }
    }

    #[test]
    fn a_figure_that_was_changed_is_found_by_another() {
        let outcomes: Vec<Outcome> = (0..4 * CHUNK).map(outcome).collect();
        let mut ledger = Ledger::default();
        outcomes.chunks(CHUNK as usize).for_each(|chunk| ledger.push(Tally::of(&template(), chunk)));
        let files = vec![outcomes.iter().map(row).collect::<Vec<_>>(), Vec::new()];
        assert_eq!(ledger_problems(&ledger, &files, 10_000), Vec::<String>::new());
        let changes: [fn(&mut Tally); 6] = [
            |t| t.rollouts += 1,
            |t| t.failures -= 1,
            |t| t.strata[0].failures += 1,
            |t| t.digest ^= 1,
            |t| t.world_steps += 1,
            |t| t.causes[0].failures += 1,
        ];
        for change in changes {
            let mut rows = ledger.rows().to_vec();
            change(&mut rows[0]);
            let problems: Vec<_> =
                rows.iter().flat_map(|tally| [in_itself(tally), against_rows(tally, files[0].iter())].concat()).collect();
            assert!(!problems.is_empty());
        }
        let mut other = files.clone();
        other[0][700].digest ^= 1;
        assert_eq!(ledger_problems(&ledger, &other, 10_000).len(), 1);
        // Of a part of which not every rollout is stored nothing follows.
        assert_eq!(ledger_problems(&ledger, &other, 1000).len(), 0);
    }
}
