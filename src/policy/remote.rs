//! Policies in another process, over gRPC: `grpc://HOST:PORT`, and `exec:COMMAND`, which starts one.

use super::{LoadError, Loader, Options, Policy};
use crate::store::hash_hex;
use nines_remote::{Remote, RemoteError};
use nines_viz::PolicySummary;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Loads them.
pub struct RemoteLoader;

impl Loader for RemoteLoader {
    fn form(&self) -> &'static str {
        "grpc://HOST:PORT, exec:COMMAND"
    }

    fn knows(&self, name: &str) -> bool {
        Remote::knows(name)
    }

    fn trusts_records(&self) -> bool {
        false
    }

    fn load(&self, name: &str, settings: &BTreeMap<String, Value>, options: &Options) -> Result<Policy, LoadError> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let asked = settings.iter().map(|(key, value)| (key.clone(), text(value))).collect();
        let (remote, described) = Remote::connect(name, asked, options.deadline).map_err(|error| match error {
            RemoteError::Refused { why } => LoadError::Setting { name: name.into(), setting: list(settings), why },
            error => LoadError::gone(name, error).help("docs/policies.md says what a policy in another process has to do"),
        })?;
        let identity = json!({
            "policy": described.name,
            "version": described.version,
            "reported": described.fingerprint,
            "settings": described.settings,
            "layout": described.layout,
        });
        let summary = PolicySummary {
            name: name.into(),
            kind: "grpc".into(),
            settings: described.settings.iter().map(|(key, value)| (key.clone(), json!(value))).collect(),
            fingerprint: hash_hex(identity.to_string().as_bytes()),
            not_covered: vec![format!(
                "self-reported: {} {} says of itself `{}`",
                described.name, described.version, described.fingerprint
            )],
        };
        Ok(Policy::external(summary, Arc::new(remote)))
    }
}

fn list(settings: &BTreeMap<String, Value>) -> String {
    settings.keys().cloned().collect::<Vec<_>>().join(", ")
}
