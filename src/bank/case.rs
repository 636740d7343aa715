//! One case: its text, and what is checked when it is read.

use crate::store::hash_hex;
use nines_sim::{Concrete, Criterion};
use serde::Deserialize;
use std::fmt::Write;

/// Value of [`Case::schema`] that this version writes.
pub const CASE_SCHEMA: &str = "nines.case/1";
/// Seeds and indices stay below: what JSON and an `f64` count exactly.
const BELOW: u64 = 1 << 53;
/// Rollouts that noise may be put together from, at most: a search takes a few dozen levels.
const LINEAGE: usize = 10_000;

/// A failure that is kept.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Name and version of this shape: `nines.case/1`.
    pub schema: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Hash of the compiled scenario.
    pub scenario_fingerprint: String,
    /// Hash of its file beside the cases.
    pub scenario_file: String,
    /// Combination of latent states.
    pub stratum: String,
    /// Seed.
    pub seed: u64,
    /// Index.
    pub rollout: u64,
    /// How latent states are drawn: `stratified` or `mc`.
    pub sampling: String,
    /// What a search chose of it; left out where it was drawn.
    #[serde(default)]
    pub moved: Option<Moved>,
    /// Hash of latent states and parameters, to the bit.
    pub world: String,
    /// Program that it was driven by.
    pub nines_version: String,
    /// What failed.
    pub failed: Failed,
}

/// What a search chose.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// Independent standard normal coordinates of the parameters.
    pub point: Vec<f64>,
    /// Rollouts whose noise its own is put together from, with what is kept of those before.
    pub lineage: Vec<(u64, f64)>,
}

/// What failed then.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// Name of the policy.
    pub policy: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Identity of the campaign.
    pub campaign: String,
    /// Failure mode in that campaign.
    #[serde(default)]
    pub mode: Option<String>,
    /// Criterion.
    pub cause: String,
    /// Margin.
    pub margin: f64,
    /// Digest of the whole trace, 16 hex digits.
    pub digest: String,
}

impl Case {
    /// The name of the case: scenario, index, and six digits for everything else that its world follows from.
    pub fn name(&self) -> String {
        let text = format!("{} {} {} {:?}", self.scenario_fingerprint, self.seed, self.sampling, self.moved);
        let hash = hash_hex(text.as_bytes());
        format!("{}-{}-{}", self.scenario, self.rollout, &hash["sha256:".len()..][..6])
    }

    /// The name of the scenario's file beside the cases.
    pub fn scenario_name(&self) -> String {
        scenario_name(&self.scenario, &self.scenario_file)
    }

    /// What its failure is a kind of.
    pub fn kind(&self) -> (&str, &str, &str, Option<&str>) {
        (&self.scenario, &self.stratum, &self.failed.cause, self.failed.mode.as_deref())
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        let mut out = String::from("# A failure that is kept: `nines bank run --policy P` drives it again.\n");
        // A JSON string is a YAML string in double quotes.
        let word = |text: &str| serde_json::Value::from(text).to_string();
        let mut line = |key: &str, value: &str| _ = writeln!(out, "{key}: {value}"); // writing into memory does not fail
        line("schema", &self.schema);
        line("scenario", &self.scenario);
        line("scenario_fingerprint", &word(&self.scenario_fingerprint));
        line("scenario_file", &word(&self.scenario_file));
        line("stratum", &word(&self.stratum));
        line("seed", &self.seed.to_string());
        line("rollout", &self.rollout.to_string());
        line("sampling", &self.sampling);
        if let Some(moved) = &self.moved {
            let point: Vec<String> = moved.point.iter().map(|x| format!("{x:?}")).collect();
            let lineage: Vec<String> = moved.lineage.iter().map(|(rollout, rho)| format!("[{rollout}, {rho:?}]")).collect();
            line("moved", &format!("\n  point: [{}]\n  lineage: [{}]", point.join(", "), lineage.join(", ")));
        }
        line("world", &word(&self.world));
        line("nines_version", &word(&self.nines_version));
        let failed = &self.failed;
        line("failed", "");
        line("  policy", &word(&failed.policy));
        line("  fingerprint", &word(&failed.fingerprint));
        line("  campaign", &word(&failed.campaign));
        if let Some(mode) = &failed.mode {
            line("  mode", &word(mode));
        }
        line("  cause", &failed.cause);
        line("  margin", &format!("{:?}", failed.margin));
        line("  digest", &word(&failed.digest));
        out.replace(": \n", ":\n")
    }

