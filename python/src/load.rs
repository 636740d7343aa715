//! Policies in Python for campaigns: functions that are handed in, and `--policy file.py:attribute`.

use crate::policy::{PySessions, Raised};
use nines::policy::{LoadError, Loader, Options, Policy, Timed, add_loader, python_name};
use nines::store::hash_hex;
use nines_viz::PolicySummary;
use pyo3::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A policy in Python, with what it is recorded by. The fields are those of `nines._identity.Identity`.
#[derive(FromPyObject)]
pub struct Known {
    policy: Py<PyAny>,
    name: String,
    covered: Vec<(String, String)>,
    not_covered: Vec<String>,
}

impl Known {
    /// The policy, and where its exceptions can be had.
    pub fn policy(
        self,
        py: Python<'_>,
        settings: &BTreeMap<String, Value>,
        deadline: Duration,
    ) -> PyResult<(Policy, Arc<Raised>)> {
        let (sessions, raised) = PySessions::new(self.policy.bind(py))?;
        let identity = json!({"policy": self.name, "settings": settings, "files": self.covered});
        let summary = PolicySummary {
            name: self.name,
            kind: "python".into(),
            settings: settings.clone(),
            fingerprint: hash_hex(identity.to_string().as_bytes()),
            not_covered: self.not_covered,
        };
        Ok((Policy::external(summary, Arc::new(Timed::new(sessions, deadline))), raised))
    }
}

/// Loads `file.py:attribute` and `package.module:attribute`.
struct PyLoader;

impl Loader for PyLoader {
    fn form(&self) -> &'static str {
        "file.py:attribute"
    }

    fn knows(&self, name: &str) -> bool {
        python_name(name).is_some()
    }

    fn trusts_records(&self) -> bool {
        false
    }

    fn load(&self, name: &str, settings: &BTreeMap<String, Value>, options: &Options) -> Result<Policy, LoadError> {
        Python::attach(|py| {
            let known = py
                .import("nines._identity")
                .and_then(|module| module.call_method1("load", (name, Value::from_iter(settings.clone()).to_string())))
                .and_then(|known| known.extract::<Known>());
            let policy = known.and_then(|known| Ok(known.policy(py, settings, options.deadline)?.0));
            policy.map_err(|error| {
                LoadError::gone(name, error.value(py)).help("docs/python.md says what a policy in Python looks like")
            })
        })
    }
}

/// Lets the program know of policies in Python.
pub fn install() {
    add_loader(Box::new(PyLoader));
}
