//! The command that makes a campaign again.

use super::{Campaign, Method, Plan, Record, RecordedScenario, is_of_catalogue};
use nines_scenarios::{catalogue, odds};
use nines_sim::BuiltIn;
use nines_viz::PolicySummary;
use std::path::Path;

/// The words of a `nines run` that has the results of this campaign again; `None` where no command line says as much: budgets that differ between
/// scenarios, a search's settings, a demand. Files are those of the campaign's folder.
pub(super) fn again(campaign: &Campaign) -> Option<Vec<String>> {
    let record = &campaign.record;
    let budget = record.scenarios.first()?.rollouts;
    if record.search.is_some() || record.demands.is_some() || record.scenarios.iter().any(|s| s.rollouts != budget) {
        return None;
    }
    let mut words: Vec<String> = ["nines", "run"].map(str::to_owned).to_vec();
    words.extend(scenario_words(&campaign.folder, record));
    words.extend(["--policy".into(), policy_word(&record.policy)]);
    words.extend(odd_words(&campaign.folder, record));
    let mut option = |name: &str, value: String| words.extend([format!("--{name}"), value]);
    option("rollouts", budget.to_string());
    option("seed", record.seed.to_string());
    if record.method != Method::Stratified {
        option("method", record.method.name().into());
    }
    match record.nines {
        Some(nines) => option("nines", nines.to_string()),
        None if record.plan == Plan::Watched => option("plan", record.plan.name().into()),
        None => {}
    }
    if record.confidence != 0.95 {
        option("confidence", record.confidence.to_string());
    }
    Some(words)
}

/// The scenarios of a campaign, as `run` takes them: by name where they are the catalogue's, else the files of the campaign; none where these are
/// what it takes without any.
pub(crate) fn scenario_words(folder: &Path, record: &Record) -> Vec<String> {
    let own = |name: &str| folder.join(format!("scenarios/{name}.yaml")).to_string_lossy().into_owned();
    let word = |s: &RecordedScenario| match is_of_catalogue(&s.name, &s.fingerprint) {
        Some(true) => s.name.clone(),
        _ => own(&s.name),
    };
    let words: Vec<String> = record.scenarios.iter().map(word).collect();
    let names = || record.scenarios.iter().map(|s| &s.name);
    let all = record.odds.is_empty() && words.len() == catalogue().len() && words.iter().eq(names());
    let held = matches!(&record.odds[..], [odd] if names().eq(&odd.holds)) && words.iter().eq(names());
    if all || held { Vec::new() } else { words }
}

/// `--odd` for each ODD of a campaign.
pub(crate) fn odd_words(folder: &Path, record: &Record) -> Vec<String> {
    let word = |name: &str| match odds().into_iter().any(|known| known.name == name) {
        true => name.to_owned(),
        false => folder.join(format!("odds/{name}.yaml")).to_string_lossy().into_owned(),
    };
    record.odds.iter().flat_map(|odd| ["--odd".to_owned(), word(&odd.name)]).collect()
}

/// A policy as `run` takes it: settings where they are not the defaults.
pub(crate) fn policy_word(policy: &PolicySummary) -> String {
    let defaults = BuiltIn::settings_of(&policy.name).unwrap_or_default();
    let changed = policy.settings.iter().filter_map(|(name, value)| {
        let value = value.as_f64()?;
        let default = defaults.iter().find(|s| s.name == name).map(|s| s.default);
        (default != Some(value)).then(|| format!("{name}={value}"))
    });
    let changed: Vec<String> = changed.collect();
    if changed.is_empty() { policy.name.clone() } else { format!("{}:{}", policy.name, changed.join(",")) }
}
