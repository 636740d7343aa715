//! The policy under test: a built-in one, or one that a [`Loader`] knows: a model file, a process, a function of another language.
//!
//! What decides a campaign's bytes is its [`Policy::summary`]; what drives is its [`Policy::pilot`].

mod layout;
mod load;
#[cfg(feature = "onnx")]
mod onnx;
mod recorded;
#[cfg(feature = "remote")]
mod remote;
mod repeat;
#[cfg(test)]
mod tests;
mod timed;
mod tried;
mod wrap;

pub use layout::{action_schema, observation_schema};
pub use load::{LoadError, Loader, Options, add_loader, is_built_in, load, load_recorded, others, python_name};
pub use recorded::{Nobody, Recorded};
pub use repeat::{Repeats, repeats};
pub use timed::Timed;
pub use tried::{Tried, tried};
pub use wrap::{WRAPPERS, split};

use crate::campaign::policy_summary;
use nines_sim::{BuiltIn, Pilot, Sessions};
use nines_viz::PolicySummary;
use std::sync::Arc;

/// A policy with its settings resolved.
#[derive(Clone, Debug)]
pub struct Policy {
    summary: PolicySummary,
    own: Own,
}

#[derive(Clone, Debug)]
enum Own {
    BuiltIn(BuiltIn),
    External(Arc<dyn Sessions>),
}

impl From<BuiltIn> for Policy {
    fn from(policy: BuiltIn) -> Self {
        Self { summary: policy_summary(&policy), own: Own::BuiltIn(policy) }
    }
}

impl Policy {
    /// A policy that is not built in, with the identity that it is recorded by.
    pub fn external(summary: PolicySummary, sessions: Arc<dyn Sessions>) -> Self {
        Self { summary, own: Own::External(sessions) }
    }

    /// Who drives.
    pub fn pilot(&self) -> Pilot<'_> {
        match &self.own {
            Own::BuiltIn(policy) => Pilot::BuiltIn(policy),
            Own::External(sessions) => Pilot::External(&**sessions),
        }
    }

    /// The policy as something that opens sessions, whatever it is.
    pub fn sessions(&self) -> Arc<dyn Sessions> {
        match &self.own {
            Own::BuiltIn(policy) => Arc::new(wrap::BuiltInSessions(*policy)),
            Own::External(sessions) => sessions.clone(),
        }
    }

    /// Name, settings and fingerprint, as they stand in files.
    pub fn summary(&self) -> &PolicySummary {
        &self.summary
    }

    /// Name, as given on the command line.
    pub fn name(&self) -> &str {
        &self.summary.name
    }

    /// Whether it is not one of this program: then what it answered in failures is kept.
    pub fn is_external(&self) -> bool {
        matches!(self.own, Own::External(_))
    }

    /// The built-in policy that it is, if it is one.
    pub fn built_in(&self) -> Option<&BuiltIn> {
        match &self.own {
            Own::BuiltIn(policy) => Some(policy),
            Own::External(_) => None,
        }
    }
}
