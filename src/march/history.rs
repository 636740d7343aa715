//! From the campaigns of a march to the nines of its versions, and the line through them.

use super::store::compared;
use super::{Entry, EntryScenario, March, MarchError};
use crate::campaign::VERSION;
use nines_metrics::trend::{Limits, Trend, Version};
use nines_metrics::{Confidence, Counts, Nines, binomial};
use nines_viz::{
    EffortKind, HISTORY_SCHEMA, History, HistoryLimits, HistoryTrend, HistoryVersion, LastNine, NotCompared, SeedFrom,
};

/// The march as it is shown. `confidence` is that of each limit; that of the last campaign unless given.
pub fn history(march: &March, confidence: Option<f64>) -> Result<History, MarchError> {
    let Some(last) = march.entries().last() else { return Err(MarchError::Empty { path: march.folder().into() }) };
    let level = confidence.and_then(|c| Confidence::new(c).ok());
    let level = level.or_else(|| Confidence::new(last.confidence).ok());
    let Some(level) = level else { return Err(MarchError::Empty { path: march.folder().into() }) }; // never: read entries have one
    let names = compared(march.entries());
    let kind = effort_kind(march);
    let mut versions = versions(march, &names, kind, level);
    versions.sort_by(|a, b| a.effort.total_cmp(&b.effort)); // stable: equal efforts stay in the order of adding
    last_nines(&mut versions);
    let (trend, why) = trend(&versions, level);
    let mut warnings = warnings(march, kind);
    warnings.extend(trend.as_ref().and_then(|_| nearly_worst(march, &versions, &names, level)));
    Ok(History {
        schema: HISTORY_SCHEMA.into(),
        confidence: level.get(),
        effort: kind,
        left_out: left_out(march, &names),
        scenarios: names,
        versions,
        trend,
        why,
        warnings,
    })
}

/// Hours where all versions have them, else dates of commits where all have these, else versions are counted.
fn effort_kind(march: &March) -> EffortKind {
    if march.entries().all(|e| e.effort.hours.is_some()) {
        EffortKind::Stated
    } else if march.entries().all(|e| e.effort.committed_unix_s.is_some()) {
        EffortKind::CommitDates
    } else {
        EffortKind::Versions
    }
}

fn versions(march: &March, names: &[String], kind: EffortKind, level: Confidence) -> Vec<HistoryVersion> {
    let mut all: Vec<HistoryVersion> = Vec::new();
    let start = march.entries().filter_map(|e| e.effort.committed_unix_s).min().unwrap_or(0);
    for entry in march.entries() {
        if all.iter().any(|v| v.version == entry.version) {
            continue;
        }
        let campaigns = || march.entries().filter(|e| e.version == entry.version);
        // Chosen by its size alone, before any result: of equal ones the first.
        let most = campaigns().map(Entry::rollouts).max();
        let Some(counts) = campaigns().find(|e| Some(e.rollouts()) == most) else { continue };
        let effort = match kind {
            EffortKind::Stated => entry.effort.hours.unwrap_or_default(),
            EffortKind::CommitDates => (entry.effort.committed_unix_s.unwrap_or(start) - start) as f64 / 3600.0,
            EffortKind::Versions => (all.len() + 1) as f64,
        };
        all.extend(version(counts, campaigns().count() as u64, names, effort, level));
    }
    all
}

fn version(entry: &Entry, campaigns: u64, names: &[String], effort: f64, level: Confidence) -> Option<HistoryVersion> {
    let scenarios = || names.iter().filter_map(|name| entry.scenario(name));
    let least = scenarios().min_by(|a, b| a.demonstrated.total_cmp(&b.demonstrated))?;
    // Of equal shares the one that fewer rollouts speak for says less, and so is the worse.
    let share = |s: &EntryScenario| s.failures as f64 / s.rollouts.max(1) as f64;
    let worst = scenarios().max_by(|a, b| share(a).total_cmp(&share(b)).then(b.rollouts.cmp(&a.rollouts)))?;
    let counts = Counts::new(worst.rollouts, worst.failures).ok()?;
    let of = |p: f64| Nines::of(p).get();
    let seen = worst.failures > 0;
    Some(HistoryVersion {
        version: entry.version.clone(),
        policy: entry.policy.clone(),
        fingerprint: entry.fingerprint.clone(),
        campaign: entry.campaign.clone(),
        campaigns,
        effort,
        demonstrated: least.demonstrated,
        demonstrated_by: least.name.clone(),
        estimated: seen.then(|| of(share(worst))),
        estimated_lower: of(binomial::upper(counts, level.each_side())),
        estimated_upper: seen.then(|| of(binomial::lower(counts, level.each_side()))),
        worst: worst.name.clone(),
        rollouts: worst.rollouts,
        failures: worst.failures,
        last_nine: None,
    })
}

/// Since the last version that had one nine less.
fn last_nines(versions: &mut [HistoryVersion]) {
    for k in 0..versions.len() {
        let (now, effort) = (versions[k].demonstrated, versions[k].effort);
        let since = versions[..k].iter().rev().find(|v| v.demonstrated <= now - 1.0);
        versions[k].last_nine = since.map(|v| LastNine { effort: effort - v.effort, since: v.version.clone() });
    }
}

