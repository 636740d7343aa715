//! Compares two campaigns on the same points: is B worse than A, and where?

use super::keep::FAILURES_KEPT;
use super::paired::{Failures, Matched, matched};
use super::replay::{rows_files, scenario_of};
use super::{Campaign, CampaignError, Groups, Plan, ReplayError, Scenario, Shard, Tally};
use crate::policy::{LoadError, Options, Policy, load_recorded};
use crate::store;
use nines_metrics::{Change, Compared, Confidence, Difference, Margin, Pair, Paired, PairedHalves, Tested};
use nines_sim::{Criterion, Job, drive};
use nines_viz::numbers::{count, counted};
use nines_viz::{
    COMPARE_SCHEMA, Compare, CompareCampaign, CompareDifference, CompareMargin, ComparePaired, CompareScenario, CompareTimeLost,
    CompareVerdict, Status,
};
use std::ops::Range;
use std::path::PathBuf;

/// Rollouts named of those that B alone failed.
const NAMED: usize = 5;
/// Worlds that a batch policy sees at once while something is driven again; never changes a result.
const BATCH: usize = 256;

/// Why two campaigns cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// One cannot be read, or what was driven cannot be had.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// One did not come to its end.
    #[error("{} is {}: {how} after {} of {} rollouts", path.display(), shard.map_or("incomplete".into(), |shard| format!("shard {shard}")), count(*rollouts), count(*asked))]
    Incomplete {
        /// Folder.
        path: PathBuf,
        /// `decided`, `interrupted`, `stopped` or `partial`.
        how: &'static str,
        /// Rollouts driven.
        rollouts: u64,
        /// Rollouts asked for, of all shards.
        asked: u64,
        /// Which shard it is, if it is one.
        shard: Option<Shard>,
    },
    /// They did not meet the same points.
    #[error("the campaigns did not meet the same points: {}", differences.join("; "))]
    Unpaired {
        /// Each with the value of A and of B.
        differences: Vec<String>,
    },
    /// Not every failure is stored, and the policy that must be driven again is another one by now.
    #[error(
        "{}: more failed in {scenario} than rows are kept of, and {policy} of this program is another version: who failed what cannot be found out",
        path.display()
    )]
    OtherPolicy {
        /// Folder.
        path: PathBuf,
        /// Scenario.
        scenario: String,
        /// Policy.
        policy: String,
    },
    /// Rows, or what was driven again, are not what the ledger counts.
    #[error("{}: the failures of {scenario} do not come out as they were counted", path.display())]
    NotReproduced {
        /// Folder.
        path: PathBuf,
        /// Scenario.
        scenario: String,
    },
}

impl<E: Into<CampaignError>> From<E> for CompareError {
    fn from(error: E) -> Self {
        CompareError::Replay(ReplayError::Campaign(error.into()))
    }
}

/// Compares B with A, whose files are whole ([`Campaign::check_files`]). `again` is told of a scenario that is driven again.
pub fn compare(
    a: &Campaign,
    b: &Campaign,
    margin: Option<Margin>,
    threads: usize,
    again: &mut dyn FnMut(&str),
) -> Result<Compare, CompareError> {
    if a.record.method.searches() || b.record.method.searches() {
        let why = "a search chooses its points by what fails; --method stratified and mc draw the same ones for both";
        return Err(CompareError::Unpaired { differences: vec![why.into()] });
    }
    // First A, for nothing that B meets can be compared with what is missing of it.
    complete(a)?;
    let differences = differences(a, b);
    if !differences.is_empty() {
        return Err(CompareError::Unpaired { differences });
    }
    complete(b)?;
    let confidence = Confidence::new(a.record.confidence)?;
    let mut tables = Vec::new();
    for recorded in &a.record.scenarios {
        tables.push(table(a, b, &recorded.name, threads, again)?);
    }
    let of = |table| doubt([a, b], table, confidence, tables.len());
    let doubts = tables.iter().map(of).collect::<Result<Vec<Option<String>>, _>>()?;
    let pair = |(table, doubt): (&Table, &Option<String>)| Pair {
        hazard: table.halves[1],
        other: table.halves[0],
        trusted: doubt.is_none(),
    };
    let pairs: Vec<Pair> = tables.iter().zip(&doubts).map(pair).collect();
    let compared = nines_metrics::compare(&pairs, confidence, margin);
    let scenarios = tables.iter().zip(doubts).zip(&compared.scenarios);
    Ok(Compare {
        schema: COMPARE_SCHEMA.into(),
        verdict: verdict(compared.change),
        margin: margin.zip(compared.within_margin).map(|(margin, shown)| CompareMargin { ratio: margin.get(), shown }),
        confidence: confidence.get(),
        seed: a.record.seed,
        method: a.record.method.name().into(),
        plan: a.record.plan.name().into(),
        a: side(a),
        b: side(b),
        driven_again: tables.iter().map(|table| table.matched.driven).sum(),
        scenarios: scenarios
            .map(|((table, doubt), compared)| written([a, b], table, doubt, compared, confidence))
            .collect::<Result<_, _>>()?,
    })
}

