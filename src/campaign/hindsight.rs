//! The failures of a campaign in hindsight: the first ones of each scenario by index are analysed before their rows are written, and what
//! they come to is counted from the rows.

use super::keep::FAILURES_KEPT;
use super::replay::parts_files;
use super::sample::Groups;
use super::{Kept, Scenario, SummaryError};
use crate::store::{self, RowContext, StoreError, StoredHindsight};
use nines_metrics::{Confidence, Counts, Nines, Sample};
use nines_sim::hindsight::{Answers, Attribution, Hindsight, analyse};
use nines_sim::{Job, Outcome, Pilot, Verdict};
use nines_viz::{Attribution as AttributionSummary, AttributionShares, Avoidable, Probability, Share};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Failures of a scenario that are analysed unless said otherwise.
pub const HINDSIGHT: u64 = 200;
/// Most that can be asked for: of these every failure has a row.
pub const MOST_HINDSIGHT: u64 = FAILURES_KEPT;
/// Confidence of the shares of the kinds of failures.
const SHARES_CONFIDENCE: f64 = 0.95;

/// Who is analysed, and by how many threads.
#[derive(Clone, Copy, Debug)]
pub struct Analyst<'a> {
    /// The policy, which a built-in one is asked again as.
    pub pilot: Pilot<'a>,
    /// Failures of the scenario, the first by index.
    pub most: u64,
    /// Threads; never changes a result.
    pub threads: usize,
}

/// What hindsight says of the failures among some rows, by index. `before` failures of the scenario come before them.
pub(super) fn look_back(context: &RowContext, rows: &[Kept], before: u64) -> BTreeMap<u64, Hindsight> {
    let Some(analyst) = &context.hindsight else { return BTreeMap::new() };
    let most = usize::try_from(analyst.most.saturating_sub(before)).unwrap_or(usize::MAX);
    let failed = rows.iter().map(|row| &row.outcome).filter(|o| o.verdict == Verdict::Fail);
    let failed: Vec<&Outcome> = failed.take(most).collect();
    let chosen = context.chosen.as_ref().map(|chosen| chosen.read().unwrap_or_else(PoisonError::into_inner));
    let job = Job {
        template: context.template,
        policy: analyst.pilot,
        seed: context.seed,
        sampling: context.sampling,
        chosen: chosen.as_deref(),
        batch: 1,
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some(outcome) = failed.get(next.fetch_add(1, Ordering::Relaxed)) {
            found.extend(of_outcome(&job, outcome).map(|hindsight| (outcome.rollout, hindsight)));
        }
        found
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..analyst.threads.clamp(1, failed.len().max(1))).map(|_| scope.spawn(work)).collect();
        // A panic of our own is passed on: it is no result.
        threads.into_iter().flat_map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// What hindsight says of one failure; `None` where it has nothing to say, or what the policy answered was not kept.
pub(super) fn of_outcome(job: &Job, outcome: &Outcome) -> Option<Hindsight> {
    if !nines_sim::hindsight::may_be_analysed(outcome) {
        return None;
    }
    analyse(job, outcome.rollout, &Answers::of(job, outcome)?)
}

/// The analysed failures of a scenario, by kind: those given the hazard, and all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Given the hazard; all where no state is marked. In the order of [`Attribution::ALL`].
    pub hazard: [u64; 4],
    /// All.
    pub all: [u64; 4],
}

impl Lost {
    /// Counts what the rows of a scenario of so many rollouts say.
    pub(super) fn of(folder: &Path, scenario: &Scenario, rollouts: u64, most: u64) -> Result<Self, StoreError> {
        let mut lost = Self::default();
        if most > 0 {
            let hazard = super::modes::hazard_strata(scenario);
            for row in analysed(folder, scenario, rollouts, most)? {
                let Some(kind) = Attribution::ALL.iter().position(|kind| kind.name() == row.attribution) else { continue };
                lost.all[kind] += 1;
                lost.hazard[kind] += u64::from(hazard.contains(&row.stratum));
            }
        }
        Ok(lost)
    }

    /// The key `attribution` of a summary; `None` where nothing was analysed.
    pub(super) fn attribution(&self, failures: u64) -> Result<Option<AttributionSummary>, SummaryError> {
        let analysed = self.all.iter().sum();
        if analysed == 0 {
            return Ok(None);
        }
        let share = |k: usize| {
            let counts = Counts::new(analysed, self.all[k])?;
            let estimate = Sample::all(counts).estimate(Confidence::new(SHARES_CONFIDENCE)?);
            let (lower, upper) = (estimate.lower(), estimate.upper());
            Ok::<_, SummaryError>(Share { estimate: self.all[k] as f64 / analysed as f64, lower, upper })
        };
        let [unavoidable, anticipation, perception, reaction] = self.all;
        Ok(Some(AttributionSummary {
            failures,
            analysed,
            unavoidable,
            anticipation,
            reaction,
            perception,
            shares: AttributionShares {
                unavoidable: share(0)?,
                anticipation: share(1)?,
                reaction: share(3)?,
                perception: share(2)?,
            },
        }))
    }

    /// The keys `avoidable` and `ceiling_nines`: the failure probability given the hazard, parted by the share of its analysed failures
    /// that no plan avoids. Both `None` of a search, whose failures are not spread as nature's.
    pub(super) fn ceiling(&self, groups: &Groups, given: &Probability) -> Result<(Option<Avoidable>, Option<f64>), SummaryError> {
        let (analysed, unavoidable) = (self.hazard.iter().sum(), self.hazard[0]);
        let (Some(estimate), false, true) = (given.estimate, groups.is_searched(), analysed > 0) else { return Ok((None, None)) };
        let share = unavoidable as f64 / analysed as f64;
        // The upper limit of the probability times that of the share, each at half of the error.
        let avoided = Counts::new(analysed, analysed - unavoidable)?;
        let upper = Sample::all(avoided).estimate(Confidence::new(given.confidence)?).upper();
        let avoidable = Avoidable {
            probability: estimate * (1.0 - share),
            one_sided_upper: given.upper * upper,
            of: "hazard".into(),
            by: "hindsight".into(),
        };
        let ceiling = (unavoidable > 0).then(|| Nines::of(estimate * share).get());
        Ok((Some(avoidable), ceiling))
    }
}

/// What the rows of a scenario say of its analysed failures, ascending.
pub(super) fn analysed(folder: &Path, scenario: &Scenario, rollouts: u64, most: u64) -> Result<Vec<StoredHindsight>, StoreError> {
    let mut all = Vec::new();
    for path in parts_files(folder, &scenario.name, rollouts) {
        all.extend(store::read_hindsight(&path)?);
        if all.len() as u64 >= most {
            break;
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against SciPy: `scipy.stats.binomtest(k, 200).proportion_ci(0.95, 'exact')`.
    #[test]
    fn shares_have_exact_limits() {
        let lost = Lost { hazard: [12, 171, 6, 11], all: [12, 171, 6, 11] };
        let shares = lost.attribution(652).unwrap().unwrap().shares;
        for (share, lower, upper) in [
            (shares.unavoidable, 0.03138395389348212, 0.10246183130833159),
            (shares.anticipation, 0.798438503826388, 0.9006913774447924),
            (shares.perception, 0.011087455672203693, 0.06415062670502639),
            (shares.reaction, 0.02777225455217507, 0.09627764443388101),
        ] {
            assert!((share.lower - lower).abs() < 1e-9 && (share.upper - upper).abs() < 1e-9, "{share:?} {lower} {upper}");
        }
        assert_eq!(Lost::default().attribution(3).unwrap(), None);
    }
}
