//! Policies of nines that run in another process and answer over gRPC: [`Remote`].
//!
//! The other process is reached at an address or started by us, drives through streams of batches in one packed layout
//! ([`pack`]), and whatever goes wrong with it is a [`PolicyFault`](nines_sim::PolicyFault) of bounded duration: see `docs/policies.md`.

mod address;
mod error;
mod fault;
mod limits;
mod link;
pub mod pack;
mod process;
mod remote;
mod session;

pub use error::RemoteError;
pub use limits::Limits;
pub use link::Description;
pub use process::ADDRESS_VARIABLE;
pub use remote::Remote;

/// Messages and client of the service, as compiled from `proto/nines/policy/v1/policy.proto`, which says what every field means;
/// with the feature `server` also the trait of a server.
pub mod wire {
    #![expect(missing_docs, reason = "compiled code")]
    #![allow(clippy::all, reason = "compiled code")]
    tonic::include_proto!("nines.policy.v1");
}
