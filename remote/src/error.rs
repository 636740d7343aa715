//! Why a policy in another process cannot be had.

use nines_sim::{FaultKind, PolicyFault};

/// Why a policy in another process cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// Neither an address nor a command.
    #[error("`{name}` is no policy in another process: {why}")]
    Address {
        /// What was given.
        name: String,
        /// Why it is none.
        why: String,
    },
    /// The command cannot be run, or ended before it answered.
    #[error("`{command}` did not start: {why}")]
    Start {
        /// The command.
        command: String,
        /// What is known of it, with its last words.
        why: String,
    },
    /// Nobody is there, or nobody who speaks this protocol.
    #[error("nobody answers at {address}: {why}")]
    Unreachable {
        /// Address, or command.
        address: String,
        /// What was found.
        why: String,
    },
    /// The policy refuses the layout or a setting.
    #[error("the policy refuses its settings: {why}")]
    Refused {
        /// What it said.
        why: String,
    },
    /// Its description cannot be used.
    #[error("the policy describes itself badly: {why}")]
    Description {
        /// What was expected, and what came.
        why: String,
    },
    /// After a new start or connection it is another policy.
    #[error("the policy is another one than at the beginning: {why}")]
    Changed {
        /// What changed.
        why: String,
    },
    /// It failed too often in a row to be tried again.
    #[error("the policy is given up: {why}")]
    GivenUp {
        /// What failed.
        why: String,
    },
}

impl From<RemoteError> for PolicyFault {
    fn from(error: RemoteError) -> Self {
        let kind = match error {
            RemoteError::Refused { .. } | RemoteError::Description { .. } | RemoteError::Changed { .. } => FaultKind::BadReply,
            _ => FaultKind::Disconnected,
        };
        PolicyFault::new(kind, error.to_string())
    }
}
