//! Policies (placeholder; real code on its way).
use crate::observation::Class;

/// A named number that a policy can be set by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// Name with its unit last.
    pub name: &'static str,
    /// Default.
    pub default: f64,
    /// Smallest value allowed.
    pub min: f64,
    /// Largest value allowed.
    pub max: f64,
    /// Meaning.
    pub about: &'static str,
}

/// A built-in policy with its settings resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct BuiltIn {
    name: &'static str,
    values: Vec<f64>,
}

/// Why a policy cannot be had.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// No such policy.
    #[error("there is no policy `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// No such setting.
    #[error("policy `{policy}` has no setting `{setting}`")]
    UnknownSetting {
        /// Policy.
        policy: String,
        /// What was asked for.
        setting: String,
    },
    /// Out of range.
    #[error("`{setting}` of policy `{policy}` must lie between {min} and {max}, not {value}")]
    OutOfRange {
        /// Policy.
        policy: String,
        /// Setting.
        setting: String,
        /// Value asked for.
        value: f64,
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
}

impl BuiltIn {
    /// Names of all built-in policies, with a line about each.
    pub const ALL: &'static [(&'static str, &'static str)] = &[("idm", "placeholder")];
    /// Settings of the policy of that name.
    pub fn settings_of(_name: &str) -> Result<&'static [Setting], PolicyError> { todo!() }
    /// The policy of that name, with some settings changed.
    pub fn new(_name: &str, _settings: &[(String, f64)]) -> Result<Self, PolicyError> { todo!() }
    /// Its name.
    pub fn name(&self) -> &'static str { self.name }
    /// All settings as they are, in order.
    pub fn settings(&self) -> Vec<(&'static str, f64)> { let _ = (&self.values, Class::Ball); todo!() }
}