fn trend(versions: &[HistoryVersion], level: Confidence) -> (Option<HistoryTrend>, Option<String>) {
    let counts = |v: &HistoryVersion| Some(Version { effort: v.effort, counts: Counts::new(v.rollouts, v.failures).ok()? });
    let points: Vec<Version> = versions.iter().filter_map(counts).collect();
    let trend = match Trend::fit(&points, level) {
        Ok(trend) => trend,
        Err(error) => return (None, Some(format!("What a nine costs is not known: {error}"))),
    };
    let last = versions.last().map_or(0.0, |v| v.effort);
    let demonstrated = versions.last().map_or(0.0, |v| v.demonstrated);
    let next_nine = demonstrated.clamp(0.0, 300.0) as u32 + 1;
    let limits = |l: Limits| HistoryLimits { estimate: l.estimate, lower: l.lower, upper: l.upper };
    let with_failures = versions.iter().filter(|v| v.failures > 0).count() as u64;
    let fitted = HistoryTrend {
        versions_with_failures: with_failures,
        slope: trend.slope(),
        nines: trend.nines_at(last),
        scatter: trend.scatter(),
        cost: limits(trend.cost()),
        next_nine,
        next_nine_in: limits(trend.until(f64::from(next_nine))),
    };
    (Some(fitted), None)
}

/// Scenarios of any version that are not compared.
fn left_out(march: &March, names: &[String]) -> Vec<NotCompared> {
    let all = march.entries().flat_map(|e| e.scenarios.iter().map(|s| s.name.as_str()));
    let mut others: Vec<&str> = all.filter(|name| !names.iter().any(|n| n == name)).collect();
    others.sort_unstable();
    others.dedup();
    let everywhere = |name: &str| march.entries().all(|e| e.scenario(name).is_some());
    let why = |name: &str| if everywhere(name) { "changed" } else { "missing" };
    others.into_iter().map(|name| NotCompared { name: name.into(), why: why(name).into() }).collect()
}

/// The first version with less effort than one that was added before it: effort is what was spent in all, so that it seldom shrinks.
fn backwards(march: &March, kind: EffortKind) -> Option<String> {
    let spent = |e: &Entry| match kind {
        EffortKind::Stated => e.effort.hours,
        EffortKind::CommitDates => e.effort.committed_unix_s.map(|s| s as f64 / 3600.0),
        EffortKind::Versions => None,
    };
    let mut most: Option<(&Entry, f64)> = None;
    for entry in march.entries() {
        let Some(hours) = spent(entry) else { continue };
        match most {
            Some((before, most)) if hours < most => {
                let less = nines_viz::numbers::quantity(most - hours, nines_viz::numbers::Round::Nearest);
                let (now, before) = (&entry.version, &before.version);
                let what = if kind == EffortKind::Stated { "states" } else { "has a commit with" };
                return Some(format!(
                    "effort runs backwards: {now} {what} {less} h less than {before}, which was added before it; effort is all that was spent up to a version"
                ));
            }
            _ => most = Some((entry, hours)),
        }
    }
    None
}

/// Where in most versions another scenario may be the worst one as well: which looks worst is then chance, and the study of `docs/march.md` found limits of the cost to hold less often.
fn nearly_worst(march: &March, versions: &[HistoryVersion], names: &[String], level: Confidence) -> Option<String> {
    let in_doubt = |v: &&HistoryVersion| {
        let Some(entry) = march.entries().find(|e| e.campaign == v.campaign) else { return false };
        let share = v.failures as f64 / v.rollouts.max(1) as f64;
        let others = names.iter().filter(|name| **name != v.worst).filter_map(|name| entry.scenario(name));
        let may_be =
            |s: &EntryScenario| Counts::new(s.rollouts, s.failures).is_ok_and(|c| binomial::upper(c, level.each_side()) >= share);
        v.failures > 0 && others.filter(|s| s.failures > 0).any(may_be)
    };
    let with_failures = versions.iter().filter(|v| v.failures > 0).count();
    let doubted = versions.iter().filter(in_doubt).count();
    (2 * doubted > with_failures).then(|| {
        format!(
            "in {doubted} of {} another scenario may be the worst as well as the one that looks so: limits of the cost then held in 92.8% of made-up histories, not in 95%; more rollouts a scenario help",
            nines_viz::numbers::counted(versions.len() as u64, "version")
        )
    })
}

/// What makes versions less comparable than they look.
fn warnings(march: &March, kind: EffortKind) -> Vec<String> {
    let mut out = Vec::new();
    out.extend(backwards(march, kind));
    let mut programs: Vec<&str> = march.entries().map(|e| e.nines_version.as_str()).collect();
    programs.sort_unstable();
    programs.dedup();
    if programs.len() > 1 || march.entries().any(Entry::is_of_other_program) {
        let by = programs.join(", ");
        out.push(format!(
            "driven by nines {by}; this is {VERSION}: what the simulator changed looks like a change of the policy"
        ));
    }
    let chosen = march.entries().filter(|e| e.seed_from == SeedFrom::Chosen).count();
    if chosen > 0 {
        let who = if chosen == 1 { "1 campaign has".into() } else { format!("{chosen} campaigns have") };
        out.push(format!("{who} points chosen by hand; versions that meet the same points share their luck"));
    }
    let mut policies: Vec<&str> = march.entries().map(|e| e.policy.as_str()).collect();
    policies.sort_unstable();
    policies.dedup();
    if policies.len() > 1 {
        out.push(format!("the versions are of policies with several names: {}", nines_viz::numbers::few(&policies)));
    }
    out
}
