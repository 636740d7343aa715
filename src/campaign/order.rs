//! A campaign that is still to be driven, as files: what another machine needs to drive a shard of it, whatever files lie on that machine.
//!
//! They are files of the campaign folder, under their names there: `campaign.json` of the whole campaign, its scenarios and its ODDs.

use super::folder::read_json;
use super::verify::odd_of;
use super::{
    CAMPAIGN_SCHEMA, CampaignError, Holds, Odd, Plan, Record, Request, Scenario, SearchSettings, Shard, VERSION, read_recorded,
};
use crate::policy::{LoadError, Policy};
use nines_viz::SeedFrom;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

impl Request {
    /// What is to be driven, by the names of the files.
    pub fn order(&self) -> BTreeMap<String, String> {
        let record = [("campaign.json".to_owned(), self.record().whole().text().0)];
        let scenarios = self.scenarios.iter().map(|(s, _)| (format!("scenarios/{}.yaml", s.name), s.text.clone()));
        let odds = self.odds.iter().map(|odd| (format!("odds/{}.yaml", odd.profile.name), odd.text()));
        record.into_iter().chain(scenarios).chain(odds).collect()
    }
}

/// A campaign that was asked for elsewhere.
#[derive(Clone, Debug)]
pub struct Order {
    /// What was asked.
    pub record: Record,
    scenarios: Vec<(Scenario, u64)>,
    odds: Vec<Odd>,
}

/// How a machine drives its shard; none of it changes a result.
#[derive(Clone, Debug)]
pub struct Means {
    /// Threads.
    pub threads: usize,
    /// Worlds that a batch policy sees at once.
    pub batch: usize,
    /// Folder of the shard.
    pub out: PathBuf,
    /// The command line, for the record of where results come from.
    pub command: Vec<String>,
}