/// Where two campaigns did not meet the same points, in words.
fn differences(a: &Campaign, b: &Campaign) -> Vec<String> {
    let (of_a, of_b) = (&a.record, &b.record);
    let mut all = Vec::new();
    let mut same = |what: &str, a: String, b: String| {
        if a != b {
            all.push(format!("{what} {a} and {b}"));
        }
    };
    same("seed", of_a.seed.to_string(), of_b.seed.to_string());
    same("method", of_a.method.name().into(), of_b.method.name().into());
    same("plan", of_a.plan.name().into(), of_b.plan.name().into());
    same("nines", of_a.nines_version.clone(), of_b.nines_version.clone());
    let only = |one: &Campaign, other: &Campaign| -> Vec<String> {
        let has = |name: &str| other.record.scenarios.iter().any(|s| s.name == name);
        one.record.scenarios.iter().filter(|s| !has(&s.name)).map(|s| s.name.clone()).collect()
    };
    for (which, names) in [("A", only(a, b)), ("B", only(b, a))] {
        match &names[..] {
            [] => {}
            [one] => all.push(format!("{one} is in {which} alone")),
            [first, rest @ ..] => {
                all.push(format!("{first} and {} are in {which} alone", counted(rest.len() as u64, "more scenario")));
            }
        }
    }
    let pairs = || of_a.scenarios.iter().filter_map(|s| Some((s, of_b.scenarios.iter().find(|o| o.name == s.name)?)));
    if let Some((one, _)) = pairs().find(|(one, other)| one.fingerprint != other.fingerprint) {
        all.push(format!("{} is another scenario in B", one.name));
    }
    if let Some((one, other)) = pairs().find(|(one, other)| one.rollouts != other.rollouts) {
        all.push(format!("rollouts of {} {} and {}", one.name, count(one.rollouts), count(other.rollouts)));
    }
    all
}

/// What was not driven to its end is not compared: what is missing of it might be the worst.
fn complete(campaign: &Campaign) -> Result<(), CompareError> {
    let asked = campaign.record.scenarios.iter().map(|s| s.rollouts).sum();
    // Not where the ledgers end: that of a shard begins behind those of the shards before it.
    let rollouts = campaign.ledgers.iter().map(|ledger| ledger.total().rollouts).sum();
    let status = campaign.summary.status;
    if status == Status::Complete && rollouts == asked {
        return Ok(());
    }
    let how = if status == Status::Complete { Status::Partial.name() } else { status.name() };
    Err(CompareError::Incomplete { path: campaign.folder.clone(), how, rollouts, asked, shard: campaign.record.shard })
}

/// What both campaigns hold of a scenario.
struct Table {
    scenario: Scenario,
    groups: Groups,
    tallies: [Tally; 2],
    matched: Matched,
    /// Without and with the hazard.
    halves: [Paired; 2],
}

