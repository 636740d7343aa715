//! From what a user writes after `--policy` to a policy.

use super::Policy;
use super::wrap::{WRAPPERS, split, wrapped};
use nines_sim::{BuiltIn, PolicyError};
use nines_viz::PolicySummary;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// What a policy is loaded with besides its settings.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Longest time that a call may take.
    pub deadline: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(30) }
    }
}

/// Something that knows how to get policies of one kind.
pub trait Loader: Send + Sync {
    /// How such a policy is written, for people: `model.onnx`.
    fn form(&self) -> &'static str;

    /// Whether a name, without settings, is of its kind.
    fn knows(&self, name: &str) -> bool;

    /// Whether a policy is to be had merely because a campaign folder, which anybody may have made, names it: not where that runs code or
    /// reaches out.
    fn trusts_records(&self) -> bool;

    /// Gets the policy.
    ///
    /// # Errors
    /// [`LoadError`], mostly that the policy cannot be had.
    fn load(&self, name: &str, settings: &BTreeMap<String, Value>, options: &Options) -> Result<Policy, LoadError>;
}

/// Why a policy cannot be had.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LoadError {
    /// Of a built-in one.
    #[error(transparent)]
    BuiltIn(#[from] PolicyError),
    /// A setting that it does not have, or a value that it cannot be.
    #[error("the policy `{name}` does not take `{setting}`: {why}")]
    Setting {
        /// Policy.
        name: String,
        /// Setting.
        setting: String,
        /// Why not.
        why: String,
    },
    /// It cannot be loaded, started or reached.
    #[error("the policy `{name}` cannot be had: {why}")]
    Gone {
        /// Policy.
        name: String,
        /// Why not.
        why: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// It is of a kind that this program is built without.
    #[error("this program is built without what the policy `{name}` needs")]
    NotBuilt {
        /// Policy.
        name: String,
        /// Feature that brings it.
        feature: &'static str,
    },
    /// It is not what the campaign was run with.
    #[error("the policy `{name}` is not the one of the campaign: its fingerprint is {now}, and was {then}")]
    Other {
        /// Policy.
        name: String,
        /// Fingerprint of the campaign's.
        then: String,
        /// Fingerprint of the one there is.
        now: String,
    },
}

impl LoadError {
    /// A policy that cannot be loaded, started or reached.
    pub fn gone(name: &str, why: impl fmt::Display) -> Self {
        LoadError::Gone { name: name.into(), why: why.to_string(), help: None }
    }

    /// The same with what to do about it.
    pub fn help(self, text: impl Into<String>) -> Self {
        match self {
            LoadError::Gone { name, why, .. } => LoadError::Gone { name, why, help: Some(text.into()) },
            other => other,
        }
    }
}

/// Loaders that were added to those of this program.
static ADDED: RwLock<Vec<Box<dyn Loader>>> = RwLock::new(Vec::new());

/// Adds a loader, which is asked before those of this program: how another language brings its own policies.
pub fn add_loader(loader: Box<dyn Loader>) {
    ADDED.write().unwrap_or_else(PoisonError::into_inner).push(loader);
}

/// The loaders of this program.
fn own() -> Vec<Box<dyn Loader>> {
    vec![
        #[cfg(feature = "onnx")]
        Box::new(super::onnx::OnnxLoader),
        #[cfg(feature = "remote")]
        Box::new(super::remote::RemoteLoader),
        Box::new(NeedsPython),
        // Those of a feature that is switched on come first.
        Box::new(NotBuilt { form: "model.onnx", feature: "onnx", knows: |name| name.to_ascii_lowercase().ends_with(".onnx") }),
        Box::new(NotBuilt {
            form: "grpc://HOST:PORT, exec:COMMAND",
            feature: "remote",
            knows: |name| name.starts_with("grpc://") || name.starts_with("exec:"),
        }),
    ]
}

/// How policies are written that are not built in.
pub fn others() -> Vec<&'static str> {
    let added = ADDED.read().unwrap_or_else(PoisonError::into_inner);
    // One that was added may take the place of one of this program.
    let mut forms: Vec<&'static str> = Vec::new();
    for form in own().iter().chain(added.iter()).map(|loader| loader.form()) {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// Gets the policy of a name.
///
/// # Errors
/// [`LoadError`].
pub fn load(name: &str, settings: &BTreeMap<String, Value>, options: &Options) -> Result<Policy, LoadError> {
    let (base, around) = split(name);
    let around: Vec<&'static str> = around.into_iter().map(|(wrapper, _)| wrapper).collect();
    let of_wrapper =
        |key: &String| WRAPPERS.iter().any(|(name, _, _)| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
    let (outer, own): (BTreeMap<_, _>, BTreeMap<_, _>) = settings.clone().into_iter().partition(|(key, _)| of_wrapper(key));
    if let Some(stray) =
        outer.keys().find(|key| !around.iter().any(|name| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))))
    {
        let why = "no such wrapper is around it".into();
        return Err(LoadError::Setting { name: name.into(), setting: stray.clone(), why });
    }
    wrapped(load_base(base, &own, options)?, &around, &outer)
}

fn load_base(name: &str, settings: &BTreeMap<String, Value>, options: &Options) -> Result<Policy, LoadError> {
    if is_built_in(name) {
        return built_in(name, settings);
    }
    with_loader(name, |loader| loader.load(name, settings, options))
}

/// Whether a name, whatever is around it, is of a policy of this program: whoever names one makes nothing else run.
pub fn is_built_in(name: &str) -> bool {
    let (base, _) = split(name);
    BuiltIn::ALL.iter().any(|(known, _)| *known == base)
}

/// What the loader of a name does.
fn with_loader<R>(name: &str, act: impl FnOnce(&dyn Loader) -> Result<R, LoadError>) -> Result<R, LoadError> {
    let added = ADDED.read().unwrap_or_else(PoisonError::into_inner);
    match added.iter().chain(&own()).find(|loader| loader.knows(name)) {
        Some(loader) => act(&**loader),
        None => Err(PolicyError::Unknown { name: name.into() }.into()),
    }
}

fn built_in(name: &str, settings: &BTreeMap<String, Value>) -> Result<Policy, LoadError> {
    let number = |(setting, value): (&String, &Value)| match value.as_f64() {
        Some(value) => Ok((setting.clone(), value)),
        None => Err(LoadError::Setting { name: name.into(), setting: format!("{setting}={value}"), why: "not a number".into() }),
    };
    let settings = settings.iter().map(number).collect::<Result<Vec<_>, _>>()?;
    Ok(BuiltIn::new(name, &settings)?.into())
}

/// Gets the policy of a campaign, which has to be the same as then.
///
/// # Errors
/// [`LoadError`].
pub fn load_recorded(summary: &PolicySummary, options: &Options) -> Result<Policy, LoadError> {
    let (base, _) = split(&summary.name);
    if !is_built_in(&summary.name) && !with_loader(base, |loader| Ok(loader.trusts_records()))? {
        let error = LoadError::gone(&summary.name, "that a campaign names it does not make it run");
        return Err(error.help("give it as --policy, if you trust it"));
    }
    let policy = load(&summary.name, &summary.settings, options)?;
    let (then, now) = (&summary.fingerprint, &policy.summary().fingerprint);
    if then != now {
        return Err(LoadError::Other { name: summary.name.clone(), then: then.clone(), now: now.clone() });
    }
    Ok(policy)
}

/// Policies that this program could take, if it were built so.
struct NotBuilt {
    form: &'static str,
    feature: &'static str,
    knows: fn(&str) -> bool,
}

impl Loader for NotBuilt {
    fn form(&self) -> &'static str {
        self.form
    }

    fn knows(&self, name: &str) -> bool {
        (self.knows)(name)
    }

    fn trusts_records(&self) -> bool {
        true // it does nothing
    }

    fn load(&self, name: &str, _: &BTreeMap<String, Value>, _: &Options) -> Result<Policy, LoadError> {
        Err(LoadError::NotBuilt { name: name.into(), feature: self.feature })
    }
}

/// File or module, and attribute, of a name that reads as a policy in Python.
pub fn python_name(name: &str) -> Option<(&str, &str)> {
    let is_path = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    name.rsplit_once(':').filter(|(module, attribute)| is_path(attribute) && (module.ends_with(".py") || is_path(module)))
}

/// Policies in Python, where this program does not run inside of Python.
struct NeedsPython;

impl Loader for NeedsPython {
    fn form(&self) -> &'static str {
        "file.py:attribute"
    }

    fn knows(&self, name: &str) -> bool {
        // A module without a dot would take every slip in a built-in policy's name for one.
        python_name(name).is_some_and(|(module, _)| module.contains('.'))
    }

    fn trusts_records(&self) -> bool {
        true // it does nothing
    }

    fn load(&self, name: &str, _: &BTreeMap<String, Value>, _: &Options) -> Result<Policy, LoadError> {
        Err(LoadError::gone(name, "this program runs outside of Python")
            .help("`pip install ./python` brings a `nines` that takes policies in Python"))
    }
}