/// Why an order cannot be carried out here.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Its files do not read.
    #[error(transparent)]
    Files(#[from] CampaignError),
    /// It is of another version of the program.
    #[error("the campaign was asked for by nines {theirs}, and this is nines {VERSION}")]
    Version {
        /// The version that asked.
        theirs: String,
    },
    /// A scenario does not read as it did there.
    #[error("the scenario `{name}` is another one here: the programs differ")]
    Scenario {
        /// Name.
        name: String,
    },
    /// The policy here is another one.
    #[error(transparent)]
    Policy(#[from] LoadError),
}

impl Order {
    /// Reads the files of an order.
    ///
    /// # Errors
    /// Where they do not read, or are of another version of the program.
    pub fn read(folder: &Path) -> Result<Self, OrderError> {
        let record: Record = read_json(folder, "campaign.json", CAMPAIGN_SCHEMA)?;
        if record.nines_version != VERSION {
            return Err(OrderError::Version { theirs: record.nines_version });
        }
        let mut scenarios = Vec::new();
        for asked in &record.scenarios {
            let path = folder.join(format!("scenarios/{}.yaml", asked.name));
            let scenario =
                read_recorded(folder, &asked.name).map_err(|e| CampaignError::Scenario { path, why: e.to_string() })?;
            if scenario.fingerprint != asked.fingerprint {
                return Err(OrderError::Scenario { name: asked.name.clone() });
            }
            scenarios.push((scenario, asked.rollouts));
        }
        let odds = record.odds.iter().map(|odd| odd_of(folder, odd)).collect::<Result<_, _>>()?;
        Ok(Self { record, scenarios, odds })
    }

    /// What is to be driven of it here.
    ///
    /// # Errors
    /// Where the policy is not the one that was asked for.
    pub fn request(self, policy: Policy, shard: Shard, means: Means) -> Result<Request, OrderError> {
        let (then, now) = (&self.record.policy, policy.summary());
        if then.fingerprint != now.fingerprint {
            let (then, now) = (then.fingerprint.clone(), now.fingerprint.clone());
            return Err(LoadError::Other { name: policy.name().into(), then, now }.into());
        }
        let record = self.record;
        let holds = Holds {
            keep: record.keep,
            rollouts: record.scenarios.iter().map(|s| s.rollouts).max().unwrap_or(0),
            threads: means.threads as u64,
            answers: policy.is_external(),
            scenarios: if record.plan == Plan::Watched { record.scenarios.len() as u64 } else { 1 },
        };
        let none = SearchSettings { limit_state: "min".into(), relative_error: 0.1 };
        Ok(Request {
            policy,
            scenarios: self.scenarios,
            odds: self.odds,
            method: record.method,
            search: record.search.unwrap_or(none),
            plan: record.plan,
            nines: record.nines,
            time: None,
            confidence: record.confidence,
            seed: (record.seed_from == SeedFrom::Chosen).then_some(record.seed),
            keep: record.keep,
            max_faults: record.max_faults,
            hindsight: record.hindsight,
            beliefs: record.beliefs,
            threads: means.threads,
            batch: means.batch,
            shard: Some(shard).filter(|shard| shard.of > 1),
            ahead: holds.chunks_ahead(None).unwrap_or_default(), // never refused without a limit
            out: means.out,
            resume: false,
            command: means.command,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Method, select_in_odds};
    use super::*;
    use nines_sim::BuiltIn;

    fn means() -> Means {
        Means { threads: 1, batch: 64, out: "out".into(), command: Vec::new() }
    }

    /// With variants of one file, an ODD that shares their exposure, and a seed that is derived.
    fn request() -> Request {
        let (odds, chosen) = select_in_odds(&["whole-city".into()], &["child-at-*".into()]).unwrap();
        let scenarios = chosen.iter().map(|one| (Scenario::from(&one.scenario), 700)).collect();
        let search = SearchSettings { limit_state: "min".into(), relative_error: 0.1 };
        Request {
            policy: BuiltIn::new("idm-aeb", &[("headway_s".into(), 1.2)]).unwrap().into(),
            scenarios,
            odds,
            method: Method::Stratified,
            search,
            plan: Plan::Watched,
            nines: None,
            time: None,
            confidence: 0.9,
            seed: None,
            keep: 10_000,
            max_faults: None,
            hindsight: 7,
            beliefs: 300,
            threads: 2,
            batch: 1024,
            shard: None,
            ahead: 4,
            out: "elsewhere".into(),
            resume: false,
            command: Vec::new(),
        }
    }

    fn written(files: &BTreeMap<String, String>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn an_order_is_carried_out_as_it_was_asked() {
        let asked = request();
        assert!(asked.scenarios.len() > 1);
        let folder = written(&asked.order());
        let there = Order::read(folder.path()).unwrap().request(asked.policy.clone(), "2/3".parse().unwrap(), means()).unwrap();
        let record = there.record();
        assert_eq!(record.shard, Some(Shard { number: 2, of: 3 }));
        assert_eq!(record.whole().text(), asked.record().text());
        assert_eq!(there.odds, asked.odds);
    }

    #[test]
    fn another_policy_version_or_scenario_is_refused() {
        let asked = request();
        let (shard, files) = (Shard { number: 1, of: 2 }, asked.order());
        let other: Policy = BuiltIn::new("idm-aeb", &[]).unwrap().into();
        let refused = Order::read(written(&files).path()).unwrap().request(other, shard, means()).unwrap_err();
        assert!(refused.to_string().contains("is not the one of the campaign"), "{refused}");
        let changed = |name: &str, from: &str, to: &str| {
            let mut files = files.clone();
            let text = files.get_mut(name).unwrap();
            assert!(text.contains(from));
            *text = text.replace(from, to);
            Order::read(written(&files).path()).unwrap_err().to_string()
        };
        let version = format!("\"nines_version\": \"{VERSION}\"");
        let older = changed("campaign.json", &version, "\"nines_version\": \"0.0.9\"");
        assert!(older.contains("nines 0.0.9"), "{older}");
        let scenario = changed("scenarios/child-at-curb.yaml", "high: 82, source", "high: 81, source");
        assert!(scenario.contains("`child-at-curb` is another one here"), "{scenario}");
    }
}