fn table(a: &Campaign, b: &Campaign, name: &str, threads: usize, again: &mut dyn FnMut(&str)) -> Result<Table, CompareError> {
    let scenario = scenario_of(a, name)?;
    let tallies = [a, b].map(|campaign| campaign.tally(name).unwrap_or_default());
    let (record, rollouts) = (&a.record, tallies[0].rollouts);
    let sampling = record.method.sampling();
    let marked = scenario.has_hazard();
    let half = |index: u64| {
        let stratum = usize::from(scenario.template.draw(record.seed, sampling, index).stratum);
        usize::from(!marked || scenario.strata.get(stratum).is_some_and(|s| s.hazard))
    };
    let stored = [stored_failures(a, name, &tallies[0])?, stored_failures(b, name, &tallies[1])?];
    let whole = |k: usize| stored[k].complete_to >= rollouts;
    let mut policies = Vec::new();
    for (k, campaign) in [a, b].into_iter().enumerate() {
        let own = || match load_recorded(&campaign.record.policy, &Options::default()) {
            Err(LoadError::Other { name: policy, .. }) => {
                Err(CompareError::OtherPolicy { path: campaign.folder.clone(), scenario: name.to_owned(), policy })
            }
            Err(error) => Err(ReplayError::Policy(error).into()),
            Ok(policy) => Ok(policy),
        };
        policies.push(if whole(k) { None } else { Some(own()?) });
    }
    if !(whole(0) && whole(1)) {
        again(name);
    }
    let failing = |policy: &Option<Policy>, range: Range<u64>| -> Vec<u64> {
        let Some(policy) = policy else { return Vec::new() }; // its failures are all stored, and nobody asks
        let job =
            Job { template: &scenario.template, policy: policy.pilot(), seed: record.seed, sampling, chosen: None, batch: BATCH };
        drive(&job, range).outcomes.iter().filter(|o| o.failed()).map(|o| o.rollout).collect()
    };
    let (drive_a, drive_b) = (|range| failing(&policies[0], range), |range| failing(&policies[1], range));
    let matched = matched(rollouts, [&stored[0], &stored[1]], [&drive_a, &drive_b], &half, NAMED, threads);
    let groups = [Groups::of(&scenario, record, &tallies[0])?, Groups::of(&scenario, record, &tallies[1])?];
    let mut halves = [Paired::default(); 2];
    for (k, table) in halves.iter_mut().enumerate() {
        let [of_a, of_b] = groups.each_ref().map(|groups| if k == 1 { groups.hazard } else { groups.other });
        let broken = |campaign: &Campaign| CompareError::NotReproduced { path: campaign.folder.clone(), scenario: name.into() };
        if of_b.failures() != matched.failed_b[k] || of_a.rollouts() != of_b.rollouts() {
            return Err(broken(b));
        }
        let stored_a = stored[0].stored.iter().filter(|i| half(**i) == k).count() as u64;
        if whole(0) && stored_a != of_a.failures() {
            return Err(broken(a));
        }
        let both = matched.both[k];
        let only_a = of_a.failures().checked_sub(both).ok_or_else(|| broken(a))?;
        let only_b = of_b.failures() - both;
        let somebody = both + only_a + only_b;
        let neither = of_a.rollouts().checked_sub(somebody).ok_or_else(|| broken(a))?;
        *table = Paired::new(both, only_a, only_b, neither)?.under(record.limits()?);
    }
    let [groups, _] = groups;
    Ok(Table { scenario, groups, tallies, matched, halves })
}

/// The failures of a scenario that are rows, and how far they are all of them.
fn stored_failures(campaign: &Campaign, name: &str, tally: &Tally) -> Result<Failures, CompareError> {
    let mut stored = Vec::new();
    for path in rows_files(campaign, name) {
        let rows = store::read_rows(&path)?;
        stored.extend(rows.into_iter().filter(|row| row.verdict != "pass").map(|row| row.rollout));
    }
    stored.sort_unstable();
    // The failures before the first that may be left out are all there, and so are the rows from the start.
    let last = stored.get(FAILURES_KEPT as usize - 1);
    let complete_to = match last {
        _ if tally.failures <= FAILURES_KEPT => tally.rollouts,
        Some(last) => (last + 1).max(campaign.record.keep),
        None => campaign.record.keep,
    };
    Ok(Failures { stored, complete_to: complete_to.min(tally.rollouts) })
}

/// Why nothing good may be said of B in a scenario, however few of its rollouts failed.
fn doubt(
    campaigns: [&Campaign; 2],
    table: &Table,
    confidence: Confidence,
    scenarios: usize,
) -> Result<Option<String>, CompareError> {
    let name = &table.scenario.name;
    for (which, campaign) in ["A", "B"].into_iter().zip(campaigns) {
        let diagnostics = campaign.summary.scenarios.iter().find(|s| s.name == *name).map(|s| &s.hazard.probability.diagnostics);
        if let Some(diagnostics) = diagnostics.filter(|d| !d.ok) {
            return Ok(Some(format!("{which} is not to be trusted there: {}", diagnostics.warnings.join(", "))));
        }
    }
    if table.scenario.template.criteria.contains(&Criterion::NoProgress) {
        return Ok(None); // who does not arrive has failed
    }
    let [a, b] = table.tallies.each_ref().map(|tally| tally.strata.iter().map(|s| s.stranded).sum::<u64>());
    let more = b.saturating_sub(a);
    let [failed_a, failed_b] = table.tallies.each_ref().map(|tally| tally.failures);
    let rollouts = table.tallies[0].rollouts;
    let error = confidence.one_sided().get();
    // Which of the rollouts did not arrive is not known: at worst none is among those of both.
    let rest = rollouts.saturating_sub(a.saturating_add(b));
    let stranded = Paired::new(0, a, b, rest)?.under(campaigns[0].record.limits()?);
    let shown = stranded.p_value() <= error / scenarios as f64;
    // Fewer failures are no improvement where as many more rollouts do not arrive instead.
    let improved = table.halves.iter().any(|half| half.only_a() > half.only_b() && half.p_value() <= error);
    let instead = improved && more >= failed_a.saturating_sub(failed_b);
    let text = || format!("B did not reach the end in {} of {} rollouts, A in {}", count(b), count(rollouts), count(a));
    Ok((more > 0 && (instead || shown)).then(text))
}