    /// Reads a case. The message names line and column where the text does not parse or a field does not fit.
    pub fn read(text: &str) -> Result<Self, String> {
        let case: Self = serde_saphyr::from_str(text).map_err(|e| located(&e.to_string()))?;
        let at = |key: &str| {
            let line = text.lines().position(|line| line.trim_start().starts_with(&format!("{key}:"))).map_or(1, |k| k + 1);
            format!("line {line}: `{key}`")
        };
        let name =
            |text: &str| !text.is_empty() && text.len() <= 200 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let is_hash =
            |text: &str| text.strip_prefix("sha256:").is_some_and(|h| h.len() == 64 && h.chars().all(|c| c.is_ascii_hexdigit()));
        let wrong = |key: &str, why: &str| Err(format!("{} {why}", at(key)));
        if case.schema != CASE_SCHEMA {
            return wrong("schema", &format!("is not `{CASE_SCHEMA}`"));
        }
        if !name(&case.scenario) {
            return wrong("scenario", "is no name of a scenario");
        }
        for (key, value) in [("scenario_fingerprint", &case.scenario_fingerprint), ("scenario_file", &case.scenario_file)] {
            if !is_hash(value) {
                return wrong(key, "is no `sha256:` with 64 digits");
            }
        }
        for (key, value) in [("seed", case.seed), ("rollout", case.rollout)] {
            if value >= BELOW {
                return wrong(key, "is 2^53 or more");
            }
        }
        if !["stratified", "mc"].contains(&case.sampling.as_str()) {
            return wrong("sampling", "is neither `stratified` nor `mc`");
        }
        if let Some(moved) = &case.moved {
            if moved.point.iter().any(|x| x.is_nan() || x.abs() >= 40.0) {
                return wrong("point", "holds what is no coordinate of standard normal space");
            }
            if moved.lineage.len() > LINEAGE
                || moved.lineage.iter().any(|(k, rho)| *k >= BELOW || rho.is_nan() || rho.abs() > 1.0)
            {
                return wrong("lineage", "holds what is no rollout with a correlation");
            }
        }
        if !case.failed.margin.is_finite() {
            return wrong("margin", "is no number");
        }
        if case.failed.margin > 0.0 {
            return wrong("margin", "is above 0, and so no failure");
        }
        if case.failed.cause != "none" && Criterion::ALL.iter().all(|criterion| criterion.name() != case.failed.cause) {
            return wrong("cause", "is no criterion");
        }
        // They are shown at terminals, and come from whoever proposes a case.
        let failed = &case.failed;
        let shown = [("stratum", &case.stratum), ("world", &case.world), ("nines_version", &case.nines_version)];
        let shown = shown.into_iter().chain([("policy", &failed.policy), ("fingerprint", &failed.fingerprint)]);
        let shown = shown.chain([("campaign", &failed.campaign), ("digest", &failed.digest)]);
        if let Some((key, _)) =
            shown.chain(failed.mode.iter().map(|mode| ("mode", mode))).find(|(_, text)| text.contains(char::is_control))
        {
            return wrong(key, "holds control characters");
        }
        Ok(case)
    }
}

/// A message of the YAML reader on one line, its place kept.
fn located(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// The name of a scenario's file, without ending: scenario, and the beginning of the file's hash.
pub(super) fn scenario_name(scenario: &str, file_hash: &str) -> String {
    let digits = file_hash.trim_start_matches("sha256:");
    format!("{scenario}-{}", digits.get(..12).unwrap_or(digits))
}

/// A world before anybody drives in it, as 16 digits: latent states and parameters, to the bit.
pub(super) fn world(stratum: &str, concrete: &Concrete) -> String {
    let bits: Vec<String> = concrete.params.iter().map(|x| format!("{:016x}", x.to_bits())).collect();
    let hash = hash_hex(format!("{stratum} {} {:?}", bits.join(" "), concrete.lineage).as_bytes());
    hash["sha256:".len()..][..16].to_owned()
}
