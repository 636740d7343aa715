//! Policies as ONNX models: `model.onnx`.

use super::{LoadError, Loader, Options, Policy, Timed};
use crate::store::hash_hex;
use nines_onnx::{Model, OnnxError};
use nines_viz::PolicySummary;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Loads them.
pub struct OnnxLoader;

impl Loader for OnnxLoader {
    fn form(&self) -> &'static str {
        "model.onnx"
    }

    fn knows(&self, name: &str) -> bool {
        Model::is_named(name)
    }

    fn trusts_records(&self) -> bool {
        true
    }

    fn load(&self, name: &str, settings: &BTreeMap<String, Value>, options: &Options) -> Result<Policy, LoadError> {
        // A file that breaks what reads it is in error, and no bug of ours.
        let read = nines_sim::as_policy_call(|| Model::load(Path::new(name), settings, &nines_onnx::Options::default()));
        let model = read.map_err(|error| match error {
            OnnxError::Setting { setting } => {
                LoadError::Setting { name: name.into(), setting, why: "a model has no settings".into() }
            }
            error => {
                let gone = LoadError::gone(name, &error);
                error.help().map_or(gone.clone(), |help| gone.help(help))
            }
        })?;
        let summary = PolicySummary {
            name: name.into(),
            kind: "onnx".into(),
            settings: BTreeMap::new(),
            fingerprint: hash_hex(model.bytes()),
            not_covered: Vec::new(),
        };
        Ok(Policy::external(summary, Arc::new(Timed::new(model, options.deadline))))
    }
}