fn side(campaign: &Campaign) -> CompareCampaign {
    let summary = &campaign.summary;
    CompareCampaign {
        campaign: summary.campaign.clone(),
        policy: summary.policy.name.clone(),
        settings: summary.policy.settings.clone(),
        fingerprint: summary.policy.fingerprint.clone(),
        reproducible: summary.reproducible,
    }
}

fn verdict(change: Change) -> CompareVerdict {
    match change {
        Change::Better => CompareVerdict::Better,
        Change::Worse => CompareVerdict::Worse,
        Change::NotToldApart => CompareVerdict::NotToldApart,
    }
}

fn written(
    campaigns: [&Campaign; 2],
    table: &Table,
    doubt: Option<String>,
    compared: &Compared,
    confidence: Confidence,
) -> Result<CompareScenario, CompareError> {
    let half = |k: usize, tested: &Tested| {
        let paired = table.halves[k];
        ComparePaired {
            verdict: verdict(tested.change),
            rollouts: paired.points(),
            failures_a: paired.failures_a(),
            failures_b: paired.failures_b(),
            both: paired.both(),
            only_a: paired.only_a(),
            only_b: paired.only_b(),
            neither: paired.neither(),
            p_value: tested.p_value,
            p_holm: tested.p_holm,
            difference: difference(paired.difference(confidence), confidence, interval(campaigns[0], "paired-exact")),
            regressed: table.matched.first_only_b[k].iter().map(|i| format!("{}/{i}", table.scenario.name)).collect(),
        }
    };
    let encounter = encounter(campaigns[0], table, confidence)?;
    let [mean_a_s, mean_b_s] = campaigns.map(|campaign| {
        let summary = campaign.summary.scenarios.iter().find(|s| s.name == table.scenario.name)?;
        summary.caution.as_ref().map(|caution| caution.mean_time_lost_s)
    });
    Ok(CompareScenario {
        name: table.scenario.name.clone(),
        verdict: verdict(compared.hazard.change),
        hazard: half(1, &compared.hazard),
        otherwise: compared.other.as_ref().map(|tested| half(0, tested)),
        why: encounter.is_none().then(|| "no-natural-prior".into()),
        encounter,
        ratio_upper: compared.ratio_upper,
        within_margin: compared.within_margin,
        time_lost: CompareTimeLost { mean_a_s, mean_b_s },
        doubt,
    })
}

/// The difference per encounter; `None` without natural priors.
fn encounter(a: &Campaign, table: &Table, confidence: Confidence) -> Result<Option<CompareDifference>, CompareError> {
    let Some(prior) = &table.groups.prior else { return Ok(None) };
    let [other, hazard] = table.halves;
    if !table.groups.halves {
        let all = other.and(hazard)?.difference(confidence);
        return Ok(Some(difference(all, confidence, interval(a, "paired-exact"))));
    }
    let known_at = Confidence::new(prior.confidence)?;
    let prior = nines_metrics::Prior::new(prior.estimate, prior.lower, prior.upper, known_at)?;
    let halves = PairedHalves { other, hazard, prior };
    Ok(Some(difference(halves.difference(confidence), confidence, interval(a, "paired-two-group"))))
}

/// How limits are formed: of a watched campaign by the sequence, as everywhere.
fn interval(campaign: &Campaign, fixed: &'static str) -> &'static str {
    match campaign.record.plan {
        Plan::Fixed => fixed,
        Plan::Watched => "confidence-sequence",
    }
}

fn difference(of: Difference, confidence: Confidence, interval: &str) -> CompareDifference {
    let Difference { estimate, lower, upper } = of;
    CompareDifference { estimate, lower, upper, confidence: confidence.get(), interval: interval.into() }
}
